"""Intake's own tables: people and texts that can be erased, and the lists; each function makes one write."""

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from psycopg import Cursor
from pydantic import AfterValidator, BaseModel, EmailStr, Field

from services.intake.domain.community import Community
from services.intake.domain.listing import Listing
from services.intake.domain.search import Search
from shared.aggregates import Aggregate
from shared.recorder import Write
from shared.values import PublicProfile


def _plain(address: str) -> str:
    if not address.isascii():
        raise ValueError("please give the address in letters without accents")
    return address.lower()


def _for_a_mail_header(text: str) -> str:
    """A line break would begin another header, and `=?` a word in code that mail programs decode into one."""
    if "=?" in text or any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in text):
        raise ValueError("please write it in one line, without =? and without control characters")
    return text


HEADER_TEXT = r"^([^=\x00-\x1f\x7f-\x9f\u2028\u2029]|=+[^=?\x00-\x1f\x7f-\x9f\u2028\u2029])*=*$"
HeaderText = Annotated[
    str,
    AfterValidator(_for_a_mail_header),
    # Told in the OpenAPI document alone: its own message would be the expression.
    Field(max_length=120, json_schema_extra={"pattern": HEADER_TEXT}),
]
Name = Annotated[HeaderText, Field(min_length=1, examples=["Ann Lee"])]
Email = Annotated[EmailStr, AfterValidator(_plain), Field(examples=["ann.lee@example.org"])]
Office = Annotated[HeaderText, Field(examples=["Mayor's office"])]
Language = Annotated[str, Field(pattern=r"^([a-z]{2,3})?$", examples=["en"])]


class Contact(BaseModel):
    """A person, as somebody gave the name and the address."""

    name: Name
    email: Email
    office: Office = ""
    language: Language = ""


def _run(sql: str, **values: Any) -> Write:
    return lambda curs: curs.execute(sql.encode(), values)


def person(
    person_id: UUID,
    role: str,
    contact: Contact,
    community_id: UUID | None = None,
    listing_id: UUID | None = None,
) -> Write:
    return _run(
        "INSERT INTO people (person_id, role, name, email, office, language, community_id, listing_id)"
        " VALUES (%(person_id)s, %(role)s, %(name)s, %(email)s, %(office)s, %(language)s, %(community_id)s,"
        " %(listing_id)s) ON CONFLICT (person_id) DO UPDATE SET role = excluded.role, name = excluded.name,"
        " email = excluded.email, office = excluded.office, language = excluded.language",
        person_id=person_id,
        role=role,
        community_id=community_id,
        listing_id=listing_id,
        **contact.model_dump(),
    )


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
        ):
            sql = f"DELETE FROM {table} WHERE {column} = %(id)s"  # noqa: S608  # constants
            curs.execute(sql.encode(), {"id": listing_id})

    return write


def staff_name(staff_id: str, name: str) -> Write:
    return _run(
        "INSERT INTO staff VALUES (%(staff_id)s, %(name)s)"
        " ON CONFLICT (staff_id) DO UPDATE SET name = excluded.name",
        staff_id=staff_id,
        name=name,
    )


def code(listing_id: UUID, fresh: str) -> Write:
    """The newest code makes the older one useless."""
    return _run(
        "INSERT INTO codes VALUES (%(id)s, %(code)s) ON CONFLICT (listing_id) DO UPDATE SET code = excluded.code",
        id=listing_id,
        code=fresh,
    )


def forget_code(listing_id: UUID) -> Write:
    return _run("DELETE FROM codes WHERE listing_id = %(id)s", id=listing_id)


def counted_codes(email: str, at: datetime, judge: Callable[[int], object]) -> Write:
    """Tells `judge` how many letters with a code were due for the address within 24 hours, of unproved requests."""

    def write(curs: Cursor[Any]) -> None:
        # Who asks at the same moment waits until these letters are in the ledger, and counts them.
        curs.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%(email)s, 0))", {"email": email}
        )
        found = curs.execute(
            "SELECT count(*) AS sent FROM people JOIN codes USING (listing_id)"
            " JOIN effects ON subject_id = listing_id AND kind = 'verification'"
            " WHERE email = %(email)s AND due_at > %(since)s",
            {"email": email, "since": at - timedelta(days=1)},
        ).fetchone()
        judge(found["sent"] if found else 0)

    return write


def one_by_one(*community_ids: UUID) -> Write:
    """Whoever else changes these communities waits; in one order, so that no two wait for each other."""
    return _run(
        "SELECT 1 FROM communities WHERE community_id = ANY(%(ids)s) ORDER BY community_id FOR UPDATE",
        ids=list(community_ids),
    )


def draft(subject_id: UUID, profile: PublicProfile) -> Write:
    return _run(
        "INSERT INTO drafts VALUES (%(id)s, %(profile)s)"
        " ON CONFLICT (subject_id) DO UPDATE SET profile = excluded.profile",
        id=subject_id,
        profile=profile.model_dump_json(),
    )


def forget_draft(subject_id: UUID) -> Write:
    return _run("DELETE FROM drafts WHERE subject_id = %(id)s", id=subject_id)


def remark(listing_id: UUID, kind: str, text: str, at: Any) -> Write:
    return _run(
        "INSERT INTO remarks (listing_id, kind, text, written_at) VALUES (%(id)s, %(kind)s, %(text)s, %(at)s)",
        id=listing_id,
        kind=kind,
        text=text,
        at=at,
    )


def debrief(case_id: UUID, demographics: str | None, notes: str | None) -> Write:
    """None leaves what was written before."""
    return _run(
        "INSERT INTO debriefs VALUES (%(id)s, coalesce(%(demographics)s, ''), coalesce(%(notes)s, ''))"
        " ON CONFLICT (case_id) DO UPDATE SET"
        " demographics = coalesce(%(demographics)s, debriefs.demographics),"
        " notes = coalesce(%(notes)s, debriefs.notes)",
        id=case_id,
        demographics=demographics,
        notes=notes,
    )


def local_work(entry_id: UUID, case_id: UUID, kind: str, happened_on: Any, text: str) -> Write:
    return _run(
        "INSERT INTO local_work VALUES (%(entry_id)s, %(case_id)s, %(kind)s, %(happened_on)s, %(text)s)",
        entry_id=entry_id,
        case_id=case_id,
        kind=kind,
        happened_on=happened_on,
        text=text,
    )


def message(
    message_id: UUID, case_id: UUID, is_from_staff: bool, author: str, text: str, at: Any
) -> Write:
    return _run(
        "INSERT INTO messages VALUES (%(message_id)s, %(case_id)s, %(is_from_staff)s, %(author)s, %(text)s, %(at)s)",
        message_id=message_id,
        case_id=case_id,
        is_from_staff=is_from_staff,
        author=author,
        text=text,
        at=at,
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
