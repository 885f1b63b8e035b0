"""The pages of text around the map: how it works, signing in, and what stands where there is nothing."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Route, expect

from cli.season_places import MEMBERS
from cli.season_stage import address
from tests.clients import Clients, eventually
from tests.intake.people import mails_to, text_of
from tests.web.visitor import PHONE, Visitor

Comes = Callable[..., Visitor]
BUDGET = 150_000
"""Bytes of scripts on the wire for a page without a map."""
SCRIPTS = """() => performance.getEntriesByType('resource').filter((each) => each.name.endsWith('.js'))
  .reduce((sum, each) => sum + each.encodedBodySize, 0)"""


def _colleague(clients: Clients, role: str) -> str:
    form = {"name": "Maria Gomez", "email": f"{uuid4()}@example.org", "role": role}
    clients.operator().does("/api/intake/v1/staff", form)
    return form["email"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_how_it_works_is_sound(comes: Comes, language: str) -> None:
    """In either direction, by keyboard, and light enough for a slow line."""
    visitor = comes(PHONE)
    page = visitor.opens(f"/how-it-works?lang={language}")
    page.locator("#build").wait_for()
    assert page.evaluate(SCRIPTS) < BUDGET
    visitor.sound()
    first, *others = visitor.tabs_through()
    assert first["tag"] == "a"
    assert len(others) > 20


@pytest.mark.parametrize("language", ["fr", "es", "ja"])
def test_how_it_works_speaks_five_languages(comes: Comes, language: str) -> None:
    """The choice stands in the address, and the other pages remember it."""
    visitor = comes()
    page = visitor.opens("/how-it-works")
    page.locator("#build").wait_for()
    english = page.locator("h1").inner_text()
    page.get_by_label("Language").select_option(language)
    page.wait_for_url(f"**/how-it-works?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator("#build").wait_for()
    assert page.locator("h1").inner_text() != english
    visitor.opens("/how-it-works")
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_how_it_works_needs_no_scripts(comes: Comes) -> None:
    """English stands in the page itself."""
    visitor = comes(java_script_enabled=False)
    page = visitor.opens("/how-it-works")
    assert page.locator("h2").count() == 8
    assert "From a few months to over a year" in page.locator("main").inner_text()


def test_every_link_of_how_it_works_leads_somewhere(comes: Comes, clients: Clients) -> None:
    """Pages, downloads, documentation, and the parts of the page itself."""
    page = comes().opens("/how-it-works")
    page.locator("#build").wait_for()
    links = page.evaluate("() => [...document.links].map((each) => each.getAttribute('href'))")
    for link in {each for each in links if each.startswith("/")}:
        answer = httpx.get(clients.base_url + link, headers={"Accept": "text/html,*/*"})
        assert answer.status_code == 200, link
    for part in {each for each in links if each.startswith("#")}:
        assert page.locator(part).count() == 1, part


def test_a_part_of_how_it_works_has_an_address(comes: Comes) -> None:
    """Whoever opens the address of an answer sees that answer, and Back leads back to it."""
    visitor = comes()
    page = visitor.opens("/how-it-works#counts")
    expect(page.locator("#counts")).to_be_in_viewport()
    page.locator('.toc a[href="#cost"]').click()
    expect(page.locator("#cost")).to_be_in_viewport()
    page.go_back()
    assert page.url.endswith("#counts")


def test_how_it_works_says_that_it_is_late(comes: Comes) -> None:
    """While the text is on its way, and where it did not come; then it is asked for again."""
    visitor = comes(expected=("net::ERR_FAILED", "dynamically imported module"))
    held: list[Route] = []
    page = visitor.page
    # Playwright takes no method of a built-in type.
    page.route("**/assets/en-*.js", lambda route: held.append(route))  # noqa: PLW0108
    page.goto("/how-it-works?lang=en")
    expect(page.get_by_role("status")).to_have_attribute("aria-busy", "true")
    visitor.sound()
    page.route("**/assets/en-*.js", lambda route: route.abort())
    for each in held:
        each.abort()
    page.get_by_role("button", name="Try again").wait_for()
    visitor.sound()
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    page.locator("#build").wait_for()


def test_signing_in_leads_back_to_where_one_was(comes: Comes, clients: Clients) -> None:
    """From a page for staff to the form, the mail, the button, and to that page with its address; all of it sound."""
    email, visitor = _colleague(clients, "staff"), comes(PHONE, expected=("status of 401",))
    page = visitor.opens("/staff?owner=nobody")
    page.locator("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("Your e-mail address").wait_for()
    visitor.sound()
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_role("heading", name="Look into your mailbox").wait_for()
    visitor.sound()
    mail = eventually(lambda: mails_to(clients, email, "Sign in to"))[0]
    link = re.search(r"/sign-in/open\?token=[\w-]+", text_of(mail))
    assert link
    visitor.opens(link[0])
    visitor.sound()
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/staff?owner=nobody")


def test_a_slip_in_the_address_is_told(comes: Comes) -> None:
    """Beside what was typed, which stays."""
    visitor = comes(expected=("422",))
    page = visitor.opens("/sign-in")
    page.get_by_label("Your e-mail address").fill("ann@cityhall")
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("alert").first).to_contain_text("not a whole e-mail address")
    expect(page.get_by_label("Your e-mail address")).to_have_value("ann@cityhall")
    visitor.sound()


@pytest.mark.parametrize(
    ("role", "face"), [("administrator", "/city"), ("staff", "/staff"), ("operator", "/ops")]
)
def test_whoever_signs_in_finds_the_own_face(
    comes: Comes, clients: Clients, role: str, face: str
) -> None:
    """The first thing on the page behind signing in leads to what the role is for."""
    is_member = role == "administrator"
    visitor = comes()
    visitor.signs_in(address(role, MEMBERS[0]) if is_member else _colleague(clients, role))
    page = visitor.opens("/sign-in")
    visitor.sound()
    expect(page.locator("main a").first).to_have_attribute("href", face)


@pytest.mark.parametrize("path", ["/sign-in/passkeys", "/digest"])
def test_pages_of_staff_without_scripts_are_sound(
    comes: Comes, clients: Clients, path: str
) -> None:
    """One's passkeys, and what waits."""
    visitor = comes()
    visitor.signs_in(_colleague(clients, "staff"))
    visitor.opens(path)
    visitor.sound()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/no-such-page", 404), ("/away.html", 200), ("/api/directory/v1/cases", 401)],
)
def test_where_there_is_nothing_a_way_on_is_shown(comes: Comes, path: str, status: int) -> None:
    """An address of nothing, a service that is away, and what one may not read: each is a whole page."""
    visitor = comes(expected=(f"status of {status}",))
    answer: Any = visitor.page.goto(path)
    assert answer.status == status
    visitor.sound()
    assert visitor.page.locator("header nav a").count() == 3
