"""Listings: a city abroad asks to be found, proves who it is, is assessed, listed, and confirms that it still looks."""

import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from services.intake.domain.calendar import due_in, in_days, midnight
from services.intake.domain.proof import NoSuchProof, Proof, in_words, missing_proofs
from shared.aggregates import Aggregate
from shared.context import Caller, Role
from shared.refusals import Refusal
from shared.values import Party, Place, PublicProfile

CONFIRMED_FOR_DAYS = 180
REMINDER_DAYS = 14
"""The official is asked so many days before the listing expires."""
VERIFY_WITHIN_DAYS = 14
ANSWER_WITHIN_DAYS = 30
ASSESS_WITHIN_DAYS = 14
CODES_A_DAY = 3
"""So many letters go in 24 hours to an address that nobody has proved; anybody may have put it into the form."""


MOST_LETTERS = 10
"""Files that one request keeps."""


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


def guard_label(caller: Caller, *, is_demonstration: bool) -> None:
    """Anybody may send the form; staff alone say that a city is invented. Raises OnlyStaffLabel."""
    if is_demonstration and caller.role is not Role.STAFF:
        raise OnlyStaffLabel


def guard_codes(sent: int) -> None:
    """`sent`: letters of the last 24 hours to the address, for requests that are not proved. Raises TooManyCodes."""
    if sent >= CODES_A_DAY:
        raise TooManyCodes(most=CODES_A_DAY)


class Listing(Aggregate):
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

    class ListingEvent(Aggregate.Event):
        community_id: UUID
        at: datetime

    class CodeRenewed(ListingEvent):
        """The official asked for another code."""

    class ContactReplaced(ListingEvent):
        """Somebody else speaks for the city now, or the address was wrong."""

        contact_id: UUID

    class ForeignRequestVerified(ListingEvent):
        pass

    class VerificationLapsed(ListingEvent):
        """Nobody proved the address in time."""

    class ProofRecorded(ListingEvent):
        proof: Proof

    class ProofRetracted(ListingEvent):
        """It was put down by mistake."""

        proof: Proof

    class LetterFiled(ListingEvent):
        """A letter of authority was uploaded; staff have not judged it yet."""

        upload_id: UUID

    class ListingClaimed(ListingEvent):
        """The place is on the map through another request; its official and staff are asked."""

        claims: UUID

    class ClaimAnswered(ListingEvent):
        """The official of the listing that is claimed says whether it is a colleague."""

        is_colleague: bool

    class ClaimGranted(ListingEvent):
        pass

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

    class ReconfirmationAsked(ListingEvent):
        expires_on: date

    class ListingReconfirmed(ListingEvent):
        confirmed_on: date

    class ListingExpired(ListingEvent):
        pass

    class ListingWithdrawn(ListingEvent):
        pass

    class ConversationBegan(ListingEvent):
        pair_id: UUID

    class ConversationEnded(ListingEvent):
        """Another conversation of this city goes on."""

        pair_id: UUID

    class ListingReleased(ListingEvent):
        pass

    class CityPartnered(ListingEvent):
        """Once for each partnership that ended a search; the conversation of its pair is over with it."""

        partnership_id: UUID | None = None
        pair_id: UUID | None = None

    class PartnershipOver(ListingEvent):
        """It has ended; the city stays off the map until it asks again."""

        partnership_id: UUID

    class PartnershipUndone(ListingEvent):
        """There never was one, but the city has another partner."""

        partnership_id: UUID
        pair_id: UUID | None = None

    class ConversationsResumed(ListingEvent):
        """There never was a partnership, and the city still talks with others."""

        partnership_id: UUID
        pair_id: UUID | None = None

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
        self.proofs: set[Proof] = set()
        self.letters: list[UUID] = []
        self.claims: UUID | None = None
        self.is_colleague: bool | None = None
        self.profile = PublicProfile()
        self.draft_since: datetime | None = at
        self.confirmed_on: date | None = None
        self.grace_until: date | None = None
        self.conversations: set[UUID] = set()
        self.partnerships: dict[UUID, bool] = {}
        """Those that ended a search, and whether they go on."""
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

    @property
    def is_in_sight(self) -> bool:
        """Staff see what somebody answers for: a proved address, or their own word."""
        return self.is_verified or self.is_known_to_staff

    def admit(self, caller: Caller) -> None:
        """Staff and the listing's own official. Raises NotYourListing."""
        is_official = caller.role is Role.FOREIGN_OFFICIAL and caller.listing_id == self.id
        if caller.role is not Role.STAFF and not is_official:
            raise NotYourListing(place=self.place.name)

    # the address and the proofs

    def renew_code(self, at: datetime) -> None:
        self._guard_in(ListingState.SUBMITTED)
        self._renew_code(self.community_id, at)

    @event(CodeRenewed)
    def _renew_code(self, community_id: UUID, at: datetime) -> None:
        self.since = at

    def replace_contact(self, contact_id: UUID, at: datetime) -> None:
        """Staff know who speaks for the city; an address that is not proved yet gets a code of its own."""
        self._guard_not_ended()
        self._replace_contact(self.community_id, contact_id, at)
        if self.state is ListingState.SUBMITTED:
            self._renew_code(self.community_id, at)

    @event(ContactReplaced)
    def _replace_contact(self, community_id: UUID, contact_id: UUID, at: datetime) -> None:
        self.contact_id = contact_id
        self.is_known_to_staff = True

    def verify(self, code: str, expected: str, at: datetime) -> None:
        """The code of the mail proves the address; `expected` is empty where none is valid any more."""
        if self.is_verified:
            raise VerifiedAlready(place=self.place.name)
        if self.state is ListingState.LAPSED:
            raise CodeTooOld(days=VERIFY_WITHIN_DAYS)
        self._guard_in(ListingState.SUBMITTED)
        given = code.strip().upper().replace("-", "").replace(" ", "")
        if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
            raise WrongCode
        self._verify(self.community_id, at)

    def take_as_verified(self, at: datetime) -> None:
        """The programme knew the city before it came with an import."""
        self._guard_in(ListingState.SUBMITTED)
        self._verify(self.community_id, at)

    @event(ForeignRequestVerified)
    def _verify(self, community_id: UUID, at: datetime) -> None:
        self.is_verified = True
        self._enter(ListingState.VERIFIED, at)

    def record_proof(self, proof: Proof, at: datetime) -> None:
        """A call back proves the address as well, and brings a declined request back to be assessed."""
        self._guard_not_ended(but=ListingState.DECLINED)
        if proof in self.proofs:
            raise ProofRecordedAlready(proof=in_words(proof))
        self._record_proof(self.community_id, proof, at)
        if proof is Proof.CALL_BACK and not self.is_verified:
            self._verify(self.community_id, at)

    @event(ProofRecorded)
    def _record_proof(self, community_id: UUID, proof: Proof, at: datetime) -> None:
        self.proofs.add(proof)

    def retract_proof(self, proof: Proof, at: datetime) -> None:
        """What is on the map already is withdrawn or corrected, not unproved."""
        self._guard_in(*BEFORE_ASSESSMENT, ListingState.DECLINED)
        if proof not in self.proofs:
            raise NoSuchProof(proof=in_words(proof))
        self._retract_proof(self.community_id, proof, at)

    @event(ProofRetracted)
    def _retract_proof(self, community_id: UUID, proof: Proof, at: datetime) -> None:
        self.proofs.discard(proof)

    @property
    def missing_proofs(self) -> list[str]:
        return missing_proofs(self.proofs)

    @property
    def takes_letters(self) -> bool:
        try:
            self.guard_letter()
        except Refusal:
            return False
        return True

    def guard_letter(self) -> None:
        """Letters are taken from whoever has proved the address. Raises AddressNotProved, TooManyLetters."""
        self._guard_not_ended(but=ListingState.DECLINED)
        if not self.is_in_sight:
            raise AddressNotProved(place=self.place.name)
        if len(self.letters) >= MOST_LETTERS:
            raise TooManyLetters(most=MOST_LETTERS)

    def file_letter(self, upload_id: UUID, at: datetime) -> None:
        self.guard_letter()
        self._file_letter(self.community_id, upload_id, at)

    @event(LetterFiled)
    def _file_letter(self, community_id: UUID, upload_id: UUID, at: datetime) -> None:
        self.letters.append(upload_id)

    # a place that is listed already

    def claim(self, listed: UUID | None, at: datetime) -> None:
        """`listed`: the other listing of the place, if any. Nothing is asked before the address is proved."""
        if self.is_verified and listed not in (None, self.id, self.claims):
            self._claim(self.community_id, listed, at)

    @event(ListingClaimed)
    def _claim(self, community_id: UUID, claims: UUID, at: datetime) -> None:
        self.claims, self.is_colleague = claims, None

    def answer_claim(self, is_colleague: bool, at: datetime) -> None:
        self._guard_claim()
        self._answer_claim(self.community_id, is_colleague, at)

    @event(ClaimAnswered)
    def _answer_claim(self, community_id: UUID, is_colleague: bool, at: datetime) -> None:
        self.is_colleague = is_colleague

    def grant_claim(self, at: datetime) -> None:
        """Whoever sent it speaks for the listing of the place from now on, with the same proofs as for a listing."""
        self._guard_claim()
        self._guard_proofs()
        self._grant_claim(self.community_id, at)

    @event(ClaimGranted)
    def _grant_claim(self, community_id: UUID, at: datetime) -> None:
        self._enter(ListingState.MERGED, at)

    def _guard_claim(self) -> None:
        self._guard_in(*BEFORE_ASSESSMENT)
        if self.claims is None:
            raise NoClaim(place=self.place.name)

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

    # reconfirmation, withdrawal

    def reconfirm(self, caller: Caller, at: datetime) -> None:
        self.admit(caller)
        self._guard_in(*CONFIRMABLE)
        self._reconfirm(self.community_id, at.date(), at)

    @event(ListingReconfirmed)
    def _reconfirm(self, community_id: UUID, confirmed_on: date, at: datetime) -> None:
        self.confirmed_on, self.was_reminded = confirmed_on, False
        if self.state is ListingState.EXPIRED:
            back = ListingState.IN_CONVERSATION if self.conversations else ListingState.LISTED
            self._enter(back, at)

    @event(ReconfirmationAsked)
    def _ask_to_reconfirm(self, community_id: UUID, expires_on: date, at: datetime) -> None:
        self.was_reminded = True

    @event(ListingExpired)
    def _expire(self, community_id: UUID, at: datetime) -> None:
        self._enter(ListingState.EXPIRED, at)

    def withdraw(self, caller: Caller, at: datetime) -> None:
        self.admit(caller)
        self.take_back(at)

    def take_back(self, at: datetime) -> None:
        self._guard_not_ended()
        self._withdraw(self.community_id, at)

    @event(ListingWithdrawn)
    def _withdraw(self, community_id: UUID, at: datetime) -> None:
        self._enter(ListingState.WITHDRAWN, at)

    # what outreach tells

    def begin_conversation(self, pair_id: UUID, at: datetime) -> None:
        """A partnered city's count too: they are what it comes back to where the partnership was none."""
        is_open = self.is_confirmable or self.is_partnered
        if is_open and pair_id not in self.conversations:
            self._begin_conversation(self.community_id, pair_id, at)

    @event(ConversationBegan)
    def _begin_conversation(self, community_id: UUID, pair_id: UUID, at: datetime) -> None:
        self.conversations.add(pair_id)
        if self.state is ListingState.LISTED:
            self._enter(ListingState.IN_CONVERSATION, at)

    def end_conversation(self, pair_id: UUID, at: datetime) -> None:
        """It ended without a partnership; with the last one the city looks again, or once it is confirmed."""
        if pair_id not in self.conversations:
            return
        if self.is_confirmable and self.conversations == {pair_id}:
            self._release(self.community_id, at)
        else:
            self._end_conversation(self.community_id, pair_id, at)

    @event(ConversationEnded)
    def _end_conversation(self, community_id: UUID, pair_id: UUID, at: datetime) -> None:
        self.conversations.discard(pair_id)

    @event(ListingReleased)
    def _release(self, community_id: UUID, at: datetime) -> None:
        self.conversations, self.partnerships = set(), {}
        if self.state is ListingState.PARTNERED and self.was_expired:
            self._enter(ListingState.EXPIRED, at)
        elif self.state in (ListingState.IN_CONVERSATION, ListingState.PARTNERED):
            # Nobody was asked to confirm meanwhile, so the city is asked and gets time to do so now.
            self.grace_until, self.was_reminded = in_days(at.date(), REMINDER_DAYS), False
            self._enter(ListingState.LISTED, at)

    def partner(self, partnership_id: UUID, at: datetime, *, pair_id: UUID | None = None) -> None:
        """Also another one, or the same again after its end."""
        is_another = self.is_partnered and not self.partnerships.get(partnership_id)
        if self.is_confirmable or is_another:
            self._partner(self.community_id, at, partnership_id=partnership_id, pair_id=pair_id)

    @event(CityPartnered)
    def _partner(
        self,
        community_id: UUID,
        at: datetime,
        partnership_id: UUID | None,
        pair_id: UUID | None,
    ) -> None:
        if partnership_id is not None:
            self.partnerships[partnership_id] = True
        self.conversations -= {pair_id}
        if not self.is_partnered:
            self.was_expired = self.state is ListingState.EXPIRED
            self._enter(ListingState.PARTNERED, at)

    def end_partnership(self, partnership_id: UUID, at: datetime) -> None:
        if self.is_partnered and self.partnerships.get(partnership_id):
            self._end_partnership(self.community_id, partnership_id, at)

    @event(PartnershipOver)
    def _end_partnership(self, community_id: UUID, partnership_id: UUID, at: datetime) -> None:
        self.partnerships[partnership_id] = False

    def undo_partnership(
        self, partnership_id: UUID, at: datetime, *, is_free: bool, pair_id: UUID | None = None
    ) -> None:
        """It was put down by mistake: the city looks again, unless another partnership goes on.

        `is_free`: the place has no other listing by now; else this one is withdrawn for good.
        """
        if not self.is_partnered:
            return
        others = {each for each, goes_on in self.partnerships.items() if goes_on}
        if others - {partnership_id}:
            self._undo_partnership(self.community_id, partnership_id, pair_id, at)
        elif not is_free:
            self._withdraw(self.community_id, at)
        elif self.conversations - {pair_id}:
            self._resume_conversations(self.community_id, partnership_id, pair_id, at)
        else:
            self._release(self.community_id, at)

    @event(PartnershipUndone)
    def _undo_partnership(
        self, community_id: UUID, partnership_id: UUID, pair_id: UUID | None, at: datetime
    ) -> None:
        self.partnerships.pop(partnership_id, None)
        self.conversations -= {pair_id}

    @event(ConversationsResumed)
    def _resume_conversations(
        self, community_id: UUID, partnership_id: UUID, pair_id: UUID | None, at: datetime
    ) -> None:
        self.partnerships = {}
        self.conversations -= {pair_id}
        back = ListingState.EXPIRED if self.was_expired else ListingState.IN_CONVERSATION
        self._enter(back, at)

    @property
    def is_partnered(self) -> bool:
        return self.state is ListingState.PARTNERED

    def is_partnered_by(self, partnership_id: UUID, *, is_named: bool) -> bool:
        """`is_named`: the partnership names this listing, which counts where none was noted at the time."""
        is_known = partnership_id in self.partnerships or (is_named and not self.partnerships)
        return self.is_partnered and is_known

    # time

    @property
    def expires_on(self) -> date | None:
        if self.confirmed_on is None:
            return None
        regular = in_days(self.confirmed_on, CONFIRMED_FOR_DAYS)
        return max(regular, self.grace_until) if self.grace_until else regular

    @property
    def is_confirmable(self) -> bool:
        return self.state in CONFIRMABLE

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

    # guards

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


class NotYourListing(Refusal):
    """You are not signed in for the request of {place}."""

    status = 403
    next_step = "Sign in with the address that sent the request, or write to the programme."


class CityInTheUS(Refusal):
    """{place} lies in the United States; this form is for cities abroad that look for a U.S. partner."""

    next_step = "U.S. communities join as members; their administrator then says Yes in the community's profile."


class OnlyStaffLabel(Refusal):
    """Only the programme's staff label a request as a demonstration."""

    status = 403
    next_step = "Leave the label out to send a city's own request."


class TooManyCodes(Refusal):
    """This address was sent {most} codes within 24 hours, and none of them was used."""

    status = 429
    next_step = (
        "Look for our letters, also among the unwanted mail. Else send the form again tomorrow, or write to the"
        " programme."
    )


class VerifiedAlready(Refusal):
    """The address of {place}'s request is proved already."""

    next_step = "Nothing needs to be done; staff assess the request."


class WrongCode(Refusal):
    """This code does not fit the request."""

    next_step = "Copy it again from the newest mail, or ask for another code."


class CodeTooOld(Refusal):
    """The request was not confirmed within {days} days, so it was put away and its contact was forgotten."""

    next_step = "Please send the form again; it takes a few minutes."


class AddressNotProved(Refusal):
    """The address that sent {place}'s request is not proved yet."""

    next_step = (
        "Wait for the city to enter its code, or call the city's office back and record that."
    )


class TooManyLetters(Refusal):
    """{most} letters are on file with this request, as many as it keeps."""

    next_step = "Send further papers by answering our mail."


class NotTheOnlyOne(Refusal):
    """{place} has a listing already, and this request claims it: a place has one listing at most."""

    next_step = "Hand that listing over to whoever sent this request, or decline the request."


class NobodyAsks(Refusal):
    """Nobody else asks at the moment to be listed for {place}."""

    next_step = "Nothing needs to be done: what was decided stands on the page of your listing."


class NoClaim(Refusal):
    """The request of {place} claims no listing of somebody else."""

    next_step = "List the city, or decline the request."


class ProofRecordedAlready(Refusal):
    """This proof ({proof}) is on record already."""

    next_step = "Nothing needs to be done."


class ProofMissing(Refusal):
    """{place} cannot be listed yet: {missing} is missing."""

    next_step = "Record the proof, or ask the city for it."


class NothingAsked(Refusal):
    """No question to {place} is open."""

    next_step = "To change what the listing says, edit it."


class NoEditWaits(Refusal):
    """No change to {place}'s listing waits for approval."""

    next_step = "Read the listing again; somebody may have dealt with it already."


class NotInThisState(Refusal):
    """That is not possible now: the request of {place} is {state}."""

    next_step = "Read the request to see what can be done with it next."
