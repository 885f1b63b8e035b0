"""What intake can do about debriefings: times, a date, who comes, calling it off, minutes and what was promised."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4, uuid5

from services.intake import rows
from services.intake.cases import Cases
from services.intake.domain.community import Community
from services.intake.domain.search import Search
from services.intake.domain.search_facts import DEBRIEF_MINUTES
from services.intake.letters import Addresses
from services.intake.letters.meetings import SET
from services.intake.rows import Contact
from shared import meeting_rows
from shared.application import Receipt
from shared.context import Caller
from shared.mail import Letter, cancel_letters
from shared.meeting_letters import everybody, meeting_facts
from shared.meeting_rows import ActionForm, MeetingDetails
from shared.meetings import (
    Action,
    Side,
    Slot,
    check_hours,
    is_suggestible,
    proposals,
    side_of,
    slot,
)
from shared.recorder import Write
from shared.values import person_of


class Debriefings(Cases):
    """The part of intake that meets people; the rest stands in `Intake`."""

    addresses: Addresses

    def debrief_sides(self, search: Search) -> list[Side]:
        """The member and the programme's office, each with its clock and its holidays."""
        office = Side(name="our office", timezone=self.addresses.timezone, country="US")
        return [side_of(search.place), office]

    def suggested_debrief_slots(
        self, search: Search, first_day: date, days: int, minutes: int, count: int
    ) -> list[Slot]:
        sides = self.debrief_sides(search)
        return proposals(sides, self.clock(), first_day, days, minutes, count, search.debrief_at)

    def proposed_debrief_slots(self, search: Search) -> list[Slot]:
        sides = self.debrief_sides(search)
        return [slot(sides, each, search.debrief_minutes) for each in search.debrief_slots]

    def propose_debrief_slots(
        self,
        case_id: UUID,
        slots: Sequence[datetime],
        minutes: int,
        about: MeetingDetails | None,
        *,
        is_agreed: bool = False,
    ) -> Receipt:
        search = self.load(Search, case_id)
        search.propose_debrief_slots(tuple(slots), minutes, self.clock())
        if not is_agreed:
            for each in slots:
                check_hours(self.debrief_sides(search), each, minutes)
        told = meeting_rows.details(self.vault, case_id, about)
        return self.record(search, also=[cancel_letters(case_id, "debrief_slots"), *told])

    def pick_debrief_slot(
        self, caller: Caller, case_id: UUID, starts_at: datetime, attendees: Sequence[Contact]
    ) -> Receipt:
        search, community = self._admitted(caller, case_id)
        people = self._guests(community, attendees)
        sides = self.debrief_sides(search)
        is_fair = is_suggestible(sides, starts_at, search.debrief_minutes)
        asked = _asked(community, people)
        search.pick_debrief_slot(starts_at, asked, self.clock(), is_suggested=is_fair)
        return self._invite_all(search, community, people)

    def schedule_debrief(
        self,
        caller: Caller,
        case_id: UUID,
        starts_at: datetime,
        attendees: Sequence[Contact],
        minutes: int = DEBRIEF_MINUTES,
        about: MeetingDetails | None = None,
        *,
        is_agreed: bool = False,
    ) -> Receipt:
        search, community = self._admitted(caller, case_id)
        people = self._guests(community, attendees)
        search.schedule_debrief(starts_at, _asked(community, people), self.clock(), minutes)
        if not is_agreed:
            check_hours(self.debrief_sides(search), starts_at, minutes)
        told = meeting_rows.details(self.vault, case_id, about)
        return self._invite_all(search, community, people, *told)

    def _guests(self, community: Community, attendees: Sequence[Contact]) -> dict[UUID, Contact]:
        once = {contact.email: contact for contact in attendees}
        return {self.person_id(community.id, contact): contact for contact in once.values()}

    def _invite_all(
        self, search: Search, community: Community, people: dict[UUID, Contact], *also: Write
    ) -> Receipt:
        known = {community.administrator_id, *community.committee}
        fresh = [
            rows.person(self.vault, person_id, "attendee", contact, community_id=community.id)
            for person_id, contact in people.items()
            if person_id not in known
        ]
        replaced = cancel_letters(search.id, *SET, "debrief_slots")
        return self.record(search, also=[replaced, *fresh, *also])

    def call_off_debrief(self, caller: Caller, case_id: UUID, reason: str | None = None) -> Receipt:
        search, community = self._admitted(caller, case_id)
        was_at, minutes, asked = search.debrief_at, search.debrief_minutes_set, search.attendees
        by = person_of(caller.subject)
        search.call_off_debrief(self.clock(), by)
        also = [
            cancel_letters(case_id, *SET, "debrief_slots"),
            rows.called_off(self.vault, case_id, reason),
        ]
        if was_at is not None and community.administrator_id not in asked:
            # Who was not to come is asked for other times all the same.
            facts = meeting_facts(was_at, minutes, self.clock(), search.version, by)
            letter = Letter("debrief_cancelled", case_id, community.id, facts)
            also.append(letter.row(uuid5(case_id, f"off:{search.version}:administrator")))
        return self.record(search, also=also)

    def miss_debrief(self, case_id: UUID) -> Receipt:
        search = self.load(Search, case_id)
        search.miss_debrief(self.clock())
        return self.record(search)

    def write_debrief_minutes(
        self, case_id: UUID, text: str | None, actions: Sequence[ActionForm]
    ) -> Receipt:
        search = self.load(Search, case_id)
        agreed = tuple(
            Action(action_id=uuid4(), holder=each.holder, due_on=each.due_on) for each in actions
        )
        search.write_debrief_minutes(agreed, self.clock())
        also = meeting_rows.minutes(self.vault, case_id, text)
        also += meeting_rows.agreed(self.vault, case_id, agreed, actions)
        return self.record(search, also=also)

    def finish_action(self, caller: Caller, case_id: UUID, action_id: UUID) -> Receipt:
        search, _ = self._admitted(caller, case_id)
        now = self.clock()
        search.finish_action(action_id, now)
        return self.record(search, also=[meeting_rows.done(action_id, now.date())])

    def move_action(self, caller: Caller, case_id: UUID, action_id: UUID, due_on: date) -> Receipt:
        search, _ = self._admitted(caller, case_id)
        search.move_action(action_id, due_on, self.clock())
        return self.record(search, also=[meeting_rows.moved(action_id, due_on)])

    def uninvited(self, search: Search) -> list[Write]:
        """The search has ended: whoever is asked to a debrief to come hears that it is off."""
        now = self.clock()
        if search.debrief_at is None or not search.meets_after(now):
            return []
        minutes, version = search.debrief_minutes_set, search.version
        facts = meeting_facts(search.debrief_at, minutes, now, version)
        return [
            rows.called_off(self.vault, search.id, None),
            *(
                Letter("debrief_cancelled", search.id, each, facts).row(
                    uuid5(search.id, f"off:{search.version}:{each}")
                )
                for each in everybody(search.attendees, search.staff)
            ),
        ]


def _asked(community: Community, guests: Iterable[UUID]) -> tuple[UUID, ...]:
    """The administrator, whose debriefing it is, and whoever else is named."""
    administrator = community.administrator_id
    return tuple(dict.fromkeys((*((administrator,) if administrator else ()), *guests)))
