"""Case files: what outreach knows of a case, above all whether anybody may be written to for it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from eventsourcing.domain import event

from services.outreach.domain import refusals as no
from services.outreach.domain.steps import Stop, StopReason
from shared.aggregates import Aggregate
from shared.context import Caller, Role
from shared.values import Place, add_months

OLDEST_CONTACT_MONTHS = 12
"""A way to the city may have been tried before the search was put down."""


class CaseFile(Aggregate):
    """A case as outreach has heard of it, with the pairs that were opened for it."""

    class CaseOpened(Aggregate.Created):
        case_id: UUID
        community_id: UUID
        place: Place
        at: datetime

    class RequestHeard(Aggregate.Event):
        """Whoever opened the file told of the case before its request was heard, which is older."""

        at: datetime

    class OwnerHeard(Aggregate.Event):
        """Who of staff owns the case; empty: nobody."""

        staff_id: str
        at: datetime

    class CaseStopped(Aggregate.Event):
        reason: StopReason
        until: date | None
        at: datetime

    class CaseReleased(Aggregate.Event):
        reason: StopReason
        at: datetime

    class PairsAdded(Aggregate.Event):
        foreign_community_ids: tuple[UUID, ...]
        """By the records as they were chosen."""
        remaining_ids: tuple[UUID, ...] = ()
        """The records that remain of them."""
        at: datetime

    class CommunityCorrected(Aggregate.Event):
        """Two records proved to be one community."""

        community_id: UUID
        at: datetime

    class CityCorrected(Aggregate.Event):
        """Two records proved to be one city abroad."""

        foreign_community_id: UUID
        into_community_id: UUID
        at: datetime

    @staticmethod
    def create_id(case_id: UUID) -> UUID:
        return case_id

    @event(CaseOpened)
    def __init__(self, case_id: UUID, community_id: UUID, place: Place, at: datetime) -> None:
        self.community_id, self.place, self.opened_at = community_id, place, at
        self.stops: dict[StopReason, Stop] = {}
        self.foreign_community_ids: list[UUID] = []
        """As the pairs were opened: a pair keeps the id that it was given then."""
        self.known_cities: set[UUID] = set()
        self.owner: str | None = None

    @property
    def is_over(self) -> bool:
        return StopReason.SEARCH_ENDED in self.stops

    @property
    def may_write(self) -> bool:
        return not self.stops

    def hear_request(self, at: datetime) -> None:
        if at < self.opened_at:
            self._hear_request(at)

    @event(RequestHeard)
    def _hear_request(self, at: datetime) -> None:
        self.opened_at = at

    @property
    def requested_on(self) -> date:
        return self.opened_at.date()

    @property
    def _earliest_day(self) -> date:
        """Where the member is, the request may have been made the day before."""
        return (self.opened_at - timedelta(hours=12)).date()

    def check_fact(self, day: date) -> None:
        """Nothing of a search happened before its request. Raises BeforeTheSearch."""
        if day < self._earliest_day:
            raise no.BeforeTheSearch(name=self.place.name, day=day, requested_on=self.requested_on)

    def check_word(self, day: date) -> None:
        """Of a contact or a reply. Raises ContactTooOld."""
        if add_months(day, OLDEST_CONTACT_MONTHS) < self._earliest_day:
            raise no.ContactTooOld(name=self.place.name, day=day, requested_on=self.requested_on)

    def hear_owner(self, staff_id: str | None, at: datetime) -> None:
        if staff_id != self.owner:
            self._hear_owner(staff_id or "", at)

    @event(OwnerHeard)
    def _hear_owner(self, staff_id: str, at: datetime) -> None:
        self.owner = staff_id or None

    def stop(self, reason: StopReason, at: datetime, until: date | None = None) -> None:
        """Nobody is written to from now on; a pause may name its last day anew."""
        known = self.stops.get(reason)
        if not self.is_over and (known is None or known.until != until):
            self._stop(reason, until, at)

    @event(CaseStopped)
    def _stop(self, reason: StopReason, until: date | None, at: datetime) -> None:
        self.stops[reason] = Stop(since=at, until=until)

    def release(self, reason: StopReason, at: datetime) -> None:
        """This reason is gone; an end is for good."""
        if reason in self.stops and reason is not StopReason.SEARCH_ENDED:
            self._release(reason, at)

    @event(CaseReleased)
    def _release(self, reason: StopReason, at: datetime) -> None:
        del self.stops[reason]

    def add_pairs(self, choices: Mapping[UUID, Place], at: datetime) -> dict[UUID, Place]:
        """Takes cities by the record that remains; answers with those that have no pair: none is opened twice."""
        fresh = {
            of: choice
            for of, choice in choices.items()
            if choice.is_abroad and self.known_cities.isdisjoint((of, choice.community_id))
        }
        if not fresh or self.is_over:
            return {}
        as_chosen = tuple(choice.community_id for choice in fresh.values())
        self._add_pairs(as_chosen, tuple(fresh), at)
        return fresh

    @event(PairsAdded)
    def _add_pairs(
        self,
        foreign_community_ids: tuple[UUID, ...],
        remaining_ids: tuple[UUID, ...],
        at: datetime,
    ) -> None:
        self.foreign_community_ids += foreign_community_ids
        self.known_cities.update(foreign_community_ids, remaining_ids)

    def correct_community(self, community_id: UUID, at: datetime) -> None:
        self._correct_community(community_id, at)

    @event(CommunityCorrected)
    def _correct_community(self, community_id: UUID, at: datetime) -> None:
        self.community_id = community_id

    def correct_city(self, city: UUID, into: UUID, at: datetime) -> None:
        """The city is known by the record that remains, and by the one that is no longer used."""
        if city in self.known_cities and into not in self.known_cities:
            self._correct_city(city, into, at)

    @event(CityCorrected)
    def _correct_city(
        self, foreign_community_id: UUID, into_community_id: UUID, at: datetime
    ) -> None:
        self.known_cities.add(into_community_id)

    def check_insight(self, caller: Caller) -> None:
        """Staff see every case, a member its own."""
        if caller.role is not Role.STAFF and not caller.acts_for(self.community_id):
            raise no.NotYours(name=self.place.name)
