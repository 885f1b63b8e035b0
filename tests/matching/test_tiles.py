"""The world as vector tiles: no place is lost between them, and each is as good as the ranking has it."""

from collections import Counter

import numpy as np
import pytest

from services.matching.chart import BESTS, Asked, Chart, Charts
from services.matching.tiles import ALONE_FROM, Point, Tile, encoded
from shared.examples import ASHIKAGA, COIMBRA
from tests.clients import Clients
from tests.matching.alone import the_ranking
from tests.matching.histories import LISTED_ASHIKAGA, law
from tests.matching.test_matching import MATCHING, a_search
from tests.matching.test_ranking import search
from tests.matching.tile_reader import Read, points


@pytest.fixture(scope="module")
def charts() -> Charts:
    return Charts(the_ranking())


@pytest.fixture(scope="module")
def bare(charts: Charts) -> Chart:
    return charts._bare([COIMBRA.geoname_id])


def tiles(charts: Charts, chart: Chart, z: int, asked: Asked) -> list[Read]:
    side = range(1 << z)
    return [
        point
        for x in side
        for y in side
        for point in points(charts.tile(chart, Tile(z, x, y), asked))
    ]


def counted(found: list[Read]) -> int:
    return sum(point.facts.get("n", 1) for point in found)


@pytest.mark.parametrize("z", [0, 1, 3])
def test_every_place_is_in_one_tile(charts: Charts, bare: Chart, z: int) -> None:
    """At each level the counts of all tiles add up to what the page tells."""
    for asked in (Asked(), Asked("JP"), Asked(None, 50_000)):
        assert counted(tiles(charts, bare, z, asked)) == charts.view(bare, asked).places


def test_the_parts_of_a_tile_hold_what_it_holds(charts: Charts, bare: Chart) -> None:
    """A tile's four parts one level below have the same places as itself."""
    whole = Tile(4, 8, 5)
    parts = [Tile(5, 2 * whole.x + x, 2 * whole.y + y) for x in (0, 1) for y in (0, 1)]
    below = [point for each in parts for point in points(charts.tile(bare, each, Asked()))]
    assert counted(below) == counted(points(charts.tile(bare, whole, Asked()))) > 1000


def test_close_by_each_place_stands_alone_where_it_is(charts: Charts, bare: Chart) -> None:
    """From there on a point has its number, its name, and its place to some hundred metres."""
    side = 1 << ALONE_FROM
    row = charts.world.index(COIMBRA.geoname_id)
    at = int(np.flatnonzero(charts.grid.order == row)[0])
    x, y = charts.grid.x[at] * side, charts.grid.y[at] * side
    found = points(charts.tile(bare, Tile(ALONE_FROM, int(x), int(y)), Asked()))
    (coimbra,) = [each for each in found if each.number == COIMBRA.geoname_id]
    assert coimbra.facts == {"band": 1, "listed": 1, "name": "Coimbra"}
    assert abs(coimbra.across - (x % 1) * 4096) <= 1
    assert abs(coimbra.down - (y % 1) * 4096) <= 1
    assert all("n" not in each.facts for each in found)


def test_bands_tell_how_good_a_place_is(charts: Charts) -> None:
    """As many as they say, counted among those that can be chosen; what a rule bars is in none."""
    asked = search(charts.ranking, law("no-japan", countries=("JP",)))
    chart = charts._scored(asked, [])
    counts = Counter(chart.band[chart.is_shown].tolist())
    assert counts[4] == BESTS[2]
    assert counts[4] + counts[3] == pytest.approx(BESTS[1], abs=5)
    assert (
        counts[0]
        == charts.view(chart, Asked("JP")).barred
        == charts.view(chart, Asked("JP")).places
    )
    least = {band.best: band.least for band in charts.view(chart, Asked()).bands}
    assert least[100] > least[1_000] > least[10_000]
    narrowed = Asked(None, 0, least[1_000])
    assert counted(tiles(charts, chart, 1, narrowed)) == charts.view(chart, narrowed).places


def test_listed_cities_alone(charts: Charts) -> None:
    """What is listed is told, also where several places are one point."""
    chart = charts._scored(search(charts.ranking, tier=[LISTED_ASHIKAGA]), [ASHIKAGA.geoname_id])
    (only,) = tiles(charts, chart, 0, Asked(only_listed=True))
    assert (only.number, only.facts["listed"], only.facts["name"]) == (
        ASHIKAGA.geoname_id,
        1,
        "Ashikaga",
    )
    assert sum(each.facts.get("listed", 0) for each in tiles(charts, chart, 0, Asked())) == 1


def test_a_tile_is_read_as_it_was_written() -> None:
    """Long numbers, long texts and other scripts too; without points there are no bytes."""
    written = [
        Point(2**31 - 1, 0, 4095, {"name": "名" * 90, "n": 0}),
        Point(0, 300, 1, {"n": 70_000}),
    ]
    assert [tuple(each) for each in points(encoded("places", written))] == [
        tuple(each) for each in written
    ]
    assert encoded("places", []) == b""


def test_staff_alone_are_shown_the_world(clients: Clients) -> None:
    """A tile of a search, of none, one that there is none of; an administrator gets no tile."""
    found = a_search(clients, preferences={"countries": ["JP"]})
    tile = found.staff.get(f"{found.path}/tiles/0/0/0.mvt", floor=50_000)
    assert tile.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    told = found.staff.reads(f"{found.path}/world", floor=50_000)
    assert counted(points(tile.content)) == told["places"] > 5_000
    assert found.staff.reads(f"{MATCHING}/world", country="FJ")["bands"] == []
    assert found.staff.get(f"{MATCHING}/tiles/1/2/0.mvt").status_code == 404
    assert found.member.administrator.get(f"{found.path}/tiles/0/0/0.mvt").status_code == 403


def test_the_list_is_narrowed_by_score(clients: Clients) -> None:
    """`least` leaves out of the world's tier what scores less, and says so where nothing is left."""
    found = a_search(clients)
    high = found.staff.reads(f"{found.path}/candidates", least=0.5)
    assert all(each["score"] >= 0.5 for each in high["others"])
    none = found.staff.reads(f"{found.path}/candidates", least=1)
    assert none["others"] == []
    assert "a score of 1 is left to rank" in none["not_ranked"]
