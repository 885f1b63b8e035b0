"""The whole world as one search sees it: how good each place is, which are listed or barred, drawn tile by tile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from services.matching import looking
from services.matching.explaining import wording
from services.matching.ranking import Found, Ranking, Search
from services.matching.score.score import HOME, NO_CANDIDATE
from services.matching.tiles import Grid, Point, Tile, encoded
from services.matching.world.columns import Flags, Floats, Tiny

if TYPE_CHECKING:
    from services.matching.application import Matching

BESTS = (10_000, 1_000, 100)
"""The bands: a place among the best 10,000 stands in the second one, among the best 100 in the fourth."""
Rows = NDArray[np.intp]
KEPT = 8
HOLDS = 20.0
"""Seconds for which a chart is kept: tiles come by the dozen, and listings and rules change meanwhile."""
LAYER = "places"


@dataclass(frozen=True, slots=True)
class Asked:
    """What places are looked for."""

    country: str | None = None
    floor: int = 0
    least: float = 0.0
    only_listed: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """The best of the world by score alone."""

    best: int
    least: Annotated[float, Field(description="The score that all of them reach.")]


@dataclass(frozen=True, slots=True)
class CountryCount:
    country: str
    name: str
    places: int
    best: Annotated[float | None, Field(description="The best score there; without a case none.")]


@dataclass(frozen=True, slots=True)
class WorldView:
    """What all tiles together show."""

    places: int
    listed: int
    barred: Annotated[int, Field(description="Of these, barred by a rule or left out by staff.")]
    bands: Annotated[list[Band], Field(description="From the widest; without a case none.")]
    countries: list[CountryCount]


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns beside those of the world; without a search there are no scores."""

    scores: Floats | None
    is_shown: Flags
    is_barred: Flags
    is_listed: Flags
    band: Tiny
    bands: tuple[Band, ...]


class Charts:
    """Makes them, and keeps the latest for a moment."""

    def __init__(self, ranking: Ranking) -> None:
        self.ranking, self.world = ranking, ranking.world
        self.grid = Grid(ranking.world)
        self._lock, self._kept = Lock(), lru_cache(maxsize=KEPT)(self._made)

    def of(self, matching: Matching, case_id: UUID | None) -> Chart:
        """Raises NotFound."""
        moment = int(monotonic() / HOLDS)
        with self._lock:
            if case_id is None:
                return self._kept(matching, None, 0, 0, moment)
            file, changed = matching.case(case_id), matching.adjustments(case_id)
            return self._kept(
                matching, case_id, file.version, changed.version if changed else 0, moment
            )

    def _made(
        self, matching: Matching, case_id: UUID | None, version: int, changes: int, moment: int
    ) -> Chart:
        if case_id is None:
            numbers = [each.place.geoname_id for each in matching.listed_cities() if each.is_on_map]
            return self._bare(numbers)
        search = looking.search(matching, matching.case(case_id))
        listed = list(search.on_map)
        return self._scored(search, listed) if search.seeker else self._bare(listed)

    def _bare(self, listed: list[int]) -> Chart:
        """Every place abroad that counts as one."""
        world = self.world
        is_home = np.array([code == HOME for code in world.countries])[world.country]
        none = np.zeros(len(world), bool)
        band = np.ones(len(world), np.int8)
        return Chart(None, ~(world.is_section | is_home), none, self._marked(listed), band, ())

    def _scored(self, search: Search, listed: list[int]) -> Chart:
        found = Found(self.ranking, search)
        scores, is_shown = found.scores, found.scores >= 0
        is_barred = is_shown & ((found.free < 0) | self._marked(list(search.excluded)))
        open_ones = np.sort(np.where(is_barred, np.float32(NO_CANDIDATE), scores))
        bands = tuple(
            Band(best, round(float(open_ones[-min(best, len(open_ones))]), 4)) for best in BESTS
        )
        band = np.ones(len(scores), np.int8)
        for best in BESTS:
            band += (scores >= open_ones[-min(best, len(open_ones))]).astype(np.int8)
        band[is_barred] = 0
        return Chart(scores, is_shown, is_barred, self._marked(listed), band, bands)

    def _marked(self, numbers: list[int]) -> Flags:
        marked = np.zeros(len(self.world), bool)
        rows = (self.world.find(number) for number in numbers)
        marked[[row for row in rows if row is not None]] = True
        return marked

    def view(self, chart: Chart, asked: Asked) -> WorldView:
        """Countries are counted whatever country is asked for, so that another can be chosen."""
        world = self.world
        wide = self._meeting(chart, Asked(None, asked.floor, asked.least, asked.only_listed))
        rows = np.flatnonzero(wide)
        is_here = np.ones(len(rows), bool)
        if asked.country is not None:
            is_here = world.country[rows] == self._code(asked.country)
        here = rows[is_here]
        return WorldView(
            places=len(here),
            listed=int(np.count_nonzero(chart.is_listed[here])),
            barred=int(np.count_nonzero(chart.is_barred[here])),
            bands=list(chart.bands),
            countries=self._countries(chart, rows),
        )

    def _countries(self, chart: Chart, rows: Rows) -> list[CountryCount]:
        codes = self.world.country[rows]
        places = np.bincount(codes, minlength=len(self.world.countries)).tolist()
        best = np.full(len(self.world.countries), NO_CANDIDATE, np.float32)
        if chart.scores is not None:
            np.maximum.at(best, codes, chart.scores[rows])
        found = zip(self.world.countries, places, best.tolist(), strict=True)
        counted = [
            CountryCount(code, wording.country(code), n, round(score, 4) if score >= 0 else None)
            for code, n, score in found
            if n
        ]
        return sorted(counted, key=lambda each: each.name)

    def tile(self, chart: Chart, tile: Tile, asked: Asked) -> bytes:
        span = self.grid.span(tile)
        rows = self.grid.order[span]
        places = np.flatnonzero(self._meeting(chart, asked, rows)) + span.start
        return encoded(LAYER, self._points(chart, tile, places)) if len(places) else b""

    def _points(self, chart: Chart, tile: Tile, places: Rows) -> Iterator[Point]:
        """A cell with several places is one point in their middle, as good as the best of them."""
        grid, rows = self.grid, self.grid.order[places]
        starts = grid.cells(tile, places)
        counts = np.diff(starts, append=len(places))
        x, y = (np.add.reduceat(axis[places], starts) / counts for axis in (grid.x, grid.y))
        bands = np.maximum.reduceat(chart.band[rows], starts).tolist()
        listed = np.add.reduceat(chart.is_listed[rows].astype(np.int32), starts).tolist()
        across, down = grid.within(tile, x, y)
        for i, (start, count) in enumerate(zip(starts.tolist(), counts.tolist(), strict=True)):
            facts: dict[str, int | str] = {"band": bands[i]}
            if listed[i]:
                facts["listed"] = listed[i]
            if count > 1:
                yield Point(0, across[i], down[i], facts | {"n": count})
            else:
                row = int(rows[start])
                facts["name"] = self.world.name(row)
                yield Point(int(self.world.ids[row]), across[i], down[i], facts)

    def _meeting(self, chart: Chart, asked: Asked, rows: Rows | None = None) -> Flags:
        """Of these rows, or of all."""
        chosen: Rows | slice = slice(None) if rows is None else rows
        found = chart.is_shown[chosen].copy()
        if asked.country is not None:
            found &= self.world.country[chosen] == self._code(asked.country)
        if asked.floor:
            found &= self.world.population[chosen] >= asked.floor
        if asked.least and chart.scores is not None:
            found &= chart.scores[chosen] >= asked.least
        if asked.only_listed:
            found &= chart.is_listed[chosen]
        return found

    def _code(self, country: str) -> int:
        known = self.world.countries
        return known.index(country) if country in known else -1
