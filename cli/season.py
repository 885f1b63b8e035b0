"""`csc season`: the demonstration season through the public HTTP API, seeded, labelled, and repeatable."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.connection import Connection
from cli.imports import run as run_import
from cli.imports import wait_for_map
from cli.rules import EXAMPLES, import_rules
from cli.season_past import ANCHOR_DAYS, ASKING, SEARCHING, sheets
from cli.season_places import ABROAD, MEMBERS
from cli.season_requests import Request, play_request
from cli.season_stage import INTAKE, STAFF, Stage
from cli.season_story import STORIES, Search
from cli.trouble import Refused
from shared.values import community_id

AT_ONCE = 4


def add_to(app: typer.Typer) -> None:
    app.command("season")(season)


def season(ctx: typer.Context) -> None:
    """Play the demonstration season: member cities and listings in every state. A second play doubles nothing."""
    connection: Connection = ctx.obj()
    stage = Stage(connection, first_day(connection))
    console = Console(highlight=False)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        play(stage, progress)
    console.print(
        f"The season is played: {len(MEMBERS)} U.S. communities, {len(ABROAD)} cities abroad, {len(STORIES)} searches."
        " All of it is invented and labelled as demonstration."
    )


def play(stage: Stage, progress: Progress) -> None:
    import_rules(stage.connection, EXAMPLES)
    past(stage, progress)
    stage.cases = by_community(stage, "cases")
    stage.listings = by_community(stage, "listings")
    searches = [
        Search(stage, number, member, hopes(number)) for number, member in enumerate(SEARCHING)
    ]
    requests = [Request(stage, number, city) for number, city in enumerate(ASKING)]
    acts = [_search_act(search) for search in searches] + [_request_act(r) for r in requests]
    together(progress, "Searches and requests", acts)
    for source, position in stage.positions.items():
        wait_for_map(stage.connection, f"{source}:{position}")


def past(stage: Stage, progress: Progress) -> None:
    """What happened before the season enters through the imports, with its dates."""
    files = sheets(stage)
    task = progress.add_task("The years before", total=len(files))
    with Progress(disable=True) as quiet:
        for kind, sheet in files:
            told = run_import(stage.connection, kind, sheet, skip_bad=False, progress=quiet)
            if told["refused"]:
                first = told["refused"][0]
                raise Refused(
                    422, {"detail": f"{kind.value}, line {first['line']}: {first['reason']}"}
                )
            progress.advance(task)


def hopes(number: int) -> tuple[Any, ...]:
    """Six cities abroad for each search; only the first stands at an even place, so that what one search wins no other
    proposes. The last one signs, so that its first city is nobody else's."""
    start = 56 if number == len(STORIES) - 1 else 2 * number % 56
    return tuple(ABROAD[(start + offset) % 58] for offset in (0, 1, 19, 31, 43, 47))


def _search_act(search: Search) -> Callable[[], None]:
    def act() -> None:
        for step in STORIES[search.number]:
            step(search)

    return act


def _request_act(request: Request) -> Callable[[], None]:
    return lambda: play_request(request)


def together(progress: Progress, title: str, acts: list[Callable[[], None]]) -> None:
    """Several at a time; the first that fails ends the season with its sentence."""
    task = progress.add_task(title, total=len(acts))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [pool.submit(act) for act in acts]
        try:
            for future in futures:
                future.result()
                progress.advance(task)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def by_community(stage: Stage, what: str) -> dict[str, str]:
    """Everything of a list of intake, by its community."""
    found: dict[str, str] = {}
    cursor: dict[str, Any] = {}
    while True:
        page = stage.reads(STAFF, f"{INTAKE}/{what}", limit=200, **cursor)
        for item in page["items"]:
            found.setdefault(item["community_id"], item[f"{what.removesuffix('s')}_id"])
        if not page.get("next_cursor"):
            return found
        cursor = {"cursor": page["next_cursor"]}


def first_day(connection: Connection) -> date:
    """Today, or the day on which this season was first played: dates must not move under a second play."""
    of = community_id(MEMBERS[0].geoname_id)
    try:
        first = connection.get(f"{INTAKE}/communities/{of}", STAFF)
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return datetime.now(UTC).date()
    joined_on = first.get("joined_on") or first.get("membership", {}).get("joined_on")
    return date.fromisoformat(joined_on) + timedelta(days=ANCHOR_DAYS)
