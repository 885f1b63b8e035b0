"""Fits affinity.json on real pairs: `make fit PAIRS=pairs_with_a_us_end.csv WORLD_PAIRS=pairs_without.csv`.

Each seeker chooses its partners among all candidates (conditional logit); every coefficient is pulled towards zero.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from services.matching.score.affinity import FILE, Affinity, Coefficients
from services.matching.score.features import (
    ANSWERS,
    DENSE,
    EFFECTS,
    Effect,
    Features,
    Floats,
    Rows,
)
from services.matching.world.columns import World
from tests.history.pairs import (
    History,
    PairsUnreadable,
    history,
    read_ids,
    reversed_history,
    towns_abroad,
    us_places,
    world_history,
)

DRAWS = 600
PAIRS_OF_HABIT, CITIES_OF_HABIT = 5, 3
SMALLEST_EFFECT = 0.04
RIDGE = {
    "country": 2.0,
    "subregion": 2.0,
    "region": 8.0,
    "country x population": 8.0,
    "country x rank in country": 8.0,
    "country x rank in region": 8.0,
    "country x regional capital": 8.0,
    "country x near the sea": 8.0,
    "state and subregion": 4.0,
    "division and country": 4.0,
    "state and country": 4.0,
    "state and region": 4.0,
    "state and language": 4.0,
}
"""How strongly each kind of effect is pulled towards zero; terms by 1."""

EVENING = 0.25
"""A city with n partners counts n to the power of 1 - EVENING, so that a few with dozens do not decide for all."""

ABROAD = (
    *(effect for effect in EFFECTS if not effect.seekers),
    Effect("country and country", "country", "country"),
)
RIDGE_ABROAD = RIDGE | {"country and country": 2.0, "region": 2.0}
SEEKERS_ABROAD, DRAWS_ABROAD = 6000, 100

Doubles = NDArray[np.float64]
Say = Callable[[str], None]


class Sample(NamedTuple):
    """A seeker's candidates: all that count for sure and some drawn by lot; weights make up for those not drawn."""

    rows: Rows
    weights: Doubles
    is_partner: NDArray[np.bool_]


class Choices(NamedTuple):
    """Who chooses among whom, and the chances by which candidates are drawn."""

    features: Features
    candidates: Rows
    chances: Doubles


@dataclass(frozen=True)
class Fitted:
    """Coefficients of the terms (and of an extra column, if any), and a table for each effect."""

    terms: Doubles
    tables: Mapping[str, Floats]


def draw(choices: Choices, found: History, draws: int, seed: int) -> list[Sample]:
    """Partners and places of a like name for sure, others with replacement by their chances."""
    rng = np.random.default_rng(seed)
    steps = np.cumsum(choices.chances)
    may = np.zeros(len(choices.features.world), np.bool_)
    may[choices.candidates] = True
    samples = []
    for seeker, partners in zip(found.seekers, found.partners, strict=True):
        like = choices.features.names.like(int(seeker)).rows
        sure = np.union1d(like[may[like]], partners)
        lots = np.searchsorted(steps, rng.random(draws) * steps[-1])
        drawn, times = np.unique(lots, return_counts=True)
        rows = choices.candidates[drawn]
        fresh = ~np.isin(rows, sure)
        weights = (times / (draws * choices.chances[drawn]))[fresh]
        rows = np.concatenate([sure, rows[fresh]])
        weights = np.concatenate([np.ones(len(sure)), weights])
        samples.append(Sample(rows, weights, np.isin(rows, partners)))
    return samples


class Problem:
    """The penalised likelihood of who chose whom, with its gradient."""

    def __init__(
        self,
        features: Features,
        seekers: Rows,
        samples: Sequence[Sample],
        effects: Sequence[Effect],
        ridge: Mapping[str, float],
        extra: Floats | None = None,
    ) -> None:
        """`extra`: one more column, by row."""
        lengths = [len(sample.rows) for sample in samples]
        self.lengths = np.array(lengths)
        self.starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self.logs = np.log(np.concatenate([sample.weights for sample in samples]))
        self.chosen = np.concatenate([sample.is_partner for sample in samples])
        chosen = np.array([sample.is_partner.sum() for sample in samples], float)
        self.by = chosen**-EVENING
        self.by *= chosen.sum() / (self.by @ chosen)
        self.n_chosen = self.by * chosen
        pairs = list(zip(map(int, seekers), samples, strict=True))
        dense = np.concatenate([features.dense(seeker, each.rows) for seeker, each in pairs])
        rows = np.concatenate([sample.rows for sample in samples])
        self.dense = dense if extra is None else np.column_stack([dense, extra[rows]])
        self.effects = [_Indexed.of(features, effect, pairs, rows) for effect in effects]
        sizes = [self.dense.shape[1], *(len(each.groups) for each in self.effects)]
        self.edges = list(pairwise(np.cumsum([0, *sizes]).tolist()))
        strengths = [1.0, *(ridge[effect.name] for effect in effects)]
        self.ridge = np.repeat(strengths, sizes)

    def solve(self, tolerance: float = 3e-7) -> Fitted:
        options = {"ftol": tolerance, "maxiter": 500, "maxcor": 20}
        start = np.zeros(len(self.ridge))
        found = minimize(self.loss, start, jac=True, method="L-BFGS-B", options=options).x
        tables = {
            each.effect.name: each.spread(found[slice(*edge)])
            for each, edge in zip(self.effects, self.edges[1:], strict=True)
        }
        return Fitted(found[slice(*self.edges[0])], tables)

    def loss(self, values: Doubles) -> tuple[float, Doubles]:
        small = values.astype(np.float32)
        scores = self.dense @ small[slice(*self.edges[0])]
        for each, edge in zip(self.effects, self.edges[1:], strict=True):
            scores += small[slice(*edge)][each.index] * each.by
        logs = scores + self.logs
        top = np.maximum.reduceat(logs, self.starts)
        odds = np.exp(logs - np.repeat(top, self.lengths))
        total = np.add.reduceat(odds, self.starts)
        gain = self.chosen * np.repeat(self.by, self.lengths)
        loss = self.n_chosen @ (np.log(total) + top) - scores.astype(float) @ gain
        slope = (odds * np.repeat(self.n_chosen / total, self.lengths) - gain).astype(np.float32)
        slopes = [slope @ self.dense]
        slopes += [np.bincount(e.index, slope * e.by, len(e.groups)) for e in self.effects]
        pull = self.ridge * values
        return float(loss + pull @ values / 2), np.concatenate(slopes) + pull


@dataclass(frozen=True)
class _Indexed:
    """An effect over the rows of a problem: which group each belongs to, and what multiplies its value."""

    effect: Effect
    groups: Rows
    index: NDArray[np.int32]
    by: Floats
    shape: tuple[int, int]

    @classmethod
    def of(
        cls, features: Features, effect: Effect, pairs: Sequence[tuple[int, Sample]], rows: Rows
    ) -> "_Indexed":
        flat = np.concatenate([features.group(effect, seeker, each.rows) for seeker, each in pairs])
        groups, index = np.unique(flat[flat >= 0], return_inverse=True)
        full = np.zeros(len(flat), np.int32)
        full[flat >= 0] = index
        by = (flat >= 0) * features.columns[effect.column][rows]
        n_seekers = len(features.groups[effect.seekers].names) if effect.seekers else 1
        shape = (n_seekers, len(features.groups[effect.candidates].names))
        return cls(effect, groups, full, by.astype(np.float32), shape)

    def spread(self, values: Doubles) -> Floats:
        table = np.zeros(self.shape[0] * self.shape[1], np.float32)
        table[self.groups] = values
        return table.reshape(self.shape)


def first_chances(world: World, candidates: Rows) -> Doubles:
    """Larger places are drawn more often."""
    by_size = world.population[candidates].astype(float) ** 0.75
    chances: Doubles = 0.3 / len(candidates) + 0.7 * by_size / by_size.sum()
    return chances


def regions_elsewhere(features: Features, found: History) -> dict[str, float]:
    """What regions are to seekers of other countries than the U.S.; it needs no pair with a U.S. end."""
    world = features.world
    some = np.random.default_rng(1).permutation(len(found.seekers))[:SEEKERS_ABROAD]
    found = found.some(np.sort(some))
    candidates = np.flatnonzero(towns_abroad(world))
    choices = Choices(features, candidates, first_chances(world, candidates))
    samples = []
    for seeker, (rows, weights, chosen) in zip(
        found.seekers, draw(choices, found, DRAWS_ABROAD, 5), strict=True
    ):
        foreign = world.country[rows] != world.country[seeker]
        samples.append(Sample(rows[foreign], weights[foreign], chosen[foreign]))
    fitted = Problem(features, found.seekers, samples, ABROAD, RIDGE_ABROAD).solve(1e-6)
    return _named(features, ABROAD[2], fitted.tables["region"])


def by_row(features: Features, elsewhere: Mapping[str, float]) -> Floats:
    """What regions are elsewhere, for each place of the world."""
    regions = features.groups["region"]
    return np.array([elsewhere.get(name, 0.0) for name in regions.names], np.float32)[regions.of]


def fit(
    features: Features, found: History, elsewhere: Mapping[str, float], seed: int = 100
) -> Coefficients:
    """The coefficients of a history of U.S. seekers; drawn twice, the second time where the first fit looks."""
    world, extra = features.world, by_row(features, elsewhere)
    candidates = np.flatnonzero(towns_abroad(world))

    def once(chances: Doubles, draws: int, tolerance: float) -> Coefficients:
        choices = Choices(features, candidates, chances)
        samples = draw(choices, found, draws, seed)
        problem = Problem(features, found.seekers, samples, EFFECTS, RIDGE, extra)
        return coefficients(features, problem.solve(tolerance), elsewhere)

    rough = Affinity(world, once(first_chances(world, candidates), 200, 1e-5), features)
    return once(_looked_at(rough, found, candidates), DRAWS, 3e-7)


def _looked_at(affinity: Affinity, found: History, candidates: Rows) -> Doubles:
    """Chances of being drawn: a quarter even, the rest by the mean probability of a few seekers and its root."""
    mean = np.zeros(len(candidates))
    for seeker in found.seekers[::5]:
        utilities = affinity.utilities(int(seeker))[candidates].astype(float)
        odds = np.exp(utilities - utilities.max())
        mean += odds / odds.sum()
    mean, root = mean / mean.sum(), np.sqrt(mean)
    chances: Doubles = 0.25 / len(mean) + 0.35 * mean + 0.4 * root / root.sum()
    return chances


def coefficients(
    features: Features, fitted: Fitted, elsewhere: Mapping[str, float]
) -> Coefficients:
    """The numbers by name; the regions' part of elsewhere becomes part of their own effect."""
    names = features.groups["region"].names
    known = np.array([[elsewhere.get(name, 0.0) for name in names]], np.float32)
    regions = fitted.tables["region"] + np.float32(fitted.terms[-1]) * known
    tables = {**fitted.tables, "region": regions}
    return Coefficients(
        about={},
        terms={name: float(x) for name, x in zip(DENSE, fitted.terms, strict=False)},
        effects={each.name: _named(features, each, tables[each.name]) for each in EFFECTS},
        answers=dict.fromkeys((term.name for term in ANSWERS), 0.0),
        answers_by_state={},
        regions_elsewhere=elsewhere,
    )


def _named(features: Features, effect: Effect, table: Floats) -> dict[str, float]:
    candidates = features.groups[effect.candidates].names
    seekers = features.groups[effect.seekers].names if effect.seekers else ("",)
    return {
        f"{seekers[i]}|{candidates[j]}".removeprefix("|"): float(table[i, j])
        for i, j in np.argwhere(table)
    }


def fit_answers(affinity: Affinity, found: History) -> Coefficients:
    """With the coefficients that compare U.S. places for a seeker abroad; here every place counts, none by lot."""
    features, given = affinity.features, affinity.coefficients
    places = np.flatnonzero(us_places(features.world))
    states = features.groups["state"].of[places]
    columns = np.stack([features.seekers[term.seeker][places] for term in ANSWERS], axis=1)
    fixed = np.stack([affinity.utilities(int(seeker))[places] for seeker in found.seekers])
    fixed -= affinity.answers[places]
    position = np.searchsorted(places, np.concatenate(found.partners))
    n_partners = np.array([len(partners) for partners in found.partners], np.float32)
    chosen = np.bincount(position, minlength=len(places))
    n_states = len(features.groups["state"].names)

    def loss(values: Doubles) -> tuple[float, Doubles]:
        own = columns @ values[:-n_states] + np.append(values[-n_states:], 0)[states]
        scores = fixed + own.astype(np.float32)
        top = scores.max(axis=1, keepdims=True)
        odds = np.exp(scores - top)
        total = odds.sum(axis=1)
        slope = (n_partners / total) @ odds - chosen
        by_state = np.bincount(states[states >= 0], slope[states >= 0], n_states)
        ridge = np.repeat([1.0, 4.0], [len(ANSWERS), n_states]) * values
        cost = n_partners @ (np.log(total) + top[:, 0]) - chosen @ own + ridge @ values / 2
        return float(cost), np.append(slope @ columns, by_state) + ridge

    start = np.zeros(len(ANSWERS) + n_states)
    values = minimize(loss, start, jac=True, method="L-BFGS-B").x.tolist()
    names = features.groups["state"].names
    return replace(
        given,
        answers=dict(zip((term.name for term in ANSWERS), values, strict=False)),
        answers_by_state=dict(zip(names, values[-n_states:], strict=True)),
    )


def habits(features: Features, found: History) -> list[str]:
    """States and countries with so many pairs, of so many cities, that one may speak of a habit."""
    state, country = features.groups["state"], features.groups["country"]
    cities: dict[str, list[int]] = {}
    for seeker, partners in zip(found.seekers.tolist(), found.partners, strict=True):
        if state.of[seeker] >= 0:
            for abroad in partners.tolist():
                key = f"{state.names[state.of[seeker]]}|{country.names[country.of[abroad]]}"
                cities.setdefault(key, []).append(seeker)
    return sorted(
        key
        for key, seekers in cities.items()
        if len(seekers) >= PAIRS_OF_HABIT and len({*seekers}) >= CITIES_OF_HABIT
    )


def rounded(given: Coefficients) -> Coefficients:
    """Three decimals; effects too small to matter are left out."""

    def short(values: Mapping[str, float], least: float = 0.0) -> dict[str, float]:
        return {k: round(v, 3) for k, v in sorted(values.items()) if abs(v) >= least}

    return Coefficients(
        about=given.about,
        terms={name: round(value, 3) for name, value in given.terms.items()},
        effects={name: short(each, SMALLEST_EFFECT) for name, each in given.effects.items()},
        answers={name: round(value, 3) for name, value in given.answers.items()},
        answers_by_state=short(given.answers_by_state, SMALLEST_EFFECT),
        regions_elsewhere=short(given.regions_elsewhere, SMALLEST_EFFECT),
        habits=given.habits,
    )


def about(found: History, n_abroad: int) -> dict[str, str]:
    return {
        "what": "Coefficients of services/matching/score/affinity.py; none is of a single city.",
        "data": f"{found.n_pairs:,} partnerships of {len(found.seekers):,} U.S. cities with towns abroad,"
        f" and {n_abroad:,} partnerships without a U.S. end (for the regions). The pairs are not shipped.",
        "licence": "The numbers are estimates made for this project and stand under its licence (Apache-2.0).",
    }


def write(given: Coefficients, file: Path) -> None:
    """One line for each kind of effect, so that a change can be read."""
    parts: dict[str, Any] = asdict(given)
    effects = parts.pop("effects")
    lines = [
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in parts.items()
    ]
    inner = ",\n".join(
        f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in effects.items()
    )
    lines.append(f'"effects": {{\n{inner}\n}}')
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main(pairs: Path, world_pairs: Path, world_file: Path, file: Path) -> None:
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

    world = World.load(world_file)
    ids = read_ids(pairs)
    found, abroad = history(world, ids), world_history(world, read_ids(world_pairs))
    say(
        f"{found.n_pairs:,} pairs of {len(found.seekers):,} U.S. cities; {abroad.n_read // 2:,} pairs elsewhere"
    )
    features = Features(world)
    say("columns of the world")
    elsewhere = regions_elsewhere(features, abroad)
    say("regions as the rest of the world sees them")
    given = fit(features, found, elsewhere)
    say("terms and effects")
    back = reversed_history(world, ids, us_places(world))
    given = fit_answers(Affinity(world, given, features), back)
    say("answers")
    named = replace(given, about=about(found, abroad.n_read // 2), habits=habits(features, found))
    write(rounded(named), file)
    say(f"{file}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        raise SystemExit(
            "Which pairs? make fit PAIRS=file.csv WORLD_PAIRS=file.csv (columns a_gid and b_gid)"
        )
    try:
        files = [Path(argument) for argument in sys.argv[1:]]
        main(files[0], files[1], files[2], files[3] if len(files) == 4 else FILE)
    except PairsUnreadable as refusal:
        raise SystemExit(str(refusal)) from None
