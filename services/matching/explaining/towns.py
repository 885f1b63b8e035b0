"""One place as sentences need it: plain values read from the world once, and in words what it is to its country."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from math import isnan
from typing import Any, NamedTuple

import numpy as np

from services.matching.explaining import wording
from services.matching.score.kinds import COASTS, OFFICE_DAYS
from services.matching.score.score import Score
from services.matching.world.columns import (
    UNKNOWN_ELEVATION,
    Airport,
    Country,
    Flags,
    Integers,
    Role,
    Small,
    common_office_hours,
    utc_offset,
)

EXACT = 5
"""The last rank that may be told by its number, where CLEAR lets it; else "one of the five largest"."""
CLEAR = 1.5
"""The next larger and the next smaller place differ from a numbered one by this factor: counts differ by year."""
FEW = 20
"""The last rank in a country that is told beside another one."""
BOUNDS = (5, 10, 20, 50, 100)
ENOUGH = 3
"""A rank says something among so many times as many places."""
LARGEST = {"NL": 2759794}
"""Where GeoNames counts the largest city of a country in narrower limits than another: Amsterdam (CBS, 2025)."""
DOUBTED = frozenset({195272, 1821940, 1606590, 285839, 2411397, 334717, 1668341})
"""Counted with their surroundings or in the wrong country, so that no number is told of them, or of places next after:
Kakamega, Takeo, Samut Prakan, Al Ahmadi, Georgetown (Ascension), Humera, Taipei."""
TOWNS = 8192
"""So many places are kept in words, those that are asked for most."""
SMALL = 10_000
"""With fewer people a place is not called a city."""
APART_KM = 15
"""A place so near to a larger one may be a part of it, whatever GeoNames calls it."""
SEATS = {"AK": "a borough seat", "LA": "a parish seat", "CT": "", "RI": ""}
"""U.S. states whose counties have another name, or no government."""


class Rank(NamedTuple):
    """By people, 1 for the most. GeoNames counts parts of cities as places: the rank lies between these two."""

    least: int
    """Among the places that are surely no part of another."""
    most: int
    """Among all places but sections, as World has it."""
    among: int
    """So many places have a rank."""
    is_clear: bool
    """It is surely no part of another, its people are not DOUBTED, and its neighbours in rank differ by CLEAR."""

    @property
    def bound(self) -> int | None:
        """The round number of largest places that it is surely one of; None where that says little."""
        bound = next((each for each in BOUNDS if each >= self.most), None)
        return bound if bound and bound * ENOUGH <= self.among else None

    @property
    def is_told(self) -> bool:
        """By its number."""
        is_sure = self.is_clear and self.least == self.most <= EXACT
        return is_sure and self.most * ENOUGH <= self.among


@dataclass(frozen=True, eq=False)
class Town:
    """Plain values of one row; None, or an empty word, where the world does not know."""

    row: int
    geoname_id: int
    point: list[float]
    """On the unit sphere."""
    name: str
    code: str
    country: Country
    country_name: str
    region: str
    state: str
    """The region's code."""
    population: int
    rank_in_country: Rank
    rank_in_region: Rank
    is_apart: bool
    """No larger place lies within APART_KM: it is surely no part of another."""
    role: Role
    timezone: str
    climate: str
    coast_km: float | None
    elevation: int | None
    airport: Airport
    airport_km: float

    @cached_property
    def people(self) -> str:
        return wording.people(self.population)

    @cached_property
    def part(self) -> str:
        """What the place is to its region and country, to follow "is": its seat of government, its ranks by size."""
        return wording.listing(_parts(self))

    @cached_property
    def from_the_sea(self) -> int:
        """As in the score: 0 on the coast, 1 not far from it, 2 inland."""
        return len(COASTS) if self.coast_km is None else bisect_left(COASTS, self.coast_km)

    @property
    def told_apart(self) -> str:
        """With state or country, for where two places of one name meet."""
        where = self.region if self.code == wording.HOME and self.region else self.country_name
        return f"{self.name} ({where.removeprefix('the ')})"

    @property
    def home_of(self) -> str:
        """The region in a sentence, or the country where no region is known."""
        return wording.region_in_sentence(self.region) if self.region else self.country_name


@lru_cache(maxsize=TOWNS)
def town(score: Score, row: int) -> Town:
    """The row's values; some microseconds, and the same object from then on."""
    world, ranks = score.world, _ranks(score)
    code, region = world.country_code(row), world.region_of(row)
    coast, elevation = float(world.coast_km[row]), int(world.elevation[row])
    return Town(
        row=row,
        geoname_id=int(world.ids[row]),
        point=world.unit[:, row].tolist(),
        name=world.name(row),
        code=code,
        country=world.facts[code],
        country_name=wording.country(code),
        region=wording.region(world, row),
        state=region.code,
        population=int(world.population[row]),
        rank_in_country=ranks.in_country.of(row, world.rank_in_country, world.country),
        rank_in_region=ranks.in_region.of(row, world.rank_in_region, world.region),
        is_apart=bool(ranks.is_apart[row]),
        role=Role(int(world.role[row])),
        timezone=world.timezones[int(world.timezone[row])],
        climate=world.climates[int(world.climate[row])],
        coast_km=None if isnan(coast) else coast,
        elevation=None if elevation == UNKNOWN_ELEVATION else elevation,
        airport=world.airports[int(world.airport[row])],
        airport_km=float(world.airport_km[row]),
    )


@dataclass(frozen=True, slots=True)
class RanksWithin:
    """Of all N rows in their country or region."""

    least: Integers
    is_clear: Flags
    places: Integers
    """Of each country or region, sections not counted."""

    def of(self, row: int, most: Integers, group: Small) -> Rank:
        among, is_clear = int(self.places[group[row]]), bool(self.is_clear[row])
        return Rank(int(self.least[row]), int(most[row]), among, is_clear)


@dataclass(frozen=True, slots=True)
class Ranks:
    """Of all N rows in country and region; and which are surely no part of another place."""

    in_country: RanksWithin
    in_region: RanksWithin
    is_apart: Flags


@lru_cache(maxsize=4)
def _ranks(score: Score) -> Ranks:
    """A tenth of a second, once."""
    world = score.world
    is_apart = ~world.is_section & (world.larger_km >= APART_KM)
    is_own = is_apart & ~np.isin(world.ids, list(DOUBTED))
    is_sure = is_own & (world.role != Role.UNCLASSED)

    def within(group: Small) -> RanksWithin:
        counted = ~world.is_section
        return RanksWithin(
            _rank_among(is_sure, group, world.population),
            is_own & _is_clear(counted, group, world.population),
            np.bincount(group[counted], minlength=int(group.max()) + 1).astype(np.int32),
        )

    return Ranks(within(world.country), within(world.region), is_apart)


def _is_clear(counts: Flags, group: Small, population: Integers) -> Flags:
    """Whether the next larger and the next smaller row of the group that counts differ by the factor CLEAR."""
    rows = np.flatnonzero(counts)
    rows = rows[np.lexsort((-population[rows], group[rows]))]
    people, of = population[rows], group[rows]
    gap = (people[:-1] >= CLEAR * people[1:]) | (of[:-1] != of[1:])
    clear = np.zeros(len(group), np.bool_)
    clear[rows] = np.r_[True, gap] & np.r_[gap, True]
    return clear


def _rank_among(counts: Flags, group: Small, population: Integers) -> Integers:
    """One more than there are places in the group that count and come before: by people, then by row."""
    order = np.lexsort((np.arange(len(group)), -population, group))
    before: Integers = np.cumsum(counts[order], dtype=np.int32) - counts[order]
    is_first = np.r_[True, np.diff(group[order]) != 0]
    start = np.maximum.accumulate(np.where(is_first, np.arange(len(group)), 0))
    ranks = np.empty(len(group), np.int32)
    ranks[order] = before - before[start] + 1
    return ranks


def _parts(place: Town) -> list[str]:
    told = ""
    words: list[str] = []
    if seat := _seat(place):
        words.append(seat)
        told = seat.removeprefix("the capital of ")
    is_telling = place.role != Role.CAPITAL and place.rank_in_country.most > 1
    if place.region and is_telling:
        rank = _rank(place, place.rank_in_region, place.home_of, told, is_region=True)
        words.append(rank)
        told = place.home_of if rank else told
    if place.rank_in_country.most <= FEW or not any(words):
        words.append(_rank_in_country(place, told))
    words = [each for each in words if each]
    return words if words and words != [seat] else [_plain(place, seat)]


def _plain(place: Town, seat: str) -> str:
    """Where no rank says anything."""
    if seat:
        return seat if " of " in seat else f"{seat} in {place.home_of}"
    near = "" if place.is_apart else " near a larger one"
    return f"a place in {place.home_of}{near}"


def _seat(place: Town) -> str:
    """Seats of districts are told in the U.S. alone: elsewhere the district is often the city itself."""
    match place.role:
        case Role.CAPITAL if place.name != place.country_name:
            return f"the capital of {place.country_name}"
        case Role.REGIONAL_CAPITAL:
            return f"the capital of {place.home_of if place.region else 'its region'}"
        case Role.DISTRICT_SEAT if place.code == wording.HOME:
            return SEATS.get(place.state, "a county seat")
    return ""


def _rank_in_country(place: Town, told: str) -> str:
    rank, largest = place.rank_in_country, LARGEST.get(place.code)
    if largest is not None:
        is_first = place.geoname_id == largest
        rank = Rank(1, 1, rank.among, True) if is_first else rank._replace(is_clear=False)
    return _rank(place, rank, place.country_name, told)


def _rank(place: Town, rank: Rank, of: str, told: str, *, is_region: bool = False) -> str:
    """Empty where it says little; of regions from the 20 largest on with their places; what was just named is "its"."""
    is_city = place.population >= SMALL and place.role not in (Role.SECTION, Role.UNCLASSED)
    if rank.is_told:
        largest = f"{wording.superlative(rank.most)} {'city' if is_city else 'place'}"
        return f"its {largest}" if of == told else f"the {largest} of {of}"
    if rank.bound is None:
        return ""
    if is_region and rank.bound >= FEW:
        return f"one of the {rank.bound:,} largest of {rank.among:,} places in {of}"
    largest = f"{wording.number(rank.bound)} largest {'cities' if is_city else 'places'}"
    return f"one of its {largest}" if of == told else f"one of the {largest} of {of}"


@dataclass(frozen=True, slots=True)
class Clocks:
    """From one time zone to another, by season: hours that offices of both are open (9 to 17), hours ahead."""

    overlaps: tuple[float, float]
    ahead: tuple[float, float]

    @property
    def alike(self) -> float:
        """The share of an eight-hour day, over both."""
        return sum(self.overlaps) / len(self.overlaps) / 8

    @property
    def fact(self) -> dict[str, Any]:
        return {"of": "hours", "alike": self.alike, "overlaps": self.overlaps, "ahead": self.ahead}


@lru_cache(maxsize=16_384)
def clocks(zone: str, other: str) -> Clocks:
    january, july = OFFICE_DAYS
    return Clocks(
        (common_office_hours(zone, other, january), common_office_hours(zone, other, july)),
        (_ahead(zone, other, january), _ahead(zone, other, july)),
    )


def _ahead(zone: str, other: str, day: date) -> float:
    return utc_offset(other, day) - utc_offset(zone, day)
