"""What intake shows: lists of a page and a query each, and the private sides of a case or a request."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.intake.domain.history import honest_range
from shared.application import Service
from shared.pages import Page, keys_of, page

WaitsSince = Annotated[
    date | None,
    Field(
        description="Since when something that somebody sent waits for staff; none: nothing does."
    ),
]


class CommunityItem(BaseModel):
    community_id: UUID
    geoname_id: int
    name: str
    country: str
    admin1: str
    kind: str
    standing: str
    paid_through: date | None
    waits_since: WaitsSince
    is_merged: bool
    is_demonstration: bool


class CaseItem(BaseModel):
    case_id: UUID
    community_id: UUID
    name: str
    admin1: str
    state: str
    reason: str | None
    owner: Annotated[str, Field(description="Staff id, or `staff` while nobody has taken it.")]
    step: str
    holder: Annotated[str, Field(description="Who has the ball.")]
    due_on: date | None
    waits_since: WaitsSince
    requested_on: date
    ended_on: date | None


class ListingItem(BaseModel):
    listing_id: UUID
    community_id: UUID
    name: str
    country: str
    state: str
    due_on: date | None
    waits_since: WaitsSince
    submitted_on: date
    confirmed_on: date | None
    is_demonstration: bool


class PersonView(BaseModel):
    person_id: UUID
    role: str
    name: str
    email: str
    office: str = ""
    language: str = ""
    community_id: UUID | None = None
    listing_id: UUID | None = None


class Remark(BaseModel):
    kind: str
    text: str
    written_at: datetime


class LocalWork(BaseModel):
    kind: str
    happened_on: date
    text: str


class Message(BaseModel):
    is_from_staff: bool
    author: Annotated[str, Field(description="The name of the person of staff, or administrator.")]
    text: str
    written_at: datetime


class DebriefNotes(BaseModel):
    demographics: str = ""
    notes: str = ""


def communities(
    service: Service,
    q: str | None,
    standing: str | None,
    waiting: bool,
    limit: int,
    cursor: str | None,
) -> Page[CommunityItem]:
    keys = ("name", "community_id")
    name, last_id = keys_of(cursor, keys) or (None, None)
    found = service.rows(
        "SELECT * FROM communities WHERE (%(q)s::text IS NULL OR name ILIKE %(q)s)"
        " AND (%(standing)s::text IS NULL OR standing = %(standing)s)"
        " AND (NOT %(waiting)s OR waits_since IS NOT NULL)"
        " AND (%(name)s::text IS NULL OR (name, community_id) > (%(name)s, %(last_id)s::uuid))"
        " ORDER BY name, community_id LIMIT %(limit)s",
        q=f"{_literal(q)}%" if q else None,
        standing=standing,
        waiting=waiting,
        name=name,
        last_id=last_id,
        limit=limit + 1,
    )
    return page(CommunityItem, found, limit, keys)


def cases(
    service: Service,
    state: str | None,
    owner: str | None,
    overdue_on: date | None,
    waiting: bool,
    community_id: UUID | None,
    limit: int,
    cursor: str | None,
) -> Page[CaseItem]:
    """Soonest date first; cases that wait for nothing come last."""
    keys = ("due_on", "case_id")
    due_on, last_id = keys_of(cursor, keys) or (None, None)
    found = service.rows(
        "SELECT * FROM cases"
        " WHERE (%(state)s::text IS NULL OR state = %(state)s)"
        " AND (%(owner)s::text IS NULL OR owner = %(owner)s)"
        " AND (%(overdue_on)s::date IS NULL OR due_on < %(overdue_on)s)"
        " AND (NOT %(waiting)s OR waits_since IS NOT NULL)"
        " AND (%(community_id)s::uuid IS NULL OR community_id = %(community_id)s)"
        " AND (%(due_on)s::date IS NULL"
        "  OR (coalesce(due_on, 'infinity'::date), case_id) > (%(due_on)s::date, %(last_id)s::uuid))"
        " ORDER BY coalesce(due_on, 'infinity'::date), case_id LIMIT %(limit)s",
        state=state,
        owner=owner,
        overdue_on=overdue_on,
        waiting=waiting,
        community_id=community_id,
        due_on=due_on,
        last_id=last_id,
        limit=limit + 1,
    )
    return page(CaseItem, found, limit, keys)


def listings(
    service: Service,
    state: str | None,
    overdue_on: date | None,
    waiting: bool,
    limit: int,
    cursor: str | None,
) -> Page[ListingItem]:
    """The request that waits longest first."""
    keys = ("submitted_on", "listing_id")
    submitted_on, last_id = keys_of(cursor, keys) or (None, None)
    found = service.rows(
        "SELECT * FROM listings WHERE (%(state)s::text IS NULL OR state = %(state)s)"
        " AND (%(overdue_on)s::date IS NULL OR due_on < %(overdue_on)s)"
        " AND (NOT %(waiting)s OR waits_since IS NOT NULL)"
        " AND (%(submitted_on)s::date IS NULL"
        "  OR (submitted_on, listing_id) > (%(submitted_on)s::date, %(last_id)s::uuid))"
        " ORDER BY submitted_on, listing_id LIMIT %(limit)s",
        state=state,
        overdue_on=overdue_on,
        waiting=waiting,
        submitted_on=submitted_on,
        last_id=last_id,
        limit=limit + 1,
    )
    return page(ListingItem, found, limit, keys)


def people(service: Service, column: str, of: UUID) -> list[PersonView]:
    """`column` is person_id, community_id or listing_id."""
    assert column in ("person_id", "community_id", "listing_id")
    found = service.rows(
        f"SELECT * FROM people WHERE {column} = %(of)s ORDER BY role, name",  # noqa: S608  # see the assertion
        of=of,
    )
    return [PersonView(**row) for row in found]


def remarks(service: Service, listing_id: UUID) -> list[Remark]:
    found = service.rows(
        "SELECT kind, text, written_at FROM remarks WHERE listing_id = %(id)s ORDER BY id",
        id=listing_id,
    )
    return [Remark(**row) for row in found]


def local_work(service: Service, case_id: UUID) -> list[LocalWork]:
    found = service.rows(
        "SELECT kind, happened_on, text FROM local_work WHERE case_id = %(id)s ORDER BY happened_on, entry_id",
        id=case_id,
    )
    return [LocalWork(**row) for row in found]


def messages(service: Service, case_id: UUID) -> list[Message]:
    found = service.rows(
        "SELECT is_from_staff, coalesce(name, author) AS author, text, written_at FROM messages"
        " LEFT JOIN staff ON staff_id = author WHERE case_id = %(id)s ORDER BY written_at, message_id",
        id=case_id,
    )
    return [Message(**row) for row in found]


def debrief(service: Service, case_id: UUID) -> DebriefNotes:
    found = service.rows(
        "SELECT demographics, notes FROM debriefs WHERE case_id = %(id)s", id=case_id
    )
    return DebriefNotes(**found[0]) if found else DebriefNotes()


def staff_name(service: Service, staff_id: str) -> str:
    found = service.rows("SELECT name FROM staff WHERE staff_id = %(id)s", id=staff_id)
    return found[0]["name"] if found else ""


def how_long(service: Service) -> str:
    """B16, from the searches that ran to their end; withdrawn ones and duplicates say nothing about it."""
    found = service.rows(
        "SELECT ended_on - requested_on AS days FROM cases WHERE state = 'closed' AND reason <> 'duplicate'"
    )
    return honest_range([row["days"] for row in found])


def _literal(text: str) -> str:
    """As LIKE takes it: no wildcards of the reader's."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
