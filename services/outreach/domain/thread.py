"""A thread: one way to a city, what was written and answered there, and how long it has been silent."""

from datetime import datetime, timedelta
from uuid import UUID

from services.outreach.domain.steps import Step, Waiting, by_staff
from shared.values import Channel, Party, Value
from shared.working_days import Seat, first_working_moment, next_office_hour

SILENCES = (7, 14, 28)
"""Days of silence after which a follow-up is due; after the last one, another channel."""


class Thread(Value):
    thread_id: UUID
    channel: Channel
    contact_id: UUID | None
    contacted_at: datetime
    seat: Seat | None = None
    """Where the recipient sits; unknown of threads that are older than that."""
    letter_id: UUID | None = None
    """A letter that is on its way out and has not been heard of."""
    letter_at: datetime | None = None
    taken_back_id: UUID | None = None
    """A letter that the thread waits for no more, and that may have gone out nevertheless."""
    is_first_letter: bool = False
    is_letter_sent: bool = False
    is_unsent: bool = False
    """The first letter was stopped before it went out, or has to go to another contact."""
    was_unsent: bool = False
    """It was so when somebody answered: it is so again if the reply is taken back."""
    undeliverable_since: datetime | None = None
    answered_bounce: datetime | None = None
    """A bounce that a reply has answered: it counts again if the reply is taken back."""
    replies_at_bounce: int = 0
    replies: tuple[datetime, ...] = ()
    days_asked: int = 0
    asked_at: datetime | None = None
    followed_up_at: datetime | None = None

    @property
    def is_first_letter_pending(self) -> bool:
        return self.is_first_letter and self.letter_id is not None

    @property
    def last_word_at(self) -> datetime:
        """Of either side."""
        return max(self.contacted_at, self.followed_up_at or self.contacted_at, *self.replies)

    def without_letter(self) -> dict[str, UUID | None]:
        """What changes where a letter on its way is waited for no more."""
        return {"letter_id": None, "taken_back_id": self.letter_id or self.taken_back_id}

    def answered_unsent(self) -> dict[str, bool]:
        """What changes where somebody answers first, though the first letter has not gone out."""
        is_unsent = self.is_unsent or self.is_first_letter_pending
        return {} if self.replies else {"is_unsent": False, "was_unsent": is_unsent}

    def silent_since(self, since: datetime | None) -> datetime:
        """Our follow-ups do not break their silence; a reply in any thread of the pair does."""
        return max(self.contacted_at, since or self.contacted_at)

    def next_silence(self, since: datetime | None) -> tuple[int, datetime] | None:
        """The next of the three silences: its days, and when it is reached; None where no clock runs."""
        if self.is_unsent or self.undeliverable_since or self.is_first_letter_pending:
            return None
        for days in SILENCES:
            if days > self.days_asked:
                return days, self.silence_ends(days, since)
        return None

    def silence_ends(self, days: int, since: datetime | None) -> datetime:
        """When these days of silence are over; never on a day on which the recipient does not work."""
        ends = self.silent_since(since) + timedelta(days=days)
        return first_working_moment(ends, self.seat)

    def goes_out_at(self, now: datetime) -> datetime | None:
        """When the recipient's office is open next, where it is known."""
        return next_office_hour(now, self.seat) if self.seat else None

    def silence_reached(self, since: datetime | None, now: datetime) -> int:
        """The longest of the silences that is due now and was not told yet, or 0."""
        if self.next_silence(since) is None:
            return 0
        reached = [days for days in SILENCES if self.silence_ends(days, since) <= now]
        return max((days for days in reached if days > self.days_asked), default=0)

    def stuck_since(self) -> datetime | None:
        """Since when only another contact or channel leads on."""
        return self.undeliverable_since or (self.asked_at if self.days_asked == 28 else None)

    def waits_for(self, since: datetime | None, resumed_at: datetime | None = None) -> Waiting:
        """While the city is still being asked; `since`: when the pair last heard of it, or went on after a stop."""
        if self.undeliverable_since and not self._is_answer_unread:
            return after_rest(Step.FIND_ANOTHER_CONTACT, self.undeliverable_since, 3, resumed_at)
        if self.letter_id is not None:
            return by_staff(Step.SEE_LETTER_OUT, self.letter_at or self.contacted_at, 1)
        if self.is_unsent:
            return after_rest(Step.WRITE_TO_CHANNELS, self.contacted_at, 7, resumed_at)
        return self._waits_for_words(since, resumed_at)

    @property
    def _is_answer_unread(self) -> bool:
        """Nothing was written since the last reply: a letter that comes back later takes that away from nobody."""
        answered = self.followed_up_at or self.contacted_at
        return bool(self.replies) and answered <= self.replies[-1]

    def _waits_for_words(self, since: datetime | None, resumed_at: datetime | None) -> Waiting:
        answered = self.followed_up_at or self.contacted_at
        if self.asked_at is not None and self.days_asked == 28:
            return after_rest(Step.TRY_ANOTHER_CHANNEL, self.asked_at, 3, resumed_at)
        if self.asked_at is not None and self.days_asked and answered < self.asked_at:
            return after_rest(Step.FOLLOW_UP, self.asked_at, 2, resumed_at)
        if self._is_answer_unread:
            return after_rest(Step.GAUGE_INTEREST, self.replies[-1], 3, resumed_at)
        holder = Party.FOREIGN_CITY if self.channel is Channel.CITY_OFFICE else Party.CHANNEL
        silence = self.next_silence(since)
        assert silence is not None, "a thread that waits for words has a clock"
        return Waiting(step=Step.AWAIT_REPLY, holder=holder, due_on=silence[1].date())


def after_rest(step: Step, since: datetime, days: int, resumed_at: datetime | None) -> Waiting:
    """What staff had to do before a rest is due a week after it."""
    if resumed_at is None or since > resumed_at:
        return by_staff(step, since, days)
    return by_staff(step, resumed_at, 7)
