"""What time asks for: a table of deadlines derived from the aggregates' states, looked at each second."""

import asyncio
import logging
import time
from datetime import datetime
from typing import Protocol
from uuid import UUID

from eventsourcing.persistence import PersistenceError

from shared.application import Service
from shared.context import Cause, current_cause
from shared.refusals import Refusal

log = logging.getLogger(__name__)
RETRY_SECONDS = 30
KEYS_KEPT_DAYS = 30


class KeepsDeadlines(Protocol):
    def on_deadline(self, kind: str, subject_id: UUID, now: datetime) -> object:
        """Let the aggregate do what it has to do by now, and record it: that replaces the deadline."""


class Timekeeper:
    """Runs a service's deadlines; several instances share the work."""

    def __init__(self, service: Service, keeper: KeepsDeadlines) -> None:
        self.service, self.keeper = service, keeper
        self.beat = time.monotonic()
        self.halted: str | None = None
        self.last_error = ""
        self._failed: dict[tuple[UUID, str], tuple[float, str]] = {}

    @property
    def complaints(self) -> list[str]:
        """Deadlines that fail whenever they are tried, and why; the others go on."""
        since = time.monotonic() - 3 * RETRY_SECONDS
        return [error for at, error in list(self._failed.values()) if at > since]

    async def run(self) -> None:
        tidied = 0.0
        while True:
            try:
                if time.monotonic() - tidied > 3600:
                    await asyncio.to_thread(forget_old_keys, self.service, self.service.clock())
                    tidied = time.monotonic()
                while not self.service.is_held():
                    self.beat = time.monotonic()
                    if not await asyncio.to_thread(self.run_due, self.service.clock()):
                        break
                self.beat, self.last_error = time.monotonic(), ""
            except PersistenceError as problem:
                self.last_error = repr(problem)
                log.warning("deadlines wait: %r", problem)
            await asyncio.sleep(1)

    def run_due(self, now: datetime) -> int:
        """Everything that is due by now, at most 100 at a time; returns how many were looked at."""
        due = self._claim(now)
        for subject_id, kind in due:
            token = current_cause.set(
                Cause(correlation=str(subject_id), causation=f"deadline:{kind}")
            )
            try:
                self.keeper.on_deadline(kind, subject_id, now)
                self._failed.pop((subject_id, kind), None)
            except Refusal as refusal:
                log.info("deadline %s of %s: %s", kind, subject_id, refusal)
            except PersistenceError:
                raise
            except Exception as problem:
                # One deadline that fails must not hold up the others; it comes again after RETRY_SECONDS.
                log.exception("deadline %s of %s failed", kind, subject_id)
                error = f"the deadline {kind} of {subject_id} fails: {problem!r}"
                self._failed[subject_id, kind] = time.monotonic(), error
            finally:
                current_cause.reset(token)
        return len(due)

    def _claim(self, now: datetime) -> list[tuple[UUID, str]]:
        with self.service.transaction() as curs:
            found = curs.execute(
                "UPDATE deadlines SET due_at = %(now)s + make_interval(secs => %(retry)s)"
                " WHERE (subject_id, kind) IN ("
                "  SELECT subject_id, kind FROM deadlines WHERE due_at <= %(now)s"
                # Another instance may be at it: take others.
                "  ORDER BY due_at LIMIT 100 FOR UPDATE SKIP LOCKED)"
                " RETURNING subject_id, kind",
                {"now": now, "retry": RETRY_SECONDS},
            ).fetchall()
        return [(row["subject_id"], row["kind"]) for row in found]


def forget_old_keys(service: Service, now: datetime) -> None:
    """Nobody repeats a command after so long; what was answered is kept no longer than that."""
    service.keep(
        lambda curs: curs.execute(
            "DELETE FROM idempotency_keys WHERE answered_at < %(now)s - make_interval(days => %(days)s)",
            {"now": now, "days": KEYS_KEPT_DAYS},
        )
    )
