"""`csc forget` and `csc export`: what is held on a person, erased everywhere and looked for, or handed out."""

import json
import time
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import psycopg
import typer
from psycopg.conninfo import make_conninfo
from rich.console import Console
from rich.table import Table

from cli.connection import OPERATOR, SERVICES, STAFF, Connection
from cli.parked import whole
from cli.traces import Search, mails_with, search_databases, search_files
from cli.trouble import Refused, Trouble

HOLDERS = ("intake", "matching", "outreach")
PATIENCE = 120
NOT_FOUND = 404
Who = Annotated[str, typer.Argument(help="The person's id, or an e-mail address.")]


def add_to(app: typer.Typer) -> None:
    app.command("forget")(forget)
    app.command("export")(export)


def forget(
    ctx: typer.Context,
    who: Who,
    also: Annotated[
        list[str] | None,
        typer.Option(help="Another name of the person to be looked for, e.g. 'Ms Lee'."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    prove: Annotated[
        bool, typer.Option("--prove/--no-proof", help="Search for what should be gone.")
    ] = True,
) -> None:
    """Forget a person everywhere, and show that nothing is left."""
    connection, console = ctx.obj(), Console(highlight=False)
    held, given = _held(connection, who), [who] if "@" in who else []
    names = _names(held, [*given, *(also or [])])
    if not held and not names:
        raise Trouble(f"Nothing is held under {who}.", "Check the id, or give the address.")
    console.print(_table(held) if held else f"Nothing is held of {who} but what others wrote.")
    if names == given:
        console.print("No name is on record (any more): --also 'Ann Lee' looks for one in texts.")
    if not yes:
        typer.confirm("Erase all of it? It cannot be undone.", abort=True)
    # Of whom only others wrote is nobody here: the names are looked for under a number of this request.
    people = list(dict.fromkeys(each["person_id"] for _, each in held)) or [str(uuid4())]
    for person in people:
        connection.post(f"/api/intake/v1/people/{person}/erase", OPERATOR, {"also_known_as": names})
    answers = [
        (service, answer)
        for person in people
        for service, answer in _answers(connection, person).items()
    ]
    for service, answer in answers:
        console.print(f"{service}: {_in_words(answer)}", markup=False)
    if names:
        _clear_mail(connection, names, console)
    if prove and names:
        _prove(connection, names, console)


def _held(connection: Connection, who: str) -> list[tuple[str, dict[str, Any]]]:
    """(service, what it holds), for each id under which somebody holds something.

    By an address one service finds an id of which another one, which knows no address, holds things too; and under an
    id stands an address from which mails came before the person was on record. Others may be on record with that
    address too: who is meant by an id is not them.
    """
    held: dict[tuple[str, str], dict[str, Any]] = {}
    asked, to_ask = set[str](), [who]
    while to_ask:
        asked.update(to_ask)
        found = {
            (service, each["person_id"]): each
            for service in HOLDERS
            for wanted in to_ask
            for each in connection.post(f"/api/{service}/v1/people/find", OPERATOR, {"who": wanted})
            if not each["is_on_record"] or wanted in (who, each["person_id"])
        }
        held |= found
        told = [[each["person_id"], *each["addresses"]] for each in found.values()]
        to_ask = [each for each in dict.fromkeys(chain(*told)) if each not in asked]
    return [(service, each) for (service, _), each in held.items()]


def _table(held: Sequence[tuple[str, dict[str, Any]]]) -> Table:
    table = Table(whole("person"), "name, address, telephone", "held by", "table", "rows", box=None)
    for service, each in held:
        for name, rows in each["rows"].items():
            table.add_row(each["person_id"], ", ".join(each["names"]), service, name, str(rows))
    return table


def _names(held: Sequence[tuple[str, dict[str, Any]]], also: Sequence[str]) -> list[str]:
    names = [name for _, each in held for name in each["names"]]
    return list(dict.fromkeys([*names, *also]))


def _answers(connection: Connection, person: str) -> dict[str, dict[str, Any]]:
    """Of every service, once it is done. Raises Trouble with those that are not.

    Whoever writes again after being forgotten has the same id: an answer to an earlier request is none.
    """
    asked = connection.get(f"/api/intake/v1/erasures/{person}", OPERATOR)["asked_at"]
    since = datetime.fromisoformat(asked)
    until = time.monotonic() + PATIENCE
    answers: dict[str, dict[str, Any]] = {}
    while len(answers) < len(SERVICES):
        for service in SERVICES:
            if service not in answers and (told := _answer(connection, service, person, since)):
                answers[service] = told
        if len(answers) < len(SERVICES) and time.monotonic() > until:
            late = ", ".join(service for service in SERVICES if service not in answers)
            raise Trouble(f"{late}: not done after {PATIENCE} s.", "See: csc status")
        time.sleep(0.3)
    return answers


def _answer(
    connection: Connection, service: str, person: str, since: datetime
) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = connection.get(f"/api/{service}/v1/erasures/{person}", OPERATOR)
    except Refused as refused:
        if refused.status == NOT_FOUND:  # it has not heard of it yet
            return None
        raise
    if told.get("note"):
        return told
    is_ours = datetime.fromisoformat(told["asked_at"]) >= since
    return told if is_ours and told["finished_at"] else None


def _in_words(answer: dict[str, Any]) -> str:
    if answer.get("note"):
        return str(answer["note"])
    erased = ", ".join(f"{n} of {table}" for table, n in answer["erased"].items()) or "nothing"
    said = f"erased {erased}"
    if answer["redacted"]:
        told = ", ".join(f"{n} of {table}" for table, n in answer["redacted"].items())
        said += f"; names replaced in {told}"
    if answer["unread"]:
        said += "; no plain text, so that somebody has to look at it: " + ", ".join(
            answer["unread"]
        )
    return said


def _clear_mail(connection: Connection, names: Sequence[str], console: Console) -> None:
    """What the local catcher holds; other people's own mailboxes are out of reach."""
    if connection.data_dir is None:
        return
    caught = list(mails_with(names, connection.data_dir / "mail"))
    for box, key in caught:
        box.discard(key)
    if caught:
        console.print(f"mailbox: {len(caught)} caught mails deleted")


def _prove(connection: Connection, names: Sequence[str], console: Console) -> None:
    if connection.data_dir is None:
        console.print(
            "Database files, streams, logs and mail of an installation that runs elsewhere are out of reach from"
            " here; docs/privacy.md says how to search them there."
        )
        return
    search = Search(names)
    search_databases(search, lambda *of: _connect(connection, *of))
    search_files(search, connection.data_dir)
    console.print(
        f"Searched {search.tables} tables after a vacuum and {search.files:,} files"
        f" ({search.size / 1e6:,.0f} MB: databases, streams, logs, mail) for {len(names)} values."
    )
    if search.words:
        console.print(
            f"Names of one word ({', '.join(search.words)}) were looked for in texts alone, as whole words.",
            markup=False,
        )
    if search.found:
        places = "\n".join(f"  {place}" for place in dict.fromkeys(search.found))
        raise Trouble(
            f"Something is left:\n{places}",
            "Another person or an institution may have the same name; if not, ask an operator to look at these.",
        )
    console.print("Nothing is left.")


def _connect(connection: Connection, database: str, role: str) -> psycopg.Connection[Any]:
    name = role if role == "postgres" else f"{database}_{role}"
    secret = "postgres_superuser" if role == "postgres" else f"database_{name}"
    dsn = make_conninfo(
        host=connection.postgres["host"],
        port=connection.postgres["port"],
        dbname=database,
        user=name,
        password=(connection.secrets / secret).read_text().strip(),
    )
    return psycopg.connect(dsn, autocommit=True)


def export(
    ctx: typer.Context,
    who: Who,
    folder: Annotated[Path, typer.Option(help="Where the two files are written.")] = Path(),
) -> None:
    """Write all that is held on a person, as JSON and as text to read."""
    connection = ctx.obj()
    held = _held(connection, who)
    if not held:
        raise Trouble(f"Nothing is held under {who}.", "Check the id or the address.")
    told = [
        connection.get(f"/api/{service}/v1/people/{each['person_id']}/export", STAFF)
        for service, each in held
    ]
    # The files are named by the id: an address in a file's name would itself be one more trace.
    file = folder / f"person-{held[0][1]['person_id']}.json"
    text = file.with_suffix(".txt")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_private(file, json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        _write_private(text, "\n".join(_readable(each) for each in told))
    except OSError as problem:
        raise Trouble(
            f"Nothing can be written into {folder}: {problem.strerror}.",
            "Give a folder that is yours: --folder FOLDER.",
        ) from problem
    typer.echo(f"{file}\n{text}")


def _write_private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)


def _readable(told: dict[str, Any]) -> str:
    lines = [f"Held by {told['service']} on person {told['person_id']}", ""]
    for each in told["holdings"]:
        lines.append(each["what"])
        row = {**each["row"], **{k: v for k, v in each.items() if k not in ("row", "what")}}
        lines += [f"  {name.replace('_', ' ')}: {_told(value)}" for name, value in row.items()]
        lines.append("")
    return "\n".join(lines)


def _told(value: Any) -> str:
    """For a reader who is no programmer: lists and objects as lines under the name."""
    if isinstance(value, dict):
        value = [f"{name}: {_told(each)}" for name, each in value.items() if each not in (None, "")]
    if isinstance(value, list):
        return "".join(f"\n    {_told(each)}" for each in value) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not known" if value is None else str(value)
