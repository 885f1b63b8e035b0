"""What is due in outreach: threads, pairs, introductions, what was promised in them, and mail that waits."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from services.outreach.application import Outreach
from services.outreach.domain.pair import Pair
from services.outreach.domain.steps import Step, Waiting
from services.outreach.domain.thread import Thread
from services.outreach.next_steps import words_of
from shared import meeting_rows
from shared.due import MOST, Due, DueKind, DueList, in_order, is_asked, words
from shared.inbox import due_mail
from shared.place_names import full_name

OF_INTRODUCTIONS = (Step.ARRANGE_INTRODUCTION, Step.HOLD_INTRODUCTION)


def due(outreach: Outreach, until: date) -> DueList:
    """Staff's steps of that day and earlier, and those of others that should have been taken before it."""
    found = outreach.rows(
        "SELECT pair_id FROM pairs WHERE is_open AND due_on <= %(until)s ORDER BY due_on, pair_id",
        until=until,
    )
    pairs = [outreach.load(Pair, row["pair_id"]) for row in found[:MOST]]
    lines = [line for pair in pairs for line in _of(pair, until)]
    lines += [*_actions(outreach, until), *due_mail(outreach, "outreach", until)]
    return in_order(lines, left_out=max(0, len(found) - MOST))


def _of(pair: Pair, until: date) -> Iterator[Due]:
    """A line for each thread while the city is being asked; threads that wait for the same have one."""
    if not pair.is_asking or not pair.threads:
        waiting = pair.waits_for()
        kind = DueKind.INTRODUCTION if waiting.step in OF_INTRODUCTIONS else DueKind.PAIR
        yield from _line(pair, kind, pair.id, waiting, "", until)
        return
    told: set[Waiting] = set()
    for thread in pair.threads.values():
        waiting = pair.thread_waits_for(thread)
        if waiting not in told:
            told.add(waiting)
            yield from _of_thread(pair, thread, waiting, until)


def _of_thread(pair: Pair, thread: Thread, waiting: Waiting, until: date) -> Iterator[Due]:
    through = f" ({words(thread.channel)})"
    yield from _line(pair, DueKind.THREAD, thread.thread_id, waiting, through, until)


def _line(
    pair: Pair, kind: DueKind, number: UUID, waiting: Waiting, through: str, until: date
) -> Iterator[Due]:
    if waiting.due_on is not None and is_asked(waiting.holder, waiting.due_on, until):
        yield Due(
            kind=kind,
            id=number,
            case_id=pair.sides.case_id,
            about=_names(pair),
            step=waiting.step,
            what=words_of(waiting.step, pair) + through,
            holder=waiting.holder,
            due_on=waiting.due_on,
            owner=pair.owner or "",
            opens=f"/api/outreach/v1/pairs/{pair.id}",
        )


def _actions(outreach: Outreach, until: date) -> Iterator[Due]:
    for action in meeting_rows.due_actions(outreach, until):
        pair = outreach.load(Pair, action.subject_id)
        yield Due(
            kind=DueKind.ACTION,
            id=action.action_id,
            case_id=pair.sides.case_id,
            about=_names(pair),
            what=f"{action.who} promised: {action.what}",
            holder=action.holder,
            due_on=action.due_on,
            owner=pair.owner or "",
            opens=f"/api/outreach/v1/pairs/{pair.id}/introduction/slots",
        )


def _names(pair: Pair) -> str:
    return f"{full_name(pair.place)} and {full_name(pair.foreign_place)}"
