"""What is due in matching: research that staff owe, and proposed cities that a member has not chosen from in time."""

from datetime import date, timedelta
from typing import Any

from services.matching.application import Matching
from shared.due import MOST, Due, DueKind, DueList, in_order, is_asked, words
from shared.place_names import full_name
from shared.values import NextStep, Party, Place

WORDS = {
    NextStep.RESEARCH: "research, and propose cities",
    NextStep.CHOOSE_SHORTLIST: "choose the shortlist from the proposed cities",
    NextStep.REVIEW: "decide how to go on: no city is left to propose",
}


def due(matching: Matching, until: date) -> DueList:
    """Staff's steps of that day and earlier, and members' that should have been taken before it."""
    found = matching.rows(
        "SELECT case_id, place, step, holder, due_at FROM research_files"
        " WHERE is_open AND state <> 'paused' AND due_at < %(end)s ORDER BY due_at, case_id",
        end=until + timedelta(days=1),
    )
    lines = [_line(row) for row in found[:MOST]]
    asked = [each for each in lines if is_asked(each.holder, each.due_on, until)]
    return in_order(asked, left_out=max(0, len(found) - MOST))


def _line(row: dict[str, Any]) -> Due:
    return Due(
        kind=DueKind.RESEARCH,
        id=row["case_id"],
        case_id=row["case_id"],
        about=full_name(Place.model_validate(row["place"])),
        step=row["step"],
        what=WORDS.get(row["step"]) or words(row["step"]),
        holder=Party(row["holder"]),
        due_on=row["due_at"].date(),
        opens=f"/api/matching/v1/cases/{row['case_id']}",
    )
