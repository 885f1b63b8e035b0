"""What an attorney changed in a DOCX of ours: each article that is no longer there, or no longer in the same words."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

import docx
from docx.document import Document as Paper
from docx.opc.exceptions import PackageNotFoundError
from lxml.etree import LxmlError

from services.outreach.domain import refusals as no
from services.outreach.domain.document import Change

LARGEST_BYTES = 20_000_000
"""Of all files in the archive, unpacked."""
MOST_PARAGRAPHS = 2000
ALIKE = 0.6
"""From here on a paragraph counts as the article in other words."""
UNSEEN = re.compile("[\u200e\u200f\u00ad]")


def changes(content: Mapping[str, Any], edited: bytes) -> list[Change]:
    """Of the articles of an agreement, in their order; empty where all stand as they were. Raises NotADocx."""
    found = _paragraphs(_opened(edited))
    told = [_change(part, i, found) for part, i in _articles(content)]
    return [each for each in told if each is not None]


def _articles(content: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], int]]:
    for part in content["blocks"]:
        if "heading" in part and "texts" in part:
            yield from ((part, i) for i in range(len(part["texts"])))


def _change(part: Mapping[str, Any], i: int, found: list[str]) -> Change | None:
    wanted = _plain(part["texts"][i])
    if wanted in found:
        return None
    nearest = max(found, key=lambda each: _likeness(wanted, each), default="")
    is_there = _likeness(wanted, nearest) >= ALIKE
    return Change(heading=part["heading"][i], was=part["texts"][i], now=nearest if is_there else "")


def _likeness(one: str, other: str) -> float:
    match = SequenceMatcher(None, one, other, autojunk=False)
    # The cheap bounds first: most paragraphs are nothing like it.
    if match.real_quick_ratio() < ALIKE or match.quick_ratio() < ALIKE:
        return 0
    return match.ratio()


def _opened(edited: bytes) -> Paper:
    try:
        with zipfile.ZipFile(io.BytesIO(edited)) as archive:
            if sum(each.file_size for each in archive.infolist()) > LARGEST_BYTES:
                raise no.NotADocx
        return docx.Document(io.BytesIO(edited))
    except (zipfile.BadZipFile, PackageNotFoundError, LxmlError, KeyError, ValueError) as problem:
        raise no.NotADocx from problem


def _paragraphs(paper: Paper) -> list[str]:
    """Of the body, in tables too; what is struck out by tracked changes does not count."""
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    texts = [
        "".join(run.text or "" for run in paragraph.iter(f"{word}t"))
        for paragraph in paper.element.body.iter(f"{word}p")
    ]
    return [plain for text in texts if (plain := _plain(text))][:MOST_PARAGRAPHS]


def _plain(text: str) -> str:
    return " ".join(UNSEEN.sub("", text).replace("\u2011", "-").split())
