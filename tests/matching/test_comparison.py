"""Cities side by side: how many, each once, and who may read of which."""

import pytest

from services.matching.comparison import compare
from services.matching.domain.refusals import WrongNumberToCompare
from services.matching.score import Score, Seeker
from services.matching.world.columns import World
from shared.examples import ASHIKAGA, COIMBRA, SPRINGFIELD, TARTU
from tests.clients import Clients
from tests.matching.test_matching import a_search


@pytest.fixture
def seeker(world: World) -> Seeker:
    return Seeker(world.index(SPRINGFIELD.geoname_id))


def test_a_city_that_is_asked_for_twice_stands_once(
    world: World, score: Score, seeker: Seeker
) -> None:
    """Two records of a choice are one column, in the order in which they came first."""
    tartu, coimbra, ashikaga = (world.index(c.geoname_id) for c in (TARTU, COIMBRA, ASHIKAGA))
    found = compare(score, seeker, [tartu, coimbra, tartu, ashikaga, coimbra])
    assert found == compare(score, seeker, [tartu, coimbra, ashikaga])
    assert found.cities[0].name == "Tartu, Estonia"


@pytest.mark.parametrize(("cities", "count"), [([], 0), ([7], 1), ([7, 7], 1), ([*range(6)], 6)])
def test_a_comparison_is_of_two_to_five(
    score: Score, seeker: Seeker, cities: list[int], count: int
) -> None:
    """One city has nothing beside it, also if it is named twice; the refusal counts different ones."""
    with pytest.raises(WrongNumberToCompare) as refused:
        compare(score, seeker, cities)
    assert refused.value.sentence == (
        f"A comparison has two to five different cities; this one has {count}."
    )


def test_a_city_that_a_member_was_not_shown_is_not_for_it_to_read(clients: Clients) -> None:
    """403 as for any read that is for others, alone or beside cities that it may read of; staff read of all."""
    found = a_search(clients, named_cities=[TARTU.geoname_id])
    member, both = found.member.administrator, [TARTU.geoname_id, COIMBRA.geoname_id]
    for path, asked in (("candidates/2740637", {}), ("comparison", {"geoname_ids": both})):
        answer = member.get(f"{found.path}/{path}", **asked)
        assert answer.status_code == 403
        assert answer.json()["type"] == "/problems/not-shown"
        assert answer.json()["detail"].startswith("Coimbra is not among the cities that were")
        assert found.staff.get(f"{found.path}/{path}", **asked).status_code == 200
