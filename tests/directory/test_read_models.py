"""Exactly once in effect: place and rows move together, poison is set aside, everything can be repeated."""

import asyncio
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest

from services.directory import generations
from services.directory.city_map import Rows
from services.directory.read_models import ReadModels
from shared import events as e
from shared.events import SOURCES
from shared.follower import Follower
from shared.messages import Message
from shared.recorder import Moved
from tests.directory.heard import Hearing
from tests.directory.history import whole_programme
from tests.directory.test_city_map import example, shown
from tests.examples import ASHIKAGA, LISTING, SPRINGFIELD


def spoilt(message: Message) -> Message:
    return replace(message, data=b'{"happened_at": "never"}')


def current(connection: Rows) -> int:
    row = generations.shown(connection)
    assert row is not None
    return int(row["generation"])


def test_a_message_is_applied_once(read_models: ReadModels) -> None:
    """Whoever comes second finds that the place has moved, and changes nothing."""
    directory = Hearing(read_models)
    told = directory.next(example(e.CommunityRegistered))
    read_models.apply([told], 0)
    with pytest.raises(Moved):
        read_models.apply([told], 0)
    assert read_models.place("intake").position == told.position
    assert read_models.place("intake").lineage == told.lineage
    assert read_models.place("intake").identity == told.identity


def test_a_run_is_applied_whole_or_not_at_all(read_models: ReadModels, public: Rows) -> None:
    """Where one message of a run is poison, none of it is applied."""
    directory = Hearing(read_models)
    good = directory.next(example(e.ForeignCityListed))
    bad = spoilt(directory.next(example(e.ListingUpdated)))
    with pytest.raises(ValueError, match="validation error"):
        read_models.apply([good, bad], 0)
    assert read_models.place("intake").position == 0
    assert shown(public) == {}


def test_poison_is_parked_with_what_follows_of_its_aggregate(
    read_models: ReadModels, public: Rows
) -> None:
    """The line keeps moving; only the aggregate of the poison waits, in order."""
    directory = Hearing(read_models)
    bad = spoilt(directory.next(example(e.ForeignCityListed)))
    read_models.park(bad, 0, "spoilt")
    directory.hears(example(e.ListingUpdated), example(e.ListingReconfirmed))
    directory.hears(example(e.CommunityRegistered), example(e.CitySeekingRequested))
    assert [row["position"] for row in read_models.parked()] == [2, 4, 6]
    assert [row["position"] for row in read_models.parked("intake", LISTING)] == [2, 4, 6]
    assert shown(public) == {"Springfield": {"is_seeking"}}


@pytest.mark.parametrize("place_of_poison", [0, 20, 149])
def test_a_statement_that_fails_says_why(read_models: ReadModels, place_of_poison: int) -> None:
    """What the database cannot take is poison and is told as such, never as a database that is down."""
    directory = Hearing(read_models)
    poison = SPRINGFIELD.model_copy(update={"population": 2**70})
    run = [
        directory.next(
            example(e.CommunityRegistered, place=poison if n == place_of_poison else SPRINGFIELD)
        )
        for n in range(150)
    ]
    with pytest.raises(psycopg.DataError):
        read_models.apply(run, 0)
    assert read_models.place("intake").position == 0


def test_a_follower_parks_the_statement_that_fails(read_models: ReadModels, public: Rows) -> None:
    """One event in a run that the database cannot take is set aside; the others are applied."""
    directory = Hearing(read_models)
    poison = ASHIKAGA.model_copy(update={"population": 2**70})
    run = [
        directory.next(example(e.CommunityRegistered)),
        directory.next(example(e.ForeignCityListed, place=poison)),
        directory.next(example(e.CitySeekingRequested)),
    ]
    follower = Follower("intake", read_models, cast(Any, None), "")
    asyncio.run(follower._deliver(run, 0))
    [parked] = read_models.parked()
    assert (parked["position"], parked["error"].partition(":")[0]) == (4, "NumericValueOutOfRange")
    assert read_models.place("intake").position == 6
    assert shown(public) == {"Springfield": {"is_seeking"}}


def test_a_replay_is_rehearsed_and_then_done(read_models: ReadModels, public: Rows) -> None:
    """A rehearsal changes nothing; the replay applies what was parked, in order, and empties the park."""
    directory = Hearing(read_models)
    listed = directory.next(example(e.ForeignCityListed))
    read_models.park(listed, 0, "a bug that is mended by now")
    directory.hears(example(e.ListingReconfirmed))
    rehearsed = read_models.replay("intake", LISTING, rehearse=True)
    assert [(told.position, told.error) for told in rehearsed] == [(2, ""), (4, "")]
    assert shown(public) == {}
    assert read_models.replay("intake", LISTING, rehearse=False) == rehearsed
    assert shown(public) == {"Ashikaga": {"is_listed"}}
    assert read_models.parked() == []


def test_a_replay_stops_at_what_fails_again(read_models: ReadModels) -> None:
    """What is still poison stays parked, with its followers, and says why."""
    directory = Hearing(read_models)
    read_models.park(spoilt(directory.next(example(e.ForeignCityListed))), 0, "spoilt")
    directory.hears(example(e.ListingReconfirmed))
    told = read_models.replay("intake", LISTING, rehearse=False)
    assert [bool(rehearsal.error) for rehearsal in told] == [True]
    assert len(read_models.parked()) == 2


def test_a_word_that_is_not_known_moves_the_place_alone(read_models: ReadModels) -> None:
    """A newer service may say words that this directory does not know."""
    directory = Hearing(read_models)
    told = replace(directory.next(example(e.CaseAssigned)), subject="intake.SomethingNew.v1")
    read_models.apply([told], 0)
    assert read_models.place("intake").position == told.position


def test_hearing_everything_again_gives_the_same_rows(
    read_models: ReadModels, connection: Rows
) -> None:
    """The directory's place can be set back to the beginning: each write can be repeated."""
    history = whole_programme(seed=3)
    streams = [history.messages(source) for source in SOURCES]
    found = []
    for _ in range(2):
        for messages in streams:
            read_models.apply(messages, 0)
        found.append(generations.digests(connection, current(connection)))
        connection.commit()
        connection.execute("UPDATE following SET position = 0")
        connection.commit()
    assert found[0] == found[1]


def test_an_aggregate_that_is_not_parked_is_not_held_up(read_models: ReadModels) -> None:
    """Parking knows the aggregate, not the kind of event."""
    directory = Hearing(read_models)
    other = UUID(int=7)
    read_models.park(spoilt(directory.next(example(e.ForeignCityListed))), 0, "spoilt")
    directory.hears(example(e.ForeignCityListed, listing_id=other))
    assert len(read_models.parked()) == 1
