"""The candidate explorer in a browser: one search's whole world as list and map in step."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.clients import Clients
from tests.intake.people import INTAKE
from tests.matching.test_matching import MATCHING, Search, a_search
from tests.web.visitor import PHONE, Visitor, cookies_of

Comes = Callable[..., Visitor]
CITIES = ".world .cities > li"


@pytest.fixture(scope="module")
def searching(clients: Clients) -> Search:
    """A search of this file alone, whose member was heard."""
    return a_search(clients, preferences={"countries": ["JP", "PT"]}).debriefed()


@pytest.fixture(scope="module")
def someone(clients: Clients) -> list[Any]:
    """The cookies of somebody of staff, who signed in once."""
    email = f"world-{uuid4().hex}@example.org"
    form = {"name": "Ada Park", "email": email, "role": "staff"}
    clients.staff().does(f"{INTAKE}/staff", form)
    return cookies_of(clients, email)


@pytest.fixture
def staff(comes: Comes, someone: list[Any]) -> Iterator[Visitor]:
    visitor = comes()
    visitor.context.add_cookies(someone)
    yield visitor
    visitor.is_quiet()


def opened(visitor: Visitor, searching: Search, query: str = "") -> Page:
    page = visitor.opens(f"/staff/world?case={searching.id}{query}")
    page.locator(CITIES).first.wait_for()
    return page


def names(page: Page) -> list[str]:
    return page.locator(f"{CITIES} h3").all_inner_texts()


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_the_explorer_is_sound(staff: Visitor, searching: Search) -> None:
    """With the whole world ranked, and with a city in full."""
    page = opened(staff, searching)
    staff.rested_map()
    staff.sound()
    page.locator(f"{CITIES} h3 button").first.click()
    page.get_by_role("heading", name="What the score is made of").wait_for()
    staff.sound()


@pytest.mark.parametrize("panel", ["weights", "advice", "apart", "compare"])
def test_each_panel_is_sound(staff: Visitor, searching: Search, panel: str) -> None:
    first, second = (each["place"]["geoname_id"] for each in ranked(searching)["others"][:2])
    page = opened(staff, searching, f"&panel={panel}&with={first}&with={second}")
    page.locator(".panels h2").wait_for()
    staff.sound()


def test_the_world_without_a_search_leads_to_the_searches(
    staff: Visitor, searching: Search
) -> None:
    """All places stand on the map; each open search is a link."""
    page = staff.opens("/staff/world")
    page.locator(f'a[href="/staff/world?case={searching.id}"]').wait_for()
    staff.rested_map()
    places = searching.staff.reads(f"{MATCHING}/world")["places"]
    expect(page.locator(".counted")).to_contain_text(f"{places:,} places on the map")
    staff.sound()


def ranked(searching: Search, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = searching.staff.reads(f"{searching.path}/candidates", **query)
    return found


def test_what_is_shown_is_what_the_service_answers(staff: Visitor, searching: Search) -> None:
    """Names in the order of the tiers, and as many places as the tiles have."""
    page = opened(staff, searching, "&country=PT&floor=15000")
    found = ranked(searching, country="PT", floor=15000)
    listed = [
        each["place"]["name"]
        for tier in ("named", "listed", "others")
        for each in found[tier]
        if each["place"]["country"] == "PT" and each["place"]["population"] >= 15000
    ]
    expect(page.locator(f"{CITIES} h3")).to_have_text(listed)
    told = searching.staff.reads(f"{searching.path}/world", country="PT", floor=15000)
    expect(page.locator(".counted")).to_contain_text(f"{told['places']} places on the map")


def test_every_filter_is_in_the_address(staff: Visitor, searching: Search) -> None:
    """Back takes the last one away, and a copied link shows the same."""
    page = opened(staff, searching)
    before = names(page)
    page.get_by_label("Country").select_option("JP")
    expect(page.locator(CITIES).first).to_contain_text("Japan")
    page.get_by_label("Score, at least").select_option("0.4")
    assert (asked(page)["country"], asked(page)["least"]) == (["JP"], ["0.4"])
    copied = staff.another_page()
    copied.goto(page.url)
    expect(copied.locator(f"{CITIES} h3")).to_have_text(names(page))
    page.go_back()
    page.go_back()
    expect(page.locator(f"{CITIES} h3")).to_have_text(before)


def test_a_city_becomes_a_prospect_and_is_none_again(staff: Visitor, searching: Search) -> None:
    """From the list to the case and back, each with a word; the list follows."""
    city = ranked(searching, country="PT")["others"][0]["place"]
    page = opened(staff, searching, f"&country=PT&city={city['geoname_id']}")
    page.get_by_role("button", name="Add to the prospects").click()
    page.get_by_label("Note (optional)").fill("Its museum has asked for a partner.")
    page.locator("form").get_by_role("button", name="Add to the prospects").click()
    expect(page.get_by_role("status").filter(has_text="is among the prospects")).to_be_visible()
    expect(page.get_by_role("region", name="Prospects")).to_contain_text(city["name"])
    assert [each["place"]["name"] for each in searching.now()["prospects"]] == [city["name"]]
    page.get_by_role("button", name="Take off the prospects").click()
    page.get_by_label("Why is it taken off?").fill("It has a partner in Illinois.")
    page.locator("form").get_by_role("button", name="Take off the prospects").click()
    expect(page.get_by_role("region", name="Prospects")).to_have_count(0)
    assert searching.now()["prospects"] == []


def test_a_city_that_is_left_out_stands_among_those_left_out(
    staff: Visitor, searching: Search
) -> None:
    city = ranked(searching, country="JP")["others"][1]["place"]
    page = opened(staff, searching, f"&city={city['geoname_id']}")
    page.get_by_role("button", name="Leave out of this search").click()
    page.get_by_label("Why is it left out?").fill("Its mayor told us so.")
    page.locator("form").get_by_role("button", name="Leave out of this search").click()
    page.get_by_role("button", name="Let in again").wait_for()
    page.get_by_role("button", name="Barred and left out").click()
    expect(page.locator(".panels")).to_contain_text("Its mayor told us so.")


def test_weights_are_changed_with_a_reason(staff: Visitor, searching: Search) -> None:
    """And set back; what was said stays."""
    page = opened(staff, searching, "&panel=weights")
    page.get_by_label("Like real partnerships").fill("5")
    page.get_by_label("Why?").fill("The council cares for size, not for habit.")
    page.get_by_role("button", name="Rank by these weights").click()
    expect(page.locator(".panels")).to_contain_text("60 (changed)")
    kept = searching.staff.reads(f"{searching.path}/adjustments")
    assert kept["weights"] == {"affinity": 5}
    page.get_by_label("Why?").fill("It was a try.")
    page.get_by_role("button", name="Back to the usual weights").click()
    expect(page.locator(".panels")).not_to_contain_text("(changed)")
    expect(page.locator(".panels")).to_contain_text("It was a try.")


def test_cities_side_by_side(staff: Visitor, searching: Search) -> None:
    """As the service compares them; one can be taken away again."""
    page = opened(staff, searching)
    for n in (0, 1, 2):
        page.locator(CITIES).nth(n).get_by_role("button", name="Compare").click()
    page.locator(CITIES).nth(2).get_by_role("button", name="3 side by side").click()
    page.locator(".compared").wait_for()
    compared = [int(each) for each in asked(page)["with"]]
    told = searching.staff.reads(f"{searching.path}/comparison", geoname_ids=compared)
    expect(page.locator(".compared tbody th")).to_have_text([row["title"] for row in told["rows"]])
    page.get_by_role("button", name="Take away").first.click()
    expect(page.locator(".compared thead th")).to_have_count(2)


def test_an_error_is_told_and_asked_again(
    comes: Comes, someone: list[Any], searching: Search
) -> None:
    """The filters stay as they were."""
    visitor = comes(expected=("status of 500",))
    visitor.context.add_cookies(someone)
    page, broken = visitor.page, {"is": True}

    def answer(route: Route) -> None:
        if broken["is"]:
            route.fulfill(status=500)
        else:
            route.continue_()

    page.route("**/candidates?*", answer)
    visitor.opens(f"/staff/world?case={searching.id}&country=PT")
    page.get_by_role("alert").wait_for()
    visitor.sound()
    broken["is"] = False
    page.get_by_role("alert").get_by_role("button").click()
    page.locator(CITIES).first.wait_for()
    assert page.get_by_label("Country").input_value() == "PT"


def test_nothing_that_meets_it_is_told(staff: Visitor, searching: Search) -> None:
    """With what to ask for instead."""
    page = staff.opens(f"/staff/world?case={searching.id}&country=TV&floor=500000")
    expect(page.locator(".counted")).to_contain_text("No place meets all of this")
    expect(page.locator(".results")).to_contain_text("lower the number of people")


def test_a_member_is_told_that_it_is_for_staff(comes: Comes) -> None:
    visitor = comes(expected=("status of 401",))
    page = visitor.opens("/staff/world")
    page.get_by_role("alert").wait_for()
    assert page.locator(".world").count() == 0


def test_tab_leaves_the_explorer(staff: Visitor, searching: Search) -> None:
    """Through the list, the map and the panels, and out again; all of it is marked."""
    page = opened(staff, searching, "&country=PT&floor=100000")
    staff.rested_map()
    tags = [stop["tag"] for stop in staff.tabs_through(400)]
    assert "canvas" in tags
    assert page.locator("h1").count() == 1


def test_on_a_phone_one_thing_is_in_sight(
    comes: Comes, someone: list[Any], searching: Search
) -> None:
    """The list first; whoever chooses a city is led to it."""
    visitor = comes(PHONE)
    visitor.context.add_cookies(someone)
    page = opened(visitor, searching, "&country=PT")
    assert not page.locator(".world .pane").is_visible()
    page.locator(f"{CITIES} h3 button").first.click()
    page.locator(".panels h2").wait_for()
    assert not page.locator(CITIES).first.is_visible()
