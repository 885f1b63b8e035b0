"""What matching knows about places: checked against facts that one can look up."""

from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.binaries import GAZETTEER
from services.matching.domain.refusals import NotInTheWorld
from services.matching.world.airports import airports
from services.matching.world.build import ranks_within
from services.matching.world.columns import (
    UNKNOWN_ELEVATION,
    Role,
    World,
    common_office_hours,
    utc_offset,
)
from services.matching.world.sources import parts_of_cities
from shared.examples import ASHIKAGA, SPRINGFIELD
from shared.gazetteer import Gazetteer

PEORIA_IL, CHICAGO, MIAMI, DENVER, HONOLULU = 4905687, 4887398, 4164138, 5419384, 5856195
TALLINN, TARTU, THE_HAGUE, BAKU, WINDHOEK = 588409, 588335, 2747373, 587084, 3352136
WANDSBEK = 2911285
PARTS = (3046446, 7670934, 590775, 12747063)
COMMUNES = (2795011, 3530139, 11790342)
TERRITORIES = {"PR": 4568127, "GU": 4044012, "VI": 4795467, "AS": 5881576, "MP": 7828758}


def test_it_holds_every_place_of_five_hundred_people(world: World) -> None:
    """Each place of the gazetteer with 500 people or more has a row, ascending by id, and none has two."""
    ids = [place.geoname_id for place in Gazetteer(GAZETTEER).all(500)]
    assert world.ids.tolist() == ids
    assert (np.diff(world.ids) > 0).all()


def test_a_place_reads_as_in_the_gazetteer(world: World) -> None:
    """A place out of the columns is equal to the gazetteer's, digit for digit."""
    gazetteer = Gazetteer(GAZETTEER)
    for row in range(0, len(world), 997):
        assert world.place(row) == gazetteer.find(int(world.ids[row]))


def test_springfield_is_the_capital_of_illinois(world: World) -> None:
    """Role is not size: Peoria has more people, and Springfield is the capital."""
    springfield, peoria = world.index(SPRINGFIELD.geoname_id), world.index(PEORIA_IL)
    assert world.region_of(springfield) == ("US", "IL", "Illinois") == world.region_of(peoria)
    assert world.role[springfield] == Role.REGIONAL_CAPITAL
    assert world.role[peoria] == Role.DISTRICT_SEAT
    assert world.population[peoria] > world.population[springfield]
    assert world.rank_in_region[peoria] < world.rank_in_region[springfield] < 10
    assert world.rank_in_region[world.index(CHICAGO)] == 1
    assert world.timezones[world.timezone[springfield]] == "America/Chicago"


def test_capitals_are_capitals(world: World) -> None:
    """Tallinn is Estonia's capital and largest city; a seat of government that is no capital is a regional one."""
    tallinn = world.index(TALLINN)
    assert world.role[tallinn] == Role.CAPITAL
    assert world.rank_in_country[tallinn] == world.rank_in_region[tallinn] == 1
    assert world.country_of(tallinn).capital == "Tallinn"
    assert world.role[world.index(THE_HAGUE)] == Role.REGIONAL_CAPITAL


def test_only_the_sea_is_a_coast(world: World) -> None:
    """Miami lies at the sea; Springfield does not, nor do Chicago at its lake and Baku at the Caspian."""
    assert world.coast_km[world.index(MIAMI)] < 3
    for inland in (SPRINGFIELD.geoname_id, CHICAGO, BAKU):
        assert np.isnan(world.coast_km[world.index(inland)])
    known = world.coast_km[np.isfinite(world.coast_km)]
    assert ((known >= 0) & (known <= 100)).all()


def test_climate_is_known_or_said_to_be_unknown(world: World) -> None:
    """Springfield is humid subtropical, Tartu cold without a dry season; for islands far out nothing is made up."""
    found = [
        world.climates[world.climate[world.index(i)]]
        for i in (SPRINGFIELD.geoname_id, TARTU, HONOLULU)
    ]
    assert found == ["Cfa", "Dfb", ""]
    assert (world.climate == world.climates.index("")).mean() < 0.01


def test_denver_is_a_mile_high(world: World) -> None:
    """Elevations are to the nearest hundred metres, or said to be unknown."""
    assert world.elevation[world.index(DENVER)] == 1600
    known = world.elevation[world.elevation != UNKNOWN_ELEVATION]
    assert len(known) > 160_000
    assert known.min() >= -500
    assert known.max() < 6000


def test_the_airport_is_the_nearest(world: World) -> None:
    """No airport for aeroplanes with an IATA code is nearer than the one that is named."""
    springfield = world.index(SPRINGFIELD.geoname_id)
    assert world.airports[world.airport[springfield]].code == "SPI"
    assert 3 < world.airport_km[springfield] < 10
    lat, lon = np.radians([(lat, lon) for _, lat, lon in airports()]).T
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    for row in range(0, len(world), 9_973):
        km = 6371.0088 * np.arccos(np.clip(world.unit[:, row].astype(float) @ points, -1, 1))
        assert world.airport_km[row] == pytest.approx(km.min(), abs=0.3)


def test_no_military_field_is_the_nearest_airport() -> None:
    """RAF Leuchars and Pensacola's naval air station serve nobody; Bagotville's base and Yuma's are shared."""
    codes = {airport.code for airport, _, _ in airports()}
    assert not codes & {"ADX", "AKT", "NPA", "NHX", "TCM", "LSG"}
    assert codes >= {"YBG", "BUP", "YUM", "BLV", "SAV", "ASI"}


def test_namibia_is_a_country(world: World) -> None:
    """The code NA is Namibia's everywhere, not a missing value."""
    windhoek = world.index(WINDHOEK)
    assert world.country_code(windhoek) == "NA"
    namibia = world.country_of(windhoek)
    assert (namibia.name, namibia.continent, namibia.subregion) == (
        "Namibia",
        "AF",
        "Southern Africa",
    )
    assert ("en", 0.07, True) in namibia.languages


def test_every_place_lies_in_a_country_with_facts(world: World) -> None:
    """Name, subregion, area and languages are there for every country; shares lie between 0 and 1."""
    for code in world.countries:
        country = world.facts[code]
        assert country.name
        assert country.subregion
        assert country.languages
        assert all(0 <= each.share <= 1 for each in country.languages)
        assert [each.share for each in country.languages] == sorted(
            (each.share for each in country.languages), reverse=True
        )
    japan = world.facts["JP"]
    assert (japan.subregion, japan.neighbours) == ("Eastern Asia", ())
    assert japan.share("ja") == pytest.approx(0.95, abs=0.05)
    assert japan.share("et") == 0
    assert world.facts["CH"].share("de") == pytest.approx(0.73, abs=0.05)


def test_scripts_of_one_language_are_one_language(world: World) -> None:
    """A wish for Chinese finds Taiwan, whichever script is written there."""
    assert (world.facts["TW"].share("zh") or 0) > 0.9


def test_us_territories_have_codes_of_their_own_and_are_not_abroad(world: World) -> None:
    """Puerto Rico, Guam, the Virgin Islands, American Samoa, the Northern Marianas."""
    for code, geoname_id in TERRITORIES.items():
        place = world.place(world.index(geoname_id))
        assert (place.country, place.is_abroad) == (code, False)


def test_sections_of_a_city_are_marked(world: World) -> None:
    """Wandsbek is a part of Hamburg: it is marked, and takes no rank from any city."""
    wandsbek = world.index(WANDSBEK)
    assert world.is_section[wandsbek]
    assert ((world.role == Role.SECTION) == world.is_section).all()
    cities = (world.country == world.country[wandsbek]) & ~world.is_section
    ranks = np.sort(world.rank_in_country[cities])
    assert (ranks == np.arange(1, len(ranks) + 1)).all()


def test_parts_of_one_city_are_sections(world: World) -> None:
    """Pest, Malatia-Sebastia, Lasnamäe, the New Territories are no cities; Ixelles, Coyoacán and Setagaya are."""
    assert all(world.is_section[world.index(each)] for each in PARTS)
    assert not any(world.is_section[world.index(each)] for each in COMMUNES)
    budapest, debrecen = world.index(3054643), world.index(721472)
    assert not world.is_section[budapest]
    assert (world.rank_in_country[budapest], world.rank_in_country[debrecen]) == (1, 2)


def test_every_row_of_the_parts_names_its_city(world: World) -> None:
    """Each region or country of the table holds its city, which is no section; each single part is one."""
    for kind, where, city in parts_of_cities():
        row = world.index(city)
        assert not world.is_section[row]
        if kind == "part":
            assert world.is_section[world.index(int(where))]
        else:
            country, code, _ = world.region_of(row)
            assert where in (country, f"{country}.{code}")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9), st.booleans()), min_size=1))
def test_a_rank_counts_the_larger_ones(rows: list[tuple[int, int, bool]]) -> None:
    """A place's rank is one more than the cities of its group that come before it."""
    group, population, section = (np.array(column) for column in zip(*rows, strict=True))
    ranks = ranks_within(group, population.astype(np.int32), section)
    for i, (mine, people, _) in enumerate(rows):
        larger = [
            j
            for j, (theirs, others, is_section) in enumerate(rows)
            if theirs == mine and not is_section and (-others, j) < (-people, i)
        ]
        assert ranks[i] == 1 + len(larger)


def test_it_cannot_be_written(world: World) -> None:
    """Every column is read-only: one ranking cannot spoil the next."""
    arrays = [getattr(world, field.name) for field in fields(world)]
    assert not any(array.flags.writeable for array in arrays if isinstance(array, np.ndarray))
    with pytest.raises(ValueError, match="read-only"):
        world.population[0] = 1
    with pytest.raises(TypeError):
        world.facts["XX"] = world.facts["US"]  # type: ignore[index]


def test_an_unknown_number_is_refused_in_a_sentence(world: World) -> None:
    """Who asks for a place that is not there reads why, and a missing file says how to make it."""
    assert world.find(1) is None
    with pytest.raises(NotInTheWorld, match="no city of 500 people or more with the number 1"):
        world.index(1)
    assert world.find(2**31 - 1) is None
    with pytest.raises(SystemExit, match=r"services\.matching\.world\.build GAZETTEER FILE"):
        World.load(Path("/nowhere/world.npz"))


def test_a_place_is_found_by_its_number(world: World) -> None:
    """The first, the last and any other, in a part of the world too; whatever number is asked for, none is made up."""
    rows = [0, 1, len(world) // 2, len(world) - 1]
    assert [world.find(int(world.ids[row])) for row in rows] == rows
    big = world.small(1_000_000)
    assert [big.find(int(number)) for number in big.ids] == [*range(len(big))]
    near = [number + step for number in big.ids.tolist() for step in (-1, 1)]
    held = set(world.ids.tolist())
    for number in (*near, -5, 0, 2**31, 2**70):
        row = world.find(number)
        assert (row is not None) == (number in held)
        assert row is None or world.ids[row] == number
    nowhere = world.subset(np.zeros(len(world), np.bool_))
    assert nowhere.find(int(world.ids[0])) is None


def test_a_smaller_world_keeps_its_facts(world: World, tmp_path: Path) -> None:
    """A part of the world has the same facts in fewer rows, also after it was written and read again."""
    big = world.small(1_000_000)
    big.save(tmp_path / "big.npz")
    again = World.load(tmp_path / "big.npz")
    assert not list(tmp_path.glob("*.new"))
    assert 300 < len(again) < 1000
    for row in range(0, len(again), 50):
        before = world.index(int(again.ids[row]))
        assert again.place(row) == world.place(before)
        assert again.rank_in_country[row] == world.rank_in_country[before]
        assert again.facts == world.facts


def test_distances_are_great_circles(world: World) -> None:
    """Springfield lies 10,173 km from Ashikaga, and nothing lies far from itself."""
    here, there = world.index(SPRINGFIELD.geoname_id), world.index(ASHIKAGA.geoname_id)
    assert world.km(here, there) == pytest.approx(10_173, rel=0.001)
    assert world.km_to_all(here)[there] == pytest.approx(world.km(there, here), rel=1e-5)
    assert world.km(here, here) == 0


def test_common_office_hours_follow_the_clocks_of_the_day() -> None:
    """Chicago and Paris share an hour, and two while only one of them has changed its clocks; Tokyo shares none."""
    assert common_office_hours("America/Chicago", "Europe/Paris", date(2026, 7, 1)) == 1
    assert common_office_hours("Europe/Paris", "America/Chicago", date(2026, 3, 20)) == 2
    assert common_office_hours("America/Chicago", "Asia/Tokyo", date(2026, 7, 1)) == 0
    assert common_office_hours("Pacific/Honolulu", "Asia/Tokyo", date(2026, 7, 1)) == 3
    assert common_office_hours("Asia/Tokyo", "Asia/Tokyo", date(2026, 7, 1)) == 8
    assert utc_offset("America/Chicago", date(2026, 1, 15)) == -6
    assert utc_offset("Australia/Sydney", date(2026, 7, 15)) == 10
    assert utc_offset("Asia/Kolkata", date(2026, 1, 15)) == 5.5


def test_every_time_zone_is_known_to_the_clock(world: World) -> None:
    """Each place's time zone has an offset."""
    winter = date(2026, 1, 15), date(2026, 7, 15)
    offsets = [min(utc_offset(zone, day) for day in winter) for zone in world.timezones]
    assert all(-12 <= offset <= 14 for offset in offsets)
