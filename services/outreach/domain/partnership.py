"""Partnerships: what counts as one (SCI Partnership Agreement Toolkit, 2021), how it is checked on, and its end."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from eventsourcing.domain import event

from services.outreach.domain import refusals as no
from shared.aggregates import Aggregate
from shared.values import PartnershipKind, Place, Value, add_months

CHECK_INS = (6, 12)
"""Months after the signatures at which staff ask how it goes."""
RANKS = list(PartnershipKind)


class Signatory(Value):
    """The office that signed for one side; the name is a row beside the event."""

    office: str
    is_highest_official: bool


class Agreement(Value):
    kind: PartnershipKind
    signed_on: date
    us_signatory: Signatory
    foreign_signatory: Signatory
    endorses_link: bool


class Origin(Value):
    """Where the knowledge of a partnership comes from: a pair of the programme, or an import."""

    case_id: UUID | None = None
    pair_id: UUID | None = None
    listing_id: UUID | None = None
    ends_search: bool = True
    is_imported: bool = False
    is_demonstration: bool = False

    @property
    def left_search_open(self) -> bool:
        """A stepping stone; the first ones that were recorded say so by naming no case."""
        return not self.ends_search or (self.pair_id is not None and self.case_id is None)


class Particulars(Value):
    """What is known of a partnership, and may be corrected."""

    kind: PartnershipKind | None
    year: int | None
    signed_on: date | None
    is_active: bool
    ended_on: date | None

    def corrected(self, told: dict[str, Any]) -> "Particulars":
        """What is not told stays; the year follows the day, and what goes on has no last day."""
        follows: dict[str, Any] = {"ended_on": None} if told.get("is_active") else {}
        right = self.model_copy(update=follows | told)
        if right.signed_on and ("signed_on" in told or right.year is None):
            return right.model_copy(update={"year": told.get("year") or right.signed_on.year})
        return right

    def check(self, now: datetime) -> None:
        """Raises NotYetHappened, YearAndDayDisagree, EndedButActive, EndedBeforeSigned, EndedBeforeBegun."""
        check_past(self.year, self.signed_on, now)
        check_past(None, self.ended_on, now)
        if self.signed_on and self.signed_on.year != self.year:
            raise no.YearAndDayDisagree(year=self.year, signed_on=self.signed_on)
        if self.is_active and self.ended_on:
            raise no.EndedButActive(ended_on=self.ended_on)
        check_order(self.year, self.signed_on, self.ended_on)


def check_past(year: int | None, day: date | None, now: datetime) -> None:
    """Raises NotYetHappened."""
    if year is not None and year > latest_day(now).year:
        raise no.NotYetHappened(when=year)
    if day is not None and day > latest_day(now):
        raise no.NotYetHappened(when=day)


def latest_day(now: datetime) -> date:
    """At the other end of the world it may be tomorrow already."""
    return (now + timedelta(hours=14)).date()


def check_order(year: int | None, signed_on: date | None, ended_on: date | None) -> None:
    """Raises EndedBeforeSigned, EndedBeforeBegun."""
    if ended_on is None:
        return
    if signed_on is not None and ended_on < signed_on:
        raise no.EndedBeforeSigned(ended_on=ended_on, signed_on=signed_on)
    if year is not None and ended_on.year < year:
        raise no.EndedBeforeBegun(ended_on=ended_on, year=year)


def partnership_id(community_id: UUID, foreign_community_id: UUID) -> UUID:
    return uuid5(community_id, str(foreign_community_id))


def check_recognition(
    agreement: Agreement, place: Place, foreign_place: Place, has_resolution: bool
) -> None:
    """Raises the first rule that is not met; a stepping stone such as a friendship needs no resolution."""
    us, foreign = agreement.us_signatory, agreement.foreign_signatory
    if not us.is_highest_official:
        raise no.UsSignatureNotHighest(name=place.name, office=us.office)
    if not foreign.is_highest_official:
        raise no.ForeignSignatureNotHighest(city=foreign_place.name, office=foreign.office)
    if not agreement.endorses_link:
        raise no.LinkNotEndorsed(name=place.name, city=foreign_place.name)
    if agreement.kind is PartnershipKind.SISTER and not has_resolution:
        raise no.NoCouncilResolution(name=place.name)


def sides(a: Place, b: Place) -> tuple[Place, Place]:
    """The U.S. side first. Raises SamePlace, BothInTheUnitedStates, NoneInTheUnitedStates."""
    if a.geoname_id == b.geoname_id:
        raise no.SamePlace(a=a.name)
    if not a.is_abroad and not b.is_abroad:
        raise no.BothInTheUnitedStates(a=a.name, b=b.name)
    if a.is_abroad and b.is_abroad:
        raise no.NoneInTheUnitedStates(a=a.name, b=b.name)
    return (b, a) if a.is_abroad else (a, b)


def known_place(found: Place | None, geoname_id: int) -> Place:
    """Raises NotInTheGazetteer."""
    if found is None:
        raise no.NotInTheGazetteer(geoname_id=geoname_id)
    return found


class Partnership(Aggregate):
    """The link of two communities, which may be formed, raised to a closer kind, ended and formed again."""

    class LinkNoted(Aggregate.Created):
        place: Place
        foreign_place: Place
        at: datetime

    class PartnershipFormed(Aggregate.Event):
        place: Place
        foreign_place: Place
        kind: PartnershipKind | None
        year: int | None
        signed_on: date | None
        origin: Origin
        at: datetime

    class PartnershipCorrected(Aggregate.Event):
        kind: PartnershipKind | None
        year: int | None
        signed_on: date | None = None
        is_active: bool | None = None
        """None in the first ones that were recorded: they tell of kind and year alone."""
        ended_on: date | None = None
        at: datetime

    class PartnershipEnded(Aggregate.Event):
        community_id: UUID
        foreign_community_id: UUID
        ended_on: date | None
        at: datetime

    class PartnershipRetracted(Aggregate.Event):
        """There never was one; as it was formed, it named these."""

        community_id: UUID
        foreign_community_id: UUID
        origin: Origin
        at: datetime

    class CheckInDue(Aggregate.Event):
        community_id: UUID
        months: int
        at: datetime

    @staticmethod
    def create_id(place: Place, foreign_place: Place) -> UUID:
        return partnership_id(place.community_id, foreign_place.community_id)

    @event(LinkNoted)
    def __init__(self, place: Place, foreign_place: Place, at: datetime) -> None:
        self.place, self.foreign_place = place, foreign_place
        self._clear()

    def _clear(self) -> None:
        """As it is before it is formed."""
        self.is_formed = self.is_active = False
        self.was_formed_before = False
        self.kind: PartnershipKind | None = None
        self.year: int | None = None
        self.signed_on: date | None = None
        self.origin = Origin()
        self.ended_on: date | None = None
        self.months_checked = 0

    def form(self, kind: PartnershipKind, signed_on: date, origin: Origin, at: datetime) -> None:
        """Both sides signed; a closer kind than the one on record raises it, the same one may end the search now."""
        is_closer = self.kind is not None and RANKS.index(kind) > RANKS.index(self.kind)
        if self.is_active and not is_closer and not self._now_ends_search(kind, origin):
            raise no.AlreadyPartners(**self._names)
        self._form(self.place, self.foreign_place, kind, signed_on.year, signed_on, origin, at)

    def _now_ends_search(self, kind: PartnershipKind, origin: Origin) -> bool:
        """The very pair of the stepping stone stays with it after all."""
        is_same = kind is self.kind and origin.pair_id == self.origin.pair_id
        return is_same and self.origin.left_search_open and origin.ends_search

    def note(
        self, kind: PartnershipKind | None, year: int | None, origin: Origin, at: datetime
    ) -> None:
        """A partnership that exists, from an import: no rule of the programme binds it."""
        self._form(self.place, self.foreign_place, kind, year, None, origin, at)

    @event(PartnershipFormed)
    def _form(
        self,
        place: Place,
        foreign_place: Place,
        kind: PartnershipKind | None,
        year: int | None,
        signed_on: date | None,
        origin: Origin,
        at: datetime,
    ) -> None:
        is_same = kind is self.kind and origin.pair_id == self.origin.pair_id and self.is_active
        self.was_formed_before |= self.is_formed and not is_same
        self.kind, self.year, self.signed_on, self.origin = kind, year, signed_on, origin
        self.is_formed, self.is_active, self.ended_on = True, True, None
        self.months_checked = _months_passed(signed_on, at)

    @property
    def particulars(self) -> Particulars:
        return Particulars(
            kind=self.kind,
            year=self.year,
            signed_on=self.signed_on,
            is_active=self.is_active,
            ended_on=self.ended_on,
        )

    def correct(self, told: dict[str, Any], at: datetime) -> None:
        """What was wrong, by its name in the particulars; None where it proved to be unknown."""
        self._guard_formed()
        right = self.particulars.corrected(told)
        if right == self.particulars:
            raise no.RecordedAlready
        right.check(at)
        self._correct(right.kind, right.year, right.signed_on, right.is_active, right.ended_on, at)

    @event(PartnershipCorrected)
    def _correct(
        self,
        kind: PartnershipKind | None,
        year: int | None,
        signed_on: date | None,
        is_active: bool | None,
        ended_on: date | None,
        at: datetime,
    ) -> None:
        self.kind, self.year = kind, year
        if is_active is None:
            return
        if signed_on != self.signed_on:
            self.months_checked = _months_passed(signed_on, at)
        self.signed_on, self.is_active, self.ended_on = signed_on, is_active, ended_on

    def end(self, ended_on: date | None, at: datetime) -> None:
        """No longer active; the reason in words is a row beside it."""
        self._guard_formed()
        if not self.is_active:
            raise no.PartnershipHasEnded(**self._names)
        check_past(None, ended_on, at)
        check_order(self.year, self.signed_on, ended_on)
        communities = self.place.community_id, self.foreign_place.community_id
        self._end(*communities, ended_on, at)

    @event(PartnershipEnded)
    def _end(
        self,
        community_id: UUID,
        foreign_community_id: UUID,
        ended_on: date | None,
        at: datetime,
    ) -> None:
        self.is_active, self.ended_on = False, ended_on

    def retract(self, at: datetime) -> None:
        """There never was one; it may be formed, or imported, for the first time again."""
        self._guard_formed()
        if self.was_formed_before:
            raise no.PartnersBefore(**self._names)
        communities = self.place.community_id, self.foreign_place.community_id
        self._retract(*communities, self.origin, at)

    @event(PartnershipRetracted)
    def _retract(
        self, community_id: UUID, foreign_community_id: UUID, origin: Origin, at: datetime
    ) -> None:
        self._clear()

    def _guard_formed(self) -> None:
        if not self.is_formed:
            raise no.NoPartnership(**self._names)

    def deadlines(self) -> dict[str, datetime]:
        if not self.is_active or self.origin.is_imported or self.signed_on is None:
            return {}
        coming = [months for months in CHECK_INS if months > self.months_checked]
        return {"check_in": _midnight(self.signed_on, coming[0])} if coming else {}

    def time_passes(self, now: datetime) -> None:
        due = self.deadlines().get("check_in")
        if due is not None and due <= now and self.signed_on is not None:
            reached = [m for m in CHECK_INS if _midnight(self.signed_on, m) <= now]
            self._check_in(self.place.community_id, max(reached), now)

    @event(CheckInDue)
    def _check_in(self, community_id: UUID, months: int, at: datetime) -> None:
        self.months_checked = months

    @property
    def _names(self) -> dict[str, str]:
        return {"name": self.place.name, "city": self.foreign_place.name}


def _months_passed(signed_on: date | None, at: datetime) -> int:
    """What lay in the past already when it was recorded is not asked about any more."""
    passed = [months for months in CHECK_INS if signed_on and _midnight(signed_on, months) <= at]
    return max(passed, default=0)


def _midnight(day: date, months: int) -> datetime:
    return datetime.combine(add_months(day, months), time(), UTC)
