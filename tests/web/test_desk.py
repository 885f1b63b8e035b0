"""The other pages of staff in a browser: listings, contacts, mail, letters and reports."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.clients import Clients
from tests.intake.people import CALL_BACK, INTAKE, City, a_request
from tests.web.visitor import PHONE, Visitor

Comes = Callable[..., Visitor]


@pytest.fixture(scope="module")
def email(clients: Clients) -> str:
    """Of somebody of staff."""
    address = f"{uuid4()}@example.org"
    form = {"name": "Dora Desk", "email": address, "role": "staff"}
    clients.operator().does(f"{INTAKE}/staff", form)
    return address


@pytest.fixture
def staff(comes: Comes, email: str) -> Visitor:
    visitor = comes()
    visitor.signs_in(email)
    return visitor


def fails(route: Route) -> None:
    route.fulfill(status=500, body="")


def main_of(page: Page) -> str:
    """The words of the page, once nothing is being asked for any more."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    return page.locator("main").inner_text()


def a_proved_request(clients: Clients) -> City:
    city = a_request(clients)
    clients.staff().does(f"{city.path}/proofs", CALL_BACK)
    return city


def page_of(city: City) -> str:
    return city.path.replace(INTAKE, "/staff")


def test_the_queue_of_listings_shows_what_waits(staff: Visitor, clients: Clients) -> None:
    """As many as the service names, the longest waiting first, and each opens; the page is sound."""
    city = a_proved_request(clients)
    page = staff.opens("/staff/listings")
    row = page.locator(f"tbody a[href$='{page_of(city)}']")
    row.wait_for()
    told = clients.staff().reads(f"{INTAKE}/listings/queue")
    shown = page.locator("tbody th a").evaluate_all("all => all.map((each) => each.pathname)")
    assert shown == [f"/staff/listings/{line['listing_id']}" for line in told]
    staff.sound()
    row.click()
    expect(page.locator("#next")).to_be_visible()
    staff.sound()


def test_a_filter_of_listings_is_an_address(staff: Visitor) -> None:
    """What is chosen stands in the address and comes back with it; a list with nothing in it says so."""
    page = staff.opens("/staff/listings")
    page.get_by_role("link", name="All requests and listings").click()
    page.locator("tbody tr").first.wait_for()
    page.get_by_role("link", name="lapsed, never confirmed").click()
    expect(page.locator("h1")).to_have_text("All listings")
    assert "state=lapsed" in page.url
    assert "No listing stands there" in main_of(page)
    staff.sound()
    page.go_back()
    page.locator("tbody tr").first.wait_for()


def test_a_city_is_put_on_the_map_in_the_browser(staff: Visitor, clients: Clients) -> None:
    """What is missing is proved, the texts are read again before everybody reads them, and then they are public."""
    city = a_proved_request(clients)
    page = staff.opens(page_of(city))
    page.get_by_text("Record a proof").click()
    page.get_by_label("No letter is needed").check()
    page.get_by_role("button", name="Record it").click()
    expect(page.locator(".problem")).to_contain_text("why the city is listed without a letter")
    page.get_by_label("Why the city is listed without a letter").fill("Its mayor wrote to ours.")
    page.get_by_role("button", name="Record it").click()
    expect(page.locator(".told")).to_have_text("The proof is on record.")
    page.get_by_role("link", name="Put it on the map").click()
    page.get_by_role("button", name="Mend the texts first").click()
    page.get_by_label("What it looks for").fill("A town with a harbour")
    page.reload()
    expect(page.get_by_label("What it looks for")).to_have_value("A town with a harbour")
    staff.sound()
    page.get_by_role("button", name="Put it on the map").click()
    expect(page.locator(".told")).to_have_text("It is on the map now.")
    view = clients.staff().reads(city.path)
    assert (view["state"], view["profile"]["seeks"]) == ("listed", "A town with a harbour")


def test_what_is_declined_says_why_and_no_word_is_lost(
    comes: Comes, email: str, clients: Clients
) -> None:
    """Where sending fails, the reason stays; sent again it reaches the city alone."""
    staff = comes(expected=("500",))
    staff.signs_in(email)
    city = a_proved_request(clients)
    page = staff.opens(f"{page_of(city)}?do=decline")
    page.route("**/decline", fails, times=1)
    page.get_by_label("Why it is declined").fill("Nobody at the city knows of it.")
    page.get_by_role("button", name="Decline").click()
    expect(page.locator(".problem")).to_be_focused()
    expect(page.get_by_label("Why it is declined")).to_have_value("Nobody at the city knows of it.")
    page.get_by_role("button", name="Decline").click()
    expect(page.locator(".told")).to_contain_text("declined")
    assert clients.staff().reads(city.path)["state"] == "declined"


def test_a_change_stands_beside_what_is_shown(staff: Visitor, clients: Clients) -> None:
    """The official's new words beside those on the map; approved, they are public."""
    city = a_proved_request(clients)
    desk = clients.staff()
    desk.does(f"{city.path}/proofs", {"kind": "letter_waived", "note": "Known for years."})
    desk.does(f"{city.path}/list")
    city.official.does(f"{city.path}/edit", {"profile": {"seeks": "A port"}})
    page = staff.opens(page_of(city))
    beside = page.get_by_role("region", name="What the map shows and What the city sent")
    expect(beside).to_contain_text("A port")
    expect(beside).to_contain_text("changed")
    staff.sound()
    page.get_by_role("link", name="Approve the change").click()
    page.get_by_role("button", name="Approve the change").click()
    expect(page.locator(".told")).to_have_text("The change is on the map now.")
    assert desk.reads(city.path)["profile"]["seeks"] == "A port"


@pytest.mark.parametrize("path", ["/staff/listings", "/staff/listings?show=all"])
def test_what_does_not_come_can_be_asked_for_again(comes: Comes, email: str, path: str) -> None:
    """While it loads the page says so, where no answer comes it says so too, and asks again at a press."""
    staff = comes(PHONE, expected=("500",))
    staff.signs_in(email)
    page, broken = staff.page, [True]
    page.route(
        "**/api/*/v1/**",
        lambda route: (
            fails(route) if broken[0] and "session" not in route.request.url else route.continue_()
        ),
    )
    page.goto(path)
    expect(page.locator("[aria-busy=true]").first).to_be_visible()
    page.locator(".trouble").first.wait_for()
    staff.sound()
    broken[0] = False
    page.get_by_role("button", name="Try again").first.click()
    expect(page.locator(".trouble")).to_have_count(0)


def test_the_keyboard_goes_through_a_listing(staff: Visitor, clients: Clients) -> None:
    """Tab reaches all that can be done, sees where it is, and leaves the page."""
    city = a_proved_request(clients)
    page = staff.opens(page_of(city))
    page.locator("#next").wait_for()
    stops = [stop["name"] for stop in staff.tabs_through()]
    assert stops[0].startswith("Skip")
    assert {"Ask the city", "Decline", "Record a proof"} <= set(stops)


def test_the_desk_is_for_staff_alone(comes: Comes, clients: Clients) -> None:
    """Who is not signed in is told how to come in, and the service gives out nothing."""
    visitor = comes(expected=("401", "403"))
    page = visitor.opens("/staff/listings")
    expect(page.get_by_role("link", name="Sign in").last).to_be_visible()
    assert page.locator("table").count() == 0
    assert clients.public().get(f"{INTAKE}/listings/queue").status_code == 401
