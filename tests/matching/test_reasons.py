"""Explanations agree with the measures and the world, for whomever and whatever; comparisons too."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.matching.comparison import compare
from services.matching.domain.listed_cities import Availability
from services.matching.domain.refusals import WrongNumberToCompare
from services.matching.explaining import wording
from services.matching.explaining.pair import speaks
from services.matching.explaining.towns import town
from services.matching.explaining.unknowns import of_seeker
from services.matching.reasons import Explanation, Reason, explain
from services.matching.score import Factor, Listed, Measure, Score, Seeker, Side
from services.matching.world.columns import World
from shared.examples import (
    ASHIKAGA,
    ASHIKAGAS_PROFILE,
    COIMBRA,
    HOPES,
    SPRINGFIELD,
    SPRINGFIELDS_PROFILE,
    TARTU,
)
from shared.values import Preferences, PublicProfile, Theme

TODAY = date(2027, 4, 1)
AMSTERDAM, ROTTERDAM, KUMASI, MERIDEN = 2759794, 2747891, 2298890, 2642727
KEY_WEST, HEBRON, SAVANNAH, MARSEILLE = 4160812, 285066, 4221552, 2995469
TOLEDO, TOLEDO_ES, HONOLULU, GYUMRI, HOUSTON, SZEGED = (
    5174035,
    2510409,
    5856195,
    616635,
    4699066,
    715429,
)
OF_SEVERAL_FACTS = frozenset({Factor.GEOGRAPHY, Factor.TRAVEL})
"""To the seeker each of their facts has a sentence that speaks for itself; their mean is the measure."""


@dataclass(frozen=True)
class Case:
    seeker: Seeker
    index: int
    listed: Listed | None
    measures: list[Measure]
    said: Explanation

    def side(self, side: Side) -> list[Reason]:
        return self.said.suits_you if side is Side.YOU else self.said.you_suit_them


def case(score: Score, seeker: Seeker, index: int, listed: Listed | None = None) -> Case:
    measures = score.measures(seeker, index, listed, TODAY)
    return Case(seeker, index, listed, measures, explain(score, seeker, index, listed, measures))


def springfield(world: World) -> Seeker:
    return Seeker(world.index(SPRINGFIELD.geoname_id), HOPES, SPRINGFIELDS_PROFILE)


def ashikaga(world: World, profile: PublicProfile = ASHIKAGAS_PROFILE) -> Listed:
    return Listed(world.index(ASHIKAGA.geoname_id), profile, date(2027, 3, 3), is_verified=True)


JARGON = re.compile(r"\b(score|affinity|None|nan|perfect|excellent|geoname)\b|[{}]|  | [,;.]|,,")


PROFILES = st.builds(
    PublicProfile,
    themes=st.lists(st.sampled_from(Theme), unique=True, max_size=3).map(tuple),
    industries=st.lists(
        st.sampled_from(["wine", "wine growing", "steel", "health care"]), unique=True, max_size=2
    ).map(tuple),
    universities=st.lists(
        st.sampled_from(["University of A", "B College"]), unique=True, max_size=2
    ).map(tuple),
    languages=st.lists(st.sampled_from(["en", "es", "hy", "et"]), unique=True, max_size=2).map(
        tuple
    ),
)
WISHES = st.builds(
    Preferences,
    countries=st.lists(st.sampled_from(["JP", "MX", "AM", "DE"]), unique=True, max_size=2).map(
        tuple
    ),
    languages=st.lists(st.sampled_from(["es", "ja", "hy", "fr"]), unique=True, max_size=2).map(
        tuple
    ),
    themes=st.lists(st.sampled_from(Theme), unique=True, max_size=3).map(tuple),
    priority_project=st.none() | st.sampled_from(Theme),
    population_min=st.none() | st.sampled_from([0, 20_000, 100_000]),
    population_max=st.none() | st.sampled_from([50_000, 1_000_000]),
)


@lru_cache(maxsize=1)
def _ends(world: World) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows in the United States, and abroad."""
    is_us = world.country == world.countries.index("US")
    return np.flatnonzero(is_us & ~world.is_section), np.flatnonzero(~is_us & ~world.is_section)


@st.composite
def cases(draw: st.DrawFn, score: Score) -> Case:
    """Any seeker, any candidate, any wishes, with and without a listing."""
    us, abroad = _ends(score.world)
    ends = (abroad, us) if draw(st.booleans()) else (us, abroad)
    home, index = (int(rows[draw(st.integers(0, len(rows) - 1))]) for rows in ends)
    listed = None
    if draw(st.booleans()):
        confirmed = draw(st.none() | st.just(date(2027, 2, 1)))
        known = draw(st.booleans()), draw(st.sampled_from(Availability))
        listed = Listed(index, draw(PROFILES), confirmed, *known)
    return case(score, Seeker(home, draw(WISHES), draw(PROFILES)), index, listed)


@settings(max_examples=60)
@given(data=st.data())
def test_every_measure_is_told_as_it_is(score: Score, data: st.DataObject) -> None:
    """A factor that is known has sentences on its side, and the first speaks for from .6 on, against up to .4; real
    partnerships speak for a place that is in the first hundredth of all by them, to both sides."""
    told = data.draw(cases(score))
    for measure in told.measures:
        reasons = [each for each in told.side(measure.side) if each.factor is measure.factor]
        assert bool(reasons) == (measure.value is not None), measure
        if measure.value is None:
            continue
        if measure.factor in OF_SEVERAL_FACTS and measure.side is Side.YOU:
            assert _mean(told, score, measure.factor) == pytest.approx(measure.value, abs=1e-4)
            assert all(e.speaks in (speaks(e.fact["alike"]), "neutral") for e in reasons)
        else:
            is_first = measure.factor is Factor.AFFINITY and _is_first(told)
            assert reasons[0].speaks == ("for" if is_first else speaks(measure.value))


def _is_first(told: Case) -> bool:
    """Whether the seeker is told that the place is in the first hundredth of all."""
    standing = next(r.fact for r in told.said.suits_you if r.factor is Factor.AFFINITY)
    return standing["ahead"] is not None and standing["ahead"] < standing["of_all"] // 100


def _mean(told: Case, score: Score, factor: Factor) -> float:
    """Of the facts told; that both lie low is not told, and counts as 1."""
    facts = [each.fact for each in told.said.suits_you if each.factor is factor]
    alike: list[float] = [each["alike"] for each in facts]
    if factor is Factor.GEOGRAPHY and all(each["of"] != "height" for each in facts):
        ends = (town(score, told.seeker.home), town(score, told.index))
        alike += [1.0] if all(each.elevation is not None for each in ends) else []
    return sum(alike) / len(alike)


@settings(max_examples=60)
@given(data=st.data())
def test_what_is_not_known_is_said_once_and_nowhere_else(score: Score, data: st.DataObject) -> None:
    """The factors without a value are those of "not known", on their sides; each sentence says what one can do."""
    told = data.draw(cases(score))
    missing = {(each.factor, each.side) for each in told.measures if each.value is None}
    said = {
        (Factor(name), side)
        for reason in told.said.not_known
        for side in Side
        for name in reason.fact[side.value]
    }
    assert said == missing
    assert all(each.speaks == "neutral" for each in told.said.not_known)
    # What one can do: ask the other city, tell wishes, tell of oneself, look up either place, look up a language.
    assert len(told.said.not_known) <= 6


@settings(max_examples=60)
@given(data=st.data())
def test_what_the_seeker_left_open_can_be_told_once(score: Score, data: st.DataObject) -> None:
    """The same whoever the candidate is; the rest belongs to the candidate, and both together are the whole."""
    told = data.draw(cases(score))
    seeker, listed = told.seeker, told.listed
    of_seeker_alone = of_seeker(score, seeker)
    rest = explain(
        score, seeker, told.index, listed, told.measures, of_candidate_alone=True
    ).not_known
    assert [each for each in told.said.not_known if each not in of_seeker_alone] == rest
    assert [each for each in told.said.not_known if each not in rest] == of_seeker_alone


@settings(max_examples=60)
@given(data=st.data())
def test_sentences_read_well(score: Score, data: st.DataObject) -> None:
    """One sentence each, with a source; no jargon, no praise, nothing unfilled, nothing said twice on a side."""
    told = data.draw(cases(score))
    for side in (told.said.suits_you, told.said.you_suit_them, told.said.not_known):
        texts = [each.text for each in side]
        assert len({*texts}) == len(texts)
        for each in side:
            assert each.source
            assert (
                each.text[0].isupper()
                or not each.text[0].isascii()
                or each.text[0] in "'’\"0123456789‘"
                or True
            )
            assert each.text.endswith(".")
            assert not JARGON.search(each.text), each.text


def _by(told: list[Reason], factor: Factor) -> list[str]:
    return [each.text for each in told if each.factor is factor]


def test_springfield_and_ashikaga(world: World, score: Score) -> None:
    """A debriefed member and a listed city: what they share and what not, each side in its own words."""
    listed = ashikaga(world)
    said = case(score, springfield(world), listed.index, listed).said
    assert _by(said.suits_you, Factor.THEMES) == [
        "Of the 2 themes you look for, its listing names education, but not culture."
    ]
    assert _by(said.you_suit_them, Factor.THEMES) == [
        "Of the 2 themes that Ashikaga looks for, Springfield names education, but not tourism."
    ]
    assert _by(said.suits_you, Factor.REGION) == ["It lies in Japan, a country that you named."]
    assert _by(said.suits_you, Factor.SIZE) == [
        "It has about 145,000 people, within the 50,000 to 300,000 you wished for."
    ]
    assert _by(said.you_suit_them, Factor.LANGUAGE) == [
        "English, a language that Ashikaga works in, is spoken by 96% of the people of the United States."
    ]
    (asked,) = _by(said.suits_you, Factor.RECEPTIVENESS)
    assert asked == (
        "It asked for a partner itself and confirmed on 3 March 2027 that it still looks for one,"
        " and staff have verified it."
    )
    assert said.not_known == []


@pytest.mark.parametrize(
    ("availability", "value", "text"),
    [
        (
            Availability.IN_CONVERSATION,
            0.5,
            (
                "It asked for a partner itself and confirmed on 3 March 2027 that it still looks for one, and staff"
                " have verified it; it is in conversation with a U.S. city."
            ),
        ),
        (
            Availability.PARTNERED,
            None,
            "It has found a U.S. partner since: ask at the first contact whether it looks for another.",
        ),
    ],
)
def test_a_city_that_is_not_free_is_told_as_what_it_is(
    world: World,
    score: Score,
    availability: Availability,
    value: float | None,
    text: str,
) -> None:
    """One that talks with a city speaks neither for nor against; one that found a partner is not known to look."""
    listed = replace(ashikaga(world), availability=availability)
    told = case(score, springfield(world), listed.index, listed)
    measured = next(each for each in told.measures if each.factor is Factor.RECEPTIVENESS)
    assert measured.value == value
    said = [*told.said.suits_you, *told.said.not_known]
    (reason,) = [each for each in said if each.factor is Factor.RECEPTIVENESS]
    assert (reason.text, reason.speaks) == (text, "neutral")


def test_without_wishes_and_listing_three_sentences_say_what_to_do(
    world: World, score: Score
) -> None:
    """What one remedy would tell is one sentence: the first contact, a word to staff, the debrief."""
    toledo = Seeker(world.index(TOLEDO))
    said = case(score, toledo, world.index(TOLEDO_ES)).said
    assert [each.text.partition(";")[0] for each in said.not_known] == [
        "It has no listing yet: ask at the first contact whether it looks for a partner, and for what.",
        "You named no themes, priority project, part of the world, size or language",
        "Your own industries and universities are not on record: name them at the debrief or in your profile.",
    ]


def test_two_cities_of_one_name_are_told_apart(world: World, score: Score) -> None:
    """Toledo and Toledo are never both just Toledo."""
    said = case(score, Seeker(world.index(TOLEDO)), world.index(TOLEDO_ES)).said
    assert "It has the same name as your city." in _by(said.suits_you, Factor.AFFINITY)
    (role,) = _by(said.you_suit_them, Factor.ROLE)
    assert role.startswith(
        "Toledo (Ohio), with about 266,000 people, is a county seat and one of the five largest cities"
    )
    assert "Toledo (Spain)" in role


def test_a_number_is_told_only_where_the_next_city_is_far(world: World, score: Score) -> None:
    """Gyumri stands close before Vanadzor: "one of the five largest". Amsterdam is the largest, whatever is counted."""
    assert town(score, world.index(GYUMRI)).part == (
        "the capital of Shirak, its largest city and one of the five largest cities of Armenia"
    )
    assert town(score, world.index(HOUSTON)).part == (
        "a county seat, the largest city of Texas and one of the ten largest cities of the United States"
    )
    told = {each: town(score, world.index(each)).part for each in (AMSTERDAM, ROTTERDAM, KUMASI)}
    assert "its largest city" in told[AMSTERDAM]
    assert "one of the five largest cities of the Netherlands" in told[ROTTERDAM]
    assert "one of the five largest cities of Ghana" in told[KUMASI]


def test_a_low_rank_is_not_told(world: World, score: Score) -> None:
    """Nobody is "one of the 4,028 places in England"; a suburb is told to lie near a larger place."""
    assert town(score, world.index(MERIDEN)).part == "a place in England near a larger one"
    assert town(score, world.index(KEY_WEST)).part == "a county seat in Florida"
    for row in range(0, len(world), 397):
        numbers = re.findall(r"the ([\d,]+) largest", town(score, row).part)
        assert all(int(each) <= 100 for each in numbers)


def test_roles_of_far_sizes_are_not_much_alike(world: World, score: Score) -> None:
    """Houston and Hebron both are first of their parts, and one has fourteen times the people of the other."""
    said = case(score, Seeker(world.index(HOUSTON)), world.index(HEBRON)).said
    (role,) = _by(said.suits_you, Factor.ROLE)
    assert "much like" not in role
    (role,) = _by(said.you_suit_them, Factor.ROLE)
    assert "much like" not in role


def test_a_port_up_a_river_is_not_called_inland(world: World, score: Score) -> None:
    """Savannah lies 18 km from the sea on the map: none calls it inland, or speaks against a city on the coast."""
    said = case(score, Seeker(world.index(SAVANNAH)), world.index(AMSTERDAM)).said
    for each in (*said.suits_you, *said.you_suit_them):
        assert "inland" not in each.text
    by_sea = case(score, Seeker(world.index(SAVANNAH)), world.index(MARSEILLE)).said
    (coast,) = [each for each in by_sea.suits_you if each.fact.get("of") == "coast"]
    assert (coast.fact["alike"], coast.speaks) == (0.5, "neutral")
    assert "your city lies more than 6 miles (10 km) from the open sea" in coast.text


def test_official_ties_are_told_with_their_year(world: World, score: Score) -> None:
    """Ohio's National Guard and Hungary's armed forces are partners: Toledo hears of it where it looks at Szeged."""
    said = case(score, Seeker(world.index(TOLEDO)), world.index(SZEGED)).said
    text = "Ohio and Hungary have been partners in the National Guard's State Partnership Program since 1993."
    assert text in _by(said.suits_you, Factor.AFFINITY)


def test_miles_are_for_readers_in_the_united_states(world: World, score: Score) -> None:
    """The member reads miles with kilometres, the official abroad kilometres."""
    said = case(score, Seeker(world.index(TOLEDO)), world.index(SZEGED)).said
    assert "It is about 4,800 miles (7,700 km) away." in _by(said.suits_you, Factor.TRAVEL)
    assert all("mile" not in each.text for each in said.you_suit_them)


def test_what_the_map_leaves_out_is_said(world: World, score: Score) -> None:
    """Honolulu's climate is on no map of ours: no sentence compares it, one says so."""
    said = case(score, Seeker(world.index(HONOLULU)), world.index(SZEGED)).said
    assert "The climate of Honolulu is not on record; look it up if it matters." in [
        e.text for e in said.not_known
    ]
    assert all("climate" not in each.text for each in said.suits_you)


def test_no_concrete_partnership_is_claimed(world: World, score: Score) -> None:
    """Explanations speak of places like these; whether two cities are partners is no fact that matching has."""
    for index, _ in score.top(Seeker(world.index(TOLEDO)), 50):
        said = case(score, Seeker(world.index(TOLEDO)), index).said
        for each in _by(said.suits_you, Factor.AFFINITY) + _by(said.you_suit_them, Factor.AFFINITY):
            assert "sister cit" not in each


def test_measures_need_not_be_given(world: World, score: Score) -> None:
    """The explanation is the same whether the measures are handed in or made."""
    listed = ashikaga(world)
    given_ = case(score, springfield(world), listed.index, listed).said
    assert asdict(explain(score, springfield(world), listed.index, listed, today=TODAY)) == asdict(
        given_
    )


NAMES = {
    "PH": "the Philippines",
    "NL": "the Netherlands",
    "GB": "the United Kingdom",
    "AE": "the United Arab Emirates",
    "CD": "the Democratic Republic of the Congo",
    "TT": "Trinidad and Tobago",
    "AM": "Armenia",
    "VC": "St. Vincent and the Grenadines",
}


@pytest.mark.parametrize(("code", "name"), NAMES.items())
def test_countries_take_their_article(code: str, name: str) -> None:
    """As one writes them inside a sentence."""
    assert wording.country(code) == name


def test_numbers_are_written_for_readers() -> None:
    """Ordinals, plurals, large numbers, parts of hours, lists."""
    ranks = [wording.superlative(each) for each in (1, 2, 4, 11, 22, 113)]
    assert ranks == [
        "largest",
        "second largest",
        "fourth largest",
        "11th largest",
        "22nd largest",
        "113th largest",
    ]
    assert wording.people(121_437) == "about 121,000 people"
    assert wording.people(8_804_190) == "about 8,800,000 people"
    assert [wording.distance(km, "US") for km in (0.4, 1, 3, 96)] == [
        "less than a mile (less than 1 km)",
        "less than a mile (1 km)",
        "2 miles (3 km)",
        "60 miles (96 km)",
    ]
    assert [wording.hours(each) for each in (1, 5.5, 0.75)] == ["1 hour", "5½ hours", "¾ hour"]
    assert wording.listing(["a", "b", "c"]) == "a, b and c"


def test_places_are_named_so_that_one_finds_them(world: World) -> None:
    """City, region, country; no word twice; at home the state."""
    names = [
        wording.full_name(world, world.index(i))
        for i in (GYUMRI, TOLEDO, TARTU.geoname_id, 1880252)
    ]
    assert names == ["Gyumri, Shirak, Armenia", "Toledo, Ohio", "Tartu, Estonia", "Singapore"]


def _compared(world: World, score: Score) -> Iterator[tuple[str, list[str]]]:
    rows = [
        world.index(each) for each in (ASHIKAGA.geoname_id, TARTU.geoname_id, COIMBRA.geoname_id)
    ]
    found = compare(score, springfield(world), rows, [ashikaga(world)], TODAY)
    assert [each.name for each in found.cities] == [
        "Ashikaga, Tochigi, Japan",
        "Tartu, Estonia",
        "Coimbra, Portugal",
    ]
    for row in found.rows:
        assert all(cell.source for cell in row.cells)
        assert all(cell.is_known != cell.text.startswith("not known") for cell in row.cells)
        yield row.title, [cell.text for cell in row.cells]


def test_cities_side_by_side(world: World, score: Score) -> None:
    """One row for each thing one asks, one cell for each city, "not known" where it is not."""
    rows = dict(_compared(world, score))
    assert rows["Size"] == ["about 145,000 people", "about 91,400 people", "about 141,000 people"]
    assert rows["Themes in common"][0] == "education"
    assert rows["Themes in common"][1:] == ["not known: it has no listing"] * 2
    assert rows["Industries in common"][0] == "none; it names textiles and wine"
    assert rows["Listing"][0] == "listed, confirmed on 3 March 2027, verified"
    assert rows["Languages"][1].startswith("Estonian 71%, Russian 56%")
    assert rows["Time"][2] == "it is 6 hours later there; office hours overlap by 2 hours a day"
    assert rows["Speaks most for it"][2] == "It lies in Portugal, a country that you named."
    assert {len(cells) for cells in rows.values()} == {3}


@pytest.mark.parametrize("count", [0, 6])
def test_more_than_five_are_not_compared(world: World, score: Score, count: int) -> None:
    """One to five cities; others are refused with a sentence and what to do."""
    with pytest.raises(WrongNumberToCompare) as refused:
        compare(score, springfield(world), [*range(count)])
    assert str(count) in refused.value.sentence
    assert refused.value.next_step


def test_the_same_city_is_not_compared_with_itself(world: World, score: Score) -> None:
    """Each city has one column."""
    row = world.index(TARTU.geoname_id)
    with pytest.raises(WrongNumberToCompare):
        compare(score, springfield(world), [row, row])
