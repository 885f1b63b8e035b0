"""Starts programs in order, waits until each is ready, restarts what dies, and stops all of it in reverse order."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

from deploy.local.warden import Warden

FIRST_BACKOFF, LONGEST_BACKOFF = 0.2, 5.0
SETTLED = 10.0  # seconds after which a process counts as well again
LONGEST_LOG = 20_000_000  # bytes; a longer log is put aside at the next start


class NotReady(RuntimeError):
    """A program of the platform did not become ready."""


@dataclass(frozen=True)
class Program:
    """What to run, and how to know that it is ready."""

    name: str
    command: Sequence[str | Path]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    user: tuple[int, int] | None = (
        None  # uid and gid, where the supervisor is root and the program must not be
    )
    patience: float = 90.0  # seconds until ready


class Process:
    """One running program; `restart = False` leaves it dead when it dies."""

    def __init__(self, program: Program, supervisor: "Supervisor") -> None:
        self.program = program
        self.restart = True
        self.starts = 0
        self.restarts = 0
        self._supervisor = supervisor
        self._popen: subprocess.Popen[bytes] | None = None
        self._wanted = False
        self._was_ready = False
        self._backoff = FIRST_BACKOFF
        self._due = 0.0
        self._started_at = 0.0
        self._ending = ""
        self._lock = threading.RLock()

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def pid(self) -> int | None:
        """The process id while it lives."""
        return self._popen.pid if self._popen and self._popen.poll() is None else None

    @property
    def is_ready(self) -> bool:
        return self.pid is not None and self.program.ready()

    @property
    def log(self) -> Path:
        return self._supervisor.log_folder / f"{self.name}.log"

    def start(self, *, wait: bool = True) -> None:
        with self._lock:
            self._wanted = True
            if self.pid is None:
                self._spawn()
        if wait:
            self.wait_ready()

    def wait_ready(self, patience: float | None = None) -> None:
        until = time.monotonic() + (patience or self.program.patience)
        while not self.is_ready:
            # What was never ready and dies again and again will not get better by waiting.
            hopeless = not self._was_ready and self.starts > 4
            if hopeless or time.monotonic() > until:
                raise NotReady(
                    f"{self.name} is not ready. The end of {self.log}:\n{self.last_words()}"
                )
            time.sleep(0.1)
        self._was_ready = True

    def stop(self, patience: float = 45.0) -> None:
        """Ask it to end, and insist after `patience` seconds."""
        with self._lock:
            self._wanted = False
            if not self._popen or self.pid is None:
                return
            self._popen.send_signal(self.program.stop_signal)
            try:
                self._popen.wait(patience)
            except subprocess.TimeoutExpired:
                self._popen.kill()
            self._bury()

    def kill(self) -> int:
        """SIGKILL; returns the process id that is gone. The supervisor restarts it unless `restart` is off."""
        with self._lock:
            pid = self.pid
            if pid is None or self._popen is None:
                raise RuntimeError(f"{self.name} is not running")
            self._popen.kill()
            self._bury()
            return pid

    def look(self, now: float) -> None:
        """Called ten times a second: buries the dead and starts them anew when their time has come."""
        with self._lock:
            if self.pid is not None or not self._wanted:
                return
            if self._popen:
                self._bury()
            if self.restart and now >= self._due:
                self._spawn()
                self._tell_restart()

    def last_words(self, lines: int = 15) -> str:
        if not self.log.exists():
            return "(nothing was written)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _spawn(self) -> None:
        # Started, and not yet noted here and by the warden, it would be nobody's to end.
        with undisturbed(), self.log.open("ab") as log:
            self._popen = self._supervisor.spawn(self.program, log)
        self.starts += 1
        self._started_at = time.monotonic()
        self._supervisor.changed()

    def _tell_restart(self) -> None:
        """To whoever runs the programme, and in the log between the old life and the new."""
        self.restarts += 1
        told = f"{self.name} ended ({self._ending}); started again, restart {self.restarts}"
        # On a closed terminal or a full disk nobody can be told; what dies next is started again all the same.
        with suppress(OSError):
            self._supervisor.say(told)
        with suppress(OSError), self.log.open("a") as log:
            print(time.strftime("%Y-%m-%d %H:%M:%S"), told, file=log)

    def _bury(self) -> None:
        if self._popen is None:
            return
        code = self._popen.wait()
        self._ending = f"signal {-code}" if code < 0 else f"exit code {code}"
        self._supervisor.warden.ended(self._popen.pid)
        self._popen = None
        now = time.monotonic()
        well = now - self._started_at > SETTLED
        self._backoff = FIRST_BACKOFF if well else min(self._backoff * 2, LONGEST_BACKOFF)
        self._due = now + self._backoff
        self._supervisor.changed()


class Supervisor:
    """Holds the processes, in the order in which they were added."""

    def __init__(
        self,
        log_folder: Path,
        folder: Path,
        held_file: int,
        changed: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self.log_folder = log_folder
        self.changed = changed
        self.say = say
        self.processes: dict[str, Process] = {}
        self.warden = Warden(held_file)
        self._folder = folder
        self._held_file = held_file
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._watcher.start()

    def add(self, program: Program, *, wait: bool = True) -> Process:
        _put_aside(self.log_folder / f"{program.name}.log")
        process = self.processes[program.name] = Process(program, self)
        process.start(wait=wait)
        return process

    def stop(self) -> None:
        self._stopping.set()
        self._watcher.join()
        for process in reversed(self.processes.values()):
            process.stop()
        self.warden.close()

    def spawn(self, program: Program, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Starts a program in a session of its own, so that Ctrl-C reaches the supervisor alone."""
        uid, gid = program.user or (None, None)
        popen = subprocess.Popen(
            [str(word) for word in program.command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            env={**os.environ, **program.environment},
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            pass_fds=[self._held_file],
            start_new_session=True,
        )
        self.warden.started(popen.pid, program.stop_signal)
        return popen

    def _watch(self) -> None:
        while not self._stopping.wait(0.1):
            for process in list(self.processes.values()):
                try:
                    process.look(time.monotonic())
                except OSError as problem:  # a full disk, say: the next look may go better
                    with suppress(OSError):
                        print(f"{process.name} cannot be started: {problem}", file=sys.stderr)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C and a polite kill wait until this is done. Python hears them in its main thread alone."""
    came: set[int] = set()
    handlers = {int(of): signal.getsignal(of) for of in (signal.SIGINT, signal.SIGTERM)}
    if threading.current_thread() is not threading.main_thread():
        handlers = {}
    try:
        for number in handlers:
            signal.signal(number, lambda given, _frame: came.add(given))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for missed in came:
            signal.raise_signal(missed)


def accepts(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something listens there."""
    with suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def answers(port: int, path: str) -> bytes | None:
    """The body of a 200 answer, or nothing."""
    connection = HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.read() if response.status == 200 else None
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _put_aside(log: Path) -> None:
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
