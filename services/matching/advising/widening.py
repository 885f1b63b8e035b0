"""What to loosen if the wishes leave too little: a wish, the size, or a country next to one that was named."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field

from services.matching.advising.ground import (
    BEST,
    NAMES,
    STARTS,
    Ground,
    languages,
    listed_cities,
    meeting,
    range_of,
    those,
    waiting_elsewhere,
)
from services.matching.explaining import wording
from services.matching.wished import Wish, masks, sized
from services.matching.world.columns import Flags, World
from shared.values import MOST_PEOPLE, Preferences

ENOUGH = 20
"""With fewer candidates that meet all wishes there is too little to choose from."""
DOUBLINGS = 3


class Dropped(BaseModel):
    """What one wish costs."""

    wish: Wish
    candidates: Annotated[int, Field(description="Places that meet all other wishes.")]
    sentence: str


class Neighbour(BaseModel):
    """A country near to one that was named."""

    country: str
    name: str
    candidates: Annotated[int, Field(description="Places there that meet all other wishes.")]
    listed: int
    sentence: str


class LargerRange(BaseModel):
    """The next larger range of sizes."""

    population_min: int | None
    population_max: int | None
    candidates: int
    sentence: str


class Widen(BaseModel):
    """What to loosen where the wishes leave too little."""

    sentence: str
    candidates: Annotated[int, Field(description="Places that meet all wishes and are not barred.")]
    listed: Annotated[int, Field(description="Free listed cities where the member looks.")]
    wishes: Annotated[list[Dropped], Field(description="The one that costs most first.")]
    neighbours: list[Neighbour]
    larger: LargerRange | None


def widen(ground: Ground, wished: Preferences) -> Widen | None:
    """Where fewer than 20 places meet all wishes, or no listed city lies where the member looks and others do."""
    met = masks(ground.world, wished)
    count = meeting(ground, met)
    listed = listed_cities(ground, wished)
    waiting = waiting_elsewhere(listed)
    if not met or (count >= ENOUGH and not waiting):
        return None
    return Widen(
        sentence=_too_little(ground, wished, count, waiting),
        candidates=count,
        listed=sum(is_there for _, is_there in listed),
        wishes=_dropped(ground, wished, met, count),
        neighbours=_neighbours(ground, wished, met),
        larger=_larger(ground, wished, met) if count < ENOUGH else None,
    )


def _too_little(ground: Ground, wished: Preferences, count: int, waiting: str) -> str:
    said = []
    if count < ENOUGH:
        left = wording.count_of(count, "place meets", "places meet")
        said.append(wording.sentence(f"{left} all wishes; {ENOUGH} or more make a good choice."))
    return " ".join(filter(None, [*said, waiting]))


def _dropped(
    ground: Ground, wished: Preferences, met: Mapping[Wish, Flags], count: int
) -> list[Dropped]:
    said = {
        Wish.REGION: f"looking everywhere, not in {where(wished)} alone,",
        Wish.SIZE: f"dropping the size ({range_of(wished.population_min, wished.population_max)})",
        Wish.LANGUAGE: f"dropping {languages(wished)}",
    }
    found = [(meeting(ground, met, without=wish), wish) for wish in met]
    return [
        Dropped(wish=wish, candidates=left, sentence=_cost(said[wish], left, count))
        for left, wish in sorted(found, key=lambda each: -each[0])
    ]


def _cost(what: str, left: int, count: int) -> str:
    if left == count:
        return wording.sentence(f"{what} would add nothing.")
    return wording.sentence(
        f"{what} would give {wording.count_of(left, 'place', 'places')} instead of {count:,}."
    )


def where(wished: Preferences) -> str:
    named = [wording.country(code) for code in wished.countries]
    named += [wording.CONTINENTS[each] for each in wished.continents]
    if len(named) > 2 * NAMES:
        return "the countries that were named"
    return wording.listing(named)


def _neighbours(ground: Ground, wished: Preferences, met: Mapping[Wish, Flags]) -> list[Neighbour]:
    """Of the named countries, those with listed cities first, then the best candidates; five at most."""
    near = _near(ground.world, wished)
    meets, found = those(ground, met, without=Wish.REGION), []
    for code, how in near.items():
        there = np.flatnonzero(meets & (ground.world.country == ground.world.countries.index(code)))
        if len(there):
            best = float(np.sort(ground.scores[there])[-BEST:].mean())
            found.append(
                (best, _neighbour(ground, code, how, len(there), is_only_wish=len(met) == 1))
            )
    found.sort(key=lambda each: (-each[1].listed, -each[0], each[1].country))
    return [told for _, told in found[:STARTS]]


def _near(world: World, wished: Preferences) -> dict[str, str]:
    """Countries that are not looked at yet, with how they are near to one that was named."""
    near: dict[str, str] = {}
    for code in wished.countries:
        if code in world.facts:
            near = _around(world, code) | near
    return {
        code: how
        for code, how in near.items()
        if code in world.countries
        and code not in wished.countries
        and world.facts[code].continent not in wished.continents
    }


def _around(world: World, code: str) -> dict[str, str]:
    """Those with a border to a country; where it has none, those in the same part of its continent."""
    fact, name = world.facts[code], wording.country(code)
    if fact.neighbours:
        return dict.fromkeys(fact.neighbours, f"borders {name}")
    alike = (each.code for each in world.facts.values() if each.subregion == fact.subregion)
    return (
        dict.fromkeys(alike, f"lies in {fact.subregion}, as {name} does") if fact.subregion else {}
    )


def _neighbour(ground: Ground, code: str, how: str, count: int, *, is_only_wish: bool) -> Neighbour:
    name, listed = wording.country(code), ground.interest.listed.get(code, 0)
    if is_only_wish:
        found = wording.count_of(count, "place there is a candidate", "places there are candidates")
    else:
        found = (
            f"{wording.count_of(count, 'place there meets', 'places there meet')} the other wishes"
        )
    said = wording.sentence(f"{name} {how}: {found}")
    said += f", and {wording.count_of(listed, 'city is', 'cities are')} listed there."
    return Neighbour(country=code, name=name, candidates=count, listed=listed, sentence=said)


def _larger(ground: Ground, wished: Preferences, met: Mapping[Wish, Flags]) -> LargerRange | None:
    """Half the least and double the most, again until 20 are met or thrice; None without a wish or a gain."""
    if Wish.SIZE not in met:
        return None
    least, most = wished.population_min, wished.population_max
    before = left = meeting(ground, met)
    for _ in range(DOUBLINGS):
        least = least // 2 if least else least
        most = min(most * 2, MOST_PEOPLE) if most is not None else None
        left = meeting(ground, {**met, Wish.SIZE: sized(ground.world, least, most)})
        if left >= ENOUGH:
            break
    if left == before:
        return None
    gain = wording.count_of(left, "place meets", "places meet")
    return LargerRange(
        population_min=least,
        population_max=most,
        candidates=left,
        sentence=f"With {range_of(least, most)}, {gain} all wishes instead of {before:,}.",
    )
