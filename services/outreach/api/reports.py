"""The door to what outreach has learned in all, for the reports of staff."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.outreach import learning
from services.outreach.application import Outreach
from shared.http import Door, Staff


def report_routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(tags=["reports"], route_class=Door)

    @router.get("/reply-rates")
    def reply_rates(
        caller: Staff,
        with_demonstration: Annotated[
            bool, Query(description="Count what is invented for the demonstration season, too.")
        ] = True,
    ) -> list[learning.ReplyRate]:
        """Who answers, and how soon: by channel and by the country of the city, the most written first."""
        return learning.reply_rates(outreach, with_demonstration=with_demonstration)

    return router
