"""Turns rankings into figures: where in its list each real partner stands, and how sure one can be of the mean."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.world.columns import World
from tests.history.pairs import Rows

ENOUGH_IN_COUNTRY = 20
SMALL = 50_000
HEAD = 50
DEPTHS = (10, 50, 100, 500)
RESAMPLES = 1000
Doubles = NDArray[np.float64]


@dataclass
class Ranks:
    """Where partners stood in the lists of a ranking, pair by pair."""

    world: World
    candidates: Rows
    city: list[int] = field(default_factory=list)
    """By pair: the number of the seeker, the unit of resampling."""
    rank: list[int] = field(default_factory=list)
    """1 is best, among all candidates; of equal scores the lower id comes first."""
    in_country: list[int] = field(default_factory=list)
    """The same among the candidates of the partner's country; 0 where they are too few."""
    people: list[int] = field(default_factory=list)
    shown: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """By candidate: in how many lists it was among the first HEAD."""

    def add(self, scores: NDArray[Any], partners: Rows, city: int) -> None:
        """One seeker's scores of the whole world, its partners among the candidates, and its number."""
        scores = scores[self.candidates]
        country = self.world.country[self.candidates]
        for place in np.searchsorted(self.candidates, partners):
            ahead = (scores > scores[place]) | (
                (scores == scores[place]) & (np.arange(len(scores)) < place)
            )
            own = country == country[place]
            few = own.sum() < ENOUGH_IN_COUNTRY
            self.city.append(city)
            self.rank.append(1 + int(ahead.sum()))
            self.in_country.append(0 if few else 1 + int((ahead & own).sum()))
            self.people.append(int(self.world.population[self.candidates[place]]))
        if not len(self.shown):
            self.shown = np.zeros(len(self.candidates), np.int64)
        self.shown[first(scores, HEAD)] += 1


def first(scores: NDArray[Any], count: int) -> Rows:
    """Where the highest scores are, ties by place."""
    return np.argsort(-scores, kind="stable")[:count]


@dataclass(frozen=True)
class Figure:
    """A mean over pairs or cities that can be resampled by city: sums by city and numbers by city."""

    name: str
    sums: Doubles
    numbers: Doubles

    @property
    def value(self) -> float:
        return float(self.sums.sum() / self.numbers.sum()) if self.numbers.any() else float("nan")

    def resampled(self, draws: Doubles) -> Doubles:
        """`draws`: how often each city was drawn, a row for each resample."""
        numbers = draws @ self.numbers
        return (draws @ self.sums) / np.where(numbers > 0, numbers, np.nan)


def figures(ranks: Ranks, n_cities: int) -> list[Figure]:
    """Recalls, mean reciprocal rank (of a city's best partner) and mean percentile; then those within the country."""
    city, rank = np.array(ranks.city), np.array(ranks.rank, float)
    inside, people = np.array(ranks.in_country), np.array(ranks.people)
    every = np.ones(len(rank), bool)

    def mean(name: str, values: Iterable[float], pairs: NDArray[np.bool_]) -> Figure:
        given = np.asarray(values, float)[pairs]
        sums, numbers = np.zeros(n_cities), np.zeros(n_cities)
        np.add.at(sums, city[pairs], given)
        np.add.at(numbers, city[pairs], 1)
        return Figure(name, sums, numbers)

    best = np.full(n_cities, np.inf)
    np.minimum.at(best, city, rank)
    seen = np.isfinite(best).astype(float)
    last = max(len(ranks.candidates) - 1, 1)
    return [
        *(mean(f"R@{depth}", rank <= depth, every) for depth in DEPTHS),
        Figure("MRR", seen / best, seen),
        mean("percentile", 1 - (rank - 1) / last, every),
        *(mean(f"in-country R@{depth}", inside <= depth, inside > 0) for depth in (10, 50)),
        *(mean(f"small R@{depth}", rank <= depth, people < SMALL) for depth in (50, 500)),
    ]


def shown_small(ranks: Ranks) -> float:
    """The share of the places on the first HEAD ranks that have fewer than SMALL people."""
    small = ranks.world.population[ranks.candidates] < SMALL
    return float(ranks.shown[small].sum() / ranks.shown.sum())


def resamples(n_cities: int, seed: int = 11) -> Doubles:
    """How often each city is drawn when as many as there are get drawn with replacement, RESAMPLES times."""
    even = np.full(n_cities, 1 / n_cities)
    return np.random.default_rng(seed).multinomial(n_cities, even, RESAMPLES).astype(float)


def interval(values: Doubles) -> tuple[float, float]:
    """The middle 95 %."""
    known = values[~np.isnan(values)]
    low, high = np.percentile(known, (2.5, 97.5)) if len(known) else (np.nan, np.nan)
    return float(low), float(high)
