"""What staff have to prove: requests, claims and changes that wait, with what each of them lacks."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.intake.application import Intake
from services.intake.domain.listing import Listing
from services.intake.domain.listing_facts import ListingState
from services.intake.proving import open_claim

MOST = 100


class Waiting(BaseModel):
    listing_id: UUID
    name: str
    country: str
    state: ListingState
    waits_since: date
    due_on: date | None
    is_overdue: bool
    missing_proofs: Annotated[
        list[str], Field(description="Empty where nothing stands in the way of listing it.")
    ]
    letters: Annotated[int, Field(description="Letters of authority on file.")]
    claims: Annotated[
        UUID | None, Field(description="The listing of the same place that it would take over.")
    ]
    is_colleague: Annotated[
        bool | None, Field(description="What the official of that listing says of it.")
    ]
    next_step: str


def queue(intake: Intake, on: date) -> list[Waiting]:
    """The longest waiting first, 100 at most."""
    found = intake.rows(
        "SELECT listing_id, waits_since FROM listings WHERE is_in_sight AND waits_since IS NOT NULL"
        " ORDER BY waits_since, listing_id LIMIT %(most)s",
        most=MOST,
    )
    listings = (intake.load(Listing, row["listing_id"]) for row in found)
    return [_of(intake, listing, on) for listing in listings if listing.waits_since is not None]


def _of(intake: Intake, listing: Listing, on: date) -> Waiting:
    assert listing.waits_since is not None, "asked for"
    is_change, claims = listing.is_confirmable, open_claim(intake, listing)
    return Waiting(
        listing_id=listing.id,
        name=listing.place.name,
        country=listing.place.country,
        state=listing.state,
        waits_since=listing.waits_since,
        due_on=listing.due_on,
        is_overdue=listing.due_on is not None and listing.due_on < on,
        missing_proofs=[] if is_change else listing.missing_proofs,
        letters=len(listing.letters),
        claims=claims,
        is_colleague=listing.is_colleague,
        next_step=_next_step(listing, claims),
    )


def _next_step(listing: Listing, claims: UUID | None) -> str:
    if listing.is_confirmable:
        return "Read the change, and approve or refuse it."
    if listing.missing_proofs:
        return f"Prove it: {' and '.join(listing.missing_proofs)} is missing."
    if claims is not None:
        return "Hand the listing over, or decline the claim."
    return "Read the texts and list the city, ask, or decline."
