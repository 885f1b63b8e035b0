"""The door by which intake asks what is due, for the digest of staff."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.outreach.application import Outreach
from services.outreach.due import due
from shared.due import DueList
from shared.http import Door, PeerService


def due_routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(tags=["what is due"], route_class=Door)

    @router.get("/due")
    def read_due(
        caller: PeerService,
        until: Annotated[date | None, Query(description="Left out: today.")] = None,
    ) -> DueList:
        """What is overdue or due in outreach, of everybody; for the other services."""
        return due(outreach, until or outreach.clock().date())

    return router
