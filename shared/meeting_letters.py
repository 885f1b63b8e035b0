"""Which letters a meeting's date asks for: to whom it is set, for whom it is moved, and who need not come."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from shared.mail import Letter
from shared.meetings import Change
from shared.values import person_of


class Assigned(Protocol):
    """An event that gives a case or a pair to somebody of staff, or to nobody."""

    @property
    def originator_id(self) -> UUID: ...
    @property
    def originator_version(self) -> int: ...
    @property
    def staff_id(self) -> str: ...
    @property
    def before(self) -> UUID | None: ...
    @property
    def at(self) -> datetime: ...


class Dated(Protocol):
    """An event that sets a meeting."""

    @property
    def originator_id(self) -> UUID: ...
    @property
    def originator_version(self) -> int: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def minutes(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def change(self) -> Change: ...


def meeting_facts(
    starts_at: datetime,
    minutes: int,
    set_at: datetime,
    sequence: int,
    by: UUID | None = None,
) -> dict[str, Any]:
    """`by`: who called it off, where that is one person."""
    told = {"by": str(by)} if by else {}
    return told | {
        "starts_at": starts_at.isoformat(),
        "minutes": minutes,
        "set_at": set_at.isoformat(),
        "sequence": sequence,
    }


def everybody(guests: Iterable[UUID], owner: UUID | None) -> list[UUID]:
    """The guests, and the person of staff whose case or pair it is."""
    return list(dict.fromkeys((*guests, *((owner,) if owner else ()))))


def letters_of_owners(
    event: Assigned, starts_at: datetime, minutes: int, of: str
) -> Iterator[Letter]:
    """Somebody else of staff has it now, and comes to what is set in place of whoever had it; `of`: what is set."""
    facts = meeting_facts(starts_at, minutes, event.at, event.originator_version)
    kinds = {"introduction": "introduction_arranged", "debrief": "debrief_scheduled"}
    for kind, each in ((kinds[of], person_of(event.staff_id)), (f"{of}_without_you", event.before)):
        if each is not None:
            yield Letter(kind, event.originator_id, each, facts)


def letters_of_date(
    event: Dated, asked: Iterable[UUID], *, new: str, moved: str, without: str
) -> Iterator[Letter]:
    """Who knew of another date hears that it was moved; who need not come, of the one that stands in their calendar.

    `new`, `moved` and `without` are the kinds of letters.
    """
    about, change = event.originator_id, event.change
    facts = meeting_facts(event.starts_at, event.minutes, event.at, event.originator_version)
    earlier = {"earlier_at": change.earlier_at.isoformat()} if change.earlier_at else {}
    for each in asked:
        if change.moves(event.starts_at) and each not in change.fresh:
            yield Letter(moved, about, each, facts | earlier)
        else:
            yield Letter(new, about, each, facts)
    known = change.earlier_at or event.starts_at
    known_facts = meeting_facts(known, change.earlier_minutes, event.at, event.originator_version)
    for each in change.dropped:
        yield Letter(without, about, each, known_facts)
