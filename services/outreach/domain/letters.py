"""Letters of a pair: its threads, what is written and what comes back there, what that tells of the city (B9, B10)."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from services.outreach.domain import refusals as no
from services.outreach.domain.pair_facts import (
    ContactProof,
    Governance,
    PairEvent,
    PairFacts,
    PairState,
    Sides,
    guard_past,
    thread_id,
)
from services.outreach.domain.seats import Delivery
from services.outreach.domain.steps import Waiting
from services.outreach.domain.thread import Thread
from shared.values import Channel, Interest
from shared.working_days import Seat, next_office_hour

LETTER_IS_OUT: dict[str, object] = {
    "letter_id": None,
    "taken_back_id": None,
    "is_letter_sent": True,
}
"""What changes in a thread whose letter is known to have gone out."""
REACHED: dict[str, object] = {"is_unsent": False, "was_unsent": False}
"""What changes in a thread where something is known to have reached the contact."""


class Letters(PairFacts):
    """A city is asked, on several ways at once, until it is known what it says."""

    class LetterEvent(PairEvent):
        waits: Waiting | None = None
        """What the pair waits for then; none in events that are older, or where something else than letters tells."""

    class EmbassyContacted(LetterEvent):
        thread_id: UUID
        channel: Channel
        contact_id: UUID | None
        country: str
        letter_id: UUID | None
        delivery: Delivery = Delivery()

    class ChannelContacted(LetterEvent):
        thread_id: UUID
        channel: Channel
        contact_id: UUID | None
        letter_id: UUID | None
        delivery: Delivery = Delivery()

    class FirstLetterSent(PairEvent):
        thread_id: UUID

    class FollowUpDue(LetterEvent):
        thread_id: UUID
        days_silent: int

    class FollowUpWritten(PairEvent):
        thread_id: UUID
        contact_id: UUID
        letter_id: UUID
        goes_out_at: datetime | None = None

    class FollowUpSent(LetterEvent):
        thread_id: UUID
        letter_id: UUID | None = None
        """None where staff followed up themselves."""

    class LetterDropped(PairEvent):
        """The contact was forgotten before the letter went out."""

        thread_id: UUID

    class ReplyReceived(LetterEvent):
        thread_id: UUID
        reply_id: UUID

    class ReplyRetracted(LetterEvent):
        """The reply was put down in the wrong thread, or was none."""

        thread_id: UUID

    class ContactRetracted(PairEvent):
        """The first contact was put down by mistake: the thread is gone."""

        thread_id: UUID
        threads_left: int = 0

    class MessageBounced(LetterEvent):
        thread_id: UUID

    class ThreadContactReplaced(PairEvent):
        thread_id: UUID
        contact_id: UUID
        seat: Seat | None = None

    class CityContactFound(LetterEvent):
        contact_id: UUID
        proof: ContactProof | None

    class InterestGauged(LetterEvent):
        interest: Interest
        listing_id: UUID | None

    class GovernanceLearned(PairEvent):
        country: str
        governance: Governance

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
        guard_past(at, now)
        thread = thread_id(self.id, channel, contact_id)
        if thread in self.threads:
            contacted_on = self.threads[thread].contacted_at.date()
            raise no.ContactedAlready(city=self.foreign_place.name, contacted_on=contacted_on)
        opens = next_office_hour(now, seat) if letter_id and seat and in_office_hours else None
        delivery = Delivery(seat=seat, goes_out_at=opens)
        about, whose = (channel, contact_id), (letter_id, delivery, at)
        self._tell(
            lambda pair, waits: (
                pair._contact_embassy(pair.sides, thread, *about, country, *whose, waits)
                if channel.is_diplomatic
                else pair._contact_channel(pair.sides, thread, *about, *whose, waits)
            )
        )
        return thread

    def _tell(self, change: Callable[[Any, Waiting | None], object]) -> None:
        """What happens says what the pair waits for then: it is tried on a twin first."""
        twin = deepcopy(self)
        change(twin, None)
        change(self, twin._waits_once_all_is_out())

    def _waits_once_all_is_out(self) -> Waiting | None:
        """None where no letter moves what the pair waits for."""
        for thread in list(self.threads.values()):
            at = thread.letter_at or thread.contacted_at
            if thread.is_first_letter_pending:
                self._send_first_letter(self.sides, thread.thread_id, at)
            elif thread.letter_id is not None:
                self._send_follow_up(self.sides, thread.thread_id, thread.letter_id, at, None)
        return None if self.stops else self.waits_for()

    @event(EmbassyContacted)
    def _contact_embassy(  # noqa: PLR0913, PLR0917  # a field of the event each
        self,
        sides: Sides,
        thread_id: UUID,
        channel: Channel,
        contact_id: UUID | None,
        country: str,
        letter_id: UUID | None,
        delivery: Delivery,
        at: datetime,
        waits: Waiting | None,
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
        waits: Waiting | None,
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
        guard_past(at, now)
        self._follow_up_is_out(thread_id, None, at)

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
            self._follow_up_is_out(thread_id, letter_id, at)

    def _follow_up_is_out(self, thread_id: UUID, letter_id: UUID | None, at: datetime) -> None:
        self._tell(
            lambda pair, waits: pair._send_follow_up(pair.sides, thread_id, letter_id, at, waits)
        )

    @event(FirstLetterSent)
    def _send_first_letter(self, sides: Sides, thread_id: UUID, at: datetime) -> None:
        thread = self.threads[thread_id]
        # Whoever has answered already was reached before, and is not waited for again.
        begun = thread.contacted_at if thread.replies else max(at, thread.contacted_at)
        self._change_thread(thread_id, **LETTER_IS_OUT, **REACHED, contacted_at=begun)

    @event(FollowUpSent)
    def _send_follow_up(
        self,
        sides: Sides,
        thread_id: UUID,
        letter_id: UUID | None,
        at: datetime,
        waits: Waiting | None,
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

    def heard_at(self, thread_id: UUID, at: datetime, now: datetime) -> datetime:
        """What came by mail answers our last letter: a date before that is read now."""
        thread = self.threads.get(thread_id)
        is_before = thread is not None and at < (thread.followed_up_at or thread.contacted_at)
        return now if is_before else at

    def receive_reply(self, thread_id: UUID, reply_id: UUID, at: datetime, now: datetime) -> None:
        """Whatever the channel: all clocks of the pair start anew."""
        self._guard_open()
        self._guard_thread(thread_id)
        guard_past(at, now)
        self._tell(
            lambda pair, waits: pair._receive_reply(pair.sides, thread_id, reply_id, at, waits)
        )

    @event(ReplyReceived)
    def _receive_reply(
        self, sides: Sides, thread_id: UUID, reply_id: UUID, at: datetime, waits: Waiting | None
    ) -> None:
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
        self._tell(lambda pair, waits: pair._retract_reply(pair.sides, thread_id, at, waits))

    @event(ReplyRetracted)
    def _retract_reply(
        self, sides: Sides, thread_id: UUID, at: datetime, waits: Waiting | None
    ) -> None:
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
        self._come_back(thread_id, at)

    def _come_back(self, thread_id: UUID, at: datetime) -> None:
        self._tell(lambda pair, waits: pair._bounce(pair.sides, thread_id, at, waits))

    def letter_was_refused(self, thread_id: UUID, letter_id: UUID, at: datetime) -> None:
        if self._awaits(thread_id, letter_id):
            self._come_back(thread_id, at)

    @event(MessageBounced)
    def _bounce(self, sides: Sides, thread_id: UUID, at: datetime, waits: Waiting | None) -> None:
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
        self._tell(lambda pair, waits: pair._find_contact(pair.sides, contact_id, proof, at, waits))

    @event(CityContactFound)
    def _find_contact(
        self,
        sides: Sides,
        contact_id: UUID,
        proof: ContactProof | None,
        at: datetime,
        waits: Waiting | None,
    ) -> None:
        self.contact_id, self.proof, self.moved_at = contact_id, proof, at

    def gauge_interest(self, interest: Interest, at: datetime) -> None:
        """Whoever is asked again may say later again."""
        self._guard_open()
        if interest is not Interest.LATER:
            self._guard_new(self.interest, interest)
        whose = (self.sides, interest, self.listing_id, at)
        self._tell(lambda pair, waits: pair._gauge_interest(*whose, waits))

    @event(InterestGauged)
    def _gauge_interest(
        self,
        sides: Sides,
        interest: Interest,
        listing_id: UUID | None,
        at: datetime,
        waits: Waiting | None,
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

    # Silence.

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

    def _silent_since(self, thread: Thread) -> datetime | None:
        """The last word of theirs, or the end of the last stop; where they said later, our asking again."""
        asked_again = thread.last_word_at if self.interest is Interest.LATER else None
        known = [at for at in (self.last_reply, self.resumed_at, asked_again) if at is not None]
        return max(known, default=None)

    def _find_silent(self, thread_id: UUID, days: int, at: datetime) -> None:
        self._tell(lambda pair, waits: pair._fall_due(pair.sides, thread_id, days, at, waits))

    @event(FollowUpDue)
    def _fall_due(
        self, sides: Sides, thread_id: UUID, days_silent: int, at: datetime, waits: Waiting | None
    ) -> None:
        self._change_thread(thread_id, days_asked=days_silent, asked_at=at)

    def _thread_waits_for(self, thread: Thread) -> Waiting:
        stuck = thread.stuck_since()
        newest = max(self.threads.values(), key=lambda each: each.contacted_at)
        if stuck is not None and newest.contacted_at >= stuck and newest is not thread:
            return newest.waits_for(self._silent_since(newest), self.resumed_at)
        return thread.waits_for(self._silent_since(thread), self.resumed_at)

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
