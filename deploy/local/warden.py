"""Ends the platform's processes when the supervisor itself was killed: it only waits for its input to close."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO


class Warden:
    """The supervisor's end: says which processes to end with which signal, should the supervisor vanish."""

    def __init__(self, held_file: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.warden"],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
            pass_fds=[held_file],
        )

    def started(self, pid: int, stop_signal: int) -> None:
        self._tell(f"{pid} {int(stop_signal)}")

    def ended(self, pid: int) -> None:
        self._tell(f"{pid} 0")

    def close(self) -> None:
        with suppress(BrokenPipeError):
            self._input.close()
        self._process.wait()

    @property
    def _input(self) -> IO[str]:
        if self._process.stdin is None:
            raise RuntimeError("the warden was started without an input")
        return self._process.stdin

    def _tell(self, line: str) -> None:
        with suppress(BrokenPipeError):
            print(line, file=self._input, flush=True)


@dataclass(frozen=True)
class Started:
    """A process as it was when it was started: by now its number may be somebody else's."""

    pid: int
    stop_signal: int
    began: str

    @classmethod
    def now(cls, pid: int, stop_signal: int) -> "Started":
        return cls(pid, stop_signal, began(pid))

    def signal(self, number: int) -> bool:
        """Whether it is still there to be told."""
        try:
            # Each was made the leader of a session of its own.
            if os.getsid(self.pid) != self.pid or began(self.pid) != self.began:
                return False
            os.kill(self.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def began(pid: int) -> str:
    """When a process began, where the system says it in /proc; else nothing."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return said.rpartition(")")[2].split()[19]


def watch(lines: IO[str]) -> None:
    living: dict[int, Started] = {}
    for line in lines:
        pid, stop_signal = map(int, line.split())
        living.pop(pid, None)
        if stop_signal:
            living[pid] = Started.now(pid, stop_signal)
    _end([*reversed(living.values())])


def _end(living: list[Started], patience: float = 8.0) -> None:
    living = [process for process in living if process.signal(process.stop_signal)]
    until = time.monotonic() + patience
    while living and time.monotonic() < until:
        time.sleep(0.1)
        living = [process for process in living if process.signal(0)]
    for process in living:
        process.signal(signal.SIGKILL)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    watch(sys.stdin)
