"""How a request or a listing stands, for its official: the last fact, who has the ball, and the next date."""

from dataclasses import dataclass
from datetime import date

from services.intake.domain.listing import CONFIRMED_FOR_DAYS, ENDED, Listing, ListingState


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
        "You: confirm that you still look for a partner, by the day below.",
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


def standing_of(listing: Listing) -> Standing:
    fact, turn = FACTS[listing.state]
    return Standing(fact, turn, listing.due_on, can_edit=listing.state not in ENDED)
