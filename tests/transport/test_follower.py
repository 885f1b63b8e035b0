"""The follower: from the stream to the effect, exactly once, whatever is lost or repeated on the way."""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.errors import Error as NatsError

from shared import events
from shared.context import Command, current_command
from shared.follower import Follower
from shared.messages import Message, Place, first_after
from shared.process_manager import Handler, ProcessManager
from shared.recorder import Moved
from shared.streams import declare_anew
from tests.clients import eventually
from tests.transport.test_relay import talk
from tests.transport.town import WHEN, Country, handlers


def message(position: int, previous: int, town: UUID | None = None) -> Message:
    return Message(
        source="intake",
        position=position,
        previous=previous,
        lineage=UUID(int=1),
        subject=events.ListingWithdrawn.subject(),
        aggregate_id=town or uuid4(),
        event_id=f"intake:{position}",
        recorded_at="2026-03-01T00:00:00Z",
        correlation="",
        causation="",
        data=b"{}",
    )


def test_what_was_seen_is_skipped_and_a_gap_is_noticed(country: Country) -> None:
    """Messages at or before the place are passed over; one that does not follow the place is not taken."""
    follower, place = country.follower(), Place(3, UUID(int=1))
    one, three, seven = message(1, 0), message(3, 1), message(7, 3)
    assert follower._unseen([one, three, three, seven, seven, three], place) == [seven]
    with pytest.raises(Moved):
        follower._unseen([message(9, 7)], place)


def test_the_place_is_found_by_binary_search(country: Country) -> None:
    """For every position, those of private events too, the search finds the first message beyond it."""
    assert country.do(first_after(country.operations, "INTAKE", 0)) == 1
    talk(country, 7, towns=3)
    country.run(country.relay())
    assert eventually(country.is_published)
    published = [m.position for m in country.published()]
    for position in range(max(published) + 2):
        expected = 1 + sum(p <= position for p in published)
        assert country.do(first_after(country.operations, "INTAKE", position)) == expected


def test_of_two_followers_one_is_active(country: Country) -> None:
    """Two instances hear each event once between them, and the second goes on where the first one ends."""
    first, second = country.follower(), country.follower()
    started = country.run(first)
    country.run(country.relay())
    assert eventually(lambda: first.is_active)
    country.run(second)
    talk(country, 10)
    assert eventually(country.is_heard)
    # Whose connection breaks on a busy machine stands by from then on, and the other goes on.
    assert eventually(lambda: first.is_active is not second.is_active)
    country.end(started)
    talk(country, 10)
    assert eventually(lambda: second.is_active)
    assert eventually(country.is_heard)


def test_messages_lost_on_their_way_are_fetched_again(country: Country) -> None:
    """A reader that takes messages away from the follower, the very last one too, takes none of their effects."""
    country.run(country.relay(), country.follower())
    thief = country.js("matching")
    stolen: list[int] = []

    async def steal() -> None:
        while True:
            with suppress(NatsError, TimeoutError):
                taken = await thief.pull_subscribe_bind(consumer="matching", stream="INTAKE")
                stolen.extend([len(await taken.fetch(3, timeout=1))])
                await taken.unsubscribe()
            await asyncio.sleep(0.01)

    stealing = asyncio.run_coroutine_threadsafe(steal(), country.loop)
    until = time.monotonic() + 20
    while len(stolen) < 3 and time.monotonic() < until:
        talk(country, 3, towns=2)
    assert stolen
    town = country.towns.found().id
    country.towns.speak(town)
    stealing.cancel()
    assert eventually(country.is_heard, 10)
    assert country.echoes.heard(town) == 2


def test_each_message_twice_has_its_effect_once(country: Country) -> None:
    """A stream that holds every message twice, one copy after the other, is heard as if it held it once."""
    talk(country, 10)
    relay = country.relay()
    started = country.run(relay)
    assert eventually(country.is_published)
    country.end(started)

    async def repeat(messages: list[Message]) -> None:
        for copy in (1, 2):
            for m in messages:
                await relay.js.publish(
                    m.subject, m.data, headers=m.headers() | {"Nats-Msg-Id": f"{copy}:{m.position}"}
                )

    messages = country.published()
    country.do(repeat(messages))
    assert country.sequence() == 3 * len(messages)
    country.run(country.follower())
    assert eventually(country.is_heard)


def test_a_hearing_that_is_repeated_changes_nothing(country: Country) -> None:
    """The same message applied again is refused by the place, so that its effect happens once."""
    town = uuid4()
    said = events.ForeignRequestVerified(happened_at=WHEN, listing_id=town, community_id=town)
    data = said.model_dump_json().encode()
    heard = replace(message(1, 0, town), subject=said.subject(), data=data)
    country.manager.place("intake")
    country.manager.apply([heard], 0)
    with pytest.raises(Moved):
        country.manager.apply([heard], 0)
    assert country.echoes.heard(town) == 1
    assert country.manager.place("intake").position == 1


class Refusing:
    """Handlers that cannot take one town, until it is cured."""

    def __init__(self, country: Country) -> None:
        self.poison = UUID(int=0)
        usual = handlers(country.echoes)
        self.manager = ProcessManager(country.echoes, {k: self._but(h) for k, h in usual.items()})

    def _but(self, usual: Handler) -> Handler:
        def handle(said: Any) -> None:
            if said.listing_id == self.poison:
                raise ValueError("no words for this town")
            usual(said)

        return handle


def test_poison_is_parked_with_what_follows_it(country: Country) -> None:
    """One event that cannot be heard waits with the later ones of its aggregate; all others are heard."""
    refusing = Refusing(country)
    refusing.poison = country.towns.found().id
    country.run(country.relay(), country.follower(refusing.manager))
    well = country.towns.found().id
    for town in (refusing.poison, well, refusing.poison, well):
        country.towns.speak(town)
    head = max(country.positions())
    assert eventually(lambda: refusing.manager.place("intake").position == head)
    parked = refusing.manager.parked()
    assert [row["aggregate_id"] for row in parked] == [refusing.poison] * 3
    assert "no words for this town" in parked[0]["error"]
    assert "waits behind" in parked[1]["error"]
    assert (country.echoes.heard(well), country.echoes.heard(refusing.poison)) == (3, 0)

    again = refusing.manager.replay("intake", refusing.poison, rehearse=False)
    assert "no words for this town" in again[0].error
    assert len(again) == 1
    assert len(refusing.manager.parked()) == 3

    cured, refusing.poison = refusing.poison, UUID(int=0)
    rehearsed = refusing.manager.replay("intake", cured, rehearse=True)
    assert rehearsed[0].events == ["Opened"]
    assert len(refusing.manager.parked()) == 3
    assert country.echoes.heard(cured) == 0

    refusing.manager.replay("intake", cured, rehearse=False)
    assert refusing.manager.parked() == []
    assert country.echoes.heard(cured) == 3
    country.towns.speak(cured)
    assert eventually(lambda: country.echoes.heard(cured) == 4)


def test_data_that_is_no_event_is_parked(country: Country) -> None:
    """Broken JSON under a word that is heard does not stop the line."""
    country.towns.found()
    started = country.run(country.relay())
    assert eventually(country.is_published)
    country.end(started)
    last = country.published()[-1]
    broken = replace(message(2, last.position), data=b'{"listing_id": ', lineage=last.lineage)
    js = country.js("intake")
    country.do(js.publish(broken.subject, broken.data, headers=broken.headers()))
    country.run(country.follower())
    assert eventually(lambda: [row["position"] for row in country.manager.parked()] == [2])
    assert country.manager.place("intake").position == 2


def test_a_follower_in_another_life_of_the_store_halts(country: Country) -> None:
    """Where the stream comes from a restored store, the follower stops and says which command reconciles."""
    follower: Follower = country.follower()
    relay = country.relay()
    country.run(relay, follower)
    talk(country, 3)
    assert eventually(country.is_heard)
    country.sql("intake", "INSERT INTO lineage DEFAULT VALUES")
    assert eventually(lambda: relay.halted)
    country.do(declare_anew(country.operations, "INTAKE"))
    assert eventually(lambda: follower.halted, 10)
    assert "csc reconcile intake" in str(follower.halted)
    town = country.towns.found().id
    assert eventually(country.is_published)
    assert relay.halted is None
    assert country.echoes.heard(town) == 0
    # What `csc reconcile` tells each subscriber.
    lineage = country.towns.lineage()
    country.sql("matching", f"UPDATE tracking SET lineage = '{lineage}'")  # noqa: S608  # our own id
    assert eventually(country.is_heard)
    assert follower.halted is None


def test_parked_events_are_replayed_by_one_command(country: Country) -> None:
    """An operator's replay hears all that is parked in order, and none of it under the key of the command."""
    refusing = Refusing(country)
    town = refusing.poison = country.towns.found().id
    country.towns.speak(town)
    country.towns.speak(town)
    country.run(country.relay(), country.follower(refusing.manager))
    assert eventually(lambda: len(refusing.manager.parked()) == 3)
    refusing.poison = UUID(int=0)
    command = current_command.set(Command(key="replay"))
    told = refusing.manager.replay("intake", town, rehearse=False)
    current_command.reset(command)
    assert [replayed.error for replayed in told] == ["", "", ""]
    assert refusing.manager.parked() == []
    assert country.echoes.heard(town) == 3
    assert country.echoes.rows("SELECT 1 FROM idempotency_keys") == []


def test_a_subscriber_ahead_of_a_restored_store_halts(country: Country) -> None:
    """Where stream and store were restored to an earlier point the follower says so, and passes nothing over."""
    talk(country, 3)
    relay, follower = country.relay(), country.follower()
    country.run(relay, follower)
    assert eventually(country.is_heard)
    place = country.manager.place("intake")
    beyond = place.position + 3
    country.sql("matching", f"UPDATE tracking SET notification_id = {beyond}, identity = 'lost'")  # noqa: S608
    assert eventually(lambda: "csc reconcile intake" in follower.last_error)
    town = country.towns.found().id
    for _ in range(4):
        country.towns.speak(town)
    assert eventually(country.is_published)
    assert eventually(lambda: follower.halted, 10)
    assert country.echoes.heard(town) == 0


def test_who_stands_by_has_nothing_to_complain_of(country: Country) -> None:
    """After a restore was reconciled, the instance that stands by is well again too."""
    first, second = country.follower(), country.follower()
    country.run(country.relay(), first)
    assert eventually(lambda: first.is_active)
    second.halted = "another life"
    country.run(second)
    assert eventually(lambda: second.halted is None)
    assert not second.is_active


def test_a_subscriber_that_is_held_hears_nothing(country: Country) -> None:
    """While its own store may be another than its stream knows, a service records nothing of what others say."""
    held = True
    dsn = country.platform.postgres_dsn("matching")
    follower = Follower("intake", country.manager, country.js("matching"), dsn, lambda: held)
    country.run(country.relay(), follower)
    talk(country, 2, towns=1)
    assert eventually(country.is_published)
    assert country.manager.place("intake").position == 0
    held = False
    assert eventually(country.is_heard)


def test_who_is_held_leaves_the_line_to_others(country: Country) -> None:
    """A held instance takes no place that a healthy one needs: of two, the one that may act follows."""
    dsn = country.platform.postgres_dsn("matching")
    held = Follower("intake", country.manager, country.js("matching"), dsn, lambda: True)
    healthy = country.follower()
    country.run(held)
    country.run(country.relay(), healthy)
    talk(country, 2, towns=1)
    assert eventually(country.is_heard)
    assert healthy.is_active
    assert not held.is_active
