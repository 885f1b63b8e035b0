"""The four OpenAPI documents say all that a stranger needs: examples, headers, tokens, and how a refusal looks."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import (
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    StrictFloat,
    TypeAdapter,
    ValidationError,
)

from shared.forms import ONE_LINE, Day, Moment
from shared.openapi import PROBLEM, operations
from shared.plain import in_plain_words
from tests.clients import Clients

SERVICES = ("intake", "matching", "outreach", "directory")
REFUSAL = {"$ref": "#/components/schemas/Problem"}


def headers(operation: dict[str, Any]) -> set[str]:
    return {p["name"] for p in operation.get("parameters", []) if p["in"] == "header"}


def lacks(document: dict[str, Any], operation: dict[str, Any], method: str) -> list[str]:
    """What an operation does not say."""
    missing = []
    if method == "post" and "Idempotency-Key" not in headers(operation):
        missing.append("Idempotency-Key")
    if "public" not in operation["x-roles"] and not operation.get("security"):
        missing.append("security")
    if "requestBody" in operation and not has_example(document, operation):
        missing.append("an example of its form")
    for status in ("4XX", "5XX"):
        content = operation["responses"].get(status, {}).get("content", {})
        if content != {PROBLEM: {"schema": REFUSAL}}:
            missing.append(f"{status} as a problem")
    return missing


def has_example(document: dict[str, Any], operation: dict[str, Any]) -> bool:
    """A whole one: nothing that is required is left out."""
    content = operation["requestBody"]["content"]
    if "application/json" not in content:
        # A file needs none.
        return content.keys() == {"multipart/form-data"} or all(
            "example" in each for each in content.values()
        )
    form = content["application/json"]
    schema = form["schema"]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return "example" in form and set(schema.get("required", [])) <= set(form["example"])


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_says_how_it_is_called(clients: Clients, service: str) -> None:
    """Each POST has an example and its Idempotency-Key, each protected operation its token, each refusal its shape."""
    document = clients.public().reads(f"/api/{service}/openapi.json")
    silent = {
        f"{method.upper()} {path}": missing
        for method, path, operation in operations(document)
        if (missing := lacks(document, operation, method))
    }
    assert silent == {}
    parts = document["components"]
    assert parts["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert parts["schemas"]["Problem"]["example"]["next_step"]


@pytest.mark.parametrize("service", SERVICES)
def test_the_documentation_asks_nobody_else(clients: Clients, service: str) -> None:
    """The page that shows a service's document loads all of it from this origin; its policy holds it to that."""
    page = clients.public().get(f"/api/{service}/docs")
    asked = re.findall(r'(?:src|href|data-document)="([^"]*)"', page.text)
    assert len(asked) == 4
    assert {path.rpartition("/")[0] for path in asked} == {
        f"/api/{service}",
        f"/api/{service}/docs",
    }
    assert [clients.public().get(path).status_code for path in asked] == [200] * 4
    assert "script-src 'self';" in page.headers["content-security-policy"]


KEPT_BY_EVENTS = {"Preferences", "Details", "Signer", "Delegate", "OwnWords", "Fact"}
"""Values that are read with fields of another day; the door itself tells what Preferences and Details lack."""
OF_OTHERS = {"NewCredential", "Attested", "UsedCredential", "Asserted"}
"""A browser's answer to a passkey's question tells more, by its age."""
ROWS = {"StagedRow"}
"""Rows of a file name what they lack, line by line."""


@pytest.mark.parametrize("service", SERVICES)
def test_no_field_is_dropped_in_silence(clients: Clients, service: str) -> None:
    """A form with a field that we do not know is refused: the address of a letter is not lost for a slip."""
    document = clients.public().reads(f"/api/{service}/openapi.json")
    schemas, seen = document["components"]["schemas"], set[str]()

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            name = part.get("$ref", "").rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                walk(schemas[name])
        for each in (
            part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        ):
            walk(each)

    for _, _, operation in operations(document):
        walk(operation.get("requestBody", {}).get("content", {}).get("application/json", {}))
    silent = {
        name
        for name in seen
        if schemas[name].get("type") == "object"
        and schemas[name].get("additionalProperties") is not False
    }
    assert silent - KEPT_BY_EVENTS - OF_OTHERS - ROWS == set()


def test_a_slip_in_a_name_is_told(clients: Clients) -> None:
    """What is written beside the fields, or in a value inside of them, comes back with its name."""
    staff = clients.staff()
    slip = {"community_id": str(UUID(int=1)), "preferencs": {}}
    [told] = staff.post("/api/intake/v1/cases", slip).json()["errors"]
    assert told["field"] == "preferencs"
    assert "no such field" in told["message"]
    slip = {"community_id": str(UUID(int=1)), "preferences": {"contries": ["JP"]}}
    [told] = staff.post("/api/intake/v1/cases", slip).json()["errors"]
    assert (told["field"], "no field contries" in told["message"]) == ("preferences", True)


@pytest.mark.parametrize("service", ["intake", "matching", "outreach"])
def test_what_changes_a_version_takes_if_match(clients: Clients, service: str) -> None:
    """A receipt is shown by an example; what changes something that is there takes the version that was read."""
    document = clients.public().reads(f"/api/{service}/openapi.json")
    receipt = document["components"]["schemas"]["Receipt"]
    assert set(receipt["example"]) == set(receipt["properties"])
    changes = [
        operation
        for method, path, operation in operations(document)
        if method == "post" and "{case_id}" in path
    ]
    assert all("If-Match" in headers(operation) for operation in changes)


OF_NO_READ_MODEL = re.compile("/operations/|/erasures/")


def test_the_directory_says_how_it_is_read(clients: Clients) -> None:
    """Every read of its read models takes `after`, with what to write there, and `If-None-Match`."""
    document = clients.public().reads("/api/directory/openapi.json")
    for method, path, operation in operations(document):
        if method == "get" and "/v1/" in path and not OF_NO_READ_MODEL.search(path):
            named = {p["name"]: p for p in operation["parameters"]}
            assert "intake:57" in named["after"]["description"], path
            assert "If-None-Match" in named, path
            assert "304" in operation["responses"], path


def patterns(part: Any) -> Iterator[str]:
    """Every pattern that a document asks of a text."""
    if isinstance(part, dict):
        if isinstance(part.get("pattern"), str):
            yield part["pattern"]
        for each in part.values():
            yield from patterns(each)
    elif isinstance(part, list):
        for each in part:
            yield from patterns(each)


@pytest.mark.parametrize("service", SERVICES)
def test_no_pattern_is_shown_to_a_person(clients: Clients, service: str) -> None:
    """What a text should look like is told in words and with an example, for every pattern that a door asks for."""
    document = clients.public().reads(f"/api/{service}/openapi.json")
    for pattern in set(patterns(document)) - {ONE_LINE}:  # its own check has a sentence
        told = in_plain_words({"type": "string_pattern_mismatch", "ctx": {"pattern": pattern}})
        assert told.startswith(("Write", "Use", "There is a character")), pattern
        assert "^" not in told


class Vote(StrEnum):
    FOR = "for"
    AGAINST = "against"


class Ballot(BaseModel):
    id: UUID = UUID(int=0)
    vote: Vote = Vote.FOR
    weight: StrictFloat = 0
    count: Annotated[int, Field(ge=1, le=200)] = 1
    note: Annotated[str, Field(pattern=r"^[^\x00]+$")] = "-"
    on: Day = date(2027, 5, 15)
    at: datetime | None = None
    names: Annotated[dict[str, str], Field(max_length=1)] = {}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str


FAULTS: dict[str, tuple[tuple[Any, Any], ...]] = {
    "type string": ((str, 5),),
    "type integer": ((int, "x"), (int, []), (int, 1.5), (int, "9" * 4400)),
    "type number": ((float, "x"), (float, [])),
    "type boolean": ((bool, "x"), (bool, [])),
    "type array": ((list[str], {}), (tuple[str, ...], 1), (set[str], 1), (frozenset[str], 1)),
    "type object": ((Strict, 1), (dict[str, str], 1)),
    "type null": ((None, 1),),
    "format date": ((date, "x"), (date, []), (date, "2027-01-01T10:00"), (date, "2027-02-30")),
    "format date-time": ((datetime, "x"), (datetime, []), (datetime, "2027-01-01T99:00Z")),
    "format uuid": ((UUID, "x"), (UUID, 1)),
    "format email": ((EmailStr, "ann"), (EmailStr, "")),
    "required": ((Strict, {}),),
    "additionalProperties": ((Strict, {"name": "a", "nom": "a"}), (dict[str, str], {"a": 1})),
    "pattern": ((Annotated[str, Field(pattern="^[A-Z]{2}$")], "x"),),
    "enum": ((Vote, "x"),),
    "const": ((Literal["x"], "y"),),
    "minLength": ((Annotated[str, Field(min_length=2)], ""),),
    "maxLength": ((Annotated[str, Field(max_length=1)], "ab"),),
    "minItems": ((Annotated[list[str], Field(min_length=1)], []),),
    "maxItems": ((Annotated[list[str], Field(max_length=1)], ["a", "b"]),),
    "maxProperties": ((Annotated[dict[str, str], Field(max_length=1)], {"a": "a", "b": "b"}),),
    "minimum": ((Annotated[int, Field(ge=1)], 0),),
    "maximum": ((Annotated[int, Field(le=1)], 2),),
    "ge": ((Day, "1800-01-01"),),
    "le": ((Day, "2300-01-01"),),
    "lt": ((Moment, "2300-01-01T00:00:00Z"),),
    "exclusiveMinimum": ((Annotated[float, Field(gt=1)], 0),),
    "exclusiveMaximum": ((Annotated[float, Field(lt=1)], 2),),
}
"""What a door may ask, by the word for it in a schema, and what does not do: a type with a value that is none of it."""
TELLS = frozenset(
    (
        *("title", "description", "default", "example", "examples", "discriminator"),
        *("$ref", "items", "properties", "anyOf", "oneOf", "allOf"),
    )
)
"""Words of a schema that refuse nothing by themselves."""


def asked(document: Any, part: Any, seen: set[str]) -> Iterator[str]:
    """All that a schema asks, with what it refers to."""
    if (ref := part.get("$ref")) and ref not in seen:
        seen.add(ref)
        yield from asked(document, document["components"]["schemas"][ref.rpartition("/")[2]], seen)
    for word in part.keys() - TELLS:
        yield f"{word} {part[word]}" if word in ("type", "format") else word
    several = [each for word in ("anyOf", "oneOf", "allOf") for each in part.get(word, ())]
    more = [
        part.get("items"),
        part.get("additionalProperties"),
        *part.get("properties", {}).values(),
    ]
    for each in several + [each for each in more if isinstance(each, dict)]:
        yield from asked(document, each, seen)


@pytest.mark.parametrize("service", SERVICES)
def test_whatever_a_form_refuses_is_said_in_plain_words(clients: Clients, service: str) -> None:
    """No fault that a form or a parameter allows is answered in the words of the library that finds it."""
    document, seen = clients.public().reads(f"/api/{service}/openapi.json"), set[str]()
    every = [operation for _, _, operation in operations(document)]
    schemas = [each["schema"] for operation in every for each in operation.get("parameters", ())]
    schemas += [
        content["schema"]
        for operation in every
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items()
        if media_type == "application/json"
    ]
    words = {word for schema in schemas for word in asked(document, schema, seen)}
    assert words <= FAULTS.keys()
    for form, given in (fault for word in words for fault in FAULTS[word]):
        with pytest.raises(ValidationError) as refused:
            TypeAdapter(form).validate_python(given)
        for error in refused.value.errors():
            assert in_plain_words(error).startswith(("Write", "Give", "This ", "There is", "Leave"))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"id": "12"}, "This is no id; take it as it is from the list, e.g. c0a1d7b2-"),
        ({"vote": "maybe"}, "Write one of these: for, against."),
        ({"weight": True}, "Write a number in digits, without quotes, e.g. 10."),
        ({"weight": "50"}, "Write a number in digits, without quotes, e.g. 10."),
        ({"count": "ten"}, "Write a whole number in digits, e.g. 10."),
        ({"count": 0}, "Write 1 or more."),
        ({"count": 201}, "Write 200 or less."),
        ({"note": ""}, "Write something here."),
        ({"note": "\0"}, "There is a character in it that nobody can read"),
        ({"on": "1800-05-01"}, "Write 1900-01-01 or a later day."),
        ({"at": "15 May"}, "Write day and time with its zone, e.g. 2027-05-15T22:00:00Z."),
        ({"names": {"a": "a", "b": "b"}}, "Give 1 at most."),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_plain_words(given: Any, told: str) -> None:
    """A wrong number, choice or id is answered with what is expected, and an example."""
    with pytest.raises(ValidationError) as refused:
        Ballot.model_validate(given)
    (error,) = refused.value.errors()
    assert in_plain_words(error).startswith(told)
