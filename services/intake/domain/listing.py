"""Listings: a city abroad asks to be found, is assessed, and is listed, as the sum of its stories."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from eventsourcing.domain import event

from services.intake.domain.calendar import due_in, in_days, midnight
from services.intake.domain.listing_facts import (
    ANSWER_WITHIN_DAYS,
    ASSESS_WITHIN_DAYS,
    BEFORE_ASSESSMENT,
    CONFIRMABLE,
    CONFIRMED_FOR_DAYS,
    REMINDER_DAYS,
    VERIFY_WITHIN_DAYS,
    ListingEvent,
    ListingState,
)
from services.intake.domain.listing_proofs import ListingProofs
from services.intake.domain.on_the_map import OnTheMap
from shared.aggregates import Aggregate
from shared.context import Caller, Role
from shared.refusals import Refusal
from shared.values import Party, Place, PublicProfile


def guard_label(caller: Caller, *, is_demonstration: bool) -> None:
    """Anybody may send the form; staff alone say that a city is invented. Raises OnlyStaffLabel."""
    if is_demonstration and caller.role is not Role.STAFF:
        raise OnlyStaffLabel


class Listing(ListingProofs, OnTheMap, Aggregate):
    """A foreign city's request, and later its listing. Texts not yet assessed are in the service's own tables."""

    class ForeignRequestSubmitted(Aggregate.Created):
        listing_id: UUID
        community_id: UUID
        place: Place
        contact_id: UUID
        is_imported: bool
        is_demonstration: bool
        at: datetime
        by_staff: bool = False

    class VerificationLapsed(ListingEvent):
        """Nobody proved the address in time."""

    class MoreInformationAsked(ListingEvent):
        pass

    class InformationGiven(ListingEvent):
        pass

    class QuestionUnanswered(ListingEvent):
        """Staff decide with what they have."""

    class ForeignCityListed(ListingEvent):
        place: Place
        profile: PublicProfile
        confirmed_on: date
        is_demonstration: bool
        is_imported: bool

    class ForeignCityDeclined(ListingEvent):
        pass

    class EditProposed(ListingEvent):
        """The official's new texts wait until staff have assessed them."""

    class EditRefused(ListingEvent):
        pass

    class ListingUpdated(ListingEvent):
        profile: PublicProfile

    @staticmethod
    def create_id(listing_id: UUID) -> UUID:
        return listing_id

    @event(ForeignRequestSubmitted)
    def __init__(
        self,
        listing_id: UUID,
        community_id: UUID,
        place: Place,
        contact_id: UUID,
        is_imported: bool,
        is_demonstration: bool,
        at: datetime,
        by_staff: bool = False,
    ) -> None:
        self.community_id, self.place, self.contact_id = community_id, place, contact_id
        self.is_imported, self.is_demonstration = is_imported, is_demonstration
        self.is_known_to_staff = by_staff or is_imported
        self.submitted_at = self.since = at
        self.state = ListingState.SUBMITTED
        self.is_verified = self.was_reminded = False
        self.proofs, self.letters, self.claims, self.is_colleague = set(), [], None, None
        self.profile = PublicProfile()
        self.draft_since = at
        self.confirmed_on = self.grace_until = None
        self.conversations, self.partnerships = set(), {}
        self.was_expired = False

    @classmethod
    def submit(
        cls,
        listing_id: UUID,
        place: Place,
        contact_id: UUID,
        at: datetime,
        *,
        is_imported: bool = False,
        is_demonstration: bool = False,
        by_staff: bool = False,
    ) -> "Listing":
        if not place.is_abroad:
            raise CityInTheUS(place=place.name)
        return cls(
            listing_id,
            place.community_id,
            place,
            contact_id,
            is_imported,
            is_demonstration,
            at,
            by_staff,
        )

    # the assessment

    def ask(self, at: datetime) -> None:
        self._guard_to_assess()
        self._ask(self.community_id, at)

    @event(MoreInformationAsked)
    def _ask(self, community_id: UUID, at: datetime) -> None:
        self._enter(ListingState.MORE_INFORMATION_ASKED, at)

    def answer(self, caller: Caller, at: datetime) -> None:
        self.admit(caller)
        if self.state is not ListingState.MORE_INFORMATION_ASKED:
            raise NothingAsked(place=self.place.name)
        self._answer(self.community_id, at)

    @event(InformationGiven)
    def _answer(self, community_id: UUID, at: datetime) -> None:
        self._enter(ListingState.VERIFIED, at)

    def list_city(
        self, place: Place, profile: PublicProfile, at: datetime, *, listed: UUID | None = None
    ) -> None:
        """Staff have assessed the texts and post the city on the map; proofs come before.

        `listed`: the listing that the place has now. Raises NotTheOnlyOne.
        """
        self._guard_to_assess()
        if listed not in (None, self.id):
            raise NotTheOnlyOne(place=self.place.name)
        self._guard_proofs()
        is_imported = False
        self._list(
            self.community_id, place, profile, at.date(), self.is_demonstration, is_imported, at
        )

    def adopt_as_listed(
        self, place: Place, profile: PublicProfile, confirmed_on: date, at: datetime
    ) -> None:
        """It was on the map before it came with an import, by the rules of that day."""
        self._guard_in(ListingState.VERIFIED)
        if not self.is_imported:
            self._guard_proofs()
        is_imported = True
        self._list(
            self.community_id, place, profile, confirmed_on, self.is_demonstration, is_imported, at
        )

    @event(ForeignCityListed)
    def _list(
        self,
        community_id: UUID,
        place: Place,
        profile: PublicProfile,
        confirmed_on: date,
        is_demonstration: bool,
        is_imported: bool,
        at: datetime,
    ) -> None:
        self.place, self.profile, self.confirmed_on = place, profile, confirmed_on
        self.draft_since, self.was_reminded = None, False
        self._enter(ListingState.LISTED, at)

    def decline(self, at: datetime) -> None:
        """The reason is for the city alone and stays in the service's own table."""
        self._guard_in(*BEFORE_ASSESSMENT)
        self._decline(self.community_id, at)

    @event(ForeignCityDeclined)
    def _decline(self, community_id: UUID, at: datetime) -> None:
        self._enter(ListingState.DECLINED, at)

    # changes of the texts

    @property
    def has_draft(self) -> bool:
        return self.draft_since is not None

    def propose_edit(self, caller: Caller, at: datetime) -> None:
        self.admit(caller)
        self._guard_not_ended()
        self._propose_edit(self.community_id, at)

    @event(EditProposed)
    def _propose_edit(self, community_id: UUID, at: datetime) -> None:
        self.draft_since = self.draft_since or at

    def approve_edit(self, draft: PublicProfile | None, at: datetime) -> None:
        self._guard_in(*CONFIRMABLE)
        if not self.has_draft or draft is None:
            raise NoEditWaits(place=self.place.name)
        self._update(self.community_id, draft, at)

    @event(ListingUpdated)
    def _update(self, community_id: UUID, profile: PublicProfile, at: datetime) -> None:
        self.profile, self.draft_since = profile, None

    def refuse_edit(self, at: datetime) -> None:
        """What is on the map stays as it is; why not is told to the city alone."""
        self._guard_in(*CONFIRMABLE)
        if not self.has_draft:
            raise NoEditWaits(place=self.place.name)
        self._refuse_edit(self.community_id, at)

    @event(EditRefused)
    def _refuse_edit(self, community_id: UUID, at: datetime) -> None:
        self.draft_since = None

    # time

    @property
    def expires_on(self) -> date | None:
        if self.confirmed_on is None:
            return None
        regular = in_days(self.confirmed_on, CONFIRMED_FOR_DAYS)
        return max(regular, self.grace_until) if self.grace_until else regular

    @property
    def due_on(self) -> date | None:
        """When the next thing is to be done by whoever has the ball."""
        days = {
            ListingState.SUBMITTED: VERIFY_WITHIN_DAYS,
            ListingState.VERIFIED: ASSESS_WITHIN_DAYS,
            ListingState.MORE_INFORMATION_ASKED: ANSWER_WITHIN_DAYS,
        }.get(self.state)
        if days is not None:
            holder = Party.STAFF if self.state is ListingState.VERIFIED else Party.FOREIGN_CITY
            return due_in(self.since.date(), days, holder)
        return self.expires_on if self.state is ListingState.LISTED else None

    @property
    def waits_since(self) -> date | None:
        """Since when staff have something to assess: a request, or a change of what is on the map."""
        if self.state is ListingState.VERIFIED:
            return self.since.date()
        return self.draft_since.date() if self.draft_since and self.is_confirmable else None

    def deadlines(self) -> dict[str, datetime]:
        if self.state is ListingState.SUBMITTED:
            return {"unverified": self.since + timedelta(days=VERIFY_WITHIN_DAYS)}
        if self.state is ListingState.MORE_INFORMATION_ASKED:
            return {"unanswered_question": self.since + timedelta(days=ANSWER_WITHIN_DAYS)}
        if self.state is not ListingState.LISTED or self.expires_on is None:
            return {}
        found = {"expiry": midnight(self.expires_on)}
        if not self.was_reminded:
            found["reconfirmation"] = midnight(in_days(self.expires_on, -REMINDER_DAYS))
        return found

    def time_passes(self, now: datetime) -> None:
        due = {kind for kind, due_at in self.deadlines().items() if due_at <= now}
        if "unverified" in due:
            self._lapse(self.community_id, now)
        elif "unanswered_question" in due:
            self._give_up_waiting(self.community_id, now)
        elif "expiry" in due:
            self._expire(self.community_id, now)
        elif "reconfirmation" in due and self.expires_on is not None:
            self._ask_to_reconfirm(self.community_id, self.expires_on, now)

    @event(VerificationLapsed)
    def _lapse(self, community_id: UUID, at: datetime) -> None:
        self._enter(ListingState.LAPSED, at)

    @event(QuestionUnanswered)
    def _give_up_waiting(self, community_id: UUID, at: datetime) -> None:
        self._enter(ListingState.VERIFIED, at)


def undo_everywhere(
    listings: Sequence[Listing],
    partnership_id: UUID,
    at: datetime,
    *,
    is_free: bool,
    named: UUID | None,
    pair_id: UUID | None,
) -> Listing | None:
    """Tells all listings of one place, which are partnered by it, that there was no partnership.

    The one that is back is returned: a place has one listing at most, here the named one before the newest.
    """
    back = None
    by_age = sorted(listings, key=lambda each: each.submitted_at, reverse=True)
    for listing in sorted(by_age, key=lambda each: each.id != named):
        listing.undo_partnership(
            partnership_id, at, is_free=is_free and back is None, pair_id=pair_id
        )
        back = listing if listing.is_confirmable else back
    return back


class CityInTheUS(Refusal):
    """{place} lies in the United States; this form is for cities abroad that look for a U.S. partner."""

    next_step = "U.S. communities join as members; their administrator then says Yes in the community's profile."


class OnlyStaffLabel(Refusal):
    """Only the programme's staff label a request as a demonstration."""

    status = 403
    next_step = "Leave the label out to send a city's own request."


class NotTheOnlyOne(Refusal):
    """{place} has a listing already, and this request claims it: a place has one listing at most."""

    next_step = "Hand that listing over to whoever sent this request, or decline the request."


class NothingAsked(Refusal):
    """No question to {place} is open."""

    next_step = "To change what the listing says, edit it."


class NoEditWaits(Refusal):
    """No change to {place}'s listing waits for approval."""

    next_step = "Read the listing again; somebody may have dealt with it already."
