"""The doors to the routes of a pair, and to whose it is."""

from uuid import UUID

from fastapi import APIRouter

from services.outreach import ways
from services.outreach.api.forms import PairAssignmentForm
from services.outreach.application import Outreach
from shared.application import Receipt
from shared.http import Door, Staff


def route_routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/pairs/{pair_id}", tags=["pairs"], route_class=Door)

    @router.get("/routes")
    def read_routes(pair_id: UUID, caller: Staff) -> ways.RoutesView:
        """By whom the city is reached, whom to try first and why, and what was tried (B9)."""
        return ways.routes(outreach, pair_id)

    @router.post("/assign")
    def assign_pair(pair_id: UUID, form: PairAssignmentForm, caller: Staff) -> Receipt:
        """Whose it is; left alone, a pair belongs to the owner of its case."""
        return outreach.assign_pair(pair_id, form.staff_id)

    return router
