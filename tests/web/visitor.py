"""A real browser before the running programme, and what every page of ours must meet in it.

`Visitor` opens pages; `sound` holds one page, in the state that it is in, against what holds for all of them.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.clients import Clients
from tests.intake.test_sign_in import Browser as SigningIn

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
ARGUMENTS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP, PHONE = (1280, 800), (320, 640)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 30_000
"""Milliseconds that a page may take to show something; these machines draw maps without a graphics card."""

SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
  .filter((each) => {
    const box = each.getBoundingClientRect();
    if (!box.width || each.closest('[hidden], .hidden, .away, .skip, .maplibregl-ctrl-attrib')) return false;
    const isInText = each.matches('a') && getComputedStyle(each).display === 'inline';
    return !isInText && (box.width < 24 || box.height < 24);
  })
  .map((each) => each.outerHTML.slice(0, 120))"""
UNLABELLED = """() => [...document.querySelectorAll('input, select, textarea')]
  .filter((each) => each.type !== 'hidden' && !each.labels?.length)
  .filter((each) => !each.ariaLabel && !each.getAttribute('aria-labelledby'))
  .map((each) => each.outerHTML.slice(0, 120))"""
FOCUSED = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const style = getComputedStyle(it);
  const box = it.getBoundingClientRect();
  return {
    name: (it.ariaLabel || it.labels?.[0]?.textContent || it.textContent || it.tagName).trim().slice(0, 60),
    tag: it.tagName.toLowerCase(),
    is_marked: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none',
    is_seen: box.width > 0 && box.height > 0,
  };
}"""


def chromium() -> str:
    """Debian's Chromium, or the one that CHROMIUM names. Where there is none the tests are left out, but not in CI."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found:
        return found
    why = "No Chromium: sudo apt-get install chromium, or CHROMIUM=/path/to/chromium"
    if os.environ.get("CONTAINERS") == "required":
        pytest.fail(why)
    pytest.skip(why)


@contextmanager
def a_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


def cookies_of(clients: Clients, email: str) -> list[Any]:
    """Of a browser in which the owner of the address has signed in; one sign-in is good for many visitors."""
    by_mail = SigningIn(clients)
    by_mail.signs_in(email)
    return [
        {"name": each.name, "value": each.value or "", "url": clients.base_url}
        for each in by_mail.http.cookies.jar
    ]


@dataclass
class Visitor:
    """Somebody with a browser; what the pages complained of, and whom they asked, is kept."""

    browser: Browser
    clients: Clients
    size: tuple[int, int] = DESKTOP
    context_options: dict[str, Any] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()
    """What the console may say in this test: parts of complaints that the test itself provokes."""

    def __post_init__(self) -> None:
        width, height = self.size
        options = {"locale": "en-US", "timezone_id": "America/New_York"} | self.context_options
        self.context: BrowserContext = self.browser.new_context(
            base_url=self.clients.base_url,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            **options,
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.another_page()

    def another_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{error}"))
        page.on("request", lambda request: self._note(request.url))
        return page

    def opens(self, path: str) -> Page:
        """The page, once it has drawn its heading."""
        self.page.goto(path)
        self.page.locator("h1").first.wait_for()
        return self.page

    def signs_in(self, email: str) -> None:
        """By the link in the mail, as everybody does; the browser then has the session's cookie."""
        self.context.add_cookies(cookies_of(self.clients, email))

    def resized(self, size: tuple[int, int]) -> None:
        width, height = size
        self.page.set_viewport_size({"width": width, "height": height})

    def sound(self) -> None:
        """What holds for every page in every state: see the assertions."""
        page = self.page
        assert page.title().endswith(" - Cities Seeking Cities"), page.title()
        assert page.locator("h1").count() == 1, page.locator("h1").all_inner_texts()
        language, direction = page.evaluate(
            "() => [document.documentElement.lang, document.documentElement.dir]"
        )
        assert language in ("en", "fr", "es", "ar", "ja")
        assert (direction or "ltr") == ("rtl" if language == "ar" else "ltr")
        for landmark in ("main", "header"):
            assert page.locator(landmark).count() == 1, landmark
        for size in (DESKTOP, PHONE):
            self.resized(size)
            assert self.violations() == [], (page.url, size)
            wide = page.evaluate(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{page.url} at {size[0]} px is {wide} px too wide"
            assert page.evaluate(SMALL_TARGETS) == [], (page.url, size)
            assert page.evaluate(UNLABELLED) == [], (page.url, size)
        self.resized(self.size)
        self.is_quiet()

    def is_quiet(self) -> None:
        """No error in the console, and nobody but our own origin was asked for anything."""
        heard = [
            each for each in self.complaints if not any(part in each for part in self.expected)
        ]
        assert heard == []
        assert self.foreign == []

    def violations(self) -> list[str]:
        """Of WCAG 2.2 AA and of axe's best practice, with the first element that each meets."""
        if not self.page.evaluate("() => Boolean(window.axe)"):
            # Not as a script of the page: its policy allows none but ours.
            self.page.evaluate(f"() => {{ {AXE.read_text()} }}")
        found = self.page.evaluate(
            "(tags) => window.axe.run(document, { runOnly: { type: 'tag', values: tags } })", WCAG
        )
        return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]

    def tabs_through(self, most: int = 200) -> list[dict[str, Any]]:
        """Where Tab leads, from the top of the page until it leaves it; each place is seen and marked."""
        self.page.evaluate("() => { document.activeElement?.blur(); window.scrollTo(0, 0); }")
        stops: list[dict[str, Any]] = []
        for _ in range(most):
            self.page.keyboard.press("Tab")
            stop = self.page.evaluate(FOCUSED)
            if stop is None:
                break
            stops.append(stop)
        else:
            raise AssertionError(f"Tab does not leave the page: {stops[-5:]}")
        unmarked = [stop for stop in stops if not (stop["is_marked"] and stop["is_seen"])]
        assert unmarked == []
        return stops

    def rested_map(self) -> None:
        self.page.locator('[data-map-state="idle"]').wait_for(state="attached", timeout=60_000)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if (
            parts.scheme in ("http", "https", "ws", "wss")
            and f"{parts.scheme}://{parts.netloc}" != self.clients.base_url
        ):
            self.foreign.append(url)
