"""The three public streams as operators look at them: the newest events in memory, older ones read when asked for."""

import asyncio
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.events import SOURCES
from shared.messages import Diverged, Message, first_after, message_at

KEPT = 5_000
AT_ONCE = 100
LOOK_EVERY = 0.5  # seconds
MOST_AT_A_TIME = 500
MOST_LOOKED_THROUGH = 3_000
"""Older events of a stream that one question may have read; the next one goes on from there."""
PASSING = (NatsError, OSError, TimeoutError, Diverged)

Js = Callable[[], JetStreamContext]
Wanted = Callable[[Message], bool]


class Entry(NamedTuple):
    sequence: int
    message: Message


class Mark(NamedTuple):
    """The last event of a source that somebody has seen. Positions are used again after a restore, times are not."""

    position: int = 0
    life: str = ""
    recorded_at: str = ""

    @classmethod
    def of(cls, message: Message) -> "Mark":
        return cls(message.position, str(message.lineage)[:8], message.recorded_at)


Marks = dict[str, Mark]


def written(marks: Marks) -> str:
    """Marks as an id of server-sent events."""
    return " ".join(
        f"{source}/{mark.position}/{mark.life}/{mark.recorded_at}"
        for source, mark in sorted(marks.items())
    )


def read_marks(text: str) -> Marks:
    """What `written` made; what is not of ours is as if it had not been said."""
    found: Marks = {}
    for word in text.split():
        source, _, rest = word.partition("/")
        position, _, seen = rest.partition("/")
        life, _, recorded_at = seen.partition("/")
        if source in SOURCES and position.isdecimal() and len(position) < 19:
            found[source] = Mark(int(position), life, recorded_at)
    return found


@dataclass
class Stream:
    """One stream. What it holds is seen by everybody who looks; several looks at once are one."""

    source: str
    js: Js
    first: int = 1
    last: int = 0
    newest: list[Entry] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    """By type, over the whole stream."""
    _made_at: datetime | None = None
    _looked_at: float = float("-inf")
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def name(self) -> str:
        return self.source.upper()

    async def look(self) -> None:
        """See what came since the last look. Raises what NATS does."""
        async with self._turn:
            if time.monotonic() - self._looked_at < LOOK_EVERY:
                return
            info = await self.js().stream_info(self.name, subjects_filter=f"{self.source}.>")
            if info.created != self._made_at or info.state.last_seq < self.last:
                # It was deleted, and its service fills it again.
                self.newest, self.last = [], 0
            fresh_from = max(self.last, info.state.last_seq - KEPT) + 1
            fresh = await self._fetch(max(fresh_from, info.state.first_seq), info.state.last_seq)
            self.newest = [*self.newest, *fresh][-KEPT:]
            self.first, self.last = max(info.state.first_seq, 1), info.state.last_seq
            self.counts, self._made_at = info.state.subjects or {}, info.created
            self._looked_at = time.monotonic()

    async def read(self, first: int, last: int) -> list[Entry]:
        """The entries of these sequences, from memory where they are there."""
        if self.newest and first >= self.newest[0].sequence:
            begin, end = (
                bisect_right(self.newest, at, key=lambda entry: entry.sequence)
                for at in (first - 1, last)
            )
            return self.newest[begin:end]
        return await self._fetch(first, last)

    async def after(self, mark: Mark) -> list[Entry]:
        """The next ones that who has seen `mark` has not seen, a batch at most."""
        if not self.newest:
            return []
        if mark.life and mark.life != str(self.newest[-1].message.lineage)[:8]:
            # Another life of the store: it tells anew what was told before.
            seen = mark.recorded_at
            unseen = [entry for entry in self.newest if entry.message.recorded_at > seen]
            return unseen[:MOST_AT_A_TIME]
        if mark.position < self.newest[0].message.previous:
            first = await first_after(self.js(), self.name, mark.position)
            return await self.read(first, min(first + MOST_AT_A_TIME - 1, self.last))
        begin = bisect_right(self.newest, mark.position, key=lambda entry: entry.message.position)
        return self.newest[begin : begin + MOST_AT_A_TIME]

    async def _fetch(self, first: int, last: int) -> list[Entry]:
        found: list[Entry] = []
        for begin in range(first, last + 1, AT_ONCE):
            batch = range(begin, min(begin + AT_ONCE, last + 1))
            told = await asyncio.gather(*(self._one(sequence) for sequence in batch))
            found += [entry for entry in told if entry is not None]
        return found

    async def _one(self, sequence: int) -> Entry | None:
        """None for what is gone, or what no relay wrote: csc reconcile speaks of that."""
        with suppress(NotFoundError, Diverged):
            return Entry(sequence, await message_at(self.js(), self.name, sequence))
        return None


class Earlier:
    """Walks back through one stream, over what is not wanted."""

    def __init__(self, stream: Stream, below: int | None, wanted: Wanted) -> None:
        self.stream, self.wanted = stream, wanted
        self.below = min(below or stream.last + 1, stream.last + 1)
        """Everything from here on was looked at."""
        self.looked_through, self._read = 0, list[Entry]()

    @property
    def is_tired(self) -> bool:
        return self.looked_through >= MOST_LOOKED_THROUGH

    @property
    def is_at_start(self) -> bool:
        return not self._read and self.below <= self.stream.first

    async def newest(self) -> Message | None:
        """The newest wanted one that was not taken yet."""
        while not (self.is_at_start or self.is_tired):
            if not self._read:
                await self._look_further()
            elif self.wanted(self._read[-1].message):
                return self._read[-1].message
            else:
                self.take()
        return None

    def take(self) -> Message:
        entry = self._read.pop()
        self.below = entry.sequence
        return entry.message

    async def _look_further(self) -> None:
        first = max(self.below - AT_ONCE, self.stream.first)
        self._read = await self.stream.read(first, self.below - 1)
        is_kept = bool(self.stream.newest) and first >= self.stream.newest[0].sequence
        self.looked_through += 0 if is_kept else AT_ONCE
        if not self._read:
            self.below = first


class EventLog:
    """All of the streams, in the order in which things were recorded."""

    def __init__(self, js: Js) -> None:
        self.streams = {source: Stream(source, js) for source in SOURCES}

    async def look(self) -> None:
        await asyncio.gather(*(stream.look() for stream in self.streams.values()))

    def now(self) -> Marks:
        """Where the streams end."""
        return {
            source: Mark.of(stream.newest[-1].message) if stream.newest else Mark()
            for source, stream in self.streams.items()
        }

    async def earlier(
        self, below: Mapping[str, int], wanted: Wanted, most: int
    ) -> tuple[list[Message], dict[str, int]]:
        """Wanted ones before these sequences, the newest first, and before which to go on; empty at the beginning."""
        walks = {
            source: Earlier(stream, below.get(source), wanted)
            for source, stream in self.streams.items()
        }
        found: list[Message] = []
        while len(found) < most:
            heads = {source: await walk.newest() for source, walk in walks.items()}
            told = {source: head for source, head in heads.items() if head is not None}
            # What a tired walk would still find may be newer than what the others have.
            if not told or any(walk.is_tired for walk in walks.values()):
                break
            newest = max(told, key=lambda source: told[source].recorded_at)
            found.append(walks[newest].take())
        is_over = all(walk.is_at_start for walk in walks.values())
        return found, {} if is_over else {source: walk.below for source, walk in walks.items()}

    async def unseen(self, marks: Marks) -> Sequence[Message]:
        """What came after the marks, in order, a batch of each stream at most."""
        await self.look()
        found = [
            entry.message
            for source, stream in self.streams.items()
            for entry in await stream.after(marks.get(source, Mark()))
        ]
        return sorted(found, key=lambda message: message.recorded_at)

    async def follow(
        self, marks: Marks, goes_on: Callable[[], bool]
    ) -> AsyncIterator[tuple[Message | None, Marks]]:
        """What comes, and how far one has come with it; no message where nothing came.

        Nobody is waited for, and nothing is kept for anybody: who reads slowly is behind in the stream, and comes on.
        """
        await self.look()
        marks = self.now() | marks
        while goes_on():
            fresh: Sequence[Message] = ()
            with suppress(*PASSING):
                fresh = await self.unseen(marks)
                for message in fresh:
                    marks = marks | {message.source: Mark.of(message)}
                    yield message, marks
                if not fresh:
                    yield None, marks
            if not fresh:
                await asyncio.sleep(LOOK_EVERY)
