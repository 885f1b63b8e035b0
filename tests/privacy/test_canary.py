"""A thousand marked values of three hundred people go in through every door; the people are forgotten; none is left."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from cli.traces import Search, mails_with, search_databases, search_files
from deploy.local.platform import Platform
from services.intake.personal import HOLDINGS as IN_INTAKE
from services.matching.personal import HOLDINGS as IN_MATCHING
from services.outreach.personal import HOLDINGS as IN_OUTREACH
from tests.clients import Clients, eventually, vault
from tests.intake.people import INTAKE
from tests.privacy.canaries import MARK, PHONE, Canaries, Round, Seldom, a_passkey
from tests.privacy.test_erasing import HOLDERS

ROUNDS, VALUES = 10, 1_000
HOLDINGS = {"intake": IN_INTAKE, "matching": IN_MATCHING, "outreach": IN_OUTREACH}
CHANCE = random.Random(4)


def test_of_a_thousand_values_none_is_left(clients: Clients, platform: Platform) -> None:
    """What is forgotten stands in no row, no file of a database or its log, no stream, no log and no mail any more."""
    canaries, staff = Canaries(), clients.staff()
    for _ in range(ROUNDS):
        Round(clients, canaries, staff).play()
    Seldom(clients, canaries, staff).play()
    a_passkey(clients, canaries)
    assert len(canaries.values) >= VALUES
    eventually(lambda: _letters_under_way(platform) == 0, 20)
    opened = list(_everything_that_opens(platform))
    before = "\n".join(text for _, text in opened)
    missing = [value for value in canaries.values if value not in before]
    assert missing == [], "the doors took every value, and the search sees it"
    reached = {column for column, text in opened if MARK in text.lower()}
    assert sorted(_sealed_columns() - reached) == [], "no place where a value may rest was left out"

    for person in canaries.people:
        clients.operator().does(f"{INTAKE}/people/{person}/erase", {})
    for service in HOLDERS:
        assert eventually(lambda s=service: _left_to_do(platform, s, canaries.people) == 0, 90)  # type: ignore[misc]
    eventually(lambda: _letters_under_way(platform) == 0, 20)
    for box, key in mails_with(canaries.values, platform.mail_dir):
        box.discard(key)

    left = [text for _, text in _everything_that_opens(platform) if MARK in text.lower()]
    assert left == [], "nothing that opens holds a value"
    search = Search([MARK, PHONE], is_whole=False)
    search_databases(search, lambda *of: _connect(platform, *of))
    search_files(search, platform.folder.path)
    assert search.found == []


def test_the_search_finds_what_is_there(platform: Platform, tmp_path: Path) -> None:
    """A value in a row, across the border of two parts of a file, or encoded in a mail, is found."""
    value = f"planted-{CHANCE.randrange(10**9)}"
    name = f"planted_{uuid4().hex[:8]}"
    with _connect(platform, "intake", "postgres") as connection:
        connection.execute(f"CREATE TABLE {name} (id int, said text, raw bytea)".encode())
        connection.execute(
            f"INSERT INTO {name} VALUES (1, %s, ''), (2, '', %s)".encode(),  # noqa: S608  # ours
            [value.upper(), value.encode()],
        )
        search = Search([value])
        search_databases(search, lambda *of: _connect(platform, *of))
        connection.execute(f"DROP TABLE {name}".encode())
    assert search.found == [f"2 rows of intake.public.{name}"]
    (tmp_path / "a").write_bytes(b"x" * (16 * 1024 * 1024 - 3) + value.encode())
    search = Search([value])
    search_files(search, tmp_path)
    assert search.found == [str(tmp_path / "a")]


def test_a_name_is_found_where_it_stands_as_a_word(platform: Platform) -> None:
    """Of one word it is found in texts, JSON and bytes as names are written, however it is accented, and in no other
    word; of several words, over a line break and in any case."""
    texts = [
        "Ask Zoë.",
        "ZOË",
        "zoë",
        "Zoëlle",
        "Zuzoë",
        '{"a": "x\\nZoë"}',
        "mr zed\n quist",
        "Zed Quistling",
    ]
    name = f"planted_{uuid4().hex[:8]}"
    with _connect(platform, "intake", "postgres") as connection:
        connection.execute(f"CREATE TABLE {name} (said text, raw bytea, sealed bytea)".encode())
        for text in texts:
            query = f"INSERT INTO {name} VALUES (%s, '', '')".encode()  # noqa: S608  # ours
            connection.execute(query, [text])
        for text in ("“Zoë”", "Zoëlle", "Zed Quist"):
            query = f"INSERT INTO {name} VALUES ('', %s, %s)".encode()  # noqa: S608  # ours
            connection.execute(query, [text.encode(), b"Zo\xc3\xab"])
        search = Search(["Zoë", "Mr Zed Quist", "Zed Quist"])
        search_databases(search, lambda *of: _connect(platform, *of))
        connection.execute(f"DROP TABLE {name}".encode())
    assert search.found == [f"6 rows of intake.public.{name}"]


def _letters_under_way(platform: Platform) -> int:
    return sum(
        _count(
            platform,
            service,
            "SELECT count(*) FROM effects WHERE state IN ('due', 'sending') AND due_at <= now()",
        )
        for service in ("intake", "outreach")
    )


def _left_to_do(platform: Platform, service: str, people: set[str]) -> int:
    done = _count(
        platform,
        service,
        "SELECT count(*) FROM erasures WHERE finished_at IS NOT NULL AND sealed IS NULL AND person_id = ANY(%s)",
        [UUID(each) for each in people],
    )
    waiting = _count(platform, service, "SELECT count(*) FROM given_up")
    return len(people) - done + waiting


def _count(platform: Platform, database: str, query: str, *values: Any) -> int:
    with psycopg.connect(platform.postgres_dsn(database)) as connection:
        found = connection.execute(query.encode(), values).fetchone()
    return int(found[0]) if found else 0


SAME_EVERYWHERE = ("idempotency_keys", "import_rows")
"""Tables that one code fills in each service: reached in one, they are reached."""
OURS = ("codes",)
"""What rests sealed and is nobody's: a code that we made."""


def _sealed_columns() -> set[str]:
    return {
        f"{service}.{holding.table}.{column}"
        for service, holdings in HOLDINGS.items()
        for holding in holdings
        if holding.table not in OURS
        and (service == "intake" or holding.table not in SAME_EVERYWHERE)
        for column in holding.sealed
    }


def _everything_that_opens(platform: Platform) -> Iterator[tuple[str, str]]:
    """Each sealed text of each service whose key is still there, and the column that has it."""
    for service, holdings in HOLDINGS.items():
        keys = vault(platform, service)
        tables = [(holding.table, column) for holding in holdings for column in holding.sealed]
        with psycopg.connect(platform.postgres_dsn(service)) as connection:
            for table, column in [*tables, ("erasures", "sealed")]:
                query = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608  # ours
                sealed = [row[0] for row in connection.execute(query.encode()).fetchall()]
                for opened in keys.open_all_bytes(sealed):
                    yield f"{service}.{table}.{column}", (opened or b"").decode(errors="replace")
        keys.close()


def _connect(platform: Platform, database: str, role: str) -> psycopg.Connection[Any]:
    return psycopg.connect(platform.postgres_dsn(database, role), autocommit=True)
