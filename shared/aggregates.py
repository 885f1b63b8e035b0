"""Aggregates whose events are pydantic models, stored as JSON under names that no move of a file can change."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.domain import (
    BaseAggregate,
    CanInitAggregate,
    CanMutateAggregate,
    CommandMethodDecorator,
)
from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import get_topic, register_topic, resolve_topic
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json

from shared.context import Cause, cause_now


class DomainEvent(BaseModel):
    """A private fact of one service, as it is recorded for good."""

    model_config = ConfigDict(frozen=True)

    originator_id: UUID
    originator_version: int
    timestamp: datetime
    cause: Cause = Field(default_factory=cause_now)


class Aggregate(BaseAggregate[UUID]):
    """The root of everything that records events; a subclass names its events first, then what causes them.

    An aggregate with several stories tells each in a plain class in a file of its own, and inherits them all.
    """

    class Event(DomainEvent, CanMutateAggregate[UUID]):
        pass

    class Created(Event, CanInitAggregate[UUID]):
        originator_topic: str

    @staticmethod
    def create_id(*_: Any, **__: Any) -> UUID:
        return uuid4()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        _take_in_stories(cls)
        super().__init_subclass__(**kwargs)
        _name_for_good(cls)

    def deadlines(self) -> dict[str, datetime]:
        """What time will ask of this aggregate: kind -> when; derived from its state, so none is forgotten."""
        return {}


def _take_in_stories(aggregate: type[Aggregate]) -> None:
    """The library reads what an aggregate itself declares; the events of its stories are its own, and bear its name."""
    stories = [each for each in aggregate.__mro__[1:] if not issubclass(each, BaseAggregate)]
    for story in stories:
        for name, value in vars(story).items():
            is_event = isinstance(value, type) and issubclass(value, DomainEvent)
            if is_event or isinstance(value, CommandMethodDecorator):
                setattr(aggregate, name, value)


def _name_for_good(aggregate: type[Aggregate]) -> None:
    """Stored topics are `intake.Search.CitySeekingRequested`: service, aggregate, event; never a module's path."""
    service = aggregate.__module__.split(".")[1] if "." in aggregate.__module__ else "local"
    name = f"{service}.{aggregate.__name__}"
    _register(name, aggregate)
    for event_name, event_class in list(vars(aggregate).items()):
        if isinstance(event_class, type) and issubclass(event_class, DomainEvent):
            _register(f"{name}.{event_name}", event_class)


def _register(topic: str, named: Any) -> None:
    named.TOPIC = topic
    register_topic(topic, named)


class PydanticMapper(Mapper[UUID]):
    """Domain events to stored JSON and back, through pydantic instead of a transcoder."""

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        state = domain_event.model_dump_json(exclude={"originator_id", "originator_version"})
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=get_topic(type(domain_event)),
            state=state.encode(),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        event_class: type[DomainEvent] = resolve_topic(stored_event.topic)
        state = from_json(stored_event.state)
        state["originator_id"] = stored_event.originator_id
        state["originator_version"] = stored_event.originator_version
        return event_class.model_validate(state)
