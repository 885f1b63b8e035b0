"""A language of documents: one file in `clauses/` with every text that is printed."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.typesetting import check_signs

FOLDER = Path(__file__).parent / "clauses"
FIRST = "en"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
BRACE = re.compile(r"[{}]")


class NotALanguage(ValueError):
    """A file of clauses that does not say what the English one says."""


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    version: int
    direction: str
    is_checked: bool
    """A translator has approved the file as it is."""
    texts: dict[str, dict[str, str]]
    """By table and key, as in the file."""

    def word(self, key: str) -> str:
        return self.texts["words"][key]


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
    """At start: a file that lacks a text, has an unknown name in braces, or a sign that no font has, stops the service."""
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
        texts={name: table for name, table in told.items() if isinstance(table, dict)},
    )


def _check(found: Language, first: Language) -> None:
    faults = list(_faults(found, first))
    if faults:
        raise NotALanguage(f"clauses/{found.code}.toml: {'; '.join(faults)}")


def _faults(found: Language, first: Language) -> Iterator[str]:
    wanted, given = _keys(first), _keys(found)
    yield from (f"{key} is missing" for key in sorted(wanted - given))
    yield from (f"{key} is in no English text" for key in sorted(given - wanted))
    for table, key in sorted(wanted & given, key=str):
        text = found.texts[table][key]
        unknown = _names(text) - _names(first.texts[table][key])
        yield from (f"{table}.{key} has {{{name}}}, the English has not" for name in unknown)
        if BRACE.search(PLACEHOLDER.sub("", text)):
            yield f"{table}.{key} has a brace that holds no name"


def _keys(of: Language) -> set[tuple[str, str]]:
    return {(table, key) for table, texts in of.texts.items() for key in texts}


def _names(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))
