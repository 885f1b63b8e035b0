"""The simple rankings that matching has to beat; each learns from some seekers and scores places for another."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.score.features import NEAREST_KM
from services.matching.world.columns import TOWN, World
from tests.history.pairs import History

Scores = NDArray[np.floating[Any]] | NDArray[np.integer[Any]]
Ranker = Callable[[int], Scores]
"""From a seeker's row to a number for each place of the world; the highest comes first."""

PRIOR_PAIRS, PRIOR_POWER = 20.0, 0.8
"""How many pairs of its own a state's habits need to count as much as the whole country's; the best of a few tried."""


def at_random(world: World, _: History) -> Ranker:
    def score(seeker: int) -> Scores:
        return np.random.default_rng(seeker).random(len(world))

    return score


def largest(world: World, _: History) -> Ranker:
    return lambda _: world.population


def gravity(world: World, _: History) -> Ranker:
    """Population divided by distance."""
    return lambda seeker: world.population / np.maximum(world.km_to_all(seeker), NEAREST_KM)


def country_prior(world: World, train: History) -> Ranker:
    """How often the state's cities have partners in the country, shared among its towns by their people."""
    n_countries = len(world.countries)
    counts = np.zeros((len(world.regions), n_countries))
    for seeker, partners in zip(train.seekers, train.partners, strict=True):
        np.add.at(counts[world.region[seeker]], world.country[partners], 1)
    overall = (counts.sum(axis=0) + 0.1) / (counts.sum() + 0.1 * n_countries)
    habits = (counts + PRIOR_PAIRS * overall) / (counts.sum(axis=1, keepdims=True) + PRIOR_PAIRS)
    people = world.population**PRIOR_POWER
    in_towns = np.bincount(world.country, people * (world.population >= TOWN), n_countries)
    share = people / np.maximum(in_towns, 1)[world.country]
    return lambda seeker: habits[world.region[seeker]][world.country] * share


def popularity(world: World, train: History) -> Ranker:
    """How many other cities have the place as a partner; among equals the larger one."""
    counts = np.bincount(np.concatenate(train.partners), minlength=len(world))
    return lambda _: counts + world.population / 1e9


BASELINES: dict[str, Callable[[World, History], Ranker]] = {
    "random": at_random,
    "largest population": largest,
    "gravity": gravity,
    "country prior with population": country_prior,
    "popularity": popularity,
}
