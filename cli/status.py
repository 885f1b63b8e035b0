"""`csc status`: where each service and each of its subscriptions stands, and what is wrong in plain words."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli.connection import OPERATOR, SEE_STATUS, SERVICES, Connection
from cli.trouble import Trouble

LONGEST_ANSWER = 12  # seconds; a service that hangs is told as one that is away


def add_to(app: typer.Typer) -> None:
    app.command("status")(status)


def status(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show store head, stream head, position, lag, parked and troubles. Exit code 1 where something is wrong."""
    services = ask_all(ctx.obj())
    if as_json:
        typer.echo(json.dumps(document(services), indent=2))
    else:
        show(services)
    if not is_well(services):
        raise typer.Exit(1)


def ask_all(connection: Connection) -> list[dict[str, Any]]:
    """All at once: one that is away must not hold up the others."""
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        return list(pool.map(lambda name: ask(connection, name), SERVICES))


def ask(connection: Connection, name: str) -> dict[str, Any]:
    """A service's own word; where it cannot be had, its troubles say so."""
    try:
        found = connection.get(
            f"/api/{name}/v1/operations/status", OPERATOR, patience=0, timeout=LONGEST_ANSWER
        )
    except Trouble as trouble:
        return {
            "service": name,
            "is_reachable": False,
            "subscriptions": [],
            "troubles": [f"cannot be reached: {trouble.sentence}"],
            "next_step": "" if trouble.next_step == SEE_STATUS else trouble.next_step,
        }
    return {"is_reachable": True, "troubles": [], "subscriptions": [], **found}


def document(services: list[dict[str, Any]]) -> dict[str, Any]:
    """`lag` and `parked` are numbers wherever the service answers; the sums count those that do."""
    reached = [service for service in services if service["is_reachable"]]
    return {
        "is_well": is_well(services),
        "lag": sum(total_lag(service) for service in reached),
        "parked": sum(int(service.get("parked") or 0) for service in reached),
        "services": services,
    }


def is_well(services: list[dict[str, Any]]) -> bool:
    """Nothing that asks for a hand: no troubles, nothing parked."""
    return not any(service["troubles"] or service.get("parked") for service in services)


def total_lag(service: dict[str, Any]) -> int:
    """What is recorded and not yet published, and what is published and not yet heard here."""
    own = int(service.get("lag") or 0)
    return own + sum(int(heard["lag"]) for heard in service["subscriptions"])


def show(services: list[dict[str, Any]]) -> None:
    console = Console(highlight=False)
    table = Table(
        "service", "follows", "store", "stream", "position", "lag", "parked", "", box=None
    )
    for service in services:
        for row in rows(service):
            table.add_row(*row)
    console.print(table)
    for service in services:
        for trouble in service["troubles"]:
            console.print(f"{service['service']}: {trouble}", style="bold red", markup=False)
        if waiting := service.get("parked"):
            console.print(
                f"{service['service']}: {number(waiting, 'event')} parked. See: csc parked list",
                style="bold red",
            )
        for state in ("unknown", "refused"):
            if count := (service.get("letters") or {}).get(state):
                console.print(
                    f"{service['service']}: {number(count, 'letter')} {state}. See: csc letters list --state {state}",
                    style="yellow",
                )
    for next_step in dict.fromkeys(service.get("next_step") for service in services):
        if next_step:
            console.print(next_step, markup=False)


def number(count: int, thing: str) -> str:
    """`1 event is`, `2 events are`."""
    return f"{count} {thing} is" if count == 1 else f"{count:,} {thing}s are"


def rows(service: dict[str, Any]) -> list[tuple[str, ...]]:
    """The service's own row, and one for each stream that it follows."""
    if not service["is_reachable"]:
        return [(service["service"], "", "", "", "", "", "", "cannot be reached")]
    own = (
        service["service"],
        "",
        *(_number(service, key) for key in ("store_head", "stream_head")),
        "",
        *(_number(service, key) for key in ("lag", "parked")),
        "",
    )
    return [own] + [
        (
            "",
            heard["source"],
            "",
            "",
            *(_number(heard, key) for key in ("position", "lag", "parked")),
            "active" if heard.get("is_active") else "stands by",
        )
        for heard in service["subscriptions"]
    ]


def _number(values: dict[str, Any], key: str) -> str:
    return f"{values[key]:,}" if isinstance(values.get(key), int) else ""
