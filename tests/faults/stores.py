"""What lies in PostgreSQL, in the streams and in the mailbox, read past the services."""

import asyncio
import json
import mailbox
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from nats.errors import Error as NatsError
from psycopg.rows import dict_row

from deploy.local.platform import Platform
from deploy.local.secrets import read_secret
from shared.events import SOURCES, public_names
from shared.messages import Message
from shared.streams import connect

SUBSCRIBERS = {
    "intake": ("matching", "outreach"),
    "matching": ("intake", "outreach"),
    "outreach": ("intake", "matching"),
    "directory": SOURCES,
}


@dataclass(frozen=True)
class Recorded:
    """One event of a store."""

    service: str
    position: int
    aggregate: UUID
    version: int
    topic: str
    data: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.service}:{self.aggregate}:{self.version}"

    @property
    def name(self) -> str:
        return self.topic.rpartition(".")[2]

    @property
    def is_public(self) -> bool:
        return self.name in public_names(self.service)

    @property
    def cause(self) -> str:
        """The idempotency key of a command, or the event that was heard, or the deadline."""
        cause = self.data["cause"]
        return str(cause["causation"] or cause["correlation"])


class Stores:
    """The services whose stores are read; those that were not started have none."""

    def __init__(self, platform: Platform, services: tuple[str, ...] = tuple(SUBSCRIBERS)) -> None:
        self.platform, self.services = platform, services

    @property
    def sources(self) -> list[str]:
        return [service for service in self.services if service in SOURCES]

    def connect(self, service: str) -> psycopg.Connection[dict[str, Any]]:
        role = "app" if service == "directory" else "owner"
        dsn = self.platform.postgres_dsn(service, role)
        return psycopg.connect(dsn, row_factory=dict_row, connect_timeout=3, autocommit=True)

    def rows(self, service: str, query: str, **parameters: Any) -> list[dict[str, Any]]:
        with self.connect(service) as connection:
            return connection.execute(query, parameters).fetchall()

    def recorded(self, service: str) -> list[Recorded]:
        rows = self.rows(service, "SELECT * FROM events ORDER BY notification_id")
        return [
            Recorded(
                service,
                row["notification_id"],
                row["originator_id"],
                row["originator_version"],
                row["topic"],
                json.loads(row["state"]),
            )
            for row in rows
        ]

    def last_recorded(self, service: str) -> int:
        """The last position, public or not."""
        rows = self.rows(service, "SELECT max(notification_id) AS n FROM events")
        return rows[0]["n"] or 0

    def head(self, service: str) -> int:
        """The last public position."""
        names = list(public_names(service))
        query = (
            "SELECT max(notification_id) AS n FROM events"
            " WHERE regexp_replace(topic, '.*\\.', '') = ANY(%(names)s)"
        )
        return self.rows(service, query, names=names)[0]["n"] or 0

    def places(self, subscriber: str) -> dict[str, int]:
        """How far it has come in each source that is there."""
        with self.connect(subscriber) as connection:
            return self.places_seen_by(connection, subscriber)

    def places_seen_by(self, connection: Any, subscriber: str) -> dict[str, int]:
        query = "SELECT application_name AS source, notification_id AS position FROM tracking"
        if subscriber == "directory":
            query = "SELECT source, position FROM reached"
        found = {row["source"]: row["position"] for row in connection.execute(query)}
        return {s: found.get(s, 0) for s in SUBSCRIBERS[subscriber] if s in self.services}

    def parked(self) -> set[tuple[str, str, int]]:
        """Subscriber, source and position of all that was set aside."""
        found: set[tuple[str, str, int]] = set()
        for service in self.services:
            query = "SELECT source, position FROM parked"
            if service == "directory":
                query += " JOIN generations USING (generation) WHERE state = 'current'"
            found |= {
                (service, row["source"], row["position"]) for row in self.rows(service, query)
            }
        return found

    def published(self, source: str) -> list[Message]:
        return asyncio.run(self._published(source.upper()))

    async def _published(self, stream: str) -> list[Message]:
        password = read_secret(self.platform.secrets_dir, "nats_reader")
        client = await connect(self.platform.nats_url(), "reader", password)
        try:
            js = client.jetstream(timeout=5)
            last = (await js.stream_info(stream)).state.last_seq
            found: list[Message] = []
            for first in range(1, last + 1, 200):
                sequences = range(first, min(first + 200, last + 1))
                raws = await asyncio.gather(*(js.get_msg(stream, seq=s) for s in sequences))
                found += [Message.of(raw.headers, raw.data) for raw in raws]
            return found
        finally:
            await client.close()

    def last_published(self, source: str) -> int:
        """0 too where the stream cannot be read at the moment."""
        try:
            return asyncio.run(self._last_published(source.upper()))
        except (NatsError, OSError, TimeoutError):
            return 0

    async def _last_published(self, stream: str) -> int:
        password = read_secret(self.platform.secrets_dir, "nats_reader")
        client = await connect(self.platform.nats_url(), "reader", password)
        try:
            js = client.jetstream(timeout=3)
            state = (await js.stream_info(stream)).state
            if not state.messages:
                return 0
            raw = await js.get_msg(stream, seq=state.last_seq)
            return Message.of(raw.headers, raw.data).position
        finally:
            await client.close()

    async def _first_stored(self, stream: str) -> datetime | None:
        password = read_secret(self.platform.secrets_dir, "nats_reader")
        client = await connect(self.platform.nats_url(), "reader", password)
        try:
            return (await client.jetstream(timeout=5).get_msg(stream, seq=1)).time
        finally:
            await client.close()

    def first_stored(self, source: str) -> datetime | None:
        """When the message that bears the first sequence of a stream was taken in."""
        return asyncio.run(self._first_stored(source.upper()))

    def letters(self) -> list[dict[str, Any]]:
        query = (
            "SELECT id, kind, subject_id, facts, state, state = 'due' AND due_at <= now() AS is_due"
            " FROM effects"
        )
        return [row for service in self.sources for row in self.rows(service, query)]

    def contacts(self) -> dict[str, int]:
        """The registry is rows, not events: id and version of each."""
        if "outreach" not in self.services:
            return {}
        rows = self.rows("outreach", "SELECT contact_id, version FROM contacts")
        return {str(row["contact_id"]): row["version"] for row in rows}

    def mails(self) -> Counter[UUID]:
        """How often each effect lies in the mailbox."""
        box = mailbox.Maildir(self.platform.mail_dir, create=True)
        return Counter(UUID(str(mail["X-Effect-Id"])) for mail in box)
