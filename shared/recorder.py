"""The library's process recorder, with what must share a transaction with the events: place, ledger, receipt, rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eventsourcing.persistence import InterfaceError, OperationalError, StoredEvent
from eventsourcing.postgres import PostgresProcessRecorder
from eventsourcing.utils import retry
from psycopg import Cursor

from shared.messages import Message
from shared.stored_types import learning_types_anew

Write = Callable[[Cursor[Any]], object]
WriteAfter = Callable[[Cursor[Any], Sequence[int]], object]


class Moved(Exception):
    """The place in the stream is not where it was thought to be: somebody else moved it, or an answer was lost."""


class Rehearsed(Exception):
    """A rehearsal ends here: what would have been recorded, and nothing was."""

    def __init__(self, events: list[str], effects: list[str]) -> None:
        self.events, self.effects = events, effects


@dataclass(frozen=True, slots=True)
class Hearing:
    """A message that is being heard: what is recorded meanwhile moves the place from `previous` to its position."""

    message: Message
    previous: int
    from_parked: bool = False
    is_rehearsal: bool = False


class Recorder(PostgresProcessRecorder):
    """Tables `events` and `tracking`, the same names in every service's database; see shared/migrations."""

    @learning_types_anew
    # Twenty tries over ten seconds: PostgreSQL needs about five to come back after kill -9.
    @retry((InterfaceError, OperationalError), max_attempts=20, wait=0.5)
    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        hearing: Hearing | None = None,
        writes: Sequence[Write] = (),
        writes_after: Sequence[WriteAfter] = (),
        **_: Any,
    ) -> Sequence[int] | None:
        with self.datastore.transaction(commit=True) as curs:
            if hearing is not None:
                advance(curs, hearing)
            for write in writes:
                write(curs)
            ids: Sequence[int] = []
            if stored_events:
                self._insert_stored_events(curs, stored_events)
                ids = self._fetch_ids_after_insert_events(curs, stored_events) or []
            for write_after in writes_after:
                write_after(curs, ids)
            if hearing is not None and hearing.is_rehearsal:
                raise Rehearsed([], [])
        return ids


def advance(curs: Cursor[Any], hearing: Hearing) -> None:
    """Compare-and-swap the place; for a parked message, take its row away instead."""
    message = hearing.message
    if hearing.from_parked:
        found = curs.execute(
            "DELETE FROM parked WHERE source = %(source)s AND position = %(position)s RETURNING position",
            {"source": message.source, "position": message.position},
        ).fetchone()
    else:
        found = curs.execute(
            "UPDATE tracking SET notification_id = %(position)s, lineage = %(lineage)s, identity = %(identity)s"
            " WHERE application_name = %(source)s AND notification_id = %(previous)s RETURNING notification_id",
            {
                "source": message.source,
                "position": message.position,
                "previous": hearing.previous,
                "lineage": message.lineage,
                "identity": message.identity,
            },
        ).fetchone()
    if found is None:
        raise Moved(f"{message.source} is no longer at {hearing.previous}")
