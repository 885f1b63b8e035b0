"""Communities: members, U.S. communities that are none, cities abroad; their standing, their people, their waiver."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from eventsourcing.domain import event
from pydantic import Field

from services.intake.domain.account import IsAdministratorAlready
from services.intake.domain.calendar import in_days, midnight, waiver_due, waiver_due_on
from shared.aggregates import Aggregate
from shared.context import Caller, Role
from shared.distance import distance_km
from shared.place_names import full_name
from shared.refusals import Refusal
from shared.values import (
    CommunityKind,
    Place,
    PublicProfile,
    Standing,
    Value,
    community_id,
)

ONE_PLACE_KM = 50
"""Two records of one place lie no farther apart; a merger cannot be undone."""


class Membership(Value):
    """What the records say about a community's membership and dues."""

    is_member: bool = False
    joined_on: date | None = None
    sister_cities_at_joining: Annotated[int | None, Field(ge=0)] = None
    paid_through: date | None = None

    @property
    def may_earn_waiver(self) -> bool:
        return self.is_member and self.sister_cities_at_joining == 0

    def standing_on(self, day: date, *, is_waived: bool) -> Standing:
        if not self.is_member:
            return Standing.NOT_A_MEMBER
        if is_waived:
            return Standing.WAIVED
        is_paid = self.paid_through is not None and self.paid_through >= day
        return Standing.GOOD if is_paid else Standing.LAPSED


class OpenSearch(Value):
    case_id: UUID
    requested_on: date


class Waiver(Value):
    """Why dues are waived, and until when they were."""

    case_id: UUID
    requested_on: date
    granted_on: date
    ended_on: date | None = None
    is_corrected: bool = False
    """Ended because the record that it rested on proved to be wrong."""

    @property
    def why(self) -> str:
        """Both ends explained to whoever asks (B17)."""
        began = (
            f"Dues are waived from {self.granted_on:%-d %B %Y}: the community had no sister city when it joined, and"
            f" the search requested on {self.requested_on:%-d %B %Y} had then lasted longer than a year."
        )
        if self.ended_on is None:
            return f"{began} The waiver lasts until the search ends."
        ended = f"{began} It ended on {self.ended_on:%-d %B %Y}, "
        if self.is_corrected:
            return f"{ended}when the record of the membership was corrected."
        return f"{ended}with the search."


class Community(Aggregate):
    """A city, county or state; one for good for each GeoNames id."""

    class CommunityRegistered(Aggregate.Created):
        place: Place
        kind: CommunityKind
        membership: Membership
        standing: Standing
        is_demonstration: bool
        at: datetime

    class ProfileProposed(Aggregate.Event):
        """Its text waits in the service's own tables until staff have assessed it."""

        at: datetime

    class CommunityProfileUpdated(Aggregate.Event):
        place: Place
        profile: PublicProfile
        at: datetime

    class MembershipStandingChanged(Aggregate.Event):
        membership: Membership
        standing: Standing
        is_lapse: bool = False
        """Good until now, and the dues are no longer paid; not where a waiver ends."""
        at: datetime

    class AdministratorAppointed(Aggregate.Event):
        person_id: UUID
        at: datetime
        is_invited: bool = False
        """A letter tells them; not those who have just accepted, nor those who came with an import."""
        before: UUID | None = None
        """From whom the role goes to them, where both are told: not of an import."""

    class AdministrationOffered(Aggregate.Event):
        """Somebody is asked to take the role over; the administrator before keeps it until then."""

        person_id: UUID
        at: datetime

    class AdministratorLeft(Aggregate.Event):
        at: datetime

    class CommitteeMemberInvited(Aggregate.Event):
        person_id: UUID
        at: datetime
        by_hand_over: bool = False
        """Asked to take the administrator's role over, or handing it over: no invitation is written."""

    class CommitteeMemberRemoved(Aggregate.Event):
        person_id: UUID
        at: datetime

    class SearchBegan(Aggregate.Event):
        case_id: UUID
        requested_on: date
        at: datetime

    class SearchEnded(Aggregate.Event):
        case_id: UUID
        at: datetime

    class DuesWaiverGranted(Aggregate.Event):
        case_id: UUID
        requested_on: date
        granted_on: date
        at: datetime

    class DuesWaiverEnded(Aggregate.Event):
        case_id: UUID
        ended_on: date
        is_correction: bool = False
        at: datetime

    class ListingTaken(Aggregate.Event):
        listing_id: UUID
        at: datetime

    class ListingLeft(Aggregate.Event):
        at: datetime

    class CommunitiesMerged(Aggregate.Event):
        into_community_id: UUID
        at: datetime

    class DoubleTakenIn(Aggregate.Event):
        """Another record of this place was merged into this one, which was in use at that moment."""

        community_id: UUID
        at: datetime

    @staticmethod
    def create_id(place: Place) -> UUID:
        return community_id(place.geoname_id)

    @event(CommunityRegistered)
    def __init__(
        self,
        place: Place,
        kind: CommunityKind,
        membership: Membership,
        standing: Standing,
        is_demonstration: bool,
        at: datetime,
    ) -> None:
        self.place, self.kind, self.is_demonstration = place, kind, is_demonstration
        self.membership, self.standing, self.registered_at = membership, standing, at
        self.profile = PublicProfile()
        self.profile_proposed_at: datetime | None = None
        self.administrator_id: UUID | None = None
        self.offered_to: UUID | None = None
        self.former: set[UUID] = set()
        self.committee: set[UUID] = set()
        self.search: OpenSearch | None = None
        self.waivers: list[Waiver] = []
        self.listing_id: UUID | None = None
        self.merged_into: UUID | None = None
        self.doubles: set[UUID] = set()

    @classmethod
    def register(
        cls,
        place: Place,
        at: datetime,
        kind: CommunityKind = CommunityKind.CITY,
        membership: Membership | None = None,
        *,
        is_demonstration: bool = False,
    ) -> "Community":
        membership = membership or Membership()
        _guard_membership(place, membership)
        standing = membership.standing_on(at.date(), is_waived=False)
        return cls(place, kind, membership, standing, is_demonstration, at)

    def register_again(self) -> None:
        raise RegisteredAlready(place=full_name(self.place))

    # who may act

    def admit(self, caller: Caller, *, committee: bool = False) -> None:
        """Staff, the community's own administrator, and where it is said so its committee. Raises NotYourCommunity."""
        if caller.role is Role.STAFF:
            return
        roles = {Role.ADMINISTRATOR, Role.COMMITTEE_MEMBER} if committee else {Role.ADMINISTRATOR}
        if caller.role not in roles or not self._is_acted_for_by(caller):
            raise NotYourCommunity(place=full_name(self.place))

    def _is_acted_for_by(self, caller: Caller) -> bool:
        # A token outlives the hand-over of a role by some minutes; the record does not.
        left = self.former
        if caller.role is Role.ADMINISTRATOR:
            left = left | self.committee - {self.administrator_id}
        return caller.acts_for(self.id) and caller.subject not in map(str, left)

    # profile

    @property
    def has_proposed_profile(self) -> bool:
        return self.profile_proposed_at is not None

    def propose_profile(self, at: datetime) -> None:
        """The administrator's new texts wait until staff have assessed them."""
        self._guard_in_use()
        self._propose_profile(at)

    @event(ProfileProposed)
    def _propose_profile(self, at: datetime) -> None:
        self.profile_proposed_at = self.profile_proposed_at or at

    def approve_profile(self, place: Place, profile: PublicProfile | None, at: datetime) -> None:
        if not self.has_proposed_profile or profile is None:
            raise NothingToApprove(place=full_name(self.place))
        self.update_profile(place, profile, at)

    def update_profile(self, place: Place, profile: PublicProfile, at: datetime) -> None:
        """Staff have assessed these texts; the place is read from the gazetteer anew."""
        self._guard_in_use()
        self._update_profile(place, profile, at)

    @event(CommunityProfileUpdated)
    def _update_profile(self, place: Place, profile: PublicProfile, at: datetime) -> None:
        self.place, self.profile = place, profile
        self.profile_proposed_at = None

    # standing

    @property
    def waiver(self) -> Waiver | None:
        """The waiver that is in force."""
        return next((waiver for waiver in self.waivers if waiver.ended_on is None), None)

    def record_membership(self, membership: Membership, at: datetime) -> None:
        """Dues were paid, or the record of the membership was wrong."""
        self._guard_in_use()
        _guard_membership(self.place, membership)
        if self.waiver is not None and not membership.may_earn_waiver:
            self._end_waiver(self.waiver.case_id, at.date(), True, at)
        self._set_membership(membership, at)

    def _set_membership(self, membership: Membership, at: datetime) -> None:
        standing = membership.standing_on(at.date(), is_waived=self.waiver is not None)
        is_lapse = self.standing is Standing.GOOD and standing is Standing.LAPSED
        self._change_standing(membership, standing, is_lapse, at)

    @event(MembershipStandingChanged)
    def _change_standing(
        self, membership: Membership, standing: Standing, is_lapse: bool, at: datetime
    ) -> None:
        self.membership, self.standing = membership, standing

    # people

    def appoint_administrator(
        self, person_id: UUID, at: datetime, *, is_invited: bool = True
    ) -> None:
        """One at a time: a new one takes the role over."""
        self._guard_in_use()
        is_told = (
            is_invited or self.offered_to == person_id
        ) and self.administrator_id != person_id
        before = self.administrator_id if is_told else None
        self._appoint_administrator(person_id, is_invited, before, at)

    @event(AdministratorAppointed)
    def _appoint_administrator(
        self, person_id: UUID, is_invited: bool, before: UUID | None, at: datetime
    ) -> None:
        self._retire_administrator()
        self.administrator_id, self.offered_to = person_id, None
        self.former.discard(person_id)

    def offer_administration(self, caller: Caller, person_id: UUID, at: datetime) -> None:
        """The administrator hands the role over, or staff do it for them. Raises IsAdministratorAlready."""
        self.admit(caller)
        self._guard_in_use()
        if person_id == self.administrator_id:
            raise IsAdministratorAlready(place=full_name(self.place))
        self._offer_administration(person_id, at)

    @event(AdministrationOffered)
    def _offer_administration(self, person_id: UUID, at: datetime) -> None:
        self.offered_to = person_id

    def forget(self, person_id: UUID, at: datetime) -> None:
        """The person leaves every role."""
        if person_id == self.administrator_id:
            self._release_administrator(at)
        if person_id in self.committee:
            self._remove_committee_member(person_id, at)

    @event(AdministratorLeft)
    def _release_administrator(self, at: datetime) -> None:
        self._retire_administrator()

    def _retire_administrator(self) -> None:
        if self.administrator_id is not None and self.administrator_id not in self.committee:
            self.former.add(self.administrator_id)
        self.administrator_id = None

    def invite_committee_member(self, caller: Caller, person_id: UUID, at: datetime) -> None:
        self.admit(caller)
        self._guard_in_use()
        self._invite_committee_member(person_id, at)

    def keep_on_committee(self, person_id: UUID, at: datetime) -> None:
        """Who hands the role over goes on reading and voting."""
        if person_id not in self.committee:
            self._invite_committee_member(person_id, at, by_hand_over=True)

    @event(CommitteeMemberInvited)
    def _invite_committee_member(
        self, person_id: UUID, at: datetime, by_hand_over: bool = False
    ) -> None:
        self.committee.add(person_id)
        self.former.discard(person_id)

    def remove_committee_member(self, caller: Caller, person_id: UUID, at: datetime) -> None:
        self.admit(caller)
        if person_id not in self.committee:
            raise NotOnTheCommittee(place=full_name(self.place))
        self._remove_committee_member(person_id, at)

    @event(CommitteeMemberRemoved)
    def _remove_committee_member(self, person_id: UUID, at: datetime) -> None:
        self.committee.discard(person_id)
        if person_id != self.administrator_id:
            self.former.add(person_id)

    # searches and the waiver

    def begin_search(self, caller: Caller, case_id: UUID, info_address: str, at: datetime) -> None:
        """The administrator says Yes (B1), for a community in good standing (B3), for one search at a time."""
        self.guard_yes(caller, info_address)
        self._begin_search(case_id, at.date(), at)

    def guard_yes(self, caller: Caller, info_address: str) -> None:
        """Raises OnlyTheAdministrator, and whatever else stands against a Yes."""
        if caller.role is not Role.ADMINISTRATOR or not self._is_acted_for_by(caller):
            raise OnlyTheAdministrator(place=full_name(self.place), info_address=info_address)
        self._guard_in_use()
        self.guard_standing(info_address)
        if self.administrator_id is None:
            raise AdministratorUnknown(place=full_name(self.place), info_address=info_address)
        self._guard_no_search()

    def guard_standing(self, info_address: str) -> None:
        """Raises NotAMember or StandingLapsed, which say how to join and how to renew."""
        if self.standing is Standing.NOT_A_MEMBER:
            raise NotAMember(place=full_name(self.place), info_address=info_address)
        if not self.standing.is_good:
            raise StandingLapsed(
                place=full_name(self.place), since=self._lapsed_since, info_address=info_address
            )

    def adopt_search(self, case_id: UUID, requested_on: date, at: datetime) -> None:
        """A running search comes along with an import; its community may have lapsed meanwhile."""
        self._guard_in_use()
        if not self.membership.is_member:
            raise ImportedForNonMember(place=full_name(self.place))
        self._guard_no_search()
        self._begin_search(case_id, requested_on, at)

    @event(SearchBegan)
    def _begin_search(self, case_id: UUID, requested_on: date, at: datetime) -> None:
        self.search = OpenSearch(case_id=case_id, requested_on=requested_on)

    def end_search(self, case_id: UUID, at: datetime) -> None:
        """With a partnership, a withdrawal or a closing: a waiver ends with it (B17)."""
        if self.search is None or self.search.case_id != case_id:
            return
        self._end_search(case_id, at)
        if self.waiver is not None:
            self._end_waiver(self.waiver.case_id, at.date(), False, at)
            self._set_membership(self.membership, at)

    @event(SearchEnded)
    def _end_search(self, case_id: UUID, at: datetime) -> None:
        self.search = None

    @event(DuesWaiverGranted)
    def _grant_waiver(
        self, case_id: UUID, requested_on: date, granted_on: date, at: datetime
    ) -> None:
        self.waivers.append(
            Waiver(case_id=case_id, requested_on=requested_on, granted_on=granted_on)
        )

    @event(DuesWaiverEnded)
    def _end_waiver(self, case_id: UUID, ended_on: date, is_correction: bool, at: datetime) -> None:
        ended = {"ended_on": ended_on, "is_corrected": is_correction}
        self.waivers[-1] = self.waivers[-1].model_copy(update=ended)

    # listings

    def take_listing(self, listing_id: UUID, at: datetime) -> None:
        """One listing for each place. Raises AlreadyListed, MergedAway."""
        self.guard_not_listed(listing_id)
        if self.listing_id is None:
            self._take_listing(listing_id, at)

    def guard_not_listed(self, listing_id: UUID | None = None) -> None:
        self._guard_in_use()
        if self.listing_id not in (None, listing_id):
            raise AlreadyListed(place=full_name(self.place))

    @event(ListingTaken)
    def _take_listing(self, listing_id: UUID, at: datetime) -> None:
        self.listing_id = listing_id

    def leave_listing(self, listing_id: UUID, at: datetime) -> None:
        if self.listing_id == listing_id:
            self._leave_listing(at)

    @event(ListingLeft)
    def _leave_listing(self, at: datetime) -> None:
        self.listing_id = None

    # two records of one place

    def merge_into(self, other: "Community", at: datetime) -> None:
        self._guard_in_use()
        if other.id == self.id or other.merged_into is not None:
            raise MergedIntoItself(place=full_name(self.place))
        self._guard_one_place(other.place)
        if self.search is not None or self.listing_id is not None:
            raise MergedWhileActive(place=full_name(self.place))
        self._merge_into(other.id, at)

    @event(CommunitiesMerged)
    def _merge_into(self, into_community_id: UUID, at: datetime) -> None:
        self.merged_into = into_community_id

    def take_in(self, double: "Community", at: datetime) -> None:
        """The other side of `merge_into`, recorded with it: two crossing mergers cannot both be."""
        self._guard_in_use()
        self._take_in(double.id, at)

    @event(DoubleTakenIn)
    def _take_in(self, community_id: UUID, at: datetime) -> None:
        self.doubles.add(community_id)

    # time

    @property
    def waits_since(self) -> date | None:
        """Since when a profile waits until staff have assessed it."""
        if self.profile_proposed_at is None or self.merged_into is not None:
            return None
        return self.profile_proposed_at.date()

    def deadlines(self) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        if self.merged_into is not None:
            return found
        if self.standing is Standing.GOOD and self.membership.paid_through is not None:
            found["standing_lapses"] = midnight(in_days(self.membership.paid_through, 1))
        if self._may_earn_waiver() and self.search is not None:
            found["dues_waiver"] = midnight(waiver_due_on(self.search.requested_on))
        return found

    def time_passes(self, now: datetime) -> None:
        """What the calendar brings: a waiver after a year's search, a lapse after the last paid day."""
        if self.merged_into is not None:
            return
        search, today = self.search, now.date()
        joined_with = self.membership.sister_cities_at_joining
        if (
            search is not None
            and self._may_earn_waiver()
            and waiver_due(joined_with, search.requested_on, today)
        ):
            self._grant_waiver(search.case_id, search.requested_on, today, now)
        standing = self.membership.standing_on(today, is_waived=self.waiver is not None)
        if standing is not self.standing:
            self._set_membership(self.membership, now)

    def _may_earn_waiver(self) -> bool:
        return self.search is not None and self.waiver is None and self.membership.may_earn_waiver

    # guards

    @property
    def _lapsed_since(self) -> str:
        paid_through = self.membership.paid_through
        return f"since {paid_through:%-d %B %Y}" if paid_through else "at present"

    def _guard_in_use(self) -> None:
        if self.merged_into is not None:
            raise MergedAway(place=full_name(self.place))

    def _guard_one_place(self, other: Place) -> None:
        names = {"place": self.place.name, "other": other.name}
        if other.country != self.place.country:
            raise NotOnePlace(**names, country=self.place.country, other_country=other.country)
        apart = distance_km(self.place, other)
        if apart > ONE_PLACE_KM:
            raise TooFarApart(**names, distance=round(apart), most=ONE_PLACE_KM)

    def _guard_no_search(self) -> None:
        if self.search is not None:
            raise SearchAlreadyOpen(place=full_name(self.place), since=self.search.requested_on)


def _guard_membership(place: Place, membership: Membership) -> None:
    if membership.is_member and place.is_abroad:
        raise MembersAreInTheUS(place=place.name, country=place.country)


def on_record(found: Community | None, geoname_id: int) -> Community:
    """The community that a row of a file belongs to. Raises NotOnRecord."""
    if found is None:
        raise NotOnRecord(geoname_id=geoname_id)
    return found


class NotOnRecord(Refusal):
    """We have no community with the GeoNames number {geoname_id} on record yet."""

    status = 404
    next_step = "Import or register the community first, then what belongs to it."


class RegisteredAlready(Refusal):
    """{place} is in our records already."""

    next_step = "Find it in the list and change what has changed."


class NotYourCommunity(Refusal):
    """You are not signed in for {place}."""

    status = 403
    next_step = "Sign in as the administrator of this community, or ask the programme's staff."


class OnlyTheAdministrator(Refusal):
    """Only the administrator of the profile of {place} can turn Cities Seeking Cities on. If you do not know who
    that is, write to {info_address}."""

    status = 403
    next_step = "Ask your administrator to sign in and say Yes."


class NotAMember(Refusal):
    """{place} is not a member of Sister Cities International, and Cities Seeking Cities is for members.
    A sister city relationship begins when both communities' highest officials sign an agreement; we gladly tell you
    how that is done and how to join: write to {info_address}."""

    next_step = (
        "Read about membership at https://sister-cities.org/about-sci-membership, or write to us."
    )


class StandingLapsed(Refusal):
    """The membership dues of {place} are not paid {since}, and Cities Seeking Cities is for members in good standing.
    To renew, write to {info_address}."""

    next_step = "Renew the membership; you can say Yes on the day it is recorded."


class AdministratorUnknown(Refusal):
    """We have no administrator on record for {place}, so there is nobody whom we could write to.
    Write to {info_address} to have one recorded."""

    next_step = "Have the administrator recorded, then say Yes again."


class SearchAlreadyOpen(Refusal):
    """{place} has been searching since {since}; a community has one search at a time."""

    next_step = "Change the answers of that search, or withdraw it first."


class ImportedForNonMember(Refusal):
    """{place} is not recorded as a member, so a search of its cannot be imported."""

    next_step = "Import its membership first, with the date it joined and the date its dues are paid through."


class MembersAreInTheUS(Refusal):
    """{place} lies abroad ({country}); members of Sister Cities International are U.S. communities."""

    next_step = "Record it without a membership; cities abroad ask to be listed instead."


class NotOnTheCommittee(Refusal):
    """This person is not on the committee of {place}."""

    next_step = (
        "Read the list of the committee again; somebody may have removed the person already."
    )


class NothingToApprove(Refusal):
    """No change to the profile of {place} waits for approval."""

    next_step = "Read the profile again; somebody may have approved the change already."


class AlreadyListed(Refusal):
    """{place} has a listing already, through another request of the same city."""

    next_step = "Ask your colleagues who sent it, or write to us if the city's contact has changed."


class MergedAway(Refusal):
    """This record of {place} was merged into another and is no longer used."""

    next_step = "Use the record that remains: take the other place of this name, or ask the programme which it is."


class MergedIntoItself(Refusal):
    """{place} can only be merged into another record that is in use."""

    next_step = "Choose the record that shall remain."


class NotOnePlace(Refusal):
    """{place} and {other} are not one place: they lie in different countries ({country} and {other_country})."""

    next_step = "Check the number of the record that shall remain."


class TooFarApart(Refusal):
    """{place} and {other} are not one place: they lie {distance} km apart, and two records of one place lie at most
    {most} km apart."""

    next_step = "Check the number of the record that shall remain: a merger cannot be undone."


class MergedWhileActive(Refusal):
    """{place} still has an open search or a listing under this record."""

    next_step = "Close or withdraw it as a duplicate first, then merge the records."
