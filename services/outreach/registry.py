"""The registry of missions, associations and persons: adding, correcting and verifying them, and where they sit."""

from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Cursor

from services.outreach import rows
from services.outreach.domain import contacts
from services.outreach.domain.partnership import known_place
from services.outreach.rows import Contact
from shared.application import Receipt, Service
from shared.context import current_command
from shared.gazetteer import Gazetteer
from shared.recorder import Write
from shared.refusals import ChangedMeanwhile
from shared.values import Channel, Place


class Registry(Service):
    """The part of outreach that keeps contacts; rows, not events. The rest stands in `Outreach`."""

    gazetteer: Gazetteer

    def add_contact(self, contact: Contact) -> Receipt:
        self._check_seat(contact)
        return self._keep(contact.contact_id, rows.contacts(self.vault, self._one(contact)))

    def correct_contact(self, contact_id: UUID, contact: Contact) -> Receipt:
        """No file turns it back from now on."""
        self.registered(contact_id)
        self._check_seat(contact)
        corrected = contact.model_copy(update={"corrected_on": self.clock().date()})
        return self._keep(contact_id, rows.contacts(self.vault, [(contact_id, corrected)]))

    def verify_contact(self, contact_id: UUID, verified_on: date | None) -> Receipt:
        """Somebody has seen that it is right as it stands. Raises NoSuchContact, NotYetHappened, VerifiedSince."""
        now = self.clock()
        found = self.registered(contact_id)
        day = verified_on or now.date()
        contacts.check_verified(day, found["last_verified"], now)
        return self._keep(contact_id, rows.verified(contact_id, day))

    def registered(self, contact_id: UUID) -> dict[str, Any]:
        """Raises NoSuchContact."""
        found = self.rows(
            "SELECT channel, country, name, email, last_verified, sealed FROM contacts"
            " WHERE contact_id = %(id)s",
            id=contact_id,
        )
        return contacts.known_contact(rows.whole(self, found), contact_id)

    def contact_with(self, email: str) -> UUID | None:
        """Whose address it is, if anybody's in the registry."""
        found = self.rows(
            "SELECT contact_id FROM contacts WHERE email_digest = %(digest)s"
            " OR (email = %(email)s AND email <> '') ORDER BY is_person DESC LIMIT 1",
            digest=self.vault.digest(email),
            email=email,
        )
        return found[0]["contact_id"] if found else None

    def sits_at(self, row: dict[str, Any]) -> Place | None:
        """`row`: of `contacts`, with geoname_id, city and seat_country. By its number, else by a name that can mean
        one place alone; else nobody knows."""
        numbered = self.gazetteer.find(row["geoname_id"]) if row["geoname_id"] else None
        if numbered is not None or not row["city"]:
            return numbered
        return contacts.the_one_meant(self.gazetteer.named(row["city"], row["seat_country"]))

    def in_registry(self, country: str) -> list[dict[str, Any]]:
        """Who reaches a country, and the federal agencies, which reach all."""
        found = self.rows(
            "SELECT * FROM contacts WHERE country = %(country)s OR channel = %(agency)s",
            country=country,
            agency=Channel.FEDERAL_AGENCY,
        )
        return rows.whole(self, found)

    def _one(self, contact: Contact) -> list[tuple[UUID, Contact]]:
        return [(contact.contact_id, contact)]

    def _check_seat(self, contact: Contact) -> None:
        """Raises NotInTheGazetteer."""
        if contact.geoname_id is not None:
            known_place(self.gazetteer.find(contact.geoname_id), contact.geoname_id)

    def _keep(self, contact_id: UUID, write: Write) -> Receipt:
        """The receipt's position is where the service stands."""
        with self.transaction() as curs:
            _expect_contact(curs, contact_id)
            write(curs)
            row = curs.execute(
                "SELECT version FROM contacts WHERE contact_id = %(id)s", {"id": contact_id}
            ).fetchone()
            position = self._last_public(curs, None)
        return Receipt(id=contact_id, version=row["version"], position=position)


def _expect_contact(curs: Cursor[Any], contact_id: UUID) -> None:
    """If-Match speaks of the registry's row. Raises ChangedMeanwhile."""
    command = current_command.get()
    if command is None or command.expected_version is None:
        return
    row = curs.execute(
        # Of two corrections at once the second waits here for the first.
        "SELECT version FROM contacts WHERE contact_id = %(id)s FOR UPDATE",
        {"id": contact_id},
    ).fetchone()
    if row is None or row["version"] != command.expected_version:
        raise ChangedMeanwhile
