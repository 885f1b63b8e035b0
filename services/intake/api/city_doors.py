"""What the pages of cities abroad ask beside the form: places to choose from, a saved form, how a request stands."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from services.intake import proving, reading, saved_forms, uploads
from services.intake.api.city_fields import Entered
from services.intake.api.forms import Abilities
from services.intake.api.public_form import ResumeForm, SavedForm
from services.intake.domain.listing import Listing
from services.intake.proving import ClaimEnd
from services.intake.standing import (
    Fact,
    Need,
    StepState,
    proof_told,
    standing_of,
    still_needed,
)
from services.intake.uploads import LetterView
from shared.http import Anyone, Door, ForeignOfficial
from shared.values import Place, PublicProfile

router = APIRouter(prefix="/listings", tags=["form"], route_class=Door)
Sought = Annotated[
    str,
    Query(
        max_length=100,
        pattern=r"^[^\x00]+$",
        description="How the name begins, in any script.",
        examples=["Tart"],
    ),
]
Country = Annotated[str | None, Query(pattern=r"^[A-Z]{2}$", examples=["EE"])]
MOST_PLACES, LOOKED_AT = 12, 60


class OpenedForm(SavedForm):
    place: Annotated[Place | None, Field(description="Of `geoname_id`, as it is shown.")] = None


class StepTold(BaseModel):
    step: Annotated[
        str, Field(description="`gazetteer`, `address`, `only_record`, or the kind of a proof.")
    ]
    state: StepState


class ClaimTold(BaseModel):
    """Somebody else asked to be listed for the same place."""

    end: ClaimEnd
    on: date | None


class StandingView(BaseModel):
    """For the official: the last fact, by when somebody has to act, and what the city can do alone."""

    listing_id: UUID
    place: Place
    fact: Annotated[Fact, Field(description="The last to happen; it says whose turn it is, too.")]
    by: date | None
    is_on_the_map: Annotated[bool, Field(description="It can be confirmed that it still looks.")]
    confirmed_on: date | None
    can_edit: Annotated[bool, Field(description="It can be changed and withdrawn.")]
    takes_letters: bool
    letters: list[LetterView]
    proof: list[StepTold]
    still_needed: list[Need]
    remarks: Annotated[list[reading.Remark], Field(description="Between the city and our staff.")]
    profile: Annotated[PublicProfile, Field(description="What the map shows.")]
    draft: Annotated[PublicProfile | None, Field(description="Waits until staff have read it.")]
    is_claimed: Annotated[
        bool, Field(description="The official is to say whether who claims it is a colleague.")
    ]
    claim: Annotated[ClaimTold | None, Field(description="What became of the newest claim.")]


@router.get("/places")
def find_places(
    q: Sought, intake: Abilities, caller: Anyone, response: Response, country: Country = None
) -> list[Place]:
    """Places abroad whose name begins so, in any script, the largest first; 12 at most."""
    response.headers["Cache-Control"] = "public, max-age=3600"
    found = intake.gazetteer.search(q.strip(), country, LOOKED_AT) if q.strip() else []
    return [place for place in found if place.is_abroad][:MOST_PLACES]


@router.post("/saved/open")
def open_saved_form(
    form: ResumeForm, intake: Abilities, caller: Anyone, response: Response
) -> OpenedForm:
    """To go on with it. The link's secret travels in the body, so that no log has it."""
    response.headers["Cache-Control"] = "no-store"
    told = saved_forms.resume(intake, form.saved)
    if "page" in told:
        opened = Entered(**told["page"]).as_far_as_right(intake.gazetteer)
    else:
        opened = SavedForm.model_validate(told)
    place = intake.gazetteer.find(opened.geoname_id) if opened.geoname_id else None
    return OpenedForm(**dict(opened), place=place)


@router.get("/{listing_id}/standing")
def read_standing(listing_id: UUID, intake: Abilities, caller: ForeignOfficial) -> StandingView:
    """How the city's own request or listing stands."""
    listing = intake.load(Listing, listing_id)
    listing.admit(caller)
    remarks, letters = (
        reading.remarks(intake, listing_id),
        uploads.of_listing(intake, listing_id),
    )
    steps = proving.steps_of(intake, listing, for_staff=False)
    standing = standing_of(listing, remarks, letters, intake.clock().date())
    news = proving.claim_news(intake, listing)
    return StandingView(
        listing_id=listing.id,
        place=listing.place,
        fact=standing.key,
        by=standing.by,
        is_on_the_map=listing.is_confirmable,
        confirmed_on=listing.confirmed_on,
        can_edit=standing.can_edit,
        takes_letters=listing.takes_letters,
        letters=letters,
        proof=[StepTold(step=each.step, state=state) for state, each in proof_told(steps, letters)],
        still_needed=still_needed(listing, letters),
        remarks=remarks,
        profile=listing.profile,
        draft=intake.draft(listing_id) if listing.has_draft else None,
        is_claimed=proving.is_claimed(intake, listing),
        claim=ClaimTold(end=news.end, on=news.on) if news else None,
    )
