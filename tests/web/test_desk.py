"""The other pages of staff in a browser: listings, contacts, mail, letters and reports."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from shared.context import Role
from tests.clients import Clients, eventually
from tests.intake.people import CALL_BACK, INTAKE, City, a_member, a_place
from tests.web.visitor import Visitor, cookies_of

Comes = Callable[..., Visitor]


@pytest.fixture(scope="module")
def cookies(clients: Clients) -> list[Any]:
    """Of somebody of staff who has signed in."""
    email = f"{uuid4()}@example.org"
    form = {"name": "Dora Desk", "email": email, "role": "staff"}
    clients.operator().does(f"{INTAKE}/staff", form)
    return cookies_of(clients, email)


@pytest.fixture
def staff(comes: Comes, cookies: list[Any]) -> Visitor:
    visitor = comes(expected=("500", "422"))
    visitor.context.add_cookies(cookies)
    return visitor


def fails(route: Route) -> None:
    route.fulfill(status=500, body="")


def main_of(page: Page) -> str:
    """The words of the page, once nothing is being asked for any more."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    return page.locator("main").inner_text()


def a_proved_request(clients: Clients) -> City:
    """As staff send it in for a city that called."""
    place, email = a_place(is_abroad=True), f"{uuid4()}@example.org"
    form = {
        "geoname_id": place.geoname_id,
        "contact_name": "Mari Tamm",
        "contact_email": email,
        "profile": {"seeks": "A university city", "themes": ["education"]},
    }
    number = clients.staff().does(f"{INTAKE}/listings", form)["id"]
    official = clients.who(Role.FOREIGN_OFFICIAL, listing_id=UUID(number))
    city = City(place, number, email, official, f"{INTAKE}/listings/{number}")
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


def test_what_is_declined_says_why_and_no_word_is_lost(staff: Visitor, clients: Clients) -> None:
    """Where sending fails, the reason stays; sent again it reaches the city alone."""
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


@pytest.mark.parametrize(
    "path",
    [
        "/staff/listings?show=all",
        "/staff/contacts",
        "/staff/mail",
        "/staff/letters",
        "/staff/reports",
    ],
)
def test_what_does_not_come_can_be_asked_for_again(staff: Visitor, path: str) -> None:
    """While it loads the page says so, where no answer comes it says so too, and asks again at a press."""
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
    for _ in range(page.locator(".trouble").count()):
        page.get_by_role("button", name="Try again").first.click()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
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


def test_reports_show_what_the_services_count(staff: Visitor, clients: Clients) -> None:
    """Open cases are as many as the directory counts, and a file has what the table has."""
    page = staff.opens("/staff/reports")
    section = page.locator("section.report", has_text="Open cases by stage and age")
    section.locator("tbody tr").first.wait_for()
    told = clients.staff().reads("/api/directory/v1/reports")["open_cases"]
    cells = section.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert cells == [f"{row['cases']:,}" for row in told]
    with page.expect_download() as download:
        section.get_by_role("button").click()
    content = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert [line.split(",")[1] for line in content[1:]] == cells
    main_of(page)
    staff.sound()


def test_reports_are_read_by_staff_alone(clients: Clients) -> None:
    """Neither the public nor a member reads them."""
    for path in ("/api/directory/v1/reports", "/api/outreach/v1/reply-rates"):
        assert clients.public().get(path).status_code == 401
        assert clients.who(Role.ADMINISTRATOR, community_id=uuid4()).get(path).status_code == 403


def test_a_contact_is_added_and_seen_to_be_right(staff: Visitor, clients: Clients) -> None:
    """What is wrong is told at its field and nothing typed is lost; then it is on record, and stays right a year."""
    page = staff.opens("/staff/contacts/new")
    name = f"Consulate {uuid4()}"
    page.get_by_label("Name").fill(name)
    page.get_by_label("Country that it reaches").fill("Japan")
    page.get_by_role("button", name="Add this contact").click()
    expect(page.locator(".problem")).to_be_focused()
    staff.sound()
    expect(page.get_by_label("Name")).to_have_value(name)
    page.get_by_label("Country that it reaches").fill("JP")
    page.get_by_role("button", name="Add this contact").click()
    expect(page.locator("h1")).to_have_text(name)
    page.get_by_role("button", name="It is right as it stands").click()
    expect(page.locator("#verify")).to_have_text("Seen to be right")
    staff.sound()
    contact_id = page.url.split("?")[0].rsplit("/", 1)[1]
    assert clients.staff().reads(f"/api/outreach/v1/contacts/{contact_id}")["last_verified"]


def test_mail_that_waits_is_set_aside(staff: Visitor, clients: Clients) -> None:
    """A mail that nobody could place is read, and waits no more once somebody said so."""
    mail = {
        "message": "We would gladly hear more.",
        "sender": "mayor@example.org",
        "subject": f"Your letter {uuid4()}",
    }
    inbound_id = clients.staff().does("/api/outreach/v1/inbound/pasted", mail)["inbound_id"]
    page = staff.opens(f"/staff/mail/outreach/{inbound_id}")
    expect(page.locator("main")).to_contain_text("We would gladly hear more.")
    staff.sound()
    page.get_by_role("button", name="Set it aside").click()
    expect(page.locator("#next")).to_have_text("Nothing has to be done")
    assert not clients.staff().reads(f"/api/outreach/v1/inbound/{inbound_id}")["waits"]


def test_mail_is_put_to_the_case_that_it_is_about(staff: Visitor, clients: Clients) -> None:
    """Chosen by the member's name, and then the mail leads there."""
    member = a_member(clients)
    case = f"/api/directory/v1/cases/{member.says_yes()}"
    eventually(lambda: clients.staff().get(case).is_success)
    mail = {"message": "May we begin?", "sender": f"{uuid4()}@example.org", "subject": "Our search"}
    inbound_id = clients.staff().does(f"{INTAKE}/inbound/pasted", mail)["inbound_id"]
    page = staff.opens(f"/staff/mail/intake/{inbound_id}")
    option = page.locator("#subject option", has_text=member.place.name).first
    option.wait_for(state="attached")
    page.get_by_label("Whose case").select_option(value=option.get_attribute("value"))
    page.get_by_role("button", name="It is about this").click()
    expect(page.locator("#next")).to_have_text("Nothing has to be done")
    expect(page.locator("main").get_by_role("link", name="a case")).to_be_visible()


def test_the_words_of_a_letter_are_changed_and_taken_back(staff: Visitor, clients: Clients) -> None:
    """They are looked at first, hold from then on, and the shipped ones come back at a press."""
    page = staff.opens("/staff/letters/intake/question/en")
    words = page.get_by_label("Words")
    words.wait_for()
    said = words.input_value()
    words.fill(said.replace("Before we can list", "Before we gladly list"))
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("section", has=page.locator("#preview"))).to_contain_text("gladly list")
    staff.sound()
    page.get_by_role("button", name="Use these words").click()
    expect(page.locator(".told")).to_have_text("These words hold from the next letter on.")
    path = f"{INTAKE}/letters/question/en"
    assert "gladly list" in clients.staff().reads(path)["words"]
    page.get_by_role("button", name="Use the shipped words again").click()
    expect(page.locator(".told")).to_contain_text("The shipped words hold again")
    assert clients.staff().reads(path)["words"] == said
