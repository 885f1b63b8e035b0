"""Commands over HTTP: repeats are harmless, and nobody overwrites what he has not read."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import APIRouter

from shared.application import Receipt
from shared.deadlines import forget_old_keys
from shared.http import Anyone, Door, create_app
from tests.clients import eventually
from tests.transport.test_mail import free_port
from tests.transport.town import Country, Town


@pytest.fixture
def door(country: Country) -> Iterator[httpx.Client]:
    """A client of an HTTP server with the house's manners before the first of the two services."""
    router = APIRouter(prefix="/api/intake/v1/towns", route_class=Door)

    @router.post("", status_code=201)
    def found(caller: Anyone) -> Receipt:
        return country.towns.found()

    @router.post("/{town_id}/speak")
    def speak(town_id: UUID, caller: Anyone) -> Receipt:
        return country.towns.speak(town_id)

    app = create_app("intake", "Towns", "For a test.")
    app.state.service = country.towns
    app.include_router(router)
    server = uvicorn.Server(uvicorn.Config(app, port=free_port(), lifespan="off"))
    serving = asyncio.run_coroutine_threadsafe(server.serve(), country.loop)
    assert eventually(lambda: server.started)
    with httpx.Client(base_url=f"http://127.0.0.1:{server.config.port}/api/intake/v1") as client:
        yield client
    server.should_exit = True
    serving.result(10)


def post(door: httpx.Client, path: str, **headers: str) -> httpx.Response:
    return door.post(path, headers={name.replace("_", "-"): said for name, said in headers.items()})


def test_a_repeated_command_happens_once(door: httpx.Client, country: Country) -> None:
    """The same request under the same key gets the same receipt, and nothing happens again."""
    first = post(door, "towns", idempotency_key="k1")
    again = post(door, "towns", idempotency_key="k1")
    assert first.json() == again.json()
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotent-replay"] == "true"
    assert len(country.positions()) == 1


def test_the_same_command_many_times_at_once_happens_once(
    door: httpx.Client, country: Country
) -> None:
    """Impatient repeats that overlap get one and the same receipt."""
    town = country.towns.found().id
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: post(door, f"towns/{town}/speak", idempotency_key="k2"), range(16))
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert country.towns.load(Town, town).version == 2


def test_a_key_used_for_another_request_is_refused(door: httpx.Client, country: Country) -> None:
    """A key that was used for a different request is refused in a sentence that names it."""
    town = country.towns.found().id
    post(door, "towns", idempotency_key="k3")
    refusal = post(door, f"towns/{town}/speak", idempotency_key="k3")
    assert refusal.status_code == 422
    assert "k3" in refusal.json()["detail"]
    assert country.towns.load(Town, town).version == 1


def test_a_change_of_what_was_not_read_is_refused(door: httpx.Client, country: Country) -> None:
    """If-Match with an old version is refused; with the present one it is taken."""
    town = country.towns.found().id
    assert post(door, f"towns/{town}/speak", if_match='"1"').status_code == 200
    refusal = post(door, f"towns/{town}/speak", if_match='"1"')
    assert refusal.status_code == 412
    assert refusal.json()["next_step"]
    assert post(door, f"towns/{town}/speak", if_match='"2"').headers["etag"] == '"3"'


def test_changes_at_the_same_moment_all_happen(door: httpx.Client, country: Country) -> None:
    """Where nobody names a version, changes that collide are done one after the other, each with its own version."""
    town, count = country.towns.found().id, 40
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(door, f"towns/{town}/speak"), range(count)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["version"] for answer in answers) == [*range(2, 2 + count)]
    assert country.towns.load(Town, town).version == 1 + count


def test_a_fact_without_public_words_is_not_recorded(country: Country) -> None:
    """What the outbox cannot say is refused when it is recorded, not found when the relay can go no further."""
    town = country.towns.found().id
    country.towns.words = lambda _: None
    with pytest.raises(AssertionError, match="no words"):
        country.towns.speak(town)
    assert country.towns.rows("SELECT count(*) AS n FROM events") == [{"n": 1}]


def test_what_did_not_change_leaves_its_rows_alone(country: Country) -> None:
    """An aggregate that records nothing may be stale: deadlines that a newer state asked for stay."""
    town = country.towns.load(Town, country.towns.found().id)
    country.sql("intake", f"INSERT INTO deadlines VALUES ('{town.id}', 'expiry', now())")  # noqa: S608
    country.towns.record(town)
    assert country.towns.rows("SELECT kind FROM deadlines") == [{"kind": "expiry"}]
    country.towns.speak(town.id)
    assert country.towns.rows("SELECT kind FROM deadlines") == []


def test_a_database_restored_beneath_a_running_service(country: Country) -> None:
    """pg_restore --clean makes the type of stored events anew: the next event is recorded all the same, once."""
    town = country.towns.found().id
    dsn = country.platform.postgres_dsn("intake", "owner")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("DROP TYPE stored_event_uuid")
        connection.execute(
            "CREATE TYPE stored_event_uuid AS"
            " (originator_id uuid, originator_version bigint, topic text, state bytea)"
        )
    assert country.towns.speak(town).version == 2
    assert country.towns.speak(town).version == 3


def test_keys_are_forgotten_after_a_month(door: httpx.Client, country: Country) -> None:
    """What was answered under a key is kept for thirty days, and no longer."""
    post(door, "towns", idempotency_key="old")
    post(door, "towns", idempotency_key="young")
    country.sql(
        "intake",
        "UPDATE idempotency_keys SET answered_at = now() - interval '31 days' WHERE key = 'old'",
    )
    forget_old_keys(country.towns, country.towns.clock())
    assert country.towns.rows("SELECT key FROM idempotency_keys") == [{"key": "young"}]
