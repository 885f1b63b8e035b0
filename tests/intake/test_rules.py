"""Every row of docs/rules/intake.md holds in the domain."""

import itertools
import pkgutil
import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from services.intake import domain
from services.intake.api import (
    accounts,
    cases,
    communities,
    debriefs,
    listings,
    people,
    public_form,
)
from services.intake.domain import (
    community,
    listing,
    person,
    search,
)
from services.intake.domain.ball import Ball
from services.intake.domain.calendar import waiver_due, waiver_due_on
from services.intake.domain.history import honest_range
from services.intake.outbox import translate
from services.intake.subscribers import handlers
from shared import events as public
from shared.aggregates import Aggregate, DomainEvent
from shared.events import public_names
from shared.http import create_app, name_roles
from shared.refusals import Refusal
from shared.values import Interest
from shared.working_days import on_working_day
from tests.intake.states import CALLERS, COMMANDS, DAY, GROUPS, NOW, STATES, WHO, demanded

DOCUMENT = Path(__file__).parents[2] / "docs" / "rules" / "intake.md"
AGGREGATES: dict[str, Any] = {
    "Community": community.Community,
    "Search": search.Search,
    "Listing": listing.Listing,
    "Person": person.Person,
}


def rows() -> list[tuple[str, str, str, str, str]]:
    """Aggregate, state, command, who, outcome: one for each state, command and caller that a row names."""
    found = []
    for section in DOCUMENT.read_text().split("\n## ")[1:]:
        name = section.splitlines()[0]
        for cells in cells_of(section) if name in STATES else ():
            commands, callers = cells[1].split("; "), cells[2].split("; ")
            cases = itertools.product(states_of(name, cells[0]), commands, callers)
            found += [(name, *case, cells[3]) for case in cases]
    return found


def states_of(name: str, cell: str) -> list[str]:
    return [state for part in cell.split("; ") for state in GROUPS[name].get(part, [part])]


def cells_of(section: str) -> list[list[str]]:
    """The rows of a section's tables."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [
        row
        for row in rows
        if row[0] not in ("state", "of", "heard") and not row[0].startswith("---")
    ]


def command_given(name: str, state: str, command: str, who: str) -> Any:
    """The aggregate after the command, with the events of the command alone."""
    aggregate = STATES[name][state]()
    if aggregate is not None:
        aggregate.collect_events()
    made = COMMANDS[name][command](aggregate, CALLERS.get(who, CALLERS["staff"]))
    return made if isinstance(made, Aggregate) else aggregate


def outcome(name: str, state: str, command: str, who: str) -> str:
    try:
        aggregate = command_given(name, state, command, who)
    except Refusal as refusal:
        return f"`{type(refusal).__name__}`: {refusal.sentence}"
    events = aggregate.pending_events
    return f"`{type(events[-1]).__name__}`" if events else "nothing"


@pytest.mark.parametrize("name", list(STATES))
def test_each_row_holds(name: str) -> None:
    """What the rules document says of a state, a command and a caller is what the domain does."""
    wrong = [
        (*row, found) for row in rows() if row[0] == name and (found := outcome(*row[:4])) != row[4]
    ]
    assert wrong == []


@pytest.mark.parametrize("name", list(STATES))
def test_every_command_in_every_state_is_written_down(name: str) -> None:
    """There is no state in which the rules document leaves open what a command of somebody who may give it does."""
    written = [row[1:4] for row in rows() if row[0] == name]
    assert sorted(written) == sorted(demanded(name))


DOORS = {
    "Community": {
        "register": "/communities",
        "propose a profile": "/communities/{community_id}/profile",
        "approve the profile": "/communities/{community_id}/profile/approve",
        "record dues": "/communities/{community_id}/standing",
        "appoint an administrator": "/communities/{community_id}/administrator",
        "merge into another": "/communities/{community_id}/merge",
    },
    "Search": {
        "amend the answers": "/cases/{case_id}/answers",
        "schedule the debrief": "/cases/{case_id}/debrief/schedule",
        "propose times": "/cases/{case_id}/debrief/slots",
        "pick a proposed time": "/cases/{case_id}/debrief/slots/pick",
        "call the debrief off": "/cases/{case_id}/debrief/call-off",
        "note that the debrief was missed": "/cases/{case_id}/debrief/missed",
        "write minutes": "/cases/{case_id}/debrief/minutes",
        "finish an action": "/cases/{case_id}/actions/{action_id}/done",
        "complete the debrief": "/cases/{case_id}/debrief/complete",
        "pause": "/cases/{case_id}/pause",
        "resume": "/cases/{case_id}/resume",
        "withdraw": "/cases/{case_id}/withdraw",
        "close without a match": "/cases/{case_id}/close",
        "assign to a person of staff": "/cases/{case_id}/assign",
        "assign to nobody of staff": "/cases/{case_id}/assign",
        "hear that its person of staff left": "/staff/{person_id}/dismiss",
        "set the next step": "/cases/{case_id}/next-step",
        "log local work": "/cases/{case_id}/local-work",
    },
    "Listing": {
        "submit": "/listings",
        "verify with the code": "/listings/{listing_id}/verify",
        "ask for another code": "/listings/{listing_id}/code",
        "give another contact": "/listings/{listing_id}/contact",
        "record a call back": "/listings/{listing_id}/proofs",
        "take the call back back": "/listings/{listing_id}/proofs/retract",
        "file a letter": "/listings/{listing_id}/letters",
        "grant the claim": "/listings/{listing_id}/claim/grant",
        "answer the claim": "/listings/{listing_id}/claim/answer",
        "list": "/listings/{listing_id}/list",
        "ask for more": "/listings/{listing_id}/ask",
        "answer": "/listings/{listing_id}/answer",
        "decline": "/listings/{listing_id}/decline",
        "edit": "/listings/{listing_id}/edit",
        "approve the edit": "/listings/{listing_id}/approve",
        "refuse the edit": "/listings/{listing_id}/refuse-edit",
        "reconfirm": "/listings/{listing_id}/reconfirm",
        "withdraw": "/listings/{listing_id}/withdraw",
    },
    "Person": {
        "forget": "/people/{person_id}/erase",
        "leave the staff": "/staff/{person_id}/dismiss",
    },
}
"""The door of each command. Staff's own profile is published at once: there the administrator alone proposes."""


def test_who_may_is_what_the_doors_say() -> None:
    """The callers of a row are the roles of that command's door."""
    app = create_app("intake", "Intake", "For a test.")
    for part in (accounts, cases, communities, debriefs, public_form, listings, people):
        app.include_router(part.router)
    name_roles(app)
    paths = app.openapi()["paths"]
    for name, doors in DOORS.items():
        for command, path in doors.items():
            roles = {role.replace("foreign_", "") for role in paths[path]["post"]["x-roles"]}
            callers = {who.removeprefix("another ") for who in WHO[name].get(command, ("staff",))}
            assert callers == roles - ({"staff"} if command == "propose a profile" else set())


def test_every_public_event_is_raised_and_translated() -> None:
    """Each of intake's public events is caused by some command, and the outbox has words for it."""
    said = set()
    for name, state, command, who, _ in rows():
        with suppress(Refusal):
            for event in command_given(name, state, command, who).pending_events:
                word = translate(event)
                is_public = type(event).__name__ in public_names("intake")
                assert is_public is (word is not None)
                said |= {type(word).__name__} if word else set()
    assert said == public_names("intake")


def test_the_document_names_every_refusal() -> None:
    """No refusal of intake's domain is missing in the rules document."""
    written = set(re.findall(r"`(\w+)`", DOCUMENT.read_text()))
    assert {kind.__name__ for kind in refusals_of_the_domain()} - written == set()


def test_the_document_names_every_event() -> None:
    """No event of intake's domain is missing in the rules document."""
    text = DOCUMENT.read_text()
    events = {
        event.__name__
        for aggregate in AGGREGATES.values()
        for event in vars(aggregate).values()
        if isinstance(event, type) and issubclass(event, DomainEvent)
    } - {"Event", "Created", "CommunityRegistered"}
    assert {event for event in events if f"`{event}`" not in text} == set()


def test_every_refusal_says_what_to_do_next() -> None:
    """A refusal is a sentence, and beside it stands what the reader can do."""
    for kind in refusals_of_the_domain():
        assert kind.next_step, kind.__name__


def refusals_of_the_domain() -> list[type[Refusal]]:
    """In whichever of its files they stand."""
    files = pkgutil.iter_modules(domain.__path__, f"{domain.__name__}.")
    modules = [import_module(file.name) for file in files]
    return [
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, Refusal)
        and kind.__module__ == module.__name__
    ]


def test_a_year_counts_from_the_request() -> None:
    """B17: a waiver is due after more than a year, for a city that joined without sister cities."""
    requested_on = date(2024, 2, 29)
    assert waiver_due_on(requested_on) == date(2025, 3, 1)
    assert waiver_due(0, requested_on, date(2025, 3, 1))
    assert not waiver_due(0, requested_on, date(2025, 2, 28))
    assert not waiver_due(1, requested_on, date(2026, 1, 1))
    assert not waiver_due(None, requested_on, date(2026, 1, 1))


def test_the_range_is_honest() -> None:
    """B16: the range comes from the programme's own history once ten searches have closed."""
    assert honest_range([100] * 9) == "A search takes from a few months to over a year."
    many = [30 * months for months in range(1, 21)]
    assert honest_range(many) == (
        "Most searches took 3 to 18 months: eight in ten of the 20 that have closed so far."
    )


def test_what_a_pair_waits_for() -> None:
    """After each word of outreach the case waits for what the rules document says, as long as it says."""
    section = re.split(r"\n## ", DOCUMENT.read_text().split("\n## What a pair waits for")[1])[0]
    for words, step, holder, days in cells_of(section):
        for name, interest in re.findall(r"`(\w+)`(?:, (\w+))?", words):
            ids = ("pair_id", "case_id", "community_id", "foreign_community_id", "thread_id")
            facts: dict[str, Any] = {**dict.fromkeys(ids, uuid4()), "happened_at": NOW}
            facts |= {"starts_at": NOW + 9 * DAY, "listing_id": None, "days_silent": 7}
            facts |= {"interest": Interest(interest)} if interest else {}
            event = getattr(public, name).model_construct(**facts)
            ball = ball_of(event)
            waited = 9 if days == "its day" else int(days)
            assert (ball.step, ball.holder) == (step, holder), name
            is_set = holder in ("staff", "member") and days != "its day"
            due_on = (NOW + waited * DAY).date()
            assert ball.due_on == (on_working_day(due_on) if is_set else due_on), name


def ball_of(event: public.PublicEvent) -> Ball:
    """What the handlers tell intake about the pair."""
    told: list[Ball] = []

    class Listens:
        def note_pair(self, _: UUID, __: UUID, ___: object, ball: Ball, *____: Any) -> None:
            told.append(ball)

        def note_reopening(self, _: UUID, __: UUID, ball: Ball, *___: Any) -> None:
            told.append(ball)

        note_hand_over_retraction = note_lost_introduction = note_reopening

        note_introduction = note_pair

    handlers(cast(Any, Listens()))[type(event)](event)
    return told[0]


def timers() -> list[dict[str, str]]:
    """The rows of the table of timers, one for each state that a row names."""
    section = re.split(r"\n## ", DOCUMENT.read_text().split("\n## Timers")[1])[0]
    columns = ("of", "states", "timer", "after", "day", "what", "owner")
    rows = [dict(zip(columns, cells, strict=True)) for cells in cells_of(section)]
    return [row | {"state": state} for row in rows for state in row["states"].split("; ")]


@pytest.mark.parametrize("name", ["Community", "Search", "Listing"])
def test_every_state_has_its_timers(name: str) -> None:
    """What time asks for in each state, and what waits for staff, is in the table of timers with an owner."""
    for state in (state for state in STATES[name] if state != "none"):
        rows = [row for row in timers() if (row["of"], row["state"]) == (name, state)]
        aggregate = STATES[name][state]()
        days = {kind: f"{due_at.date()}" for kind, due_at in aggregate.deadlines().items()}
        days = days or {"none": "-"}
        if aggregate.waits_since is not None:
            days["waits_since"] = f"{aggregate.waits_since}"
        assert {row["timer"]: row["day"] for row in rows} == days, state
        assert all(row["owner"] for row in rows)


def test_timers_do_what_they_are_said_to_do() -> None:
    """Each timer causes the events that the table names, on its day and not before."""
    for row in timers():
        due_at = STATES[row["of"]][row["state"]]().deadlines().get(row["timer"])
        if due_at is None:
            continue
        expected = re.findall(r"`(\w+)`", row["what"])
        assert told_by(row, due_at) == expected, row
        assert told_by(row, due_at - timedelta(seconds=1)) != expected, row


def told_by(row: dict[str, str], now: datetime) -> list[str]:
    aggregate = STATES[row["of"]][row["state"]]()
    aggregate.collect_events()
    aggregate.time_passes(now)
    return [type(event).__name__ for event in aggregate.pending_events]
