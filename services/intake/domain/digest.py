"""The daily digest: on which day somebody of staff gets one, and what stands in it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.intake.domain.ball import ADVANCE
from shared.due import Due, DueKind
from shared.values import NextStep
from shared.working_days import is_working_day

MORNING, EVENING = 7, 18
"""Hours of the reader's own day between which a digest goes out: what could not in the morning goes out later."""
OF_PAIRS = frozenset(
    ADVANCE[ADVANCE.index(NextStep.WRITE_TO_CHANNELS) : ADVANCE.index(NextStep.REVIEW)]
)
"""Steps of a case that its pairs tell in more detail."""


def day_of_digest(now: datetime, timezone: str, morning: int = MORNING) -> date | None:
    """The reader's day, where it is time for its digest; none at night, at weekends and on U.S. federal holidays."""
    local = now.astimezone(ZoneInfo(timezone))
    is_time = morning <= local.hour < max(EVENING, morning + 1)
    return local.date() if is_time and is_working_day("US", local.date()) else None


@dataclass(frozen=True, slots=True)
class Digest:
    """What waits for one person of staff, the longest due first: what is theirs, and what is nobody's yet."""

    day: date
    yours: tuple[Due, ...]
    nobodys: tuple[Due, ...]
    not_answering: tuple[str, ...] = ()
    """Services that could not be asked: there may be more."""
    left_out: int = 0

    @property
    def overdue(self) -> int:
        return sum(each.due_on < self.day for each in (*self.yours, *self.nobodys))

    @property
    def due(self) -> int:
        return len(self.yours) + len(self.nobodys) - self.overdue

    @property
    def is_empty(self) -> bool:
        """A service that could not be asked may hide something: that is told too."""
        return not (self.yours or self.nobodys or self.not_answering or self.left_out)


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for all of staff, the longest due first, each with the name of whoever has it: none, nobody has."""

    day: date
    lines: tuple[tuple[Due, str], ...]
    not_answering: tuple[str, ...] = ()
    left_out: int = 0


def sort_out(
    found: Iterable[Due], me: str, staff: Collection[str]
) -> tuple[tuple[Due, ...], tuple[Due, ...]]:
    """What is mine, and what nobody has, or somebody who is on staff no more; that of colleagues is theirs."""
    lines = in_order(found)
    mine = tuple(each for each in lines if each.owner == me)
    nobodys = tuple(each for each in lines if each.owner != me and each.owner not in staff)
    return mine, nobodys


def in_order(found: Iterable[Due]) -> list[Due]:
    """Each thing once, the longest due first."""
    return sorted(_told_once(list(found)), key=lambda each: (each.due_on, each.about, each.id))


def _told_once(found: Sequence[Due]) -> list[Due]:
    """A case's own line gives way to those of its pairs, and research to the line of the case that says the same."""
    in_outreach = {each.case_id for each in found if each.kind in (DueKind.PAIR, DueKind.THREAD)}
    in_outreach |= {each.case_id for each in found if each.kind is DueKind.INTRODUCTION}
    cases = {(each.case_id, each.step) for each in found if each.kind is DueKind.CASE}
    return [
        each
        for each in found
        if not (each.kind is DueKind.CASE and each.step in OF_PAIRS and each.case_id in in_outreach)
        and not (each.kind is DueKind.RESEARCH and (each.case_id, each.step) in cases)
    ]
