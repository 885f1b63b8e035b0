"""What lists of the public map can be asked for; codes that do not exist are refused."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import AfterValidator

from services.directory import geography
from services.directory.city_map import Wanted, Word
from services.directory.shown import CityStatus
from shared.gazetteer import Gazetteer
from shared.values import Continent, Theme

FILE_ROWS = 10_000
MOST_WORDS = 8
MOST_PLACES = 1000
"""The largest that a word may mean; the names under which cities are listed are searched in full."""


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


def searched_for(request: Request, q: Text = None) -> list[Word]:
    """Each word of the text with what is called so; the whole of it may be one name too."""
    text = q or ""
    gazetteer: Gazetteer = request.app.state.gazetteer
    whole = _places(gazetteer, text.strip())
    return [
        Word(
            text=word,
            countries=geography.countries_called(word),
            states=geography.states_called(word),
            places=[*whole, *_places(gazetteer, word)],
        )
        for word in text.split()[:MOST_WORDS]
    ]


def _places(gazetteer: Gazetteer, beginning: str) -> list[int]:
    # One Latin letter begins the names of half the world; one Chinese sign tells a lot.
    is_telling = len(beginning) > 1 or not beginning.isascii()
    found = gazetteer.search(beginning, limit=MOST_PLACES) if is_telling else []
    return [place.geoname_id for place in found]


Words = Annotated[list[Word], Depends(searched_for)]


def wanted_cities(
    country: Countries,
    continent: Continents,
    state: States,
    theme: Annotated[list[Theme], Query(default_factory=list)],
    status: Annotated[list[CityStatus], Query(default_factory=list)],
    words: Words,
) -> Wanted:
    return Wanted(
        countries=_countries(country, continent),
        states=state,
        themes=[theme.value for theme in theme],
        statuses=[status.value for status in status],
        words=words,
    )


def wanted_partnerships(
    country: Countries,
    continent: Continents,
    state: States,
    status: Annotated[list[Activity], Query(default_factory=list)],
    kind: Annotated[list[KindAsked], Query(default_factory=list)],
    words: Words,
    community_id: UUID | None = None,
) -> Wanted:
    return Wanted(
        countries=_countries(country, continent),
        states=state,
        statuses=[status.value for status in status],
        kinds=[kind.value for kind in kind],
        community_id=community_id,
        words=words,
    )


def _countries(countries: Sequence[str], continents: Sequence[Continent]) -> list[str]:
    return [*countries, *(code for c in continents for code in geography.countries_of(c))]


CitiesWanted = Annotated[Wanted, Depends(wanted_cities)]
PartnershipsWanted = Annotated[Wanted, Depends(wanted_partnerships)]
