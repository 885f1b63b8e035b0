"""The doors for cities abroad: the form, its proof and assessment, and the listing on the map."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.intake import reading
from services.intake.api.forms import (
    PROFILE,
    Abilities,
    Cursor,
    Limit,
    ProfileForm,
    Text,
    Waiting,
)
from services.intake.application import Intake
from services.intake.domain.listing import Listing, ListingState, Proof
from services.intake.rows import Contact, Language, Name, Office
from shared.application import Receipt
from shared.forms import Email
from shared.http import Anyone, Door, Staff, StaffOrForeignOfficial
from shared.pages import Page
from shared.values import GeonameId, Place, PublicProfile

router = APIRouter(prefix="/listings", tags=["listings"], route_class=Door)


class RequestForm(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "geoname_id": 588335,
                "contact_name": "Mari Tamm",
                "contact_email": "mari.tamm@example.org",
                "contact_office": "International Relations",
                "contact_language": "et",
                "profile": PROFILE,
            }
        }
    )

    geoname_id: GeonameId
    contact_name: Name
    contact_email: Email
    contact_office: Office = ""
    contact_language: Language = ""
    profile: ProfileForm = ProfileForm()
    is_demonstration: Annotated[bool, Field(description="Invented; only staff may say so.")] = False

    def contact(self) -> Contact:
        return Contact(
            name=self.contact_name,
            email=self.contact_email,
            office=self.contact_office,
            language=self.contact_language,
        )


class CodeForm(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"code": "ABCDEFGHJKLMNPQR"}})

    code: Annotated[str, Field(max_length=60)]


class ProofForm(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"kind": "authority_letter"}})

    kind: Proof


class AssessmentForm(BaseModel):
    """The profile as staff have mended it; left out, the city's own text is published."""

    model_config = ConfigDict(json_schema_extra={"example": {}})

    profile: ProfileForm | None = None


class QuestionForm(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"question": "Who decides on partnerships in your city?"}}
    )

    question: Text


class AnswerForm(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"text": "The city council does.", "profile": PROFILE}}
    )

    text: Text
    profile: ProfileForm | None = None


class ReasonForm(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"reason": "We could not reach the city's office."}}
    )

    reason: Text


class EditForm(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"profile": PROFILE}})

    profile: ProfileForm


class ListingView(BaseModel):
    listing_id: UUID
    version: int
    community_id: UUID
    place: Place
    state: ListingState
    proofs: list[Proof]
    missing_proofs: list[str]
    profile: Annotated[PublicProfile, Field(description="What the map shows.")]
    draft: Annotated[PublicProfile | None, Field(description="Waits until staff have assessed it.")]
    submitted_on: date
    confirmed_on: date | None
    expires_on: date | None
    due_on: date | None
    is_overdue: bool
    contacts: list[reading.PersonView]
    remarks: Annotated[
        list[reading.Remark], Field(description="Between the city and staff; never public.")
    ]
    is_demonstration: bool


@router.post("", status_code=201)
def submit_request(form: RequestForm, intake: Abilities, caller: Anyone) -> Receipt:
    """A city abroad asks to be listed; a code goes to the address that it gives."""
    return intake.submit_request(
        caller,
        form.geoname_id,
        form.contact(),
        form.profile,
        is_demonstration=form.is_demonstration,
    )


@router.get("")
def list_listings(
    intake: Abilities,
    caller: Staff,
    state: ListingState | None = None,
    is_overdue: bool = False,
    waiting: Waiting = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[reading.ListingItem]:
    """The one that waits longest first."""
    overdue_on = intake.clock().date() if is_overdue else None
    return reading.listings(intake, state, overdue_on, waiting, limit, cursor)


@router.get("/{listing_id}")
def read_listing(
    listing_id: UUID, intake: Abilities, caller: StaffOrForeignOfficial
) -> ListingView:
    listing = intake.load(Listing, listing_id)
    listing.admit(caller)
    return _view(intake, listing)


@router.post("/{listing_id}/verify")
def verify(listing_id: UUID, form: CodeForm, intake: Abilities, caller: Anyone) -> Receipt:
    """The code of the mail proves the address."""
    return intake.verify(listing_id, form.code)


@router.post("/{listing_id}/code")
def renew_code(listing_id: UUID, intake: Abilities, caller: StaffOrForeignOfficial) -> Receipt:
    """Send another code; the older one no longer works."""
    intake.load(Listing, listing_id).admit(caller)
    return intake.renew_code(listing_id)


@router.post("/{listing_id}/contact")
def replace_contact(listing_id: UUID, form: Contact, intake: Abilities, caller: Staff) -> Receipt:
    """Somebody else speaks for the city now, or the address was wrong; all mail goes there from now on."""
    return intake.replace_contact(listing_id, form)


@router.post("/{listing_id}/proofs")
def record_proof(listing_id: UUID, form: ProofForm, intake: Abilities, caller: Staff) -> Receipt:
    """A call back proves the address too."""
    return intake.record_proof(listing_id, form.kind)


@router.post("/{listing_id}/list")
def list_city(listing_id: UUID, form: AssessmentForm, intake: Abilities, caller: Staff) -> Receipt:
    """Staff have assessed the request: the city goes on the map."""
    return intake.list_city(listing_id, form.profile)


@router.post("/{listing_id}/ask")
def ask(listing_id: UUID, form: QuestionForm, intake: Abilities, caller: Staff) -> Receipt:
    return intake.ask(listing_id, form.question)


@router.post("/{listing_id}/answer")
def answer(
    listing_id: UUID, form: AnswerForm, intake: Abilities, caller: StaffOrForeignOfficial
) -> Receipt:
    return intake.answer(caller, listing_id, form.text, form.profile)


@router.post("/{listing_id}/decline")
def decline(listing_id: UUID, form: ReasonForm, intake: Abilities, caller: Staff) -> Receipt:
    """The reason is mailed to the city and told to nobody else."""
    return intake.decline(listing_id, form.reason)


@router.post("/{listing_id}/edit")
def edit(
    listing_id: UUID, form: EditForm, intake: Abilities, caller: StaffOrForeignOfficial
) -> Receipt:
    """The official's new text waits for staff; staff's own is published at once."""
    return intake.edit(caller, listing_id, form.profile)


@router.post("/{listing_id}/approve")
def approve_edit(listing_id: UUID, intake: Abilities, caller: Staff) -> Receipt:
    return intake.approve_edit(listing_id)


@router.post("/{listing_id}/refuse-edit")
def refuse_edit(listing_id: UUID, form: ReasonForm, intake: Abilities, caller: Staff) -> Receipt:
    """What is on the map stays as it is."""
    return intake.refuse_edit(listing_id, form.reason)


@router.post("/{listing_id}/reconfirm")
def reconfirm(listing_id: UUID, intake: Abilities, caller: StaffOrForeignOfficial) -> Receipt:
    """The city still looks; counts for 180 days."""
    return intake.reconfirm(caller, listing_id)


@router.post("/{listing_id}/withdraw")
def withdraw(listing_id: UUID, intake: Abilities, caller: StaffOrForeignOfficial) -> Receipt:
    return intake.withdraw_listing(caller, listing_id)


def _view(intake: Intake, listing: Listing) -> ListingView:
    return ListingView(
        listing_id=listing.id,
        version=listing.version,
        community_id=listing.community_id,
        place=listing.place,
        state=listing.state,
        proofs=sorted(listing.proofs),
        missing_proofs=listing.missing_proofs,
        profile=listing.profile,
        draft=intake.draft(listing.id) if listing.has_draft else None,
        submitted_on=listing.submitted_at.date(),
        confirmed_on=listing.confirmed_on,
        expires_on=listing.expires_on,
        due_on=listing.due_on,
        is_overdue=listing.due_on is not None and listing.due_on < intake.clock().date(),
        contacts=reading.people(intake, "listing_id", listing.id),
        remarks=reading.remarks(intake, listing.id),
        is_demonstration=listing.is_demonstration,
    )
