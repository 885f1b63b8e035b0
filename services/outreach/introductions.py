"""What outreach can do about introductions: times, a date, who comes, calling it off, minutes and what was promised."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4, uuid5

from services.outreach import meeting_people
from services.outreach.domain.case_file import CaseFile
from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import INTRODUCTION_MINUTES
from services.outreach.letters.meetings import SET
from services.outreach.meeting_people import Guest
from shared import meeting_rows
from shared.application import Receipt, Service
from shared.context import Caller
from shared.mail import Letter, cancel_letters
from shared.meeting_letters import everybody, meeting_facts
from shared.meeting_rows import ActionForm, MeetingDetails
from shared.meetings import Action, Side, Slot, check_hours, proposals, side_of, slot
from shared.recorder import Write
from shared.values import person_of

INVITATIONS = (*SET, "introduction_slots")


class Introductions(Service):
    """The part of outreach that brings two cities together; the rest stands in `Outreach`."""

    def introduction_sides(self, pair: Pair, zones: Sequence[str] = ()) -> list[Side]:
        """Both cities, and the clocks of others who take part."""
        others = [
            Side(name=zone.rpartition("/")[2].replace("_", " "), timezone=zone) for zone in zones
        ]
        return [side_of(pair.place), side_of(pair.foreign_place), *others]

    def suggested_introductions(
        self,
        pair: Pair,
        sides: Sequence[Side],
        first_day: date,
        days: int,
        minutes: int,
        count: int,
    ) -> list[Slot]:
        booked = pair.introduction_at
        return proposals(sides, self.clock(), first_day, days, minutes, count, booked)

    def proposed_introductions(self, pair: Pair) -> list[Slot]:
        sides = self.introduction_sides(pair)
        return [slot(sides, each, pair.introduction_minutes) for each in pair.introduction_slots]

    def propose_introduction(
        self,
        pair_id: UUID,
        slots: Sequence[datetime],
        minutes: int,
        about: MeetingDetails | None,
        *,
        is_agreed: bool = False,
    ) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.propose_introduction(tuple(slots), minutes, self.clock())
        if not is_agreed:
            for each in slots:
                check_hours(self.introduction_sides(pair), each, minutes)
        told = meeting_rows.details(self.vault, pair_id, about)
        return self.record(pair, also=[cancel_letters(pair_id, "introduction_slots"), *told])

    def pick_introduction(
        self, caller: Caller, pair_id: UUID, starts_at: datetime, guests: Sequence[Guest]
    ) -> Receipt:
        pair = self.load(Pair, pair_id)
        people = meeting_people.by_id(pair_id, guests)
        pair.pick_introduction(caller, starts_at, tuple(people), self.clock())
        return self._invite_all(pair, people)

    def arrange_introduction(
        self,
        pair_id: UUID,
        starts_at: datetime,
        guests: Sequence[Guest] = (),
        minutes: int = INTRODUCTION_MINUTES,
        about: MeetingDetails | None = None,
        *,
        is_agreed: bool = False,
    ) -> Receipt:
        pair = self.load(Pair, pair_id)
        people = meeting_people.by_id(pair_id, guests)
        pair.arrange_introduction(
            starts_at, self.clock(), tuple(people), minutes, is_told_anew=about is not None
        )
        self.load(CaseFile, pair.sides.case_id).check_fact(starts_at.date())
        # What is put down when it has passed was at that hour, whatever the hour.
        if starts_at > self.clock() and not is_agreed:
            check_hours(self.introduction_sides(pair), starts_at, minutes)
        return self._invite_all(pair, people, *meeting_rows.details(self.vault, pair_id, about))

    def _invite_all(self, pair: Pair, people: dict[UUID, Guest], *also: Write) -> Receipt:
        fresh = meeting_people.keep(self.vault, pair.id, people)
        return self.record(pair, also=[cancel_letters(pair.id, *INVITATIONS), *fresh, *also])

    def call_off_introduction(self, caller: Caller, pair_id: UUID) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.call_off_introduction(self.clock(), by=person_of(caller.subject))
        return self.record(pair, also=[cancel_letters(pair_id, *INVITATIONS)])

    def miss_introduction(self, pair_id: UUID) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.miss_introduction(self.clock())
        return self.record(pair)

    def write_introduction_minutes(
        self, pair_id: UUID, text: str | None, actions: Sequence[ActionForm]
    ) -> Receipt:
        pair = self.load(Pair, pair_id)
        agreed = tuple(
            Action(action_id=uuid4(), holder=each.holder, due_on=each.due_on) for each in actions
        )
        pair.write_introduction_minutes(agreed, self.clock())
        also = meeting_rows.minutes(self.vault, pair_id, text)
        also += meeting_rows.agreed(self.vault, pair_id, agreed, actions)
        return self.record(pair, also=also)

    def finish_action(self, caller: Caller, pair_id: UUID, action_id: UUID) -> Receipt:
        pair, now = self.load(Pair, pair_id), self.clock()
        pair.finish_action(caller, action_id, now)
        return self.record(pair, also=[meeting_rows.done(action_id, now.date())])

    def move_action(self, caller: Caller, pair_id: UUID, action_id: UUID, due_on: date) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.move_action(caller, action_id, due_on, self.clock())
        return self.record(pair, also=[meeting_rows.moved(action_id, due_on)])

    def uninvited(self, pair: Pair) -> list[Write]:
        """The pair has ended: whoever is asked to an introduction to come hears that it is off."""
        now = self.clock()
        if pair.introduction_at is None or not pair.meets_after(now):
            return []
        facts = meeting_facts(
            pair.introduction_at, pair.introduction_minutes_set, now, pair.version
        )
        off = [
            Letter("introduction_cancelled", pair.id, each, facts).row(
                uuid5(pair.id, f"off:{pair.version}:{each}")
            )
            for each in everybody(pair.invited, pair.staff)
        ]
        return [cancel_letters(pair.id, *INVITATIONS), *off]
