"""`make bench-map`: the directory with 10,000 listings, and the world of candidate places, in a real browser.

- How long after a keystroke the list shows what is found: from the key to the frame after the list has changed.
- When the map shows all cities, beside a bare MapLibre page (tests/bench/bare) with a clustered GeoJSON source of the
  same points. Both pages take turns in one run, each visit with an empty cache; the bare page's files and points are
  served from memory, already compressed, and it draws neither land nor list.
- How many bytes the explorer of the world asks for, beside the same places as gzipped GeoJSON.

The listings are cities of the gazetteer. They are written into the directory's tables with its own statements for
ForeignCityListed, without going through intake and NATS: what is measured is reading.
"""

import argparse
import gzip
import json
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import psycopg
from playwright.sync_api import Browser, BrowserContext, Page, Response, ViewportSize

from deploy.local.binaries import GAZETTEER, ROOT, WORLD
from deploy.local.platform import Platform
from services.directory import city_map
from services.matching.score.score import HOME
from services.matching.world.columns import World
from shared.examples import EXAMPLES
from shared.gazetteer import Gazetteer
from shared.values import Place
from tests.clients import Clients
from tests.intake.test_sign_in import Browser as SigningIn
from tests.web.visitor import a_browser

BARE = Path(__file__).with_name("bare")
LIBRARY = ROOT / "web/node_modules/maplibre-gl/dist"
LISTINGS = 10_000
TYPED = ("san", "porto", "kyo", "bel", "new")
KEYSTROKE_MS = 100
SHARE = 8
SIZE: ViewportSize = {"width": 1280, "height": 800}

# The moment at which the map has drawn all cities, and for each key the frame after the list has changed.
WATCH = """
(() => {
  const ready = { at: null };
  Object.assign(window, { ready });
  const look = () => {
    const box = document.querySelector('[data-map-state]');
    if (box?.dataset.mapState === 'idle' && Number(box.dataset.mapCount) > 0) ready.at = performance.now();
    else requestAnimationFrame(look);
  };
  look();
})()
"""
TYPING = """
() => {
  const keys = [];
  Object.assign(window, { keys });
  let began = null;
  addEventListener('keydown', () => { began = performance.now(); }, true);
  new MutationObserver(() => {
    if (began === null) return;
    const since = began;
    began = null;
    requestAnimationFrame(() => setTimeout(() => keys.push(performance.now() - since)));
  }).observe(document.querySelector('.results'), { subtree: true, childList: true, characterData: true });
}
"""


def chosen_cities(count: int) -> list[Place]:
    """Spread over the world: every so many-th of the places abroad of 15,000 people and more."""
    towns = [
        place
        for place in Gazetteer(GAZETTEER).all()
        if place.country != HOME and place.population >= 15_000
    ]
    towns.sort(key=lambda place: place.geoname_id)
    step = len(towns) / count
    return [towns[int(n * step)] for n in range(count)]


def list_cities(platform: Platform, cities: Sequence[Place]) -> None:
    now = datetime.now(UTC)
    heard = EXAMPLES["intake.ForeignCityListed.v1"]
    with psycopg.connect(platform.postgres_dsn("directory", "postgres")) as store:
        (shown,) = store.execute(
            "SELECT generation FROM generations WHERE state = 'current'"
        ).fetchall()
        store.execute(f"SET search_path = city_map_g{shown[0]}")
        for n, city in enumerate(cities):
            event = heard.model_copy(
                update={
                    "listing_id": uuid5(NAMESPACE_URL, f"listing-{city.geoname_id}"),
                    "community_id": city.community_id,
                    "place": city,
                    "confirmed_on": (now - timedelta(days=n % 170)).date(),
                }
            )
            for statement, facts in city_map.writes(event):
                store.execute(statement, facts)
        store.execute("ANALYZE")


class Served(ThreadingHTTPServer):
    """Files from memory, compressed before they are asked for."""

    def __init__(self, files: dict[str, tuple[str, bytes]]) -> None:
        self.files = {name: (kind, gzip.compress(body)) for name, (kind, body) in files.items()}
        super().__init__(("127.0.0.1", 0), Answer)


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, Served)
        kind, body = self.server.files.get(self.path.partition("?")[0], ("text/plain", b""))
        self.send_response(200 if body else 404)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(body))),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def bare_page(cities: Sequence[Place]) -> Iterator[str]:
    scripts = {
        f"/{name}": ("text/javascript", (LIBRARY / name).read_bytes())
        for name in ("maplibre-gl.mjs", "maplibre-gl-worker.mjs")
    }
    files = {
        **scripts,
        "/": ("text/html", (BARE / "index.html").read_bytes()),
        "/bare.js": ("text/javascript", (BARE / "bare.js").read_bytes()),
        "/maplibre-gl.css": ("text/css", (LIBRARY / "maplibre-gl.css").read_bytes()),
        "/points.json": ("application/geo+json", geojson([_point(city) for city in cities])),
    }
    with Served(files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def _point(city: Place) -> dict[str, Any]:
    facts = {"id": city.geoname_id, "name": city.name, "seeking": 1}
    return feature(round(city.longitude, 4), round(city.latitude, 4), facts)


def feature(longitude: float, latitude: float, facts: dict[str, Any]) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [longitude, latitude]}
    return {"type": "Feature", "geometry": point, "properties": facts}


def geojson(features: Sequence[dict[str, Any]]) -> bytes:
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def ready(browser: Browser, address: str) -> tuple[float, int]:
    """Milliseconds from the beginning of a first visit until the map shows its cities, and how many it shows."""
    context = browser.new_context(viewport=SIZE, reduced_motion="reduce")
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("() => window.ready.at", timeout=120_000)
    at, count = page.evaluate(
        "() => [window.ready.at, Number(document.querySelector('[data-map-count]').dataset.mapCount)]"
    )
    context.close()
    return float(at), int(count)


def keystrokes(browser: Browser, address: str) -> list[float]:
    """Milliseconds from each key until the list has changed and is drawn, with the map at rest before each."""
    context = browser.new_context(viewport=SIZE, reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    page.locator("[data-map-count]").wait_for(state="attached", timeout=120_000)
    page.evaluate(TYPING)
    for word in TYPED:
        page.locator("#text").fill("")
        for letter in word:
            page.locator('[data-map-state="idle"]').wait_for(state="attached", timeout=120_000)
            before = page.evaluate("() => window.keys.length")
            page.locator("#text").press(letter)
            page.wait_for_function(f"() => window.keys.length > {before}", timeout=120_000)
    found: list[float] = page.evaluate("() => window.keys")
    context.close()
    return found


def explorer_bytes(browser: Browser, clients: Clients) -> tuple[int, int, int]:
    """What the explorer of the world asks for until it rests: bytes of tiles and of counts, and the places shown."""
    email = f"bench-{uuid4().hex}@example.org"
    form = {"name": "Ada Park", "email": email, "role": "staff"}
    clients.staff().does("/api/intake/v1/staff", form)
    signing_in = SigningIn(clients)
    signing_in.signs_in(email)
    context = browser.new_context(viewport=SIZE, reduced_motion="reduce", base_url=clients.base_url)
    context.add_cookies(
        [
            {"name": each.name, "value": each.value or "", "url": clients.base_url}
            for each in signing_in.http.cookies.jar
        ]
    )
    tiles, told, places = _explored(context)
    context.close()
    return tiles, told, places


def _explored(context: BrowserContext) -> tuple[int, int, int]:
    page: Page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # playwright marks handlers
    page.goto("/staff/world")
    page.locator(".counted", has_text="places on the map").wait_for(timeout=120_000)
    page.locator('[data-map-state="idle"]').wait_for(state="attached", timeout=120_000)
    sizes = [(each.url, len(each.body())) for each in answers if "/api/matching/" in each.url]
    shown = page.locator(".counted").inner_text().split(" ")[0].replace(",", "")
    return (
        sum(size for url, size in sizes if ".mvt" in url),
        sum(size for url, size in sizes if ".mvt" not in url),
        int(shown),
    )


def world_as_geojson() -> int:
    """Bytes of all candidate places, gzipped: a number, a name and two coordinates each."""
    world = World.load(WORLD)
    rows = [
        row
        for row in range(len(world))
        if not world.is_section[row] and world.country_code(row) != HOME
    ]
    features = [
        feature(
            round(float(world.longitude[row]), 4),
            round(float(world.latitude[row]), 4),
            {"id": int(world.ids[row]), "name": world.name(row)},
        )
        for row in rows
    ]
    return len(gzip.compress(geojson(features)))


def told(name: str, values: Sequence[float]) -> str:
    cuts = quantiles(values, n=20, method="inclusive")
    return f"{name:44}{median(values):>8.0f}{cuts[18]:>8.0f}{max(values):>8.0f}"


def measure(platform: Platform, rounds: int) -> str:
    cities = chosen_cities(LISTINGS)
    list_cities(platform, cities)
    clients = Clients.of(platform)
    ours, bare = list[float](), list[float]()
    with a_browser() as browser, bare_page(cities) as bare_address:
        for n in range(rounds + 1):
            for address, times in ((platform.base_url + "/", ours), (bare_address, bare)):
                at, count = ready(browser, address)
                print(
                    f"{'warm' if n == 0 else n}: {address} {at:.0f} ms, {count} cities",
                    file=sys.stderr,
                    flush=True,
                )
                if n:
                    times.append(at)
        keys = keystrokes(browser, platform.base_url + "/")
        tiles, counts, places = explorer_bytes(browser, clients)
    whole = world_as_geojson()
    return "\n".join([
        f"{LISTINGS:,} listings, milliseconds{'':19}{'median':>8}{'p95':>8}{'most':>8}",
        told(f"key -> list, {len(keys)} keys", keys),
        told("directory's map shows all cities", ours),
        told("bare MapLibre page shows the same", bare),
        f"ours / bare: {median(ours) / median(bare):.2f} (medians of {rounds} visits each, in turn)",
        f"{places:,} places: tiles {tiles:,} bytes and counts {counts:,}",
        f"the same as gzipped GeoJSON {whole:,}: {whole / (tiles + counts):,.0f} times as many",
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = max(parser.parse_args().rounds, 2)
    with tempfile.TemporaryDirectory() as folder:
        print("Starting the programme in an empty folder", file=sys.stderr, flush=True)
        with Platform(Path(folder)).start() as platform:
            print(measure(platform, rounds))


if __name__ == "__main__":
    main()
