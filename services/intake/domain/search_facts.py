"""What is known of a case, and what stands in its way; each of its stories has a file beside this one."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from services.intake.domain.ball import Ball, Progress
from shared.aggregates import Aggregate
from shared.meetings import Action
from shared.refusals import Refusal
from shared.values import ClosingReason, Place, Preferences, PublicProfile, Value, person_of

DEBRIEF_MINUTES = 45
"""Where nobody says how long a debrief takes."""


class Answers(Value):
    """What the member said with its Yes; every part is optional (B2)."""

    preferences: Preferences = Preferences()
    named_cities: tuple[Place, ...] = ()
    is_shown_publicly: bool = False


class ShortlistNews(Value):
    """What has become of the shortlist, for those who hear of it by letter."""

    what: Literal["proposed", "reopened", "chosen"]
    cities: tuple[str, ...] = ()
    """Their names in full."""
    pairs: tuple[UUID, ...] = ()
    """Of those that were chosen, with which outreach begins."""
    committee: tuple[UUID, ...] = ()
    owner: UUID | None = None


class SearchState(StrEnum):
    INVITED = "invited"
    SCHEDULED = "scheduled"
    DEBRIEFED = "debriefed"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class CaseEvent(Aggregate.Event):
    """Whatever happens to a case says whose it is."""

    community_id: UUID
    at: datetime


class SearchFacts:
    """What the stories of a case have in common; `Search` is all of them together."""

    id: UUID
    community_id: UUID
    place: Place
    answers: Answers
    is_imported: bool
    requested_at: datetime
    owner: str
    stage: SearchState
    is_paused: bool
    paused_at: datetime | None
    paused_until: date | None
    debrief_at: datetime | None
    debriefed_on: date | None
    debrief_minutes: int
    debrief_minutes_set: int
    """Of the date that is set; times that are proposed may take another."""
    debrief_slots: tuple[datetime, ...]
    attendees: tuple[UUID, ...]
    actions: dict[UUID, Action]
    profile: PublicProfile
    ball: Ball
    ball_of_research: Ball
    """What the case waits for beside its pairs."""
    pairs: dict[UUID, Progress]
    chosen: frozenset[UUID]
    """The pairs of the shortlist, also those to whose city nobody has written yet."""
    left: dict[UUID, Progress]
    """Pairs that failed, as they stood; they may go on."""
    unanswered_since: datetime | None
    ended_at: datetime | None
    reason: ClosingReason | None

    @property
    def state(self) -> SearchState:
        return SearchState.PAUSED if self.is_paused else self.stage

    @property
    def is_open(self) -> bool:
        return self.stage not in (SearchState.WITHDRAWN, SearchState.CLOSED)

    @property
    def staff(self) -> UUID | None:
        """The one person of staff whose case it is."""
        return person_of(self.owner)

    def guard_order(self, *days: date | None) -> None:
        """An imported case tells what happened, and nothing happened before its request."""
        for day in days:
            if day is not None and day < self.requested_at.date():
                raise BeforeTheRequest(day=day, requested_on=self.requested_at.date())

    def _guard_open(self) -> None:
        if not self.is_open:
            raise SearchHasEnded(how=self.stage.value, ended_on=f"{self.ended_at:%-d %B %Y}")

    def _guard_running(self) -> None:
        self._guard_open()
        if self.is_paused:
            raise SearchRests


class SearchHasEnded(Refusal):
    """This search was {how} on {ended_on}."""

    next_step = (
        "To search again, the administrator says Yes anew; what was learned stays on record."
    )


class SearchRests(Refusal):
    """This search is paused."""

    next_step = "Resume it first."


class BeforeTheRequest(Refusal):
    """{day} is before the request of {requested_on}."""

    next_step = "Check both days: whatever happens to a search happens after its request."
