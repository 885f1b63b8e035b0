"""A document as DOCX, for the attorneys who edit it: docxtpl fills the body in `document.xml`."""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docxtpl import DocxTemplate

from services.outreach.documents import carried_fonts

BODY = Path(__file__).parent / "document.xml"
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""Of every file in the archive, so that the same input gives the same bytes."""
SMALL = (
    '<w:rPr><w:rFonts w:ascii="Noto Serif" w:hAnsi="Noto Serif" w:eastAsia="Noto Serif JP" w:cs="Noto Naskh Arabic"/>'
    '<w:color w:val="4D4D4D"/><w:sz w:val="13"/><w:szCs w:val="13"/></w:rPr>'
)
LARGE = SMALL.replace('"13"', '"28"')


def fill(page: Mapping[str, Any], made_at: datetime) -> bytes:
    """`page` is what document.typ is given too."""
    template = DocxTemplate(io.BytesIO(_template()))
    template.render({**page, "blocks": [_block(each) for each in page["blocks"]]}, autoescape=True)
    has_arabic = any(each["direction"] == "rtl" for each in page["languages"])
    carried_fonts.carry(template, has_arabic=has_arabic)
    about = template.docx.core_properties
    about.title, about.author = " / ".join(page["title"]), "Cities Seeking Cities"
    about.created = about.modified = made_at.replace(tzinfo=None)
    about.last_modified_by, about.comments = "", ""
    made = io.BytesIO()
    template.save(made)
    return _settled(made.getvalue())


def _block(part: Mapping[str, Any]) -> dict[str, Any]:
    """`items` is a method of every mapping, so a template needs another word."""
    return {**part, "entries": part.get("items")}


def _template() -> bytes:
    """An empty document of python-docx with our body, a header for the word Draft and a foot."""
    made = docx.Document()
    section = made.sections[0]
    _fill(section.header.paragraphs[0]._p, "<w:r>" + LARGE + "<w:t>{{ draft_label }}</w:t></w:r>")
    _fill(
        section.footer.paragraphs[0]._p,
        "<w:r>"
        + SMALL
        + '<w:t xml:space="preserve">{{ foot }} · </w:t></w:r>'
        + _field("PAGE")
        + "<w:r>"
        + SMALL
        + "<w:t>/</w:t></w:r>"
        + _field("NUMPAGES"),
    )
    settings = section._sectPr
    body = parse_xml(BODY.read_bytes())
    last = body[-1]
    for reference in settings.findall(
        f"{{{settings.nsmap['w']}}}headerReference"
    ) + settings.findall(f"{{{settings.nsmap['w']}}}footerReference"):
        last.insert(0, reference)
    old = made.element.body
    old.getparent().replace(old, body)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def _fill(paragraph: Any, runs: str) -> None:
    for run in parse_xml(f"<w:p {nsdecls('w')}>{runs}</w:p>"):
        paragraph.append(run)


def _field(name: str) -> str:
    return f'<w:fldSimple w:instr="{name}"><w:r>{SMALL}<w:t>1</w:t></w:r></w:fldSimple>'


def _settled(made: bytes) -> bytes:
    """The same files in one order, with one date."""
    settled = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(made)) as old,
        zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in sorted(old.namelist(), key=lambda each: (each != "[Content_Types].xml", each)):
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return settled.getvalue()
