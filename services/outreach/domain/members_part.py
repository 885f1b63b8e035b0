"""What the member does after the hand-over, and records itself: from the invitation to the signatures."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid5

from eventsourcing.domain import event

from services.outreach.domain import refusals as no
from services.outreach.domain.interruptions import Interruptions
from services.outreach.domain.pair_facts import PairEvent, PairState, Sides
from services.outreach.domain.partnership import Agreement, check_past, check_recognition
from services.outreach.domain.steps import Stop, StopReason
from shared.context import Caller
from shared.values import DocumentKind, PartnershipKind


class MembersPart(Interruptions):
    """The member invites, its council resolves, both sides sign."""

    class InvitationSent(PairEvent):
        sent_on: date

    class LetterOfIntentSigned(PairEvent):
        signed_on: date

    class CouncilResolutionAdopted(PairEvent):
        adopted_on: date

    class DocumentIssued(PairEvent):
        document_id: UUID
        kind: DocumentKind
        document_version: int

    class AgreementSigned(PairEvent):
        """The pair's side of a partnership; less than a sister city agreement may leave the search open."""

        kind: PartnershipKind
        signed_on: date
        ends_search: bool

    class AgreementRetracted(PairEvent):
        """The partnership that it brought was none: the pair stands where it stood before."""

    def send_invitation(self, caller: Caller, sent_on: date, at: datetime) -> None:
        self._guard_members_part(caller)
        self._guard_fact(PairState.INVITED, sent_on, at)
        self._send_invitation(self.sides, sent_on, at)

    @event(InvitationSent)
    def _send_invitation(self, sides: Sides, sent_on: date, at: datetime) -> None:
        self.days[PairState.INVITED], self.moved_at = sent_on, at

    def sign_letter_of_intent(self, caller: Caller, signed_on: date, at: datetime) -> None:
        self._guard_members_part(caller)
        self._guard_fact(PairState.INTENT, signed_on, at)
        self._sign_letter_of_intent(self.sides, signed_on, at)

    @event(LetterOfIntentSigned)
    def _sign_letter_of_intent(self, sides: Sides, signed_on: date, at: datetime) -> None:
        self.days[PairState.INTENT], self.moved_at = signed_on, at

    def adopt_resolution(self, caller: Caller, adopted_on: date, at: datetime) -> None:
        self._guard_members_part(caller)
        self._guard_fact(PairState.RESOLUTION, adopted_on, at)
        self._adopt_resolution(self.sides, adopted_on, at)

    @event(CouncilResolutionAdopted)
    def _adopt_resolution(self, sides: Sides, adopted_on: date, at: datetime) -> None:
        self.days[PairState.RESOLUTION], self.moved_at = adopted_on, at

    def issue_document(self, caller: Caller, kind: DocumentKind, at: datetime) -> UUID:
        """A document in its next version, of partners too: they invite, proclaim and travel. Answers with its id."""
        self.check_actor(caller)
        if self.state is PairState.FAILED:
            raise no.PairHasFailed(**self._names)
        version = self.documents.get(kind, 0) + 1
        document = uuid5(self.id, f"{kind}/{version}")
        self._issue_document(self.sides, document, kind, version, at)
        return document

    @event(DocumentIssued)
    def _issue_document(
        self,
        sides: Sides,
        document_id: UUID,
        kind: DocumentKind,
        document_version: int,
        at: datetime,
    ) -> None:
        self.documents[kind] = document_version

    # The signatures.

    def sign_agreement(
        self, caller: Caller, agreement: Agreement, *, ends_search: bool, at: datetime
    ) -> None:
        """Recognised under the programme's rules, or refused with the one that is not met."""
        self._guard_members_part(caller)
        if StopReason.LAPSED in self.stops:
            raise no.StandingLapsed(name=self.place.name)
        if agreement.kind is PartnershipKind.SISTER and not ends_search:
            raise no.SisterCityEndsSearch(name=self.place.name)
        check_past(None, agreement.signed_on, at)
        has_resolution = PairState.RESOLUTION in self.days
        check_recognition(agreement, self.place, self.foreign_place, has_resolution)
        self._sign_agreement(self.sides, agreement.kind, agreement.signed_on, ends_search, at)

    @event(AgreementSigned)
    def _sign_agreement(
        self,
        sides: Sides,
        kind: PartnershipKind,
        signed_on: date,
        ends_search: bool,
        at: datetime,
    ) -> None:
        self.agreement, self.moved_at = kind, at
        if ends_search:
            self.days[PairState.PARTNERED] = signed_on

    def retract_agreement(self, stops: Mapping[StopReason, Stop], at: datetime) -> None:
        """There was none; with what stops the case now. A search that ended with it stays ended."""
        if self.agreement is None:
            return
        self._retract_agreement(self.sides, at)
        self._follow_case(stops, at)

    @event(AgreementRetracted)
    def _retract_agreement(self, sides: Sides, at: datetime) -> None:
        self.agreement, self.moved_at = None, at
        self.days.pop(PairState.PARTNERED, None)

    def _guard_members_part(self, caller: Caller) -> None:
        self.check_actor(caller)
        self._guard_open()
        self._guard_search_goes_on()
        if not self.is_handed_over:
            raise no.NotHandedOver(**self._names)
