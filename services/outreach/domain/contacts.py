"""Contacts: who may be written to in a thread, and when somebody last saw that they are right."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.outreach.domain import refusals as no
from services.outreach.domain.partnership import check_past
from shared.values import Channel, Place, add_months

MONTHS_VERIFIED = 12
"""For so long a contact that was verified is taken to be right."""
CLEARLY_LARGER = 5
"""Times the people of the next place of the same name: then a name alone means the large one."""


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


def needs_verification(last_verified: date | None, today: date) -> bool:
    """After twelve months, and where nobody knows when it was right."""
    return last_verified is None or add_months(last_verified, MONTHS_VERIFIED) <= today


def check_verified(verified_on: date, known: date | None, now: datetime) -> None:
    """Raises NotYetHappened, VerifiedSince."""
    check_past(None, verified_on, now)
    if known is not None and verified_on < known:
        raise no.VerifiedSince(known=known)


def the_one_meant(found: Sequence[Place]) -> Place | None:
    """Of places of one name, the largest first; None where the name could be several."""
    if len(found) > 1 and found[0].population < CLEARLY_LARGER * found[1].population:
        return None
    return found[0] if found else None
