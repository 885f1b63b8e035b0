"""What a service holds of people, table by table: forgetting, export and retention all follow from this one list."""

from dataclasses import dataclass


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
