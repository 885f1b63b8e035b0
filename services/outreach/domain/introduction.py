"""The introduction of a pair: its date, who comes, what was agreed, and the hand-over to the member (B11)."""

from datetime import date, datetime
from uuid import UUID

from eventsourcing.domain import event

from services.outreach.domain import refusals as no
from services.outreach.domain.pair_facts import (
    INTRODUCTION_MINUTES,
    PairEvent,
    PairFacts,
    PairState,
    Sides,
)
from shared.context import Caller
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
from shared.values import Interest

DEEDS = {
    PairState.INVITED: "invited the city",
    PairState.INTENT: "signed a letter of intent",
    PairState.RESOLUTION: "adopted a resolution",
}
"""What a member has done after the hand-over, by the state that it brings."""


class Introduction(PairFacts):
    """Both sides speak with each other; then the member writes."""

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
        """Of events that were recorded before `change`."""
        contact_id: UUID | None = None
        change: Change = Change()
        owner: UUID | None = None
        """The person of staff whose pair it is, who comes too."""

    class IntroductionCalledOff(PairEvent):
        """The date is no more: called off beforehand, or passed without those whom it needed."""

        starts_at: datetime
        minutes: int
        invited: tuple[UUID, ...]
        was_missed: bool
        owner: UUID | None = None
        """The person of staff whose pair it is."""
        by: UUID | None = None
        """Who called it off, where that is one person."""

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

    class MemberCalled(PairEvent):
        """Staff spoke to the member about how it goes."""

    # Its date.

    def propose_introduction(self, slots: tuple[datetime, ...], minutes: int, at: datetime) -> None:
        """One of these times is picked; a date that is set stays until then."""
        self._guard_can_be_introduced()
        fresh = check_slots(slots, at, self.introduction_at)
        self._propose_slots(self.sides, fresh, minutes, self.contact_id, at)

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
        earlier = self.introduction_at, self.introduction_minutes_set
        change = change_of(self.invited, everybody, *earlier)
        self._arrange_introduction(
            self.sides,
            starts_at,
            self.listing_id,
            minutes,
            guests,
            self.contact_id,
            change,
            self.staff,
            at,
        )

    @event(IntroductionArranged)
    def _arrange_introduction(  # noqa: PLR0913, PLR0917  # the fields of the event
        self,
        sides: Sides,
        starts_at: datetime,
        listing_id: UUID | None,
        minutes: int,
        guests: tuple[UUID, ...],
        contact_id: UUID | None,
        change: Change,
        owner: UUID | None,
        at: datetime,
    ) -> None:
        self.introduction_at, self.moved_at, self.introduction_slots = starts_at, at, ()
        self.introduction_minutes = self.introduction_minutes_set = minutes
        contact = (contact_id,) if contact_id else ()
        self.invited = tuple(dict.fromkeys((sides.community_id, *contact, *guests)))

    def call_off_introduction(self, at: datetime, by: UUID | None = None) -> None:
        """Everybody who was asked to come hears of it, and another date is to be found."""
        self._guard_not_introduced()
        if self.introduction_at is None:
            raise NoMeetingToCallOff
        self._find_another_date(self.introduction_at, was_missed=False, at=at, by=by)

    def miss_introduction(self, at: datetime) -> None:
        """Somebody whom it needed did not come."""
        self._guard_not_introduced()
        self._find_another_date(check_missed(self.introduction_at, at), was_missed=True, at=at)

    def _find_another_date(
        self, starts_at: datetime, *, was_missed: bool, at: datetime, by: UUID | None = None
    ) -> None:
        minutes = self.introduction_minutes_set
        self._call_off(self.sides, starts_at, minutes, self.invited, was_missed, self.staff, by, at)

    @event(IntroductionCalledOff)
    def _call_off(
        self,
        sides: Sides,
        starts_at: datetime,
        minutes: int,
        invited: tuple[UUID, ...],
        was_missed: bool,
        owner: UUID | None,
        by: UUID | None,
        at: datetime,
    ) -> None:
        self.introduction_at, self.moved_at, self.invited = None, at, ()

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

    def _guard_ready_to_meet(self) -> None:
        if self.contact_id is None:
            raise no.ContactUnknown(city=self.foreign_place.name)
        if self.interest is None:
            raise no.InterestUnknown(city=self.foreign_place.name)
        if self.interest is not Interest.YES:
            raise no.CityNotInterested(city=self.foreign_place.name, interest=self.interest.value)
        if not self.has_proof:
            raise no.ContactNotProven(city=self.foreign_place.name)

    # What was agreed.

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

    # They spoke, and the member writes on.

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
