"""What outreach shows: pairs with their threads and who has the ball, cases, partnerships, the registry."""

import json
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.outreach import rows
from services.outreach.domain.case_file import CaseFile
from services.outreach.domain.contacts import needs_verification
from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import Governance, PairState
from services.outreach.domain.partnership import Partnership
from services.outreach.domain.steps import Step, StopReason, Waiting
from services.outreach.domain.thread import Thread
from services.outreach.merged import known_partnership
from services.outreach.next_steps import can_do_next
from services.outreach.rows import LetterText
from shared.application import Service
from shared.context import Caller, Role
from shared.forms import StaffId
from shared.pages import Page, keys_of, page
from shared.personal import REMOVED, only, opened
from shared.values import (
    Channel,
    DocumentKind,
    FailureReason,
    Interest,
    Lane,
    PartnershipKind,
    Party,
    Place,
)


class PairItem(BaseModel):
    pair_id: UUID
    case_id: UUID
    community_id: UUID
    foreign_community_id: UUID
    name: Annotated[str, Field(description="The member.")]
    city: Annotated[str, Field(description="The city abroad.")]
    country: str
    lane: Lane
    state: PairState
    step: Step
    holder: Party
    due_on: date | None
    owner: Annotated[str | None, Field(description="Staff id; null: nobody's yet.")]
    version: int


class ReplyView(BaseModel):
    received_at: datetime
    inbound_id: Annotated[
        UUID | None, Field(description="The mail that it came by, with its files; for staff alone.")
    ] = None
    summary: Annotated[str, Field(description="For staff alone.")] = ""


class LetterView(BaseModel):
    written_at: datetime
    subject: str
    body: str
    state: Annotated[str, Field(description="due, sending, sent, refused, cancelled or unknown.")]


class ThreadView(BaseModel):
    thread_id: UUID
    channel: Channel
    contact_id: UUID | None
    contacted_at: datetime
    followed_up_at: datetime | None
    undeliverable_since: datetime | None
    days_silent_told: int
    waits_for: Waiting
    owner: Annotated[str | None, Field(description="As of the pair; null: nobody's yet.")]
    replies: list[ReplyView]
    letters: Annotated[list[LetterView], Field(description="For staff alone.")] = []


class ContactView(BaseModel):
    contact_id: UUID
    channel: Channel
    country: str
    seat_country: str
    city: str
    name: str
    office: str
    email: str
    phone: str
    website: str
    language: str
    is_person: bool
    geoname_id: int | None
    districts: Annotated[list[str], Field(description="States that a consulate covers.")]
    last_verified: date | None
    needs_verification: Annotated[
        bool, Field(description="Nobody has seen for 12 months that it is right.")
    ]
    corrected_on: Annotated[
        date | None, Field(description="By staff; no file changes it any more.")
    ]
    source: str
    licence: str
    version: int


class PairView(BaseModel):
    version: Annotated[int, Field(description="First, so that it becomes the ETag.")]
    pair_id: UUID
    case_id: UUID
    place: Place
    foreign_place: Place
    lane: Lane
    listing_id: UUID | None
    state: PairState
    owner: Annotated[
        str | None,
        Field(description="Staff id of whose it is; null: nobody's yet. Names stand in intake."),
    ]
    waits_for: Annotated[Waiting, Field(description="The next step, who has it, until when.")]
    can_do_next: Annotated[
        list[str], Field(description="What the reader can do now, what was promised first.")
    ]
    stopped_by: list[StopReason]
    threads: list[ThreadView]
    contact: Annotated[
        ContactView | None,
        Field(description="For staff, and for the member once it is handed over."),
    ]
    interest: Interest | None
    governance: Governance
    governance_notes: list[str]
    introduction_at: datetime | None
    days: Annotated[
        dict[PairState, date],
        Field(description="The day of each fact, by the state that it brought."),
    ]
    documents: Annotated[dict[DocumentKind, int], Field(description="Kind -> newest version.")]
    agreement: PartnershipKind | None
    partnership_id: UUID | None
    failure: FailureReason | None
    playbook: Annotated[str, Field(description="Where what is known of the country stands.")]
    opened_at: datetime


class CaseView(BaseModel):
    version: Annotated[int, Field(description="First, so that it becomes the ETag.")]
    case_id: UUID
    place: Place
    may_write: bool
    stopped_by: list[StopReason]
    pairs: list[PairItem]
    can_do_next: Annotated[
        list[str], Field(description="What the reader can do now about the pairs that are open.")
    ]


class SignatoryView(BaseModel):
    person_id: Annotated[UUID, Field(description="Opaque; to have the name erased.")]
    side: Annotated[str, Field(description="us or foreign.")]
    name: str
    office: str
    signed_on: date


class PartnershipView(BaseModel):
    partnership_id: UUID
    place: Place
    foreign_place: Place
    kind: PartnershipKind | None
    year: int | None
    signed_on: date | None
    is_active: bool
    ended_on: date | None
    is_imported: bool
    is_retracted: Annotated[bool, Field(description="Put down by mistake: there never was one.")]
    signatories: Annotated[list[SignatoryView], Field(description="For staff alone.")] = []
    end_reasons: Annotated[
        list[str], Field(description="In words, the newest first; for staff alone.")
    ] = []
    retract_reasons: Annotated[
        list[str], Field(description="In words, the newest first; for staff alone.")
    ] = []
    version: int


PAIR_COLUMNS = (
    "pair_id, case_id, community_id, foreign_community_id, name, city, country, lane, state, step, holder,"
    " due_on, owner, version"
)


def case(service: Service, caller: Caller, case_id: UUID) -> CaseView:
    found = service.load(CaseFile, case_id)
    found.check_insight(caller)
    pairs = service.rows(
        f"SELECT {PAIR_COLUMNS} FROM pairs WHERE case_id = %(id)s ORDER BY opened_at, pair_id",  # noqa: S608  # constant
        id=case_id,
    )
    return CaseView(
        case_id=found.id,
        place=found.place,
        may_write=found.may_write,
        stopped_by=list(found.stops),
        pairs=[PairItem(**row) for row in pairs],
        can_do_next=[
            told
            for row in pairs
            for told in can_do_next(service, service.load(Pair, row["pair_id"]), caller)
        ],
        version=found.version,
    )


class WantedPairs(BaseModel):
    """Which pairs; what is left out does not matter."""

    case_id: UUID | None = None
    community_id: UUID | None = None
    foreign_community_id: UUID | None = None
    state: PairState | None = None
    holder: Party | None = None
    owner: StaffId | None = None
    is_unowned: Annotated[bool, Field(description="Open ones that are nobody's.")] = False
    is_overdue: bool = False
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str | None, Field(max_length=400, pattern=r"^[^\x00]+$")] = None


def pairs(service: Service, wanted: WantedPairs) -> Page[PairItem]:
    keys = ("due_on", "pair_id")
    due_on, last_id = keys_of(wanted.cursor, keys) or (None, None)
    found = service.rows(
        f"SELECT {PAIR_COLUMNS} FROM pairs"  # noqa: S608  # constant
        " WHERE (%(case_id)s::uuid IS NULL OR case_id = %(case_id)s)"
        " AND (%(community_id)s::uuid IS NULL OR community_id = %(community_id)s)"
        " AND (%(foreign_community_id)s::uuid IS NULL OR foreign_community_id = %(foreign_community_id)s)"
        " AND (%(state)s::text IS NULL OR state = %(state)s)"
        " AND (%(holder)s::text IS NULL OR holder = %(holder)s)"
        " AND (%(owner)s::text IS NULL OR owner = %(owner)s)"
        " AND (NOT %(is_unowned)s OR (owner IS NULL AND is_open))"
        " AND (NOT %(is_overdue)s OR due_on < %(today)s)"
        " AND (%(due_on)s::date IS NULL"
        "  OR (coalesce(due_on, 'infinity'), pair_id) > (%(due_on)s::date, %(last_id)s::uuid))"
        " ORDER BY coalesce(due_on, 'infinity'), pair_id LIMIT %(more)s",
        **wanted.model_dump(exclude={"limit", "cursor"}),
        today=service.clock().date(),
        due_on=due_on,
        last_id=last_id,
        more=wanted.limit + 1,
    )
    return page(PairItem, found, wanted.limit, keys)


def pair(service: Service, caller: Caller, pair_id: UUID) -> PairView:
    found = service.load(Pair, pair_id)
    found.check_insight(caller)
    is_staff = caller.role is Role.STAFF
    notes = service.rows(
        "SELECT sealed FROM notes WHERE subject_id = %(id)s AND kind = 'governance' ORDER BY id DESC",
        id=pair_id,
    )
    sides = found.sides
    link = known_partnership(service, sides.community_id, sides.foreign_community_id)
    return PairView(
        pair_id=found.id,
        case_id=found.sides.case_id,
        **_facts(found),
        waits_for=found.waits_for(),
        can_do_next=can_do_next(service, found, caller),
        stopped_by=list(found.stops),
        threads=_threads(service, found, is_staff=is_staff),
        contact=contact_of(service, found) if is_staff or found.is_handed_over else None,
        governance_notes=[text for _, text in opened(service, notes) if text is not None],
        partnership_id=link if found.agreement else None,
        playbook=playbook_of(found.foreign_place.country),
    )


def playbook_of(country: str) -> str:
    return f"/api/outreach/v1/playbooks/{country}"


def _facts(found: Pair) -> dict[str, Any]:
    """What is shown as it is."""
    shown = set(PairView.model_fields) & set(vars(found)) - {"threads"}
    return {name: getattr(found, name) for name in shown} | {
        "state": found.state,
        "version": found.version,
    }


def contact_of(service: Service, found: Pair) -> ContactView | None:
    return contact(service, found.contact_id) if found.contact_id is not None else None


def contact(service: Service, contact_id: UUID) -> ContactView | None:
    found = service.rows("SELECT * FROM contacts WHERE contact_id = %(id)s", id=contact_id)
    today = service.clock().date()
    return contact_view(rows.whole(service, found)[0], today) if found else None


def contact_view(row: dict[str, Any], today: date) -> ContactView:
    """`row`: whole, of `contacts`."""
    return ContactView(**row, needs_verification=needs_verification(row["last_verified"], today))


def letter(service: Service, letter_id: UUID | str) -> LetterText | None:
    """As staff wrote it; None once it was taken back, or its addressee forgotten."""
    found = service.rows(
        "SELECT sealed FROM letters WHERE letter_id = %(id)s", id=UUID(str(letter_id))
    )
    text = only(service, found)
    return LetterText.model_validate_json(text) if text is not None else None


def _threads(service: Service, found: Pair, *, is_staff: bool) -> list[ThreadView]:
    """Summaries and letters are staff's; the member sees that there was an answer, and when."""
    replies = service.rows(
        "SELECT thread_id, replies.received_at, replies.sealed, inbound_id FROM replies"
        " LEFT JOIN inbound ON inbound_id = reply_id WHERE pair_id = %(id)s ORDER BY replies.received_at",
        id=found.id,
    )
    letters = service.rows(
        "SELECT thread_id, written_at, sealed, coalesce(effects.state, 'due') AS state FROM letters"
        " LEFT JOIN effects ON effects.subject_id = letters.pair_id"
        " AND effects.facts ->> 'letter_id' = letters.letter_id::text"
        " WHERE pair_id = %(id)s ORDER BY written_at",
        id=found.id,
    )
    if is_staff:
        told = [row | {"summary": text or ""} for row, text in opened(service, replies)]
        written = [row | _written(text) for row, text in opened(service, letters)]
    else:
        told, written = [row | {"summary": "", "inbound_id": None} for row in replies], []
    return [_thread(found, each, told, written) for each in found.threads.values()]


def _written(text: str | None) -> dict[str, str]:
    return json.loads(text) if text is not None else {"subject": REMOVED, "body": REMOVED}


def _thread(
    found: Pair,
    thread: Thread,
    replies: list[dict[str, Any]],
    letters: list[dict[str, Any]],
) -> ThreadView:
    return ThreadView(
        thread_id=thread.thread_id,
        channel=thread.channel,
        contact_id=thread.contact_id,
        contacted_at=thread.contacted_at,
        followed_up_at=thread.followed_up_at,
        undeliverable_since=thread.undeliverable_since,
        days_silent_told=thread.days_asked,
        waits_for=found.thread_waits_for(thread),
        owner=found.owner,
        replies=[ReplyView(**r) for r in replies if r["thread_id"] == thread.thread_id],
        letters=[LetterView(**r) for r in letters if r["thread_id"] == thread.thread_id],
    )


def partnership(service: Service, caller: Caller, wanted: UUID) -> PartnershipView:
    found = service.load(Partnership, wanted)
    return PartnershipView(
        partnership_id=found.id,
        place=found.place,
        foreign_place=found.foreign_place,
        kind=found.kind,
        year=found.year,
        signed_on=found.signed_on,
        is_active=found.is_active,
        ended_on=found.ended_on,
        is_imported=found.origin.is_imported,
        is_retracted=not found.is_formed,
        **(_private(service, wanted) if caller.role is Role.STAFF else {}),
        version=found.version,
    )


def _private(service: Service, wanted: UUID) -> dict[str, Any]:
    signed = service.rows(
        "SELECT person_id, side, sealed, office, signed_on FROM signatories WHERE partnership_id = %(id)s"
        " ORDER BY signed_on, side DESC",
        id=wanted,
    )
    reasons = service.rows(
        "SELECT kind, sealed FROM notes WHERE subject_id = %(id)s ORDER BY id DESC", id=wanted
    )
    told = [(row["kind"], text) for row, text in opened(service, reasons) if text is not None]
    return {
        "signatories": [
            SignatoryView(**row, name=text or "") for row, text in opened(service, signed)
        ],
        "end_reasons": [text for kind, text in told if kind == "end_reason"],
        "retract_reasons": [text for kind, text in told if kind == "retract_reason"],
    }
