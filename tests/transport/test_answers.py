"""Answers that never arrive: the commit happened, and the one who asked for it does not know."""

from collections.abc import Iterator

import pytest

from shared.application import Receipt
from shared.context import Command, current_command
from shared.process_manager import ProcessManager
from tests.clients import eventually
from tests.transport.test_relay import talk
from tests.transport.town import Country, Echoes, Towns, handlers
from tests.transport.wire import Wire


@pytest.fixture
def wire(country: Country) -> Iterator[Wire]:
    """Between a service and PostgreSQL."""
    wire = Wire(country.platform.folder.facts()["postgres"]["port"])
    yield wire
    country.do(wire.close())


def through(country: Country, wire: Wire, service: str) -> str:
    port = country.do(wire.open())
    dsn = country.platform.postgres_dsn(service)
    return dsn.replace(f":{wire.server_port}/", f":{port}/")


def test_a_lost_answer_of_a_commit_is_no_failure_and_no_double(
    country: Country, wire: Wire
) -> None:
    """A command whose commit was carried out, but not answered, says yes, and it happened once."""
    towns = Towns(through(country, wire, "intake"))
    asked = Command(key="one-key")
    token = current_command.set(asked)
    try:
        wire.lose_each = 1
        receipt: Receipt = towns.found()
    finally:
        current_command.reset(token)
    assert wire.lost == 1
    assert (receipt.version, receipt.position) == (1, "intake:1")
    assert len(country.positions()) == 1
    assert [m["kind"] for m in country.towns.rows("SELECT kind FROM effects")] == ["welcome"]
    towns.close()


def test_a_lost_answer_of_a_hearing_is_no_double(country: Country, wire: Wire) -> None:
    """A follower whose effect was committed, but not answered, finds its place moved and goes on behind it."""
    echoes = Echoes(through(country, wire, "matching"))
    country.run(country.relay(), country.follower(ProcessManager(echoes, handlers(echoes))))
    wire.lose_each = (
        7  # each message takes two commits, so that it is now the one and now the other
    )
    talk(country, 12)
    assert eventually(country.is_heard, 40)
    assert wire.lost > 4
    assert country.manager.parked() == []
    echoes.close()


def test_a_wire_that_is_cut_again_and_again(country: Country, wire: Wire) -> None:
    """Sessions that are reset in the middle of anything lose nothing and double nothing."""
    towns = Towns(through(country, wire, "intake"))
    country.run(country.relay(towns), country.follower())
    founded = []
    for _ in range(5):
        founded += [towns.found() for _ in range(3)]
        country.loop.call_soon_threadsafe(wire.cut)
    assert len({receipt.id for receipt in founded}) == 15
    assert eventually(country.is_published)
    assert eventually(country.is_heard)
    towns.close()
