"""What the ranking is told about a case, and what it answers: the look, one city in full, cities side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.matching import comparison, rows, screening
from services.matching.answers import Candidate, Excluded, Look
from services.matching.domain import refusals as no
from services.matching.domain.adjustments import Adjustments
from services.matching.domain.listed_cities import ListedCity, fits
from services.matching.domain.research_file import ResearchFile
from services.matching.domain.rules import Finding
from services.matching.domain.screening import Screening, screening_id
from services.matching.exposure import times_shown
from services.matching.ranking import Found, Ranking, Search
from services.matching.reasons import in_short
from services.matching.score import Factor, Score, Seeker, published
from shared.context import Caller, Role
from shared.values import IN_THE_UNITED_STATES, Place, PublicProfile, RuleBars

if TYPE_CHECKING:
    from services.matching.application import Matching

OTHER_RECORDS = (
    # Of the cities that the case has, and of the listed ones of its tier: each record that is or was theirs.
    "SELECT DISTINCT same.id FROM unnest(%(ids)s::uuid[] || ARRAY("  # noqa: S608  # constants
    "  SELECT community_id FROM listed_cities WHERE listing_id = ANY(%(listings)s::uuid[])"
    "  AND community_id IS NOT NULL AND is_on_map AND availability <> 'partnered')) city(id)"
    f" CROSS JOIN LATERAL ({rows.SAME_CITY.format(city='city.id')}) same"
)
AROUND = (
    "SELECT (SELECT profile FROM members WHERE community_id = %(community_id)s) AS profile,"  # noqa: S608
    f" (SELECT coalesce(array_agg(to_jsonb(p)::text), '{{}}') FROM ({rows.LISTED}"
    "   AND (is_on_map OR listing_id = ANY(%(listings)s))"
    # Of two listings of one city the one that is free counts.
    "   ORDER BY availability = 'free', listing_id) p) AS listed,"
    f" (SELECT coalesce(jsonb_agg(foreign_community_id), '[]') FROM ({rows.PARTNERS}) partner) AS partners,"
    f" (SELECT coalesce(jsonb_agg(id), '[]') FROM ({OTHER_RECORDS}) record) AS records"
)

LINK = next(
    Finding.of(terms) for terms in screening.BUILT_IN if terms.bars is RuleBars.EXISTING_LINK
)


def look(
    matching: Matching,
    file: ResearchFile,
    *,
    country: str | None = None,
    limit: int = 25,
    floor: int = 500,
    least: float = 0,
    is_diverse: bool = True,
) -> Look:
    """The tiers of a case, each the best first, with what is blocked, excluded and held back. Raises UnknownCountry."""
    is_home = country in IN_THE_UNITED_STATES
    if country is not None and (is_home or country not in matching.ranking.places):
        raise no.UnknownCountry(country=country)
    about = search(matching, file)
    found = matching.ranking.look(
        about,
        partial(times_shown, matching, file.id),
        country=country,
        limit=limit,
        floor=floor,
        least=least,
        is_diverse=is_diverse,
    )
    return found.answer(file.version, _excluded(matching, file, found))


def candidate(matching: Matching, file: ResearchFile, geoname_id: int, caller: Caller) -> Candidate:
    """One city in full; a member sees those that were proposed or looked at, that it named, or that are in outreach."""
    file.check_insight(caller)
    place, about = matching.place(geoname_id), search(matching, file)
    _check(file, about, [place], caller)
    return matching.ranking.candidate(about, place, partial(times_shown, matching, file.id))


def compare(
    matching: Matching, file: ResearchFile, geoname_ids: Sequence[int], caller: Caller
) -> comparison.Comparison:
    """Up to five cities side by side, of those that the caller may see."""
    file.check_insight(caller)
    places, about = [matching.place(each) for each in geoname_ids], search(matching, file)
    _check(file, about, places, caller)
    ranking = matching.ranking
    indexes = [ranking.world.index(place.geoname_id) for place in places]
    if about.seeker is None:
        raise no.NotInTheWorld(geoname_id=file.place.geoname_id)
    known = [about.on_map[each] for each in geoname_ids if each in about.on_map]
    listed = [each for each in map(ranking.listing, known) if each is not None]
    return comparison.compare(ranking.score, about.seeker, indexes, listed, about.day)


def _check(file: ResearchFile, about: Search, places: Sequence[Place], caller: Caller) -> None:
    """Raises NotAbroad or NotShown."""
    seen = {
        *file.proposed,
        *about.pairs,
        *(place.geoname_id for place in (*about.named, *file.tried.values())),
        *(city.place.geoname_id for city in about.tier),
    }
    for place in places:
        if not place.is_abroad:
            raise no.NotAbroad(name=place.name)
        if caller.role is not Role.STAFF and place.geoname_id not in seen:
            raise no.NotShown(name=place.name)


def search(matching: Matching, file: ResearchFile) -> Search:
    """What the ranking needs to know of a case; its own state, and two reads beside it."""
    gate, adjustments = screening.gates(matching, file), matching.adjustments(file.id)
    held = matching.find(Screening, screening_id(file.id))
    taken = [*file.prospects.values(), *file.open_pairs.values(), *file.tried.values()]
    (around,) = matching.rows(
        AROUND,
        community_id=file.community_id,
        listings=list(file.listings),
        ids=[*file.known_records, *(city.community_id for city in taken)],
    )
    cities, fit = [_listed_city(row) for row in around["listed"]], _fitting(matching, file)
    return Search(
        home=file.place,
        seeker=_seeker(matching.ranking, file, around["profile"], adjustments),
        day=gate.day,
        verdicts=gate.verdicts(),
        named=[*(file.asked_for | (held.held if held else {})).values()],
        tier=[city for city in cities if city.listing_id in file.listings and fit(city)],
        listings={city.place.geoname_id: city for city in cities if city.is_on_map},
        taken={city.geoname_id for city in taken},
        excluded=frozenset(adjustments.excluded) if adjustments else frozenset(),
        records=set(map(UUID, around["records"])),
        partners=set(map(UUID, around["partners"])),
        pairs={city.geoname_id for city in file.open_pairs.values()},
        link=LINK,
    )


def _fitting(matching: Matching, file: ResearchFile) -> Callable[[ListedCity], bool]:
    """Whether a listed city lies where the member looks today: wishes change after cities were looked at."""
    continents, wished = matching.gazetteer.continents, file.preferences
    return lambda city: fits(wished, city.place, continents.get(city.place.country, ""))


def seeker(matching: Matching, file: ResearchFile) -> Seeker | None:
    """With the weights of the case; None where the world has no row for the member."""
    known = matching.rows(rows.MEMBER, community_id=file.community_id)
    profile = known[0]["profile"] if known else None
    return _seeker(matching.ranking, file, profile, matching.adjustments(file.id))


@lru_cache(maxsize=4096)
def _listed_city(row: str) -> ListedCity:
    """From JSON as the database has it, read once while it stays the same: every look needs all that are listed."""
    return ListedCity.model_validate_json(row)


def _seeker(
    ranking: Ranking,
    file: ResearchFile,
    profile: dict[str, Any] | None,
    adjustments: Adjustments | None,
) -> Seeker | None:
    """Before the debrief the member's public profile stands in for what the interview will tell."""
    home = ranking.world.find(file.place.geoname_id)
    if home is None:
        return None
    changed = adjustments.weights if adjustments else {}
    weights = published()
    if changed:
        weights = weights.changed({Factor(name): weight for name, weight in changed.items()})
    is_told = file.profile != PublicProfile() or profile is None
    told = file.profile if is_told else PublicProfile.model_validate(profile)
    return Seeker(home, file.preferences, told, weights, is_member=True)


def _excluded(matching: Matching, file: ResearchFile, found: Found) -> list[Excluded]:
    """With the last word on each, and with what rules say of it besides."""
    adjustments = matching.adjustments(file.id) if found.search.excluded else None
    if adjustments is None:
        return []
    said: dict[int, dict[str, Any]] = {
        row["geoname_id"]: row
        for row in rows.notes(matching, file.id)
        if row["kind"] == "exclusion"
    }
    places = [matching.stored_place(*each) for each in sorted(adjustments.excluded.items())]
    return [_left_out(place, said.get(place.geoname_id), found.findings(place)) for place in places]


def _left_out(place: Place, note: dict[str, Any] | None, findings: list[Finding]) -> Excluded:
    if note is None:  # the person who left it out was forgotten
        return Excluded(place, None, None, "", findings)
    by, at = Role(note["author_role"]), note["written_at"]
    return Excluded(place, by, at, note["text"], findings)


@dataclass(frozen=True, slots=True)
class Told:
    """A listed city as a member reads of it in its case; without a score it is not ranked."""

    city: ListedCity
    fits: bool
    score: float | None
    why: str


def listed_tier(matching: Matching, file: ResearchFile) -> list[Told]:
    """The listed cities that were looked at for this search, those that fit today first, each the best first (B7)."""
    cities = matching.listed_cities(file.listings) if file.listings else []
    known, fit, day = seeker(matching, file), _fitting(matching, file), matching.clock().date()
    if known is None:
        told = [Told(city, fit(city), None, "") for city in cities]
    else:
        told = [_told(matching.ranking, known, city, day, is_fit=fit(city)) for city in cities]
    return sorted(told, key=lambda each: (not each.fits, -(each.score or 0)))


def whys(matching: Matching, file: ResearchFile) -> dict[int, str]:
    """What speaks most for each prospect, by GeoNames id; of a place that is not ranked nothing is told."""
    about = search(matching, file) if file.prospects else None
    if about is None or about.seeker is None:
        return {}
    found = {}
    for number in file.prospects:
        row, city = matching.ranking.world.find(number), about.on_map.get(number)
        if row is not None:
            listed = matching.ranking.listing(city) if city else None
            measures = matching.ranking.score.measures(about.seeker, row, listed, about.day)
            found[number] = in_short(matching.ranking.score, about.seeker, row, listed, measures)
    return found


def _told(ranking: Ranking, known: Seeker, city: ListedCity, day: date, *, is_fit: bool) -> Told:
    row = ranking.world.find(city.place.geoname_id)
    if row is None:
        return Told(city, is_fit, None, "")
    listed = ranking.listing(city) if city.is_on_map else None
    measures = ranking.score.measures(known, row, listed, day)
    why = in_short(ranking.score, known, row, listed, measures)
    return Told(city, is_fit, round(Score.join(measures), 4), why)
