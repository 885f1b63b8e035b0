"""A document's content: each part with its text in one language or two, filled with the facts of the case.

The content is plain lists and mappings, so that it can be kept, hashed, and printed in any form.
"""

import hashlib
import json
from typing import Any

from services.outreach.documents.facts import (
    LINE,
    facts,
    fields,
    name_of,
    office,
    signer_name,
    signer_office,
)
from services.outreach.documents.kinds import KINDS, Part, Style
from services.outreach.documents.languages import FIRST, Language, fill, language
from services.outreach.domain.document import SIGNED_BY, Draft, Side

Content = dict[str, Any]
LINES_TO_WRITE_ON = 4
"""Of a delegation that nobody has named yet."""


def compose(draft: Draft) -> Content:
    codes = [FIRST] if draft.language == FIRST else [FIRST, draft.language]
    return _Composer(draft, [language(code) for code in codes]).content()


def template_of(code: str) -> str:
    """The versions of the texts, such as `en1-fr1`."""
    codes = [FIRST] if code == FIRST else [FIRST, code]
    return "-".join(f"{each}{language(each).version}" for each in codes)


def hash_of(content: Content) -> str:
    told = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


class _Composer:
    def __init__(self, draft: Draft, languages: list[Language]) -> None:
        self.draft, self.languages = draft, languages
        codes = [each.code for each in languages]
        self.facts = [facts(draft, each, codes) for each in languages]
        self.structure = KINDS[draft.kind]

    def content(self) -> Content:
        has_subtitle = "subtitle" in self.languages[0].texts[self.draft.kind]
        return {
            "kind": self.draft.kind.value,
            "languages": [
                {"code": each.code, "direction": each.direction} for each in self.languages
            ],
            "title": self._texts("title"),
            "subtitle": self._texts("subtitle") if has_subtitle else None,
            "notes": [self._note(each) for each in self.languages],
            "draft": [each.word("draft") for each in self.languages],
            "is_letter": self.structure.is_letter,
            "blocks": self._blocks(),
            "signatures": self._signatures(),
        }

    def _note(self, of: Language) -> str:
        is_checked = of.is_checked or self.draft.details.translation_checked_by
        return "" if is_checked else of.word("working")

    def _texts(self, key: str, table: str = "") -> list[str]:
        table = table or self.draft.kind.value
        return [
            fill(each.texts[table][key], told)
            for each, told in zip(self.languages, self.facts, strict=True)
        ]

    def _words(self, key: str, **told: str) -> list[str]:
        return [fill(each.word(key), told) for each in self.languages]

    def _blocks(self) -> list[dict[str, Any]]:
        left_out = set(self.draft.details.left_out)
        parts = [part for part in self.structure.parts if part.id not in left_out]
        blocks, number = [], 0
        for part in parts:
            number += part.style in (Style.ARTICLE, Style.FIELDS)
            blocks.append(self._block(part, number))
        return blocks

    def _block(self, part: Part, number: int) -> dict[str, Any]:
        if part.style is Style.HEAD:
            return {"style": part.style, "lines": self._head()}
        if part.style is Style.DELEGATES:
            return {"style": part.style, **self._delegates()}
        if part.style is Style.PARAGRAPH:
            return {"style": part.style, "texts": self._texts(self._choice(part))}
        titles = [each.texts["headings"][part.id] for each in self.languages]
        heading = [
            fill(each.word("article"), {"number": str(number), "title": title})
            for each, title in zip(self.languages, titles, strict=True)
        ]
        block: dict[str, Any] = {
            "style": part.style,
            "heading": heading,
            "texts": self._article(part.id),
        }
        if part.style is Style.FIELDS:
            block["items"] = [fields(self.draft.details, each) for each in self.languages]
        return block

    def _head(self) -> list[list[str]]:
        """For each language place and day, then to whom; a line of which nothing is known is left out."""
        addressed = [text.split("\n") for text in self._texts("to")]
        return [
            [dateline, *(line for line in to if LINE not in line)]
            for dateline, to in zip(self._texts("dateline"), addressed, strict=True)
        ]

    def _article(self, article: str) -> list[str]:
        own = self.draft.details.own_words.get(article)
        if own is not None:
            return [own.text, own.translation][: len(self.languages)]
        if article == "purpose":
            return self._texts("purpose")
        is_one = article == "languages" and len(self.languages) == 1
        return self._texts("one_language" if is_one else article, "articles")

    def _choice(self, part: Part) -> str:
        """Which of a part's texts applies."""
        details = self.draft.details
        applies = {
            "salutation": self.facts[0]["addressee"] != LINE
            and "salutation" in self.languages[0].texts[self.draft.kind],
            "visit": details.visit_from is not None and details.visit_to is not None,
            "costs_host": details.host_pays,
        }
        if not part.choices:
            return part.id
        return next((each for each in part.choices[:-1] if applies[each]), part.choices[-1])

    def _delegates(self) -> dict[str, Any]:
        return {
            "heading": _in_both(self._texts("delegates")),
            "columns": [_in_both(self._words(key)) for key in ("name", "office", "organization")],
            "rows": [
                [each.name, _in_both(self._offices(each.office)), each.organization]
                for each in self.draft.details.delegates
            ]
            or [["", "", ""]] * LINES_TO_WRITE_ON,
        }

    def _offices(self, told: str) -> list[str]:
        return [office(told, each) for each in self.languages]

    def _signatures(self) -> list[list[dict[str, Any]]]:
        """Rows of one or two fields to sign in."""
        sides = SIGNED_BY.get(self.draft.kind, (Side.US,))
        rows = [[self._signature(side) for side in sides]] if sides else []
        if self.structure.has_witnesses:
            rows.append([self._witness(side) for side in sides])
        if self.structure.is_attested:
            rows[0].append(_field(self._words("attest"), "", self._offices("city clerk")))
        return rows

    def _signature(self, side: Side) -> dict[str, Any]:
        details = self.draft.details
        signer = details.us_signer if side is Side.US else details.foreign_signer
        labels = [
            fill(each.word("for_side"), {"city": name_of(self.draft, side, each)})
            for each in self.languages
        ]
        names = [signer_name(signer, each) for each in self.languages]
        offices = [signer_office(signer, each) for each in self.languages]
        return _field(labels, _in_both(names), offices)

    def _witness(self, side: Side) -> dict[str, Any]:
        details = self.draft.details
        name = details.us_witness if side is Side.US else details.foreign_witness
        return _field(self._words("witness"), name, [])


def _field(labels: list[str], name: str, offices: list[str]) -> dict[str, Any]:
    return {"label": _in_both(labels), "name": name, "office": _in_both(offices)}


def _in_both(texts: list[str]) -> str:
    return " / ".join(dict.fromkeys(filter(None, texts)))
