"""What was promised to those who follow our events stays readable."""

import copy
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from pydantic import create_model

from shared import events
from shared.events import REGISTRY, CitySeekingRequested, IntakeEvent
from tests.contract.golden import FOLDER, breaks, golden_example, golden_schema, schema_of
from tests.examples import CASE, EXAMPLES

REQUESTED = "intake.CitySeekingRequested.v1"


def test_every_event_has_a_golden_schema_and_example() -> None:
    """The 64 public events each have a promise on file, and no promise is without its event."""
    assert len(REGISTRY) == 64
    kept = {file.name.rsplit(".", 2)[0] for file in FOLDER.iterdir()}
    assert kept == set(REGISTRY) == set(EXAMPLES)


@pytest.mark.parametrize("subject", REGISTRY)
def test_the_contract_is_kept(subject: str) -> None:
    """No field was renamed, removed, newly required or given another type since the promise was made."""
    assert breaks(golden_schema(subject), schema_of(subject)) == []


@pytest.mark.parametrize("subject", REGISTRY)
def test_golden_examples_still_parse(subject: str) -> None:
    """A message as it was once sent is read by today's code and says the same."""
    data = golden_example(subject)
    event = events.read(subject, data)
    assert event is not None
    assert data.items() <= event.model_dump(mode="json").items()


def _rename(schema: dict[str, Any]) -> None:
    schema["properties"]["case_number"] = schema["properties"].pop("case_id")


def _remove(schema: dict[str, Any]) -> None:
    del schema["properties"]["named_cities"]


def _require(schema: dict[str, Any]) -> None:
    schema["required"].append("named_cities")


def _require_inside(schema: dict[str, Any]) -> None:
    schema["$defs"]["Preferences"]["required"] = ["countries"]


def _retype(schema: dict[str, Any]) -> None:
    schema["properties"]["is_imported"]["type"] = "string"


def _retype_inside_a_list(schema: dict[str, Any]) -> None:
    schema["$defs"]["Place"]["properties"]["geoname_id"]["type"] = "string"


def _drop_a_word(schema: dict[str, Any]) -> None:
    schema["$defs"]["Theme"]["enum"].remove("health")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_rename, "case_id was removed or renamed"),
        (_remove, "named_cities was removed or renamed"),
        (_require, "named_cities is newly required"),
        (_require_inside, "preferences.countries is newly required"),
        (_retype, "is_imported changed its type"),
        (_retype_inside_a_list, "named_cities.geoname_id changed its type"),
        (_drop_a_word, "preferences.themes changed its type"),
    ],
)
def test_a_breaking_change_is_refused(
    change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    """Each way to break a follower is noticed and named with its field."""
    offered = copy.deepcopy(golden_schema(REQUESTED))
    change(offered)
    assert sentence in breaks(golden_schema(REQUESTED), offered)


def test_an_optional_addition_passes() -> None:
    """A new field with a default breaks nobody, nor does a better description."""
    wider = create_model("CitySeekingRequested", __base__=CitySeekingRequested, budget=(int, 0))
    wider.__doc__ = "Other words."
    offered = wider.model_json_schema()
    assert "budget" in offered["properties"]
    assert breaks(golden_schema(REQUESTED), offered) == []


def test_an_old_version_is_brought_up_by_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream holds `.v1` for good; a reader that knows `.v2` gets it as such, through the upcast."""
    subject = "intake.CityRenamed.v1"

    class CityRenamed(IntakeEvent):
        """A word of this test alone, in its second version."""

        version = 2
        community_id: UUID
        name: str

    # The test's own word leaves no trace in the registry, which was filled before it.
    monkeypatch.setitem(REGISTRY, CityRenamed.subject(), CityRenamed)
    monkeypatch.setitem(
        events.UPCASTS, subject, lambda data: data | {"name": data["called"].strip()}
    )
    told = {
        "happened_at": "2027-03-03T12:00:00Z",
        "community_id": str(CASE),
        "called": " Springfield ",
    }
    heard = events.read(subject, told)
    assert isinstance(heard, CityRenamed)
    assert heard.name == "Springfield"
    assert events.current_subject(subject) == "intake.CityRenamed.v2"


def test_an_unknown_word_is_no_error() -> None:
    """A reader that does not know a word yet passes over it; it is not poison."""
    assert events.read("intake.SomethingOfTomorrow.v1", {"happened_at": "2030-01-01"}) is None


def test_an_unknown_field_is_no_error() -> None:
    """A publisher may add a field before its readers know it."""
    data = golden_example(REQUESTED) | {"mood": "hopeful"}
    assert events.read(REQUESTED, data) == EXAMPLES[REQUESTED]
