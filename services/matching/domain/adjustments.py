"""What staff change about the ranking of one case: weights, and cities left out; why stands in a note, in no event."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from uuid import UUID, uuid5

from eventsourcing.domain import event

from services.matching.domain import refusals as no
from shared.aggregates import Aggregate
from shared.values import MOST_WEIGHT, Place

FACTORS = frozenset({
    "themes", "project", "industries", "universities", "region", "size", "role", "geography", "language", "travel",
    "affinity", "receptiveness",
})  # fmt: skip
"""As the score names them."""
EMPTY: Mapping[str, float] = {}


class Adjustments(Aggregate):
    """Of one case; `weights` holds what differs from the published ones, `excluded` cities by GeoNames id."""

    class AdjustmentsBegun(Aggregate.Created):
        case_id: UUID
        at: datetime

    class WeightsChanged(Aggregate.Event):
        """All that differ now."""

        weights: dict[str, float]
        at: datetime

    class WeightsReset(Aggregate.Event):
        at: datetime

    class CityExcluded(Aggregate.Event):
        """`place`, None: told before places were kept with it."""

        geoname_id: int
        at: datetime
        place: Place | None = None

    class CityReadmitted(Aggregate.Event):
        geoname_id: int
        at: datetime

    @event(AdjustmentsBegun)
    def __init__(self, case_id: UUID, at: datetime) -> None:
        self.case_id = case_id
        self.weights: dict[str, float] = {}
        self.excluded: dict[int, Place | None] = {}

    @staticmethod
    def create_id(case_id: UUID) -> UUID:
        return adjustments_id(case_id)

    def change_weights(
        self, changes: Mapping[str, float], at: datetime, published: Mapping[str, float] = EMPTY
    ) -> None:
        """Beside those that were changed before; one that is as published is no change any more.

        Raises UnknownFactor or WeightOutOfRange.
        """
        for name, weight in changes.items():
            if name not in FACTORS:
                raise no.UnknownFactor(name=name)
            if not isfinite(weight) or not 0 <= weight <= MOST_WEIGHT:
                raise no.WeightOutOfRange(name=name, weight=weight, most=MOST_WEIGHT)
        wished = self.weights | {name: float(weight) for name, weight in changes.items()}
        weights = {name: weight for name, weight in wished.items() if weight != published.get(name)}
        if weights != self.weights:
            self._change_weights(weights, at)

    @event(WeightsChanged)
    def _change_weights(self, weights: dict[str, float], at: datetime) -> None:
        self.weights = dict(weights)

    def reset_weights(self, at: datetime) -> None:
        if not self.weights:
            raise no.NothingAdjusted
        self._reset_weights(at)

    @event(WeightsReset)
    def _reset_weights(self, at: datetime) -> None:
        self.weights = {}

    def exclude(self, place: Place, at: datetime) -> None:
        """The ranking leaves the city out, and it is no prospect until it is readmitted.

        Raises NotAbroad or AlreadyExcluded.
        """
        if not place.is_abroad:
            raise no.NotAbroad(name=place.name)
        if place.geoname_id in self.excluded:
            raise no.AlreadyExcluded(name=place.name)
        self._exclude(place.geoname_id, at, place)

    @event(CityExcluded)
    def _exclude(self, geoname_id: int, at: datetime, place: Place | None) -> None:
        self.excluded[geoname_id] = place

    def check_prospect(self, place: Place) -> None:
        """Raises IsExcluded."""
        if place.geoname_id in self.excluded:
            raise no.IsExcluded(name=place.name)

    def readmit(self, geoname_id: int, at: datetime) -> None:
        if geoname_id not in self.excluded:
            raise no.NotExcluded(geoname_id=geoname_id)
        self._readmit(geoname_id, at)

    @event(CityReadmitted)
    def _readmit(self, geoname_id: int, at: datetime) -> None:
        del self.excluded[geoname_id]


def adjustments_id(case_id: UUID) -> UUID:
    return uuid5(case_id, "adjustments")
