"""Whose a case is: a person of staff's, or nobody's yet; of whoever leaves, nothing is kept waiting."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Cursor

from services.intake.domain.search import Search, check_on_staff
from shared.application import Receipt, Service
from shared.recorder import Write
from shared.refusals import ChangedMeanwhile
from shared.values import person_of


class Owners(Service):
    """The part of intake that knows who of staff has to see to a case; the rest stands in `Intake`."""

    def assign(self, case_id: UUID, staff_id: str) -> Receipt:
        """Raises NotOnStaff."""
        self.check_owner(staff_id)
        search = self.load(Search, case_id)
        search.assign(staff_id, self.clock())
        return self.record(search, also=[on_staff(staff_id)])

    def check_owner(self, staff_id: str) -> None:
        """Raises NotOnStaff."""
        found = self.rows(
            "SELECT 1 FROM people WHERE person_id = %(id)s AND role = 'staff'",
            id=person_of(staff_id),
        )
        check_on_staff(staff_id, is_on_staff=bool(found))

    def let_go(self, person_id: UUID, at: datetime) -> tuple[list[Search], Write]:
        """The open cases of somebody who leaves, nobody's now; the write stands behind the one that ends the role."""
        found = self.rows(
            "SELECT case_id FROM cases WHERE owner = %(id)s AND ended_on IS NULL", id=str(person_id)
        )
        searches = [self.load(Search, row["case_id"]) for row in found]
        for search in searches:
            search.let_go(str(person_id), at)
        return searches, _none_besides(person_id, [search.id for search in searches])


def on_staff(staff_id: str) -> Write:
    """Whoever ends the role at the same moment waits, and then finds the case. Raises NotOnStaff."""

    def write(curs: Cursor[Any]) -> None:
        curs.execute(
            "SELECT 1 FROM people WHERE person_id = %(id)s AND role = 'staff' FOR SHARE",
            {"id": person_of(staff_id)},
        )
        check_on_staff(staff_id, is_on_staff=curs.rowcount > 0)

    return write


def _none_besides(person_id: UUID, known: Sequence[UUID]) -> Write:
    def write(curs: Cursor[Any]) -> None:
        curs.execute(
            "SELECT 1 FROM cases WHERE owner = %(owner)s AND ended_on IS NULL"
            " AND NOT case_id = ANY(%(known)s)",
            {"owner": str(person_id), "known": list(known)},
        )
        if curs.rowcount:
            raise ChangedMeanwhile

    return write
