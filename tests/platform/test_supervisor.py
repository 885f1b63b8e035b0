"""Who is started can be ended, and nobody else is."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from deploy.local.binaries import ROOT
from deploy.local.supervisor import Program, Supervisor
from deploy.local.warden import Started, Warden
from tests.clients import eventually
from tests.platform.conftest import is_alive

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
AS_NOBODY = """
import os, signal, sys
from deploy.local.warden import Started
started = Started.now(int(sys.argv[1]), signal.SIGTERM)
if os.geteuid() == 0:
    os.setuid(65534)
assert started.signal(signal.SIGTERM) is False
"""


class Interrupted(Supervisor):
    """Ctrl-C comes at the worst moment: the program is started, and nobody knows of it yet."""

    def spawn(self, program: Program, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        popen = super().spawn(program, log)
        signal.raise_signal(signal.SIGINT)
        return popen


@pytest.fixture
def held_file(tmp_path: Path) -> Iterator[int]:
    with (tmp_path / "lock").open("a") as lock:
        yield lock.fileno()


def test_a_restart_leaves_a_trace(tmp_path: Path, held_file: int) -> None:
    """Who dies by itself is started again, and a line says so: to whoever runs the programme, and in the log."""
    said: list[str] = []
    supervisor = Supervisor(tmp_path, ROOT, held_file, lambda: None, say=said.append)
    sleeper = supervisor.add(Program("sleeper", SLEEP, ready=lambda: True))
    try:
        os.kill(sleeper.pid or 0, signal.SIGKILL)
        assert eventually(lambda: said == ["sleeper ended (signal 9); started again, restart 1"])
        assert eventually(lambda: said[0] in sleeper.last_words())
    finally:
        supervisor.stop()
    assert len(said) == 1


class ClosedTerminal(io.TextIOBase):
    """Nobody reads what is written there."""

    tries = 0

    def write(self, _text: str) -> int:
        self.tries += 1
        raise BrokenPipeError


def test_what_dies_is_started_again_when_nobody_can_be_told(
    tmp_path: Path, held_file: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed terminal stops neither the next try of a start that failed, nor the line in the log."""
    terminal = ClosedTerminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    log, away = tmp_path / "log", tmp_path / "away"
    log.mkdir()
    supervisor = Supervisor(
        log, ROOT, held_file, lambda: None, say=lambda text: print(text, file=terminal)
    )
    sleeper = supervisor.add(Program("sleeper", SLEEP, ready=lambda: True))
    try:
        log.rename(away)  # nothing can be started without its log
        os.kill(sleeper.pid or 0, signal.SIGKILL)
        assert eventually(lambda: terminal.tries > 1)
        away.rename(log)
        assert eventually(lambda: "started again, restart 1" in sleeper.last_words())
    finally:
        supervisor.stop()


@pytest.fixture
def stranger() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that leads a session, as ours do."""
    with subprocess.Popen(SLEEP, start_new_session=True) as process:
        yield process
        process.kill()


def test_ctrl_c_leaves_no_orphan(tmp_path: Path, held_file: int) -> None:
    """A program that is being started when Ctrl-C comes is ended with the others."""
    supervisor = Interrupted(tmp_path, ROOT, held_file, lambda: None, say=print)
    sleeper = Program("sleeper", SLEEP, ready=lambda: True)
    with pytest.raises(KeyboardInterrupt):
        supervisor.add(sleeper)
    pid = supervisor.processes["sleeper"].pid
    supervisor.stop()
    assert pid is not None
    assert not is_alive(pid)


def test_the_warden_ends_what_was_started(
    held_file: int, stranger: "subprocess.Popen[bytes]"
) -> None:
    """When the supervisor is gone, the warden ends its processes."""
    warden = Warden(held_file)
    warden.started(stranger.pid, signal.SIGTERM)
    warden.close()
    assert stranger.wait(timeout=10) == -signal.SIGTERM


def test_the_warden_spares_who_took_over_a_number(held_file: int) -> None:
    """A number that belongs to another process by now is not signalled."""
    with subprocess.Popen(SLEEP) as heir:
        warden = Warden(held_file)
        warden.started(heir.pid, signal.SIGTERM)
        warden.close()
        assert heir.poll() is None
        heir.kill()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux says when one began")
def test_another_session_with_the_same_number_is_spared(
    stranger: "subprocess.Popen[bytes]",
) -> None:
    """Who leads a session under the same number, and began at another time, is not signalled either."""
    assert Started.now(stranger.pid, signal.SIGTERM).signal(0)
    assert not Started(stranger.pid, signal.SIGTERM, began="1").signal(signal.SIGTERM)
    assert stranger.poll() is None


def test_what_may_not_be_signalled_does_not_end_the_warden(
    stranger: "subprocess.Popen[bytes]",
) -> None:
    """A number that another user's process has by now is passed over."""
    other = stranger.pid if os.geteuid() == 0 else 1
    done = subprocess.run([sys.executable, "-c", AS_NOBODY, str(other)], cwd=ROOT, check=False)
    assert done.returncode == 0
