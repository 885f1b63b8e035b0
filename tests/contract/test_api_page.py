"""docs/api.md shows what the services really answer."""

import json
from pathlib import Path
from typing import Any

from services.matching.domain.refusals import NotInGoodStanding
from shared.application import Receipt
from shared.http import Problem, words

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


def examples() -> list[dict[str, Any]]:
    """The indented JSON of the page, in order."""
    decoder = json.JSONDecoder()
    starts = [i + 5 for i in range(len(PAGE)) if PAGE.startswith("\n    {", i)]
    return [decoder.raw_decode(PAGE[start:])[0] for start in starts]


def test_the_page_shows_a_receipt_and_a_problem_as_they_are() -> None:
    """Every field of the examples exists, none is left out, and the refusal is said in these very words."""
    receipt, problem = examples()
    assert set(receipt) == set(Receipt.model_fields)
    assert set(problem) == set(Problem.model_fields)
    refusal = NotInGoodStanding(name="Springfield")
    assert problem["title"] == words(type(refusal).__name__)
    assert problem["type"] == f"/problems/{problem['title'].lower().replace(' ', '-')}"
    said = (problem["status"], problem["detail"], problem["next_step"])
    assert said == (refusal.status, refusal.sentence, refusal.next_step)
