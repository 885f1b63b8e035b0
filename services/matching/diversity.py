"""Keeps a list of 20 from being 20 suburbs of one capital, and shows first what others have been shown less."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from math import ceil, cos

import numpy as np

from services.matching.world.columns import EARTH_KM, Flags, World
from shared.values import Preferences

SPAN = 20
"""The limits hold for each 20 places of the list."""
OF_A_COUNTRY, OF_A_REGION, NEARBY = 5, 2, 1
NEAR_KM = 50
AS_GOOD = 0.01
"""Scores that are as near as this are equal: then the city that was shown less often stands first."""


class Why(StrEnum):
    """Why a city stands further down than its score would have it."""

    NEARBY = "nearby"
    REGION = "region"
    COUNTRY = "country"
    EXPOSURE = "exposure"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many cities of each kind 20 places of the list hold, as long as others are left."""

    country: int = OF_A_COUNTRY
    region: int = OF_A_REGION
    nearby: int = NEARBY
    named: frozenset[str] = frozenset()
    of_named: int = OF_A_COUNTRY
    """Of each country that the member named."""

    def of_country(self, code: str) -> int:
        return self.of_named if code in self.named else self.country


def limits_for(wished: Preferences, country: str | None = None) -> Limits:
    """A list may be full of what was asked for: the countries that the member named, or the one that is looked at."""
    named = frozenset([country] if country else wished.countries)
    if not named:
        return Limits()
    return Limits(named=named, of_named=max(OF_A_COUNTRY, ceil(SPAN / len(named))))


@dataclass(frozen=True, slots=True)
class Pool:
    """The best candidates, the best first; all sequences are as long as `rows`."""

    rows: Sequence[int]
    scores: Sequence[float]
    shown: Sequence[int]
    countries: Sequence[str]
    regions: Sequence[int]
    near: Flags
    """Whether the one lies within 50 km of the other; M x M."""
    steps: Sequence[int]
    """Never falling: no city stands before one of a lower step, however much it would spread the list."""


def pool(
    world: World,
    best: Sequence[tuple[int, float]],
    shown: Mapping[int, int] | None = None,
    steps: Sequence[int] | None = None,
) -> Pool:
    """`shown`: by row of the world; `steps`: as many as there are of the best, all the same if left out."""
    rows = [row for row, _ in best]
    unit = world.unit[:, rows]
    return Pool(
        rows,
        [score for _, score in best],
        [(shown or {}).get(row, 0) for row in rows],
        [world.country_code(row) for row in rows],
        world.region[rows].tolist(),
        np.asarray(unit.T @ unit > np.float32(cos(NEAR_KM / EARTH_KM))),
        steps if steps is not None else [0] * len(rows),
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """Places in the pool in the order to show, and why some stand further down."""

    order: list[int]
    why: dict[int, Why]


def spread(found: Pool, limits: Limits, count: int) -> Spread:
    """The first `count` to show: the best is always first, none comes twice, the same pool gives the same list."""
    tally = _Tally(found, limits)
    for _, step in groupby(range(len(found.rows)), key=found.steps.__getitem__):
        waiting = evened(found, list(step))
        while waiting and len(tally.order) < count:
            waiting = tally.fill(waiting, count)
    shown = set(tally.order)
    passed = [i for i in range(min(count, len(found.rows))) if i not in shown]
    return Spread(tally.order, {i: tally.why.get(i, Why.EXPOSURE) for i in passed})


def evened(found: Pool, waiting: Sequence[int]) -> list[int]:
    """By score, but the less shown first where scores are equal; the best keeps its place."""
    order = list(waiting[:1])
    begin = 1
    while begin < len(waiting):
        least = found.scores[waiting[begin]] - AS_GOOD
        end = begin + 1
        while end < len(waiting) and found.scores[waiting[end]] >= least:
            end += 1
        order += sorted(waiting[begin:end], key=lambda i: (found.shown[i], i))
        begin = end
    return order


@dataclass
class _Tally:
    """What the list holds so far."""

    found: Pool
    limits: Limits
    order: list[int] = field(default_factory=list)
    why: dict[int, Why] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.spans = 1
        self.countries, self.regions = Counter[str](), Counter[int]()
        self.nearby = np.zeros(len(self.found.rows), np.intp)

    def fill(self, waiting: list[int], count: int) -> list[int]:
        """Fills up to the next full 20 places, within the limits while that can be; those who wait still."""
        self.spans = len(self.order) // SPAN + 1
        until = min(self.spans * SPAN, count)
        for heeded in (tuple(Why), (Why.NEARBY, Why.REGION), (Why.NEARBY,), ()):
            if len(self.order) < until:
                waiting = self._take(waiting, until, heeded)
        return waiting

    def _take(self, waiting: list[int], until: int, heeded: Sequence[Why]) -> list[int]:
        still: list[int] = []
        for place, i in enumerate(waiting):
            if len(self.order) == until:
                return still + waiting[place:]
            if (held := self._held(i)) is not None and held in heeded:
                self.why.setdefault(i, held)
                still.append(i)
            else:
                self._add(i)
        return still

    def _held(self, i: int) -> Why | None:
        found, limits, spans = self.found, self.limits, self.spans
        if self.nearby[i] >= limits.nearby * spans:
            return Why.NEARBY
        if self.regions[found.regions[i]] >= limits.region * spans:
            return Why.REGION
        code = found.countries[i]
        if self.countries[code] >= limits.of_country(code) * spans:
            return Why.COUNTRY
        return None

    def _add(self, i: int) -> None:
        self.order.append(i)
        self.regions[self.found.regions[i]] += 1
        self.countries[self.found.countries[i]] += 1
        self.nearby += self.found.near[i]
