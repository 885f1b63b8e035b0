"""The directory's doors, on the running service with real streams."""

import csv
import io
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.local.platform import Platform
from shared import events as e
from shared.context import Role
from shared.events import PublicEvent
from tests.clients import Client, Clients, eventually
from tests.directory.heard import Streams
from tests.directory.history import city, town, whole_programme
from tests.directory.test_city_map import example
from tests.examples import ASHIKAGA, CASE, COIMBRA, SPRINGFIELD, TARTU

API = "/api/directory/v1"


@pytest.fixture(scope="module")
def told(streams: Streams) -> list[str]:
    """Springfield's season with a few listed cities; the positions that hold it."""
    listed: list[PublicEvent] = [
        example(
            e.ForeignCityListed,
            place=place,
            community_id=place.community_id,
            listing_id=uuid4(),
        )
        for place in (COIMBRA, TARTU, *(city(number) for number in range(8)))
    ]
    return streams.say(
        example(e.CommunityRegistered),
        example(e.CitySeekingRequested),
        example(e.NextStepSet),
        example(e.ForeignCityListed),
        *listed,
        example(e.ShortlistSelected),
        example(e.EmbassyContacted),
        example(e.PartnershipFormed),
    )


@pytest.fixture
def anyone(people: Clients) -> Client:
    return people.public()


def names(page: dict[str, Any]) -> list[str]:
    return [item["name"] for item in page["items"]]


def test_one_reads_ones_own_write(streams: Streams, told: list[str], anyone: Client) -> None:
    """A read that names the positions of receipts holds what was written there."""
    place = town(77)
    positions = streams.say(
        example(e.CommunityRegistered, place=place, community_id=place.community_id),
        example(
            e.CitySeekingRequested, place=place, community_id=place.community_id, case_id=uuid4()
        ),
    )
    page = anyone.reads(f"{API}/listings", after=positions, q="Springfield 77")
    assert names(page) == ["Springfield 77"]


def test_what_is_not_heard_yet_is_said(told: list[str], anyone: Client) -> None:
    """A position that does not come within five seconds is a 503 with a sentence and a time to ask again."""
    began = time.monotonic()
    answer = anyone.get(f"{API}/listings", after="outreach:99999")
    assert time.monotonic() - began > 4
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["detail"] == "The directory has not heard of outreach:99999 yet."


def test_cities_are_found_by_every_filter(told: list[str], anyone: Client) -> None:
    """Country, continent, state, theme, status and text each narrow the list."""

    def found(**wanted: Any) -> list[str]:
        return names(anyone.reads(f"{API}/listings", after=told, **wanted))

    assert found(country="JP") == ["Ashikaga", "Ōtsu 1"]
    assert found(country=["EE", "PT"]) == ["Coimbra", "Tartu"]
    assert found(continent="AF") == ["Gulu 3"]
    assert found(state="IL") == ["Springfield"]
    assert "Tartu" in found(theme="tourism")
    assert found(theme="sports") == []
    assert found(status="seeking", q="springfield", state="IL") == ["Springfield"]
    assert found(status="partnered") == ["Ashikaga", "Springfield"]
    assert found(q="ARHUS") == ["Århus 0"]
    assert found(q="estonia") == ["Tartu"]
    assert found(q="100%") == []


@pytest.mark.parametrize(
    "wanted",
    [
        {"country": "XX"},
        {"continent": "XX"},
        {"state": "ZZ"},
        {"theme": "chess"},
        {"status": "lost"},
        {"limit": 0},
        {"cursor": "nonsense"},
        {"cursor": "WyJhIiwiYiJd"},
        {"after": "directory:1"},
        {"after": "intake"},
    ],
)
def test_codes_that_do_not_exist_are_refused(wanted: dict[str, Any], anyone: Client) -> None:
    """A filter that is not filled in right is a 422 that names it."""
    answer = anyone.get(f"{API}/listings", **wanted)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_pages_stay_right_while_rows_change(
    streams: Streams, told: list[str], anyone: Client
) -> None:
    """A cursor names the last row, so nothing is shown twice or left out when a city comes or goes."""
    first = anyone.reads(f"{API}/listings", after=told, limit=3)
    gone = town(78).model_copy(update={"name": "Aardvark"})
    positions = streams.say(
        example(e.CommunityRegistered, place=gone, community_id=gone.community_id),
        example(
            e.CitySeekingRequested, place=gone, community_id=gone.community_id, case_id=uuid4()
        ),
    )
    seen, cursor = names(first), first["next_cursor"]
    while cursor:
        page = anyone.reads(f"{API}/listings", after=positions, limit=3, cursor=cursor)
        seen, cursor = seen + names(page), page["next_cursor"]
    everything = names(anyone.reads(f"{API}/listings", after=positions))
    assert everything == ["Aardvark", *seen]


def test_nothing_is_sent_twice(told: list[str], anyone: Client) -> None:
    """A reader who has the answer already gets 304, on lists and on cities, until something changes."""
    for path in (
        "/listings",
        "/listings.geojson",
        "/listings.csv",
        "/partnerships",
        f"/cities/{SPRINGFIELD.community_id}",
        "/counts",
    ):
        answer = anyone.get(API + path)
        again = httpx.get(
            anyone.base_url + API + path, headers={"If-None-Match": answer.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b""), path
        stale = {"If-None-Match": 'W/"00112233445566778899aabbccddeeff"'}
        assert httpx.get(anyone.base_url + API + path, headers=stale).status_code == 200


def test_places_name_their_source(told: list[str], anyone: Client) -> None:
    """GeoNames is attributed wherever its data is."""
    for path in ("/listings", "/listings.csv", "/listings.geojson", "/partnerships", "/counts"):
        assert "GeoNames" in anyone.get(API + path).headers["x-attribution"], path
    assert "GeoNames" in anyone.reads(f"{API}/listings.geojson")["attribution"]


def test_a_map_gets_geojson(told: list[str], anyone: Client) -> None:
    """RFC 7946: points and lines, longitude first, a line over the antimeridian cut in two."""
    answer = anyone.get(f"{API}/listings.geojson", after=told, q="Tartu")
    assert answer.headers["content-type"] == "application/geo+json"
    [feature] = answer.json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [26.72509, 58.38062]}
    assert feature["properties"]["country_name"] == "Estonia"
    [line] = anyone.reads(f"{API}/partnerships.geojson", q="Ashikaga")["features"]
    (start, west), (east, end) = line["geometry"]["coordinates"]
    assert (west[0], east[0], west[1]) == (-180.0, 180.0, east[1])
    assert start == [SPRINGFIELD.longitude, SPRINGFIELD.latitude]
    assert end == [ASHIKAGA.longitude, ASHIKAGA.latitude]


def test_a_spreadsheet_gets_csv(streams: Streams, told: list[str], anyone: Client) -> None:
    """The file opens in every script, and no cell is taken for a formula."""
    place = city(30).model_copy(update={"name": "=HYPERLINK(Ōtsu)"})
    positions = streams.say(
        example(
            e.ForeignCityListed,
            place=place,
            community_id=place.community_id,
            listing_id=uuid4(),
        )
    )
    answer = anyone.get(f"{API}/listings.csv", after=positions)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert "'=HYPERLINK(Ōtsu)" in [row["name"] for row in rows]
    assert {row["source_of_places"] for row in rows} == {answer.headers["x-attribution"]}


def test_a_city_has_a_page_of_its_own(told: list[str], anyone: Client) -> None:
    """A city's page shows why it is on the map and who its partners are; nobody is named in it."""
    page = anyone.reads(f"{API}/cities/{SPRINGFIELD.community_id}", after=told)
    assert page["statuses"] == ["seeking", "partnered"]
    assert [its["partner"]["name"] for its in page["all_partnerships"]] == ["Ashikaga"]
    assert anyone.get(f"{API}/cities/{uuid4()}").status_code == 404


def test_counts_by_country_and_state(told: list[str], anyone: Client) -> None:
    """How many cities there are, by country and by state."""
    counts = anyone.reads(f"{API}/counts", after=told)
    assert counts["partnerships"] == 1
    by_country = {row["country_name"]: row for row in counts["countries"]}
    assert by_country["Estonia"]["listed"] == 1
    assert by_country["Japan"]["partnered"] == 1
    [illinois] = [row for row in counts["states"] if row["state_name"] == "Illinois"]
    assert (illinois["seeking"], illinois["partnered"]) == (1, 1)


def test_a_case_is_for_staff_and_for_its_own_people(told: list[str], people: Clients) -> None:
    """The member's administrator and committee read their own case, and nobody else's."""
    path = f"{API}/cases/{CASE}"
    own, other = SPRINGFIELD.community_id, town(1).community_id
    assert people.staff().reads(path, after=told)["holder"] == "member"
    for role in (Role.ADMINISTRATOR, Role.COMMITTEE_MEMBER):
        assert people.who(role, community_id=own).reads(path)["name"] == "Springfield"
        answer = people.who(role, community_id=other).get(path)
        assert answer.status_code == 403
        assert answer.json()["detail"] == "This is the case of another community."
    assert people.public().get(path).status_code == 401
    assert people.operator().get(path).status_code == 403
    assert people.staff().get(f"{API}/cases/{uuid4()}").status_code == 404


def test_staff_find_the_cases_that_wait(told: list[str], people: Clients) -> None:
    """Cases are found by who has the ball, by who looks after them, and when they are overdue."""

    def found(**wanted: Any) -> list[str]:
        items = people.staff().reads(f"{API}/cases", after=told, **wanted)["items"]
        return [item["case_id"] for item in items]

    assert str(CASE) in found(holder="member")
    assert str(CASE) not in found(holder="staff")
    assert str(CASE) in found(assigned="nobody")
    assert found(assigned="staff-ana") == []
    assert found(overdue=True) == []
    assert str(CASE) in found(community_id=str(SPRINGFIELD.community_id))
    assert found(holder="member", limit=1) == [str(CASE)]


def test_thousands_of_events_are_heard(streams: Streams, told: list[str], people: Clients) -> None:
    """An import of 2,385 partnerships is heard to the last one, and each is on the map."""
    partnerships = [
        example(
            e.PartnershipFormed,
            partnership_id=uuid4(),
            community_id=town(n % 500 + 100).community_id,
            place=town(n % 500 + 100),
            foreign_community_id=city(n + 100).community_id,
            foreign_place=city(n + 100),
            case_id=None,
            pair_id=None,
            listing_id=None,
            is_imported=True,
        )
        for n in range(2385)
    ]
    positions = streams.say(*partnerships)
    assert eventually(
        lambda: people.public().get(f"{API}/counts", after=positions).status_code == 200
    )
    collection = people.public().reads(f"{API}/listings.geojson", status="partnered")
    assert len(collection["features"]) == 2385 + 500 + 2


def test_operators_see_where_it_stands(told: list[str], people: Clients) -> None:
    """The status has the same shape as every service's."""
    status = eventually(lambda: at_rest(people))
    assert {s["source"] for s in status["subscriptions"]} == {"intake", "matching", "outreach"}
    assert (status["lag"], status["parked"], status["troubles"]) == (0, 0, [])
    assert people.staff().get(f"{API}/operations/status").status_code == 403


def at_rest(people: Clients) -> Any:
    status = people.operator().reads(f"{API}/operations/status")
    return status if sum(s["lag"] for s in status["subscriptions"]) == 0 else None


def test_the_documents_say_who_may_call(running: Platform) -> None:
    """Every operation states who may call it."""
    document = httpx.get(f"{running.base_url}/api/directory/openapi.json").json()
    operations = [o for path in document["paths"].values() for o in path.values()]
    assert all(o["x-roles"] for o in operations)


def test_the_whole_programme_is_shown(streams: Streams, told: list[str], people: Clients) -> None:
    """Every word of the contract is heard without anything being parked."""
    history = whole_programme(seed=5, first=40)
    events = [event for said in history.said.values() for _, event in said]
    positions = streams.say(*events)
    people.public().reads(f"{API}/counts", after=positions)
    assert people.operator().reads(f"{API}/operations/parked") == []
