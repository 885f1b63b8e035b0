"""Outreach's own tables: persons and texts that can be erased, and the lists; each function makes one write."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid5

from psycopg import Cursor
from pydantic import Field

from services.outreach.domain.case_file import CaseFile
from services.outreach.domain.pair import Pair
from shared.aggregates import Aggregate
from shared.application import Service
from shared.forms import Email, Form, OneLine
from shared.personal import opened
from shared.recorder import Write
from shared.values import Channel, CountryCode, GeonameId, Standing, StateCode, Theme
from shared.vault import Vault

REGISTRY = UUID("3a2b1c0d-5e6f-5a7b-8c9d-0e1f2a3b4c5d")
"""Contacts' ids derive from what they are, so that a file can be imported again."""


Line = Annotated[OneLine, Field(max_length=200)]
Name = Annotated[Line, Field(min_length=1)]
Text = Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")]


class Contact(Form):
    """A mission, an association, or a person in a city."""

    channel: Channel
    country: Annotated[CountryCode, Field(description="The country that the contact reaches.")]
    seat_country: CountryCode
    city: Line = ""
    name: Name
    known_as: Annotated[
        str, Field(description="The name that its number was made of, where that is another one.")
    ] = ""
    office: Line = ""
    email: Email | None = None
    phone: Line = ""
    website: Line = ""
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3})?$")] = ""
    is_person: bool = False
    geoname_id: GeonameId | None = None
    districts: tuple[StateCode, ...] = ()
    last_verified: date | None = None
    corrected_on: date | None = None
    source: Line = ""
    licence: Line = ""

    @property
    def contact_id(self) -> UUID:
        name = self.known_as or self.name
        told = (self.channel, self.country, self.seat_country, self.city, name)
        return uuid5(REGISTRY, "|".join((*told, self.email or "", self.phone, self.website)))


class LetterText(Form):
    """A letter as staff wrote it."""

    subject: Name
    body: Annotated[Text, Field(min_length=1)]
    in_office_hours: Annotated[
        bool,
        Field(
            description="Goes out when the recipient's office is open next; else at once."
            " The weekends and holidays of its country count."
        ),
    ] = False


def _run(sql: str, **values: Any) -> Write:
    return lambda curs: curs.execute(sql.encode(), values)


def list_rows(aggregate: Aggregate) -> list[Write]:
    """What an aggregate's state is in the tables that lists and look-ups read."""
    if isinstance(aggregate, Pair):
        return [_pair(aggregate)]
    if isinstance(aggregate, CaseFile):
        return [_case(aggregate)]
    return []


def _case(case: CaseFile) -> Write:
    return _run(
        "INSERT INTO cases VALUES (%(case_id)s, %(community_id)s)"
        " ON CONFLICT (case_id) DO UPDATE SET community_id = excluded.community_id",
        case_id=case.id,
        community_id=case.community_id,
    )


LISTS = 1
"""Counts up when more is derived of a pair than its rows of old hold."""


def _pair(pair: Pair) -> Write:
    waiting = pair.waits_for()
    return _run(
        "INSERT INTO pairs (pair_id, case_id, community_id, foreign_community_id, listing_id, name, city, country,"
        " lane, state, is_open, step, holder, due_on, opened_at, version, owner, decided_by, needs_national_approval,"
        " lists) VALUES (%(pair_id)s, %(case_id)s, %(community_id)s, %(foreign_community_id)s,"
        " %(listing_id)s, %(name)s, %(city)s, %(country)s, %(lane)s, %(state)s, %(is_open)s, %(step)s, %(holder)s,"
        " %(due_on)s, %(opened_at)s, %(version)s, %(owner)s, %(decided_by)s, %(needs_national_approval)s, %(lists)s)"
        " ON CONFLICT (pair_id) DO UPDATE SET community_id = excluded.community_id,"
        " foreign_community_id = excluded.foreign_community_id,"
        " listing_id = excluded.listing_id, lane = excluded.lane, state = excluded.state, is_open = excluded.is_open,"
        " step = excluded.step, holder = excluded.holder, due_on = excluded.due_on, version = excluded.version,"
        " owner = excluded.owner, decided_by = excluded.decided_by,"
        " needs_national_approval = excluded.needs_national_approval, lists = excluded.lists",
        pair_id=pair.id,
        **pair.sides.model_dump(),
        listing_id=pair.listing_id,
        name=pair.place.name,
        city=pair.foreign_place.name,
        country=pair.foreign_place.country,
        lane=pair.lane,
        state=pair.state,
        is_open=pair.is_open,
        step=waiting.step,
        holder=waiting.holder,
        due_on=waiting.due_on,
        opened_at=pair.opened_at,
        version=pair.version,
        owner=pair.owner,
        **pair.governance.model_dump(),
        lists=LISTS,
    )


# What is heard of others.


def community(community_id: UUID, standing: Standing, is_demonstration: bool | None) -> Write:
    """`is_demonstration` is None where only the standing was told."""
    return _run(
        "INSERT INTO communities VALUES (%(id)s, %(standing)s, coalesce(%(demo)s, false))"
        " ON CONFLICT (community_id) DO UPDATE SET standing = excluded.standing,"
        " is_demonstration = coalesce(%(demo)s, communities.is_demonstration)",
        id=community_id,
        standing=standing,
        demo=is_demonstration,
    )


def listing(listing_id: UUID, foreign_community_id: UUID, *, is_on_map: bool) -> Write:
    return _run(
        "INSERT INTO listings VALUES (%(id)s, %(foreign)s, %(is_on_map)s)"
        " ON CONFLICT (listing_id) DO UPDATE SET is_on_map = excluded.is_on_map",
        id=listing_id,
        foreign=foreign_community_id,
        is_on_map=is_on_map,
    )


def merge(community_id: UUID, into: UUID) -> Write:
    """A record that is no longer used: the other one remains, of it and of all that were merged into it."""

    def write(curs: Cursor[Any]) -> None:
        both = {"id": community_id, "into": into}
        curs.execute(
            "UPDATE merged_communities SET into_community_id = %(into)s WHERE into_community_id = %(id)s",
            both,
        )
        curs.execute(
            "INSERT INTO merged_communities VALUES (%(id)s, %(into)s)"
            " ON CONFLICT (community_id) DO UPDATE SET into_community_id = excluded.into_community_id",
            both,
        )
        curs.execute(
            "UPDATE listings SET foreign_community_id = %(into)s WHERE foreign_community_id = %(id)s",
            both,
        )

    return write


def case_fields(case_id: UUID, fields: Sequence[Theme]) -> Write:
    return _run(
        "INSERT INTO case_fields VALUES (%(id)s, %(fields)s)"
        " ON CONFLICT (case_id) DO UPDATE SET fields = excluded.fields",
        id=case_id,
        fields=[field.value for field in fields],
    )


# The registry.


PERSONAL = ("name", "office", "email", "phone", "website")
"""Of a contact that is a person these stand sealed, and nowhere else."""


def contacts(
    vault: Vault, found: Sequence[tuple[UUID, Contact]], *, is_import: bool = False
) -> Write:
    """Adds contacts, or brings those that are there up to date. A file turns back nothing that staff have corrected,
    and empties nothing."""
    persons = [each for each in found if each[1].is_person]
    sealed = vault.seal_all([_personal(contact) for _, contact in persons])
    by_id = {
        contact_id: {
            **dict.fromkeys(PERSONAL, ""),
            "sealed": text,
            "email_digest": vault.digest(contact.email) if contact.email else None,
        }
        for (contact_id, contact), text in zip(persons, sealed, strict=True)
    }
    values = [
        {
            "contact_id": contact_id,
            "sealed": None,
            "email_digest": None,
            **contact.model_dump(exclude={"districts"}),
            "districts": list(contact.districts),
            "email": contact.email or "",
            "is_import": is_import,
            **by_id.get(contact_id, {}),
        }
        for contact_id, contact in found
    ]

    def write(curs: Cursor[Any]) -> None:
        curs.executemany(
            "INSERT INTO contacts (contact_id, channel, country, seat_country, city, name, office, email, phone,"
            " website, language, is_person, last_verified, source, licence, sealed, email_digest, geoname_id,"
            " districts, corrected_on)"
            " VALUES (%(contact_id)s, %(channel)s,"
            " %(country)s, %(seat_country)s, %(city)s, %(name)s, %(office)s, %(email)s, %(phone)s, %(website)s,"
            " %(language)s, %(is_person)s, %(last_verified)s, %(source)s, %(licence)s, %(sealed)s, %(email_digest)s,"
            " %(geoname_id)s, %(districts)s, %(corrected_on)s)"
            " ON CONFLICT (contact_id) DO UPDATE SET channel = excluded.channel, country = excluded.country,"
            " seat_country = excluded.seat_country, city = excluded.city, name = excluded.name,"
            " office = excluded.office, email = excluded.email, phone = excluded.phone, website = excluded.website,"
            " language = CASE WHEN %(is_import)s AND excluded.language = '' THEN contacts.language"
            "  ELSE excluded.language END,"
            " geoname_id = CASE WHEN %(is_import)s THEN coalesce(excluded.geoname_id, contacts.geoname_id)"
            "  ELSE excluded.geoname_id END,"
            " districts = CASE WHEN %(is_import)s AND excluded.districts = '{}' THEN contacts.districts"
            "  ELSE excluded.districts END,"
            " corrected_on = coalesce(excluded.corrected_on, contacts.corrected_on),"
            " is_person = excluded.is_person, source = excluded.source,"
            " last_verified = coalesce(excluded.last_verified, contacts.last_verified),"
            " licence = excluded.licence, sealed = excluded.sealed, email_digest = excluded.email_digest,"
            " version = contacts.version + 1"
            " WHERE NOT %(is_import)s OR contacts.corrected_on IS NULL",
            values,
        )

    return write


def verified(contact_id: UUID, day: date) -> Write:
    return _run(
        "UPDATE contacts SET last_verified = %(day)s, version = version + 1 WHERE contact_id = %(id)s",
        id=contact_id,
        day=day,
    )


def _personal(contact: Contact) -> str:
    told = {**contact.model_dump(include=set(PERSONAL)), "email": contact.email or ""}
    return json.dumps(told, ensure_ascii=False)


def whole(service: Service, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `contacts`, or some columns of them with `sealed`, with what is sealed of persons in its place."""
    shown = []
    for row, text in opened(service, found):
        told = json.loads(text) if text is not None else {}
        shown.append(row | {name: value for name, value in told.items() if name in row})
    return shown


# Private texts.


def letter(
    vault: Vault,
    letter_id: UUID,
    pair_id: UUID,
    thread_id: UUID,
    contact_id: UUID,
    text: LetterText,
    at: datetime,
) -> Write:
    return _run(
        "INSERT INTO letters (letter_id, pair_id, thread_id, contact_id, sealed, written_at)"
        " VALUES (%(letter_id)s, %(pair_id)s, %(thread_id)s, %(contact_id)s, %(sealed)s, %(at)s)",
        letter_id=letter_id,
        pair_id=pair_id,
        thread_id=thread_id,
        contact_id=contact_id,
        at=at,
        sealed=vault.seal(text.model_dump_json()),
    )


def cancel_thread(thread_id: UUID) -> Write:
    """What is due in a thread does not go out."""
    return _run(
        "UPDATE effects SET state = 'cancelled', is_cancelled = true, settled_at = now()"
        " WHERE facts ->> 'thread_id' = %(id)s::text AND state = 'due'",
        id=thread_id,
    )


def cancel_first_letter(thread_id: UUID) -> Write:
    """It does not go out; one that is just being tried is not tried again."""
    return _run(
        "UPDATE effects SET is_cancelled = true,"
        "  state = CASE state WHEN 'due' THEN 'cancelled' ELSE state END,"
        "  settled_at = CASE state WHEN 'due' THEN now() END"
        " WHERE facts ->> 'thread_id' = %(id)s::text AND kind = 'contact' AND state IN ('due', 'sending')",
        id=thread_id,
    )


def letter_states(curs: Cursor[Any], thread_id: UUID) -> list[str]:
    """What the ledger knows of a thread's letters."""
    found = curs.execute(
        "SELECT state FROM effects WHERE facts ->> 'thread_id' = %(id)s::text", {"id": thread_id}
    )
    return [row["state"] for row in found.fetchall()]


def forget_letters(thread_id: UUID) -> Write:
    return _run("DELETE FROM letters WHERE thread_id = %(id)s", id=thread_id)


def reply(  # the columns of a row
    vault: Vault,
    reply_id: UUID,
    pair_id: UUID,
    thread_id: UUID,
    summary: str,
    at: datetime,
    person_id: UUID | None = None,
) -> Write:
    """`person_id`: who wrote it, where it came by mail from somebody in the registry."""
    return _run(
        "INSERT INTO replies (reply_id, pair_id, thread_id, person_id, sealed, received_at)"
        " VALUES (%(id)s, %(pair_id)s, %(thread_id)s, %(person_id)s, %(sealed)s, %(at)s)",
        person_id=person_id,
        id=reply_id,
        pair_id=pair_id,
        thread_id=thread_id,
        sealed=vault.seal(summary) if summary else None,
        at=at,
    )


def retract_reply(thread_id: UUID) -> Write:
    return _run(
        "DELETE FROM replies WHERE reply_id = (SELECT reply_id FROM replies WHERE thread_id = %(id)s"
        " ORDER BY received_at DESC LIMIT 1)",
        id=thread_id,
    )


def note(vault: Vault, subject_id: UUID, kind: str, text: str, at: datetime) -> list[Write]:
    if not text:
        return []
    insert = _run(
        "INSERT INTO notes (subject_id, kind, sealed, written_at) VALUES (%(id)s, %(kind)s, %(sealed)s, %(at)s)",
        id=subject_id,
        kind=kind,
        sealed=vault.seal(text),
        at=at,
    )
    return [insert]


def forget_signatories(partnership_id: UUID) -> Write:
    return _run("DELETE FROM signatories WHERE partnership_id = %(id)s", id=partnership_id)


def signatory(
    vault: Vault, partnership_id: UUID, side: str, name: str, office: str, signed_on: date
) -> Write:
    return _run(
        "INSERT INTO signatories (partnership_id, side, sealed, office, signed_on)"
        " VALUES (%(id)s, %(side)s, %(sealed)s, %(office)s, %(signed_on)s)"
        " ON CONFLICT (partnership_id, side, signed_on) DO UPDATE SET sealed = excluded.sealed,"
        " office = excluded.office, person_id = excluded.person_id",
        id=partnership_id,
        side=side,
        sealed=vault.seal(name),
        office=office,
        signed_on=signed_on,
    )
