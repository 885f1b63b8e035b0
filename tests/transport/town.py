"""Two small services on the real servers, their parts started and stopped by hand, to test the transport with."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4

import psycopg
from eventsourcing.domain import event
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from deploy.local.platform import Platform
from deploy.local.secrets import read_secret
from shared import events
from shared.aggregates import Aggregate, DomainEvent
from shared.application import Receipt, Service
from shared.events import PublicEvent
from shared.follower import Follower, Subscriber
from shared.mail import Effect, Letter, Mailer
from shared.messages import Message
from shared.migrations import migrate
from shared.process_manager import ProcessManager
from shared.relay import Relay
from shared.settings import MailServer, NatsSettings
from shared.streams import connect, declare_anew, streams
from shared.tasks import end
from shared.vault import Vault

T = TypeVar("T")
WHEN = datetime(2026, 3, 1, tzinfo=UTC)


class Town(Aggregate):
    """Says something in public, and murmurs in private, so that positions have gaps."""

    # Stored topics and public names derive from the service that an aggregate belongs to.
    __module__ = "services.intake.domain"

    class ForeignRequestVerified(Aggregate.Created):
        town_id: UUID

    class ListingWithdrawn(Aggregate.Event):
        pass

    class Murmured(Aggregate.Event):
        pass

    @staticmethod
    def create_id(town_id: UUID) -> UUID:
        return town_id

    @event(ForeignRequestVerified)
    def __init__(self, town_id: UUID) -> None:
        self.town_id = town_id

    @event(ListingWithdrawn)
    def speak(self) -> None:
        pass

    @event(Murmured)
    def murmur(self) -> None:
        pass


class Echo(Aggregate):
    """What the second service keeps of a town: how often it spoke."""

    __module__ = "services.matching.domain"

    class Opened(Aggregate.Created):
        town_id: UUID

    class Counted(Aggregate.Event):
        pass

    @staticmethod
    def create_id(town_id: UUID) -> UUID:
        return town_id

    @event(Opened)
    def __init__(self, town_id: UUID) -> None:
        self.heard = 1

    @event(Counted)
    def count(self) -> None:
        self.heard += 1


class Towns(Service):
    name = "intake"

    def __init__(self, database_url: str, vault: Vault | None = None) -> None:
        super().__init__(database_url, vault=vault)
        self.words = translate

    def letters(self, event: DomainEvent) -> Iterable[Letter]:
        if isinstance(event, Town.ForeignRequestVerified):
            yield Letter("welcome", event.town_id, event.town_id)

    def found(self) -> Receipt:
        return self.record(Town(town_id=uuid4()))

    def speak(self, town_id: UUID) -> Receipt:
        town = self.load(Town, town_id)
        town.speak()
        return self.record(town)

    def murmur(self, town_id: UUID) -> Receipt:
        town = self.load(Town, town_id)
        town.murmur()
        return self.record(town)


class Echoes(Service):
    name = "matching"

    def open(self, town_id: UUID) -> Receipt:
        return self.record(Echo(town_id=town_id))

    def count(self, town_id: UUID) -> Receipt:
        echo = self.load(Echo, town_id)
        echo.count()
        return self.record(echo)

    def heard(self, town_id: UUID) -> int:
        echo = self.find(Echo, town_id)
        return echo.heard if echo else 0


def translate(event: Any) -> PublicEvent | None:
    match event:
        case Town.ForeignRequestVerified() | Town.ListingWithdrawn():
            public = getattr(events, type(event).__name__)
            town = event.originator_id
            said: PublicEvent = public(happened_at=WHEN, listing_id=town, community_id=town)
            return said
    return None


def handlers(echoes: Echoes) -> dict[type[PublicEvent], Callable[[Any], object]]:
    return {
        events.ForeignRequestVerified: lambda said: echoes.open(said.listing_id),
        events.ListingWithdrawn: lambda said: echoes.count(said.listing_id),
    }


def compose(effect: Effect) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "info@sister-cities.org", "mayor@example.org"
    mail["Subject"], mail["X-Effect-Id"] = "Welcome", str(effect.id)
    mail.set_content("Welcome.")
    return mail


class Runs(Protocol):
    async def run(self) -> None: ...


class Country:
    """The servers, both services and an event loop of its own for whatever part a test lets run."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.clients: list[Client] = []
        self.running: list[asyncio.Task[None]] = []
        self.operations = self.js("operations")

    def do(self, work: Coroutine[Any, Any, T], seconds: float = 30) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def js(self, user: str) -> JetStreamContext:
        password = read_secret(self.platform.secrets_dir, f"nats_{user}")
        client = self.do(connect(self.platform.nats_url(), user, password))
        self.clients.append(client)
        return client.jetstream(timeout=5)

    def relay(self, towns: Towns | None = None) -> Relay:
        return Relay(towns or self.towns, self.js("intake"))

    def follower(self, subscriber: Subscriber | None = None) -> Follower:
        dsn = self.platform.postgres_dsn("matching")
        return Follower("intake", subscriber or self.manager, self.js("matching"), dsn)

    def mailer(
        self,
        smtp_url: str | None = None,
        write: Callable[[Effect], EmailMessage] = compose,
    ) -> Mailer:
        password = read_secret(self.platform.secrets_dir, "nats_intake")
        settings = NatsSettings(self.platform.nats_url(), "intake", password, 1)
        url = smtp_url or self.platform.folder.facts()["smtp_url"]
        return Mailer(self.towns, write, MailServer(url), settings)

    def run(self, *parts: Runs) -> list[asyncio.Task[None]]:
        async def start() -> list[asyncio.Task[None]]:
            return [asyncio.create_task(part.run()) for part in parts]

        started = self.do(start())
        self.running += started
        return started

    def end(self, started: list[asyncio.Task[None]]) -> None:
        self.do(end(started))
        self.running = [task for task in self.running if task not in started]

    def sequence(self, stream: str = "INTAKE") -> int:
        """Where the stream ends, in its own counting; -1 where there is none."""
        with suppress(NotFoundError):
            return self.do(self.operations.stream_info(stream)).state.last_seq
        return -1

    def published(self) -> list[Message]:
        async def read() -> list[Message]:
            last = (await self.operations.stream_info("INTAKE")).state.last_seq
            raws = [await self.operations.get_msg("INTAKE", seq=i) for i in range(1, last + 1)]
            return [Message.of(raw.headers, raw.data) for raw in raws]

        return self.do(read())

    def positions(self) -> list[int]:
        """Of every public event in the store of the first service."""
        rows = self.towns.rows(
            "SELECT notification_id AS n FROM events WHERE topic = ANY(%(topics)s) ORDER BY n",
            topics=self.towns.public_topics,
        )
        return [row["n"] for row in rows]

    def is_published(self) -> bool:
        """Whether the stream is exactly the store: each public event once, in order, chained."""
        stored = self.positions()
        try:
            said = [(m.previous, m.position) for m in self.published()]
        except (NatsError, TimeoutError):
            return False
        return said == list(zip([0, *stored], stored, strict=False))

    def is_heard(self) -> bool:
        """Whether the second service is at the head and has counted every public event exactly once."""
        head = max(self.positions(), default=0)
        counted = self.echoes.rows("SELECT count(*) AS n FROM events")[0]["n"]
        at_head: bool = self.manager.place("intake").position == head
        return at_head and counted == len(self.positions())

    def sql(self, service: str, statement: str, role: str = "owner") -> None:
        dsn = self.platform.postgres_dsn(service, role)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(statement)

    def begin(self) -> None:
        """Empty databases and empty streams."""
        for service in ("intake", "matching"):
            self.sql(service, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            migrate(service, self.platform.postgres_dsn(service, "owner"))
        self.towns = Towns(self.platform.postgres_dsn("intake"))
        self.echoes = Echoes(self.platform.postgres_dsn("matching"))
        self.manager = ProcessManager(self.echoes, handlers(self.echoes))
        for config in streams():
            self.do(declare_anew(self.operations, str(config.name)))

    def rest(self) -> None:
        """End what a test left running."""
        self.end(list(self.running))
        for client in [c for c in self.clients if c is not self.operations._nc]:
            self.do(client.close())
            self.clients.remove(client)
        self.towns.close()
        self.echoes.close()

    def close(self) -> None:
        for client in self.clients:
            self.do(client.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
