"""Forms that somebody puts by and goes on with through a link; the link's secret is kept as a hash, the form sealed."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from pydantic import TypeAdapter, ValidationError

from services.intake.domain.form import SAVED_FOR_DAYS, NothingSaved, is_kept
from services.intake.limits import take
from shared.application import Service
from shared.forms import Email
from shared.mail import Letter

ADDRESS = TypeAdapter[str](Email)
DAY = timedelta(days=1)
MOST_LINKS = 5
"""Letters with a link that an address gets in a day: anybody may have put it into the form."""


@dataclass(frozen=True, slots=True)
class Saved:
    secret: str
    is_mailed: bool


def save(service: Service, form: dict[str, Any], link: str | None) -> Saved:
    """Puts it by and sends the link to the address in it, if any; saved again from a link, the older one ends."""
    form_id, now = uuid4(), service.clock()
    email = _address(str(form.get("contact_email") or ""))
    told = {**form, "name": form.get("contact_name"), "email": email}
    row = {
        "id": form_id,
        "hash": _hash(secret_of(service, form_id)),
        "email": service.vault.digest(email) if email else None,
        "sealed": service.vault.seal(json.dumps(told)),
        "at": now,
        "older": _hash(link or ""),
    }
    is_mailed = bool(email) and take(service, "saved forms by address", email, MOST_LINKS, DAY, now)
    with service.transaction() as curs:
        curs.execute("DELETE FROM saved_forms WHERE link_hash = %(older)s", row)
        curs.execute(
            "INSERT INTO saved_forms (form_id, link_hash, email_digest, sealed, saved_at)"
            " VALUES (%(id)s, %(hash)s, %(email)s, %(sealed)s, %(at)s)",
            row,
        )
        if is_mailed:
            Letter("saved_form", form_id, form_id).row(uuid4())(curs)
    return Saved(secret_of(service, form_id), is_mailed)


def secret_of(service: Service, form_id: UUID) -> str:
    """256 bits that only the vault's key makes of the number; written into the letter when it is sent."""
    made = service.vault.digest(f"saved form {form_id}")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def page_of(public_url: str, secret: str) -> str:
    """Where it is gone on with; the origin writes no `token` into its log."""
    return f"{public_url}/list-your-city/saved?token={secret}"


def writer_of(service: Service, form_id: UUID) -> dict[str, Any] | None:
    """Whom the letter with the link goes to: the form as it waits."""
    found = service.rows("SELECT sealed FROM saved_forms WHERE form_id = %(id)s", id=form_id)
    text = service.vault.open(found[0]["sealed"]) if found else None
    told: dict[str, Any] | None = json.loads(text) if text else None
    return told


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
    told: dict[str, Any] = json.loads(text)
    return {name: value for name, value in told.items() if name not in ("name", "email")}


def forget(service: Service, link: str) -> None:
    """It was sent, or is no longer wanted."""
    with service.transaction() as curs:
        curs.execute("DELETE FROM saved_forms WHERE link_hash = %(hash)s", {"hash": _hash(link)})


def _address(text: str) -> str:
    """Empty where it is no address yet; the form may be half filled in."""
    try:
        return str(ADDRESS.validate_python(text))
    except ValidationError:
        return ""


def _hash(link: str) -> bytes:
    return hashlib.sha256(link.encode()).digest()
