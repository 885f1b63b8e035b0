"""The pages of staff in a browser: the queue."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Route, expect

from shared.place_names import full_name
from tests.clients import Clients, eventually
from tests.intake.people import INTAKE, a_member
from tests.web.messy import take_over
from tests.web.visitor import PHONE, Visitor, cookies_of

Comes = Callable[..., Visitor]


@dataclass(frozen=True)
class Ana:
    """Somebody of staff, who has signed in."""

    person_id: str
    cookies: list[Any]


@pytest.fixture(scope="module")
def ana(clients: Clients) -> Ana:
    email = f"{uuid4()}@example.org"
    form = {"name": "Ana Ruiz", "email": email, "role": "staff"}
    person_id = clients.operator().does(f"{INTAKE}/staff", form)["person_id"]
    cookies = cookies_of(clients, email)
    return Ana(person_id, cookies)


@pytest.fixture
def staff(comes: Comes, ana: Ana) -> Visitor:
    visitor = comes()
    visitor.context.add_cookies(ana.cookies)
    return visitor


def test_the_queue_shows_what_the_service_tells(staff: Visitor, clients: Clients) -> None:
    """Everybody's lines are as many as the answer has, under a heading that says what the list is; it is sound."""
    page = staff.opens("/staff?whose=all")
    expect(page.locator("h1")).to_have_text("Everybody's work")
    page.locator(".line").first.wait_for()
    told = clients.staff().reads(f"{INTAKE}/work")["lines"]
    assert page.locator(".line").count() == len(told)
    staff.sound()


def test_a_filter_is_an_address_and_back_takes_it_away(staff: Visitor) -> None:
    """Whose, what and when each stand in the address; a reload shows the same, and Back the list before."""
    page = staff.opens("/staff")
    page.get_by_role("button", name="Everybody's").click()
    page.get_by_role("button", name="Only overdue").click()
    expect(page.locator("h1")).to_have_text("Everybody's work, overdue")
    assert page.url.endswith("/staff?whose=all&due=overdue")
    page.reload()
    expect(page.locator("h1")).to_have_text("Everybody's work, overdue")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Everybody's work")


def test_a_view_is_kept_under_a_name(staff: Visitor) -> None:
    """A kept view is a link, in this browser until it is forgotten."""
    page = staff.opens("/staff?whose=nobodys&kind=listing")
    page.get_by_label("Name of this view").fill("New listings")
    page.get_by_role("button", name="Keep this view").click()
    page.goto("/staff")
    page.get_by_role("link", name="New listings").click()
    expect(page.locator("h1")).to_have_text("What nobody has taken: listings and profiles")
    page.get_by_role("button", name="Forget the view New listings").click()
    expect(page.get_by_role("link", name="New listings")).to_have_count(0)


def test_the_queue_is_read_with_the_keyboard(staff: Visitor) -> None:
    """j and k go from line to line, / to the search, ? tells the keys, Enter opens the line."""
    page = staff.opens("/staff?whose=all")
    page.locator(".line a").first.wait_for()
    names = page.locator("a[data-line]").all_inner_texts()
    for key, at in (("j", 0), ("j", 1), ("k", 0)):
        page.keyboard.press(key)
        assert page.evaluate("() => document.activeElement.textContent") == names[at]
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/*/**")


def test_searches_are_taken_and_that_can_be_undone(
    staff: Visitor, clients: Clients, ana: Ana
) -> None:
    """Undo within ten seconds changes nothing; who leaves the page has it done at once."""
    member = a_member(clients)
    case, name = member.says_yes(), full_name(member.place)
    page = staff.opens(f"/staff?q={member.place.name}")
    box = page.get_by_label(f"Choose {name}", exact=False).first
    box.check()
    page.get_by_role("button", name="Take").click()
    page.get_by_role("button", name="Undo").click()
    assert clients.staff().reads(f"{INTAKE}/cases/{case}")["owner"] == "staff"
    page.get_by_role("button", name="Take").click()
    page.get_by_role("button", name="Undo").wait_for()
    page.goto("/how-it-works")
    assert eventually(
        lambda: clients.staff().reads(f"{INTAKE}/cases/{case}")["owner"] == ana.person_id
    )


def test_the_queue_tells_what_is_missing(staff: Visitor) -> None:
    """While it looks, where nothing is found, and where no answer comes, the page says so and offers a way on."""
    staff.expected = ("500",)
    page = staff.page
    answers = ["break", "break", "break", "pass"]

    def answer(route: Route) -> None:
        if answers and answers.pop(0) == "break":
            route.fulfill(status=500, body="")
        else:
            route.continue_()

    page.route("**/api/intake/v1/work", answer)
    staff.opens("/staff?whose=all&q=zzzz")
    expect(page.locator("main")).to_have_attribute("aria-busy", "true")
    page.get_by_role("button", name="Try again").wait_for()
    staff.sound()
    expect(page.get_by_role("searchbox")).to_have_value("zzzz")
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("Nothing meets these filters.").wait_for()
    staff.sound()
    page.get_by_role("button", name="Take the filters away").click()
    page.locator(".line").first.wait_for()


def test_the_queue_is_for_staff_alone(comes: Comes, clients: Clients) -> None:
    """Nobody reads it without having signed in, and a member is told that it is not theirs."""
    stranger = comes(PHONE, expected=("401",))
    stranger.opens("/staff")
    stranger.page.get_by_role("link", name="Sign in").first.wait_for()
    stranger.sound()
    member = a_member(clients)
    administrator = comes()
    administrator.signs_in(member.email)
    administrator.opens("/staff")
    administrator.page.get_by_role("alert").wait_for()
    assert administrator.page.locator(".line").count() == 0


def test_the_queue_stays_good_with_old_and_messy_searches(staff: Visitor, clients: Clients) -> None:
    """Long names, missing facts and years of silence break nothing, and a search of that kind is found and opened."""
    found = take_over(clients.staff(), 60)
    longest = found[0].name
    page = staff.opens("/staff")
    page.locator(".line").first.wait_for()
    staff.sound()
    page.get_by_role("searchbox").fill(longest)
    page.get_by_role("link", name=longest).first.wait_for()


def test_a_search_is_told_on_one_page(staff: Visitor, clients: Clients) -> None:
    """What is next, whose turn it is and who has it stand on top; the story is filtered by its address."""
    member = a_member(clients)
    case = member.says_yes()
    member.administrator.does(f"{INTAKE}/cases/{case}/messages", {"text": "May we begin in May?"})
    page = staff.opens(f"/staff/cases/{case}")
    expect(page.get_by_role("heading", name="Next: book the debrief")).to_be_visible()
    page.locator(".said-list").get_by_text("May we begin in May?").wait_for()
    page.get_by_role("button", name="Messages", exact=True).click()
    assert page.url.endswith("?story=words")
    expect(page.locator(".story > li")).to_have_count(1)
    staff.sound()


def test_a_message_to_the_member_can_be_taken_back(staff: Visitor, clients: Clients) -> None:
    """Undo keeps the words where they were, and nothing is sent; who leaves the page has it sent at once."""
    case = a_member(clients).says_yes()
    page = staff.opens(f"/staff/cases/{case}")
    page.get_by_label("Write to the member").fill("Shall we speak on Monday?")
    page.get_by_role("button", name="Send to the member").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Write to the member")).to_have_value("Shall we speak on Monday?")
    assert clients.staff().reads(f"{INTAKE}/cases/{case}")["messages"] == []
    page.get_by_role("button", name="Send to the member").click()
    page.get_by_role("button", name="Undo").wait_for()
    page.goto("/how-it-works")
    assert eventually(lambda: clients.staff().reads(f"{INTAKE}/cases/{case}")["messages"])


def test_the_end_of_a_search_is_read_before_it_is_done(staff: Visitor, clients: Clients) -> None:
    """It stands on a page of its own, which says what it means; afterwards the search says that it has ended."""
    case = a_member(clients).says_yes()
    page = staff.opens(f"/staff/cases/{case}/end")
    page.get_by_text("This cannot be undone.").wait_for()
    staff.sound()
    page.get_by_role("button", name="Close the search").click()
    page.get_by_role("heading", name="This search has ended").wait_for()
    assert clients.staff().reads(f"{INTAKE}/cases/{case}")["state"] == "closed"


def test_a_city_in_outreach_is_sound_and_its_letter_is_read_before_it_goes(
    staff: Visitor, clients: Clients
) -> None:
    """Writing is a page, reading it once more another; what was written stays when one goes back."""
    pairs = clients.staff().reads("/api/outreach/v1/pairs", limit=200)["items"]
    pair = next(each for each in pairs if each["step"] == "write_to_channels")
    home = f"/staff/cases/{pair['case_id']}/pairs/{pair['pair_id']}"
    page = staff.opens(home)
    page.get_by_role("heading", name="Letters and answers").wait_for()
    staff.sound()
    page.get_by_role("link", name="Write to somebody new").click()
    page.get_by_label("How").select_option("letter")
    page.get_by_label("Subject").fill("A town by a river")
    page.get_by_role("button", name="Read it once more").click()
    page.get_by_role("button", name="Send the letter").wait_for()
    staff.sound()
    page.go_back()
    expect(page.get_by_label("Subject")).to_have_value("A town by a river")


def test_what_is_not_there_is_said(staff: Visitor) -> None:
    """A search that nobody knows is told in words, with a way on."""
    staff.expected = ("404",)
    page = staff.opens(f"/staff/cases/{uuid4()}")
    page.get_by_role("alert").first.wait_for()
    staff.sound()
