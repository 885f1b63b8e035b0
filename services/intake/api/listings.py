"""The doors to requests of cities abroad: proof, letters, claims, assessment, and the listing on the map."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response, UploadFile
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.intake import proof_queue, proving, reading, uploads
from services.intake.api.forms import (
    PROFILE,
    Abilities,
    Cursor,
    Limit,
    OptionalText,
    ProfileForm,
    Text,
    Waiting,
)
from services.intake.application import Intake
from services.intake.domain.letter_file import MOST_BYTES
from services.intake.domain.listing import Listing
from services.intake.domain.listing_facts import ListingState
from services.intake.domain.proof import Proof, Told
from services.intake.proof_queue import Waiting as ToProve
from services.intake.proving import ProofStep
from services.intake.rows import Contact
from services.intake.uploads import LetterView
from shared.application import Receipt
from shared.context import Role
from shared.forms import NO_CONTROL, Day, Form
from shared.http import Door, Staff, StaffOrForeignOfficial
from shared.pages import Page
from shared.values import Place, PublicProfile

Line = Annotated[str, Field(max_length=200, pattern=NO_CONTROL)]


def _not_by_hand(kind: Proof) -> Proof:
    if kind is Proof.KNOWN_BEFORE:
        raise ValueError("this is said by an import alone")
    return kind


router = APIRouter(prefix="/listings", tags=["listings"], route_class=Door)


class ProofForm(Form):
    """A call back says with whom and from where the number is; a judged domain and a waived letter say why."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kind": "call_back",
                "spoke_with": "Mari Tamm, head of international relations",
                "called_on": "2026-03-05",
                "number_source": "the city's own site",
            }
        }
    )

    kind: Annotated[Proof, AfterValidator(_not_by_hand)]
    spoke_with: Line = ""
    called_on: Day | None = None
    number_source: Line = ""
    note: OptionalText = ""

    def told(self) -> Told:
        return Told(
            spoke_with=self.spoke_with.strip(),
            called_on=self.called_on,
            number_source=self.number_source.strip(),
            note=self.note.strip(),
        )


class RetractionForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"kind": "official_domain"}})

    kind: Proof


class ClaimAnswerForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"is_colleague": True}})

    is_colleague: Annotated[
        bool, Field(description="Whether who claims the listing is a colleague.")
    ]


class AssessmentForm(Form):
    """The profile as staff have mended it; left out, the city's own text is published."""

    model_config = ConfigDict(json_schema_extra={"example": {}})

    profile: ProfileForm | None = None


class QuestionForm(Form):
    model_config = ConfigDict(
        json_schema_extra={"example": {"question": "Who decides on partnerships in your city?"}}
    )

    question: Text


class AnswerForm(Form):
    model_config = ConfigDict(
        json_schema_extra={"example": {"text": "The city council does.", "profile": PROFILE}}
    )

    text: Text
    profile: ProfileForm | None = None


class ReasonForm(Form):
    model_config = ConfigDict(
        json_schema_extra={"example": {"reason": "We could not reach the city's office."}}
    )

    reason: Text


class EditForm(Form):
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
    proof_steps: Annotated[
        list[ProofStep], Field(description="Everything that proves city and person, done or not.")
    ]
    letters: Annotated[list[LetterView], Field(description="Letters of authority on file.")]
    claims: Annotated[
        UUID | None,
        Field(description="The listing of the same place that somebody else sent; for staff."),
    ]
    is_colleague: Annotated[
        bool | None, Field(description="What the official of that listing says of the claim.")
    ]
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


@router.get("/queue")
def read_queue(intake: Abilities, caller: Staff) -> list[ToProve]:
    """What is to be proved and assessed, the longest waiting first, with what each request lacks; 100 at most."""
    return proof_queue.queue(intake, intake.clock().date())


@router.get("/{listing_id}")
def read_listing(
    listing_id: UUID, intake: Abilities, caller: StaffOrForeignOfficial
) -> ListingView:
    listing = intake.load(Listing, listing_id)
    listing.admit(caller)
    return _view(intake, listing, for_staff=caller.role is Role.STAFF)


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
    return proving.record_proof(intake, caller, listing_id, form.kind, form.told())


@router.post("/{listing_id}/proofs/retract")
def retract_proof(
    listing_id: UUID, form: RetractionForm, intake: Abilities, caller: Staff
) -> Receipt:
    """It was put down by mistake."""
    return proving.retract_proof(intake, listing_id, form.kind)


@router.post("/{listing_id}/letters")
def upload_letter(
    listing_id: UUID,
    intake: Abilities,
    caller: StaffOrForeignOfficial,
    file: UploadFile | None = None,
) -> Receipt:
    """A letter of authority: PDF, PNG, JPEG or DOCX, 5 MB at most. Staff judge it and record the proof."""
    content = file.file.read(MOST_BYTES + 1) if file else b""
    name = (file.filename if file else None) or ""
    return uploads.upload(intake, caller, listing_id, name, content)


@router.get(
    "/{listing_id}/letters/{upload_id}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def download_letter(
    listing_id: UUID, upload_id: UUID, intake: Abilities, caller: Staff
) -> Response:
    """For staff, as a file to save: nothing that strangers sent is shown inside the programme."""
    kind, content = uploads.content_of(intake, listing_id, upload_id)
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="letter-{upload_id}.{kind.value}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "no-store",
        },
    )


@router.post("/{listing_id}/claim/answer")
def answer_claim(
    listing_id: UUID, form: ClaimAnswerForm, intake: Abilities, caller: StaffOrForeignOfficial
) -> Receipt:
    """The official of a listing says of who claims it whether it is a colleague; the receipt names the claim."""
    return proving.answer_claim(intake, caller, listing_id, is_colleague=form.is_colleague)


@router.post("/{listing_id}/claim/grant")
def grant_claim(listing_id: UUID, intake: Abilities, caller: Staff) -> Receipt:
    """Whoever sent this request speaks for the listing that it claims from now on; to refuse it, decline it."""
    return proving.grant_claim(intake, listing_id)


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


def _view(intake: Intake, listing: Listing, *, for_staff: bool) -> ListingView:
    """Staff see nothing that was written before somebody confirms the address, or they know who it is."""
    is_shown = listing.is_in_sight or not for_staff
    return ListingView(
        listing_id=listing.id,
        version=listing.version,
        community_id=listing.community_id,
        place=listing.place,
        state=listing.state,
        proofs=sorted(listing.proofs),
        missing_proofs=listing.missing_proofs,
        proof_steps=proving.steps_of(intake, listing, for_staff=for_staff),
        letters=uploads.of_listing(intake, listing.id),
        claims=listing.claims if for_staff else None,
        is_colleague=listing.is_colleague if for_staff else None,
        profile=listing.profile,
        draft=intake.draft(listing.id) if listing.has_draft and is_shown else None,
        submitted_on=listing.submitted_at.date(),
        confirmed_on=listing.confirmed_on,
        expires_on=listing.expires_on,
        due_on=listing.due_on,
        is_overdue=listing.due_on is not None and listing.due_on < intake.clock().date(),
        contacts=reading.people(intake, "listing_id", listing.id) if is_shown else [],
        remarks=reading.remarks(intake, listing.id),
        is_demonstration=listing.is_demonstration,
    )
