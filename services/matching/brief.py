"""The council brief of a shortlist: one PDF with the cities side by side, both sides' reasons, and every source."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from services.matching import looking
from services.matching.answers import Candidate
from services.matching.comparison import Cell, Comparison
from services.matching.domain import refusals as no
from services.matching.domain.research_file import ResearchFile
from services.matching.domain.rules import Finding
from services.matching.explaining.pair import Reason
from shared.context import Caller
from shared.typesetting import MissingSign, pdf
from shared.values import Place, Theme

if TYPE_CHECKING:
    from services.matching.application import Matching

LAYOUT = Path(__file__).with_suffix(".typ")
OUR_FILES = re.compile(r" \([\w/]+\.(md|tsv)\)")
MOST_REASONS = 6
"""Of each side, in the order of the explanation."""


def brief(
    matching: "Matching", file: ResearchFile, geoname_ids: Sequence[int], caller: Caller
) -> bytes:
    """Of the shortlist, or of two to five cities that are asked for. Raises WrongNumberToCompare, NotShown."""
    chosen = list(geoname_ids) or list(file.shortlist)
    compared = looking.compare(matching, file, chosen, caller)
    cities = [
        looking.candidate(matching, file, each.geoname_id, caller) for each in compared.cities
    ]
    day = matching.clock().date()
    told = _content(file, compared, cities) | {"day": format_date(day, "long", locale="en_US")}
    try:
        return pdf(LAYOUT, told, datetime.combine(day, time(), UTC))
    except MissingSign as missing:
        raise no.SignCannotBePrinted(sign=missing.sign, name=missing.name) from missing


def _content(
    file: ResearchFile, compared: Comparison, cities: Sequence[Candidate]
) -> dict[str, Any]:
    sources = _Sources()
    return {
        "member": file.place.name,
        "wishes": _wishes(file),
        "heads": [each.name for each in compared.cities],
        "rows": [
            {"title": row.title, "cells": [sources.cell(cell) for cell in row.cells]}
            for row in compared.rows
        ],
        "cities": [
            _city(file.place, each, head.name, sources)
            for each, head in zip(cities, compared.cities, strict=True)
        ],
        # Last: by now every sentence has told its source.
        "sources": list(sources),
    }


def _wishes(file: ResearchFile) -> list[str]:
    wanted = file.preferences
    fields = ", ".join(_words(theme) for theme in wanted.themes)
    project = _words(wanted.priority_project) if wanted.priority_project else ""
    told = {"Fields of cooperation": fields, "Priority project": project}
    return [f"{title}: {text}" for title, text in told.items() if text]


def _words(theme: Theme) -> str:
    return theme.value.replace("_", " ")


def _city(member: Place, city: Candidate, name: str, sources: "_Sources") -> dict[str, Any]:
    why = city.explanation
    assert why is not None, "a city that can be compared is in the world, and is explained"
    return {
        "name": name,
        "score": None if city.score is None else f"{city.score:.2f}",
        "position": f"{city.position:,}" if city.position else "",
        "suits_you": _reasons(why.suits_you, sources),
        "suits_them": _reasons(why.you_suit_them, sources),
        "not_known": _reasons(why.not_known, sources),
        "findings": [_finding(each) for each in city.findings],
        "headings": [f"Why it suits {member.name}", f"Why {member.name} suits it"],
    }


def _reasons(reasons: Sequence[Reason], sources: "_Sources") -> list[dict[str, str]]:
    return [
        {"text": each.text, "speaks": each.speaks, "source": sources.number(each.source)}
        for each in reasons[:MOST_REASONS]
    ]


def _finding(finding: Finding) -> str:
    cited = f" ({finding.citation})" if finding.citation else ""
    return f"{finding.sentence}{cited}"


class _Sources:
    """Each by the number under which it stands at the end."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def number(self, source: str) -> str:
        """Several are told as "one; another"; files of ours say nothing to a council."""
        told = OUR_FILES.sub("", source).split("; ")
        return ", ".join(
            str(self._numbers.setdefault(each, len(self._numbers) + 1)) for each in told
        )

    def cell(self, cell: Cell) -> dict[str, Any]:
        return {"text": cell.text, "is_known": cell.is_known, "source": self.number(cell.source)}
