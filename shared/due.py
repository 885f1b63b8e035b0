"""What is due: the lines by which each service tells what waits for staff, or should have been done by now."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from shared.values import Party

MOST = 500
"""Lines of one service at once, the longest due first."""


class DueKind(StrEnum):
    CASE = "case"
    MESSAGE = "message"
    PROFILE = "profile"
    LISTING = "listing"
    MAIL = "mail"
    ACTION = "action"
    RESEARCH = "research"
    PAIR = "pair"
    THREAD = "thread"
    INTRODUCTION = "introduction"


class Due(BaseModel):
    """One thing to do, or to ask about."""

    kind: DueKind
    id: Annotated[UUID, Field(description="Of the case, the thread, the action, ...")]
    case_id: UUID | None = None
    about: Annotated[str, Field(description="The cities that it is about.")]
    step: Annotated[str, Field(description="The step, where it has a name of its own.")] = ""
    what: Annotated[str, Field(description="What is to be done, in words.")]
    holder: Annotated[Party, Field(description="Who has it to do.")] = Party.STAFF
    due_on: date
    owner: Annotated[str, Field(description="Staff id; empty where nobody has it.")] = ""
    opens: Annotated[str, Field(description="The address that answers with the whole of it.")]


class DueList(BaseModel):
    """Of one service, the longest due first."""

    items: list[Due]
    left_out: Annotated[int, Field(description="So many more were not told.")] = 0


def is_asked(holder: Party, due_on: date, until: date) -> bool:
    """Staff's own steps on their day; those of others once the day has passed."""
    return due_on < until or (due_on == until and holder is Party.STAFF)


def in_order(found: Iterable[Due], left_out: int = 0) -> DueList:
    items = sorted(found, key=lambda each: (each.due_on, each.about, each.id))
    return DueList(items=items[:MOST], left_out=left_out + max(0, len(items) - MOST))


def words(step: str) -> str:
    return step.replace("_", " ")
