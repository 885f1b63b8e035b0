"""What happens, as operators watch it: streams and their rates, events with a sentence each, and what comes, live."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import from_json

from services.directory.event_log import EventLog, Stream, read_marks, written
from services.directory.read_models import Pool
from shared.application import Clock
from shared.events import SOURCES
from shared.http import Door, Operator
from shared.messages import Message
from shared.names import Names
from shared.operations import reached, reached_js
from shared.pages import CursorNotOurs
from shared.service import Process

LONGEST_SECONDS = 270
"""A token lasts five minutes; who may watch is asked again then. The page goes on from the last id."""
QUIET_SECONDS = 15
IDS = re.compile("([0-9a-f]{8})-[0-9a-f-]{27}")
CURSOR = re.compile(rf"(?:{'|'.join(SOURCES)})/\d{{1,18}}(?: (?:{'|'.join(SOURCES)})/\d{{1,18}})*")
NO_NUL = r"^[^\x00]*$"
NOT_OURS = "An event of a newer version of its service."


class EventView(BaseModel):
    """A public event: what it says to people, what it says to programs, and what it came of."""

    source: str
    position: Annotated[int, Field(description="Its place in the store of its service.")]
    id: Annotated[str, Field(description="The id of its CloudEvent.", examples=["intake:8a4f:3"])]
    type: Annotated[str, Field(examples=["intake.CitySeekingRequested.v1"])]
    name: Annotated[str, Field(examples=["CitySeekingRequested"])]
    sentence: str
    recorded_at: datetime
    aggregate_id: Annotated[UUID, Field(description="What it happened to.")]
    case_id: UUID | None
    correlation: Annotated[str, Field(description="The same for all that one request led to.")]
    causation: Annotated[str, Field(description="The id of the event that caused it, or nothing.")]
    data: dict[str, Any]


class EventsPage(BaseModel):
    items: Annotated[list[EventView], Field(description="The newest first.")]
    next_cursor: Annotated[
        str | None, Field(description="Give it as ?cursor= for earlier ones.")
    ] = None
    seen: Annotated[
        str, Field(description="Send it as Last-Event-ID to hear all that comes after these.")
    ]


class TypeView(BaseModel):
    type: str
    name: str
    events: int
    in_last_hour: int


class StreamView(BaseModel):
    source: str
    events: int
    position: Annotated[int, Field(description="Of its last event.")]
    last_at: datetime | None
    in_last_5_minutes: int
    in_last_hour: Annotated[int, Field(description="Of the newest 5,000 at most.")]
    types: list[TypeView]


@dataclass(frozen=True)
class Wanted:
    """Which events somebody wants to see; a filter that is not given lets all through."""

    source: Annotated[str | None, Query(pattern=f"^({'|'.join(SOURCES)})$")] = None
    type: Annotated[
        str | None, Query(max_length=80, pattern=NO_NUL, description="Its name or its full type.")
    ] = None
    about: Annotated[
        UUID | None, Query(description="An id that it names: a case, a community, a pair.")
    ] = None
    correlation: Annotated[str | None, Query(max_length=100, pattern=NO_NUL)] = None
    chain: Annotated[
        str | None,
        Query(
            max_length=100, pattern=NO_NUL, description="The event of this id, and what it caused."
        ),
    ] = None

    def __call__(self, message: Message) -> bool:
        return (
            self.source in (None, message.source)
            and self.type in (None, message.subject, message.subject.split(".")[1])
            and self.correlation in (None, message.correlation)
            and self.chain in (None, message.event_id, message.causation)
            and (self.about is None or self._names(self.about, message))
        )

    def _names(self, identity: UUID, message: Message) -> bool:
        return identity == message.aggregate_id or str(identity).encode() in message.data


def routes(process: Process, casebook: Pool, clock: Clock) -> APIRouter:
    router = APIRouter(prefix="/api/directory/v1/operations", tags=["operations"], route_class=Door)
    log = EventLog(lambda: reached_js(process))
    views = Views(Names(lambda community_id: _name(casebook, community_id)))

    @router.get("/streams")
    async def streams(caller: Operator) -> list[StreamView]:
        """What each stream holds, by type, and how much of it is new."""
        with reached(process):
            await log.look()
        return [stream_view(stream, clock()) for stream in log.streams.values()]

    @router.get("/events")
    async def events(
        caller: Operator,
        wanted: Annotated[Wanted, Depends()],
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        cursor: Annotated[str, Query(max_length=200, pattern=NO_NUL)] = "",
    ) -> EventsPage:
        """What happened, the newest first. Where filters let little through, a page may hold less than asked for."""
        with reached(process):
            await log.look()
            seen = log.now()
            found, below = await log.earlier(_sequences(cursor), wanted, limit)
        items = await asyncio.to_thread(lambda: [views.of(message) for message in found])
        following = " ".join(f"{source}/{sequence}" for source, sequence in below.items())
        return EventsPage(items=items, next_cursor=following or None, seen=written(seen))

    @router.get("/events/live", response_class=EventSourceResponse)
    async def live(
        caller: Operator,
        wanted: Annotated[Wanted, Depends()],
        last_event_id: Annotated[str, Header(max_length=400, pattern=NO_NUL)] = "",
    ) -> AsyncIterator[ServerSentEvent]:
        """Events as they come, as server-sent events. Their ids hold how far one has come: who sends the last one as
        Last-Event-ID misses nothing. It ends after four and a half minutes; begin again with a new token."""
        until = time.monotonic() + LONGEST_SECONDS

        def goes_on() -> bool:
            return time.monotonic() < until and not process.is_closing

        marks = read_marks(last_event_id)
        told_at = float("-inf")
        async for fresh, seen in log.follow(marks, goes_on):
            if fresh is None:
                if time.monotonic() - told_at > QUIET_SECONDS:
                    told_at = time.monotonic()
                    yield ServerSentEvent(event="still", id=written(seen), data={})
            elif wanted(fresh):
                view = await asyncio.to_thread(views.of, fresh)
                yield ServerSentEvent(event="event", id=written(seen), data=view)

    return router


class Views:
    """Events as operators read them."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def of(self, message: Message) -> EventView:
        data = from_json(message.data)
        return EventView(
            source=message.source,
            position=message.position,
            id=message.event_id,
            type=message.subject,
            name=message.subject.split(".")[1],
            sentence=self._sentence(message),
            recorded_at=datetime.fromisoformat(message.recorded_at),
            aggregate_id=message.aggregate_id,
            case_id=data.get("case_id"),
            correlation=message.correlation,
            causation=message.causation,
            data=data,
        )

    def _sentence(self, message: Message) -> str:
        try:
            event = message.event()
        except ValidationError:
            return NOT_OURS
        # Whose case it is is told by an opaque id; people compare its beginning.
        return IDS.sub(r"\1", self.names.tell(event)) if event is not None else NOT_OURS


def stream_view(stream: Stream, now: datetime) -> StreamView:
    hour = _since(stream, now - timedelta(hours=1))
    last = stream.newest[-1].message if stream.newest else None
    by_type = Counter(message.subject for message in hour)
    return StreamView(
        source=stream.source,
        events=sum(stream.counts.values()),
        position=last.position if last else 0,
        last_at=datetime.fromisoformat(last.recorded_at) if last else None,
        in_last_5_minutes=len(_since(stream, now - timedelta(minutes=5))),
        in_last_hour=len(hour),
        types=[
            TypeView(
                type=subject,
                name=subject.split(".")[1],
                events=count,
                in_last_hour=by_type[subject],
            )
            for subject, count in sorted(stream.counts.items())
        ],
    )


def _since(stream: Stream, moment: datetime) -> list[Message]:
    """Of those in memory. They were recorded in order, but for a few that were recorded at once."""
    found: list[Message] = []
    for entry in reversed(stream.newest):
        if datetime.fromisoformat(entry.message.recorded_at) < moment:
            break
        found.append(entry.message)
    return found


def _sequences(cursor: str) -> dict[str, int]:
    """Raises CursorNotOurs."""
    if not cursor:
        return {}
    if not CURSOR.fullmatch(cursor):
        raise CursorNotOurs(cursor=cursor)
    return {
        source: int(sequence)
        for source, _, sequence in (word.partition("/") for word in cursor.split(" "))
    }


def _name(casebook: Pool, community_id: UUID) -> str | None:
    with casebook.connection() as connection:
        row = connection.execute(
            "SELECT name FROM casebook.names WHERE community_id = %(id)s", {"id": community_id}
        ).fetchone()
    return row["name"] if row else None
