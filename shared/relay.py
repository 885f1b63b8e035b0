"""Recorded events to their stream: the stream's last message is the cursor, its sequence is the fence."""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from eventsourcing.persistence import Notification, PersistenceError
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from shared.aggregates import DomainEvent
from shared.application import Service
from shared.messages import Diverged, Message, event_id, message_at

log = logging.getLogger(__name__)
BATCH = 200


@dataclass(frozen=True, slots=True)
class Cursor:
    position: int
    sequence: int


class Relay:
    """Publishes what its service recorded, in order, once each; two of them at once do no harm.

    An event leaves when its class bears the name of a public event of the service, in its outbox's words.
    """

    def __init__(self, service: Service, js: JetStreamContext) -> None:
        self.source, self.stream = service.name, service.name.upper()
        self.recorder, self.mapper, self.js = service.recorder, service.mapper, js
        self.topics, self.check_topics = service.public_topics, service.check_topics
        self.lineage, self.words = service.lineage, service.words
        self.wake = asyncio.Event()
        self.beat = time.monotonic()
        self.agrees = False
        """Stream and store were seen to tell one story; before that the service does nothing by itself."""
        self.halted: str | None = None
        self.last_error = ""

    async def run(self) -> None:
        while True:
            try:
                cursor = await self._find_cursor()
                self.agrees, self.halted = True, None
                while True:
                    cursor = await self._publish_next(cursor)
                    self.beat, self.last_error = time.monotonic(), ""
            except Diverged as problem:
                self.agrees, self.halted = False, str(problem)
            except (NatsError, OSError, TimeoutError, PersistenceError) as problem:
                # A store that was away may come back as another one.
                self.agrees = self.agrees and not isinstance(problem, PersistenceError)
                self.last_error = repr(problem)
            except Exception as problem:
                # An event without words, say: readiness fails and says so, commands go on being recorded.
                self.last_error = repr(problem)
                log.exception("the relay of %s cannot go on", self.source)
                await asyncio.sleep(1)
            await asyncio.sleep(0.2)

    async def _find_cursor(self) -> Cursor:
        """The position of the stream's last message; raises Diverged where the store does not hold that event."""
        state = (await self.js.stream_info(self.stream)).state
        if state.messages == 0:
            return Cursor(0, state.last_seq)
        last = await message_at(self.js, self.stream, state.last_seq)
        stored = await asyncio.to_thread(self.recorder.select_notifications, last.position, 1)
        lineage = await asyncio.to_thread(self.lineage)
        if last.lineage != lineage or not stored or not last.tells_of(stored[0]):
            raise Diverged(
                f"The stream {self.stream} holds position {last.position} ({last.event_id}), which the store of"
                f" {self.source} does not hold: was it restored from a backup? Run: csc reconcile {self.source}"
            )
        return Cursor(last.position, state.last_seq)

    async def _publish_next(self, cursor: Cursor) -> Cursor:
        self.wake.clear()
        found = await asyncio.to_thread(
            self.recorder.select_notifications,
            cursor.position,
            BATCH,
            None,
            self.topics,
            inclusive_of_start=False,
        )
        if not found:
            return await self._wait(cursor)
        await asyncio.to_thread(self.check_topics, cursor.position, found[-1].id)
        lineage = await asyncio.to_thread(self.lineage)
        previous = cursor.position
        messages = []
        for notification in found:
            messages.append(self._message(notification, previous, lineage))
            previous = notification.id
        await self._publish(messages, cursor.sequence)
        return Cursor(previous, cursor.sequence + len(messages))

    async def _publish(self, messages: list[Message], sequence: int) -> None:
        """All at once, in order; each one says after which sequence it stands, so a refusal refuses all behind it."""
        answers = await asyncio.gather(
            *(
                self.js.publish(
                    message.subject,
                    message.data,
                    headers=message.headers() | {"Nats-Expected-Last-Sequence": str(sequence + i)},
                )
                for i, message in enumerate(messages)
            ),
            return_exceptions=True,
        )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer

    async def _wait(self, cursor: Cursor) -> Cursor:
        """Until PostgreSQL notifies; after a second see anew where the stream ends, and that it still fits."""
        try:
            await asyncio.wait_for(self.wake.wait(), 1)
        except TimeoutError:
            return await self._find_cursor()
        return cursor

    def _message(self, notification: Notification, previous: int, lineage: UUID) -> Message:
        recorded = cast(DomainEvent, self.mapper.to_domain_event(notification))
        public = self.words(recorded) if self.words is not None else None
        if public is None:
            raise RuntimeError(
                f"{notification.topic} bears a public name, but the outbox has no words for it"
            )
        return Message(
            source=self.source,
            position=notification.id,
            previous=previous,
            lineage=lineage,
            subject=public.subject(),
            aggregate_id=UUID(str(notification.originator_id)),
            event_id=event_id(self.source, notification),
            recorded_at=recorded.timestamp.isoformat(),
            correlation=recorded.cause.correlation,
            causation=recorded.cause.causation or "",
            data=public.model_dump_json().encode(),
        )
