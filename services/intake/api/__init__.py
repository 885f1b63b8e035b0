"""The HTTP door of intake, a module for each kind of thing."""

from collections.abc import Mapping

from fastapi import APIRouter

from services.intake.api import (
    accounts,
    cases,
    city_doors,
    city_form,
    city_status,
    communities,
    debriefs,
    domains,
    form_pages,
    listings,
    member_pages,
    passkey_pages,
    people,
    public_form,
    sign_in,
)
from services.intake.api import organisation as organisation_doors
from services.intake.api import passkeys as passkey_doors
from services.intake.api.imports import import_kinds
from services.intake.organisation import Organisation
from services.intake.passkeys import Passkeys
from services.intake.shortlist import Shortlist
from shared.http import Door

ABOUT = """Communities and their standing, a member's Yes and its debrief, cities abroad and their listings.

Every POST takes an `Idempotency-Key` (a repeat gets the first answer) and an `If-Match` with the version that was
read; it answers with a receipt whose `position` the directory takes as `?after=`. A refusal says in a sentence why,
and what to do next.
"""

__all__ = ["ABOUT", "import_kinds", "routes"]


def routes(
    passkeys: Passkeys,
    organisation: Organisation | None,
    shortlist: Shortlist,
    secrets: Mapping[str, str],
) -> APIRouter:
    signing, public_url = passkeys.signing, passkeys.public_url
    router = APIRouter(prefix="/api/intake/v1", route_class=Door)
    for part in (
        communities,
        cases,
        debriefs,
        public_form,
        city_doors,
        city_form,
        form_pages,
        listings,
        domains,
        people,
        accounts,
    ):
        router.include_router(part.router)
    router.include_router(people.token_routes(signing.signer, secrets))
    router.include_router(city_status.routes(signing, public_url))
    router.include_router(sign_in.routes(signing, public_url))
    router.include_router(member_pages.routes(signing, shortlist, public_url))
    router.include_router(organisation_doors.routes(organisation, signing, public_url))
    router.include_router(passkey_doors.routes(passkeys))
    router.include_router(passkey_pages.routes(passkeys))
    return router
