"""Reads the tables beside it; derive.py made all but parts.tsv, and each says in its first lines from what."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent


def rows(table: str) -> Iterator[list[str]]:
    """A table's rows without its remarks (lines that begin with #)."""
    with (HERE / table).open(encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def region_names() -> dict[str, str]:
    """Country code, dot, region code -> the region's name."""
    return dict(row for row in rows("regions.tsv") if len(row) == 2)


def usual_by_region(table: str) -> dict[str, str]:
    """Country code, dot, region code -> the word that holds for its places unless they are listed by id."""
    return {region: row[0] for row in rows(table) if row[1] == "*" for region in row[2].split()}


def listed_by_id(table: str) -> dict[str, NDArray[np.int32]]:
    """Word -> the ids of the places that it holds for; the table has the first id, then each step to the next."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows(table):
        if row[1] == "ids":
            found[row[0]] += accumulate(int(step) for step in row[2].split())
    return {word: np.array(ids, np.int32) for word, ids in found.items()}


class PartsOf(NamedTuple):
    """One row of parts.tsv: which places are parts of the city, by the words of its first lines."""

    kind: str
    where: str
    """A country's code, with a dot and a region's where it is one; or the id of a single part."""
    city: int


def parts_of_cities() -> list[PartsOf]:
    return [PartsOf(kind, where, int(city)) for kind, where, city, _ in rows("parts.tsv")]
