"""Generations of the read models: each has its own tables, one is shown, another may be built beside it."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from psycopg import sql
from psycopg.rows import DictRow
from pydantic import BaseModel

from services.directory import casebook, city_map
from services.directory.city_map import Rows
from shared.events import SOURCES

MODELS = {"city_map": city_map, "casebook": casebook}
SHAPE = sha256(
    "".join(model.TABLES + model.VIEWS for model in MODELS.values()).encode()
).hexdigest()[:16]
"""What the tables of this version of the code look like; a generation of another shape is built anew."""


class Difference(BaseModel):
    """A table of which the old and the new generation tell different things."""

    table: str
    only_in_old: int
    only_in_new: int
    examples: list[str] = []


def shown(connection: Rows) -> DictRow | None:
    return connection.execute(
        "SELECT generation, shape FROM generations WHERE state = 'current'"
    ).fetchone()


def ensure(connection: Rows) -> None:
    """An empty generation to begin with, where there is none; two instances may start at once."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('generations'))")
        if shown(connection) is None:
            show(connection, create(connection, "current"))


def create(connection: Rows, state: str) -> int:
    """Empty tables that have heard nothing yet; returns the generation's number."""
    row = connection.execute(
        "INSERT INTO generations (state, shape) VALUES (%(state)s, %(shape)s) RETURNING generation",
        {"state": state, "shape": SHAPE},
    ).fetchone()
    assert row is not None
    generation = int(row["generation"])
    for model, module in MODELS.items():
        schema = sql.Identifier(f"{model}_g{generation}")
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        connection.execute(sql.SQL("SET LOCAL search_path = {}").format(schema))
        connection.execute(module.TABLES)
    connection.execute("SET LOCAL search_path = public")
    for source in SOURCES:
        connection.execute(
            "INSERT INTO following (generation, source) VALUES (%(generation)s, %(source)s)",
            {"generation": generation, "source": source},
        )
    return generation


def show(connection: Rows, generation: int, *, anew: bool = False) -> None:
    """Points the views that readers see at a generation; `anew` where its tables look different from the last ones'."""
    for model, module in MODELS.items():
        if anew:
            _drop_views(connection, model)
        path = sql.SQL("SET LOCAL search_path = {}").format(
            sql.Identifier(f"{model}_g{generation}")
        )
        connection.execute(path)
        connection.execute(module.VIEWS)
        connection.execute(
            sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(
                sql.Identifier(model), sql.Identifier(_reader(connection, model))
            )
        )
    connection.execute("SET LOCAL search_path = public")


def _drop_views(connection: Rows, model: str) -> None:
    views = connection.execute(
        "SELECT viewname FROM pg_views WHERE schemaname = %(model)s", {"model": model}
    ).fetchall()
    for view in views:
        name = sql.Identifier(model, view["viewname"])
        connection.execute(sql.SQL("DROP VIEW IF EXISTS {} CASCADE").format(name))


def _reader(connection: Rows, model: str) -> str:
    """The role that reads a schema's views; the migration wrote it there."""
    row = connection.execute(
        "SELECT obj_description(%(model)s::regnamespace, 'pg_namespace') AS reader",
        {"model": model},
    ).fetchone()
    assert row is not None
    return str(row["reader"])


def drop(connection: Rows, generation: int) -> None:
    for model in MODELS:
        schema = sql.Identifier(f"{model}_g{generation}")
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
    connection.execute(
        "DELETE FROM generations WHERE generation = %(generation)s", {"generation": generation}
    )


def analyze(connection: Rows, generation: int) -> None:
    """Tells the planner what is in freshly filled tables; PostgreSQL itself would come to it after a minute."""
    for _, table in tables(generation):
        connection.execute(sql.SQL("ANALYZE {}").format(table))


def tables(generation: int) -> Iterator[tuple[str, sql.Identifier]]:
    """Every table of a generation: its name without the generation, and as an identifier."""
    for model, module in MODELS.items():
        for table in module.TABLE_NAMES:
            yield f"{model}.{table}", sql.Identifier(f"{model}_g{generation}", table)


def digests(connection: Rows, generation: int) -> dict[str, tuple[int, Any]]:
    """For each table how many rows it has and a sum over them, whatever their order."""
    found = {}
    for name, table in tables(generation):
        row = connection.execute(
            sql.SQL(
                "SELECT count(*) AS rows, sum(hashtextextended(t::text, 0)::numeric) AS digest FROM {} t"
            ).format(table)
        ).fetchone()
        assert row is not None
        found[name] = (row["rows"], row["digest"])
    return found


def differences(connection: Rows, old: int, new: int) -> list[Difference]:
    """Row by row, for the tables whose digests differ; both must stand at the same positions."""
    before, after = digests(connection, old), digests(connection, new)
    return [
        _difference(connection, name, table, other)
        for (name, table), (_, other) in zip(tables(old), tables(new), strict=True)
        if before[name] != after[name]
    ]


def _difference(
    connection: Rows, name: str, old: sql.Identifier, new: sql.Identifier
) -> Difference:
    query = sql.SQL("SELECT t::text AS row FROM {} t EXCEPT SELECT t::text FROM {} t ORDER BY 1")
    gone = [row["row"] for row in connection.execute(query.format(old, new))]
    come = [row["row"] for row in connection.execute(query.format(new, old))]
    examples = [f"- {row}" for row in gone[:3]] + [f"+ {row}" for row in come[:3]]
    return Difference(table=name, only_in_old=len(gone), only_in_new=len(come), examples=examples)
