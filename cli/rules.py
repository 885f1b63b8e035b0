"""`csc import rules`: a JSON file of laws and policies into matching, all or nothing; a repeat changes nothing."""

import json
from pathlib import Path
from typing import Any

from cli.connection import STAFF, Connection
from cli.trouble import Trouble

EXAMPLES = Path(__file__).parents[1] / "services" / "matching" / "data" / "rules.json"
"""The rules that are shipped: examples, not legal advice."""


def import_rules(connection: Connection, file: Path) -> dict[str, Any]:
    """Sends the file's rules, which may also stand there as a bare list; how many were adopted, changed, unchanged."""
    told: dict[str, Any] = connection.post("/api/matching/v1/rules", STAFF, read(file))
    return told


def read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_bytes())
        return {"rules": content} if isinstance(content, list) else {**content}
    except OSError as problem:
        raise Trouble(f"{file} cannot be read: {problem.strerror}.") from problem
    except (ValueError, TypeError) as problem:
        raise Trouble(
            f"{file} is no file of rules: {problem}.",
            f"It is JSON, as {EXAMPLES.name} of matching.",
        ) from problem
