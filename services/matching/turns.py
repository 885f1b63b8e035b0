"""One at a time for each member: who reads its partners and rules to record what follows takes a turn first."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

MOST = 4
"""So many turns at once have a connection; others wait for one."""
TAKE = (
    "SELECT pg_advisory_xact_lock(hashtextextended(turn.id::text, 0))"
    " FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS turn(id, place) ORDER BY turn.place"
)


class Turns:
    """Locks in PostgreSQL, on connections of their own.

    Who has a turn needs one of the service's connections, and nobody who has one of those waits for a turn: so neither
    kind can run out while its holders wait for the other. A turn within a turn is not foreseen.
    """

    def __init__(self, database_url: str) -> None:
        parts = conninfo_to_dict(database_url)
        self._locks = PostgresDatastore(
            dbname=str(parts["dbname"]),
            host=str(parts.get("host", "")),
            port=str(parts.get("port", 5432)),
            user=str(parts["user"]),
            password=str(parts.get("password", "")),
            connect_timeout=30,
            # Of a machine that went away PostgreSQL would hear nothing for hours.
            idle_in_transaction_session_timeout=60,
            pool_size=1,
            max_overflow=MOST - 1,
            pre_ping=True,
        )

    @contextmanager
    def of(self, ids: Iterable[UUID]) -> Iterator[None]:
        """Until the end of the block, for all of these. Raises OperationalError where it takes over 20 seconds."""
        with self._locks.transaction(commit=True) as curs:
            curs.execute("SET LOCAL lock_timeout = '20s'")
            # In one order for everybody, so that no two wait for each other.
            curs.execute(TAKE, {"ids": sorted(set(ids))})
            yield

    def close(self) -> None:
        self._locks.close()
