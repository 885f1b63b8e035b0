"""Routes: by whom a city is reached for a member, who comes first, and the reason in a sentence."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import Field

from shared.distance import distance_km
from shared.values import Channel, Place, Value

SAME_MISSION_KM = 25
"""Two records of one channel from different files that sit closer than this are one mission."""


class RouteKind(StrEnum):
    """In the order in which they are tried."""

    FOREIGN_MISSION = "foreign_mission"
    US_MISSION = "us_mission"
    ASSOCIATION = "association"
    TWINNING_ORGANISATION = "twinning_organisation"
    FEDERAL_AGENCY = "federal_agency"
    CITY_CONTACT = "city_contact"
    OTHER = "other"


KINDS = {
    Channel.FOREIGN_EMBASSY: RouteKind.FOREIGN_MISSION,
    Channel.FOREIGN_CONSULATE: RouteKind.FOREIGN_MISSION,
    Channel.US_EMBASSY: RouteKind.US_MISSION,
    Channel.US_CONSULATE: RouteKind.US_MISSION,
    Channel.MUNICIPAL_ASSOCIATION: RouteKind.ASSOCIATION,
    Channel.TWINNING_ORGANISATION: RouteKind.TWINNING_ORGANISATION,
    Channel.FEDERAL_AGENCY: RouteKind.FEDERAL_AGENCY,
    Channel.CITY_OFFICE: RouteKind.CITY_CONTACT,
    Channel.OTHER: RouteKind.OTHER,
}
MOST = {RouteKind.FOREIGN_MISSION: 5, RouteKind.US_MISSION: 3}
"""The nearest ones; embassies, and what was tried, are shown beside them."""
LACKING = {
    RouteKind.FOREIGN_MISSION: "No mission of {country} in the United States is on record.",
    RouteKind.US_MISSION: "No U.S. mission in {country} is on record.",
    RouteKind.ASSOCIATION: "No association of municipalities in {country} is on record.",
    RouteKind.TWINNING_ORGANISATION: "No twinning organisation in {country} is on record.",
    RouteKind.FEDERAL_AGENCY: "No federal agency is on record.",
    RouteKind.CITY_CONTACT: "No contact in the city itself is on record.",
}


class Way(Value):
    """Somebody in the registry who may lead to the city."""

    contact_id: UUID
    channel: Channel
    source: str = ""
    has_address: bool = False
    last_verified: date | None = None
    districts: tuple[str, ...] = ()
    place: Place | None = None
    """Where it sits, as the gazetteer has it; None where that is not known."""
    is_tried: bool = False
    is_own: bool = False
    """The contact that was found in this very pair."""

    @property
    def is_embassy(self) -> bool:
        return self.channel in (Channel.FOREIGN_EMBASSY, Channel.US_EMBASSY)


class Ends(NamedTuple):
    """Of the way: the member, the city, and its country's name inside a sentence."""

    home: Place
    city: Place
    country: str


class Route(Value):
    kind: RouteKind
    contact_id: UUID
    reason: Annotated[str, Field(description="Why it stands here, in a sentence.")]
    distance_km: Annotated[
        int | None,
        Field(
            description="Of a mission in the U.S. to the member, else to the city; null: not known."
        ),
    ] = None
    holds_state: Annotated[
        bool | None,
        Field(description="The recorded district of a consulate holds the member's state."),
    ] = None
    same_as: Annotated[
        tuple[UUID, ...], Field(description="Other records that seem to be of the same one.")
    ] = ()


def suggest(ways: Iterable[Way], home: Place, city: Place, country: str) -> list[Route]:
    """The routes from a member to a city, the first to try first; `country`: its name inside a sentence."""
    by_kind: dict[RouteKind, list[Way]] = {kind: [] for kind in RouteKind}
    for way in ways:
        by_kind[KINDS[way.channel]].append(way)
    found = []
    for kind, of_kind in by_kind.items():
        order = ORDERS.get(kind, _as_recorded)
        ranked = sorted(_merged(of_kind), key=lambda each: order(each[0], home, city))
        shown = _shown(ranked, MOST.get(kind, len(ranked)))
        found += [
            _route(kind, way, same, Ends(home, city, country), is_first=number == 0)
            for number, (way, same) in enumerate(shown)
        ]
    return found


def lacking(routes: Iterable[Route], country: str) -> list[str]:
    """What the registry does not know, a sentence for each kind of route."""
    there = {route.kind for route in routes}
    return [
        sentence.format(country=country) for kind, sentence in LACKING.items() if kind not in there
    ]


Merged = tuple[Way, tuple[UUID, ...]]


def _merged(ways: Sequence[Way]) -> list[Merged]:
    """Each mission once, by its fullest record."""
    found: list[tuple[Way, list[UUID]]] = []
    for way in sorted(ways, key=_fullness):
        same = next((each for each in found if _is_same_mission(each[0], way)), None)
        if same is None:
            found.append((way, []))
        else:
            same[1].append(way.contact_id)
    return [(way, tuple(others)) for way, others in found]


def _fullness(way: Way) -> tuple[object, ...]:
    verified = way.last_verified or date.min
    known = (way.is_own, way.is_tried, way.has_address, bool(way.districts), bool(way.place))
    return (*(not each for each in known), -verified.toordinal(), way.source, str(way.contact_id))


def _is_same_mission(one: Way, other: Way) -> bool:
    if not one.channel.is_diplomatic or one.channel is not other.channel:
        return False
    if one.source == other.source:
        return False
    if one.place is None or other.place is None:
        # A country has one embassy in another.
        return one.is_embassy
    return distance_km(one.place, other.place) < SAME_MISSION_KM


def _shown(ranked: Sequence[Merged], most: int) -> list[Merged]:
    return [
        each
        for number, each in enumerate(ranked)
        if number < most or each[0].is_embassy or each[0].is_tried
    ]


def _km(way: Way, to: Place) -> float:
    """Those of unknown place come last."""
    return distance_km(way.place, to) if way.place is not None else float("inf")


def _holds(way: Way, home: Place) -> bool | None:
    return home.admin1 in way.districts if way.districts else None


def _nearest_to_member(way: Way, home: Place, city: Place) -> tuple[object, ...]:
    """The district that holds the member's state, then those of unknown districts, then those of other states."""
    rank = {True: 0, None: 1, False: 2}[_holds(way, home)]
    return rank, _km(way, home), str(way.contact_id)


def _nearest_to_city(way: Way, home: Place, city: Place) -> tuple[object, ...]:
    return _km(way, city), str(way.contact_id)


def _as_recorded(way: Way, home: Place, city: Place) -> tuple[object, ...]:
    return _fullness(way)


ORDERS: dict[RouteKind, Callable[[Way, Place, Place], tuple[object, ...]]] = {
    RouteKind.FOREIGN_MISSION: _nearest_to_member,
    RouteKind.US_MISSION: _nearest_to_city,
}


def _route(
    kind: RouteKind, way: Way, same: tuple[UUID, ...], ends: Ends, *, is_first: bool
) -> Route:
    to = {RouteKind.FOREIGN_MISSION: ends.home, RouteKind.US_MISSION: ends.city}.get(kind)
    km = round(distance_km(way.place, to)) if way.place is not None and to is not None else None
    reason = _reason(kind, way, ends, is_first=is_first)
    unwritten = "" if way.has_address else " No e-mail address of it is on record."
    return Route(
        kind=kind,
        contact_id=way.contact_id,
        reason=reason + unwritten,
        distance_km=km,
        holds_state=_holds(way, ends.home) if kind is RouteKind.FOREIGN_MISSION else None,
        same_as=same,
    )


WORDS = {
    RouteKind.ASSOCIATION: "It brings the municipalities of {country} together.",
    RouteKind.TWINNING_ORGANISATION: "It supports partnerships of cities in {country}.",
    RouteKind.FEDERAL_AGENCY: "It is an agency of the U.S. government, which can ask its people abroad.",
    RouteKind.CITY_CONTACT: "It is a contact in {city} that was found before, for another search.",
    RouteKind.OTHER: "It knows local government in {country}.",
}


def _reason(kind: RouteKind, way: Way, ends: Ends, *, is_first: bool) -> str:
    if kind is RouteKind.FOREIGN_MISSION:
        return _of_foreign_mission(way, ends.home)
    if kind is RouteKind.US_MISSION:
        return _of_us_mission(way, ends.city, is_first=is_first)
    if way.is_own:
        return f"It is the contact that was found in {ends.city.name}."
    return WORDS[kind].format(city=ends.city.name, country=ends.country)


def _seat(way: Way, to: Place) -> str:
    if way.place is None:
        return "where it sits is not known, and so neither is the distance"
    return f"it sits in {way.place.name}, {round(distance_km(way.place, to)):,} km from {to.name}"


def _of_foreign_mission(way: Way, home: Place) -> str:
    seat, states = _seat(way, home), ", ".join(way.districts)
    if _holds(way, home):
        return f"Its district holds {home.admin1}, the state of {home.name}; {seat}."
    if way.districts:
        return f"Its district ({states}) does not hold {home.admin1}, the state of {home.name}; {seat}."
    if way.is_embassy:
        return f"The embassy speaks for its whole country; {seat}."
    return f"{seat[0].upper()}{seat[1:]}; which states it covers is not recorded."


def _of_us_mission(way: Way, city: Place, *, is_first: bool) -> str:
    seat = _seat(way, city)
    if is_first and way.place is not None:
        return f"It is the U.S. mission nearest to {city.name}: {seat}."
    if way.is_embassy:
        return f"The U.S. embassy works with the whole country; {seat}."
    return f"{seat[0].upper()}{seat[1:]}."
