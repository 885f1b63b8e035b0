"""A rebuild: a new generation beside the old one, compared, swapped; no read fails, and a restart does no harm."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from deploy.local.platform import Platform
from services.directory import generations
from services.directory.city_map import Rows
from shared import events as e
from tests.clients import Clients, eventually
from tests.directory import history
from tests.directory.heard import Streams
from tests.directory.history import city, whole_programme
from tests.directory.test_city_map import example

API = "/api/directory/v1"


@pytest.fixture(scope="module")
def told(streams: Streams) -> list[str]:
    """A history of the whole programme, and a few thousand partnerships."""
    events = [
        event for said in whole_programme(seed=9, first=60).said.values() for _, event in said
    ]
    partnerships = [
        example(
            e.PartnershipFormed,
            partnership_id=uuid4(),
            foreign_community_id=city(n).community_id,
            foreign_place=city(n),
            case_id=None,
            pair_id=None,
            listing_id=None,
        )
        for n in range(4000, 6000)
    ]
    return streams.say(*events, *partnerships)


@pytest.fixture
def database(running: Platform) -> Iterator[Rows]:
    dsn = running.postgres_dsn("directory")
    with psycopg.connect(dsn, row_factory=dict_row, autocommit=True) as made:
        yield made


def current(database: Rows) -> int:
    row = generations.shown(database)
    assert row is not None
    return int(row["generation"])


def rebuilt(people: Clients) -> dict[str, Any]:
    """Asks for a rebuild and waits until it is over."""
    asked = people.operator().does(f"{API}/operations/rebuild")
    return over(people, asked["id"])


def over(people: Clients, identity: str) -> dict[str, Any]:
    def finished() -> Any:
        found = people.operator().reads(f"{API}/operations/rebuild")
        return found if found["id"] == identity and found["finished_at"] else None

    found: dict[str, Any] = eventually(finished, 60)
    assert found, people.operator().reads(f"{API}/operations/rebuild")
    return found


@contextmanager
def readers(people: Clients, told: list[str]) -> Iterator[list[int]]:
    """Somebody who reads all the time; what the answers were."""
    answers: list[int] = []
    stop = threading.Event()

    def read() -> None:
        with httpx.Client(base_url=people.base_url, timeout=30) as http:
            while not stop.is_set():
                answers.extend(
                    http.get(API + path, params={"after": told}).status_code
                    for path in ("/listings", "/partnerships", "/counts")
                )

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_no_read_fails_while_the_read_models_are_built_anew(
    people: Clients, streams: Streams, told: list[str], database: Rows
) -> None:
    """The new generation is compared with the old one at the same positions, and shown; reads go on all the while."""
    before = current(database)
    assert eventually(
        lambda: people.public().get(f"{API}/counts", after=told).status_code == 200, 60
    )
    with readers(people, told) as answers:
        done = rebuilt(people)
    assert (done["state"], done["was_compared"], done["differences"]) == ("swapped", True, [])
    assert len(answers) > 10
    assert set(answers) == {200}
    assert current(database) > before


def test_events_go_on_being_heard_during_and_after_a_rebuild(
    people: Clients, streams: Streams, told: list[str], database: Rows
) -> None:
    """What is said while a rebuild runs is in the new generation too, once."""
    asked = people.operator().does(f"{API}/operations/rebuild")
    cities = [city(number) for number in range(7000, 7030)]
    for place in cities:
        listing = {"listing_id": uuid4(), "community_id": place.community_id, "place": place}
        streams.say(example(e.ForeignCityListed, **listing))
    done = over(people, asked["id"])
    assert (done["was_compared"], done["differences"]) == (True, [])
    last = f"intake:{streams.last['intake']}"
    found = people.public().reads(f"{API}/listings", after=last, status="listed", limit=500)
    assert {place.name for place in cities} <= {item["name"] for item in found["items"]}


def test_the_old_generation_goes_away(people: Clients, told: list[str], database: Rows) -> None:
    """After a rebuild one generation is left, with its schemas."""
    rebuilt(people)

    def schemas() -> list[str]:
        rows = database.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '_g[0-9]+$'")
        return sorted(row["nspname"] for row in rows)

    wanted = [f"casebook_g{current(database)}", f"city_map_g{current(database)}"]
    assert eventually(lambda: schemas() == wanted), schemas()


def test_a_wrong_row_is_reported_and_mended(
    people: Clients, told: list[str], database: Rows
) -> None:
    """Where old and new differ, the operator reads in which rows; the new one is right."""
    table = f"city_map_g{current(database)}.partnerships"
    database.execute(f"UPDATE {table} SET year = 1900 WHERE year = 2028".encode())  # noqa: S608
    done = rebuilt(people)
    [difference] = done["differences"]
    assert difference["table"] == "city_map.partnerships"
    assert difference["only_in_old"] == difference["only_in_new"] > 1000
    assert any("1900" in line for line in difference["examples"])
    table = f"city_map_g{current(database)}.partnerships"
    wrong = database.execute(f"SELECT 1 FROM {table} WHERE year = 1900".encode())  # noqa: S608
    assert not wrong.fetchall()


def test_a_rebuild_survives_the_death_of_its_process(
    running: Platform, people: Clients, told: list[str], database: Rows
) -> None:
    """A rebuild that was asked for is carried out by whoever lives."""
    process = running.process("directory")
    dead = process.pid
    asked = people.operator().does(f"{API}/operations/rebuild")
    process.kill()
    eventually(lambda: process.pid not in (dead, None))
    eventually(lambda: people.public().get("/api/directory/health/live").status_code == 200)
    assert over(people, asked["id"])["state"] == "swapped"
    assert process.pid != dead


def test_asking_twice_is_asking_once(people: Clients, told: list[str]) -> None:
    """A rebuild that is under way is not begun again."""
    asked = people.operator().does(f"{API}/operations/rebuild")
    again = people.operator().does(f"{API}/operations/rebuild")
    assert again["id"] == asked["id"]
    over(people, asked["id"])


def test_read_models_follow_a_restored_source(
    people: Clients, streams: Streams, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restore the directory stops and says so; accepting the new life builds it anew without what was lost."""
    streams.begin_anew("matching")
    monkeypatch.setitem(history.LINEAGE, "matching", uuid4())
    streams.say(example(e.ProspectsProposed))

    def troubles() -> str:
        status = people.operator().reads(f"{API}/operations/status")
        return "".join(status["troubles"])

    assert eventually(lambda: "csc reconcile matching" in troubles()), troubles()
    form = {"lineage": str(history.LINEAGE["matching"]), "position": 1}
    accepted = people.operator().does(f"{API}/operations/subscriptions/matching/accept", form)
    assert over(people, accepted["rebuild"])["was_compared"] is False
    assert eventually(lambda: not troubles()), troubles()
    status = people.operator().reads(f"{API}/operations/status")
    assert {s["source"]: (s["position"], s["lag"]) for s in status["subscriptions"]}[
        "matching"
    ] == (1, 0)


def test_a_new_version_builds_its_own_tables(
    running: Platform, people: Clients, streams: Streams, told: list[str], database: Rows
) -> None:
    """Where the tables of a new version look different, it builds them beside the old ones without being asked."""
    before, process = current(database), running.process("directory")
    database.execute("UPDATE generations SET shape = 'of an older version' WHERE state = 'current'")
    process.kill()
    place = city(8000)
    listing = {"listing_id": uuid4(), "community_id": place.community_id, "place": place}
    streams.say(example(e.ForeignCityListed, **listing))
    assert eventually(lambda: current(database) > before, 60)
    eventually(lambda: people.public().get("/api/directory/health/live").status_code == 200)
    last = f"intake:{streams.last['intake']}"
    page = people.public().reads(f"{API}/listings", after=last, q=place.name)
    assert [item["name"] for item in page["items"]] == [place.name]
