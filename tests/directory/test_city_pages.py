"""The pages of cities, their pictures, and the whole map at once: on the running service with real streams."""

import io
import json
import re
from datetime import date
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import httpx
import pytest
from PIL import Image

from deploy.local.platform import Platform
from shared import events as e
from shared.values import Place, PublicProfile
from tests.clients import Client, Clients
from tests.directory.heard import Streams
from tests.directory.history import city
from tests.directory.test_city_map import example

API = "/api/directory/v1"
HTML = {"Accept": "text/html"}


def place(number: int, name: str, country: str = "BO") -> Place:
    return city(number).model_copy(update={"name": name, "country": country})


# Two neighbours, one that seeks nothing any more, one that never agreed to be shown, and one with a hostile text.
HERE = place(2001, "Łódź-on-Sea").model_copy(update={"latitude": 41.0, "longitude": -8.0})
NEAR = place(2002, "Ponte Nova").model_copy(update={"latitude": 41.5, "longitude": -8.0})
GONE, HIDDEN, HOSTILE = (
    place(2003, "Vila Velha"),
    place(2004, "Springfield Hidden", "US"),
    place(2005, "Hostile"),
)
SEEKS = '</script><script>alert("x")</script>'


@pytest.fixture(scope="module")
def told(streams: Streams, people: Clients) -> list[str]:
    listings = {each.geoname_id: uuid4() for each in (HERE, NEAR, GONE, HOSTILE)}

    def listed(of: Place, **changes: Any) -> e.PublicEvent:
        ids = {"community_id": of.community_id, "listing_id": listings[of.geoname_id]}
        return example(e.ForeignCityListed, place=of, **ids, **changes)

    ids = {"community_id": HIDDEN.community_id, "case_id": uuid4()}
    positions = streams.say(
        listed(HERE),
        listed(NEAR),
        listed(GONE),
        listed(HOSTILE, profile=PublicProfile(seeks=SEEKS)),
        example(
            e.ListingWithdrawn, listing_id=listings[GONE.geoname_id], community_id=GONE.community_id
        ),
        example(e.CommunityRegistered, place=HIDDEN, community_id=HIDDEN.community_id),
        example(e.CitySeekingRequested, place=HIDDEN, is_shown_publicly=False, **ids),
    )
    assert people.public().reads(f"{API}/listings", after=positions, q="Ponte Nova")["items"]
    return positions


@pytest.fixture
def reader(told: list[str], running: Platform) -> httpx.Client:
    return httpx.Client(base_url=running.base_url, headers=HTML, timeout=30)


@pytest.fixture
def anyone(told: list[str], people: Clients) -> Client:
    return people.public()


def address(of: Place, anyone: Client) -> str:
    found: str = anyone.reads(f"{API}/places/{of.geoname_id}")["address"]
    return found


def test_the_whole_map_is_a_list_for_each_fact(anyone: Client) -> None:
    """Each list has as many items as there are cities on the map, and tells of each what its own answer tells."""
    columns = anyone.reads(f"{API}/map")
    lengths = {name: len(its) for name, its in columns.items() if isinstance(its, list)}
    [length] = set(lengths.values())
    counts = anyone.reads(f"{API}/counts")
    assert length >= max(counts["listed"], counts["seeking"], counts["partnered"])
    n = columns["geoname_ids"].index(NEAR.geoname_id)
    one = anyone.reads(f"{API}/places/{NEAR.geoname_id}")
    told = {name: columns[f"{name}s"][n] for name in ("name", "latitude", "longitude", "theme")}
    assert told == {
        "name": "Ponte Nova",
        "latitude": 41.5,
        "longitude": -8.0,
        "theme": one["themes"],
    }
    assert columns["addresses"][n] == one["address"]
    assert columns["confirmed_on"][n] == one["confirmed_on"]


def test_a_city_is_found_by_its_number(anyone: Client) -> None:
    """With its neighbours on the map, the nearest first; a number that no city of the map has is a 404."""
    here = anyone.reads(f"{API}/places/{HERE.geoname_id}")
    assert here["name"] == "Łódź-on-Sea"
    [near] = here["neighbours"]
    assert (near["name"], near["km"], near["statuses"]) == ("Ponte Nova", 56, ["listed"])
    refused = anyone.get(f"{API}/places/999999999")
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/not-found")


def test_a_page_is_read_without_scripts(reader: httpx.Client, anyone: Client) -> None:
    """Name, country, what it looks for and when that was last confirmed stand in the page itself."""
    page = reader.get(address(HERE, anyone))
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    text = re.sub(r"<script.*?</script>", "", page.text, flags=re.DOTALL)
    assert (
        "<title>Łódź-on-Sea, Bolivia: seeking a U.S. partner - Cities Seeking Cities</title>"
        in text
    )
    confirmed = anyone.reads(f"{API}/places/{HERE.geoname_id}")["confirmed_on"]
    for said in (
        "Bolivia",
        "Seeking a U.S. partner",
        f"{date.fromisoformat(confirmed):%-d %B %Y}",
        "Ponte Nova",
    ):
        assert said in text, said


def test_an_address_is_spelled_in_plain_letters(anyone: Client) -> None:
    """Letters that the Latin alphabet of addresses lacks are written by those that it has."""
    assert address(HERE, anyone) == f"/cities/bo/lodz-on-sea-{HERE.geoname_id}"


@pytest.mark.parametrize("said", ["another-name-7001", "7001"])
def test_other_words_lead_to_the_right_ones(said: str, reader: httpx.Client) -> None:
    """The number decides; what was asked besides goes along."""
    answer = reader.get(f"/cities/fr/{said}?lang=fr")
    assert answer.status_code == 308
    assert answer.headers["location"] == "/cities/bo/lodz-on-sea-7001?lang=fr"


def test_a_wrong_name_is_told_the_near_ones(reader: httpx.Client, anyone: Client) -> None:
    """A 404 that leads on: to what is called nearly so, and to the directory."""
    answer = reader.get("/cities/bo/pont-nova")
    assert answer.status_code == 404
    assert address(NEAR, anyone) in answer.text
    assert "/?q=pont%20nova" in answer.text
    assert 'content="noindex"' in answer.text


def test_a_withdrawn_city_is_gone(reader: httpx.Client) -> None:
    """410, by its name, which everybody could read; and others of the same country."""
    answer = reader.get(f"/cities/bo/vila-velha-{GONE.geoname_id}")
    assert answer.status_code == 410
    assert "Vila Velha is not listed any more" in answer.text
    assert "lodz-on-sea" in answer.text


def test_a_city_that_never_agreed_was_never_there(reader: httpx.Client) -> None:
    """B20: a search that was not to be shown leaves no trace: neither name nor 410."""
    answer = reader.get(f"/cities/us/x-{HIDDEN.geoname_id}")
    assert answer.status_code == 404
    assert "Hidden" not in answer.text


def test_search_engines_are_told_what_it_is(reader: httpx.Client, anyone: Client) -> None:
    """A city of schema.org with its place, the canonical address, and words and picture for a shared link."""
    path = address(HERE, anyone)
    text = reader.get(path).text
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', text)
    assert block
    said = json.loads(block[1])
    assert (said["@type"], said["name"], said["containedInPlace"]["name"]) == (
        "City",
        "Łódź-on-Sea",
        "Bolivia",
    )
    assert said["geo"] == {"@type": "GeoCoordinates", "latitude": 41.0, "longitude": -8.0}
    assert f'<link rel="canonical" href="{said["url"]}">' in text
    assert f'<meta property="og:image" content="{said["url"]}/share.png">' in text


def test_no_text_of_a_city_becomes_a_script(reader: httpx.Client, anyone: Client) -> None:
    """What a city writes is text, in the page and in the data that stands in it."""
    text = reader.get(address(HOSTILE, anyone)).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    data = re.search(r'<script type="application/json" id="city">(.*?)</script>', text)
    assert data
    assert json.loads(data[1])["seeks"] == SEEKS


def test_nothing_is_sent_twice(reader: httpx.Client, anyone: Client) -> None:
    """A page and a picture that did not change are a 304."""
    path = address(HERE, anyone)
    for each in (path, f"{path}/share.png", "/sitemap.xml"):
        tag = reader.get(each).headers["etag"]
        assert reader.get(each, headers={"If-None-Match": tag}).status_code == 304, each


def test_a_link_is_shared_with_a_picture(reader: httpx.Client, anyone: Client) -> None:
    """1200 x 630, as previews of links have it; seeking shows in the colour that means it alone."""
    answer = reader.get(f"{address(HERE, anyone)}/share.png")
    assert answer.headers["content-type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (1200, 630)
    palette = picture.getpalette() or []
    colours = zip(palette[::3], palette[1::3], palette[2::3], strict=True)
    assert any(red > 140 and green < 90 and blue < 50 for red, green, blue in colours)
    assert reader.get("/cities/bo/nowhere-1/share.png").status_code == 404


def test_the_sitemap_names_every_page(reader: httpx.Client, anyone: Client) -> None:
    """All cities of the map and no other, and robots.txt tells where it is."""
    [robots] = [line for line in reader.get("/robots.txt").text.splitlines() if "Sitemap" in line]
    assert robots.endswith("/sitemap.xml")
    root = ET.fromstring(reader.get("/sitemap.xml").content)  # noqa: S314  # our own
    named = {each.text for each in root.iter() if each.tag.endswith("}loc")}
    origin = robots.removeprefix("Sitemap: ").removesuffix("/sitemap.xml")
    shown = {f"{origin}{path}" for path in anyone.reads(f"{API}/map")["addresses"]}
    assert named == shown | {
        f"{origin}{path}" for path in ("/", "/how-it-works", "/list-your-city")
    }


def test_a_shortened_address_leads_to_the_country(reader: httpx.Client) -> None:
    """Whoever cuts the address at its end comes to the directory."""
    assert reader.get("/cities/bo").headers["location"] == "/?country=BO"
    assert reader.get("/cities/").headers["location"] == "/"
    assert reader.head("/cities/bo/lodz-on-sea-7001").status_code == 200
