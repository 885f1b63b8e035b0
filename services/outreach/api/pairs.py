"""The doors to cases and pairs: reading them, what is learned of the city, and the course of a pair."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.outreach import reading
from services.outreach.api.forms import (
    CityContactForm,
    FailForm,
    GovernanceForm,
    HandOverForm,
    HeldForm,
    InterestForm,
    IntroductionForm,
)
from services.outreach.application import Outreach
from services.outreach.domain.pair_facts import Governance
from shared.application import Receipt
from shared.http import Committee, Door, Staff
from shared.pages import Page


def reader_routes(outreach: Outreach) -> APIRouter:
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


def city_routes(outreach: Outreach) -> APIRouter:
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
        return outreach.arrange_introduction(
            pair_id,
            form.starts_at,
            form.guests,
            form.minutes,
            form.about,
            is_agreed=form.is_agreed,
        )

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


def course_routes(outreach: Outreach) -> APIRouter:
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
