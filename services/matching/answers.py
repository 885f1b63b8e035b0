"""What the ranking answers: the look at one search, its candidates, and what stands apart with why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import Field

from services.matching.diversity import Why
from services.matching.domain.listed_cities import Availability
from services.matching.domain.rules import Finding
from services.matching.explaining import wording
from services.matching.reasons import Explanation, Reason
from services.matching.score import Factor, Side
from services.matching.wished import Wish
from shared.context import Role
from shared.values import Place


class Tier(StrEnum):
    NAMED = "named"
    LISTED = "listed"
    WORLD = "world"


@dataclass(frozen=True, slots=True)
class Measured:
    """One factor on one side; without a value it is not known, or was not asked for, and takes no part."""

    factor: Factor
    side: Side
    value: Annotated[float | None, Field(description="0 to 1.")]
    weight: float
    is_known: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A city abroad with its place in the ranking, both sides of it, and why."""

    place: Place
    region: Annotated[str, Field(description="First-level region by name; may be empty.")]
    country_name: str
    tier: Tier
    score: Annotated[float | None, Field(description="0 to 1; none: the city is not ranked.")]
    position: Annotated[
        int | None, Field(description="Its place in the world by score alone, 1 for the best.")
    ]
    you: Annotated[float | None, Field(description="How well it suits you, 0 to 1.")]
    them: Annotated[float | None, Field(description="How well you suit it, 0 to 1.")]
    measures: list[Measured]
    explanation: Annotated[
        Explanation | None,
        Field(description="None for a city that is not ranked, and for most of the blocked ones."),
    ]
    findings: Annotated[
        list[Finding], Field(description="What rules say of it, the blocks first; no part of it.")
    ]
    is_blocked: bool
    misses: Annotated[list[Wish], Field(description="The wishes that it does not meet.")]
    distance_km: int
    exposure: Annotated[
        int, Field(description="Other searches for which it was proposed in the last 12 months.")
    ]
    listing_id: UUID | None = None
    availability: Annotated[
        Availability | None, Field(description="Of a listed city: free or talking with another.")
    ] = None


@dataclass(frozen=True, slots=True)
class BlockedCountry:
    """Every place of a country that a rule bars."""

    country: str
    name: str
    places: int
    findings: list[Finding]
    sentence: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """A city that staff left out of this search's ranking, and why."""

    place: Place
    by: Role | None
    at: datetime | None
    reason: str
    findings: Annotated[list[Finding], Field(description="What rules say of it besides.")]


@dataclass(frozen=True, slots=True)
class HeldCity:
    """A city that stands further down than its score would have it, so that the list is not of one kind."""

    geoname_id: int
    name: str
    country: str
    score: float
    why: Why
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """The tiers of one search, each the best first: named, then listed, then the world; and what is in none of them.

    The world is in steps: first the places that meet all wishes for region, size and language, by score, then others.
    """

    version: int
    named: Annotated[list[Candidate], Field(description="Cities that the member named (B8).")]
    listed: Annotated[list[Candidate], Field(description="Listed cities that fit (B7).")]
    listed_in_all: Annotated[int, Field(description="How many fit, where not all are shown.")]
    others: Annotated[list[Candidate], Field(description="The world.")]
    wishes: Annotated[
        str, Field(description="How many places meet all wishes; empty for none wished.")
    ]
    blocked: Annotated[
        list[Candidate], Field(description="They would stand in a tier, but a rule bars them.")
    ]
    blocked_countries: list[BlockedCountry]
    about_you: Annotated[
        list[Finding], Field(description="What rules say of the member, and so of every choice.")
    ]
    not_known: Annotated[
        list[Reason],
        Field(description="What is not known of the member, and so in the way of every candidate."),
    ]
    excluded: list[Excluded]
    held_back: list[HeldCity]
    held_back_because: Annotated[str, Field(description="In one sentence; empty where none is.")]
    not_ranked: Annotated[str, Field(description="Why the world's tier is empty; else empty.")]


class _Said(NamedTuple):
    one: str
    many: str


HELD: Mapping[Why, _Said] = {
    Why.NEARBY: _Said(
        "A city within 50 km stands higher on the list.", "within 50 km of one that stands higher"
    ),
    Why.REGION: _Said(
        "Cities of its region stand higher on the list.", "of regions that are on it already"
    ),
    Why.COUNTRY: _Said(
        "Cities of its country stand higher on the list.", "of countries that are on it often"
    ),
    Why.EXPOSURE: _Said(
        "Cities as good as it have been proposed to fewer members.",
        "because others as good have been proposed to fewer members",
    ),
}


def held_back_sentence(held: Sequence[HeldCity]) -> str:
    """How many, and why; empty for none."""
    if not held:
        return ""
    counts = Counter(each.why for each in held)
    parts = [f"{counts[why]} {said.many}" for why, said in HELD.items() if counts[why]]
    cities = "1 city stands" if len(held) == 1 else f"{len(held)} cities stand"
    return f"{cities} further down, so that the list is not of one kind: {wording.listing(parts)}."


WISHES: Mapping[Wish, str] = {
    Wish.REGION: "a part of the world",
    Wish.SIZE: "a size",
    Wish.LANGUAGE: "a language",
}


def wishes_sentence(wishes: Sequence[Wish], count: int, *, is_bound: bool) -> str:
    """How many places meet them all; `is_bound`: rules bar whole countries, whose places are not counted."""
    asked = f"the {'wish' if len(wishes) == 1 else 'wishes'} for {wording.listing([WISHES[each] for each in wishes])}"
    free = " that no rule bars" if is_bound else ""
    if not count:
        nearest = " those that miss the fewest stand first." if len(wishes) > 1 else ""
        return f"No place{free} meets {asked}{':' if nearest else '.'}{nearest}"
    if count == 1:
        return f"1 place{free} meets {asked}; it comes first."
    return f"{count:,} places{free} meet {asked}; they come first."
