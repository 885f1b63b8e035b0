"""The doors to cases: the Yes, the debrief, rest and end, and the conversation between member and staff."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.intake import member_now, reading
from services.intake.api.forms import (
    CONTACT,
    PREFERENCES,
    PROFILE,
    Abilities,
    Cursor,
    Limit,
    OptionalText,
    ProfileForm,
    Text,
    Waiting,
    Wanted,
)
from services.intake.application import Intake
from services.intake.can_do import can_do_next
from services.intake.domain.ball import Ball
from services.intake.domain.community import Community
from services.intake.domain.search import Search
from services.intake.domain.search_facts import DEBRIEF_MINUTES, Answers, SearchState
from services.intake.rows import Attendee
from shared import meeting_rows
from shared.application import Receipt
from shared.context import Role
from shared.forms import Day, Form, Moment, StaffId, known_only
from shared.http import Committee, Door, SignedIn, Staff, StaffOrAdministrator
from shared.meeting_rows import ActionView, MeetingDetails
from shared.meetings import IsAgreed, Minutes, Slot, in_words
from shared.pages import Page
from shared.values import (
    ClosingReason,
    GeonameId,
    NextStep,
    Party,
    Place,
    Preferences,
    PublicProfile,
)

router = APIRouter(prefix="/cases", tags=["cases"], route_class=Door)
NamedCities = Annotated[
    list[GeonameId], Field(max_length=20, description="GeoNames ids of cities abroad (B8).")
]


class YesForm(Form):
    """Everything but the community is optional (B2)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "community_id": "36b4d0eb-950e-5d89-9950-92f975b07931",
                "preferences": PREFERENCES,
                "named_cities": [588335],
                "is_shown_publicly": True,
            }
        }
    )

    community_id: UUID
    preferences: Annotated[Preferences, known_only(Preferences)] = Preferences()
    named_cities: NamedCities = Field(default_factory=list)
    is_shown_publicly: Annotated[
        bool, Field(description="The public map may show that this member seeks (B20).")
    ] = False


class AnswersForm(Form):
    """What is left out stays as it was."""

    model_config = ConfigDict(json_schema_extra={"example": {"preferences": PREFERENCES}})

    preferences: Annotated[Preferences | None, known_only(Preferences)] = None
    named_cities: NamedCities | None = None
    is_shown_publicly: bool | None = None


class DebriefDate(Form):
    model_config = ConfigDict(
        json_schema_extra={"example": {"starts_at": "2027-03-19T15:00:00Z", "attendees": [CONTACT]}}
    )

    starts_at: Moment
    attendees: Annotated[list[Attendee], Field(min_length=1, max_length=50)]
    minutes: Minutes = DEBRIEF_MINUTES
    about: Annotated[MeetingDetails | None, Field(description="Left out, it stays as it was.")] = (
        None
    )
    is_agreed: IsAgreed = False


class DebriefRecord(Form):
    """What is left out stays as it was. Profile and preferences are published to the other services; demographics
    and notes stay in the case."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "held_on": "2026-03-20",
                "preferences": PREFERENCES,
                "profile": PROFILE,
                "demographics": "114,000 people, a fifth of them under 18",
                "notes": "They know Kanazawa from a school exchange.",
            }
        }
    )

    held_on: Day
    preferences: Annotated[Preferences | None, known_only(Preferences)] = None
    profile: ProfileForm | None = None
    demographics: OptionalText | None = None
    notes: OptionalText | None = None


class PauseForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"until": "2027-09-01"}})

    until: Annotated[Day | None, Field(description="The search goes on by itself on that day.")] = (
        None
    )


class ClosingForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "no_match"}})

    reason: ClosingReason


class AssignmentForm(Form):
    model_config = ConfigDict(
        json_schema_extra={"example": {"staff_id": "6f2c7e58-13a5-4d6c-9b0e-2f1d8a44c1aa"}}
    )

    staff_id: Annotated[
        StaffId, Field(description="Of a person of staff; the member reads the name.")
    ]


class NextStepForm(Form):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"step": "research", "holder": "staff", "due_on": "2027-01-15"}
        }
    )

    step: NextStep
    holder: Party
    due_on: Day


class LocalWorkKind(StrEnum):
    RESEARCH = "research"
    CONTACT = "contact"
    MEETING = "meeting"


class LocalWorkForm(Form):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kind": "meeting",
                "happened_on": "2026-04-02",
                "text": "Met the honorary consul; she knows the mayor's office in Coimbra.",
            }
        }
    )

    kind: LocalWorkKind
    happened_on: Day
    text: Text


class MessageForm(Form):
    model_config = ConfigDict(
        json_schema_extra={"example": {"text": "Could we have a sample letter of invitation?"}}
    )

    text: Text


class DebriefView(BaseModel):
    starts_at: datetime | None
    when: Annotated[str, Field(description="The same where the city is, and in our office.")]
    length_minutes: int
    proposed: Annotated[list[Slot], Field(description="Times to pick one of.")]
    about: MeetingDetails
    minutes: str
    actions: Annotated[list[ActionView], Field(description="The open ones first.")]
    held_on: date | None
    attendees: list[reading.PersonView]
    demographics: str
    notes: str


class CaseView(BaseModel):
    case_id: UUID
    version: int
    community_id: UUID
    place: Place
    state: SearchState
    reason: ClosingReason | None
    requested_on: date
    ended_on: date | None
    answers: Answers
    profile: PublicProfile
    debrief: DebriefView
    owner: str
    owner_name: Annotated[str, Field(description="The person of staff to talk to (B12).")]
    next_step: Annotated[Ball, Field(description="What, who has the ball, and until when.")]
    is_overdue: bool
    paused_until: date | None
    local_work: list[reading.LocalWork]
    messages: list[reading.Message]
    write_to: Annotated[
        str, Field(description="What the member mails there stands among the messages.")
    ]
    how_long: Annotated[str, Field(description="How long a search takes (B16).")]
    can_do_next: Annotated[list[str], Field(description="What the member itself can do now (B19).")]


@router.post("", status_code=201)
def say_yes(form: YesForm, intake: Abilities, caller: SignedIn) -> Receipt:
    """The administrator of a member community in good standing turns Cities Seeking Cities on."""
    return intake.request_search(
        caller, form.community_id, form.preferences, form.named_cities, form.is_shown_publicly
    )


@router.get("")
def list_cases(
    intake: Abilities,
    caller: Committee,
    state: SearchState | None = None,
    owner: Wanted = None,
    is_overdue: bool = False,
    waiting: Waiting = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[reading.CaseItem]:
    """The soonest date first; a community sees its own cases."""
    own = None if caller.role is Role.STAFF else caller.community_id or UUID(int=0)
    overdue_on = intake.clock().date() if is_overdue else None
    return reading.cases(intake, state, owner, overdue_on, waiting, own, limit, cursor)


@router.get("/{case_id}")
def read_case(case_id: UUID, intake: Abilities, caller: Committee) -> CaseView:
    search = intake.load(Search, case_id)
    intake.load(Community, search.community_id).admit(caller, committee=True)
    return _view(intake, search)


@router.post("/{case_id}/answers")
def amend_answers(
    case_id: UUID, form: AnswersForm, intake: Abilities, caller: StaffOrAdministrator
) -> Receipt:
    return intake.amend_answers(
        caller, case_id, form.preferences, form.named_cities, form.is_shown_publicly
    )


@router.post("/{case_id}/debrief/schedule")
def schedule_debrief(
    case_id: UUID, form: DebriefDate, intake: Abilities, caller: StaffOrAdministrator
) -> Receipt:
    """Everybody who takes part gets a calendar invitation; a later date replaces an earlier one."""
    return intake.schedule_debrief(
        caller,
        case_id,
        form.starts_at,
        form.attendees,
        form.minutes,
        form.about,
        is_agreed=form.is_agreed,
    )


@router.post("/{case_id}/debrief/complete")
def complete_debrief(
    case_id: UUID, form: DebriefRecord, intake: Abilities, caller: Staff
) -> Receipt:
    """Record what came out; research can begin. Sent again, it corrects the record."""
    private = (form.demographics, form.notes)
    return intake.complete_debrief(case_id, form.held_on, form.preferences, form.profile, private)


@router.post("/{case_id}/pause")
def pause(
    case_id: UUID, form: PauseForm, intake: Abilities, caller: StaffOrAdministrator
) -> Receipt:
    """Nobody is written to until the search is resumed."""
    return intake.pause(caller, case_id, form.until)


@router.post("/{case_id}/resume")
def resume(case_id: UUID, intake: Abilities, caller: StaffOrAdministrator) -> Receipt:
    return intake.resume(caller, case_id)


@router.post("/{case_id}/withdraw")
def withdraw(case_id: UUID, intake: Abilities, caller: StaffOrAdministrator) -> Receipt:
    """The member ends its search; it may say Yes again at any time."""
    return intake.withdraw_search(caller, case_id)


@router.post("/{case_id}/close")
def close(case_id: UUID, form: ClosingForm, intake: Abilities, caller: Staff) -> Receipt:
    """Without a match; a partnership closes the search by itself."""
    return intake.close_case(case_id, form.reason)


@router.post("/{case_id}/assign")
def assign(case_id: UUID, form: AssignmentForm, intake: Abilities, caller: Staff) -> Receipt:
    """Whose it is: a person of staff's, by the person_id of `GET /staff`."""
    return intake.assign(case_id, form.staff_id)


@router.post("/{case_id}/next-step")
def set_next_step(case_id: UUID, form: NextStepForm, intake: Abilities, caller: Staff) -> Receipt:
    return intake.set_next_step(case_id, form.step, form.holder, form.due_on)


@router.post("/{case_id}/local-work")
def log_local_work(
    case_id: UUID, form: LocalWorkForm, intake: Abilities, caller: StaffOrAdministrator
) -> Receipt:
    """The member's own research, contacts and meetings."""
    return intake.log_local_work(caller, case_id, form.kind, form.happened_on, form.text)


@router.post("/{case_id}/messages")
def leave_message(
    case_id: UUID, form: MessageForm, intake: Abilities, caller: StaffOrAdministrator
) -> Receipt:
    """A line of the one conversation of this case; what staff write is mailed to the administrator too."""
    return intake.leave_message(caller, case_id, form.text)


def _view(intake: Intake, search: Search) -> CaseView:
    due_on = search.ball.due_on
    return CaseView(
        case_id=search.id,
        version=search.version,
        community_id=search.community_id,
        place=search.place,
        state=search.state,
        reason=search.reason,
        requested_on=search.requested_at.date(),
        ended_on=search.ended_at.date() if search.ended_at else None,
        answers=search.answers,
        profile=search.profile,
        debrief=_debrief(intake, search),
        owner=search.owner,
        owner_name=reading.staff_name(intake, search.owner),
        next_step=search.ball,
        is_overdue=due_on is not None and due_on < intake.clock().date(),
        paused_until=search.paused_until,
        local_work=reading.local_work(intake, search.id),
        messages=reading.messages(intake, search.id),
        write_to=member_now.address_of(intake, search),
        how_long=reading.how_long(intake),
        can_do_next=can_do_next(intake, search),
    )


def _debrief(intake: Intake, search: Search) -> DebriefView:
    notes = reading.debrief(intake, search.id)
    return DebriefView(
        starts_at=search.debrief_at,
        when=in_words(intake.debrief_sides(search), search.debrief_at) if search.debrief_at else "",
        length_minutes=search.debrief_minutes,
        proposed=intake.proposed_debrief_slots(search),
        about=meeting_rows.details_of(intake, search.id),
        minutes=meeting_rows.minutes_of(intake, search.id),
        actions=meeting_rows.actions_of(intake, search.id, intake.clock().date()),
        held_on=search.debriefed_on,
        attendees=reading.people_with_ids(intake, search.attendees),
        demographics=notes.demographics,
        notes=notes.notes,
    )
