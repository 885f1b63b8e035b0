"""Two to five cities side by side: a row for each thing one asks about a city, a cell with its source for each city."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from services.matching.domain.refusals import WrongNumberToCompare
from services.matching.explaining import wording
from services.matching.explaining.pair import (
    AIRPORTS,
    CLDR,
    CLIMATE,
    CLOCKS,
    COAST,
    DEBRIEF,
    GEONAMES,
    RECORDS,
    TAKEN,
    Pair,
    Speaks,
    pair_of,
)
from services.matching.explaining.towns import clocks
from services.matching.explaining.wishes import like
from services.matching.reasons import Explanation, explain
from services.matching.score.factors import Listed, Measure, Seeker
from services.matching.score.score import Score
from services.matching.score.weights import Side

LEAST_CITIES, MOST_CITIES = 2, 5
MOST_LANGUAGES = 4
LEAST_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of one city, and from where."""

    text: str
    source: str
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class City:
    """A column's head."""

    geoname_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Each row has one cell for each city, in the order of `cities`."""

    cities: list[City]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells of one city are made of."""

    pair: Pair
    measures: Sequence[Measure]
    explanation: Explanation


def compare(
    score: Score,
    seeker: Seeker,
    indexes: Sequence[int],
    listed: Sequence[Listed] = (),
    today: date | None = None,
) -> Comparison:
    """The places in these rows of the world for this seeker, each once; WrongNumberToCompare unless 2 to 5 are left."""
    rows = list(dict.fromkeys(indexes))
    if not LEAST_CITIES <= len(rows) <= MOST_CITIES:
        raise WrongNumberToCompare(count=len(rows))
    listings = {each.index: each for each in listed}
    columns = [_column(score, seeker, i, listings.get(i), today) for i in rows]
    return Comparison(
        [City(int(score.world.ids[i]), wording.full_name(score.world, i)) for i in rows],
        [Row(title, [cell(column) for column in columns]) for title, cell in ROWS.items()],
    )


def _column(
    score: Score, seeker: Seeker, index: int, listed: Listed | None, today: date | None
) -> Column:
    measures = score.measures(seeker, index, listed, today)
    explanation = explain(score, seeker, index, listed, measures)
    return Column(pair_of(score, seeker, index, listed), measures, explanation)


def _not_known(why: str, source: str) -> Cell:
    return Cell(f"not known: {why}", source, is_known=False)


def _size(column: Column) -> Cell:
    return Cell(column.pair.there.people, GEONAMES)


def _role(column: Column) -> Cell:
    return Cell(column.pair.there.part, GEONAMES)


def _distance(column: Column) -> Cell:
    return Cell(wording.distance(column.pair.km, column.pair.home.code), GEONAMES)


def _time(column: Column) -> Cell:
    pair = column.pair
    at = clocks(pair.home.timezone, pair.there.timezone)
    return Cell(
        f"{wording.ahead(at.ahead, 'there')}; office hours {wording.overlap(at.overlaps)}", CLOCKS
    )


def _languages(column: Column) -> Cell:
    country = column.pair.there.country
    told = [each for each in country.languages if each.share >= LEAST_SHARE or each.is_official]
    if not told:
        return _not_known("no shares are on record for the country", CLDR)
    texts = [
        f"{wording.language(each.code)} {wording.share(each.share)}"
        for each in told[:MOST_LANGUAGES]
    ]
    return Cell(f"{', '.join(texts)} of the people of {column.pair.there.country_name}", CLDR)


def _climate(column: Column) -> Cell:
    code = column.pair.there.climate
    if not code:
        return _not_known("the climate map leaves this place out", CLIMATE)
    return Cell(wording.climate(code), CLIMATE)


def _coast(column: Column) -> Cell:
    there, reader = column.pair.there, column.pair.home.code
    if there.coast_km is None:
        return Cell(f"more than {wording.distance(100, reader)} from the sea", COAST)
    return Cell(wording.shore(there.coast_km, reader), COAST)


def _airport(column: Column) -> Cell:
    there = column.pair.there
    far = wording.distance(there.airport_km, column.pair.home.code)
    return Cell(f"{there.airport.name} ({there.airport.code}), {far} away", AIRPORTS)


def _of_listing(column: Column, offered: Sequence[str], named: str) -> Cell | None:
    """Why nothing can be in common; None where something can."""
    if column.pair.listed is None:
        return _not_known("it has no listing", RECORDS)
    if not offered:
        return _not_known(f"its listing names no {named}", column.pair.listing)
    return None


def _themes(column: Column) -> Cell:
    seeker, offered = column.pair.seeker, column.pair.offered.themes
    if missing := _of_listing(column, offered, "themes"):
        return missing
    if not seeker.wants:
        return _not_known("you named no themes", DEBRIEF)
    common = [each for each in seeker.wants if each in offered]
    text = wording.listing(common) or f"none; it names {wording.listing(offered)}"
    return Cell(text, f"{DEBRIEF}; {column.pair.listing}")


def _industries(column: Column) -> Cell:
    mine, offered = column.pair.seeker.profile.industries, column.pair.offered.industries
    if missing := _of_listing(column, offered, "industries"):
        return missing
    if not mine:
        return _not_known("your own industries are not on record", DEBRIEF)
    common = [each for each, near in like(offered, mine).items() if near]
    text = wording.listing(common) or f"none; it names {wording.listing(offered)}"
    return Cell(text, f"{DEBRIEF}; {column.pair.listing}")


def _universities(column: Column) -> Cell:
    offered = column.pair.offered.universities
    if missing := _of_listing(column, offered, "universities"):
        return missing
    return Cell(wording.listing(offered), column.pair.listing)


def _listing(column: Column) -> Cell:
    listed = column.pair.listed
    if listed is None:
        return Cell("not listed: it has not asked for a partner here", RECORDS)
    day = f", confirmed on {wording.day(listed.confirmed_on)}" if listed.confirmed_on else ""
    verified = "verified" if listed.is_verified else "not verified yet"
    taken = f"; {TAKEN[listed.availability]}" if listed.availability in TAKEN else ""
    return Cell(f"listed{day}, {verified}{taken}", RECORDS)


def _most(column: Column, way: Speaks) -> Cell:
    """The first sentence of the factor that moves the side "how well it suits you" furthest this way."""
    of_side = (each for each in column.measures if each.side is Side.YOU)
    moves = {each.factor: each.weight * ((each.value or 0) - 0.5) for each in of_side}
    told = [each for each in column.explanation.suits_you if each.speaks == way]
    best = max(told, key=lambda each: abs(moves[each.factor]), default=None)
    if best is None:
        return Cell("nothing on record", RECORDS)
    return Cell(best.text, best.source)


def _for(column: Column) -> Cell:
    return _most(column, "for")


def _against(column: Column) -> Cell:
    return _most(column, "against")


ROWS: dict[str, Callable[[Column], Cell]] = {
    "Size": _size,
    "Role": _role,
    "Distance": _distance,
    "Time": _time,
    "Languages": _languages,
    "Climate": _climate,
    "Coast": _coast,
    "Airport": _airport,
    "Themes in common": _themes,
    "Industries in common": _industries,
    "Universities and schools": _universities,
    "Listing": _listing,
    "Speaks most for it": _for,
    "Speaks most against it": _against,
}
