"""The factors of the score: what each measures between a seeker and a candidate, 0 to 1, None if not known.

Here are the rules in the open; kinds.py holds those of places as tables, score.py puts all of them together.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import log10
from typing import NamedTuple

from services.matching.domain.listed_cities import Availability
from services.matching.score.weights import Factor, Side, Weights, published
from shared.values import Preferences, PublicProfile, Theme

ON_THE_CONTINENT = 0.8
"""What a country counts that lies on a continent the member named, beside 1 for a country that it named."""

STALE_DAYS = 360
"""So long after a listing was confirmed its freshness is 0; it expires at half of that."""

TALKING = 0.5
"""What a listing counts whose city is in conversation: neither for nor against, and no more than any that is free."""

_LITTLE = (
    "and of the for in with local business company industry sector manufacture manufacturing production"
    " processing product part equipment service technology tech"
)
SAYS_LITTLE = frozenset(_LITTLE.split())
"""Words, without their plural's s, that two industries may share and be different industries."""


class Measure(NamedTuple):
    """One factor on one side; None means not known, or not asked for, and takes no part."""

    factor: Factor
    side: Side
    value: float | None
    weight: float


@dataclass(frozen=True, slots=True)
class Seeker:
    """Who looks: a row of the world, its wishes and its profile; a city without a case has neither."""

    home: int
    preferences: Preferences = field(default_factory=Preferences)
    profile: PublicProfile = field(default_factory=PublicProfile)
    weights: Weights = field(default_factory=published)
    is_member: bool = False
    """Of the programme, which looks for partners abroad: neither in the U.S. nor in its territories."""

    @property
    def wants(self) -> tuple[Theme, ...]:
        """The themes it looks for: those of its wishes, else those of its profile."""
        return self.preferences.themes or self.profile.themes

    @property
    def offers(self) -> tuple[Theme, ...]:
        """The themes it names to others: those of its profile, else those of its wishes."""
        return self.profile.themes or self.preferences.themes


@dataclass(frozen=True, slots=True)
class Listed:
    """What a listing adds to a row of the world."""

    index: int
    profile: PublicProfile
    confirmed_on: date | None = None
    is_verified: bool = False
    availability: Availability = Availability.FREE


def coverage(wanted: Collection[str], offered: Collection[str]) -> float | None:
    """The share of what one wants that the other names; None if either says nothing."""
    if not wanted or not offered:
        return None
    return sum(each in offered for each in wanted) / len(wanted)


def project(wanted: Theme | None, themes: Collection[Theme]) -> float | None:
    """Whether the one project that matters most is among a listing's themes."""
    return float(wanted in themes) if wanted and themes else None


@lru_cache(maxsize=4096)
def industries(wanted: tuple[str, ...], offered: tuple[str, ...]) -> float | None:
    """The share of one's industries that the other has too: texts that share a word that says something.

    Words are compared, not meanings: "cars" finds no "automotive", and nothing is translated.
    """
    if not wanted or not offered:
        return None
    theirs = frozenset[str]().union(*map(telling_words, offered))
    return sum(not theirs.isdisjoint(telling_words(each)) for each in wanted) / len(wanted)


def universities(mine: Sequence[str], theirs: Sequence[str]) -> float | None:
    """1 where both name a university or school; who names none may have one all the same."""
    return 1.0 if mine and theirs else None


@lru_cache(maxsize=4096)
def telling_words(text: str) -> frozenset[str]:
    """Its words without accents, case and plural, and without those that say little, unless there are no others."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    words = frozenset(map(_singular, re.findall(r"\w+", letters)))
    return words - SAYS_LITTLE or words


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def region(country: str, continent: str, wished: Preferences) -> float | None:
    """1 in a country that the member named, ON_THE_CONTINENT on a continent that it named, else 0."""
    if not wished.countries and not wished.continents:
        return None
    if country in wished.countries:
        return 1.0
    return ON_THE_CONTINENT if continent in wished.continents else 0.0


def asked_for(wished: Preferences) -> frozenset[Factor]:
    """Those of REGION, SIZE and LANGUAGE that the member has a wish for."""
    asked = {
        Factor.REGION: wished.countries or wished.continents,
        Factor.SIZE: wished.population_min or wished.population_max is not None,
        Factor.LANGUAGE: wished.languages,
    }
    return frozenset(factor for factor, wish in asked.items() if wish)


def wished_size(wished: Preferences) -> tuple[float, float]:
    """The middle and half the width of the wished range, in logarithms to base 10 of people."""
    least = log10(max(wished.population_min or 1, 1))
    most = log10(max(wished.population_max, 1)) if wished.population_max is not None else 9.0
    return (least + most) / 2, (most - least) / 2


def size(log_population: float, wished: Preferences) -> float | None:
    """1 inside the wished range, down to 0 at ten times too many or too few people."""
    if not wished.population_min and wished.population_max is None:
        return None
    middle, half = wished_size(wished)
    return min(max(1 + half - abs(log_population - middle), 0.0), 1.0)


def spoken(shares: Iterable[float | None]) -> float | None:
    """The share of the people who speak the most spoken of some languages; None if it is not known."""
    return max((share for share in shares if share is not None), default=None)


def travel(working_hours: float, cosine: float, airports: float) -> float:
    """The mean of common office hours, nearness (1 here, 0 on the far side of the earth), airports."""
    return (working_hours + (1 + cosine) / 2 + airports) / 3


def receptiveness(listed: Listed, today: date | None) -> float | None:
    """The mean of what a listing says: listed (1), free (1), verified, confirmed lately; TALKING where it is not free.

    None where the city has found a partner: its listing says no more whether it looks.
    """
    if listed.availability is Availability.PARTNERED:
        return None
    if listed.availability is Availability.IN_CONVERSATION:
        return TALKING
    parts = [1.0, 1.0, float(listed.is_verified)]
    if listed.confirmed_on and today:
        age = (today - listed.confirmed_on).days
        parts.append(min(max(1 - age / STALE_DAYS, 0.0), 1.0))
    return sum(parts) / len(parts)
