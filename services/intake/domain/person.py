"""People as every service hears of them: whom to forget, and who left the staff; events bear an opaque number alone."""

from datetime import datetime
from uuid import UUID, uuid5

from eventsourcing.domain import event

from shared.aggregates import Aggregate


class Person(Aggregate):
    """One request to forget somebody: names and addresses are rows that can be deleted, and may come back later."""

    class PersonErasureRequested(Aggregate.Created):
        person_id: UUID
        at: datetime
        repeats: int = 0
        """How many requests for the same person came before."""

    @staticmethod
    def create_id(person_id: UUID, repeats: int = 0) -> UUID:
        return uuid5(person_id, f"request {repeats}") if repeats else person_id

    @event(PersonErasureRequested)
    def __init__(self, person_id: UUID, at: datetime, repeats: int = 0) -> None:
        self.person_id, self.forgotten_at = person_id, at


class Departure(Aggregate):
    """Somebody is on staff no more: what was theirs is nobody's. A new appointment gives a new number."""

    class StaffLeft(Aggregate.Created):
        person_id: UUID
        at: datetime

    @staticmethod
    def create_id(person_id: UUID) -> UUID:
        return uuid5(person_id, "left the staff")

    @event(StaffLeft)
    def __init__(self, person_id: UUID, at: datetime) -> None:
        self.person_id, self.left_at = person_id, at
