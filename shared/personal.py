"""What a service holds of people, table by table: forgetting, export and retention all follow from this one list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.application import Service

REMOVED = "[removed]"
"""What is shown where a text was, or a name in it."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A table with personal values or private texts, sealed in columns of type bytea."""

    table: str
    key: tuple[str, ...]
    """The columns of its primary key."""
    of: tuple[str, ...]
    """The columns that name the person, by an id, whom the row is about or from."""
    sealed: tuple[str, ...]
    what: str
    """What it is, in words for the person who asks what is held."""
    digest: str = ""
    """The column with the digest of an e-mail address, where rows are looked up by it; `email` in the sealed JSON."""
    stays: bool = False
    """On forgetting the row stays, without its text, so that the story around it stays readable."""
    is_own_record: bool = False
    """The record of one person, in which no other person's name is looked for: people may share a name."""
    files: tuple[str, ...] = ()
    """Those of the sealed columns that hold files as they came, whatever is in them."""
    says: tuple[str, ...] = ()
    """In a row that is not the person's record, the fields of the sealed JSON by which the person is called."""


EARLIER_ADDRESSES = Holding(
    "earlier_addresses",
    ("person_id", "email_digest"),
    ("person_id",),
    (),
    "That the person had an address which is on record no more, as a digest",
    digest="email_digest",
)
"""Kept by the database when a record goes or gets another address. Last in a list: forgetting the record fills it."""


def opened(
    service: "Service", rows: Sequence[dict[str, Any]], column: str = "sealed"
) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Each row without its sealed column, and the text of it; None where it was removed."""
    there = [row[column] for row in rows if row[column] is not None]
    texts = iter(service.vault.open_all(there))
    for row in rows:
        rest = {name: value for name, value in row.items() if name != column}
        yield rest, None if row[column] is None else next(texts)


def only(service: "Service", rows: Sequence[dict[str, Any]], column: str = "sealed") -> str | None:
    """The text of the first row, None where there is none or it was removed."""
    return next((text for _, text in opened(service, rows[:1], column)), None)
