"""`csc letters`: mails that are due, unknown or refused, as the ledgers of the services have them."""

import textwrap
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.connection import OPERATOR
from cli.parked import whole
from cli.trouble import Trouble

LONGEST_LINE, LONGEST_ERROR = 500, 120


class Sender(StrEnum):
    INTAKE = "intake"
    OUTREACH = "outreach"


class State(StrEnum):
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    CANCELLED = "cancelled"


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="Mails and what became of them.", no_args_is_help=True)
    group.command("list")(list_letters)
    group.command("settle")(settle)
    group.command("retry")(retry)
    app.add_typer(group, name="letters")


def list_letters(
    ctx: typer.Context,
    state: Annotated[State, typer.Option(help="What became of them so far.")] = State.UNKNOWN,
) -> None:
    """List letters in a state; `unknown` are those that may have gone out or not."""
    connection = ctx.obj()
    heads = ("service", "letter", "kind", "due", "attempts", "what happened")
    table = Table(*map(whole, heads), box=None)
    for service in Sender:
        rows: list[dict[str, Any]] = connection.get(
            f"/api/{service.value}/v1/operations/letters", OPERATOR, state=state.value
        )
        for row in rows:
            table.add_row(
                service.value,
                row["id"],
                row["kind"],
                row["due_at"][:16],
                str(row["attempts"]),
                Text(textwrap.shorten(row["error"] or "", LONGEST_ERROR, placeholder=" ...")),
            )
    console = Console()
    # A line for each letter, also where the terminal is narrower.
    needed = Console(width=LONGEST_LINE).measure(table).maximum
    console.width = max(console.width, needed)
    console.print(table if table.row_count else f"No letter is {state.value}.")


def settle(
    ctx: typer.Context,
    service: Annotated[Sender, typer.Argument(help="The service whose letter it is.")],
    letter: Annotated[UUID, typer.Argument(help="The letter's number, from csc letters list.")],
    arrived: Annotated[
        bool, typer.Option("--arrived/--send-again", help="What you found out about it.")
    ],
) -> None:
    """Settle a letter that is unknown or was refused, after a look into the mail server's log."""
    state = "sent" if arrived else "due"
    path = f"/api/{service.value}/v1/operations/letters/{letter}/settle"
    ctx.obj().post(path, OPERATOR, {"state": state})
    Console().print("It counts as sent." if arrived else "It will be sent again.")


def retry(ctx: typer.Context) -> None:
    """Try letters again now that were tried in vain, e.g. once the mail server is back."""
    connection = ctx.obj()
    troubles: list[Trouble] = []
    for service in Sender:
        path = f"/api/{service.value}/v1/operations/letters/retry"
        try:
            count = connection.post(path, OPERATOR, {})["letters"]
        except Trouble as trouble:
            troubles.append(trouble)
            continue
        letters = "1 letter is" if count == 1 else f"{count:,} letters are"
        Console().print(f"{service.value}: {letters} tried again now.")
    if troubles:
        raise troubles[0]
