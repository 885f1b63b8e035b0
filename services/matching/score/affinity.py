"""Says how often places like these two have become partners, by coefficients fitted on real pairs (affinity.json).

tests/history fits it. A term is a column of candidates times a column of seekers, a measure of both, or an effect of a
group of places (a country, a region, a state); none is of a single city. features.py has them all.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.matching.score.features import (
    ANSWERS,
    DENSE,
    EFFECTS,
    TERMS,
    TIES,
    Effect,
    Features,
    Floats,
    Rows,
    distance_terms,
)
from services.matching.score.kinds import combinations
from services.matching.score.names import Likeness
from services.matching.world.columns import TOWN, World

FILE = Path(__file__).parent / "affinity.json"
CHORD_STEPS = 8192
EVENING, ASKED, LEAST_SHARE = 0.4, 150, 3e-5
"""How much of the logarithm of its mean probability a place loses; over how many seekers the mean is; its least value,
as a multiple of what every place would have if all were shown alike."""

LEAST, MOST = -16.0, 0.0
"""Natural logarithms of a probability at which the value is 0 and 1; a town taken at random has about -10."""


@dataclass(frozen=True)
class Coefficients:
    """What affinity.json holds: numbers by the names of TERMS and BETWEEN, of EFFECTS and their groups, of ANSWERS."""

    about: Mapping[str, str]
    terms: Mapping[str, float]
    answers: Mapping[str, float]
    answers_by_state: Mapping[str, float]
    regions_elsewhere: Mapping[str, float]
    """What regions are to seekers outside the U.S.: part of the effect of regions, kept for fitting again."""
    effects: Mapping[str, Mapping[str, float]]
    """By "JP", or by "US.HI|JP" where it is of two groups."""
    habits: Sequence[str] = ()
    """The states and countries, "US.HI|JP", between which there are so many pairs that a habit may be told."""


def load(file: Path = FILE) -> Coefficients:
    return Coefficients(**json.loads(file.read_text(encoding="utf-8")))


class Affinity:
    """The model over a world; made once, in about three seconds."""

    def __init__(
        self,
        world: World,
        coefficients: Coefficients | None = None,
        features: Features | None = None,
    ) -> None:
        """`features`: those of the same world, where they are made already."""
        self.world = world
        self.coefficients = coefficients or load()
        self.features = features or Features(world)
        self.home = world.countries.index("US") if "US" in world.countries else -1
        is_home = world.country == self.home
        self.towns_abroad = np.flatnonzero(~is_home & (world.population >= TOWN))
        self.places_at_home = np.flatnonzero(is_home & ~world.is_section)
        self.tables = {each.name: self._table(each) for each in EFFECTS}
        self.ties, self.state = self._ties(), self.features.ties.row
        self._lay_out_columns()
        self._lay_out_measures()
        self._fold()
        self.evened_abroad = self._evened(self.places_at_home, self.towns_abroad)
        self.evened_at_home = self._evened(self.towns_abroad, self.places_at_home)
        self.fixed += self.evened_abroad
        self.answers += self.evened_at_home
        self.abroad[-1] += self.evened_abroad
        self.at_home[-1] += self.evened_at_home

    def utilities(self, seeker: int) -> Floats:
        """N log-odds of a partnership with each place, up to a constant of the seeker.

        From a U.S. seeker they compare places abroad, from a seeker abroad U.S. places.
        """
        total = self._between(seeker)
        region = self.world.region[seeker]
        region_of, climate_of, *_ = self.kinds
        table = np.take(self._climates(seeker), climate_of)
        if self.world.country[seeker] == self.home:
            given = self.seekers[:, seeker] @ self.crossed
            total += np.append(given[self.smooth], np.float32(1)) @ self.abroad
            table += np.take(self.ties[self.state[region]], region_of)
            table += given[self.flags] @ self.flags_of_kind
        else:
            given = self.crossed @ self.candidates[:, seeker]
            total += np.append(given, np.float32(1)) @ self.at_home
            table += np.take(self.ties[:, region][self.state], region_of)
        total += np.take(table, self.kind, mode="clip")
        return total

    def values(self, seeker: int) -> Floats:
        """N values from 0 to 1 in the order of the utilities.

        They are linear in the logarithm of the probability, evened out, that a partner of the seeker is this place:
        1 where it is certain, 0 at one in nine million.
        """
        total = self.utilities(seeker)
        at_home = self.world.country[seeker] == self.home
        rivals = total[self.towns_abroad if at_home else self.places_at_home]
        most = rivals.max(initial=-np.inf)
        if np.isfinite(most):
            rivals -= most
            total -= np.float32(most + np.log(np.exp(rivals, out=rivals).sum()))
        total -= np.float32(LEAST)
        total *= np.float32(1 / (MOST - LEAST))
        return np.clip(total, 0, 1, out=total)

    def parts(self, seeker: int, candidate: int) -> dict[str, float]:
        """What the utility of one pair is made of, by the names of the coefficients; it sums to it."""
        from_home = self.world.country[seeker] == self.home
        home, abroad = (seeker, candidate) if from_home else (candidate, seeker)
        row, features, given = np.array([abroad]), self.features, self.coefficients
        dense = features.dense(home, row)[0]
        found = {name: given.terms[name] * float(x) for name, x in zip(DENSE, dense, strict=True)}
        for effect in EFFECTS:
            by = float(features.columns[effect.column][abroad])
            found[effect.name] = by * self._effect(effect, home, abroad)
        if not from_home:
            of_place_abroad = {term.name for term in TERMS if not term.seeker}
            of_place_abroad |= {effect.name for effect in EFFECTS if not effect.seekers}
            found = {name: value for name, value in found.items() if name not in of_place_abroad}
            found["state"] = float(self.answers[home] - self.evened_at_home[home])
        evened = self.evened_abroad if from_home else self.evened_at_home
        return found | {"evening out": float(evened[candidate])}

    def _evened(self, seekers: Rows, candidates: Rows) -> Floats:
        """What a place loses for being near the top of everybody's list, by the model itself, not by its partners."""
        share = np.zeros(len(self.world))
        large = seekers[self.world.population[seekers] >= TOWN]
        some = large[:: max(1, len(large) // ASKED)] if len(candidates) else large[:0]
        for seeker in some.tolist():
            utilities = self.utilities(seeker)
            odds = np.exp(utilities - utilities[candidates].max())
            share += odds / odds[candidates].sum()
        even = share * len(candidates) / max(1, len(some))
        return np.asarray(-EVENING * np.log(np.maximum(even, LEAST_SHARE)), np.float32)

    def _between(self, seeker: int) -> Floats:
        """The terms of BETWEEN but for the climate, over all places."""
        here = np.append(self.world.unit[:, seeker], np.float32(1))
        some = here @ self.around
        np.sqrt(some, out=some)
        # |x - c| = 2 max(x, c) - x - c: what is linear in x needs no seeker, and c is the same for all.
        own = sum(sign * column[seeker] / 2 for column, sign in self.unlike)
        total = np.take(self.by_chord - np.float32(own), some.astype(np.intp), mode="clip")
        for column, sign in self.unlike:
            np.clip(column, column[seeker], np.float32(1e9), out=some)
            (np.add if sign > 0 else np.subtract)(total, some, out=total)
        self._add_names(seeker, total)
        return total

    def _add_names(self, seeker: int, total: Floats) -> None:
        like, size = self.features.names.like(seeker), self.features.seekers["size"]
        sizes = size[seeker] if self.world.country[seeker] == self.home else size[like.rows]
        by_size = np.float32(self.coefficients.terms["same name x seeker's size"])
        bonus = self.by_likeness[like.likeness]
        bonus += (like.likeness == Likeness.SAME) * sizes * by_size
        total[like.rows] += bonus * self.features.name_counts(seeker, like.rows)

    def _climates(self, seeker: int) -> Floats:
        """By climate, what being of the seeker's group counts."""
        alike = self.features.same_climate(seeker)
        return alike * np.float32(self.coefficients.terms["same climate"])

    def _effect(self, effect: Effect, home: int, abroad: int) -> float:
        groups = self.features.groups
        own = int(groups[effect.seekers].of[home]) if effect.seekers else 0
        other = int(groups[effect.candidates].of[abroad])
        return float(self.tables[effect.name][own, other]) if min(own, other) >= 0 else 0.0

    def _table(self, effect: Effect) -> Floats:
        """Groups of seekers (one row where the effect has none) x groups of candidates."""
        candidates = self.features.groups[effect.candidates].names
        seekers = self.features.groups[effect.seekers].names if effect.seekers else ("",)
        column = {name: i for i, name in enumerate(candidates)}
        row = {name: i for i, name in enumerate(seekers)}
        table = np.zeros((len(seekers), len(candidates)), np.float32)
        for key, value in self.coefficients.effects[effect.name].items():
            seeker, _, candidate = key.rpartition("|")
            if seeker in row and candidate in column:
                table[row[seeker], column[candidate]] = value
        return table

    def _ties(self) -> Floats:
        """Effects of both groups and official ties, by state (as in Ties) and region abroad."""
        features, terms = self.features, self.coefficients.terms
        given = zip(TIES, features.ties.tables, strict=True)
        ties = np.zeros_like(features.ties.tables[0])
        for name, table in given:
            ties += np.float32(terms[name]) * table
        states = [i for i, region in enumerate(self.world.regions) if region.country == "US"]
        for effect in EFFECTS:
            if effect.seekers:
                of_state = features.groups[effect.seekers].of_region
                of_region = features.groups[effect.candidates].of_region
                padded = np.pad(self.tables[effect.name], ((0, 1), (0, 1)))
                ties[:-1] += padded[of_state[states]][:, of_region]
        return ties

    def _lay_out_columns(self) -> None:
        terms, features = self.coefficients.terms, self.features
        fixed = np.zeros(len(self.world), np.float32)
        for term in TERMS:
            if not term.seeker:
                fixed += np.float32(terms[term.name]) * features.columns[term.candidate]
        for effect in EFFECTS:
            if not effect.seekers:
                group = features.groups[effect.candidates].of
                values = np.pad(self.tables[effect.name][0], (0, 1))[group]
                fixed += values * features.columns[effect.column]
        self.fixed = fixed
        crossed = [term for term in TERMS if term.seeker]
        of_candidate = sorted({term.candidate for term in crossed})
        of_seeker = sorted({term.seeker for term in crossed})
        self.crossed = np.zeros((len(of_seeker), len(of_candidate)), np.float32)
        for term in crossed:
            place = of_seeker.index(term.seeker), of_candidate.index(term.candidate)
            self.crossed[place] = terms[term.name]
        self.candidates = np.stack([features.columns[name] for name in of_candidate])
        self.seekers = np.stack([features.seekers[name] for name in of_seeker])
        self.answers = self._answers()

    def _answers(self) -> Floats:
        """What a U.S. place has by itself when a place abroad seeks."""
        given, of = self.coefficients, self.features.groups["state"]
        by_state = [given.answers_by_state.get(name, 0.0) for name in of.names]
        total = np.array([*by_state, 0.0], np.float32)[of.of]
        for term in ANSWERS:
            total += np.float32(given.answers[term.name]) * self.features.seekers[term.seeker]
        return total

    def _lay_out_measures(self) -> None:
        terms = self.coefficients.terms
        chords = np.arange(2 * CHORD_STEPS + 8, dtype=np.float32) / CHORD_STEPS
        far, near = distance_terms(chords.astype(np.float32))
        self.by_chord = np.float32(terms["distance"]) * far + np.float32(terms["nearness"]) * near
        features, world = self.features, self.world
        latitude = np.asarray(np.abs(world.latitude) / 10, np.float32)
        columns: list[Floats] = [latitude, world.log_population, *features.ranks]
        self.unlike = [
            (np.asarray(2 * column * abs(terms[name]), np.float32), np.sign(terms[name]))
            for name, column in zip(UNLIKE, columns, strict=True)
        ]
        """Twice the columns by which places are compared, times the coefficient, and its sign."""
        steps = np.float32(CHORD_STEPS**2)
        # A little above 0, where rounding would give less.
        ones = np.full((1, len(world)), steps * np.float32(2 + 1e-6), np.float32)
        self.around = np.vstack([world.unit * (-2 * steps), ones])
        """4 x N: with a point of the unit sphere and a 1, the square of the chord to each place, in steps."""
        self.by_likeness = np.array([terms[name] for name in LIKENESS_TERMS], np.float32)

    def _fold(self) -> None:
        """Brings together what a seeker's utilities are made of, so that few passes over the world are left."""
        world, columns = self.world, self.candidates
        linear = sum(np.float32(sign / 2) * column for column, sign in self.unlike)
        is_flag = [bool(np.isin(column, (0, 1)).all()) for column in columns]
        self.flags, self.smooth = np.flatnonzero(is_flag), np.flatnonzero(np.logical_not(is_flag))
        sizes = (len(world.regions), len(world.climates), *(2 for _ in self.flags))
        self.kinds, self.kind = combinations(
            sizes, world.region, world.climate, *(columns[i] for i in self.flags)
        )
        """Region, climate and flags of each combination that occurs, and the combination of each place."""
        self.flags_of_kind = np.stack([flag.astype(np.float32) for flag in self.kinds[2:]])
        self.abroad = np.vstack([columns[self.smooth], self.fixed - linear])
        self.at_home = np.vstack([self.seekers, self.answers - linear])


UNLIKE = ("latitude", "size ratio", "unlike rank in country", "unlike rank in region")
LIKENESS_TERMS = ("same name", "same name in another language", "nearly the same name")
