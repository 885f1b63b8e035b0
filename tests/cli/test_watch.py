"""`csc watch` on real NATS: history, live events, filters, and restarts that need no hand."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from nats.js.errors import APIError, NotFoundError

from deploy.local.binaries import ROOT
from deploy.local.platform import Platform
from shared.messages import Message
from shared.streams import connect, declare_anew
from tests.clients import eventually
from tests.examples import CASE, EXAMPLES

REQUESTED = "intake.CitySeekingRequested.v1"
LIFE = uuid4()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("watched")).start(services=()) as platform:
        yield platform


class Publisher:
    """Publishes examples as intake's relay would, counting positions."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.said: list[Message] = []

    def says(self, *subjects: str, at: datetime | None = None, life: UUID = LIFE) -> None:
        for subject in subjects:
            position = self.said[-1].position + 2 if self.said else 3
            self.said.append(
                Message(
                    source="intake",
                    position=position,
                    previous=position - 2 if self.said else 0,
                    lineage=life,
                    subject=subject,
                    aggregate_id=CASE,
                    event_id=f"intake:{CASE}:{position}",
                    recorded_at=(at or datetime.now(UTC)).isoformat(),
                    correlation="a test",
                    causation="",
                    data=EXAMPLES[subject].model_dump_json().encode(),
                )
            )
        asyncio.run(self._publish(self.said[-len(subjects) :]))

    def says_all_again(self) -> None:
        asyncio.run(self._publish(self.said))

    def loses_the_stream(self) -> None:
        asyncio.run(self._lose())

    async def _publish(self, messages: list[Message]) -> None:
        async with self._js("intake") as js:
            for message in messages:
                await js.publish(message.subject, message.data, headers=message.headers())

    async def _lose(self) -> None:
        async with self._js("operations") as js:
            # The operations process may see the loss first and declare the stream before we do.
            with contextlib.suppress(APIError, NotFoundError):
                await declare_anew(js, "INTAKE")

    @contextlib.asynccontextmanager
    async def _js(self, user: str):  # type: ignore[no-untyped-def]
        password = (self.platform.secrets_dir / f"nats_{user}").read_text().strip()
        client = await connect(self.platform.nats_url(), user, password)
        try:
            yield client.jetstream(timeout=5)
        finally:
            await client.close()


@pytest.fixture(scope="module")
def intake(servers: Platform) -> Publisher:
    publisher = Publisher(servers)
    long_ago = datetime.now(UTC) - timedelta(days=3)
    publisher.says(REQUESTED, "intake.DebriefInvited.v1", at=long_ago)
    publisher.says("intake.ForeignCityListed.v1")
    return publisher


def csc(platform: Platform, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", *arguments],
        env={**os.environ, "DATA_DIR": str(platform.folder.path), "COLUMNS": "200"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def seen(platform: Platform, *arguments: str) -> list[str]:
    """The types of what a watch until now shows."""
    process = csc(platform, "watch", "--json", "--until-now", *arguments)
    out, error = process.communicate(timeout=30)
    assert process.returncode == 0, error
    return [json.loads(line)["type"].split(".")[1] for line in out.splitlines()]


@pytest.mark.usefixtures("intake")
@pytest.mark.parametrize(
    ("arguments", "types"),
    [
        (["--since", "0"], ["CitySeekingRequested", "DebriefInvited", "ForeignCityListed"]),
        (["--since", "2h"], ["ForeignCityListed"]),
        (["--since", "intake:3"], ["DebriefInvited", "ForeignCityListed"]),
        (["--since", "0", "--type", "DebriefInvited"], ["DebriefInvited"]),
        (["--since", "0", "--case", str(CASE)], ["CitySeekingRequested", "DebriefInvited"]),
        (["--since", "0", "--service", "matching"], []),
        ([], []),
    ],
)
def test_what_is_asked_for_is_shown(
    servers: Platform, arguments: list[str], types: list[str]
) -> None:
    """A duration, a position, a type, a case and a service each narrow what is shown."""
    assert seen(servers, *arguments) == types


@pytest.mark.usefixtures("intake")
def test_people_read_sentences(servers: Platform) -> None:
    """Each event is told with its position, its name and a human sentence."""
    process = csc(servers, "watch", "--since", "0", "--until-now")
    out, _ = process.communicate(timeout=30)
    assert "intake:3" in out
    assert "said Yes to seeking a sister city" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--service", "directory"], "publishes nothing"),
        (["--since", "the other day"], "cannot tell what moment"),
    ],
)
def test_a_wrong_question_is_answered_in_a_sentence(
    servers: Platform, arguments: list[str], said: str
) -> None:
    """What csc cannot understand is said without a traceback, with exit code 1."""
    process = csc(servers, "watch", *arguments)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said in " ".join(error.split())
    assert "Traceback" not in error


def test_where_nothing_runs_the_way_to_start_is_said(tmp_path: Path) -> None:
    """Without a running programme csc says how to start one."""
    environment = {**os.environ, "DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "watch"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


class Watcher:
    """A csc watch that runs on, and what it has shown."""

    def __init__(self, platform: Platform) -> None:
        self.process = csc(platform, "watch", "--json", "--since", "0")
        self.positions: list[int] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.positions.append(json.loads(line)["position"])

    def sees(self, publisher: Publisher) -> bool:
        wanted = [message.position for message in publisher.said]
        return bool(eventually(lambda: self.positions == wanted, 60))

    def stop(self) -> str:
        """What it said beside the events."""
        self.process.send_signal(signal.SIGINT)
        _, error = self.process.communicate(timeout=20)
        assert self.process.returncode == 130
        assert "Traceback" not in error
        return error


def test_it_outlives_nats_and_its_store(servers: Platform, intake: Publisher) -> None:
    """NATS killed, and the whole stream lost and refilled: each event is shown once, in order, without a hand.

    That NATS is away is said once, however often csc tries, and that it is back.
    """
    watcher = Watcher(servers)
    said = ""
    try:
        assert watcher.sees(intake)
        nats = servers.process("nats")
        killed = nats.pid or 0
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: servers.process("nats").pid not in (None, killed))
        servers.process("nats").wait_ready()
        intake.says("intake.DebriefScheduled.v1")
        assert watcher.sees(intake)
        intake.loses_the_stream()
        time.sleep(1)
        intake.says_all_again()
        intake.says("intake.DebriefCompleted.v1")
        assert watcher.sees(intake), watcher.positions
    finally:
        said = watcher.stop()
    assert said.splitlines() == ["NATS is away; csc waits for it.", "NATS is back."]


def test_after_a_restore_only_what_is_new_is_shown(servers: Platform, intake: Publisher) -> None:
    """A restored store uses positions again in a new life; events that were shown are not shown again."""
    watcher = Watcher(servers)
    try:
        assert watcher.sees(intake)
        told = list(watcher.positions)
        intake.loses_the_stream()
        time.sleep(1)
        life = uuid4()
        old = intake.said[:-1]
        intake.said = [
            Message(**{**{f: getattr(m, f) for f in m.__slots__}, "lineage": life}) for m in old
        ]
        intake.says_all_again()
        intake.says("intake.CitySeekingPaused.v1", life=life)
        again = [*told, intake.said[-1].position]
        assert eventually(lambda: watcher.positions == again, 60), watcher.positions
    finally:
        watcher.stop()
