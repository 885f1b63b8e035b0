"""Where to begin if a request is boundless: countries and regions with the best candidates, and why (B8)."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field

from services.matching.advising.ground import (
    BEST,
    NAMES,
    STARTS,
    Ground,
    languages,
    listed_cities,
    most,
    range_of,
    those,
    waiting_elsewhere,
)
from services.matching.explaining import wording
from services.matching.reasons import explain
from services.matching.wished import masks
from services.matching.world.columns import Flags, World
from shared.values import Place, Preferences, community_id

MANY = 2_000
"""More places than this in several countries, and no country named: nobody can look through them (B8)."""
NEAR_BEST = 0.03
"""Countries whose mean is within this of the best are as good as it: those with a listed city come first (B7)."""
TELLING = ("tie", "habit", "hours")
"""Reasons that go for a whole country, by what their fact is of."""


class Start(BaseModel):
    """A country to begin with."""

    country: str
    name: str
    region: Annotated[str, Field(description="With its strongest candidates; may be empty.")]
    score: Annotated[float, Field(description="Mean of its five best candidates, 0 to 1.")]
    best: Annotated[
        list[str], Field(description="Its best candidates; for staff, a member sees none.")
    ]
    listed: int
    searches: Annotated[int, Field(description="Other open searches that name it; few is good.")]
    why: list[str]


class Narrow(BaseModel):
    """Where to begin in a world without bounds (B8)."""

    sentence: str
    starts: list[Start]


def narrow(ground: Ground, wished: Preferences) -> Narrow | None:
    """The countries with the best candidates of what was asked for; None where that is bounded (B8)."""
    met = masks(ground.world, wished)
    among = those(ground, met)
    if not is_boundless(ground.world, wished, among):
        return None
    best = listed_first(ground, best_of_countries(ground, among))
    starts = [_start(ground, code, found) for code, found in best[:STARTS]]
    said = [_all_that(ground, wished, among, is_bound=bool(met)), _by_region(ground, wished)]
    if wished.themes or wished.priority_project:
        said.append(_of_themes(ground, wished))
    said += filter(None, [waiting_elsewhere(listed_cities(ground, wished))])
    return Narrow(sentence=" ".join(said), starts=starts) if starts else None


def is_boundless(world: World, wished: Preferences, among: Flags) -> bool:
    """Whether no country is named, and more than 2,000 places in several countries meet what is asked for."""
    is_many = int(np.count_nonzero(among)) > MANY
    return not wished.countries and is_many and _countries(world, among) > 1


def _countries(world: World, among: Flags) -> int:
    return len(np.unique(world.country[among]))


def _all_that(ground: Ground, wished: Preferences, among: Flags, *, is_bound: bool) -> str:
    """How many places are looked at, and why; `is_bound`: some wish is one for places."""
    count = int(np.count_nonzero(among))
    places = f"{count:,} places in {_countries(ground.world, among):,} countries"
    if is_bound:
        said = f"this request names no country: {places} meet what it asks for ({_asked(wished)})."
    elif wished.themes or wished.priority_project:
        said = f"this request says nothing of where, how large or in which language: all {places} are looked at."
    else:
        said = f"this request names no country, continent, language, size or theme: all {places} are looked at."
    if not ground.worked_on:
        return wording.sentence(said)
    return f"{_worked_on(ground.worked_on)} worked on; for the rest of the search, {said}"


def _worked_on(cities: Sequence[Place]) -> str:
    """ "Tartu is", "Tartu and Fulda are", "5 cities are"."""
    if len(cities) > NAMES:
        return f"{len(cities)} cities are"
    return (
        f"{wording.listing([each.name for each in cities])} {'is' if len(cities) == 1 else 'are'}"
    )


def _asked(wished: Preferences) -> str:
    parts = [wording.CONTINENTS[each] for each in wished.continents]
    said = [wording.listing(parts)] if parts else []
    if wished.population_min or wished.population_max is not None:
        said.append(range_of(wished.population_min, wished.population_max))
    if wished.languages:
        said.append(f"{languages(wished)} spoken")
    return "; ".join(said)


def _by_region(ground: Ground, wished: Preferences) -> str:
    said = "Narrow it by region, beginning with one or two of these countries"
    if wished.themes or wished.priority_project:
        return f"{said}."
    themes = ground.about.seeker.profile.themes if ground.about.seeker else ()
    known = f"; the profile speaks of {wording.listing(themes)}" if themes else ""
    return f"{said}, or by programme: name the themes that matter most{known}."


def _of_themes(ground: Ground, wished: Preferences) -> str:
    """What is known of themes, where the member looks and elsewhere: only listings name any."""
    project = () if wished.priority_project is None else (wished.priority_project,)
    wanted = tuple(dict.fromkeys([*project, *wished.themes]))
    here, elsewhere = Counter[str](), Counter[str]()
    for city, is_there in listed_cities(ground, wished):
        if not set(wanted).isdisjoint(city.profile.themes):
            (here if is_there else elsewhere)[city.place.country] += 1
    free = f"of those that are free{' where the member looks' if wished.continents else ''}"
    told = f"none {free} names"
    if here:
        told = wording.count_of(here.total(), f"{free} names", f"{free} name")
    where = f", {most(here)}" if here else ""
    if elsewhere:
        does = wording.count_of(elsewhere.total(), "does", "do")
        where += f"; elsewhere {does}, {most(elsewhere)}"
    return f"Only listed cities say which themes are theirs: {told} {wording.listing(wanted, 'or')}{where}."


def best_of_countries(ground: Ground, among: Flags) -> list[tuple[str, list[int]]]:
    """Countries with their rows, the best first in both; by the mean of the best five, of those that have five."""
    scores, world = ground.scores, ground.world
    free = np.flatnonzero(among)
    free = free[np.argsort(-scores[free], kind="stable")]
    free = free[np.argsort(world.country[free], kind="stable")]
    codes, begins = np.unique(world.country[free], return_index=True)
    parts = np.split(free, begins[1:]) if len(free) else []
    found = {
        world.countries[code]: _of_one_record(ground, part.tolist())
        for code, part in zip(codes.tolist(), parts, strict=True)
    }
    means = {code: _mean(ground, best) for code, best in found.items() if len(best) >= BEST}
    return [(code, found[code]) for code in sorted(means, key=lambda code: (-means[code], code))]


def _mean(ground: Ground, best: Sequence[int]) -> float:
    return float(ground.scores[list(best[:BEST])].mean())


def listed_first(ground: Ground, best: list[tuple[str, list[int]]]) -> list[tuple[str, list[int]]]:
    """Of the countries that are about as good as the best one, those where a listed city is free first."""
    if not best:
        return best
    least = _mean(ground, best[0][1]) - NEAR_BEST
    as_good = [each for each in best if _mean(ground, each[1]) >= least]
    listed = ground.interest.listed
    as_good.sort(key=lambda each: not listed.get(each[0]))  # stable
    return as_good + best[len(as_good) :]


def _of_one_record(ground: Ground, best: list[int]) -> list[int]:
    """Without cities, among the first, that the case or the member has under another record."""
    others = {*ground.about.records, *ground.about.partners}
    if not others:
        return best
    ids, head = ground.world.ids, best[: 2 * BEST]
    kept = [row for row in head if community_id(int(ids[row])) not in others]
    return kept + best[2 * BEST :]


def _start(ground: Ground, code: str, found: Sequence[int]) -> Start:
    start = Start(
        country=code,
        name=wording.country(code),
        region=_region(ground, found),
        score=round(_mean(ground, found), 4),
        best=[ground.world.name(row) for row in found[:NAMES]] if ground.for_staff else [],
        listed=ground.interest.listed.get(code, 0),
        searches=ground.interest.searches(code),
        why=[],
    )
    return start.model_copy(
        update={"why": [*_why(start), *_reasons(ground, found[0]), *_looks(start)]}
    )


def _why(start: Start) -> list[str]:
    why = []
    if start.best:
        why.append(f"{wording.listing(start.best)} are its best candidates for this member.")
    if start.region:
        where = wording.region_in_sentence(start.region)
        why.append(f"Its best places for this member lie in {where}: begin there.")
    return why


def _reasons(ground: Ground, best: int) -> list[str]:
    """What speaks for the country, by its best candidate, whose name is not said."""
    seeker = ground.about.seeker
    assert seeker is not None
    said = explain(ground.ranking.score, seeker, best, of_candidate_alone=True).suits_you
    return [
        reason.text
        for reason in said
        if reason.fact.get("of") in TELLING and reason.speaks == "for"
    ]


def _looks(start: Start) -> list[str]:
    free = wording.count_of(start.listed, "listed city there is", "listed cities there are")
    looks = wording.count_of(start.searches, "other search names", "other searches name")
    return [wording.sentence(f"{free} free."), wording.sentence(f"{looks} {start.name}.")]


def _region(ground: Ground, found: Sequence[int]) -> str:
    """Where most of the five best candidates lie, of several the best one's; "" where it has no name."""
    regions = [int(ground.world.region[row]) for row in found[:BEST]]
    counts = Counter(regions)
    first = max(regions, key=lambda region: (counts[region], -regions.index(region)))
    return ground.world.regions[first].name
