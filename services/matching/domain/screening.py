"""What changes of the rules have meant for the cities of one case, and the named cities that a rule holds back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from eventsourcing.domain import event

from services.matching.domain.rules import Cited, Verdicts
from shared.aggregates import Aggregate
from shared.values import Place, RuleEffect, Value

MOST_NAMED = 5
"""So many cities an event tells by name: nobody reads more, and a message has its bounds."""


@dataclass(frozen=True)
class LiveCities:
    """The cities of a case today; of the hidden ones, by GeoNames id, only staff may read."""

    places: Sequence[Place]
    hidden: frozenset[int] = frozenset()

    def words(self, rule: Cited, touched: Collection[int]) -> "Words":
        wanted = set(touched) - self.hidden
        shown = [place for place in self.places if place.geoname_id in wanted]
        return Words(
            title=rule.title,
            citation=rule.citation,
            cities=tuple(shown[:MOST_NAMED]),
            hidden=tuple(sorted(self.hidden.intersection(touched))),
        )


class Words(Value):
    """How a rule is called when a case tells of it, the first of the touched cities, and the numbers of hidden ones."""

    title: str = ""
    citation: str = ""
    cities: tuple[Place, ...] = ()
    hidden: tuple[int, ...] = ()


class Screening(Aggregate):
    """Of one case; begun when a rule first touches one of its cities."""

    class ScreeningBegun(Aggregate.Created):
        case_id: UUID
        at: datetime

    class CaseRechecked(Aggregate.Event):
        """What one rule now does to the cities of the case: GeoNames ids; `cleared` are no longer touched by it."""

        case_id: UUID
        community_id: UUID
        rule: str
        blocked: tuple[int, ...]
        warned: tuple[int, ...]
        cleared: tuple[int, ...]
        at: datetime
        words: Words | None = None
        """None: told before they were kept."""

    class NamedCitiesHeld(Aggregate.Event):
        """Of the cities that the member has in mind, all that a rule keeps from outreach now."""

        cities: tuple[Place, ...]
        at: datetime

    @event(ScreeningBegun)
    def __init__(self, case_id: UUID, at: datetime) -> None:
        self.case_id = case_id
        # By rule, then by city; None: touched once, and no longer.
        self.found: dict[str, dict[int, RuleEffect | None]] = {}
        self.held: dict[int, Place] = {}
        self.community_id: UUID | None = None
        self.rule, self.rechecked_at = "", at

    @staticmethod
    def create_id(case_id: UUID) -> UUID:
        return screening_id(case_id)

    def recheck(
        self,
        rule: Cited,
        *,
        community_id: UUID,
        before: Mapping[int, RuleEffect],
        now: Mapping[int, RuleEffect],
        live: LiveCities,
        at: datetime,
    ) -> None:
        """Records what one rule does to the live cities, all of them, where that changed.

        `before` tells of those never recorded; those recorded that have left the case are cleared.
        """
        recorded = self.found.get(rule.slug, {})
        cities = [city.geoname_id for city in live.places]
        were = recorded | {city: recorded.get(city, before.get(city)) for city in cities}
        if any(was != now.get(city) for city, was in were.items()):
            self._recheck(
                self.case_id,
                community_id,
                rule.slug,
                _with(RuleEffect.BLOCK, now),
                _with(RuleEffect.WARN, now),
                tuple(sorted(city for city, was in were.items() if was and city not in now)),
                at,
                live.words(rule, now),
            )

    @event(CaseRechecked)
    def _recheck(
        self,
        case_id: UUID,
        community_id: UUID,
        rule: str,
        blocked: tuple[int, ...],
        warned: tuple[int, ...],
        cleared: tuple[int, ...],
        at: datetime,
        words: Words | None,
    ) -> None:
        known = self.found.setdefault(rule, {})
        known.update(dict.fromkeys(cleared))
        known.update(dict.fromkeys(blocked, RuleEffect.BLOCK))
        known.update(dict.fromkeys(warned, RuleEffect.WARN))
        self.community_id, self.rule, self.rechecked_at = community_id, rule, at

    def hold(
        self,
        cities: Collection[Place],
        verdicts: Verdicts,
        live: LiveCities,
        rules: Mapping[str, Cited],
        community_id: UUID,
        at: datetime,
    ) -> None:
        """These named cities, which are live ones, are held back, and no others; each new one is told with the rule.

        `rules`: those recorded before, as they are called today, by their slugs.
        """
        held = {city.geoname_id: city for city in cities}
        if set(held) == set(self.held):
            return
        fresh = [city for city in cities if city.geoname_id not in self.held]
        self._hold(tuple(held.values()), at)
        barriers = [found for city in fresh if (found := verdicts.barrier(city))]
        for rule in dict.fromkeys(map(Cited.of, barriers)):
            self.recheck(
                rule,
                community_id=community_id,
                before={},
                now=verdicts.effects(live.places, rule.slug),
                live=live,
                at=at,
            )
        self.keep_only(live, rules, community_id, at)

    def keep_only(
        self, live: LiveCities, rules: Mapping[str, Cited], community_id: UUID, at: datetime
    ) -> None:
        """What rules do to cities that have left the case is no longer told; `rules` as in `hold`."""
        ids = [city.geoname_id for city in live.places]
        for slug, known in list(self.found.items()):
            now = {city: effect for city in ids if (effect := known.get(city))}
            rule = rules.get(slug, Cited(slug=slug))
            self.recheck(rule, community_id=community_id, before={}, now=now, live=live, at=at)

    @event(NamedCitiesHeld)
    def _hold(self, cities: tuple[Place, ...], at: datetime) -> None:
        self.held = {city.geoname_id: city for city in cities}

    def with_effect(self, effect: RuleEffect) -> list[int]:
        """The cities that any of the recorded rules blocks, or warns of."""
        known = (each for cities in self.found.values() for each in cities.items())
        return sorted({city for city, found in known if found is effect})


def screening_id(case_id: UUID) -> UUID:
    return uuid5(case_id, "screening")


def _with(effect: RuleEffect, found: Mapping[int, RuleEffect]) -> tuple[int, ...]:
    return tuple(sorted(city for city, each in found.items() if each is effect))
