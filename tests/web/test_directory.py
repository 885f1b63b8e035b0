"""The public directory in a browser: a list and a map of the same cities, all of it told by the address."""

import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.clients import Clients
from tests.web.visitor import DESKTOP, PHONE, Visitor

Comes = Callable[..., Visitor]
DIST = Path(__file__).parents[2] / "web/dist"
FEED = "**/api/directory/v1/map"
BUDGET = 150_000
"""Bytes of scripts, compressed, that a page without a map may load."""


def first_city(page: Page) -> str:
    name = page.locator(".cities h2 a").first
    name.wait_for()
    return name.inner_text()


def tally(page: Page) -> int:
    found = re.search(r"[\d,]+", page.locator(".tally p").inner_text())
    assert found
    return int(found[0].replace(",", ""))


def listed(clients: Clients, **wanted: str) -> list[dict[str, str]]:
    answer = httpx.get(f"{clients.base_url}/api/directory/v1/listings.csv", params=wanted)
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_directory_is_sound(comes: Comes, language: str) -> None:
    """With its list and its map at rest, in a language from the left and one from the right."""
    visitor = comes()
    visitor.opens(f"/?lang={language}")
    first_city(visitor.page)
    visitor.rested_map()
    visitor.sound()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_partner_in_education_is_two_clicks_away(comes: Comes, size: tuple[int, int]) -> None:
    """A first-time visitor touches the theme, then the first city, which says that it seeks and that it wants this."""
    page = comes(size).opens("/")
    page.get_by_role("button", name="Education").click()
    row = page.locator(".cities > li").first
    expect(row).to_contain_text("education")
    expect(row).to_contain_text("Seeking a U.S. partner")
    name = first_city(page)
    row.get_by_role("link", name=name).click()
    expect(page.locator("h1")).to_contain_text(name)


def test_the_list_comes_before_the_map_on_a_phone(comes: Comes) -> None:
    """And is whole there: the map is shown when it is asked for, with the city that was pointed at."""
    page = comes(PHONE).opens("/")
    name = first_city(page)
    expect(page.locator(".pane")).to_be_hidden()
    page.locator(".cities > li", has_text=name).first.get_by_role("button").click()
    expect(page.locator(".pane")).to_be_visible()
    assert "city=" in page.url


def test_what_is_chosen_stands_in_the_address(comes: Comes) -> None:
    """A second browser with the same address shows the same, and Back takes the last filter away."""
    page = comes().opens("/")
    told = page.locator(".tally p")
    expect(told).to_contain_text("cities")
    before = tally(page)
    page.get_by_role("button", name="Culture").click()
    expect(page).to_have_url(re.compile("theme=culture"))
    expect(told).not_to_have_text(f"{before} cities")
    of_culture = tally(page)
    page.get_by_role("button", name="Seeking a U.S. partner", exact=True).click()
    expect(page).to_have_url(re.compile("status=listed"))
    expect(told).not_to_have_text(f"{of_culture} cities")
    narrowed = tally(page)
    assert before > of_culture > narrowed > 0
    other = comes().opens(page.url)
    expect(other.locator(".tally p")).to_have_text(f"{narrowed} cities")
    page.go_back()
    expect(page).not_to_have_url(re.compile("status="))
    expect(told).to_have_text(f"{of_culture} cities")
    page.get_by_role("button", name="Remove all filters").click()
    expect(told).to_have_text(f"{before} cities")


def test_the_list_is_what_the_service_answers_and_what_one_takes_along(
    comes: Comes, clients: Clients
) -> None:
    """Count and names are those of the table under the same filters, and the map's clusters sum up to them."""
    visitor = comes()
    page = visitor.opens("/?theme=education")
    first_city(page)
    visitor.rested_map()
    rows = listed(clients, theme="education")
    names = page.locator(".cities h2 a").all_inner_texts()
    assert tally(page) == len(rows)
    assert sorted(names) == sorted(row["name"] for row in rows)
    assert page.locator("[data-map-count]").get_attribute("data-map-count") == str(len(rows))
    with page.expect_download() as download:
        page.get_by_role("link", name="GeoJSON").click()
    features = json.loads(Path(download.value.path()).read_text())["features"]
    assert len(features) == len(rows)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("besancon", "Besançon"),
        ("Lemberg", "Lviv"),
        ("足利", "Ashikaga"),
        ("велико търново", "Veliko Tŭrnovo"),
    ],
)
def test_a_city_is_found_by_any_of_its_names(
    comes: Comes, clients: Clients, text: str, name: str
) -> None:
    """Without accents, in another language, in another script; and the download finds the same."""
    page = comes().opens("/")
    page.get_by_label("City, region or country").fill(text)
    expect(page.locator(".cities h2 a")).to_have_text([name])
    assert [row["name"] for row in listed(clients, q=text)] == [name]


def test_nothing_found_is_said_with_a_way_out(comes: Comes) -> None:
    """The sentence is announced, and one touch takes the filters away."""
    visitor = comes()
    page = visitor.opens("/?q=qqqq")
    expect(page.get_by_text("No city matches all of this.")).to_be_visible()
    expect(page.locator(".tally [role=status]").first).to_have_text("0 cities")
    visitor.rested_map()
    visitor.sound()
    page.get_by_role("button", name="Remove all filters").click()
    first_city(page)


def test_while_it_loads_the_page_stands_still(comes: Comes) -> None:
    """Rows as high as what comes stand there, marked as busy; nothing jumps."""
    visitor = comes()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    visitor.page.route(FEED, hold)
    visitor.page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => list.getEntries()"
        ".forEach((each) => { if (!each.hadRecentInput) window.shift += each.value; }))"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    page = visitor.opens("/")
    expect(page.locator(".results[aria-busy=true] .skeleton").first).to_be_visible()
    visitor.sound()
    for route in held:
        route.continue_()
    first_city(page)
    visitor.rested_map()
    assert page.evaluate("() => window.shift") < 0.1


def test_an_error_is_told_and_asked_again(comes: Comes) -> None:
    """The filters that were set are still set after the second try."""
    visitor = comes(expected=("500", "Failed to load"))
    visitor.page.route(FEED, lambda route: route.fulfill(status=500))
    page = visitor.opens("/?theme=culture")
    page.get_by_role("button", name="Try again").wait_for(timeout=60_000)
    visitor.sound()
    page.unroute(FEED)
    page.get_by_role("button", name="Try again").click()
    first_city(page)
    expect(page.get_by_role("button", name="Culture").first).to_have_attribute(
        "aria-pressed", "true"
    )


def test_without_a_network_the_page_says_so(comes: Comes) -> None:
    """What cannot be asked for is told as that, not as a fault of the service."""
    visitor = comes(expected=("ERR_INTERNET_DISCONNECTED",))
    visitor.page.route(FEED, lambda route: route.abort("internetdisconnected"))
    page = visitor.opens("/")
    visitor.context.set_offline(True)
    expect(page.get_by_text("You are offline")).to_be_visible(timeout=60_000)


def test_the_keyboard_reaches_and_leaves_everything(comes: Comes) -> None:
    """First the way past the head, then head, filters, list, map; and out again."""
    visitor = comes()
    page = visitor.opens("/?q=Besan")
    first_city(page)
    visitor.rested_map()
    names = [stop["name"] for stop in visitor.tabs_through()]
    order = [
        "Skip to the content",
        "Directory",
        "City, region or country",
        "Education",
        "CSV",
        "Besançon",
        "Map of cities",
    ]
    places = [next(n for n, name in enumerate(names) if name.startswith(each)) for each in order]
    assert places == sorted(places), names


def test_without_webgl_the_list_is_whole(comes: Comes) -> None:
    """And a sentence tells why there is no map."""
    visitor = comes()
    visitor.page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    page = visitor.opens("/")
    first_city(page)
    expect(page.get_by_text("Your browser cannot draw the map")).to_be_visible()
    visitor.sound()


def test_the_scripts_are_within_their_budget(comes: Comes) -> None:
    """Without the map's own program; compressed as the origin sends them."""
    visitor = comes()
    loaded: list[str] = []
    visitor.page.on("response", lambda answer: loaded.append(answer.url))
    visitor.opens("/")
    first_city(visitor.page)
    visitor.rested_map()
    scripts = {url.rsplit("/", 1)[1] for url in loaded if url.endswith((".js", ".mjs"))}
    of_map = {name for name in scripts if re.match("MapPane|maplibre|useMap", name)}
    size = sum(
        len(gzip.compress((DIST / "assets" / name).read_bytes())) for name in scripts - of_map
    )
    assert of_map
    assert size <= BUDGET


def test_the_policy_allows_our_own_files_alone(clients: Clients) -> None:
    """No script in the page, none from elsewhere, no frame around it."""
    answer = httpx.get(clients.base_url)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script(?![^>]*\bsrc=)", answer.text) == []


def test_nobody_is_named_to_the_public(clients: Clients) -> None:
    """The feed of the map holds facts of cities; no address, no telephone number, no name of a person."""
    feed = httpx.get(f"{clients.base_url}/api/directory/v1/map").text
    assert "@" not in feed
    assert set(json.loads(feed)) == {
        *(
            "attribution",
            "geoname_ids",
            "names",
            "addresses",
            "countries",
            "country_names",
            "continents",
        ),
        *("states", "state_names", "latitudes", "longitudes", "populations", "statuses", "themes"),
        *("confirmed_on", "partnerships", "are_demonstration"),
    }
