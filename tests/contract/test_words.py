"""What the public events may carry: ids, codes, dates, places, and of texts only what staff have assessed."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.events import REGISTRY, SOURCES
from tests.contract.golden import schema_of

PERSONAL = (
    "email", "phone", "telephone", "address", "first_name", "last_name", "surname", "signatory",
    "contact_name", "official", "birth", "note", "comment", "summary", "letter", "subject", "body",
    "message", "secret", "code",
)  # fmt: skip
# Strings without a format, a pattern or a list of words are texts; these alone may be.
TEXTS = {
    "Place.name", "Place.admin1", "Place.timezone",
    "PublicProfile.seeks", "PublicProfile.industries", "PublicProfile.universities",
    "CaseAssigned.staff_id",
    "CaseRechecked.title", "CaseRechecked.citation",  # see docs/decisions/0012
}  # fmt: skip


def fields(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(class, field, schema) of an event and of the values in it."""
    for owner in (schema, *schema.get("$defs", {}).values()):
        for name, field in owner.get("properties", {}).items():
            yield owner["title"], name, field


def is_free_text(field: dict[str, Any]) -> bool:
    if field.get("type") == "string":
        return not field.keys() & {"format", "pattern", "enum", "const"}
    return any(
        is_free_text(part) for part in (*field.get("anyOf", ()), field.get("items", {})) if part
    )


@pytest.mark.parametrize("subject", REGISTRY)
def test_no_personal_data(subject: str) -> None:
    """No field of a public event is named like something that belongs to a person or to a letter."""
    for owner, name, _ in fields(schema_of(subject)):
        assert not [word for word in PERSONAL if word in name.split("_") or word == name], (
            f"{owner}.{name}"
        )


@pytest.mark.parametrize("subject", REGISTRY)
def test_no_free_text_beyond_the_assessed_profile(subject: str) -> None:
    """Every string is an id, a date, a code or a word of a list, but for the assessed public profile and places."""
    texts = {
        f"{owner}.{name}"
        for owner, name, field in fields(schema_of(subject))
        if is_free_text(field)
    }
    assert texts <= TEXTS


@pytest.mark.parametrize("subject", REGISTRY)
def test_a_service_speaks_under_its_own_name(subject: str) -> None:
    """A subject is the service's name, the event's name and its version, and nothing else: no id."""
    event = REGISTRY[subject]
    service, name, version = subject.split(".")
    assert service == event.service
    assert service in SOURCES
    assert event.__name__ == name
    assert version == f"v{event.version}"


@pytest.mark.parametrize("subject", REGISTRY)
def test_an_event_says_what_happened(subject: str) -> None:
    """Each event has a sentence of its own, is frozen, and says when it happened."""
    event = REGISTRY[subject]
    assert event.__doc__
    assert event.__doc__.strip().endswith((".", ")"))
    assert event.model_config.get("frozen")
    assert "happened_at" in event.model_fields


def test_every_field_of_every_event_is_described() -> None:
    """Whoever builds on the events reads in the contract what each field means."""
    silent = [
        f"{subject}: {name}"
        for subject, event in REGISTRY.items()
        for name, field in event.model_fields.items()
        if not field.description
    ]
    assert silent == []
