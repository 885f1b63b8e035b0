"""What is known of a pair, where it stands, what stands in the way; each of its stories has a file beside this one."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid5

from services.outreach.domain import refusals as no
from services.outreach.domain.partnership import check_past
from services.outreach.domain.steps import Stop, StopReason, Waiting, weightiest
from services.outreach.domain.thread import Thread
from shared.aggregates import Aggregate
from shared.context import Caller, Role
from shared.meetings import Action
from shared.refusals import Refusal
from shared.values import (
    Channel,
    DocumentKind,
    FailureReason,
    Interest,
    Lane,
    PartnershipKind,
    Place,
    Value,
    person_of,
)

VOUCHING = (
    Channel.FEDERAL_AGENCY,
    Channel.MUNICIPAL_ASSOCIATION,
    Channel.TWINNING_ORGANISATION,
)
"""With embassies and consulates: channels whose answer shows that the contact speaks for the city."""
INTRODUCTION_MINUTES = 60
"""Where nobody says how long an introduction takes."""


REFUSAL_OF: dict[StopReason, type[Refusal]] = {
    StopReason.SEARCH_ENDED: no.SearchEnded,
    StopReason.LAPSED: no.StandingLapsed,
    StopReason.PAUSED: no.SearchPaused,
    StopReason.LISTING_ENDED: no.ListingHasEnded,
    StopReason.SHORTLIST_REOPENED: no.ShortlistIsOpen,
    StopReason.NOT_CHOSEN: no.CityNotChosen,
}


class PairState(StrEnum):
    OPEN = "open"
    CONTACTED = "contacted"
    REPLIED = "replied"
    INTERESTED = "interested"
    ARRANGED = "arranged"
    INTRODUCED = "introduced"
    HANDED_OVER = "handed_over"
    INVITED = "invited"
    INTENT = "intent"
    RESOLUTION = "resolution"
    PARTNERED = "partnered"
    FAILED = "failed"


class ContactProof(StrEnum):
    """What shows that a contact speaks for its city."""

    OFFICIAL_DOMAIN = "official_domain"
    CALL_BACK = "call_back"
    AUTHORITY_LETTER = "authority_letter"


class Sides(Value):
    """Whose pair it is, for everybody who hears of it."""

    case_id: UUID
    community_id: UUID
    foreign_community_id: UUID


class Governance(Value):
    """How sister cities are managed in that city and country."""

    decided_by: str = "unknown"
    needs_national_approval: bool | None = None


def pair_id(case_id: UUID, foreign_community_id: UUID) -> UUID:
    return uuid5(case_id, str(foreign_community_id))


def thread_id(pair: UUID, channel: Channel, contact_id: UUID | None) -> UUID:
    """A thread is a pair and one channel; two consulates are two threads."""
    return uuid5(pair, f"{channel}/{contact_id or ''}")


class PairEvent(Aggregate.Event):
    """Whatever happens to a pair says whose it is."""

    sides: Sides
    at: datetime


class PairFacts:
    """What the stories of a pair have in common; `Pair` is all of them together."""

    id: UUID
    sides: Sides
    place: Place
    foreign_place: Place
    lane: Lane
    listing_id: UUID | None
    is_listed: bool
    began_with_listing: bool
    opened_at: datetime
    moved_at: datetime
    owner: str | None
    resumed_at: datetime | None
    threads: dict[UUID, Thread]
    stops: dict[StopReason, Stop]
    contact_id: UUID | None
    proof: ContactProof | None
    interest: Interest | None
    gauged_at: datetime | None
    governance: Governance
    introduction_at: datetime | None
    introduction_slots: tuple[datetime, ...]
    introduction_minutes: int
    introduction_minutes_set: int
    """Of the date that is set; times that are proposed may take another."""
    invited: tuple[UUID, ...]
    actions: dict[UUID, Action]
    member_asked_at: datetime | None
    days: dict[PairState, date]
    """The day of each of the later facts, by the state that it brings."""
    documents: dict[DocumentKind, int]
    agreement: PartnershipKind | None
    failure: FailureReason | None
    waits_for: Callable[[], Waiting]
    """Step, holder and date, of all the stories together; every open pair has all three."""

    @property
    def state(self) -> PairState:
        if self.failure is not None:
            return PairState.FAILED
        for state in reversed(PairState):
            if state in self.days:
                return state
        if self.introduction_at is not None:
            return PairState.ARRANGED
        if self.interest is Interest.YES:
            return PairState.INTERESTED
        if self.last_reply is not None:
            return PairState.REPLIED
        return PairState.CONTACTED if self.threads else PairState.OPEN

    @property
    def staff(self) -> UUID | None:
        """The one person of staff whose pair it is."""
        return person_of(self.owner or "")

    @property
    def is_open(self) -> bool:
        return self.state not in (PairState.PARTNERED, PairState.FAILED)

    @property
    def is_handed_over(self) -> bool:
        return PairState.HANDED_OVER in self.days

    @property
    def last_reply(self) -> datetime | None:
        replies = [reply for thread in self.threads.values() for reply in thread.replies]
        return max(replies, default=None)

    @property
    def has_proof(self) -> bool:
        """The other side is real: proven, listed after an assessment, or answered for by a channel."""
        vouched = any(
            thread.replies and (thread.channel.is_diplomatic or thread.channel in VOUCHING)
            for thread in self.threads.values()
        )
        return self.proof is not None or self.is_listed or vouched

    def _take_back_letters(self) -> None:
        for thread in list(self.threads.values()):
            is_unsent = thread.is_unsent or thread.is_first_letter_pending
            self._change_thread(thread.thread_id, is_unsent=is_unsent, **thread.without_letter())

    def _change_thread(self, thread_id: UUID, **changes: object) -> None:
        self.threads[thread_id] = self.threads[thread_id].model_copy(update=changes)

    # Guards.

    @property
    def _names(self) -> dict[str, str]:
        return {"name": self.place.name, "city": self.foreign_place.name}

    def check_insight(self, caller: Caller) -> None:
        """Staff see every pair, a member its own."""
        if caller.role is not Role.STAFF and not caller.acts_for(self.sides.community_id):
            raise no.NotYours(name=self.place.name)

    check_actor = check_insight

    def _guard_open(self) -> None:
        if self.state is PairState.FAILED:
            raise no.PairHasFailed(**self._names)
        if self.state is PairState.PARTNERED:
            raise no.PairIsPartnered(**self._names)

    def _guard_not_stopped(self) -> None:
        if self.stops:
            raise REFUSAL_OF[weightiest(self.stops)](**self._names)

    def _guard_search_goes_on(self) -> None:
        if StopReason.SEARCH_ENDED in self.stops:
            raise no.SearchEnded(name=self.place.name)

    def _guard_may_write(self) -> None:
        self._guard_open()
        self._guard_not_stopped()
        if self.is_handed_over:
            handed_over_on = self.days[PairState.HANDED_OVER]
            raise no.MemberWritesNow(**self._names, handed_over_on=handed_over_on)

    def _guard_fact(self, state: PairState, day: date, now: datetime) -> None:
        check_past(None, day, now)
        self._guard_new(self.days.get(state), day)

    def _guard_new(self, known: object, told: object) -> None:
        if known == told:
            raise no.RecordedAlready


def guard_past(moment: datetime, now: datetime) -> None:
    if moment > now:
        raise no.NotYetHappened(when=f"{moment:%Y-%m-%d %H:%M}")
