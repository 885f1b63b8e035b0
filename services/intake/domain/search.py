"""Searches: one community's case from its Yes to a partner, as the sum of its stories."""

from datetime import date, datetime, timedelta
from uuid import UUID

from eventsourcing.domain import event

from services.intake.domain.ball import Ball, review
from services.intake.domain.calendar import due_in, in_days, midnight
from services.intake.domain.debrief import Debrief
from services.intake.domain.search_facts import (
    DEBRIEF_MINUTES,
    Answers,
    CaseEvent,
    SearchRests,
    SearchState,
)
from shared.aggregates import Aggregate
from shared.refusals import Refusal
from shared.values import UNASSIGNED, ClosingReason, NextStep, Party, Place, PublicProfile


def check_on_staff(staff_id: str, *, is_on_staff: bool) -> None:
    """Raises NotOnStaff."""
    if not is_on_staff:
        raise NotOnStaff(staff_id=staff_id)


class Search(Debrief, Aggregate):
    """A case. The service's other tables hold its notes and its attendees' names."""

    class CitySeekingRequested(Aggregate.Created):
        case_id: UUID
        community_id: UUID
        place: Place
        answers: Answers
        is_imported: bool
        at: datetime

    class CitySeekingAmended(CaseEvent):
        answers: Answers

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
        self.stage, self.is_paused = SearchState.INVITED, False
        self.paused_at = self.paused_until = None
        self.debrief_at = self.debriefed_on = None
        self.debrief_minutes = self.debrief_minutes_set = DEBRIEF_MINUTES
        self.debrief_slots, self.attendees, self.actions = (), (), {}
        self.profile = PublicProfile()
        self.ball = self.ball_of_research = Ball(
            step=NextStep.BOOK_DEBRIEF,
            holder=Party.MEMBER,
            due_on=due_in(at.date(), 7, Party.MEMBER),
        )
        self.pairs, self.left, self.chosen = {}, {}, frozenset()
        self.unanswered_since = self.ended_at = self.reason = None

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

    # the answers

    def amend(self, answers: Answers, at: datetime) -> None:
        self._guard_open()
        _guard_named_cities(answers.named_cities)
        self._amend(self.community_id, answers, at)

    @event(CitySeekingAmended)
    def _amend(self, community_id: UUID, answers: Answers, at: datetime) -> None:
        self.answers = answers

    # rest and end

    def pause(self, until: date | None, at: datetime) -> None:
        """Said again with another last day, the pause ends on that one."""
        self._guard_open()
        if self.is_paused and until == self.paused_until:
            raise SearchRests
        if until is not None and until <= at.date():
            raise PausedIntoThePast(until=until)
        self._pause(self.community_id, until, at)
        due_on = until or due_in(at.date(), 90, Party.MEMBER)
        self._pass_ball(Ball(step=NextStep.RESUME, holder=Party.MEMBER, due_on=due_on), at)

    @event(CitySeekingPaused)
    def _pause(self, community_id: UUID, until: date | None, at: datetime) -> None:
        self.paused_at = self.paused_at if self.is_paused else at
        self.is_paused, self.paused_until = True, until

    def resume(self, at: datetime) -> None:
        self._guard_open()
        if not self.is_paused:
            raise NotPaused
        rest = at.date() - (self.paused_at or at).date()
        self._resume(self.community_id, at)
        self._take_up(rest, at)
        self._pass_ball(self._leading_ball(), at)

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

    # owner

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
            return {"unbooked_debrief": self._calls_member_at(self.ball.due_on)}
        return {"overdue_step": midnight(in_days(self.ball.due_on, 1))}

    def _calls_member_at(self, due_on: date) -> datetime:
        """Not before a week, and on the day itself no earlier than at the hour of the Yes."""
        hour = self.requested_at - midnight(self.requested_at.date())
        return max(self.requested_at + timedelta(days=7), midnight(due_on) + hour)

    def time_passes(self, now: datetime) -> None:
        """What is overdue at somebody else's comes back to staff; a pause ends on its day."""
        due = {kind for kind, due_at in self.deadlines().items() if due_at <= now}
        if "pause_ends" in due:
            self.resume(now)
        elif "unbooked_debrief" in due:
            self._telephone(now)
        elif "overdue_step" in due:
            self._pass_ball(review(now, self.ball.days_to_review), now)

    def _telephone(self, at: datetime) -> None:
        """Staff book the debrief with a member that has not."""
        due_on = due_in(at.date(), 7, Party.STAFF)
        ball = Ball(step=NextStep.BOOK_DEBRIEF, holder=Party.STAFF, due_on=due_on)
        if self.ball_of_research.step is NextStep.BOOK_DEBRIEF:
            self._advance_research(self.community_id, ball, at)
        self._pass_ball(ball, at)


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


class NotPaused(Refusal):
    """This search is not paused."""

    next_step = "Nothing needs to be done: it goes on."


class PausedIntoThePast(Refusal):
    """A pause until {until} would be over already."""

    next_step = "Choose a later day, or leave it out to pause until further notice."


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


class WorkStillToCome(Refusal):
    """{happened_on} is still to come; what you did is logged once it has happened."""

    next_step = "Tell your plan in the conversation of the case, and log it on the day."
