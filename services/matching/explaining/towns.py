"""One place as sentences need it: plain values read from the world once, and in words what it is to its country."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from math import isnan, log
from typing import Any, NamedTuple

import numpy as np

from services.matching.explaining import wording
from services.matching.score.kinds import COASTAL_KM, OFFICE_DAYS
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

EXACT = 10
"""The last rank that is told by its number; then "one of the 20 largest"."""
FEW = 20
"""The last rank in a country that is told."""
BOUNDS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
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

    @property
    def is_sure(self) -> bool:
        return self.least == self.most


@dataclass(frozen=True, eq=False)
class Town:
    """Plain values of one row; None, or an empty word, where the world does not know."""

    row: int
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
    in_region: int
    """Places of the region that have a rank."""
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
    def is_by_the_sea(self) -> bool:
        return self.coast_km is not None and self.coast_km <= COASTAL_KM

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
        point=world.unit[:, row].tolist(),
        name=world.name(row),
        code=code,
        country=world.facts[code],
        country_name=wording.country(code),
        region=wording.region(world, row),
        state=region.code,
        population=int(world.population[row]),
        rank_in_country=Rank(int(ranks.in_country[row]), int(world.rank_in_country[row])),
        rank_in_region=Rank(int(ranks.in_region[row]), int(world.rank_in_region[row])),
        in_region=int(ranks.places[world.region[row]]),
        role=Role(int(world.role[row])),
        timezone=world.timezones[int(world.timezone[row])],
        climate=world.climates[int(world.climate[row])],
        coast_km=None if isnan(coast) else coast,
        elevation=None if elevation == UNKNOWN_ELEVATION else elevation,
        airport=world.airports[int(world.airport[row])],
        airport_km=float(world.airport_km[row]),
    )


@dataclass(frozen=True, slots=True)
class Ranks:
    """Of all N rows among the places that are surely no part of another; and the number of places of each region."""

    in_country: Integers
    in_region: Integers
    places: Integers


@lru_cache(maxsize=4)
def _ranks(score: Score) -> Ranks:
    """A tenth of a second, once."""
    world = score.world
    away = score.affinity.features.columns["away from larger places"]
    is_apart = ~world.is_section & (world.role != Role.UNCLASSED) & (away >= log(5 + APART_KM))
    counted = world.region[~world.is_section]
    places = np.bincount(counted, minlength=len(world.regions)).astype(np.int32)
    return Ranks(
        _rank_among(is_apart, world.country, world.population),
        _rank_among(is_apart, world.region, world.population),
        places,
    )


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
    country, told = place.country_name, ""
    words: list[str] = []
    if seat := _seat(place):
        words.append(seat)
        told = seat.removeprefix("the capital of ")
    is_telling = place.role != Role.CAPITAL and place.rank_in_country.most > 1
    if place.region and place.in_region > 1 and is_telling:
        words.append(_rank(place, place.rank_in_region, place.home_of, told, place.in_region))
        told = place.home_of
    if place.rank_in_country.most <= FEW or not words:
        words.append(_rank(place, place.rank_in_country, country, told))
    return words


def _seat(place: Town) -> str:
    """Seats of districts are told in the U.S. alone: elsewhere the district is often the city itself."""
    match place.role:
        case Role.CAPITAL:
            return f"the capital of {place.country_name}"
        case Role.REGIONAL_CAPITAL:
            return f"the capital of {place.home_of if place.region else 'its region'}"
        case Role.DISTRICT_SEAT if place.code == wording.HOME:
            return SEATS.get(place.state, "a county seat")
    return ""


def _rank(place: Town, rank: Rank, of: str, told: str, among: int | None = None) -> str:
    """Among: how many places share the ranks, told from the 20 largest on; what was just named is "its"."""
    is_city = place.population >= SMALL
    if rank.is_sure and rank.most <= EXACT:
        largest = f"{wording.superlative(rank.most)} {'city' if is_city else 'place'}"
        return f"its {largest}" if of == told else f"the {largest} of {of}"
    bound = next((each for each in BOUNDS if each >= rank.most), rank.most)
    if among is not None and bound > EXACT:
        if bound >= among:
            return f"one of the {among:,} places in {of}"
        return f"one of the {bound:,} largest of {among:,} places in {of}"
    largest = f"{wording.number(bound)} largest {'cities' if is_city else 'places'}"
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
