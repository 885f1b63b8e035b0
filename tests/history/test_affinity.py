"""What the affinity of two places is made of, and what it must never hold."""

import json
import re
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.score.affinity import FILE, Affinity, load
from services.matching.score.features import DENSE, EFFECTS, Features
from services.matching.score.names import Names, fold
from services.matching.score.parts import PARTS
from services.matching.world.columns import World

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
    """The coefficients fit in 150 kB, and say when and from what they were fitted."""
    assert FILE.stat().st_size < 150_000
    assert {"fitted", "data", "licence"} <= load().about.keys()


def test_groups_with_an_effect_are_large(affinity: Affinity) -> None:
    """No country, region or language has an effect unless it has twenty towns: else the effect would be of a city."""
    groups = affinity.features.groups
    for effect in EFFECTS:
        of = groups[effect.candidates]
        large = {name for name, enough in zip(of.names, of.large, strict=True) if enough}
        table = affinity.coefficients.effects[effect.name]
        assert {key.rpartition("|")[2] for key in table} <= large


def test_ids_do_not_matter(world: World, affinity: Affinity, tmp_path: Path) -> None:
    """Give every place another id: nothing changes, so that no number can be tied to one place."""
    no_namesakes = tmp_path / "namesakes.tsv"  # the table of names in other languages goes by id
    no_namesakes.touch()
    towns = world.small(100_000)
    renamed = replace(towns, ids=np.arange(1, len(towns) + 1, dtype=np.int32))
    seeker = towns.index(CHICAGO)
    usual, other = (
        Affinity(each, affinity.coefficients, Features(each, Names(each, no_namesakes)))
        for each in (towns, renamed)
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
        total = sum(part.contribution for part in parts)
        assert total == pytest.approx(affinity.utilities(seeker)[candidate], abs=0.02)
        sizes = [abs(part.contribution) for part in parts]
        assert sizes == sorted(sizes, reverse=True)


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
    """The same name is a fact for both, whoever asks."""
    ohio, spain = world.index(TOLEDO_OH), world.index(TOLEDO_ES)
    for seeker, candidate in ((ohio, spain), (spain, ohio)):
        facts = {part.name: part.fact for part in affinity.parts(seeker, candidate)}
        assert facts["names"] == "Both are named Toledo"
        assert facts["distance"] == "About 6,400 km apart"


def test_official_ties_are_said(world: World, affinity: Affinity) -> None:
    """Maryland's National Guard is Estonia's partner: it counts for Baltimore and Tallinn, and the sentence says so."""
    parts = affinity.parts(world.index(BALTIMORE), world.index(TALLINN))
    tie = next(part for part in parts if part.name == "official ties")
    assert tie.contribution > 0
    assert tie.fact is not None
    assert tie.fact.startswith(
        "Maryland and Estonia are partners in the National Guard's State Partnership Program"
    )


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


def test_habits_are_said_as_they_count(world: World, affinity: Affinity) -> None:
    """Where a part says "more often" it speaks for the pair, where "less often" against it."""
    for home in affinity.places_at_home[::1500]:
        for abroad in affinity.towns_abroad[::3000]:
            for part in affinity.parts(int(home), int(abroad)):
                if part.fact and " often than " in part.fact:
                    assert (" more often " in part.fact) == (part.contribution > 0)


def test_names_are_alike_both_ways(world: World, affinity: Affinity) -> None:
    """Florence in South Carolina and Firenze know each other by name, from either side."""
    names = affinity.features.names
    ours, theirs = world.index(FLORENCE_SC), world.index(FLORENCE_IT)
    assert theirs in names.like(ours).rows
    assert ours in names.like(theirs).rows


def test_names_fold() -> None:
    """Accents, capitals and the ways to write a saint make no other name."""
    assert fold("São Paulo") == fold("sao  paulo")
    assert fold("Saint-Étienne") == fold("St. Etienne")


def test_every_part_is_made_of_terms_that_exist() -> None:
    """No part waits for a term that was renamed."""
    known = {*DENSE, *(effect.name for effect in EFFECTS), "state", "evening out"}
    assert {term for terms in PARTS.values() for term in terms} <= known
