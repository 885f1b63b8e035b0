"""A list of cities is spread over countries, regions and neighbourhoods, and over what members have been shown."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.diversity import (
    AS_GOOD,
    OF_A_COUNTRY,
    OF_A_REGION,
    SPAN,
    Limits,
    Pool,
    Why,
    limits_for,
    pool,
    spread,
)
from services.matching.exposure import gini
from services.matching.world.columns import World
from shared.values import Continent, Preferences

COUNTRIES = ("FR", "JP", "PE")


def pool_of(
    scores: Sequence[float],
    shown: Sequence[int] = (),
    countries: Sequence[str] = (),
    regions: Sequence[int] = (),
    near: Sequence[tuple[int, int]] = (),
    steps: Sequence[int] = (),
) -> Pool:
    """What is not said: never shown, each in a country, region and neighbourhood of its own, all of one step."""
    count = len(scores)
    together = np.eye(count, dtype=bool)
    for one, other in near:
        together[one, other] = together[other, one] = True
    return Pool(
        range(count),
        scores,
        shown or [0] * count,
        countries or [f"{i}" for i in range(count)],
        regions or list(range(count)),
        together,
        steps or [0] * count,
    )


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    count = draw(st.integers(0, 70))

    def each(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=count, max_size=count))

    ends = st.integers(0, max(count - 1, 0))
    steps, scores = each(st.integers(0, 2)), each(st.floats(0, 1))
    best = sorted(zip(steps, scores, strict=True), key=lambda place: (place[0], -place[1]))
    return pool_of(
        [score for _, score in best],
        each(st.integers(0, 3)),
        each(st.sampled_from(COUNTRIES)),
        each(st.integers(0, 9)),
        draw(st.lists(st.tuples(ends, ends), max_size=40)) if count else [],
        [step for step, _ in best],
    )


@given(pools(), st.integers(1, 80))
def test_a_spread_list_is_a_part_of_the_pool_in_another_order(found: Pool, count: int) -> None:
    """As long as it can be, nothing twice, the best first, and the same pool gives the same list."""
    result = spread(found, Limits(), count)
    assert len(result.order) == min(count, len(found.rows))
    assert len(set(result.order)) == len(result.order)
    assert set(result.order) <= set(range(len(found.rows)))
    assert result.order[:1] == [0] * bool(found.rows)
    assert result == spread(found, Limits(), count)


@given(pools(), st.integers(1, 80))
def test_wishes_go_before_a_spread_list(found: Pool, count: int) -> None:
    """No city stands before one that meets more of the wishes, however much it would spread the list."""
    order = spread(found, Limits(), count).order
    assert [found.steps[i] for i in order] == sorted(found.steps)[:count]


@given(pools(), st.integers(1, 80))
def test_every_city_that_is_held_back_is_told_with_why(found: Pool, count: int) -> None:
    """Those that would have been on the list by score alone and are not, and no others."""
    result = spread(found, Limits(), count)
    assert set(result.why) == set(range(min(count, len(found.rows)))) - set(result.order)


@given(pools())
def test_a_country_fills_no_list_while_others_are_left(found: Pool) -> None:
    """Twenty places hold five of a country, unless there is nothing else to show that meets as many wishes."""
    order = spread(found, Limits(), SPAN).order
    counts = Counter(found.countries[i] for i in order)
    for country, count in counts.items():
        if count > OF_A_COUNTRY:
            last = max(found.steps[i] for i in order if found.countries[i] == country)
            left = [i for i, of in enumerate(found.steps) if i not in order and of <= last]
            others = [i for i in left if counts[found.countries[i]] < OF_A_COUNTRY]
            regions = Counter(found.regions[i] for i in order)
            assert all(
                regions[found.regions[i]] >= OF_A_REGION or found.near[i, order].any()
                for i in others
            ), country


def test_suburbs_of_one_capital_stand_for_one_city() -> None:
    """The neighbours of the best city come after cities elsewhere, and the list says so."""
    suburbs = [(0, i) for i in range(1, 6)]
    found = pool_of([0.9, 0.88, 0.86, 0.84, 0.82, 0.8, 0.5, 0.4], near=suburbs)
    result = spread(found, Limits(), 3)
    assert result.order == [0, 6, 7]
    assert result.why == {1: Why.NEARBY, 2: Why.NEARBY}


def test_nothing_is_withheld_where_nothing_else_is_left() -> None:
    """Limits are soft: a country of one region is shown whole."""
    found = pool_of([0.9, 0.8, 0.7, 0.6], countries=["MT"] * 4, regions=[1] * 4)
    assert spread(found, Limits(), 4).order == [0, 1, 2, 3]


def test_the_limits_grow_with_the_list() -> None:
    """What the first twenty held back may stand among the next twenty."""
    scores = [1 - i / 1000 for i in range(60)]
    found = pool_of(scores, countries=["FR"] * 30 + [f"{i}" for i in range(30)])
    order = spread(found, Limits(), 40).order
    counts = [sum(i < 30 for i in part) for part in (order[:SPAN], order[SPAN:])]
    assert counts == [OF_A_COUNTRY, OF_A_COUNTRY]


def test_of_equals_the_less_shown_comes_first() -> None:
    """Within a hundredth of the score a city that was proposed less often goes ahead; the best keeps its place."""
    near = AS_GOOD / 2
    found = pool_of([0.9, 0.8, 0.8 - near, 0.7], shown=[9, 3, 1, 0])
    assert spread(found, Limits(), 4).order == [0, 2, 1, 3]
    assert spread(found, Limits(), 2).why == {1: Why.EXPOSURE}


@pytest.mark.parametrize(
    ("wished", "country", "code", "most"),
    [
        (Preferences(), None, "JP", 5),
        (Preferences(continents=(Continent.ASIA,)), None, "JP", 5),
        (Preferences(countries=("JP",)), None, "JP", 20),
        (Preferences(countries=("JP", "PT")), None, "JP", 10),
        (Preferences(countries=("JP", "PT")), None, "PE", 5),
        (Preferences(), "JP", "JP", 20),
    ],
)
def test_what_was_asked_for_may_fill_the_list(
    wished: Preferences, country: str | None, code: str, most: int
) -> None:
    """Countries that the member named, and the one that staff look at, are not held to five in twenty."""
    assert limits_for(wished, country).of_country(code) == most


def test_neighbours_are_those_within_50_km(world: World) -> None:
    """Saitama is a neighbour of Tokyo, Nagoya is not."""
    rows = [world.index(number) for number in (1850147, 6940394, 1856057)]
    found = pool(world, [(row, 0.5) for row in rows], {rows[1]: 4})
    assert found.near[0].tolist() == [True, True, False]
    assert found.shown == [0, 4, 0]
    assert set(found.countries) == {"JP"}


@pytest.mark.parametrize(
    ("times", "expected"),
    [([], 0), ([3], 0), ([2, 2, 2], 0), ([0, 0, 0, 8], 0.75), ([1, 3], 0.25)],
)
def test_gini_is_none_where_all_are_shown_alike(times: list[int], expected: float) -> None:
    """0 for equal numbers, nearer to 1 the more one city has of all."""
    assert gini(times) == pytest.approx(expected)
