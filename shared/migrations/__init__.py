"""Brings a service's database to the present: `python -m shared.migrations intake`."""

from pathlib import Path

import psycopg

HERE = Path(__file__).parent
SERVICES = HERE.parent.parent / "services"
VAULT = "vault"
"""The database of the keys, which is no service."""


def files(service: str) -> list[Path]:
    """The SQL files of a service in the order in which they apply: the shared event store, then its own."""
    if service == VAULT:
        return sorted((HERE / VAULT).glob("*.sql"))
    shared = [] if service == "directory" else sorted(HERE.glob("*.sql"))
    return shared + sorted((SERVICES / service / "migrations").glob("*.sql"))


def migrate(service: str, conninfo: str) -> list[str]:
    """Apply what has not been applied yet, all in one transaction; returns the names of the files applied."""
    with psycopg.connect(conninfo) as connection:
        # Two migrations at once: the second waits here and then finds nothing to do.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('migrations'))")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations"
            " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        done = {row[0] for row in connection.execute("SELECT name FROM migrations")}
        fresh = [file for file in files(service) if _name(file) not in done]
        for file in fresh:
            connection.execute(file.read_bytes())
            connection.execute("INSERT INTO migrations (name) VALUES (%s)", [_name(file)])
        if fresh:
            _watch_sealed_columns(connection)
    return [_name(file) for file in fresh]


def _watch_sealed_columns(connection: psycopg.Connection) -> None:
    """Whoever deletes or replaces a sealed text gives its key up; the vault and the directory seal nothing."""
    found = connection.execute("SELECT to_regproc('watch_sealed_columns')").fetchone()
    if found and found[0]:
        connection.execute("SELECT watch_sealed_columns()")


def _name(file: Path) -> str:
    return f"{file.parent.parent.name}/{file.name}"
