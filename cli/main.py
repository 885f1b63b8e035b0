"""csc: every command of the command line is put together here, and the environment is read here alone."""

import os
import sys
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from cli import (
    forget,
    imports,
    letters,
    parked,
    people,
    rank,
    rebuild,
    reconcile,
    season,
    status,
    token,
    watch,
)
from cli.connection import find
from cli.trouble import Trouble


class Group(TyperGroup):
    """Ends a command that ran into trouble with a sentence instead of a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Trouble as trouble:
            console = Console(stderr=True, highlight=False)
            console.print(trouble.sentence, style="bold red", markup=False)
            if trouble.next_step:
                console.print(trouble.next_step, markup=False)
            raise typer.Exit(1) from trouble
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        except BrokenPipeError:
            # The reader of our lines, e.g. head, has seen enough.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None


app = typer.Typer(
    name="csc",
    cls=Group,
    help="Cities Seeking Cities: watch what happens, see how the services are, import, repair.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def main(ctx: typer.Context) -> None:
    # Asked for by the commands alone, so that --help works where nothing runs.
    ctx.obj = lambda: find(os.environ)
    world = os.environ.get("WORLD") or Path(sys.prefix) / "share" / "world.npz"
    ctx.meta[rank.WORLD] = Path(world)


for module in (
    watch,
    status,
    rank,
    parked,
    rebuild,
    reconcile,
    imports,
    token,
    letters,
    season,
    forget,
    people,
):
    module.add_to(app)

if __name__ == "__main__":
    app()
