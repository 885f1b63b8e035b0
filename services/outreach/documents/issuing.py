"""Documents of a pair: drawn up in versions, checked, printed, and their signed originals kept track of."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from babel.languages import get_official_languages

from services.outreach import reading
from services.outreach.application import Outreach, expect
from services.outreach.documents import composing, languages, printing, shelf
from services.outreach.domain import refusals as no
from services.outreach.domain.document import (
    OF_ONE_TEXT,
    Details,
    Document,
    Draft,
    Edition,
    Finding,
    Side,
    check,
    check_articles,
)
from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import PairState
from shared.application import Receipt
from shared.context import Caller
from shared.refusals import NotFound
from shared.typesetting import MissingSign, check_signs
from shared.values import DocumentKind, Theme

MOST_SIGNS = 200
"""Of one detail."""


def draw_up(
    outreach: Outreach,
    caller: Caller,
    pair_id: UUID,
    kind: DocumentKind,
    language: str | None,
    given: Mapping[str, Any],
) -> Receipt:
    """The next version; `given` are details by name, the rest is as in the pair's newest document.

    The receipt names the document.
    """
    pair, now = outreach.load(Pair, pair_id), outreach.clock()
    expect(pair)
    document_id = pair.issue_document(caller, kind, now)
    code = _language(pair, language)
    details = Details.model_validate({**_earlier(outreach, pair, kind), **given})
    check_articles(kind, {*details.left_out, *details.own_words})
    content = composing.compose(_draft(pair, kind, code, details))
    _check_signs(content)
    edition = Edition(
        kind=kind,
        version=pair.documents[kind],
        language=code,
        template=composing.template_of(code),
        content_hash=composing.hash_of(content),
    )
    # As it is read, not in escapes: a name that is to be forgotten is looked for in it.
    told = {"details": details.model_dump(mode="json"), "content": content}
    kept = json.dumps(told, ensure_ascii=False)
    row = shelf.document(document_id, pair_id, kind, now, outreach.vault.seal(kept))
    return outreach.record(Document(document_id, pair_id, edition, now), pair, also=[row])


def _language(pair: Pair, asked: str | None) -> str:
    """Left out: an official language of the city's country in which there are texts; else English alone."""
    known = languages.offered()
    if asked is None:
        official = get_official_languages(pair.foreign_place.country, de_facto=True)
        return next((code for code in official if code in known), languages.FIRST)
    if asked not in known:
        raise no.LanguageNotOffered(language=asked, offered=", ".join(known))
    return asked


def _earlier(outreach: Outreach, pair: Pair, kind: DocumentKind) -> dict[str, Any]:
    """What the next document begins with: the newest one's details, at first the fields that the member hopes for."""
    for of_kind, kept in shelf.newest(outreach, pair.id):
        details: dict[str, Any] = kept["details"]
        own_text = OF_ONE_TEXT[:-1] if of_kind is kind else ()
        return {
            key: value
            for key, value in details.items()
            if key not in OF_ONE_TEXT or key in own_text
        }
    fields = [Theme(each) for each in shelf.case_fields(outreach, pair.sides.case_id)]
    return {"fields": fields, "foreign_contact": _contact(outreach, pair)}


def _contact(outreach: Outreach, pair: Pair) -> str:
    """Whom to write to in the city, once the member knows."""
    found = reading.contact_of(outreach, pair) if pair.is_handed_over else None
    told = (found.name, found.office, found.email) if found is not None else ()
    return ", ".join(each for each in told if each)[:MOST_SIGNS]


def _draft(pair: Pair, kind: DocumentKind, code: str, details: Details) -> Draft:
    return Draft(
        kind=kind,
        language=code,
        is_translation_checked=languages.language(code).is_checked,
        place=pair.place,
        foreign_place=pair.foreign_place,
        has_resolution=PairState.RESOLUTION in pair.days,
        details=details,
    )


def _check_signs(content: Any) -> None:
    try:
        check_signs(content)
    except MissingSign as missing:
        raise no.SignCannotBePrinted(sign=missing.sign, name=missing.name) from missing


# One document.


def document_of(
    outreach: Outreach, caller: Caller, pair_id: UUID, document_id: UUID
) -> tuple[Pair, Document]:
    """Raises NotFound, NotYours."""
    pair = outreach.load(Pair, pair_id)
    pair.check_insight(caller)
    document = outreach.load(Document, document_id)
    if document.pair_id != pair_id:
        raise NotFound(thing="document", id=document_id)
    return pair, document


def findings(outreach: Outreach, pair: Pair, document: Document) -> list[Finding]:
    kept = shelf.text_of(outreach, document.id)
    details = Details.model_validate(kept["details"])
    return check(_draft(pair, document.kind, document.edition.language, details))


def printed(
    outreach: Outreach, pair: Pair, document: Document, form: str, *, for_signature: bool
) -> bytes:
    """`form`: pdf or docx. A copy says Draft until it is signed; one for signature is made once nothing is lacking."""
    content = shelf.text_of(outreach, document.id)["content"]
    lacking = [each for each in findings(outreach, pair, document) if each.is_blocking]
    if for_signature and lacking:
        raise no.NotReadyToSign(sentence=lacking[0].sentence, count=len(lacking))
    edition = document.edition
    imprint = printing.Imprint(
        document_id=document.id,
        version=edition.version,
        template=edition.template,
        content_hash=composing.hash_of(content),
        made_at=document.drawn_up_at,
        is_draft=not (for_signature or document.is_signed),
    )
    return (printing.pdf if form == "pdf" else printing.docx)(content, imprint)


def file_original(
    outreach: Outreach,
    caller: Caller,
    where: tuple[UUID, UUID],
    side: Side,
    told: Mapping[str, Any],
) -> Receipt:
    """`where`: pair and document. `told`: signed_on, and held_by in words."""
    _, document = document_of(outreach, caller, *where)
    document.file_original(side, told["signed_on"], outreach.clock(), has_scan=False)
    held_by = outreach.vault.seal(told["held_by"])
    return outreach.record(document, also=[shelf.original(document.id, side, held_by)])


def file_scan(
    outreach: Outreach, caller: Caller, where: tuple[UUID, UUID], side: Side, scan: bytes
) -> Receipt:
    """Of an original that is on record. Raises ScanNotTaken, FileTooLarge, NoOriginalFiled."""
    _, document = document_of(outreach, caller, *where)
    media_type = shelf.media_type_of(scan)
    if side not in document.originals:
        raise no.NoOriginalFiled(kind=document.kind.replace("_", " "))
    document.file_original(side, document.originals[side], outreach.clock(), has_scan=True)
    row = shelf.scan(document.id, side, outreach.vault.seal(scan), media_type)
    return outreach.record(document, also=[row])


def retract_original(
    outreach: Outreach, caller: Caller, where: tuple[UUID, UUID], side: Side
) -> Receipt:
    """Its scan goes too."""
    _, document = document_of(outreach, caller, *where)
    document.retract_original(side, outreach.clock())
    return outreach.record(document, also=[shelf.forget_original(document.id, side)])
