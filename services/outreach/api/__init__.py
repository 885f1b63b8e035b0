"""The HTTP door of outreach, a module for each kind of thing."""

from fastapi import APIRouter

from services.outreach.api.contacts import contact_routes
from services.outreach.api.documents import document_routes
from services.outreach.api.due import due_routes
from services.outreach.api.introductions import introduction_routes
from services.outreach.api.member import member_routes
from services.outreach.api.pairs import city_routes, course_routes, reader_routes
from services.outreach.api.partnerships import partnership_routes
from services.outreach.api.playbooks import playbook_routes
from services.outreach.api.reports import report_routes
from services.outreach.api.routes import route_routes
from services.outreach.api.threads import thread_routes
from services.outreach.application import Outreach
from shared.http import Door

ABOUT = """Pairs of a case and a city abroad: letters and replies, what is learned of the city, the introduction, the
hand-over to the member, documents, and the partnership; and the registry of missions and associations.

Every POST takes an `Idempotency-Key` (a repeat gets the first answer) and an `If-Match` with the version that was
read; it answers with a receipt whose `position` the directory takes as `?after=`. A refusal says in a sentence why,
and what to do next.
"""

__all__ = ["ABOUT", "routes"]

PARTS = (
    reader_routes,
    thread_routes,
    city_routes,
    introduction_routes,
    course_routes,
    member_routes,
    document_routes,
    partnership_routes,
    contact_routes,
    route_routes,
    playbook_routes,
    report_routes,
    due_routes,
)


def routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/api/outreach/v1", route_class=Door)
    for part in PARTS:
        router.include_router(part(outreach))
    return router
