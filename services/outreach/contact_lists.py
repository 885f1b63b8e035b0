"""The registry as it is read: page by page, and one contact with what was learned of it."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.outreach import learning, rows
from services.outreach.domain.contacts import MONTHS_VERIFIED, known_contact
from services.outreach.domain.learned import Learned
from services.outreach.reading import ContactView, contact_view
from shared.application import Service
from shared.pages import Page, cut, keys_of
from shared.values import Channel


class WantedContacts(BaseModel):
    """Which contacts; what is left out does not matter."""

    country: Annotated[
        str | None, Field(pattern=r"^[A-Z]{2}$", description="That a contact reaches.")
    ] = None
    channel: Channel | None = None
    needs_verification: Annotated[
        bool, Field(description="Those that nobody has seen to be right for 12 months.")
    ] = False
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str | None, Field(max_length=400, pattern=r"^[^\x00]+$")] = None


class ContactRecord(ContactView):
    """A contact with what threads have taught of it."""

    learned: Learned
    learned_of_channel: Annotated[
        Learned, Field(description="Of all contacts of its channel that reach its country.")
    ]


def contacts(service: Service, wanted: WantedContacts) -> Page[ContactView]:
    keys, today = ("name", "contact_id"), service.clock().date()
    name, last_id = keys_of(wanted.cursor, keys) or (None, None)
    found = service.rows(
        "SELECT * FROM contacts WHERE (%(country)s::text IS NULL OR country = %(country)s)"
        " AND (%(channel)s::text IS NULL OR channel = %(channel)s)"
        " AND (NOT %(needs_verification)s OR last_verified IS NULL"
        "  OR last_verified + make_interval(months => %(months)s) <= %(today)s)"
        " AND (%(name)s::text IS NULL OR (name, contact_id) > (%(name)s, %(last_id)s::uuid))"
        " ORDER BY name, contact_id LIMIT %(more)s",
        **wanted.model_dump(exclude={"limit", "cursor"}),
        months=MONTHS_VERIFIED,
        today=today,
        name=name,
        last_id=last_id,
        more=wanted.limit + 1,
    )
    # Persons stand in no order of names, which their rows do not hold; the cursor is of the rows as they are.
    shown, following = cut(found, wanted.limit, keys)
    items = [contact_view(row, today) for row in rows.whole(service, shown)]
    return Page(items=items, next_cursor=following)


def contact(service: Service, contact_id: UUID) -> ContactRecord:
    """Raises NoSuchContact."""
    found = service.rows("SELECT * FROM contacts WHERE contact_id = %(id)s", id=contact_id)
    row = known_contact(rows.whole(service, found), contact_id)
    shown = contact_view(row, service.clock().date())
    by_channel = learning.by_channel(service, shown.country)
    return ContactRecord(
        **shown.model_dump(),
        learned=learning.by_contact(service, [contact_id]).get(contact_id, Learned()),
        learned_of_channel=by_channel.get(shown.channel, Learned()),
    )
