"""Sentences about what the map says of two places: role, geography, travel."""

from math import cos
from typing import Any

from services.matching.explaining import wording
from services.matching.explaining.pair import (
    AIRPORTS,
    CLIMATE,
    CLOCKS,
    COAST,
    GEONAMES,
    Pair,
    Reason,
    speaks,
)
from services.matching.explaining.towns import Town, clocks
from services.matching.score.kinds import (
    AIRPORT_FAR_KM,
    AIRPORT_NEAR_KM,
    COASTAL_KM,
    HILLS_M,
    MOUNTAINS_M,
    SAME_GROUP,
)
from services.matching.score.weights import Factor
from services.matching.world.columns import EARTH_KM

MUCH_ALIKE = 0.8
"""From here on two roles are much alike; from FOR on, not far from each other."""


def _role_like(value: float) -> str:
    return "much like" if value >= MUCH_ALIKE else "not far from"


def _part_fact(place: Town) -> dict[str, Any]:
    return {
        "role": place.role.name.lower(),
        "population": place.population,
        "rank_in_region": place.rank_in_region.most,
        "rank_in_country": place.rank_in_country.most,
    }


def role_for_you(pair: Pair, value: float) -> list[Reason]:
    way, home, there = speaks(value), pair.home, pair.there
    lead = {
        "for": f"Its role at home is {_role_like(value)} yours: ",
        "against": "It is far from similar to you in role: ",
        "neutral": "",
    }[way]
    theirs = f"{pair.theirs}, with {there.people}, is {there.part}"
    ours = f"{pair.ours}, with {home.people}, is {home.part}"
    fact = {"there": _part_fact(there), "here": _part_fact(home)}
    return [Reason(Factor.ROLE, f"{lead}{theirs}; {ours}.", fact, GEONAMES, way)]


def role_for_them(pair: Pair, value: float) -> list[Reason]:
    way, home, there = speaks(value), pair.home, pair.there
    tail = {
        "for": f", a role {_role_like(value)} that of {pair.theirs}",
        "against": f", a role far from that of {pair.theirs}",
        "neutral": "",
    }[way]
    text = f"{pair.ours}, with {home.people}, is {home.part}{tail}."
    fact = {"there": _part_fact(there), "here": _part_fact(home)}
    return [Reason(Factor.ROLE, text, fact, GEONAMES, way)]


# Geography: a sentence for each fact to the seeker, each speaking for itself; the measure is the mean of them.


def geography_for_you(pair: Pair, _value: float) -> list[Reason]:
    return [*_climate(pair), _coast(pair), *_height(pair)]


def _climate(pair: Pair) -> list[Reason]:
    alike = climates_alike(pair.home, pair.there)
    if alike is None:
        return []
    there, here = wording.climate(pair.there.climate), wording.climate(pair.home.climate)
    text = {
        1.0: f"Its climate is like yours: {there}.",
        SAME_GROUP: f"Its climate is not far from yours: {there}; yours: {here}.",
        0.0: f"Its climate is of another type than yours: {there}; yours: {here}.",
    }[alike]
    fact = {"of": "climate", "alike": alike, "there": pair.there.climate, "here": pair.home.climate}
    return [Reason(Factor.GEOGRAPHY, text, fact, CLIMATE, speaks(alike))]


def climates_alike(one: Town, other: Town) -> float | None:
    """As in the score: the same class, the same main group, or neither; None where one is not known."""
    if not one.climate or not other.climate:
        return None
    if one.climate == other.climate:
        return 1.0
    return SAME_GROUP if one.climate[0] == other.climate[0] else 0.0


def _coast(pair: Pair) -> Reason:
    there, home = pair.there, pair.home
    alike = float(there.is_by_the_sea == home.is_by_the_sea)
    if there.is_by_the_sea:
        shore = wording.shore(there.coast_km or 0, home.code)
        text = (
            f"It lies near the sea, as you do: {shore}."
            if alike
            else f"It lies near the sea, {shore}; you do not."
        )
    else:
        reach = f"more than {wording.distance(COASTAL_KM, home.code)} from the sea"
        text = (
            f"Like your city it lies inland, {reach}."
            if alike
            else f"It lies inland, {reach}; you lie near it."
        )
    fact = {"of": "coast", "alike": alike, "there": there.coast_km, "here": home.coast_km}
    return Reason(Factor.GEOGRAPHY, text, fact, COAST, speaks(alike))


def _height(pair: Pair) -> list[Reason]:
    """Not told where both lie low, as most places do."""
    there, here, reader = pair.there.elevation, pair.home.elevation, pair.home.code
    if there is None or here is None or not (_level(there) or _level(here)):
        return []
    alike = 1 - abs(_level(there) - _level(here)) / 2
    text = f"It lies {wording.height(there, reader)} above the sea, you {wording.height(here, reader)}."
    if there == here:
        text = f"It lies as high above the sea as you do: {wording.height(there, reader)}."
    fact = {"of": "height", "alike": alike, "there": there, "here": here}
    return [Reason(Factor.GEOGRAPHY, text, fact, GEONAMES, speaks(alike))]


def _level(metres: int) -> int:
    return (metres >= HILLS_M) + (metres >= MOUNTAINS_M)


def geography_for_them(pair: Pair, value: float) -> list[Reason]:
    """What the seeker's place is like, in one sentence that speaks as the measure does."""
    home, there = pair.home, pair.there
    text = f"{pair.ours} lies {_where(home, there.code)}"
    if home.is_by_the_sea == there.is_by_the_sea:
        text += f", as {pair.theirs} does"
    if (alike := climates_alike(home, there)) is not None:
        like = {
            1.0: f"a climate like that of {pair.theirs}",
            SAME_GROUP: f"a climate not far from that of {pair.theirs}",
            0.0: f"another type of climate than {pair.theirs}",
        }[alike]
        text += f", and has {like}: {wording.climate(home.climate)}"
    fact = {"coast": home.coast_km, "climate": home.climate, "alike": value}
    return [Reason(Factor.GEOGRAPHY, f"{text}.", fact, f"{COAST}; {CLIMATE}", speaks(value))]


def _where(place: Town, reader: str) -> str:
    if place.is_by_the_sea:
        return f"near the sea, {wording.shore(place.coast_km or 0, reader)}"
    return f"inland, more than {wording.distance(COASTAL_KM, reader)} from the sea"


# Travel: to the seeker as with geography, the measure being the mean of hours, nearness, and both places' airports.


def travel_for_you(pair: Pair, _value: float) -> list[Reason]:
    at = clocks(pair.home.timezone, pair.there.timezone)
    text = f"Your office hours {wording.overlap(at.overlaps)} ({wording.ahead(at.ahead, 'there')})."
    if not any(at.ahead):
        text = "It is the same time there, all year."
    hours = Reason(Factor.TRAVEL, text, at.fact, CLOCKS, speaks(at.alike))
    nearness = nearness_of(pair.km)
    text = f"It is about {wording.far(pair.km, pair.home.code)} away."
    fact = {"of": "distance", "alike": nearness, "km": pair.km}
    far = Reason(Factor.TRAVEL, text, fact, GEONAMES, speaks(nearness))
    text = f"Its nearest airport is {_airport(pair.there, pair.home.code)}; check which flights it has."
    fact = {
        "of": "airport",
        "alike": (airport_near(pair.there) + airport_near(pair.home)) / 2,
        "code": pair.there.airport.code,
        "km": pair.there.airport_km,
    }
    # Neither for nor against: whether anybody flies there is not known.
    return [hours, far, Reason(Factor.TRAVEL, text, fact, AIRPORTS)]


def travel_for_them(pair: Pair, value: float) -> list[Reason]:
    home, reader = pair.home, pair.there.code
    text = (
        f"From {pair.theirs} to {pair.ours} it is about {wording.far(pair.km, reader)}; the nearest airport to it is"
        f" {_airport(home, reader)}."
    )
    fact = {"km": pair.km, "code": home.airport.code, "airport_km": home.airport_km, "alike": value}
    return [Reason(Factor.TRAVEL, text, fact, f"{GEONAMES}; {AIRPORTS}", speaks(value))]


def nearness_of(km: float) -> float:
    """1 here, 1/2 a quarter of the way round the earth, 0 on its far side."""
    return (1 + cos(km / EARTH_KM)) / 2


def airport_near(place: Town) -> float:
    reach = (AIRPORT_FAR_KM - place.airport_km) / (AIRPORT_FAR_KM - AIRPORT_NEAR_KM)
    return min(max(reach, 0.0), 1.0)


def _airport(place: Town, reader: str) -> str:
    code, name, country = place.airport
    # The directory gives airports in U.S. territories the country of the United States.
    is_abroad = country not in (place.code, wording.HOME if place.code in TERRITORIES else "")
    abroad = f" in {wording.country(country)}" if is_abroad else ""
    return f"{name} ({code}){abroad}, {wording.distance(place.airport_km, reader)} away"


TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})
