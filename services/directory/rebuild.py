"""Builds a new generation of the read models beside the shown one, compares, swaps; no read fails meanwhile."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from psycopg.types.json import Jsonb
from pydantic import BaseModel, Field

from services.directory import generations
from services.directory.city_map import Rows
from services.directory.generations import SHAPE, Difference
from services.directory.read_models import Pool, ReadModels
from shared.events import SOURCES
from shared.follower import Follower
from shared.messages import first_after
from shared.tasks import end

log = logging.getLogger(__name__)
NEAR = 200
COMPARE_WITHIN_SECONDS = 5.0
GIVE_UP_COMPARING_SECONDS = 20.0
QUIET_SECONDS = 1.0
TRY_AGAIN_SECONDS = 60
GIVE_WAY_SECONDS = 600
ITSELF = "the version with the shape "
MYSELF = ITSELF + SHAPE
"""Who asks for a rebuild where the tables of a new version look different."""


class Rebuild(BaseModel):
    """A rebuild that was asked for, and how far it is."""

    id: UUID
    state: Annotated[str, Field(description="asked, building, comparing, swapped or failed.")]
    asked_at: datetime
    asked_by: str
    generation: int | None
    positions: Annotated[
        dict[str, int], Field(description="How far the new generation has come.")
    ] = {}
    shown_positions: Annotated[
        dict[str, int], Field(description="How far the one that is shown has come.")
    ] = {}
    was_compared: Annotated[
        bool | None,
        Field(description="Whether old and new were compared at the same positions."),
    ]
    differences: list[Difference]
    error: str
    finished_at: datetime | None


def ask(connection: Rows, identity: UUID, asked_by: str) -> Rebuild:
    """The rebuild of this id, or the one that is under way."""
    connection.execute(
        "INSERT INTO rebuilds (id, asked_by) VALUES (%(id)s, %(asked_by)s) ON CONFLICT DO NOTHING",
        {"id": identity, "asked_by": asked_by},
    )
    found = latest(connection)
    assert found is not None
    return found


def ask_for_itself(connection: Rows, shown: int) -> None:
    """For each attempt anew; one that failed is tried again, but not at once."""
    tried = connection.execute(
        "SELECT count(*) AS attempts, coalesce(max(finished_at) FILTER (WHERE state = 'failed')"
        " > clock_timestamp() - make_interval(secs => %(seconds)s), false) AS has_just_failed"
        " FROM rebuilds WHERE asked_by = %(me)s",
        {"me": MYSELF, "seconds": TRY_AGAIN_SECONDS},
    ).fetchone()
    assert tried is not None
    if not tried["has_just_failed"]:
        name = f"rebuild/{SHAPE}/{shown}/{tried['attempts']}"
        ask(connection, uuid5(NAMESPACE_URL, name), MYSELF)


def is_another_versions(rebuild: Rebuild) -> bool:
    """What operators ask for is for whoever comes; what a version asks for itself, only that version can build."""
    return rebuild.asked_by.startswith(ITSELF) and rebuild.asked_by != MYSELF


def latest(connection: Rows) -> Rebuild | None:
    row = connection.execute(
        "SELECT * FROM rebuilds ORDER BY finished_at IS NULL DESC, asked_at DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    shown = generations.shown(connection)
    return Rebuild.model_validate(
        row
        | {
            "positions": positions(connection, row["generation"]),
            "shown_positions": positions(connection, shown["generation"] if shown else None),
        }
    )


def positions(connection: Rows, generation: int | None) -> dict[str, int]:
    """How far a generation has come in each stream; empty where it is gone."""
    found = connection.execute(
        "SELECT source, position FROM following WHERE generation = %(generation)s",
        {"generation": generation},
    )
    return {row["source"]: row["position"] for row in found}


@dataclass
class Progress:
    """How near the new generation is to the ends of its streams, and since when."""

    near_since: float | None = None
    quiet_since: float | None = None

    def note(self, behind: int) -> None:
        now = time.monotonic()
        self.near_since = (self.near_since or now) if behind <= NEAR else None
        self.quiet_since = (self.quiet_since or now) if behind == 0 else None

    @property
    def is_near(self) -> bool:
        return self.near_since is not None

    @property
    def is_quiet(self) -> bool:
        """Nothing was left to hear for a while: a stream that is being refilled is not at its end yet."""
        return self.quiet_since is not None and time.monotonic() - self.quiet_since > QUIET_SECONDS

    @property
    def may_compare(self) -> bool:
        """What is shown may itself be stuck, and be the reason for the rebuild: then it is not waited for."""
        return (
            self.near_since is not None
            and time.monotonic() - self.near_since < GIVE_UP_COMPARING_SECONDS
        )


class Rebuilder:
    """Carries out what was asked for, in one instance at a time; one that dies half-way is begun anew."""

    def __init__(
        self, pool: Pool, lock_url: str, js: Callable[[], JetStreamContext | None]
    ) -> None:
        self.pool, self.lock_url, self.js = pool, lock_url, js
        self.wake = asyncio.Event()
        self.beat = time.monotonic()
        self.own_shown_at = float("-inf")
        self.halted: str | None = None
        self.last_error = ""

    async def run(self) -> None:
        while True:
            try:
                await self._work()
                self.last_error = ""
            except (psycopg.OperationalError, NatsError, OSError, TimeoutError) as problem:
                self.last_error = repr(problem)
                log.info("the rebuild is begun anew: %r", problem)
            except Exception as problem:
                self.last_error = repr(problem)
                log.exception("the rebuild failed")
                with suppress(psycopg.Error):
                    await asyncio.to_thread(self._fail, repr(problem))
            self.beat = time.monotonic()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), 1)
            self.wake.clear()

    async def _work(self) -> None:
        rebuild = await asyncio.to_thread(self.next)
        js = self.js()
        if rebuild is None or js is None:
            return
        async with await psycopg.AsyncConnection.connect(self.lock_url, autocommit=True) as lock:
            mine = await lock.execute("SELECT pg_try_advisory_lock(hashtext('rebuild'))")
            if not (await mine.fetchone() or [False])[0]:
                return
            if is_another_versions(rebuild):
                await asyncio.to_thread(self.give_up, rebuild)
            else:
                await self._rebuild(rebuild, js, lock)

    def next(self) -> Rebuild | None:
        """What is asked for; a new version of the code asks for itself where its tables look different.

        One whose tables were replaced gives way: while both run they would build in turns, and it is soon stopped.
        """
        with self.pool.connection() as connection:
            generations.ensure(connection)
            shown = generations.shown(connection)
            rebuild = latest(connection)
            if rebuild is not None and rebuild.finished_at is None:
                return rebuild
            if shown is not None and shown["shape"] == SHAPE:
                self.own_shown_at = time.monotonic()
            elif shown is not None and time.monotonic() - self.own_shown_at > GIVE_WAY_SECONDS:
                ask_for_itself(connection, shown["generation"])
        return None

    def give_up(self, rebuild: Rebuild) -> None:
        """Another version asked for its own tables; where it is not running any more, it is not waited for."""
        with self.pool.connection() as connection:
            connection.execute(
                "UPDATE rebuilds SET state = 'failed', error = 'the version that asked is not running',"
                " finished_at = clock_timestamp() WHERE id = %(id)s AND finished_at IS NULL"
                " AND asked_at < clock_timestamp() - make_interval(secs => %(seconds)s)",
                {"id": rebuild.id, "seconds": TRY_AGAIN_SECONDS},
            )

    async def _rebuild(
        self, rebuild: Rebuild, js: JetStreamContext, lock: psycopg.AsyncConnection
    ) -> None:
        generation = await asyncio.to_thread(self.begin, rebuild)
        building = ReadModels(self.pool, name="directory-rebuild", state="building")
        progress = Progress()
        async with following(building, js, self.lock_url) as followers:
            while not any(follower.halted for follower in followers):
                self.beat = time.monotonic()
                await lock.execute("SELECT 1")
                progress.note(await self._behind(building, js))
                if not progress.is_near:
                    building.limits = None
                elif await asyncio.to_thread(self.swap, rebuild, building, generation, progress):
                    break
                await asyncio.sleep(0.1)
        # Where a source began a new life meanwhile, nothing was swapped: it is begun anew, from the beginning.
        await asyncio.to_thread(self._tidy)

    def begin(self, rebuild: Rebuild) -> int:
        """An empty generation beside the shown one; what an earlier attempt left is thrown away."""
        self._tidy()
        with self.pool.connection() as connection:
            left = connection.execute(
                "SELECT generation FROM generations WHERE state = 'building' FOR UPDATE"
            ).fetchall()
            for row in left:
                generations.drop(connection, row["generation"])
            generation = generations.create(connection, "building")
            connection.execute(
                "UPDATE rebuilds SET state = 'building', generation = %(generation)s WHERE id = %(id)s",
                {"id": rebuild.id, "generation": generation},
            )
        log.info("building generation %d, asked for by %s", generation, rebuild.asked_by)
        return generation

    async def _behind(self, building: ReadModels, js: JetStreamContext) -> int:
        """How many messages the new generation has still to hear."""
        behind = 0
        for source in SOURCES:
            place = await asyncio.to_thread(building.place, source)
            start = await first_after(js, source.upper(), place.position)
            behind += (await js.stream_info(source.upper())).state.last_seq - start + 1
        return behind

    def swap(self, rebuild: Rebuild, building: ReadModels, new: int, progress: Progress) -> bool:
        """Shows the new generation; only while both stand at the same positions, where these can be compared."""
        with suppress(psycopg.errors.LockNotAvailable), self.pool.connection() as connection:
            connection.execute("SET LOCAL lock_timeout = '5s'")
            # What is shown stands still from here to the end of the transaction: no run can enter.
            shown = connection.execute(
                "SELECT generation, shape FROM generations WHERE state = 'current' FOR UPDATE"
            ).fetchone()
            assert shown is not None
            old, is_same_shape = shown["generation"], shown["shape"] == SHAPE
            found: list[Difference] | None = None
            lives = Lives.of(connection, old, new)
            if lives.are_unheard:
                building.limits = None
                return False
            if progress.may_compare and is_same_shape and lives.are_same:
                if not stand_together(connection, building, old, new):
                    return False
                found = generations.differences(connection, old, new)
            elif lives.are_behind or not progress.is_quiet:
                building.limits = None
                return False
            self._finish(connection, rebuild, found)
            make_current(connection, old, new, anew=not is_same_shape)
            return True
        return False

    def _finish(
        self, connection: Rows, rebuild: Rebuild, differences: list[Difference] | None
    ) -> None:
        told = [difference.model_dump() for difference in differences or []]
        connection.execute(
            "UPDATE rebuilds SET state = 'swapped', finished_at = clock_timestamp(), differences = %(differences)s,"
            " was_compared = %(was_compared)s WHERE id = %(id)s",
            {
                "id": rebuild.id,
                "differences": Jsonb(told),
                "was_compared": differences is not None,
            },
        )
        log.info("the new generation is shown; differences: %s", told)

    def _tidy(self) -> None:
        with self.pool.connection() as connection:
            connection.execute("SET LOCAL lock_timeout = '5s'")
            if shown := generations.shown(connection):
                generations.analyze(connection, shown["generation"])
            for row in connection.execute(
                "SELECT generation FROM generations WHERE state = 'old'"
            ).fetchall():
                generations.drop(connection, row["generation"])

    def _fail(self, error: str) -> None:
        with self.pool.connection() as connection:
            connection.execute(
                "UPDATE rebuilds SET state = 'failed', error = %(error)s, finished_at = clock_timestamp()"
                " WHERE finished_at IS NULL",
                {"error": error[:500]},
            )


@asynccontextmanager
async def following(building: ReadModels, js: JetStreamContext, lock_url: str) -> Any:
    """Followers of all sources that run while the context lasts."""
    followers = [Follower(source, building, js, lock_url) for source in SOURCES]
    tasks = [asyncio.create_task(follower.run()) for follower in followers]
    try:
        yield followers
    finally:
        await end(tasks)


def stand_together(connection: Rows, building: ReadModels, old: int, new: int) -> bool:
    """Holds the new generation back at the positions of the old one, and waits until it is there."""
    goal = positions(connection, old)
    building.limits = goal
    until = time.monotonic() + COMPARE_WITHIN_SECONDS
    while (reached := positions(connection, new)) != goal:
        if any(reached[source] > goal[source] for source in goal):
            # It is ahead already: it waits where it is, so that the old one can come.
            building.limits = reached
            return False
        if time.monotonic() > until:
            building.limits = None
            return False
        time.sleep(0.01)
    return True


@dataclass(frozen=True, slots=True)
class Lives:
    """How the lives of the sources' stores that a new generation has followed stand to those of the shown one.

    A stream may be empty or half full, because NATS was wiped or its service is down: what is shown then knows more.
    """

    are_same: bool
    are_behind: bool
    """In a life that both have followed, the new one has not come as far."""
    are_unheard: bool
    """Of a source that the shown one has heard, the new one has heard nothing yet."""

    @classmethod
    def of(cls, connection: Rows, old: int, new: int) -> "Lives":
        row = connection.execute(
            "SELECT bool_and(a.lineage IS NULL OR a.lineage IS NOT DISTINCT FROM b.lineage) AS are_same,"
            " bool_or(a.lineage = b.lineage AND b.position < a.position) IS TRUE AS are_behind,"
            " bool_or(a.position > 0 AND b.lineage IS NULL) AS are_unheard"
            " FROM following a JOIN following b USING (source)"
            " WHERE a.generation = %(old)s AND b.generation = %(new)s",
            {"old": old, "new": new},
        ).fetchone()
        assert row is not None
        return cls(**row)


def make_current(connection: Rows, old: int, new: int, *, anew: bool) -> None:
    for generation, state in ((old, "old"), (new, "current")):
        connection.execute(
            "UPDATE generations SET state = %(state)s WHERE generation = %(generation)s",
            {"generation": generation, "state": state},
        )
    generations.show(connection, new, anew=anew)
