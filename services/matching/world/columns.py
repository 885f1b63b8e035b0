"""The world as columns: one row for each place of 500 people or more, ascending by GeoNames id."""

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from functools import lru_cache
from math import asin, dist
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.refusals import NotInTheWorld
from shared.values import Place

MAKE = "python -m services.matching.world.build GAZETTEER FILE"
EARTH_KM = 6371.0088
"""The earth's mean radius; distances are great circles on it, off by 0.5 % at most."""

TOWN = 15_000
"""So many people make a town, where towns are looked at alone."""

FARTHEST_LARGER_KM = 50.0
UNKNOWN_ELEVATION = -32_768
STEPS_PER_DEGREE = 100_000

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float32]
Integers = NDArray[np.int32]
Small = NDArray[np.int16]
Tiny = NDArray[np.int8]


class Role(IntEnum):
    """What a place is to its country, from GeoNames' classes PPLC, PPLA, PPLA2, PPLX; not its size."""

    CAPITAL = 0
    REGIONAL_CAPITAL = 1
    DISTRICT_SEAT = 2
    TOWN = 3
    SECTION = 4
    UNCLASSED = 5


class Region(NamedTuple):
    """A country's first-level region; its name is empty where no source has one."""

    country: str
    code: str
    name: str


class Airport(NamedTuple):
    """An airport with an IATA code."""

    code: str
    name: str
    country: str


class Language(NamedTuple):
    """A language of a country: ISO 639 code, share of its people who speak it (0 to 1), official in all of it?"""

    code: str
    share: float
    is_official: bool


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory with a code of its own; None and empty where not known."""

    code: str
    name: str
    continent: str
    subregion: str
    capital: str
    area_km2: float | None
    population: int | None
    neighbours: tuple[str, ...]
    languages: tuple[Language, ...]

    def share(self, language: str) -> float | None:
        """The share of the people who speak it, 0 to 1; None if the country's languages are not known."""
        if not self.languages:
            return None
        return next((each.share for each in self.languages if each.code == language), 0.0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class World:
    """N places in read-only columns; lists of words that the columns point into; facts of countries."""

    ids: Integers
    latitude: Floats
    longitude: Floats
    position: Integers
    """2 x N: latitude and longitude in the gazetteer's own steps, hundred-thousandths of a degree."""
    unit: Floats
    """3 x N: points on the unit sphere, so that a dot product is the cosine of the angle between two places."""
    population: Integers
    log_population: Floats
    """Logarithm to base 10."""
    country: Small
    region: Small
    rank_in_country: Integers
    """1 for the largest by population, sections not counted; a section stands where it would if it counted."""
    rank_in_region: Integers
    role: Tiny
    is_section: Flags
    timezone: Small
    climate: Tiny
    airport: Small
    """The nearest by great circle, whether or not it is in the same country."""
    airport_km: Floats
    coast_km: Floats
    """To the sea, NaN beyond 100 km."""
    larger_km: Floats
    """To the nearest town with at least as many people, up to FARTHEST_LARGER_KM."""
    elevation: Small
    """Metres above the sea to the nearest 100; UNKNOWN_ELEVATION where not known."""
    name_bytes: Bytes
    """All names in UTF-8, one after the other; place i's are those from name_starts[i] to name_starts[i + 1]."""
    name_starts: Integers
    countries: tuple[str, ...]
    regions: tuple[Region, ...]
    timezones: tuple[str, ...]
    climates: tuple[str, ...]
    """Koeppen-Geiger classes; "" is not known."""
    airports: tuple[Airport, ...]
    facts: Mapping[str, Country]

    def __post_init__(self) -> None:
        for field in fields(self):
            if isinstance(column := getattr(self, field.name), np.ndarray):
                column.flags.writeable = False

    @classmethod
    def load(cls, file: Path) -> "World":
        """Read the file that the build wrote; SystemExit that says how to make it if it is missing."""
        if not file.exists():
            raise SystemExit(f"No world file at {file}. Make it with: {MAKE}")
        with np.load(file, allow_pickle=False) as stored:
            found: dict[str, Any] = {name: stored[name] for name in stored.files}
        words = json.loads(found.pop("words").tobytes())
        return cls(**found, **_words(words))

    def save(self, file: Path) -> None:
        """Write the file beside its place, then move it there."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
        words = {name: value for name, value in values.items() if name not in arrays}
        words["facts"] = [asdict(country) for country in self.facts.values()]
        text = json.dumps(words, ensure_ascii=False).encode()
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")
        with fresh.open("wb") as stream:
            np.savez(stream, allow_pickle=False, words=np.frombuffer(text, np.uint8), **arrays)
        fresh.replace(file)

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, geoname_id: int) -> int | None:
        """The place's row, or None."""
        ids = (
            self.ids.data
        )  # its items are plain numbers, which are quicker to compare than numpy's
        row = bisect_left(ids, geoname_id)
        return row if row < len(ids) and ids[row] == geoname_id else None

    def index(self, geoname_id: int) -> int:
        """The place's row; NotInTheWorld if there is none of that id."""
        if (row := self.find(geoname_id)) is None:
            raise NotInTheWorld(geoname_id=geoname_id)
        return row

    def name(self, row: int) -> str:
        return self.name_bytes[self.name_starts[row] : self.name_starts[row + 1]].tobytes().decode()

    def country_code(self, row: int) -> str:
        return self.countries[int(self.country[row])]

    def country_of(self, row: int) -> Country:
        return self.facts[self.country_code(row)]

    def region_of(self, row: int) -> Region:
        return self.regions[int(self.region[row])]

    def place(self, row: int) -> Place:
        """The place as everybody else knows it, made without checks: the gazetteer's own have been made."""
        country, admin1, _ = self.region_of(row)
        return Place.model_construct(
            geoname_id=int(self.ids[row]),
            name=self.name(row),
            country=country,
            admin1=admin1,
            latitude=int(self.position[0, row]) / STEPS_PER_DEGREE,
            longitude=int(self.position[1, row]) / STEPS_PER_DEGREE,
            population=int(self.population[row]),
            timezone=self.timezones[int(self.timezone[row])],
        )

    def km(self, row: int, other: int) -> float:
        """Great-circle distance between two places."""
        return km_between(self.unit[:, row].tolist(), self.unit[:, other].tolist())

    def km_to_all(self, row: int) -> Floats:
        """Great-circle distances to all N places."""
        return _arc_km(self.unit - self.unit[:, row, None])

    def small(self, floor: int) -> "World":
        """The world of places with at least so many people."""
        return self.subset(self.population >= floor)

    def subset(self, mask: Flags) -> "World":
        """The world of the marked rows; ranks and all other facts stay those of the whole one."""
        rows = np.flatnonzero(mask)
        lengths = np.diff(self.name_starts)
        kept: dict[str, Any] = {
            "name_bytes": self.name_bytes[np.repeat(mask, lengths)],
            "name_starts": np.concatenate([[0], np.cumsum(lengths[rows])]).astype(np.int32),
        }
        for field in fields(self):
            column = getattr(self, field.name)
            if isinstance(column, np.ndarray) and field.name not in kept:
                kept[field.name] = column[..., rows]
        return replace(self, **kept)


def km_between(one: Sequence[float], other: Sequence[float]) -> float:
    """Great-circle distance between two points of the unit sphere."""
    return 2 * EARTH_KM * asin(min(dist(one, other) / 2, 1))


def _arc_km(apart: Floats) -> Floats:
    """From the straight line between two points: the cosine of a small angle has too few digits in float32."""
    chord = np.sqrt(np.square(apart).sum(axis=0))
    return np.asarray(2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1)), np.float32)


def _words(stored: Mapping[str, Any]) -> dict[str, Any]:
    countries = [
        Country(
            **fact
            | {
                "neighbours": tuple(fact["neighbours"]),
                "languages": tuple(Language(*each) for each in fact["languages"]),
            }
        )
        for fact in stored["facts"]
    ]
    return {
        "countries": tuple(stored["countries"]),
        "regions": tuple(Region(*each) for each in stored["regions"]),
        "timezones": tuple(stored["timezones"]),
        "climates": tuple(stored["climates"]),
        "airports": tuple(Airport(*each) for each in stored["airports"]),
        "facts": MappingProxyType({country.code: country for country in countries}),
    }


@lru_cache(maxsize=4096)
def utc_offset(zone: str, day: date) -> float:
    """Hours that the zone's clocks are ahead of UTC at noon of the day (behind: negative)."""
    ahead = datetime.combine(day, time(12), ZoneInfo(zone)).utcoffset()
    return (ahead or timedelta()) / timedelta(hours=1)


def common_office_hours(zone_a: str, zone_b: str, day: date) -> float:
    """Hours for which offices open from 9 to 17 local time in both zones, 0 to 8, by the clocks of that day."""
    apart = abs(utc_offset(zone_a, day) - utc_offset(zone_b, day)) % 24
    return max(0.0, 8.0 - min(apart, 24.0 - apart))
