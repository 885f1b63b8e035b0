"""The HTTP door of outreach."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.outreach import reading
from services.outreach.application import Outreach
from services.outreach.domain.pair import ContactProof, Governance
from services.outreach.domain.partnership import Agreement, Signatory
from services.outreach.rows import Contact, Email, LetterText, Line, Name, Text
from shared.application import Receipt
from shared.forms import Day, Moment
from shared.http import Committee, Door, Staff, StaffOrAdministrator
from shared.pages import Page
from shared.values import (
    Channel,
    CountryCode,
    DocumentKind,
    FailureReason,
    Interest,
    PartnershipKind,
)

ABOUT = """Pairs of a case and a city abroad: letters and replies, what is learned of the city, the introduction, the
hand-over to the member, and the partnership; and the registry of missions and associations.

Every POST takes an `Idempotency-Key` (a repeat gets the first answer) and an `If-Match` with the version that was
read; it answers with a receipt whose `position` the directory takes as `?after=`. A refusal says in a sentence why,
and what to do next.
"""


Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str | None, Query(max_length=400, pattern=r"^[^\x00]+$")]


class Form(BaseModel):
    """A form; its example stands in the OpenAPI document."""

    def __init_subclass__(cls, example: dict[str, Any] | None = None, **kwargs: Any) -> None:
        cls.model_config = ConfigDict(json_schema_extra={"example": example or {}})
        super().__init_subclass__(**kwargs)


LETTER: dict[str, Any] = {
    "subject": "Springfield, Illinois, is looking for a sister city in Japan",
    "body": "Dear Sir or Madam,\n\nSpringfield would like to get to know Ashikaga ...",
}
SIGNATORY: dict[str, Any] = {"name": "Ann Lee", "office": "Mayor", "is_highest_official": True}


class ThreadForm(
    Form,
    example={
        "channel": "foreign_embassy",
        "contact_id": "4b0e8f62-0d5c-5f0f-9a2e-0c2f6f1c9a11",
        "letter": LETTER,
    },
):
    channel: Channel
    contact_id: Annotated[UUID | None, Field(description="Somebody in the registry.")] = None
    contacted_at: Annotated[Moment | None, Field(description="When it was, if it was not now.")] = (
        None
    )
    letter: Annotated[
        LetterText | None,
        Field(description="Goes out by itself; without it this notes that staff wrote or called."),
    ] = None


class FollowUpForm(Form, example={"letter": LETTER}):
    letter: LetterText | None = None


class ReplyForm(
    Form,
    example={"received_at": "2026-05-20T08:30:00Z", "summary": "They will ask the mayor."},
):
    received_at: Moment | None = None
    summary: Text = ""


class ThreadContactForm(Form, example={"contact_id": "4b0e8f62-0d5c-5f0f-9a2e-0c2f6f1c9a11"}):
    contact_id: UUID


class CityContactForm(
    Form,
    example={
        "name": "Haruka Sato",
        "office": "International Relations Division",
        "email": "kokusai@city.ashikaga.example.org",
        "language": "ja",
        "proof": "official_domain",
    },
):
    name: Name
    office: Line = ""
    email: Email | None = None
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3})?$")] = ""
    proof: Annotated[
        ContactProof | None,
        Field(
            description="What shows that the contact speaks for the city, before an introduction."
        ),
    ] = None


class InterestForm(Form, example={"interest": "yes"}):
    interest: Interest


class GovernanceForm(
    Form,
    example={"decided_by": "council", "needs_national_approval": False, "note": "Twice a year."},
):
    decided_by: Annotated[str, Field(pattern=r"^(mayor|council|region|national|unknown)$")]
    needs_national_approval: bool | None = None
    note: Text = ""


class IntroductionForm(Form, example={"starts_at": "2026-09-02T14:00:00Z"}):
    starts_at: Moment


class HeldForm(Form, example={"held_on": "2026-09-02"}):
    held_on: Day


class HandOverForm(Form, example={"handed_over_on": "2026-09-09"}):
    handed_over_on: Day


class RetractForm(Form, example={"reason": "The agreement was entered with the wrong city."}):
    reason: Annotated[Text, Field(min_length=1, description="For staff alone.")]


class SentForm(Form, example={"sent_on": "2026-09-20"}):
    sent_on: Day


class SignedForm(Form, example={"signed_on": "2026-11-05"}):
    signed_on: Day


class AdoptedForm(Form, example={"adopted_on": "2027-02-10"}):
    adopted_on: Day


class DocumentForm(Form, example={"kind": "letter_of_intent"}):
    kind: DocumentKind


class FailForm(Form, example={"reason": "declined"}):
    reason: FailureReason


class SignatoryForm(Form, example=SIGNATORY):
    name: Name
    office: Annotated[Line, Field(min_length=1)]
    is_highest_official: Annotated[
        bool, Field(description="The highest elected or, without elections, appointed official.")
    ]

    def signatory(self) -> Signatory:
        return Signatory(office=self.office, is_highest_official=self.is_highest_official)


class PartnershipForm(
    Form,
    example={
        "kind": "sister",
        "signed_on": "2027-05-14",
        "us_signatory": SIGNATORY,
        "foreign_signatory": {
            "name": "Kenji Mori",
            "office": "Mayor",
            "is_highest_official": True,
        },
        "endorses_link": True,
    },
):
    kind: PartnershipKind
    signed_on: Day
    us_signatory: SignatoryForm
    foreign_signatory: SignatoryForm
    endorses_link: Annotated[
        bool, Field(description="The signed documents clearly endorse the link.")
    ]
    ends_search: Annotated[
        bool | None,
        Field(
            description="Left out: a sister city agreement ends the search, a stepping stone does not."
        ),
    ] = None

    def agreement(self) -> Agreement:
        return Agreement(
            kind=self.kind,
            signed_on=self.signed_on,
            us_signatory=self.us_signatory.signatory(),
            foreign_signatory=self.foreign_signatory.signatory(),
            endorses_link=self.endorses_link,
        )


class CorrectionForm(Form, example={"kind": "sister", "signed_on": "1994-05-14"}):
    """What is left out stays as it is."""

    kind: PartnershipKind | None = None
    year: Annotated[
        int | None, Field(ge=1800, le=2200, description="Follows the day of the signatures.")
    ] = None
    signed_on: Annotated[Day | None, Field(description="The day on which both sides signed.")] = (
        None
    )
    is_active: Annotated[
        bool, Field(description="True takes back an end that was recorded by mistake.")
    ] = True
    ended_on: Day | None = None


class EndForm(Form, example={"ended_on": "2026-06-30", "reason": "Both sides agreed to end it."}):
    ended_on: Day | None = None
    reason: Text = ""


class ContactForm(
    Form,
    example={
        "channel": "municipal_association",
        "country": "JP",
        "seat_country": "JP",
        "name": "Council of Local Authorities for International Relations",
        "email": "info@clair.example.org",
        "language": "ja",
        "last_verified": "2026-05-01",
    },
):
    channel: Channel
    country: CountryCode
    seat_country: CountryCode | None = None
    city: Line = ""
    name: Name
    office: Line = ""
    email: Email | None = None
    phone: Line = ""
    website: Line = ""
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3})?$")] = ""
    is_person: bool = False
    last_verified: Day | None = None
    source: Line = ""

    def contact(self) -> Contact:
        told = self.model_dump(exclude={"seat_country"})
        return Contact(**told, seat_country=self.seat_country or self.country)


def routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/api/outreach/v1", route_class=Door)
    for part in (_readers, _threads, _city, _course, _member, _partnerships, _registry):
        router.include_router(part(outreach))
    return router


def _readers(outreach: Outreach) -> APIRouter:
    router = APIRouter(tags=["pairs"], route_class=Door)

    @router.get("/cases/{case_id}")
    def read_case(case_id: UUID, caller: Committee) -> reading.CaseView:
        return reading.case(outreach, caller, case_id)

    @router.get("/pairs")
    def list_pairs(
        caller: Staff, wanted: Annotated[reading.WantedPairs, Query()]
    ) -> Page[reading.PairItem]:
        """What is due first comes first."""
        return reading.pairs(outreach, wanted)

    @router.get("/pairs/{pair_id}")
    def read_pair(pair_id: UUID, caller: Committee) -> reading.PairView:
        return reading.pair(outreach, caller, pair_id)

    return router


def _threads(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/pairs/{pair_id}/threads", tags=["threads"], route_class=Door)

    @router.post("", status_code=201)
    def contact(pair_id: UUID, form: ThreadForm, caller: Staff) -> Receipt:
        """A first contact through a channel (B9); the receipt names the pair."""
        return outreach.contact(
            pair_id, form.channel, form.contact_id, form.contacted_at, form.letter
        )

    @router.post("/{thread_id}/follow-up")
    def follow_up(pair_id: UUID, thread_id: UUID, form: FollowUpForm, caller: Staff) -> Receipt:
        return outreach.follow_up(pair_id, thread_id, form.letter)

    @router.post("/{thread_id}/reply")
    def receive_reply(pair_id: UUID, thread_id: UUID, form: ReplyForm, caller: Staff) -> Receipt:
        return outreach.receive_reply(pair_id, thread_id, form.received_at, form.summary)

    @router.post("/{thread_id}/reply/retract")
    def retract_reply(pair_id: UUID, thread_id: UUID, caller: Staff) -> Receipt:
        """The last reply stands in the wrong thread, or was none."""
        return outreach.retract_reply(pair_id, thread_id)

    @router.post("/{thread_id}/retract")
    def retract_contact(pair_id: UUID, thread_id: UUID, caller: Staff) -> Receipt:
        """The first contact was put down by mistake: the thread goes, and the right one can be recorded."""
        return outreach.retract_contact(pair_id, thread_id)

    @router.post("/{thread_id}/bounce")
    def report_bounce(pair_id: UUID, thread_id: UUID, caller: Staff) -> Receipt:
        return outreach.report_bounce(pair_id, thread_id)

    @router.post("/{thread_id}/contact")
    def replace_contact(
        pair_id: UUID, thread_id: UUID, form: ThreadContactForm, caller: Staff
    ) -> Receipt:
        """The thread goes on with somebody else, who has to be written to."""
        return outreach.replace_contact(pair_id, thread_id, form.contact_id)

    return router


def _city(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/pairs/{pair_id}", tags=["pairs"], route_class=Door)

    @router.post("/contact")
    def find_contact(pair_id: UUID, form: CityContactForm, caller: Staff) -> Receipt:
        """The appropriate contact in the city (B10); said again, it corrects or replaces."""
        return outreach.find_contact(pair_id, **form.model_dump())

    @router.post("/interest")
    def gauge_interest(pair_id: UUID, form: InterestForm, caller: Staff) -> Receipt:
        return outreach.gauge_interest(pair_id, form.interest)

    @router.post("/governance")
    def learn_governance(pair_id: UUID, form: GovernanceForm, caller: Staff) -> Receipt:
        """How sister cities are managed in that city and country."""
        governance = Governance(**form.model_dump(exclude={"note"}))
        return outreach.learn_governance(pair_id, governance, form.note)

    @router.post("/introduction")
    def arrange_introduction(pair_id: UUID, form: IntroductionForm, caller: Staff) -> Receipt:
        """The direct conversation (B11); a later date replaces it."""
        return outreach.arrange_introduction(pair_id, form.starts_at)

    @router.post("/introduction/held")
    def hold_introduction(pair_id: UUID, form: HeldForm, caller: Staff) -> Receipt:
        return outreach.hold_introduction(pair_id, form.held_on)

    @router.post("/hand-over")
    def hand_over(pair_id: UUID, form: HandOverForm, caller: Staff) -> Receipt:
        return outreach.hand_over(pair_id, form.handed_over_on)

    @router.post("/hand-over/retract")
    def retract_hand_over(pair_id: UUID, caller: Staff) -> Receipt:
        """The hand-over was put down by mistake: staff write on, until the city is handed over indeed."""
        return outreach.retract_hand_over(pair_id)

    return router


def _course(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/pairs/{pair_id}", tags=["pairs"], route_class=Door)

    @router.post("/member-call")
    def call_member(pair_id: UUID, caller: Staff) -> Receipt:
        """After the hand-over staff asked the member how it goes; the clock starts anew."""
        return outreach.call_member(pair_id)

    @router.post("/fail")
    def fail(pair_id: UUID, form: FailForm, caller: Staff) -> Receipt:
        """This city will not be the partner; the case goes on."""
        return outreach.fail(pair_id, form.reason)

    @router.post("/reopen")
    def reopen(pair_id: UUID, caller: Staff) -> Receipt:
        """A pair that was ended by mistake, or whose city came round, goes on where it stood."""
        return outreach.reopen(pair_id)

    @router.post("/listing/set-aside")
    def set_listing_aside(pair_id: UUID, caller: Staff) -> Receipt:
        """The listing has ended; staff go on with the city without it."""
        return outreach.set_listing_aside(pair_id)

    return router


def _member(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/pairs/{pair_id}", tags=["the member's part"], route_class=Door)

    @router.post("/invitation")
    def send_invitation(pair_id: UUID, form: SentForm, caller: StaffOrAdministrator) -> Receipt:
        return outreach.send_invitation(caller, pair_id, form.sent_on)

    @router.post("/letter-of-intent")
    def sign_letter_of_intent(
        pair_id: UUID, form: SignedForm, caller: StaffOrAdministrator
    ) -> Receipt:
        return outreach.sign_letter_of_intent(caller, pair_id, form.signed_on)

    @router.post("/council-resolution")
    def adopt_resolution(pair_id: UUID, form: AdoptedForm, caller: StaffOrAdministrator) -> Receipt:
        return outreach.adopt_resolution(caller, pair_id, form.adopted_on)

    @router.post("/documents", status_code=201)
    def issue_document(pair_id: UUID, form: DocumentForm, caller: StaffOrAdministrator) -> Receipt:
        """A document of the case in its next version (B12)."""
        return outreach.issue_document(caller, pair_id, form.kind)

    @router.post("/partnership", status_code=201)
    def form_partnership(
        pair_id: UUID, form: PartnershipForm, caller: StaffOrAdministrator
    ) -> Receipt:
        """Both sides signed; recognised under the programme's rules. The receipt names the partnership."""
        names = form.us_signatory.name, form.foreign_signatory.name
        ends_search = form.ends_search
        if ends_search is None:
            ends_search = form.kind is PartnershipKind.SISTER
        return outreach.form_partnership(
            caller, pair_id, form.agreement(), names, ends_search=ends_search
        )

    return router


def _partnerships(outreach: Outreach) -> APIRouter:
    router = APIRouter(
        prefix="/partnerships/{partnership_id}", tags=["partnerships"], route_class=Door
    )

    @router.get("")
    def read_partnership(partnership_id: UUID, caller: Committee) -> reading.PartnershipView:
        """Who signed, and why it ended, is shown to staff alone."""
        return reading.partnership(outreach, caller, partnership_id)

    @router.post("/correct")
    def correct(partnership_id: UUID, form: CorrectionForm, caller: Staff) -> Receipt:
        """What is right; null where it is unknown. Check-ins follow the day of the signatures."""
        return outreach.correct_partnership(partnership_id, form.model_dump(exclude_unset=True))

    @router.post("/end")
    def end(partnership_id: UUID, form: EndForm, caller: Staff) -> Receipt:
        return outreach.end_partnership(partnership_id, form.ended_on, form.reason)

    @router.post("/retract")
    def retract(partnership_id: UUID, form: RetractForm, caller: Staff) -> Receipt:
        """There never was one: the pair stands as before, and a search that ended with it stays ended."""
        return outreach.retract_partnership(partnership_id, form.reason)

    return router


def _registry(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/contacts", tags=["contacts"], route_class=Door)

    @router.get("")
    def list_contacts(
        caller: Staff,
        country: Annotated[str | None, Query(pattern=r"^[A-Z]{2}$")] = None,
        channel: Channel | None = None,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> Page[reading.ContactView]:
        """The registry; `country` is the one that a contact reaches."""
        return reading.contacts(outreach, country, channel, limit, cursor)

    @router.post("", status_code=201)
    def add_contact(form: ContactForm, caller: Staff) -> Receipt:
        """Adds a contact; the same one again brings its row up to date."""
        return outreach.add_contact(form.contact())

    @router.post("/{contact_id}")
    def correct_contact(contact_id: UUID, form: ContactForm, caller: Staff) -> Receipt:
        """The contact as it is now, for instance with an address that was missing."""
        return outreach.correct_contact(contact_id, form.contact())

    return router
