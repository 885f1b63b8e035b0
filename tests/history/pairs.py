"""Reads real partnerships from CSV: a_gid and b_gid are GeoNames ids, one row a pair."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.matching.world.columns import World

TOWN = 15_000
US_PLACE = 5_000
TERRITORIES = ("AS", "GU", "MP", "PR", "VI")
Rows = NDArray[np.int64]


class PairsUnreadable(Exception):
    """The file of pairs is not as it should be; the sentence says where."""


@dataclass(frozen=True)
class History:
    """Seekers (rows of the world, ascending) and each one's partners (rows), all of them among the candidates."""

    seekers: Rows
    partners: tuple[Rows, ...]
    n_read: int

    @property
    def n_pairs(self) -> int:
        return sum(map(len, self.partners))

    def some(self, which: Sequence[int] | Rows) -> "History":
        return History(
            self.seekers[which], tuple(self.partners[each] for each in which), self.n_read
        )


def read_ids(file: Path) -> list[tuple[int, int]]:
    """Pairs of GeoNames ids; PairsUnreadable names the line that is wrong."""
    if not file.exists():
        raise PairsUnreadable(f"There is no file {file}.")
    with file.open(encoding="utf-8", newline="") as stream:
        lines = csv.DictReader(stream)
        if missing := {"a_gid", "b_gid"} - set(lines.fieldnames or ()):
            raise PairsUnreadable(f"{file} has no column {' and none '.join(sorted(missing))}.")
        return [_ids(line, f"{file}, line {lines.line_num}") for line in lines]


def _ids(line: Mapping[str, str], where: str) -> tuple[int, int]:
    try:
        return int(line["a_gid"]), int(line["b_gid"])
    except (TypeError, ValueError):
        raise PairsUnreadable(
            f"{where}: a_gid and b_gid must be GeoNames ids (whole numbers), not"
            f" {line['a_gid']!r} and {line['b_gid']!r}."
        ) from None


def towns_abroad(world: World) -> NDArray[np.bool_]:
    """The candidates: places of at least 15,000 people outside the U.S. and its territories."""
    at_home = [code in ("US", *TERRITORIES) for code in world.countries]
    abroad: NDArray[np.bool_] = ~np.array(at_home)[world.country]
    towns: NDArray[np.bool_] = abroad & (world.population >= TOWN)
    return towns


def history(world: World, ids: Sequence[tuple[int, int]]) -> History:
    """Each U.S. city with its partners among the towns abroad."""
    in_us, candidate = world.country == world.countries.index("US"), towns_abroad(world)
    return _grouped(world, ids, in_us, candidate)


def us_places(world: World) -> NDArray[np.bool_]:
    """The candidates of a seeker abroad: U.S. places of at least 5,000 people, sections of a city left out."""
    in_us = world.country == world.countries.index("US")
    places: NDArray[np.bool_] = in_us & (world.population >= US_PLACE) & ~world.is_section
    return places


def world_history(world: World, ids: Sequence[tuple[int, int]]) -> History:
    """Both ends of each pair as seekers, with their partners among the towns abroad in other countries."""
    anywhere = np.ones(len(world), np.bool_)
    both = [(a, b) for a, b in ids if _lie_apart(world, a, b)]
    return _grouped(world, [*both, *((b, a) for a, b in both)], anywhere, towns_abroad(world))


def _lie_apart(world: World, a: int, b: int) -> bool:
    row, other = world.find(a), world.find(b)
    return row is not None and other is not None and world.country[row] != world.country[other]


def reversed_history(
    world: World, ids: Sequence[tuple[int, int]], us_places: NDArray[np.bool_]
) -> History:
    """Each town abroad with its partners among some U.S. places."""
    return _grouped(world, [(b, a) for a, b in ids], towns_abroad(world), us_places)


def _grouped(
    world: World,
    ids: Sequence[tuple[int, int]],
    may_seek: NDArray[np.bool_],
    candidate: NDArray[np.bool_],
) -> History:
    found: dict[int, set[int]] = {}
    for a, b in ids:
        seeker, partner = world.find(a), world.find(b)
        if seeker is not None and partner is not None and may_seek[seeker] and candidate[partner]:
            found.setdefault(seeker, set()).add(partner)
    seekers = sorted(found)
    partners = tuple(np.array(sorted(found[seeker]), np.int64) for seeker in seekers)
    return History(np.array(seekers, np.int64), partners, len(ids))
