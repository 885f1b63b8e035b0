"""Papers to print: PDF/UA-1 by Typst, in Noto fonts that packages carry, the same bytes for the same input."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont

FONT_PACKAGES = ("fontpkg_noto_serif", "pylopdf_fonts_ar", "pylopdf_fonts_jp")
FAMILIES = ("Noto Serif", "Noto Naskh Arabic", "Noto Serif JP", "Noto Sans JP")
"""Each sign is taken from the first of these that has it."""
INVISIBLE = ("Cc", "Cf", "Zl", "Zp")
"""Kinds of signs that need no picture: ends of lines, joiners, marks of direction."""


class MissingSign(ValueError):
    """A sign that none of the fonts has: it would be printed as a box."""

    def __init__(self, sign: str) -> None:
        self.sign, self.name = sign, unicodedata.name(sign, f"U+{ord(sign):04X}")
        super().__init__(f"no font has {sign} ({self.name})")


def check_signs(content: Any) -> None:
    """Of all texts in nested lists and mappings. Raises MissingSign for the first that cannot be printed."""
    known = _known_signs()
    for text in _texts(content):
        for sign in text:
            if ord(sign) not in known and unicodedata.category(sign) not in INVISIBLE:
                raise MissingSign(sign)


def pdf(template: Path, data: Mapping[str, Any], made_at: datetime) -> bytes:
    """The template finds `data` as JSON in `sys.inputs.data`, and the families in `sys.inputs.families`.

    Raises MissingSign; `made_at` is the paper's own date, so that a repeat gives the same bytes.
    """
    check_signs(data)
    inputs = {
        "data": json.dumps(data, ensure_ascii=False, sort_keys=True),
        "families": json.dumps(FAMILIES),
    }
    made = typst.compile(
        template.read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )
    assert isinstance(made, bytes)
    return made


@cache
def font_files() -> tuple[Path, ...]:
    """Those that the packages carry, of the families that are used."""
    files = [file for package in FONT_PACKAGES for file in _files_of(package)]
    wanted = {family.replace(" ", "") for family in FAMILIES}
    return tuple(file for file in files if _stem(file) in wanted)


def _files_of(package: str) -> list[Path]:
    spec = find_spec(package)
    assert spec is not None, f"{package} is not installed"
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0])
    return sorted(file for file in folder.rglob("*") if file.suffix in (".ttf", ".otf"))


def _stem(file: Path) -> str:
    """`NotoSerif[wdth,wght].ttf` and `NotoSerifJP-Regular.otf` without what follows the family; italics have none."""
    return "" if "Italic" in file.name else file.stem.partition("-")[0].partition("[")[0]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=list(dict.fromkeys(str(file.parent) for file in font_files())),
    )


@cache
def _known_signs() -> frozenset[int]:
    signs: set[int] = set()
    for file in font_files():
        with TTFont(file, lazy=True) as font:
            signs.update(font.getBestCmap())
    return frozenset(signs)


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, Iterable):
        for value in content:
            yield from _texts(value)
