"""Readiness: a service whose relay or follower stands still says so within ten seconds, and when it is well again."""

import time
from datetime import datetime
from uuid import UUID

import pytest

from deploy.local.secrets import read_secret
from shared.deadlines import Timekeeper
from shared.http import create_app
from shared.process_manager import ProcessManager
from shared.relay import Relay
from shared.service import Process
from shared.settings import NatsSettings
from shared.streams import declare_anew
from tests.clients import eventually
from tests.transport.town import Country, translate


@pytest.fixture
def process(country: Country) -> Process:
    """The first service's process without its door: a relay, and a follower of the second one."""
    towns = country.towns
    towns.words = translate
    password = read_secret(country.platform.secrets_dir, "nats_intake")
    process = Process(
        name="intake",
        app=create_app("intake", "Towns", "For a test."),
        database_url=country.platform.postgres_dsn("intake"),
        nats=NatsSettings(country.platform.nats_url(), "intake", password, 1),
        relay_with=lambda js: Relay(towns, js),
        subscriber=ProcessManager(towns, {}),
        follows=("matching",),
    )
    country.run(Transport(process))
    assert eventually(lambda: process.js is not None and not process.troubles())
    return process


class Transport:
    def __init__(self, process: Process) -> None:
        self.run = process._transport


class Still:
    """A part that gave its last sign of life some seconds ago."""

    halted: str | None = None
    last_error = ""

    def __init__(self, seconds: float) -> None:
        self.beat = time.monotonic() - seconds

    async def run(self) -> None: ...


def test_a_stall_is_told_within_ten_seconds(process: Process) -> None:
    """A service is not ready once a part has given no sign of life for ten seconds, and is while it gives them."""
    process.parts = {"mail": Still(10)}
    assert any(trouble.startswith("mail: no sign of life") for trouble in process.troubles())
    process.parts = {"mail": Still(0)}
    assert process.troubles() == []


def test_a_dead_nats_is_noticed_and_its_return_too(process: Process, country: Country) -> None:
    """Without NATS the service is not ready; when it is back, it is ready by itself."""
    nats = country.platform.process("nats")
    nats.restart = False
    nats.kill()
    troubles = eventually(process.troubles)
    nats.restart = True
    nats.wait_ready()
    assert any(trouble.startswith("relay: no sign of life") for trouble in troubles)
    assert eventually(lambda: not process.troubles())


def test_a_relay_that_cannot_go_on_is_noticed(process: Process, country: Country) -> None:
    """An event for which the outbox has no words stops the line, and the service is not ready; commands go on."""
    assert process.relay is not None
    process.relay.words = lambda _: None
    country.towns.found()
    troubles = eventually(process.troubles)
    assert any("no words" in trouble for trouble in troubles)
    country.towns.found()
    process.relay.words = translate
    assert eventually(lambda: not process.troubles())
    assert eventually(country.is_published)


def test_a_restored_store_is_said_at_once(process: Process, country: Country) -> None:
    """A store in another life than its stream takes no changes, and says which command helps."""
    country.towns.found()
    assert eventually(country.is_published)
    country.sql("intake", "INSERT INTO lineage DEFAULT VALUES")
    assert eventually(process.halted)
    assert any("csc reconcile intake" in trouble for trouble in process.troubles())


def test_a_service_is_held_until_stream_and_store_agree(process: Process, country: Country) -> None:
    """Deadlines, letters and what is heard wait where the relay finds another life of the store, and go on after it."""
    country.towns.found()
    assert eventually(country.is_published)
    assert not process.is_held()
    country.sql("intake", "INSERT INTO lineage DEFAULT VALUES")
    assert eventually(process.is_held)
    country.do(declare_anew(country.operations, "INTAKE"))
    assert eventually(lambda: not process.is_held())


class Failing:
    def on_deadline(self, kind: str, subject_id: UUID, now: datetime) -> None:
        raise ValueError("cannot be done")


def test_a_deadline_that_fails_is_told_until_it_succeeds(country: Country) -> None:
    """One deadline that cannot be met is named to the operator, and holds up no other."""
    town = country.towns.found().id
    country.sql("intake", f"INSERT INTO deadlines VALUES ('{town}', 'expiry', now())")  # noqa: S608
    keeper = Timekeeper(country.towns, Failing())
    country.run(keeper)
    assert eventually(lambda: keeper.complaints)
    assert "expiry" in keeper.complaints[0]
    assert "cannot be done" in keeper.complaints[0]
    before = keeper.beat
    assert eventually(lambda: keeper.beat > before)
