"""Which cities were proposed to members, and how evenly a season spreads them: the table, its writes, its reads.

Only proposals count: cities that staff saw in a ranking, that the member named or that asked for a partner are not
exposed by that, and a city that was never proposed has no row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.research_file import ResearchFile
from services.matching.explaining import wording
from shared.recorder import Write
from shared.values import Place

if TYPE_CHECKING:
    from services.matching.application import Matching

SEASON = timedelta(days=365)
MOST_SHOWN = 20

PROPOSED = (
    "INSERT INTO proposals SELECT %(case_id)s, city, country, %(at)s"
    " FROM unnest(%(cities)s::bigint[], %(countries)s::text[]) AS proposed (city, country)"
    " ON CONFLICT (case_id, geoname_id) DO UPDATE SET proposed_at = excluded.proposed_at"
)
TIMES = (
    "SELECT geoname_id, count(*) AS times FROM proposals WHERE geoname_id = ANY(%(cities)s)"
    " AND proposed_at > %(since)s AND case_id <> %(case_id)s GROUP BY geoname_id"
)
SHOWN = (
    "SELECT geoname_id, count(*) AS times, count(*) FILTER (WHERE f.is_open) AS open_cases FROM proposals"
    " LEFT JOIN research_files f USING (case_id) WHERE proposed_at > %(since)s"
    " GROUP BY geoname_id ORDER BY times DESC, geoname_id"
)


def proposed(file: ResearchFile) -> list[Write]:
    """Rows for the lists that are being proposed; a city counts once for each search."""
    lists = [e for e in file.pending_events if isinstance(e, ResearchFile.ProspectsProposed)]
    return [_write(told) for told in lists]


def _write(told: ResearchFile.ProspectsProposed) -> Write:
    row = {
        "case_id": told.originator_id,
        "cities": [city.geoname_id for city in told.prospects],
        "countries": [city.country for city in told.prospects],
        "at": told.at,
    }
    return lambda curs: curs.execute(PROPOSED, row)


def times_shown(
    matching: "Matching", case_id: UUID, geoname_ids: Sequence[int]
) -> Mapping[int, int]:
    """For how many other searches each city was proposed in the last 12 months; one that was not is missing."""
    since = matching.clock() - SEASON
    found = matching.rows(TIMES, cities=list(geoname_ids), since=since, case_id=case_id)
    return {row["geoname_id"]: row["times"] for row in found}


@dataclass(frozen=True, slots=True)
class Shown:
    """A city with the searches for which it was proposed, and those of them that are open."""

    place: Place
    times: int
    open_cases: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """How a season's proposals spread over the cities that were proposed at all."""

    since: datetime
    proposals: int
    cities: int
    shown_once: float
    """The share of these cities that were proposed for one search only, 0 to 1."""
    gini: float
    """Of the times that each was proposed: 0 where all were alike, near 1 where few had them all."""
    most_shown: list[Shown]
    sentence: str


def season(matching: "Matching", since: datetime | None = None) -> Exposure:
    """The last 12 months, or since a day."""
    begin = since or matching.clock() - SEASON
    found = matching.rows(SHOWN, since=begin)
    times = [int(row["times"]) for row in found]
    most = [
        Shown(matching.stored_place(row["geoname_id"]), row["times"], row["open_cases"])
        for row in found[:MOST_SHOWN]
    ]
    once = times.count(1) / len(times) if times else 0.0
    return Exposure(
        since=begin,
        proposals=sum(times),
        cities=len(times),
        shown_once=round(once, 4),
        gini=round(gini(times), 4),
        most_shown=most,
        sentence=_sentence(times, once, most),
    )


def gini(counts: Sequence[int] | NDArray[np.integer[Any]]) -> float:
    """0 where all have as much, towards 1 where one has everything, zeros counted in; 0 of none."""
    ordered = np.sort(np.asarray(counts, np.int64))
    total, size = ordered.sum(), len(ordered)
    if not total:
        return 0.0
    return float((2 * np.arange(1, size + 1) - size - 1) @ ordered / (size * total))


def _sentence(times: Sequence[int], once: float, most: Sequence[Shown]) -> str:
    if not times:
        return "No city has been proposed in this time."
    cities = "1 city was" if len(times) == 1 else f"{len(times):,} cities were"
    said = f"{cities} proposed {sum(times):,} {'time' if sum(times) == 1 else 'times'}"
    first = most[0]
    if first.times == 1:
        return f"{said}, none of them for more than one search."
    where = f"{first.place.name} ({wording.country(first.place.country)})"
    return f"{said}; {once:.0%} of them for one search only, {where} for {first.times:,}."
