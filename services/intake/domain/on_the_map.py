"""A listing on the map: confirmed anew, expired, withdrawn, in conversation, partnered."""

from datetime import date, datetime
from uuid import UUID

from eventsourcing.domain import event

from services.intake.domain.calendar import in_days
from services.intake.domain.listing_facts import (
    CONFIRMABLE,
    REMINDER_DAYS,
    ListingEvent,
    ListingFacts,
    ListingState,
)
from shared.context import Caller


class OnTheMap(ListingFacts):
    """From the first day on the map to a partner; what outreach tells of the city comes here."""

    class ReconfirmationAsked(ListingEvent):
        expires_on: date

    class ListingReconfirmed(ListingEvent):
        confirmed_on: date

    class ListingExpired(ListingEvent):
        pass

    class ListingWithdrawn(ListingEvent):
        pass

    class ConversationBegan(ListingEvent):
        pair_id: UUID

    class ConversationEnded(ListingEvent):
        """Another conversation of this city goes on."""

        pair_id: UUID

    class ListingReleased(ListingEvent):
        pass

    class CityPartnered(ListingEvent):
        """Once for each partnership that ended a search; the conversation of its pair is over with it."""

        partnership_id: UUID | None = None
        pair_id: UUID | None = None

    class PartnershipOver(ListingEvent):
        """It has ended; the city stays off the map until it asks again."""

        partnership_id: UUID

    class PartnershipUndone(ListingEvent):
        """There never was one, but the city has another partner."""

        partnership_id: UUID
        pair_id: UUID | None = None

    class ConversationsResumed(ListingEvent):
        """There never was a partnership, and the city still talks with others."""

        partnership_id: UUID
        pair_id: UUID | None = None

    def reconfirm(self, caller: Caller, at: datetime) -> None:
        self.admit(caller)
        self._guard_in(*CONFIRMABLE)
        self._reconfirm(self.community_id, at.date(), at)

    @event(ListingReconfirmed)
    def _reconfirm(self, community_id: UUID, confirmed_on: date, at: datetime) -> None:
        self.confirmed_on, self.was_reminded = confirmed_on, False
        if self.state is ListingState.EXPIRED:
            back = ListingState.IN_CONVERSATION if self.conversations else ListingState.LISTED
            self._enter(back, at)

    @event(ReconfirmationAsked)
    def _ask_to_reconfirm(self, community_id: UUID, expires_on: date, at: datetime) -> None:
        self.was_reminded = True

    @event(ListingExpired)
    def _expire(self, community_id: UUID, at: datetime) -> None:
        self._enter(ListingState.EXPIRED, at)

    def withdraw(self, caller: Caller, at: datetime) -> None:
        self.admit(caller)
        self.take_back(at)

    def take_back(self, at: datetime) -> None:
        self._guard_not_ended()
        self._withdraw(self.community_id, at)

    @event(ListingWithdrawn)
    def _withdraw(self, community_id: UUID, at: datetime) -> None:
        self._enter(ListingState.WITHDRAWN, at)

    # what outreach tells

    def begin_conversation(self, pair_id: UUID, at: datetime) -> None:
        """A partnered city's count too: they are what it comes back to where the partnership was none."""
        is_open = self.is_confirmable or self.is_partnered
        if is_open and pair_id not in self.conversations:
            self._begin_conversation(self.community_id, pair_id, at)

    @event(ConversationBegan)
    def _begin_conversation(self, community_id: UUID, pair_id: UUID, at: datetime) -> None:
        self.conversations.add(pair_id)
        if self.state is ListingState.LISTED:
            self._enter(ListingState.IN_CONVERSATION, at)

    def end_conversation(self, pair_id: UUID, at: datetime) -> None:
        """It ended without a partnership; with the last one the city looks again, or once it is confirmed."""
        if pair_id not in self.conversations:
            return
        if self.is_confirmable and self.conversations == {pair_id}:
            self._release(self.community_id, at)
        else:
            self._end_conversation(self.community_id, pair_id, at)

    @event(ConversationEnded)
    def _end_conversation(self, community_id: UUID, pair_id: UUID, at: datetime) -> None:
        self.conversations.discard(pair_id)

    @event(ListingReleased)
    def _release(self, community_id: UUID, at: datetime) -> None:
        self.conversations, self.partnerships = set(), {}
        if self.state is ListingState.PARTNERED and self.was_expired:
            self._enter(ListingState.EXPIRED, at)
        elif self.state in (ListingState.IN_CONVERSATION, ListingState.PARTNERED):
            # Nobody was asked to confirm meanwhile, so the city is asked and gets time to do so now.
            self.grace_until, self.was_reminded = in_days(at.date(), REMINDER_DAYS), False
            self._enter(ListingState.LISTED, at)

    def partner(self, partnership_id: UUID, at: datetime, *, pair_id: UUID | None = None) -> None:
        """Also another one, or the same again after its end."""
        is_another = self.is_partnered and not self.partnerships.get(partnership_id)
        if self.is_confirmable or is_another:
            self._partner(self.community_id, at, partnership_id=partnership_id, pair_id=pair_id)

    @event(CityPartnered)
    def _partner(
        self,
        community_id: UUID,
        at: datetime,
        partnership_id: UUID | None,
        pair_id: UUID | None,
    ) -> None:
        if partnership_id is not None:
            self.partnerships[partnership_id] = True
        self.conversations -= {pair_id}
        if not self.is_partnered:
            self.was_expired = self.state is ListingState.EXPIRED
            self._enter(ListingState.PARTNERED, at)

    def end_partnership(self, partnership_id: UUID, at: datetime) -> None:
        if self.is_partnered and self.partnerships.get(partnership_id):
            self._end_partnership(self.community_id, partnership_id, at)

    @event(PartnershipOver)
    def _end_partnership(self, community_id: UUID, partnership_id: UUID, at: datetime) -> None:
        self.partnerships[partnership_id] = False

    def undo_partnership(
        self, partnership_id: UUID, at: datetime, *, is_free: bool, pair_id: UUID | None = None
    ) -> None:
        """It was put down by mistake: the city looks again, unless another partnership goes on.

        `is_free`: the place has no other listing by now; else this one is withdrawn for good.
        """
        if not self.is_partnered:
            return
        others = {each for each, goes_on in self.partnerships.items() if goes_on}
        if others - {partnership_id}:
            self._undo_partnership(self.community_id, partnership_id, pair_id, at)
        elif not is_free:
            self._withdraw(self.community_id, at)
        elif self.conversations - {pair_id}:
            self._resume_conversations(self.community_id, partnership_id, pair_id, at)
        else:
            self._release(self.community_id, at)

    @event(PartnershipUndone)
    def _undo_partnership(
        self, community_id: UUID, partnership_id: UUID, pair_id: UUID | None, at: datetime
    ) -> None:
        self.partnerships.pop(partnership_id, None)
        self.conversations -= {pair_id}

    @event(ConversationsResumed)
    def _resume_conversations(
        self, community_id: UUID, partnership_id: UUID, pair_id: UUID | None, at: datetime
    ) -> None:
        self.partnerships = {}
        self.conversations -= {pair_id}
        back = ListingState.EXPIRED if self.was_expired else ListingState.IN_CONVERSATION
        self._enter(back, at)

    def is_partnered_by(self, partnership_id: UUID, *, is_named: bool) -> bool:
        """`is_named`: the partnership names this listing, which counts where none was noted at the time."""
        is_known = partnership_id in self.partnerships or (is_named and not self.partnerships)
        return self.is_partnered and is_known
