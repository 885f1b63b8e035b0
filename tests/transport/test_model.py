"""The algorithms of relay and follower alone, against a model: losses, repeats, wipes and restores in any order.

The stream here is a model too. It stands in for the server in no other test: all others run the real one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

from eventsourcing.persistence import Notification
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError
from pydantic_core import from_json, to_json

from shared.application import Service
from shared.context import Cause
from shared.events import ListingWithdrawn
from shared.follower import Follower
from shared.messages import Diverged, Message, Place, first_after
from shared.recorder import Moved
from shared.relay import Cursor, Relay
from tests.transport.town import WHEN

PUBLIC, PRIVATE = "intake.Model.ListingWithdrawn", "intake.Model.Murmured"


@dataclass
class Stream:
    """JetStream as relay and follower know it: a fence, deduplication, and what can go wrong with an answer."""

    stored: list[Message] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    fates: list[str] = field(default_factory=list)

    async def stream_info(self, name: str) -> Any:
        last = len(self.stored)
        return SimpleNamespace(state=SimpleNamespace(messages=last, first_seq=1, last_seq=last))

    async def get_msg(self, name: str, seq: int) -> Any:
        if not 1 <= seq <= len(self.stored):
            raise NotFoundError(code=404)
        message = self.stored[seq - 1]
        return SimpleNamespace(headers=message.headers(), data=message.data)

    async def publish(self, subject: str, data: bytes, headers: dict[str, str]) -> None:
        fate = self.fates.pop(0) if self.fates else ""
        if fate == "lost":
            raise TimeoutError
        if headers["Nats-Msg-Id"] not in self.ids:
            if int(headers["Nats-Expected-Last-Sequence"]) != len(self.stored):
                raise NatsError("wrong last sequence")
            self.stored.append(Message.of(headers, data))
            self.ids.add(headers["Nats-Msg-Id"])
        if fate == "unanswered":
            raise TimeoutError

    def lose(self, count: int) -> None:
        """The server died before these were on its disk."""
        del self.stored[max(len(self.stored) - count, 0) :]
        self.ids = {message.headers()["Nats-Msg-Id"] for message in self.stored}


@dataclass
class Store:
    """A service's recorded events, some of them private."""

    name: str = "intake"
    life: UUID = field(default_factory=uuid4)
    events: list[Notification] = field(default_factory=list)
    moments: int = 0
    public_topics: tuple[str, ...] = (PUBLIC,)

    @property
    def recorder(self) -> "Store":
        return self

    @property
    def mapper(self) -> "Store":
        return self

    def lineage(self) -> UUID:
        return self.life

    def record(self, topic: str) -> None:
        self.moments += 1
        last = self.events[-1].id if self.events else 0
        version = 1 + len(self.events)
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.moments)
        state = to_json({"timestamp": moment})
        self.events.append(Notification(UUID(int=7), version, topic, state, id=last + 1))

    def check_topics(self, after: int, last: int) -> None:
        """This store knows all its words."""

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> list[Notification]:
        first = (start or 0) + (0 if inclusive_of_start else 1)
        found = [e for e in self.events if e.id >= first and (not topics or e.topic in topics)]
        return found[:limit]

    def to_domain_event(self, stored: Notification) -> Any:
        moment = datetime.fromisoformat(from_json(stored.state)["timestamp"])
        return SimpleNamespace(timestamp=moment, cause=Cause(correlation="c"))

    def published(self) -> list[tuple[int, str]]:
        """What the stream must hold: position and moment of each public event."""
        return [
            (e.id, self.to_domain_event(e).timestamp.isoformat())
            for e in self.events
            if e.topic == PUBLIC
        ]


class PatientRelay(Relay):
    async def _wait(self, cursor: Cursor) -> Cursor:
        """A second that takes no time."""
        return await self._find_cursor()


@dataclass
class Subscribed:
    """A subscriber's database: its place, and what it applied."""

    name: str = "matching"
    now: Place = field(default_factory=lambda: Place(0, None))
    applied: list[tuple[int, str]] = field(default_factory=list)

    def place(self, source: str) -> Place:
        return self.now

    def apply(self, messages: Sequence[Message], previous: int) -> None:
        for message in messages:
            if self.now.position != previous:
                raise Moved
            self.applied.append((message.position, message.recorded_at))
            self.now = Place(message.position, message.lineage, message.identity)
            previous = message.position

    def park(self, message: Message, previous: int, error: str) -> None:
        raise AssertionError("nothing here is poison")


class Transport(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.store, self.stream, self.subscribed = Store(), Stream(), Subscribed()
        self.is_restored = False
        said = ListingWithdrawn(happened_at=WHEN, listing_id=UUID(int=7), community_id=UUID(int=8))
        js, service = cast(Any, self.stream), cast(Service, self.store)
        service.words = lambda _: said
        self.relays = [PatientRelay(service, js) for _ in range(2)]
        self.cursors: list[Cursor | None] = [None, None]
        self.followers = [Follower("intake", self.subscribed, js, "") for _ in range(2)]
        self.places: list[Place | None] = [None, None]

    def teardown(self) -> None:
        """Once everything is well again, everything arrives, with nobody's help but that of `csc reconcile`."""
        if self.is_restored:
            self.reconcile()
        self.stream.fates.clear()
        for _ in range(4):
            for which in (0, 1):
                self.relay(which, [])
                self.follow(which, 99, [], repeated=False)
        assert [(m.position, m.recorded_at) for m in self.stream.stored] == self.store.published()
        assert self.subscribed.applied == self.store.published()
        self.loop.close()

    @rule(topics=st.lists(st.sampled_from([PUBLIC, PUBLIC, PRIVATE]), min_size=1, max_size=6))
    def record(self, topics: list[str]) -> None:
        for topic in topics:
            self.store.record(topic)

    @rule(
        which=st.integers(0, 1),
        fates=st.lists(st.sampled_from(["", "", "lost", "unanswered"]), max_size=6),
    )
    def relay(self, which: int, fates: list[str]) -> None:
        """One round of one relay; what stops it makes it look for the stream's end again."""
        relay, self.stream.fates = self.relays[which], fates

        async def once() -> Cursor:
            cursor = self.cursors[which] or await relay._find_cursor()
            return await relay._publish_next(cursor)

        before, was_true = list(self.stream.stored), self._stream_is_true()
        try:
            self.cursors[which] = self.loop.run_until_complete(once())
        except (NatsError, TimeoutError):
            self.cursors[which] = None
        except Diverged:
            self.cursors[which] = None
            assert not was_true
        assert was_true or self.stream.stored == before

    @rule(lost=st.integers(0, 9), forgets=st.booleans(), kills=st.lists(st.integers(0, 1)))
    def lose(self, lost: int, forgets: bool, kills: list[int]) -> None:
        """The stream's end is lost, the server no longer knows repeats, processes die; any or none of it."""
        self.stream.lose(lost)
        if forgets:
            self.stream.ids.clear()
        for which in kills:
            self.cursors[which], self.places[1 - which] = None, None

    @rule(
        which=st.integers(0, 1),
        count=st.integers(1, 9),
        missing=st.lists(st.integers(0, 8), max_size=2),
        repeated=st.booleans(),
    )
    def follow(self, which: int, count: int, missing: list[int], repeated: bool) -> None:
        """One run of one of two instances that both believe to be active: some messages lost, or all come twice."""
        follower = self.followers[which]
        place = self.places[which] or self.subscribed.now
        start = self.loop.run_until_complete(first_after(follower.js, "INTAKE", place.position))
        batch = self.stream.stored[start - 1 : start - 1 + count]
        batch = [m for i, m in enumerate(batch) if i not in missing] * (2 if repeated else 1)
        try:
            self.loop.run_until_complete(follower._check_place(place, start))
            run = follower._unseen(batch, place)
            if run:
                self.subscribed.apply(run, place.position)
                self.places[which] = Place(run[-1].position, run[-1].lineage, run[-1].identity)
        except Moved:
            self.places[which] = None
        except Diverged:
            self.places[which] = None
            assert self.is_restored

    @precondition(lambda self: self.store.events and not self.is_restored)
    @rule(back=st.integers(1, 9), again=st.lists(st.sampled_from([PUBLIC, PRIVATE]), max_size=12))
    def restore(self, back: int, again: list[str]) -> None:
        """From a backup, and life goes on: numbers are used again. The service was down, so its relay starts anew."""
        lost = self.store.events[-back:]
        del self.store.events[-back:]
        self.cursors = [None, None]
        ahead = {e.id for e in lost} & {m.position for m in self.stream.stored}
        self.record(again)
        self.is_restored = bool(ahead) or self._subscriber_is_ahead()

    def _subscriber_is_ahead(self) -> bool:
        return self.subscribed.applied != self.store.published()[: len(self.subscribed.applied)]

    @precondition(lambda self: self.is_restored)
    @rule()
    def reconcile(self) -> None:
        """A new lineage, the stream anew, and the subscriber put back to what both sides hold."""
        self.store.life = uuid4()
        self.stream.lose(len(self.stream.stored))
        true = self.store.published()
        both = zip(self.subscribed.applied, true, strict=False)
        common = [heard for heard, _ in takewhile(lambda pair: pair[0] == pair[1], both)]
        self.subscribed.applied = common
        self.subscribed.now = Place(common[-1][0] if common else 0, self.store.life)
        self.cursors, self.places = [None, None], [None, None]
        self.is_restored = False

    @invariant()
    def the_stream_is_the_beginning_of_the_store(self) -> None:
        """In order, each once, each naming the one before it."""
        chain = [0, *(m.position for m in self.stream.stored)]
        assert [m.previous for m in self.stream.stored] == chain[:-1]
        assert self.is_restored or self._stream_is_true()

    def _stream_is_true(self) -> bool:
        said = [(m.position, m.recorded_at) for m in self.stream.stored]
        return said == self.store.published()[: len(said)]

    @invariant()
    def what_was_applied_is_the_beginning_of_the_store(self) -> None:
        assert len({position for position, _ in self.subscribed.applied}) == len(
            self.subscribed.applied
        )
        if not self.is_restored:
            assert not self._subscriber_is_ahead()


TestTransport = Transport.TestCase
TestTransport.__doc__ = (
    "In any order of faults, what is in the store arrives once, in order, and nothing else does."
)
TestTransport.settings = settings(max_examples=250, stateful_step_count=40)
