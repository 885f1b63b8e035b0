"""A member's own pages in a browser: from the Yes to the agreement, by the administrator and the committee."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from cli.season_past import SEARCHING
from cli.season_stage import address
from services.intake import can_do
from shared.values import community_id
from tests.clients import Clients, eventually
from tests.intake.people import INTAKE, Member, a_member, a_place
from tests.matching.test_matching import IDS, OUTREACH, Search
from tests.web.visitor import PHONE, Visitor, cookies_of

Comes = Callable[..., Visitor]
Enters = Callable[..., Visitor]
CHOOSES, INVITES = SEARCHING[15], SEARCHING[30]
"""Of the season: one to which cities are proposed, and one that has written its invitation."""


@pytest.fixture(scope="module")
def cookies(clients: Clients) -> Callable[[str], list[Any]]:
    """Everybody signs in once, however many tests they are in."""
    kept: dict[str, list[Any]] = {}

    def of(email: str) -> list[Any]:
        if email not in kept:
            kept[email] = cookies_of(clients, email)
        return kept[email]

    return of


@pytest.fixture
def enters(comes: Comes, cookies: Callable[[str], list[Any]]) -> Enters:
    """Somebody who has signed in."""

    def enter(email: str, **options: Any) -> Visitor:
        visitor = comes(**options)
        visitor.context.add_cookies(cookies(email))
        return visitor

    return enter


@pytest.fixture(scope="module")
def chooser(clients: Clients) -> Search:
    """A search to which cities are proposed, which no other test changes."""
    member = a_member(clients)
    search = Search(member, member.says_yes(), clients.staff())
    search.becomes("requested")
    return search.proposed()


def rested(visitor: Visitor, path: str) -> Page:
    """The page, once nothing of it is still on its way."""
    page = visitor.opens(path)
    page.locator(".within").wait_for()
    page.wait_for_function("() => !document.querySelector('.skeleton, [aria-busy=\"true\"]')")
    return page


def told_of(clients: Clients, member: Member) -> Any:
    """The open case of the member, as the service tells it."""
    community = clients.staff().reads(f"{INTAKE}/communities/{member.id}")
    return clients.staff().reads(f"{INTAKE}/cases/{community['open_case_id']}")


def pressed(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/debrief",
        "/answers",
        "/profile",
        "/prospects",
        "/conversation",
        "/log",
        "/people",
        "/withdraw",
    ],
)
def test_the_pages_of_a_search_are_sound(enters: Enters, path: str) -> None:
    """Each page of a search that waits for a choice holds against what holds for all pages."""
    visitor = enters(address("administrator", CHOOSES))
    rested(visitor, f"/city{path}")
    visitor.sound()


@pytest.mark.parametrize("path", ["", "/documents", "/cities"])
def test_the_pages_of_an_invited_city_are_sound(enters: Enters, path: str) -> None:
    """So do those of a search with a city that was handed over: the city itself and its documents."""
    visitor = enters(address("administrator", INVITES))
    page = rested(visitor, f"/city{'' if path == '/cities' else path}")
    if path == "/cities":
        rested(visitor, page.locator(".pairs h3 a").first.get_attribute("href") or "")
    visitor.sound()


def test_a_member_says_yes_and_finds_a_time(enters: Enters, clients: Clients) -> None:
    """One press begins the search; the page says whose turn it is and by when, and a time is taken with a guest."""
    member = a_member(clients)
    visitor = enters(member.email)
    page = rested(visitor, "/city")
    visitor.sound()
    page.get_by_label("Show on the public map").check()
    pressed(page, "Yes, we seek a partner city")
    turn = page.locator(".box.next")
    expect(turn.locator("h2")).to_have_text("It is your turn")
    case = told_of(clients, member)
    assert case["answers"]["is_shown_publicly"]
    assert case["next_step"]["due_on"][:4] in turn.inner_text()
    turn.get_by_role("link", name="Find a time for the debriefing").click()
    pressed(page, "Add somebody")
    page.get_by_label("Name").fill("Petra Vogel")
    page.get_by_label("E-mail address").fill("petra.vogel@example.org")
    page.get_by_role("button", name=re.compile("^Take ")).first.click()
    expect(page.locator("h2").filter(has_text="It is set for")).to_be_visible()
    expect(page.get_by_text("Asked to come:")).to_contain_text("Petra Vogel")
    assert told_of(clients, member)["state"] == "scheduled"
    visitor.is_quiet()


def test_a_member_compares_votes_and_chooses(enters: Enters, chooser: Search) -> None:
    """What is ticked stands in the address, Back keeps it, and nothing is settled before the choice is shown again."""
    visitor = enters(chooser.member.email)
    page = rested(visitor, "/city/prospects")
    card = page.locator(".cards > li").first
    card.get_by_role("button", name="Say why").click()
    card.get_by_label("Your comment on").fill("Our schools know each other.")
    card.get_by_role("button", name="For").click()
    expect(card.locator("blockquote")).to_contain_text("Our schools know each other.")
    expect(card.get_by_role("button", name="For")).to_have_attribute("aria-pressed", "true")
    for number in range(3):
        page.locator(".cards > li input").nth(number).check()
    page.get_by_role("link", name="See them side by side").click()
    page.locator("table.compared").wait_for()
    compared = parse_qs(urlsplit(page.url).query)["c"]
    assert page.locator("table.compared thead th").count() == len(compared) == 3
    page.wait_for_function("() => !document.querySelector('.skeleton')")
    visitor.sound()
    page.go_back()
    expect(page.locator(".bar")).to_contain_text("3 cities are ticked.")
    page.get_by_role("link", name="Look at your choice").click()
    page.get_by_role("button", name="Choose these 3 cities").wait_for()
    assert chooser.now()["state"] == "proposed"
    visitor.sound()
    pressed(page, "Choose these 3 cities")
    expect(page.get_by_text("Chosen. Our staff write to these cities now")).to_be_visible()
    chosen = [
        each["place"]["geoname_id"] for each in chooser.now()["prospects"] if each["is_shortlisted"]
    ]
    assert sorted(map(str, chosen)) == sorted(compared)


def test_a_wrong_number_is_refused_with_the_way_on(enters: Enters, clients: Clients) -> None:
    """Two cities are too few: the rule's own sentence, and a link back to the choice, which is kept."""
    member = a_member(clients)
    search = Search(member, member.says_yes(), clients.staff())
    search.becomes("requested")
    search.proposed()
    visitor = enters(member.email, expected=("409", "422"))
    page = visitor.opens(f"/city/prospects/review?c={IDS[0]}&c={IDS[1]}")
    expect(page.get_by_role("alert")).to_contain_text("3")
    visitor.sound()
    page.get_by_role("link", name="Change the choice").click()
    expect(page.locator(".bar")).to_contain_text("2 cities are ticked.")


def test_the_committee_reads_and_votes_only(enters: Enters, clients: Clients) -> None:
    """Whoever is on the committee votes; the choice, the documents and the messages are the administrator's."""
    member = a_member(clients)
    search = Search(member, member.says_yes(), clients.staff())
    search.becomes("requested")
    search.proposed()
    email = f"{search.id}@example.org"
    page = rested(enters(member.email), "/city/people")
    page.get_by_label("Name").first.fill("Kim Ito")
    page.get_by_label("E-mail address").first.fill(email)
    pressed(page, "Invite")
    expect(page.locator(".pairs")).to_contain_text("Kim Ito")
    visitor = enters(email)
    page = rested(visitor, "/city/prospects")
    card = page.locator(".cards > li").first
    card.get_by_role("button", name="Against").click()
    expect(card).to_contain_text("1 against")
    assert page.get_by_role("link", name="Documents").count() == 0
    visitor.sound()
    page = rested(visitor, f"/city/prospects/review?c={IDS[0]}&c={IDS[1]}&c={IDS[2]}")
    expect(page.locator("main")).to_contain_text("Only the administrator chooses.")
    assert page.get_by_role("button", name=re.compile("Choose")).count() == 0


def test_a_lapsed_member_is_told_how_to_renew(enters: Enters, clients: Clients) -> None:
    """The page says it before anybody presses, and the refused Yes says it again."""
    member = a_member(clients, paid_through="2020-01-01")
    visitor = enters(member.email, expected=("409",))
    page = rested(visitor, "/city")
    expect(page.locator(".trouble")).to_contain_text("Renew the membership")
    visitor.sound()
    pressed(page, "Yes, we seek a partner city")
    expect(page.get_by_role("alert")).to_contain_text("To renew, write to")
    assert page.evaluate("() => document.activeElement.getAttribute('role')") == "alert"


def test_a_search_rests_goes_on_and_ends(enters: Enters, clients: Clients) -> None:
    """Pausing and resuming are a press each; withdrawing is shown once more, and then one can say Yes again."""
    member = a_member(clients)
    member.says_yes()
    page = rested(enters(member.email), "/city")
    pressed(page, "Pause the search")
    expect(page.locator(".lead")).to_contain_text("The search is paused")
    assert told_of(clients, member)["state"] == "paused"
    pressed(page, "Resume the search")
    expect(page.get_by_role("button", name="Pause the search")).to_be_visible()
    page.get_by_role("link", name="Withdraw the search").click()
    expect(page.get_by_role("link", name="Keep searching")).to_be_visible()
    assert told_of(clients, member)["state"] == "invited"
    pressed(page, "Withdraw the search")
    expect(page.get_by_text("You withdrew it on")).to_be_visible()
    expect(page.get_by_role("button", name="Yes, we seek a partner city")).to_be_visible()


def test_wishes_are_saved_and_stay_as_they_were_entered(enters: Enters, clients: Clients) -> None:
    """A refused size keeps everything that was entered; the right one is saved, and is what the service tells."""
    member = a_member(clients)
    member.says_yes()
    visitor = enters(member.email, expected=("409", "422"))
    page = rested(visitor, "/city/answers")
    page.get_by_label("Youth").check()
    page.get_by_label("Countries").select_option("JP")
    page.get_by_label("At least").fill("9000")
    page.get_by_label("At most").fill("100")
    pressed(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("at most 100")
    expect(page.get_by_label("Youth")).to_be_checked()
    visitor.sound()
    page.get_by_label("At most").fill("90000")
    pressed(page, "Save")
    expect(page.get_by_text("Saved.")).to_be_visible()
    wished = told_of(clients, member)["answers"]["preferences"]
    assert (wished["themes"], wished["countries"], wished["population_max"]) == (
        ["youth"],
        ["JP"],
        90_000,
    )


def test_a_message_is_never_lost(enters: Enters, clients: Clients) -> None:
    """A message that does not go out stays in its field, over a reload too, and is sent once."""
    member = a_member(clients)
    member.says_yes()
    visitor = enters(member.email, expected=("Failed to load",))
    page = rested(visitor, "/city/conversation")
    page.get_by_label("Your message").fill("Could we have a sample letter?")
    page.route("**/messages", lambda route: route.abort())
    pressed(page, "Send")
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute("**/messages")
    page.reload()
    expect(page.get_by_label("Your message")).to_have_value("Could we have a sample letter?")
    pressed(page, "Send")
    expect(page.locator(".messages")).to_contain_text("Could we have a sample letter?")
    expect(page.get_by_label("Your message")).to_have_value("")
    assert [each["text"] for each in told_of(clients, member)["messages"]] == [
        "Could we have a sample letter?"
    ]
    page = rested(visitor, "/city/log")
    page.get_by_label("What you did").fill("Met the honorary consul.")
    pressed(page, "Put it in the log")
    expect(page.locator(".messages")).to_contain_text("Met the honorary consul.")


def test_a_document_is_drawn_up_and_downloaded(enters: Enters, clients: Clients) -> None:
    """A letter of intent in its next version, as a PDF; what it still lacks stands beneath it."""
    visitor = enters(address("administrator", INVITES))
    page = rested(visitor, "/city/documents")
    page.get_by_text("Draw a document up for").first.click()
    page.get_by_label("Which document").first.select_option("letter_of_intent")
    page.get_by_role("button", name="Draw it up").first.click()
    expect(page.get_by_text("It stands above.")).to_be_visible()
    line = page.locator(".pairs > li").filter(has_text="Letter of intent").first
    line.get_by_text("What it still lacks").click()
    expect(line.locator("details li").first).to_be_visible()
    with page.expect_download() as coming:
        line.get_by_role("button", name=re.compile("PDF")).click()
    assert coming.value.suggested_filename.startswith("letter_of_intent-v")
    assert Path(coming.value.path()).read_bytes().startswith(b"%PDF")
    visitor.sound()


def test_what_is_shown_is_what_the_services_tell(enters: Enters, clients: Clients) -> None:
    """The cities of a search, and how long a search takes, are those of outreach and intake."""
    page = rested(enters(address("administrator", INVITES)), "/city")
    names = page.locator("#cities .pairs h3").all_text_contents()
    of = str(community_id(INVITES.geoname_id))
    cases = clients.staff().reads("/api/directory/v1/cases", community_id=of)["items"]
    told = clients.staff().reads(f"{OUTREACH}/cases/{cases[0]['case_id']}")["pairs"]
    assert sorted(name.rpartition(",")[0] for name in names) == sorted(
        each["city"] for each in told
    )
    case = clients.staff().reads(f"{INTAKE}/cases/{cases[0]['case_id']}")
    expect(page.locator("main")).to_contain_text(case["how_long"])


def test_a_page_waits_fails_and_comes_back(enters: Enters) -> None:
    """While the answer is on its way the page says so; an error leaves a button that asks again."""
    visitor = enters(address("administrator", CHOOSES), expected=("500", "Failed to load"))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    visitor.page.route("**/api/intake/v1/communities/*", hold)
    page = visitor.opens("/city")
    page.locator("main[aria-busy=true]").wait_for()
    visitor.sound()
    eventually(lambda: held)
    page.route("**/api/intake/v1/communities/*", lambda route: route.fulfill(status=500))
    for route in held:
        route.fulfill(status=500)
    page.get_by_role("alert").wait_for()
    visitor.sound()
    page.unroute("**/api/intake/v1/communities/*")
    page.get_by_role("alert").get_by_role("button").click()
    page.locator(".box.next").wait_for()
    visitor.tabs_through()


def test_others_are_told_how_to_come_in(comes: Comes, enters: Enters, clients: Clients) -> None:
    """Nobody who is not signed in, or has another role, reads anything; the way in leads back here."""
    visitor = comes(PHONE, expected=("401",))
    page = visitor.opens("/city/prospects")
    link = page.locator("main").get_by_role("link", name="Sign in")
    assert link.get_attribute("href") == "/sign-in?to=%2Fcity%2Fprospects"
    visitor.sound()
    form = {
        "name": "Ana Ruiz",
        "email": f"{a_place().geoname_id}.staff@example.org",
        "role": "staff",
    }
    clients.operator().does(f"{INTAKE}/staff", form)
    visitor = enters(form["email"])
    page = visitor.opens("/city")
    page.get_by_role("alert").wait_for()
    assert page.locator(".within").count() == 0
    visitor.sound()


def test_every_advice_has_a_place_where_it_is_done() -> None:
    """What the service advises a member is a link on the page of its search."""
    ways = Path(__file__).parents[2] / "web/src/city/advice.ts"
    begins = re.findall(r'\["([^"]+)", "', ways.read_text())
    advice = [*can_do.ALWAYS, can_do.CHOOSE_CITIES, can_do.CHOOSE_A_TIME, can_do.PREPARE]
    for told in (*can_do.BY_STATE.values(), *can_do.BY_STEP.values()):
        advice += told
    assert [each for each in advice if not each.startswith(tuple(begins))] == []
