"""The doors to introductions: times that suit both cities, one of them, calling it off, minutes and promises."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.outreach.api.forms import IntroductionPickForm, IntroductionSlotsForm, MinutesForm
from services.outreach.application import Outreach
from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import INTRODUCTION_MINUTES
from shared import meeting_rows
from shared.application import Receipt
from shared.context import Role
from shared.http import Committee, Door, Staff, StaffOrAdministrator
from shared.meeting_rows import ActionView, MeetingDetails, MoveForm
from shared.meetings import (
    LONGEST_LOOK,
    MOST_SLOTS,
    Minutes,
    Slot,
    ZoneName,
    in_words,
)
from shared.working_days import knows_holidays


class WantedTimes(BaseModel):
    first_day: Annotated[date | None, Field(description="Left out: today.")] = None
    days: Annotated[int, Field(ge=1, le=LONGEST_LOOK)] = 21
    minutes: Minutes = INTRODUCTION_MINUTES
    count: Annotated[int, Field(ge=1, le=MOST_SLOTS)] = 5
    zone: Annotated[
        list[ZoneName], Field(max_length=5, description="Of others who take part.")
    ] = []


class IntroductionView(BaseModel):
    starts_at: Annotated[datetime | None, Field(description="null while no date is set.")]
    when: Annotated[str, Field(description="The same in the words of both cities.")]
    length_minutes: int
    about: MeetingDetails
    proposed: list[Slot]
    suggested: Annotated[
        list[Slot],
        Field(
            description="For staff, to propose them: fair to all, without weekends and public holidays of both cities."
        ),
    ]
    holidays_unknown_in: list[str]
    minutes: str
    actions: list[ActionView]


def introduction_routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(tags=["introductions"], route_class=Door)

    @router.get("/pairs/{pair_id}/introduction/slots")
    def read_introduction(
        pair_id: UUID, caller: Committee, wanted: Annotated[WantedTimes, Query()]
    ) -> IntroductionView:
        """The conversation, and times for it in the words of everybody's clock."""
        pair = outreach.load(Pair, pair_id)
        pair.check_insight(caller)
        return _view(outreach, pair, wanted, is_staff=caller.role is Role.STAFF)

    @router.post("/pairs/{pair_id}/introduction/slots")
    def propose_introduction(pair_id: UUID, form: IntroductionSlotsForm, caller: Staff) -> Receipt:
        """The member and the city's contact get a letter with the times."""
        return outreach.propose_introduction(
            pair_id, form.slots, form.minutes, form.about, is_agreed=form.is_agreed
        )

    @router.post("/pairs/{pair_id}/introduction/slots/pick")
    def pick_introduction(
        pair_id: UUID, form: IntroductionPickForm, caller: StaffOrAdministrator
    ) -> Receipt:
        """One of the proposed times; everybody who takes part gets a calendar invitation."""
        return outreach.pick_introduction(caller, pair_id, form.starts_at, form.guests)

    @router.post("/pairs/{pair_id}/introduction/call-off")
    def call_off_introduction(pair_id: UUID, caller: Staff) -> Receipt:
        """It does not take place: everybody's calendar is told, and another date is to be found."""
        return outreach.call_off_introduction(caller, pair_id)

    @router.post("/pairs/{pair_id}/introduction/missed")
    def miss_introduction(pair_id: UUID, caller: Staff) -> Receipt:
        """Somebody did not come; another date is to be found."""
        return outreach.miss_introduction(pair_id)

    @router.post("/pairs/{pair_id}/introduction/minutes")
    def write_minutes(pair_id: UUID, form: MinutesForm, caller: Staff) -> Receipt:
        """What was said, and who does what by when."""
        return outreach.write_introduction_minutes(pair_id, form.minutes, form.actions)

    @router.post("/pairs/{pair_id}/actions/{action_id}/done")
    def finish_action(pair_id: UUID, action_id: UUID, caller: StaffOrAdministrator) -> Receipt:
        return outreach.finish_action(caller, pair_id, action_id)

    @router.post("/pairs/{pair_id}/actions/{action_id}/move")
    def move_action(
        pair_id: UUID, action_id: UUID, form: MoveForm, caller: StaffOrAdministrator
    ) -> Receipt:
        """What was promised gets another day."""
        return outreach.move_action(caller, pair_id, action_id, form.due_on)

    @router.get("/actions")
    def list_actions(
        caller: Staff, limit: Annotated[int, Query(ge=1, le=500)] = 100
    ) -> list[ActionView]:
        """What was promised in introductions and is not done yet, the soonest first."""
        return meeting_rows.open_actions(outreach, outreach.clock().date(), limit)

    return router


def _view(
    outreach: Outreach, pair: Pair, wanted: WantedTimes, *, is_staff: bool
) -> IntroductionView:
    today = outreach.clock().date()
    sides = outreach.introduction_sides(pair, wanted.zone)
    starts_at, first_day = pair.introduction_at, wanted.first_day or today
    suggested = outreach.suggested_introductions(
        pair, sides, first_day, wanted.days, wanted.minutes, wanted.count
    )
    return IntroductionView(
        starts_at=starts_at,
        when=in_words(sides, starts_at) if starts_at else "",
        length_minutes=pair.introduction_minutes,
        about=meeting_rows.details_of(outreach, pair.id),
        proposed=outreach.proposed_introductions(pair),
        suggested=suggested if is_staff else [],
        holidays_unknown_in=sorted(
            {side.country for side in sides if side.country and not knows_holidays(side.country)}
        ),
        minutes=meeting_rows.minutes_of(outreach, pair.id),
        actions=meeting_rows.actions_of(outreach, pair.id, today),
    )
