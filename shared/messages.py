"""One public event on its way: what relay writes into a message's headers, and how a stream is read for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification
from nats.js import JetStreamContext
from pydantic_core import from_json

from shared.events import PublicEvent, read


class Diverged(Exception):
    """A stream and a store tell different stories; see "After a restore" in docs/operating.md."""


@dataclass(frozen=True, slots=True)
class Message:
    """A CloudEvent in binary mode, with its place: `previous` is the position published before `position`."""

    source: str
    position: int
    previous: int
    lineage: UUID
    subject: str
    aggregate_id: UUID
    event_id: str
    recorded_at: str
    correlation: str
    causation: str
    data: bytes

    @property
    def identity(self) -> str:
        """After a restore another event may bear its number, and its aggregate's version too."""
        return f"{self.event_id}@{self.recorded_at}"

    def tells_of(self, stored: Notification) -> bool:
        """Whether this very recording is meant; after a restore another may bear its number."""
        # Read without its class, which a newer version of the service may have recorded.
        recorded_at = datetime.fromisoformat(from_json(stored.state)["timestamp"])
        is_then = recorded_at == datetime.fromisoformat(self.recorded_at)
        return is_then and self.event_id == event_id(self.source, stored)

    def event(self) -> PublicEvent | None:
        """Raises pydantic.ValidationError where the data is not what its type says."""
        return read(self.subject, from_json(self.data))

    def headers(self) -> dict[str, str]:
        return {
            "Nats-Msg-Id": f"{self.event_id}@{self.lineage}",
            "position": str(self.position),
            "previous": str(self.previous),
            "lineage": str(self.lineage),
            "content-type": "application/json",
            "ce-specversion": "1.0",
            "ce-id": self.event_id,
            "ce-source": f"/{self.source}",
            "ce-type": self.subject,
            "ce-subject": str(self.aggregate_id),
            "ce-time": self.recorded_at,
            "ce-correlationid": self.correlation,
            "ce-causationid": self.causation,
        }

    @classmethod
    def of(cls, headers: dict[str, str] | None, data: bytes | None) -> "Message":
        """Raises Diverged where no relay wrote this."""
        h = headers or {}
        try:
            return cls(
                source=h["ce-source"].removeprefix("/"),
                position=int(h["position"]),
                previous=int(h["previous"]),
                lineage=UUID(h["lineage"]),
                subject=h["ce-type"],
                aggregate_id=UUID(h["ce-subject"]),
                event_id=h["ce-id"],
                recorded_at=h["ce-time"],
                correlation=h["ce-correlationid"],
                causation=h["ce-causationid"],
                data=data or b"",
            )
        except (KeyError, ValueError) as problem:
            raise Diverged(
                f"The stream holds a message that no relay wrote ({problem!r}). Find its source and run: csc reconcile"
            ) from problem

    def to_row(self) -> dict[str, Any]:
        return {
            "headers": self.headers(),
            "data": self.data.decode(errors="replace").replace("\0", ""),
        }

    @classmethod
    def from_row(cls, stored: dict[str, Any]) -> "Message":
        return cls.of(stored["headers"], stored["data"].encode())


@dataclass(frozen=True, slots=True)
class Place:
    """How far a subscriber has come in one stream: the last message heard, and in which life of the source's store."""

    position: int
    lineage: UUID | None
    identity: str = ""


def event_id(source: str, notification: Notification) -> str:
    return f"{source}:{notification.originator_id}:{notification.originator_version}"


async def message_at(js: JetStreamContext, stream: str, sequence: int) -> Message:
    raw = await js.get_msg(stream, seq=sequence)
    return Message.of(raw.headers, raw.data)


async def last_message(js: JetStreamContext, stream: str) -> Message | None:
    state = (await js.stream_info(stream)).state
    return await message_at(js, stream, state.last_seq) if state.messages else None


async def first_after(js: JetStreamContext, stream: str, position: int) -> int:
    """The stream sequence of the first message beyond a position, by binary search over the position header."""
    state = (await js.stream_info(stream)).state
    low, high = max(state.first_seq, 1), state.last_seq + 1
    while low < high:
        middle = (low + high) // 2
        if (await message_at(js, stream, middle)).position <= position:
            low = middle + 1
        else:
            high = middle
    return low
