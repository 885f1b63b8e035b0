"""Intake's own tables: people and texts that can be erased, and the lists; each function makes one write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from psycopg import Cursor
from pydantic import Field

from services.intake.domain.community import Community
from services.intake.domain.listing import Listing
from services.intake.domain.search import Search
from shared.aggregates import Aggregate
from shared.forms import Email, Form, OneLine
from shared.meetings import ZoneName
from shared.recorder import Write
from shared.values import PublicProfile
from shared.vault import Vault

HeaderText = Annotated[OneLine, Field(max_length=120)]
Name = Annotated[HeaderText, Field(min_length=1, examples=["Ann Lee"])]
Office = Annotated[HeaderText, Field(examples=["Mayor's office"])]
Language = Annotated[str, Field(pattern=r"^([a-z]{2,3})?$", examples=["en"])]
Spoke = Literal["staff", "administrator", "committee_member", "guest", "somebody_else"]
"""What whoever wrote a message of a case is to the case."""


class Contact(Form):
    """A person, as somebody gave the name and the address."""

    name: Name
    email: Email
    office: Office = ""
    language: Language = ""


class Attendee(Contact):
    """Somebody who takes part in a meeting, perhaps from elsewhere."""

    timezone: ZoneName = ""


def _run(sql: str, **values: Any) -> Write:
    return lambda curs: curs.execute(sql.encode(), values)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody with a role, of a community or of a listing."""

    person_id: UUID
    role: str
    contact: Contact
    community_id: UUID | None = None
    listing_id: UUID | None = None


def person(
    vault: Vault,
    person_id: UUID,
    role: str,
    contact: Contact,
    community_id: UUID | None = None,
    listing_id: UUID | None = None,
) -> Write:
    return people(vault, [PersonRow(person_id, role, contact, community_id, listing_id)])[0]


def people(vault: Vault, found: Sequence[PersonRow]) -> list[Write]:
    """A write for each; their keys are made with one call."""
    sealed = vault.seal_all([each.contact.model_dump_json() for each in found])
    return [
        _run(
            "INSERT INTO people (person_id, role, sealed, email_digest, community_id, listing_id)"
            " VALUES (%(person_id)s, %(role)s, %(sealed)s, %(email)s, %(community_id)s, %(listing_id)s)"
            " ON CONFLICT (person_id) DO UPDATE SET role = excluded.role, sealed = excluded.sealed,"
            " email_digest = excluded.email_digest",
            person_id=each.person_id,
            role=each.role,
            community_id=each.community_id,
            listing_id=each.listing_id,
            sealed=text,
            email=vault.digest(each.contact.email),
        )
        for each, text in zip(found, sealed, strict=True)
    ]


def forget_person(person_id: UUID) -> Write:
    return _run("DELETE FROM people WHERE person_id = %(id)s", id=person_id)


def forget_administrator(community_id: UUID) -> Write:
    return _run(
        "DELETE FROM people WHERE community_id = %(id)s AND role = 'administrator'",
        id=community_id,
    )


def keep_attendee(person_id: UUID) -> Write:
    """Gave a role up, and takes part in a debrief all the same."""
    return _run("UPDATE people SET role = 'attendee' WHERE person_id = %(id)s", id=person_id)


def forget_attendee(person_id: UUID) -> Write:
    return _run("DELETE FROM people WHERE person_id = %(id)s AND role = 'attendee'", id=person_id)


def keep_on_committee(community_id: UUID) -> Write:
    """The administrator hands the role over and stays on the committee."""
    return _run(
        "UPDATE people SET role = 'committee_member' WHERE community_id = %(id)s AND role = 'administrator'",
        id=community_id,
    )


def forget_official(listing_id: UUID) -> Write:
    return _run("DELETE FROM people WHERE listing_id = %(id)s", id=listing_id)


def forget_request(listing_id: UUID) -> Write:
    """All that a city sent which never proved its address."""

    def write(curs: Cursor[Any]) -> None:
        for table, column in (
            ("people", "listing_id"),
            ("codes", "listing_id"),
            ("drafts", "subject_id"),
            ("uploads", "listing_id"),
            ("proof_steps", "listing_id"),
        ):
            sql = f"DELETE FROM {table} WHERE {column} = %(id)s"  # noqa: S608  # constants
            curs.execute(sql.encode(), {"id": listing_id})

    return write


def staff_name(vault: Vault, staff_id: str, name: str) -> Write:
    return _run(
        "INSERT INTO staff (staff_id, sealed) VALUES (%(staff_id)s, %(sealed)s)"
        " ON CONFLICT (staff_id) DO UPDATE SET sealed = excluded.sealed",
        staff_id=staff_id,
        sealed=vault.seal(name),
    )


def code(vault: Vault, listing_id: UUID, fresh: str) -> Write:
    """The newest code makes the older one useless."""
    return _run(
        "INSERT INTO codes (listing_id, sealed) VALUES (%(id)s, %(sealed)s)"
        " ON CONFLICT (listing_id) DO UPDATE SET sealed = excluded.sealed",
        id=listing_id,
        sealed=vault.seal(fresh),
    )


def forget_code(listing_id: UUID) -> Write:
    return _run("DELETE FROM codes WHERE listing_id = %(id)s", id=listing_id)


def counted_codes(email_digest: bytes, at: datetime, judge: Callable[[int], object]) -> Write:
    """Tells `judge` how many letters with a code were due for the address within 24 hours, of unproved requests."""

    def write(curs: Cursor[Any]) -> None:
        # Who asks at the same moment waits until these letters are in the ledger, and counts them.
        curs.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%(email)s, 0))",
            {"email": email_digest.hex()},
        )
        found = curs.execute(
            "SELECT count(*) AS sent FROM people JOIN codes USING (listing_id)"
            " JOIN effects ON subject_id = listing_id AND kind = 'verification'"
            " WHERE email_digest = %(email)s AND due_at > %(since)s",
            {"email": email_digest, "since": at - timedelta(days=1)},
        ).fetchone()
        judge(found["sent"] if found else 0)

    return write


def one_by_one(*community_ids: UUID) -> Write:
    """Whoever else changes these communities waits; in one order, so that no two wait for each other."""
    return _run(
        "SELECT 1 FROM communities WHERE community_id = ANY(%(ids)s) ORDER BY community_id FOR UPDATE",
        ids=list(community_ids),
    )


def draft(vault: Vault, subject_id: UUID, profile: PublicProfile) -> Write:
    return _run(
        "INSERT INTO drafts (subject_id, sealed) VALUES (%(id)s, %(sealed)s)"
        " ON CONFLICT (subject_id) DO UPDATE SET sealed = excluded.sealed, written_at = now()",
        id=subject_id,
        sealed=vault.seal(profile.model_dump_json()),
    )


def forget_draft(subject_id: UUID) -> Write:
    return _run("DELETE FROM drafts WHERE subject_id = %(id)s", id=subject_id)


def remark(
    vault: Vault, listing_id: UUID, kind: str, text: str, at: datetime, written_by: str = ""
) -> Write:
    return _run(
        "INSERT INTO remarks (listing_id, kind, sealed, written_at, written_by)"
        " VALUES (%(id)s, %(kind)s, %(sealed)s, %(at)s, %(written_by)s)",
        id=listing_id,
        kind=kind,
        sealed=vault.seal(text),
        at=at,
        written_by=written_by,
    )


def called_off(vault: Vault, case_id: UUID, reason: str | None) -> Write:
    """Why the debrief does not take place; of an earlier one's reason nothing is left."""
    return _run(
        "INSERT INTO debriefs (case_id, called_off_sealed) VALUES (%(id)s, %(sealed)s)"
        " ON CONFLICT (case_id) DO UPDATE SET called_off_sealed = excluded.called_off_sealed",
        id=case_id,
        sealed=vault.seal(reason) if reason else None,
    )


def debrief(vault: Vault, case_id: UUID, demographics: str | None, notes: str | None) -> Write:
    """None leaves what was written before."""
    return _run(
        "INSERT INTO debriefs (case_id, demographics_sealed, notes_sealed) VALUES (%(id)s, %(demographics)s, %(notes)s)"
        " ON CONFLICT (case_id) DO UPDATE SET"
        " demographics_sealed = coalesce(excluded.demographics_sealed, debriefs.demographics_sealed),"
        " notes_sealed = coalesce(excluded.notes_sealed, debriefs.notes_sealed)",
        id=case_id,
        demographics=None if demographics is None else vault.seal(demographics),
        notes=None if notes is None else vault.seal(notes),
    )


def local_work(
    vault: Vault,
    entry_id: UUID,
    case_id: UUID,
    kind: str,
    happened_on: date,
    text: str,
    written_by: str,
) -> Write:
    return _run(
        "INSERT INTO local_work (entry_id, case_id, kind, happened_on, sealed, written_by)"
        " VALUES (%(entry_id)s, %(case_id)s, %(kind)s, %(happened_on)s, %(sealed)s, %(written_by)s)",
        entry_id=entry_id,
        case_id=case_id,
        kind=kind,
        happened_on=happened_on,
        sealed=vault.seal(text),
        written_by=written_by,
    )


def message(
    vault: Vault,
    message_id: UUID,
    case_id: UUID,
    text: str,
    at: datetime,
    written_by: str,
    spoke_as: Spoke,
) -> Write:
    return _run(
        "INSERT INTO messages (message_id, case_id, spoke_as, sealed, written_at, written_by)"
        " VALUES (%(message_id)s, %(case_id)s, %(spoke_as)s, %(sealed)s, %(at)s, %(written_by)s)",
        message_id=message_id,
        case_id=case_id,
        spoke_as=spoke_as,
        sealed=vault.seal(text),
        at=at,
        written_by=written_by,
    )


def list_row(aggregate: Aggregate) -> list[Write]:
    """The aggregate's row in its list."""
    match aggregate:
        case Community():
            return [_community(aggregate)]
        case Search():
            return [_case(aggregate)]
        case Listing():
            return [_listing(aggregate)]
    return []


def _community(community: Community) -> Write:
    return _upsert(
        "communities",
        community_id=community.id,
        geoname_id=community.place.geoname_id,
        name=community.place.name,
        country=community.place.country,
        admin1=community.place.admin1,
        kind=community.kind.value,
        standing=community.standing.value,
        paid_through=community.membership.paid_through,
        waits_since=community.waits_since,
        is_merged=community.merged_into is not None,
        is_demonstration=community.is_demonstration,
        version=community.version,
    )


def _case(search: Search) -> Write:
    return _upsert(
        "cases",
        case_id=search.id,
        community_id=search.community_id,
        name=search.place.name,
        admin1=search.place.admin1,
        state=search.state.value,
        reason=search.reason.value if search.reason else None,
        owner=search.owner,
        step=search.ball.step.value,
        holder=search.ball.holder.value,
        due_on=search.ball.due_on,
        waits_since=search.waits_since,
        requested_on=search.requested_at.date(),
        ended_on=search.ended_at.date() if search.ended_at else None,
        version=search.version,
    )


def _listing(listing: Listing) -> Write:
    return _upsert(
        "listings",
        listing_id=listing.id,
        community_id=listing.community_id,
        name=listing.place.name,
        country=listing.place.country,
        state=listing.state.value,
        due_on=listing.due_on,
        waits_since=listing.waits_since,
        submitted_on=listing.submitted_at.date(),
        confirmed_on=listing.confirmed_on,
        is_in_sight=listing.is_in_sight,
        is_demonstration=listing.is_demonstration,
        version=listing.version,
    )


def _upsert(table: str, **values: Any) -> Write:
    """Names come from the three functions above alone; the first one is the key."""
    key, *others = values
    columns, marks = ", ".join(values), ", ".join(f"%({name})s" for name in values)
    fresh = ", ".join(f"{name} = excluded.{name}" for name in others)
    sql = (
        f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  # constants
        f" ON CONFLICT ({key}) DO UPDATE SET {fresh}"
    )
    return lambda curs: curs.execute(sql.encode(), values)
