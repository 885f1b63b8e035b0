"""A stream to its handler, exactly once in effect: the place is kept by the subscriber, in the effect's transaction."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol
from zlib import crc32

import psycopg
from eventsourcing.persistence import InterfaceError, OperationalError
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from shared.messages import Diverged, Message, Place, first_after, last_message, message_at
from shared.recorder import Moved

log = logging.getLogger(__name__)
BATCH = 200
ATTEMPTS = 3
TRANSIENT = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)


class Subscriber(Protocol):
    """What a follower delivers to: a process manager's recorder, or a set of read models."""

    name: str

    def place(self, source: str) -> Place: ...

    def apply(self, messages: Sequence[Message], previous: int) -> None:
        """Effect and place in one transaction (or one for each message); raises Moved where `previous` is not it."""

    def park(self, message: Message, previous: int, error: str) -> None:
        """Set a message aside, and the place beyond it; later ones of its aggregate will wait behind it."""


class Follower:
    """Follows one stream for one subscriber; of several instances one is active, the others stand by."""

    def __init__(
        self,
        source: str,
        subscriber: Subscriber,
        js: JetStreamContext,
        lock_url: str,
        is_held: Callable[[], bool] = lambda: False,
    ) -> None:
        self.source, self.subscriber, self.js, self.lock_url = source, subscriber, js, lock_url
        self.is_held = is_held
        self.stream = source.upper()
        self.is_active = False
        self.beat = time.monotonic()
        self.halted: str | None = None
        self.last_error = ""

    async def run(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self.lock_url, autocommit=True
                ) as lock:
                    await self._stand_by(lock)
                    self.is_active = True
                    await self._follow(lock)
            except Diverged as problem:
                self.halted = str(problem)
                await asyncio.sleep(1)
            except (NatsError, *TRANSIENT, OSError, TimeoutError, Moved) as problem:
                self.last_error = repr(problem)
                log.info("%s follows %s again: %r", self.subscriber.name, self.source, problem)
            except Exception as problem:
                # No sign of life any more: readiness fails and says this.
                self.last_error = repr(problem)
                log.exception("%s cannot follow %s", self.subscriber.name, self.source)
                await asyncio.sleep(1)
            finally:
                self.is_active = False
            await asyncio.sleep(0.1)

    async def _stand_by(self, lock: psycopg.AsyncConnection) -> None:
        key = crc32(f"{self.subscriber.name} follows {self.source}".encode())
        while not await self._may_begin(lock, key):
            self._well()
            await asyncio.sleep(0.25)

    async def _may_begin(self, lock: psycopg.AsyncConnection, key: int) -> bool:
        """Who is held takes no lock: another instance may be free to follow."""
        if self.is_held():
            return False
        found = await (await lock.execute("SELECT pg_try_advisory_lock(%s)", [key])).fetchone()
        return bool(found and found[0])

    async def _follow(self, lock: psycopg.AsyncConnection) -> None:
        place = await asyncio.to_thread(self.subscriber.place, self.source)
        subscription = await self._bind(place)
        arrived = 0
        while not self.is_held():
            # The session that holds the lock may have died: without this, two would be active for a while.
            await lock.execute("SELECT 1")
            try:
                raw = await subscription.fetch(BATCH, timeout=1)
            except TimeoutError:
                sent = (await subscription.consumer_info()).delivered
                if sent and sent.consumer_seq > arrived:
                    raise Moved("the last messages were sent and never arrived") from None
                # Its own database may have been restored meanwhile, its place with it.
                if await asyncio.to_thread(self.subscriber.place, self.source) != place:
                    raise Moved(f"no longer at {place.position}") from None
                await self._see_the_end(place)
                continue
            arrived += len(raw)
            run = self._unseen([Message.of(m.headers, m.data) for m in raw], place)
            if run:
                await self._deliver(run, place.position)
                place = Place(run[-1].position, run[-1].lineage, run[-1].identity)
            self._well()

    def _well(self) -> None:
        """Delivered, nothing to deliver, or standing by: only this counts as a sign of life."""
        self.beat, self.halted, self.last_error = time.monotonic(), None, ""

    def _unseen(self, messages: list[Message], place: Place) -> list[Message]:
        """Those beyond the place, each following the one before; a gap means that the stream must be sought anew."""
        run: list[Message] = []
        reached = place.position
        for message in messages:
            self._same_story(message, place)
            if message.position <= reached:
                continue
            if message.previous != reached:
                raise Moved(f"at {reached}, but {message.position} follows {message.previous}")
            run.append(message)
            reached = message.position
        return run

    async def _see_the_end(self, place: Place) -> None:
        """A stream that ends before the place is being filled again; if it stays so, somebody must be told."""
        last = await last_message(self.js, self.stream)
        if place.position <= (last.position if last else 0):
            self._well()
        else:
            how = f"{self.stream} ends before {place.position}: is it being filled again?"
            self.last_error = f"{how} If it stays so: csc reconcile {self.source}"

    async def _check_place(self, place: Place, start: int) -> None:
        """A restored stream may never bring what was heard last: then nothing would come, and all would seem well."""
        last = await last_message(self.js, self.stream)
        if last is None:
            return
        self._same_story(last, place)
        if place.position and place.position < last.position:
            before = await message_at(self.js, self.stream, start - 1) if start > 1 else None
            if before is None or before.position != place.position:
                after = await message_at(self.js, self.stream, start)
                # A stream that is being filled may have grown since `start` was sought.
                is_grown = after.position <= place.position
                raise Moved("the stream grows") if is_grown else self._parted()
            self._same_story(before, place)

    def _same_story(self, message: Message, place: Place) -> None:
        is_other_life = place.lineage is not None and message.lineage != place.lineage
        is_at_place = message.position == place.position and place.identity
        if is_other_life or (is_at_place and message.identity != place.identity):
            raise self._parted()

    def _parted(self) -> Diverged:
        return Diverged(
            f"{self.subscriber.name} followed {self.source} in another life of its store: it was restored"
            f" from a backup. Run: csc reconcile {self.source}"
        )

    async def _deliver(self, run: list[Message], previous: int) -> None:
        try:
            await asyncio.to_thread(self.subscriber.apply, run, previous)
        except Exception as problem:
            if isinstance(problem, (Moved, *TRANSIENT)):
                raise
            await self._deliver_singly(run)

    async def _deliver_singly(self, run: list[Message]) -> None:
        """One of these is poison: each alone, and the one that fails again and again is parked."""
        for message in run:
            place = await asyncio.to_thread(self.subscriber.place, self.source)
            if message.position <= place.position:
                continue
            if error := await self._try(message, place.position):
                log.error("parked %s for %s: %s", message.event_id, self.subscriber.name, error)
                await asyncio.to_thread(self.subscriber.park, message, place.position, error)

    async def _try(self, message: Message, previous: int) -> str:
        """Apply one message, several times if need be; the last error where it never succeeds."""
        error = ""
        for attempt in range(ATTEMPTS):
            try:
                await asyncio.to_thread(self.subscriber.apply, [message], previous)
            except Exception as problem:
                if isinstance(problem, (Moved, *TRANSIENT)):
                    raise
                error = f"{type(problem).__name__}: {problem}"
                await asyncio.sleep(0.05 * 2**attempt)
            else:
                return ""
        return error

    async def _bind(self, place: Place) -> JetStreamContext.PullSubscription:
        """A consumer made anew from the place: NATS keeps no second truth about it."""
        start = await first_after(self.js, self.stream, place.position)
        await self._check_place(place, start)
        name = self.subscriber.name
        with suppress(NotFoundError):
            await self.js.delete_consumer(self.stream, name)
        await self.js.add_consumer(
            self.stream,
            ConsumerConfig(
                name=name,
                ack_policy=AckPolicy.NONE,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=start,
                mem_storage=True,
                inactive_threshold=300,
            ),
        )
        return await self.js.pull_subscribe_bind(consumer=name, stream=self.stream)
