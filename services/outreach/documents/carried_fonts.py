"""The fonts that a DOCX carries, so that it looks the same where they are not installed; `python -m` makes them ready.

Word takes TrueType fonts alone into a file: Noto Serif and Noto Naskh Arabic are carried, Noto Serif JP (of another
kind, and ten times as large) is named only; where Japanese is read, Word has a Mincho of its own.
"""

import io
import sys
from functools import cache
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from docx.opc.packuri import PackURI
from docx.opc.part import Part, XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docxtpl import DocxTemplate
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from shared.typesetting import font_files

CARRIED = {"Noto Serif": "NotoSerif[", "Noto Naskh Arabic": "NotoNaskhArabic-"}
"""Family, and how its file begins."""
ALPHABETS = (
    range(0x0020, 0x0250),  # Latin
    range(0x1E00, 0x1F00),  # with signs upon signs, as in Vietnam
    range(0x0370, 0x0530),  # Greek and Cyrillic
    range(0x0600, 0x0700),  # Arabic
    range(0x2000, 0x2070),  # spaces, dashes, quotation marks
    range(0x20A0, 0x20D0),  # currencies
)
WEIGHTS = {"Regular": 400, "Bold": 700}
FONT = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
MADE = Path(sys.prefix) / "share" / "carried-fonts"
OBFUSCATED = 32
"""Bytes at the begin of a carried font that are changed by its key (ECMA-376 part 4, 17.8.1)."""


def carry(template: DocxTemplate, *, has_arabic: bool) -> None:
    """Into the document that the template has rendered."""
    paper = template.docx.part
    table = _opened_table(paper)
    families = list(CARRIED) if has_arabic else ["Noto Serif"]
    for number, family in enumerate(families, start=1):
        entry = parse_xml(f'<w:font {nsdecls("w", "r")} w:name="{family}"/>')
        for style in WEIGHTS:
            key = f"{{{uuid5(NAMESPACE_URL, f'{family}/{style}')}}}".upper()
            name = PackURI(f"/word/fonts/font{number}{style}.odttf")
            part = Part(name, FONT, _obfuscated(family, style, key), paper.package)
            embedded = OxmlElement(f"w:embed{style}")
            embedded.set(qn("r:id"), table.relate_to(part, RELATION.FONT))
            embedded.set(qn("w:fontKey"), key)
            entry.append(embedded)
        table.element.append(entry)
    settings = template.docx.settings.element
    settings.find(qn("w:zoom")).addnext(OxmlElement("w:embedTrueTypeFonts"))


def _opened_table(paper: Part) -> XmlPart:
    """The document's table of fonts, open to be changed."""
    found = next(each for each in paper.rels.values() if each.reltype == RELATION.FONT_TABLE)
    part = found.target_part
    made = XmlPart(part.partname, part.content_type, parse_xml(part.blob), paper.package)
    found._target = made
    return made


@cache
def _instance(family: str, style: str) -> bytes:
    """As the set-up has made it; where it has not, it takes some seconds."""
    file = _file(family, style)
    return file.read_bytes() if file.exists() else _make(family, style)


def _file(family: str, style: str) -> Path:
    return MADE / f"{family.replace(' ', '')}-{style}.ttf"


def _make(family: str, style: str) -> bytes:
    """One weight of the variable font; Word and LibreOffice know Regular and Bold."""
    with TTFont(io.BytesIO(_letters(family)), recalcTimestamp=False) as font:
        axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
        wanted = {**axes, "wght": WEIGHTS[style]}
        return _written(instantiateVariableFont(font, wanted, inplace=True, updateFontNames=True))


@cache
def _letters(family: str) -> bytes:
    """The variable font with no more than whole alphabets, so that an attorney can write on in it."""
    file = next(each for each in font_files() if each.name.startswith(CARRIED[family]))
    options = Options(layout_features=["*"], name_IDs=["*"], notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[sign for alphabet in ALPHABETS for sign in alphabet])
    with TTFont(file, recalcTimestamp=False) as font:
        subsetter.subset(font)
        return _written(font)


def _written(font: TTFont) -> bytes:
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


def _obfuscated(family: str, style: str, key: str) -> bytes:
    font = _instance(family, style)
    mask = bytes.fromhex(key.strip("{}").replace("-", ""))[::-1] * 2
    begin = bytes(sign ^ by for sign, by in zip(font, mask, strict=False))
    return begin + font[OBFUSCATED:]


if __name__ == "__main__":
    MADE.mkdir(parents=True, exist_ok=True)
    for family in CARRIED:
        for style in WEIGHTS:
            _file(family, style).write_bytes(_make(family, style))
