"""What past threads teach of a contact or a channel: who answers, and how soon."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from services.outreach.domain.thread import SILENCES, Thread
from shared.values import Value

FEWEST = 5
"""With fewer threads than these, a rate says nothing yet."""
SILENT_AFTER = timedelta(days=SILENCES[-1])
"""Whoever has been silent for so long counts as one that did not answer."""


class Learned(Value):
    """Of threads in which somebody answered, or could have for 28 days."""

    asked: Annotated[int, Field(description="Threads that count.")] = 0
    answered: int = 0
    reply_rate: Annotated[
        float | None, Field(description="0 to 1; null while fewer than 5 threads count.")
    ] = None
    median_days: Annotated[
        float | None, Field(description="To the first answer; null with fewer than 5 answers.")
    ] = None
    sentence: str = "Whether letters are answered here is not known yet."


def learned(asked: int, answered: int, median_days: float | None) -> Learned:
    """Small numbers stay numbers: no rate is made of them."""
    if asked < FEWEST:
        told = f" ({answered} of {asked} answered)" if asked else ""
        sentence = f"Whether letters are answered here is not known yet{told}."
        return Learned(asked=asked, answered=answered, sentence=sentence)
    days = round(median_days, 1) if median_days is not None and answered >= FEWEST else None
    soon = f", half of them within {days:g} days" if days is not None else ""
    return Learned(
        asked=asked,
        answered=answered,
        reply_rate=round(answered / asked, 2),
        median_days=days,
        sentence=f"{answered} of {asked} were answered{soon}.",
    )


def is_reached(thread: Thread) -> bool:
    """Something is known to have reached the contact, and has not come back."""
    has_gone_out = not thread.is_unsent and not thread.is_first_letter_pending
    return has_gone_out and thread.undeliverable_since is None


def answered_at(thread: Thread) -> datetime | None:
    """The first answer of whom the thread is with now; those of an earlier contact came before."""
    return next((reply for reply in thread.replies if reply >= thread.contacted_at), None)
