"""How a request or a listing stands, for its official: the last fact, who has the ball, and the next date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.intake.domain.listing import Listing
from services.intake.domain.listing_facts import (
    CONFIRMED_FOR_DAYS,
    ENDED,
    REMINDER_DAYS,
    ListingState,
)
from services.intake.domain.proof import Proof
from services.intake.proving import ProofStep
from services.intake.reading import Remark
from services.intake.uploads import LetterView


@dataclass(frozen=True, slots=True)
class Standing:
    fact: str
    turn: str
    """Whose turn it is, and for what."""
    by: date | None
    can_edit: bool


FACTS = {
    ListingState.SUBMITTED: (
        "The form is here; your address is not confirmed yet.",
        "You: open our letter and press the button there.",
    ),
    ListingState.VERIFIED: (
        "Your address is confirmed.",
        "Our staff: they look at the request, and write to you.",
    ),
    ListingState.MORE_INFORMATION_ASKED: (
        "Our staff asked you something.",
        "You: answer below, or answer our mail.",
    ),
    ListingState.LAPSED: (
        "The address was not confirmed in time, and the request was put away.",
        "You: send the form again if you still look for a partner.",
    ),
    ListingState.DECLINED: (
        "The request was declined; the reason is below and in our mail.",
        "You: send the form again if something has changed.",
    ),
    ListingState.LISTED: (
        "Your city is on the public map.",
        "Nobody. We ask you before the day below whether you still look for a partner.",
    ),
    ListingState.EXPIRED: (
        f"Your city is no longer on the map: nobody confirmed within {CONFIRMED_FOR_DAYS} days that it still looks.",
        "You: confirm it, and it is back at once.",
    ),
    ListingState.IN_CONVERSATION: (
        "A U.S. community and you have been introduced; you stay on the map.",
        "Both of you, with our staff, who know each next step.",
    ),
    ListingState.PARTNERED: (
        "You have found a partner, and are off the map.",
        "Nobody. To look for another one, send the form again.",
    ),
    ListingState.WITHDRAWN: (
        "The request was withdrawn.",
        "Nobody. To look for a partner again, send the form again.",
    ),
    ListingState.MERGED: (
        "You speak for the listing of your city now.",
        "Nobody: go on with the listing.",
    ),
}


SINCE_CONFIRMED = {
    "answer": "Your answer is here.",
    "question": "Our question was not answered in time; our staff decide with what they have.",
}
"""What was said last between the city and staff, while staff look at a request."""
OF_THE_CITY = ("gazetteer", "address", Proof.AUTHORITY_LETTER.value)
"""Steps that an official is shown before they are done."""


def standing_of(
    listing: Listing, remarks: Sequence[Remark], letters: Sequence[LetterView], today: date
) -> Standing:
    fact, turn = FACTS[listing.state]
    if listing.state is ListingState.LISTED and _is_asked(listing.due_on, today):
        turn = "You: confirm that you still look for a partner, by the day below."
    if listing.state is ListingState.VERIFIED:
        fact = _latest(fact, listing, remarks, letters)
    return Standing(fact, turn, listing.due_on, can_edit=listing.state not in ENDED)


def _is_asked(by: date | None, today: date) -> bool:
    return by is not None and (by - today).days <= REMINDER_DAYS


def _latest(
    fact: str, listing: Listing, remarks: Sequence[Remark], letters: Sequence[LetterView]
) -> str:
    told = [(listing.since, fact)]
    told += [
        (max(each.written_at, listing.since), SINCE_CONFIRMED[each.kind])
        for each in remarks[-1:]
        if each.kind in SINCE_CONFIRMED
    ]
    told += [
        (each.uploaded_at, "Your letter is here.") for each in letters if not each.is_from_staff
    ]
    # Of two at one moment the one that was put down later.
    return max(enumerate(told), key=lambda each: (each[1][0], each[0]))[1][1]


def proof_told(
    steps: Sequence[ProofStep], letters: Sequence[LetterView]
) -> list[tuple[str, ProofStep]]:
    """What is done, and what the city can still do, each with how it stands; staff who read a letter make it done."""
    # Of a city that was known before, or whose letter was waived, none is asked for.
    no_letter = {Proof.LETTER_WAIVED, Proof.KNOWN_BEFORE}
    is_waived = any(each.step in no_letter and each.is_done for each in steps)
    shown = [each for each in steps if each.is_done or each.step in OF_THE_CITY]
    return [
        (_state(each, letters), each)
        for each in shown
        if each.is_done or each.step != Proof.AUTHORITY_LETTER or not is_waived
    ]


def _state(step: ProofStep, letters: Sequence[LetterView]) -> str:
    if step.is_done:
        return "Done"
    is_sent = step.step == Proof.AUTHORITY_LETTER and letters
    return "Sent, and our staff read it" if is_sent else "Not yet"


def still_needed(listing: Listing, letters: Sequence[LetterView]) -> list[str]:
    """What keeps the city off the map, and from whom it comes."""
    return [f"{each} ({_whose(each, letters)})" for each in listing.missing_proofs]


def _whose(missing: str, letters: Sequence[LetterView]) -> str:
    if "letter" not in missing:
        return "our staff see to it"
    return "yours is here, and our staff read it" if letters else "from you"
