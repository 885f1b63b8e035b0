"""How a request or a listing stands, for its official: the last fact, who has the ball, and the next date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

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


class Fact(StrEnum):
    """What was the last to happen; pages say it in the reader's language."""

    SUBMITTED = "submitted"
    VERIFIED = "verified"
    ANSWER_HERE = "answer_here"
    QUESTION_UNANSWERED = "question_unanswered"
    LETTER_HERE = "letter_here"
    MORE_INFORMATION_ASKED = "more_information_asked"
    LAPSED = "lapsed"
    DECLINED = "declined"
    LISTED = "listed"
    ASKED_WHETHER_STILL = "asked_whether_still"
    EXPIRED = "expired"
    IN_CONVERSATION = "in_conversation"
    PARTNERED = "partnered"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Standing:
    key: Fact
    fact: str
    turn: str
    """Whose turn it is, and for what."""
    by: date | None
    can_edit: bool


STAFF_LOOK = "Our staff: they look at the request, and write to you."
ON_THE_MAP = "Your city is on the public map."
FACTS = {
    Fact.SUBMITTED: (
        "The form is here; your address is not confirmed yet.",
        "You: open our letter and press the button there.",
    ),
    Fact.VERIFIED: ("Your address is confirmed.", STAFF_LOOK),
    Fact.ANSWER_HERE: ("Your answer is here.", STAFF_LOOK),
    Fact.QUESTION_UNANSWERED: (
        "Our question was not answered in time; our staff decide with what they have.",
        STAFF_LOOK,
    ),
    Fact.LETTER_HERE: ("Your letter is here.", STAFF_LOOK),
    Fact.MORE_INFORMATION_ASKED: (
        "Our staff asked you something.",
        "You: answer below, or answer our mail.",
    ),
    Fact.LAPSED: (
        "The address was not confirmed in time, and the request was put away.",
        "You: send the form again if you still look for a partner.",
    ),
    Fact.DECLINED: (
        "The request was declined; the reason is below and in our mail.",
        "You: send the form again if something has changed.",
    ),
    Fact.LISTED: (
        ON_THE_MAP,
        "Nobody. We ask you before the day below whether you still look for a partner.",
    ),
    Fact.ASKED_WHETHER_STILL: (
        ON_THE_MAP,
        "You: confirm that you still look for a partner, by the day below.",
    ),
    Fact.EXPIRED: (
        f"Your city is no longer on the map: nobody confirmed within {CONFIRMED_FOR_DAYS} days that it still looks.",
        "You: confirm it, and it is back at once.",
    ),
    Fact.IN_CONVERSATION: (
        "A U.S. community and you have been introduced; you stay on the map.",
        "Both of you, with our staff, who know each next step.",
    ),
    Fact.PARTNERED: (
        "You have found a partner, and are off the map.",
        "Nobody. To look for another one, send the form again.",
    ),
    Fact.WITHDRAWN: (
        "The request was withdrawn.",
        "Nobody. To look for a partner again, send the form again.",
    ),
    Fact.MERGED: (
        "You speak for the listing of your city now.",
        "Nobody: go on with the listing.",
    ),
}


SINCE_CONFIRMED = {"answer": Fact.ANSWER_HERE, "question": Fact.QUESTION_UNANSWERED}
"""What was said last between the city and staff, while staff look at a request."""
OF_THE_CITY = ("gazetteer", "address", Proof.AUTHORITY_LETTER.value)
"""Steps that an official is shown before they are done."""


def standing_of(
    listing: Listing, remarks: Sequence[Remark], letters: Sequence[LetterView], today: date
) -> Standing:
    key = Fact(listing.state.value)
    if listing.state is ListingState.LISTED and _is_asked(listing.due_on, today):
        key = Fact.ASKED_WHETHER_STILL
    if listing.state is ListingState.VERIFIED:
        key = _latest(key, listing, remarks, letters)
    return Standing(key, *FACTS[key], listing.due_on, can_edit=listing.state not in ENDED)


def _is_asked(by: date | None, today: date) -> bool:
    return by is not None and (by - today).days <= REMINDER_DAYS


def _latest(
    key: Fact, listing: Listing, remarks: Sequence[Remark], letters: Sequence[LetterView]
) -> Fact:
    told = [(listing.since, key)]
    told += [
        (max(each.written_at, listing.since), SINCE_CONFIRMED[each.kind])
        for each in remarks[-1:]
        if each.kind in SINCE_CONFIRMED
    ]
    told += [(each.uploaded_at, Fact.LETTER_HERE) for each in letters if not each.is_from_staff]
    # Of two at one moment the one that was put down later.
    return max(enumerate(told), key=lambda each: (each[1][0], each[0]))[1][1]


class StepState(StrEnum):
    DONE = "done"
    SENT = "sent"
    NOT_YET = "not_yet"


STEP_STATES = {
    StepState.DONE: "Done",
    StepState.SENT: "Sent, and our staff read it",
    StepState.NOT_YET: "Not yet",
}


def proof_told(
    steps: Sequence[ProofStep], letters: Sequence[LetterView]
) -> list[tuple[StepState, ProofStep]]:
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


def _state(step: ProofStep, letters: Sequence[LetterView]) -> StepState:
    if step.is_done:
        return StepState.DONE
    is_sent = step.step == Proof.AUTHORITY_LETTER and letters
    return StepState.SENT if is_sent else StepState.NOT_YET


class Need(StrEnum):
    """What keeps the city off the map, and from whom it comes."""

    OFFICE = "office"
    LETTER = "letter"
    LETTER_READ = "letter_read"


NEEDS = {
    Need.OFFICE: "an address on an official domain, or a call back (our staff see to it)",
    Need.LETTER: "a letter of authority (from you)",
    Need.LETTER_READ: "a letter of authority (yours is here, and our staff read it)",
}


def still_needed(listing: Listing, letters: Sequence[LetterView]) -> list[Need]:
    of_letter = Need.LETTER_READ if letters else Need.LETTER
    return [of_letter if "letter" in each else Need.OFFICE for each in listing.missing_proofs]
