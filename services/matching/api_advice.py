"""The HTTP door of advice: on one case, and how searches and proposals spread over the world."""

from datetime import UTC, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.matching import advice, exposure
from services.matching.advising import saturation as spread
from services.matching.application import Matching
from services.matching.ranking import Ranking
from shared.context import Role
from shared.forms import Day
from shared.http import Committee, Door, Staff


def routes(matching: Matching, ranking: Ranking) -> APIRouter:
    router = APIRouter(prefix="/api/matching/v1", tags=["advice"], route_class=Door)

    @router.get("/cases/{case_id}/advice")
    def advise(case_id: UUID, caller: Committee) -> advice.Advice:
        """Where to begin, what to loosen, where many look. A member is told of countries; staff of cities too."""
        file = matching.case(case_id)
        file.check_insight(caller)
        return advice.advise(matching, ranking, file, for_staff=caller.role is Role.STAFF)

    @router.get("/saturation")
    def saturation(caller: Staff) -> list[spread.Saturation]:
        """Every country that an open search names or where a city is listed, the most sought first."""
        return spread.saturation(matching)

    @router.get("/exposure")
    def exposed(
        caller: Staff,
        since: Annotated[
            Day | None, Query(description="Left out: the last 12 months.", examples=["2027-01-01"])
        ] = None,
    ) -> exposure.Exposure:
        """How evenly the proposals of a season spread over cities."""
        begin = datetime.combine(since, time(), UTC) if since else None
        return exposure.season(matching, begin)

    return router
