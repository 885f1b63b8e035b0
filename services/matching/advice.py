"""Advises on one search: where to begin if it is boundless, what to loosen if it leaves too little, where many look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import numpy as np
from pydantic import BaseModel, Field

from services.matching import looking, rows
from services.matching.domain.listed_cities import ListedCity, fits
from services.matching.domain.research_file import ResearchFile
from services.matching.explaining import wording
from services.matching.ranking import Found, Ranking, Search
from services.matching.wished import Wish, masks, sized
from services.matching.world.columns import Flags, Floats, World
from shared.values import MOST_PEOPLE, Place, Preferences, community_id

if TYPE_CHECKING:
    from services.matching.application import Matching

ENOUGH = 20
"""With fewer candidates that meet all wishes there is too little to choose from."""
MANY = 2_000
"""More places than this in several countries, and no country named: nobody can look through them (B8)."""
STARTS = 5
BEST = 5
"""A country is as good for a member as the mean of so many of its best candidates."""
BEST_OF_REGION = 3
REGION_POOL = 500
"""Among so many of a country's best candidates its regions are compared."""
NAMES = 3
MOST_COUNTRIES = 12
DOUBLINGS = 3

OPEN_WISHES = (
    "SELECT preferences -> 'countries' AS countries, preferences -> 'continents' AS continents, count(*) AS searches"
    " FROM research_files WHERE is_open AND (%(case_id)s::uuid IS NULL OR case_id <> %(case_id)s) GROUP BY 1, 2"
)
LISTED_THERE = (
    "SELECT place ->> 'country' AS country, count(*) AS count FROM listed_cities"
    " WHERE place IS NOT NULL AND is_on_map AND availability = 'free' GROUP BY 1"
)
PARTNERSHIPS_THERE = (
    "SELECT foreign_place ->> 'country' AS country, count(*) AS count FROM partnerships"  # noqa: S608  # constants
    f" WHERE {rows.IS_SISTER} AND jsonb_typeof(foreign_place) = 'object' GROUP BY 1"
)


class Saturation(BaseModel):
    """How many look at a country, and who waits there."""

    country: str
    name: str
    searches: Annotated[int, Field(description="Open searches that name the country.")]
    on_its_continent: Annotated[
        int, Field(description="Further open searches that name its continent.")
    ]
    listed: Annotated[int, Field(description="Cities listed there that are free.")]
    partnerships: Annotated[int, Field(description="Active sister cities of members there.")]
    sentence: Annotated[
        str, Field(examples=["12 searches look at Ireland, and 1 city is listed there."])
    ]


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


class Dropped(BaseModel):
    """What one wish costs."""

    wish: Wish
    candidates: Annotated[int, Field(description="Places that meet all other wishes.")]
    sentence: str


class Neighbour(BaseModel):
    """A country near to one that was named."""

    country: str
    name: str
    candidates: Annotated[int, Field(description="Places there that meet all other wishes.")]
    listed: int
    sentence: str


class LargerRange(BaseModel):
    """The next larger range of sizes."""

    population_min: int | None
    population_max: int | None
    candidates: int
    sentence: str


class Widen(BaseModel):
    """What to loosen where the wishes leave too little."""

    sentence: str
    candidates: Annotated[int, Field(description="Places that meet all wishes and are not barred.")]
    listed: Annotated[int, Field(description="Free listed cities where the member looks.")]
    wishes: Annotated[list[Dropped], Field(description="The one that costs most first.")]
    neighbours: list[Neighbour]
    larger: LargerRange | None


class Advice(BaseModel):
    """For one case; a part that there is no need for is left empty."""

    narrow: Narrow | None
    widen: Widen | None
    saturation: list[Saturation]


@dataclass(frozen=True, slots=True)
class Interest:
    """Who looks where, and who is there."""

    wishes: Sequence[tuple[frozenset[str], frozenset[str], int]]
    """Countries, continents, and how many open searches name just these."""
    listed: Mapping[str, int]
    partnerships: Mapping[str, int]

    def searches(self, code: str) -> int:
        return sum(count for countries, _, count in self.wishes if code in countries)

    def on_continent(self, code: str, continent: str) -> int:
        """Those that name the continent and not the country itself."""
        return sum(
            count
            for countries, continents, count in self.wishes
            if continent in continents and code not in countries
        )

    @property
    def countries(self) -> set[str]:
        return {*self.listed}.union(*(countries for countries, _, _ in self.wishes))


@dataclass(frozen=True, slots=True)
class Ground:
    """What advice on one case stands on."""

    ranking: Ranking
    about: Search
    scores: Floats
    """Of all N places that could still be chosen; below 0 where a rule, staff or the case itself leaves none."""
    interest: Interest
    for_staff: bool
    worked_on: Sequence[Place] = ()
    """Cities in outreach."""

    @property
    def world(self) -> World:
        return self.ranking.world

    @property
    def free(self) -> Flags:
        return np.asarray(self.scores >= 0)

    def barred(self, code: str) -> bool:
        return self.about.verdicts.is_blocked(0, code)


def advise(matching: Matching, ranking: Ranking, file: ResearchFile, *, for_staff: bool) -> Advice:
    """Nothing to narrow or to widen where the search has ended, or where the world does not have its member."""
    about = looking.search(matching, file)
    interest = interest_of(matching, file.id)
    told = of_countries(interest, matching.gazetteer.continents, file)
    if about.seeker is None or not file.is_open:
        return Advice(narrow=None, widen=None, saturation=told)
    scores, pairs = Found(ranking, about).open, tuple(file.open_pairs.values())
    ground = Ground(ranking, about, scores, interest, for_staff, pairs)
    wished = about.seeker.preferences
    return Advice(narrow=narrow(ground, wished), widen=widen(ground, wished), saturation=told)


def interest_of(matching: Matching, case_id: UUID | None = None) -> Interest:
    """Of all open searches but this one; three reads."""
    found = matching.rows(OPEN_WISHES, case_id=case_id)
    return Interest(
        [
            (frozenset(row["countries"] or ()), frozenset(row["continents"] or ()), row["searches"])
            for row in found
        ],
        *(
            {row["country"]: row["count"] for row in matching.rows(sql)}
            for sql in (LISTED_THERE, PARTNERSHIPS_THERE)
        ),
    )


# How many look where.


def saturation(matching: Matching, file: ResearchFile | None = None) -> list[Saturation]:
    """The countries that a case looks at, the most sought first; without a case, all that are sought or listed.

    Partnerships whose place is not known yet are not counted; the first gate of any case looks those up.
    """
    interest = interest_of(matching, file.id if file else None)
    return of_countries(interest, matching.gazetteer.continents, file)


def of_countries(
    interest: Interest, continents: Mapping[str, str], file: ResearchFile | None
) -> list[Saturation]:
    asked = file.preferences if file else Preferences()
    codes = set(asked.countries) or interest.countries
    if asked.continents:
        there = {code for code in interest.countries if continents.get(code) in asked.continents}
        codes = {*asked.countries, *there}
    told = [_saturation(interest, code, continents.get(code, ""), file) for code in codes]
    told.sort(key=lambda each: (-each.searches, each.listed, each.country))
    return told[: max(MOST_COUNTRIES, len(asked.countries))] if file else told


def _saturation(
    interest: Interest, code: str, continent: str, file: ResearchFile | None
) -> Saturation:
    searches, around = interest.searches(code), interest.on_continent(code, continent)
    other = "other " if file else ""
    said = f"{_count(searches, f'{other}search looks', f'{other}searches look')} at"
    told = Saturation(
        country=code,
        name=wording.country(code),
        searches=searches,
        on_its_continent=around,
        listed=interest.listed.get(code, 0),
        partnerships=interest.partnerships.get(code, 0),
        sentence="",
    )
    return told.model_copy(update={"sentence": _spread(told, said, continent)})


def _spread(told: Saturation, looks: str, continent: str) -> str:
    there = _count(told.listed, "city is", "cities are")
    said = [_sentence(f"{looks} {told.name}, and {there} listed there.")]
    if told.on_its_continent:
        one, many = ("more looks", "more look") if told.searches else ("looks", "look")
        more = _count(told.on_its_continent, one, many)
        said.append(f"{_sentence(more)} at all of {wording.CONTINENTS[continent]}.")
    if told.partnerships:
        links = _count(told.partnerships, "sister city", "sister cities")
        said.append(f"Members have {links} there.")
    return " ".join(said)


def _count(number: int, one: str, many: str) -> str:
    """ "no city", "1 city", "2 cities"."""
    return f"{number:,} {many}" if number > 1 else f"{number or 'no'} {one}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


# Where to begin.


def narrow(ground: Ground, wished: Preferences) -> Narrow | None:
    """The countries with the best candidates of what was asked for; None where that is bounded (B8)."""
    met = masks(ground.world, wished)
    among = _those(ground, met)
    if not is_boundless(ground.world, wished, among):
        return None
    best = best_of_countries(ground, among)
    starts = [_start(ground, code, found) for code, found in best[:STARTS]]
    said = [_all_that(ground, wished, among, is_bound=bool(met)), _by_region(ground, wished)]
    if wished.themes or wished.priority_project:
        said.append(_of_themes(ground, wished))
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
        return _sentence(said)
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
        said.append(_range(wished.population_min, wished.population_max))
    if wished.languages:
        said.append(f"{_languages(wished)} spoken")
    return "; ".join(said)


def _by_region(ground: Ground, wished: Preferences) -> str:
    said = "Narrow it by region, beginning with one or two of these countries"
    if wished.themes or wished.priority_project:
        return f"{said}."
    themes = ground.about.seeker.profile.themes if ground.about.seeker else ()
    known = f"; the profile speaks of {wording.listing(themes)}" if themes else ""
    return f"{said}, or by programme: name the themes that matter most{known}."


def _of_themes(ground: Ground, wished: Preferences) -> str:
    """What is known of themes: only listings name any."""
    project = () if wished.priority_project is None else (wished.priority_project,)
    wanted = tuple(dict.fromkeys([*project, *wished.themes]))
    found = Counter(
        city.place.country
        for city, fitting in _listed(ground, wished)
        if fitting and not set(wanted).isdisjoint(city.profile.themes)
    )
    told = _count(found.total(), "of those that are free names", "of those that are free name")
    if not found:
        told = "none of those that are free names"
    where = f", {_most(found)}" if found else ""
    return f"Only listed cities say which themes are theirs: {told} {wording.listing(wanted, 'or')}{where}."


def _most(found: Counter[str]) -> str:
    """In which countries; of many, in three that have no fewer than any other."""
    most = sorted(found, key=lambda code: (-found[code], code))[:NAMES]
    some = "" if len(most) == len(found) else "among others "
    return f"{some}in {wording.listing([wording.country(code) for code in most])}"


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
    means = {
        code: float(scores[best[:BEST]].mean()) for code, best in found.items() if len(best) >= BEST
    }
    return [(code, found[code]) for code in sorted(means, key=lambda code: (-means[code], code))]


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
        score=round(float(ground.scores[list(found[:BEST])].mean()), 4),
        best=[ground.world.name(row) for row in found[:NAMES]] if ground.for_staff else [],
        listed=ground.interest.listed.get(code, 0),
        searches=ground.interest.searches(code),
        why=[],
    )
    return start.model_copy(update={"why": _why(start)})


def _why(start: Start) -> list[str]:
    why = []
    if start.best:
        why.append(f"{wording.listing(start.best)} are its best candidates for this member.")
    if start.region:
        where = wording.region_in_sentence(start.region)
        why.append(f"Its strongest region for this member is {where}: begin there.")
    why.append(_sentence(f"{_count(start.listed, 'city is', 'cities are')} listed there and free."))
    looks = _count(start.searches, "other search names", "other searches name")
    why.append(_sentence(f"{looks} {start.name}."))
    return why


def _region(ground: Ground, found: Sequence[int]) -> str:
    """The region whose three best candidates have the highest mean; "" where none with a name has three."""
    best: dict[int, list[float]] = {}
    for row in found[:REGION_POOL]:
        scores = best.setdefault(int(ground.world.region[row]), [])
        if len(scores) < BEST_OF_REGION:
            scores.append(float(ground.scores[row]))
    means = {
        region: sum(scores)
        for region, scores in best.items()
        if len(scores) == BEST_OF_REGION and ground.world.regions[region].name
    }
    if not means:
        return ""
    return ground.world.regions[max(means, key=lambda region: (means[region], -region))].name


# What to loosen.


def widen(ground: Ground, wished: Preferences) -> Widen | None:
    """Where fewer than 20 places meet all wishes, or no listed city lies where the member looks and others do."""
    met = masks(ground.world, wished)
    count = _meeting(ground, met)
    listed = _listed(ground, wished)
    fitting = sum(is_there for _, is_there in listed)
    elsewhere = Counter(city.place.country for city, is_there in listed if not is_there)
    if not met or (count >= ENOUGH and (fitting or not elsewhere)):
        return None
    return Widen(
        sentence=_too_little(ground, wished, count, fitting, elsewhere),
        candidates=count,
        listed=fitting,
        wishes=_dropped(ground, wished, met, count),
        neighbours=_neighbours(ground, wished, met),
        larger=_larger(ground, wished, met) if count < ENOUGH else None,
    )


def _meeting(ground: Ground, met: Mapping[Wish, Flags], without: Wish | None = None) -> int:
    """Free candidates that meet all wishes but one."""
    return int(np.count_nonzero(_those(ground, met, without)))


def _those(ground: Ground, met: Mapping[Wish, Flags], without: Wish | None = None) -> Flags:
    meets = ground.free
    for wish, mask in met.items():
        if wish is not without:
            meets = meets & mask
    return meets


def _listed(ground: Ground, wished: Preferences) -> list[tuple[ListedCity, bool]]:
    """Free listed cities, and whether each lies where the member looks; none that is barred or left out."""
    about, facts, found = ground.about, ground.world.facts, []
    for number, city in about.listings.items():
        code = city.place.country
        is_gone = number in about.excluded or city.community_id in about.partners
        if city.looks and not is_gone and not about.verdicts.is_blocked(number, code):
            continent = facts[code].continent if code in facts else ""
            found.append((city, fits(wished, city.place, continent)))
    return found


def _too_little(
    ground: Ground, wished: Preferences, count: int, fitting: int, elsewhere: Counter[str]
) -> str:
    said = []
    barred = [wording.country(code) for code in wished.countries if ground.barred(code)]
    if barred:
        verb = "is" if len(barred) == 1 else "are"
        said.append(f"Of what was named, {wording.listing(barred)} {verb} barred by a rule.")
    if count < ENOUGH:
        left = _count(count, "place meets", "places meet")
        said.append(_sentence(f"{left} all wishes; {ENOUGH} or more make a good choice."))
    if not fitting and elsewhere:
        others = _count(elsewhere.total(), "waits", "wait")
        where = _most(elsewhere)
        said.append(f"No listed city lies where the member looks; {others} elsewhere, {where}.")
    return " ".join(said)


def _dropped(
    ground: Ground, wished: Preferences, met: Mapping[Wish, Flags], count: int
) -> list[Dropped]:
    said = {
        Wish.REGION: f"looking everywhere, not in {_where(wished)} alone,",
        Wish.SIZE: f"dropping the size ({_range(wished.population_min, wished.population_max)})",
        Wish.LANGUAGE: f"dropping {_languages(wished)}",
    }
    found = [(_meeting(ground, met, without=wish), wish) for wish in met]
    return [
        Dropped(wish=wish, candidates=left, sentence=_cost(said[wish], left, count))
        for left, wish in sorted(found, key=lambda each: -each[0])
    ]


def _cost(what: str, left: int, count: int) -> str:
    if left == count:
        return _sentence(f"{what} would add nothing.")
    return _sentence(f"{what} would leave {_count(left, 'place', 'places')} instead of {count:,}.")


def _where(wished: Preferences) -> str:
    named = [wording.country(code) for code in wished.countries]
    named += [wording.CONTINENTS[each] for each in wished.continents]
    if len(named) > 2 * NAMES:
        return "the countries that were named"
    return wording.listing(named)


def _languages(wished: Preferences) -> str:
    return wording.listing([wording.language(each) for each in wished.languages], "or")


def _range(least: int | None, most: int | None) -> str:
    if least and most is not None:
        return f"{least:,} to {most:,} people"
    return f"at least {least:,} people" if least else f"at most {most or 0:,} people"


def _neighbours(ground: Ground, wished: Preferences, met: Mapping[Wish, Flags]) -> list[Neighbour]:
    """Of the named countries, those with listed cities first, then the best candidates; five at most."""
    near = _near(ground.world, wished)
    meets, found = _those(ground, met, without=Wish.REGION), []
    for code, how in near.items():
        there = np.flatnonzero(meets & (ground.world.country == ground.world.countries.index(code)))
        if len(there):
            best = float(np.sort(ground.scores[there])[-BEST:].mean())
            found.append(
                (best, _neighbour(ground, code, how, len(there), is_only_wish=len(met) == 1))
            )
    found.sort(key=lambda each: (-each[1].listed, -each[0], each[1].country))
    return [told for _, told in found[:STARTS]]


def _near(world: World, wished: Preferences) -> dict[str, str]:
    """Countries that are not looked at yet, with how they are near to one that was named."""
    near: dict[str, str] = {}
    for code in wished.countries:
        if code in world.facts:
            near = _around(world, code) | near
    return {
        code: how
        for code, how in near.items()
        if code in world.countries
        and code not in wished.countries
        and world.facts[code].continent not in wished.continents
    }


def _around(world: World, code: str) -> dict[str, str]:
    """Those with a border to a country; where it has none, those in the same part of its continent."""
    fact, name = world.facts[code], wording.country(code)
    if fact.neighbours:
        return dict.fromkeys(fact.neighbours, f"borders {name}")
    alike = (each.code for each in world.facts.values() if each.subregion == fact.subregion)
    return (
        dict.fromkeys(alike, f"lies in {fact.subregion}, as {name} does") if fact.subregion else {}
    )


def _neighbour(ground: Ground, code: str, how: str, count: int, *, is_only_wish: bool) -> Neighbour:
    name, listed = wording.country(code), ground.interest.listed.get(code, 0)
    if is_only_wish:
        found = _count(count, "place there is a candidate", "places there are candidates")
    else:
        found = f"{_count(count, 'place there meets', 'places there meet')} the other wishes"
    said = _sentence(f"{name} {how}: {found}")
    said += f", and {_count(listed, 'city is', 'cities are')} listed there."
    return Neighbour(country=code, name=name, candidates=count, listed=listed, sentence=said)


def _larger(ground: Ground, wished: Preferences, met: Mapping[Wish, Flags]) -> LargerRange | None:
    """Half the least and double the most, again until 20 are met or thrice; None without a wish or a gain."""
    if Wish.SIZE not in met:
        return None
    least, most = wished.population_min, wished.population_max
    before = left = _meeting(ground, met)
    for _ in range(DOUBLINGS):
        least = least // 2 if least else least
        most = min(most * 2, MOST_PEOPLE) if most is not None else None
        left = _meeting(ground, {**met, Wish.SIZE: sized(ground.world, least, most)})
        if left >= ENOUGH:
            break
    if left == before:
        return None
    gain = _count(left, "place meets", "places meet")
    return LargerRange(
        population_min=least,
        population_max=most,
        candidates=left,
        sentence=f"With {_range(least, most)}, {gain} all wishes instead of {before:,}.",
    )
