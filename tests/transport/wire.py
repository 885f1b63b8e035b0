"""A TCP wire that can be cut, made deaf, or made to lose one answer: between a client and a real server."""

import asyncio
from contextlib import suppress


class Wire:
    """Listens on a port of its own and passes everything on, both ways, until it is told otherwise."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.is_deaf = False
        self.lose_each = 0
        """1: the answer to the next COMMIT is lost; n: to each n-th one."""
        self.asked = self.lost = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Reset every connection."""
        for writer in list(self._writers):
            writer.transport.abort()

    def _is_to_be_lost(self) -> bool:
        self.asked += 1
        lost = self.lose_each > 0 and self.asked % self.lose_each == 0
        if lost and self.lose_each == 1:
            self.lose_each = 0
        return lost

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self.server_port)
        ends = {to_client, to_server}
        self._writers |= ends
        losing = asyncio.Event()
        for pump in (self._ask(client, to_server, losing), self._answer(server, to_client, losing)):
            task = asyncio.ensure_future(pump)
            self._tasks.add(task)
            task.add_done_callback(lambda done: self._hang_up(done, ends))

    def _hang_up(self, done: asyncio.Task[None], ends: set[asyncio.StreamWriter]) -> None:
        self._tasks.discard(done)
        self._writers -= ends
        for writer in ends:
            writer.transport.abort()

    async def _ask(
        self, client: asyncio.StreamReader, server: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while data := await client.read(65536):
                if b"COMMIT" in data and self._is_to_be_lost():
                    losing.set()
                server.write(data)

    async def _answer(
        self, server: asyncio.StreamReader, client: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while data := await server.read(65536):
                if losing.is_set():
                    self.lost += 1
                    return
                if not self.is_deaf:
                    client.write(data)
