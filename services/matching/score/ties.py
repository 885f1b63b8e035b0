"""Reads ties.tsv: which U.S. states have official ties with which countries and regions abroad, and who says so."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from services.matching.world.columns import Region, World

FILE = Path(__file__).parent / "ties.tsv"
GUARD, SISTER = "guard", "sister state"


class Tie(NamedTuple):
    """One line of the file; `region` is empty where the tie is with the whole country."""

    kind: str
    state: str
    country: str
    region: str
    since: str
    source: str


class Ties:
    """The ties of a world's U.S. states, ready for looking up by index into the world's regions."""

    def __init__(self, world: World, file: Path = FILE) -> None:
        lines = file.read_text(encoding="utf-8").splitlines()
        self.all = [Tie(*line.split("\t")) for line in lines if line and not line.startswith("#")]
        regions = world.regions
        states = [i for i, region in enumerate(regions) if region.country == "US"]
        self.row = np.full(len(regions), len(states))
        self.row[states] = np.arange(len(states))
        country = np.array([region.country for region in regions])
        code = np.array([region.code for region in regions])
        shape = (len(states) + 1, len(regions))
        row_of = {regions[i].code: row for row, i in enumerate(states)}
        guard, sister_country, sister = (np.zeros(shape, np.float32) for _ in range(3))
        self.tables = (guard, sister_country, sister)
        """By state (`row` of its region; the last is none) and region: 1 where there is such a tie."""
        for tie in self.all:
            if (row := row_of.get(tie.state)) is not None:
                in_country = country == tie.country
                if tie.kind == GUARD:
                    guard[row, in_country] = 1
                else:
                    sister_country[row, in_country] = 1
                    sister[row, in_country & (code == tie.region)] = 1

    def between(self, home: Region, abroad: Region) -> list[Tie]:
        """Those of a state with a region abroad or its whole country."""
        return [
            tie
            for tie in self.all
            if (tie.state, tie.country) == (home.code, abroad.country)
            and tie.region in ("", abroad.code)
        ]
