"""Sentences about what is not known or was not asked for: one for each thing that one can do about it."""

from collections.abc import Sequence

from services.matching.explaining import wording
from services.matching.explaining.pair import (
    CLDR,
    CLIMATE,
    GEONAMES,
    RECORDS,
    WISHES,
    Pair,
    Reason,
)
from services.matching.score.weights import Factor, Side

WISHED = {
    Factor.REGION: "part of the world",
    Factor.SIZE: "size",
    Factor.LANGUAGE: "language",
    Factor.THEMES: "themes",
    Factor.PROJECT: "priority project",
}
OWN = {Factor.INDUSTRIES: "industries", Factor.UNIVERSITIES: "universities"}
ASK = "ask at the first contact"
Unknown = Sequence[tuple[Factor, Side]]


def not_known(pair: Pair, unknown: Unknown) -> list[Reason]:
    listing = _silent_listing(pair, unknown) if pair.listed else _no_listing(pair, unknown)
    found = (
        listing,
        _no_wish(pair, unknown),
        _no_debrief(pair, unknown),
        _no_shares(pair, unknown),
        _not_on_the_map(pair),
    )
    return [reason for reason in found if reason]


def _unknown(text: str, found: Unknown, source: str) -> Reason | None:
    """One sentence for all of them; nothing where there are none."""
    if not found:
        return None
    fact = {side.value: [factor.value for factor, of in found if of is side] for side in Side}
    return Reason(found[0][0], text, fact, source)


def _no_listing(pair: Pair, unknown: Unknown) -> Reason | None:
    found = [
        (factor, side)
        for factor, side in unknown
        if factor in OF_LISTINGS or (factor, side) == (Factor.LANGUAGE, Side.THEM)
    ]
    why = "it has no listing yet; " if pair.there.code != wording.HOME else ""
    text = (
        "Whether it looks for a partner, and its themes, industries, universities and working languages, are not known:"
        f" {why}{ASK}."
    )
    return _unknown(text, found, RECORDS)


OF_LISTINGS = frozenset(
    {
        Factor.THEMES,
        Factor.PROJECT,
        Factor.INDUSTRIES,
        Factor.UNIVERSITIES,
        Factor.RECEPTIVENESS,
    }
)


def _silent_listing(pair: Pair, unknown: Unknown) -> Reason | None:
    offered, project = pair.offered, pair.seeker.preferences.priority_project
    lacking = {
        Factor.THEMES: "" if offered.themes else "themes",
        Factor.INDUSTRIES: "" if offered.industries else "industries",
        Factor.UNIVERSITIES: "" if offered.universities else "universities",
        Factor.LANGUAGE: "" if offered.languages else "working languages",
    }
    found = [
        (factor, side)
        for factor, side in unknown
        if (lacking.get(factor) and (factor, side) != (Factor.LANGUAGE, Side.YOU))
        or (factor is Factor.PROJECT and project)
    ]
    names = [lacking[factor] for factor in lacking if any(factor is each for each, _ in found)]
    said = f"Its listing names no {wording.listing(names, 'or')}" if names else ""
    if any(factor is Factor.PROJECT for factor, _ in found):
        said = f"{said}, nor does it say" if said else "Its listing does not say"
        said += f" whether it cares for {project}"
    return _unknown(f"{said}; {ASK}.", found, pair.listing)


def _no_wish(pair: Pair, unknown: Unknown) -> Reason | None:
    wished = pair.seeker.preferences
    named = {
        Factor.LANGUAGE: wished.languages,
        Factor.THEMES: pair.seeker.wants,
        Factor.PROJECT: wished.priority_project,
    }
    found = [
        (factor, side)
        for factor, side in unknown
        if factor in WISHED
        and not named.get(factor)
        and (factor, side) != (Factor.LANGUAGE, Side.THEM)
    ]
    names = [WISHED[factor] for factor in dict.fromkeys(factor for factor, _ in found)]
    matters = "it matters" if len(names) == 1 else "any of it matters"
    text = f"You named no {wording.listing(names, 'or')}; tell staff if {matters} to you."
    return _unknown(text, found, WISHES)


def _no_debrief(pair: Pair, unknown: Unknown) -> Reason | None:
    profile = pair.seeker.profile
    named = {Factor.INDUSTRIES: profile.industries, Factor.UNIVERSITIES: profile.universities}
    found = [each for each in unknown if each[0] in named and not named[each[0]]]
    names = [OWN[factor] for factor in dict.fromkeys(factor for factor, _ in found)]
    text = f"Your own {wording.listing(names)} are not on record: name them at the debrief or in your profile."
    return _unknown(text, found, RECORDS)


def _no_shares(pair: Pair, unknown: Unknown) -> Reason | None:
    """Which languages a country's people speak is missing in the source."""
    languages = {Side.YOU: pair.seeker.preferences.languages, Side.THEM: pair.offered.languages}
    found = [each for each in unknown if each[0] is Factor.LANGUAGE and languages[each[1]]]
    where = wording.listing(
        [(pair.there if side is Side.YOU else pair.home).country_name for _, side in found]
    )
    return _unknown(
        f"How many people of {where} speak which language is not on record; {ASK}.", found, CLDR
    )


def _not_on_the_map(pair: Pair) -> Reason | None:
    """Facts of geography that the sources lack; the measure is made of the others."""
    places = {pair.theirs: pair.there, pair.ours: pair.home}
    climate = [name for name, place in places.items() if not place.climate]
    height = [name for name, place in places.items() if place.elevation is None]
    names = [f"the climate of {wording.listing(climate)}"] if climate else []
    names += [f"the height of {wording.listing(height)} above the sea"] if height else []
    if not names:
        return None
    text = f"{wording.listing(names)} {'is' if len(names) == 1 else 'are'} not on record; look it up if it matters."
    fact: dict[str, list[str]] = {"you": [], "them": [], "climate": climate, "height": height}
    return Reason(Factor.GEOGRAPHY, text[0].upper() + text[1:], fact, f"{CLIMATE}; {GEONAMES}")
