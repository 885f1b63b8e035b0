"""The threads of all pairs as a table, and what it teaches: reply rates and times, by contact and by channel."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from psycopg import Cursor
from pydantic import Field

from services.outreach.domain.learned import SILENT_AFTER, Learned, answered_at, is_reached, learned
from services.outreach.domain.pair import Pair
from services.outreach.rows import LISTS
from shared.application import Service
from shared.recorder import Write
from shared.values import Channel

log = logging.getLogger(__name__)
BATCH = 50


def threads_of(pair: Pair) -> Write:
    rows = [
        {
            "thread_id": thread.thread_id,
            "pair_id": pair.id,
            "channel": thread.channel,
            "country": pair.foreign_place.country,
            "contact_id": thread.contact_id,
            "contacted_at": thread.contacted_at,
            "is_reached": is_reached(thread),
            "answered_at": answered_at(thread),
        }
        for thread in pair.threads.values()
    ]

    def write(curs: Cursor[Any]) -> None:
        curs.execute(
            "DELETE FROM threads WHERE pair_id = %(id)s AND thread_id <> ALL(%(threads)s)",
            {"id": pair.id, "threads": list(pair.threads)},
        )
        curs.executemany(
            "INSERT INTO threads (thread_id, pair_id, channel, country, contact_id, contacted_at, is_reached,"
            " answered_at) VALUES (%(thread_id)s, %(pair_id)s, %(channel)s, %(country)s, %(contact_id)s,"
            " %(contacted_at)s, %(is_reached)s, %(answered_at)s)"
            " ON CONFLICT (thread_id) DO UPDATE SET contact_id = excluded.contact_id,"
            " contacted_at = excluded.contacted_at, is_reached = excluded.is_reached,"
            " answered_at = excluded.answered_at",
            rows,
        )

    return write


def catch_up(service: Service) -> int:
    """Derives anew what pairs of old lack in the lists; returns their number."""
    done = 0
    while ids := _derive_some(service):
        done += ids
    if done:
        log.info("outreach: %d pairs of old stand in the lists with all that is derived now", done)
    return done


def _derive_some(service: Service) -> int:
    with service.transaction() as curs:
        # Locked, so that nobody records the pair between reading it and writing its rows.
        found = curs.execute(
            "SELECT pair_id FROM pairs WHERE lists < %(lists)s LIMIT %(most)s FOR UPDATE",
            {"lists": LISTS, "most": BATCH},
        ).fetchall()
        for row in found:
            for write in service.rows_of(service.load(Pair, row["pair_id"])):
                write(curs)
    return len(found)


RATES = """count(*) FILTER (WHERE answered_at IS NOT NULL OR (is_reached AND contacted_at <= %(silent)s)) AS asked,
 count(answered_at) AS answered,
 percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - contacted_at) / 86400) AS median_days
 FROM threads JOIN pairs USING (pair_id) LEFT JOIN communities USING (community_id)"""
COUNTED = f"{RATES} WHERE NOT coalesce(communities.is_demonstration, false)"
"""What is invented for the demonstration season teaches nothing."""


def by_contact(service: Service, contact_ids: Iterable[UUID]) -> dict[UUID, Learned]:
    found = service.rows(
        f"SELECT contact_id, {COUNTED} AND contact_id = ANY(%(ids)s) GROUP BY contact_id",  # constant
        ids=list(contact_ids),
        silent=_silent(service.clock()),
    )
    return {row["contact_id"]: _learned(row) for row in found}


def by_channel(service: Service, country: str) -> dict[Channel, Learned]:
    """Of one country's cities."""
    found = service.rows(
        f"SELECT channel, {COUNTED} AND threads.country = %(country)s GROUP BY channel",  # constant
        country=country,
        silent=_silent(service.clock()),
    )
    return {Channel(row["channel"]): _learned(row) for row in found}


class ReplyRate(Learned):
    """What the threads of one channel to the cities of one country taught."""

    channel: Channel
    country: str
    written: Annotated[int, Field(description="Threads in all.")]
    came_back: Annotated[
        int, Field(description="That did not reach anybody: not yet sent, or came back.")
    ]


def reply_rates(service: Service, *, with_demonstration: bool) -> list[ReplyRate]:
    """By channel and country, the most written ones first."""
    found = service.rows(
        "SELECT channel, threads.country, count(*) AS written,"
        " count(*) FILTER (WHERE answered_at IS NULL AND NOT is_reached) AS came_back,"
        f" {RATES} WHERE %(all)s OR NOT coalesce(communities.is_demonstration, false)"
        " GROUP BY channel, threads.country ORDER BY written DESC, channel, threads.country",
        all=with_demonstration,
        silent=_silent(service.clock()),
    )
    return [
        ReplyRate(
            **_learned(row).model_dump(),
            **{name: row[name] for name in ("channel", "country", "written", "came_back")},
        )
        for row in found
    ]


def _silent(now: datetime) -> datetime:
    return now - SILENT_AFTER


def _learned(row: dict[str, Any]) -> Learned:
    return learned(row["asked"], row["answered"], row["median_days"])
