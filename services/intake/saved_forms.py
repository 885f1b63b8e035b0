"""Forms that somebody puts by and goes on with through a link; the link's secret is kept as a hash, the form sealed."""

import hashlib
import json
import secrets
from typing import Any
from uuid import uuid4

from services.intake.domain.form import SAVED_FOR_DAYS, NothingSaved, is_kept
from shared.application import Service


def save(service: Service, form: dict[str, Any], link: str | None) -> str:
    """The secret of the link under which the form waits; saved again from there, the older link ends."""
    fresh, email = secrets.token_urlsafe(32), str(form.get("contact_email") or "")
    row = {
        "id": uuid4(),
        "hash": _hash(fresh),
        "email": service.vault.digest(email) if email else None,
        "sealed": service.vault.seal(json.dumps({**form, "email": email})),
        "at": service.clock(),
        "older": _hash(link or ""),
    }
    with service.transaction() as curs:
        curs.execute("DELETE FROM saved_forms WHERE link_hash = %(older)s", row)
        curs.execute(
            "INSERT INTO saved_forms (form_id, link_hash, email_digest, sealed, saved_at)"
            " VALUES (%(id)s, %(hash)s, %(email)s, %(sealed)s, %(at)s)",
            row,
        )
    return fresh


def resume(service: Service, link: str) -> dict[str, Any]:
    """Raises NothingSaved."""
    found = service.rows(
        "SELECT sealed, saved_at FROM saved_forms WHERE link_hash = %(hash)s", hash=_hash(link)
    )
    text = None
    if found and is_kept(found[0]["saved_at"], service.clock()):
        text = service.vault.open(found[0]["sealed"])
    if text is None:
        raise NothingSaved(days=SAVED_FOR_DAYS)
    form: dict[str, Any] = json.loads(text)
    form.pop("email", None)
    return form


def forget(service: Service, link: str) -> None:
    """It was sent, or is no longer wanted."""
    with service.transaction() as curs:
        curs.execute("DELETE FROM saved_forms WHERE link_hash = %(hash)s", {"hash": _hash(link)})


def _hash(link: str) -> bytes:
    return hashlib.sha256(link.encode()).digest()
