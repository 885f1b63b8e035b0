"""What the clients themselves know: each command before it is sent and after it was answered, on disk at once."""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class History:
    """One file, a line for each thing that happened to one client."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a")
        self._lock = threading.Lock()

    def note(self, **facts: Any) -> None:
        with self._lock:
            self._file.write(json.dumps(facts, default=str) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


@dataclass
class Told:
    """One command, as its client knows it: asked, and then ok, failed, or never answered."""

    key: str
    op: str
    service: str
    tries: int = 0
    outcome: str = "info"
    receipts: list[dict[str, Any]] = field(default_factory=list)
    was_refused_later: bool = False


def lines(folder: Path, pattern: str) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob(pattern)):
        for line in file.read_text().splitlines():
            yield json.loads(line)


def commands(folder: Path) -> dict[str, Told]:
    """By idempotency key."""
    found: dict[str, Told] = {}
    for line in lines(folder, "client-*.jsonl"):
        told = found.setdefault(line["key"], Told(line["key"], line["op"], line["service"]))
        match line["is"]:
            case "asked":
                told.tries += 1
            case "ok":
                told.outcome = "ok"
                told.receipts.append(line["receipt"])
            case "fail" if told.outcome != "ok":
                told.outcome = "fail"
            case "fail":
                told.was_refused_later = True
    return found
