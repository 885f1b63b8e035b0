"""How countries are written for readers in a city hall."""

from functools import lru_cache

from babel import Locale

COUNTRIES = {
    "CD": "the Democratic Republic of the Congo",
    "CG": "the Republic of the Congo",
    "FM": "the Federated States of Micronesia",
    "HK": "Hong Kong",
    "MM": "Myanmar",
    "MO": "Macao",
    "UM": "the U.S. Outlying Islands",
    "VC": "St. Vincent and the Grenadines",
}
"""Where CLDR's short name is made for lists and not for sentences."""

WITH_ARTICLE = frozenset(
    {
        "AE",
        "AX",
        "BQ",
        "BS",
        "BV",
        "CC",
        "CF",
        "CK",
        "DO",
        "FK",
        "FO",
        "GB",
        "GM",
        "HM",
        "IM",
        "IO",
        "KM",
        "KY",
        "MH",
        "MP",
        "MV",
        "NL",
        "PH",
        "PN",
        "PS",
        "SB",
        "SC",
        "TC",
        "TF",
        "US",
        "VG",
        "VI",
    }
)
"""Countries that take "the" inside a sentence."""


@lru_cache(maxsize=512)
def country(code: str) -> str:
    """A country's name as it stands inside a sentence: "Armenia", "the Philippines"."""
    if code in COUNTRIES:
        return COUNTRIES[code]
    name = Locale("en").territories.get(code, code).replace(" & ", " and ")
    return f"the {name}" if code in WITH_ARTICLE else name
