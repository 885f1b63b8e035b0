"""Scores every place of the world for a seeker at once (all, top), and one place in full (measures, join).

Both say the same. `measures` and `join` are the definition, to be read; `all` folds it: what depends on a country or on
a small class of places is computed once for each class and looked up, and what is not known anywhere costs nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import repeat
from operator import mul
from typing import NamedTuple

import numpy as np

from services.matching.score import kinds
from services.matching.score.affinity import Affinity
from services.matching.score.countries import Countries
from services.matching.score.factors import (
    Listed,
    Measure,
    Seeker,
    asked_for,
    coverage,
    industries,
    project,
    receptiveness,
    region,
    size,
    spoken,
    travel,
    universities,
    wished_size,
)
from services.matching.score.weights import SIDES, Factor, Side
from services.matching.world.columns import Flags, Floats, World
from shared.values import IN_THE_UNITED_STATES, Preferences

NO_CANDIDATE = -1.0
HOME = "US"
ALWAYS_KNOWN = (Factor.ROLE, Factor.GEOGRAPHY, Factor.TRAVEL, Factor.AFFINITY)
REMEMBERED = 64
"""Seekers whose affinities are kept (0.8 MB each): wishes change from question to question, these do not."""

TINY = 1e-6
"""Added to every sum in `all`, so that nothing divides by zero; far below what the order or a reader can tell."""

Known = Mapping[Factor, float]
Values = dict[Factor, float | None]


class Score:
    """The score over one world; it knows no search and changes with none, so that one serves all."""

    def __init__(self, world: World, affinity: Affinity) -> None:
        self.world, self.affinity = world, affinity
        self.roles, self.clocks = kinds.roles(world), kinds.clocks(world)
        self.geographies = kinds.geographies(world)
        self._kinds, self._kind = kinds.joined(self.roles, self.geographies, self.clocks)
        self._airport = kinds.airport_near(world)
        self._linear = np.vstack([world.unit, self._airport])
        self._country = world.country.astype(np.intp)
        self._countries = Countries.of(world)
        is_home = np.array([code == HOME for code in world.countries])[self._country]
        self.barred = {True: world.is_section | is_home, False: world.is_section | ~is_home}
        self._most = {at_home: _most(barred) for at_home, barred in self.barred.items()}
        is_ours = np.array([code in IN_THE_UNITED_STATES for code in world.countries])
        self._most_of_members = _most(world.is_section | is_ours[self._country])
        silent = self._countries.without_languages[self._country]
        self._silent = frozenset(np.flatnonzero(silent).tolist())
        self._fewest = int(world.population.min()) if len(world) else 0
        self.affinities = lru_cache(maxsize=REMEMBERED)(affinity.values)
        self._spoken = lru_cache(maxsize=4096)(self._share_of_people)

    def all(
        self, seeker: Seeker, listed: Sequence[Listed] = (), today: date | None = None
    ) -> Floats:
        """N scores, 0 to 1, or NO_CANDIDATE: sections, and all of the U.S. or, from abroad, all else; for a member the
        U.S. territories, too."""
        wishes = asked_for(seeker.preferences)
        sums = self._sums(seeker, wishes)
        with_listing = [self._with_listing(seeker, each, today, sums) for each in listed]
        scores = _harmonic(sums)
        for row in self._silent if Factor.LANGUAGE in wishes else ():
            scores[row] = self.join(self.measures(seeker, row))
        np.minimum(scores, self._most_for(seeker), out=scores)
        scores[seeker.home] = NO_CANDIDATE
        for each, score in zip(listed, with_listing, strict=True):
            if scores[each.index] >= 0:
                scores[each.index] = score
        return scores

    def top(
        self,
        seeker: Seeker,
        k: int,
        *,
        listed: Sequence[Listed] = (),
        scores: Floats | None = None,
        country: str | None = None,
        floor: int = 500,
        leave_out: Collection[int] = (),
        today: date | None = None,
    ) -> list[tuple[int, float]]:
        """The k best candidates of a country or all, of at least `floor` people, as (row, score), ties by id.

        `leave_out` are rows; `scores` are those of `all`, where they are at hand, and stay as they are.
        """
        found = self.all(seeker, listed, today) if scores is None else scores
        masked = self._masked(found, country, floor, leave_out)
        rows = np.flatnonzero(masked >= max(_bound(masked, k), 0.0))
        best = rows[np.argsort(-masked[rows], kind="stable")[:k]]  # rows ascend by id
        return list(zip(best.tolist(), masked[best].tolist(), strict=True))

    def measures(
        self, seeker: Seeker, index: int, listed: Listed | None = None, today: date | None = None
    ) -> list[Measure]:
        """Every factor on each side that it has, known or not; YOU before THEM, in the order of Factor."""
        same = self._alike(seeker.home, index)
        values = {Side.YOU: same | self._place_suits(seeker, index), Side.THEM: same}
        if listed:
            values[Side.YOU] |= self._listing_suits(seeker, listed, today)
            values[Side.THEM] = same | self._suits_listing(seeker, listed)
        found: list[Measure] = []
        for side, factors in SIDES.items():
            known = map(values[side].get, factors)
            weights = map(seeker.weights.of(side).__getitem__, factors)
            found.extend(map(Measure, factors, repeat(side), known, weights))
        return found

    @staticmethod
    def join(measures: Sequence[Measure]) -> float:
        """The weighted mean of what is known on each side, then the harmonic mean of the sides.

        A side of which nothing is known takes the other's value; where nothing is known of either, 0.
        """
        return _joint(
            *(
                _mean((each.value, each.weight) for each in measures if each.side is side)
                for side in Side
            )
        )

    def _most_for(self, seeker: Seeker) -> Floats:
        if seeker.is_member:
            return self._most_of_members
        return self._most[self.world.country_code(seeker.home) == HOME]

    def _alike(self, home: int, index: int) -> Values:
        """What is the same from both ends."""
        here, there = self.world.unit[:, home].tolist(), self.world.unit[:, index].tolist()
        cosine = sum(map(mul, here, there))
        airports = (self._airport.item(home) + self._airport.item(index)) / 2
        return {
            Factor.ROLE: self.roles.between(home, index),
            Factor.GEOGRAPHY: self.geographies.between(home, index),
            Factor.TRAVEL: travel(self.clocks.between(home, index), cosine, airports),
            Factor.AFFINITY: self.affinities(home).item(index),
        }

    def _place_suits(self, seeker: Seeker, index: int) -> Values:
        """How well the place suits the seeker, besides."""
        wished, there = seeker.preferences, self.world.country_of(index)
        people = self.world.log_population.item(index)
        return {
            Factor.REGION: region(there.code, there.continent, wished),
            Factor.SIZE: size(people, wished),
            Factor.LANGUAGE: self._spoken(there.code, wished.languages),
        }

    def _listing_suits(self, seeker: Seeker, listed: Listed, today: date | None) -> Values:
        """How well the listing suits the seeker."""
        mine, theirs = seeker.profile, listed.profile
        return {
            Factor.THEMES: coverage(seeker.wants, theirs.themes),
            Factor.PROJECT: project(seeker.preferences.priority_project, theirs.themes),
            Factor.INDUSTRIES: industries(mine.industries, theirs.industries),
            Factor.UNIVERSITIES: universities(mine.universities, theirs.universities),
            Factor.RECEPTIVENESS: receptiveness(listed, today),
        }

    def _suits_listing(self, seeker: Seeker, listed: Listed) -> Values:
        """How well the seeker suits the listing."""
        mine, theirs = seeker.profile, listed.profile
        here = self.world.country_code(seeker.home)
        return {
            Factor.THEMES: coverage(theirs.themes, seeker.offers),
            Factor.PROJECT: project(seeker.preferences.priority_project, theirs.themes) or None,
            Factor.INDUSTRIES: industries(theirs.industries, mine.industries),
            Factor.UNIVERSITIES: universities(theirs.universities, mine.universities),
            Factor.LANGUAGE: self._spoken(here, theirs.languages),
        }

    def _share_of_people(self, country: str, languages: tuple[str, ...]) -> float | None:
        return spoken(map(self.world.facts[country].share, languages))

    def _with_listing(
        self, seeker: Seeker, listed: Listed, today: date | None, sums: "Sums"
    ) -> float:
        """`join` of `measures`, from the sums over what is known without the listing."""
        if listed.index in self._silent:
            return self.join(self.measures(seeker, listed.index, listed, today))
        you, them = sums.you.item(listed.index), sums.them.item(listed.index)
        of_you, of_them = seeker.weights.you, seeker.weights.them
        suits = self._listing_suits(seeker, listed, today).items()
        is_suited = self._suits_listing(seeker, listed).items()
        return _joint(
            _mean(
                [(you / (sums.a or 1), sums.a), *((value, of_you[each]) for each, value in suits)]
            ),
            _mean(
                [
                    (them / (sums.b or 1), sums.b),
                    *((value, of_them[each]) for each, value in is_suited),
                ]
            ),
        )

    def _sums(self, seeker: Seeker, wishes: frozenset[Factor]) -> "Sums":
        """The sides of all places, of which the same is known: what never depends on a listing."""
        of_you, of_them = (
            {each: seeker.weights.of(side)[each] for each in ALWAYS_KNOWN} for side in Side
        )
        wished = {each: seeker.weights.you[each] for each in wishes if seeker.weights.you[each]}
        you = self._weighed_alike(seeker.home, of_you)
        them = you if of_them == of_you else self._weighed_alike(seeker.home, of_them)
        if wished:
            you = self._weighed_wishes(seeker.preferences, wished, you)
        a = sum(of_you.values()) + sum(wished.values())
        return Sums(you, them, a, sum(of_them.values()))

    def _weighed_alike(self, home: int, weights: Known) -> Floats:
        """The weighted sum of what is the same from both ends."""
        airport = self._airport[home]
        share = np.float32(weights[Factor.TRAVEL] / 3)
        parts = (
            (self.roles, np.float32(weights[Factor.ROLE])),
            (self.geographies, np.float32(weights[Factor.GEOGRAPHY])),
            (self.clocks, share),
        )
        table = np.full(len(self._kinds[0]), TINY + share * (1 + airport) / 2, np.float32)
        for (classes, weight), of in zip(parts, self._kinds, strict=True):
            table += np.take(classes.alike[classes.of[home]] * weight, of)
        total = np.take(table, self._kind, mode="clip")
        there = np.append(self.world.unit[:, home], np.float32(1)) * (share / 2)
        total += there @ self._linear
        total += self.affinities(home) * np.float32(weights[Factor.AFFINITY])
        return total

    def _weighed_wishes(self, wished: Preferences, weights: Known, alike: Floats) -> Floats:
        """What is the same from both ends, and the wishes on top of it."""
        table = self._countries.weighed(wished, weights)
        if Factor.SIZE in weights:
            table += np.float32(weights[Factor.SIZE])
        total = np.take(table, self._country, mode="clip")
        total += alike
        if Factor.SIZE in weights:
            total -= self._missed_size(wished, weights[Factor.SIZE])
        return total

    def _missed_size(self, wished: Preferences, weight: float) -> Floats:
        """What places lose for their size: nothing inside the wished range, the weight at ten times its bounds."""
        middle, half = wished_size(wished)
        missed = self.world.log_population - np.float32(middle)
        np.abs(missed, out=missed)
        missed -= np.float32(half)
        np.clip(missed, 0, 1, out=missed)
        missed *= np.float32(weight)
        return missed

    def _masked(
        self, scores: Floats, country: str | None, floor: int, leave_out: Collection[int]
    ) -> Floats:
        """The scores, with NO_CANDIDATE where the country is another, the people too few, the row left out."""
        hidden: list[Flags] = []
        if country is not None:
            code = self.world.countries.index(country) if country in self.world.countries else -1
            hidden.append(self.world.country != code)
        if floor > self._fewest:
            hidden.append(self.world.population < floor)
        if not hidden and not leave_out:
            return scores
        masked = scores.copy()
        for mask in hidden:
            np.copyto(masked, NO_CANDIDATE, where=mask)
        masked[list(leave_out)] = NO_CANDIDATE
        return masked


def _most(is_barred: Flags) -> Floats:
    """What a place can score at most: one that is no candidate NO_CANDIDATE."""
    return np.where(is_barred, np.float32(NO_CANDIDATE), np.float32(np.inf))


def _mean(known: Iterable[tuple[float | None, float]]) -> float | None:
    """The weighted mean of values, of those that are known; None if there are none of any weight."""
    total = weights = 0.0
    for value, weight in known:
        if value is not None:
            total += value * weight
            weights += weight
    return total / weights if weights else None


def _joint(you: float | None, them: float | None) -> float:
    if you is None or them is None:
        return you if you is not None else them or 0.0
    return 2 * you * them / (you + them) if you + them else 0.0


class Sums(NamedTuple):
    """Weighted sums of what is known on both sides, for all places, and the sums of the weights."""

    you: Floats
    them: Floats
    a: float
    b: float


def _harmonic(sums: Sums) -> Floats:
    """The harmonic mean of you / a and them / b, which are overwritten; a side without weight takes no part."""
    you, them, a, b = sums
    if not a or not b or you is them:
        you = you if a else them
        you *= np.float32(1 / (a or b or 1))
        return you
    product = you * them
    you *= np.float32(b / 2)
    them *= np.float32(a / 2)
    you += them
    product /= you
    return product


def _bound(scores: Floats, k: int) -> float:
    """A score that at least k of them reach and not many more: the k-th largest of the maxima of groups of rows.

    A pass over groups takes a fifth of the time of a partition of them all; no score is misjudged by it.
    """
    groups = 8 * max(k, 128)
    size = len(scores) // groups
    if k <= 0 or not size:
        return NO_CANDIDATE
    maxima = scores[: size * groups].reshape(size, groups).max(axis=0)
    return float(np.partition(maxima, groups - k)[groups - k])
