"""Sentences about what real partnerships between places like these tell."""

from functools import lru_cache

import numpy as np

from services.matching.explaining import wording
from services.matching.explaining.pair import (
    AGAINST,
    GEONAMES,
    HISTORY,
    TIES,
    Pair,
    Phrases,
    Reason,
    Speaks,
    speaks,
)
from services.matching.explaining.towns import Town
from services.matching.score.names import Likeness
from services.matching.score.score import Score
from services.matching.score.ties import GUARD, Tie
from services.matching.score.weights import Factor, Side
from services.matching.world.columns import Floats

PARTNERSHIPS = "The partnerships that cities have made so far"
TELLING, OF_STATE = 0.5, 0.1
"""A habit is told if all ties come to so much in log-odds, and so much of it is the state's own; and if it is one of
several cities (Coefficients.habits)."""

STEPS = np.array([1, 5, *(step * 10**power for power in range(1, 7) for step in (1, 2, 5))])
SAMPLED, FIFTH = 16, 80
"""Of each so many values one is looked at to tell from where on the highest fifth lies, in percent."""
FIRST, TOLD = 100, 10
"""A place in the first hundredth of all is spoken for; where it stands is told in the first tenth, if it is."""


def affinity_for_you(pair: Pair, value: float) -> list[Reason]:
    """Which way real partnerships point and where the place stands by them, then a name, a tie or a habit behind it."""
    way, ahead, of_all = _way(pair, value)
    fact = {"of": "standing", "ahead": ahead, "of_all": of_all}
    text = _for_you(pair, way, ahead, of_all)
    return [Reason(Factor.AFFINITY, text, fact, HISTORY, way), *_behind(pair, Side.YOU)]


def _way(pair: Pair, value: float) -> tuple[Speaks, int | None, int]:
    """What real partnerships say of a pair, to both sides: a place among the first of all is spoken for."""
    ahead, of_all = _standing(pair.score, pair.seeker.home, pair.there.row)
    is_first = ahead is not None and ahead < of_all // FIRST
    return ("for" if is_first else speaks(value)), ahead, of_all


def _for_you(pair: Pair, way: Speaks, ahead: int | None, of_all: int) -> str:
    where = "places abroad" if pair.home.code == wording.HOME else "places in the United States"
    if way == "for" and ahead is not None and ahead < of_all // TOLD:
        first = STEPS[np.searchsorted(STEPS, ahead + 1)]
        which = "the first" if first == 1 else f"among the first {first:,}"
        return f"{PARTNERSHIPS} speak for it: going by them, it is {which} of {of_all:,} {where} to look at."
    return {
        "for": f"{PARTNERSHIPS} speak for it, but even more for many other {where}.",
        "neutral": f"{PARTNERSHIPS} say little for or against it.",
        "against": "Two cities like yours and this one have hardly ever become partners.",
    }[way]


def affinity_for_them(pair: Pair, value: float) -> list[Reason]:
    (way, *_), both = _way(pair, value), f"{pair.ours} and {pair.theirs}"
    text = {
        "for": f"{PARTNERSHIPS} speak for a pair like {both}.",
        "neutral": f"{PARTNERSHIPS} say little for or against a pair like {both}.",
        "against": f"Two cities like {both} have hardly ever become partners.",
    }[way]
    fact = {"of": "standing", "value": value}
    return [Reason(Factor.AFFINITY, text, fact, HISTORY, way), *_behind(pair, Side.THEM)]


def _standing(score: Score, home: int, there: int) -> tuple[int | None, int]:
    """How many candidates of the seeker have a higher value, None if a tenth have or it speaks against; of how many."""
    value = score.affinities(home)[there]
    best, of_all = _best(score, home)
    if not len(best) or value < best[0]:
        return None, of_all
    return len(best) - int(np.searchsorted(best, value, "right")), of_all


@lru_cache(maxsize=64)
def _best(score: Score, home: int) -> tuple[Floats, int]:
    """The highest values among the seeker's candidates, ascending: about a fifth of them, and none that speaks against;
    and the number of all candidates.
    """
    every = score.affinities(home)[~score.barred[score.world.country_code(home) == wording.HOME]]
    some = every[::SAMPLED]
    bound = np.partition(some, FIFTH * len(some) // 100)[FIFTH * len(some) // 100]
    return np.sort(every[every > max(bound, np.float32(AGAINST))]), len(every)


LIKE_NAMES = {
    Likeness.SAME: Phrases(
        "It has the same name as your city.", "{ours} has the same name as {theirs}."
    ),
    Likeness.SAME_IN_ANOTHER_LANGUAGE: Phrases(
        "Its name is that of your city in another language: {theirs} and {ours}.",
        "{ours} has the name of {theirs} in another language.",
    ),
    Likeness.NEARLY_THE_SAME: Phrases(
        "Its name is much like that of your city: {theirs} and {ours}.",
        "{ours} has a name much like that of {theirs}.",
    ),
}


def _behind(pair: Pair, side: Side) -> list[Reason]:
    """At most two of: a name that they share, an official tie of the state, else a habit of state and country."""
    us, abroad = (
        (pair.home, pair.there) if pair.home.code == wording.HOME else (pair.there, pair.home)
    )
    found = _names(pair, side) + _official(pair, us, abroad)
    if len(found) < 2 and us.region and not any(each.fact["of"] == "tie" for each in found):
        found += _habit(pair, side, us, abroad)
    return found[:2]


def _names(pair: Pair, side: Side) -> list[Reason]:
    likeness = _likeness(pair.score, pair.home.row).get(pair.there.row)
    if likeness is None:
        return []
    text = LIKE_NAMES[likeness].tell(pair, side)
    fact = {"of": "names", "likeness": likeness.name.lower()}
    way: Speaks = "neutral" if likeness is Likeness.NEARLY_THE_SAME else "for"
    return [Reason(Factor.AFFINITY, text, fact, GEONAMES, way)]


def _official(pair: Pair, us: Town, abroad: Town) -> list[Reason]:
    world = pair.score.world
    home, region = int(world.region[us.row]), int(world.region[abroad.row])
    return [
        Reason(
            Factor.AFFINITY,
            _tie(tie, us, abroad, world.regions[region].name),
            {"of": "tie", "kind": tie.kind, "state": tie.state, "country": tie.country},
            TIES,
            "for",
        )
        for tie in _ties(pair.score, home, region)
    ]


def _tie(tie: Tie, us: Town, abroad: Town, region: str) -> str:
    since = f" since {tie.since}" if tie.since else ""
    are = "have been" if since else "are"
    if tie.kind == GUARD:
        program = "the National Guard's State Partnership Program"
        return f"{us.region} and {abroad.country_name} {are} partners in {program}{since}."
    other = wording.region_in_sentence(region) if tie.region and region else abroad.country_name
    if other == abroad.name:
        other = f"the region of {other}"
    return f"{us.region} and {other} {are} sister states{since}."


def _habit(pair: Pair, side: Side, us: Town, abroad: Town) -> list[Reason]:
    """That a state has few partners somewhere is not told: it may have had no occasion."""
    is_told = f"US.{us.state}|{abroad.code}" in _habits(pair.score)
    habit, of_state = _ties_of(pair.score, us.row, abroad.row) if is_told else (0.0, 0.0)
    if habit < TELLING or of_state < OF_STATE:
        return []
    ours, theirs = us.region, abroad.country_name
    if (side is Side.YOU) != (us is pair.home):
        ours, theirs = theirs, ours
    text = (
        f"Communities of {ours} have found partners in {theirs} more often than size and distance alone would lead"
        " one to expect."
    )
    fact = {"of": "habit", "state": us.state, "country": abroad.code, "log_odds": habit}
    return [Reason(Factor.AFFINITY, text, fact, HISTORY, "for")]


@lru_cache(maxsize=4)
def _habits(score: Score) -> frozenset[str]:
    return frozenset(score.affinity.coefficients.habits)


def _ties_of(score: Score, us: int, abroad: int) -> tuple[float, float]:
    """In log-odds: all ties of the state with the region abroad, and the part that is the state's with the country."""
    affinity, region = score.affinity, score.world.region
    state, country = (affinity.features.groups[each].of for each in ("state", "country"))
    own = affinity.tables["state and country"][state[us], country[abroad]] if state[us] >= 0 else 0
    return float(affinity.ties[affinity.state[region[us]], region[abroad]]), float(own)


@lru_cache(maxsize=4096)
def _ties(score: Score, home: int, abroad: int) -> list[Tie]:
    regions = score.world.regions
    return score.affinity.features.ties.between(regions[home], regions[abroad])


@lru_cache(maxsize=64)
def _likeness(score: Score, row: int) -> dict[int, Likeness]:
    found = score.affinity.features.names.like(row)
    return dict(zip(found.rows.tolist(), map(Likeness, found.likeness.tolist()), strict=True))
