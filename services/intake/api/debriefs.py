"""The doors to debriefings: times that suit both sides, one of them, calling it off, minutes and what was promised."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field

from services.intake.api.forms import CONTACT, Abilities, OptionalText
from services.intake.domain.community import Community
from services.intake.domain.search import Search
from services.intake.domain.search_facts import DEBRIEF_MINUTES
from services.intake.rows import Attendee
from shared import meeting_rows
from shared.application import Receipt
from shared.forms import Form, Moment
from shared.http import Committee, Door, Staff, StaffOrAdministrator
from shared.meeting_rows import ActionForm, ActionView, MeetingDetails, MoveForm, Prose
from shared.meetings import LONGEST_LOOK, MOST_SLOTS, IsAgreed, Minutes, Slot
from shared.working_days import knows_holidays

router = APIRouter(tags=["debriefs"], route_class=Door)
ABOUT: dict[str, Any] = {
    "agenda": "Industries, universities, wishes",
    "link": "https://meet.example.org/csc",
}


class WantedSlots(BaseModel):
    first_day: Annotated[date | None, Field(description="Left out: today.")] = None
    days: Annotated[int, Field(ge=1, le=LONGEST_LOOK)] = 21
    minutes: Minutes = DEBRIEF_MINUTES
    count: Annotated[int, Field(ge=1, le=MOST_SLOTS)] = 5


class SlotsView(BaseModel):
    proposed: Annotated[list[Slot], Field(description="What staff proposed; one can be picked.")]
    suggested: Annotated[
        list[Slot],
        Field(
            description="Fair to both sides, without weekends and public holidays; one can be picked too."
        ),
    ]
    holidays_unknown_in: Annotated[
        list[str], Field(description="Countries of which we know no public holidays.")
    ]


class SlotsForm(Form):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "slots": ["2027-03-19T15:00:00Z", "2027-03-22T16:00:00Z"],
                "minutes": 45,
                "about": ABOUT,
            }
        }
    )

    slots: Annotated[list[Moment], Field(min_length=1, max_length=MOST_SLOTS)]
    minutes: Minutes = DEBRIEF_MINUTES
    about: MeetingDetails | None = None
    is_agreed: IsAgreed = False


class PickForm(Form):
    model_config = ConfigDict(
        json_schema_extra={"example": {"starts_at": "2027-03-19T15:00:00Z", "attendees": [CONTACT]}}
    )

    starts_at: Moment
    attendees: Annotated[list[Attendee], Field(min_length=1, max_length=50)]


class CallOffForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "Petra is ill."}})

    reason: Annotated[
        OptionalText | None, Field(description="Whoever was asked to come reads it.")
    ] = None


class MinutesForm(Form):
    """Minutes that are left out stay as they were; actions are added to those that are there."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "minutes": "They would like to begin with a school exchange.",
                "actions": [
                    {
                        "who": "Ann Lee",
                        "what": "Asks the two high schools",
                        "holder": "member",
                        "due_on": "2027-04-10",
                    }
                ],
            }
        }
    )

    minutes: Prose | None = None
    actions: list[ActionForm] = Field(default_factory=list, max_length=30)


@router.get("/cases/{case_id}/debrief/slots")
def read_slots(
    case_id: UUID, intake: Abilities, caller: Committee, wanted: Annotated[WantedSlots, Query()]
) -> SlotsView:
    """Times for the debriefing, each in the words of both sides' clocks."""
    search = intake.load(Search, case_id)
    intake.load(Community, search.community_id).admit(caller, committee=True)
    first_day = wanted.first_day or intake.clock().date()
    suggested = intake.suggested_debrief_slots(
        search, first_day, wanted.days, wanted.minutes, wanted.count
    )
    unknown = {side.country for side in intake.debrief_sides(search)}
    return SlotsView(
        proposed=intake.proposed_debrief_slots(search),
        suggested=suggested,
        holidays_unknown_in=sorted(each for each in unknown if not knows_holidays(each)),
    )


@router.post("/cases/{case_id}/debrief/slots")
def propose_slots(case_id: UUID, form: SlotsForm, intake: Abilities, caller: Staff) -> Receipt:
    """The administrator gets a letter with the times; new ones replace those proposed before."""
    return intake.propose_debrief_slots(
        case_id, form.slots, form.minutes, form.about, is_agreed=form.is_agreed
    )


@router.post("/cases/{case_id}/debrief/slots/pick")
def pick_slot(
    case_id: UUID, form: PickForm, intake: Abilities, caller: StaffOrAdministrator
) -> Receipt:
    """One of the proposed or suggested times; everybody who takes part gets a calendar invitation."""
    return intake.pick_debrief_slot(caller, case_id, form.starts_at, form.attendees)


@router.post("/cases/{case_id}/debrief/call-off")
def call_off(
    case_id: UUID,
    intake: Abilities,
    caller: StaffOrAdministrator,
    form: Annotated[CallOffForm, Body(default_factory=CallOffForm)],
) -> Receipt:
    """It does not take place: everybody's calendar is told, and another date is to be found."""
    return intake.call_off_debrief(caller, case_id, form.reason)


@router.post("/cases/{case_id}/debrief/missed")
def note_missed(case_id: UUID, intake: Abilities, caller: Staff) -> Receipt:
    """Somebody did not come; the administrator gets a friendly letter, and another date is to be found."""
    return intake.miss_debrief(case_id)


@router.post("/cases/{case_id}/debrief/minutes")
def write_minutes(case_id: UUID, form: MinutesForm, intake: Abilities, caller: Staff) -> Receipt:
    """What was said, and who does what by when; the actions stand among the case's next steps."""
    return intake.write_debrief_minutes(case_id, form.minutes, form.actions)


@router.post("/cases/{case_id}/actions/{action_id}/done")
def finish_action(
    case_id: UUID, action_id: UUID, intake: Abilities, caller: StaffOrAdministrator
) -> Receipt:
    return intake.finish_action(caller, case_id, action_id)


@router.post("/cases/{case_id}/actions/{action_id}/move")
def move_action(
    case_id: UUID, action_id: UUID, form: MoveForm, intake: Abilities, caller: StaffOrAdministrator
) -> Receipt:
    """What was promised gets another day."""
    return intake.move_action(caller, case_id, action_id, form.due_on)


@router.get("/actions")
def list_actions(
    intake: Abilities, caller: Staff, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> list[ActionView]:
    """What was promised in debriefings and is not done yet, the soonest first."""
    return meeting_rows.open_actions(intake, intake.clock().date(), limit)
