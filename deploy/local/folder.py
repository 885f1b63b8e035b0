"""The platform's data folder: one platform at a time, lasting ports, and platform.json that tells where all is."""

import fcntl
import itertools
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from deploy.local.warden import began

# Below what operating systems hand out to outgoing connections, so that no such connection takes a port while its
# service is being restarted.
PORTS = range(20_000, 32_000)


def _walk() -> Iterator[int]:
    """All ports again and again, from a place of this process's own: who starts beside it reaches for others."""
    # In steps of the golden section the numbers of neighbours lead far apart.
    start = os.getpid() * 7_417 % len(PORTS)
    return itertools.cycle([*PORTS[start:], *PORTS[:start]])


_candidates = _walk()


class FolderInUse(RuntimeError):
    """Another platform runs in this data folder."""


class FolderUnusable(RuntimeError):
    """Nothing can be kept there."""

    def __init__(self, path: Path, problem: OSError) -> None:
        super().__init__(
            f"The data cannot be kept in {path}: {problem.strerror}."
            " Choose a folder that may be written to with DATA_DIR."
        )


class DataFolder:
    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        try:
            for name in ("log", "caddy"):
                (self.path / name).mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise FolderUnusable(self.path, problem) from problem
        self.secrets = self.path / "secrets"
        self.log = self.path / "log"
        self.mail = self.path / "mail"
        self._facts = self.path / "platform.json"
        self._lock_file = self.path / "lock"
        self._lock: IO[str] | None = None
        self._writing = threading.Lock()

    def lock(self, say: Callable[[str], None], patience: float = 25.0) -> int:
        """Hold the folder. Every process inherits the lock, so it is free only when the last of them has ended.

        A run that is ending is waited for; one that runs on is named at once.
        """
        try:
            lock = self._lock_file.open("a")
        except OSError as problem:
            raise FolderUnusable(self.path, problem) from problem
        until = time.monotonic() + patience
        is_said = False
        while not _try_lock(lock):
            if time.monotonic() > until or self._is_run():
                raise self._in_use()
            if not is_said:
                say("The processes of the last run are still ending")
            is_said = True
            time.sleep(0.2)
        self._lock = lock
        return lock.fileno()

    def _is_run(self) -> bool:
        """Whether the process that wrote platform.json lives and is not stopping."""
        facts = self.facts()
        if "pid" not in facts or facts.get("is_stopping"):
            return False
        try:
            os.kill(facts["pid"], 0)
        except PermissionError:
            pass  # another user's
        except OSError:
            return False
        # By now its number may be somebody else's.
        return began(facts["pid"]) == facts.get("began")

    def _in_use(self) -> FolderInUse:
        if self._is_run():
            facts = self.facts()
            told = (
                f"process {facts['pid']} runs the programme there, at {facts.get('base_url')}.\n"
                f"End that run with Ctrl-C, or with: kill {facts['pid']}"
            )
        else:
            told = (
                "processes of the last run still hold it.\n"
                f"Start again when they have ended; to see which they are: fuser {self._lock_file}"
            )
        beside = "Or start a second one beside it: make run DATA_DIR=.second PORT=8081"
        return FolderInUse(f"{self.path} is in use: {told}\n{beside}")

    def unlock(self) -> None:
        if self._lock:
            self._lock.close()

    def facts(self) -> dict[str, Any]:
        try:
            facts: dict[str, Any] = json.loads(self._facts.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return facts

    def write_facts(self, facts: dict[str, Any]) -> None:
        draft = self._facts.with_suffix(".draft")
        with self._writing:
            draft.write_text(json.dumps(facts, indent=2) + "\n")
            draft.replace(self._facts)

    def ports(self, names: Iterable[str]) -> dict[str, int]:
        """A free port for each name: the one of the last run where it is still free."""
        known: dict[str, int] = self.facts().get("ports", {})
        chosen: dict[str, int] = {}
        for name in names:
            port = known.get(name, 0)
            while port in chosen.values() or not is_free(port):
                port = next(_candidates)
            chosen[name] = port
        return chosen


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    if port == 0:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
