"""`csc rebuild directory`: a new read model beside the old one, swapped when it has caught up; reads never fail."""

import time
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from cli.connection import OPERATOR, Connection
from cli.trouble import Trouble

PATH = "/api/directory/v1/operations/rebuild"


def add_to(app: typer.Typer) -> None:
    app.command("rebuild")(rebuild)


def rebuild(
    ctx: typer.Context,
    service: Annotated[str, typer.Argument(help="The directory alone has read models.")],
) -> None:
    """Build the read models anew beside the shown ones, compare, and swap; the old ones are read until then."""
    if service != "directory":
        raise Trouble(f"{service} has nothing to rebuild.", "Write: csc rebuild directory")
    connection: Connection = ctx.obj()
    began = time.monotonic()
    connection.post(PATH, OPERATOR)
    told = wait(connection)
    console = Console(highlight=False)
    console.print(
        f"The directory is rebuilt: generation {told['generation']}, {time.monotonic() - began:.1f} s."
    )
    tell_differences(console, told)


def wait(connection: Connection, seconds: float = float("inf")) -> dict[str, Any]:
    """The rebuild once it is finished; shows how far it is meanwhile."""
    until = time.monotonic() + seconds
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Building", total=None)
        while True:
            told: dict[str, Any] = connection.get(PATH, OPERATOR)
            show(progress, task, told)
            if told["finished_at"]:
                break
            if time.monotonic() > until:
                raise Trouble(
                    f"The directory is not rebuilt after {seconds:.0f} seconds; it goes on.",
                    "See csc status: another store may have to be reconciled.",
                )
            time.sleep(0.3)
    if told["state"] != "swapped":
        raise Trouble(
            f"The rebuild failed: {told['error']}. What was shown is shown still.",
            "See the directory's log, then try again.",
        )
    return told


def show(progress: Progress, task: TaskID, told: dict[str, Any]) -> None:
    goal = sum(told["shown_positions"].values())
    reached = sum(told["positions"].values())
    progress.update(task, description=told["state"].capitalize(), total=goal, completed=reached)


def tell_differences(console: Console, told: dict[str, Any]) -> None:
    """What the old read model had wrong is worth a look: a projector's fault, or a hand in the tables."""
    if told["was_compared"] and not told["differences"]:
        console.print("Old and new are the same, row by row.")
    for found in told["differences"]:
        console.print(
            f"{found['table']}: {found['only_in_old']} rows only in the old one,"
            f" {found['only_in_new']} only in the new one",
            style="yellow",
        )
        for example in found["examples"]:
            console.print(f"  {example}", markup=False)
