"""What the affinity of two places is made of, and what it must never hold."""

import json
import re
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.score.affinity import FILE, Affinity, load
from services.matching.score.features import DENSE, EFFECTS, Features
from services.matching.score.names import (
    NAMESAKES,
    NOT_IN,
    Likeness,
    Names,
    core,
    fold,
    is_nearly,
    joined,
)
from services.matching.world.columns import World
from tests.history.fit import habits
from tests.history.pairs import History

SPRINGFIELD_IL, TOLEDO_OH, TOLEDO_ES, CHICAGO = 4250542, 5174035, 2510409, 4887398
WARSAW, FLORENCE_IT, FLORENCE_SC, TALLINN, BALTIMORE = 756135, 3176959, 4578737, 588409, 4347778
GROUP = re.compile(r"[A-Z]{2}|[A-Z]{2}\.\w{1,6}|[a-z]{2,3}|[A-Z][A-Za-z -]+")
"""A country, a region of one, a language, a subregion or division; no place."""


def test_it_holds_no_single_city() -> None:
    """Every coefficient is a term's or a group's: countries, regions, languages, states; none names a place."""
    text = FILE.read_text(encoding="utf-8")
    found = json.loads(text)
    names = {
        name for table in found["effects"].values() for key in table for name in key.split("|")
    }
    names |= {*found["answers_by_state"], *found["regions_elsewhere"]}
    assert all(GROUP.fullmatch(name) for name in names)
    assert not re.search(r"\d{5,}", text)


def test_it_is_small() -> None:
    """The coefficients fit in 150 kB, and say from what they were fitted; no day, so that a fit can be repeated."""
    assert FILE.stat().st_size < 150_000
    assert load().about.keys() == {"what", "data", "licence"}


def test_groups_with_an_effect_are_large(affinity: Affinity) -> None:
    """No country, region or language has an effect unless it has twenty towns: else the effect would be of a city."""
    groups = affinity.features.groups
    for effect in EFFECTS:
        of = groups[effect.candidates]
        large = {name for name, enough in zip(of.names, of.large, strict=True) if enough}
        table = affinity.coefficients.effects[effect.name]
        assert {key.rpartition("|")[2] for key in table} <= large


def test_ids_do_not_matter(world: World, affinity: Affinity) -> None:
    """Give every place another id: nothing changes, so that no number can be tied to one place."""
    towns = world.small(100_000)
    renamed = replace(towns, ids=np.arange(1, len(towns) + 1, dtype=np.int32))
    seeker = towns.index(CHICAGO)
    usual, other = (
        Affinity(each, affinity.coefficients, Features(each)) for each in (towns, renamed)
    )
    assert (usual.utilities(seeker) == other.utilities(seeker)).all()


def test_two_places_alike_in_everything_count_alike(world: World, affinity: Affinity) -> None:
    """Exchange two places' rows of all columns: they exchange their values, and nobody else notices."""
    towns = world.small(200_000)
    one, other = towns.index(WARSAW), towns.index(FLORENCE_IT)
    order = np.arange(len(towns))
    order[[one, other]] = other, one
    columns = {
        field.name: getattr(towns, field.name)[..., order]
        for field in fields(World)
        if isinstance(getattr(towns, field.name), np.ndarray)
        and not field.name.startswith(("name_", "ids"))
    }
    exchanged = Affinity(replace(towns, **columns), affinity.coefficients)
    seeker = towns.index(CHICAGO)
    before = Affinity(towns, affinity.coefficients).utilities(seeker)
    nameless = [order[one], order[other]]
    np.testing.assert_allclose(
        exchanged.utilities(seeker)[nameless], before[[one, other]], atol=1e-3
    )


@pytest.mark.parametrize("seeker", [SPRINGFIELD_IL, TOLEDO_OH, CHICAGO])
def test_the_fast_way_says_what_the_definition_says(
    world: World, affinity: Affinity, seeker: int
) -> None:
    """Utilities over the whole world are the terms times their coefficients plus the effects of groups."""
    home, rows = world.index(seeker), affinity.towns_abroad[::50]
    terms = np.array([affinity.coefficients.terms[name] for name in DENSE], np.float32)
    expected = affinity.features.dense(home, rows) @ terms
    for effect in EFFECTS:
        group = affinity.features.group(effect, home, rows)
        value = np.where(group >= 0, affinity.tables[effect.name].ravel()[group], 0)
        expected += value * affinity.features.columns[effect.column][rows]
    expected += affinity.evened_abroad[rows]
    np.testing.assert_allclose(affinity.utilities(home)[rows], expected, atol=0.02)


@given(st.data())
def test_parts_sum_to_the_utility(world: World, affinity: Affinity, data: st.DataObject) -> None:
    """In both directions, whatever the pair."""
    home = int(data.draw(st.sampled_from(affinity.places_at_home.tolist())))
    abroad = int(data.draw(st.sampled_from(affinity.towns_abroad.tolist())))
    for seeker, candidate in ((home, abroad), (abroad, home)):
        parts = affinity.parts(seeker, candidate)
        assert sum(parts.values()) == pytest.approx(affinity.utilities(seeker)[candidate], abs=0.02)


@pytest.mark.parametrize("seeker", [SPRINGFIELD_IL, TALLINN])
def test_values_keep_the_order(world: World, affinity: Affinity, seeker: int) -> None:
    """Values lie between 0 and 1 and order places as the utilities do, down to those that have 0."""
    row = world.index(seeker)
    utilities, values = affinity.utilities(row), affinity.values(row)
    assert 0 <= values.min() <= values.max() <= 1
    from_home = world.country_code(row) == "US"
    candidates = affinity.towns_abroad if from_home else affinity.places_at_home
    order = candidates[np.argsort(-utilities[candidates], kind="stable")]
    assert (np.diff(values[order]) <= 0).all()
    head = order[:100]
    assert len(np.unique(values[head])) == len(np.unique(utilities[head]))


def test_the_same_question_has_the_same_answer(world: World, affinity: Affinity) -> None:
    """Made anew and asked again, not a bit differs."""
    seeker = world.index(TOLEDO_OH)
    again = Affinity(world, features=affinity.features).utilities(seeker)
    assert (affinity.utilities(seeker) == again).all()


def test_toledo_speaks_for_toledo(world: World, affinity: Affinity) -> None:
    """The same name counts for both, whoever asks, and for a village of that name a quarter as much."""
    ohio, spain = world.index(TOLEDO_OH), world.index(TOLEDO_ES)
    ours, theirs = affinity.parts(ohio, spain), affinity.parts(spain, ohio)
    assert ours["same name"] == theirs["same name"] == affinity.coefficients.terms["same name"] > 0
    alike = affinity.features.names.like(spain).rows
    counts = affinity.features.name_counts(spain, alike)
    assert counts[world.population[alike] >= 5_000] == pytest.approx(1)
    assert counts[world.population[alike] < 700] == pytest.approx(0.25)
    assert counts.min() == 0.25


def test_official_ties_count(world: World, affinity: Affinity) -> None:
    """Maryland's National Guard is Estonia's partner: it counts for Baltimore and Tallinn."""
    assert affinity.parts(world.index(BALTIMORE), world.index(TALLINN))["guard partner"] > 0


def test_nearer_places_count_more(affinity: Affinity) -> None:
    """All else equal, affinity falls with distance, all the way around the earth."""
    assert (np.diff(affinity.by_chord) <= 0).all()


def test_what_everybody_is_shown_counts_less(affinity: Affinity) -> None:
    """By the model's own lists: whoever leads the lists of many U.S. places loses, whoever leads none gains."""
    seekers = affinity.places_at_home[::400]
    lists = [affinity.utilities(int(seeker))[affinity.towns_abroad] for seeker in seekers]
    mean_rank = np.mean([np.argsort(np.argsort(-each)) for each in lists], axis=0)
    evened = affinity.evened_abroad[affinity.towns_abroad]
    first, last = mean_rank < np.quantile(mean_rank, 0.05), mean_rank > np.quantile(mean_rank, 0.5)
    assert np.median(evened[first]) < 0 < np.median(evened[last])


def test_a_habit_is_one_of_several_cities(affinity: Affinity) -> None:
    """What may be told names a state and a country that the model knows, and is a small part of all that there are."""
    state, country = (affinity.features.groups[each].names for each in ("state", "country"))
    told = [key.split("|") for key in affinity.coefficients.habits]
    assert 50 < len(told) < len(state) * len(country) / 20
    assert {ours for ours, _ in told} <= {*state}
    assert {theirs for _, theirs in told} <= {*country}


def test_one_city_makes_no_habit(world: World, affinity: Affinity) -> None:
    """Five pairs of three cities of Ohio with towns in Spain may be told; of two cities, or four pairs, not."""
    features, spain = affinity.features, world.countries.index("ES")
    towns = np.flatnonzero((world.country == spain) & (world.population >= 50_000))
    state = features.groups["state"]
    ohio = np.flatnonzero(state.of == state.names.index("US.OH"))[:3]

    def told(*partners: int) -> list[str]:
        return habits(features, History(ohio, tuple(towns[:each] for each in partners), 0))

    assert told(1, 1, 3) == ["US.OH|ES"]
    assert told(0, 3, 3) == told(1, 1, 2) == []


def test_names_are_alike_both_ways(world: World, affinity: Affinity) -> None:
    """Florence in South Carolina and Firenze know each other by name, from either side."""
    names = affinity.features.names
    ours, theirs = world.index(FLORENCE_SC), world.index(FLORENCE_IT)
    assert theirs in names.like(ours).rows
    assert ours in names.like(theirs).rows


# U.S. names that are names of places abroad in another language, and names that GeoNames lists beside them: former
# names, nicknames, and the like.
TRUE = (
    ("Florence", "Florencia"),
    ("Bethlehem", "Belém"),
    ("Syracuse", "Siracusa"),
    ("Carlsbad", "Karlovy Vary"),
    ("Canton", "Guangzhou"),
    ("Lucerne", "Luzern"),
    ("Hanover", "Hannover"),
    ("Athens", "Atenas"),
    ("Vienna", "Vienne"),
    ("Saint Joseph", "São José"),
    ("San Juan", "Saint-Jean"),
    ("Philadelphia", "Filadélfia"),
    ("Bethlehem", "Belén"),
    ("Minster", "Münster"),
)
FALSE = (
    ("Asheville", "Victoria"),
    ("Batavia", "Jakarta"),
    ("Salisbury", "Harare"),
    ("Philadelphia", "Amman"),
    ("Victoria", "Hong Kong"),
    ("Shawnee", "Soni"),
    ("Lodi", "Lod"),
    ("Salem", "Jerusalem"),
    ("San Miguel", "San Miguel Peras"),
    ("Santa Maria", "Oaxaca"),
    ("Saint George", "Freetown"),
    ("Conway", "Kingston"),
    ("Alger", "Algiers"),
    ("Moscow", "Moscu"),
)


@pytest.fixture(scope="module")
def named(world: World) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in range(len(world)):
        found.setdefault(world.name(row), []).append(row)
    return found


def _likeness(
    world: World, names: Names, named: dict[str, list[int]], pair: tuple[str, str]
) -> set[int]:
    """How names of the U.S. are like a name abroad, by any two places so named."""
    ours, theirs = (set(named[each]) for each in pair)
    home = next(row for row in sorted(ours) if world.country_code(row) == "US")
    like = names.like(home)
    return {int(kind) for row, kind in zip(like.rows, like.likeness, strict=True) if row in theirs}


@pytest.mark.parametrize("pair", TRUE)
def test_a_name_in_another_language_is_known(
    world: World, affinity: Affinity, named: dict[str, list[int]], pair: tuple[str, str]
) -> None:
    """Syracuse and Siracusa are one name in two languages, and so are saints."""
    found = _likeness(world, affinity.features.names, named, pair)
    assert found == {Likeness.SAME_IN_ANOTHER_LANGUAGE}


@pytest.mark.parametrize("pair", FALSE)
def test_a_former_name_is_no_name_in_another_language(
    world: World, affinity: Affinity, named: dict[str, list[int]], pair: tuple[str, str]
) -> None:
    """Jakarta was Batavia once, and Asheville is nowhere Victoria: neither is told as one name."""
    assert not _likeness(world, affinity.features.names, named, pair)


@pytest.mark.parametrize(("ours", "theirs"), [("Mexico", "Mexico City"), ("Manilla", "Manila")])
def test_two_spellings_of_one_language_are_no_translation(
    world: World, affinity: Affinity, named: dict[str, list[int]], ours: str, theirs: str
) -> None:
    """Mexico City is English, as Mexico in Missouri is: it is not told as that name in another language."""
    found = _likeness(world, affinity.features.names, named, (ours, theirs))
    assert Likeness.SAME_IN_ANOTHER_LANGUAGE not in found


@pytest.mark.parametrize(
    ("ours", "theirs", "country"),
    [("Bethlehem", "Belen", "TR"), ("Rome", "Roma", "SE"), ("Cabool", "Kābūl", "IL")],
)
def test_a_name_alike_by_chance_in_one_country(
    world: World,
    affinity: Affinity,
    named: dict[str, list[int]],
    ours: str,
    theirs: str,
    country: str,
) -> None:
    """Belen in Turkey is no Bethlehem, from either side, though Belén elsewhere is."""
    names = affinity.features.names
    there = [row for row in named[theirs] if world.country_code(row) == country]
    assert there
    for home in named[ours]:
        assert not set(there) & set(names.like(home).rows.tolist())
    for row in there:
        assert not set(named[ours]) & set(names.like(row).rows.tolist())


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(4165565, 3172394), (4791160, 2761369), (FLORENCE_SC, FLORENCE_IT), (4171563, 498817)],
)
def test_cities_that_english_knows_by_its_own_name(
    world: World, affinity: Affinity, ours: int, theirs: int
) -> None:
    """Naples, Vienna, Florence and Saint Petersburg: the gazetteer has them in English, as U.S. places bear them."""
    like = affinity.features.names.like(world.index(ours))
    assert Likeness.SAME in like.likeness[like.rows == world.index(theirs)]


def test_a_name_stands_in_one_line_only() -> None:
    """No name belongs to two others that do not belong to each other; each line has two names at least."""
    lines = [
        {joined(fold(NOT_IN.sub("", name))) for name in line.split("\t")}
        for line in NAMESAKES.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert len(lines) > 150
    assert min(map(len, lines)) >= 2
    assert sum(map(len, lines)) == len(set().union(*lines))


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        ("Billerica", "Billericay", True),
        ("New Orleans", "Orléans", True),
        ("Stratford", "Stratford-upon-Avon", True),
        ("Havre", "Le Havre", True),
        ("Lynn", "King's Lynn", False),
        ("Lancaster", "Ancaster", False),
        ("Milton", "Hamilton", False),
        ("Salem", "Salé", False),
        ("Hartford", "Hertford", True),
        ("Mandan", "Manda", False),
        ("Trenton", "Trento", False),
        ("South River", "Rivera", False),
        ("Santa Maria", "Santa Marta", False),
        ("Gardena", "Garden City", False),
        ("South Saint Paul", "West St. Paul", False),
    ],
)
def test_what_is_nearly_the_same(one: str, other: str, are: bool) -> None:
    """A reader sees at once that the two names are alike."""
    assert is_nearly(core(fold(one)), core(fold(other))) == are


def test_joined_words_make_no_saint() -> None:
    """Newcastle is New Castle, but Stanton is no Saint Anton."""
    assert joined(fold("New Castle")) == joined(fold("Newcastle"))
    assert joined(fold("Stanton")) != joined(fold("St. Anton"))


def test_names_fold() -> None:
    """Accents, capitals and the ways to write a saint make no other name."""
    assert fold("São Paulo") == fold("sao  paulo")
    assert fold("Saint-Étienne") == fold("St. Etienne")
