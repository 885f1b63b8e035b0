"""The published weights (weights.toml), read and checked, and how staff change them for a single case."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from shared.values import MOST_WEIGHT, Value

FILE = Path(__file__).with_name("weights.toml")


class Factor(StrEnum):
    """What is measured between two cities."""

    __hash__ = str.__hash__  # an enumeration's own is slow, and each place asks for dozens

    THEMES = "themes"
    PROJECT = "project"
    INDUSTRIES = "industries"
    UNIVERSITIES = "universities"
    REGION = "region"
    SIZE = "size"
    ROLE = "role"
    GEOGRAPHY = "geography"
    LANGUAGE = "language"
    TRAVEL = "travel"
    AFFINITY = "affinity"
    RECEPTIVENESS = "receptiveness"


class Side(StrEnum):
    YOU = "you"
    """How well the candidate suits the seeker."""
    THEM = "them"
    """How well the seeker suits the candidate."""


ONE_SIDED = frozenset({Factor.REGION, Factor.SIZE, Factor.RECEPTIVENESS})
"""They say something to the seeker alone; every other factor has both sides."""

SIDES: Mapping[Side, tuple[Factor, ...]] = {
    Side.YOU: tuple(Factor),
    Side.THEM: tuple(factor for factor in Factor if factor not in ONE_SIDED),
}

Weight = Annotated[float, Field(ge=0, le=MOST_WEIGHT)]


class Weights(Value):
    """A weight for each factor on each side, 0 to 100; only their proportions count."""

    you: dict[Factor, Weight]
    them: dict[Factor, Weight]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for side, factors in SIDES.items():
            if (found := set(self.of(side))) != set(factors):
                odd = ", ".join(sorted(found ^ set(factors)))
                raise ValueError(f"The side {side.value} lacks, or has and should not: {odd}.")
            if not any(self.of(side).values()):
                raise ValueError("At least one factor must have a weight above 0 on each side.")
        return self

    def of(self, side: Side) -> dict[Factor, float]:
        return self.you if side is Side.YOU else self.them

    def changed(self, changes: Mapping[Factor, float]) -> "Weights":
        """With other weights for some factors, on every side that they have; ValueError with a sentence."""
        known = checked_weights({factor.value: weight for factor, weight in changes.items()})
        sides = {
            side.value: {
                factor: known.get(factor, weight) for factor, weight in self.of(side).items()
            }
            for side in SIDES
        }
        for weights in sides.values():
            if not any(weights.values()):
                raise ValueError("At least one factor must keep a weight above 0 on each side.")
        return Weights.model_validate(sides)


def checked_weights(changes: Mapping[str, float]) -> dict[Factor, float]:
    """Weights by factor as staff give them; ValueError with a sentence they can act on."""
    for name, weight in changes.items():
        if name not in set(Factor):
            raise ValueError(f"There is no factor {name!r}; the factors are {', '.join(Factor)}.")
        if not _is_weight(weight):
            raise ValueError(f"The weight of {name} must be a number from 0 to {MOST_WEIGHT}.")
    if len(changes) == len(Factor) and not any(changes.values()):
        raise ValueError("At least one factor must have a weight above 0.")
    return {Factor(name): float(weight) for name, weight in changes.items()}


def _is_weight(given: object) -> bool:
    return (
        isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= MOST_WEIGHT
    )


def read(text: str) -> Weights:
    """The weights in a file's text; ValueError with one sentence for each thing that is wrong."""
    try:
        return Weights.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"The weights are not readable: {error}.") from None
    except ValidationError as error:
        raise ValueError(" ".join(_sentence(dict(each)) for each in error.errors())) from None


@lru_cache(maxsize=1)
def published() -> Weights:
    return read(FILE.read_text(encoding="utf-8"))


def _sentence(error: dict[str, object]) -> str:
    where = error["loc"]
    assert isinstance(where, tuple)
    spot = ".".join(str(part) for part in where if part != "[key]")
    message = str(error["msg"]).removeprefix("Value error, ")
    if "[key]" in where:
        return f"There is no factor {spot!r}; the factors are {', '.join(Factor)}."
    return f"The weight of {spot} is wrong: {message}." if spot else message
