"""What is given up is forgotten: keys that no row needs any more are thrown away, and nothing stays plain."""

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from eventsourcing.persistence import PersistenceError
from psycopg import Cursor, Error
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb
from pydantic_core import to_jsonable_python

from shared.application import Service
from shared.erasing import MOST_NAMED, Redaction, redact
from shared.mail import NotNow
from shared.peers import Intake
from shared.personal import Holding
from shared.retention import Rule, keep_to

log = logging.getLogger(__name__)
BATCH = 500
AWAY = (PersistenceError, Error, NotNow)
OTHERS = ("matching", "outreach")
"""Who hears of a person to be forgotten and holds something; the directory holds nothing."""
LOOK_SECONDS = 600
"""Between looks whether a rule of retention is due again."""
AT_ONCE = 50
"""People whose names are looked for in one pass over the texts."""
NAMES_KEPT_DAYS = 7
"""At most, where one of the others does not answer."""


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
    """A part of each service that holds something: runs as long as the process does.

    `rules`: of retention. `ask`: where other services' names of a person stand; none in intake itself.
    """

    def __init__(
        self,
        service: Service,
        holdings: Sequence[Holding],
        rules: Sequence[Rule] = (),
        ask: Intake | None = None,
    ) -> None:
        self.service, self.holdings, self.rules, self.ask = service, holdings, rules, ask
        self.beat = time.monotonic()
        self.halted: str | None = None
        self.last_error = ""
        self._looks_at = float("-inf")

    def prepare(self) -> None:
        """Before a door opens; where the database or the vault is away, `run` does it once they are back."""
        try:
            sealed = seal_what_is_plain(self.service, self.holdings)
        except AWAY as problem:
            log.warning("what is plain is sealed later: %r", problem)
        else:
            if sealed:
                log.info("%s: %d texts that stood plain are sealed", self.service.name, sealed)

    async def run(self) -> None:
        while True:
            pause = 1
            try:
                await asyncio.to_thread(self.work)
                self.last_error = ""
            except AWAY as problem:
                self.last_error = repr(problem)
                log.warning("forgetting waits: %r", problem)
            except Exception as problem:
                # A text that nobody foresaw must not take the service with it: it is told, and tried again.
                self.last_error, pause = repr(problem), 60
                log.exception("forgetting cannot go on")
            self.beat = time.monotonic()
            await asyncio.sleep(pause)

    def work(self) -> None:
        """All that is to be done by now."""
        seal_what_is_plain(self.service, self.holdings)
        while asked := self.service.rows(
            "SELECT * FROM erasures WHERE finished_at IS NULL ORDER BY asked_at LIMIT %(batch)s",
            batch=AT_ONCE,
        ):
            self._finish(asked)
        if not self.service.is_held() and time.monotonic() > self._looks_at:
            self._keep_to_rules()
        throw_keys_away(self.service)
        self._tell()

    def _keep_to_rules(self) -> None:
        removed = keep_to(self.service, self.rules, self.service.clock())
        for rule, rows in removed.items():
            log.info("%s: retention of %s removed %d rows", self.service.name, rule, rows)
        self._looks_at = time.monotonic() + LOOK_SECONDS

    def _finish(self, asked: Sequence[dict[str, Any]]) -> None:
        """Names of these people in other people's texts; what is known elsewhere counts too."""
        people = [Redaction.of(self._names(each)) for each in asked]
        for _ in redact(self.service, self.holdings, people):
            self.beat = time.monotonic()
        throw_keys_away(self.service)
        for each, found in zip(asked, people, strict=True):
            self._note(each, found)

    def _names(self, asked: dict[str, Any]) -> list[str]:
        own = self.service.vault.open(asked["sealed"]) if asked["sealed"] else None
        told = self.ask.get(f"/erasures/{asked['person_id']}/names") if self.ask else None
        return [*(json.loads(own) if own else []), *(told or [])]

    def _note(self, asked: dict[str, Any], found: Redaction) -> None:
        with self.service.transaction() as curs:
            curs.execute(
                "UPDATE erasures SET finished_at = %(now)s, redacted = %(redacted)s, unread = %(unread)s,"
                # Intake keeps them until the others have looked too.
                " sealed = CASE WHEN %(is_asked)s THEN sealed END"
                " WHERE person_id = %(id)s AND asked_at = %(asked_at)s",
                {
                    "now": self.service.clock(),
                    "redacted": Jsonb({table: n for table, n in found.redacted.items() if n}),
                    "unread": Jsonb(found.unread[:MOST_NAMED]),
                    "is_asked": self.ask is None,
                    "id": asked["person_id"],
                    "asked_at": asked["asked_at"],
                },
            )

    def _tell(self) -> None:
        """Intake, which asked; in intake itself what was asked with is forgotten once all have answered."""
        if self.ask is None:
            with self.service.transaction() as curs:
                curs.execute(
                    "UPDATE erasures SET sealed = NULL WHERE sealed IS NOT NULL AND finished_at IS NOT NULL"
                    " AND (answers ?& %(all)s OR asked_at < %(long_ago)s)",
                    {
                        "all": list(OTHERS),
                        "long_ago": self.service.clock() - timedelta(days=NAMES_KEPT_DAYS),
                    },
                )
            return
        done = self.service.rows(
            "SELECT person_id, asked_at, finished_at, erased, redacted, unread FROM erasures"
            " WHERE finished_at IS NOT NULL AND NOT is_told"
        )
        for row in done:
            person_id = row.pop("person_id")
            self.ask.post(f"/erasures/{person_id}/answers", to_jsonable_python(row))
            with self.service.transaction() as curs:
                curs.execute(
                    "UPDATE erasures SET is_told = true WHERE person_id = %(id)s AND asked_at = %(at)s",
                    {"id": person_id, "at": row["asked_at"]},
                )
