"""A connection to NATS that outlives restarts of the server: each loss is said once, and each return."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import nats
import typer
from nats.aio.client import Client as Nats
from nats.errors import Error as NatsError

from cli.trouble import Unreachable

LONGEST_START = 8  # seconds until somebody must have answered


@asynccontextmanager
async def lasting(url: str, user: str, password: str, start: str) -> AsyncIterator[Nats]:
    """`start`: what to do where nobody answers at all."""
    credentials: dict[str, Any] = {
        "user": user,
        "password": password,
        "inbox_prefix": f"_INBOX_{user}".encode(),
    }
    # The lasting connection below tries for ever; a wrong address is better said at once.
    try:
        async with asyncio.timeout(LONGEST_START):
            await (await _probe(url.split(","), credentials)).close()
    except (NatsError, OSError, TimeoutError) as problem:
        why = str(problem) or "nothing is said within seconds"
        raise Unreachable(f"NATS does not answer at {url}: {why}.", start) from problem
    told = Told()
    client = await nats.connect(
        url.split(","),
        name=user,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.5,
        ping_interval=10,
        max_outstanding_pings=2,
        error_cb=told.error,
        disconnected_cb=told.lost,
        reconnected_cb=told.back,
        **credentials,
    )
    try:
        yield client
    finally:
        told.is_over = True
        await client.close()


async def _probe(servers: list[str], credentials: dict[str, Any]) -> Nats:
    return await nats.connect(
        servers,
        allow_reconnect=False,
        connect_timeout=3,
        # Also of the first connection, which else is tried sixty times.
        max_reconnect_attempts=1,
        reconnect_time_wait=0.2,
        error_cb=_unsaid,
        **credentials,
    )


async def _unsaid(_problem: Exception) -> None:
    """Instead of a traceback that the library prints before it raises."""


class Told:
    """What is said of the connection, on the error output: the library tells every attempt."""

    def __init__(self) -> None:
        self.is_over = False
        self._is_lost = False
        self._denied: set[str] = set()

    async def lost(self) -> None:
        if not self.is_over and not self._is_lost:
            self._is_lost = True
            typer.echo("NATS is away; csc waits for it.", err=True)

    async def back(self) -> None:
        self._is_lost = False
        typer.echo("NATS is back.", err=True)

    async def error(self, problem: Exception) -> None:
        """What is denied looks like a timeout else; that it is away is said once."""
        said = str(problem)
        if "permission" in said.casefold() and said not in self._denied:
            self._denied.add(said)
            typer.echo(f"NATS denies this: {said}", err=True)
