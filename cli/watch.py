"""`csc watch`: the public events as they come, each with a sentence, or as lines of JSON."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Annotated, Any
from uuid import UUID

import typer
from nats.js import JetStreamContext
from pydantic import ValidationError
from pydantic_core import from_json
from rich.console import Console
from rich.text import Text

from cli.connection import STAFF, Connection
from cli.tail import PASSING, IsBefore, Tail
from cli.trouble import Trouble, Unreachable
from shared.events import REGISTRY, SOURCES, PublicEvent
from shared.messages import Message
from shared.names import Names
from shared.tasks import together

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
COLOURS = {"intake": "blue", "matching": "magenta", "outreach": "green"}


def add_to(app: typer.Typer) -> None:
    app.command("watch")(watch)


def watch(
    ctx: typer.Context,
    service: Annotated[str, typer.Option(help="One service alone.")] = "",
    type_: Annotated[str, typer.Option("--type", help="One event alone, by its name.")] = "",
    case: Annotated[UUID | None, typer.Option(help="One case alone.")] = None,
    since: Annotated[
        str,
        typer.Option(help="A time, a duration such as 2h or 3d, or a position such as intake:57."),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON each.")] = False,
    until_now: Annotated[bool, typer.Option(help="Stop where the streams end now.")] = False,
) -> None:
    """Show public events live. Restarts of NATS are waited out; Ctrl-C ends it."""
    if service and service not in SOURCES:
        raise Trouble(f"{service} publishes nothing.", f"Choose one of {', '.join(SOURCES)}.")
    known_type(type_)
    connection: Connection = ctx.obj()
    wanted = Wanted(type_, case)
    tell = as_line if as_json else Teller(connection).tell
    sources = (service,) if service else SOURCES
    before = {source: starting_point(since, source) for source in sources}
    asyncio.run(_watch(connection, before, lambda m: tell(m) if wanted(m) else None, until_now))


def known_type(given: str) -> None:
    """Refuses the name of no event, with the names that are near."""
    names = {subject.split(".")[1].casefold(): subject.split(".")[1] for subject in REGISTRY}
    if not given or given.casefold() in {*names, *(subject.casefold() for subject in REGISTRY)}:
        return
    near = get_close_matches(given.casefold(), names, n=4)
    raise Trouble(
        f"There is no event {given}.",
        f"Did you mean {' or '.join(names[name] for name in near)}?"
        if near
        else "The page /api/intake/events shows all of them.",
    )


@dataclass(frozen=True)
class Wanted:
    type: str
    case: UUID | None

    def __call__(self, message: Message) -> bool:
        name = message.subject.split(".")[1]
        if self.type and self.type.casefold() not in (name.casefold(), message.subject.casefold()):
            return False
        return self.case is None or str(self.case).encode() in message.data


class Teller:
    """A line for people: time, position, event, sentence."""

    def __init__(self, connection: Connection) -> None:
        self.console = Console(highlight=False)
        self.connection = connection
        self.names = Names(self._ask)

    def tell(self, message: Message) -> None:
        event = heard(message)
        when = datetime.fromisoformat(message.recorded_at).astimezone()
        line = Text.assemble(
            (f"{when:%Y-%m-%d %H:%M:%S} ", "dim"),
            (f"{message.source}:{message.position}".ljust(15), COLOURS.get(message.source, "")),
            (message.subject.split(".")[1].ljust(24), "bold"),
            " " + (self.names.tell(event) if event else "(a word that csc does not know yet)"),
        )
        self.console.print(line, soft_wrap=True)

    def _ask(self, community_id: UUID) -> str | None:
        try:
            found = self.connection.get(
                f"/api/intake/v1/communities/{community_id}", STAFF, patience=0
            )
        except Trouble:
            return None
        name = found.get("name") or found.get("place", {}).get("name")
        return str(name) if name else None


def as_line(message: Message) -> None:
    line: dict[str, Any] = {
        "source": message.source,
        "position": message.position,
        "type": message.subject,
        "id": message.event_id,
        "recorded_at": message.recorded_at,
        "correlation": message.correlation,
        "causation": message.causation,
    }
    try:
        line["data"] = from_json(message.data)
    except ValueError:
        line["unreadable"] = message.data.decode(errors="replace")
    event = heard(message)
    line["sentence"] = NAMES_OF_LINES.tell(event) if event else ""
    typer.echo(json.dumps(line, ensure_ascii=False))


NAMES_OF_LINES = Names()


def heard(message: Message) -> PublicEvent | None:
    try:
        return message.event()
    except (ValidationError, ValueError):
        return None


def starting_point(since: str, source: str) -> IsBefore | None:
    """What lies before the place to start from; None starts with what comes next."""
    if not since:
        return None
    if found := re.fullmatch(r"(?:(intake|matching|outreach):)?(\d{1,18})", since):
        named, position = found[1], int(found[2])
        # A position of one stream says nothing about the others: those start with what comes next.
        return (lambda m: m.position <= position) if named in (None, source) else None
    moment = _moment(since)
    return lambda m: datetime.fromisoformat(m.recorded_at) < moment


def _moment(since: str) -> datetime:
    try:
        if found := re.fullmatch(r"(\d{1,18})\s*([smhdw])", since):
            return datetime.now(UTC) - timedelta(**{UNITS[found[2]]: int(found[1])})
        return datetime.fromisoformat(since).astimezone()
    # Overflow: before the first year, or after the last.
    except (ValueError, OverflowError) as problem:
        raise Trouble(
            f"csc cannot tell what moment {since} is.",
            "Write a time such as 2027-03-03T14:00, a duration such as 90m, 2h or 3d, or a position such as intake:57.",
        ) from problem


async def _watch(
    connection: Connection,
    before: dict[str, IsBefore | None],
    tell: Callable[[Message], None],
    until_now: bool,
) -> None:
    async with connection.nats("reader") as client:
        js = client.jetstream(timeout=3)
        tails = [await _started(js, source, is_before) for source, is_before in before.items()]
        past = [message for tail in tails for message in await tail.history()]
        for message in sorted(past, key=lambda m: m.recorded_at):
            tell(message)
        if until_now:
            return
        await together(*(_tell_on(tail, tell) for tail in tails))


async def _started(js: JetStreamContext, source: str, is_before: IsBefore | None) -> Tail:
    """Streams may be on their way just after a start or a wipe: they are waited for."""
    until = time.monotonic() + 10
    while True:
        tail = Tail(js, source)
        try:
            await tail.start(is_before)
        except PASSING as problem:
            if time.monotonic() > until:
                raise Unreachable(
                    f"The stream of {source} cannot be read: {problem!r}.", "See: csc status"
                ) from problem
            await asyncio.sleep(0.5)
        else:
            return tail


async def _tell_on(tail: Tail, tell: Callable[[Message], None]) -> None:
    async for message in tail.follow():
        await asyncio.to_thread(tell, message)
