"""Takes an affinity apart: what speaks for and against two places, each part with the plain fact behind it."""

from typing import NamedTuple

from services.matching.score.features import NEAREST_KM, TIES, Features
from services.matching.score.names import Likeness, Names
from services.matching.score.ties import GUARD
from services.matching.world.columns import Role, World

PARTS = {
    "distance": ("distance", "nearness"),
    "names": (
        "same name",
        "same name x seeker's size",
        "same name in another language",
        "nearly the same name",
    ),
    "latitude and climate": ("latitude", "same climate"),
    "sea": (
        "near the sea",
        "on the sea",
        "near the sea x both",
        "on the sea x seeker near it",
        "on the sea x both",
    ),
    "neighbourhood": ("away from larger places",),
    "country": ("country", "subregion", "places in country"),
    "region": ("region",),
    "official ties": TIES,
    "state and country": (
        "state and country",
        "state and subregion",
        "division and country",
        "state and language",
    ),
    "state and region": ("state and region",),
    "state": ("state",),
    "evening out": ("evening out",),
}
"""Part -> the terms and effects that it sums up; all others are about size and standing."""
REST = "size and standing"
TELLING = 0.1
"""An effect of at least so much is worth a sentence."""
PART_OF = {term: part for part, terms in PARTS.items() for term in terms}

ROLES = {
    Role.CAPITAL: "the capital of its country",
    Role.REGIONAL_CAPITAL: "the capital of its region",
    Role.DISTRICT_SEAT: "the seat of its district",
}


class Part(NamedTuple):
    """What speaks for (positive) or against (negative) a pair; the fact is a sentence without a full stop."""

    name: str
    contribution: float
    fact: str | None


def gathered(
    terms: dict[str, float], features: Features, home: int, abroad: int, shown: int
) -> list[Part]:
    """Terms summed up to parts, the largest first by size; `home` is the place in the U.S., `shown` the candidate."""
    world = features.world
    sums: dict[str, float] = {}
    for term, value in terms.items():
        part = PART_OF.get(term, REST)
        sums[part] = sums.get(part, 0.0) + value
    facts = {
        "distance": _distance(world.km(home, abroad)),
        "names": _names(world, features.names, home, abroad),
        "official ties": _ties(features, home, abroad),
        "sea": _sea(world, home, abroad),
        REST: f"{_standing(world, home)}; {_standing(world, abroad)}",
    }
    if evened := terms.get("evening out"):
        facts["evening out"] = _evened(world.name(shown), evened)
    habits = _habits(terms, world, home, abroad)
    facts |= {part: fact for part, fact in habits.items() if terms[part] * sums[part] > 0}
    found = [Part(part, value, facts.get(part)) for part, value in sums.items() if value]
    return sorted(found, key=lambda part: (-abs(part.contribution), part.name))


def _habits(terms: dict[str, float], world: World, home: int, abroad: int) -> dict[str, str]:
    """A sentence for each effect of groups; where several effects make a part, the one that the sentence speaks of."""
    state, region = world.region_of(home).name, world.region_of(abroad).name
    country = world.country_of(abroad).name
    habits = {
        "country": ("the United States", country),
        "region": ("the United States", region),
        "state and country": (state, country),
        "state and region": (state, region),
    }
    return {
        part: f"Communities of {ours} and of {theirs} have been partners"
        f" {'more' if terms[part] > 0 else 'less'} often than places of their size and distance are"
        for part, (ours, theirs) in habits.items()
        if ours and theirs and abs(terms.get(part, 0.0)) >= TELLING
    }


def _evened(name: str, value: float) -> str:
    """A candidate that stands high on every list counts less, for the sake of the others."""
    if value < 0:
        return f"{name} stands high on many lists and counts a little less for it"
    return f"{name} stands high on few lists and counts a little more for it"


def _distance(km: float) -> str:
    if km < NEAREST_KM:
        return f"Less than {NEAREST_KM:.0f} km apart"
    return f"About {round(km, -1 if km < 1000 else -2):,.0f} km apart"


def _names(world: World, names: Names, home: int, abroad: int) -> str | None:
    like = names.like(home)
    kinds = like.likeness[like.rows == abroad]
    ours, theirs = world.name(home), world.name(abroad)
    if not len(kinds):
        return None
    match Likeness(int(kinds[0])):
        case Likeness.SAME if ours == theirs:
            return f"Both are named {ours}"
        case Likeness.SAME_IN_ANOTHER_LANGUAGE:
            return f"{ours} and {theirs} are the same name in two languages"
        case _:
            return f"{ours} and {theirs} have almost the same name"


def _ties(features: Features, home: int, abroad: int) -> str | None:
    state, region = features.world.region_of(home), features.world.region_of(abroad)
    found = features.ties.between(state, region)
    country = features.world.country_of(abroad).name
    said = [
        f"{state.name} and {country} are partners in the National Guard's State Partnership Program"
        if tie.kind == GUARD
        else f"{state.name} and {region.name} have an agreement as sister states"
        for tie in found
    ]
    return "; ".join(said) or None


def _sea(world: World, home: int, abroad: int) -> str | None:
    near = [bool(world.coast_km[row] <= 20) for row in (home, abroad)]
    if all(near):
        return "Both lie within 20 km of the sea"
    if any(near):
        return f"{world.name(home if near[0] else abroad)} lies within 20 km of the sea, the other does not"
    return "Neither lies within 20 km of the sea"


def _standing(world: World, row: int) -> str:
    what = ROLES.get(Role(int(world.role[row])))
    said = f"{world.name(row)} has {world.population[row]:,} people"
    return f"{said} and is {what}" if what else said
