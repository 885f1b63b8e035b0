"""Builds the world file from the gazetteer and the tables: `python -m services.matching.world.build GAZETTEER FILE`."""

import sqlite3
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.world.airports import nearest_airport
from services.matching.world.coast import km_to_the_sea
from services.matching.world.columns import (
    EARTH_KM,
    FARTHEST_LARGER_KM,
    STEPS_PER_DEGREE,
    UNKNOWN_ELEVATION,
    Region,
    Role,
    World,
)
from services.matching.world.countries import country_facts
from services.matching.world.larger import km_to_larger
from services.matching.world.sources import (
    PartsOf,
    listed_by_id,
    parts_of_cities,
    region_names,
    usual_by_region,
)

FLOOR = 500
CITY_REACH_KM = 45
"""So far from its city a place may still be a part of it: Bangkok and Brasília are as wide."""
ROLES = {
    "PPLC": Role.CAPITAL,
    "PPLA": Role.REGIONAL_CAPITAL,
    "PPLG": Role.REGIONAL_CAPITAL,  # seats of a government that are no capital: The Hague, La Paz
    "PPLA2": Role.DISTRICT_SEAT,
    "PPLX": Role.SECTION,
    "absent": Role.UNCLASSED,
}
SQL = (
    "SELECT geoname_id, name, country, country || '.' || admin1, latitude, longitude, population, timezone"
    " FROM places WHERE population >= ? ORDER BY geoname_id"
)
Columns = dict[str, Any]
"""Some of World's fields by name."""


@dataclass
class Steps:
    """Says what was done, how many, and when."""

    began: float = field(default_factory=time.monotonic)
    done: int = 0

    def tell(self, what: str, count: int) -> None:
        self.done += 1
        past = time.monotonic() - self.began
        print(f"{self.done:>3}  {past:5.1f} s  {count:>10,} {what}", flush=True)


def build(gazetteer: Path, steps: Steps) -> World:
    """The whole world from the gazetteer's places and the tables in sources/; about a quarter of a minute."""
    with sqlite3.connect(f"file:{gazetteer}?mode=ro&immutable=1", uri=True) as db:
        rows = db.execute(SQL, (FLOOR,)).fetchall()
    db.close()
    ids, names, countries, regions, latitudes, longitudes, people, zones = zip(*rows, strict=True)
    steps.tell(f"places of {FLOOR} people or more", len(rows))
    found = _positions(ids, latitudes, longitudes, people) | _names(names)
    steps.tell("bytes of names", len(found["name_bytes"]))
    found |= _belonging(countries, regions, zones)
    steps.tell("time zones", len(found["timezones"]))
    steps.tell("first-level regions", len(found["regions"]))
    facts = country_facts()
    steps.tell("countries and territories", len(facts))
    steps.tell("languages of countries", sum(len(each.languages) for each in facts.values()))
    found |= _roles(found, steps)
    found |= _ground(found, steps)
    found["airports"], found["airport"], found["airport_km"] = nearest_airport(found["unit"])
    steps.tell("airports", len(found["airports"]))
    found["coast_km"] = km_to_the_sea(found["latitude"], found["longitude"])
    steps.tell("places within 100 km of the sea", int(np.isfinite(found["coast_km"]).sum()))
    found["larger_km"] = km_to_larger(found["unit"], found["population"])
    alone = int((found["larger_km"] == FARTHEST_LARGER_KM).sum())
    steps.tell(f"places without a larger town within {FARTHEST_LARGER_KM:.0f} km", alone)
    return World(**found, facts=MappingProxyType(facts))


def _positions(
    ids: Sequence[int],
    latitudes: Sequence[float],
    longitudes: Sequence[float],
    people: Sequence[int],
) -> Columns:
    lat, lon = np.radians(latitudes), np.radians(longitudes)
    unit = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    steps = np.rint(np.multiply([latitudes, longitudes], STEPS_PER_DEGREE))
    return {
        "ids": np.array(ids, np.int32),
        "latitude": np.array(latitudes, np.float32),
        "longitude": np.array(longitudes, np.float32),
        "position": steps.astype(np.int32),
        "unit": unit.astype(np.float32),
        "population": np.array(people, np.int32),
        "log_population": np.log10(people).astype(np.float32),
    }


def _names(names: Sequence[str]) -> Columns:
    coded = [name.encode() for name in names]
    starts = np.concatenate([[0], np.cumsum([len(name) for name in coded])])
    return {
        "name_bytes": np.frombuffer(b"".join(coded), np.uint8),
        "name_starts": starts.astype(np.int32),
    }


def _belonging(countries: Sequence[str], regions: Sequence[str], zones: Sequence[str]) -> Columns:
    country_list, country = _indexed(countries, np.int16)
    keys, region = _indexed(regions, np.int16)
    zone_list, timezone = _indexed(zones, np.int16)
    names = region_names()
    return {
        "countries": country_list,
        "country": country,
        "regions": tuple(Region(key[:2], key[3:], names.get(key, "")) for key in keys),
        "region": region,
        "timezones": zone_list,
        "timezone": timezone,
    }


def _indexed(
    words: Sequence[str] | NDArray[np.str_], kind: type[np.integer[Any]]
) -> tuple[tuple[str, ...], NDArray[Any]]:
    """The different words in their order, and each row's index into them."""
    found, index = np.unique(np.array(words), return_inverse=True)
    return tuple(map(str, found)), index.astype(kind)


def _roles(found: Columns, steps: Steps) -> Columns:
    role = np.full(len(found["ids"]), Role.TOWN, np.int8)
    for word, listed in listed_by_id("classes.tsv").items():
        role[np.isin(found["ids"], listed)] = ROLES[word]
    for each in parts_of_cities():
        role[_parts(each, found, role)] = Role.SECTION
    is_section = role == Role.SECTION
    steps.tell("capitals, regional capitals and seats of districts", int((role < Role.TOWN).sum()))
    steps.tell("sections of a city", int(is_section.sum()))
    steps.tell("places without a class", int((role == Role.UNCLASSED).sum()))
    return {
        "role": role,
        "is_section": is_section,
        "rank_in_country": ranks_within(found["country"], found["population"], is_section),
        "rank_in_region": ranks_within(found["region"], found["population"], is_section),
    }


def _parts(of: PartsOf, found: Columns, role: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Which places are parts of the city by this row of the table."""
    if of.kind == "part":
        return np.asarray(found["ids"] == int(of.where))
    keys = [f"{each.country}.{each.code}" for each in found["regions"]]
    inside = np.array([key == of.where or key[:2] == of.where for key in keys])[found["region"]]
    city = int(np.flatnonzero(found["ids"] == of.city)[0])
    apart = np.square(found["unit"] - found["unit"][:, city, None]).sum(axis=0)
    inside &= apart < (CITY_REACH_KM / EARTH_KM) ** 2
    inside[city] = False
    return inside & (role == Role.UNCLASSED) if of.kind == "new" else inside


def ranks_within(
    group: NDArray[Any], population: NDArray[np.int32], is_section: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """1 for the most people in the group, ties by row; a section takes no rank away, and gets the one it would have."""
    order = np.lexsort((np.arange(len(group)), -population, group))
    counts = ~is_section[order]
    before: NDArray[np.int64] = np.cumsum(counts) - counts
    first = np.r_[True, np.diff(group[order]) != 0]
    start = np.maximum.accumulate(np.where(first, np.arange(len(group)), 0))
    ranks = np.empty(len(group), np.int32)
    ranks[order] = before - before[start] + 1
    return ranks


def _ground(found: Columns, steps: Steps) -> Columns:
    climates = words_of_places("climates.tsv", found)
    climate_list, climate = _indexed(climates, np.int8)
    steps.tell("places with a climate", int((climates != "").sum()))
    heights = words_of_places("elevations.tsv", found)
    steps.tell("places with an elevation", int((heights != "").sum()))
    known = np.where(heights == "", str(UNKNOWN_ELEVATION), heights)
    return {"climates": climate_list, "climate": climate, "elevation": known.astype(np.int16)}


def words_of_places(table: str, found: Columns) -> NDArray[np.str_]:
    """What a table says of each place: the word listed for it, else its region's usual one, else ""."""
    usual, listed = usual_by_region(table), listed_by_id(table)
    width = f"U{max(map(len, [*listed, *usual.values()]))}"
    of_regions = [usual.get(f"{each.country}.{each.code}", "") for each in found["regions"]]
    words: NDArray[np.str_] = np.array(of_regions, width)[found["region"]]
    for word, ids in listed.items():
        words[np.isin(found["ids"], ids)] = word
    return words


def main(gazetteer: Path, file: Path) -> None:
    steps = Steps()
    world = build(gazetteer, steps)
    world.save(file)
    steps.tell(f"bytes in {file}", file.stat().st_size)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: python -m services.matching.world.build GAZETTEER FILE")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
