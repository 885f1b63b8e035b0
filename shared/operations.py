"""What operators ask of a service over HTTP: health, status, parked events, letters, a new lineage after a restore."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol, cast
from uuid import UUID

from eventsourcing.persistence import Notification
from fastapi import APIRouter, Path, Query, Response
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from psycopg.types.json import Jsonb
from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import to_json

from shared.aggregates import DomainEvent
from shared.answers import leave_no_receipt
from shared.application import Service
from shared.follower import Follower
from shared.forms import Form
from shared.http import Anyone, Door, Operator
from shared.mail import Effect, Ledger
from shared.messages import Place, event_id, first_after
from shared.process_manager import ProcessManager, Rehearsal
from shared.refusals import Refusal
from shared.service import STALLED_SECONDS, Process

log = logging.getLogger(__name__)
Source = Annotated[str, Path(pattern="^[a-z]{1,30}$", examples=["intake"])]
Position = Annotated[int, Field(ge=0, lt=2**63)]
LetterState = Literal["due", "sending", "sent", "unknown", "refused", "cancelled"]


class Listener(Protocol):
    """A process manager, or a set of read models."""

    def place(self, source: str) -> Place: ...

    def parked(
        self, source: str | None = None, aggregate_id: UUID | None = None
    ) -> list[dict[str, Any]]: ...

    def replay(self, source: str, aggregate_id: UUID, *, rehearse: bool) -> list[Rehearsal]: ...


class StreamsUnreachable(Refusal):
    """The streams cannot be looked at: {troubles}"""

    status = 503
    next_step = "Look at NATS; commands go on being recorded, and are published when it is back."


class Health(BaseModel):
    is_ready: bool
    troubles: Annotated[
        list[str],
        Field(description="In a sentence each; what stands behind them is in operations/status."),
    ]


class Subscription(BaseModel):
    source: str
    position: int
    lag: Annotated[int, Field(description="Public events of the source that are not yet applied.")]
    parked: int
    is_active: Annotated[bool, Field(description="Whether this instance is the one that follows.")]


class Status(BaseModel):
    service: str
    store_head: Annotated[int, Field(description="Last public position recorded.")]
    stream_head: Annotated[int, Field(description="Last position published.")]
    lag: Annotated[
        int, Field(description="Public positions recorded and not yet published, at most.")
    ]
    parked: int
    subscriptions: list[Subscription]
    letters: dict[str, int]
    troubles: list[str]
    lineage: UUID | None


class ParkedMessage(BaseModel):
    """A message of the stream as it was heard."""

    headers: dict[str, str]
    data: str


class ParkedView(BaseModel):
    """An event that could not be applied, or that waits behind one."""

    source: str
    position: int
    aggregate_id: UUID
    message: ParkedMessage
    error: Annotated[str, Field(description="Why it could not be applied, or what it waits for.")]
    parked_at: datetime


class KeptLetter(BaseModel):
    """A letter in the ledger; to whom it goes is not told here."""

    id: UUID
    kind: str
    subject_id: Annotated[UUID, Field(description="What it is about.")]
    state: LetterState
    attempts: int
    due_at: datetime
    settled_at: datetime | None
    error: str | None


LOST = {
    "position": 58,
    "subject": "intake.CitySeekingRequested.v1",
    "event_id": "intake:6f1c2f0e-3b7a-5c0d-9e4e-2a1b7c8d9e0f:1",
    "recorded_at": "2026-03-03T12:00:00+00:00",
}


def _is_text(lost: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if b"\\u0000" in to_json(lost):
        raise ValueError("a text holds a character that is none")
    return lost


LostEvents = Annotated[
    list[dict[str, Any]],
    AfterValidator(_is_text),
    Field(description="Events that the stream held and the store does not.", examples=[[LOST]]),
]


class ReplayRequest(Form):
    rehearse: Annotated[bool, Field(description="Only say what would happen.", examples=[True])] = (
        True
    )


class Acceptance(Form):
    """After a restore of a source: follow its new lineage from a position that both sides hold."""

    lineage: Annotated[UUID, Field(examples=["0c4f6a52-8d0b-4a57-9f3e-5b1d2c3e4f50"])]
    position: Annotated[Position, Field(examples=[57])]
    lost: LostEvents = Field(default_factory=list)


class Recorded(BaseModel):
    """A public event that the store holds; what the stream holds beyond these was lost in a restore."""

    position: int
    event_id: str
    recorded_at: str


class Settlement(Form):
    """What an operator found out about a letter that is unknown or was refused."""

    state: Annotated[
        Literal["sent", "due"],
        Field(description="It arrived, or it is to be sent again.", examples=["sent"]),
    ]


class NoLetterToSettle(Refusal):
    """There is no letter {id} that is unknown or was refused."""

    next_step = "Look at the list of such letters again; somebody may have settled it."


class Hurried(BaseModel):
    letters: Annotated[int, Field(description="How many are tried again now.", examples=[41])]


class NewLineage(Form):
    lost: LostEvents = Field(default_factory=list)


def health_routes(process: Process) -> APIRouter:
    router = APIRouter(prefix=f"/api/{process.name}/health", tags=["health"], route_class=Door)

    @router.get("/live")
    async def live(caller: Anyone) -> dict[str, str]:
        return {"service": process.name}

    @router.get("/ready", responses={503: {"model": Health, "description": "Not ready."}})
    async def ready(caller: Anyone, response: Response) -> Health:
        troubles = plain_troubles(process)
        response.status_code = 503 if troubles else 200
        return Health(is_ready=not troubles, troubles=troubles)

    return router


def plain_troubles(process: Process) -> list[str]:
    """What everybody may read: which part stands still; never what a server said of its address or of a role."""
    parts, now = process.all_parts().items(), time.monotonic()
    said = [f"{name}: {part.halted}" for name, part in parts if part.halted]
    said += [
        f"the {name} shows no sign of life for {now - part.beat:.0f} s"
        for name, part in parts
        if now - part.beat > STALLED_SECONDS
    ]
    return (said or ["not every part of it runs yet"]) if process.troubles() else []


def operations_router(process: Process, listener: Listener) -> APIRouter:
    """What every service answers its operators, the one that only listens too."""
    router = APIRouter(
        prefix=f"/api/{process.name}/v1/operations", tags=["operations"], route_class=Door
    )

    @router.get("/parked")
    def parked(caller: Operator) -> list[ParkedView]:
        return [ParkedView(**row) for row in listener.parked()]

    @router.post("/parked/{source}/{aggregate_id}/replay")
    def replay(
        source: Source, aggregate_id: UUID, form: ReplayRequest, caller: Operator
    ) -> list[Rehearsal]:
        # Each message that is heard records for itself; the answer is their list.
        leave_no_receipt()
        log.info(
            "operator %s replays %s of %s, rehearse=%s",
            caller.subject,
            aggregate_id,
            source,
            form.rehearse,
        )
        return listener.replay(source, aggregate_id, rehearse=form.rehearse)

    return router


def routes(process: Process, service: Service, manager: ProcessManager) -> APIRouter:
    router = operations_router(process, manager)

    @router.get("/status")
    async def status(caller: Operator) -> Status:
        store_head = await asyncio.to_thread(_store_head, service)
        stream_head = await _stream_head(process)
        listening = await subscriptions(process, manager)
        return Status(
            service=process.name,
            store_head=store_head,
            stream_head=stream_head,
            lag=max(store_head - stream_head, 0),
            parked=sum(subscription.parked for subscription in listening),
            subscriptions=listening,
            letters=await asyncio.to_thread(_letters, service),
            troubles=process.complaints(),
            lineage=await asyncio.to_thread(service.lineage),
        )

    @router.get("/letters")
    def letters(caller: Operator, state: LetterState = "unknown") -> list[KeptLetter]:
        rows = service.rows(
            "SELECT id, kind, subject_id, state, attempts, due_at, settled_at, error FROM effects"
            " WHERE state = %(state)s ORDER BY due_at LIMIT 500",
            state=state,
        )
        return [KeptLetter(**row) for row in rows]

    @router.post("/letters/{effect_id}/settle")
    def settle(effect_id: UUID, form: Settlement, caller: Operator) -> Settlement:
        """Say what became of a letter that nobody can know about; sent again, it goes out anew."""
        leave_no_receipt()
        _settle(service, effect_id, form.state)
        log.info("operator %s settled letter %s: %s", caller.subject, effect_id, form.state)
        return form

    @router.post("/letters/retry")
    def retry(caller: Operator) -> Hurried:
        """Letters that were tried in vain and wait for their next time are tried now; no others."""
        leave_no_receipt()
        count = Ledger(service).hurry()
        log.info("operator %s has %d letters tried again", caller.subject, count)
        return Hurried(letters=count)

    @router.get("/recorded")
    def recorded(
        first: Annotated[Position, Query()], last: Annotated[Position, Query()], caller: Operator
    ) -> list[Recorded]:
        """The public events of the store between two positions, at most 1,000: `csc reconcile` compares."""
        found = service.recorder.select_notifications(first, 1000, last, service.public_topics)
        return [
            Recorded(
                position=notification.id,
                event_id=event_id(service.name, notification),
                recorded_at=_recorded(service, notification).timestamp.isoformat(),
            )
            for notification in found
        ]

    @router.post("/lineage")
    def begin_lineage(form: NewLineage, caller: Operator) -> dict[str, Any]:
        """The store was restored: what follows is another life of it. The stream must be declared anew after this.

        Letters that had not gone out when the backup was made may have gone out since: they are unknown, to be settled.
        """
        with service.transaction() as curs:
            row = curs.execute(
                "INSERT INTO lineage (lost) VALUES (%(lost)s) RETURNING id",
                {"lost": Jsonb(form.lost)},
            ).fetchone()
            curs.execute(
                "UPDATE effects SET state = 'unknown', settled_at = now(),"
                " error = 'the store was restored; it may have gone out' WHERE state IN ('due', 'sending')"
            )
        log.warning(
            "operator %s began lineage %s; %d events were lost",
            caller.subject,
            row["id"],
            len(form.lost),
        )
        return {"lineage": str(row["id"]), "position": _store_head(service)}

    @router.post("/subscriptions/{source}/accept")
    def accept(source: Source, form: Acceptance, caller: Operator) -> dict[str, Any]:
        """Follow a source's new lineage; what was heard beyond the position stays, and is kept in the log as lost."""
        with service.transaction() as curs:
            curs.execute(
                "UPDATE tracking SET notification_id = least(notification_id, %(position)s), lineage = %(lineage)s,"
                # Which message stands at a place that it goes back to is learned when the next one is heard.
                " identity = CASE WHEN notification_id > %(position)s THEN '' ELSE identity END"
                " WHERE application_name = %(source)s",
                {"source": source, "position": form.position, "lineage": form.lineage},
            )
            # Their positions will be used again by others.
            curs.execute(
                "DELETE FROM parked WHERE source = %(source)s AND position > %(position)s",
                {"source": source, "position": form.position},
            )
        log.warning(
            "operator %s accepted lineage %s of %s; lost: %s",
            caller.subject,
            form.lineage,
            source,
            form.lost,
        )
        return {"source": source, "lost": len(form.lost)}

    return router


async def subscriptions(process: Process, listener: Listener) -> list[Subscription]:
    """How far a service has come in each stream that it follows. Raises StreamsUnreachable."""
    return [await _subscription(process, listener, follower) for follower in process.followers]


async def _subscription(process: Process, listener: Listener, follower: Follower) -> Subscription:
    place = await asyncio.to_thread(listener.place, follower.source)
    parked = await asyncio.to_thread(listener.parked, follower.source)
    return Subscription(
        source=follower.source,
        position=place.position,
        lag=await _lag(process, follower.stream, place.position),
        parked=len(parked),
        is_active=follower.is_active,
    )


async def _lag(process: Process, stream: str, position: int) -> int:
    """How many messages of a stream lie beyond a position."""
    with reached(process) as js:
        start = await first_after(js, stream, position)
        return (await js.stream_info(stream)).state.last_seq - start + 1


async def _stream_head(process: Process) -> int:
    stream = process.name.upper()
    with reached(process) as js:
        state = (await js.stream_info(stream)).state
        if state.messages == 0:
            return 0
        last = await js.get_msg(stream, seq=state.last_seq)
        return int((last.headers or {})["position"])


def reached_js(process: Process) -> JetStreamContext:
    """Raises StreamsUnreachable."""
    if process.js is None:
        raise StreamsUnreachable(troubles="; ".join(process.troubles()))
    return process.js


@contextmanager
def reached(process: Process) -> Iterator[JetStreamContext]:
    """Raises StreamsUnreachable, also for what NATS says in between."""
    js = reached_js(process)
    try:
        yield js
    except (NatsError, TimeoutError, OSError) as problem:
        raise StreamsUnreachable(
            troubles="; ".join(process.troubles()) or repr(problem)
        ) from problem


def _settle(service: Service, effect_id: UUID, state: str) -> None:
    found = service.rows(
        "SELECT id, kind, subject_id, recipient_id, facts, attempts FROM effects"
        " WHERE id = %(id)s AND state IN ('unknown', 'refused')",
        id=effect_id,
    )
    if not found:
        raise NoLetterToSettle(id=effect_id)

    def write(curs: Any) -> None:
        curs.execute(
            "UPDATE effects SET state = %(state)s, due_at = now(), queued_at = NULL, settled_at = now(),"
            " is_cancelled = false, waits_since = NULL"
            # Of two operators one is first.
            " WHERE id = %(id)s AND state IN ('unknown', 'refused')",
            {"id": effect_id, "state": state},
        )
        if curs.rowcount == 0:
            raise NoLetterToSettle(id=effect_id)

    if state == "sent":
        service.letter_settled(Effect(**found[0]), state, write)
    else:
        with service.transaction() as curs:
            write(curs)


def _recorded(service: Service, notification: Notification) -> DomainEvent:
    return cast(DomainEvent, service.mapper.to_domain_event(notification))


def _store_head(service: Service) -> int:
    rows = service.rows(
        "SELECT max(notification_id) AS last FROM events WHERE topic = ANY(%(topics)s)",
        topics=service.public_topics,
    )
    return int(rows[0]["last"] or 0)


def _letters(service: Service) -> dict[str, int]:
    return {
        row["state"]: row["n"]
        for row in service.rows("SELECT state, count(*) AS n FROM effects GROUP BY state")
    }
