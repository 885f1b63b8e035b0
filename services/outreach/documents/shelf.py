"""Where documents lie: the tables of their sealed texts, of who holds the originals, and of scans."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Cursor

from services.outreach.domain import refusals as no
from services.outreach.domain.document import Side
from shared.application import Service
from shared.recorder import Write
from shared.refusals import NotFound
from shared.values import DocumentKind

LARGEST_SCAN_MB = 5
MEDIA_TYPES = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
"""By the bytes that a file begins with, whatever its name says."""


def _run(sql: str, **values: Any) -> Write:
    def write(curs: Cursor[Any]) -> None:
        curs.execute(sql.encode(), values)

    return write


def document(
    document_id: UUID, pair_id: UUID, kind: DocumentKind, at: datetime, sealed: bytes
) -> Write:
    return _run(
        "INSERT INTO documents VALUES (%(id)s, %(pair)s, %(kind)s, %(at)s, %(sealed)s)",
        id=document_id,
        pair=pair_id,
        kind=kind.value,
        at=at,
        sealed=sealed,
    )


def newest(service: Service, pair_id: UUID) -> Iterator[tuple[DocumentKind, dict[str, Any]]]:
    """The pair's documents whose text is still there, the newest first."""
    found = service.rows(
        "SELECT kind, sealed FROM documents WHERE pair_id = %(id)s AND sealed IS NOT NULL"
        " ORDER BY drawn_up_at DESC LIMIT 20",
        id=pair_id,
    )
    for row in found:
        text = service.vault.open(row["sealed"])
        if text is not None:
            yield DocumentKind(row["kind"]), json.loads(text)


def ids_of(service: Service, pair_id: UUID) -> list[UUID]:
    """In the order in which they were drawn up."""
    found = service.rows(
        "SELECT document_id FROM documents WHERE pair_id = %(id)s ORDER BY drawn_up_at", id=pair_id
    )
    return [row["document_id"] for row in found]


def text_of(service: Service, document_id: UUID) -> dict[str, Any]:
    """Details and content. Raises TextErased."""
    found = service.rows(
        "SELECT sealed FROM documents WHERE document_id = %(id)s AND sealed IS NOT NULL",
        id=document_id,
    )
    text = service.vault.open(found[0]["sealed"]) if found else None
    if text is None:
        raise no.TextErased
    told: dict[str, Any] = json.loads(text)
    return told


def case_fields(service: Service, case_id: UUID) -> list[str]:
    found = service.rows("SELECT fields FROM case_fields WHERE case_id = %(id)s", id=case_id)
    return list(found[0]["fields"]) if found else []


# Originals.


def original(document_id: UUID, side: Side, held_by: bytes) -> Write:
    return _run(
        "INSERT INTO document_originals (document_id, side, sealed)"
        " VALUES (%(id)s, %(side)s, %(sealed)s)"
        " ON CONFLICT (document_id, side) DO UPDATE SET sealed = excluded.sealed",
        id=document_id,
        side=side.value,
        sealed=held_by,
    )


def scan(document_id: UUID, side: Side, sealed: bytes, media_type: str) -> Write:
    return _run(
        "UPDATE document_originals SET scan = %(scan)s, media_type = %(media_type)s"
        " WHERE document_id = %(id)s AND side = %(side)s",
        id=document_id,
        side=side.value,
        scan=sealed,
        media_type=media_type,
    )


def forget_original(document_id: UUID, side: Side) -> Write:
    return _run(
        "DELETE FROM document_originals WHERE document_id = %(id)s AND side = %(side)s",
        id=document_id,
        side=side.value,
    )


def originals(service: Service, document_id: UUID) -> dict[Side, dict[str, Any]]:
    """held_by (empty where it was erased) and has_scan."""
    found = service.rows(
        "SELECT side, sealed, scan IS NOT NULL AS has_scan FROM document_originals"
        " WHERE document_id = %(id)s",
        id=document_id,
    )
    return {
        Side(row["side"]): {
            "held_by": (row["sealed"] and service.vault.open(row["sealed"])) or "",
            "has_scan": row["has_scan"],
        }
        for row in found
    }


def scan_of(service: Service, document_id: UUID, side: Side) -> tuple[bytes, str]:
    """The scan and its media type. Raises NotFound, TextErased."""
    found = service.rows(
        "SELECT scan, media_type FROM document_originals"
        " WHERE document_id = %(id)s AND side = %(side)s AND scan IS NOT NULL",
        id=document_id,
        side=side.value,
    )
    if not found:
        raise NotFound(thing="scan", id=document_id)
    opened = service.vault.open_bytes(found[0]["scan"])
    if opened is None:
        raise no.TextErased
    return opened, found[0]["media_type"]


def check_size(file: bytes) -> None:
    """Raises FileTooLarge."""
    if len(file) > LARGEST_SCAN_MB * 1_000_000:
        raise no.FileTooLarge(megabytes=LARGEST_SCAN_MB)


def media_type_of(scan: bytes) -> str:
    """Raises ScanNotTaken, FileTooLarge."""
    check_size(scan)
    for begins, media_type in MEDIA_TYPES.items():
        if scan.startswith(begins):
            return media_type
    raise no.ScanNotTaken
