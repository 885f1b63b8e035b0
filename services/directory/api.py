"""The directory's HTTP door: the public map, the protected casebook, and a wait for one's own writes."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator

from services.directory import (
    case_doors,
    city_doors,
    map_doors,
    page_doors,
    partnership_doors,
    report_doors,
)
from services.directory.freshness import Freshness
from services.directory.read_models import Pool
from shared.application import Clock
from shared.events import SOURCES

ABOUT = """
Who is looking for a sister city, who has one, and where each case stands. The directory only listens: it is filled
by the events of intake, matching and outreach.

Every read takes `after`, the position in a command's receipt (several are possible), and waits until it is included.
"""


def _position(text: str) -> str:
    source, _, position = text.partition(":")
    if source not in SOURCES or not position.isdecimal() or len(position) > 18:
        raise ValueError("is a position as a receipt gives it, e.g. intake:57")
    return text


After = Annotated[
    list[Annotated[str, AfterValidator(_position)]],
    Query(
        default_factory=list,
        description="Positions of receipts, e.g. intake:57: the answer holds what was written there.",
        max_length=12,
    ),
]


def routes(public: Pool, protected: Pool, clock: Clock, origin: str) -> list[APIRouter]:
    freshness = Freshness(public)

    async def fresh(after: After) -> None:
        wanted: dict[str, int] = {}
        for source, _, position in (text.partition(":") for text in after):
            wanted[source] = max(int(position), wanted.get(source, 0))
        await freshness.wait(wanted)

    return [
        city_doors.routes(public, fresh),
        map_doors.routes(public, fresh),
        partnership_doors.routes(public, fresh),
        page_doors.routes(public, origin),
        case_doors.routes(protected, fresh, clock),
        report_doors.routes(protected, fresh, clock),
    ]
