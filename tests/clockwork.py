"""What random histories with jumps of time have in common: an aggregate as its service keeps it, and its clock."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from shared.aggregates import Aggregate
from shared.refusals import Refusal

BEGINNINGS = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001  # the zone is given apart
    datetime(2028, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


class Clock(RuleBasedStateMachine):
    """Deadlines follow from each change, and what is due is done, once."""

    subject: Any
    now: datetime
    rounds = 1
    """How often time may have to pass until all is done that follows at once from what was done."""

    letters_of: Callable[[Any], Iterable[Any]]
    """Those that the service writes because of an event."""

    def check_event(self, event: Any, letters: list[Any]) -> None:
        """What has to hold of an event when it happens."""

    def check_done(self, done: list[Any]) -> None:
        """What has to hold of the events that time brought at once."""

    def keep(self, subject: Aggregate) -> None:
        self.subject = subject
        self.numbers: set[tuple[UUID, int]] = set()
        self.record()

    def record(self) -> list[Any]:
        """The events since the last time: each has a number of its own, from which those of its letters are made."""
        events: list[Any] = list(self.subject.collect_events())
        for each in events:
            number = (each.originator_id, each.originator_version)
            assert number not in self.numbers
            self.numbers.add(number)
            self.check_event(each, list(self.letters_of(each)))
        self.deadlines = self.subject.deadlines()
        return events

    def does(self, change: Callable[[], object]) -> list[Any]:
        """What is refused leaves everything as it was."""
        version = self.subject.version
        try:
            change()
        except Refusal:
            assert self.subject.version == version, "refused, and half done"
        return self.record()

    def keep_time(self) -> list[Any]:
        """Whatever the table of deadlines says is due is looked at, and not a second time."""
        done: list[Any] = []
        for _ in range(self.rounds):
            if self.is_something_due():
                self.subject.time_passes(self.now)
                done += self.record()
        assert not self.is_something_due(), "asked again"
        self.subject.time_passes(self.now)
        assert self.record() == [], "fired twice"
        self.check_done(done)
        return done

    def is_something_due(self) -> bool:
        return any(due_at <= self.now for due_at in self.deadlines.values())

    @rule(hours=st.integers(1, 24 * 40))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.keep_time()

    @rule(days=st.integers(-60, 400))
    def the_clock_jumps(self, days: int) -> None:
        """A machine was off for a year, or its clock was wrong."""
        self.now += timedelta(days=days)
        self.keep_time()
