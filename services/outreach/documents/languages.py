"""A language of documents: one file in `clauses/` with every text that is printed."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

from shared.typesetting import check_signs

FOLDER = Path(__file__).parent / "clauses"
FIRST = "en"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
BRACE = re.compile(r"[{}]")
PLURALS = ("years", "months")
"""Tables by the plural forms that a language has (CLDR: zero, one, two, few, many, other)."""


class NotALanguage(ValueError):
    """A file of clauses that does not say what the English one says."""


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    version: int
    direction: str
    is_checked: bool
    """A translator has approved the file as it is."""
    heading_family: str
    """Of the fonts, for a script that has no bold one; else empty."""
    texts: dict[str, dict[str, str]]
    """By table and key, as in the file."""

    def word(self, key: str) -> str:
        return self.texts["words"][key]

    def count(self, table: str, number: int) -> str:
        """`years` or `months`, in the plural form that the number asks for."""
        forms = self.texts[table]
        form = forms.get(Locale.parse(self.code).plural_form(number), forms["other"])
        return fill(form, {"count": str(number)})


@cache
def offered() -> tuple[str, ...]:
    """English first, then the others by their code."""
    others = sorted(file.stem for file in FOLDER.glob("*.toml") if file.stem != FIRST)
    return (FIRST, *others)


@cache
def language(code: str) -> Language:
    """Raises NotALanguage."""
    found = _read(FOLDER / f"{code}.toml")
    if code != FIRST:
        _check(found, language(FIRST))
    return found


def check_all() -> None:
    """At start: a text that is missing, an unknown name in braces or a sign that no font has stops the service."""
    for code in offered():
        check_signs(language(code).texts)


def fill(text: str, facts: dict[str, str]) -> str:
    """Names in braces by facts; there is no other syntax."""
    return PLACEHOLDER.sub(lambda found: facts[found[1]], text)


def _read(file: Path) -> Language:
    told: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return Language(
        code=file.stem,
        version=told["version"],
        direction=told["direction"],
        is_checked=told["is_checked"],
        heading_family=told.get("heading_family", ""),
        texts={name: table for name, table in told.items() if isinstance(table, dict)},
    )


def _check(found: Language, first: Language) -> None:
    faults = list(_faults(found, first))
    if faults:
        raise NotALanguage(f"clauses/{found.code}.toml: {'; '.join(faults)}")


def _faults(found: Language, first: Language) -> Iterator[str]:
    wanted, given = _keys(first), _keys(found)
    yield from (f"{name}.other is missing" for name in PLURALS if "other" not in found.texts[name])
    yield from (f"{table}.{key} is missing" for table, key in sorted(wanted - given))
    yield from (f"{table}.{key} is in no English text" for table, key in sorted(given - wanted))
    for table, key in sorted(wanted & given):
        text = found.texts[table][key]
        unknown = _names(text) - _names(first.texts[table][key])
        yield from (f"{table}.{key} has {{{name}}}, the English has not" for name in unknown)
        if BRACE.search(PLACEHOLDER.sub("", text)):
            yield f"{table}.{key} has a brace that holds no name"


def _keys(of: Language) -> set[tuple[str, str]]:
    return {
        (table, key) for table, texts in of.texts.items() if table not in PLURALS for key in texts
    }


def _names(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))
