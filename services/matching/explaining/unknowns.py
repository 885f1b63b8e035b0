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
from services.matching.explaining.towns import Town, town
from services.matching.score.factors import Seeker, asked_for
from services.matching.score.score import Score
from services.matching.score.weights import SIDES, Factor, Side

WISHED = {
    Factor.THEMES: "themes",
    Factor.PROJECT: "priority project",
    Factor.REGION: "part of the world",
    Factor.SIZE: "size",
    Factor.LANGUAGE: "language",
}
OWN = {Factor.INDUSTRIES: "industries", Factor.UNIVERSITIES: "universities"}
ASK = "ask at the first contact"
Unknown = Sequence[tuple[Factor, Side]]


def not_known(pair: Pair, unknown: Unknown) -> list[Reason]:
    """All of it, the listing first; `unknown` are the measures without a value."""
    of_seeker_alone = of_seeker(pair.score, pair.seeker)
    return [*_of_listing(pair, unknown), *of_seeker_alone, *_of_sources(pair, unknown)]


def of_seeker(score: Score, seeker: Seeker) -> list[Reason]:
    """What the seeker alone left open, or the sources do not have of its place: the same whoever the candidate is."""
    home = town(score, seeker.home)
    found = (_no_wish(seeker), _no_debrief(seeker), _not_on_the_map(home, home.name))
    return [reason for reason in found if reason]


def of_candidate(pair: Pair, unknown: Unknown) -> list[Reason]:
    """What is left open with this candidate, besides."""
    return [*_of_listing(pair, unknown), *_of_sources(pair, unknown)]


def _of_listing(pair: Pair, unknown: Unknown) -> list[Reason]:
    if pair.listed is None:
        return [NO_LISTING_OF_OURS if pair.there.code == wording.HOME else NO_LISTING]
    found = (_found_a_partner(pair, unknown), _silent_listing(pair, unknown))
    return [reason for reason in found if reason]


def _of_sources(pair: Pair, unknown: Unknown) -> list[Reason]:
    found = (_no_shares(pair, unknown), _not_on_the_map(pair.there, pair.theirs))
    return [reason for reason in found if reason]


def _fact(found: Unknown) -> dict[str, list[str]]:
    return {side.value: [factor.value for factor, of in found if of is side] for side in Side}


def _unknown(text: str, found: Unknown, source: str) -> Reason:
    """One sentence for all of them."""
    return Reason(found[0][0], text, _fact(found), source)


OF_LISTINGS = (
    *((factor, Side.YOU) for factor in (Factor.THEMES, Factor.PROJECT, *OWN, Factor.RECEPTIVENESS)),
    *((factor, Side.THEM) for factor in (Factor.THEMES, Factor.PROJECT, *OWN, Factor.LANGUAGE)),
)
"""What a listing alone tells."""

NO_LISTING = _unknown(
    f"It has no listing yet: {ASK} whether it looks for a partner, and for what.",
    OF_LISTINGS,
    RECORDS,
)
NO_LISTING_OF_OURS = _unknown(
    f"Whether it looks for a partner, and for what, is not known: {ASK}.", OF_LISTINGS, RECORDS
)
"""Listings are for cities abroad."""


def _found_a_partner(pair: Pair, unknown: Unknown) -> Reason | None:
    """What its listing said of a search is over."""
    found = [each for each in unknown if each[0] is Factor.RECEPTIVENESS]
    if not found:
        return None
    text = f"It has found a U.S. partner since: {ASK} whether it looks for another."
    return _unknown(text, found, RECORDS)


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
    if not found:
        return None
    names = [lacking[factor] for factor in lacking if any(factor is each for each, _ in found)]
    said = f"Its listing names no {wording.listing(names, 'or')}" if names else ""
    if any(factor is Factor.PROJECT for factor, _ in found):
        said = f"{said}, nor does it say" if said else "Its listing does not say"
        said += f" whether {project} interests it"
    return _unknown(f"{said}; {ASK}.", found, pair.listing)


def _no_wish(seeker: Seeker) -> Reason | None:
    wished = seeker.preferences
    is_named = dict.fromkeys(asked_for(wished), True)
    is_named |= {Factor.THEMES: bool(seeker.wants), Factor.PROJECT: bool(wished.priority_project)}
    open_ones = [factor for factor in WISHED if not is_named.get(factor)]
    if not open_ones:
        return None
    names = wording.listing([WISHED[factor] for factor in open_ones], "or")
    matters = "it matters" if len(open_ones) == 1 else "any of this matters"
    text = f"You named no {names}; tell staff if {matters} to you."
    return _unknown(text, _on_their_sides(open_ones), WISHES)


def _no_debrief(seeker: Seeker) -> Reason | None:
    profile = seeker.profile
    named = {Factor.INDUSTRIES: profile.industries, Factor.UNIVERSITIES: profile.universities}
    lacking = [factor for factor in OWN if not named[factor]]
    if not lacking:
        return None
    names = wording.listing([OWN[factor] for factor in lacking])
    text = f"Your own {names} are not on record: name them at the debrief or in your profile."
    return _unknown(text, _on_their_sides(lacking), RECORDS)


def _on_their_sides(factors: Sequence[Factor]) -> Unknown:
    """On each side that a factor has; which language the other side works in is no wish of the seeker."""
    return [
        (factor, side)
        for side in Side
        for factor in factors
        if factor in SIDES[side] and (factor, side) != (Factor.LANGUAGE, Side.THEM)
    ]


def _no_shares(pair: Pair, unknown: Unknown) -> Reason | None:
    """Which languages a country's people speak is missing in the source."""
    languages = {Side.YOU: pair.seeker.preferences.languages, Side.THEM: pair.offered.languages}
    found = [each for each in unknown if each[0] is Factor.LANGUAGE and languages[each[1]]]
    if not found:
        return None
    where = wording.listing(
        [(pair.there if side is Side.YOU else pair.home).country_name for _, side in found]
    )
    return _unknown(
        f"How many people of {where} speak which language is not on record; {ASK}.", found, CLDR
    )


def _not_on_the_map(place: Town, name: str) -> Reason | None:
    """Facts of geography that the sources lack; the measure is made of the others."""
    if place.climate and place.elevation is not None:
        return None
    climate, height = not place.climate, place.elevation is None
    names = [f"the climate of {name}"] if climate else []
    names += [f"the height of {name} above the sea"] if height else []
    text = f"{wording.listing(names)} {'is' if len(names) == 1 else 'are'} not on record; look it up if it matters."
    fact = _fact(()) | {
        "climate": [name] if climate else [],
        "height": [name] if height else [],
    }
    return Reason(Factor.GEOGRAPHY, text[0].upper() + text[1:], fact, f"{CLIMATE}; {GEONAMES}")
