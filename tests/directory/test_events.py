"""What operators watch: events as they come, without a gap, whatever breaks in between."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from inspect import isawaitable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from deploy.local.platform import Platform
from services.directory.event_log import EventLog, Mark, read_marks, written
from shared.context import Role
from shared.messages import Message
from shared.streams import connect
from tests.clients import Client, Clients, eventually
from tests.directory.heard import Streams
from tests.directory.history import message
from tests.examples import EXAMPLES

OPERATIONS = "/api/directory/v1/operations"
INVITED = EXAMPLES["intake.DebriefInvited.v1"]
BURST = 500


@pytest.fixture
def operator(people: Clients) -> Client:
    return people.operator()


@dataclass
class Listener:
    """Reads events as a page does."""

    client: Client
    last: str = ""
    filters: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    is_on: threading.Event = field(default_factory=threading.Event)

    def listens(self, until: int, seconds: float = 60, before_reading: float = 0) -> None:
        """Until there are so many events."""
        token = self.client.signer.token(self.client.caller, "directory")
        headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": self.last}
        url = f"{self.client.base_url}{OPERATIONS}/events/live"
        end = time.monotonic() + seconds
        with httpx.stream(
            "GET", url, headers=headers, params=self.filters, timeout=seconds
        ) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["x-accel-buffering"] == "no"
            self.is_on.set()
            time.sleep(before_reading)
            for said in said_in(answer):
                self.last = said["id"]
                if said["event"] == "event":
                    self.events.append(json.loads(said["data"]))
                if len(self.events) >= until or time.monotonic() > end:
                    return

    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]


def said_in(answer: httpx.Response) -> Iterator[dict[str, str]]:
    said: dict[str, str] = {}
    for line in answer.iter_lines():
        if not line:
            if "data" in said:
                yield said
            said = {}
        else:
            name, _, value = line.partition(": ")
            said[name] = value


def now(operator: Client) -> str:
    seen: str = operator.reads(f"{OPERATIONS}/events", limit=1)["seen"]
    return seen


def burst(streams: Streams, count: int = BURST, case: UUID | None = None) -> list[Message]:
    previous = streams.last["intake"]
    told = [
        message("intake", case or uuid4(), INVITED, previous + n, previous + n + 1)
        for n in range(count)
    ]
    streams.publish(told)
    return told


def test_a_burst_reaches_six_listeners_and_a_slow_one_without_loss(
    operator: Client, streams: Streams
) -> None:
    """Five hundred events at once come to each of six listeners in order, each once; one that begins to read only
    after all of them were said gets them too."""
    seen = now(operator)
    listeners = [Listener(operator, seen) for _ in range(7)]
    threads = [
        threading.Thread(
            target=each.listens, args=(BURST,), kwargs={"before_reading": 3 * (n == 6)}
        )
        for n, each in enumerate(listeners)
    ]
    for thread in threads:
        thread.start()
    assert all(each.is_on.wait(20) for each in listeners)
    told = [each.event_id for each in burst(streams)]
    for thread in threads:
        thread.join(60)
    assert [each.ids() == told for each in listeners] == [True] * 7


def test_a_listener_goes_on_from_its_last_id(operator: Client, streams: Streams) -> None:
    """Whoever was away, also for longer than anything is kept in a line, hears all that was said meanwhile, once."""
    listener = Listener(operator, now(operator))
    told = burst(streams, 8)
    listener.listens(3)
    told += burst(streams, 6)
    listener.listens(14)
    assert listener.ids() == [each.event_id for each in told]


def test_a_filter_holds_for_what_is_past_and_what_comes(operator: Client, streams: Streams) -> None:
    """Events about one id alone, in the past a page at a time, and as they come."""
    case = uuid4()
    past = burst(streams, 5, case)
    burst(streams, 30)
    found = eventually(
        lambda: operator.reads(f"{OPERATIONS}/events", about=str(case), limit=3)["items"]
    )
    assert [each["id"] for each in found] == [each.event_id for each in past[:1:-1]]
    page = operator.reads(f"{OPERATIONS}/events", about=str(case), limit=3)
    rest = operator.reads(
        f"{OPERATIONS}/events", about=str(case), limit=3, cursor=page["next_cursor"]
    )
    assert [each["id"] for each in rest["items"]] == [each.event_id for each in past[1::-1]]
    listener = Listener(operator, page["seen"], {"about": str(case)})
    burst(streams, 3)
    coming = burst(streams, 2, case)
    listener.listens(2)
    assert listener.ids() == [each.event_id for each in coming]


def test_an_event_has_a_sentence_and_its_chain(operator: Client, streams: Streams) -> None:
    """Each event is told in a sentence; asked for by its id it comes with what it caused."""
    cause = burst(streams, 1)[0]
    previous = streams.last["matching"]
    effect = message(
        "matching", uuid4(), EXAMPLES["matching.SearchExhausted.v1"], previous, previous + 1
    )
    streams.publish([replace(effect, causation=cause.event_id)])
    found = eventually(
        lambda: (
            (told := operator.reads(f"{OPERATIONS}/events", chain=cause.event_id)["items"])[1:]
            and told
        )
    )
    assert {each["id"] for each in found} == {cause.event_id, effect.event_id}
    told = next(each["sentence"] for each in found if each["source"] == "intake")
    assert told.endswith("was asked for a date for the debrief.")


def test_another_life_of_a_store_tells_only_what_is_new(servers: Platform) -> None:
    """After a restore the stream is filled anew under numbers that were used before: what one has seen is not told
    again, and what is new is."""
    streams = Streams(servers)
    streams.begin_anew("intake")
    told = burst(streams, 3)
    marks = asyncio.run(looked(servers, lambda log: log.now()))
    streams.begin_anew("intake")
    life, later = uuid4(), f"{datetime.now(UTC) + timedelta(days=900):%Y-%m-%dT%H:%M:%S+00:00}"
    again = [replace(each, lineage=life) for each in told]
    fresh = replace(again[-1], position=4, previous=3, event_id="intake:fresh:1", recorded_at=later)
    streams.publish([*again, fresh])
    unseen = asyncio.run(looked(servers, lambda log: log.unseen(read_marks(written(marks)))))
    assert [each.event_id for each in unseen] == ["intake:fresh:1"]
    streams.begin_anew("intake")


async def looked(servers: Platform, ask: Callable[[EventLog], Any]) -> Any:
    password = (servers.secrets_dir / "nats_directory").read_text().strip()
    client = await connect(servers.nats_url(), "directory", password)
    try:
        js = client.jetstream(timeout=5)
        log = EventLog(lambda: js)
        await log.look()
        told = ask(log)
        return await told if isawaitable(told) else told
    finally:
        await client.close()


def test_streams_are_counted_by_type(operator: Client, streams: Streams) -> None:
    """The events of a stream, how many of them are new, and the same for each type."""

    def counts() -> tuple[int, int]:
        intake = next(
            each for each in operator.reads(f"{OPERATIONS}/streams") if each["source"] == "intake"
        )
        assert intake["events"] == sum(each["events"] for each in intake["types"])
        return intake["events"], intake["position"]

    events, _ = counts()
    said = burst(streams, 4)
    assert eventually(lambda: counts() == (events + 4, said[-1].position))


def test_others_hear_nothing(people: Clients) -> None:
    """Only operators read events."""
    for role in (Role.STAFF, Role.ADMINISTRATOR):
        for path in ("events", "events/live", "streams"):
            answer = people.who(role).get(f"{OPERATIONS}/{path}")
            assert answer.status_code == 403


def test_a_strange_cursor_is_refused(operator: Client) -> None:
    """A cursor that is none of ours is said to be none; a strange Last-Event-ID begins where the stream ends."""
    answer = operator.get(f"{OPERATIONS}/events", cursor="intake/1;")
    assert answer.status_code == 422
    assert "is not one of ours" in answer.json()["detail"]
    assert read_marks("intake/x/1 nobody/3/a/b matching/7/abc/2026") == {
        "matching": Mark(7, "abc", "2026")
    }
