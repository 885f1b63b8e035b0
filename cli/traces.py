"""Searches an installation for values that should be gone: databases after a vacuum, files, streams, logs, mail."""

import mailbox
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import psycopg
from psycopg.sql import SQL, Composable, Identifier

from shared.erasing import any_of, any_unspaced, as_names_are, is_one_word, pattern_of

DATABASES = ("intake", "matching", "outreach", "directory", "vault")
CHUNK = 16 * 1024 * 1024
Connect = Callable[[str, str], psycopg.Connection[Any]]
"""(database, role): role is owner, or postgres for the superuser; in autocommit."""

COLUMNS = """SELECT table_schema, table_name, column_name, data_type = 'bytea' AS is_bytes
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
ORDER BY table_schema, table_name, ordinal_position"""


@dataclass
class Search:
    """What was looked through, and where something was found."""

    values: Sequence[str]
    is_whole: bool = True
    """False: parts of words too, wherever they stand."""
    found: list[str] = field(default_factory=list)
    tables: int = 0
    files: int = 0
    size: int = 0

    @property
    def words(self) -> list[str]:
        """Names of one word: as whole words, written as names are, in texts alone. "Late" stands in many a file."""
        return [value for value in self.values if self.is_whole and is_one_word(value)]

    @property
    def longer(self) -> list[str]:
        """Addresses, telephone numbers and whole names: they are also looked for in what is no text."""
        return [value for value in self.values if value and value not in self.words]

    @property
    def pattern(self) -> re.Pattern[bytes] | None:
        """Also as addresses of pages write them. No edges of words: what stands before a text in a file is no text."""
        written = {
            each for value in self.longer for each in (value, quote(value), quote_plus(value))
        }
        parts = b"|".join(re.escape(value.encode()) for value in sorted(written))
        return re.compile(parts, re.IGNORECASE) if parts else None

    def as_sql(self) -> dict[str, Any]:
        """NULL finds nothing."""
        return {
            "names": self._names() or None,
            "words": _whole("|".join(as_names_are(self.words))) or None,
            "raw": _whole("|".join(map(_escaped, as_names_are(self.words)))) or None,
            "bytes": [value.encode() for value in self.longer],
        }

    def _names(self) -> str:
        if not self.is_whole:
            return "|".join(map(re.escape, self.longer))
        return "|".join(filter(None, [_whole(any_of(self.longer)), any_unspaced(self.longer)]))


def _whole(parts: str) -> str:
    """A line break before a name is a letter in JSON, a sign that is not English is three digits in bytes."""
    before = r"(?:(?<!\w)|(?<=\\[bfnrt])|(?<=\\[0-7][0-7][0-7]))"
    return rf"{before}(?:{parts})(?!\w)" if parts else ""


def _escaped(word: str) -> str:
    """As PostgreSQL shows bytes."""
    return "".join(chr(b) if b < ord("\x7f") else rf"\\{b:03o}" for b in word.encode())


def search_databases(search: Search, connect: Connect) -> None:
    """Vacuumed first, so that rows that are dead are gone from the files too; then each table is read."""
    for database in DATABASES:
        with connect(database, "postgres") as connection:
            connection.execute("VACUUM")
            connection.execute("CHECKPOINT")
            tables: dict[tuple[str, str], list[Composable]] = {}
            for schema, table, column, is_bytes in connection.execute(COLUMNS).fetchall():
                tables.setdefault((schema, table), []).append(_holds(column, is_bytes=is_bytes))
            for name, columns in tables.items():
                _search_table(search, connection, database, name, columns)


def _holds(column: str, *, is_bytes: bool) -> Composable:
    if not is_bytes:
        return SQL("({0}::text ~* %(names)s OR {0}::text ~ %(words)s)").format(Identifier(column))
    held = SQL(
        "EXISTS (SELECT FROM unnest(%(bytes)s::bytea[]) AS value WHERE position(value IN {}) > 0)"
    ).format(Identifier(column))
    if "sealed" in column:  # by chance three letters stand in what is sealed
        return held
    return SQL("({} OR encode({}, 'escape') ~ %(raw)s)").format(held, Identifier(column))


def _search_table(
    search: Search,
    connection: psycopg.Connection[Any],
    database: str,
    name: tuple[str, str],
    columns: Sequence[Composable],
) -> None:
    search.tables += 1
    query = SQL("SELECT count(*) FROM {} WHERE {}").format(
        Identifier(*name), SQL(" OR ").join(columns)
    )
    count = connection.execute(query, search.as_sql()).fetchone()
    if count and count[0]:
        search.found.append(f"{count[0]} rows of {database}.{'.'.join(name)}")


def search_files(search: Search, folder: Path) -> None:
    """Every file of the data folder but the secrets: database files and their log, streams, logs, mail."""
    pattern = search.pattern
    if pattern is None:
        return
    longest = max(3 * len(value.encode()) for value in search.longer)
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or "secrets" in file.relative_to(folder).parts:
            continue
        try:
            is_there = any(pattern.search(part) for part in _parts(search, file, longest))
        except FileNotFoundError:
            continue  # a server took it away meanwhile
        search.files += 1
        if is_there:
            search.found.append(str(file))


def _parts(search: Search, file: Path, overlap: int) -> Iterator[bytes]:
    rest = b""
    with file.open("rb") as opened:
        while part := opened.read(CHUNK):
            search.size += len(part)
            yield rest + part
            rest = part[-overlap:] if overlap else b""


def mails_with(values: Sequence[str], folder: Path) -> Iterator[tuple[mailbox.Maildir, str]]:
    """Caught mails with one of the values in them as whole words, however they are encoded."""
    if not folder.is_dir():
        return
    box, names = mailbox.Maildir(folder, create=False), pattern_of(values)
    for key in list(box.iterkeys()):
        try:
            said = _said(box.get_bytes(key))
        except (KeyError, FileNotFoundError):
            continue  # somebody deleted it meanwhile
        if names and names.search(said):
            yield box, key


def _said(raw: bytes) -> str:
    """A broken mail is read as far as it goes, and as it came."""
    mail = message_from_bytes(raw, policy=policy.default)
    try:
        heads = [str(value) for value in mail.values()]
        texts = [_text(part) for part in mail.walk() if part.get_content_maintype() == "text"]
    except Exception:  # noqa: BLE001  # whatever a stranger's mail makes the parser stumble over
        return raw.decode(errors="replace")
    return "\n".join([*heads, *texts])


def _text(part: EmailMessage) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError, AttributeError):
        payload = part.get_payload(decode=True)
        return payload.decode(errors="replace") if isinstance(payload, bytes) else str(payload)
