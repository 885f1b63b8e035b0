"""The doors to the registry of missions, associations and persons."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.outreach import reading
from services.outreach.api.forms import ContactForm
from services.outreach.application import Outreach
from shared.application import Receipt
from shared.http import Door, Staff
from shared.pages import Page
from shared.values import (
    Channel,
)

Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str | None, Query(max_length=400, pattern=r"^[^\x00]+$")]


def contact_routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/contacts", tags=["contacts"], route_class=Door)

    @router.get("")
    def list_contacts(
        caller: Staff,
        country: Annotated[str | None, Query(pattern=r"^[A-Z]{2}$")] = None,
        channel: Channel | None = None,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> Page[reading.ContactView]:
        """The registry; `country` is the one that a contact reaches."""
        return reading.contacts(outreach, country, channel, limit, cursor)

    @router.post("", status_code=201)
    def add_contact(form: ContactForm, caller: Staff) -> Receipt:
        """Adds a contact; the same one again brings its row up to date."""
        return outreach.add_contact(form.contact())

    @router.post("/{contact_id}")
    def correct_contact(contact_id: UUID, form: ContactForm, caller: Staff) -> Receipt:
        """The contact as it is now, for instance with an address that was missing."""
        return outreach.correct_contact(contact_id, form.contact())

    return router
