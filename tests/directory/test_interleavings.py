"""Three streams, one directory: the order in which they meet does not matter."""

import random
from collections.abc import Iterable
from typing import Any, cast

import pytest
from psycopg.rows import DictRow

from services.directory import generations
from services.directory.city_map import Rows, Statement
from services.directory.read_models import ENTER, ReadModels, writes
from shared.events import REGISTRY, SOURCES
from shared.messages import Message
from tests.directory.history import History, interleaved, whole_programme

INTERLEAVINGS = 1000


def histories() -> list[History]:
    """Short ones, that hold every public event between them."""
    return [whole_programme(seed=first, first=first, members=2, pairs=1) for first in range(4)]


def test_the_histories_hold_every_public_event() -> None:
    """What is proved below is proved of every word of the contract."""
    said = [pair for history in histories() for told in history.said.values() for pair in told]
    assert set(REGISTRY) - {event.subject() for _, event in said} == set()


@pytest.mark.parametrize("number", range(4))
def test_a_thousand_interleavings_of_the_streams_give_the_same_rows(
    number: int, connection: Rows
) -> None:
    """However the three streams interleave, the directory holds the same rows, row by row."""
    history = histories()[number]
    streams = {source: history.messages(source) for source in SOURCES}
    written = {m: list(writes(m)) for messages in streams.values() for m in messages}
    expected = rows_after(connection, written, interleaved(streams, random.Random(0)))
    for seed in range(1, INTERLEAVINGS // 4):
        order = interleaved(streams, random.Random(seed))
        found = rows_after(connection, written, order)
        assert found == expected, f"interleaving {seed} gives other rows"


def rows_after(
    connection: Rows, written: dict[Message, list[Statement]], order: Iterable[Message]
) -> dict[str, tuple[int, Any]]:
    """What the tables hold after these messages; undone at once."""
    current = cast(DictRow, generations.shown(connection))["generation"]
    with connection.transaction(force_rollback=True):
        connection.execute(ENTER, {"state": "current", "shape": generations.SHAPE})
        with connection.pipeline():
            for message in order:
                for statement, parameters in written[message]:
                    connection.execute(cast(Any, statement), parameters)
        return generations.digests(connection, current)


def test_runs_of_any_length_give_the_same_rows(read_models: ReadModels, connection: Rows) -> None:
    """How many messages a run holds does not matter either."""
    streams = {source: whole_programme(seed=2).messages(source) for source in SOURCES}
    found = []
    for seed in range(5):
        with connection.transaction():
            for row in connection.execute("SELECT generation FROM generations").fetchall():
                generations.drop(connection, row["generation"])
            current = generations.create(connection, "current")
            generations.show(connection, current)
        for run in runs(list(interleaved(streams, random.Random(seed))), random.Random(seed)):
            read_models.apply(run, run[0].previous)
        found.append(generations.digests(connection, current))
        connection.commit()
    assert found[1:] == found[:-1]
    assert all(rows for rows, _ in found[0].values()), "every table was filled"


def runs(messages: list[Message], chance: random.Random) -> list[list[Message]]:
    """Neighbours of one source together, in pieces."""
    made: list[list[Message]] = []
    for message in messages:
        if made and made[-1][0].source == message.source and chance.random() < 0.8:
            made[-1].append(message)
        else:
            made.append([message])
    return made
