"""Which places meet what a member wished for: where the world's tier begins, and what advice counts."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.listed_cities import is_looked_at
from services.matching.world.columns import Country, Flags, World
from shared.values import MOST_PEOPLE, Preferences

SPOKEN_BY = 0.5
"""A wish for a language is met where it is official in the whole country, or at least this share of its people speaks
it; what is learned at school, or spoken in a part of the country, is weighed by the score."""


class Wish(StrEnum):
    """What places can be sorted by before anything is known of them; a wish for themes is one to ask a city about."""

    REGION = "region"
    SIZE = "size"
    LANGUAGE = "language"


def masks(world: World, wished: Preferences) -> dict[Wish, Flags]:
    """For each wish that was made, the places that meet it; N each."""
    found = {wish: there[world.country] for wish, there in countries(world, wished).items()}
    if is_sized(wished):
        found[Wish.SIZE] = sized(world, wished.population_min, wished.population_max)
    return found


def countries(world: World, wished: Preferences) -> dict[Wish, Flags]:
    """Of the wishes for a region and a language, those that were made, with the countries that meet them."""
    facts = [world.facts.get(code) for code in world.countries]
    found: dict[Wish, Flags] = {}
    if wished.countries or wished.continents:
        is_there = [
            is_looked_at(wished, code, fact.continent if fact else "")
            for code, fact in zip(world.countries, facts, strict=True)
        ]
        found[Wish.REGION] = np.array(is_there)
    if wished.languages:
        speaks = [
            fact is None or any(is_spoken(fact, each) for each in wished.languages)
            for fact in facts
        ]
        found[Wish.LANGUAGE] = np.array(speaks)
    return found


def is_spoken(fact: Country, language: str) -> bool:
    """Where no language is on record, it may be."""
    return not fact.languages or any(
        each.code == language and (each.is_official or each.share >= SPOKEN_BY)
        for each in fact.languages
    )


def is_sized(wished: Preferences) -> bool:
    return bool(wished.population_min) or wished.population_max is not None


def sized(world: World, least: int | None, most: int | None) -> Flags:
    """Places of so many people; N."""
    return np.asarray(
        (world.population >= (least or 0))
        & (world.population <= (MOST_PEOPLE if most is None else most))
    )


WORTH: Mapping[Wish, int] = {Wish.REGION: len(Wish), Wish.SIZE: 1, Wish.LANGUAGE: 1}
"""Where the member looks goes before all else that it wished for."""
LAST_STEP = sum(WORTH.values())
Steps = NDArray[np.int8]


class Wishes:
    """What one member wished for, held against a world; the same as `masks`, without a pass for each wish."""

    def __init__(self, world: World, wished: Preferences) -> None:
        self.world, self.wished = world, wished
        self._countries = countries(world, wished)
        self.made = [
            wish
            for wish in Wish
            if wish in self._countries or (wish is Wish.SIZE and is_sized(wished))
        ]

    def misses(self, row: int) -> list[Wish]:
        """Those that one place does not meet."""
        world, wished = self.world, self.wished
        country, people = world.country[row], world.population[row]
        most = MOST_PEOPLE if wished.population_max is None else wished.population_max
        is_met = {wish: bool(there[country]) for wish, there in self._countries.items()}
        is_met[Wish.SIZE] = (wished.population_min or 0) <= people <= most
        return [wish for wish in self.made if not is_met[wish]]

    @cached_property
    def steps(self) -> Steps:
        """N: 0 for places that meet all wishes, more for those that miss some; lower stands first."""
        world, wished = self.world, self.wished
        table = np.zeros(len(world.countries), np.int8)
        for wish, there in self._countries.items():
            table += WORTH[wish] * ~there
        found: Steps = np.take(table, world.country)
        if Wish.SIZE in self.made:
            found += ~sized(world, wished.population_min, wished.population_max)
        return found
