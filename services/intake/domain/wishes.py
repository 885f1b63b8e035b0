"""What a member may wish for: countries that there are and lie abroad, and sizes that a city can have."""

from collections.abc import Container

from shared.refusals import Refusal
from shared.values import IN_THE_UNITED_STATES, Preferences


def check_wishes(wished: Preferences, countries: Container[str]) -> None:
    """Raises CountryNotAbroad, NoSuchCountry or NoSuchSize; `countries`: the ISO codes that there are."""
    for code in wished.countries:
        if code in IN_THE_UNITED_STATES:
            raise CountryNotAbroad
        if code not in countries:
            raise NoSuchCountry(code=code)
    least, most = wished.population_min, wished.population_max
    if least is not None and most is not None and most < least:
        raise NoSuchSize(least=least, most=most)


class CountryNotAbroad(Refusal):
    """The programme looks for partners abroad, so neither the United States nor its territories can be wished for."""

    next_step = "Name countries abroad by their two letters, or none: staff help to find places to start with."


class NoSuchCountry(Refusal):
    """There is no country with the letters {code}."""

    next_step = "Use the ISO code of two letters, e.g. JP for Japan; the United Kingdom is GB."


class NoSuchSize(Refusal):
    """No city has at least {least:,} and at most {most:,} people."""

    next_step = "Put the smaller number first, or leave one of them out."
