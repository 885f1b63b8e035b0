"""`csc rank`: the cities that suit a city best, by score alone and without a server, or as its open case has them."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from cli.rank_case import show_case
from cli.rank_shown import Page, Wish, document, show_cities
from cli.trouble import Trouble

if TYPE_CHECKING:
    from cli.rank_world import Ranks

MOST = 100_000
MANY = 20
"""So many cities take long enough for a person to wonder."""
WORLD = "world"
"""Under this name main.py keeps the path of the world file in the context of the command."""
HOW = "Give GeoNames ids: csc rank 4250542, or one a line on standard input: csc rank < FILE"
ID = re.compile(r"[0-9]{1,18}")


def add_to(app: typer.Typer) -> None:
    app.command("rank")(rank)


def rank(
    ctx: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="GEONAMEID",
            help="Cities that seek, by GeoNames id. None: read from standard input, one a line.",
        ),
    ] = None,
    country: Annotated[
        str | None, typer.Option(metavar="CC", help="Only this country, e.g. JP.")
    ] = None,
    floor: Annotated[
        int | None, typer.Option(min=0, help="Only cities of so many people; 500 if not said.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=MOST, help="How many for each city.")] = 20,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why, for both sides, and what is not known.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line for each city.")
    ] = False,
    case: Annotated[
        UUID | None,
        typer.Option(help="Of a running programme: this case with its wishes, tiers and rules."),
    ] = None,
) -> None:
    """Rank places abroad for a U.S. city, or U.S. places for a city abroad, by score alone; needs no server.

    U.S. territories count as abroad: San Juan is ranked for a U.S. city, and is given U.S. places when it asks.
    """
    wish = Wish(country.strip().upper() if country is not None else None, floor, top, explain)
    if case is not None:
        if ids:
            raise Trouble("A case has its own city.", "Leave the ids out.")
        show_case(ctx.obj(), case, wish, as_json=as_json)
        return
    asked = spots(ids)
    ranks = world_of(ctx.meta[WORLD], wish)
    show = print_json if as_json else print_cities
    with progress(is_long=not ids or len(ids) >= MANY) as bar:
        faults = sum(not answered(ranks, *spot, show, bar) for spot in asked)
    if faults:
        raise typer.Exit(1)


def spots(ids: Sequence[str] | None) -> Iterator[tuple[str, str]]:
    """Each id as it was given, and where; standard input is read while the answers go out."""
    if ids:
        return ((f"Argument {number}", text.strip()) for number, text in enumerate(ids, 1))
    if sys.stdin is None or sys.stdin.isatty():
        raise Trouble("csc rank was not told which cities to rank for.", HOW)
    return lines()


def lines() -> Iterator[tuple[str, str]]:
    """Blank lines, and what follows a #, say nothing."""
    stream = typer.get_text_stream("stdin", encoding="utf-8", errors="replace")
    is_empty = True
    for number, line in enumerate(stream, 1):
        text = line.removeprefix("\ufeff").partition("#")[0].strip()
        if text:
            is_empty = False
            yield f"Line {number}", text
    if is_empty:
        raise Trouble("Standard input holds no GeoNames id.", HOW)


def world_of(file: Path, wish: Wish) -> "Ranks":
    # Numbers and the world take most of a second to come in; other commands do without.
    from cli.rank_world import Ranks  # noqa: PLC0415

    return Ranks.load(file, wish)


Show = Callable[["Ranks", int], None]


def answered(ranks: "Ranks", spot: str, text: str, show: Show, bar: Progress) -> bool:
    """Whether the city could be answered; if not, it is said why, and the others still are."""
    try:
        show(ranks, number_in(spot, text))
    except Trouble as trouble:
        said = f"{trouble.sentence} {trouble.next_step}".strip()
        bar.console.print(said, style="bold red", markup=False, soft_wrap=True)
        return False
    finally:
        for task in bar.task_ids:
            bar.advance(task)
    return True


def number_in(spot: str, text: str) -> int:
    if not ID.fullmatch(text):
        raise Trouble(
            f"{spot} is no GeoNames id: {text[:80]!r}.",
            "An id is a number, alone on its line, e.g. 4250542 for Springfield, Illinois.",
        )
    return int(text)


def print_json(ranks: "Ranks", geoname_id: int) -> None:
    row, order = ranks.top(geoname_id)
    # Each line goes out at once: whoever reads may begin with the first.
    typer.echo(json.dumps(document(geoname_id, ranks.entries(row, order))))


def print_cities(ranks: "Ranks", geoname_id: int) -> None:
    row, order = ranks.top(geoname_id)
    console = Page(highlight=False)
    console.print(ranks.city(row).title, style="bold", markup=False)
    show_cities(console, ranks.cities(row, order), ranks.nobody(row))


def progress(*, is_long: bool) -> Progress:
    """Shown to a person who waits, and who does not see the answers themselves come."""
    console = Console(stderr=True, highlight=False)
    is_watched = console.is_terminal and not sys.stdout.isatty()
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.completed:,.0f} cities ranked"),
        console=console,
        transient=True,
        disable=not (is_long and is_watched),
    )
    bar.add_task("", total=None)
    return bar
