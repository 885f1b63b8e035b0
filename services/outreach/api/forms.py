"""What outreach is asked for: a class for each form, with an example that stands in the OpenAPI document."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.outreach.domain.pair_facts import INTRODUCTION_MINUTES, ContactProof
from services.outreach.domain.partnership import Agreement, Signatory
from services.outreach.meeting_people import Guest
from services.outreach.rows import Contact, LetterText, Line, Name, Text
from shared.forms import Day, Email, Form, Moment, StaffId
from shared.meeting_rows import ActionForm, MeetingDetails, Prose
from shared.meetings import MOST_SLOTS, IsAgreed, Minutes
from shared.values import (
    Channel,
    CountryCode,
    FailureReason,
    GeonameId,
    Interest,
    PartnershipKind,
    StateCode,
)

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
    """The member's administrator and the city's contact are asked to come in any case."""

    starts_at: Moment
    guests: list[Guest] = Field(default_factory=list, max_length=50)
    minutes: Minutes = INTRODUCTION_MINUTES
    about: Annotated[MeetingDetails | None, Field(description="Left out, it stays as it was.")] = (
        None
    )
    is_agreed: IsAgreed = False


class IntroductionSlotsForm(
    Form,
    example={"slots": ["2026-09-02T14:00:00Z", "2026-09-03T14:00:00Z"], "minutes": 60},
):
    slots: Annotated[list[Moment], Field(min_length=1, max_length=MOST_SLOTS)]
    minutes: Minutes = INTRODUCTION_MINUTES
    about: MeetingDetails | None = None
    is_agreed: IsAgreed = False


class IntroductionPickForm(Form, example={"starts_at": "2026-09-02T14:00:00Z"}):
    starts_at: Moment
    guests: list[Guest] = Field(default_factory=list, max_length=50)


class MinutesForm(
    Form,
    example={
        "minutes": "Both want to begin with schools.",
        "actions": [
            {
                "who": "Ann Lee",
                "what": "Sends the photographs",
                "holder": "member",
                "due_on": "2026-10-01",
            }
        ],
    },
):
    """Minutes that are left out stay as they were; actions are added to those that are there."""

    minutes: Prose | None = None
    actions: list[ActionForm] = Field(default_factory=list, max_length=30)


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


class PairAssignmentForm(Form, example={"staff_id": "6f2c7e58-13a5-4d6c-9b0e-2f1d8a44c1aa"}):
    staff_id: StaffId


class VerificationForm(Form, example={"verified_on": "2026-05-20"}):
    verified_on: Annotated[
        Day | None, Field(description="When somebody saw that it is right; left out: today.")
    ] = None


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
    geoname_id: Annotated[GeonameId | None, Field(description="Of the place where it sits.")] = None
    districts: Annotated[
        tuple[StateCode, ...],
        Field(max_length=60, description="States that a consulate covers; none: not recorded."),
    ] = ()
    last_verified: Day | None = None
    source: Line = ""

    def contact(self) -> Contact:
        told = self.model_dump(exclude={"seat_country"})
        return Contact(**told, seat_country=self.seat_country or self.country)
