"""`csc reconcile`: after a service's database was restored to an earlier point, stream and subscribers follow it."""

import asyncio
import time
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from nats.js import JetStreamContext
from rich.console import Console

from cli.connection import OPERATOR, Connection
from cli.rebuild import wait as wait_for_rebuild
from cli.status import ask, ask_all, total_lag
from cli.trouble import Trouble
from cli.watch import heard
from shared.events import SOURCES
from shared.messages import Message
from shared.names import Names
from shared.streams import declare_anew

PAGE = 500


@dataclass(frozen=True)
class Divergence:
    """Where stream and store part: the last position that both hold, and what the stream alone holds."""

    common: int
    lost: list[Message]


@dataclass(frozen=True)
class Astray:
    """A subscriber that heard what the store does not hold; `common` is the last position before that, if known."""

    subscriber: str
    place: int
    common: int | None

    def __str__(self) -> str:
        if self.common is None:
            return f"{self.subscriber} has heard another story up to position {self.place}"
        return f"{self.subscriber} has heard up to position {self.place}, which the store does not hold"


@dataclass(frozen=True)
class Standing:
    """How a service and its subscribers stand: `is_halted` where the service itself waits to be reconciled."""

    store_head: int
    is_halted: bool
    astray: list[Astray]

    @property
    def is_parted(self) -> bool:
        return self.is_halted or bool(self.astray)


@dataclass(frozen=True)
class Lost:
    position: int
    type: str
    event_id: str
    recorded_at: str


def add_to(app: typer.Typer) -> None:
    app.command("reconcile")(reconcile)


def reconcile(
    ctx: typer.Context,
    service: Annotated[str, typer.Argument(help="The service whose database was restored.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    since: Annotated[
        int | None,
        typer.Option("--from", min=0, help="The last position of the backup; begins anew anyway."),
    ] = None,
) -> None:
    """Begin a new life of a restored store: say what was lost, refill the stream, let every subscriber follow."""
    if service not in SOURCES:
        raise Trouble(f"{service} publishes nothing.", f"Choose one of {', '.join(SOURCES)}.")
    connection: Connection = ctx.obj()
    console = Console(highlight=False)
    found = asyncio.run(_compare(connection, service))
    standing = look(connection, service)
    if since is not None:
        since = _last_held(connection, service, since)
    others = [source for source in SOURCES if source != service and _waits(connection, source)]
    is_parted = bool(found.lost or standing.is_parted or since is not None)
    if is_parted:
        tell(console, service, found, standing)
        common = last_common(service, found, standing, since)
        if not yes and not typer.confirm("Reconcile?"):
            raise typer.Exit(1)
        _begin_anew(connection, service, found.lost, common)
    else:
        console.print(
            f"The stream holds nothing that the store of {service} does not hold, and nobody has heard more."
        )
    _finish(connection, console, service, is_parted, others)


def _finish(
    connection: Connection, console: Console, service: str, is_parted: bool, others: list[str]
) -> None:
    """Where several stores were restored, the directory can be built only when the last of them is reconciled."""
    is_rebuilding = _rebuild_if_needed(connection, service, rebuild=is_parted)
    if others:
        console.print(f"That is done for {service}. Next: csc reconcile {others[0]}")
        return
    with console.status("Waiting until everybody has caught up"):
        if is_rebuilding:
            wait_for_rebuild(connection, seconds=300)
        wait_until_well(connection)
    console.print("Stream, store and subscribers tell the same story.")


def _waits(connection: Connection, source: str) -> bool:
    """Whether another store is to be reconciled too; of one that was, the directory alone may not know yet."""
    standing = look(connection, source)
    return standing.is_halted or any(one.subscriber != "directory" for one in standing.astray)


def tell(console: Console, service: str, found: Divergence, standing: Standing) -> None:
    if found.lost:
        _tell_lost(console, service, found.lost)
        return
    if not standing.astray:
        console.print(f"The store of {service} begins a new life, and its stream is declared anew.")
        return
    for subscriber in standing.astray:
        console.print(f"{subscriber}.")
    console.print(
        "The stream was lost too, so nobody can say what was heard."
        f" If {service} has taken changes since it was restored, say with --from where the backup ended."
    )


def _tell_lost(console: Console, service: str, lost: list[Message]) -> None:
    names = Names()
    one, are = ("event", "is") if len(lost) == 1 else ("events", "are")
    console.print(
        f"{service} was restored to before position {lost[0].position}; {len(lost)} {one} that others"
        f" have heard {are} not in its store any more:"
    )
    for message in lost:
        event = heard(message)
        said = names.tell(event) if event else "(what it says cannot be read)"
        console.print(f"  {message.position} {message.subject.split('.')[1]}: {said}", markup=False)


def last_common(service: str, found: Divergence, standing: Standing, since: int | None) -> int:
    """From where everybody hears again. The directory needs no place: it is rebuilt."""
    places = [one.common for one in standing.astray if one.subscriber != "directory"]
    if None in places and since is None and not found.lost:
        raise Trouble(
            f"The store of {service} has used positions again since it was restored, so nobody can see where it parts"
            " from what others have heard.",
            f"Write: csc reconcile {service} --from POSITION, the last one that the backup held. With 0 everything is"
            " heard again.",
        )
    known = [place for place in (*places, since) if place is not None]
    # A stream without strange messages may be short because it is still being filled.
    return min([found.common if found.lost else standing.store_head, *known])


def look(connection: Connection, service: str) -> Standing:
    """Who stands where the store holds nothing, or something else."""
    statuses = _statuses(connection)
    own = next(status for status in statuses if status["service"] == service)
    astray: list[Astray] = []
    for status in statuses:
        for place in [s["position"] for s in status["subscriptions"] if s["source"] == service]:
            last_held = _last_held(connection, service, place)
            # A stream that is being filled again is short for a while: that asks for nothing.
            has_parted = place <= own["stream_head"] and _asks_for(status, service)
            if last_held < place or has_parted:
                # A store that ends later has used the numbers again: they prove nothing.
                common = last_held if place > own["store_head"] else None
                astray.append(Astray(status["service"], place, common))
    return Standing(own["store_head"], _asks_for(own, service), astray)


def _asks_for(status: dict[str, Any], service: str) -> bool:
    return any(f"csc reconcile {service}" in trouble for trouble in status["troubles"])


def _last_held(connection: Connection, service: str, last: int) -> int:
    """The last public position of the store that is not beyond another."""
    while last > 0:
        first = max(last - PAGE + 1, 1)
        if held := _recorded(connection, service, first, last):
            return int(held[-1]["position"])
        last = first - 1
    return 0


async def _compare(connection: Connection, service: str) -> Divergence:
    async with connection.nats("operations") as client:
        return await compare(client.jetstream(timeout=5), connection, service)


async def compare(js: JetStreamContext, connection: Connection, service: str) -> Divergence:
    """From the stream's end backwards, page by page, until an event is found that the store holds too."""
    state = (await js.stream_info(service.upper())).state
    lost: list[Message] = []
    last = state.last_seq
    while state.messages and last >= state.first_seq:
        first = max(last - PAGE + 1, state.first_seq)
        page = [await _message(js, service, sequence) for sequence in range(first, last + 1)]
        held = _held(connection, service, page)
        shared = [m for m in page if (m.position, m.event_id, m.recorded_at) in held]
        common = shared[-1].position if shared else 0
        lost = [message for message in page if message.position > common] + lost
        if shared:
            return Divergence(common, lost)
        last = first - 1
    return Divergence(0, lost)


async def _message(js: JetStreamContext, service: str, sequence: int) -> Message:
    raw = await js.get_msg(service.upper(), seq=sequence)
    return Message.of(raw.headers, raw.data)


def _held(connection: Connection, service: str, page: list[Message]) -> set[tuple[int, str, str]]:
    rows = _recorded(connection, service, page[0].position, page[-1].position)
    return {(row["position"], row["event_id"], row["recorded_at"]) for row in rows}


def _recorded(connection: Connection, service: str, first: int, last: int) -> list[dict[str, Any]]:
    path = f"/api/{service}/v1/operations/recorded"
    found: list[dict[str, Any]] = connection.get(path, OPERATOR, first=first, last=last)
    return found


def _begin_anew(connection: Connection, service: str, messages: list[Message], common: int) -> None:
    """The stream goes last: until then its old life tells what was lost, so this can be stopped and run again."""
    lost = [asdict(Lost(m.position, m.subject, m.event_id, m.recorded_at)) for m in messages]
    begun = connection.post(f"/api/{service}/v1/operations/lineage", OPERATOR, {"lost": lost})
    acceptance = {"lineage": begun["lineage"], "position": common, "lost": lost}
    for subscriber in _subscribers(connection, service):
        if subscriber != "directory":
            _accept(connection, subscriber, service, acceptance)
    asyncio.run(_declare_anew(connection, service))


def _statuses(connection: Connection) -> list[dict[str, Any]]:
    found = ask_all(connection)
    if away := [status["service"] for status in found if not status["is_reachable"]]:
        raise Trouble(f"{', '.join(away)} cannot be reached.", "Start it, then reconcile again.")
    return found


def _subscribers(connection: Connection, source: str) -> list[str]:
    return [
        status["service"]
        for status in _statuses(connection)
        if source in [heard["source"] for heard in status["subscriptions"]]
    ]


def _accept(connection: Connection, subscriber: str, source: str, form: dict[str, Any]) -> None:
    path = f"/api/{subscriber}/v1/operations/subscriptions/{source}/accept"
    connection.post(path, OPERATOR, form)


async def _declare_anew(connection: Connection, service: str) -> None:
    async with connection.nats("operations") as client:
        await declare_anew(client.jetstream(timeout=5), service.upper())


def _rebuild_if_needed(connection: Connection, service: str, *, rebuild: bool) -> bool:
    """Read models forget nothing by themselves: they are made anew from the new life of the stream."""
    if not rebuild and not ask(connection, "directory")["troubles"]:
        return False
    status = ask(connection, service)
    form = {"lineage": status["lineage"], "position": 0, "lost": []}
    _accept(connection, "directory", service, form)
    return True


def wait_until_well(connection: Connection, seconds: float = 120) -> None:
    """Until no service has troubles and nothing waits to be published or heard, three looks in a row."""
    until = time.monotonic() + seconds
    well = 0
    while well < 3:
        statuses = ask_all(connection)
        troubles = [trouble for status in statuses for trouble in status["troubles"]]
        well = 0 if troubles or any(map(total_lag, statuses)) else well + 1
        if well == 0 and time.monotonic() > until:
            late = ", ".join(status["service"] for status in statuses if total_lag(status))
            said = troubles[0] if troubles else f"{late} has not caught up"
            raise Trouble(f"Not well after {seconds:.0f} seconds: {said}.", "See: csc status")
        # Relays and followers look around once a second.
        time.sleep(0.7)
