"""The digest of staff: asked of every service when it is written, one letter for each person and working day."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from eventsourcing.persistence import PersistenceError

from services.intake import due, reading
from services.intake.application import Intake
from services.intake.domain.digest import (
    MORNING,
    Digest,
    Work,
    day_of_digest,
    in_order,
    sort_out,
)
from shared.due import Due, DueKind, DueList
from shared.mail import Letter, NothingToTell, NotNow
from shared.recorder import Write
from shared.values import Party

log = logging.getLogger(__name__)
Ask = Callable[[date], DueList]
"""What is due in another service by a day. Raises NotNow while it does not answer."""
EVERY_SECONDS = 30
WAITING = frozenset({DueKind.MESSAGE, DueKind.PROFILE, DueKind.LISTING, DueKind.MAIL})
"""What came in: it has no day by which it is promised, but one since which it waits."""
AHEAD = timedelta(days=400)
"""How far ahead work is told: no step is promised for later."""
MOST_LINES = 40
"""Of each half of a letter; the page shows the rest."""


@dataclass(frozen=True)
class Digests:
    """`timezone`: of staff who have told none of their own."""

    intake: Intake
    others: Mapping[str, Ask]
    timezone: str
    public_url: str
    morning: int = MORNING

    def of(self, me: str, day: date) -> Digest:
        """What waits for somebody of staff, as it is now."""
        lines, silent, left_out = self._asked(day)
        yours, nobodys = sort_out(lines, me, set(self._staff()))
        return Digest(day, yours, nobodys, silent, left_out)

    def work(self, day: date) -> Work:
        """What waits for all of staff, and what comes to wait: everything that has a day."""
        lines, silent, left_out = self._asked(day + AHEAD)
        staff = self._staff()
        owned = tuple((each, staff.get(each.owner, "")) for each in in_order(lines))
        return Work(day, owned, silent, left_out)

    def _asked(self, until: date) -> tuple[list[Due], tuple[str, ...], int]:
        """Lines of all services, the services that did not answer, and how many lines did not fit."""
        found, silent = [due.due(self.intake, until)], []
        for name, ask in self.others.items():
            try:
                found.append(ask(until))
            except NotNow as problem:
                log.warning("the digest leaves %s out: %s", name, problem)
                silent.append(name)
        lines = self._owned([each for told in found for each in told.items])
        return lines, tuple(silent), sum(told.left_out for told in found)

    def _staff(self) -> dict[str, str]:
        """Names of those who are on staff now, by their ids."""
        found = reading.staff(self.intake)
        return {str(each.person_id): each.name for each in found if each.role == "staff"}

    def _owned(self, lines: Sequence[Due]) -> list[Due]:
        """Whoever has the case has what is due in it, where the service that told it knows nobody nearer."""
        has = due.owners(self.intake, {each.case_id for each in lines if each.case_id})
        return [
            each
            if each.owner or each.case_id is None
            else each.model_copy(update={"owner": has.get(each.case_id, "")})
            for each in lines
        ]

    def today(self, me: str) -> date:
        """By the reader's own clock."""
        found = self._person(me)
        return self._local(found.timezone if found else "", self.intake.clock())

    def _person(self, me: str) -> reading.PersonView | None:
        staff = reading.staff(self.intake)
        return next((each for each in staff if str(each.person_id) == me), None)

    def _local(self, timezone: str, now: datetime) -> date:
        return now.astimezone(ZoneInfo(timezone or self.timezone)).date()

    # One letter a day.

    def ask_for_letters(self, now: datetime) -> int:
        """A row in the ledger for each person whose morning it is; the same day's again changes nothing."""
        wanted = [
            (person.person_id, day)
            for person in reading.staff(self.intake)
            if person.role == "staff"
            and (day := day_of_digest(now, person.timezone or self.timezone, self.morning))
        ]
        if wanted:
            self.intake.keep(*(letter(*each) for each in wanted))
        return len(wanted)

    def facts(self, me: str, timezone: str, day: str) -> dict[str, Any]:
        """What the letter tells, looked up now. Raises NothingToTell, also of a day that is over."""
        wanted, today = date.fromisoformat(day), self._local(timezone, self.intake.clock())
        if wanted != today:
            raise NothingToTell
        digest = self.of(me, wanted)
        if digest.is_empty:
            raise NothingToTell
        return {
            "day": f"{wanted:%A %-d %B}",
            "count": f"{digest.overdue} overdue, {digest.due} due",
            "yours": self._lines(digest.yours, digest.day),
            "nobodys": self._lines(digest.nobodys, digest.day),
            "not_answering": not_answering(digest),
            "public_url": self.public_url,
        }

    def _lines(self, found: Sequence[Due], day: date) -> str:
        told = [
            f"{sentence(each, day)}\n{self.public_url}/digest#{anchor(each)}"
            for each in found[:MOST_LINES]
        ]
        if len(found) > MOST_LINES:
            told.append(f"And {len(found) - MOST_LINES} more.")
        return "\n\n".join(told) or "Nothing."


def letter(person_id: UUID, day: date) -> Write:
    """Its number is made of person and day: there is one, whoever asks for it how often."""
    number = uuid5(person_id, f"digest of {day}")
    return Letter("digest", number, person_id, {"day": f"{day}"}).row(number)


def anchor(each: Due) -> str:
    """Where it stands in the page."""
    return f"{each.kind}-{each.id}"


def sentence(each: Due, day: date) -> str:
    when = "Today" if each.due_on >= day else f"Since {each.due_on:%-d %B %Y}"
    if each.kind in WAITING:
        when = "New" if each.due_on >= day else f"Waits since {each.due_on:%-d %B %Y}"
    waits = "" if each.holder is Party.STAFF else f" (waits for: {each.holder.replace('_', ' ')})"
    return f"{when}: {each.about}: {each.what}{waits}"


def not_answering(digest: Digest) -> str:
    told = []
    if digest.not_answering:
        names = " and ".join(digest.not_answering)
        told.append(f"We could not ask {names}: what is due there is not in this list.")
    if digest.left_out:
        told.append(f"{digest.left_out} lines did not fit.")
    return " ".join(told)


@dataclass
class DailyDigest:
    """Runs as long as the service does; several instances, and any number of restarts, make one letter a day."""

    digests: Digests
    beat: float = field(default_factory=time.monotonic)
    halted: str | None = None
    last_error: str = ""

    async def run(self) -> None:
        looked = float("-inf")
        while True:
            intake = self.digests.intake
            try:
                if time.monotonic() - looked > EVERY_SECONDS and not intake.is_held():
                    await asyncio.to_thread(self.digests.ask_for_letters, intake.clock())
                    looked = time.monotonic()
                self.beat, self.last_error = time.monotonic(), ""
            except PersistenceError as problem:
                self.last_error = repr(problem)
                log.warning("the digest waits: %r", problem)
            await asyncio.sleep(1)
