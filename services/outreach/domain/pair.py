"""Pairs: a case and one foreign city, from the first letter to the signatures; each story has a file of its own."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from services.outreach.domain import refusals as no
from services.outreach.domain.introduction import Introduction
from services.outreach.domain.letters import Letters
from services.outreach.domain.members_part import MembersPart
from services.outreach.domain.pair_facts import (
    INTRODUCTION_MINUTES,
    Governance,
    PairEvent,
    PairState,
    Sides,
    pair_id,
)
from services.outreach.domain.steps import (
    Step,
    Waiting,
    by_member,
    by_staff,
    in_days,
    while_stopped,
)
from services.outreach.domain.thread import Thread
from shared.aggregates import Aggregate
from shared.values import Interest, Lane, Party, Place
from shared.working_days import on_working_day

DAYS_UNTIL_MEMBER_IS_ASKED = 30


def check_owner(staff_id: str, found: Mapping[str, Any] | None) -> None:
    """`found`: who has that number. Raises NotOnStaff."""
    if found is None or found["role"] != "staff":
        raise no.NotOnStaff(staff_id=staff_id)


class Pair(Letters, Introduction, MembersPart, Aggregate):
    """A case and one foreign city in outreach; names and texts are rows beside it."""

    class PairOpened(Aggregate.Created):
        sides: Sides
        place: Place
        foreign_place: Place
        lane: Lane
        listing_id: UUID | None
        at: datetime

    class PairAssigned(PairEvent):
        """It belongs to this person of staff (empty: nobody); to the owner of the case where it follows that one."""

        staff_id: str
        follows_case: bool
        before: UUID | None = None
        """Whose it was until then, where that was one person."""
        introduction_at: datetime | None = None
        """The introduction to which the new one comes in place of the other."""
        introduction_minutes: int = INTRODUCTION_MINUTES

    class MemberAsked(PairEvent):
        """Nothing was heard since the hand-over: the member is asked how it goes."""

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
        self.resumed_at = None
        self.threads = {}
        self.stops = {}
        self.contact_id = None
        self.proof = None
        self.interest = None
        self.gauged_at = None
        self.governance = Governance()
        self.introduction_at = None
        self.introduction_slots = ()
        self.introduction_minutes = self.introduction_minutes_set = INTRODUCTION_MINUTES
        self.invited = ()
        self.actions = {}
        self.member_asked_at = None
        self.days = {}
        self.documents = {}
        self.agreement = None
        self.failure = None

    # Whose it is.

    def assign(self, staff_id: str, at: datetime) -> None:
        """From now on it belongs to this person, whoever owns the case."""
        self._guard_open()
        if self.has_own_owner and staff_id == self.owner:
            raise no.AssignedAlready
        self._pass_to(staff_id, follows_case=False, at=at)

    def follow_owner(self, staff_id: str | None, at: datetime) -> None:
        """The case belongs to this person, and with it each pair that was given to nobody else."""
        if self.is_open and not self.has_own_owner and staff_id != self.owner:
            self._pass_to(staff_id or "", follows_case=True, at=at)

    def let_go(self, staff_id: str, owner: str | None, at: datetime) -> None:
        """Whoever has it leaves: it goes with its case again, `owner` being whose that is. One that has ended, too."""
        if self.owner == staff_id:
            self._pass_to(owner or "", follows_case=True, at=at)

    def _pass_to(self, staff_id: str, *, follows_case: bool, at: datetime) -> None:
        meets_at = self.introduction_at if self.is_open and self.meets_after(at) else None
        minutes = self.introduction_minutes_set
        before = None if staff_id == self.owner else self.staff
        self._assign(self.sides, staff_id, follows_case, before, meets_at, minutes, at)

    @event(PairAssigned)
    def _assign(
        self,
        sides: Sides,
        staff_id: str,
        follows_case: bool,
        before: UUID | None,
        introduction_at: datetime | None,
        introduction_minutes: int,
        at: datetime,
    ) -> None:
        self.owner, self.has_own_owner = staff_id or None, not follows_case

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
            # The day itself is the member's still, by the calendar of UTC as everywhere.
            due_on = on_working_day(in_days(self.moved_at, DAYS_UNTIL_MEMBER_IS_ASKED))
            return {"member_silent": datetime.combine(due_on, time(), UTC) + timedelta(days=1)}
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
                    self._find_silent(thread.thread_id, days, now)

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
        # After a rest there is a week for everything that staff have to do.
        days = 7 if self.moved_at == self.resumed_at else 14
        return by_staff(Step.ARRANGE_INTRODUCTION, self.moved_at, days)

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
