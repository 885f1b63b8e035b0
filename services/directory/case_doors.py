"""The protected door: cases for staff, and a member's own case for its administrator and committee."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.directory import answers, casebook
from services.directory.casebook import Wanted
from services.directory.read_models import Pool
from shared import events
from shared.application import Clock
from shared.context import Caller, Role
from shared.http import Committee, Door, Staff
from shared.pages import Page, cut, keys_of
from shared.refusals import NotFound, Refusal
from shared.sentences import sentence
from shared.values import FailureReason, Interest, Party

Stage = Annotated[
    str, Field(description="How far the case has come, e.g. researching, outreach, handed_over.")
]


NO_NUL = r"^[^\x00]*$"


class NotYourCase(Refusal):
    """This is the case of another community."""

    status = 403
    next_step = "Open your own case, or write to the programme's info address."


SPRINGFIELDS: dict[str, Any] = {
    "case_id": "8a4f2c1e-6b7d-4e0a-9c55-2d1f0b3a7e10",
    "community_id": "4f2b8a70-1f0e-5d5b-9a38-0b3a3a1f6c11",
    "name": "Springfield",
    "admin1": "IL",
    "standing": "good",
    "is_demonstration": False,
    "is_open": True,
    "stage": "outreach",
    "step": "await_replies",
    "holder": "channel",
    "due_on": "2027-05-19",
    "is_overdue": False,
    "staff_id": "staff-ana",
    "requested_at": "2027-03-03T15:30:00Z",
    "resting_until": None,
    "debrief_at": "2027-03-20T15:30:00Z",
    "closing_reason": None,
    "is_shown_publicly": True,
    "is_imported": False,
    "is_waived": False,
    "reviewed_listings": 2,
    "open_pairs": 3,
    "failed_pairs": 0,
    "last_at": "2027-05-12T15:30:00Z",
    "last_sentence": "A foreign embassy (JP) was written to about Springfield and Ashikaga.",
}


class CaseLine(BaseModel):
    """A case in a list: where it stands, who has the ball, the next date, and the last fact."""

    model_config = ConfigDict(json_schema_extra={"examples": [SPRINGFIELDS]})

    case_id: UUID
    community_id: UUID
    name: Annotated[str | None, Field(description="The member.")]
    admin1: str | None
    standing: str | None
    is_demonstration: bool
    is_open: bool
    stage: Stage
    step: Annotated[str | None, Field(description="What the case waits for.")]
    holder: Annotated[str | None, Field(description="Who has the ball.")]
    due_on: date | None
    is_overdue: bool
    staff_id: Annotated[str | None, Field(description="Who looks after it.")]
    requested_at: datetime
    resting_until: date | None
    debrief_at: datetime | None
    closing_reason: str | None
    is_shown_publicly: bool
    is_imported: bool
    is_waived: Annotated[bool, Field(description="Dues are waived because the search is long.")]
    reviewed_listings: int
    open_pairs: int
    failed_pairs: int
    last_at: datetime | None
    last_sentence: Annotated[str, Field(description="The last fact.")]


class Prospect(BaseModel):
    community_id: UUID
    name: str | None
    country: str | None


class Thread(BaseModel):
    thread_id: UUID
    channel: str | None
    country: str | None
    state: str
    days_silent: int | None
    contacted_at: datetime | None
    last_at: datetime


class Pair(BaseModel):
    """One foreign city of the case; its dates are those of the steps already taken."""

    pair_id: UUID
    foreign_community_id: UUID
    name: str | None
    country: str | None
    lane: str | None
    is_chosen: bool | None
    stage: Stage
    interest: Interest | None
    contact_id: UUID | None
    decided_by: str | None
    needs_national_approval: bool | None
    contacted_at: datetime | None
    introduction_at: datetime | None
    introduced_on: date | None
    handed_over_on: date | None
    invited_on: date | None
    letter_of_intent_on: date | None
    resolution_on: date | None
    partnered_on: datetime | None
    failure: FailureReason | None
    threads: list[Thread]


class Entry(BaseModel):
    """Something that happened."""

    happened_at: datetime
    sentence: str
    type: str
    source: str
    position: int


class Case(CaseLine):
    """A case with all that belongs to it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [SPRINGFIELDS | {"prospects": [], "pairs": [], "timeline": []}]
        }
    )

    prospects: list[Prospect]
    pairs: list[Pair]
    timeline: list[Entry]


def wanted_cases(
    holder: Party | None = None,
    assigned: Annotated[
        str | None,
        Query(max_length=100, pattern=NO_NUL, description="Id of a member of staff, or `nobody`."),
    ] = None,
    overdue: bool = False,
    stage: Annotated[str | None, Query(max_length=40, pattern=NO_NUL)] = None,
    community_id: UUID | None = None,
    include_ended: Annotated[
        bool, Query(description="Also cases that were closed or withdrawn.")
    ] = False,
) -> Wanted:
    is_nobody = assigned == "nobody"
    return Wanted(
        holder=holder.value if holder else None,
        staff_id=None if is_nobody else assigned,
        unassigned=is_nobody,
        overdue=overdue,
        stage=stage,
        community_id=community_id,
        include_ended=include_ended,
    )


CasesWanted = Annotated[Wanted, Depends(wanted_cases)]


def routes(pool: Pool, fresh: Callable[..., Any], clock: Clock) -> APIRouter:
    router = APIRouter(
        prefix="/api/directory/v1", tags=["cases"], route_class=Door, dependencies=[Depends(fresh)]
    )

    @router.get("/cases", response_model=Page[CaseLine])
    def cases(
        request: Request,
        caller: Staff,
        wanted: CasesWanted,
        cursor: Annotated[str | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> Response:
        """Open cases, the longest waiting first."""
        today, after = clock().date(), keys_of(cursor, casebook.KEYS)
        with pool.connection() as connection:
            rows = casebook.cases(connection, wanted, today, after, limit + 1)
        found, following = cut(rows, limit, casebook.KEYS)
        items = [CaseLine.model_validate(line_of(row, today)) for row in found]
        return answers.json_answer(request, Page[CaseLine](items=items, next_cursor=following))

    @router.get("/cases/{case_id}", response_model=Case)
    def case(request: Request, case_id: UUID, caller: Committee) -> Response:
        """One case: prospects, pairs with their threads, and everything that happened."""
        with pool.connection() as connection:
            row = casebook.case(connection, case_id)
        if row is None:
            raise NotFound(thing="case", id=case_id)
        check_is_theirs(caller, row)
        found = Case.model_validate(line_of(row, clock().date()) | details_of(row))
        return answers.json_answer(request, found)

    return router


def check_is_theirs(caller: Caller, row: dict[str, Any]) -> None:
    theirs = (row["community_id"], row["registered_id"])
    if caller.role is not Role.STAFF and caller.community_id not in theirs:
        raise NotYourCase


def line_of(row: dict[str, Any], today: date) -> dict[str, Any]:
    told = ""
    if row["last_event"]:
        names = (row["name"], row["last_foreign_name"])
        told = sentence_of(row["last_subject"], row["last_event"], *names)
    is_overdue = row["due_on"] is not None and row["due_on"] < today
    return row | {"last_sentence": told, "is_overdue": is_overdue}


def details_of(row: dict[str, Any]) -> dict[str, Any]:
    pairs = [pair | {"stage": PAIR_STAGES[pair["progress"]]} for pair in row["pairs"]]
    timeline = [
        entry
        | {
            "type": entry["subject"].split(".")[1],
            "sentence": sentence_of(
                entry["subject"], entry["event"], row["name"], entry["foreign_name"]
            ),
        }
        for entry in row["timeline"]
    ]
    return {"pairs": pairs, "prospects": row["prospects"], "timeline": timeline}


PAIR_STAGES = (
    "given_up",
    "chosen",
    "outreach",
    "introduction_arranged",
    "introduced",
    "handed_over",
    "invitation",
    "letter_of_intent",
    "council_resolution",
    "partnered",
)


def sentence_of(subject: str, data: dict[str, Any], member: str | None, foreign: str | None) -> str:
    """What an event of a case says, with the names that are known by now."""
    event = events.read(subject, data)
    if event is None:
        return ""
    abroad = getattr(event, "foreign_community_id", None)
    return sentence(
        event,
        lambda id: (foreign if id == abroad else member) or "a city",  # noqa: A006
    )
