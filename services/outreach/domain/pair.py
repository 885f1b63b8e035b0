"""Pairs: a case and one foreign city, from the first letter to the signatures; its threads live inside it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from services.outreach.domain import refusals as no
from services.outreach.domain.partnership import Agreement, check_past, check_recognition
from services.outreach.domain.seats import Delivery
from services.outreach.domain.steps import (
    Step,
    Stop,
    StopReason,
    Waiting,
    by_member,
    by_staff,
    weightiest,
    while_stopped,
)
from services.outreach.domain.thread import Thread
from shared.aggregates import Aggregate
from shared.context import Caller, Role
from shared.meetings import (
    Action,
    MeetingNotYetHeld,
    NoMeetingToCallOff,
    NoSuchAction,
    check_missed,
    check_moved,
    check_proposed,
    check_slots,
)
from shared.refusals import Refusal
from shared.values import (
    Channel,
    DocumentKind,
    FailureReason,
    Interest,
    Lane,
    PartnershipKind,
    Party,
    Place,
    Value,
)
from shared.working_days import Seat, next_office_hour

DAYS_UNTIL_MEMBER_IS_ASKED = 30
VOUCHING = (
    Channel.FEDERAL_AGENCY,
    Channel.MUNICIPAL_ASSOCIATION,
    Channel.TWINNING_ORGANISATION,
)
"""With embassies and consulates: channels whose answer shows that the contact speaks for the city."""
INTRODUCTION_MINUTES = 60
"""Where nobody says how long an introduction takes."""


class PairState(StrEnum):
    OPEN = "open"
    CONTACTED = "contacted"
    REPLIED = "replied"
    INTERESTED = "interested"
    ARRANGED = "arranged"
    INTRODUCED = "introduced"
    HANDED_OVER = "handed_over"
    INVITED = "invited"
    INTENT = "intent"
    RESOLUTION = "resolution"
    PARTNERED = "partnered"
    FAILED = "failed"


class ContactProof(StrEnum):
    """What shows that a contact speaks for its city."""

    OFFICIAL_DOMAIN = "official_domain"
    CALL_BACK = "call_back"
    AUTHORITY_LETTER = "authority_letter"


class Sides(Value):
    """Whose pair it is, for everybody who hears of it."""

    case_id: UUID
    community_id: UUID
    foreign_community_id: UUID


class Governance(Value):
    """How sister cities are managed in that city and country."""

    decided_by: str = "unknown"
    needs_national_approval: bool | None = None


def pair_id(case_id: UUID, foreign_community_id: UUID) -> UUID:
    return uuid5(case_id, str(foreign_community_id))


def thread_id(pair: UUID, channel: Channel, contact_id: UUID | None) -> UUID:
    """A thread is a pair and one channel; two consulates are two threads."""
    return uuid5(pair, f"{channel}/{contact_id or ''}")


class Pair(Aggregate):
    """A case and one foreign city in outreach; names and texts are rows beside it."""

    class PairOpened(Aggregate.Created):
        sides: Sides
        place: Place
        foreign_place: Place
        lane: Lane
        listing_id: UUID | None
        at: datetime

    class PairEvent(Aggregate.Event):
        sides: Sides
        at: datetime

    class PairAssigned(PairEvent):
        """It belongs to this person of staff; to the owner of the case where it follows that one."""

        staff_id: str
        follows_case: bool

    class EmbassyContacted(PairEvent):
        thread_id: UUID
        channel: Channel
        contact_id: UUID | None
        country: str
        letter_id: UUID | None
        delivery: Delivery = Delivery()

    class ChannelContacted(PairEvent):
        thread_id: UUID
        channel: Channel
        contact_id: UUID | None
        letter_id: UUID | None
        delivery: Delivery = Delivery()

    class FirstLetterSent(PairEvent):
        thread_id: UUID

    class FollowUpDue(PairEvent):
        thread_id: UUID
        days_silent: int

    class FollowUpWritten(PairEvent):
        thread_id: UUID
        contact_id: UUID
        letter_id: UUID
        goes_out_at: datetime | None = None

    class FollowUpSent(PairEvent):
        thread_id: UUID
        letter_id: UUID | None = None
        """None where staff followed up themselves."""

    class LetterDropped(PairEvent):
        """The contact was forgotten before the letter went out."""

        thread_id: UUID

    class ReplyReceived(PairEvent):
        thread_id: UUID
        reply_id: UUID

    class ReplyRetracted(PairEvent):
        """The reply was put down in the wrong thread, or was none."""

        thread_id: UUID

    class ContactRetracted(PairEvent):
        """The first contact was put down by mistake: the thread is gone."""

        thread_id: UUID
        threads_left: int = 0

    class MessageBounced(PairEvent):
        thread_id: UUID

    class ThreadContactReplaced(PairEvent):
        thread_id: UUID
        contact_id: UUID
        seat: Seat | None = None

    class CityContactFound(PairEvent):
        contact_id: UUID
        proof: ContactProof | None

    class InterestGauged(PairEvent):
        interest: Interest
        listing_id: UUID | None

    class GovernanceLearned(PairEvent):
        country: str
        governance: Governance

    class IntroductionSlotsProposed(PairEvent):
        slots: tuple[datetime, ...]
        minutes: int
        contact_id: UUID | None

    class IntroductionArranged(PairEvent):
        starts_at: datetime
        listing_id: UUID | None
        minutes: int = INTRODUCTION_MINUTES
        guests: tuple[UUID, ...] = ()
        """Whom else the conversation needs, beside the member's administrator and the city's contact."""
        dropped: tuple[UUID, ...] = ()
        """Who was asked to come before, and need not any more."""
        contact_id: UUID | None = None

    class IntroductionCalledOff(PairEvent):
        """The date is no more: called off beforehand, or passed without those whom it needed."""

        starts_at: datetime
        minutes: int
        invited: tuple[UUID, ...]
        was_missed: bool

    class ActionsAgreed(PairEvent):
        """What was promised in the introduction; the words are in the service's own table."""

        actions: tuple[Action, ...]

    class ActionDone(PairEvent):
        action_id: UUID

    class ActionMoved(PairEvent):
        action_id: UUID
        due_on: date

    class IntroductionHeld(PairEvent):
        held_on: date

    class HandedOverToMember(PairEvent):
        handed_over_on: date
        is_first: bool = True
        """Another day corrects the record, and is no news to the member."""

    class HandOverRetracted(PairEvent):
        """The hand-over was put down by mistake: staff write on."""

    class MemberAsked(PairEvent):
        """Nothing was heard since the hand-over: the member is asked how it goes."""

    class MemberCalled(PairEvent):
        """Staff spoke to the member about how it goes."""

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

    class PairFailed(PairEvent):
        reason: FailureReason
        listing_id: UUID | None
        others_open: tuple[UUID, ...] | None = None
        """The other pairs of the case; None in the first ones that were recorded."""

    class PairReopened(PairEvent):
        listing_id: UUID | None

    class LaneChanged(PairEvent):
        """A city of the shortlist was named, or is of interest: it is in outreach whatever the shortlist says."""

        lane: Lane

    class WritingStopped(PairEvent):
        reason: StopReason
        until: date | None

    class WritingReleased(PairEvent):
        reason: StopReason

    class ListingFound(PairEvent):
        """The city came onto the public map while the pair was open."""

        listing_id: UUID

    class ListingLost(PairEvent):
        """The city left the public map; the pair goes on, and the listing vouches for nothing any more."""

    class ListingSetAside(PairEvent):
        """The listing has ended, and staff go on with the city without it."""

    class CommunityCorrected(PairEvent):
        """Two records proved to be one community; the sides of this event are the right ones."""

    @staticmethod
    def create_id(sides: Sides, foreign_place: Place) -> UUID:
        """By the record as it was chosen, which everybody knows; `sides` has the one that remains."""
        return pair_id(sides.case_id, foreign_place.community_id)

    @event(PairOpened)
    def __init__(
        self,
        sides: Sides,
        place: Place,
        foreign_place: Place,
        lane: Lane,
        listing_id: UUID | None,
        at: datetime,
    ) -> None:
        self.sides, self.place, self.foreign_place = sides, place, foreign_place
        self.lane, self.listing_id = lane, listing_id
        self.is_listed = self.began_with_listing = listing_id is not None
        self.opened_at = self.moved_at = at
        self.owner: str | None = None
        self.has_own_owner = False
        self.resumed_at: datetime | None = None
        self.threads: dict[UUID, Thread] = {}
        self.stops: dict[StopReason, Stop] = {}
        self.contact_id: UUID | None = None
        self.proof: ContactProof | None = None
        self.interest: Interest | None = None
        self.gauged_at: datetime | None = None
        self.governance = Governance()
        self.introduction_at: datetime | None = None
        self.introduction_slots: tuple[datetime, ...] = ()
        self.introduction_minutes = INTRODUCTION_MINUTES
        self.invited: tuple[UUID, ...] = ()
        self.actions: dict[UUID, Action] = {}
        self.member_asked_at: datetime | None = None
        # The day of each of the later facts, by the state that it brings.
        self.days: dict[PairState, date] = {}
        self.documents: dict[DocumentKind, int] = {}
        self.agreement: PartnershipKind | None = None
        self.failure: FailureReason | None = None

    # Where it stands.

    @property
    def state(self) -> PairState:
        if self.failure is not None:
            return PairState.FAILED
        for state in reversed(PairState):
            if state in self.days:
                return state
        if self.introduction_at is not None:
            return PairState.ARRANGED
        if self.interest is Interest.YES:
            return PairState.INTERESTED
        if self.last_reply is not None:
            return PairState.REPLIED
        return PairState.CONTACTED if self.threads else PairState.OPEN

    @property
    def is_open(self) -> bool:
        return self.state not in (PairState.PARTNERED, PairState.FAILED)

    @property
    def is_handed_over(self) -> bool:
        return PairState.HANDED_OVER in self.days

    @property
    def is_asking(self) -> bool:
        """The city is being asked, for the first time or again: the clocks of the threads run."""
        before_answer = (PairState.OPEN, PairState.CONTACTED, PairState.REPLIED)
        is_unknown = self.interest is None or bool(self._asked_threads())
        return self.state in before_answer and is_unknown and not self.stops

    def _asked_threads(self) -> list[Thread]:
        """Where the city said later: those in which a word was said since."""
        if self.interest is None:
            return list(self.threads.values())
        if self.interest is not Interest.LATER:
            return []
        answered_at = self.gauged_at or self.moved_at
        return [each for each in self.threads.values() if each.last_word_at > answered_at]

    @property
    def last_reply(self) -> datetime | None:
        replies = [reply for thread in self.threads.values() for reply in thread.replies]
        return max(replies, default=None)

    def _silent_since(self, thread: Thread) -> datetime | None:
        """The last word of theirs, or the end of the last stop; where they said later, our asking again."""
        asked_again = thread.last_word_at if self.interest is Interest.LATER else None
        known = [at for at in (self.last_reply, self.resumed_at, asked_again) if at is not None]
        return max(known, default=None)

    @property
    def has_proof(self) -> bool:
        """The other side is real: proven, listed after an assessment, or answered for by a channel."""
        vouched = any(
            thread.replies and (thread.channel.is_diplomatic or thread.channel in VOUCHING)
            for thread in self.threads.values()
        )
        return self.proof is not None or self.is_listed or vouched

    # Whose it is.

    def assign(self, staff_id: str, at: datetime) -> None:
        """From now on it belongs to this person, whoever owns the case."""
        self._guard_open()
        if self.has_own_owner and staff_id == self.owner:
            raise no.AssignedAlready(staff_id=staff_id)
        self._assign(self.sides, staff_id, False, at)

    def follow_owner(self, staff_id: str | None, at: datetime) -> None:
        """The case belongs to this person, and with it each pair that was given to nobody else."""
        if staff_id and self.is_open and not self.has_own_owner and staff_id != self.owner:
            self._assign(self.sides, staff_id, True, at)

    @event(PairAssigned)
    def _assign(self, sides: Sides, staff_id: str, follows_case: bool, at: datetime) -> None:
        self.owner, self.has_own_owner = staff_id, not follows_case

    # Writing to the city.

    def contact(
        self,
        channel: Channel,
        contact_id: UUID | None,
        country: str,
        letter_id: UUID | None,
        at: datetime,
        now: datetime,
        *,
        seat: Seat | None = None,
        in_office_hours: bool = False,
    ) -> UUID:
        """The first contact in a thread; `country` is the mission's. Answers with the thread."""
        self._guard_may_write()
        _guard_past(at, now)
        thread = thread_id(self.id, channel, contact_id)
        if thread in self.threads:
            contacted_on = self.threads[thread].contacted_at.date()
            raise no.ContactedAlready(city=self.foreign_place.name, contacted_on=contacted_on)
        opens = next_office_hour(now, seat) if letter_id and seat and in_office_hours else None
        delivery = Delivery(seat=seat, goes_out_at=opens)
        if channel.is_diplomatic:
            self._contact_embassy(
                self.sides, thread, channel, contact_id, country, letter_id, delivery, at
            )
        else:
            self._contact_channel(self.sides, thread, channel, contact_id, letter_id, delivery, at)
        return thread

    @event(EmbassyContacted)
    def _contact_embassy(
        self,
        sides: Sides,
        thread_id: UUID,
        channel: Channel,
        contact_id: UUID | None,
        country: str,
        letter_id: UUID | None,
        delivery: Delivery,
        at: datetime,
    ) -> None:
        self._begin_thread(thread_id, channel, contact_id, letter_id, delivery, at)

    @event(ChannelContacted)
    def _contact_channel(
        self,
        sides: Sides,
        thread_id: UUID,
        channel: Channel,
        contact_id: UUID | None,
        letter_id: UUID | None,
        delivery: Delivery,
        at: datetime,
    ) -> None:
        self._begin_thread(thread_id, channel, contact_id, letter_id, delivery, at)

    def _begin_thread(
        self,
        thread_id: UUID,
        channel: Channel,
        contact_id: UUID | None,
        letter_id: UUID | None,
        delivery: Delivery,
        at: datetime,
    ) -> None:
        self.threads[thread_id] = Thread(
            thread_id=thread_id,
            channel=channel,
            contact_id=contact_id,
            contacted_at=at,
            letter_id=letter_id,
            letter_at=(delivery.goes_out_at or at) if letter_id else None,
            seat=delivery.seat,
            is_first_letter=letter_id is not None,
        )

    def write_follow_up(
        self, thread_id: UUID, letter_id: UUID, at: datetime, *, in_office_hours: bool = False
    ) -> None:
        """A letter that goes out by itself; it counts once it is sent."""
        thread = self._thread_to_write_in(thread_id)
        if thread.contact_id is None:
            raise no.NobodyToWriteTo
        if thread.is_first_letter_pending:
            raise no.FirstLetterPending
        goes_out_at = thread.goes_out_at(at) if in_office_hours else None
        self._write_follow_up(self.sides, thread_id, thread.contact_id, letter_id, goes_out_at, at)

    @event(FollowUpWritten)
    def _write_follow_up(
        self,
        sides: Sides,
        thread_id: UUID,
        contact_id: UUID,
        letter_id: UUID,
        goes_out_at: datetime | None,
        at: datetime,
    ) -> None:
        planned = goes_out_at or at
        self._change_thread(
            thread_id, letter_id=letter_id, letter_at=planned, is_first_letter=False
        )

    def note_own_follow_up(self, thread_id: UUID, at: datetime, now: datetime) -> None:
        """Staff followed up by telephone or in their own mail."""
        self._thread_to_write_in(thread_id)
        _guard_past(at, now)
        self._send_follow_up(self.sides, thread_id, None, at)

    def retract_contact(self, thread_id: UUID, at: datetime) -> None:
        """The first contact was put down by mistake; the right one may be recorded then."""
        self._guard_open()
        self._guard_thread(thread_id)
        if self.threads[thread_id].replies:
            raise no.ThreadIsAnswered
        if self.threads[thread_id].is_letter_sent:
            raise no.LetterWasSent
        self._retract_contact(self.sides, thread_id, len(self.threads) - 1, at)

    @event(ContactRetracted)
    def _retract_contact(
        self, sides: Sides, thread_id: UUID, threads_left: int, at: datetime
    ) -> None:
        del self.threads[thread_id]

    # What became of a letter; it is heard once, and of a letter that the thread knows.

    def letter_went_out(
        self, thread_id: UUID, letter_id: UUID, at: datetime, *, is_first: bool
    ) -> None:
        if not self._awaits(thread_id, letter_id):
            return
        if is_first:
            self._send_first_letter(self.sides, thread_id, at)
        else:
            self._send_follow_up(self.sides, thread_id, letter_id, at)

    @event(FirstLetterSent)
    def _send_first_letter(self, sides: Sides, thread_id: UUID, at: datetime) -> None:
        thread = self.threads[thread_id]
        # Whoever has answered already was reached before, and is not waited for again.
        begun = thread.contacted_at if thread.replies else max(at, thread.contacted_at)
        self._change_thread(thread_id, **LETTER_IS_OUT, **REACHED, contacted_at=begun)

    @event(FollowUpSent)
    def _send_follow_up(
        self, sides: Sides, thread_id: UUID, letter_id: UUID | None, at: datetime
    ) -> None:
        thread = self.threads[thread_id]
        # Where nothing had reached the contact before, the clock begins here.
        is_first = thread.is_unsent or thread.was_unsent
        begun = {"contacted_at": at, "days_asked": 0} if is_first else {}
        written = LETTER_IS_OUT if letter_id is not None else thread.without_letter()
        self._change_thread(thread_id, followed_up_at=at, **REACHED, **written, **begun)

    def letter_was_dropped(self, thread_id: UUID, letter_id: UUID, at: datetime) -> None:
        if self._awaits(thread_id, letter_id):
            self._drop_letter(self.sides, thread_id, at)

    @event(LetterDropped)
    def _drop_letter(self, sides: Sides, thread_id: UUID, at: datetime) -> None:
        self._become_undeliverable(thread_id, at)

    def _become_undeliverable(self, thread_id: UUID, at: datetime) -> None:
        self._change_thread(
            thread_id,
            letter_id=None,
            taken_back_id=None,
            undeliverable_since=at,
            answered_bounce=None,
            replies_at_bounce=len(self.threads[thread_id].replies),
        )

    def _awaits(self, thread_id: UUID, letter_id: UUID) -> bool:
        thread = self.threads.get(thread_id)
        return thread is not None and letter_id in (thread.letter_id, thread.taken_back_id)

    # What comes back.

    def receive_reply(self, thread_id: UUID, reply_id: UUID, at: datetime, now: datetime) -> None:
        """Whatever the channel: all clocks of the pair start anew."""
        self._guard_open()
        self._guard_thread(thread_id)
        _guard_past(at, now)
        self._receive_reply(self.sides, thread_id, reply_id, at)

    @event(ReplyReceived)
    def _receive_reply(self, sides: Sides, thread_id: UUID, reply_id: UUID, at: datetime) -> None:
        answered = self.threads[thread_id]
        self._change_thread(
            thread_id,
            replies=tuple(sorted((*answered.replies, at))),
            undeliverable_since=None,
            answered_bounce=answered.undeliverable_since or answered.answered_bounce,
            **answered.answered_unsent(),
        )
        for thread in list(self.threads.values()):
            is_waiting = thread.is_first_letter_pending and thread.thread_id != thread_id
            pending = {} if is_waiting else thread.without_letter()
            self._change_thread(thread.thread_id, days_asked=0, asked_at=None, **pending)
        if self.is_handed_over:
            self.moved_at = max(self.moved_at, at)

    def retract_reply(self, thread_id: UUID, at: datetime) -> None:
        """The last reply of the thread was put down by mistake."""
        self._guard_open()
        self._guard_thread(thread_id)
        if not self.threads[thread_id].replies:
            raise no.NoReply
        self._retract_reply(self.sides, thread_id, at)

    @event(ReplyRetracted)
    def _retract_reply(self, sides: Sides, thread_id: UUID, at: datetime) -> None:
        thread = self.threads[thread_id]
        replies, bounce = thread.replies[:-1], thread.answered_bounce
        self._change_thread(thread_id, replies=replies)
        if bounce is not None and len(replies) <= thread.replies_at_bounce:
            self._change_thread(thread_id, undeliverable_since=bounce, answered_bounce=None)
        if thread.was_unsent and not replies:
            self._change_thread(thread_id, is_unsent=True, was_unsent=False)

    def report_bounce(self, thread_id: UUID, at: datetime) -> None:
        self._guard_open()
        self._guard_thread(thread_id)
        if self.threads[thread_id].undeliverable_since:
            raise no.BouncedAlready
        self._bounce(self.sides, thread_id, at)

    def letter_was_refused(self, thread_id: UUID, letter_id: UUID, at: datetime) -> None:
        if self._awaits(thread_id, letter_id):
            self._bounce(self.sides, thread_id, at)

    @event(MessageBounced)
    def _bounce(self, sides: Sides, thread_id: UUID, at: datetime) -> None:
        self._become_undeliverable(thread_id, at)

    def replace_contact(
        self, thread_id: UUID, contact_id: UUID, at: datetime, seat: Seat | None = None
    ) -> None:
        """The thread goes on with somebody else, who has to be written to."""
        self._guard_open()
        self._guard_thread(thread_id)
        if self.threads[thread_id].contact_id == contact_id:
            raise no.SameContact
        self._replace_contact(self.sides, thread_id, contact_id, seat, at)

    @event(ThreadContactReplaced)
    def _replace_contact(
        self, sides: Sides, thread_id: UUID, contact_id: UUID, seat: Seat | None, at: datetime
    ) -> None:
        self._change_thread(
            thread_id,
            contact_id=contact_id,
            seat=seat,
            contacted_at=at,
            letter_id=None,
            taken_back_id=None,
            is_unsent=True,
            undeliverable_since=None,
            answered_bounce=None,
        )

    # The three results of outreach (B10); said again, each corrects what was known.

    def find_contact(self, contact_id: UUID, proof: ContactProof | None, at: datetime) -> None:
        self._guard_open()
        self._find_contact(self.sides, contact_id, proof, at)

    @event(CityContactFound)
    def _find_contact(
        self, sides: Sides, contact_id: UUID, proof: ContactProof | None, at: datetime
    ) -> None:
        self.contact_id, self.proof, self.moved_at = contact_id, proof, at

    def gauge_interest(self, interest: Interest, at: datetime) -> None:
        """Whoever is asked again may say later again."""
        self._guard_open()
        if interest is not Interest.LATER:
            self._guard_new(self.interest, interest)
        self._gauge_interest(self.sides, interest, self.listing_id, at)

    @event(InterestGauged)
    def _gauge_interest(
        self, sides: Sides, interest: Interest, listing_id: UUID | None, at: datetime
    ) -> None:
        self.interest, self.gauged_at, self.moved_at = interest, at, at
        if interest is Interest.LATER:
            for thread in list(self.threads.values()):
                self._change_thread(thread.thread_id, days_asked=0, asked_at=None)

    def learn_governance(self, governance: Governance, at: datetime) -> None:
        self._guard_open()
        self._guard_new(self.governance, governance)
        self._learn_governance(self.sides, self.foreign_place.country, governance, at)

    @event(GovernanceLearned)
    def _learn_governance(
        self, sides: Sides, country: str, governance: Governance, at: datetime
    ) -> None:
        self.governance = governance

    # The introduction and the hand-over (B11).

    def propose_introduction(self, slots: tuple[datetime, ...], minutes: int, at: datetime) -> None:
        """One of these times is picked; a date that is set stays until then."""
        self._guard_can_be_introduced()
        self._propose_slots(self.sides, check_slots(slots, at), minutes, self.contact_id, at)

    @event(IntroductionSlotsProposed)
    def _propose_slots(
        self,
        sides: Sides,
        slots: tuple[datetime, ...],
        minutes: int,
        contact_id: UUID | None,
        at: datetime,
    ) -> None:
        self.introduction_slots, self.introduction_minutes = slots, minutes

    def pick_introduction(
        self, caller: Caller, starts_at: datetime, guests: tuple[UUID, ...], at: datetime
    ) -> None:
        self.check_actor(caller)
        self._guard_can_be_introduced()
        check_proposed(starts_at, self.introduction_slots)
        self.arrange_introduction(starts_at, at, guests, self.introduction_minutes)

    def arrange_introduction(
        self,
        starts_at: datetime,
        at: datetime,
        guests: tuple[UUID, ...] = (),
        minutes: int = INTRODUCTION_MINUTES,
        *,
        is_told_anew: bool = False,
    ) -> None:
        """The direct conversation; a later date replaces it. `is_told_anew`: what it is about has changed."""
        self._guard_can_be_introduced()
        invited = (self.sides.community_id, *((self.contact_id,) if self.contact_id else ()))
        everybody = tuple(dict.fromkeys((*invited, *guests)))
        if self.invited == everybody and self.introduction_minutes == minutes and not is_told_anew:
            self._guard_new(self.introduction_at, starts_at)
        dropped = tuple(each for each in self.invited if each not in everybody)
        self._arrange_introduction(
            self.sides, starts_at, self.listing_id, minutes, guests, dropped, self.contact_id, at
        )

    @event(IntroductionArranged)
    def _arrange_introduction(
        self,
        sides: Sides,
        starts_at: datetime,
        listing_id: UUID | None,
        minutes: int,
        guests: tuple[UUID, ...],
        dropped: tuple[UUID, ...],
        contact_id: UUID | None,
        at: datetime,
    ) -> None:
        self.introduction_at, self.moved_at, self.introduction_slots = starts_at, at, ()
        self.introduction_minutes = minutes
        contact = (contact_id,) if contact_id else ()
        self.invited = tuple(dict.fromkeys((sides.community_id, *contact, *guests)))

    def call_off_introduction(self, at: datetime) -> None:
        """Everybody who was asked to come hears of it, and another date is to be found."""
        self._guard_not_introduced()
        if self.introduction_at is None:
            raise NoMeetingToCallOff
        self._find_another_date(self.introduction_at, was_missed=False, at=at)

    def miss_introduction(self, at: datetime) -> None:
        """Somebody whom it needed did not come."""
        self._guard_not_introduced()
        self._find_another_date(check_missed(self.introduction_at, at), was_missed=True, at=at)

    def _find_another_date(self, starts_at: datetime, *, was_missed: bool, at: datetime) -> None:
        minutes = self.introduction_minutes
        self._call_off(self.sides, starts_at, minutes, self.invited, was_missed, at)

    @event(IntroductionCalledOff)
    def _call_off(
        self,
        sides: Sides,
        starts_at: datetime,
        minutes: int,
        invited: tuple[UUID, ...],
        was_missed: bool,
        at: datetime,
    ) -> None:
        self.introduction_at, self.moved_at, self.invited = None, at, ()

    def write_introduction_minutes(self, actions: tuple[Action, ...], at: datetime) -> None:
        """Who promised what, and by when."""
        has_begun = self.introduction_at is not None and self.introduction_at <= at
        if PairState.INTRODUCED not in self.days and not has_begun:
            raise MeetingNotYetHeld
        if actions:
            self._agree(self.sides, actions, at)

    @event(ActionsAgreed)
    def _agree(self, sides: Sides, actions: tuple[Action, ...], at: datetime) -> None:
        self.actions |= {action.action_id: action for action in actions}

    def finish_action(self, caller: Caller, action_id: UUID, at: datetime) -> None:
        self.check_actor(caller)
        if action_id not in self.actions:
            raise NoSuchAction
        self._finish(self.sides, action_id, at)

    @event(ActionDone)
    def _finish(self, sides: Sides, action_id: UUID, at: datetime) -> None:
        del self.actions[action_id]

    def move_action(self, caller: Caller, action_id: UUID, due_on: date, at: datetime) -> None:
        """It takes longer, or less; everything that goes by its date follows."""
        self.check_actor(caller)
        check_moved(self.actions, action_id, due_on, at.date())
        if due_on != self.actions[action_id].due_on:
            self._move_action(self.sides, action_id, due_on, at)

    @event(ActionMoved)
    def _move_action(self, sides: Sides, action_id: UUID, due_on: date, at: datetime) -> None:
        moved = self.actions[action_id].model_copy(update={"due_on": due_on})
        self.actions = self.actions | {action_id: moved}

    def meets_after(self, now: datetime) -> bool:
        """An introduction is set for a time to come, and was not held before."""
        is_held = PairState.INTRODUCED in self.days
        return self.introduction_at is not None and self.introduction_at > now and not is_held

    def _guard_can_be_introduced(self) -> None:
        self._guard_may_write()
        self._guard_ready_to_meet()
        self._guard_not_introduced()

    def _guard_not_introduced(self) -> None:
        self._guard_open()
        if PairState.INTRODUCED in self.days:
            raise no.IntroductionWasHeld(**self._names, held_on=self.days[PairState.INTRODUCED])

    def hold_introduction(self, held_on: date, at: datetime) -> None:
        """They spoke; another day corrects the record."""
        self._guard_open()
        self._guard_search_goes_on()
        if self.introduction_at is None:
            raise no.NoIntroduction(**self._names)
        self._guard_fact(PairState.INTRODUCED, held_on, at)
        self._hold_introduction(self.sides, held_on, at)

    @event(IntroductionHeld)
    def _hold_introduction(self, sides: Sides, held_on: date, at: datetime) -> None:
        self.days[PairState.INTRODUCED], self.moved_at = held_on, at

    def hand_over(self, handed_over_on: date, at: datetime) -> None:
        """From here on the member writes."""
        self._guard_open()
        self._guard_not_stopped()
        if PairState.INTRODUCED not in self.days:
            raise no.NotIntroduced(**self._names)
        self._guard_fact(PairState.HANDED_OVER, handed_over_on, at)
        self._hand_over(self.sides, handed_over_on, not self.is_handed_over, at)

    @event(HandedOverToMember)
    def _hand_over(self, sides: Sides, handed_over_on: date, is_first: bool, at: datetime) -> None:
        self.days[PairState.HANDED_OVER], self.moved_at = handed_over_on, at

    def retract_hand_over(self, at: datetime) -> None:
        """It was put down by mistake: the pair stands as introduced again."""
        self._guard_open()
        if not self.is_handed_over:
            raise no.NoHandOver(**self._names)
        if self.agreement is not None:
            raise no.AgreementStands(**self._names)
        for state, deed in DEEDS.items():
            if state in self.days:
                raise no.MemberHasActed(**self._names, deed=deed, day=self.days[state])
        self._retract_hand_over(self.sides, at)

    @event(HandOverRetracted)
    def _retract_hand_over(self, sides: Sides, at: datetime) -> None:
        del self.days[PairState.HANDED_OVER]
        self.moved_at = at
        # The hand-over took back what had not gone out.
        self._take_back_letters()

    def call_member(self, at: datetime) -> None:
        """Staff asked the member how it goes: the clock since the hand-over starts anew."""
        self._guard_open()
        self._guard_search_goes_on()
        if not self.is_handed_over:
            raise no.NotHandedOver(**self._names)
        self._call_member(self.sides, at)

    @event(MemberCalled)
    def _call_member(self, sides: Sides, at: datetime) -> None:
        self.moved_at = at

    # What the member does, and records itself.

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

    # Ends and stops.

    def fail(self, reason: FailureReason, others_open: Sequence[UUID], at: datetime) -> None:
        """This city will not be the partner; the case goes on, with these pairs."""
        self._guard_open()
        self._fail(self.sides, reason, self.listing_id, tuple(others_open), at)

    @event(PairFailed)
    def _fail(
        self,
        sides: Sides,
        reason: FailureReason,
        listing_id: UUID | None,
        others_open: tuple[UUID, ...] | None,
        at: datetime,
    ) -> None:
        self.failure, self.moved_at = reason, at
        # What becomes of a letter after the end is no news to anybody.
        for thread in list(self.threads.values()):
            is_unsent = thread.is_unsent or thread.is_first_letter_pending
            self._change_thread(
                thread.thread_id, is_unsent=is_unsent, letter_id=None, taken_back_id=None
            )

    def reopen(
        self, stops: Mapping[StopReason, Stop], listing_id: UUID | None, at: datetime
    ) -> None:
        """It was ended by mistake, or the city came round; with what stops the case now, and the city's listing now."""
        if self.state is PairState.PARTNERED:
            raise no.PairIsPartnered(**self._names)
        if self.is_open:
            raise no.PairIsOpen(**self._names)
        if StopReason.SEARCH_ENDED in stops:
            raise no.SearchEnded(name=self.place.name)
        is_meeting = self.introduction_at is not None
        self._reopen(self.sides, listing_id if is_meeting else None, at)
        self._follow_case(stops, at)

    def _follow_case(self, stops: Mapping[StopReason, Stop], at: datetime) -> None:
        """While it was closed, what stopped its case and what let it go on passed it by."""
        for reason in OF_THE_CASE:
            if reason not in stops:
                self.release(reason, at)
        for reason, stop in stops.items():
            self.stop(reason, at, stop.until)

    @event(PairReopened)
    def _reopen(self, sides: Sides, listing_id: UUID | None, at: datetime) -> None:
        self.failure, self.moved_at, self.resumed_at = None, at, at
        # The end took back what had not gone out.
        self._take_back_letters()
        # Whoever goes on with a city has chosen it.
        for reason in (StopReason.SHORTLIST_REOPENED, StopReason.NOT_CHOSEN):
            self.stops.pop(reason, None)

    def change_lane(self, lane: Lane, at: datetime) -> None:
        """Only a city of the shortlist changes its lane; what is named, or of interest, stays so."""
        if self.is_open and self.lane is Lane.SHORTLIST and lane is not Lane.SHORTLIST:
            self._change_lane(self.sides, lane, at)

    @event(LaneChanged)
    def _change_lane(self, sides: Sides, lane: Lane, at: datetime) -> None:
        self.lane = lane

    def stop(self, reason: StopReason, at: datetime, until: date | None = None) -> None:
        known = self.stops.get(reason)
        if self.is_open and (known is None or known.until != until):
            self._stop(self.sides, reason, until, at)

    @event(WritingStopped)
    def _stop(self, sides: Sides, reason: StopReason, until: date | None, at: datetime) -> None:
        self.stops[reason] = Stop(since=at, until=until)
        if reason is StopReason.LISTING_ENDED:
            self.is_listed = False
        self._take_back_letters()

    def _take_back_letters(self) -> None:
        for thread in list(self.threads.values()):
            is_unsent = thread.is_unsent or thread.is_first_letter_pending
            self._change_thread(thread.thread_id, is_unsent=is_unsent, **thread.without_letter())

    def release(self, reason: StopReason, at: datetime) -> None:
        if self.is_open and reason in self.stops:
            self._release(self.sides, reason, at)

    @event(WritingReleased)
    def _release(self, sides: Sides, reason: StopReason, at: datetime) -> None:
        del self.stops[reason]
        self.moved_at = self.resumed_at = at
        if reason is StopReason.LISTING_ENDED:
            self.is_listed = True

    def find_listing(self, listing_id: UUID, at: datetime) -> None:
        """The city is on the public map."""
        if self.is_open and (self.listing_id != listing_id or not self.is_listed):
            self._find_listing(self.sides, listing_id, at)
        self.release(StopReason.LISTING_ENDED, at)

    @event(ListingFound)
    def _find_listing(self, sides: Sides, listing_id: UUID, at: datetime) -> None:
        self.listing_id, self.is_listed = listing_id, True

    def lose_listing(self, at: datetime) -> None:
        """A pair that hangs on the listing stops; one in a conversation, or begun without it, goes on."""
        if not self.is_open or not self.is_listed:
            return
        hangs_on_it = self.lane is Lane.INTEREST or self.began_with_listing
        if hangs_on_it and self.introduction_at is None:
            self.stop(StopReason.LISTING_ENDED, at)
        else:
            self._lose_listing(self.sides, at)

    @event(ListingLost)
    def _lose_listing(self, sides: Sides, at: datetime) -> None:
        self.is_listed = False

    def set_listing_aside(self, at: datetime) -> None:
        """Staff go on without the listing; what it vouched for has to be proven in another way."""
        self._guard_open()
        if StopReason.LISTING_ENDED not in self.stops:
            raise no.NotStoppedByListing(city=self.foreign_place.name)
        self._set_listing_aside(self.sides, at)

    @event(ListingSetAside)
    def _set_listing_aside(self, sides: Sides, at: datetime) -> None:
        del self.stops[StopReason.LISTING_ENDED]
        self.is_listed, self.moved_at, self.resumed_at = False, at, at

    def correct_community(self, community_id: UUID, into: UUID, at: datetime) -> None:
        """On either side: what belonged to a record that is no longer used belongs to the one that remains."""
        told = self.sides.model_dump()
        right = {side: into if of == community_id else of for side, of in told.items()}
        if right != told:
            self._correct_community(Sides(**right), at)

    @event(CommunityCorrected)
    def _correct_community(self, sides: Sides, at: datetime) -> None:
        self.sides = sides

    # Time.

    def deadlines(self) -> dict[str, datetime]:
        if not self.is_open or self.stops:
            return {}
        if self.is_asking:
            silences = {
                thread.thread_id: thread.next_silence(self._silent_since(thread))
                for thread in self._asked_threads()
            }
            return {f"silence/{key}": found[1] for key, found in silences.items() if found}
        if self.is_handed_over and self.interest is Interest.YES and not self._member_was_asked:
            return {"member_silent": self.moved_at + timedelta(DAYS_UNTIL_MEMBER_IS_ASKED)}
        return {}

    @property
    def _member_was_asked(self) -> bool:
        return self.member_asked_at is not None and self.member_asked_at >= self.moved_at

    def time_passes(self, now: datetime) -> None:
        due = self.deadlines()
        if "member_silent" in due and due["member_silent"] <= now:
            self._ask_member(self.sides, now)
        if self.is_asking:
            for thread in self._asked_threads():
                days = thread.silence_reached(self._silent_since(thread), now)
                if days:
                    self._fall_due(self.sides, thread.thread_id, days, now)

    @event(FollowUpDue)
    def _fall_due(self, sides: Sides, thread_id: UUID, days_silent: int, at: datetime) -> None:
        self._change_thread(thread_id, days_asked=days_silent, asked_at=at)

    @event(MemberAsked)
    def _ask_member(self, sides: Sides, at: datetime) -> None:
        self.member_asked_at = at

    # Who has the ball.

    def waits_for(self) -> Waiting:
        """Step, holder and date; every open pair has all three."""
        if not self.is_open:
            return Waiting()
        if self.stops:
            return while_stopped(self.stops)
        if self.is_asking:
            asked = [self._thread_waits_for(thread) for thread in self._asked_threads()]
            return min(asked, key=lambda w: w.due_on or date.max) if asked else self._to_begin()
        return self._waits_after_answer()

    def thread_waits_for(self, thread: Thread) -> Waiting:
        """A thread of a city that has answered, or of a stopped pair, waits for what the pair waits for."""
        is_asked = self.is_asking and thread in self._asked_threads()
        return self._thread_waits_for(thread) if is_asked else self.waits_for()

    def _thread_waits_for(self, thread: Thread) -> Waiting:
        stuck = thread.stuck_since()
        newest = max(self.threads.values(), key=lambda each: each.contacted_at)
        if stuck is not None and newest.contacted_at >= stuck and newest is not thread:
            return newest.waits_for(self._silent_since(newest))
        return thread.waits_for(self._silent_since(thread))

    def _to_begin(self) -> Waiting:
        return by_staff(Step.WRITE_TO_CHANNELS, max(self.opened_at, self.moved_at), 7)

    def _waits_after_answer(self) -> Waiting:
        if self.interest is Interest.NO:
            return by_staff(Step.CLOSE_PAIR, self.moved_at, 7)
        if self.interest is Interest.LATER:
            return by_staff(Step.ASK_AGAIN, self.moved_at, 90)
        if self.is_handed_over:
            return self._waits_for_member()
        return self._waits_for_introduction()

    def _waits_for_introduction(self) -> Waiting:
        if PairState.INTRODUCED in self.days:
            return by_staff(Step.HAND_OVER, self.moved_at, 7)
        if self.introduction_at is not None:
            due_on = self.introduction_at.date()
            return Waiting(step=Step.HOLD_INTRODUCTION, holder=Party.STAFF, due_on=due_on)
        if self.contact_id is None:
            return by_staff(Step.FIND_CITY_CONTACT, self.moved_at, 7)
        return by_staff(Step.ARRANGE_INTRODUCTION, self.moved_at, 14)

    def _waits_for_member(self) -> Waiting:
        if self.member_asked_at is not None and self._member_was_asked:
            return by_staff(Step.CALL_MEMBER, self.member_asked_at, 14)
        steps = {
            PairState.HANDED_OVER: Step.WRITE_INVITATION,
            PairState.INVITED: Step.SIGN_LETTER_OF_INTENT,
            PairState.INTENT: Step.ADOPT_RESOLUTION,
            PairState.RESOLUTION: Step.SIGN_AGREEMENT,
        }
        return by_member(steps[self.state], self.moved_at, DAYS_UNTIL_MEMBER_IS_ASKED)

    # Guards.

    @property
    def _names(self) -> dict[str, str]:
        return {"name": self.place.name, "city": self.foreign_place.name}

    def check_insight(self, caller: Caller) -> None:
        """Staff see every pair, a member its own."""
        if caller.role is not Role.STAFF and not caller.acts_for(self.sides.community_id):
            raise no.NotYours(name=self.place.name)

    check_actor = check_insight

    def _guard_open(self) -> None:
        if self.state is PairState.FAILED:
            raise no.PairHasFailed(**self._names)
        if self.state is PairState.PARTNERED:
            raise no.PairIsPartnered(**self._names)

    def _guard_not_stopped(self) -> None:
        if self.stops:
            raise REFUSAL_OF[weightiest(self.stops)](**self._names)

    def _guard_search_goes_on(self) -> None:
        if StopReason.SEARCH_ENDED in self.stops:
            raise no.SearchEnded(name=self.place.name)

    def _guard_may_write(self) -> None:
        self._guard_open()
        self._guard_not_stopped()
        if self.is_handed_over:
            handed_over_on = self.days[PairState.HANDED_OVER]
            raise no.MemberWritesNow(**self._names, handed_over_on=handed_over_on)

    def _guard_thread(self, thread_id: UUID) -> None:
        if thread_id not in self.threads:
            raise no.NoSuchThread

    def _thread_to_write_in(self, thread_id: UUID) -> Thread:
        self._guard_may_write()
        self._guard_thread(thread_id)
        thread = self.threads[thread_id]
        if thread.undeliverable_since:
            raise no.AnotherContactNeeded
        return thread

    def _guard_ready_to_meet(self) -> None:
        if self.contact_id is None:
            raise no.ContactUnknown(city=self.foreign_place.name)
        if self.interest is None:
            raise no.InterestUnknown(city=self.foreign_place.name)
        if self.interest is not Interest.YES:
            raise no.CityNotInterested(city=self.foreign_place.name, interest=self.interest.value)
        if not self.has_proof:
            raise no.ContactNotProven(city=self.foreign_place.name)

    def _guard_members_part(self, caller: Caller) -> None:
        self.check_actor(caller)
        self._guard_open()
        self._guard_search_goes_on()
        if not self.is_handed_over:
            raise no.NotHandedOver(**self._names)

    def _guard_fact(self, state: PairState, day: date, now: datetime) -> None:
        check_past(None, day, now)
        self._guard_new(self.days.get(state), day)

    def _guard_new(self, known: object, told: object) -> None:
        if known == told:
            raise no.RecordedAlready

    def _change_thread(self, thread_id: UUID, **changes: object) -> None:
        self.threads[thread_id] = self.threads[thread_id].model_copy(update=changes)


REFUSAL_OF: dict[StopReason, type[Refusal]] = {
    StopReason.SEARCH_ENDED: no.SearchEnded,
    StopReason.LAPSED: no.StandingLapsed,
    StopReason.PAUSED: no.SearchPaused,
    StopReason.LISTING_ENDED: no.ListingHasEnded,
    StopReason.SHORTLIST_REOPENED: no.ShortlistIsOpen,
    StopReason.NOT_CHOSEN: no.CityNotChosen,
}
OF_THE_CASE = (StopReason.SEARCH_ENDED, StopReason.LAPSED, StopReason.PAUSED)
"""What stops all pairs of a case at once."""
DEEDS = {
    PairState.INVITED: "invited the city",
    PairState.INTENT: "signed a letter of intent",
    PairState.RESOLUTION: "adopted a resolution",
}
"""What a member has done after the hand-over, by the state that it brings."""
LETTER_IS_OUT: dict[str, object] = {
    "letter_id": None,
    "taken_back_id": None,
    "is_letter_sent": True,
}
"""What changes in a thread whose letter is known to have gone out."""
REACHED: dict[str, object] = {"is_unsent": False, "was_unsent": False}
"""What changes in a thread where something is known to have reached the contact."""


def _guard_past(moment: datetime, now: datetime) -> None:
    if moment > now:
        raise no.NotYetHappened(when=f"{moment:%Y-%m-%d %H:%M}")
