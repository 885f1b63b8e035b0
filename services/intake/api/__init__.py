"""The HTTP door of intake, a module for each kind of thing."""

from collections.abc import Mapping

from fastapi import APIRouter

from services.intake.api import cases, communities, listings, people
from services.intake.api.imports import import_kinds
from shared.http import Door
from shared.tokens import Signer

ABOUT = """Communities and their standing, a member's Yes and its debrief, cities abroad and their listings.

Every POST takes an `Idempotency-Key` (a repeat gets the first answer) and an `If-Match` with the version that was
read; it answers with a receipt whose `position` the directory takes as `?after=`. A refusal says in a sentence why,
and what to do next.
"""

__all__ = ["ABOUT", "import_kinds", "routes"]


def routes(signer: Signer, secrets: Mapping[str, str]) -> APIRouter:
    router = APIRouter(prefix="/api/intake/v1", route_class=Door)
    for part in (communities.router, cases.router, listings.router, people.router):
        router.include_router(part)
    router.include_router(people.token_routes(signer, secrets))
    return router
