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
    found: list[str] = field(default_factory=list)
    tables: int = 0
    files: int = 0
    size: int = 0

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """Also as addresses of pages write them."""
        written = {
            each for value in self.values for each in (value, quote(value), quote_plus(value))
        }
        return re.compile(
            b"|".join(re.escape(value.encode()) for value in sorted(written)), re.IGNORECASE
        )


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
    if is_bytes:
        return SQL("position(%(bytes)s::bytea IN {}) > 0").format(Identifier(column))
    return SQL("strpos(lower({}::text), %(text)s) > 0").format(Identifier(column))


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
    for value in search.values:
        told = {"text": value.lower(), "bytes": value.encode()}
        count = connection.execute(query, told).fetchone()
        if count and count[0]:
            search.found.append(f"{count[0]} rows of {database}.{'.'.join(name)}")


def search_files(search: Search, folder: Path) -> None:
    """Every file of the data folder but the secrets: database files and their log, streams, logs, mail."""
    pattern = search.pattern
    longest = max((3 * len(value.encode()) for value in search.values), default=0)
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
    """Caught mails with one of the values in them, however they are encoded."""
    if not folder.is_dir():
        return
    box = mailbox.Maildir(folder, create=False)
    wanted = [value.lower() for value in values]
    for key in list(box.iterkeys()):
        said = _said(message_from_bytes(box.get_bytes(key), policy=policy.default)).lower()
        if any(value in said for value in wanted):
            yield box, key


def _said(mail: EmailMessage) -> str:
    heads = [str(value) for value in mail.values()]
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*heads, *texts])
