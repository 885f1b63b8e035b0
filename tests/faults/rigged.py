"""A service with a fault planted in it: `RIG=drops_the_last python -m tests.faults.rigged directory`.

Each function changes what is already imported, as a careless author might have written it; nothing of this is ever
imported by the programme itself.
"""

import asyncio
import importlib
import logging
import os
import random
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from nats.js import JetStreamContext

from services.directory import city_map, generations, read_models
from services.directory import rebuild as rebuilding
from services.directory.read_models import ENTER, ReadModels
from shared import application, follower, http, mail
from shared.events import CitySeekingRequested
from shared.follower import Follower
from shared.messages import Message, Place
from shared.recorder import Moved, Recorder
from shared.relay import Cursor, Relay

log = logging.getLogger("rigged")
POISON_EVERY = 5
AHEAD = "the place is ahead of the rows"


def put(owner: Any, name: str, careless: Any) -> None:
    assert hasattr(owner, name), f"{owner} has no {name} any more: this fault is planted nowhere"
    setattr(owner, name, careless)


def is_poison(event: object) -> bool:
    return isinstance(event, CitySeekingRequested) and event.place.geoname_id % POISON_EVERY == 0


# Faults from outside, which the programme must bear.


def meets_poison() -> None:
    """Some requests cannot be applied by the directory."""
    usual = city_map.writes

    def writes(event: Any) -> Any:
        if is_poison(event):
            raise ValueError("no words for this city")
        return usual(event)

    put(city_map, "writes", writes)


def hears_twice() -> None:
    """Every message comes twice, and every run is delivered twice."""
    fetch, deliver = JetStreamContext.PullSubscription.fetch, Follower._deliver

    async def fetch_twice(self: Any, *batch: Any, **within: Any) -> Any:
        return [m for m in await fetch(self, *batch, **within) for _ in (1, 2)]

    async def deliver_twice(self: Follower, run: list[Message], previous: int) -> None:
        await deliver(self, run, previous)
        try:
            await deliver(self, run, previous)
        except Moved:
            log.warning("%d messages came twice", len(run))

    put(JetStreamContext.PullSubscription, "fetch", fetch_twice)
    put(Follower, "_deliver", deliver_twice)


# Planted bugs, which the checker must find.


def moves_the_place_first() -> None:
    """The place is committed before the effect."""

    def apply(self: ReadModels, messages: Sequence[Message], previous: int) -> None:
        with self._entered(messages[-1], previous):
            pass
        log.warning(AHEAD)
        time.sleep(1)
        with self.pool.connection() as connection:
            connection.execute(ENTER, {"state": self.state, "shape": generations.SHAPE})
            self._write(connection.cursor(), messages)

    put(ReadModels, "apply", apply)


def skips_poison() -> None:
    """What cannot be applied is passed over, and nobody is told."""
    meets_poison()

    def park(self: ReadModels, message: Message, previous: int, error: str) -> None:
        with self._entered(message, previous):
            pass

    put(ReadModels, "park", park)


def lets_others_overtake_poison() -> None:
    """Later events of an aggregate are applied although an earlier one is parked."""
    meets_poison()
    put(ReadModels, "_parked_aggregates", lambda *_: set())


def _takes_its_time() -> None:
    """Slow enough that messages come in batches."""
    usual = ReadModels.apply

    def apply(self: ReadModels, messages: Sequence[Message], previous: int) -> None:
        time.sleep(0.5)
        usual(self, messages, previous)

    put(ReadModels, "apply", apply)


def drops_the_last() -> None:
    """The last message of a batch is forgotten."""
    _takes_its_time()
    usual = ReadModels._write

    def write(self: ReadModels, curs: Any, run: Sequence[Message]) -> None:
        usual(self, curs, run[:-1] if len(run) > 1 else run)

    put(ReadModels, "_write", write)


def lets_the_last_writer_win() -> None:
    """Messages of a batch are applied in any order, here from behind."""
    _takes_its_time()
    usual = ReadModels._write

    def write(self: ReadModels, curs: Any, run: Sequence[Message]) -> None:
        usual(self, curs, list(reversed(run)))

    put(ReadModels, "_write", write)


def follows_without_swap() -> None:
    """Neither lock nor compare-and-swap: two instances move the place as each believes."""
    put(read_models, "ADVANCE", read_models.ADVANCE.replace("AND position = %(previous)s", ""))

    async def at_once(self: Follower, lock: object) -> None:
        return None

    def all_of_them(self: Follower, messages: list[Message], place: Place) -> list[Message]:
        return messages

    usual = ReadModels.apply

    def apply(self: ReadModels, messages: Sequence[Message], previous: int) -> None:
        time.sleep(random.choice((0, 0.3)))
        usual(self, messages, previous)

    put(Follower, "_stand_by", at_once)
    put(Follower, "_unseen", all_of_them)
    put(ReadModels, "apply", apply)
    put(follower, "BATCH", 3)


def swaps_too_early() -> None:
    """A rebuild shows its tables before they have caught up."""

    def swap(self: Any, rebuild: Any, building: Any, new: int, progress: Any) -> bool:
        with self.pool.connection() as connection:
            shown = generations.shown(connection) or {}
            self._finish(connection, rebuild, None)
            rebuilding.make_current(connection, shown["generation"], new, anew=False)
        return True

    put(rebuilding.Rebuilder, "swap", swap)
    put(rebuilding.Progress, "is_near", property(lambda _: True))
    _takes_its_time()


def publishes_at_most_once() -> None:
    """Nobody waits for the stream's answer, or looks where the stream really ends."""

    async def publish(self: Relay, messages: list[Message], sequence: int) -> None:
        for message in messages:
            await self.js._nc.publish(message.subject, message.data, headers=message.headers())

    async def wait(self: Relay, cursor: Cursor) -> Cursor:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), 1)
        return cursor

    put(Relay, "_publish", publish)
    put(Relay, "_wait", wait)


def publishes_without_fence() -> None:
    """No expected sequence, and an id of its own for each attempt."""

    async def publish(self: Relay, messages: list[Message], sequence: int) -> None:
        for message in messages:
            headers = message.headers() | {"Nats-Msg-Id": str(uuid4())}
            await self.js.publish(message.subject, message.data, headers=headers)

    put(Relay, "_publish", publish)


def reads_ids_without_lock() -> None:
    """Ids are handed out in one order and committed in another, and the relay reads on from the highest."""
    usual = Recorder._insert_stored_events

    def insert(self: Recorder, curs: Any, stored: Any, **kwargs: Any) -> None:
        self.lock_table_statements = []
        usual(self, curs, stored, **kwargs)

    def slowly(self: Recorder, curs: Any, stored: Any, **kwargs: Any) -> Any:
        ids = fetch_ids(self, curs, stored, **kwargs)
        time.sleep(random.choice((0, 0, 0.15)))
        return ids

    fetch_ids = Recorder._fetch_ids_after_insert_events
    put(Recorder, "_insert_stored_events", insert)
    put(Recorder, "_fetch_ids_after_insert_events", slowly)


def takes_equal_letters_for_one() -> None:
    """A letter's id comes from its words instead of its cause."""

    def rows(self: Any, events: Any) -> list[Any]:
        letters = [letter for event in events for letter in self.letters(event)]
        return [x.row(uuid5(NAMESPACE_URL, f"{x.kind} {x.facts}")) for x in letters]

    put(application.Service, "_letter_rows", rows)


def sends_again() -> None:
    """A letter whose settling failed is simply sent once more."""
    settle = mail.Ledger.settle
    seen: set[UUID] = set()

    def sometimes(self: mail.Ledger, effect: mail.Effect, state: str, error: str = "") -> None:
        if effect.id.int % 3 == 0 and effect.id not in seen:
            seen.add(effect.id)
            self.try_later(effect, "the answer was lost")
        else:
            settle(self, effect, state, error)

    put(mail.Ledger, "settle", sometimes)


def forgets_keys() -> None:
    """A repeated command is carried out again."""
    put(application, "_insert_receipt", lambda *_: None)
    put(application.Service, "earlier_receipt", lambda *_: None)
    put(http, "earlier_answer", lambda *_: None)


if __name__ == "__main__":
    service, rig = sys.argv[1], os.environ["RIG"]
    globals()[rig]()
    main = importlib.import_module(f"services.{service}.main")
    main.build().run(os.environ["HTTP_HOST"], int(os.environ["HTTP_PORT"]))
