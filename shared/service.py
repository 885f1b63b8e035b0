"""One service's process: the HTTP door, relay, followers, deadlines and mail, alive together or not at all."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import psycopg
import uvicorn
from fastapi import FastAPI
from nats.js import JetStreamContext

from shared.follower import Follower, Subscriber
from shared.relay import Relay
from shared.settings import NatsSettings
from shared.streams import connect
from shared.tasks import together

log = logging.getLogger(__name__)
STALLED_SECONDS = 8


class Part(Protocol):
    """Something that runs as long as the process does and shows signs of life."""

    beat: float
    halted: str | None
    last_error: str

    async def run(self) -> None: ...


@runtime_checkable
class Complains(Protocol):
    """A part of which something may fail while all else goes on."""

    @property
    def complaints(self) -> list[str]: ...


def _hint(part: Part) -> str:
    """What an operator can do where NATS answers and stores nothing, as after a full disk."""
    is_unstored = isinstance(part, Relay) and "TimeoutError" in part.last_error
    return " (was the disk of NATS full? Make room, then restart NATS)" if is_unstored else ""


async def _serve(server: uvicorn.Server) -> None:
    await server.serve()
    # Asked a second time, it ends at once.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@dataclass
class Process:
    """Made once by a service's main.build(); `relay_with` gets the JetStream context when NATS is reached."""

    name: str
    app: FastAPI
    database_url: str
    nats: NatsSettings
    relay_with: Callable[[JetStreamContext], Relay] | None = None
    subscriber: Subscriber | None = None
    follows: Sequence[str] = ()
    parts: dict[str, Part] = field(default_factory=dict)
    prepare: Callable[[], None] = lambda: None
    """What is done before the door opens."""
    relay: Relay | None = None
    followers: list[Follower] = field(default_factory=list)
    js: JetStreamContext | None = None
    server: uvicorn.Server | None = None
    started_at: float = field(default_factory=time.monotonic)

    def halted(self) -> str | None:
        """Why this service takes no changes: its stream and its store tell different stories."""
        return self.relay.halted if self.relay is not None else None

    @property
    def is_closing(self) -> bool:
        """The door closes once every answer has ended: what would go on for long ends now."""
        return self.server is not None and self.server.should_exit

    def is_held(self) -> bool:
        """Nothing is done by itself before the relay has seen that stream and store tell one story."""
        return self.relay_with is not None and not (self.relay is not None and self.relay.agrees)

    def troubles(self) -> list[str]:
        """What keeps the service from being ready; empty when all is well."""
        parts = self.all_parts()
        found = [f"{name}: {part.halted}" for name, part in parts.items() if part.halted]
        now = time.monotonic()
        found += [
            f"{name}: no sign of life for {now - part.beat:.0f} s {part.last_error}{_hint(part)}"
            for name, part in parts.items()
            if now - part.beat > STALLED_SECONDS
        ]
        if (self.relay_with or self.follows) and self.js is None:
            found.append("NATS has not been reached yet")
        return found

    def complaints(self) -> list[str]:
        """For operators: the troubles, and what fails while all else goes on: deadlines, the mailbox."""
        found = [part for part in self.parts.values() if isinstance(part, Complains)]
        return self.troubles() + [said for part in found for said in part.complaints]

    def all_parts(self) -> dict[str, Part]:
        named: dict[str, Part] = dict(self.parts)
        if self.relay is not None:
            named["relay"] = self.relay
        return named | {f"follower of {f.source}": f for f in self.followers}

    def run(self, host: str, port: int) -> None:
        logging.basicConfig(
            level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
        )
        logging.getLogger("httpx").setLevel(logging.WARNING)
        with contextlib.suppress(KeyboardInterrupt):
            self.prepare()
            asyncio.run(self._run(host, port))

    async def _run(self, host: str, port: int) -> None:
        config = uvicorn.Config(
            self.app,
            host=host,
            port=port,
            log_level="warning",
            lifespan="off",
            # Longer than the origin keeps an idle connection: none is closed under a request on its way.
            timeout_keep_alive=150,
        )
        # uvicorn raises the signal again once the door is closed; what is under way behind it is to end first.
        signal.signal(signal.SIGTERM, lambda *_: None)
        # A dead part ends the process: a supervisor starts it again.
        parts = (part.run() for part in self.parts.values())
        self.server = uvicorn.Server(config)
        await together(_serve(self.server), self._transport(), *parts)

    async def _transport(self) -> None:
        client = await connect(self.nats.url, self.nats.user, self.nats.password)
        self.js = client.jetstream(timeout=5)
        runs: list[Coroutine[Any, Any, None]] = []
        if self.relay_with is not None:
            self.relay = self.relay_with(self.js)
            runs += [self.relay.run(), self._wake(self.relay)]
        if self.subscriber is not None:
            self.followers = [
                Follower(s, self.subscriber, self.js, self.database_url, self.is_held)
                for s in self.follows
            ]
            runs += [follower.run() for follower in self.followers]
        await together(*runs)

    async def _wake(self, relay: Relay) -> None:
        """PostgreSQL's NOTIFY wakes the relay; when the connection dies, its poll of each second goes on."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self.database_url, autocommit=True
                ) as connection:
                    await connection.execute("LISTEN events")
                    async for _ in connection.notifies():
                        relay.wake.set()
            except psycopg.Error as problem:
                log.info("%s listens again: %r", self.name, problem)
            await asyncio.sleep(0.5)
