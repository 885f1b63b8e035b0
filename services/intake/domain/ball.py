"""Whose turn it is in a case: what it waits for, who has that to do, until when, and how far its pairs have come."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from services.intake.domain.calendar import due_in, in_days
from shared.values import NextStep, Party, Value
from shared.working_days import on_working_day

ADVANCE = list(NextStep)
"""The steps in the order of the programme: of several pairs, the most advanced says what the case waits for."""


class Ball(Value):
    """What the case waits for, who has it to do, and until when."""

    step: NextStep
    holder: Party
    due_on: date | None

    @property
    def is_beyond_letters(self) -> bool:
        """A pair whose city said no, which staff are to close, leads no further than a letter."""
        reached = ADVANCE.index(self.step)
        return ADVANCE.index(NextStep.HOLD_INTRODUCTION) <= reached < ADVANCE.index(NextStep.REVIEW)

    @property
    def is_of_outreach(self) -> bool:
        """Only a pair can be waited for like this."""
        of_pairs = ADVANCE[
            ADVANCE.index(NextStep.WRITE_TO_CHANNELS) : ADVANCE.index(NextStep.REVIEW)
        ]
        return self.step in of_pairs

    def is_same_step(self, other: "Ball") -> bool:
        return (self.step, self.holder) == (other.step, other.holder)

    @property
    def days_to_review(self) -> int:
        """How long staff have once it is overdue: as long as outreach gives them to call the member."""
        return 14 if self.is_beyond_letters and self.is_of_outreach else 7

    def not_before(self, day: date) -> "Ball":
        """The same, with time left to do it."""
        if self.due_on is not None and self.due_on >= day:
            return self
        return self.model_copy(update={"due_on": due_in(day, 0, self.holder)})

    def not_over(self, today: date) -> "Ball":
        """The same; a date that nobody could keep leaves a week from today."""
        is_over = self.due_on is not None and self.due_on < today
        return self.not_before(in_days(today, 7)) if is_over else self

    def after_rest(self, today: date, rest: timedelta) -> "Ball":
        """The date moves on by the rest, as in matching, with a week at least; that of a meeting to come stays."""
        is_to_come = self.due_on is not None and self.due_on >= today
        if self.step is NextStep.HOLD_DEBRIEF and is_to_come:
            return self
        later = max((self.due_on or today) + rest, in_days(today, 7))
        due_on = in_days(today, 7) if self.is_of_outreach else later
        return self.model_copy(update={"due_on": on_working_day(due_on)})

    def urgency(self) -> tuple[int, int]:
        """The most advanced first; among those that still wait for letters, the earliest date."""
        advance = ADVANCE.index(self.step) if self.is_beyond_letters else 0
        return advance, -(self.due_on or date.max).toordinal()


class Milestone(StrEnum):
    """What was said of a pair, in the order of the programme: to say an earlier one again undoes none that is later."""

    LETTERS = "letters"
    INTEREST = "interest"
    ARRANGED = "arranged"
    INTRODUCED = "introduced"
    HANDED_OVER = "handed_over"
    INVITED = "invited"
    INTENT = "intent"
    RESOLUTION = "resolution"


class Progress(Value):
    """How far a pair has come, and what it waits for; `put_off`: what it waits for again after a "later" or a no."""

    milestone: Milestone
    ball: Ball
    put_off: Ball | None = None

    def moves_on(self, told: "Progress", today: date) -> "Progress":
        """A "later" or a no is never left behind: the furthest step stays, and waits until the city says yes."""
        order = list(Milestone)
        is_further = order.index(told.milestone) > order.index(self.milestone)
        if is_further:
            return told
        is_put_off = self.milestone is not Milestone.INTEREST or self.put_off is not None
        if told.is_later and is_put_off:
            put_off = self.put_off or self.ball
            return self.model_copy(update={"ball": told.ball, "put_off": put_off})
        if self.put_off is not None:
            return self._while_put_off(self.put_off, told, today)
        return self._renewed(told) if self.leaves_behind(told.milestone) else told

    def after_rest(self, today: date) -> Ball:
        """As outreach counts anew: a month for the member, a week for us, and a date that is set stays."""
        if self.milestone is Milestone.ARRANGED and self.put_off is None:
            return self.ball
        days = 30 if self.ball.holder is Party.MEMBER else 7
        if self.milestone is Milestone.INTEREST and self.ball.step is NextStep.WRITE_TO_CHANNELS:
            days = 90
        due_on = on_working_day(in_days(today, days))
        return self.ball.model_copy(update={"due_on": due_on})

    def _renewed(self, told: "Progress") -> "Progress":
        """A reply after the hand-over gives the member its time again; a meeting does not move."""
        is_apart = self.milestone is Milestone.ARRANGED and told.milestone is not Milestone.LETTERS
        is_renewed = told.ball.is_same_step(self.ball) and not is_apart
        return self.model_copy(update={"ball": told.ball}) if is_renewed else self

    def _while_put_off(self, put_off: Ball, told: "Progress", today: date) -> "Progress":
        if told.milestone is Milestone.LETTERS:
            return self.model_copy(update={"ball": told.ball})
        if told.milestone is Milestone.INTEREST:
            is_told = told.ball.is_same_step(put_off) and self.milestone is not Milestone.ARRANGED
            ball = told.ball if is_told else put_off.not_over(today)
            return Progress(milestone=self.milestone, ball=ball)
        is_corrected = told.milestone is self.milestone
        return self.model_copy(update={"put_off": told.ball}) if is_corrected else self

    @property
    def is_later(self) -> bool:
        """The city asks to be asked again, or says no, which it may think over until staff close the pair."""
        return self.milestone is Milestone.INTEREST and not self.ball.is_beyond_letters

    def leaves_behind(self, milestone: Milestone) -> bool:
        """Letters count for as long as the pair waits for letters, also those after a "later"."""
        order = list(Milestone)
        is_earlier = order.index(milestone) < order.index(self.milestone)
        return is_earlier and (milestone is not Milestone.LETTERS or self.ball.is_beyond_letters)


def review(at: datetime, days: int = 7) -> Ball:
    due_on = due_in(at.date(), days, Party.STAFF)
    return Ball(step=NextStep.REVIEW, holder=Party.STAFF, due_on=due_on)
