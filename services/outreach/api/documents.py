"""The doors to a pair's documents: made in versions, checked, downloaded, and their signed originals."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, File, Query, Response, UploadFile
from pydantic import BaseModel, Field

from services.outreach.application import Outreach
from services.outreach.documents import composing, edited, issuing, languages, shelf
from services.outreach.domain.document import (
    WITH_ORIGINALS,
    Change,
    Details,
    Document,
    Finding,
    Side,
    Words,
)
from services.outreach.domain.pair import Pair
from shared.application import Receipt
from shared.forms import Day, Form, known_only
from shared.http import Door, StaffOrAdministrator
from shared.values import DocumentKind, LanguageCode

MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
NOT_SHOWN = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


class DocumentForm(
    Form,
    example={
        "kind": "letter_of_intent",
        "language": "ja",
        "details": {
            "fields": ["education", "culture"],
            "us_signer": {"name": "Ann Lee", "office": "Mayor", "is_highest_official": True},
            "foreign_signer": {
                "name": "Kenji Mori",
                "office": "Mayor",
                "is_highest_official": True,
            },
            "foreign_name": "足利市",
        },
    },
):
    kind: DocumentKind
    language: Annotated[
        LanguageCode | None,
        Field(
            description="Beside English; `en` for English alone. Left out: an official language of the city's country"
            " in which there are texts."
        ),
    ] = None
    details: Annotated[
        Details,
        known_only(Details),
        Field(description="What is left out is as in the pair's newest document."),
    ] = Details()


class OriginalForm(
    Form, example={"signed_on": "2027-05-14", "held_by": "City archive, second floor"}
):
    signed_on: Day
    held_by: Annotated[Words, Field(description="Who keeps the paper, and where.")] = ""


class OriginalView(BaseModel):
    side: Annotated[Side, Field(description="Which side holds it.")]
    signed_on: Annotated[date | None, Field(description="None: it is not there yet.")]
    held_by: str = ""
    has_scan: bool = False


class DocumentItem(BaseModel):
    version: Annotated[int, Field(description="Of this record, for If-Match; it is the ETag.")]
    document_id: UUID
    kind: DocumentKind
    document_version: int
    language: str
    template: Annotated[str, Field(description="The versions of the texts that it was made from.")]
    content_hash: Annotated[str, Field(description="SHA-256 of its content when it was made.")]
    drawn_up_at: datetime
    is_signed: Annotated[bool, Field(description="Each side that holds an original has it.")]
    originals: list[OriginalView]


class DocumentView(DocumentItem):
    is_as_drawn_up: Annotated[
        bool, Field(description="False: a person's name was taken out of it since.")
    ]
    details: Details
    findings: Annotated[list[Finding], Field(description="What it lacks; see the checks.")]


class DocumentsView(BaseModel):
    languages: Annotated[list[str], Field(description="In which there are texts; English first.")]
    documents: list[DocumentItem]


def document_routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/pairs/{pair_id}/documents", tags=["documents"], route_class=Door)
    _making(router, outreach)
    _printing(router, outreach)
    _originals(router, outreach)
    return router


def _making(router: APIRouter, outreach: Outreach) -> None:
    @router.post("", status_code=201)
    def draw_up(pair_id: UUID, form: DocumentForm, caller: StaffOrAdministrator) -> Receipt:
        """A document of the case in its next version (B12); the receipt names the document."""
        given = form.details.model_dump(mode="json", exclude_unset=True)
        return issuing.draw_up(outreach, caller, pair_id, form.kind, form.language, given)

    @router.get("")
    def list_documents(pair_id: UUID, caller: StaffOrAdministrator) -> DocumentsView:
        """All versions of all documents of the pair, the oldest first."""
        pair = outreach.load(Pair, pair_id)
        pair.check_insight(caller)
        found = [outreach.load(Document, each) for each in shelf.ids_of(outreach, pair_id)]
        return DocumentsView(
            languages=list(languages.offered()),
            documents=[_item(outreach, each) for each in found],
        )

    @router.get("/{document_id}")
    def read_document(
        pair_id: UUID, document_id: UUID, caller: StaffOrAdministrator
    ) -> DocumentView:
        pair, found = issuing.document_of(outreach, caller, pair_id, document_id)
        kept = shelf.text_of(outreach, document_id)
        return DocumentView(
            **_item(outreach, found).model_dump(),
            is_as_drawn_up=composing.hash_of(kept["content"]) == found.edition.content_hash,
            details=Details.model_validate(kept["details"]),
            findings=issuing.findings(outreach, pair, found),
        )

    @router.get("/{document_id}/checks")
    def check(pair_id: UUID, document_id: UUID, caller: StaffOrAdministrator) -> list[Finding]:
        """What it lacks before both sides can sign it, a sentence each; empty where nothing is lacking."""
        pair, found = issuing.document_of(outreach, caller, pair_id, document_id)
        return issuing.findings(outreach, pair, found)

    @router.post("/{document_id}/compare")
    def compare(
        pair_id: UUID,
        document_id: UUID,
        caller: StaffOrAdministrator,
        file: Annotated[UploadFile, File(description="The DOCX as it came back, 5 MB at most.")],
    ) -> list[Change]:
        """An edited DOCX beside what was drawn up: articles that are gone or changed. Nothing of it is kept."""
        issuing.document_of(outreach, caller, pair_id, document_id)
        edited_docx = file.file.read(shelf.LARGEST_SCAN_MB * 1_000_000 + 1)
        shelf.check_size(edited_docx)
        return edited.changes(shelf.text_of(outreach, document_id)["content"], edited_docx)


def _printing(router: APIRouter, outreach: Outreach) -> None:
    for form in MEDIA:
        _download(router, outreach, form)


def _download(router: APIRouter, outreach: Outreach, form: str) -> None:
    @router.get(
        f"/{{document_id}}/{form}",
        name=f"download_{form}",
        response_class=Response,
        responses={200: {"content": {MEDIA[form]: {}}}},
    )
    def download(
        pair_id: UUID,
        document_id: UUID,
        caller: StaffOrAdministrator,
        copy: Annotated[
            Literal["draft", "signature"],
            Query(description="For signature: without the word Draft, once nothing is lacking."),
        ] = "draft",
    ) -> Response:
        """The document to print or to edit; it says Draft until it is signed."""
        pair, found = issuing.document_of(outreach, caller, pair_id, document_id)
        made = issuing.printed(outreach, pair, found, form, for_signature=copy == "signature")
        name = f"{found.kind.value}-v{found.edition.version}-{found.edition.language}.{form}"
        return _attachment(made, MEDIA[form], name)


def _originals(router: APIRouter, outreach: Outreach) -> None:
    @router.post("/{document_id}/originals/{side}")
    def file_original(
        pair_id: UUID,
        document_id: UUID,
        side: Side,
        form: OriginalForm,
        caller: StaffOrAdministrator,
    ) -> Receipt:
        """A signed original is with this side; said again, it corrects the day and the holder."""
        where = pair_id, document_id
        return issuing.file_original(outreach, caller, where, side, form.model_dump())

    @router.post("/{document_id}/originals/{side}/retract")
    def retract_original(
        pair_id: UUID, document_id: UUID, side: Side, caller: StaffOrAdministrator
    ) -> Receipt:
        """It was put down by mistake; its scan goes too."""
        return issuing.retract_original(outreach, caller, (pair_id, document_id), side)

    @router.post("/{document_id}/originals/{side}/scan")
    def file_scan(
        pair_id: UUID,
        document_id: UUID,
        side: Side,
        caller: StaffOrAdministrator,
        file: Annotated[UploadFile, File(description="A PDF, a PNG or a JPEG of at most 5 MB.")],
    ) -> Receipt:
        """A scan of a signed original that is on record; another one takes its place."""
        scan = file.file.read(shelf.LARGEST_SCAN_MB * 1_000_000 + 1)
        return issuing.file_scan(outreach, caller, (pair_id, document_id), side, scan)

    @router.get("/{document_id}/originals/{side}/scan", response_class=Response)
    def read_scan(
        pair_id: UUID, document_id: UUID, side: Side, caller: StaffOrAdministrator
    ) -> Response:
        """To download; it is never shown in the page."""
        issuing.document_of(outreach, caller, pair_id, document_id)
        scan, media_type = shelf.scan_of(outreach, document_id, side)
        return _attachment(scan, media_type, f"original-{side}.{media_type.rpartition('/')[2]}")


def _attachment(content: bytes, media_type: str, name: str) -> Response:
    headers = {**NOT_SHOWN, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def _item(outreach: Outreach, found: Document) -> DocumentItem:
    edition, kept = found.edition, shelf.originals(outreach, found.id)
    return DocumentItem(
        version=found.version,
        document_id=found.id,
        kind=edition.kind,
        document_version=edition.version,
        language=edition.language,
        template=edition.template,
        content_hash=edition.content_hash,
        drawn_up_at=found.drawn_up_at,
        is_signed=found.is_signed,
        originals=[
            OriginalView(side=side, signed_on=found.originals.get(side), **kept.get(side, {}))
            for side in WITH_ORIGINALS[found.kind]
        ],
    )
