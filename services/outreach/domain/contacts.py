"""Contacts: who may be written to in a thread."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.outreach.domain import refusals as no
from shared.values import Channel


def check_addressee(has_letter: bool) -> None:
    """Raises NobodyToWriteTo: called where no contact is named."""
    if has_letter:
        raise no.NobodyToWriteTo


def check_channel(wanted: Channel, known: Channel) -> None:
    """Raises WrongChannel."""
    if wanted is not known:
        raise no.WrongChannel(channel=known.value.replace("_", " "))


def check_address(contact: str, email: str) -> None:
    """Raises NoAddress."""
    if not email:
        raise no.NoAddress(contact=contact)


def check_unsent(states: Sequence[str]) -> None:
    """`states`: of a thread's letters in the ledger. Raises LetterWasSent, also where nobody can know."""
    if any(state in ("sending", "sent", "unknown") for state in states):
        raise no.LetterWasSent


def known_contact(found: Sequence[dict[str, Any]], contact_id: UUID) -> dict[str, Any]:
    """Raises NoSuchContact."""
    if not found:
        raise no.NoSuchContact(contact_id=contact_id)
    return found[0]
