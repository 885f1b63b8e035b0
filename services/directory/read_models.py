"""Applies what the directory hears to one generation of its read models: rows, place and parking in one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from psycopg import Cursor, Rollback
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from services.directory import casebook, city_map
from services.directory.city_map import Rows
from services.directory.generations import SHAPE
from shared.messages import Message, Place
from shared.process_manager import Rehearsal
from shared.recorder import Moved

Pool = ConnectionPool[Rows]
Curs = Cursor[DictRow]

# One run at a time for each generation: runs of two sources that meet in a row would wait for each other in a circle.
# And a swap waits for the run to end, and the next run sees the swap.
ENTER = """
SELECT generation, set_config(
    'search_path', format('city_map_g%%s, casebook_g%%s, public', generation, generation), true)
FROM generations WHERE state = %(state)s AND shape = %(shape)s FOR NO KEY UPDATE
"""
ADVANCE = """
UPDATE following SET position = %(position)s, lineage = %(lineage)s, identity = %(identity)s
FROM generations g WHERE g.generation = following.generation AND state = %(state)s
  AND source = %(source)s AND position = %(previous)s
RETURNING position
"""
OF_GENERATION = "generation = (SELECT generation FROM generations WHERE state = %(state)s)"
PARK = """
INSERT INTO parked (generation, source, position, aggregate_id, message, error)
SELECT generation, %(source)s, %(position)s, %(aggregate_id)s, %(message)s, %(error)s
FROM generations WHERE state = %(state)s
ON CONFLICT (generation, source, position) DO UPDATE SET error = excluded.error
"""
BEHIND = "waits behind an earlier event of the same aggregate"


def writes(message: Message) -> Iterator[city_map.Statement]:
    """What a message changes in all read models; nothing for a word that this version does not know."""
    event = message.event()
    if event is not None:
        yield from city_map.writes(event)
        yield from casebook.writes(event, message)


@dataclass
class ReadModels:
    """A subscriber that writes the generation in a state: the current one, or the one that is being built."""

    pool: Pool
    name: str = "directory"
    state: str = "current"
    limits: dict[str, int] | None = None
    """While a rebuild is compared: beyond these positions nothing is applied."""

    def place(self, source: str) -> Place:
        rows = self._rows(
            f"SELECT position, lineage, identity FROM following WHERE source = %(source)s AND {OF_GENERATION}",  # noqa: S608
            source=source,
        )
        if not rows:
            raise Moved(f"there is no {self.state} generation")
        return Place(rows[0]["position"], rows[0]["lineage"], rows[0]["identity"])

    def apply(self, messages: Sequence[Message], previous: int) -> None:
        allowed = [message for message in messages if self._may_apply(message)]
        if allowed:
            with self._entered(allowed[-1], previous) as curs:
                self._write(curs, allowed)
        if len(allowed) < len(messages):
            raise Moved("held back while a rebuild is compared")

    def _may_apply(self, message: Message) -> bool:
        return self.limits is None or message.position <= self.limits[message.source]

    @contextmanager
    def _entered(self, last: Message, previous: int) -> Iterator[Curs]:
        """A transaction in this generation in which the place moves to the last message."""
        facts = {
            "state": self.state,
            "shape": SHAPE,
            "source": last.source,
            "position": last.position,
            "previous": previous,
            "lineage": last.lineage,
            "identity": last.identity,
        }
        with self.pool.connection() as connection, connection.pipeline() as pipeline:
            entered = connection.execute(ENTER, facts)
            moved = connection.execute(ADVANCE, facts)
            if entered.fetchone() is None:
                raise Moved(f"there is no {self.state} generation of the shape {SHAPE}")
            if moved.fetchone() is None:
                raise Moved(f"{last.source} is no longer at {previous}")
            yield connection.cursor()
            # What failed is told here; the end of the pipeline might tell that it was aborted, as if the database
            # were down, and poison would be tried for ever.
            pipeline.sync()

    def _write(self, curs: Curs, messages: Sequence[Message]) -> None:
        waiting = self._parked_aggregates(curs, messages[0].source)
        for message in messages:
            if message.aggregate_id in waiting:
                curs.execute(PARK, self._parked_row(message, BEHIND))
                continue
            for statement, parameters in writes(message):
                curs.execute(cast(Any, statement), parameters)

    def _parked_aggregates(self, curs: Curs, source: str) -> set[UUID]:
        found = curs.execute(
            f"SELECT DISTINCT aggregate_id FROM parked WHERE source = %(source)s AND {OF_GENERATION}",  # noqa: S608
            {"source": source, "state": self.state},
        )
        return {row["aggregate_id"] for row in found.fetchall()}

    def park(self, message: Message, previous: int, error: str) -> None:
        with self._entered(message, previous) as curs:
            curs.execute(PARK, self._parked_row(message, error))

    def _parked_row(self, message: Message, error: str) -> dict[str, Any]:
        return {
            "state": self.state,
            "source": message.source,
            "position": message.position,
            "aggregate_id": message.aggregate_id,
            "message": Jsonb(message.to_row()),
            "error": error.replace("\0", "")[:500],
        }

    def parked(
        self, source: str | None = None, aggregate_id: UUID | None = None
    ) -> list[dict[str, Any]]:
        return self._rows(
            "SELECT source, position, aggregate_id, message, error, parked_at FROM parked"  # noqa: S608
            f" WHERE {OF_GENERATION} AND (%(source)s::text IS NULL OR source = %(source)s)"
            " AND (%(id)s::uuid IS NULL OR aggregate_id = %(id)s) ORDER BY source, position",
            source=source,
            id=aggregate_id,
        )

    def replay(self, source: str, aggregate_id: UUID, *, rehearse: bool) -> list[Rehearsal]:
        """Apply the parked events of one aggregate again, in order, up to the first that fails again.

        Read models cause no events and no letters; a rehearsal undoes its rows.
        """
        told: list[Rehearsal] = []
        with self.pool.connection() as connection, connection.transaction() as whole:
            connection.execute(ENTER, {"state": self.state, "shape": SHAPE})
            for row in self.parked(source, aggregate_id):
                message = Message.from_row(row["message"])
                try:
                    with connection.transaction():
                        self._unpark(connection.cursor(), message)
                    told.append(Rehearsal(message.position, message.subject, [], []))
                except Exception as problem:  # noqa: BLE001  # whatever it is, the operator is to read it
                    error = f"{type(problem).__name__}: {problem}"
                    told.append(Rehearsal(message.position, message.subject, [], [], error))
                    break
            if rehearse:
                raise Rollback(whole)
        return told

    def _unpark(self, curs: Curs, message: Message) -> None:
        for statement, parameters in writes(message):
            curs.execute(cast(Any, statement), parameters)
        curs.execute(
            f"DELETE FROM parked WHERE source = %(source)s AND position = %(position)s AND {OF_GENERATION}",  # noqa: S608
            {"source": message.source, "position": message.position, "state": self.state},
        )

    def _rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        with self.pool.connection() as connection:
            found = connection.execute(cast(Any, sql), parameters | {"state": self.state})
            return found.fetchall()
