"""A service that reacts to others: each event heard, and what it leads to, in one transaction with the place."""

from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.application import Service, current_hearing
from shared.events import PublicEvent, current_subject
from shared.messages import Message, Place
from shared.recorder import Hearing, Moved, Recorder, Rehearsed

Handler = Callable[[Any], object]
"""Takes a public event; calls an ability of the service, which records at most once; or does nothing."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What replaying a parked message would do."""

    position: int
    subject: str
    events: list[str]
    effects: list[str]
    error: str = ""


class ProcessManager:
    """Delivers to a service's handlers, by the class of the event; other events only move the place."""

    def __init__(self, service: Service, handlers: Mapping[type[PublicEvent], Handler]) -> None:
        self.name, self.service, self.handlers = service.name, service, handlers
        self.recorder = cast(Recorder, service.recorder)
        self.subjects = {event_class.subject() for event_class in handlers}

    def place(self, source: str) -> Place:
        with self.service.transaction() as curs:
            curs.execute(
                "INSERT INTO tracking VALUES (%(source)s, 0) ON CONFLICT DO NOTHING",
                {"source": source},
            )
            row = curs.execute(
                "SELECT notification_id, lineage, identity FROM tracking WHERE application_name = %(source)s",
                {"source": source},
            ).fetchone()
        return Place(row["notification_id"], row["lineage"], row["identity"])

    def apply(self, messages: Sequence[Message], previous: int) -> None:
        unheard: Message | None = None
        for message in messages:
            if current_subject(message.subject) not in self.subjects:
                unheard = message
                continue
            if unheard is not None:
                self._move(unheard, previous)
                previous, unheard = unheard.position, None
            self._hear(message, previous)
            previous = message.position
        if unheard is not None:
            self._move(unheard, previous)

    def _hear(self, message: Message, previous: int) -> None:
        if self._waits_behind_parked(message):
            self.park(message, previous, "waits behind an earlier event of the same aggregate")
        else:
            copy_context().run(self._handle, Hearing(message, previous))

    def _handle(self, hearing: Hearing) -> None:
        with self.service.hearing(hearing):
            event = hearing.message.event()
            assert event is not None, "only subjects with a handler come here"
            self.handlers[type(event)](event)
            # A handler that had nothing to record left the place to be moved here.
            if current_hearing.get() is not None:
                self.recorder.insert_events([], hearing=hearing)

    def _move(self, message: Message, previous: int) -> None:
        self.recorder.insert_events([], hearing=Hearing(message, previous))

    def _waits_behind_parked(self, message: Message) -> bool:
        return bool(
            self.service.rows(
                "SELECT 1 FROM parked WHERE source = %(source)s AND aggregate_id = %(id)s LIMIT 1",
                source=message.source,
                id=message.aggregate_id,
            )
        )

    def park(self, message: Message, previous: int, error: str) -> None:
        row = {
            "source": message.source,
            "position": message.position,
            "id": message.aggregate_id,
            "message": Jsonb(message.to_row()),
            "error": error[:500],
        }
        self.recorder.insert_events(
            [],
            hearing=Hearing(message, previous),
            writes=[
                lambda curs: curs.execute(
                    "INSERT INTO parked (source, position, aggregate_id, message, error)"
                    " VALUES (%(source)s, %(position)s, %(id)s, %(message)s, %(error)s)"
                    # After its place was put back, what is parked already is heard again.
                    " ON CONFLICT (source, position) DO UPDATE SET error = excluded.error",
                    row,
                )
            ],
        )

    def parked(
        self, source: str | None = None, aggregate_id: UUID | None = None
    ) -> list[dict[str, Any]]:
        return self.service.rows(
            "SELECT source, position, aggregate_id, message, error, parked_at FROM parked"
            " WHERE (%(source)s::text IS NULL OR source = %(source)s)"
            " AND (%(id)s::uuid IS NULL OR aggregate_id = %(id)s) ORDER BY source, position",
            source=source,
            id=aggregate_id,
        )

    def is_parked(self, message: Message) -> bool:
        parked = self.parked(message.source, message.aggregate_id)
        return message.position in {row["position"] for row in parked}

    def replay(self, source: str, aggregate_id: UUID, *, rehearse: bool) -> list[Rehearsal]:
        """Hear the parked events of one aggregate again, in order; a rehearsal says what would happen and undoes it.

        The ledger's ids derive from the events, so a mail that went out does not go out twice. Stops at the first
        that fails again, with its error.
        """
        told: list[Rehearsal] = []
        for row in self.parked(source, aggregate_id):
            message = Message.from_row(row["message"])
            hearing = Hearing(message, message.previous, from_parked=True, is_rehearsal=rehearse)
            try:
                copy_context().run(self._handle, hearing)
                told.append(Rehearsal(message.position, message.subject, [], []))
            except Rehearsed as seen:
                told.append(Rehearsal(message.position, message.subject, seen.events, seen.effects))
            except Moved as problem:
                if self.is_parked(message):
                    error = f"changed meanwhile, try it again: {problem}"
                    return [*told, Rehearsal(message.position, message.subject, [], [], error)]
            except Exception as problem:  # noqa: BLE001  # whatever it is, the operator is to read it
                error = f"{type(problem).__name__}: {problem}"
                return [*told, Rehearsal(message.position, message.subject, [], [], error)]
        return told
