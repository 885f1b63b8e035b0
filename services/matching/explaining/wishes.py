"""Sentences about what one side wants and the other names, and about what the seeker wished for."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from services.matching.explaining import wording
from services.matching.explaining.pair import (
    CLDR,
    DEBRIEF,
    GEONAMES,
    TAKEN,
    WISHES,
    Pair,
    Reason,
    speaks,
)
from services.matching.score.factors import telling_words
from services.matching.score.score import Score
from services.matching.score.weights import Factor

# What one wants and the other names: themes, the project, industries, universities.
NEARLY_ALL = 0.9
"""Where so many speak a language, so do those of each city, more or less."""


def _covered(who: str, names: str, wanted: Sequence[str], offered: Sequence[str], of: str) -> str:
    """Who names which of the wanted; `of` says whose they are: "you look for"."""
    found = [each for each in wanted if each in offered]
    missing = [each for each in wanted if each not in offered]
    noun = "theme" if len(wanted) == 1 else "themes"
    if not missing:
        return f"{who} {names} {wording.listing(found)}, the {noun} {of}."
    if not found and len(wanted) == 1:
        return f"{who} does not name {missing[0]}, the theme {of}."
    if not found:
        return f"{who} names none of the themes {of} ({wording.listing(missing)})."
    return (
        f"Of the {len(wanted)} themes {of}, {who[0].lower() + who[1:] if who.startswith('Its ') else who}"
        f" {names} {wording.listing(found)}, but not {wording.listing(missing, 'or')}."
    )


def _common(wanted: Sequence[str], offered: Sequence[str]) -> dict[str, Any]:
    return {
        "wanted": [*map(str, wanted)],
        "in_common": [str(each) for each in wanted if each in offered],
    }


def themes_for_you(pair: Pair, value: float) -> list[Reason]:
    wanted, offered = pair.seeker.wants, pair.offered.themes
    text = _covered("Its listing", "names", wanted, offered, "you look for")
    source = f"{DEBRIEF}; {pair.listing}"
    return [Reason(Factor.THEMES, text, _common(wanted, offered), source, speaks(value))]


def themes_for_them(pair: Pair, value: float) -> list[Reason]:
    wanted, offered = pair.offered.themes, pair.seeker.offers
    text = _covered(pair.ours, "names", wanted, offered, f"that {pair.theirs} looks for")
    source = f"{DEBRIEF}; {pair.listing}"
    return [Reason(Factor.THEMES, text, _common(wanted, offered), source, speaks(value))]


def project_for_you(pair: Pair, value: float) -> list[Reason]:
    project = str(pair.seeker.preferences.priority_project)
    is_named = project in pair.offered.themes
    text = f"Your priority project, {project}, is {'' if is_named else 'not '}among the themes of its listing."
    fact = {"project": project, "is_named": is_named}
    return [Reason(Factor.PROJECT, text, fact, f"{WISHES}; {pair.listing}", speaks(value))]


def project_for_them(pair: Pair, value: float) -> list[Reason]:
    project = str(pair.seeker.preferences.priority_project)
    is_named = project in pair.offered.themes
    text = (
        f"What {pair.ours} wants to do first, {project}, is {'' if is_named else 'not '}among the themes"
        f" that {pair.theirs} looks for."
    )
    fact = {"project": project, "is_named": is_named}
    return [Reason(Factor.PROJECT, text, fact, f"{WISHES}; {pair.listing}", speaks(value))]


def like(wanted: Sequence[str], offered: Sequence[str]) -> dict[str, list[str]]:
    """Each wanted industry with those offered that share a telling word with it."""
    return {
        mine: [each for each in offered if telling_words(mine) & telling_words(each)]
        for mine in wanted
    }


def industries_for_you(pair: Pair, value: float) -> list[Reason]:
    """Words are compared, not meanings, and the sentence says so: "fishing" is not found in "fisheries"."""
    near = like(pair.seeker.profile.industries, pair.offered.industries)
    found, missing = _parted(near)
    theirs = [*dict.fromkeys(each for mine in found for each in near[mine])]
    if found:
        named = f"Its listing names {wording.listing(theirs)} among its industries"
        text = (
            f"{named}, as you do"
            if theirs == found
            else f"{named}, close to your {wording.listing(found)}"
        )
        text += (
            f"; it does not name {wording.listing(missing, 'or')} in these words."
            if missing
            else "."
        )
    else:
        named = f"Its listing names {_some(pair.offered.industries)} as its industries"
        text = f"{named}; it does not name yours ({_some(missing)}) in these words."
    source = f"{DEBRIEF}; {pair.listing}"
    return [Reason(Factor.INDUSTRIES, text, {"alike": near}, source, speaks(value))]


def industries_for_them(pair: Pair, value: float) -> list[Reason]:
    near = like(pair.offered.industries, pair.seeker.profile.industries)
    found, missing = _parted(near)
    if found:
        text = f"Of the industries of {pair.theirs}, {pair.ours} has {wording.listing(found)} too"
        text += (
            f"; it does not name {wording.listing(missing, 'or')} in these words."
            if missing
            else "."
        )
    else:
        named = f"{pair.ours} names {_some(pair.seeker.profile.industries)} as its industries"
        text = (
            f"{named}; it does not name those of {pair.theirs} ({_some(missing)}) in these words."
        )
    source = f"{DEBRIEF}; {pair.listing}"
    return [Reason(Factor.INDUSTRIES, text, {"alike": near}, source, speaks(value))]


def _parted(near: dict[str, list[str]]) -> tuple[list[str], list[str]]:
    """Those with something near to them, and those without."""
    return [each for each in near if near[each]], [each for each in near if not near[each]]


def _some(names: Sequence[str], most: int = 3) -> str:
    """At most so many names, and how many more there are."""
    if len(names) <= most:
        return wording.listing(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def universities_for_you(pair: Pair, value: float) -> list[Reason]:
    mine, theirs = pair.seeker.profile.universities, pair.offered.universities
    text = f"Both of you name a university or school: {_some(theirs)} there, {_some(mine)} here."
    fact = {"yours": list(mine), "theirs": list(theirs)}
    source = f"{DEBRIEF}; {pair.listing}"
    return [Reason(Factor.UNIVERSITIES, text, fact, source, speaks(value))]


def universities_for_them(pair: Pair, value: float) -> list[Reason]:
    mine, theirs = pair.seeker.profile.universities, pair.offered.universities
    text = f"{pair.ours} names a university or school, as {pair.theirs} does: {_some(mine)}."
    fact = {"yours": list(mine), "theirs": list(theirs)}
    return [Reason(Factor.UNIVERSITIES, text, fact, DEBRIEF, speaks(value))]


# What the seeker wished for, and the languages.


def region(pair: Pair, value: float) -> list[Reason]:
    wished, there = pair.seeker.preferences, pair.there
    continent = there.country.continent
    if there.code in wished.countries:
        text = f"It lies in {there.country_name}, a country that you named."
    elif continent in wished.continents:
        text = f"It lies in {wording.CONTINENTS[continent]}, where you look."
    else:
        named = [wording.country(each) for each in wished.countries]
        named += [wording.CONTINENTS[each] for each in wished.continents]
        text = f"It lies in {there.country_name}, outside of what you named ({_some(named, 4)})."
    fact = {"country": there.code, "continent": continent}
    return [Reason(Factor.REGION, text, fact, f"{WISHES}; {GEONAMES}", speaks(value))]


def size(pair: Pair, value: float) -> list[Reason]:
    """Where it misses the wish and still speaks for the place, by less than three times, the sentence says so."""
    wished, population = pair.seeker.preferences, pair.there.population
    least, most = wished.population_min, wished.population_max
    if least and population < least:
        near = ", but over a third of it" if speaks(value) == "for" else ""
        compared = f"fewer than the {least:,} you wished for{near}"
    elif most is not None and population > most:
        near = ", but under three times as many" if speaks(value) == "for" else ""
        compared = f"more than the {most:,} you wished for{near}"
    elif least and most is not None:
        compared = f"within the {least:,} to {most:,} you wished for"
    elif least:
        compared = f"at least the {least:,} you wished for"
    else:
        compared = f"not over the {most:,} you wished for"
    text = f"It has {wording.people_near(population, (least, most))}, {compared}."
    fact = {"population": population, "least": least, "most": most}
    return [Reason(Factor.SIZE, text, fact, f"{WISHES}; {GEONAMES}", speaks(value))]


class Spoken(NamedTuple):
    """Of some languages the one that most people of a country speak, and the sentence's words on it."""

    language: str
    share: float
    text: str


@lru_cache(maxsize=4096)
def _most_spoken(score: Score, country: str, languages: tuple[str, ...]) -> Spoken:
    share = score.world.facts[country].share
    shares = {each: share(each) or 0.0 for each in languages}
    best = max(shares, key=lambda each: shares[each])
    of = f"{wording.share(shares[best])} of the people of {wording.country(country)}"
    return Spoken(best, shares[best], f"is spoken by {of}")


def language_for_you(pair: Pair, value: float) -> list[Reason]:
    there, wished = pair.there, pair.seeker.preferences.languages
    best, share, spoken = _most_spoken(pair.score, there.code, wished)
    if share:
        text = f"{wording.language(best)} {spoken}"
        text += "." if share > NEARLY_ALL else f"; the share in {pair.theirs} itself is not known."
    else:
        text = f"{_none_of(wished, 'you wished for')} as a language of {there.country_name}."
    fact = {"country": there.code, "language": best, "share": share}
    return [Reason(Factor.LANGUAGE, text, fact, f"{WISHES}; {CLDR}", speaks(value))]


def language_for_them(pair: Pair, value: float) -> list[Reason]:
    home, offered = pair.home, pair.offered.languages
    best, share, spoken = _most_spoken(pair.score, home.code, offered)
    works = f"that {pair.theirs} works in"
    if share:
        text = f"{wording.language(best)}, a language {works}, {spoken}"
        text += "." if share > NEARLY_ALL else f"; the share in {pair.ours} itself is not known."
    else:
        text = f"{_none_of(offered, works)} as a language of {home.country_name}."
    fact = {"country": home.code, "language": best, "share": share}
    return [Reason(Factor.LANGUAGE, text, fact, f"{pair.listing}; {CLDR}", speaks(value))]


def _none_of(languages: Sequence[str], which: str) -> str:
    named = wording.listing([wording.language(each) for each in languages])
    if len(languages) == 1:
        return f"The language {which}, {named}, is not on record"
    return f"Not one of the languages {which} ({named}) is on record"


def receptiveness(pair: Pair, value: float) -> list[Reason]:
    listed = pair.listed
    assert listed is not None
    day = f" on {wording.day(listed.confirmed_on)}" if listed.confirmed_on else ""
    text = f"It asked for a partner itself{f' and confirmed{day} that it still looks for one' if day else ''}"
    text += (
        ", and staff have verified it" if listed.is_verified else "; staff have not verified it yet"
    )
    text += f"; {TAKEN[listed.availability]}." if listed.availability in TAKEN else "."
    fact: dict[str, Any] = {
        "confirmed_on": listed.confirmed_on.isoformat() if listed.confirmed_on else None,
        "is_verified": listed.is_verified,
        "availability": listed.availability.value,
    }
    return [Reason(Factor.RECEPTIVENESS, text, fact, pair.listing, speaks(value))]
