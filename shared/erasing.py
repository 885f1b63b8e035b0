"""Forgetting a person: own rows go at once, names in other people's texts after that; export follows the same list."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from psycopg import Cursor
from psycopg.sql import SQL, Composable, Identifier
from psycopg.types.json import Jsonb

from shared.application import Service
from shared.personal import REMOVED, Holding
from shared.recorder import Write
from shared.vault import Vault

NAMES = ("name", "email", "phone")
"""Of a person's own record, what others may have written down."""
ADDRESS_FIELDS = ("email", "sender")
ADDRESSES = UUID("5d3b6d0e-2b1c-5c8e-8f52-91a64c7f0e37")
BATCH = 100
LONGEST = 1_000_000
MOST_NAMED = 200
"""Files without plain text that are named one by one."""
"""Bytes of a text that names are looked for in; what is longer is a file."""
SHORTEST_NAME = 2
BETWEEN_DIGITS = r"\s().\-/" + "\u00ad\u200b\u2010-\u2015\u2212"
"""Hyphens that do not break too, as documents have them."""
MARKED_UP = re.compile(r"\A\s*(<|BEGIN:|\{\\rtf|%PDF|%!PS)|</?\w+[^>]*>|&#?\w+;")
NO_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")
"""Scripts in which words stand side by side, or take endings: a name ends where its last sign does."""


def names_of(service: Service, holdings: Sequence[Holding], person_id: UUID) -> list[str]:
    """Name, address and telephone, as the person's own records have them, or the mails that the person wrote."""
    texts = _calling(service, holdings, person_id)
    return list(dict.fromkeys(name for text, called in texts for name in _names_in(text, called)))


def addresses_of(service: Service, holdings: Sequence[Holding], person_id: UUID) -> list[str]:
    """E-mail addresses that are the person's; what somebody gave as a name is none, whatever it looks like."""
    told = [(_json(text), called) for text, called in _calling(service, holdings, person_id)]
    found = [
        each[name]
        for each, called in told
        if isinstance(each, dict)
        for name in ADDRESS_FIELDS
        if name in called and each.get(name)
    ]
    return list(dict.fromkeys(found))


def _calling(
    service: Service, holdings: Sequence[Holding], person_id: UUID
) -> Iterator[tuple[str, Sequence[str]]]:
    """Texts that say how the person is called, and the fields in which they do."""
    for holding in holdings:
        called = NAMES if holding.is_own_record else holding.says
        for row in rows_of(service, holding, person_id) if called else ():
            for column in holding.sealed:
                text = service.vault.open(row[column]) if row[column] is not None else None
                if text:
                    yield text, called


def _names_in(text: str, called: Sequence[str]) -> list[str]:
    told = _json(text)
    if isinstance(told, dict):
        return [told[name] for name in called if isinstance(told.get(name), str) and told[name]]
    return [text]


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text[:1] in "{[" else None
    except (ValueError, RecursionError):  # anybody may write a thousand brackets
        return None


def rows_of(service: Service, holding: Holding, person_id: UUID | str) -> list[dict[str, Any]]:
    """The rows that are about or from the person."""
    if not holding.of:
        return []
    query = SQL("SELECT * FROM {} WHERE ").format(Identifier(holding.table)) + _is_of(holding)
    return service.rows(query, id=str(person_id))  # type: ignore[arg-type]  # composed, of our own names


def _is_of(holding: Holding) -> Composable:
    return SQL(" OR ").join(SQL("{} = %(id)s").format(Identifier(column)) for column in holding.of)


def id_of_address(vault: Vault, email: str) -> UUID:
    """Under which we hold what somebody wrote who is on no record; it tells nothing without the vault."""
    return uuid5(ADDRESSES, vault.digest(email.lower()).hex())


def people_with(service: Service, holdings: Sequence[Holding], email: str) -> list[UUID]:
    """The ids of those whose address it is; the last one is of mails that came before they were on record."""
    found: dict[UUID, None] = {}
    for holding in holdings:
        if holding.digest and holding.of:
            query = SQL("SELECT DISTINCT {} AS id FROM {} WHERE {} = %(email)s").format(
                Identifier(holding.of[0]), Identifier(holding.table), Identifier(holding.digest)
            )
            digest = service.vault.digest(email.lower())
            for row in service.rows(query, email=digest):  # type: ignore[arg-type]
                found[UUID(str(row["id"]))] = None
    return [*found, id_of_address(service.vault, email)]


def asked(holdings: Sequence[Holding], person_id: UUID, at: datetime, names: bytes | None) -> Write:
    """The person's rows and texts go, letters that are due to them too; `names`, sealed, are looked for after that."""

    def write(curs: Cursor[Any]) -> None:
        erased = Counter[str]()
        for holding in holdings:
            if holding.of:
                erased[holding.table] += _erase(curs, holding, person_id)
        erased["letters that were due"] = _cancel_letters(curs, person_id)
        curs.execute(
            "INSERT INTO erasures (person_id, asked_at, sealed, erased)"
            " VALUES (%(id)s, %(at)s, %(names)s, %(erased)s)"
            " ON CONFLICT (person_id) DO UPDATE SET asked_at = excluded.asked_at, sealed = excluded.sealed,"
            " erased = excluded.erased, finished_at = NULL, redacted = '{}', unread = '[]', answers = '{}',"
            " is_told = false",
            {"id": person_id, "at": at, "names": names, "erased": Jsonb(_counted(erased))},
        )

    return write


def _counted(rows: Counter[str]) -> dict[str, int]:
    return {table: n for table, n in rows.items() if n}


def _erase(curs: Cursor[Any], holding: Holding, person_id: UUID) -> int:
    table, person = Identifier(holding.table), {"id": str(person_id)}
    if not holding.stays:
        curs.execute(SQL("DELETE FROM {} WHERE ").format(table) + _is_of(holding), person)
        return curs.rowcount
    nothing = SQL(", ").join(SQL("{} = NULL").format(Identifier(c)) for c in holding.sealed)
    there = SQL(" OR ").join(SQL("{} IS NOT NULL").format(Identifier(c)) for c in holding.sealed)
    curs.execute(
        SQL("UPDATE {} SET {} WHERE ({}) AND ({})").format(table, nothing, _is_of(holding), there),
        person,
    )
    return curs.rowcount


def _cancel_letters(curs: Cursor[Any], person_id: UUID) -> int:
    """One that is just being tried is not tried again."""
    curs.execute(
        "UPDATE effects SET is_cancelled = true,"
        "  state = CASE state WHEN 'due' THEN 'cancelled' ELSE state END,"
        "  settled_at = CASE state WHEN 'due' THEN now() END"
        " WHERE recipient_id = %(id)s AND state IN ('due', 'sending')",
        {"id": person_id},
    )
    return curs.rowcount


@dataclass
class Redaction:
    """Of one person: how many texts of each table had a name in them; which files could not be looked through."""

    pattern: re.Pattern[str] | None
    redacted: Counter[str] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)
    """Table and key of each."""

    @classmethod
    def of(cls, names: Sequence[str]) -> "Redaction":
        return cls(pattern_of(names))


def redact(
    service: Service, holdings: Sequence[Holding], people: Sequence[Redaction]
) -> Iterator[None]:
    """Names in other people's texts are replaced, a batch at each step; the old texts' keys are given up."""
    looked_for = [each for each in people if each.pattern is not None]
    if not looked_for:
        return
    for holding in holdings:
        if holding.is_own_record:
            continue
        for column in holding.sealed:
            for rows in _batches(service, holding, column):
                _redact(service, holding, column, rows, looked_for)
                yield


def _batches(service: Service, holding: Holding, column: str) -> Iterator[list[dict[str, Any]]]:
    keys = SQL(", ").join(map(Identifier, holding.key))
    last = SQL("({})").format(
        SQL(", ").join(SQL("%(k{})s").format(SQL(str(n))) for n in range(len(holding.key)))
    )
    after: dict[str, Any] = {}
    while True:
        query = SQL(
            "SELECT {keys}, CASE WHEN octet_length({column}) <= %(longest)s THEN {column} END AS sealed FROM {table}"
            " WHERE {column} IS NOT NULL {beyond} ORDER BY {keys} LIMIT %(batch)s"
        ).format(
            keys=keys,
            column=Identifier(column),
            table=Identifier(holding.table),
            beyond=SQL("AND ({}) > {}").format(keys, last) if after else SQL(""),
        )
        rows = service.rows(query, longest=LONGEST, batch=BATCH, **after)  # type: ignore[arg-type]
        if not rows:
            return
        yield rows
        after = {f"k{n}": rows[-1][name] for n, name in enumerate(holding.key)}


def _redact(
    service: Service,
    holding: Holding,
    column: str,
    rows: Sequence[dict[str, Any]],
    people: Sequence[Redaction],
) -> None:
    short = [row for row in rows if row["sealed"] is not None]
    unread = [row for row in rows if row["sealed"] is None]
    opened = service.vault.open_all_bytes([row["sealed"] for row in short])
    changed: list[tuple[dict[str, Any], str]] = []
    for row, raw in zip(short, opened, strict=True):
        try:
            text = raw.decode() if raw is not None else ""
        except UnicodeDecodeError:
            unread.append(row)
            continue
        if column in holding.files and MARKED_UP.search(text):
            unread.append(row)  # names may stand in it in signs of its own besides
        fresh = _redacted(text, holding.table, people)
        if fresh != text:
            changed.append((row, fresh))
    for each in people:
        each.unread += [_called(holding, row) for row in unread]
    _replace(service, holding, column, changed)


def _called(holding: Holding, row: dict[str, Any]) -> str:
    return f"{holding.table} {' '.join(str(row[name]) for name in holding.key)}"


def _redacted(text: str, table: str, people: Sequence[Redaction]) -> str:
    for each in people:
        assert each.pattern is not None, "only those with names are looked for"
        before, text = text, _without_names(text, each.pattern)
        each.redacted[table] += text != before
    return text


def _replace(
    service: Service,
    holding: Holding,
    column: str,
    changed: Sequence[tuple[dict[str, Any], str]],
) -> None:
    where = SQL(" AND ").join(
        SQL("{} = %(k{})s").format(Identifier(name), SQL(str(n)))
        for n, name in enumerate(holding.key)
    )
    query = SQL("UPDATE {} SET {column} = %(fresh)s WHERE {} AND {column} = %(was)s").format(
        Identifier(holding.table), where, column=Identifier(column)
    )
    sealed = service.vault.seal_all([text for _, text in changed])
    for (row, _), fresh in zip(changed, sealed, strict=True):
        told = {f"k{n}": row[name] for n, name in enumerate(holding.key)}
        with service.transaction() as curs:
            curs.execute(query, {"fresh": fresh, "was": row["sealed"], **told})
            is_done = curs.rowcount == 1
        if not is_done:  # somebody wrote it anew meanwhile, or deleted it
            service.vault.shred(fresh)


def pattern_of(names: Sequence[str]) -> re.Pattern[str] | None:
    """Any of the names, as whole words; one of a single word with the capitals of a name: "late" is no Mr Late."""
    words = [name for name in names if is_one_word(name)]
    longer, unspaced = any_of([name for name in names if name not in words]), any_unspaced(names)
    parts = [f"(?i:{longer})"] if longer else []
    parts += [re.escape(word) for word in as_names_are(words) if len(word) >= SHORTEST_NAME]
    whole = [rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)"] if parts else []
    both = "|".join([*whole, *filter(None, [unspaced])])
    return re.compile(both) if both else None


def is_one_word(name: str) -> bool:
    return name.strip().isalpha() and not is_unspaced(name)


def is_unspaced(name: str) -> bool:
    last = name.strip()[-1:]
    return bool(last) and unicodedata.name(last, "").startswith(NO_SPACES)


def as_names_are(words: Sequence[str]) -> list[str]:
    """As they are on record, with a capital, and in capitals; letters with accents as one sign and as two."""
    told = [word.strip() for word in words]
    cased = {
        each
        for word in told
        for each in (
            word if word != word.lower() else word.capitalize(),
            word.capitalize(),
            word.upper(),
        )
    }
    return sorted({form for each in cased for form in _forms(each)})


def any_of(names: Sequence[str]) -> str:
    """The longest first; words apart by any space, numbers by any sign that people put between digits."""
    return _any([name for name in names if not is_unspaced(name)])


def any_unspaced(names: Sequence[str]) -> str:
    """Of scripts that put no space between words."""
    return _any([name for name in names if is_unspaced(name)])


def _any(names: Sequence[str]) -> str:
    wanted = sorted({name.strip() for name in names}, key=len, reverse=True)
    long = [name for name in wanted if len(name) >= SHORTEST_NAME]
    return "|".join(dict.fromkeys(_written(form) for name in long for form in _forms(name)))


def _forms(name: str) -> list[str]:
    """An accent is a sign of its own on some machines."""
    return [unicodedata.normalize(form, name) for form in ("NFC", "NFD")]


def _written(name: str) -> str:
    digits = re.sub(r"\D", "", name)
    if len(digits) >= 7 and not re.search(r"[^\W\d_]", name):  # as short as telephone numbers are
        return r"\+?" + f"[{BETWEEN_DIGITS}]*".join(digits)
    words = (re.sub("['\u2019]", "['\u2019]", re.escape(word)) for word in name.split())
    return r"\s+".join(words)


def _without_names(text: str, pattern: re.Pattern[str]) -> str:
    try:
        told = _json(text)
        changed = told if told is None else _without(told, pattern)
        if told is not None:
            return text if changed == told else json.dumps(changed, ensure_ascii=False)
    except RecursionError:
        pass  # as plain text then
    return pattern.sub(REMOVED, text)


def _without(told: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(told, str):
        return pattern.sub(REMOVED, told)
    if isinstance(told, list):
        return [_without(each, pattern) for each in told]
    if isinstance(told, dict):
        return {pattern.sub(REMOVED, name): _without(each, pattern) for name, each in told.items()}
    if isinstance(told, int | float) and pattern.search(str(told)):
        return REMOVED
    return told


def held(service: Service, holdings: Sequence[Holding], person_id: UUID) -> dict[str, int]:
    """Table -> how many rows are about or from the person; what stays without its text holds nothing of anybody."""
    counts = Counter[str]()
    for holding in holdings:
        rows = rows_of(service, holding, person_id)
        counts[holding.table] += sum(
            any(row[c] is not None for c in holding.sealed) for row in rows
        )
    return _counted(counts)


def export(service: Service, holdings: Sequence[Holding], person_id: UUID) -> list[dict[str, Any]]:
    """Everything that is about or from the person, opened, with what it is in words."""
    told = []
    for holding in holdings:
        for row in rows_of(service, holding, person_id):
            plain = {
                name: value
                for name, value in row.items()
                if not isinstance(value, bytes | memoryview) and value not in (None, "")
            }
            texts = {
                name: _shown(service, row[name]) for name in holding.sealed if row[name] is not None
            }
            told.append({"table": holding.table, "what": holding.what, "row": plain, **texts})
    return told


def _shown(service: Service, sealed: bytes) -> Any:
    opened = service.vault.open_bytes(sealed)
    if opened is None:
        return REMOVED
    try:
        text = opened.decode()
    except UnicodeDecodeError:
        return f"a file of {len(opened)} bytes"
    told = _json(text)
    return text if told is None else told
