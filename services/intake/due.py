"""What is due in intake: cases, messages, requests and profiles that wait, promises, and mail that came in."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.application import Intake
from shared import meeting_rows
from shared.due import MOST, Due, DueKind, DueList, in_order, is_asked
from shared.inbox import due_mail
from shared.place_names import in_full
from shared.values import NextStep, Party


def due(intake: Intake, until: date) -> DueList:
    """Staff's steps of that day and earlier, those of others that should have been taken, and whatever waits."""
    found = {what: intake.rows(sql, until=until) for what, sql in WAITING.items()}
    lines = [of(row) for what, of in LINES.items() for row in found[what][:MOST]]
    # What waits since today may wait since tomorrow by the calendar of UTC.
    lines = [
        each.model_copy(update={"due_on": min(each.due_on, until)})
        for each in lines
        if each.kind is not DueKind.CASE or is_asked(each.holder, each.due_on, until)
    ]
    lines += [*_actions(intake, until), *due_mail(intake, "intake", until)]
    return in_order(lines, left_out=sum(max(0, len(rows) - MOST) for rows in found.values()))


def owners(intake: Intake, cases: set[UUID]) -> dict[UUID, str]:
    """Who has each of the cases."""
    found = intake.rows(
        "SELECT case_id, owner FROM cases WHERE case_id = ANY(%(ids)s)", ids=list(cases)
    )
    return {row["case_id"]: row["owner"] for row in found}


WAITING = {
    "cases": "SELECT case_id, name, 'US' AS country, admin1, step, holder, due_on FROM cases WHERE due_on <= %(until)s"
    " ORDER BY due_on, case_id",
    "messages": "SELECT case_id, name, 'US' AS country, admin1, waits_since FROM cases"
    " WHERE waits_since IS NOT NULL ORDER BY waits_since, case_id",
    "listings": "SELECT listing_id, name, country, '' AS admin1, state, waits_since FROM listings"
    " WHERE is_in_sight AND waits_since IS NOT NULL ORDER BY waits_since, listing_id",
    "profiles": "SELECT community_id, name, country, admin1, waits_since FROM communities"
    " WHERE waits_since IS NOT NULL AND NOT is_merged ORDER BY waits_since, community_id",
}


def _name(row: dict[str, Any]) -> str:
    return in_full(row["name"], row["country"], row["admin1"])


def _case(row: dict[str, Any]) -> Due:
    return Due(
        kind=DueKind.CASE,
        id=row["case_id"],
        case_id=row["case_id"],
        about=_name(row),
        step=row["step"],
        what=words_of(NextStep(row["step"]), Party(row["holder"])),
        holder=Party(row["holder"]),
        due_on=row["due_on"],
        opens=f"/api/intake/v1/cases/{row['case_id']}",
    )


def words_of(step: NextStep, holder: Party) -> str:
    return (OF_STAFF.get(step) if holder is Party.STAFF else None) or WORDS[step]


def _message(row: dict[str, Any]) -> Due:
    return Due(
        kind=DueKind.MESSAGE,
        id=row["case_id"],
        case_id=row["case_id"],
        about=_name(row),
        what="answer the member's message",
        due_on=row["waits_since"],
        opens=f"/api/intake/v1/cases/{row['case_id']}",
    )


def _listing(row: dict[str, Any]) -> Due:
    is_request = row["state"] == "verified"
    return Due(
        kind=DueKind.LISTING,
        id=row["listing_id"],
        about=_name(row),
        what="assess the request" if is_request else "assess the change of the listing",
        due_on=row["waits_since"],
        opens=f"/api/intake/v1/listings/{row['listing_id']}",
    )


def _profile(row: dict[str, Any]) -> Due:
    return Due(
        kind=DueKind.PROFILE,
        id=row["community_id"],
        about=_name(row),
        what="assess the change of the profile",
        due_on=row["waits_since"],
        opens=f"/api/intake/v1/communities/{row['community_id']}",
    )


WORDS = {
    NextStep.BOOK_DEBRIEF: "book the debriefing",
    NextStep.HOLD_DEBRIEF: "hold the debriefing, and record it",
    NextStep.RESEARCH: "research, and propose cities",
    NextStep.CHOOSE_SHORTLIST: "choose the shortlist",
    NextStep.WRITE_TO_CHANNELS: "write to embassies, consulates and associations",
    NextStep.AWAIT_REPLIES: "wait for answers",
    NextStep.HOLD_INTRODUCTION: "introduce the two cities",
    NextStep.WRITE_INVITATION: "write the letter of invitation",
    NextStep.SIGN_AGREEMENT: "sign the agreement",
    NextStep.REVIEW: "review the case: nothing came of its last step",
    NextStep.RESUME: "resume the search, which is paused",
}
OF_STAFF = {
    NextStep.AWAIT_REPLIES: "read the answer, and note whether the city is interested",
    NextStep.WRITE_INVITATION: "hand the city over to the member, who writes the invitation",
}
"""What a step means where staff have it to do."""
LINES: dict[str, Callable[[dict[str, Any]], Due]] = {
    "cases": _case,
    "messages": _message,
    "listings": _listing,
    "profiles": _profile,
}


def _actions(intake: Intake, until: date) -> Iterator[Due]:
    found = meeting_rows.due_actions(intake, until)
    names = intake.rows(
        "SELECT case_id, name, 'US' AS country, admin1 FROM cases WHERE case_id = ANY(%(ids)s)",
        ids=[action.subject_id for action in found],
    )
    of = {row["case_id"]: _name(row) for row in names}
    for action in found:
        yield Due(
            kind=DueKind.ACTION,
            id=action.action_id,
            case_id=action.subject_id,
            about=of.get(action.subject_id, ""),
            what=f"{action.who} promised: {action.what}",
            holder=action.holder,
            due_on=action.due_on,
            opens=f"/api/intake/v1/cases/{action.subject_id}",
        )
