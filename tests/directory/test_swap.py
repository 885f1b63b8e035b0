"""When a new generation may be shown: not before it has heard what the old one has, and only after a comparison."""

import asyncio
import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

import pytest

from deploy.local.platform import Platform
from services.directory import generations, rebuild
from services.directory.read_models import Pool, ReadModels
from services.directory.rebuild import Progress, Rebuild, Rebuilder
from shared import events as e
from shared.messages import Message
from shared.recorder import Moved
from tests.directory.heard import Hearing
from tests.directory.test_city_map import example

NEAR = Progress(near_since=math.inf)
QUIET = Progress(near_since=-math.inf, quiet_since=-math.inf)
"""At the end of its streams, and what is shown is not waited for any more."""


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No slow machine makes a swap give up here."""
    monkeypatch.setattr(rebuild, "COMPARE_WITHIN_SECONDS", 60)


@pytest.fixture
def rebuilder(pool: Pool) -> Rebuilder:
    return Rebuilder(pool, "", lambda: None)


@pytest.fixture
def told(pool: Pool) -> list[Message]:
    """What the shown generation has heard."""
    hearing = Hearing(ReadModels(pool))
    events = (e.CommunityRegistered, e.CitySeekingRequested, e.DebriefInvited)
    messages = [hearing.next(example(event)) for event in events]
    hearing.read_models.apply(messages, 0)
    return messages


def asked(pool: Pool) -> Rebuild:
    with pool.connection() as connection:
        return rebuild.ask(connection, uuid4(), "a test")


def shown(pool: Pool) -> Any:
    with pool.connection() as connection:
        row = generations.shown(connection)
    assert row is not None
    return row["generation"]


@contextmanager
def swapping(rebuilder: Rebuilder, building: ReadModels, order: Rebuild) -> Iterator[Any]:
    """A swap that is being tried in a thread of its own."""
    new = rebuilder.begin(order)
    with ThreadPoolExecutor(1) as thread:
        yield lambda: thread.submit(rebuilder.swap, order, building, new, NEAR)


def test_a_generation_that_is_behind_is_waited_for(
    pool: Pool, rebuilder: Rebuilder, told: list[Message]
) -> None:
    """What is shown stands still until the new generation has heard the same; then the two are compared."""
    building, before = ReadModels(pool, state="building"), shown(pool)
    with swapping(rebuilder, building, asked(pool)) as swap:
        building.apply(told[:2], 0)
        swapped = swap()
        time.sleep(0.3)
        assert not swapped.done()
        assert shown(pool) == before
        building.apply(told[2:], told[1].position)
        assert swapped.result(timeout=60)
    with pool.connection() as connection:
        done = rebuild.latest(connection)
    assert done is not None
    assert (done.was_compared, done.differences) == (True, [])
    assert shown(pool) == done.generation != before


def test_a_generation_that_is_ahead_waits(
    pool: Pool, rebuilder: Rebuilder, told: list[Message]
) -> None:
    """A new generation that has heard more is held back until the shown one has come, so that they can be compared."""
    building, live = ReadModels(pool, state="building"), ReadModels(pool)
    hearing = Hearing(live, {"intake": told[-1].position, "matching": 0, "outreach": 0})
    more = [hearing.next(example(event)) for event in (e.DebriefScheduled, e.DebriefCompleted)]
    with swapping(rebuilder, building, asked(pool)) as swap:
        building.apply([*told, more[0]], 0)
        assert not swap().result(timeout=60)
        with pytest.raises(Moved):
            building.apply(more[1:], more[0].position)
        live.apply(more[:1], told[-1].position)
        assert swap().result(timeout=60)
    assert live.place("intake").position == more[0].position
    live.apply(more[1:], more[0].position)


def test_what_is_shown_is_told_apart_from_what_was_built(
    pool: Pool, rebuilder: Rebuilder, told: list[Message]
) -> None:
    """After the swap the builder finds nothing to write to: it cannot disturb what is shown."""
    building = ReadModels(pool, state="building")
    with swapping(rebuilder, building, asked(pool)) as swap:
        building.apply(told, 0)
        assert swap().result(timeout=60)
    with pytest.raises(Moved):
        building.place("intake")


@pytest.mark.parametrize("heard", [0, 1, 2])
@pytest.mark.parametrize("shape", [generations.SHAPE, "of an older version"])
def test_an_empty_or_half_filled_stream_takes_nothing_off_the_map(
    pool: Pool, rebuilder: Rebuilder, told: list[Message], heard: int, shape: str
) -> None:
    """Where a stream was wiped and is not filled again yet, what is shown knows more and stays."""
    building, order, before = ReadModels(pool, state="building"), asked(pool), shown(pool)
    new = rebuilder.begin(order)
    with pool.connection() as connection:
        connection.execute(
            "UPDATE generations SET shape = %(shape)s WHERE state = 'current'", {"shape": shape}
        )
    if heard:
        building.apply(told[:heard], 0)
    assert not rebuilder.swap(order, building, new, QUIET)
    assert shown(pool) == before
    building.apply(told[heard:], told[heard - 1].position if heard else 0)
    assert rebuilder.swap(order, building, new, QUIET)


def test_another_life_of_a_source_is_shown(
    pool: Pool, rebuilder: Rebuilder, told: list[Message]
) -> None:
    """After a restore positions tell nothing: what the source says now is shown, however little it is."""
    building, order = ReadModels(pool, state="building"), asked(pool)
    new = rebuilder.begin(order)
    building.apply([replace(told[0], lineage=uuid4())], 0)
    assert rebuilder.swap(order, building, new, QUIET)
    assert shown(pool) == new


def _becomes_old(pool: Pool) -> None:
    with pool.connection() as connection:
        connection.execute(
            "UPDATE generations SET shape = 'of an older version' WHERE state = 'current'"
        )


def _time_passes(pool: Pool) -> None:
    with pool.connection() as connection:
        connection.execute(
            "UPDATE rebuilds SET asked_at = asked_at - interval '2 minutes',"
            " finished_at = finished_at - interval '2 minutes'"
        )


def test_a_new_versions_rebuild_that_failed_is_tried_again(
    pool: Pool, rebuilder: Rebuilder
) -> None:
    """Not at once, so that it does not spin, but after a minute, as an attempt of its own."""
    _becomes_old(pool)
    assert rebuilder.next() is None
    first = rebuilder.next()
    assert first is not None
    assert first.asked_by == rebuild.MYSELF
    rebuilder._fail("the disk was full")
    assert (rebuilder.next(), rebuilder.next()) == (None, None)
    _time_passes(pool)
    assert rebuilder.next() is None
    again = rebuilder.next()
    assert again is not None
    assert again.id != first.id


def test_a_version_that_was_replaced_gives_way(pool: Pool, rebuilder: Rebuilder) -> None:
    """While an old and a new version run, they do not build their tables in turns."""
    rebuilder.next()
    _becomes_old(pool)
    assert (rebuilder.next(), rebuilder.next()) == (None, None)
    newer = Rebuilder(pool, "", lambda: None)
    assert newer.next() is None
    assert newer.next() is not None


def test_what_another_version_asked_for_itself_is_left_to_it(pool: Pool, servers: Platform) -> None:
    """An instance builds tables of its own shape only; it is not held up for ever by one that is gone."""
    rebuilder = Rebuilder(pool, servers.postgres_dsn("directory"), lambda: cast(Any, "no stream"))
    with pool.connection() as connection:
        order = rebuild.ask(connection, uuid4(), f"{rebuild.ITSELF}of another version")
    asyncio.run(rebuilder._work())
    found = rebuilder.next()
    assert found is not None
    assert (found.id, found.state, found.generation) == (order.id, "asked", None)
    _time_passes(pool)
    asyncio.run(rebuilder._work())
    assert rebuilder.next() is None
