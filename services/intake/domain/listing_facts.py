"""What is known of a city's listing, and what stands in its way; each of its stories has a file beside this one."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.intake.domain.proof import Proof, missing_proofs
from shared.aggregates import Aggregate
from shared.context import Caller, Role
from shared.refusals import Refusal
from shared.values import Place, PublicProfile

CONFIRMED_FOR_DAYS = 180
REMINDER_DAYS = 14
"""The official is asked so many days before the listing expires."""
VERIFY_WITHIN_DAYS = 14
ANSWER_WITHIN_DAYS = 30
ASSESS_WITHIN_DAYS = 14


class ListingState(StrEnum):
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    MORE_INFORMATION_ASKED = "more_information_asked"
    LAPSED = "lapsed"
    DECLINED = "declined"
    LISTED = "listed"
    EXPIRED = "expired"
    IN_CONVERSATION = "in_conversation"
    PARTNERED = "partnered"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    """The place was listed already; whoever sent this request speaks for that listing now."""


TO_ASSESS = (ListingState.VERIFIED, ListingState.MORE_INFORMATION_ASKED, ListingState.DECLINED)
BEFORE_ASSESSMENT = (
    ListingState.SUBMITTED,
    ListingState.VERIFIED,
    ListingState.MORE_INFORMATION_ASKED,
)
ON_THE_MAP = (ListingState.LISTED, ListingState.IN_CONVERSATION)
CONFIRMABLE = (*ON_THE_MAP, ListingState.EXPIRED)
ENDED = (
    ListingState.LAPSED,
    ListingState.DECLINED,
    ListingState.PARTNERED,
    ListingState.WITHDRAWN,
    ListingState.MERGED,
)


class ListingEvent(Aggregate.Event):
    """Whatever happens to a listing says whose it is."""

    community_id: UUID
    at: datetime


class ListingFacts:
    """What the stories of a listing have in common; `Listing` is all of them together."""

    id: UUID
    community_id: UUID
    place: Place
    contact_id: UUID
    is_imported: bool
    is_demonstration: bool
    is_known_to_staff: bool
    submitted_at: datetime
    since: datetime
    """Of the state."""
    state: ListingState
    is_verified: bool
    was_reminded: bool
    proofs: set[Proof]
    letters: list[UUID]
    claims: UUID | None
    is_colleague: bool | None
    profile: PublicProfile
    draft_since: datetime | None
    confirmed_on: date | None
    grace_until: date | None
    conversations: set[UUID]
    partnerships: dict[UUID, bool]
    """Those that ended a search, and whether they go on."""
    was_expired: bool

    @property
    def is_in_sight(self) -> bool:
        """Staff see what somebody answers for: a proved address, or their own word."""
        return self.is_verified or self.is_known_to_staff

    @property
    def is_confirmable(self) -> bool:
        return self.state in CONFIRMABLE

    @property
    def is_partnered(self) -> bool:
        return self.state is ListingState.PARTNERED

    @property
    def missing_proofs(self) -> list[str]:
        return missing_proofs(self.proofs)

    def admit(self, caller: Caller) -> None:
        """Staff and the listing's own official. Raises NotYourListing."""
        is_official = caller.role is Role.FOREIGN_OFFICIAL and caller.listing_id == self.id
        if caller.role is not Role.STAFF and not is_official:
            raise NotYourListing(place=self.place.name)

    def _enter(self, state: ListingState, at: datetime) -> None:
        self.state, self.since = state, at

    def _guard_in(self, *states: ListingState) -> None:
        if self.state not in states:
            raise NotInThisState(place=self.place.name, state=self.state.value.replace("_", " "))

    def _guard_to_assess(self) -> None:
        self._guard_in(ListingState.SUBMITTED, *TO_ASSESS)
        if not self.is_verified:
            raise AddressNotProved(place=self.place.name)

    def _guard_proofs(self) -> None:
        if self.missing_proofs:
            raise ProofMissing(place=self.place.name, missing=" and ".join(self.missing_proofs))

    def _guard_not_ended(self, but: ListingState | None = None) -> None:
        if self.state in ENDED and self.state is not but:
            raise NotInThisState(place=self.place.name, state=self.state.value.replace("_", " "))


class NotYourListing(Refusal):
    """You are not signed in for the request of {place}."""

    status = 403
    next_step = "Sign in with the address that sent the request, or write to the programme."


class AddressNotProved(Refusal):
    """The address that sent {place}'s request is not proved yet."""

    next_step = (
        "Wait for the city to enter its code, or call the city's office back and record that."
    )


class ProofMissing(Refusal):
    """{place} cannot be listed yet: {missing} is missing."""

    next_step = "Record the proof, or ask the city for it."


class NotInThisState(Refusal):
    """That is not possible now: the request of {place} is {state}."""

    next_step = "Read the request to see what can be done with it next."
