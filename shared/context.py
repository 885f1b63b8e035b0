"""Who asks, and why: the values that travel with a command from its door to the events it records."""

from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    COMMITTEE_MEMBER = "committee_member"
    FOREIGN_OFFICIAL = "foreign_official"
    STAFF = "staff"
    OPERATOR = "operator"
    SERVICE = "service"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or service that calls, as its token says; `community_id` or `listing_id` is what it may act for."""

    subject: str
    role: Role
    community_id: UUID | None = None
    listing_id: UUID | None = None

    @property
    def actor(self) -> str:
        """As the cause of an event names it."""
        return f"{self.role.value}:{self.subject}"

    def acts_for(self, community_id: UUID) -> bool:
        return self.community_id == community_id


NOBODY = Caller(subject="public", role=Role.PUBLIC)


class Cause(BaseModel):
    """Why an event was recorded; stored with every event, its actor never leaves the service."""

    model_config = ConfigDict(frozen=True)

    correlation: str
    causation: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One request to change something: its caller, its idempotency key, what it expects to find."""

    caller: Caller = NOBODY
    key: str = field(default_factory=lambda: str(uuid4()))
    fingerprint: str = ""
    expected_version: int | None = None
    cause: Cause = field(default_factory=lambda: Cause(correlation=str(uuid4())))


current_command: ContextVar[Command | None] = ContextVar("current_command", default=None)
current_cause: ContextVar[Cause | None] = ContextVar("current_cause", default=None)


def act_as(caller: Caller) -> None:
    """On pages no token tells who calls: from here on whoever has signed in does what the request asks for."""
    command, cause = current_command.get(), cause_now().model_copy(update={"actor": caller.actor})
    if command is None:
        current_cause.set(cause)
    else:
        current_command.set(replace(command, caller=caller, cause=cause))


def cause_now() -> Cause:
    """The cause of what is being recorded in this context: the command, the event heard, or a new beginning."""
    command = current_command.get()
    if command is not None:
        return command.cause
    return current_cause.get() or Cause(correlation=str(uuid4()))
