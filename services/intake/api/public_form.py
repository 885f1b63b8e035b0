"""The public doors for cities abroad: the form and what stands before it, saving it, and confirming the address."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake import form_guard, saved_forms
from services.intake.api.forms import PROFILE, Abilities, ProfileForm
from services.intake.application import Intake
from services.intake.domain.form import SAVED_FOR_DAYS
from services.intake.form_guard import Guarded
from services.intake.rows import Contact, Language, Name, Office
from shared.application import Receipt
from shared.context import Caller, Role
from shared.forms import Email, Form
from shared.http import Anyone, Door, network_of
from shared.recorder import Write
from shared.values import GeonameId

router = APIRouter(prefix="/listings", tags=["form"], route_class=Door)
Link = Annotated[str, Field(max_length=100, examples=["3q2-7wEvLk2Xb9r8kWm1uQ"])]


class FreshForm(BaseModel):
    """What a page needs to send the form: its token, and a sum that the browser does meanwhile."""

    form_token: str
    challenge: Annotated[
        dict[str, Any], Field(description="For ALTCHA's widget, or any program that does the sum.")
    ]
    min_seconds: Annotated[float, Field(description="Sent sooner, it is refused.")]
    min_seconds_without_work: Annotated[float, Field(description="The same without the sum.")]
    max_seconds: Annotated[float, Field(description="Sent later, it is refused.")]


class OfAPage(Form):
    """What comes with a form beside what the city writes."""

    form_token: Annotated[
        str, Field(max_length=100, description="From `GET /listings/form`; staff need none.")
    ] = ""
    work: Annotated[
        str,
        Field(
            max_length=4000,
            description="The solved challenge, in base64 (ALTCHA). Empty without scripts: then the form waits longer.",
        ),
    ] = ""
    website: Annotated[
        str, Field(max_length=200, description="Hidden from people, and to be left empty.")
    ] = ""
    saved: Annotated[
        str,
        Field(
            max_length=100, description="The secret of the form as it was saved before, which ends."
        ),
    ] = ""

    def guarded(self, request: Request) -> Guarded:
        return Guarded(self.form_token, self.work, self.website, network_of(request))


class RequestForm(OfAPage):
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


class SavedForm(BaseModel):
    """As far as it is filled in."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "geoname_id": 588335,
                "contact_name": "Mari Tamm",
                "contact_email": "mari.tamm@example.org",
                "profile": PROFILE,
            }
        }
    )

    geoname_id: GeonameId | None = None
    contact_name: Annotated[str, Field(max_length=120)] = ""
    contact_email: Annotated[str, Field(max_length=254)] = ""
    contact_office: Annotated[str, Field(max_length=120)] = ""
    contact_language: Annotated[str, Field(max_length=3)] = ""
    profile: ProfileForm = ProfileForm()


class SavingForm(SavedForm, OfAPage):
    """The city's fields as far as they are filled in, with what the page sends."""


class SavedLink(BaseModel):
    saved: Annotated[str, Field(description="The secret of the link; it is told this once.")]
    link: Annotated[str, Field(description="The page that goes on with it.")]
    is_mailed: Annotated[
        bool, Field(description="Whether the link goes to the address in the form, too.")
    ]
    kept_for_days: int = SAVED_FOR_DAYS


class ResumeForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"saved": "3q2-7wEvLk2Xb9r8kWm1uQ"}})

    saved: Link


class CodeForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"code": "ABCDEFGHJKLMNPQR"}})

    code: Annotated[str, Field(max_length=60)]


@router.get("/form")
def fresh_form(intake: Abilities, caller: Anyone, response: Response) -> FreshForm:
    """Asked for when the form is opened; good for one sending."""
    response.headers["Cache-Control"] = "no-store"
    rules = intake.form_rules
    token, challenge = form_guard.hand_out(intake, rules)
    return FreshForm(
        form_token=token,
        challenge=challenge,
        min_seconds=rules.min_seconds,
        min_seconds_without_work=rules.min_seconds_without_work,
        max_seconds=rules.max_seconds,
    )


@router.post("", status_code=201)
def submit_request(
    form: RequestForm, intake: Abilities, caller: Anyone, request: Request
) -> Receipt:
    """A city abroad asks to be listed; a code goes to the address that it gives, and staff see it once that is used."""
    return send(intake, caller, form, form.guarded(request))


def send(intake: Intake, caller: Caller, form: RequestForm, given: Guarded) -> Receipt:
    """The same by the page and by programs."""
    receipt = intake.submit_request(
        caller,
        form.geoname_id,
        form.contact(),
        form.profile,
        is_demonstration=form.is_demonstration,
        guard=lambda: _guard(intake, caller, given),
    )
    if form.saved:
        saved_forms.forget(intake, form.saved)
    return receipt


def _guard(intake: Intake, caller: Caller, given: Guarded) -> list[Write]:
    if caller.role is Role.STAFF:
        return []
    return [form_guard.check(intake, intake.form_rules, given)]


@router.post("/saved", status_code=201)
def save_form(form: SavingForm, intake: Abilities, caller: Anyone, request: Request) -> SavedLink:
    """Puts the form by, sealed, for 30 days. It may be saved anew from its link; the form is still good for sending."""
    form_guard.check_saving(intake, intake.form_rules, form.guarded(request))
    told = form.model_dump(mode="json", include=set(SavedForm.model_fields))
    done = saved_forms.save(intake, told, form.saved)
    link = saved_forms.page_of(intake.addresses.public_url, done.secret)
    return SavedLink(saved=done.secret, link=link, is_mailed=done.is_mailed)


@router.post("/{listing_id}/verify")
def verify(listing_id: UUID, form: CodeForm, intake: Abilities, caller: Anyone) -> Receipt:
    """The code of the mail proves the address."""
    return intake.verify(listing_id, form.code)
