"""`csc parked`: events that could not be applied: list, look at one, replay them once the cause is mended."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from cli.connection import OPERATOR, SERVICES, Connection
from cli.trouble import Trouble

Subscriber = Annotated[str, typer.Argument(help="The service that parked it, e.g. matching.")]
Event = Annotated[str, typer.Argument(help="The event, e.g. intake:57.")]


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="Events that a subscriber set aside.", no_args_is_help=True)
    group.command("list")(list_parked)
    group.command("show")(show)
    group.command("replay")(replay)
    app.add_typer(group, name="parked")


def list_parked(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List what is parked at each service, the cause first, and what waits behind it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in SERVICES:
        try:
            found[name] = parked(ctx.obj(), name)
        except Trouble as trouble:
            typer.echo(f"{name}: {trouble.sentence}", err=True)
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    table = Table(*map(whole, ("subscriber", "event", "type", "aggregate")), "why", box=None)
    for service, events in found.items():
        for row in events:
            table.add_row(
                service,
                f"{row['source']}:{row['position']}",
                kind(row).split(".")[1],
                str(row["aggregate_id"])[:8],
                row["error"].partition("\n")[0],
            )
    Console().print(table if table.row_count else "Nothing is parked.")


def whole(header: str) -> Column:
    """A column of words that are typed again: not shortened where the terminal is narrow."""
    return Column(header, no_wrap=True, overflow="ignore")


def show(ctx: typer.Context, subscriber: Subscriber, event: Event) -> None:
    """Show one parked event: why, its headers and its data."""
    row = find(ctx.obj(), subscriber, event)
    console = Console()
    console.print(f"{kind(row)} {event}, parked at {str(row['parked_at'])[:19]}", style="bold")
    console.print(row["error"], style="red", markup=False, soft_wrap=True)
    console.print_json(json.dumps(row["message"]["headers"]))
    # Broken at the terminal's edge, it would be no JSON any more.
    console.print(row["message"]["data"], markup=False, soft_wrap=True)


def replay(
    ctx: typer.Context,
    subscriber: Subscriber,
    event: Event,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Replay an event and those of the same aggregate that wait behind it; first say what that would do."""
    connection = ctx.obj()
    row = find(connection, subscriber, event)
    path = f"/api/{subscriber}/v1/operations/parked/{row['source']}/{row['aggregate_id']}/replay"
    console = Console(highlight=False)
    console.print("This is what would happen (a letter that went out does not go out again):")
    rehearsed = connection.post(path, OPERATOR, {"rehearse": True})
    tell(console, rehearsed)
    if rehearsed and rehearsed[0].get("error"):
        raise Trouble("The first event would fail again.", "Mend its cause, then replay.")
    if not yes and not typer.confirm("Replay?"):
        raise typer.Exit(1)
    told = connection.post(path, OPERATOR, {"rehearse": False})
    failed = [step for step in told if step.get("error")]
    console.print(f"Replayed {len(told) - len(failed)} of {len(rehearsed)}.")
    if failed:
        raise Trouble(f"{row['source']}:{failed[0]['position']} failed: {failed[0]['error']}")


def tell(console: Console, steps: list[dict[str, Any]]) -> None:
    for step in steps:
        events = ", ".join(step.get("events") or ()) or "no event"
        letters = ", ".join(step.get("effects") or ()) or "no letter"
        line = f"  {step['subject']} at {step['position']}: {events}; {letters}"
        console.print(line + (f"; fails: {step['error']}" if step.get("error") else ""))


def parked(connection: Connection, service: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = connection.get(f"/api/{service}/v1/operations/parked", OPERATOR)
    return found


def find(connection: Connection, subscriber: str, event: str) -> dict[str, Any]:
    if subscriber not in SERVICES:
        raise Trouble(f"There is no service {subscriber}.", f"One of {', '.join(SERVICES)}.")
    for row in parked(connection, subscriber):
        if f"{row['source']}:{row['position']}" == event:
            return row
    raise Trouble(f"{subscriber} has not parked {event}.", "See: csc parked list")


def kind(row: dict[str, Any]) -> str:
    return str(row["message"]["headers"]["ce-type"])
