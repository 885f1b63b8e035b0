"""Matching on a database of its own, with a clock that the test sets: what is heard here was said by nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from deploy.local.binaries import GAZETTEER, WORLD
from deploy.local.platform import Platform
from services.matching import outbox, subscribers
from services.matching.application import Matching
from services.matching.ranking import Ranking
from services.matching.score import Score
from services.matching.score.affinity import Affinity
from services.matching.world.columns import World
from shared import events as e
from shared.deadlines import Timekeeper
from shared.examples import EXAMPLES
from shared.gazetteer import Gazetteer
from shared.migrations import migrate
from tests.clients import vault


class Clock:
    """Stands where it was set."""

    def __init__(self) -> None:
        self.now = datetime(2027, 3, 3, 15, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@lru_cache(maxsize=1)
def the_ranking() -> Ranking:
    """Over the whole world, made once."""
    world = World.load(WORLD)
    return Ranking(Score(world, Affinity(world)))


@contextmanager
def matching_alone(platform: Platform, name: str, clock: Clock) -> Iterator[Matching]:
    def database(role: str) -> str:
        return make_conninfo(platform.postgres_dsn("matching", role), dbname=name)

    with psycopg.connect(platform.postgres_dsn("matching", "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} OWNER matching_owner")
    migrate("matching", database("owner"))
    service = Matching(
        database("app"),
        vault(platform, "matching"),
        Gazetteer(GAZETTEER),
        the_ranking(),
        clock=clock,
    )
    service.words = outbox.translate
    yield service
    service.close()


def hear(matching: Matching, subject: str, **facts: Any) -> e.PublicEvent:
    """What matching hears, as the example of that event with these facts."""
    event = EXAMPLES[subject].model_copy(update=facts)
    subscribers.handlers(matching)[type(event)](event)
    return event


def let_time_work(matching: Matching) -> None:
    """All that is due by the clock of the test."""
    keeper = Timekeeper(matching, matching)
    while keeper.run_due(matching.clock()):
        assert not keeper.complaints
