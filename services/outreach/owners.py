"""Whose a pair is: that of the person of staff who owns the case, until it is given to somebody else."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.outreach.domain import refusals as no
from services.outreach.domain.case_file import CaseFile
from services.outreach.domain.pair import Pair, check_owner
from services.outreach.domain.pair_facts import pair_id
from shared import events as heard
from shared.application import Receipt, Service
from shared.mail import NotNow
from shared.recorder import Write
from shared.values import UNASSIGNED

FindPerson = Callable[[str], dict[str, Any] | None]
"""Asks intake who has that number. Raises NotNow while it does not answer."""


class Owners(Service):
    """The part of outreach that knows who of staff has to see to a pair; the rest stands in `Outreach`."""

    find_person: FindPerson

    def hear_owner(self, assigned: heard.CaseAssigned) -> None:
        """Each open pair of the case that was given to nobody else goes with it."""
        case = self.find(CaseFile, assigned.case_id)
        if case is None:
            return
        owner = None if assigned.staff_id == UNASSIGNED else assigned.staff_id
        case.hear_owner(owner, assigned.happened_at)
        numbers = [pair_id(case.id, foreign) for foreign in case.foreign_community_ids]
        pairs = [self.load(Pair, each) for each in numbers]
        for pair in pairs:
            pair.follow_owner(owner, assigned.happened_at)
        self.record(case, *pairs)

    def assign_pair(self, pair_id: UUID, staff_id: str) -> Receipt:
        """Raises NotOnStaff, StaffNotKnown."""
        pair = self.load(Pair, pair_id)
        pair.assign(staff_id, self.clock())
        try:
            check_owner(staff_id, self.find_person(staff_id))
        except NotNow as problem:
            raise no.StaffNotKnown from problem
        return self.record(pair)

    def hear_departure(self, left: heard.StaffLeft) -> None:
        self.let_go(left.person_id, left.happened_at)

    def let_go(self, person_id: UUID, at: datetime, also: Sequence[Write] = ()) -> None:
        """What belonged to somebody who leaves goes to the owner of the case, or else is nobody's."""
        staff_id = str(person_id)
        found = self.rows("SELECT pair_id FROM pairs WHERE owner = %(id)s", id=staff_id)
        pairs = [self.load(Pair, row["pair_id"]) for row in found]
        for pair in pairs:
            owner = self.load(CaseFile, pair.sides.case_id).owner
            pair.let_go(staff_id, None if owner == staff_id else owner, at)
        if pairs:
            self.record(*pairs, also=also)
        elif also:
            self.keep(*also)
