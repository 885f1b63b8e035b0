"""Whatever happens in whatever order: an open case waits for somebody, and every aggregate can be told again."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.listing import Listing
from services.intake.domain.listing_facts import ENDED
from services.intake.domain.search import Search
from shared.aggregates import PydanticMapper
from shared.refusals import Refusal
from shared.values import NextStep, Party
from tests.intake.states import CALLERS, COMMANDS, NOW, PAIR, STATES

BEGINNINGS = {"Community": "in good standing", "Search": "invited", "Listing": "submitted"}
NEWER_FACTS = ("has_failed", "put_off")
MAPPER = PydanticMapper(transcoder=cast(Any, None))


def after(name: str, steps: list[tuple[str, str]]) -> Any:
    aggregate = STATES[name][BEGINNINGS[name]]()
    for command, who in steps:
        with suppress(Refusal):
            COMMANDS[name][command](aggregate, CALLERS[who])
    return aggregate


def histories(name: str) -> st.SearchStrategy[list[tuple[str, str]]]:
    commands = [
        command for command in COMMANDS[name] if not command.startswith(("request", "submit"))
    ]
    return st.lists(
        st.tuples(st.sampled_from(commands), st.sampled_from(list(CALLERS))), max_size=25
    )


@given(histories("Search"))
def test_an_open_case_always_waits_for_somebody(steps: list[tuple[str, str]]) -> None:
    """Every open case has an owner, a next step and a date, and someone whose turn it is; an ended one has none."""
    search: Search = after("Search", steps)
    waits = search.ball.step is not NextStep.NONE and search.ball.holder is not Party.NOBODY
    assert waits is search.is_open
    assert (search.ball.due_on is not None) is search.is_open
    assert search.owner
    is_with_staff = search.ball.holder is Party.STAFF
    assert bool(search.deadlines()) or is_with_staff or not search.is_open


@given(histories("Listing"))
def test_a_request_always_has_a_way_on(steps: list[tuple[str, str]]) -> None:
    """Every request that has not ended has a date, or is in outreach's hands, or can be confirmed."""
    listing: Listing = after("Listing", steps)
    assert listing.due_on or listing.is_confirmable or listing.state in ENDED


@pytest.mark.parametrize("name", BEGINNINGS)
@given(data=st.data())
def test_what_was_recorded_can_be_told_again(name: str, data: st.DataObject) -> None:
    """Folding the stored events gives the same aggregate, whatever happened to it."""
    aggregate = after(name, data.draw(histories(name)))
    told = None
    for event in aggregate.pending_events:
        told = MAPPER.to_domain_event(MAPPER.to_stored_event(event)).mutate(told)
    aggregate.collect_events()
    assert told == aggregate


def test_what_was_told_of_a_pair_before_still_counts() -> None:
    """Events that say neither why a pair left nor what was put off tell of a pair that failed, at its step."""
    search: Search = STATES["Search"]["introducing"]()
    search.drop_pair(PAIR, NOW)
    told: Any = None
    for event in search.pending_events:
        stored: Any = MAPPER.to_stored_event(event)
        facts = {k: v for k, v in json.loads(stored.state).items() if k not in NEWER_FACTS}
        stored = replace(stored, state=json.dumps(facts).encode())
        told = MAPPER.to_domain_event(stored).mutate(told)
    search.collect_events()
    assert told == search
