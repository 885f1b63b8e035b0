"""Who takes part in an introduction beside the member's administrator and the city's contact."""

import json
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID, uuid5

from psycopg import Cursor
from pydantic import Field

from services.outreach.rows import Name
from shared.application import Service
from shared.forms import Email, Form
from shared.meetings import ZoneName
from shared.personal import only
from shared.recorder import Write
from shared.vault import Vault


class Guest(Form):
    name: Name
    email: Email
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3})?$")] = ""
    timezone: ZoneName = ""


def by_id(pair_id: UUID, guests: Sequence[Guest]) -> dict[UUID, Guest]:
    """The same address in the same introduction is the same person."""
    return {uuid5(pair_id, guest.email): guest for guest in guests}


def keep(vault: Vault, pair_id: UUID, people: dict[UUID, Guest]) -> list[Write]:
    sealed = vault.seal_all([guest.model_dump_json() for guest in people.values()])
    values = [
        {"id": key, "pair": pair_id, "sealed": text, "email": vault.digest(guest.email)}
        for (key, guest), text in zip(people.items(), sealed, strict=True)
    ]

    def write(curs: Cursor[Any]) -> None:
        curs.executemany(
            "INSERT INTO meeting_people VALUES (%(id)s, %(pair)s, %(sealed)s, %(email)s)"
            " ON CONFLICT (person_id) DO UPDATE SET sealed = excluded.sealed",
            values,
        )

    return [write] if values else []


def find(service: Service, person_id: UUID) -> dict[str, Any] | None:
    """None where nobody of that id takes part, or whoever did was forgotten."""
    found = service.rows("SELECT sealed FROM meeting_people WHERE person_id = %(id)s", id=person_id)
    text = only(service, found)
    return json.loads(text) if text else None
