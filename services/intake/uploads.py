"""Letters of authority: taken from the city or from staff, kept sealed, given out as downloads alone."""

import base64
import hmac
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Cursor
from pydantic import BaseModel

from services.intake.application import Intake
from services.intake.domain.letter_file import FileKind, NoSuchLetter, kind_of
from services.intake.domain.listing import Listing
from shared.application import Receipt, Service
from shared.context import Caller, Role
from shared.personal import opened
from shared.recorder import Write

LINK = "letters of "


class LetterView(BaseModel):
    upload_id: UUID
    kind: FileKind
    bytes: int
    name: str | None
    is_from_staff: bool
    uploaded_at: datetime


def upload(intake: Intake, caller: Caller, listing_id: UUID, name: str, content: bytes) -> Receipt:
    """By the official, or by staff for a letter that came another way."""
    listing = intake.load(Listing, listing_id)
    listing.admit(caller)
    return _take(intake, listing, name, content, is_from_staff=caller.role is Role.STAFF)


def upload_by_link(
    intake: Intake, listing_id: UUID, token: str, name: str, content: bytes
) -> Receipt | None:
    """By whoever has just confirmed the address; None where the link is not of this request."""
    listing = intake.load(Listing, listing_id)
    if not is_link_of(intake, listing, token):
        return None
    return _take(intake, listing, name, content, is_from_staff=False)


def link_of(service: Service, listing: Listing) -> str:
    """The secret of the page where whoever speaks for the city now uploads letters without signing in."""
    secret = service.vault.digest(f"{LINK}{listing.id} {listing.contact_id}")
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


def is_link_of(service: Service, listing: Listing, token: str) -> bool:
    return hmac.compare_digest(token.encode(), link_of(service, listing).encode())


def of_listing(service: Service, listing_id: UUID) -> list[LetterView]:
    found = service.rows(
        "SELECT upload_id, kind, bytes, name_sealed, is_from_staff, uploaded_at FROM uploads"
        " WHERE listing_id = %(id)s ORDER BY uploaded_at, upload_id",
        id=listing_id,
    )
    return [LetterView(**row, name=name) for row, name in opened(service, found, "name_sealed")]


def content_of(service: Service, listing_id: UUID, upload_id: UUID) -> tuple[FileKind, bytes]:
    """Raises NoSuchLetter."""
    found = service.rows(
        "SELECT kind, sealed FROM uploads WHERE listing_id = %(listing)s AND upload_id = %(id)s",
        listing=listing_id,
        id=upload_id,
    )
    content = service.vault.open_bytes(found[0]["sealed"]) if found else None
    if content is None:
        raise NoSuchLetter
    return FileKind(found[0]["kind"]), content


def _take(
    intake: Intake, listing: Listing, name: str, content: bytes, *, is_from_staff: bool
) -> Receipt:
    upload_id, now = uuid4(), intake.clock()
    listing.guard_letter()
    kind = kind_of(content)
    listing.file_letter(upload_id, now)
    sealed = intake.vault.seal_all([content, name])
    row = {
        "upload_id": upload_id,
        "listing_id": listing.id,
        "kind": kind.value,
        "bytes": len(content),
        "sealed": sealed[0],
        "name_sealed": sealed[1],
        "person_id": listing.contact_id,
        "is_from_staff": is_from_staff,
        "uploaded_at": now,
    }
    return intake.record(listing, also=[_insert(row)])


def _insert(row: dict[str, Any]) -> Write:
    def write(curs: Cursor[Any]) -> None:
        curs.execute(
            "INSERT INTO uploads (upload_id, listing_id, kind, bytes, sealed, name_sealed, person_id, is_from_staff,"
            " uploaded_at) VALUES (%(upload_id)s, %(listing_id)s, %(kind)s, %(bytes)s, %(sealed)s, %(name_sealed)s,"
            " %(person_id)s, %(is_from_staff)s, %(uploaded_at)s)",
            row,
        )

    return write
