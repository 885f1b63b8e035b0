"""The debrief of a case: its date, who comes, what was promised there, and its record (B4, B5)."""

from datetime import UTC, date, datetime
from uuid import UUID

from eventsourcing.domain import event

from services.intake.domain.ball import Ball
from services.intake.domain.calendar import due_in
from services.intake.domain.next_steps import NextSteps
from services.intake.domain.search_facts import DEBRIEF_MINUTES, CaseEvent, SearchState
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
from shared.values import NextStep, Party, Preferences, PublicProfile


class Debrief(NextSteps):
    """Staff and the member speak with each other; then research begins."""

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
        """The person of staff whose case it is."""
        by: UUID | None = None
        """Who called it off."""

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

    @event(DebriefInvited)
    def _invite(self, community_id: UUID, at: datetime) -> None:
        """At the Yes, and again when a date came to nothing."""
        self.stage, self.debrief_at, self.attendees = SearchState.INVITED, None, ()
        self.debrief_slots = ()

    def propose_debrief_slots(
        self, slots: tuple[datetime, ...], minutes: int, at: datetime
    ) -> None:
        """The member picks one; a date that is set stays until then."""
        self._guard_running()
        self._guard_not_debriefed()
        fresh = check_slots(slots, at, self.debrief_at)
        self._propose_slots(self.community_id, fresh, minutes, at)
        if self.stage is SearchState.INVITED:
            due_on = min(due_in(at.date(), 7, Party.MEMBER), fresh[0].date())
            ball = Ball(step=NextStep.BOOK_DEBRIEF, holder=Party.MEMBER, due_on=due_on)
            self._research(ball, at)

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
        ball = Ball(step=NextStep.HOLD_DEBRIEF, holder=Party.STAFF, due_on=starts_at.date())
        self._research(ball, at)

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
        """Everybody who was asked to come hears of it, whoever says so for their own calendar; another date is to be
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
        minutes, owner = self.debrief_minutes_set, self.staff
        self._call_off(
            self.community_id, starts_at, self.attendees, minutes, was_missed, owner, by, at
        )
        self._invite(self.community_id, at)
        due_on = due_in(at.date(), 7, Party.MEMBER)
        ball = Ball(step=NextStep.BOOK_DEBRIEF, holder=Party.MEMBER, due_on=due_on)
        self._research(ball, at)

    @event(DebriefCalledOff)
    def _call_off(
        self,
        community_id: UUID,
        starts_at: datetime,
        attendees: tuple[UUID, ...],
        minutes: int,
        was_missed: bool,
        owner: UUID | None,
        by: UUID | None,
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

    def _guard_debrief_day(self, held_on: date, today: date) -> None:
        if held_on > today:
            raise DebriefNotYetHeld(held_on=held_on)
        if held_on < self.requested_at.date():
            raise DebriefBeforeRequest(held_on=held_on, requested_on=self.requested_at.date())


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
