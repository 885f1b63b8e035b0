"""The first ranking of cities abroad, on the whole gazetteer."""

from itertools import product

import numpy as np
import pytest

from deploy.local.binaries import GAZETTEER
from services.matching.domain.listed_cities import fits
from services.matching.ranking import WEIGHTS, Ranking, Wish
from shared.examples import ASHIKAGA, ASHIKAGAS_PROFILE, HOPES, SPRINGFIELD, SPRINGFIELDS_PROFILE
from shared.gazetteer import Gazetteer
from shared.values import MOST_PEOPLE, Continent, Preferences, PublicProfile
from tests.matching.histories import GDANSK, LISTED, LISTED_ASHIKAGA, listed

WISH = Wish(SPRINGFIELD, HOPES, SPRINGFIELDS_PROFILE)
NO_WISH = Wish(SPRINGFIELD, Preferences(), PublicProfile())


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    return Ranking(Gazetteer(GAZETTEER))


def test_it_ranks_the_world(ranking: Ranking) -> None:
    """All places abroad with a thousand people or more are ranked, down to the place that is asked for."""
    assert len(ranking.ids) > 100_000
    assert len(ranking.best(WISH, set(), limit=200)) == 200


def test_the_member_finds_cities_where_it_looks_and_of_its_size(ranking: Ranking) -> None:
    """What the member wished for leads the ranking, and no U.S. city is in it."""
    best = [found.place for found in ranking.best(WISH, set())]
    assert {place.country for place in best} <= {"JP", "PT"}
    assert all(50_000 <= place.population <= 300_000 for place in best)
    anywhere = ranking.best(NO_WISH, set())
    assert "US" not in {found.place.country for found in anywhere}


def test_scores_are_shares_in_falling_order_and_weights_sum_to_one(ranking: Ranking) -> None:
    """Every score lies between 0 and 1, the best first."""
    scores = [found.score for found in ranking.best(WISH, set(), limit=200)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def test_what_is_left_out_stays_out(ranking: Ranking) -> None:
    """Listed cities, prospects and partners do not come back as candidates; a country can be asked for."""
    first = ranking.best(WISH, set(), limit=5)
    left_out = {found.place.geoname_id for found in first}
    rest = {found.place.geoname_id for found in ranking.best(WISH, left_out)}
    assert not rest & left_out
    estonian = ranking.best(WISH, set(), country="EE")
    assert {found.place.country for found in estonian} == {"EE"}


def test_each_candidate_says_why_and_what_is_not_known(ranking: Ranking) -> None:
    """One sentence for each: size, distance, language, region, themes; the unknown is named, not scored as nothing."""
    listed_first = ranking.listed(WISH, [LISTED, LISTED_ASHIKAGA])
    assert [found.place for found in listed_first] == [ASHIKAGA, GDANSK]
    assert listed_first[0].why == (
        "Ashikaga has 144,746 people to your 114,394, lies 10,173 km away in Japan, where you look;"
        " Japanese is spoken by 95% there; shared themes: education."
    )
    assert "its themes are not known" in listed_first[1].why
    silent = listed(ASHIKAGA, profile=ASHIKAGAS_PROFILE.model_copy(update={"themes": ()}))
    (unknown,) = ranking.listed(WISH, [silent])
    assert unknown.score > listed_first[0].score  # half of its themes are known not to match


def test_extreme_sizes_are_ranked_too(ranking: Ranking) -> None:
    """Bounds, a member or a city of nobody or of as many as there can be: each score is a share still."""
    bounds = [
        Preferences(population_min=least, population_max=most)
        for least in (0, MOST_PEOPLE)
        for most in (0, MOST_PEOPLE)
    ]
    sizes = [SPRINGFIELD.model_copy(update={"population": size}) for size in (0, 10**18)]
    cities = [listed(each) for each in sizes]
    with np.errstate(all="raise"):
        for home, preferences in product(sizes, bounds):
            wish = Wish(home, preferences, PublicProfile())
            assert all(0 <= found.score <= 1 for found in ranking.listed(wish, cities))


def test_no_listed_city_is_no_error(ranking: Ranking) -> None:
    """Where nothing is listed the first tier is empty."""
    assert ranking.listed(WISH, []) == []


def test_a_listed_city_fits_where_the_member_looks() -> None:
    """B7: countries and continents decide; who names neither looks everywhere (B2)."""
    assert fits(Preferences(), ASHIKAGA, "AS")
    assert fits(Preferences(countries=("JP",)), ASHIKAGA, "AS")
    assert fits(Preferences(continents=(Continent.ASIA,)), ASHIKAGA, "AS")
    assert not fits(Preferences(countries=("PT",), continents=(Continent.EUROPE,)), ASHIKAGA, "AS")
