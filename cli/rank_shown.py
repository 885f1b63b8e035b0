"""What `csc rank` prints: one JSON object a line for programs; tables, or sentences below each city, for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

DIGITS = 6
HOW_COUNTRY = "It takes the two letters of ISO 3166, e.g. JP for Japan, GB for the United Kingdom."
HEADINGS = {
    "suits_you": "Why it suits you",
    "you_suit_them": "Why you suit them",
    "not_known": "What is not known",
}
ATTRIBUTION = "Places: GeoNames, CC BY 4.0."

Reasons = Mapping[str, Sequence[str]]


class Page(Console):
    """Where the reader of our lines, e.g. head, has seen enough, csc ends as it does elsewhere: without a fault."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    country: str | None
    floor: int | None
    top: int
    is_explained: bool


@dataclass(frozen=True, slots=True)
class City:
    """A city as it is shown; `score` is missing where too little is known of it to compare it."""

    name: str
    region: str
    country: str
    people: int
    score: float | None = None
    reasons: Reasons | None = None
    rules: Sequence[str] = ()

    @property
    def title(self) -> str:
        return f"{self.where}: {self.people:,} people"

    @property
    def where(self) -> str:
        return ", ".join(filter(None, (self.name, self.region, self.country)))


def no_country(given: str) -> str:
    return f"There is no country {given}." if given else "--country names no country."


def document(seeker: int, candidates: list[dict[str, Any]], **tiers: Any) -> dict[str, Any]:
    """The object of one line; who asks for no case gets these two keys and no other."""
    return {"seeker": seeker, "candidates": candidates, **tiers}


def entry(
    geoname_id: int, score: float | None, reasons: Reasons | None = None, **more: Any
) -> dict[str, Any]:
    found = {"geonameid": geoname_id, "score": None if score is None else round(score, DIGITS)}
    return {**found, **more} if reasons is None else {**found, **more, "reasons": reasons}


def show_cities(console: Console, cities: Sequence[City], nobody: str) -> None:
    """A table, or with reasons a paragraph for each; `nobody` is said where there is no city."""
    if not cities:
        console.print(nobody, markup=False)
    elif any(city.reasons is not None for city in cities):
        for place, city in enumerate(cities, 1):
            _show_reasons(console, place, city)
    else:
        console.print(_table(cities))
    if cities:
        console.print(ATTRIBUTION, style="dim")
    console.print()


def _table(cities: Sequence[City]) -> Table:
    table = Table(box=None)
    table.add_column("", justify="right")
    for header in ("city", "region", "country"):
        table.add_column(header, overflow="fold")
    for header in ("people", "score"):
        table.add_column(header, justify="right", no_wrap=True)
    has_rules = any(city.rules for city in cities)
    if has_rules:
        table.add_column("rules", overflow="fold")
    for place, city in enumerate(cities, 1):
        cells = (str(place), city.name, city.region, city.country, f"{city.people:,}")
        rules = ("\n".join(city.rules),) if has_rules else ()
        # Text: a name in brackets is a name and no colour.
        table.add_row(*map(Text, (*cells, _score(city), *rules)))
    return table


def _show_reasons(console: Console, place: int, city: City) -> None:
    console.print(
        f"{place}. {city.title}, score {_score(city)}", style="bold", markup=False, soft_wrap=True
    )
    reasons = {**(city.reasons or {}), "rules": city.rules}
    for key, heading in {**HEADINGS, "rules": "Rules"}.items():
        if sentences := reasons.get(key):
            console.print(Padding(heading, (0, 0, 0, 3)), style="italic")
            for sentence in sentences:
                console.print(Padding(Text(sentence), (0, 0, 0, 5)))


def _score(city: City) -> str:
    return "" if city.score is None else f"{city.score:.3f}"
