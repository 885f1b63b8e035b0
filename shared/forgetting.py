"""What is given up is forgotten: keys that no row needs any more are thrown away, and nothing stays plain."""

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from typing import Any

from eventsourcing.persistence import PersistenceError
from psycopg import Cursor, Error
from psycopg.sql import SQL, Identifier

from shared.application import Service
from shared.personal import Holding

log = logging.getLogger(__name__)
BATCH = 500


def throw_keys_away(service: Service) -> int:
    """Of all sealed texts that transactions have deleted or replaced so far; returns how many."""
    thrown = 0
    while found := service.rows(
        "SELECT id, key_id FROM given_up ORDER BY id LIMIT %(batch)s", batch=BATCH
    ):
        service.vault.shred(*(row["key_id"] for row in found))
        ids = [row["id"] for row in found]
        with service.transaction() as curs:
            # Only now: whoever dies in between leaves them to the next one.
            curs.execute("DELETE FROM given_up WHERE id = ANY(%(ids)s)", {"ids": ids})
        thrown += len(ids)
    return thrown


def seal_what_is_plain(service: Service, holdings: Sequence[Holding]) -> int:
    """Texts that stood plain before their columns were sealed; returns how many. Saying it twice is harmless."""
    digests = {holding.table: holding.digest for holding in holdings if holding.digest}
    done = 0
    while found := service.rows("SELECT * FROM unsealed ORDER BY id LIMIT %(batch)s", batch=BATCH):
        sealed = service.vault.seal_all([row["plain"] for row in found])
        with service.transaction() as curs:
            for row, text in zip(found, sealed, strict=True):
                _seal(curs, service, row, text, digests.get(row["into_table"], ""))
            ids = [row["id"] for row in found]
            curs.execute("DELETE FROM unsealed WHERE id = ANY(%(ids)s)", {"ids": ids})
        done += len(found)
    return done


def _seal(
    curs: Cursor[Any], service: Service, row: dict[str, Any], text: bytes, digest: str
) -> None:
    table, column = Identifier(row["into_table"]), Identifier(row["into_column"])
    where = {"text": text, "key": row["key"]}
    # What was written meanwhile is newer.
    curs.execute(
        SQL("UPDATE {} SET {column} = %(text)s WHERE {} = %(key)s AND {column} IS NULL").format(
            table, Identifier(row["key_column"]), column=column
        ),
        where,
    )
    if digest and curs.rowcount and (email := json.loads(row["plain"])["email"]):
        curs.execute(
            SQL("UPDATE {} SET {} = %(digest)s WHERE {} = %(key)s").format(
                table, Identifier(digest), Identifier(row["key_column"])
            ),
            {"digest": service.vault.digest(email), "key": row["key"]},
        )


class Forgetting:
    """A part of each service that holds something: runs as long as the process does."""

    def __init__(self, service: Service, holdings: Sequence[Holding]) -> None:
        self.service, self.holdings = service, holdings
        self.beat = time.monotonic()
        self.halted: str | None = None
        self.last_error = ""

    def prepare(self) -> None:
        """Before a door opens; where the database or the vault is away, `run` does it once they are back."""
        try:
            sealed = seal_what_is_plain(self.service, self.holdings)
        except (PersistenceError, Error) as problem:
            log.warning("what is plain is sealed later: %r", problem)
        else:
            if sealed:
                log.info("%s: %d texts that stood plain are sealed", self.service.name, sealed)

    async def run(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._work)
                self.last_error = ""
            except (PersistenceError, Error) as problem:
                self.last_error = repr(problem)
                log.warning("forgetting waits: %r", problem)
            self.beat = time.monotonic()
            await asyncio.sleep(1)

    def _work(self) -> None:
        seal_what_is_plain(self.service, self.holdings)
        throw_keys_away(self.service)
