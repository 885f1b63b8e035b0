"""What may break does break, on real processes and under load; afterwards the one checker looks at what is left."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from deploy.local.platform import Platform
from deploy.local.secrets import SERVICES
from deploy.local.supervisor import Process
from shared.events import SOURCES
from shared.migrations import migrate
from tests.clients import eventually
from tests.faults.driver import Driver
from tests.faults.house import House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with Platform(folder / "platform").start() as platform:
        house = House(platform, folder / "histories")
        yield house
        house.close()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill_under_load(driver: Driver, process: Process) -> None:
    """kill -9 at a moment at which commands are being carried out, its own if it takes any; it comes back by itself."""
    assert driver.wait_for_flight(process.name if process.name in SOURCES else "")
    gone = process.kill()
    assert not is_alive(gone)
    process.wait_ready()
    assert process.pid not in (None, gone)


def kill_until_felt(driver: Driver, process: Process, times: int) -> None:
    """So many kills, and up to eight while none has cost a client its answer: whether one does is chance."""
    for kills in range(8):
        if kills >= times and driver.unanswered:
            return
        time.sleep(1.5)
        kill_under_load(driver, process)


def test_each_service_killed_while_commands_run(house: House) -> None:
    """kill -9 of each of the four services loses no answer, doubles nothing, and heals without a hand."""
    with house.load() as driver:
        for name in SERVICES:
            time.sleep(1)
            kill_under_load(driver, house.platform.process(name))
        kill_until_felt(driver, house.platform.process("intake"), times=1)
        time.sleep(1)
    assert driver.unanswered > 0
    assert house.violations() == []


def test_the_directory_begins_with_nothing(house: House) -> None:
    """With its database dropped under load, the directory is filled again from the streams."""
    directory = house.platform.process("directory")
    with house.load() as driver:
        time.sleep(1)
        assert driver.wait_for_flight()
        assert house.stores.places("directory")["intake"] > 0
        directory.restart = False
        directory.kill()
        superuser = house.platform.postgres_dsn("postgres", "postgres")
        with house.begins_anew("directory"):
            with psycopg.connect(superuser, autocommit=True) as connection:
                connection.execute("DROP DATABASE directory WITH (FORCE)")
            house.platform._postgres.make_databases()
            migrate("directory", house.platform.postgres_dsn("directory", "owner"))
        directory.restart = True
        directory.wait_ready()
        time.sleep(1)
    assert house.violations() == []


def test_the_directory_put_back_to_the_beginning(house: House) -> None:
    """With its place set to 0 and its rows left as they are, hearing everything again changes no row."""
    dsn = house.platform.postgres_dsn("directory")
    with house.load() as driver:
        time.sleep(1)
        assert driver.wait_for_flight()
        with house.begins_anew("directory"), psycopg.connect(dsn) as connection:
            connection.execute("UPDATE following SET position = 0")
        time.sleep(1)
    assert house.violations() == []


def test_nats_killed_while_commands_run(house: House) -> None:
    """kill -9 of NATS, twice, loses nothing: commands go on being taken, and are published later."""
    with house.load() as driver:
        for _ in range(2):
            time.sleep(1.5)
            kill_under_load(driver, house.platform.process("nats"))
        time.sleep(1)
    assert house.violations() == []


def test_postgres_killed_while_commands_run(house: House) -> None:
    """kill -9 of PostgreSQL, twice and until a command is lost in it, loses no answer and leaves no double."""
    with house.load() as driver:
        kill_until_felt(driver, house.platform.process("postgres"), times=2)
        time.sleep(1)
    assert driver.unanswered > 0
    assert house.violations() == []


def blocks(house: House) -> list[Path]:
    return [*house.platform.nats_dir.rglob("*.blk")]


def began_anew(house: House, since: datetime) -> None:
    """Of no stream is the first message older: nothing that was there before is left."""
    for source in SOURCES:
        assert (first := house.stores.first_stored(source))
        assert first > since, f"the stream of {source} did not begin anew"


def test_the_store_of_nats_deleted_under_the_running_server(house: House) -> None:
    """With the whole store deleted under load and the server running on, the streams are filled again by themselves."""
    nats = house.platform.process("nats")
    told = house.platform.process("operations").log
    before, pid = told.read_text().count("declaring it anew"), nats.pid
    with house.load() as driver:
        time.sleep(2)
        assert driver.wait_for_flight()
        assert blocks(house)
        wiped_at = datetime.now(UTC)
        house.wipe_nats()
        assert eventually(lambda: told.read_text().count("declaring it anew") >= before + 5)
        time.sleep(1)
    assert nats.pid == pid
    assert blocks(house)
    assert house.violations() == []
    began_anew(house, wiped_at)


def test_the_store_of_nats_deleted_while_it_is_dead(house: House) -> None:
    """A server that comes back with nothing under load gets its streams again, filled from the stores."""
    nats = house.platform.process("nats")
    with house.load() as driver:
        time.sleep(1)
        assert driver.wait_for_flight()
        nats.restart = False
        gone, gone_at = nats.kill(), datetime.now(UTC)
        house.wipe_nats()
        assert blocks(house) == []
        time.sleep(1)
        nats.restart = True
        nats.wait_ready()
        time.sleep(1)
    assert not is_alive(gone)
    assert house.violations() == []
    began_anew(house, gone_at)


def followers(house: House) -> Counter[tuple[str, str]]:
    """How many of the two instances follow, for each subscriber and source."""
    found: Counter[tuple[str, str]] = Counter()
    for instance in (*SERVICES, *(f"{name}-2" for name in SERVICES)):
        service = instance.split("-")[0]
        status = house.operator(instance).reads(f"/api/{service}/v1/operations/status")
        for subscription in status["subscriptions"]:
            found[service, subscription["source"]] += subscription["is_active"]
    return found


def test_two_instances_of_every_service(house: House) -> None:
    """Of two instances each takes commands and one follows; when it is killed the other goes on."""
    for name in SERVICES:
        house.platform.add_instance(name)
    assert eventually(lambda: {*followers(house).values()} == {1})
    assert len(followers(house)) == 9
    instances = [f"{name}{suffix}" for name in SOURCES for suffix in ("", "-2")]
    urls = {house.platform.instance_url(name) for name in instances}
    with house.load(*instances) as driver:
        assert eventually(lambda: urls <= driver.answered_by.keys(), 90)
        for name in SERVICES:
            process = house.platform.process(name)
            process.restart = False
            assert driver.wait_for_flight(name if name in SOURCES else "")
            assert not is_alive(process.kill())
        time.sleep(3)
    assert house.violations() == []
    for name in SERVICES:
        house.platform.process(name).restart = True
    for name in SERVICES:
        house.platform.process(name).wait_ready()


def test_in_the_end_every_letter_is_settled(house: House) -> None:
    """After all of it cases come to a hand-over; each letter went out once, or the ledger says nobody knows."""
    with house.load() as driver:
        assert eventually(lambda: driver.answered.keys() >= {"schedule", "write", "hand_over"}, 120)
    until = time.monotonic() + 75  # a sender that died while sending is given up after a minute
    while (found := house.violations(mail_is_settled=True)) and time.monotonic() < until:
        time.sleep(2)
    assert found == []
    sent = {letter["kind"] for letter in house.stores.letters() if letter["state"] == "sent"}
    assert sent >= {"debrief_invitation", "contact", "handed_over"}
