"""`csc people`: who of staff signs in; the first one is added here, on the machine of the programme."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shared.context import Caller, Role

people = typer.Typer(
    help="People of staff and operators, who sign in by e-mail.", no_args_is_help=True
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(people, name="people")


@people.command("add")
def add(
    ctx: typer.Context,
    email: Annotated[str, typer.Argument(help="The address that links are sent to.")],
    name: Annotated[str, typer.Option(help="As members see it.")],
    role: Annotated[str, typer.Option(help="staff or operator")] = "staff",
    timezone: Annotated[
        str, typer.Option(help="e.g. America/Chicago: when the digest comes; empty: our office's.")
    ] = "",
) -> None:
    """Add somebody of staff, or an operator; the same address and role again brings the name up to date."""
    found = ctx.obj()
    operator = Caller("csc-people", Role.OPERATOR)
    form = {"name": name, "email": email, "role": role, "timezone": timezone}
    appointed = found.post("/api/intake/v1/staff", operator, form)
    typer.echo(
        f"{name} can sign in at {found.base_url}/sign-in ({role}, {appointed['person_id']})."
    )


@people.command("reset-passkeys")
def reset_passkeys(
    ctx: typer.Context,
    person_id: Annotated[str, typer.Argument(help="As `csc people list` shows it.")],
) -> None:
    """Remove every passkey of somebody who lost the device; the link by e-mail signs in again."""
    path = f"/api/intake/v1/staff/{person_id}/passkeys/reset"
    ctx.obj().post(path, Caller("csc-people", Role.OPERATOR), {})
    typer.echo("Removed. The next link by e-mail signs in.")


@people.command("list")
def show(ctx: typer.Context) -> None:
    """Everybody of staff, and operators."""
    table = Table("id", "name", "role", "address")
    table.columns[0].no_wrap = True
    for column in table.columns[1:]:
        column.overflow = "fold"
    for person in ctx.obj().get("/api/intake/v1/staff", Caller("csc-people", Role.OPERATOR)):
        table.add_row(person["person_id"], person["name"], person["role"], person["email"])
    Console().print(table)
