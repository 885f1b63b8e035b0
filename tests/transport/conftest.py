"""Real PostgreSQL, NATS and SMTP with two small services beside them; empty at the start of each test."""

from collections.abc import Iterator

import pytest

from deploy.local.platform import Platform
from tests.transport.town import Country


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("transport")).start(services=()) as platform:
        yield platform


@pytest.fixture(scope="session")
def lasting_country(servers: Platform) -> Iterator[Country]:
    country = Country(servers)
    yield country
    country.close()


@pytest.fixture
def country(lasting_country: Country) -> Iterator[Country]:
    lasting_country.begin()
    try:
        yield lasting_country
    finally:
        lasting_country.rest()
