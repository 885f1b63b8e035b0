"""Ranks the cities of the world for one search: named and listed ones as tiers of their own, gates beside the score."""

import logging
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property, partial
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Annotated, NamedTuple
from uuid import UUID

import numpy as np
from pydantic import Field

from services.matching.diversity import Limits, Why, limits_for, pool, spread
from services.matching.domain.listed_cities import Availability, ListedCity
from services.matching.domain.rules import NO_VERDICTS, Finding, Verdicts
from services.matching.explaining import wording
from services.matching.reasons import Explanation, explain
from services.matching.score import Factor, Listed, Measure, Score, Seeker, Side
from services.matching.score.affinity import Affinity
from services.matching.score.score import NO_CANDIDATE
from services.matching.score.weights import SIDES
from services.matching.world.columns import EARTH_KM, Floats, World
from shared.context import Role
from shared.values import Place, Preferences, RuleBars, RuleEffect, community_id

log = logging.getLogger(__name__)
POOL = 300
"""Among so many of the best a list is spread."""
Shown = Callable[[Sequence[int]], Mapping[int, int]]
"""GeoNames ids -> for how many other searches each was proposed lately."""


class Tier(StrEnum):
    NAMED = "named"
    LISTED = "listed"
    WORLD = "world"


@dataclass(frozen=True, slots=True)
class Measured:
    """One factor on one side; without a value it is not known, or was not asked for, and takes no part."""

    factor: Factor
    side: Side
    value: Annotated[float | None, Field(description="0 to 1.")]
    weight: float
    is_known: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A city abroad with its place in the ranking, both sides of it, and why."""

    place: Place
    region: Annotated[str, Field(description="First-level region by name; may be empty.")]
    country_name: str
    tier: Tier
    score: Annotated[float | None, Field(description="0 to 1; none: the city is not ranked.")]
    position: Annotated[
        int | None, Field(description="Its place in the world by score alone, 1 for the best.")
    ]
    you: Annotated[float | None, Field(description="How well it suits you, 0 to 1.")]
    them: Annotated[float | None, Field(description="How well you suit it, 0 to 1.")]
    measures: list[Measured]
    explanation: Annotated[
        Explanation | None,
        Field(description="None for a city that is not ranked, and for the world's blocked ones."),
    ]
    findings: Annotated[
        list[Finding], Field(description="What rules say of it, the blocks first; no part of it.")
    ]
    is_blocked: bool
    distance_km: int
    exposure: Annotated[
        int, Field(description="Other searches for which it was proposed in the last 12 months.")
    ]
    listing_id: UUID | None = None
    availability: Annotated[
        Availability | None, Field(description="Of a listed city: free or talking with another.")
    ] = None


@dataclass(frozen=True, slots=True)
class BlockedCountry:
    """Every place of a country that a rule bars."""

    country: str
    name: str
    places: int
    findings: list[Finding]
    sentence: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """A city that staff left out of this search's ranking, and why."""

    place: Place
    by: Role | None
    at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class HeldCity:
    """A city that stands further down than its score would have it, so that the list is not of one kind."""

    geoname_id: int
    name: str
    country: str
    score: float
    why: Why
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """The tiers of one search, each the best first: named, then listed, then the world; and what is in none of them."""

    version: int
    named: Annotated[list[Candidate], Field(description="Cities that the member named (B8).")]
    listed: Annotated[list[Candidate], Field(description="Listed cities that fit (B7).")]
    others: Annotated[list[Candidate], Field(description="The world.")]
    blocked: Annotated[
        list[Candidate], Field(description="They would stand in a tier, but a rule bars them.")
    ]
    blocked_countries: list[BlockedCountry]
    about_you: Annotated[
        list[Finding], Field(description="What rules say of the member, and so of every choice.")
    ]
    excluded: list[Excluded]
    held_back: list[HeldCity]
    held_back_because: Annotated[str, Field(description="In one sentence; empty where none is.")]
    not_ranked: Annotated[str, Field(description="Why nothing could be ranked; else empty.")]


@dataclass(frozen=True)
class Search:
    """All that a look needs to know of a case; `seeker` is None where the world has no row for its home."""

    home: Place
    seeker: Seeker | None
    day: date
    verdicts: Verdicts = NO_VERDICTS
    named: Sequence[Place] = ()
    tier: Sequence[ListedCity] = ()
    """Listed cities that were looked at for this search."""
    listings: Mapping[int, ListedCity] = field(default_factory=dict)
    """All that are on the map, by GeoNames id."""
    taken: Collection[int] = ()
    """GeoNames ids of cities that the case works on, or has tried: the world is ranked without them."""
    excluded: Collection[int] = ()
    records: Collection[UUID] = ()
    """Further records of such cities, by community id."""
    partners: Collection[UUID] = ()
    pairs: Collection[int] = ()
    """Cities in outreach: what such a pair signs on its way does not bar it."""
    link: Finding | None = None
    """What is said of a partner that is known under another record alone."""

    @cached_property
    def on_map(self) -> dict[int, ListedCity]:
        """Listed cities by GeoNames id, those of the tier too."""
        tier = {city.place.geoname_id: city for city in self.tier if city.is_on_map}
        return tier | dict(self.listings)


class Ranking:
    """The world with its score, loaded once."""

    def __init__(self, score: Score) -> None:
        world = score.world
        self.world, self.score = world, score
        places = np.bincount(world.country[~world.is_section], minlength=len(world.countries))
        self.places: dict[str, int] = dict(zip(world.countries, places.tolist(), strict=True))

    def row(self, geoname_id: int) -> int | None:
        """As World.find, in two microseconds: a look asks for hundreds."""
        ids = self.world.ids
        row = bisect_left(ids, geoname_id)
        return row if row < len(ids) and ids[row] == geoname_id else None

    @classmethod
    def load(cls, file: Path) -> "Ranking":
        """From the prepared file; some seconds, which the log tells."""
        began = time.perf_counter()
        world = World.load(file)
        loaded = time.perf_counter()
        ranking = cls(Score(world, Affinity(world)))
        log.info(
            "the world's %s places are loaded in %.1f s and ready to be ranked after %.1f s",
            f"{len(world):,}",
            loaded - began,
            time.perf_counter() - began,
        )
        return ranking

    def order_listed(
        self, seeker: Seeker | None, cities: Sequence[ListedCity], day: date
    ) -> list[ListedCity]:
        """The best first; those that cannot be ranked last, in their given order."""
        if seeker is None:
            return list(cities)
        found = [(self.listing(city), city) for city in cities]
        scores = {
            city.listing_id: Score.join(self.score.measures(seeker, listed.index, listed, day))
            for listed, city in found
            if listed is not None
        }
        return sorted(cities, key=lambda city: -scores.get(city.listing_id, -1.0))

    def look(
        self,
        search: Search,
        shown: Shown,
        *,
        country: str | None = None,
        limit: int = 50,
        floor: int = 500,
        is_diverse: bool = True,
    ) -> "Found":
        """The tiers; `country` and `floor` (people) narrow the world's alone."""
        found = Found(self, search)
        own = found.own_tiers()
        best = found.best(own, country, limit, floor)
        times = shown([*(place.geoname_id for _, place in own), *found.ids(best)])
        found.add_own_tiers(own, times)
        found.add_world(best, times, limit, limits_of(search, country) if is_diverse else None)
        return found

    def candidate(self, search: Search, place: Place, shown: Shown) -> Candidate:
        """One city in full, in the tier in which it stands, blocked or not."""
        named = any(each.geoname_id == place.geoname_id for each in search.named)
        listed = any(each.place.geoname_id == place.geoname_id for each in search.tier)
        tier = Tier.NAMED if named else Tier.LISTED if listed else Tier.WORLD
        row, times = self.row(place.geoname_id), shown([place.geoname_id])
        return Found(self, search).candidate(place, row, tier, times)

    def listing(self, city: ListedCity) -> Listed | None:
        """What its listing adds to a city; nothing is on the map that staff have not verified (B13)."""
        row = self.row(city.place.geoname_id)
        if row is None:
            return None
        free = city.availability is Availability.FREE
        return Listed(row, city.profile, city.confirmed_on, is_verified=True, has_capacity=free)

    def blocked_country(self, code: str, findings: Sequence[Finding]) -> BlockedCountry:
        name, places = wording.country(code), self.places.get(code, 0)
        count = "The one place" if places == 1 else f"All {places:,} places"
        verb = "is" if places == 1 else "are"
        said = f"{count} of {name} {verb} barred: {findings[0].sentence}"
        return BlockedCountry(code, name, places, list(findings), said)


class Best(NamedTuple):
    """Of the world, the best first: (row, score) of those that can be chosen, rows of those that a rule bars."""

    free: list[tuple[int, float]]
    barred: list[int]


class Ranked(NamedTuple):
    """What the score says of one city."""

    score: float | None
    position: int | None
    you: float | None
    them: float | None
    measures: list[Measured]
    explanation: Explanation | None


UNRANKED = Ranked(None, None, None, None, [], None)


class Found:
    """What one look finds, put together tier by tier."""

    def __init__(self, ranking: Ranking, search: Search) -> None:
        self.ranking, self.search = ranking, search
        self.world, self.score = ranking.world, ranking.score
        self.named: list[Candidate] = []
        self.listed: list[Candidate] = []
        self.others: list[Candidate] = []
        self.barred: list[Candidate] = []
        self.held_back: list[HeldCity] = []
        self._top, self._least = np.empty(0, np.float32), np.float32(0)

    @cached_property
    def scores(self) -> Floats:
        """Of all places, listed ones with what their listing says."""
        seeker = self.search.seeker
        assert seeker is not None
        known = map(self.ranking.listing, self.search.on_map.values())
        listed = [each for each in known if each is not None]
        return self.score.all(seeker, listed, self.search.day)

    def own_tiers(self) -> list[tuple[Tier, Place]]:
        """Named cities always appear (B8), listed ones that fit come first (B7); both whatever their score."""
        named = {place.geoname_id: place for place in self.search.named}
        listed = {
            city.place.geoname_id: city.place
            for city in self.search.tier
            if city.place.geoname_id not in named and not self._is_left_out(city)
        }
        return [
            *((Tier.NAMED, place) for place in named.values()),
            *((Tier.LISTED, place) for place in listed.values()),
        ]

    def _is_left_out(self, city: ListedCity) -> bool:
        """A listing that has ended is told in the case; nobody can choose it now."""
        is_over = not city.is_on_map or city.availability is Availability.PARTNERED
        return is_over or city.place.geoname_id in self.search.excluded

    def add_own_tiers(self, own: Sequence[tuple[Tier, Place]], times: Mapping[int, int]) -> None:
        find = self.ranking.row
        found = [self.candidate(place, find(place.geoname_id), tier, times) for tier, place in own]
        for each in sorted(found, key=lambda each: (each.tier is Tier.LISTED, -(each.score or 0))):
            tier = self.named if each.tier is Tier.NAMED else self.listed
            (self.barred if each.is_blocked else tier).append(each)

    def best(
        self, own: Sequence[tuple[Tier, Place]], country: str | None, limit: int, floor: int
    ) -> Best:
        """All other places, more than are shown; those that are blocked where they would have stood."""
        search, in_tiers = self.search, [place.geoname_id for _, place in own]
        if search.seeker is None:
            return Best([], [])
        left = self._rows([*in_tiers, *search.taken, *search.excluded])
        top = partial(self.score.top, search.seeker, country=country, floor=floor, leave_out=left)
        barred = [row for row, _ in top(limit, scores=self.scores) if self._bars(row)]
        free = top(max(POOL, 2 * limit), scores=self._free())
        return Best([each for each in free if not self._is_other_record(each[0])], barred)

    def ids(self, best: Best) -> list[int]:
        rows = [*(row for row, _ in best.free), *best.barred]
        return self.world.ids[rows].tolist() if rows else []

    def add_world(
        self, best: Best, times: Mapping[int, int], limit: int, limits: Limits | None
    ) -> None:
        """Spread within the limits; without any by score alone."""
        rows = [row for row, _ in best.free]
        if limits is not None:
            shown = dict(zip(rows, (times.get(each, 0) for each in self.ids(best)), strict=False))
            found = spread(pool(self.world, best.free, shown), limits, limit)
            self.held_back = [
                self._held(*best.free[i], why) for i, why in sorted(found.why.items())
            ]
            rows = [rows[i] for i in found.order]
        self._keep_top(rows[:limit])
        place, world = self.world.place, Tier.WORLD
        self.others = [self.candidate(place(row), row, world, times) for row in rows[:limit]]
        self.barred += [
            self.candidate(place(row), row, world, times, is_explained=False) for row in best.barred
        ]

    def _keep_top(self, rows: Sequence[int]) -> None:
        """In order, all scores down to the least of these, so that fifty positions cost no fifty passes."""
        if rows:
            self._least = self.scores[rows].min()
            self._top = np.sort(self.scores[self.scores >= self._least])

    def _rows(self, geoname_ids: Sequence[int]) -> set[int]:
        found = map(self.ranking.row, geoname_ids)
        return {row for row in found if row is not None}

    def _free(self) -> Floats:
        """The scores without the places that a rule bars."""
        verdicts, world, free = self.search.verdicts, self.world, self.scores
        if verdicts.by_country:
            is_barred = np.array([verdicts.is_blocked(0, code) for code in world.countries])
            free = np.where(is_barred[world.country], np.float32(NO_CANDIDATE), free)
        rows = [row for row in self._rows([*verdicts.by_place]) if self._bars(row)]
        if rows:
            free = free.copy()
            free[rows] = NO_CANDIDATE
        return free

    def _bars(self, row: int) -> bool:
        number, code = int(self.world.ids[row]), self.world.country_code(row)
        partners = self.search.partners
        is_partner = bool(partners) and community_id(number) in partners
        return is_partner or self.search.verdicts.is_blocked(number, code)

    def _is_other_record(self, row: int) -> bool:
        """A city that the case has, or is partner of the member, under a record that was merged into another."""
        search = self.search
        if not search.records and not search.partners:
            return False
        record = community_id(int(self.world.ids[row]))
        return record in search.records or record in search.partners

    def _held(self, row: int, score: float, why: Why) -> HeldCity:
        world = self.world
        name, code = world.name(row), world.country_code(row)
        return HeldCity(int(world.ids[row]), name, code, round(score, 4), why, HELD[why].one)

    def candidate(
        self,
        place: Place,
        row: int | None,
        tier: Tier,
        times: Mapping[int, int],
        *,
        is_explained: bool = True,
    ) -> Candidate:
        """`row` is the place's in the world; None where it is too small to have one."""
        city, findings = self.search.on_map.get(place.geoname_id), self._findings(place)
        ranked = self._ranked(row, city, is_explained=is_explained)
        return Candidate(
            place=place,
            region=self.world.region_of(row).name if row is not None else "",
            country_name=wording.country(place.country),
            tier=tier,
            score=ranked.score,
            position=ranked.position,
            you=ranked.you,
            them=ranked.them,
            measures=ranked.measures,
            explanation=ranked.explanation,
            findings=findings,
            is_blocked=any(each.effect is RuleEffect.BLOCK for each in findings),
            distance_km=round(kilometres(self.search.home, place)),
            exposure=times.get(place.geoname_id, 0),
            listing_id=city.listing_id if city is not None else None,
            availability=city.availability if city is not None else None,
        )

    def _ranked(self, row: int | None, city: ListedCity | None, *, is_explained: bool) -> Ranked:
        seeker, day = self.search.seeker, self.search.day
        if row is None or seeker is None:
            return UNRANKED
        listed = self.ranking.listing(city) if city else None
        measures = self.score.measures(seeker, row, listed, day)
        you, them = (Score.join([each for each in measures if each.side is side]) for side in SIDES)
        score = Score.join(measures)
        return Ranked(
            round(score, 4),
            self._position(row, score),
            round(you, 4),
            round(them, 4),
            [_measured(each) for each in measures],
            explain(self.score, seeker, row, listed, measures, day) if is_explained else None,
        )

    def _position(self, row: int, score: float) -> int:
        """Among all places; a section of a city, which is none, stands where it would."""
        own = self.scores[row] if self.scores[row] >= 0 else np.float32(score)
        if self._top.size == 0 or own < self._least:
            return int(np.count_nonzero(self.scores > own)) + 1
        return self._top.size - int(self._top.searchsorted(own, side="right")) + 1

    def _findings(self, place: Place) -> list[Finding]:
        """A partner that is known under another record alone is a partner too."""
        search = self.search
        found = search.verdicts.of(place.geoname_id, place.country)
        if place.geoname_id in search.pairs:
            return [each for each in found if each.bars is not RuleBars.EXISTING_LINK]
        is_told = any(each.bars is RuleBars.EXISTING_LINK for each in found)
        is_partner = bool(search.partners) and place.community_id in search.partners
        return [search.link, *found] if search.link and is_partner and not is_told else found

    def answer(self, version: int, excluded: Sequence[Excluded]) -> Look:
        verdicts, home = self.search.verdicts, self.search.home.name
        unranked = f"{home} is not in the world that matching looks at, so that nothing is ranked."
        return Look(
            version=version,
            named=self.named,
            listed=self.listed,
            others=self.others,
            blocked=self.barred,
            blocked_countries=[
                self.ranking.blocked_country(code, verdicts.of(0, code))
                for code in sorted(verdicts.by_country)
                if verdicts.is_blocked(0, code)
            ],
            about_you=verdicts.own,
            excluded=list(excluded),
            held_back=self.held_back,
            held_back_because=held_back_sentence(self.held_back),
            not_ranked="" if self.search.seeker else unranked,
        )


class _Said(NamedTuple):
    one: str
    many: str


HELD: Mapping[Why, _Said] = {
    Why.NEARBY: _Said(
        "A better city within 50 km is on the list.", "within 50 km of a better one on it"
    ),
    Why.REGION: _Said(
        "Better cities of its region are on the list.", "of regions that are on it already"
    ),
    Why.COUNTRY: _Said(
        "Better cities of its country are on the list.", "of countries that are on it often"
    ),
    Why.EXPOSURE: _Said(
        "Cities as good as it have been proposed to fewer members.",
        "because others as good have been proposed to fewer members",
    ),
}


def held_back_sentence(held: Sequence[HeldCity]) -> str:
    """How many, and why; empty for none."""
    if not held:
        return ""
    counts = Counter(each.why for each in held)
    parts = [f"{counts[why]} {said.many}" for why, said in HELD.items() if counts[why]]
    cities = "1 city stands" if len(held) == 1 else f"{len(held)} cities stand"
    return f"{cities} further down, so that the list is not of one kind: {wording.listing(parts)}."


def limits_of(search: Search, country: str | None) -> Limits:
    return limits_for(search.seeker.preferences if search.seeker else Preferences(), country)


def _measured(each: Measure) -> Measured:
    value = None if each.value is None else round(each.value, 4)
    return Measured(each.factor, each.side, value, each.weight, value is not None)


def kilometres(here: Place, there: Place) -> float:
    """Great-circle distance (haversine)."""
    lat1, lat2 = radians(here.latitude), radians(there.latitude)
    half = sin(radians(there.longitude - here.longitude) / 2) ** 2
    step = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * half
    return 2 * EARTH_KM * asin(sqrt(min(step, 1.0)))
