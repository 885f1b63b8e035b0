"""Forgetting a person is asked of intake: what the other services look for, and what they answer."""

import json
from typing import cast
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.application import Service
from shared.privacy import Answer, ErasureView, erasure
from shared.refusals import NotFound


def names(service: Service, person_id: UUID) -> list[str]:
    """None are left once all have answered. Raises NotFound."""
    found = service.rows("SELECT sealed FROM erasures WHERE person_id = %(id)s", id=person_id)
    if not found:
        raise NotFound(thing="request to forget a person", id=person_id)
    sealed = found[0]["sealed"]
    text = service.vault.open(sealed) if sealed is not None else None
    return cast(list[str], json.loads(text)) if text is not None else []


def hear(service: Service, who: str, person_id: UUID, answer: Answer) -> ErasureView:
    """An answer to an earlier request for the same person counts for nothing. Raises NotFound."""
    with service.transaction() as curs:
        curs.execute(
            "UPDATE erasures SET answers = answers || %(answer)s"
            " WHERE person_id = %(id)s AND asked_at = %(asked_at)s",
            {
                "answer": Jsonb({who: answer.model_dump(mode="json")}),
                "id": person_id,
                "asked_at": answer.asked_at,
            },
        )
    return erasure(service, person_id)
