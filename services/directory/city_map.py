"""The public map: cities that are listed, seek and agreed to be shown, or have a partner; no person, no refusal."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC
from typing import Any, cast
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.directory.geography import folded
from shared import events as e
from shared.values import Place, PublicProfile, Standing

Statement = tuple[str, dict[str, Any]]
Rows = Connection[DictRow]

# Each column belongs to one source, or its writes commute: the streams arrive in any interleaving. A place is told by
# all three: the best source's newest word stays (`place_from`: 1 intake, 2 matching, 3 outreach).
TABLES = """
CREATE TABLE cities (
    community_id uuid PRIMARY KEY,
    ids uuid[] NOT NULL,                              -- intake: its own, and those of records merged into it
    merged_into uuid,                                 -- intake
    place_from smallint NOT NULL DEFAULT 9,
    geoname_id int, name text, folded text, country text, admin1 text,
    latitude float8, longitude float8, population bigint, timezone text,
    kind text,                                        -- intake
    is_in_good_standing boolean NOT NULL DEFAULT false, -- intake
    profile jsonb NOT NULL DEFAULT '{}',              -- intake
    folded_seeks text,                                -- intake: of the profile, for searching
    is_demonstration boolean NOT NULL DEFAULT false   -- once true, true for good
);
CREATE INDEX cities_in_order ON cities (folded, community_id);
CREATE INDEX cities_of_country ON cities (country, admin1, folded, community_id);

CREATE TABLE listings (                               -- intake
    listing_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    state text NOT NULL,
    listed_on date,
    confirmed_on date,
    profile jsonb NOT NULL,
    folded_seeks text NOT NULL
);
CREATE INDEX listings_of_community ON listings (community_id);

CREATE TABLE searches (                               -- intake
    case_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    is_open boolean NOT NULL,
    is_resting boolean NOT NULL,
    is_shown boolean NOT NULL,
    shown_since date,
    themes text[] NOT NULL
);
CREATE INDEX searches_of_community ON searches (community_id);

CREATE TABLE partnerships (                           -- outreach
    partnership_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    foreign_community_id uuid NOT NULL,
    kind text,
    year int,
    signed_on date,
    is_active boolean NOT NULL,
    ended_on date,
    is_imported boolean NOT NULL,
    is_demonstration boolean NOT NULL
);
CREATE INDEX partnerships_of_community ON partnerships (community_id);
CREATE INDEX partnerships_of_foreign_community ON partnerships (foreign_community_id);

CREATE TABLE partnered_listings (                     -- outreach: what a partnership ended the search of
    listing_id uuid,
    partnership_id uuid,
    PRIMARY KEY (listing_id, partnership_id)
);
"""

# The views decide what the public sees: a search only with consent, and only while it goes on; what a city seeks only
# while it is shown as seeking. Unqualified tables are those of the generation in whose search_path the view is made.
VIEWS = """
CREATE OR REPLACE VIEW city_map.cities AS
SELECT c.community_id, c.ids, c.geoname_id, c.name, c.folded, c.country, c.admin1, c.latitude, c.longitude,
       c.population, c.timezone, c.kind,
       l.listing_id, l.listed_on, l.confirmed_on, s.shown_since AS seeking_since,
       coalesce(l.profile->>'seeks', CASE WHEN s.shown THEN c.profile->>'seeks' END, '') AS seeks,
       coalesce(l.folded_seeks, CASE WHEN s.shown THEN c.folded_seeks END, '') AS folded_seeks,
       coalesce(l.profile->'industries', c.profile->'industries', '[]') AS industries,
       coalesce(l.profile->'universities', c.profile->'universities', '[]') AS universities,
       coalesce(l.profile->'languages', c.profile->'languages', '[]') AS languages,
       ARRAY(SELECT jsonb_array_elements_text(coalesce(l.profile->'themes', c.profile->'themes', '[]'))
             UNION SELECT unnest(s.themes) ORDER BY 1) AS themes,
       l.listing_id IS NOT NULL AS is_listed,
       coalesce(s.shown, false) AS is_seeking,
       p.active > 0 AS is_partnered,
       p.active AS partnerships, p.ended AS ended_partnerships,
       c.is_demonstration OR (l.listing_id IS NULL AND s.shown IS NULL AND p.are_demonstration) AS is_demonstration
FROM cities c
LEFT JOIN LATERAL (
    SELECT listing_id, listed_on, confirmed_on, profile, folded_seeks FROM listings
    WHERE community_id = ANY (c.ids) AND state = 'listed'
      AND NOT EXISTS (SELECT FROM partnered_listings p WHERE p.listing_id = listings.listing_id)
    ORDER BY confirmed_on DESC, listing_id LIMIT 1) l ON true
LEFT JOIN LATERAL (
    SELECT true AS shown, shown_since, themes FROM searches
    WHERE community_id = ANY (c.ids) AND is_open AND is_shown AND NOT is_resting
    ORDER BY shown_since, case_id LIMIT 1) s ON c.is_in_good_standing
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE is_active) AS active, count(*) FILTER (WHERE NOT is_active) AS ended,
           coalesce(bool_and(is_demonstration), false) AS are_demonstration
    FROM partnerships
    WHERE community_id = ANY (c.ids) OR foreign_community_id = ANY (c.ids)) p
WHERE c.merged_into IS NULL AND c.name IS NOT NULL
  AND (l.listing_id IS NOT NULL OR s.shown OR p.active + p.ended > 0);

CREATE OR REPLACE VIEW city_map.partnerships AS
SELECT p.partnership_id, p.kind, p.year, p.signed_on, p.is_active, p.ended_on, p.is_imported,
       p.is_demonstration OR us.is_demonstration OR abroad.is_demonstration AS is_demonstration,
       us.ids, us.community_id, us.geoname_id, us.name, us.folded, us.country, us.admin1, us.latitude, us.longitude,
       abroad.ids AS foreign_ids, abroad.community_id AS foreign_community_id, abroad.geoname_id AS foreign_geoname_id,
       abroad.name AS foreign_name,
       abroad.folded AS foreign_folded, abroad.country AS foreign_country, abroad.admin1 AS foreign_admin1,
       abroad.latitude AS foreign_latitude, abroad.longitude AS foreign_longitude
FROM cities us
JOIN partnerships p ON p.community_id = ANY (us.ids)
JOIN cities f ON f.community_id = p.foreign_community_id
JOIN cities abroad ON abroad.community_id = coalesce(f.merged_into, f.community_id)
WHERE us.merged_into IS NULL;

-- What the public was shown once and is not shown now: a listing that was withdrawn or has expired, a search that rests
-- or has ended. Who took its consent back was never here.
CREATE OR REPLACE VIEW city_map.shown_before AS
SELECT c.geoname_id, c.name, c.folded, c.country, c.admin1
FROM cities c
WHERE c.merged_into IS NULL AND c.name IS NOT NULL
  AND (EXISTS (SELECT FROM listings WHERE community_id = ANY (c.ids))
       OR EXISTS (SELECT FROM searches WHERE community_id = ANY (c.ids) AND is_shown));
"""

TABLE_NAMES = ("cities", "listings", "searches", "partnerships", "partnered_listings")

CITY = "INSERT INTO cities (community_id, ids) VALUES (%(id)s, ARRAY[%(id)s]) ON CONFLICT (community_id) DO NOTHING"
PLACE = """
INSERT INTO cities (community_id, ids, place_from, geoname_id, name, folded, country, admin1, latitude, longitude,
                    population, timezone)
VALUES (%(id)s, ARRAY[%(id)s], %(place_from)s, %(geoname_id)s, %(name)s, %(folded)s, %(country)s, %(admin1)s,
        %(latitude)s, %(longitude)s, %(population)s, %(timezone)s)
ON CONFLICT (community_id) DO UPDATE SET
    place_from = excluded.place_from, geoname_id = excluded.geoname_id, name = excluded.name, folded = excluded.folded,
    country = excluded.country, admin1 = excluded.admin1, latitude = excluded.latitude, longitude = excluded.longitude,
    population = excluded.population, timezone = excluded.timezone
WHERE excluded.place_from <= cities.place_from
"""
KIND = "UPDATE cities SET kind = %(kind)s WHERE community_id = %(id)s"
STANDING = "UPDATE cities SET is_in_good_standing = %(good)s WHERE community_id = %(id)s"
PROFILE = """
UPDATE cities SET profile = %(profile)s::jsonb, folded_seeks = %(folded_seeks)s WHERE community_id = %(id)s
"""
DEMONSTRATION = "UPDATE cities SET is_demonstration = true WHERE community_id = %(id)s"
MERGED = """
WITH gone AS (
    UPDATE cities SET merged_into = %(into)s WHERE community_id = %(id)s OR merged_into = %(id)s RETURNING community_id)
UPDATE cities SET ids = ARRAY(SELECT unnest(ids) UNION SELECT community_id FROM gone ORDER BY 1)
WHERE community_id = %(into)s
"""
REQUESTED = """
INSERT INTO searches (case_id, community_id, is_open, is_resting, is_shown, shown_since, themes)
VALUES (%(case_id)s, %(id)s, true, false, %(is_shown)s, %(on)s, %(themes)s)
ON CONFLICT (case_id) DO UPDATE SET is_open = true, is_resting = false, is_shown = excluded.is_shown,
    shown_since = excluded.shown_since, themes = excluded.themes
"""
AMENDED = """
UPDATE searches SET shown_since = CASE WHEN is_shown THEN shown_since ELSE %(on)s END, is_shown = %(is_shown)s,
                    themes = %(themes)s
WHERE case_id = %(case_id)s
"""
DEBRIEFED = "UPDATE searches SET themes = %(themes)s WHERE case_id = %(case_id)s"
RESTING = "UPDATE searches SET is_resting = %(is_resting)s WHERE case_id = %(case_id)s"
SEARCH_ENDED = "UPDATE searches SET is_open = false WHERE case_id = %(case_id)s"
LISTED = """
INSERT INTO listings (listing_id, community_id, state, listed_on, confirmed_on, profile, folded_seeks)
VALUES (%(listing_id)s, %(id)s, 'listed', %(on)s, %(confirmed_on)s, %(profile)s, %(folded_seeks)s)
ON CONFLICT (listing_id) DO UPDATE SET
    community_id = excluded.community_id, state = 'listed',
    listed_on = coalesce(listings.listed_on, excluded.listed_on), confirmed_on = excluded.confirmed_on,
    profile = excluded.profile, folded_seeks = excluded.folded_seeks
"""
LISTING_PROFILE = """
UPDATE listings SET profile = %(profile)s::jsonb, folded_seeks = %(folded_seeks)s WHERE listing_id = %(listing_id)s
"""
RECONFIRMED = """
UPDATE listings SET state = 'listed', confirmed_on = %(confirmed_on)s
WHERE listing_id = %(listing_id)s AND state <> 'withdrawn'
"""
LISTING_STATE = "UPDATE listings SET state = %(state)s WHERE listing_id = %(listing_id)s"
LISTING_PARTNERED = """
INSERT INTO partnered_listings (listing_id, partnership_id) VALUES (%(listing_id)s, %(partnership_id)s)
ON CONFLICT DO NOTHING
"""
FORMED = """
INSERT INTO partnerships (partnership_id, community_id, foreign_community_id, kind, year, signed_on, is_active,
                          is_imported, is_demonstration)
VALUES (%(partnership_id)s, %(id)s, %(foreign_id)s, %(kind)s, %(year)s, %(signed_on)s, true, %(is_imported)s,
        %(is_demonstration)s)
ON CONFLICT (partnership_id) DO UPDATE SET
    kind = excluded.kind, year = excluded.year, signed_on = excluded.signed_on, is_active = true, ended_on = NULL,
    is_imported = excluded.is_imported, is_demonstration = excluded.is_demonstration
"""
CORRECTED = """
UPDATE partnerships SET kind = %(kind)s, year = %(year)s, signed_on = %(signed_on)s, is_active = %(is_active)s,
                        ended_on = %(ended_on)s
WHERE partnership_id = %(partnership_id)s
"""
ENDED = """
UPDATE partnerships SET is_active = false, ended_on = %(ended_on)s WHERE partnership_id = %(partnership_id)s
"""
RETRACTED = "DELETE FROM partnerships WHERE partnership_id = %(partnership_id)s"
# What the partnership took off the map; as in intake, only another one that goes on keeps it off.
LISTINGS_FREED = """
DELETE FROM partnered_listings freed
WHERE partnership_id = %(partnership_id)s
   OR (listing_id IN (SELECT listing_id FROM partnered_listings WHERE partnership_id = %(partnership_id)s)
       AND NOT EXISTS (
           SELECT FROM partnered_listings another JOIN partnerships p USING (partnership_id)
           WHERE another.listing_id = freed.listing_id AND p.is_active AND partnership_id <> %(partnership_id)s))
"""


def writes(event: e.PublicEvent) -> Iterator[Statement]:
    """What an event changes on the map, as statements in order."""
    yield from _communities(event)
    yield from _searches(event)
    yield from _listings(event)
    yield from _partnerships(event)


def _communities(event: e.PublicEvent) -> Iterator[Statement]:
    match event:
        case e.CommunityRegistered():
            yield place(event.community_id, event.place, 1)
            yield KIND, {"id": event.community_id, "kind": event.kind}
            yield _standing(event)
            yield from _demonstration(event)
        case e.CommunityProfileUpdated():
            yield place(event.community_id, event.place, 1)
            yield PROFILE, {"id": event.community_id, **_profile(event.profile)}
        case e.MembershipStandingChanged():
            yield CITY, {"id": event.community_id}
            yield _standing(event)
        case e.CommunitiesMerged():
            yield CITY, {"id": event.community_id}
            yield CITY, {"id": event.into_community_id}
            yield MERGED, {"id": event.community_id, "into": event.into_community_id}


def _searches(event: e.PublicEvent) -> Iterator[Statement]:
    match event:
        case e.CitySeekingRequested():
            yield place(event.community_id, event.place, 1)
            yield REQUESTED, {"id": event.community_id, **_search(event)}
        case e.CitySeekingAmended():
            yield AMENDED, _search(event)
        case e.DebriefCompleted():
            yield DEBRIEFED, {"case_id": event.case_id, "themes": _themes(event)}
            yield CITY, {"id": event.community_id}
            yield PROFILE, {"id": event.community_id, **_profile(event.profile)}
        case e.CitySeekingPaused() | e.CitySeekingResumed():
            is_resting = isinstance(event, e.CitySeekingPaused)
            yield RESTING, {"case_id": event.case_id, "is_resting": is_resting}
        case e.CitySeekingWithdrawn() | e.CitySeekingClosed():
            yield SEARCH_ENDED, {"case_id": event.case_id}


def _listings(event: e.PublicEvent) -> Iterator[Statement]:
    match event:
        case e.ForeignCityListed():
            yield place(event.community_id, event.place, 1)
            yield from _demonstration(event)
            yield LISTED, {"id": event.community_id, **_listing(event), "on": _day(event)}
        case e.ListingUpdated():
            yield LISTING_PROFILE, {"listing_id": event.listing_id, **_profile(event.profile)}
        case e.ListingReconfirmed():
            yield RECONFIRMED, {"listing_id": event.listing_id, "confirmed_on": event.confirmed_on}
        case e.ListingExpired():
            yield LISTING_STATE, {"listing_id": event.listing_id, "state": "expired"}
        case e.ListingWithdrawn():
            yield LISTING_STATE, {"listing_id": event.listing_id, "state": "withdrawn"}


def _partnerships(event: e.PublicEvent) -> Iterator[Statement]:
    match event:
        case e.PartnershipFormed():
            yield place(event.community_id, event.place, 3)
            yield place(event.foreign_community_id, event.foreign_place, 3)
            yield FORMED, _partnership(event)
            if event.listing_id and event.ends_search:
                yield LISTING_PARTNERED, event.model_dump(include={"listing_id", "partnership_id"})
        case e.PartnershipCorrected():
            yield CORRECTED, event.model_dump(exclude={"happened_at"})
        case e.PartnershipEnded():
            yield ENDED, event.model_dump(include={"partnership_id", "ended_on"})
        case e.PartnershipRetracted():
            yield RETRACTED, {"partnership_id": event.partnership_id}
            yield LISTINGS_FREED, {"partnership_id": event.partnership_id}


def place(community_id: Any, place: Place, place_from: int) -> Statement:
    facts = place.model_dump() | {"folded": folded(place.name)}
    return PLACE, {"id": community_id, "place_from": place_from, **facts}


def _standing(event: e.CommunityRegistered | e.MembershipStandingChanged) -> Statement:
    return STANDING, {"id": event.community_id, "good": Standing(event.standing).is_good}


def _demonstration(event: e.CommunityRegistered | e.ForeignCityListed) -> Iterator[Statement]:
    if event.is_demonstration:
        yield DEMONSTRATION, {"id": event.community_id}


def _search(event: e.CitySeekingRequested | e.CitySeekingAmended) -> dict[str, Any]:
    return {
        "case_id": event.case_id,
        "is_shown": event.is_shown_publicly,
        "on": _day(event),
        "themes": _themes(event),
    }


def _themes(event: e.CitySeekingRequested | e.CitySeekingAmended | e.DebriefCompleted) -> list[str]:
    return [theme.value for theme in event.preferences.themes]


def _listing(event: e.ForeignCityListed) -> dict[str, Any]:
    return {
        "listing_id": event.listing_id,
        "confirmed_on": event.confirmed_on,
        **_profile(event.profile),
    }


def _partnership(event: e.PartnershipFormed) -> dict[str, Any]:
    wanted = {"partnership_id", "kind", "year", "signed_on", "is_imported", "is_demonstration"}
    return {
        "id": event.community_id,
        "foreign_id": event.foreign_community_id,
        **event.model_dump(include=wanted),
    }


def _profile(profile: PublicProfile) -> dict[str, str]:
    return {"profile": profile.model_dump_json(), "folded_seeks": folded(profile.seeks)}


def _day(event: e.PublicEvent) -> Any:
    return event.happened_at.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class Word:
    """One word that is searched for, and what is called so in any language; whatever it means, one of them is met."""

    text: str
    countries: Sequence[str] = ()
    states: Sequence[str] = ()
    places: Sequence[int] = ()
    """GeoNames ids."""

    def parameters(self, n: int) -> dict[str, Any]:
        literal = re.sub(r"([\\%_])", r"\\\1", folded(self.text))
        return {
            f"pattern_{n}": f"%{literal}%",
            f"countries_{n}": list(self.countries),
            f"states_{n}": list(self.states),
            f"places_{n}": list(self.places),
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a list are asked for; what is empty asks for nothing in particular."""

    countries: Sequence[str] | None = None
    states: Sequence[str] | None = None
    themes: Sequence[str] | None = None
    statuses: Sequence[str] | None = None
    kinds: Sequence[str] | None = None
    community_id: UUID | None = None
    words: Sequence[Word] = ()

    def parameters(self) -> dict[str, Any]:
        narrowed = {each.name: getattr(self, each.name) for each in fields(self)}
        del narrowed["words"]
        for n, word in enumerate(self.words):
            narrowed |= word.parameters(n)
        return narrowed


CITY_CLAUSES = {
    "countries": "country = ANY (%(countries)s)",
    "states": "country = 'US' AND admin1 = ANY (%(states)s)",
    "themes": "themes && %(themes)s",
    "statuses": "(is_listed AND 'listed' = ANY (%(statuses)s) OR is_seeking AND 'seeking' = ANY (%(statuses)s)"
    " OR is_partnered AND 'partnered' = ANY (%(statuses)s))",
}
CITY_WORD = (
    "(folded LIKE %(pattern_{n})s OR folded_seeks LIKE %(pattern_{n})s OR country = ANY (%(countries_{n})s)"
    " OR country = 'US' AND admin1 = ANY (%(states_{n})s) OR geoname_id = ANY (%(places_{n})s))"
)
PARTNERSHIP_CLAUSES = {
    "countries": "foreign_country = ANY (%(countries)s)",
    "states": "country = 'US' AND admin1 = ANY (%(states)s)",
    "statuses": "CASE WHEN is_active THEN 'active' ELSE 'ended' END = ANY (%(statuses)s)",
    "kinds": "coalesce(kind, 'unknown') = ANY (%(kinds)s)",
    "community_id": "(%(community_id)s = ANY (ids) OR %(community_id)s = ANY (foreign_ids))",
}
PARTNERSHIP_WORD = (
    "(folded LIKE %(pattern_{n})s OR foreign_folded LIKE %(pattern_{n})s OR foreign_country = ANY (%(countries_{n})s)"
    " OR admin1 = ANY (%(states_{n})s) OR geoname_id = ANY (%(places_{n})s)"
    " OR foreign_geoname_id = ANY (%(places_{n})s))"
)
CITY_KEYS = ("folded", "community_id")
PARTNERSHIP_KEYS = ("folded", "community_id", "partnership_id")


def cities(
    connection: Rows, wanted: Wanted, after: list[Any] | None, limit: int
) -> list[dict[str, Any]]:
    """Cities that are listed, seek or are partnered, in the order of their names; `after` is the last one's key."""
    clauses = [
        "(is_listed OR is_seeking OR is_partnered)",
        *_clauses(CITY_CLAUSES, CITY_WORD, wanted),
    ]
    if after:
        clauses.append("(folded, community_id) > (%(folded)s, %(id)s::uuid)")
    keys = dict(zip(("folded", "id"), after or (), strict=False))
    return _page(connection, "cities", clauses, CITY_KEYS, wanted.parameters() | keys, limit)


def partnerships(
    connection: Rows, wanted: Wanted, after: list[Any] | None, limit: int
) -> list[dict[str, Any]]:
    """Partnerships in the order of their U.S. cities' names; `after` is the last one's key."""
    clauses = ["true", *_clauses(PARTNERSHIP_CLAUSES, PARTNERSHIP_WORD, wanted)]
    if after:
        clauses.append(
            "(folded, community_id, partnership_id) > (%(folded)s, %(id)s::uuid, %(partnership)s::uuid)"
        )
    keys = dict(zip(("folded", "id", "partnership"), after or (), strict=False))
    parameters = wanted.parameters() | keys
    return _page(connection, "partnerships", clauses, PARTNERSHIP_KEYS, parameters, limit)


def _clauses(known: dict[str, str], word: str, wanted: Wanted) -> list[str]:
    """Every word that is searched for must be met."""
    narrowed = [clause for name, clause in known.items() if getattr(wanted, name)]
    return narrowed + [word.replace("{n}", str(n)) for n in range(len(wanted.words))]


def _page(
    connection: Rows,
    view: str,
    clauses: list[str],
    keys: Sequence[str],
    parameters: dict[str, Any],
    limit: int,
) -> list[dict[str, Any]]:
    sql = (
        f"SELECT * FROM city_map.{view} WHERE {' AND '.join(clauses)}"  # noqa: S608  # constants
        f" ORDER BY {', '.join(keys)} LIMIT %(limit)s"
    )
    return connection.execute(cast(Any, sql), parameters | {"limit": limit}).fetchall()


def numbers(connection: Rows, wanted: Wanted) -> list[int]:
    """GeoNames ids of the cities that are asked for."""
    clauses = [
        "(is_listed OR is_seeking OR is_partnered)",
        *_clauses(CITY_CLAUSES, CITY_WORD, wanted),
    ]
    sql = f"SELECT geoname_id FROM city_map.cities WHERE {' AND '.join(clauses)}"  # noqa: S608  # constants
    rows = connection.execute(cast(Any, sql), wanted.parameters()).fetchall()
    return [row["geoname_id"] for row in rows]


def place_of(connection: Rows, geoname_id: int) -> dict[str, Any] | None:
    """The city of a place, by its number at GeoNames."""
    sql = "SELECT * FROM city_map.cities WHERE geoname_id = %(id)s ORDER BY community_id LIMIT 1"
    return connection.execute(cast(Any, sql), {"id": geoname_id}).fetchone()


def city(connection: Rows, community_id: UUID) -> dict[str, Any] | None:
    """One city, also by the id of a record that was merged into it."""
    for clause in ("community_id = %(id)s", "ids @> ARRAY[%(id)s]"):
        sql = f"SELECT * FROM city_map.cities WHERE {clause}"  # noqa: S608  # constants
        row = connection.execute(cast(Any, sql), {"id": community_id}).fetchone()
        if row:
            return row
    return None


KM = (
    "12742 * asin(sqrt(power(sin(radians(latitude - %(latitude)s) / 2), 2) + cos(radians(latitude))"
    " * cos(radians(%(latitude)s)) * power(sin(radians(longitude - %(longitude)s) / 2), 2)))"
)


def near(connection: Rows, city: dict[str, Any]) -> list[dict[str, Any]]:
    """The nearest other cities of the map within 500 km, with their distance."""
    sql = (
        f"SELECT *, round({KM})::int AS km FROM city_map.cities"  # noqa: S608  # constants
        " WHERE (is_listed OR is_seeking OR is_partnered) AND community_id <> %(community_id)s"
        f" AND abs(latitude - %(latitude)s) < 4.5 AND {KM} < 500"
        " ORDER BY km, community_id LIMIT 5"
    )
    return connection.execute(cast(Any, sql), city).fetchall()


def shown_before(connection: Rows, geoname_id: int) -> dict[str, Any] | None:
    """A city that was on the map and is not any more."""
    sql = "SELECT * FROM city_map.shown_before WHERE geoname_id = %(id)s LIMIT 1"
    return connection.execute(cast(Any, sql), {"id": geoname_id}).fetchone()


def alike(connection: Rows, country: str, beginning: str) -> list[dict[str, Any]]:
    """Cities of the map in a country, or whose name begins so."""
    sql = (
        "SELECT geoname_id, name, folded, country, admin1 FROM city_map.cities"
        " WHERE (is_listed OR is_seeking OR is_partnered)"
        " AND (country = %(country)s OR folded LIKE %(pattern)s) ORDER BY folded LIMIT 2000"
    )
    return connection.execute(sql, {"country": country, "pattern": f"{beginning}%"}).fetchall()


def counts(connection: Rows) -> list[dict[str, Any]]:
    """By country, and for the United States by state too; the row without a country is the sum of all."""
    return connection.execute(
        "SELECT country, CASE WHEN country = 'US' THEN admin1 END AS state,"
        " count(*) FILTER (WHERE is_listed) AS listed, count(*) FILTER (WHERE is_seeking) AS seeking,"
        " count(*) FILTER (WHERE is_partnered) AS partnered, sum(partnerships)::int AS partnerships,"
        " GROUPING(country) AS is_sum, GROUPING(CASE WHEN country = 'US' THEN admin1 END) AS is_country"
        " FROM city_map.cities WHERE is_listed OR is_seeking OR is_partnered"
        " GROUP BY GROUPING SETS ((), (country), (country, CASE WHEN country = 'US' THEN admin1 END))"
        " ORDER BY country, state"
    ).fetchall()
