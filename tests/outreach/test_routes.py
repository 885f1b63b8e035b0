"""Routes to a city: whom to try first and why, in the domain alone."""

from uuid import UUID, uuid4

import pytest

from deploy.local.binaries import GAZETTEER
from services.outreach.domain.contacts import the_one_meant
from services.outreach.domain.learned import learned
from services.outreach.domain.routes import MOST, RouteKind, Way, lacking, suggest
from shared.gazetteer import Gazetteer
from shared.values import Channel, Place
from tests.examples import ASHIKAGA, SPRINGFIELD

PLACES = Gazetteer(GAZETTEER)


def place(name: str, country: str = "US") -> Place:
    found = the_one_meant(PLACES.named(name, country))
    assert found is not None, name
    return found


def consulate(city: str | None, *districts: str, **more: object) -> Way:
    return Way.model_validate(
        {
            "contact_id": uuid4(),
            "channel": Channel.FOREIGN_CONSULATE,
            "districts": districts,
            "place": place(city) if city else None,
            "has_address": True,
            **more,
        }
    )


def order(*ways: Way) -> list[UUID]:
    return [route.contact_id for route in suggest(ways, SPRINGFIELD, ASHIKAGA, "Japan")]


def test_the_district_that_holds_the_state_comes_first_then_the_nearest() -> None:
    """The right district, then by distance, then those of unknown seats, then districts of other states."""
    far_but_right = consulate("Los Angeles", "IL", "MO")
    near, farther, nowhere = consulate("Chicago"), consulate("Denver"), consulate(None)
    wrong = consulate("Indianapolis", "IN")
    assert order(wrong, nowhere, farther, near, far_but_right) == [
        each.contact_id for each in (far_but_right, near, farther, nowhere, wrong)
    ]


def test_each_route_says_why_in_a_sentence() -> None:
    """The reason names the district or that none is recorded, the seat, and the kilometres; unknown stays unknown."""
    ways = [
        consulate("Chicago", "IL"),
        consulate(None),
        consulate("Denver", "CO", has_address=False),
    ]
    right, unknown, wrong = suggest(ways, SPRINGFIELD, ASHIKAGA, "Japan")
    assert right.reason.startswith("Its district holds IL, the state of Springfield; it sits in")
    assert right.holds_state is True
    assert right.distance_km is not None
    assert f"{right.distance_km} km from Springfield" in right.reason
    assert unknown.distance_km is unknown.holds_state is None
    assert "is not known, and so neither is the distance" in unknown.reason
    assert "Its district (CO) does not hold IL" in wrong.reason
    assert wrong.reason.endswith("No e-mail address of it is on record.")


def test_the_us_mission_nearest_to_the_city_comes_first() -> None:
    """On the other side it is the city from which the way is measured."""
    tokyo = consulate(None, channel=Channel.US_EMBASSY, place=place("Tokyo", "JP"))
    osaka = consulate(None, channel=Channel.US_CONSULATE, place=place("Osaka", "JP"))
    first, second = suggest([osaka, tokyo], SPRINGFIELD, ASHIKAGA, "Japan")
    assert (first.contact_id, second.contact_id) == (tokyo.contact_id, osaka.contact_id)
    assert "the U.S. mission nearest to Ashikaga" in first.reason


def test_one_mission_in_two_files_is_one_route() -> None:
    """The fuller record is shown, the other one is named; two consulates of one file stay two."""
    bare = consulate("Chicago", source="Wikidata", has_address=False)
    full = consulate("Chicago", source="World Factbook")
    twin = consulate("Chicago", source="World Factbook", has_address=False)
    routes = suggest([bare, full], SPRINGFIELD, ASHIKAGA, "Japan")
    assert [(each.contact_id, each.same_as) for each in routes] == [
        (full.contact_id, (bare.contact_id,))
    ]
    nowhere = consulate(None, channel=Channel.FOREIGN_EMBASSY, source="Wikidata")
    embassy = consulate("Washington", channel=Channel.FOREIGN_EMBASSY, source="World Factbook")
    assert order(nowhere, embassy) == [embassy.contact_id]
    assert len(suggest([twin, full], SPRINGFIELD, ASHIKAGA, "Japan")) == 2


def test_what_was_tried_and_the_embassy_are_shown_however_far_they_are() -> None:
    """Beyond the nearest few only these are left."""
    names = ("Chicago", "Indianapolis", "Detroit", "Nashville", "Atlanta", "Denver", "Houston")
    near = [consulate(name) for name in names]
    tried = consulate("Honolulu", is_tried=True)
    embassy = consulate("Washington", channel=Channel.FOREIGN_EMBASSY)
    shown = order(*near, tried, embassy)
    assert len(shown) == MOST[RouteKind.FOREIGN_MISSION] + 1 + (embassy.contact_id not in shown[:5])
    assert {tried.contact_id, embassy.contact_id} <= set(shown)


def test_kinds_come_in_the_programmes_order_and_what_lacks_is_said() -> None:
    """Foreign missions, U.S. missions, the association, twinning organisations, federal agencies, the city's own."""
    channels = list(reversed(Channel))
    ways = [consulate("Chicago", channel=channel) for channel in channels]
    routes = suggest(ways, SPRINGFIELD, ASHIKAGA, "Japan")
    assert list(dict.fromkeys(each.kind for each in routes)) == list(RouteKind)
    assert lacking(routes, "Japan") == []
    assert "No U.S. mission in Japan is on record." in lacking([], "Japan")


@pytest.mark.parametrize("asked", [0, 4])
def test_small_numbers_teach_nothing(asked: int) -> None:
    """Under five threads there is no rate; it is said to be not known yet."""
    told = learned(asked, asked, 2.0)
    assert told.reply_rate is told.median_days is None
    assert "not known yet" in told.sentence


def test_a_rate_and_a_median_are_told_once_there_are_enough() -> None:
    """The rate needs five threads, the median five answers."""
    few = learned(6, 3, 4.0)
    assert (few.reply_rate, few.median_days) == (0.5, None)
    assert learned(10, 5, 4.26).sentence == "5 of 10 were answered, half of them within 4.3 days."


def test_a_name_that_could_be_several_places_is_none() -> None:
    """Washington is the capital; one of the many Springfields is not guessed."""
    assert place("Washington").admin1 == "DC"
    assert the_one_meant(PLACES.named("Springfield", "US")) is None
