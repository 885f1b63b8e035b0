"""Sentences about what the map says of two places: role, geography, travel."""

from functools import lru_cache
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
from services.matching.explaining.towns import TOWNS, Town, clocks
from services.matching.score.kinds import (
    AIRPORT_FAR_KM,
    AIRPORT_NEAR_KM,
    COASTAL_KM,
    COASTS,
    HILLS_M,
    MOUNTAINS_M,
    NEAR_SEA_KM,
    SAME_GROUP,
    office_alike,
)
from services.matching.score.weights import Factor
from services.matching.world.columns import EARTH_KM

MUCH_ALIKE = 0.8
"""From here on two roles are much alike, where both are cities of their own and not far apart in size."""

FAR_IN_SIZE = 5
"""With so many times the people a place is told to be far larger; the measure takes no account of it."""

APART = 0.2
"""So far apart, the office and the rank of two places are told apart."""


def _role_like(value: float, it: Town, other: Town) -> str:
    """How two roles are alike that are so on the whole: the measure is the mean of office and rank by size."""
    sizes = it.population / other.population
    is_far = max(sizes, 1 / sizes) > FAR_IN_SIZE
    are_own = it.is_apart and other.is_apart
    if value >= MUCH_ALIKE and not is_far and are_own:
        return "much like {that}"
    office = office_alike(it.role, other.role)
    apart = 0.0 if office is None else office - (2 * value - office)
    if apart >= APART:
        return "like {that} as a seat of government, less so in rank by size"
    if apart <= -APART and are_own:
        return "like {that} in rank by size, less so as a seat of government"
    size = f", though it is far {'larger' if sizes > 1 else 'smaller'}" if is_far else ""
    return f"somewhat like {{that}}{size}"


@lru_cache(maxsize=TOWNS)
def _part_fact(place: Town) -> dict[str, Any]:
    return {
        "role": place.role.name.lower(),
        "population": place.population,
        "rank_in_region": place.rank_in_region.most,
        "rank_in_country": place.rank_in_country.most,
    }


def role_for_you(pair: Pair, value: float) -> list[Reason]:
    way, home, there = speaks(value), pair.home, pair.there
    lead = ""
    if way == "for":
        like = _role_like(value, there, home).format(that="yours")
        lead = f"Its role at home is {like}: "
    elif way == "against":
        lead = "Its role at home is unlike yours: "
    theirs = f"{pair.theirs}, with {there.people}, is {there.part}"
    ours = f"{pair.ours}, with {home.people}, is {home.part}"
    fact = {"there": _part_fact(there), "here": _part_fact(home)}
    return [Reason(Factor.ROLE, f"{lead}{theirs}; {ours}.", fact, GEONAMES, way)]


def role_for_them(pair: Pair, value: float) -> list[Reason]:
    way, home, there = speaks(value), pair.home, pair.there
    tail = ""
    if way == "for":
        like = _role_like(value, home, there).format(that=f"that of {pair.theirs}")
        tail = f", a role {like}"
    elif way == "against":
        tail = f", a role unlike that of {pair.theirs}"
    text = f"{pair.ours}, with {home.people}, is {home.part}{tail}."
    fact = {"there": _part_fact(there), "here": _part_fact(home)}
    return [Reason(Factor.ROLE, text, fact, GEONAMES, way)]


# Geography: a sentence for each fact to the seeker, each speaking for itself; the measure is the mean of them.


def geography_for_you(pair: Pair, _value: float) -> list[Reason]:
    home, there = pair.home, pair.there
    found = (
        _climate(home.climate, there.climate),
        _coast(pair),
        _height(home.elevation, there.elevation, home.code),
    )
    return [reason for reason in found if reason]


@lru_cache(maxsize=1024)
def _climate(here: str, there: str) -> Reason | None:
    """What the map says, which knows neither the height of a town nor its nearness to the sea."""
    alike = climates_alike(here, there)
    if alike is None:
        return None
    of, ours = wording.climate(there), wording.climate(here)
    text = {
        1.0: f"By the climate map it has the same climate as your city: {of}.",
        SAME_GROUP: f"By the climate map its climate is of the same kind as yours: {of}; yours: {ours}.",
        0.0: f"By the climate map its climate is of another kind than yours: {of}; yours: {ours}.",
    }[alike]
    fact = {"of": "climate", "alike": alike, "there": there, "here": here}
    return Reason(Factor.GEOGRAPHY, text, fact, CLIMATE, speaks(alike))


def climates_alike(one: str, other: str) -> float | None:
    """As in the score: the same class, the same main group, or neither; None where one is not known."""
    if not one or not other:
        return None
    if one == other:
        return 1.0
    return SAME_GROUP if one[0] == other[0] else 0.0


def _coast(pair: Pair) -> Reason:
    there, home = pair.there, pair.home
    alike = 1 - abs(there.from_the_sea - home.from_the_sea) / len(COASTS)
    ours = _where(home, home.code)
    if there.from_the_sea > 0:
        ours = ours.replace("the open sea", "it")
    text = f"It lies {_where(there, home.code)}; your city lies {ours}."
    if there.from_the_sea == home.from_the_sea:
        text = f"It lies {_where(there, home.code)}, as your city does."
        if there.from_the_sea == 0:
            shore = wording.shore(there.coast_km or 0, home.code)
            text = f"It lies near the sea, as your city does: {shore}."
    fact = {"of": "coast", "alike": alike, "there": there.coast_km, "here": home.coast_km}
    return Reason(Factor.GEOGRAPHY, text, fact, COAST, speaks(alike))


@lru_cache(maxsize=TOWNS)
def _where(place: Town, reader: str) -> str:
    """The map has wide river mouths and lagoons as sea: from the open sea it is farther, if anything."""
    if place.from_the_sea == 0:
        return f"near the sea, {wording.shore(place.coast_km or 0, reader)}"
    reach = COASTAL_KM if place.from_the_sea == 1 else NEAR_SEA_KM
    return f"more than {wording.distance(reach, reader)} from the open sea"


@lru_cache(maxsize=4096)
def _height(here: int | None, there: int | None, reader: str) -> Reason | None:
    """Not told where both lie low, as most places do."""
    if there is None or here is None or not (_level(there) or _level(here)):
        return None
    alike = 1 - abs(_level(there) - _level(here)) / 2
    text = f"It lies {wording.height(there, reader)} above the sea; your city lies at {wording.height(here, reader)}."
    if there == here:
        text = f"It lies as high above the sea as your city: {wording.height(there, reader)}."
    fact = {"of": "height", "alike": alike, "there": there, "here": here}
    return Reason(Factor.GEOGRAPHY, text, fact, GEONAMES, speaks(alike))


def _level(metres: int) -> int:
    return (metres >= HILLS_M) + (metres >= MOUNTAINS_M)


def geography_for_them(pair: Pair, value: float) -> list[Reason]:
    """What the seeker's place is like, in one sentence that speaks as the measure does."""
    home, there = pair.home, pair.there
    text = f"{pair.ours} lies {_where(home, there.code)}"
    if home.from_the_sea == there.from_the_sea:
        text += f", as {pair.theirs} does"
    if (alike := climates_alike(home.climate, there.climate)) is not None:
        like = {
            1.0: f"the same climate as {pair.theirs}",
            SAME_GROUP: f"a climate of the same kind as {pair.theirs}",
            0.0: f"a climate of another kind than {pair.theirs}",
        }[alike]
        text += f", and by the climate map has {like}: {wording.climate(home.climate)}"
    fact = {"coast": home.coast_km, "climate": home.climate, "alike": value}
    return [Reason(Factor.GEOGRAPHY, f"{text}.", fact, f"{COAST}; {CLIMATE}", speaks(value))]


# Travel: to the seeker as with geography, the measure being the mean of hours, nearness, and both places' airports.


def travel_for_you(pair: Pair, _value: float) -> list[Reason]:
    home, there, nearness = pair.home, pair.there, nearness_of(pair.km)
    text = f"It is about {wording.far(pair.km, home.code)} away."
    fact = {"of": "distance", "alike": nearness, "km": pair.km}
    far = Reason(Factor.TRAVEL, text, fact, GEONAMES, speaks(nearness))
    text = f"Its nearest airport is {_airport(there, home.code)}; check which flights it has."
    fact = {
        "of": "airport",
        "alike": (airport_near(there) + airport_near(home)) / 2,
        "code": there.airport.code,
        "km": there.airport_km,
    }
    # Neither for nor against: whether anybody flies there is not known.
    airport = Reason(Factor.TRAVEL, text, fact, AIRPORTS)
    return [_hours(home.timezone, there.timezone), far, airport]


@lru_cache(maxsize=4096)
def _hours(zone: str, other: str) -> Reason:
    at = clocks(zone, other)
    text = f"Your office hours {wording.overlap(at.overlaps)} ({wording.ahead(at.ahead, 'there')})."
    if not any(at.ahead):
        text = "It is the same time there, all year."
    return Reason(Factor.TRAVEL, text, at.fact, CLOCKS, speaks(at.alike))


def travel_for_them(pair: Pair, value: float) -> list[Reason]:
    home, reader = pair.home, pair.there.code
    text = (
        f"{pair.ours} is about {wording.far(pair.km, reader)} from {pair.theirs}; its nearest airport is"
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


@lru_cache(maxsize=TOWNS)
def _airport(place: Town, reader: str) -> str:
    code, name, country = place.airport
    # The directory gives airports in U.S. territories the country of the United States.
    is_abroad = country not in (place.code, wording.HOME if place.code in TERRITORIES else "")
    abroad = f" in {wording.country(country)}" if is_abroad else ""
    return f"{name} ({code}){abroad}, {wording.distance(place.airport_km, reader)} away"


TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})
