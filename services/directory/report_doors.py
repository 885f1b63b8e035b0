"""The door to the reports, for staff."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from services.directory import answers, reports
from services.directory.read_models import Pool
from shared.application import Clock
from shared.http import Door, Staff


class OpenCases(BaseModel):
    """Open cases of a stage, by the days since the Yes."""

    stage: str
    cases: int
    overdue: int
    under_3_months: int
    from_3_to_6_months: int
    from_6_to_12_months: int
    over_a_year: int
    median_days: int
    oldest_days: int


class TimeInStage(BaseModel):
    """How long it took from one step of the programme to the next."""

    begins: str
    ends: str
    cases: Annotated[int, Field(description="That took both steps, in this order.")]
    median_days: int | None
    nine_in_ten_days: Annotated[
        int | None, Field(description="Nine of ten took no longer than this.")
    ]
    waiting: Annotated[int, Field(description="Open cases that wait for the later step.")]
    waiting_median_days: int | None


class Reached(BaseModel):
    """How many searches came to a step, or to a later one."""

    step: str
    cases: int


class Waiver(BaseModel):
    case_id: UUID
    name: str | None
    admin1: str | None
    granted_on: date
    ended_on: Annotated[date | None, Field(description="null: it goes on.")]
    days: int


class Reports(BaseModel):
    on: date
    open_cases: list[OpenCases]
    time_in_stage: list[TimeInStage]
    conversion: list[Reached]
    waivers: list[Waiver]


REPORTS: dict[str, Callable[..., Sequence[dict[str, Any]]]] = {
    "open_cases": reports.open_cases,
    "time_in_stage": reports.time_in_stage,
    "conversion": reports.conversion,
    "waivers": reports.waivers,
}


def routes(pool: Pool, fresh: Callable[..., Any], clock: Clock) -> APIRouter:
    router = APIRouter(
        prefix="/api/directory/v1",
        tags=["reports"],
        route_class=Door,
        dependencies=[Depends(fresh)],
    )

    @router.get("/reports", response_model=Reports)
    def read_reports(
        request: Request,
        caller: Staff,
        with_demonstration: Annotated[
            bool, Query(description="Count what is invented for the demonstration season, too.")
        ] = True,
    ) -> Response:
        """Open cases by stage and age, time in each stage, how far searches come, and dues that are waived."""
        today = clock().date()
        with pool.connection() as connection:
            found = {
                name: report(connection, today, with_demonstration=with_demonstration)
                for name, report in REPORTS.items()
            }
        told = Reports.model_validate({"on": today, **found})
        return answers.json_answer(request, told)

    return router
