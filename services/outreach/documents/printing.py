"""A document on paper: PDF and DOCX of one content, with what tells copies apart on the foot of each page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from services.outreach.documents import word
from services.outreach.documents.languages import language
from shared import typesetting

HERE = Path(__file__).parent
SHOWN_OF_HASH = 16
NUMBER = re.compile(r"(?<![\w+])\+?\(?\d(?:[ ()./-]{0,2}\d){6,14}(?!\w)")
"""A telephone number, or another one as long: seven to fifteen digits, as people part them."""
TOGETHER = str.maketrans({" ": "\u00a0", "-": "\u2011"})


@dataclass(frozen=True, slots=True)
class Imprint:
    """Which document this is a copy of, in which version, from which texts."""

    document_id: UUID
    version: int
    template: str
    content_hash: str
    made_at: datetime
    is_draft: bool


def pdf(content: Mapping[str, Any], imprint: Imprint) -> bytes:
    """Raises MissingSign."""
    return typesetting.pdf(HERE / "document.typ", _page(content, imprint), imprint.made_at)


def docx(content: Mapping[str, Any], imprint: Imprint) -> bytes:
    """Raises MissingSign."""
    page = _page(content, imprint)
    typesetting.check_signs(page)
    return word.fill(page, imprint.made_at)


def foot(content: Mapping[str, Any], imprint: Imprint) -> str:
    pair = "/".join(each["code"] for each in content["languages"])
    told = [
        *([_draft_label(content)] if imprint.is_draft else []),
        f"Document {imprint.document_id}",
        f"version {imprint.version}",
        pair,
        f"template {imprint.template}",
        f"SHA-256 {imprint.content_hash[:SHOWN_OF_HASH]}",
    ]
    return " · ".join(told)


def unbroken(content: Any) -> Any:
    """The same texts, with spaces and hyphens at which no line breaks in numbers that are dialled."""
    if isinstance(content, str):
        return NUMBER.sub(lambda found: found[0].translate(TOGETHER), content)
    if isinstance(content, Mapping):
        return {key: unbroken(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [unbroken(each) for each in content]
    return content


def _draft_label(content: Mapping[str, Any]) -> str:
    return " / ".join(dict.fromkeys(content["draft"]))


def _page(content: Mapping[str, Any], imprint: Imprint) -> dict[str, Any]:
    languages = [language(each["code"]) for each in content["languages"]]
    dates = [each.word("date") for each in languages]
    return {
        "is_letter": False,  # what was drawn up earlier does not say
        **unbroken(content),
        "draft_label": _draft_label(content) if imprint.is_draft else "",
        "is_draft": imprint.is_draft,
        "heading_families": [each.heading_family for each in languages],
        "foot": foot(content, imprint),
        "date_label": " / ".join(dict.fromkeys(dates)),
    }
