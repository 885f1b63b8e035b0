"""How far it is from each place to the next town that is at least as large."""

import itertools

import numpy as np
from numpy.typing import NDArray

from services.matching.world.columns import EARTH_KM, FARTHEST_LARGER_KM, TOWN, Floats, Integers

STEP = FARTHEST_LARGER_KM / EARTH_KM
OFFSET = round(1 / STEP) + 2


def km_to_larger(unit: Floats, population: Integers) -> Floats:
    """For 3 x N points on the unit sphere: kilometres to the nearest such town, up to FARTHEST_LARGER_KM."""
    towns = np.flatnonzero(population >= TOWN)
    cells = np.floor(unit / STEP).astype(np.int64) + OFFSET
    key = _key(cells[:, towns])
    order = np.argsort(key, kind="stable")
    key, towns = key[order], towns[order]
    nearest = np.full(len(population), FARTHEST_LARGER_KM, np.float32)
    for step in itertools.product((-1, 0, 1), repeat=3):
        wanted = _key(cells + np.array(step)[:, None])
        start = np.searchsorted(key, wanted, "left")
        count = np.searchsorted(key, wanted, "right") - start
        place = np.repeat(np.arange(len(population)), count)
        within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
        other = towns[np.repeat(start, count) + within]
        larger = (population[other] >= population[place]) & (other != place)
        place, other = place[larger], other[larger]
        apart = np.square(unit[:, place] - unit[:, other]).sum(axis=0)
        np.minimum.at(nearest, place, EARTH_KM * np.sqrt(apart))
    return nearest


def _key(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for each cube of the grid."""
    key: NDArray[np.int64] = (cells[0] * 1024 + cells[1]) * 1024 + cells[2]
    return key
