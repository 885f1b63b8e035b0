"""Ranks by score alone: the one place where the command line calls matching's code instead of asking it."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from cli.rank_shown import HEADINGS, HOW_COUNTRY, City, Reasons, Wish, entry, no_country
from cli.trouble import Trouble
from services.matching.reasons import explain
from services.matching.score import Score, Seeker
from services.matching.score.affinity import Affinity
from services.matching.score.score import HOME
from services.matching.world.columns import World

FLOOR = 500
Order = Sequence[tuple[int, float]]


class Ranks:
    """Answers for any number of cities; the same city always gets the same answer."""

    def __init__(self, score: Score, wish: Wish) -> None:
        self.score, self.world, self.wish = score, score.world, wish
        self.floor = FLOOR if wish.floor is None else wish.floor
        if wish.country is not None and wish.country not in self.world.countries:
            raise Trouble(no_country(wish.country), self._meant(wish.country))

    @classmethod
    def load(cls, file: Path, wish: Wish) -> "Ranks":
        return cls(score_of(file), wish)

    def top(self, geoname_id: int) -> tuple[int, Order]:
        """The city's row and its best candidates as (row, score), the best first; Trouble if none can be."""
        row = self.world.find(geoname_id)
        if row is None:
            raise Trouble(
                f"No city of 500 people or more has the GeoNames id {geoname_id}.",
                "Look it up at geonames.org, or take a larger place near it.",
            )
        self._check_country(row)
        order = self.score.top(
            Seeker(row), self.wish.top, country=self.wish.country, floor=self.floor
        )
        return row, order

    def entries(self, row: int, order: Order) -> list[dict[str, Any]]:
        return [
            entry(int(self.world.ids[found]), score, self._reasons(row, found))
            for found, score in order
        ]

    def cities(self, row: int, order: Order) -> list[City]:
        return [self.city(found, score, self._reasons(row, found)) for found, score in order]

    def city(self, row: int, score: float | None = None, reasons: Reasons | None = None) -> City:
        world = self.world
        region, country = world.region_of(row).name, world.country_of(row).name
        people = int(world.population[row])
        return City(world.name(row), region, country, people, score, reasons)

    def nobody(self, row: int) -> str:
        """That no city is large enough, in a sentence."""
        there = "abroad" if self._is_home(row) else "in the U.S."
        if self.wish.country is not None:
            there = f"in {self.world.facts[self.wish.country].name}"
        return f"No city {there} has {self.floor:,} people or more."

    def _reasons(self, row: int, candidate: int) -> Reasons | None:
        if not self.wish.is_explained:
            return None
        found = explain(self.score, Seeker(row), candidate)
        return {key: [reason.text for reason in getattr(found, key)] for key in HEADINGS}

    def _is_home(self, row: int) -> bool:
        return self.world.country_code(row) == HOME

    def _check_country(self, row: int) -> None:
        wanted = self.wish.country
        if wanted is None or (wanted == HOME) is not self._is_home(row):
            return
        here = f"{self.city(row).where} ({self.world.ids[row]})"
        if wanted == HOME:
            raise Trouble(f"{here} looks for a city abroad.", "Name another country than US.")
        raise Trouble(f"{here} looks for a U.S. city.", "Leave --country out.")

    def _meant(self, given: str) -> str:
        """What to write for a country's name."""
        for code, country in self.world.facts.items():
            if country.name.casefold() == given.casefold() and code in self.world.countries:
                return f"Write {code} for {country.name}."
        return HOW_COUNTRY


@lru_cache(maxsize=1)
def score_of(file: Path) -> Score:
    """Once in a process, whatever is asked of it; Trouble if the world cannot be read."""
    if not file.exists():
        raise Trouble(
            f"There is no world file at {file}.",
            "Make it with `make setup`, or name it with WORLD.",
        )
    try:
        world = World.load(file)
    except OSError as problem:
        raise Trouble(f"The world file {file} cannot be read: {problem.strerror}.") from problem
    except (ValueError, KeyError, TypeError, EOFError, BadZipFile) as problem:
        raise Trouble(
            f"{file} is no world file, or one of another version.",
            "Delete it and make it anew with `make setup`, or name another with WORLD.",
        ) from problem
    return Score(world, Affinity(world))
