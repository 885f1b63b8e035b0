"""Which places meet what a member wished for: where the world's tier begins, and what advice counts."""

from collections.abc import Mapping
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.listed_cities import is_looked_at
from services.matching.world.columns import Flags, World
from shared.values import MOST_PEOPLE, Preferences

SPOKEN_BY = 0.1
"""A wish for a language is met where at least this share of the country's people speaks it, or none is on record."""


class Wish(StrEnum):
    """What places can be sorted by before anything is known of them; a wish for themes is one to ask a city about."""

    REGION = "region"
    SIZE = "size"
    LANGUAGE = "language"


def masks(world: World, wished: Preferences) -> dict[Wish, Flags]:
    """For each wish that was made, the places that meet it; N each."""
    facts = [world.facts.get(code) for code in world.countries]
    found: dict[Wish, Flags] = {}
    if wished.countries or wished.continents:
        is_there = [
            is_looked_at(wished, code, fact.continent if fact else "")
            for code, fact in zip(world.countries, facts, strict=True)
        ]
        found[Wish.REGION] = np.array(is_there)[world.country]
    if wished.population_min or wished.population_max is not None:
        found[Wish.SIZE] = sized(world, wished.population_min, wished.population_max)
    if wished.languages:
        shares = [
            [fact.share(each) if fact else None for each in wished.languages] for fact in facts
        ]
        speaks = [any(each is None or each >= SPOKEN_BY for each in of) for of in shares]
        found[Wish.LANGUAGE] = np.array(speaks)[world.country]
    return found


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


def steps(world: World, met: Mapping[Wish, Flags]) -> Steps:
    """N: 0 for places that meet all of these wishes, more for those that miss some; lower stands first."""
    found = np.zeros(len(world), np.int8)
    for wish, mask in met.items():
        found += WORTH[wish] * ~mask
    return found
