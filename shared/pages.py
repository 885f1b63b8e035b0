"""Lists, a page at a time: a cursor is the key of the last row shown, so that pages stay right while rows change."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic_core import from_json, to_json

from shared.refusals import Refusal

Item = TypeVar("Item", bound=BaseModel)
Row = dict[str, Any]
ENDLESS = "infinity"
"""As PostgreSQL calls the day that never comes: rows without a date stand last."""


class CursorNotOurs(Refusal):
    """The cursor {cursor} is not one of ours."""

    status = 422
    next_step = (
        "Leave it out to start with the first page, and take each next one from `next_cursor`."
    )


class Page(BaseModel, Generic[Item]):
    """Rows in order."""

    items: list[Item]
    next_cursor: Annotated[
        str | None, Field(description="Give it as ?cursor= to read on; none on the last page.")
    ] = None


def page(item: type[Item], rows: list[Row], limit: int, keys: Sequence[str]) -> Page[Item]:
    shown, following = cut(rows, limit, keys)
    return Page(items=[item(**row) for row in shown], next_cursor=following)


def cut(rows: list[Row], limit: int, keys: Sequence[str]) -> tuple[list[Row], str | None]:
    """One row more than a page holds was asked for: it tells whether there is a next page."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], cursor_of(rows[limit - 1], keys)


def cursor_of(row: Row, keys: Sequence[str]) -> str:
    key = [ENDLESS if row[name] is None else row[name] for name in keys]
    return urlsafe_b64encode(to_json(key)).decode().rstrip("=")


def keys_of(cursor: str | None, keys: Sequence[str]) -> list[Any] | None:
    """The key of the last row of the page before, none for the first page; raises CursorNotOurs."""
    if cursor is None:
        return None
    try:
        found = from_json(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_key(name, key) for name, key in zip(keys, found, strict=True)]
    except (ValueError, TypeError, OverflowError) as problem:
        raise CursorNotOurs(cursor=cursor[:40]) from problem


def _moment(key: str) -> datetime:
    """In UTC, for PostgreSQL knows fewer offsets; raises ValueError or OverflowError."""
    moment = datetime.fromisoformat(key)
    if moment.tzinfo is None:
        raise ValueError(key)
    return moment.astimezone(UTC)


def _key(name: str, key: Any) -> str:
    """As PostgreSQL reads it; raises ValueError or TypeError where it is not of the kind that its name says."""
    if not isinstance(key, str) or "\0" in key:
        raise ValueError(name)
    if name.endswith("_id"):
        return str(UUID(key))
    if name.endswith("_at"):
        return _moment(key).isoformat()
    if name.endswith("_on") and key != ENDLESS:
        return date.fromisoformat(key).isoformat()
    return key
