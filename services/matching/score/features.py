"""What the affinity of two places is made of: columns of places, measures of a pair, groups that may have an effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log10
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.score.names import Names
from services.matching.score.ties import Ties
from services.matching.world.columns import EARTH_KM, TOWN, Country, Role, World

VILLAGE, TOWN_BY_NAME, LEAST_BY_NAME = 500, 5_000, 0.25
"""A like name counts in full from TOWN_BY_NAME people on both sides, and so much of it at VILLAGE."""

ENOUGH = 20
"""The model was fitted on towns; a group has an effect if it has enough of them."""
NEAREST_KM = 20.0

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

DIVISIONS = {
    "New England": "CT MA ME NH RI VT",
    "Middle Atlantic": "NJ NY PA",
    "East North Central": "IL IN MI OH WI",
    "West North Central": "IA KS MN MO ND NE SD",
    "South Atlantic": "DC DE FL GA MD NC SC VA WV",
    "East South Central": "AL KY MS TN",
    "West South Central": "AR LA OK TX",
    "Mountain": "AZ CO ID MT NM NV UT WY",
    "Pacific": "AK CA HI OR WA",
}
"""The nine divisions of the U.S. Census Bureau."""

ONE_CITY = ("US.DC",)
"""States that are a single city: their effect would be one of a city, so they have only that of their division."""


class Term(NamedTuple):
    """A coefficient's name, the candidate's column and the seeker's; an empty word is a column of ones."""

    name: str
    candidate: str
    seeker: str = ""


TERMS = (
    Term("population", "population"),
    Term("rank in country", "rank in country"),
    Term("rank in region", "rank in region"),
    Term("places in country", "places in country"),
    Term("share of country", "share of country"),
    Term("first in country", "first in country"),
    Term("capital", "capital"),
    Term("regional capital", "regional capital"),
    Term("seat of a district", "seat of a district"),
    Term("section of a city", "section of a city"),
    Term("without a class", "without a class"),
    Term("away from larger places", "away from larger places"),
    Term("near the sea", "near the sea"),
    Term("on the sea", "on the sea"),
    Term("population x seeker's size", "population", "size"),
    Term("rank in country x seeker's size", "rank in country", "size"),
    Term("share of country x seeker's size", "share of country", "size"),
    Term("capital x seeker's size", "capital", "size"),
    Term("regional capital x seeker's size", "regional capital", "size"),
    Term("capital x state capital", "capital", "state capital"),
    Term("capital x largest in state", "capital", "largest in state"),
    Term("regional capital x state capital", "regional capital", "state capital"),
    Term("regional capital x largest in state", "regional capital", "largest in state"),
    Term("near the sea x both", "near the sea", "near the sea"),
    Term("on the sea x seeker near it", "on the sea", "near the sea"),
    Term("on the sea x both", "on the sea", "on the sea"),
)
TIES = ("guard partner", "sister state's country", "sister state")
"""Official ties (ties.tsv): the partner of the state's National Guard; the country of a sister state; that state."""
BETWEEN = (
    "distance",
    "nearness",
    "latitude",
    "size ratio",
    "unlike rank in country",
    "unlike rank in region",
    "same climate",
    "same name",
    "same name x seeker's size",
    "same name in another language",
    "nearly the same name",
    *TIES,
)
DENSE = (*(term.name for term in TERMS), *BETWEEN)


class Effect(NamedTuple):
    """One number for each group of candidates, or for each two groups of seekers and candidates; times a column."""

    name: str
    candidates: str
    seekers: str = ""
    column: str = ""


EFFECTS = (
    Effect("country", "country"),
    Effect("subregion", "subregion"),
    Effect("region", "region"),
    Effect("country x population", "country", column="population"),
    Effect("country x rank in country", "country", column="rank in country"),
    Effect("country x rank in region", "country", column="rank in region"),
    Effect("country x regional capital", "country", column="regional capital"),
    Effect("country x near the sea", "country", column="near the sea"),
    Effect("state and subregion", "subregion", "state"),
    Effect("division and country", "country", "division"),
    Effect("state and country", "country", "state"),
    Effect("state and region", "region", "state"),
    Effect("state and language", "language", "state"),
)


ANSWERS = (
    Term("size", "", "size"),
    Term("size squared", "", "size squared"),
    Term("state capital", "", "state capital"),
    Term("largest in state", "", "largest in state"),
    Term("seat of a district", "", "seat of a district"),
    Term("rank in country", "", "rank in country"),
    Term("rank in region", "", "rank in region"),
    Term("without a class", "", "without a class"),
    Term("near the sea", "", "near the sea"),
    Term("on the sea", "", "on the sea"),
)
"""What it takes to compare U.S. places with each other where a place abroad seeks; with an effect of the state."""


@dataclass(frozen=True)
class Groups:
    """One way to group places: by country, by language, by state; every group is made of whole regions."""

    names: tuple[str, ...]
    of_region: NDArray[np.int32]
    """By index into the world's regions; -1 is none."""
    of: NDArray[np.int32]
    """By row."""
    large: NDArray[np.bool_]
    """Whether it has enough towns to have an effect of its own."""


class Features:
    """Columns and groups that the model is made of, for every place of the world."""

    def __init__(self, world: World, names: Names | None = None) -> None:
        self.world = world
        self.names, self.ties = names or Names(world), Ties(world)
        self.columns = _columns(world)
        self.ranks = (self.columns["rank in country"], self.columns["rank in region"])
        self.seekers = _seekers(world, self.columns)
        self.groups = _groups(world)

    def dense(self, seeker: int, rows: Rows) -> Floats:
        """len(rows) x len(DENSE): what the coefficients are multiplied with, from one seeker to some candidates."""
        columns = [
            self.columns[term.candidate][rows] * self.seekers[term.seeker][seeker] for term in TERMS
        ]
        return np.stack([*columns, *self._between(seeker, rows)], axis=1)

    def name_counts(self, seeker: int, rows: Rows) -> Floats:
        """How much of a like name counts, for each row: all of it between towns, less where one is a village."""
        people = np.minimum(self.world.log_population[rows], self.world.log_population[seeker])
        share = (people - log10(VILLAGE)) / (log10(TOWN_BY_NAME) - log10(VILLAGE))
        return np.asarray(np.clip(share, LEAST_BY_NAME, 1), np.float32)

    def same_climate(self, seeker: int) -> Floats:
        """For each of the world's climates, whether it is of the seeker's group (Koeppen's A to E)."""
        groups = [climate[:1] for climate in self.world.climates]
        own = groups[self.world.climate[seeker]]
        return np.array([group == own != "" for group in groups], np.float32)

    def group(self, effect: Effect, seeker: int, rows: Rows) -> Rows:
        """For each row the effect's number in its table laid flat; -1 where it has none."""
        candidates = self.groups[effect.candidates]
        index = candidates.of[rows].astype(np.int64)
        has = (index >= 0) & candidates.large[index]
        if effect.seekers:
            own = int(self.groups[effect.seekers].of[seeker])
            has &= own >= 0
            index += own * len(candidates.names)
        return np.where(has, index, -1)

    def _between(self, seeker: int, rows: Rows) -> list[Floats]:
        world = self.world
        apart = world.unit[:, rows] - world.unit[:, seeker, None]
        chord = np.sqrt(np.square(apart).sum(axis=0))
        alike = np.zeros((3, len(world)), np.float32)
        like = self.names.like(seeker)
        alike[like.likeness, like.rows] = self.name_counts(seeker, like.rows)
        same, translated, nearly = alike[:, rows]
        size = self.seekers["size"][seeker]
        return [
            *distance_terms(chord),
            np.abs(np.abs(world.latitude[rows]) - abs(world.latitude[seeker])) / 10,
            np.abs(world.log_population[rows] - world.log_population[seeker]),
            *(np.abs(column[rows] - column[seeker]) for column in self.ranks),
            self.same_climate(seeker)[world.climate[rows]],
            same,
            same * size,
            translated,
            nearly,
            *(
                table[self.ties.row[world.region[seeker]]][world.region[rows]]
                for table in self.ties.tables
            ),
        ]


def distance_terms(chord: Floats) -> tuple[Floats, Floats]:
    """The terms "distance" and "nearness" from the straight line between two points of the unit sphere."""
    km = np.maximum(2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1)), NEAREST_KM)
    return np.log(km / 1000).astype(np.float32), np.maximum(0, np.log(4000 / km)).astype(np.float32)


def _columns(world: World) -> dict[str, Floats]:
    """Candidates' columns; logarithms are brought to about the same spread."""
    towns = (world.population >= TOWN) & (world.country >= 0)
    n_places = np.bincount(world.country[towns], minlength=len(world.countries))
    people = np.bincount(world.country, world.population, len(world.countries))
    share = world.population / people[world.country]
    columns = {
        "": np.ones(len(world)),
        "population": (np.log10(world.population / 1e5) + 0.326) / 0.445,
        "rank in country": (np.log(world.rank_in_country) - 5.278) / 1.702,
        "rank in region": (np.log(world.rank_in_region) - 2.75) / 1.638,
        "places in country": np.log(np.maximum(n_places, 1))[world.country],
        "share of country": (np.log10(share) + 3.128) / 0.769,
        "first in country": world.rank_in_country == 1,
        "capital": world.role == Role.CAPITAL,
        "regional capital": world.role == Role.REGIONAL_CAPITAL,
        "seat of a district": world.role == Role.DISTRICT_SEAT,
        "section of a city": world.is_section,
        "without a class": world.role == Role.UNCLASSED,
        "away from larger places": np.log(5 + world.larger_km),
        "near the sea": world.coast_km <= 20,
        "on the sea": world.coast_km <= 5,
    }
    return {name: np.asarray(column, np.float32) for name, column in columns.items()}


def _seekers(world: World, columns: Mapping[str, Floats]) -> dict[str, Floats]:
    size = np.log10(np.maximum(world.population, 1000) / 5e4)
    capital = (world.role == Role.CAPITAL) | (world.role == Role.REGIONAL_CAPITAL)
    found = {
        "": np.ones(len(world)),
        "size": size,
        "size squared": np.square(size),
        "state capital": capital,
        "largest in state": world.rank_in_region == 1,
    }
    shared = [term.seeker for term in (*TERMS, *ANSWERS) if term.seeker not in found]
    found |= {name: columns[name] for name in shared}
    return {name: np.asarray(column, np.float32) for name, column in found.items()}


def _groups(world: World) -> dict[str, Groups]:
    facts = [world.facts.get(region.country) for region in world.regions]
    regions = [f"{region.country}.{region.code}" for region in world.regions]
    divisions = {f"US.{s}": name for name, states in DIVISIONS.items() for s in states.split()}
    words = {
        "country": [region.country for region in world.regions],
        "subregion": [fact.subregion if fact else "" for fact in facts],
        "language": [_official_language(fact) for fact in facts],
        "region": regions,
        "state": [name if name in divisions and name not in ONE_CITY else "" for name in regions],
        "division": [divisions.get(name, "") for name in regions],
    }
    return {name: _grouped(world, of_regions) for name, of_regions in words.items()}


def _official_language(fact: Country | None) -> str:
    languages = fact.languages if fact else ()
    return next((each.code for each in languages if each.is_official), "")


def _grouped(world: World, words: list[str]) -> Groups:
    names = sorted({*words} - {""})
    position = {name: i for i, name in enumerate(names)} | {"": -1}
    of_region = np.array([position[word] for word in words], np.int32)
    of = of_region[world.region]
    towns = of[(world.population >= TOWN) & (of >= 0)]
    return Groups(tuple(names), of_region, of, np.bincount(towns, minlength=len(names)) >= ENOUGH)
