"""What makes two places alike in role, geography and clock: small classes of places, compared once for all seekers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.world.columns import UNKNOWN_ELEVATION, Floats, Role, World, utc_offset

OFFICE = {
    Role.CAPITAL: 4,
    Role.REGIONAL_CAPITAL: 3,
    Role.DISTRICT_SEAT: 2,
    Role.TOWN: 0,
    Role.SECTION: 0,
}
"""Steps of government; between a seat of something and none lie two. A place whose class is not known has no step."""

STANDING_STEPS = 20
COASTAL_KM, NEAR_SEA_KM = 10, 50
"""On the coast; not far from it, as river ports and cities behind a bay are. Half-way between coast and inland."""
COASTS = (COASTAL_KM, NEAR_SEA_KM)
HILLS_M, MOUNTAINS_M = 300, 1000
SAME_GROUP = 0.5
"""What two climates of one main group (tropical, dry, temperate, cold, polar) count, beside 1 for the same class."""

OFFICE_DAYS = (date(2026, 1, 15), date(2026, 7, 15))
"""Clocks are compared in both halves of the year, so that summer time moves no score from one day to the next."""

AIRPORT_NEAR_KM, AIRPORT_FAR_KM = 30, 150

Columns = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Classes:
    """A class for each of N rows, and how alike any two classes are: a symmetric matrix of 0 to 1."""

    of: Rows
    alike: Floats

    def between(self, row: int, other: int) -> float:
        return self.alike.item(self.of.item(row), self.of.item(other))


def roles(world: World) -> Classes:
    """By office (seat of what) and standing (how far up in its region and country), the mean of both."""
    steps = np.rint(standing(world) * STANDING_STEPS).astype(np.intp)
    (role, step), of = combinations((len(Role), STANDING_STEPS + 1), world.role, steps)
    office = np.array([OFFICE.get(Role(each), np.nan) for each in role])
    return Classes(of, _mean_of_known(_near(office / 4), _near(step / STANDING_STEPS)))


def office_alike(one: Role, other: Role) -> float | None:
    """As in `roles`: 1 for the same office, 0 for a capital and a town without any; None where one is not known."""
    steps = OFFICE.get(one), OFFICE.get(other)
    if steps[0] is None or steps[1] is None:
        return None
    return 1 - abs(steps[0] - steps[1]) / 4


def standing(world: World) -> Columns:
    """1 for the first of its region and its country, towards 0 for the last: of 100, the 10th stands half-way."""
    in_region = _standing(world.rank_in_region, world.region)
    return (in_region + _standing(world.rank_in_country, world.country)) / 2


def geographies(world: World) -> Classes:
    """By climate, coast and height above the sea: the mean of those that are known of both places."""
    coast = np.digitize(np.nan_to_num(world.coast_km, nan=np.inf), COASTS, right=True)
    height = np.digitize(world.elevation, [UNKNOWN_ELEVATION + 1, HILLS_M, MOUNTAINS_M])
    sizes = (len(world.climates), len(COASTS) + 1, 4)
    (climate, sea, level), of = combinations(sizes, world.climate, coast, height)
    known = np.where(level == 0, np.nan, level)
    climates = _alike_climates(world.climates)[np.ix_(climate, climate)]
    return Classes(of, _mean_of_known(climates, _near(sea / len(COASTS)), _near(known / 2)))


def clocks(world: World) -> Classes:
    """By the clocks' distance from UTC in January and July: the share of an eight-hour day when both are at work."""
    ahead = np.array([[utc_offset(zone, day) for zone in world.timezones] for day in OFFICE_DAYS])
    found, of_zone = np.unique(ahead, axis=1, return_inverse=True)
    apart = np.abs(found[:, :, None] - found[:, None, :]) % 24
    hours = np.maximum(8 - np.minimum(apart, 24 - apart), 0)
    return Classes(of_zone.reshape(-1)[world.timezone], (hours / 8).mean(axis=0, dtype=np.float32))


def joined(*classes: Classes) -> tuple[list[Rows], Rows]:
    """The combinations of classes that occur: the class of each combination, and the combination of each row."""
    return combinations([len(each.alike) for each in classes], *(each.of for each in classes))


def airport_near(world: World) -> Floats:
    """1 up to AIRPORT_NEAR_KM, 0 from AIRPORT_FAR_KM on."""
    reach = (AIRPORT_FAR_KM - world.airport_km) / (AIRPORT_FAR_KM - AIRPORT_NEAR_KM)
    return np.clip(reach, 0, 1).astype(np.float32)


def combinations(sizes: Sequence[int], *columns: NDArray[Any]) -> tuple[list[Rows], Rows]:
    """The combinations of small numbers that occur, column by column, and the place of each row among them."""
    codes = np.ravel_multi_index([each.astype(np.intp) for each in columns], sizes)
    occurs = np.bincount(codes, minlength=prod(sizes)) > 0
    found = np.flatnonzero(occurs)
    return list(np.unravel_index(found, sizes)), (np.cumsum(occurs) - 1)[codes]


def _standing(rank: NDArray[np.int32], group: NDArray[np.int16]) -> Columns:
    """By the logarithm of the rank among as many as the group's last rank says: the last one has 0."""
    last = np.zeros(int(group.max()) + 1)
    np.maximum.at(last, group, rank)
    return 1 - np.log(rank) / np.log(last + 1)[group]


def _alike_climates(classes: Sequence[str]) -> Columns:
    def alike(one: str, other: str) -> float:
        if not one or not other:
            return np.nan
        return 1.0 if one == other else SAME_GROUP * (one[0] == other[0])

    return np.array([[alike(one, other) for other in classes] for one in classes])


def _near(values: NDArray[np.float64] | NDArray[np.int64]) -> Columns:
    return np.asarray(1 - np.abs(values[:, None] - values[None, :]), np.float64)


def _mean_of_known(*parts: Columns) -> Floats:
    return np.asarray(np.nanmean(np.stack(parts), axis=0), np.float32)
