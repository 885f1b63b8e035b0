"""Searches: one community's case from its Yes to a partner; its debrief, and who has the ball until when."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from services.intake.domain.calendar import due_in, in_days, midnight
from shared.aggregates import Aggregate
from shared.meetings import (
    Action,
    Change,
    MeetingNotYetHeld,
    NoMeetingToCallOff,
    NoSuchAction,
    change_of,
    check_missed,
    check_moved,
    check_proposed,
    check_slots,
)
from shared.refusals import Refusal
from shared.values import (
    UNASSIGNED,
    ClosingReason,
    NextStep,
    Party,
    Place,
    Preferences,
    PublicProfile,
    Value,
    person_of,
)
from shared.working_days import on_working_day

DEBRIEF_MINUTES = 45
"""Where nobody says how long a debrief takes."""


def check_on_staff(staff_id: str, *, is_on_staff: bool) -> None:
    """Raises NotOnStaff."""
    if not is_on_staff:
        raise NotOnStaff(staff_id=staff_id)


ADVANCE = list(NextStep)
"""The steps in the order of the programme: of several pairs, the most advanced says what the case waits for."""


class Answers(Value):
    """What the member said with its Yes; every part is optional (B2)."""

    preferences: Preferences = Preferences()
    named_cities: tuple[Place, ...] = ()
    is_shown_publicly: bool = False


class Ball(Value):
    """What the case waits for, who has it to do, and until when."""

    step: NextStep
    holder: Party
    due_on: date | None

    @property
    def is_beyond_letters(self) -> bool:
        return ADVANCE.index(self.step) >= ADVANCE.index(NextStep.HOLD_INTRODUCTION)

    @property
    def is_of_outreach(self) -> bool:
        """Only a pair can be waited for like this."""
        of_pairs = ADVANCE[
            ADVANCE.index(NextStep.WRITE_TO_CHANNELS) : ADVANCE.index(NextStep.REVIEW)
        ]
        return self.step in of_pairs

    def not_before(self, day: date) -> "Ball":
        """The same, with time left to do it."""
        if self.due_on is not None and self.due_on >= day:
            return self
        return self.model_copy(update={"due_on": due_in(day, 0, self.holder)})

    def not_over(self, today: date) -> "Ball":
        """The same; a date that nobody could keep leaves a week from today."""
        is_over = self.due_on is not None and self.due_on < today
        return self.not_before(in_days(today, 7)) if is_over else self

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
    """How far a pair has come, and what it waits for; `put_off`: what it waits for again after a "later"."""

    milestone: Milestone
    ball: Ball
    put_off: Ball | None = None

    def moves_on(self, told: "Progress", today: date) -> "Progress":
        """A "later" is never left behind: the furthest step stays, and waits until the city says yes."""
        order = list(Milestone)
        is_further = order.index(told.milestone) > order.index(self.milestone)
        if is_further:
            return told
        if told.is_later and self.milestone is not Milestone.INTEREST:
            put_off = self.put_off or self.ball
            return self.model_copy(update={"ball": told.ball, "put_off": put_off})
        if self.put_off is not None:
            return self._while_put_off(self.put_off, told, today)
        return self if self.leaves_behind(told.milestone) else told

    def _while_put_off(self, put_off: Ball, told: "Progress", today: date) -> "Progress":
        if told.milestone is Milestone.LETTERS:
            return self.model_copy(update={"ball": told.ball})
        if told.milestone is Milestone.INTEREST:
            return Progress(milestone=self.milestone, ball=put_off.not_over(today))
        is_corrected = told.milestone is self.milestone
        return self.model_copy(update={"put_off": told.ball}) if is_corrected else self

    @property
    def is_later(self) -> bool:
        """The city asks to be asked again."""
        return self.milestone is Milestone.INTEREST and not self.ball.is_beyond_letters

    def leaves_behind(self, milestone: Milestone) -> bool:
        """Letters count for as long as the pair waits for letters, also those after a "later"."""
        order = list(Milestone)
        is_earlier = order.index(milestone) < order.index(self.milestone)
        return is_earlier and (milestone is not Milestone.LETTERS or self.ball.is_beyond_letters)


class SearchState(StrEnum):
    INVITED = "invited"
    SCHEDULED = "scheduled"
    DEBRIEFED = "debriefed"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Search(Aggregate):
    """A case. The service's other tables hold its notes and its attendees' names."""

    class CitySeekingRequested(Aggregate.Created):
        case_id: UUID
        community_id: UUID
        place: Place
        answers: Answers
        is_imported: bool
        at: datetime

    class CaseEvent(Aggregate.Event):
        community_id: UUID
        at: datetime

    class CitySeekingAmended(CaseEvent):
        answers: Answers

    class DebriefInvited(CaseEvent):
        pass

    class DebriefSlotsProposed(CaseEvent):
        slots: tuple[datetime, ...]
        minutes: int

    class DebriefScheduled(CaseEvent):
        starts_at: datetime
        attendees: tuple[UUID, ...]
        minutes: int = DEBRIEF_MINUTES
        dropped: tuple[UUID, ...] = ()
        """Of events that were recorded before `change`."""
        change: Change = Change()
        owner: UUID | None = None
        """The person of staff whose case it is, who comes too."""

    class DebriefCalledOff(CaseEvent):
        """The date is no more: called off beforehand, or passed without those whom it needed."""

        starts_at: datetime
        attendees: tuple[UUID, ...]
        minutes: int
        was_missed: bool
        owner: UUID | None = None
        """The person of staff whose case it is, where somebody else called it off."""

    class ActionsAgreed(CaseEvent):
        """What was promised in the debrief; the words are in the service's own table."""

        actions: tuple[Action, ...]

    class ActionDone(CaseEvent):
        action_id: UUID

    class ActionMoved(CaseEvent):
        action_id: UUID
        due_on: date

    class DebriefCompleted(CaseEvent):
        held_on: date
        preferences: Preferences
        profile: PublicProfile

    class CitySeekingPaused(CaseEvent):
        until: date | None

    class CitySeekingResumed(CaseEvent):
        pass

    class CitySeekingWithdrawn(CaseEvent):
        pass

    class CitySeekingClosed(CaseEvent):
        reason: ClosingReason

    class CaseAssigned(CaseEvent):
        staff_id: str
        before: UUID | None = None
        """Whose it was until then, where that was one person."""
        debrief_at: datetime | None = None
        """The debrief to which the new one comes in place of the other."""
        debrief_minutes: int = DEBRIEF_MINUTES

    class NextStepSet(CaseEvent):
        ball: Ball

    class ResearchAdvanced(CaseEvent):
        """What the case waits for beside its pairs, or once it is resumed."""

        ball: Ball

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

    class LocalWorkLogged(CaseEvent):
        """The member's own research, contact or meeting (B19); the text is in the service's own table."""

        entry_id: UUID

    class MessageLeft(CaseEvent):
        """A line of the one conversation between member and staff (B12); the text is in the service's own table."""

        message_id: UUID
        is_from_staff: bool

    @staticmethod
    def create_id(case_id: UUID) -> UUID:
        return case_id

    @event(CitySeekingRequested)
    def __init__(
        self,
        case_id: UUID,
        community_id: UUID,
        place: Place,
        answers: Answers,
        is_imported: bool,
        at: datetime,
    ) -> None:
        self.community_id, self.place, self.answers = community_id, place, answers
        self.is_imported, self.requested_at = is_imported, at
        self.owner = UNASSIGNED
        self.stage = SearchState.INVITED
        self.is_paused = False
        self.paused_until: date | None = None
        self.debrief_at: datetime | None = None
        self.debriefed_on: date | None = None
        self.debrief_minutes = self.debrief_minutes_set = DEBRIEF_MINUTES
        self.debrief_slots: tuple[datetime, ...] = ()
        self.attendees: tuple[UUID, ...] = ()
        self.actions: dict[UUID, Action] = {}
        self.profile = PublicProfile()
        self.ball = self.ball_of_research = Ball(
            step=NextStep.BOOK_DEBRIEF, holder=Party.MEMBER, due_on=in_days(at.date(), 7)
        )
        self.pairs: dict[UUID, Progress] = {}
        self.left: dict[UUID, Progress] = {}
        self.unanswered_since: datetime | None = None
        self.ended_at: datetime | None = None
        self.reason: ClosingReason | None = None

    @classmethod
    def request(
        cls,
        case_id: UUID,
        place: Place,
        answers: Answers,
        at: datetime,
        *,
        is_imported: bool = False,
    ) -> "Search":
        """The Yes; the mail that it causes is the invitation to the debrief (B4)."""
        _guard_named_cities(answers.named_cities)
        search = cls(case_id, place.community_id, place, answers, is_imported, at)
        search._invite(search.community_id, at)
        search._set_next_step(search.community_id, search.ball, at)
        return search

    @property
    def state(self) -> SearchState:
        return SearchState.PAUSED if self.is_paused else self.stage

    @property
    def is_open(self) -> bool:
        return self.stage not in (SearchState.WITHDRAWN, SearchState.CLOSED)

    # the answers

    def amend(self, answers: Answers, at: datetime) -> None:
        self._guard_open()
        _guard_named_cities(answers.named_cities)
        self._amend(self.community_id, answers, at)

    @event(CitySeekingAmended)
    def _amend(self, community_id: UUID, answers: Answers, at: datetime) -> None:
        self.answers = answers

    # the debrief

    @event(DebriefInvited)
    def _invite(self, community_id: UUID, at: datetime) -> None:
        """At the Yes, and again when a date came to nothing."""
        self.stage, self.debrief_at, self.attendees = SearchState.INVITED, None, ()

    def propose_debrief_slots(
        self, slots: tuple[datetime, ...], minutes: int, at: datetime
    ) -> None:
        """The member picks one; a date that is set stays until then."""
        self._guard_running()
        self._guard_not_debriefed()
        fresh = check_slots(slots, at)
        self._propose_slots(self.community_id, fresh, minutes, at)
        if self.stage is SearchState.INVITED:
            due_on = min(in_days(at.date(), 7), fresh[0].date())
            self._research(NextStep.BOOK_DEBRIEF, Party.MEMBER, due_on, at)

    @event(DebriefSlotsProposed)
    def _propose_slots(
        self, community_id: UUID, slots: tuple[datetime, ...], minutes: int, at: datetime
    ) -> None:
        self.debrief_slots, self.debrief_minutes = slots, minutes

    def pick_debrief_slot(
        self,
        starts_at: datetime,
        attendees: tuple[UUID, ...],
        at: datetime,
        *,
        is_suggested: bool = False,
    ) -> None:
        """One of the times that staff proposed, or that were suggested as fair to both."""
        self._guard_running()
        self._guard_not_debriefed()
        if not is_suggested:
            check_proposed(starts_at, self.debrief_slots)
        self.schedule_debrief(starts_at, attendees, at, self.debrief_minutes)

    def schedule_debrief(
        self,
        starts_at: datetime,
        attendees: tuple[UUID, ...],
        at: datetime,
        minutes: int = DEBRIEF_MINUTES,
    ) -> None:
        """A date and who takes part (B5); a later date replaces it."""
        self._guard_running()
        self._guard_not_debriefed()
        if starts_at <= at:
            raise DebriefInThePast(starts_at=f"{starts_at.astimezone(UTC):%Y-%m-%d %H:%M}")
        self.note_debrief_date(starts_at, attendees, at, minutes)

    def note_debrief_date(
        self,
        starts_at: datetime,
        attendees: tuple[UUID, ...],
        at: datetime,
        minutes: int = DEBRIEF_MINUTES,
    ) -> None:
        earlier = self.debrief_at, self.debrief_minutes_set
        change = change_of(self.attendees, attendees, *earlier)
        self._schedule_debrief(
            self.community_id, starts_at, attendees, minutes, change, self.staff, at
        )
        self._research(NextStep.HOLD_DEBRIEF, Party.STAFF, starts_at.date(), at)

    @event(DebriefScheduled)
    def _schedule_debrief(
        self,
        community_id: UUID,
        starts_at: datetime,
        attendees: tuple[UUID, ...],
        minutes: int,
        change: Change,
        owner: UUID | None,
        at: datetime,
    ) -> None:
        self.debrief_at, self.attendees, self.debrief_minutes = starts_at, attendees, minutes
        self.debrief_slots, self.debrief_minutes_set = (), minutes
        self.stage = SearchState.SCHEDULED

    def call_off_debrief(self, at: datetime, by: UUID | None = None) -> None:
        """Everybody who was asked to come hears of it, but the person of staff who says so; another date is to be
        found."""
        self._guard_open()
        self._guard_not_debriefed()
        if self.debrief_at is None:
            raise NoMeetingToCallOff
        self._find_another_date(self.debrief_at, was_missed=False, at=at, by=by)

    def miss_debrief(self, at: datetime) -> None:
        """Somebody whom it needed did not come."""
        self._guard_open()
        self._guard_not_debriefed()
        self._find_another_date(check_missed(self.debrief_at, at), was_missed=True, at=at)

    def _find_another_date(
        self, starts_at: datetime, *, was_missed: bool, at: datetime, by: UUID | None = None
    ) -> None:
        minutes, told = self.debrief_minutes_set, None if self.staff == by else self.staff
        self._call_off(self.community_id, starts_at, self.attendees, minutes, was_missed, told, at)
        self._invite(self.community_id, at)
        due_on = on_working_day(in_days(at.date(), 7))
        self._research(NextStep.BOOK_DEBRIEF, Party.MEMBER, due_on, at)

    @event(DebriefCalledOff)
    def _call_off(
        self,
        community_id: UUID,
        starts_at: datetime,
        attendees: tuple[UUID, ...],
        minutes: int,
        was_missed: bool,
        owner: UUID | None,
        at: datetime,
    ) -> None:
        pass

    def write_debrief_minutes(self, actions: tuple[Action, ...], at: datetime) -> None:
        """Who promised what, and by when."""
        if self.debriefed_on is None and (self.debrief_at is None or self.debrief_at > at):
            raise MeetingNotYetHeld
        if actions:
            self._agree(self.community_id, actions, at)

    @event(ActionsAgreed)
    def _agree(self, community_id: UUID, actions: tuple[Action, ...], at: datetime) -> None:
        self.actions |= {action.action_id: action for action in actions}

    def finish_action(self, action_id: UUID, at: datetime) -> None:
        if action_id not in self.actions:
            raise NoSuchAction
        self._finish(self.community_id, action_id, at)

    @event(ActionDone)
    def _finish(self, community_id: UUID, action_id: UUID, at: datetime) -> None:
        del self.actions[action_id]

    def move_action(self, action_id: UUID, due_on: date, at: datetime) -> None:
        """It takes longer, or less; everything that goes by its date follows."""
        check_moved(self.actions, action_id, due_on, at.date())
        if due_on != self.actions[action_id].due_on:
            self._move_action(self.community_id, action_id, due_on, at)

    @event(ActionMoved)
    def _move_action(self, community_id: UUID, action_id: UUID, due_on: date, at: datetime) -> None:
        moved = self.actions[action_id].model_copy(update={"due_on": due_on})
        self.actions = self.actions | {action_id: moved}

    def meets_after(self, now: datetime) -> bool:
        """A debrief is set for a time to come, and was not held before."""
        is_held = self.debriefed_on is not None
        return self.debrief_at is not None and self.debrief_at > now and not is_held

    def _guard_not_debriefed(self) -> None:
        if self.stage is SearchState.DEBRIEFED:
            raise DebriefWasHeld(held_on=self.debriefed_on)

    def complete_debrief(
        self, held_on: date, preferences: Preferences, profile: PublicProfile, at: datetime
    ) -> None:
        """Research can begin. Said again, it corrects the record of the interview."""
        self._guard_running()
        self._guard_debrief_day(held_on, at.date())
        is_correction, waited_for = self.stage is SearchState.DEBRIEFED, self._leading_ball()
        self._complete_debrief(self.community_id, held_on, preferences, profile, at)
        if not is_correction:
            due_on = due_in(at.date(), 30, Party.STAFF)
            ball = Ball(step=NextStep.RESEARCH, holder=Party.STAFF, due_on=due_on)
            self._advance_research(self.community_id, ball, at)
            self._follow_the_lead(waited_for, at)

    @event(DebriefCompleted)
    def _complete_debrief(
        self,
        community_id: UUID,
        held_on: date,
        preferences: Preferences,
        profile: PublicProfile,
        at: datetime,
    ) -> None:
        self.stage = SearchState.DEBRIEFED
        self.debriefed_on, self.profile = held_on, profile
        self.answers = self.answers.model_copy(update={"preferences": preferences})

    # rest and end

    def pause(self, until: date | None, at: datetime) -> None:
        """Said again with another last day, the pause ends on that one."""
        self._guard_open()
        if self.is_paused and until == self.paused_until:
            raise SearchRests
        if until is not None and until <= at.date():
            raise PausedIntoThePast(until=until)
        self._pause(self.community_id, until, at)
        due_on = until or in_days(at.date(), 90)
        self._pass_ball(Ball(step=NextStep.RESUME, holder=Party.MEMBER, due_on=due_on), at)

    @event(CitySeekingPaused)
    def _pause(self, community_id: UUID, until: date | None, at: datetime) -> None:
        self.is_paused, self.paused_until = True, until

    def resume(self, at: datetime) -> None:
        self._guard_open()
        if not self.is_paused:
            raise NotPaused
        self._resume(self.community_id, at)
        self._pass_ball(self._leading_ball().not_before(in_days(at.date(), 14)), at)

    @event(CitySeekingResumed)
    def _resume(self, community_id: UUID, at: datetime) -> None:
        self.is_paused, self.paused_until = False, None

    def withdraw(self, at: datetime) -> None:
        self._guard_open()
        self._withdraw(self.community_id, at)
        self._put_ball_away(at)

    @event(CitySeekingWithdrawn)
    def _withdraw(self, community_id: UUID, at: datetime) -> None:
        self.stage, self.is_paused, self.ended_at = SearchState.WITHDRAWN, False, at

    def close(self, reason: ClosingReason, at: datetime) -> None:
        """Staff end it without a match."""
        if reason is ClosingReason.PARTNERED:
            raise PartneredNeedsAPartnership
        self._end(reason, at)

    def close_partnered(self, at: datetime) -> None:
        """A partnership was formed."""
        self._end(ClosingReason.PARTNERED, at)

    def _end(self, reason: ClosingReason, at: datetime) -> None:
        self._guard_open()
        self._close(self.community_id, reason, at)
        self._put_ball_away(at)

    @event(CitySeekingClosed)
    def _close(self, community_id: UUID, reason: ClosingReason, at: datetime) -> None:
        self.stage, self.is_paused, self.ended_at = SearchState.CLOSED, False, at
        self.reason = reason

    # owner, next step, date

    def assign(self, staff_id: str, at: datetime) -> None:
        self._guard_open()
        if staff_id == self.owner:
            raise AssignedAlready
        meets_at = self.debrief_at if self.meets_after(at) else None
        minutes = self.debrief_minutes_set
        self._assign(self.community_id, staff_id, self.staff, meets_at, minutes, at)

    def let_go(self, staff_id: str, at: datetime) -> None:
        """Whoever has it leaves: it is nobody's until somebody takes it."""
        if self.is_open and self.owner == staff_id:
            self.assign(UNASSIGNED, at)

    @event(CaseAssigned)
    def _assign(
        self,
        community_id: UUID,
        staff_id: str,
        before: UUID | None,
        debrief_at: datetime | None,
        debrief_minutes: int,
        at: datetime,
    ) -> None:
        self.owner = staff_id

    @property
    def staff(self) -> UUID | None:
        """The one person of staff whose case it is."""
        return person_of(self.owner)

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

    def note_research(self, step: NextStep, holder: Party, due_on: date, at: datetime) -> None:
        """Matching moved the case on; a pair that is further on keeps the word."""
        if self.is_open and self.stage is SearchState.DEBRIEFED:
            self._research(step, holder, due_on, at)

    def _research(self, step: NextStep, holder: Party, due_on: date, at: datetime) -> None:
        waited_for = self._leading_ball()
        ball = Ball(step=step, holder=holder, due_on=due_on)
        if ball != self.ball_of_research:
            self._advance_research(self.community_id, ball, at)
            self._follow_the_lead(waited_for, at)

    @event(ResearchAdvanced)
    def _advance_research(self, community_id: UUID, ball: Ball, at: datetime) -> None:
        self.ball_of_research = ball

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

    def drop_pair(self, pair_id: UUID, at: datetime) -> None:
        """A pair failed: the case waits for the next best one, or for what it waits for beside its pairs."""
        if not self.is_open or pair_id not in self.pairs:
            return
        waited_for = self._leading_ball()
        self._drop_pair(self.community_id, pair_id, True, at)
        is_last = not self.pairs and self.ball_of_research.is_of_outreach
        if is_last and not self.is_paused:
            self._pass_ball(_review(at), at)
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
        ball = max(balls, key=Ball.urgency, default=self.ball_of_research)
        is_waited_for = ball.is_beyond_letters or not self._research_comes_before_letters
        return ball if is_waited_for else self.ball_of_research

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

    # the member's own work, and the one conversation

    def log_local_work(self, entry_id: UUID, happened_on: date, at: datetime) -> None:
        self._guard_open()
        # At the other end of the world it may be tomorrow already.
        if happened_on > in_days(at.date(), 1):
            raise WorkStillToCome(happened_on=happened_on)
        self._log_local_work(self.community_id, entry_id, at)

    @event(LocalWorkLogged)
    def _log_local_work(self, community_id: UUID, entry_id: UUID, at: datetime) -> None:
        pass

    def leave_message(self, message_id: UUID, is_from_staff: bool, at: datetime) -> None:
        self._leave_message(self.community_id, message_id, is_from_staff, at)

    @event(MessageLeft)
    def _leave_message(
        self, community_id: UUID, message_id: UUID, is_from_staff: bool, at: datetime
    ) -> None:
        """Any word of staff answers what the member has asked so far."""
        self.unanswered_since = None if is_from_staff else self.unanswered_since or at

    @property
    def waits_since(self) -> date | None:
        """Since when a message of the member waits for an answer."""
        return self.unanswered_since.date() if self.unanswered_since else None

    # time

    def deadlines(self) -> dict[str, datetime]:
        if not self.is_open:
            return {}
        if self.is_paused and self.paused_until is not None:
            return {"pause_ends": midnight(self.paused_until)}
        if self.ball.holder is Party.STAFF or self.ball.due_on is None:
            return {}
        if self.ball.step is NextStep.BOOK_DEBRIEF:
            week_after = self.requested_at + timedelta(days=7)
            return {"unbooked_debrief": max(week_after, midnight(self.ball.due_on))}
        return {"overdue_step": midnight(in_days(self.ball.due_on, 1))}

    def time_passes(self, now: datetime) -> None:
        """What is overdue at somebody else's comes back to staff; a pause ends on its day."""
        due = {kind for kind, due_at in self.deadlines().items() if due_at <= now}
        if "pause_ends" in due:
            self.resume(now)
        elif "unbooked_debrief" in due:
            self._telephone(now)
        elif "overdue_step" in due:
            self._pass_ball(_review(now), now)

    def _telephone(self, at: datetime) -> None:
        """Staff book the debrief with a member that has not."""
        due_on = due_in(at.date(), 7, Party.STAFF)
        ball = Ball(step=NextStep.BOOK_DEBRIEF, holder=Party.STAFF, due_on=due_on)
        if self.ball_of_research.step is NextStep.BOOK_DEBRIEF:
            self._advance_research(self.community_id, ball, at)
        self._pass_ball(ball, at)

    # guards

    def guard_order(self, *days: date | None) -> None:
        """An imported case tells what happened, and nothing happened before its request."""
        for day in days:
            if day is not None and day < self.requested_at.date():
                raise BeforeTheRequest(day=day, requested_on=self.requested_at.date())

    def _guard_open(self) -> None:
        if not self.is_open:
            raise SearchHasEnded(how=self.stage.value, ended_on=f"{self.ended_at:%-d %B %Y}")

    def _guard_running(self) -> None:
        self._guard_open()
        if self.is_paused:
            raise SearchRests

    def _guard_debrief_day(self, held_on: date, today: date) -> None:
        if held_on > today:
            raise DebriefNotYetHeld(held_on=held_on)
        if held_on < self.requested_at.date():
            raise DebriefBeforeRequest(held_on=held_on, requested_on=self.requested_at.date())


def _review(at: datetime) -> Ball:
    due_on = due_in(at.date(), 7, Party.STAFF)
    return Ball(step=NextStep.REVIEW, holder=Party.STAFF, due_on=due_on)


def _guard_named_cities(places: tuple[Place, ...]) -> None:
    for place in places:
        if not place.is_abroad:
            raise NamedCityNotAbroad(place=place.name)
    if len({place.geoname_id for place in places}) < len(places):
        raise CityNamedTwice


class NamedCityNotAbroad(Refusal):
    """{place} lies in the United States; the programme looks for partners abroad."""

    next_step = "Name cities abroad, or none: staff help to find places to start with."


class CityNamedTwice(Refusal):
    """A city is named twice."""

    next_step = "Name each city once."


class SearchHasEnded(Refusal):
    """This search was {how} on {ended_on}."""

    next_step = (
        "To search again, the administrator says Yes anew; what was learned stays on record."
    )


class SearchRests(Refusal):
    """This search is paused."""

    next_step = "Resume it first."


class NotPaused(Refusal):
    """This search is not paused."""

    next_step = "Nothing needs to be done: it goes on."


class PausedIntoThePast(Refusal):
    """A pause until {until} would be over already."""

    next_step = "Choose a later day, or leave it out to pause until further notice."


class DebriefWasHeld(Refusal):
    """The debrief took place on {held_on}; it needs no new date."""

    next_step = "To correct its record, complete the debrief again with what is right."


class DebriefInThePast(Refusal):
    """{starts_at} (UTC) has passed; a debrief is planned for a time to come."""

    next_step = "Choose a later time, or record the debrief if it has taken place."


class DebriefNotYetHeld(Refusal):
    """{held_on} is still to come; a debrief is recorded after it took place."""

    next_step = "Schedule the debrief for that day instead."


class DebriefBeforeRequest(Refusal):
    """The debrief cannot have been held on {held_on}: the search was requested on {requested_on}."""

    next_step = "Check the day of the debrief."


class BeforeTheRequest(Refusal):
    """{day} is before the request of {requested_on}."""

    next_step = "Check both days: whatever happens to a search happens after its request."


class PartneredNeedsAPartnership(Refusal):
    """A search closes as partnered when its partnership is recorded, not by hand."""

    next_step = "Record the partnership with both signatures; the search closes by itself."


class AssignedAlready(Refusal):
    """The case is with this person already."""

    next_step = "Nothing needs to be done."


class NotOnStaff(Refusal):
    """{staff_id} is nobody of our staff; a case belongs to a person of staff, or to nobody yet."""

    status = 422
    next_step = "Take a person_id of `GET /api/intake/v1/staff` whose role is staff."


class StepWithoutHolder(Refusal):
    """An open case always waits for something that somebody does."""

    next_step = "Name the step and who has it to do; to end the case, close or withdraw it."


class StepDueInThePast(Refusal):
    """{due_on} has passed; a next step has a day to come."""

    next_step = "Choose today or a later day."


class WorkStillToCome(Refusal):
    """{happened_on} is still to come; what you did is logged once it has happened."""

    next_step = "Tell your plan in the conversation of the case, and log it on the day."
