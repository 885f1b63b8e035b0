"""What lists of the public map can be asked for; codes that do not exist are refused."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AfterValidator

from services.directory import geography
from services.directory.city_map import Wanted
from services.directory.shown import CityStatus
from shared.values import Continent, Theme

FILE_ROWS = 10_000


class Activity(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"


class KindAsked(StrEnum):
    CONTACT = "contact"
    PROJECT = "project"
    FRIENDSHIP = "friendship"
    SISTER = "sister"
    UNKNOWN = "unknown"


def _known(codes: Callable[[], dict[str, str]], what: str) -> Callable[[str], str]:
    def check(code: str) -> str:
        if code not in codes():
            raise ValueError(f"there is no {what} with the code {code}")
        return code

    return check


Country = Annotated[str, AfterValidator(_known(geography.country_names, "country"))]
State = Annotated[str, AfterValidator(_known(geography.states, "U.S. state"))]
Countries = Annotated[
    list[Country],
    Query(
        default_factory=list,
        alias="country",
        description="ISO 3166-1 code, e.g. JP; may be repeated.",
    ),
]
Continents = Annotated[
    list[Continent],
    Query(default_factory=list, alias="continent", description="AF, AS, EU, NA, OC or SA."),
]
States = Annotated[
    list[State],
    Query(default_factory=list, alias="state", description="Code of a U.S. state, e.g. IL."),
]
Text = Annotated[
    str | None,
    AfterValidator(lambda text: text and text.replace("\0", "")),
    Query(max_length=80, description="Part of a name, of a country or of what is sought."),
]
Limit = Annotated[int, Query(ge=1, le=500)]
FileLimit = Annotated[int, Query(alias="limit", ge=1, le=FILE_ROWS)]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before.")]


def wanted_cities(
    country: Countries,
    continent: Continents,
    state: States,
    theme: Annotated[list[Theme], Query(default_factory=list)],
    status: Annotated[list[CityStatus], Query(default_factory=list)],
    q: Text = None,
) -> Wanted:
    return Wanted(
        countries=_countries(country, continent),
        states=state,
        themes=[theme.value for theme in theme],
        statuses=[status.value for status in status],
        text=q,
        text_countries=geography.countries_called(q or ""),
    )


def wanted_partnerships(
    country: Countries,
    continent: Continents,
    state: States,
    status: Annotated[list[Activity], Query(default_factory=list)],
    kind: Annotated[list[KindAsked], Query(default_factory=list)],
    community_id: UUID | None = None,
    q: Text = None,
) -> Wanted:
    return Wanted(
        countries=_countries(country, continent),
        states=state,
        statuses=[status.value for status in status],
        kinds=[kind.value for kind in kind],
        community_id=community_id,
        text=q,
        text_countries=geography.countries_called(q or ""),
    )


def _countries(countries: Sequence[str], continents: Sequence[Continent]) -> list[str]:
    return [*countries, *(code for c in continents for code in geography.countries_of(c))]


CitiesWanted = Annotated[Wanted, Depends(wanted_cities)]
PartnershipsWanted = Annotated[Wanted, Depends(wanted_partnerships)]
