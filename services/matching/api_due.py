"""The door by which intake asks what is due, for the digest of staff."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.matching.application import Matching
from services.matching.due import due
from shared.due import DueList
from shared.http import Door, PeerService


def routes(matching: Matching) -> APIRouter:
    router = APIRouter(prefix="/api/matching/v1", tags=["what is due"], route_class=Door)

    @router.get("/due")
    def read_due(
        caller: PeerService,
        until: Annotated[date | None, Query(description="Left out: today.")] = None,
    ) -> DueList:
        """What is overdue or due in matching, of everybody; for the other services."""
        return due(matching, until or matching.clock().date())

    return router
