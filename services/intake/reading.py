"""What intake shows: lists of a page and a query each, and the private sides of a case or a request."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.intake.domain.history import honest_range
from shared.application import Service
from shared.pages import Page, keys_of, page
from shared.personal import REMOVED, only, opened
from shared.place_names import in_full

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
    timezone: str = ""
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
    author: Annotated[
        str,
        Field(description="The name of the person of staff, or what the writer is to the case."),
    ]
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
    """The request that waits longest first; nobody sees one whose address nobody has confirmed."""
    keys = ("submitted_on", "listing_id")
    submitted_on, last_id = keys_of(cursor, keys) or (None, None)
    found = service.rows(
        "SELECT * FROM listings WHERE is_in_sight AND (%(state)s::text IS NULL OR state = %(state)s)"
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
        f"SELECT {PERSON} FROM people WHERE {column} = %(of)s",  # noqa: S608  # see the assertion
        of=of,
    )
    return people_of(service, found)


PERSON = "person_id, role, community_id, listing_id, sealed"


def people_of(service: Service, found: list[dict[str, Any]]) -> list[PersonView]:
    """Rows of `people`, opened; whoever has just been forgotten is not among them."""
    shown = [
        PersonView(**row, **json.loads(text))
        for row, text in opened(service, found)
        if text is not None
    ]
    return sorted(shown, key=lambda person: (person.role, person.name))


def people_with_ids(service: Service, ids: Sequence[UUID]) -> list[PersonView]:
    found = service.rows(
        f"SELECT {PERSON} FROM people WHERE person_id = ANY(%(ids)s)",  # noqa: S608  # a constant
        ids=list(ids),
    )
    return people_of(service, found)


def staff(service: Service) -> list[PersonView]:
    """People of staff and operators."""
    found = service.rows(f"SELECT {PERSON} FROM people WHERE role IN ('staff', 'operator')")  # noqa: S608  # a constant
    return sorted(people_of(service, found), key=lambda person: person.name)


def remarks(service: Service, listing_id: UUID) -> list[Remark]:
    found = service.rows(
        "SELECT kind, sealed, written_at FROM remarks WHERE listing_id = %(id)s ORDER BY id",
        id=listing_id,
    )
    return [Remark(**row, text=text or REMOVED) for row, text in opened(service, found)]


def last_remark(service: Service, listing_id: UUID, kind: str) -> str | None:
    found = service.rows(
        "SELECT sealed FROM remarks WHERE listing_id = %(id)s AND kind = %(kind)s ORDER BY id DESC LIMIT 1",
        id=listing_id,
        kind=kind,
    )
    return only(service, found)


def local_work(service: Service, case_id: UUID) -> list[LocalWork]:
    found = service.rows(
        "SELECT kind, happened_on, sealed FROM local_work WHERE case_id = %(id)s ORDER BY happened_on, entry_id",
        id=case_id,
    )
    return [LocalWork(**row, text=text or REMOVED) for row, text in opened(service, found)]


def messages(service: Service, case_id: UUID) -> list[Message]:
    found = service.rows(
        "SELECT spoke_as, written_by, sealed, written_at FROM messages"
        " WHERE case_id = %(id)s ORDER BY written_at, message_id",
        id=case_id,
    )
    names = _staff_names(
        service, {row["written_by"] for row in found if row["spoke_as"] == "staff"}
    )
    shown = []
    for row, text in opened(service, found):
        spoke_as = row["spoke_as"]
        shown.append(
            Message(
                is_from_staff=spoke_as == "staff",
                author=names.get(row["written_by"]) or _author(spoke_as, is_gone=text is None),
                text=REMOVED if text is None else text,
                written_at=row["written_at"],
            )
        )
    return shown


AUTHORS = {
    "staff": "our staff",
    "administrator": "administrator",
    "committee_member": "committee member",
    "guest": "guest of the debriefing",
    "somebody_else": "somebody else, by mail",
}


def _author(spoke_as: str, *, is_gone: bool) -> str:
    """Whoever was forgotten is named by what they were."""
    author = AUTHORS[spoke_as]
    is_former = is_gone and spoke_as in ("administrator", "committee_member")
    return f"a former {author}" if is_former else author


def message(service: Service, message_id: UUID | str) -> str | None:
    found = service.rows(
        "SELECT sealed FROM messages WHERE message_id = %(id)s", id=UUID(str(message_id))
    )
    return only(service, found)


def place_of(service: Service, subject_id: UUID) -> str:
    """Where a case, a community or a listing is of: "Moscow, Idaho"; empty where there is none."""
    found = service.rows(
        "SELECT name, 'US' AS country, admin1 FROM cases WHERE case_id = %(id)s"
        " UNION ALL SELECT name, country, admin1 FROM communities WHERE community_id = %(id)s"
        " UNION ALL SELECT name, country, '' FROM listings WHERE listing_id = %(id)s",
        id=subject_id,
    )
    return in_full(**found[0]) if found else ""


def author(service: Service, message_id: UUID | str) -> str:
    """The person of staff by name (B12); whoever signs in elsewhere and left none is our staff."""
    found = service.rows(
        "SELECT written_by FROM messages WHERE message_id = %(id)s", id=UUID(str(message_id))
    )
    name = staff_name(service, found[0]["written_by"]) if found else ""
    return f"{name}, of our staff," if name else "Our staff"


def writer(service: Service, message_id: UUID | str) -> str:
    """The member's person by name, where it is still known."""
    found = service.rows(
        f"SELECT {PERSON} FROM people WHERE person_id::text ="  # noqa: S608  # a constant
        " (SELECT written_by FROM messages WHERE message_id = %(id)s)",
        id=UUID(str(message_id)),
    )
    people = people_of(service, found)
    return people[0].name if people else "The member"


def code(service: Service, listing_id: UUID) -> str | None:
    """That proves the address of a request."""
    return only(
        service, service.rows("SELECT sealed FROM codes WHERE listing_id = %(id)s", id=listing_id)
    )


def draft(service: Service, subject_id: UUID) -> str | None:
    """A profile that staff have not assessed, as JSON."""
    return only(
        service, service.rows("SELECT sealed FROM drafts WHERE subject_id = %(id)s", id=subject_id)
    )


def debrief(service: Service, case_id: UUID) -> DebriefNotes:
    found = service.rows(
        "SELECT demographics_sealed, notes_sealed FROM debriefs WHERE case_id = %(id)s", id=case_id
    )
    told = {
        column.removesuffix("_sealed"): service.vault.open(sealed)
        for row in found
        for column, sealed in row.items()
        if sealed is not None
    }
    return DebriefNotes(**{name: REMOVED if text is None else text for name, text in told.items()})


def called_off_because(service: Service, case_id: UUID) -> str:
    """As whoever called the debrief off wrote it; empty where nobody did, or the words were removed."""
    found = service.rows(
        "SELECT called_off_sealed AS sealed FROM debriefs"
        " WHERE case_id = %(id)s AND called_off_sealed IS NOT NULL",
        id=case_id,
    )
    return only(service, found) or ""


def staff_name(service: Service, staff_id: str) -> str:
    return _staff_names(service, {staff_id}).get(staff_id, "")


def _staff_names(service: Service, ids: set[str]) -> dict[str, str]:
    found = service.rows(
        "SELECT staff_id, sealed FROM staff WHERE staff_id = ANY(%(ids)s)", ids=list(ids)
    )
    return {row["staff_id"]: text for row, text in opened(service, found) if text is not None}


def how_long(service: Service) -> str:
    """B16, from the searches that ran to their end; withdrawn ones and duplicates say nothing about it."""
    found = service.rows(
        "SELECT ended_on - requested_on AS days FROM cases WHERE state = 'closed' AND reason <> 'duplicate'"
    )
    return honest_range([row["days"] for row in found])


def _literal(text: str) -> str:
    """As LIKE takes it: no wildcards of the reader's."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
