"""Retention: what is kept no longer than a number of days, which the programme sets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from psycopg import Cursor
from pydantic import BaseModel, Field

from shared.application import Service

EVERY = timedelta(days=1)
Days = Callable[[str, int], int]
"""The setting RETENTION_<name>_DAYS, or else the default given."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Removes what is older than `days`; `remove` answers how many rows went, in the transaction given."""

    name: str
    what: str
    days: int
    remove: Callable[[Cursor[Any], datetime], int]

    @property
    def setting(self) -> str:
        return f"RETENTION_{self.name.upper()}_DAYS"


class RetentionView(BaseModel):
    what: str
    days: int
    setting: Annotated[str, Field(description="The environment variable that changes it.")]
    last_looked_at: datetime | None
    removed_then: int


def deleting(*statements: str) -> Callable[[Cursor[Any], datetime], int]:
    """Each with %(before)s, the moment before which things are too old."""

    def remove(curs: Cursor[Any], before: datetime) -> int:
        removed = 0
        for statement in statements:
            curs.execute(statement.encode(), {"before": before})
            removed += curs.rowcount
        return removed

    return remove


def inbox_rule(days: Days) -> Rule:
    """Of the services that take mail in."""
    return Rule(
        "inbound_mail",
        "Mail that came in, with its attachments",
        days("INBOUND_MAIL", 3 * 365),
        deleting("DELETE FROM inbound WHERE kept_at < %(before)s AND NOT waits"),
    )


def earlier_addresses_rule(days: Days) -> Rule:
    """Of the services that find people by their addresses."""
    return Rule(
        "earlier_addresses",
        "Which address somebody had who is on record no more",
        days("EARLIER_ADDRESSES", 3 * 365),
        deleting("DELETE FROM earlier_addresses WHERE left_at < %(before)s"),
    )


def keep_to(service: Service, rules: Sequence[Rule], now: datetime) -> dict[str, int]:
    """What was not looked at for a day is looked at; several instances share the work. Rule -> rows removed."""
    removed: dict[str, int] = {}
    for rule in rules:
        with service.transaction() as curs:
            curs.execute(
                "INSERT INTO retention_runs VALUES (%(rule)s, %(now)s, 0) ON CONFLICT (rule) DO UPDATE"
                " SET ran_at = excluded.ran_at WHERE retention_runs.ran_at <= %(yesterday)s",
                {"rule": rule.name, "now": now, "yesterday": now - EVERY},
            )
            if not curs.rowcount:
                continue
            removed[rule.name] = rule.remove(curs, now - timedelta(days=rule.days))
            curs.execute(
                "UPDATE retention_runs SET removed = %(removed)s WHERE rule = %(rule)s",
                {"rule": rule.name, "removed": removed[rule.name]},
            )
    return removed


def shown(service: Service, rules: Sequence[Rule]) -> list[RetentionView]:
    runs = {row["rule"]: row for row in service.rows("SELECT * FROM retention_runs")}
    return [
        RetentionView(
            what=rule.what,
            days=rule.days,
            setting=rule.setting,
            last_looked_at=runs[rule.name]["ran_at"] if rule.name in runs else None,
            removed_then=runs[rule.name]["removed"] if rule.name in runs else 0,
        )
        for rule in rules
    ]
