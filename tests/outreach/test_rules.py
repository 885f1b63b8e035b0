"""Every row of docs/rules/outreach.md holds in the domain."""

import itertools
import re
from pathlib import Path

import pytest

from services.outreach.domain import refusals
from services.outreach.domain.case_file import CaseFile
from services.outreach.domain.document import Document
from services.outreach.domain.pair import Pair
from services.outreach.domain.partnership import Partnership
from shared.aggregates import Aggregate, DomainEvent
from shared.refusals import Refusal
from tests.outreach.states import CALLERS, COMMANDS, STATES

DOCUMENT = Path(__file__).parents[2] / "docs" / "rules" / "outreach.md"
CLOSED = ("partnered", "failed")


def states_of(aggregate: str, cell: str) -> list[str]:
    known = list(STATES[aggregate])
    if cell == "every state":
        return known
    if cell == "every open state":
        return [state for state in known if state not in CLOSED]
    return cell.split("; ")


def rows() -> list[tuple[str, str, str, str, str]]:
    """Aggregate, state, command, who, outcome: one for each state, command and caller that a row names."""
    found = []
    for section in DOCUMENT.read_text().split("\n## ")[1:]:
        name = section.splitlines()[0]
        for line in section.splitlines() if name in STATES else ():
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            if line.startswith("|") and cells[0] not in ("state", "---"):
                states, commands = states_of(name, cells[0]), cells[1].split("; ")
                cases = itertools.product(states, commands, cells[2].split("; "))
                found += [(name, *case, cells[3]) for case in cases]
    return found


def outcome(name: str, state: str, command: str, who: str) -> str:
    aggregate = STATES[name][state]()
    aggregate.collect_events()
    try:
        COMMANDS[name][command](aggregate, CALLERS[who])
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
    """There is no state in which the rules document leaves open what a command of staff does."""
    written = [row[1:3] for row in rows() if row[0] == name and row[3] == "staff"]
    assert sorted(written) == sorted(itertools.product(STATES[name], COMMANDS[name]))


def test_the_document_names_every_refusal_and_event() -> None:
    """No refusal and no event of outreach's domain is missing in the rules document."""
    text = DOCUMENT.read_text()
    named = [
        kind.__name__
        for kind in vars(refusals).values()
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
    ]
    for aggregate in (CaseFile, Document, Pair, Partnership):
        named += [
            event.__name__
            for event in vars(aggregate).values()
            if isinstance(event, type) and issubclass(event, DomainEvent)
        ]
    quiet = {
        Aggregate.Event.__name__,
        Aggregate.Created.__name__,
        "PairEvent",
        "LetterEvent",
        "CaseOpened",
    }
    assert {name for name in named if name not in quiet and f"`{name}`" not in text} == set()


def test_every_timer_has_an_owner() -> None:
    """Each row of the table of timers names whose it is."""
    timers = re.split(r"\n## ", DOCUMENT.read_text().split("## Timers")[1])[0]
    owners = [line.strip("| ").split(" | ")[-1] for line in timers.splitlines() if "|" in line][2:]
    assert owners
    assert all(re.search("staff|member", owner) for owner in owners)
