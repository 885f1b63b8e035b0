"""The next step of a case: what staff decide, what research and pairs bring, and which of them the case waits for."""

from datetime import date, datetime, timedelta
from uuid import UUID

from eventsourcing.domain import event

from services.intake.domain.ball import Ball, Milestone, Progress, review
from services.intake.domain.calendar import in_days
from services.intake.domain.search_facts import CaseEvent, SearchFacts, SearchState, ShortlistNews
from shared.refusals import Refusal
from shared.values import NextStep, Party


class NextSteps(SearchFacts):
    """An open case always waits for somebody: the most advanced pair has the word."""

    class NextStepSet(CaseEvent):
        ball: Ball

    class ResearchAdvanced(CaseEvent):
        """What the case waits for beside its pairs, or once it is resumed."""

        ball: Ball
        news: ShortlistNews | None = None

    class PairAdvanced(CaseEvent):
        """Outreach told what one of the case's pairs waits for."""

        pair_id: UUID
        ball: Ball
        milestone: Milestone = Milestone.LETTERS
        put_off: Ball | None = None

    class PairLeft(CaseEvent):
        """It failed, or nobody had been written to after all."""

        pair_id: UUID
        has_failed: bool = True

    def set_next_step(self, step: NextStep, holder: Party, due_on: date, at: datetime) -> None:
        """Staff know better than the rule; what happens next may change it again."""
        self._guard_running()
        if step is NextStep.NONE or holder is Party.NOBODY:
            raise StepWithoutHolder
        if due_on < at.date():
            raise StepDueInThePast(due_on=due_on)
        ball = Ball(step=step, holder=holder, due_on=due_on)
        if not self.pairs and step not in (NextStep.REVIEW, NextStep.RESUME):
            self._advance_research(self.community_id, ball, at)
        self._pass_ball(ball, at)

    def note_research(self, ball: Ball, at: datetime, news: ShortlistNews | None = None) -> None:
        """Matching moved the case on; a pair that is further on keeps the word."""
        if self.is_open and self.stage is SearchState.DEBRIEFED:
            self._research(ball, at, news)

    def _research(self, ball: Ball, at: datetime, news: ShortlistNews | None = None) -> None:
        waited_for = self._leading_ball()
        if ball != self.ball_of_research:
            self._advance_research(self.community_id, ball, at, news)
            self._follow_the_lead(waited_for, at)

    @event(ResearchAdvanced)
    def _advance_research(
        self, community_id: UUID, ball: Ball, at: datetime, news: ShortlistNews | None = None
    ) -> None:
        self.ball_of_research = ball
        if news is not None:
            self.chosen = frozenset(news.pairs)

    def note_pair(self, pair_id: UUID, milestone: Milestone, ball: Ball, at: datetime) -> None:
        """Outreach moved a pair on, or told again what it had told; a letter that settles late revives no pair."""
        was, told = self.pairs.get(pair_id), Progress(milestone=milestone, ball=ball)
        if pair_id not in self.left:
            self._move_pair(pair_id, was.moves_on(told, at.date()) if was else told, at)

    def regain_pair(self, pair_id: UUID, ball: Ball, at: datetime) -> None:
        """A failed pair goes on where it stood; one that was at its letters waits for `ball`."""
        was = self.left.get(pair_id) or self.pairs.get(pair_id)
        if was is None or was.milestone is Milestone.LETTERS:
            self._move_pair(pair_id, Progress(milestone=Milestone.LETTERS, ball=ball), at)
        elif pair_id in self.left:
            again = was.ball.not_before(in_days(at.date(), 7))
            self._move_pair(pair_id, was.model_copy(update={"ball": again}), at)

    def _move_pair(self, pair_id: UUID, to: Progress, at: datetime) -> None:
        if self.is_open and self.pairs.get(pair_id) != to:
            waited_for = self._leading_ball()
            self._advance_pair(
                self.community_id, pair_id, to.ball, at, milestone=to.milestone, put_off=to.put_off
            )
            self._follow_the_lead(waited_for, at)

    @event(PairAdvanced)
    def _advance_pair(
        self,
        community_id: UUID,
        pair_id: UUID,
        ball: Ball,
        at: datetime,
        milestone: Milestone,
        put_off: Ball | None,
    ) -> None:
        self.pairs[pair_id] = Progress(milestone=milestone, ball=ball, put_off=put_off)
        self.left.pop(pair_id, None)

    def _take_up(self, rest: timedelta, at: datetime) -> None:
        """After a rest everything is due anew."""
        ball = self.ball_of_research.after_rest(at.date(), rest)
        if ball != self.ball_of_research:
            self._advance_research(self.community_id, ball, at)
        for pair_id, was in list(self.pairs.items()):
            if (ball := was.after_rest(at.date())) != was.ball:
                self._advance_pair(
                    self.community_id,
                    pair_id,
                    ball,
                    at,
                    milestone=was.milestone,
                    put_off=was.put_off,
                )

    def drop_pair(self, pair_id: UUID, at: datetime) -> None:
        """A pair failed: the case waits for the next best one, or for what it waits for beside its pairs."""
        if not self.is_open or pair_id not in (*self.pairs, *self.unwritten):
            return
        waited_for = self._leading_ball()
        self._drop_pair(self.community_id, pair_id, True, at)
        is_last = not (self.pairs or self.unwritten) and self.ball_of_research.is_of_outreach
        if is_last and not self.is_paused:
            self._pass_ball(review(at), at)
        elif not is_last:
            # Behind a pair that is further, a date may have passed that nobody could keep.
            self._follow_the_lead(waited_for, at, days_at_least=14)

    def unmake_pair(self, pair_id: UUID, at: datetime) -> None:
        """Nobody had been written to after all; a pair whose city has answered goes on all the same."""
        was = self.pairs.get(pair_id)
        if self.is_open and was is not None and was.milestone is Milestone.LETTERS:
            waited_for = self._leading_ball()
            self._drop_pair(self.community_id, pair_id, False, at)
            self._follow_the_lead(waited_for, at, days_at_least=14)

    def take_back_hand_over(self, pair_id: UUID, ball: Ball, at: datetime) -> None:
        """The member does not write yet after all: the pair is where the introduction had left it."""
        self._take_back(pair_id, Milestone.HANDED_OVER, Milestone.INTRODUCED, ball, at)

    def lose_introduction(self, pair_id: UUID, ball: Ball, at: datetime) -> None:
        """It was called off or missed: another date is to be found."""
        self._take_back(pair_id, Milestone.ARRANGED, Milestone.INTEREST, ball, at)

    def _take_back(
        self, pair_id: UUID, from_: Milestone, to: Milestone, ball: Ball, at: datetime
    ) -> None:
        """A pair that is no further; while it is put off, that is what it waits for again."""
        was = self.pairs.get(pair_id)
        if was is not None and was.milestone is from_:
            back = {"ball": ball} if was.put_off is None else {"put_off": ball}
            self._move_pair(pair_id, was.model_copy(update={"milestone": to, **back}), at)

    @event(PairLeft)
    def _drop_pair(self, community_id: UUID, pair_id: UUID, has_failed: bool, at: datetime) -> None:
        was = self.pairs.pop(pair_id, None)
        if has_failed:
            self.chosen -= {pair_id}
        if has_failed and was is not None:
            self.left[pair_id] = was

    def _follow_the_lead(self, waited_for: Ball, at: datetime, days_at_least: int = 0) -> None:
        """What staff decided stands until the case waits for something else."""
        ball = self._leading_ball()
        if self.is_paused or ball == waited_for:
            return
        is_over = ball.due_on is not None and ball.due_on < at.date()
        if is_over and days_at_least:
            ball = ball.not_before(in_days(at.date(), days_at_least))
        self._pass_ball(ball, at)

    def _leading_ball(self) -> Ball:
        """Whatever was heard first: the most advanced pair's, or that of research."""
        balls = [progress.ball for progress in self.pairs.values()]
        if self.unwritten and self.ball_of_research.step is NextStep.WRITE_TO_CHANNELS:
            balls.append(self.ball_of_research)
        ball = max(balls, key=Ball.urgency, default=self.ball_of_research)
        is_waited_for = ball.is_beyond_letters or not self._research_comes_before_letters
        return ball if is_waited_for else self.ball_of_research

    @property
    def unwritten(self) -> frozenset[UUID]:
        """Pairs of the shortlist of which nothing was heard: their cities are still to be written to."""
        return self.chosen.difference(self.pairs, self.left)

    @property
    def _research_comes_before_letters(self) -> bool:
        """Letters for a named city (B8) may go out before the debrief or the choice, which the member still owes."""
        is_debriefed = self.stage is SearchState.DEBRIEFED
        return not is_debriefed or self.ball_of_research.step is NextStep.CHOOSE_SHORTLIST

    def _pass_ball(self, ball: Ball, at: datetime) -> None:
        if ball != self.ball:
            self._set_next_step(self.community_id, ball, at)

    def _put_ball_away(self, at: datetime) -> None:
        self._pass_ball(Ball(step=NextStep.NONE, holder=Party.NOBODY, due_on=None), at)

    @event(NextStepSet)
    def _set_next_step(self, community_id: UUID, ball: Ball, at: datetime) -> None:
        self.ball = ball


class StepWithoutHolder(Refusal):
    """An open case always waits for something that somebody does."""

    next_step = "Name the step and who has it to do; to end the case, close or withdraw it."


class StepDueInThePast(Refusal):
    """{due_on} has passed; a next step has a day to come."""

    next_step = "Choose today or a later day."
