"""Ranks the cities of the world for one search: named and listed ones as tiers of their own, gates beside the score."""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import numpy as np

from services.matching.answers import (
    HELD,
    BlockedCountry,
    Candidate,
    Excluded,
    HeldCity,
    Look,
    Measured,
    Tier,
    held_back_sentence,
    wishes_sentence,
)
from services.matching.diversity import Limits, Why, limits_for, pool, spread
from services.matching.domain.listed_cities import Availability, ListedCity
from services.matching.domain.rules import NO_VERDICTS, Finding, Verdicts
from services.matching.explaining import wording
from services.matching.explaining.unknowns import of_seeker
from services.matching.reasons import Explanation, explain
from services.matching.score import Listed, Measure, Score, Seeker
from services.matching.score.affinity import Affinity
from services.matching.score.score import NO_CANDIDATE
from services.matching.score.weights import SIDES
from services.matching.wished import LAST_STEP, Wishes
from services.matching.world.columns import EARTH_KM, Floats, World
from shared.values import Place, Preferences, RuleBars, RuleEffect, community_id

log = logging.getLogger(__name__)
NO_WISHES = Preferences()
POOL = 300
"""Among so many of the best a list is spread."""
Shown = Callable[[Sequence[int]], Mapping[int, int]]
"""GeoNames ids -> for how many other searches each was proposed lately."""


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
        limit: int = 25,
        floor: int = 500,
        least: float = 0,
        is_diverse: bool = True,
    ) -> "Found":
        """The tiers; `limit` binds the listed one and the world's, `country`, `floor` (people) and `least` (score) the
        world's alone."""
        found = Found(self, search)
        own = found.own_tiers(limit)
        best = found.best(country, limit, floor, least)
        times = shown([*(each.place.geoname_id for each in own), *found.ids(best)])
        found.add_own_tiers(own, times)
        found.add_world(best, times, limit, limits_of(search, country) if is_diverse else None)
        if not best.free:
            found.not_ranked = _nothing(search, country, floor, least)
        return found

    def candidate(self, search: Search, place: Place, shown: Shown) -> Candidate:
        """One city in full, in the tier in which it stands, blocked or not."""
        named = any(each.geoname_id == place.geoname_id for each in search.named)
        listed = any(each.place.geoname_id == place.geoname_id for each in search.tier)
        tier = Tier.NAMED if named else Tier.LISTED if listed else Tier.WORLD
        row, times = self.world.find(place.geoname_id), shown([place.geoname_id])
        return Found(self, search, is_of_one=True).candidate(place, row, tier, times)

    def listing(self, city: ListedCity) -> Listed | None:
        """What its listing adds to a city; nothing is on the map that staff have not verified (B13)."""
        row = self.world.find(city.place.geoname_id)
        if row is None:
            return None
        said, free = city.profile, city.availability
        return Listed(row, said, city.confirmed_on, is_verified=True, availability=free)

    def blocked_country(self, code: str, findings: Sequence[Finding]) -> BlockedCountry:
        name, places = wording.country(code), self.places.get(code, 0)
        count = "The one place" if places == 1 else f"All {places:,} places"
        verb = "is" if places == 1 else "are"
        said = f"{count} of {name} {verb} barred: {findings[0].sentence}"
        return BlockedCountry(code, name, places, list(findings), said)


class Own(NamedTuple):
    """A named or listed city to be shown."""

    tier: Tier
    place: Place
    is_explained: bool


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
    """What one look finds, put together tier by tier; `is_of_one`: it is about one city, which is told in full."""

    def __init__(self, ranking: Ranking, search: Search, *, is_of_one: bool = False) -> None:
        self.ranking, self.search, self.is_of_one = ranking, search, is_of_one
        self.world, self.score = ranking.world, ranking.score
        self.wishes = Wishes(self.world, search.seeker.preferences if search.seeker else NO_WISHES)
        self.named: list[Candidate] = []
        self.listed: list[Candidate] = []
        self.listed_in_all = 0
        self.others: list[Candidate] = []
        self.barred: list[Candidate] = []
        self.held_back: list[HeldCity] = []
        self.not_ranked = ""
        self._top, self._least = np.empty(0, np.float32), np.float32(0)

    @cached_property
    def scores(self) -> Floats:
        """Of all places, listed ones with what their listing says."""
        seeker = self.search.seeker
        assert seeker is not None
        known = map(self.ranking.listing, self.search.on_map.values())
        listed = [each for each in known if each is not None]
        return self.score.all(seeker, listed, self.search.day)

    @cached_property
    def free(self) -> Floats:
        """The scores without the places that a rule bars."""
        verdicts, world, free = self.search.verdicts, self.world, self.scores
        if verdicts.by_country:
            bars = [
                each in verdicts.by_country and verdicts.is_blocked(0, each)
                for each in world.countries
            ]
            most = np.where(bars, np.float32(NO_CANDIDATE), np.float32(np.inf))
            free = np.minimum(free, np.take(most, world.country))
        rows = [row for row in self._rows(verdicts.by_place) if self._bars(row)]
        if rows:
            free = free.copy()
            free[rows] = NO_CANDIDATE
        return free

    @cached_property
    def open(self) -> Floats:
        """The scores of all that could still be chosen: without what is barred, named, worked on or left out."""
        search, found = self.search, self.free.copy()
        named = [place.geoname_id for place in search.named]
        found[list(self._rows([*named, *search.taken, *search.excluded]))] = NO_CANDIDATE
        return found

    def own_tiers(self, limit: int) -> list[Own]:
        """Named cities always appear (B8), the best listed ones that fit come first (B7), the barred ones besides."""
        named = {place.geoname_id: place for place in self.search.named}
        listed = [place for place in self._listed if place.geoname_id not in named]
        ways: dict[bool, list[Place]] = {True: [], False: []}
        for place in self._best_first(listed):
            ways[self._is_blocked(place)].append(place)
        barred, fitting = ways[True], ways[False]
        self.listed_in_all = len(fitting)
        return [
            *(
                Own(Tier.NAMED, place, is_explained=True)
                for place in self._best_first(named.values())
            ),
            *(Own(Tier.LISTED, place, is_explained=True) for place in fitting[:limit]),
            *(Own(Tier.LISTED, place, is_explained=i < limit) for i, place in enumerate(barred)),
        ]

    @cached_property
    def _listed(self) -> list[Place]:
        """A listing that has ended is told in the case; nobody can choose it now."""
        found = {
            city.place.geoname_id: city.place
            for city in self.search.tier
            if city.is_on_map
            and city.availability is not Availability.PARTNERED
            and city.place.geoname_id not in self.search.excluded
        }
        return list(found.values())

    def _best_first(self, places: Iterable[Place]) -> list[Place]:
        return sorted(places, key=lambda place: -self._standing(place))

    def _standing(self, place: Place) -> float:
        """As the world's tier stands: by wishes, then by score; below all where it is not ranked."""
        row, seeker = self.world.find(place.geoname_id), self.search.seeker
        if row is None or seeker is None:
            return NO_CANDIDATE
        return float(LAST_STEP - self.wishes.steps[row]) + self._score_of(place, row, seeker)

    def _score_of(self, place: Place, row: int, seeker: Seeker) -> float:
        if self.scores[row] >= 0:
            return float(self.scores[row])
        # A section of a city, which is no candidate.
        city = self.search.on_map.get(place.geoname_id)
        listed = self.ranking.listing(city) if city else None
        return Score.join(self.score.measures(seeker, row, listed, self.search.day))

    def _is_blocked(self, place: Place) -> bool:
        return any(each.effect is RuleEffect.BLOCK for each in self.findings(place))

    def add_own_tiers(self, own: Sequence[Own], times: Mapping[int, int]) -> None:
        for tier, place, is_explained in own:
            row = self.world.find(place.geoname_id)
            each = self.candidate(place, row, tier, times, is_explained=is_explained)
            free = self.named if tier is Tier.NAMED else self.listed
            (self.barred if each.is_blocked else free).append(each)

    def best(self, country: str | None, limit: int, floor: int, least: float = 0) -> Best:
        """All other places, more than are shown; those that are blocked where they would have stood."""
        search = self.search
        if search.seeker is None:
            return Best([], [])
        in_tiers = [place.geoname_id for place in (*search.named, *self._listed)]
        left = self._rows([*in_tiers, *search.taken, *search.excluded])
        top = partial(self.score.top, search.seeker, country=country, floor=floor, leave_out=left)
        barred = [
            row
            for row, _ in top(limit, scores=self._stepped(_reaching(self.scores, least)))
            if self._bars(row)
        ]
        free = top(max(POOL, 2 * limit), scores=self._stepped(_reaching(self.free, least)))
        rows = [row for row, _ in free if not self._is_other_record(row)]
        return Best(list(zip(rows, self.scores[rows].tolist(), strict=True)), barred)

    def _stepped(self, scores: Floats) -> Floats:
        """So that the order is by step, and by score within one; all above 0 that were."""
        if not self.wishes.made:
            return scores
        return np.where(scores < 0, scores, scores + (LAST_STEP - self.wishes.steps))

    def ids(self, best: Best) -> list[int]:
        rows = [*(row for row, _ in best.free), *best.barred]
        return self.world.ids[rows].tolist() if rows else []

    def add_world(
        self, best: Best, times: Mapping[int, int], limit: int, limits: Limits | None
    ) -> None:
        """Spread within the limits; without any by wishes and score alone."""
        rows = [row for row, _ in best.free]
        if limits is not None:
            shown = dict(zip(rows, (times.get(each, 0) for each in self.ids(best)), strict=False))
            of_step = self.wishes.steps[rows].tolist()
            found = spread(pool(self.world, best.free, shown, of_step), limits, limit)
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

    def _rows(self, geoname_ids: Iterable[int]) -> set[int]:
        found = map(self.world.find, geoname_ids)
        return {row for row in found if row is not None}

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
        city, findings = self.search.on_map.get(place.geoname_id), self.findings(place)
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
            misses=self.wishes.misses(row) if row is not None else [],
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
            self._explained(seeker, row, listed, measures) if is_explained else None,
        )

    def _explained(
        self, seeker: Seeker, row: int, listed: Listed | None, measures: Sequence[Measure]
    ) -> Explanation:
        """In a list without what is not known of the seeker: the answer tells it once."""
        is_alone, day = not self.is_of_one, self.search.day
        return explain(self.score, seeker, row, listed, measures, day, of_candidate_alone=is_alone)

    def _position(self, row: int, score: float) -> int:
        """Among all places; a section of a city, which is none, stands where it would."""
        own = self.scores[row] if self.scores[row] >= 0 else np.float32(score)
        if self._top.size == 0 or own < self._least:
            return int(np.count_nonzero(self.scores > own)) + 1
        return self._top.size - int(self._top.searchsorted(own, side="right")) + 1

    def findings(self, place: Place) -> list[Finding]:
        """A partner that is known under another record alone is a partner too."""
        search = self.search
        found = search.verdicts.of(place.geoname_id, place.country)
        if place.geoname_id in search.pairs:
            return [each for each in found if each.bars is not RuleBars.EXISTING_LINK]
        is_told = any(each.bars is RuleBars.EXISTING_LINK for each in found)
        is_partner = bool(search.partners) and place.community_id in search.partners
        return [search.link, *found] if search.link and is_partner and not is_told else found

    def answer(self, version: int, excluded: Sequence[Excluded]) -> Look:
        verdicts, seeker = self.search.verdicts, self.search.seeker
        return Look(
            version=version,
            named=self.named,
            listed=self.listed,
            listed_in_all=self.listed_in_all,
            others=self.others,
            wishes=self._wishes_told() if seeker else "",
            blocked=self.barred,
            blocked_countries=[
                self.ranking.blocked_country(code, verdicts.of(0, code))
                for code in sorted(verdicts.by_country)
                if verdicts.is_blocked(0, code)
            ],
            about_you=verdicts.own,
            not_known=of_seeker(self.score, seeker) if seeker else [],
            excluded=list(excluded),
            held_back=self.held_back,
            held_back_because=held_back_sentence(self.held_back),
            not_ranked=self.not_ranked,
        )

    def _wishes_told(self) -> str:
        if not self.wishes.made:
            return ""
        meeting = np.count_nonzero((self.wishes.steps == 0) & (self.free >= 0))
        is_bound = bool(self.search.verdicts.by_country)
        return wishes_sentence(self.wishes.made, int(meeting), is_bound=is_bound)


def _reaching(scores: Floats, least: float) -> Floats:
    return np.where(scores < least, np.float32(NO_CANDIDATE), scores) if least else scores


def _nothing(search: Search, country: str | None, floor: int, least: float) -> str:
    """Why the world's tier is empty."""
    if search.seeker is None:
        home = search.home.name
        return f"{home} is not in the world that matching looks at, so that nothing is ranked."
    where = f" in {wording.country(country)}" if country else ""
    score, lower = (f" and a score of {least:g}", " or the score") if least else ("", "")
    return (
        f"No place{where} of at least {floor:,} people{score} is left to rank: lower the number of people{lower},"
        " or see what is blocked, excluded or in a tier of its own."
    )


def limits_of(search: Search, country: str | None) -> Limits:
    return limits_for(search.seeker.preferences if search.seeker else NO_WISHES, country)


def _measured(each: Measure) -> Measured:
    value = None if each.value is None else round(each.value, 4)
    return Measured(each.factor, each.side, value, each.weight, value is not None)


def kilometres(here: Place, there: Place) -> float:
    """Great-circle distance (haversine)."""
    lat1, lat2 = radians(here.latitude), radians(there.latitude)
    half = sin(radians(there.longitude - here.longitude) / 2) ** 2
    step = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * half
    return 2 * EARTH_KM * asin(sqrt(min(step, 1.0)))
