"""Whose a pair is: that of the person of staff who owns the case, until it is given to somebody else."""

from uuid import UUID

from services.outreach.domain.case_file import CaseFile
from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import pair_id
from shared import events as heard
from shared.application import Receipt, Service


class Owners(Service):
    """The part of outreach that knows who of staff has to see to a pair; the rest stands in `Outreach`."""

    def hear_owner(self, assigned: heard.CaseAssigned) -> None:
        """Each open pair of the case that was given to nobody else goes with it."""
        case = self.find(CaseFile, assigned.case_id)
        if case is None:
            return
        case.hear_owner(assigned.staff_id, assigned.happened_at)
        numbers = [pair_id(case.id, foreign) for foreign in case.foreign_community_ids]
        pairs = [self.load(Pair, each) for each in numbers]
        for pair in pairs:
            pair.follow_owner(assigned.staff_id, assigned.happened_at)
        self.record(case, *pairs)

    def assign_pair(self, pair_id: UUID, staff_id: str) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.assign(staff_id, self.clock())
        return self.record(pair)
