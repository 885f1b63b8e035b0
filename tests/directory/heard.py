"""Says public events to read models, or to NATS as the services' relays do, with positions that go up."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, UUID, uuid5

from deploy.local.platform import Platform
from services.directory.read_models import ReadModels
from shared.events import SOURCES, PublicEvent, RuleChanged
from shared.messages import Message
from shared.streams import connect, declare_anew
from tests.directory.history import message


@dataclass
class Hearing:
    """Tells read models one event after the other."""

    read_models: ReadModels
    positions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SOURCES, 0))

    def hears(self, *events: PublicEvent, aggregate: UUID | None = None) -> None:
        for event in events:
            told = self.next(event, aggregate)
            self.read_models.apply([told], told.previous)

    def next(self, event: PublicEvent, aggregate: UUID | None = None) -> Message:
        previous = self.positions[event.service]
        self.positions[event.service] = previous + 2
        return message(event.service, aggregate or _aggregate(event), event, previous, previous + 2)


def _aggregate(event: PublicEvent) -> UUID:
    for name in ("partnership_id", "case_id", "listing_id", "community_id", "person_id"):
        if found := getattr(event, name, None):
            return UUID(str(found))
    if isinstance(event, RuleChanged):
        return uuid5(NAMESPACE_URL, event.rule)
    raise AssertionError(event)


@dataclass
class Streams:
    """Publishes to the streams as each source; what stands there goes on from where it was."""

    platform: Platform
    last: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SOURCES, 0))

    def say(self, *events: PublicEvent) -> list[str]:
        """Publishes; returns the positions as receipts have them."""
        messages = []
        for event in events:
            previous = self.last[event.service]
            self.last[event.service] = previous + 1
            aggregate = _aggregate(event)
            messages.append(message(event.service, aggregate, event, previous, previous + 1))
        self.publish(messages)
        return [f"{source}:{position}" for source, position in self.last.items() if position]

    def publish(self, messages: Sequence[Message]) -> None:
        for source in SOURCES:
            theirs = [m for m in messages if m.source == source]
            if theirs:
                self.last[source] = theirs[-1].position
                asyncio.run(self._publish(source, theirs))

    async def _publish(self, source: str, messages: Sequence[Message]) -> None:
        password = (self.platform.secrets_dir / f"nats_{source}").read_text().strip()
        client = await connect(self.platform.nats_url(), source, password)
        js = client.jetstream(timeout=5, publish_async_max_pending=4000)
        for told in messages:
            await js.publish_async(told.subject, told.data, headers=told.headers())
        await js.publish_async_completed()
        await client.close()

    def begin_anew(self, source: str) -> None:
        """The stream as it is after a store was restored: empty, to be filled again."""

        async def declare() -> None:
            password = (self.platform.secrets_dir / "nats_operations").read_text().strip()
            client = await connect(self.platform.nats_url(), "operations", password)
            await declare_anew(client.jetstream(timeout=5), source.upper())
            await client.close()

        asyncio.run(declare())
        self.last[source] = 0
