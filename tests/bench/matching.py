"""`make bench-matching`: how near the ranking of the whole world comes to the least that any ranking must do.

The floor is one float32 matrix-vector product and an argpartition over as many rows as there are places and as many
columns as there are factors, one that has two sides counted twice; its columns are at hand, as if every factor had been
measured before. Floor and ranking take turns, call by call, each call for another city, so that nothing is remembered
but where a line says so; a round's ratio is that of its medians, and the median of five rounds is told. All of it runs
on one thread, the floor too (OPENBLAS_NUM_THREADS=1 in the Makefile).
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

import httpx
import numpy as np

from deploy.local.binaries import WORLD
from services.matching.reasons import explain
from services.matching.score import Listed, Score, Seeker
from services.matching.score.affinity import Affinity
from services.matching.score.weights import SIDES
from services.matching.world.columns import Floats, World
from shared.examples import ASHIKAGAS_PROFILE, HOPES, SPRINGFIELDS_PROFILE

COLUMNS = sum(len(factors) for factors in SIDES.values())
TODAY = date(2027, 6, 1)
TOP = 50
LISTINGS = 20
SEEKERS = 800
WARM = 5
ROUNDS = 5
SIZES = (10_000, 50_000, 100_000, 200_000)

Call = Callable[[int], object]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Bench:
    """What is timed: each call ranks for one of the seekers."""

    score: Score
    homes: Sequence[int]
    listed: Sequence[Listed]
    matrix: Floats
    weights: Floats

    @classmethod
    def of(cls, world: World) -> "Bench":
        chance = np.random.default_rng(7)
        at_home = world.country == world.countries.index("US")
        matrix = chance.random((len(world), COLUMNS), dtype=np.float32)
        abroad = np.flatnonzero(~at_home & ~world.is_section & (world.population > 5_000))
        rows = chance.choice(abroad, LISTINGS, replace=False).tolist()
        homes = np.flatnonzero(at_home & (world.population > 2_000))
        return cls(
            Score(world, Affinity(world)),
            chance.choice(homes, min(SEEKERS, len(homes)), replace=False).tolist(),
            [Listed(row, ASHIKAGAS_PROFILE, date(2027, 5, 1), is_verified=True) for row in rows],
            matrix,
            chance.random(COLUMNS, dtype=np.float32),
        )

    def floor(self, _: int) -> object:
        return np.argpartition(self.matrix @ self.weights, len(self.matrix) - TOP)[-TOP:]

    def unasked(self, call: int) -> object:
        return self.score.top(Seeker(self.homes[call % len(self.homes)]), TOP)

    def asked(self, call: int) -> object:
        return self.score.top(self._seeker(call), TOP)

    def listings(self, call: int) -> object:
        return self.score.top(self._seeker(call), TOP, listed=self.listed, today=TODAY)

    def again(self, call: int) -> object:
        return self.listings(call % WARM)

    def explained(self, call: int) -> object:
        seeker, listed = self._seeker(call), {each.index: each for each in self.listed}
        best = self.score.top(seeker, TOP, listed=self.listed, today=TODAY)
        return [explain(self.score, seeker, row, listed.get(row), today=TODAY) for row, _ in best]

    def _seeker(self, call: int) -> Seeker:
        return Seeker(self.homes[call % len(self.homes)], HOPES, SPRINGFIELDS_PROFILE)


def seconds(call: Call, number: int, clock: Clock) -> float:
    began = clock()
    call(number)
    return clock() - began


def interleaved(
    calls: Sequence[Call], first: int, times: int, clock: Clock = time.perf_counter
) -> list[float]:
    """The median seconds of each of the calls, which take turns; a few turns before are not counted."""
    taken = [[seconds(call, first + turn, clock) for call in calls] for turn in range(times + WARM)]
    return [median(each) for each in zip(*taken[WARM:], strict=True)]


def ratios(bench: Bench, times: int, clock: Clock) -> str:
    """A line for each kind of ranking: milliseconds, and how many times the floor beside it."""
    kinds: dict[str, Call] = {
        f"ranking, nothing wished, the {TOP} best": bench.unasked,
        "ranking, region, size and language wished": bench.asked,
        f"the same, {LISTINGS} cities listed: all factors": bench.listings,
        "the same, the city's affinities remembered": bench.again,
        f"the same, new city, with explanations for the {TOP}": bench.explained,
    }
    turns = times + WARM
    rounds = [
        [
            interleaved([bench.floor, call], turns * (len(kinds) * number + kind), times, clock)
            for kind, call in enumerate(kinds.values())
        ]
        for number in range(ROUNDS)
    ]
    floor = median(taken[0] for each in rounds for taken in each)
    lines = [
        f"{f'{ROUNDS} rounds of {times} calls each, medians':56}{'ms':>9}{'x floor':>9}",
        f"{f'floor: {len(bench.matrix):,} rows x {COLUMNS} columns':56}{floor * 1000:>9.2f}{1:>9.2f}",
    ]
    for kind, name in enumerate(kinds):
        taken = median(each[kind][1] for each in rounds) * 1000
        ratio = median(each[kind][1] / each[kind][0] for each in rounds)
        lines.append(f"{name:56}{taken:>9.2f}{ratio:>9.2f}")
    return "\n".join(lines)


def by_size(world: World, times: int, clock: Clock) -> str:
    """A line for each size: nanoseconds for one candidate, all factors."""
    chance = np.random.default_rng(7)
    lines = [f"{'places, all factors, no explanations':56}{'ns each':>9}"]
    order = chance.permutation(len(world))
    for size in SIZES:
        mask = np.zeros(len(world), bool)
        mask[order[:size]] = True
        bench = Bench.of(world.subset(mask))
        (taken,) = interleaved([bench.listings], 0, times, clock)
        lines.append(f"{mask.sum():<56,}{taken / mask.sum() * 1e9:>9.1f}")
    return "\n".join(lines)


def memory() -> str:
    """What a process of its own needs that loads everything and ranks with explanations."""
    command = [sys.executable, "-m", "tests.bench.matching", "--only-memory"]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    return f"{'memory of a process that ranks and explains, MB':56}{int(found.stdout) / 1e6:>9.0f}"


def rank_once() -> int:
    """The most bytes that this process held, after one ranking."""
    world = World.load(WORLD)
    score = Score(world, Affinity(world))
    seeker = Seeker(world.index(4250542), HOPES, SPRINGFIELDS_PROFILE)
    for row, _ in score.top(seeker, TOP):
        explain(score, seeker, row, None)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def http(url: str, token: str, times: int) -> str:
    """The median milliseconds of an answer, asked again and again for one address of a running service."""
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as client:

        def ask(_: int) -> object:
            return client.get(url).raise_for_status().read()

        (taken,) = interleaved([ask], 0, times)
    return f"{'answer over HTTP, p50':56}{taken * 1000:>9.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=25, help="of each kind in a round")
    parser.add_argument(
        "--cpu", action="store_true", help="count processor time: others are at work here"
    )
    parser.add_argument("--url", help="of a case's candidates on a running service")
    parser.add_argument("--token", default="")
    parser.add_argument("--only-memory", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only_memory:
        print(rank_once())
        return
    world = World.load(WORLD)
    clock = time.thread_time if given.cpu else time.perf_counter
    print(ratios(Bench.of(world), given.calls, clock))
    print(by_size(world, given.calls, clock))
    print(memory())
    if given.url:
        print(http(given.url, given.token, given.calls * ROUNDS))


if __name__ == "__main__":
    main()
