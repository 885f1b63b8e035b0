"""The figures of `make evaluate`, against lists short enough to count by hand."""

from pathlib import Path

import numpy as np
import pytest

from services.matching.exposure import gini
from services.matching.world.columns import World
from tests.history.baselines import BASELINES, country_prior, popularity
from tests.history.evaluate import gains, without
from tests.history.measures import Ranks, figures, interval, resamples
from tests.history.pairs import History, PairsUnreadable, history, read_ids, towns_abroad

N_TOWNS = 30_585


@pytest.fixture(scope="session")
def five(world: World) -> World:
    """The five largest towns abroad."""
    towns = np.flatnonzero(towns_abroad(world))
    largest = towns[np.argsort(-world.population[towns], kind="stable")[:5]]
    return world.subset(np.isin(np.arange(len(world)), largest))


def ranked(five: World, scores: list[list[float]], partners: list[list[int]]) -> Ranks:
    found = Ranks(five, np.arange(5))
    for city, (given, own) in enumerate(zip(scores, partners, strict=True)):
        found.add(np.array(given), np.array(own), city)
    return found


def test_candidates_are_the_towns_abroad(world: World) -> None:
    """30,585 places of 15,000 people or more outside the U.S. and its territories."""
    assert towns_abroad(world).sum() == N_TOWNS


def test_ranks_count_from_one(five: World) -> None:
    """The highest score has rank 1; of equal scores the earlier place comes first."""
    found = ranked(five, [[5, 4, 3, 2, 1], [1, 1, 1, 1, 1]], [[0, 4], [2]])
    assert found.rank == [1, 5, 3]
    assert found.city == [0, 0, 1]


def test_figures_by_hand(five: World) -> None:
    """Three pairs of two cities at ranks 1, 5 and 3: recall by pairs, reciprocal rank by each city's best."""
    found = ranked(five, [[5, 4, 3, 2, 1], [1, 1, 1, 1, 1]], [[0, 4], [2]])
    values = {figure.name: figure.value for figure in figures(found, 2)}
    assert values["R@10"] == 1
    assert values["MRR"] == pytest.approx((1 + 1 / 3) / 2)
    assert values["percentile"] == pytest.approx((1 + 0 + 0.5) / 3)
    assert np.isnan(values["in-country R@10"])  # no country has twenty candidates here


def test_resampling_takes_cities_whole(five: World) -> None:
    """A city drawn twice counts with all its pairs twice; the interval of equal cities is a point."""
    found = ranked(five, [[5, 4, 3, 2, 1], [1, 1, 1, 1, 1]], [[0, 4], [2]])
    percentile = next(f for f in figures(found, 2) if f.name == "percentile")
    assert percentile.resampled(np.array([[2.0, 0.0]]))[0] == pytest.approx(0.5)
    same = ranked(five, [[5, 4, 3, 2, 1]] * 4, [[1]] * 4)
    mrr = next(f for f in figures(same, 4) if f.name == "MRR")
    assert interval(mrr.resampled(resamples(4))) == (0.5, 0.5)


def test_a_gain_is_said_only_where_there_is_one(five: World) -> None:
    """A ranking against itself shows no gain; against one that is worse everywhere it does."""
    good = ranked(five, [[5, 4, 3, 2, 1]] * 6, [[0]] * 6)
    bad = ranked(five, [[1, 2, 3, 4, 5]] * 6, [[0]] * 6)
    same, worse = gains({"affinity": good, "same": good, "worse": bad}, 6)
    assert "MRR +0.000 (+0.000 to +0.000): no gain shown" in same
    assert "MRR +0.800 (+0.800 to +0.800): a gain" in worse


def test_gini_by_hand() -> None:
    """0 where all are shown alike; with one of four shown alone, three quarters."""
    assert gini([2, 2, 2, 2]) == 0
    assert gini([0, 0, 0, 8]) == pytest.approx(0.75)


def test_a_fold_never_sees_its_cities() -> None:
    """For seekers abroad the pairs with the cities of the fold are taken out, and who has no other pair with them."""
    back = History(np.array([7, 8]), (np.array([1, 2]), np.array([2])), 3)
    left = without(back, np.array([2]))
    assert left.seekers.tolist() == [7]
    assert [partners.tolist() for partners in left.partners] == [[1]]


def test_popularity_counts_only_what_it_has_seen(world: World) -> None:
    """Partners of the training cities come first, by how many of these they have."""
    towns = np.flatnonzero(towns_abroad(world))[:3]
    train = History(np.array([0, 1]), (towns[:1], towns[:2]), 3)
    scores = popularity(world, train)(5)
    assert scores[towns[0]] > scores[towns[1]] > scores.max(initial=0, where=scores < 1)


def test_a_prior_falls_back_on_the_country_as_a_whole(world: World) -> None:
    """A state without pairs gets what all states have; within a country places stand by their people."""
    in_us = np.flatnonzero(world.country == world.countries.index("US"))
    towns = np.flatnonzero(towns_abroad(world))
    train = History(in_us[:1], (towns[:2],), 2)
    elsewhere = in_us[world.region[in_us] != world.region[in_us[0]]][0]
    scores = country_prior(world, train)(int(elsewhere))
    own = towns[world.country[towns] == world.country[towns[0]]]
    assert (np.diff(scores[own[np.argsort(-world.population[own])]]) <= 0).all()


def test_baselines_have_no_chance_in_them(world: World) -> None:
    """Each baseline, the random one too, says the same twice."""
    towns = np.flatnonzero(towns_abroad(world))
    train = History(np.array([0]), (towns[:1],), 1)
    for make in BASELINES.values():
        assert (make(world, train)(3) == make(world, train)(3)).all()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n", "has no column a_gid and none b_gid."),
        (
            "a_gid,b_gid\n1,x\n",
            "line 2: a_gid and b_gid must be GeoNames ids (whole numbers), not '1' and 'x'.",
        ),
        (
            "a_gid,b_gid\n1\n",
            "line 2: a_gid and b_gid must be GeoNames ids (whole numbers), not '1' and None.",
        ),
    ],
)
def test_a_wrong_file_is_told_in_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    """The file, the line and what is wrong with it."""
    file = tmp_path / "pairs.csv"
    file.write_text(text)
    with pytest.raises(PairsUnreadable) as refusal:
        read_ids(file)
    assert str(refusal.value).endswith(sentence)


def test_pairs_whose_places_are_not_there_are_left_out(world: World) -> None:
    """Unknown ids, two places abroad, small partners: none makes a pair; a pair named twice counts once."""
    chicago, warsaw, toledo = 4887398, 756135, 5174035
    found = history(world, [(chicago, warsaw), (chicago, warsaw), (chicago, toledo), (1, warsaw)])
    assert world.ids[found.seekers].tolist() == [chicago]
    assert found.n_pairs == 1
