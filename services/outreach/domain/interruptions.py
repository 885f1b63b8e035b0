"""What interrupts a pair or ends it: failure, stops of its case, the end of its listing; and how it goes on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from eventsourcing.domain import event

from services.outreach.domain import refusals as no
from services.outreach.domain.pair_facts import PairEvent, PairFacts, PairState, Sides
from services.outreach.domain.steps import Stop, StopReason
from shared.values import FailureReason, Lane

OF_THE_CASE = (StopReason.SEARCH_ENDED, StopReason.LAPSED, StopReason.PAUSED)
"""What stops all pairs of a case at once."""


class Interruptions(PairFacts):
    """Nobody is written to while something stops a pair."""

    class PairFailed(PairEvent):
        reason: FailureReason
        listing_id: UUID | None
        others_open: tuple[UUID, ...] | None = None
        """The other pairs of the case; None in the first ones that were recorded."""

    class PairReopened(PairEvent):
        listing_id: UUID | None

    class LaneChanged(PairEvent):
        """A city of the shortlist was named, or is of interest: it is in outreach whatever the shortlist says."""

        lane: Lane

    class WritingStopped(PairEvent):
        reason: StopReason
        until: date | None

    class WritingReleased(PairEvent):
        reason: StopReason

    class ListingFound(PairEvent):
        """The city came onto the public map while the pair was open."""

        listing_id: UUID

    class ListingLost(PairEvent):
        """The city left the public map; the pair goes on, and the listing vouches for nothing any more."""

    class ListingSetAside(PairEvent):
        """The listing has ended, and staff go on with the city without it."""

    # The end, and after it.

    def fail(self, reason: FailureReason, others_open: Sequence[UUID], at: datetime) -> None:
        """This city will not be the partner; the case goes on, with these pairs."""
        self._guard_open()
        self._fail(self.sides, reason, self.listing_id, tuple(others_open), at)

    @event(PairFailed)
    def _fail(
        self,
        sides: Sides,
        reason: FailureReason,
        listing_id: UUID | None,
        others_open: tuple[UUID, ...] | None,
        at: datetime,
    ) -> None:
        self.failure, self.moved_at = reason, at
        # What becomes of a letter after the end is no news to anybody.
        for thread in list(self.threads.values()):
            is_unsent = thread.is_unsent or thread.is_first_letter_pending
            self._change_thread(
                thread.thread_id, is_unsent=is_unsent, letter_id=None, taken_back_id=None
            )

    def reopen(
        self, stops: Mapping[StopReason, Stop], listing_id: UUID | None, at: datetime
    ) -> None:
        """It was ended by mistake, or the city came round; with what stops the case now, and the city's listing now."""
        if self.state is PairState.PARTNERED:
            raise no.PairIsPartnered(**self._names)
        if self.is_open:
            raise no.PairIsOpen(**self._names)
        if StopReason.SEARCH_ENDED in stops:
            raise no.SearchEnded(name=self.place.name)
        is_meeting = self.introduction_at is not None
        self._reopen(self.sides, listing_id if is_meeting else None, at)
        self._follow_case(stops, at)

    def _follow_case(self, stops: Mapping[StopReason, Stop], at: datetime) -> None:
        """While it was closed, what stopped its case and what let it go on passed it by."""
        for reason in OF_THE_CASE:
            if reason not in stops:
                self.release(reason, at)
        for reason, stop in stops.items():
            self.stop(reason, at, stop.until)

    @event(PairReopened)
    def _reopen(self, sides: Sides, listing_id: UUID | None, at: datetime) -> None:
        self.failure, self.moved_at, self.resumed_at = None, at, at
        # The end took back what had not gone out.
        self._take_back_letters()
        # Whoever goes on with a city has chosen it.
        for reason in (StopReason.SHORTLIST_REOPENED, StopReason.NOT_CHOSEN):
            self.stops.pop(reason, None)

    def change_lane(self, lane: Lane, at: datetime) -> None:
        """Only a city of the shortlist changes its lane; what is named, or of interest, stays so."""
        if self.is_open and self.lane is Lane.SHORTLIST and lane is not Lane.SHORTLIST:
            self._change_lane(self.sides, lane, at)

    @event(LaneChanged)
    def _change_lane(self, sides: Sides, lane: Lane, at: datetime) -> None:
        self.lane = lane

    # Stops.

    def stop(self, reason: StopReason, at: datetime, until: date | None = None) -> None:
        known = self.stops.get(reason)
        if self.is_open and (known is None or known.until != until):
            self._stop(self.sides, reason, until, at)

    @event(WritingStopped)
    def _stop(self, sides: Sides, reason: StopReason, until: date | None, at: datetime) -> None:
        self.stops[reason] = Stop(since=at, until=until)
        if reason is StopReason.LISTING_ENDED:
            self.is_listed = False
        self._take_back_letters()

    def release(self, reason: StopReason, at: datetime) -> None:
        if self.is_open and reason in self.stops:
            self._release(self.sides, reason, at)

    @event(WritingReleased)
    def _release(self, sides: Sides, reason: StopReason, at: datetime) -> None:
        del self.stops[reason]
        self.moved_at = self.resumed_at = at
        if reason is StopReason.LISTING_ENDED:
            self.is_listed = True

    # The listing of the city.

    def find_listing(self, listing_id: UUID, at: datetime) -> None:
        """The city is on the public map."""
        if self.is_open and (self.listing_id != listing_id or not self.is_listed):
            self._find_listing(self.sides, listing_id, at)
        self.release(StopReason.LISTING_ENDED, at)

    @event(ListingFound)
    def _find_listing(self, sides: Sides, listing_id: UUID, at: datetime) -> None:
        self.listing_id, self.is_listed = listing_id, True

    def lose_listing(self, at: datetime) -> None:
        """A pair that hangs on the listing stops; one in a conversation, or begun without it, goes on."""
        if not self.is_open or not self.is_listed:
            return
        hangs_on_it = self.lane is Lane.INTEREST or self.began_with_listing
        if hangs_on_it and self.introduction_at is None:
            self.stop(StopReason.LISTING_ENDED, at)
        else:
            self._lose_listing(self.sides, at)

    @event(ListingLost)
    def _lose_listing(self, sides: Sides, at: datetime) -> None:
        self.is_listed = False

    def set_listing_aside(self, at: datetime) -> None:
        """Staff go on without the listing; what it vouched for has to be proven in another way."""
        self._guard_open()
        if StopReason.LISTING_ENDED not in self.stops:
            raise no.NotStoppedByListing(city=self.foreign_place.name)
        self._set_listing_aside(self.sides, at)

    @event(ListingSetAside)
    def _set_listing_aside(self, sides: Sides, at: datetime) -> None:
        del self.stops[StopReason.LISTING_ENDED]
        self.is_listed, self.moved_at, self.resumed_at = False, at, at
