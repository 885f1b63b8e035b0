"""What csc cannot do for you, in one sentence, and what you can do."""

from typing import Any


class Trouble(Exception):
    """Shown as it is, without a traceback; csc ends with exit code 1."""

    def __init__(self, sentence: str, next_step: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.next_step = sentence, next_step


class Refused(Trouble):
    """A service answered with a problem document (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        detail = str(problem.get("detail") or f"The service answered {status}.")
        fields = "; ".join(f"{e['field']}: {e['message']}" for e in problem.get("errors", ()))
        super().__init__(f"{detail} ({fields})" if fields else detail, problem.get("next_step", ""))
        self.status, self.problem = status, problem


class Unreachable(Trouble):
    """Nobody answers."""
