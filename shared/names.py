"""City names for ids: learnt from the events that carry places, asked for the others."""

import time
from collections.abc import Callable
from uuid import UUID

from shared.events import PublicEvent
from shared.sentences import sentence
from shared.values import Place

FORGET_AFTER = 60


class Names:
    """`ask` gives the name of a community that no event has named yet, or nothing."""

    def __init__(self, ask: Callable[[UUID], str | None] = lambda _: None) -> None:
        self._ask = ask
        self._known: dict[UUID, str] = {}
        self._unknown: dict[UUID, float] = {}

    def tell(self, event: PublicEvent) -> str:
        """The event's sentence; its own places are learnt first."""
        self.learn(event)
        return sentence(event, self.of)

    def learn(self, event: PublicEvent) -> None:
        """Every place in an event, whatever its field is called."""
        for name in type(event).model_fields:
            value = getattr(event, name)
            for place in value if isinstance(value, tuple) else (value,):
                if isinstance(place, Place):
                    self._known[place.community_id] = place.name

    def of(self, community_id: UUID) -> str:
        if community_id not in self._known and self._may_ask(community_id):
            if name := self._ask(community_id):
                self._known[community_id] = name
            else:
                self._unknown[community_id] = time.monotonic()
        return self._known.get(community_id, f"community {str(community_id)[:8]}")

    def _may_ask(self, community_id: UUID) -> bool:
        return time.monotonic() - self._unknown.get(community_id, -FORGET_AFTER) >= FORGET_AFTER
