"""One running system for all tests that need one: real PostgreSQL, NATS, SMTP and the four services."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from deploy.local.platform import Platform
from tests.clients import Clients

# A run in the background begins with Ctrl-C ignored, and what it starts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The public form as every test but its own meets it: sent as soon as it is opened, and as often as it is needed.
OPEN_FORM = {
    "FORM_MIN_SECONDS": "0",
    "FORM_WORK": "1",
    "FORM_PER_NETWORK": "100000",
    "FORM_PER_COUNTRY": "100000",
}
os.environ |= OPEN_FORM

# A build depends neither on chance nor on the machine's speed; --hypothesis-profile=explore looks for new examples.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", settings.get_profile("explore"), derandomize=True)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    # Everybody who signs in in a test comes from one network.
    settings = {"SIGN_IN_PER_NETWORK": "2000"}
    with Platform(tmp_path_factory.mktemp("system"), environment=settings).start() as running:
        yield running


@pytest.fixture(scope="session")
def clients(platform: Platform) -> Clients:
    return Clients.of(platform)
