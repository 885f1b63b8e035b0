"""The doors to the registry of missions, associations and persons."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.outreach import contact_lists, reading
from services.outreach.api.forms import ContactForm, VerificationForm
from services.outreach.application import Outreach
from shared.application import Receipt
from shared.http import Door, Staff
from shared.pages import Page


def contact_routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/contacts", tags=["contacts"], route_class=Door)

    @router.get("")
    def list_contacts(
        caller: Staff, wanted: Annotated[contact_lists.WantedContacts, Query()]
    ) -> Page[reading.ContactView]:
        """The registry; `country` is the one that a contact reaches."""
        return contact_lists.contacts(outreach, wanted)

    @router.get("/{contact_id}")
    def read_contact(contact_id: UUID, caller: Staff) -> contact_lists.ContactRecord:
        """With what was learned of it: how often it answers, and how soon."""
        return contact_lists.contact(outreach, contact_id)

    @router.post("", status_code=201)
    def add_contact(form: ContactForm, caller: Staff) -> Receipt:
        """Adds a contact; the same one again brings its row up to date."""
        return outreach.add_contact(form.contact())

    @router.post("/{contact_id}")
    def correct_contact(contact_id: UUID, form: ContactForm, caller: Staff) -> Receipt:
        """The contact as it is now, for instance with an address that was missing; no file turns it back."""
        return outreach.correct_contact(contact_id, form.contact())

    @router.post("/{contact_id}/verify")
    def verify_contact(contact_id: UUID, form: VerificationForm, caller: Staff) -> Receipt:
        """Somebody has seen that it is right as it stands; after 12 months it is to be seen again."""
        return outreach.verify_contact(contact_id, form.verified_on)

    return router
