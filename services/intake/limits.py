"""Limits: how often something may be asked for, by one address or from one network, each in a bucket of its own."""

from datetime import datetime, timedelta
from typing import Any

from psycopg import Cursor

from services.intake.domain.form import FormRules, TooManyFromThere
from services.intake.domain.listing_facts import VERIFY_WITHIN_DAYS
from shared.application import Service


def take(
    service: Service, bucket: str, key: str, most: int, within: timedelta, now: datetime
) -> bool:
    """Counts one more for `key` (an address, a network) in the bucket; False, and nothing counted, where it is full."""
    told = {"bucket": bucket, "key": service.vault.digest(key), "since": now - within, "now": now}
    with service.transaction() as curs:
        # Who asks at the same moment waits, and counts this one too.
        curs.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%(bucket)s || encode(%(key)s, 'hex'), 0))",
            told,
        )
        if _taken(curs, told) >= most:
            return False
        curs.execute("INSERT INTO limits VALUES (%(bucket)s, %(key)s, %(now)s)", told)
    return True


def confirming(service: Service, rules: FormRules, country: str) -> None:
    """Staff can read so many in a day. Counted once somebody has proved an address, not for whatever is sent.

    Raises TooManyFromThere.
    """
    bucket, now = "forms confirmed by country", service.clock()
    if not take(service, bucket, country, rules.per_country, timedelta(days=1), now):
        raise TooManyFromThere(days=VERIFY_WITHIN_DAYS)


def _taken(curs: Cursor[Any], told: dict[str, Any]) -> int:
    found = curs.execute(
        "SELECT count(*) AS taken FROM limits"
        " WHERE bucket = %(bucket)s AND key = %(key)s AND at > %(since)s",
        told,
    ).fetchone()
    return int(found["taken"]) if found else 0


def forget_before(service: Service, moment: datetime) -> None:
    """What is older counts for no bucket any more."""
    with service.transaction() as curs:
        curs.execute("DELETE FROM limits WHERE at < %(moment)s", {"moment": moment})
