"""Measures matching against real partnerships: `make evaluate PAIRS=file.csv` (columns a_gid, b_gid: GeoNames ids).

Coefficients are fitted again without the cities that they are measured on, five times over. With SHIPPED=1 nothing is
fitted and affinity.json is measured as it is: for pairs that it has not seen.
"""

import argparse
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.matching.exposure import gini
from services.matching.score.affinity import Affinity, load
from services.matching.score.factors import Seeker
from services.matching.score.features import Features
from services.matching.score.score import Score
from services.matching.world.columns import World
from tests.history.baselines import BASELINES, Ranker
from tests.history.fit import fit, fit_answers
from tests.history.measures import (
    HEAD,
    Doubles,
    Figure,
    Ranks,
    figures,
    interval,
    resamples,
    shown_small,
)
from tests.history.pairs import (
    History,
    PairsUnreadable,
    Rows,
    history,
    read_ids,
    reversed_history,
    towns_abroad,
    us_places,
)

FOLDS, SEED = 5, 7
OURS, WHOLE = "affinity", "whole score, no wishes"
COMPARED = ("R@10", "R@50", "MRR", "in-country R@10")
COLUMNS = (
    "R@10",
    "R@50",
    "R@100",
    "R@500",
    "MRR",
    "percentile",
    "in-country R@10",
    "in-country R@50",
)
Say = Callable[[str], None]


@dataclass
class Fold:
    """One division of the U.S. cities: rankings that have seen the others, and the cities to measure them on."""

    cities: Rows
    train: History
    affinity: Affinity
    rankers: dict[str, Ranker]


def folds(
    world: World, found: History, back: History, seed: int, *, is_fitted: bool, say: Say
) -> list[Fold]:
    """By U.S. city; for coefficients that are fitted elsewhere the baselines alone learn anew."""
    features, shipped = Features(world), load()
    belongs = np.random.default_rng(seed).permutation(len(found.seekers)) % FOLDS
    made = []
    for number in range(FOLDS):
        cities = np.flatnonzero(belongs == number)
        train = found.some(np.flatnonzero(belongs != number))
        if is_fitted:
            affinity = Affinity(world, fit(features, train, shipped.regions_elsewhere), features)
            seen = without(back, found.seekers[cities])
            affinity = Affinity(world, fit_answers(affinity, seen), features)
            say(f"fold {number + 1} of {FOLDS}: fitted on {train.n_pairs:,} pairs")
        else:
            affinity = Affinity(world, shipped, features)
        rankers: dict[str, Ranker] = {OURS: affinity.utilities, WHOLE: _whole(world, affinity)}
        rankers |= {name: make(world, train) for name, make in BASELINES.items()}
        made.append(Fold(cities, train, affinity, rankers))
    return made


def _whole(world: World, affinity: Affinity) -> Ranker:
    score = Score(world, affinity)
    return lambda seeker: score.all(Seeker(home=seeker))


def without(back: History, cities: Rows) -> History:
    """The seekers abroad with their partners other than these cities; those with none left fall out."""
    left = [partners[~np.isin(partners, cities)] for partners in back.partners]
    some = np.flatnonzero([len(partners) > 0 for partners in left])
    return History(back.seekers[some], tuple(left[each] for each in some), back.n_read)


def forward(world: World, found: History, made: Sequence[Fold], say: Say) -> dict[str, Ranks]:
    """From each U.S. city, by the fold that has not seen it, over all towns abroad."""
    candidates = np.flatnonzero(towns_abroad(world))
    measured = {name: Ranks(world, candidates) for name in made[0].rankers}
    for fold in made:
        for name, ranker in fold.rankers.items():
            for city in fold.cities:
                partners = found.partners[city]
                scores = ranker(int(found.seekers[city]))
                measured[name].add(scores, partners, int(city))
        say(f"{len(fold.cities)} U.S. cities ranked by {len(fold.rankers)} rankings")
    return measured


def backward(world: World, found: History, back: History, made: Sequence[Fold]) -> dict[str, Ranks]:
    """From each town abroad over U.S. places, each pair by the fold that has not seen its U.S. city."""
    candidates = np.flatnonzero(us_places(world))
    fold_of = {int(found.seekers[city]): fold for fold in made for city in fold.cities}
    names = ("largest population", "gravity", OURS)
    measured = {name: Ranks(world, candidates) for name in names}
    for number, (seeker, partners) in enumerate(zip(back.seekers, back.partners, strict=True)):
        for fold in made:
            own = np.array([p for p in partners if fold_of.get(int(p)) is fold], np.int64)
            if len(own):
                for name in names:
                    measured[name].add(fold.rankers[name](int(seeker)), own, number)
    return measured


def table(measured: dict[str, Ranks], n_cities: int, columns: Sequence[str]) -> str:
    """A row for each ranking; below each figure its 95 % interval by resampling U.S. cities."""
    draws = resamples(n_cities)
    width = max(map(len, measured)) + 2
    lines = ["".ljust(width) + "".join(column.rjust(17) for column in columns)]
    for name, ranks in measured.items():
        found = {figure.name: figure for figure in figures(ranks, n_cities)}
        values = [f"{found[column].value:.3f}" for column in columns]
        spans = [_span(found[column], draws) for column in columns]
        lines.append(name.ljust(width) + "".join(value.rjust(17) for value in values))
        lines.append("".ljust(width) + "".join(span.rjust(17) for span in spans))
    return "\n".join(lines)


def _span(figure: Figure, draws: Doubles) -> str:
    low, high = interval(figure.resampled(draws))
    return f"{low:.3f}-{high:.3f}"


def gains(
    measured: dict[str, Ranks], n_cities: int, compared: Sequence[str] = COMPARED
) -> list[str]:
    """Gains beyond what the choice of cities can do: of affinity on each baseline, of the score on affinity."""
    draws = resamples(n_cities)
    found = {
        name: {f.name: f for f in figures(ranks, n_cities)} for name, ranks in measured.items()
    }
    pairs = [(OURS, name) for name in measured if name not in (OURS, WHOLE)]
    if WHOLE in measured:
        pairs.append((WHOLE, OURS))
    lines = []
    for one, other in pairs:
        said = []
        for name in compared:
            mine, theirs = found[one][name], found[other][name]
            low, high = interval(mine.resampled(draws) - theirs.resampled(draws))
            verdict = "a gain" if low > 0 else "a loss" if high < 0 else "no gain shown"
            change = mine.value - theirs.value
            said.append(f"{name} {change:+.3f} ({low:+.3f} to {high:+.3f}): {verdict}")
        lines.append(f"{one} against {other}: {'; '.join(said)}.")
    return lines


def spread(measured: dict[str, Ranks], n_cities: int) -> str:
    """Small partners found, and how evenly the first HEAD ranks are spread over the candidates."""
    width = max(map(len, measured)) + 2
    heads = ("small R@50", "small R@500", "small shown", "Gini", "ever shown")
    lines = ["".ljust(width) + "".join(head.rjust(13) for head in heads)]
    for name, ranks in measured.items():
        found = {figure.name: figure.value for figure in figures(ranks, n_cities)}
        values = [f"{found[head]:.3f}" for head in heads[:2]]
        values += [f"{shown_small(ranks):.3f}", f"{gini(ranks.shown.tolist()):.3f}"]
        values.append(f"{int((ranks.shown > 0).sum()):,}")
        lines.append(name.ljust(width) + "".join(value.rjust(13) for value in values))
    return "\n".join(lines)


def report(pairs: Path, world_file: Path, seed: int, *, is_fitted: bool) -> None:
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

    world = World.load(world_file)
    ids = read_ids(pairs)
    found, back = history(world, ids), reversed_history(world, ids, us_places(world))
    if len(found.seekers) < FOLDS:
        raise PairsUnreadable(
            f"{pairs} has pairs of {len(found.seekers)} U.S. cities with towns abroad; it takes {FOLDS}."
        )
    n_cities, n_candidates = len(found.seekers), int(towns_abroad(world).sum())
    say(
        f"{found.n_pairs:,} of {found.n_read:,} pairs have their partner among {n_candidates:,} towns abroad"
    )
    made = folds(world, found, back, seed, is_fitted=is_fitted, say=say)
    measured = forward(world, found, made, say)
    how = (
        f"cross-validated by U.S. city, {FOLDS} folds, seed {seed}"
        if is_fitted
        else "affinity.json as it is: these flatter it if it was fitted on them"
    )
    print(
        f"\nFrom {n_cities} U.S. cities to {n_candidates:,} towns abroad ({how}; 95 % intervals below)\n"
    )
    print(table(measured, n_cities, COLUMNS))
    print(f"\nPartners under 50,000 people, and who is shown on the first {HEAD} ranks\n")
    print(spread(measured, n_cities) + "\n")
    print("\n".join(gains(measured, n_cities)))
    reverse = backward(world, found, back, made)
    n_places = int(us_places(world).sum())
    print(
        f"\nFrom {len(back.seekers):,} towns abroad to {n_places:,} U.S. places of 5,000 people or more\n"
    )
    print(table(reverse, len(back.seekers), COLUMNS[:6]) + "\n")
    print("\n".join(gains(reverse, len(back.seekers), COMPARED[:3])) + "\n")
    say("done")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path, nargs="?")
    parser.add_argument(
        "--world", type=Path, default=Path(os.environ.get("WORLD", ".venv/share/world.npz"))
    )
    parser.add_argument("--seed", type=int, default=SEED, help="of the folds")
    parser.add_argument("--shipped", action="store_true", help="measure affinity.json, fit nothing")
    given = parser.parse_args(arguments)
    if given.pairs is None:
        raise SystemExit("Which pairs? make evaluate PAIRS=file.csv (columns a_gid and b_gid)")
    try:
        report(given.pairs, given.world, given.seed, is_fitted=not given.shipped)
    except PairsUnreadable as refusal:
        raise SystemExit(str(refusal)) from None


if __name__ == "__main__":
    main()
