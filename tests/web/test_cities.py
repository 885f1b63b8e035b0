"""The page of a city, and the map on other sites, in a browser."""

import gzip
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from shared.context import Role
from tests.clients import Clients, eventually
from tests.intake.people import a_place
from tests.web.visitor import PHONE, Visitor

Comes = Callable[..., Visitor]
MAP = "/api/directory/v1"
BUDGET = 150_000
"""Bytes of scripts, compressed, that a page without its map may load."""
NOT_SIGNED_IN = "401"
GROUND = "**/map/world.json"
SAYS_INTEREST = "I am a U.S. member: express interest"


@pytest.fixture
def listed(clients: Clients) -> dict[str, Any]:
    """A listed city of the season that has a partner."""
    page = clients.public().reads(f"{MAP}/listings", status="listed", limit=200)
    city = next(each for each in page["items"] if each["partnerships"])
    found: dict[str, Any] = clients.public().reads(f"{MAP}/places/{city['geoname_id']}")
    return found


def reads(visitor: Visitor, path: str) -> Page:
    """The page in the reader's language: the one that the service wrote has no choice of languages."""
    page = visitor.opens(path)
    page.get_by_role("banner").get_by_role("combobox").wait_for()
    return page


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_of_a_city_is_sound(comes: Comes, listed: dict[str, Any], language: str) -> None:
    """With its map at rest, in a language from the left and one from the right."""
    visitor = comes()
    reads(visitor, f"{listed['address']}?lang={language}")
    visitor.rested_map()
    visitor.sound()


def test_the_page_tells_what_the_service_tells(comes: Comes, listed: dict[str, Any]) -> None:
    """Facts, what it looks for and each partner with its year, and no address of anybody."""
    page = reads(comes(), listed["address"])
    main = page.locator("main")
    expect(page.locator("h1")).to_have_text(listed["name"])
    for said in (listed["seeks"], f"{listed['population']:,}", *listed["industries"]):
        expect(main).to_contain_text(said)
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(len(listed["all_partnerships"]))
    first = next(each for each in listed["all_partnerships"])
    expect(rows.filter(has_text=first["member"]["name"]).first).to_contain_text(str(first["year"]))
    assert "@" not in main.inner_text()


def test_the_page_stands_without_scripts(comes: Comes, listed: dict[str, Any]) -> None:
    """In English, with its partners to go on to."""
    page = comes(java_script_enabled=False).opens(listed["address"])
    expect(page.locator("main")).to_contain_text(listed["seeks"])
    partner = listed["all_partnerships"][0]["member"]
    page.get_by_role("link", name=partner["name"]).click()
    expect(page.locator("h1")).to_have_text(partner["name"])


def test_a_partner_and_a_neighbour_are_a_click_away(comes: Comes, listed: dict[str, Any]) -> None:
    """And Back comes back."""
    page = reads(comes(PHONE), listed["address"])
    partner = listed["all_partnerships"][0]["member"]
    page.locator("table").get_by_role("link", name=partner["name"]).click()
    expect(page.locator("h1")).to_have_text(partner["name"])
    assert urlsplit(page.url).path == partner["address"]
    page.go_back()
    expect(page.locator("h1")).to_have_text(listed["name"])


def test_the_keyboard_reaches_everything_and_leaves(comes: Comes, listed: dict[str, Any]) -> None:
    """The way past the head comes first; the map is one stop among others."""
    visitor = comes()
    reads(visitor, listed["address"])
    visitor.rested_map()
    stops = [stop["name"] for stop in visitor.tabs_through()]
    assert stops[0] == "Skip to the content"
    assert stops.index(SAYS_INTEREST) < stops.index("Map of cities") < stops.index("Copy link")


def test_a_map_that_does_not_come_takes_nothing_along(comes: Comes, listed: dict[str, Any]) -> None:
    """Neither its ground nor its program is needed for the rest, which is sound as it is."""
    for broken in (GROUND, "**/assets/CityMap-*.js"):
        visitor = comes(expected=("500", "net::ERR_FAILED", "Failed to fetch"))
        visitor.page.route(broken, lambda route: route.fulfill(status=500))
        page = reads(visitor, listed["address"])
        expect(page.get_by_text("The map could not be loaded.")).to_be_visible()
        expect(page.locator("main")).to_contain_text(listed["seeks"])
        visitor.sound()


def test_the_scripts_are_few(comes: Comes, listed: dict[str, Any]) -> None:
    """At most 150 kB, compressed, before the map is loaded."""
    visitor = comes(expected=("net::ERR_FAILED",))
    visitor.page.route("**/assets/CityMap-*.js", lambda route: route.abort())
    page = reads(visitor, listed["address"])
    expect(page.get_by_text("The map could not be loaded.")).to_be_visible()
    scripts = page.evaluate(
        "() => performance.getEntriesByType('resource').map((each) => each.name)"
        ".filter((name) => name.endsWith('.js') && !/CityMap|base-|useMap|maplibre/.test(name))"
    )
    sizes = {each: len(gzip.compress(httpx.get(each).content)) for each in scripts}
    assert sum(sizes.values()) < BUDGET, sizes


def test_a_stranger_is_told_how_to_express_interest(comes: Comes, listed: dict[str, Any]) -> None:
    """Signing in leads back to this place; Back closes it again; a second browser finds it open."""
    visitor = comes(expected=(NOT_SIGNED_IN,))
    page = reads(visitor, listed["address"])
    page.get_by_role("button", name=SAYS_INTEREST).click()
    link = page.locator(".interest").get_by_role("link", name="Sign in")
    link.wait_for()
    visitor.sound()
    href = link.get_attribute("href") or ""
    assert parse_qs(urlsplit(href).query)["to"] == [f"{listed['address']}?interest=yes"]
    page.go_back()
    expect(page.get_by_role("button", name=SAYS_INTEREST)).to_be_visible()
    other = reads(comes(PHONE), f"{listed['address']}?interest=yes")
    expect(other.locator(".interest").get_by_role("link", name="Sign in")).to_be_visible()


class Member:
    """A U.S. city in good standing with an administrator who can sign in."""

    def __init__(self, clients: Clients) -> None:
        staff = clients.staff()
        form = {"geoname_id": a_place().geoname_id, "paid_through": "2030-12-31"}
        self.id = UUID(staff.does("/api/intake/v1/communities", form)["id"])
        self.email = f"{uuid4()}@example.org"
        person = {"name": "Nora Quist", "email": self.email}
        staff.does(f"/api/intake/v1/communities/{self.id}/administrator", person)
        self.client = clients.who(Role.ADMINISTRATOR, community_id=self.id)

    def says_yes(self) -> str:
        case: str = self.client.does("/api/intake/v1/cases", {"community_id": str(self.id)})["id"]
        return case


def presses(visitor: Visitor, address: str) -> Page:
    page = reads(visitor, f"{address}?interest=yes")
    page.get_by_role("button", name="Tell staff that we are interested").click()
    return page


def test_a_member_expresses_interest(
    comes: Comes, clients: Clients, listed: dict[str, Any]
) -> None:
    """B14: said on the page of the city, seen by staff in the member's case."""
    member = Member(clients)
    case = member.says_yes()
    eventually(lambda: clients.staff().reads(f"/api/matching/v1/cases/{case}"))
    visitor = comes()
    visitor.signs_in(member.email)
    page = presses(visitor, listed["address"])
    expect(page.locator(".interest")).to_contain_text("It is noted.")
    visitor.sound()
    known = clients.staff().reads(f"/api/matching/v1/cases/{case}")
    assert listed["name"] in str(known)


def test_a_refusal_says_what_to_do(comes: Comes, clients: Clients, listed: dict[str, Any]) -> None:
    """A member that does not search reads why not and what comes first, and nothing is lost."""
    member = Member(clients)
    visitor = comes(expected=("409", "404"))
    visitor.signs_in(member.email)
    page = presses(visitor, listed["address"])
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator(".interest").get_by_role("link", name="Your search")).to_be_visible()
    visitor.sound()


def test_who_has_another_role_is_told_who_may(
    comes: Comes, clients: Clients, listed: dict[str, Any]
) -> None:
    """Staff read that it is the administrator's to say."""
    form = {"name": "Maria Gomez", "email": f"{uuid4()}@example.org", "role": "staff"}
    clients.operator().does("/api/intake/v1/staff", form)
    visitor = comes()
    visitor.signs_in(form["email"])
    page = reads(visitor, f"{listed['address']}?interest=yes")
    expect(page.locator(".interest")).to_contain_text("You are signed in as Maria Gomez.")
    assert page.get_by_role("button", name="Tell staff").count() == 0


def test_a_city_that_is_not_known_is_a_sound_page(comes: Comes) -> None:
    """With the near names to go on to."""
    visitor = comes(expected=("404",))
    page = visitor.opens("/cities/jp/ashikga")
    visitor.sound()
    page.get_by_role("link", name="Ashikaga").click()
    expect(page.locator("h1")).to_have_text("Ashikaga")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_map_for_other_sites_is_sound(comes: Comes, language: str) -> None:
    """By itself, with its list and its map."""
    visitor = comes()
    visitor.opens(f"/embed?country=JP&lang={language}")
    visitor.page.locator(".cities a").first.wait_for()
    visitor.rested_map()
    visitor.sound()


@pytest.fixture
def elsewhere(clients: Clients) -> Iterator[str]:
    """Another site, with our one line on its page."""
    line = f'<script src="{clients.base_url}/embed.js" data-country="JP" data-lang="en"></script>'
    page = f"<!doctype html><title>A city hall</title><h1>Our partners</h1>{line}"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_one_line_puts_a_country_on_another_site(
    comes: Comes, clients: Clients, elsewhere: str
) -> None:
    """The same cities as the directory has, and no cookie."""
    visitor = comes(expected=("404",))
    page = visitor.opens(elsewhere)
    frame = page.frame_locator("iframe[title='Cities Seeking Cities']")
    expect(frame.locator("h1")).to_have_text("Cities in Japan")
    answer = clients.public().reads(f"{MAP}/listings", country="JP", limit=500)
    expect(frame.locator(".cities h2")).to_have_count(len(answer["items"]))
    assert {each["name"] for each in answer["items"]} == set(
        frame.locator(".cities h2").all_inner_texts()
    )
    assert visitor.context.cookies() == []
    assert {urlsplit(url).port for url in visitor.foreign} == {urlsplit(elsewhere).port}


def test_only_the_map_for_other_sites_is_framed(clients: Clients, listed: dict[str, Any]) -> None:
    """Every other page refuses it, by its policy and by the older header."""
    framed = httpx.get(f"{clients.base_url}/embed?country=JP")
    assert "x-frame-options" not in framed.headers
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    assert "set-cookie" not in framed.headers
    for path in ("/", "/sign-in", listed["address"], "/staff", "/no-such-page"):
        answer = httpx.get(f"{clients.base_url}{path}", headers={"Accept": "text/html"})
        assert answer.headers["x-frame-options"] == "DENY", path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
