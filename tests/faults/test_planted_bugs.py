"""The checker itself: bugs that are planted on purpose are found by it, and without them it finds nothing."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest

from tests.clients import eventually
from tests.faults.house import House, Laboratory
from tests.faults.rigged import AHEAD, is_poison


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    laboratory = Laboratory(tmp_path_factory.mktemp("laboratory"))
    yield laboratory
    laboratory.close()


def nothing(house: House) -> None:
    """No fault from outside: the bug shows by itself."""


def kill(house: House, name: str) -> None:
    house.platform.process(name).kill()
    house.platform.process(name).wait_ready()
    time.sleep(0.5)


def kill_directory_midway(house: House) -> None:
    """Just when its place is ahead of its rows."""
    log = house.platform.process("directory").log
    before = log.read_text().count(AHEAD)
    assert eventually(lambda: log.read_text().count(AHEAD) > before)
    kill(house, "directory")


def wipe_nats(house: House) -> None:
    nats = house.platform.process("nats")
    nats.restart = False
    nats.kill()
    house.wipe_nats()
    nats.restart = True
    nats.wait_ready()
    time.sleep(1.5)


def rebuild(house: House) -> None:
    house.comes_to_rest()
    operator = house.operator("directory")
    operator.does("/api/directory/v1/operations/rebuild")
    path = "/api/directory/v1/operations/rebuild"
    assert eventually(lambda: operator.reads(path)["state"] == "swapped")


def plant(house: House) -> set[tuple[str, str, int]]:
    """What the directory has to park: the poison, and what its aggregates said later."""
    house.comes_to_rest()
    poisoned, planted = set(), set()
    for message in house.stores.published("intake"):
        if is_poison(message.event()):
            poisoned.add(message.aggregate_id)
        if message.aggregate_id in poisoned:
            planted.add(("directory", "intake", message.position))
    return planted


def is_settled(house: House) -> bool:
    """No letter is to be sent any more, now or later."""
    return not {letter["state"] for letter in house.stores.letters()} & {"due", "sending"}


@dataclass(frozen=True)
class Bug:
    rig: str
    invariants: tuple[str, ...]
    on: str = "directory"
    fault: Callable[[House], None] = nothing
    second: tuple[str, ...] = ()
    is_poisoned: bool = False
    waits_for_mail: bool = False


BUGS = [
    Bug("moves_the_place_first", ("I7",), fault=kill_directory_midway),
    Bug("skips_poison", ("I12",), is_poisoned=True),
    Bug("lets_others_overtake_poison", ("I12",), is_poisoned=True),
    Bug("drops_the_last", ("I7",)),
    Bug("lets_the_last_writer_win", ("I7",)),
    Bug("follows_without_swap", ("I10",), second=("directory",)),
    Bug("swaps_too_early", ("I10",), fault=rebuild),
    Bug("publishes_at_most_once", ("I5",), on="intake", fault=wipe_nats),
    Bug("publishes_without_fence", ("I5",), on="intake", second=("intake",)),
    Bug("reads_ids_without_lock", ("I5",), on="intake"),
    Bug("takes_equal_letters_for_one", ("I8",), on="intake"),
    Bug("sends_again", ("I8",), on="intake", waits_for_mail=True),
    Bug("forgets_keys", ("I1", "I3"), on="intake"),
]


ROUNDS = 3
"""Some bugs bite only where two things meet: each has so many rounds of load in which to show itself."""


def is_caught(experiment: Callable[[], list[str]], *invariants: str) -> bool:
    """Whether the checker complains of one of these invariants in one of the rounds."""
    for _ in range(ROUNDS):
        found = experiment()
        if any(said.startswith(invariants) for said in found):
            return True
        print(found or "nothing found")  # pytest shows it where the bug is never caught
    return False


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.rig)
def test_a_planted_bug_is_caught(laboratory: Laboratory, bug: Bug) -> None:
    """A bug of this kind cannot hide from the checker."""
    assert is_caught(lambda: found_with(bug, laboratory), *bug.invariants)


def found_with(bug: Bug, laboratory: Laboratory) -> list[str]:
    services = ("intake", "directory") if bug.on == "directory" else ("intake",)
    rigs = {bug.on: bug.rig, f"{bug.on}-2": bug.rig}
    with laboratory.experiment(services, rigs, second=bug.second) as house:
        with house.load() as driver:
            driver.wait_for_answers(100)
            if bug.fault is not rebuild:
                bug.fault(house)
        if bug.fault is rebuild:
            rebuild(house)
        if bug.waits_for_mail:
            assert eventually(lambda: is_settled(house), 60)
        planted = plant(house) if bug.is_poisoned else set()
        return house.violations(3, planted=planted, mail_is_settled=bug.waits_for_mail)


def test_answers_before_the_disk_has_it_are_caught(laboratory: Laboratory) -> None:
    """Commands that are answered before PostgreSQL has them on disk are missing after a kill -9."""
    assert is_caught(lambda: found_without_a_disk(laboratory), "I1:")


def found_without_a_disk(laboratory: Laboratory) -> list[str]:
    careless = {"PGOPTIONS": "-c synchronous_commit=off"}
    with laboratory.experiment(("intake",), extra=careless) as house:
        superuser = house.platform.postgres_dsn("postgres", "postgres")
        with psycopg.connect(superuser, autocommit=True) as connection:
            # The server flushes by itself five times a second; a busy disk takes longer.
            connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            connection.execute("SELECT pg_reload_conf()")
        with house.load(patience=3) as driver:
            driver.wait_for_answers(30)
            kill(house, "postgres")
        found = house.violations(2)
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM RESET wal_writer_delay")
            connection.execute("SELECT pg_reload_conf()")
    return found


def test_without_a_bug_nothing_is_found(laboratory: Laboratory) -> None:
    """The same load and the same faults on the programme as it is leave nothing to complain of."""
    with laboratory.experiment(("intake", "directory"), second=("directory", "intake")) as house:
        with house.load("intake", "intake-2") as driver:
            driver.wait_for_answers(100)
            kill(house, "directory")
            wipe_nats(house)
            kill(house, "postgres")
        rebuild(house)
        assert house.violations() == []
