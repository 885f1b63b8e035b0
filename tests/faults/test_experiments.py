"""Faults that need a programme of their own: everything twice, poison, and a database restored to an earlier point."""

import os
import subprocess
import sys
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from deploy.local.binaries import ROOT
from deploy.local.secrets import SERVICES
from tests.clients import eventually
from tests.faults.house import House, Laboratory
from tests.faults.test_planted_bugs import plant


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    laboratory = Laboratory(tmp_path_factory.mktemp("experiments"))
    yield laboratory
    laboratory.close()


def test_every_event_delivered_twice(laboratory: Laboratory) -> None:
    """Services that hear every message twice, and are told every run twice, do everything once."""
    rigs = dict.fromkeys(SERVICES, "hears_twice")
    with laboratory.experiment(SERVICES, rigs) as house:
        with house.load() as driver:
            driver.wait_for_answers(150)
        assert house.violations() == []
        for name in ("matching", "outreach", "directory"):
            assert "came twice" in house.platform.process(name).log.read_text()


def test_poison_is_set_aside_and_taken_in_later(laboratory: Laboratory) -> None:
    """What cannot be applied is parked with what follows it, all else goes on, and a replay mends it all."""
    with laboratory.experiment(("intake", "directory"), {"directory": "meets_poison"}) as house:
        with house.load() as driver:
            driver.wait_for_answers(120)
        planted = plant(house)
        assert planted
        assert house.violations(planted=planted) == []
        cure(house)
        operator, path = house.operator("directory"), "/api/directory/v1/operations/parked"
        for aggregate in {row["aggregate_id"] for row in operator.reads(path)}:
            replay = f"{path}/intake/{aggregate}/replay"
            rehearsed = operator.post(replay, {"rehearse": True}).json()
            assert not any(told["error"] for told in rehearsed)
        assert house.violations(planted=planted) == []
        for aggregate in {row["aggregate_id"] for row in operator.reads(path)}:
            operator.post(f"{path}/intake/{aggregate}/replay", {"rehearse": False})
        assert house.violations() == []


def cure(house: House) -> None:
    """A version that knows the words."""
    platform = house.platform
    platform.supervisor.processes.pop("directory").stop()
    platform.rigs = {}  # type: ignore[attr-defined]
    platform._add_service("directory", "directory", wait=True)


def test_a_database_restored_to_an_earlier_point(laboratory: Laboratory) -> None:
    """Intake stops and says so, others too; one command makes stream and subscribers follow; what was lost is known."""
    with laboratory.experiment(SERVICES) as house:
        with house.load() as driver:
            driver.wait_for_answers(80)
        house.comes_to_rest()
        copy_database(house, "intake", "intake_earlier")
        with house.load() as driver:
            driver.wait_for_answers(80)
        assert house.violations() == []
        held = {event.id for event in house.stores.recorded("intake")}
        restore_database(house, "intake_earlier", "intake")
        lost = held - {event.id for event in house.stores.recorded("intake")}
        assert lost

        says_what_to_do(house)
        for service in SERVICES:
            house.reset(service)
        reconcile(house)
        assert eventually(lambda: all(is_ready(house, service) for service in SERVICES))
        with house.load() as driver:
            driver.wait_for_answers(80)
        assert house.violations(lost=lost) == []


def copy_database(house: House, name: str, copy: str) -> None:
    """A copy as a backup makes it, while nobody is connected for a moment."""
    run_as_superuser(
        house,
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",  # noqa: S608
        f"CREATE DATABASE {copy} TEMPLATE {name} OWNER {name}_owner",
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS true",
    )


def restore_database(house: House, copy: str, name: str) -> None:
    process = house.platform.process(name)
    process.stop()
    run_as_superuser(house, f"DROP DATABASE {name} WITH (FORCE)")
    house.reset(name)
    run_as_superuser(house, f"ALTER DATABASE {copy} RENAME TO {name}")
    house.platform._postgres.make_databases()
    process.start(wait=False)


def run_as_superuser(house: House, *statements: str) -> None:
    dsn = house.platform.postgres_dsn("postgres", "postgres")
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def ready(house: House, service: str) -> httpx.Response:
    return httpx.get(f"{house.platform.instance_url(service)}/api/{service}/health/ready")


def is_ready(house: House, service: str) -> bool:
    try:
        return ready(house, service).status_code == 200
    except httpx.HTTPError:
        return False


def says_what_to_do(house: House) -> None:
    """Not ready, with the command that reconciles; and no command is taken that would be lost again."""
    answer = eventually(lambda: (found := ready(house, "intake")).status_code == 503 and found)
    assert "csc reconcile intake" in answer.text
    form = {"geoname_id": 588335, "contact_name": "M", "contact_email": "m@example.org"}
    refusal = httpx.post(
        f"{house.platform.instance_url('intake')}/api/intake/v1/listings", json=form
    )
    assert refusal.status_code == 503
    assert "csc reconcile intake" in refusal.json()["detail"]


def reconcile(house: House) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "reconcile", "intake", "--yes"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(house.platform.folder.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not in its store any more" in done.stdout
