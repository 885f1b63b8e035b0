"""`csc token`: a bearer token for a role, for five minutes, to try a service by hand."""

from typing import Annotated
from uuid import UUID

import typer

from cli.connection import SERVICES
from cli.trouble import Trouble
from shared.context import Caller, Role

NEEDS = {
    Role.ADMINISTRATOR: "community",
    Role.COMMITTEE_MEMBER: "community",
    Role.FOREIGN_OFFICIAL: "listing",
}


def add_to(app: typer.Typer) -> None:
    app.command("token")(token)


def token(
    ctx: typer.Context,
    role: Annotated[Role, typer.Option(help="Who the bearer is.")],
    community: Annotated[UUID | None, typer.Option(help="The community it acts for.")] = None,
    listing: Annotated[UUID | None, typer.Option(help="The listing it acts for.")] = None,
    subject: Annotated[str, typer.Option(help="Id of the person.")] = "",
    audience: Annotated[str, typer.Option(help="The one service that takes it.")] = "intake",
) -> None:
    """Print a bearer token: curl -H "Authorization: Bearer $(csc token --role staff)" ..."""
    if audience not in SERVICES:
        raise Trouble(f"There is no service {audience}.", f"Choose one of {', '.join(SERVICES)}.")
    given = {"community": community, "listing": listing}
    if (needed := NEEDS.get(role)) and given[needed] is None:
        who = role.value.replace("_", " ")
        raise Trouble(
            f"The token of this role, {who}, names a {needed}.", f"Add --{needed} with its id."
        )
    caller = Caller(subject or f"csc-{role.value}", role, community, listing)
    typer.echo(ctx.obj().token(caller, audience))
