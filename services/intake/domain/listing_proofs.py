"""How a city abroad proves who it is: its address, what staff put down, letters, and the claim on a listing."""

import hmac
from datetime import datetime
from uuid import UUID

from eventsourcing.domain import event

from services.intake.domain.listing_facts import (
    BEFORE_ASSESSMENT,
    VERIFY_WITHIN_DAYS,
    AddressNotProved,
    ListingEvent,
    ListingFacts,
    ListingState,
)
from services.intake.domain.proof import NoSuchProof, Proof, in_words
from shared.refusals import Refusal

CODES_A_DAY = 3
"""So many letters go in 24 hours to an address that nobody has proved; anybody may have put it into the form."""
MOST_LETTERS = 10
"""Files that one request keeps."""


def guard_codes(sent: int) -> None:
    """`sent`: letters of the last 24 hours to the address, for requests that are not proved. Raises TooManyCodes."""
    if sent >= CODES_A_DAY:
        raise TooManyCodes(most=CODES_A_DAY)


class ListingProofs(ListingFacts):
    """Nobody is listed, and no listing handed over, without them."""

    class CodeRenewed(ListingEvent):
        """The official asked for another code."""

    class ContactReplaced(ListingEvent):
        """Somebody else speaks for the city now, or the address was wrong."""

        contact_id: UUID

    class ForeignRequestVerified(ListingEvent):
        pass

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


class TooManyLetters(Refusal):
    """{most} letters are on file with this request, as many as it keeps."""

    next_step = "Send further papers by answering our mail."


class NobodyAsks(Refusal):
    """Nobody else asks at the moment to be listed for {place}."""

    next_step = "Nothing needs to be done: what was decided stands on the page of your listing."


class NoClaim(Refusal):
    """The request of {place} claims no listing of somebody else."""

    next_step = "List the city, or decline the request."


class ProofRecordedAlready(Refusal):
    """This proof ({proof}) is on record already."""

    next_step = "Nothing needs to be done."
