"""A browser before a system of its own, in which the demonstration season was played.

A browser for each module: Playwright keeps an event loop of its own, which must end before other tests begin.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from deploy.local.platform import Platform
from tests.clients import Clients
from tests.web.season import a_season
from tests.web.visitor import DESKTOP, Visitor, a_browser


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """What `make run` shows: the pages are looked at with the cities, cases and letters of the season."""
    with a_season(tmp_path_factory.mktemp("season")) as running:
        yield running


@pytest.fixture(scope="session")
def clients(season: Platform) -> Clients:
    return Clients.of(season)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as running:
        yield running


@pytest.fixture
def comes(browser: Browser, clients: Clients) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors: `comes()`, `comes(PHONE, locale="ar")`. Each has cookies and storage of its own."""
    visitors: list[Visitor] = []

    def come(
        size: tuple[int, int] = DESKTOP, *, expected: tuple[str, ...] = (), **options: Any
    ) -> Visitor:
        visitors.append(Visitor(browser, clients, size, options, expected=expected))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
