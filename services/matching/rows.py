"""Matching's own tables: research files in short, private notes, listed cities, members, partnerships."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Cursor
from psycopg.types.json import Jsonb
from pydantic import BaseModel

from services.matching.domain.listed_cities import Availability, ListedCity
from services.matching.domain.research_file import ResearchFile
from services.matching.domain.rules import Rule
from services.matching.domain.screening import Screening
from shared.application import Service
from shared.context import Caller
from shared.events import PartnershipCorrected, PartnershipFormed
from shared.personal import opened
from shared.recorder import Write
from shared.values import Place, PublicProfile, RuleEffect, Standing
from shared.vault import Vault


def _json(value: BaseModel) -> Jsonb:
    return Jsonb(value.model_dump(mode="json"))


def research_file(file: ResearchFile) -> Write:
    row = {
        "case_id": file.id,
        "community_id": file.community_id,
        "place": _json(file.place),
        "preferences": _json(file.preferences),
        "state": file.state,
        "is_open": file.is_open,
        "step": file.step.value,
        "holder": file.holder.value,
        "due_at": file.due_at,
        "is_overdue": file.is_overdue,
        "requested_at": file.requested_at,
        "foreign": list(file.known_records),
    }
    return lambda curs: curs.execute(
        "INSERT INTO research_files (case_id, community_id, place, preferences, state, is_open, step, holder, due_at,"
        " is_overdue, requested_at, foreign_community_ids)"
        " VALUES (%(case_id)s, %(community_id)s, %(place)s, %(preferences)s, %(state)s,"
        " %(is_open)s, %(step)s, %(holder)s, %(due_at)s, %(is_overdue)s, %(requested_at)s, %(foreign)s)"
        " ON CONFLICT (case_id) DO UPDATE SET community_id = excluded.community_id, place = excluded.place,"
        " preferences = excluded.preferences, state = excluded.state, is_open = excluded.is_open,"
        " step = excluded.step, holder = excluded.holder, due_at = excluded.due_at, is_overdue = excluded.is_overdue,"
        " foreign_community_ids = excluded.foreign_community_ids",
        row,
    )


CASES_KEYS = ("requested_at", "case_id")
CASES = (
    "SELECT case_id, community_id, place, state, step, holder, due_at, is_overdue, requested_at FROM research_files"
    " WHERE (%(community_id)s::uuid IS NULL OR community_id = %(community_id)s)"
    " AND (%(state)s::text IS NULL OR state = %(state)s) AND (%(holder)s::text IS NULL OR holder = %(holder)s)"
    " AND (%(overdue)s::boolean IS NULL OR is_overdue = %(overdue)s)"
    " AND (%(last_id)s::uuid IS NULL OR (requested_at, case_id) > (%(last_at)s::timestamptz, %(last_id)s::uuid))"
    " ORDER BY requested_at, case_id LIMIT %(limit)s"
)
OPEN_CASE_OF = (
    "SELECT case_id FROM research_files WHERE community_id = %(community_id)s AND is_open"
    " ORDER BY requested_at DESC LIMIT 1"
)
SAME_CITY = (
    # Every record of the city of one of its records: the one that remains, and those merged into it.
    "SELECT remains.id FROM (SELECT coalesce((SELECT into_community_id FROM merged_records"
    " WHERE community_id = {city}), {city}) AS id) remains"
    " UNION SELECT m.community_id FROM merged_records m WHERE m.into_community_id = coalesce("
    " (SELECT into_community_id FROM merged_records WHERE community_id = {city}), {city})"
)
OPEN_CASES_OF = (
    "SELECT case_id FROM research_files WHERE is_open"  # noqa: S608  # constants
    f" AND community_id IN ({SAME_CITY.format(city='%(community_id)s::uuid')}) ORDER BY case_id"
)
MEMBER_OF_PARTNERSHIP = "SELECT community_id FROM partnerships WHERE id = %(partnership_id)s"
CASES_OF_RECORDS = (
    "SELECT case_id, community_id FROM research_files WHERE community_id = ANY(%(ids)s) OR is_open"
    " AND (foreign_community_ids IS NULL OR foreign_community_ids && %(ids)s::uuid[])"
)
NOTES = (
    "SELECT geoname_id, kind, is_shown_to_member, author_role, sealed, written_at FROM notes"
    " WHERE case_id = %(case_id)s ORDER BY written_at, id"
)
STANDING = "SELECT standing FROM members WHERE community_id = %(community_id)s"
MEMBER = "SELECT place, profile FROM members WHERE community_id = %(community_id)s"
RECORDS = (
    "SELECT DISTINCT same.id FROM unnest(%(ids)s::uuid[]) city(id)"  # noqa: S608  # constants
    f" CROSS JOIN LATERAL ({SAME_CITY.format(city='city.id')}) same"
)
MERGES = (
    "SELECT community_id, into_community_id FROM merged_records WHERE community_id = ANY(%(ids)s)"
)
IS_SISTER = "is_active AND coalesce(kind, 'sister') = 'sister'"
PARTNERS = (
    "SELECT DISTINCT same.id AS foreign_community_id FROM partnerships p"  # noqa: S608  # constants
    f" CROSS JOIN LATERAL ({SAME_CITY.format(city='p.foreign_community_id')}) same"
    f" WHERE p.community_id IN ({SAME_CITY.format(city='%(community_id)s::uuid')}) AND {IS_SISTER}"
)
OPEN_CASES_WITHOUT = (
    "SELECT case_id, preferences FROM research_files WHERE is_open AND community_id NOT IN ("  # noqa: S608
    f" SELECT same.id FROM partnerships p CROSS JOIN LATERAL ({SAME_CITY.format(city='p.community_id')}) same"
    f" WHERE p.foreign_community_id IN ({SAME_CITY.format(city='%(foreign)s::uuid')}) AND {IS_SISTER})"
)
IN_FORCE_OR_SOON = "in_force_from <= %(soon)s AND %(day)s <= in_force_until"
BINDS = (
    "(states = '{}' AND communities = '{}' OR states && %(states)s::text[]"
    " OR communities && %(communities)s::bigint[])"
)
GATES = (
    # All that the gates of one member need, in one read.
    "SELECT (SELECT standing FROM members WHERE community_id = %(community_id)s) AS standing,"  # noqa: S608
    " EXISTS (SELECT 1 FROM partnerships WHERE foreign_place IS NULL) AS has_unplaced,"
    " (SELECT coalesce(jsonb_agg(DISTINCT p.foreign_place), '[]') FROM partnerships p"
    f" WHERE p.community_id IN ({SAME_CITY.format(city='%(community_id)s::uuid')}) AND {IS_SISTER}"
    "  AND jsonb_typeof(p.foreign_place) = 'object') AS partners,"
    f" (SELECT coalesce(jsonb_agg(terms ORDER BY slug), '[]') FROM rules WHERE {IN_FORCE_OR_SOON} AND {BINDS}) AS rules"
)
UNPLACED = "SELECT DISTINCT foreign_community_id FROM partnerships WHERE foreign_place IS NULL"
RULES = "SELECT terms, retired_on, version, changed_at, is_checking FROM rules ORDER BY slug"
CITED = (
    "SELECT slug, coalesce(terms->>'title', '') AS title, coalesce(terms->>'citation', '') AS citation FROM rules"
    " WHERE slug = ANY(%(slugs)s)"
)
CASES_BOUND = (
    # Open cases of the members that a rule binds, or bound; one that binds everyone concerns all.
    "SELECT case_id, community_id FROM research_files WHERE is_open AND (%(everyone)s"
    " OR place->>'country' = 'US' AND place->>'admin1' = ANY(%(states)s)"
    " OR (place->>'geoname_id')::bigint = ANY(%(communities)s))"
    " AND (%(after)s::uuid IS NULL OR case_id > %(after)s::uuid) ORDER BY case_id LIMIT %(limit)s"
)
SCREENINGS_KEYS = ("rechecked_at", "case_id")
SCREENINGS = (
    "SELECT s.case_id, f.community_id, f.place, s.blocked, s.warned, s.held, s.rule, s.rechecked_at,"
    " coalesce(r.terms->>'title', '') AS title, coalesce(r.terms->>'citation', '') AS citation"
    " FROM screenings s JOIN research_files f ON f.case_id = s.case_id AND f.is_open"
    " LEFT JOIN rules r ON r.slug = s.rule"
    " WHERE (%(rule)s::text IS NULL OR s.rule = %(rule)s)"
    " AND (%(last_id)s::uuid IS NULL OR (s.rechecked_at, s.case_id) > (%(last_at)s::timestamptz, %(last_id)s::uuid))"
    " ORDER BY s.rechecked_at, s.case_id LIMIT %(limit)s"
)
LISTED = (
    "SELECT listing_id, community_id, place, profile, confirmed_on, is_on_map, availability FROM listed_cities"
    " WHERE place IS NOT NULL"
)

AVAILABLE = (
    # Of cities by any of their records: of several listings one that is free counts, else the last word on any.
    "SELECT DISTINCT ON (city.id) city.id, l.availability FROM unnest(%(ids)s::uuid[]) city(id)"  # noqa: S608
    f" CROSS JOIN LATERAL ({SAME_CITY.format(city='city.id')}) same"
    " JOIN listed_cities l ON l.community_id = same.id AND (l.is_on_map OR l.availability <> 'free')"
    " ORDER BY city.id, l.availability = 'free' DESC, l.availability_at DESC"
)


def listed_city(row: dict[str, Any]) -> ListedCity:
    return ListedCity.model_validate(row)


def bound(seeker: Place) -> dict[str, list[Any]]:
    """For BINDS: under which state and number a member is bound."""
    states = [seeker.admin1] if seeker.country == "US" else []
    return {"states": states, "communities": [seeker.geoname_id]}


def rule(rule: Rule) -> Write:
    terms = rule.effective
    row = {
        "slug": rule.slug,
        "rule_id": rule.id,
        "terms": _json(terms),
        "states": list(terms.states),
        "communities": list(terms.communities),
        "first": terms.in_force_from or date.min,
        "last": terms.in_force_until or date.max,
        "retired_on": rule.retired_on,
        "version": rule.version,
        "changed_at": rule.modified_on,
        "is_checking": rule.asked_at is not None,
    }
    return lambda curs: curs.execute(
        "INSERT INTO rules VALUES (%(slug)s, %(rule_id)s, %(terms)s, %(states)s, %(communities)s, %(first)s, %(last)s,"
        " %(retired_on)s, %(version)s, %(changed_at)s, %(is_checking)s)"
        " ON CONFLICT (slug) DO UPDATE SET terms = excluded.terms, states = excluded.states,"
        " communities = excluded.communities, in_force_from = excluded.in_force_from,"
        " in_force_until = excluded.in_force_until, retired_on = excluded.retired_on, version = excluded.version,"
        " changed_at = excluded.changed_at, is_checking = excluded.is_checking",
        row,
    )


def screening(screening: Screening) -> Write:
    row = {
        "case_id": screening.case_id,
        "community_id": screening.community_id,
        "blocked": screening.with_effect(RuleEffect.BLOCK),
        "warned": screening.with_effect(RuleEffect.WARN),
        "held": sorted(screening.held),
        "rule": screening.rule,
        "at": screening.rechecked_at,
    }
    return lambda curs: curs.execute(
        "INSERT INTO screenings VALUES (%(case_id)s, %(community_id)s, %(blocked)s, %(warned)s, %(held)s, %(rule)s,"
        " %(at)s) ON CONFLICT (case_id) DO UPDATE SET community_id = excluded.community_id,"
        " blocked = excluded.blocked, warned = excluded.warned, held = excluded.held, rule = excluded.rule,"
        " rechecked_at = excluded.rechecked_at",
        row,
    )


def notes(service: Service, case_id: UUID) -> list[dict[str, Any]]:
    """What was said in a case, with its `text`; what somebody said who was forgotten is not among it."""
    return [
        row | {"text": text}
        for row, text in opened(service, service.rows(NOTES, case_id=case_id))
        if text is not None
    ]


def note(
    vault: Vault,
    case_id: UUID,
    geoname_id: int | None,
    kind: str,
    text: str,
    author: Caller,
    at: datetime,
    *,
    is_shown_to_member: bool = False,
) -> Sequence[Write]:
    """A note, a reason or a comment; none where there is no text."""
    if not text.strip():
        return ()
    row = {
        "case_id": case_id,
        "geoname_id": geoname_id,
        "kind": kind,
        "shown": is_shown_to_member,
        "author_id": author.subject,
        "author_role": author.role.value,
        "sealed": vault.seal(text.strip()),
        "at": at,
    }
    return (
        lambda curs: curs.execute(
            "INSERT INTO notes"
            " (case_id, geoname_id, kind, is_shown_to_member, author_id, author_role, sealed, written_at)"
            " VALUES (%(case_id)s, %(geoname_id)s, %(kind)s, %(shown)s, %(author_id)s, %(author_role)s,"
            " %(sealed)s, %(at)s)",
            row,
        ),
    )


def listing_posted(
    listing_id: UUID, place: Place, profile: PublicProfile, confirmed_on: date, at: datetime
) -> Write:
    row = {
        "listing_id": listing_id,
        "community_id": place.community_id,
        "place": _json(place),
        "profile": _json(profile),
        "confirmed_on": confirmed_on,
        "at": at,
    }
    return lambda curs: curs.execute(
        "INSERT INTO listed_cities (listing_id, community_id, place, profile, is_on_map, confirmed_on, availability_at)"
        " VALUES (%(listing_id)s, %(community_id)s, %(place)s, %(profile)s, true, %(confirmed_on)s, %(at)s)"
        " ON CONFLICT (listing_id) DO UPDATE SET community_id = excluded.community_id, place = excluded.place,"
        " profile = excluded.profile, is_on_map = true, confirmed_on = excluded.confirmed_on",
        row,
    )


def listing_changed(listing_id: UUID, profile: PublicProfile) -> Write:
    return lambda curs: curs.execute(
        "UPDATE listed_cities SET profile = %(profile)s WHERE listing_id = %(listing_id)s",
        {"listing_id": listing_id, "profile": _json(profile)},
    )


def listing_shown(listing_id: UUID, *, is_on_map: bool, confirmed_on: date | None = None) -> Write:
    return lambda curs: curs.execute(
        "UPDATE listed_cities SET is_on_map = %(is_on_map)s,"
        " confirmed_on = coalesce(%(confirmed_on)s, confirmed_on) WHERE listing_id = %(listing_id)s",
        {"listing_id": listing_id, "is_on_map": is_on_map, "confirmed_on": confirmed_on},
    )


def listing_available(listing_id: UUID | None, availability: Availability, at: datetime) -> Write:
    """Intake and outreach are heard in any order: an older word does not undo a later one."""
    return lambda curs: curs.execute(
        "INSERT INTO listed_cities (listing_id, availability, availability_at)"
        " SELECT %(listing_id)s, %(availability)s, %(at)s WHERE %(listing_id)s::uuid IS NOT NULL"
        " ON CONFLICT (listing_id) DO UPDATE"
        " SET availability = excluded.availability, availability_at = excluded.availability_at"
        " WHERE listed_cities.availability_at <= excluded.availability_at",
        {"listing_id": listing_id, "availability": availability.value, "at": at},
    )


def listing_moved(community_id: UUID, into_community_id: UUID) -> Write:
    return lambda curs: curs.execute(
        "UPDATE listed_cities SET community_id = %(into)s WHERE community_id = %(community_id)s",
        {"community_id": community_id, "into": into_community_id},
    )


def records_merged(community_id: UUID, into_community_id: UUID) -> Write:
    """Those that were merged into the one that is no longer used follow it."""
    row = {"community_id": community_id, "into": into_community_id}

    def write(curs: Cursor[Any]) -> None:
        curs.execute(
            "UPDATE merged_records SET into_community_id = %(into)s WHERE into_community_id = %(community_id)s",
            row,
        )
        curs.execute(
            "INSERT INTO merged_records VALUES (%(community_id)s, %(into)s)"
            " ON CONFLICT (community_id) DO UPDATE SET into_community_id = excluded.into_community_id",
            row,
        )

    return write


def member_standing(community_id: UUID, standing: Standing) -> Write:
    return lambda curs: curs.execute(
        "INSERT INTO members (community_id, standing) VALUES (%(community_id)s, %(standing)s)"
        " ON CONFLICT (community_id) DO UPDATE SET standing = excluded.standing",
        {"community_id": community_id, "standing": standing.value},
    )


def member_profile(community_id: UUID, place: Place, profile: PublicProfile) -> Write:
    return lambda curs: curs.execute(
        "INSERT INTO members (community_id, place, profile) VALUES (%(community_id)s, %(place)s, %(profile)s)"
        " ON CONFLICT (community_id) DO UPDATE SET place = excluded.place, profile = excluded.profile",
        {"community_id": community_id, "place": _json(place), "profile": _json(profile)},
    )


def partnership_formed(formed: PartnershipFormed) -> Write:
    row = {
        "id": formed.partnership_id,
        "community_id": formed.community_id,
        "foreign": formed.foreign_community_id,
        "kind": formed.kind,
        "place": _json(formed.foreign_place),
    }
    return lambda curs: curs.execute(
        "INSERT INTO partnerships VALUES (%(id)s, %(community_id)s, %(foreign)s, %(kind)s, true, %(place)s)"
        " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, is_active = true,"
        " foreign_place = excluded.foreign_place",
        row,
    )


def partner_placed(foreign_community_id: UUID, place: Place | None) -> Write:
    return lambda curs: curs.execute(
        "UPDATE partnerships SET foreign_place = %(place)s"
        " WHERE foreign_community_id = %(foreign)s AND foreign_place IS NULL",
        {"foreign": foreign_community_id, "place": _json(place) if place else Jsonb(None)},
    )


def partnership_corrected(corrected: PartnershipCorrected) -> Write:
    row = {
        "id": corrected.partnership_id,
        "kind": corrected.kind,
        "is_active": corrected.is_active,
    }
    return lambda curs: curs.execute(
        "UPDATE partnerships SET kind = %(kind)s, is_active = %(is_active)s WHERE id = %(id)s", row
    )


def partnership_ended(partnership_id: UUID) -> Write:
    return lambda curs: curs.execute(
        "UPDATE partnerships SET is_active = false WHERE id = %(id)s", {"id": partnership_id}
    )
