"""Reads the public streams from a place on and never needs a hand: restarts and wipes of NATS are waited out."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from uuid import UUID, uuid4

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.messages import Diverged, Message

BATCH = 200
PASSING = (NatsError, OSError, TimeoutError)
IsBefore = Callable[[Message], bool]


class Tail:
    """One stream; `reached` is the position of the last message that was given out."""

    def __init__(self, js: JetStreamContext, source: str) -> None:
        self.js, self.source, self.stream = js, source, source.upper()
        self.reached = 0
        self.lineage: UUID | None = None
        # After a restore positions are used again: then only what was recorded later than all we saw is new.
        self._seen_until = ""
        self._seen_in_another_life = ""

    async def start(self, is_before: IsBefore | None) -> None:
        """Begin after the messages that `is_before` says yes to; after all of them where it is None."""
        state = (await self.js.stream_info(self.stream)).state
        first = state.last_seq + 1
        if is_before is not None:
            first = await self._search(state.first_seq, state.last_seq, is_before)
        if state.messages and first > state.first_seq:
            last = await self._message(first - 1)
            self._note(last)

    async def history(self) -> list[Message]:
        """Everything from the place to where the stream ends now."""
        found: list[Message] = []
        state = (await self.js.stream_info(self.stream)).state
        if state.messages == 0 or (await self._message(state.last_seq)).position <= self.reached:
            return found
        subscription = await self._bind()
        while self.reached < (await self._message(state.last_seq)).position:
            found += self._fresh(await _fetch(subscription))
        return found

    async def follow(self) -> AsyncIterator[Message]:
        """What comes, for ever."""
        while True:
            with suppress(*PASSING, Diverged):
                subscription = await self._bind()
                checked = time.monotonic()
                while True:
                    for message in self._fresh(await _fetch(subscription)):
                        yield message
                    if time.monotonic() - checked > 1:
                        checked = time.monotonic()
                        # A stream that was deleted takes the consumer with it: this raises, and we bind anew.
                        await subscription.consumer_info()
            await asyncio.sleep(0.5)

    def _fresh(self, messages: list[Message]) -> list[Message]:
        fresh: list[Message] = []
        for message in messages:
            if self.lineage not in (None, message.lineage):
                self.reached, self._seen_in_another_life = 0, self._seen_until
            is_new = message.position > self.reached
            if is_new and message.recorded_at > self._seen_in_another_life:
                fresh.append(message)
            if is_new:
                self._note(message)
        return fresh

    def _note(self, message: Message) -> None:
        self.reached, self.lineage = message.position, message.lineage
        self._seen_until = max(self._seen_until, message.recorded_at)

    async def _bind(self) -> JetStreamContext.PullSubscription:
        """A nameless consumer from the place; it goes away by itself when we do."""
        state = (await self.js.stream_info(self.stream)).state
        first = await self._search(
            state.first_seq, state.last_seq, lambda message: message.position <= self.reached
        )
        if state.messages and (await self._message(state.last_seq)).lineage != self.lineage:
            first = state.first_seq
        name = f"watch-{uuid4().hex[:12]}"
        await self.js.add_consumer(
            self.stream,
            ConsumerConfig(
                name=name,
                ack_policy=AckPolicy.NONE,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=max(first, 1),
                mem_storage=True,
                inactive_threshold=30,
            ),
        )
        return await self.js.pull_subscribe_bind(consumer=name, stream=self.stream)

    async def _search(self, low: int, last: int, is_before: IsBefore) -> int:
        """The sequence of the first message that is not before, by halving."""
        low, high = max(low, 1), last + 1
        while low < high:
            middle = (low + high) // 2
            if is_before(await self._message(middle)):
                low = middle + 1
            else:
                high = middle
        return low

    async def _message(self, sequence: int) -> Message:
        raw = await self.js.get_msg(self.stream, seq=sequence)
        return Message.of(raw.headers, raw.data)


async def _fetch(subscription: JetStreamContext.PullSubscription) -> list[Message]:
    try:
        raw = await subscription.fetch(BATCH, timeout=1)
    except TimeoutError:
        return []
    return [Message.of(m.headers, m.data) for m in raw]
