"""The score: what is promised of every factor, that the whole world's scores are those one can check, and the order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.listed_cities import Availability
from services.matching.score import (
    Factor,
    Listed,
    Measure,
    Score,
    Seeker,
    Side,
    checked_weights,
    published,
)
from services.matching.score import weights as weights_file
from services.matching.score.affinity import Affinity
from services.matching.score.factors import industries, universities
from services.matching.score.weights import SIDES
from services.matching.world.columns import Role, World
from shared.examples import (
    ASHIKAGA,
    ASHIKAGAS_PROFILE,
    HOPES,
    SPRINGFIELD,
    SPRINGFIELDS_PROFILE,
    TARTU,
)
from shared.values import IN_THE_UNITED_STATES, Continent, Preferences, PublicProfile, Theme

PEORIA_IL, WASHINGTON, HONOLULU, SAN_JUAN = 4905687, 4140963, 5856195, 4568127
TODAY = date(2027, 6, 1)
SYMMETRIC = (Factor.ROLE, Factor.GEOGRAPHY, Factor.TRAVEL)
SLOTS = [(factor, side) for side, factors in SIDES.items() for factor in factors]
PREFERENCES = st.builds(
    Preferences,
    countries=st.lists(st.sampled_from(["JP", "PT", "PR", "US", "ZZ"]), max_size=2).map(tuple),
    continents=st.lists(st.sampled_from(Continent), max_size=2).map(tuple),
    languages=st.lists(st.sampled_from(["ja", "es", "en", "xx"]), max_size=2).map(tuple),
    population_min=st.none() | st.sampled_from([0, 50_000, 100_000_000]),
    population_max=st.none() | st.sampled_from([0, 1_000, 300_000]),
)
CHANGES = st.dictionaries(
    st.sampled_from(Factor), st.sampled_from([0.0, 0.5, 7.0, 100.0]), max_size=4
)


@pytest.fixture(scope="module")
def score(world: World) -> Score:
    return Score(world, Affinity(world))


def springfield(world: World, **given: object) -> Seeker:
    known = {"preferences": HOPES, "profile": SPRINGFIELDS_PROFILE} | given
    return Seeker(world.index(SPRINGFIELD.geoname_id), **known)  # type: ignore[arg-type]


def ashikaga(world: World) -> Listed:
    row = world.index(ASHIKAGA.geoname_id)
    return Listed(row, ASHIKAGAS_PROFILE, date(2027, 5, 1), is_verified=True)


def value(measures: Sequence[Measure], factor: Factor, side: Side) -> float | None:
    return next(each.value for each in measures if (each.factor, each.side) == (factor, side))


@st.composite
def measured(draw: st.DrawFn) -> list[Measure]:
    values = st.none() | st.floats(0, 1)
    return [Measure(*slot, draw(values), draw(st.sampled_from([0.0, 1.0, 60.0]))) for slot in SLOTS]


@given(measured(), st.integers(0, len(SLOTS) - 1), st.floats(0, 1))
def test_a_better_factor_never_makes_it_worse(
    measures: list[Measure], slot: int, better: float
) -> None:
    """Raising one known value of one side never lowers the score: in each factor, whatever else is known."""
    before = measures[slot]
    if before.value is not None:
        measures[slot] = before._replace(value=max(better, before.value))
        raised = Score.join(measures)
        measures[slot] = before
        assert raised >= Score.join(measures) - 1e-12


@given(measured())
def test_both_sides_weigh_the_same(measures: list[Measure]) -> None:
    """Who sits on which side of the table makes no difference."""
    turned = [
        each._replace(side=Side.THEM if each.side is Side.YOU else Side.YOU) for each in measures
    ]
    assert Score.join(turned) == pytest.approx(Score.join(measures))


@given(measured())
def test_a_weak_side_cannot_hide(measures: list[Measure]) -> None:
    """The score lies between the two sides, and never above twice the weaker one."""
    sides = [[each for each in measures if each.side is side] for side in Side]
    known = [
        Score.join(side)
        for side in sides
        if any(each.weight and each.value is not None for each in side)
    ]
    joined = Score.join(measures)
    if known:
        assert min(known) - 1e-12 <= joined <= max(known) + 1e-12
        assert joined <= 2 * min(known) + 1e-12
    else:
        assert joined == 0


@given(measured())
def test_what_is_not_known_takes_no_part(measures: list[Measure]) -> None:
    """A factor without data counts neither as nothing nor as anything: without it the score is the same."""
    known = [each for each in measures if each.value is not None]
    assert Score.join(known) == Score.join(measures)


def test_unknown_is_better_than_a_known_no(world: World, score: Score) -> None:
    """A listed city with other themes stands below the same city silent about its themes."""
    seeker, city = springfield(world), ashikaga(world)
    silent = Listed(city.index, PublicProfile())
    unlike = Listed(city.index, PublicProfile(themes=(Theme.SPORTS,)))
    joined = [score.join(score.measures(seeker, city.index, each)) for each in (silent, unlike)]
    assert joined[0] > joined[1]
    measures = score.measures(seeker, city.index, silent)
    assert value(measures, Factor.THEMES, Side.YOU) is None
    assert value(score.measures(seeker, city.index), Factor.RECEPTIVENESS, Side.YOU) is None


def test_what_is_mutual_is_the_same_from_both_ends(world: World, score: Score) -> None:
    """Role, geography and travel between two cities are one number, whoever looks; affinity is one for both sides."""
    here = world.index(SPRINGFIELD.geoname_id)
    abroad = np.flatnonzero(world.country != world.country[here])[::9_001].tolist()
    for there in abroad:
        ours, theirs = score.measures(Seeker(here), there), score.measures(Seeker(there), here)
        for factor in SYMMETRIC:
            mutual = {value(ours, factor, Side.YOU), value(ours, factor, Side.THEM)}
            assert mutual == {value(theirs, factor, Side.YOU)}
        both = [value(ours, Factor.AFFINITY, side) for side in Side]
        assert both[0] == both[1]


def test_every_factor_stands_on_each_of_its_sides(world: World, score: Score) -> None:
    """An explanation finds all of them, known or not, with the weight that the search gives it."""
    seeker, city = springfield(world), ashikaga(world)
    measures = score.measures(seeker, city.index, city, TODAY)
    assert [(each.factor, each.side) for each in measures] == SLOTS
    assert all(each.value is not None and 0 <= each.value <= 1 for each in measures)
    assert value(measures, Factor.REGION, Side.YOU) == 1
    assert value(measures, Factor.THEMES, Side.YOU) == 0.5
    assert value(measures, Factor.INDUSTRIES, Side.YOU) == 0
    assert value(measures, Factor.LANGUAGE, Side.THEM) == pytest.approx(0.96, abs=0.03)
    assert value(measures, Factor.RECEPTIVENESS, Side.YOU) == pytest.approx((3 + 329 / 360) / 4)


def test_from_the_us_everything_abroad_is_a_candidate(world: World, score: Score) -> None:
    """No U.S. place, no section of a city; for a city without a search territories are abroad."""
    scores = score.all(springfield(world))
    country = np.array(world.countries)[world.country]
    candidates = (country != "US") & ~world.is_section
    assert ((scores >= 0) == candidates).all()
    assert scores.max() <= 1
    assert (scores[candidates & (country == "PR")] > 0).all()


def test_for_a_member_the_territories_are_no_candidates(world: World, score: Score) -> None:
    """B6: whoever looks for a partner, in a state or in a territory, finds places abroad alone."""
    country = np.array(world.countries)[world.country]
    ours = np.isin(country, sorted(IN_THE_UNITED_STATES))
    for home in (SPRINGFIELD.geoname_id, SAN_JUAN):
        scores = score.all(Seeker(world.index(home), is_member=True))
        assert ((scores >= 0) == (~ours & ~world.is_section)).all()


def test_from_abroad_only_the_us_is(world: World, score: Score) -> None:
    """A foreign city finds places in the United States, and none in its own country or a third one."""
    scores = score.all(Seeker(world.index(TARTU.geoname_id)))
    country = np.array(world.countries)[world.country]
    assert ((scores >= 0) == ((country == "US") & ~world.is_section)).all()


@settings(max_examples=12)
@given(PREFERENCES, CHANGES, st.sampled_from([SPRINGFIELD.geoname_id, TARTU.geoname_id, HONOLULU]))
def test_the_whole_world_scores_as_one_place_does(
    world: World, score: Score, preferences: Preferences, changes: dict[Factor, float], home: int
) -> None:
    """Ranking at once gives each place what `measures` and `join` give it: whatever is wished and weighed."""
    weights = published().changed(changes)
    seeker = Seeker(world.index(home), preferences, weights=weights)
    scores = score.all(seeker)
    for row in np.flatnonzero(scores >= 0)[home % 89 :: 89 * 12].tolist():
        assert scores[row] == pytest.approx(score.join(score.measures(seeker, row)), abs=1e-5)


def test_two_thousand_rows_score_as_one_place_does(world: World, score: Score) -> None:
    """So do two thousand places with all that Springfield hopes for."""
    seeker = springfield(world)
    scores = score.all(seeker)
    rows = np.flatnonzero(scores >= 0)[::83].tolist()
    assert len(rows) >= 2_000
    alone = [score.join(score.measures(seeker, row)) for row in rows]
    assert scores[rows] == pytest.approx(np.array(alone), abs=1e-5)


def test_a_country_whose_languages_are_not_known_is_not_scored_as_none(world: World) -> None:
    """Where a country's languages are not known, the wish for one takes no part there."""
    japan = world.facts["JP"]
    silent = {**world.facts, "JP": replace(japan, languages=())}
    big = world.small(300_000)
    quiet = replace(big, facts=silent)
    score = Score(quiet, Affinity(big))
    seeker = Seeker(quiet.index(WASHINGTON), Preferences(languages=("ja",)))
    scores = score.all(seeker)
    for row in np.flatnonzero(scores >= 0)[::20].tolist():
        assert scores[row] == pytest.approx(score.join(score.measures(seeker, row)), abs=1e-5)
    tokyo = next(i for i in range(len(quiet)) if quiet.name(i) == "Tokyo")
    assert value(score.measures(seeker, tokyo), Factor.LANGUAGE, Side.YOU) is None


def test_a_listing_changes_its_city_alone(world: World, score: Score) -> None:
    """What a listing says is counted for that city; a listing at home makes no candidate of it."""
    seeker, city = springfield(world), ashikaga(world)
    at_home = Listed(world.index(PEORIA_IL), ASHIKAGAS_PROFILE)
    plain, scores = score.all(seeker), score.all(seeker, [city, at_home], TODAY)
    assert np.flatnonzero(plain != scores).tolist() == [city.index]
    whole = score.join(score.measures(seeker, city.index, city, TODAY))
    assert scores[city.index] == pytest.approx(whole, abs=1e-6)


@pytest.mark.parametrize("availability", Availability)
def test_a_city_that_is_not_free_scores_in_the_world_as_it_does_alone(
    world: World, score: Score, availability: Availability
) -> None:
    """Talking with a U.S. city counts less than being free, and a partner found leaves nothing to measure."""
    seeker, city = springfield(world), replace(ashikaga(world), availability=availability)
    measures = score.measures(seeker, city.index, city, TODAY)
    scores = score.all(seeker, [city], TODAY)
    assert scores[city.index] == pytest.approx(score.join(measures), abs=1e-6)
    found = value(measures, Factor.RECEPTIVENESS, Side.YOU)
    free = Availability.FREE, Availability.PARTNERED
    assert (found is None, found == 0.5) == (availability is free[1], availability not in free)


def test_the_order_is_always_the_same(world: World, score: Score) -> None:
    """The best first, ties by id, and the same again when asked again."""
    seeker = springfield(world)
    scores = score.all(seeker)
    order = np.lexsort((world.ids, -scores))
    for k in (0, 1, 50, 5_000, len(world)):
        wanted = [row for row in order[:k].tolist() if scores[row] >= 0]
        assert [row for row, _ in score.top(seeker, k)] == wanted
    assert score.top(seeker, 50, scores=scores) == score.top(seeker, 50)


def test_equal_scores_are_ordered_by_id(world: World, score: Score) -> None:
    """Where every place is as good, the lowest ids come first."""
    even = np.full(len(world), 0.5, np.float32)
    assert [row for row, _ in score.top(springfield(world), 70, scores=even)] == list(range(70))


def test_a_list_can_be_narrowed(world: World, score: Score) -> None:
    """By country, by the least number of people, by what is to be left out; the scores given stay as they are."""
    seeker = springfield(world)
    scores = score.all(seeker)
    (first, _), *rest = score.top(seeker, 60, scores=scores, country="EE", floor=5_000)
    assert all(
        world.country_code(row) == "EE" and world.population[row] >= 5_000 for row, _ in rest
    )
    assert 5 < len(rest) < 59
    again = score.top(seeker, 60, scores=scores, country="EE", floor=5_000, leave_out=[first])
    assert again == rest
    assert score.top(seeker, 60, scores=scores, country="ZZ") == []
    assert (scores == score.all(seeker)).all()


@pytest.mark.parametrize("home", [SPRINGFIELD.geoname_id, PEORIA_IL])
def test_a_regional_capital_plays_a_bigger_role_than_a_suburb(
    world: World, score: Score, home: int
) -> None:
    """For a state capital or a regional centre, every regional capital of 60,000 is more alike than any suburb."""
    role = score.roles.alike[score.roles.of[world.index(home)]][score.roles.of]
    near = (world.population > 50_000) & (world.population < 75_000)
    for code in ("FR", "IT", "ES"):
        here = near & (world.country == world.countries.index(code))
        capitals, towns = (
            here & (world.role == Role.REGIONAL_CAPITAL),
            here & (world.role == Role.TOWN),
        )
        if capitals.any():
            assert role[capitals].min() > role[towns].max()


def test_weights_change_the_order(world: World, score: Score) -> None:
    """Staff who weigh nothing but the region get the countries that were named; the published weights stay."""
    lone = published().changed(dict.fromkeys(Factor, 0) | {Factor.REGION: 100, Factor.ROLE: 1})
    seeker = springfield(world, weights=lone)
    best = score.top(seeker, 50)
    assert {world.country_code(row) for row, _ in best} <= {"JP", "PT"}
    assert best != score.top(springfield(world), 50)
    assert published().you[Factor.REGION] < 100


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"fame": 3}, "There is no factor 'fame'; the factors are themes, project"),
        ({"size": -1}, "The weight of size must be a number from 0 to 100"),
        ({"size": 101}, "The weight of size must be a number from 0 to 100"),
        ({"size": float("nan")}, "The weight of size must be a number from 0 to 100"),
        ({"size": True}, "The weight of size must be a number from 0 to 100"),
        (dict.fromkeys(Factor, 0), "At least one factor must have a weight above 0"),
    ],
)
def test_weights_are_refused_with_a_sentence(changes: dict[str, float], sentence: str) -> None:
    """An unknown factor, a weight out of bounds and no weight at all each say what is wrong."""
    with pytest.raises(ValueError, match=sentence):
        checked_weights(changes)


def test_a_side_keeps_a_weight() -> None:
    """What is left of the published weights counts too: nobody can weigh a whole side away."""
    one_sided = {Factor.REGION, Factor.SIZE, Factor.RECEPTIVENESS}
    with pytest.raises(ValueError, match="on each side"):
        published().changed({factor: 0 for factor in Factor if factor not in one_sided})
    assert checked_weights({"size": 3, "role": 0}) == {Factor.SIZE: 3.0, Factor.ROLE: 0.0}


def test_the_file_of_weights_is_checked() -> None:
    """Whoever edits it and errs is told the line's name and what is wrong with it."""
    text = weights_file.FILE.read_text()
    assert weights_file.read(text) == published()
    for wrong, sentence in (
        (text.replace("region =", "fame ="), "There is no factor 'you.fame'"),
        (text.replace("region = 40", "region = -1"), "The weight of you.region is wrong"),
        (text.replace("region = 40", ""), "The side you lacks, or has and should not: region"),
        (text + "\nregion = 3", "The side them lacks, or has and should not: region"),
        ("[you", "not readable"),
    ):
        with pytest.raises(ValueError, match=sentence):
            weights_file.read(wrong)


def test_industries_are_compared_by_their_words() -> None:
    """Case, accents, plurals and words that say little make no difference; different words do, also for one thing."""
    assert industries(("Automotive parts", "wine"), ("automotive industry",)) == 0.5
    assert industries(("Céramique",), ("ceramique and textiles",)) == 1
    assert industries(("food processing",), ("data processing",)) == 0
    assert industries(("services",), ("Service",)) == 1
    assert industries(("cars",), ("automotive",)) == 0
    assert industries((), ("wine",)) is industries(("wine",), ()) is None
    assert universities(("University of Tartu",), ("MIT",)) == 1
    assert universities(("University of Tartu",), ()) is None
