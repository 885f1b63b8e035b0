"""Where people could stand: every column that can hold a text is sealed, or says why it holds nothing of anybody."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from deploy.local.platform import Platform
from services.intake.personal import HOLDINGS as IN_INTAKE
from services.matching.personal import HOLDINGS as IN_MATCHING
from services.outreach.personal import HOLDINGS as IN_OUTREACH
from shared.personal import Holding

HOLDINGS: dict[str, tuple[Holding, ...]] = {
    "intake": IN_INTAKE,
    "matching": IN_MATCHING,
    "outreach": IN_OUTREACH,
}
PLAIN = Path(__file__).parent / "plain_columns.txt"
COLUMNS = """SELECT table_name, column_name, data_type, is_nullable = 'YES' AS may_be_empty
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_type = 'BASE TABLE' AND table_schema = 'public'"""
TEXTS = ("text", "bytea", "json", "jsonb", "ARRAY", "character varying", "inet", "cidr")
WATCHED = """SELECT c.relname AS table_name, t.tgargs AS columns
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'keys_are_given_up'"""


def rows(platform: Platform, service: str, query: str) -> list[dict[str, Any]]:
    dsn = platform.postgres_dsn(service, "postgres")
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        return list(connection.execute(query.encode()).fetchall())


def plain(service: str) -> dict[str, str]:
    """table.column -> why it holds nothing of anybody; `*` stands for every service."""
    told = {}
    for line in PLAIN.read_text().splitlines():
        if line and not line.startswith("#"):
            where, _, reason = line.partition(": ")
            owner, _, column = where.partition(" ")
            if owner in ("*", service):
                told[column] = reason.strip()
    return told


def known(service: str) -> set[str]:
    return {
        f"{holding.table}.{column}"
        for holding in HOLDINGS[service]
        for column in (*holding.sealed, holding.digest)
        if column
    }


@pytest.mark.parametrize("service", HOLDINGS)
def test_every_text_is_sealed_or_says_why_not(platform: Platform, service: str) -> None:
    """No table can begin to hold somebody's name or words without being noticed here."""
    texts = {
        f"{row['table_name']}.{row['column_name']}"
        for row in rows(platform, service, COLUMNS)
        if row["data_type"] in TEXTS
    }
    reasons = plain(service)
    assert sorted(texts - known(service) - set(reasons)) == []
    assert all(reasons.values())


@pytest.mark.parametrize("service", HOLDINGS)
def test_what_is_listed_is_there_and_gives_its_keys_up(platform: Platform, service: str) -> None:
    """Each holding names a table and columns that exist; whoever deletes a row of it gives its keys up."""
    there = {
        (row["table_name"], row["column_name"]): row["data_type"]
        for row in rows(platform, service, COLUMNS)
    }
    watched = {
        (row["table_name"], column)
        for row in rows(platform, service, WATCHED)
        for column in row["columns"].decode().split("\0")
        if column
    }
    for holding in HOLDINGS[service]:
        assert {(holding.table, column) for column in (*holding.key, *holding.of)} <= set(there)
        for column in holding.sealed:
            assert there[holding.table, column] == "bytea"
            assert (holding.table, column) in watched, "its keys would stay behind"


def test_no_reason_is_given_for_a_column_that_is_gone(platform: Platform) -> None:
    """The list of plain columns is true."""
    there = {
        f"{row['table_name']}.{row['column_name']}"
        for service in HOLDINGS
        for row in rows(platform, service, COLUMNS)
    }
    assert {column for service in HOLDINGS for column in plain(service)} - there == set()
