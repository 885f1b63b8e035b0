"""`make bench-matching`: how near the ranking of the whole world comes to the least that any ranking must do.

The floor is one float32 matrix-vector product and an argpartition over as many rows as there are places and as many
columns as there are factors: 12 by their names, or 21 where a factor that has two sides counts twice, as it does in the
score. Ratios to both are told. The floor's columns are at hand, as if every factor had been measured before. Floors and
ranking take turns, call by call, each call for another city, so that nothing is remembered but where a line says so; a
round's ratio is that of its medians, and the median of five rounds is told. All of it runs on one thread, the floors
too (OPENBLAS_NUM_THREADS=1 in the Makefile).
"""

import argparse
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from uuid import UUID

import httpx
import numpy as np

from deploy.local.binaries import WORLD
from services.matching.domain.listed_cities import ListedCity
from services.matching.domain.rules import Finding, Verdicts
from services.matching.explaining.unknowns import of_seeker
from services.matching.ranking import Found, Ranking, Search
from services.matching.reasons import explain
from services.matching.score import Factor, Listed, Score, Seeker
from services.matching.score.affinity import Affinity
from services.matching.score.weights import SIDES
from services.matching.world.columns import Floats, World
from shared.examples import ASHIKAGAS_PROFILE, HOPES, SPRINGFIELDS_PROFILE
from shared.values import RuleBars, RuleEffect, RuleKind, community_id

COLUMNS = {
    "each factor once": len(Factor),
    "on each of its sides": sum(len(factors) for factors in SIDES.values()),
}
TODAY = date(2027, 6, 1)
TOP, FLOOR = 50, 500
LISTINGS = 20
BARRED_COUNTRIES, BARRED_PLACES = 3, 10
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
    cities: Mapping[int, ListedCity]
    """The same as the ranking has them."""
    ranking: Ranking
    verdicts: Verdicts
    matrices: Sequence[Floats]
    """Of the floors, one for each of COLUMNS."""
    weights: Floats

    @classmethod
    def of(cls, world: World) -> "Bench":
        chance = np.random.default_rng(7)
        at_home = world.country == world.countries.index("US")
        sizes = COLUMNS.values()
        abroad = np.flatnonzero(~at_home & ~world.is_section & (world.population > 5_000))
        rows = chance.choice(abroad, LISTINGS + BARRED_PLACES, replace=False).tolist()
        homes = np.flatnonzero(at_home & (world.population > 2_000))
        listed = [
            Listed(row, ASHIKAGAS_PROFILE, date(2027, 5, 1), is_verified=True)
            for row in rows[:LISTINGS]
        ]
        score = Score(world, Affinity(world))
        return cls(
            score,
            chance.choice(homes, min(SEEKERS, len(homes)), replace=False).tolist(),
            listed,
            {int(world.ids[each.index]): listed_city(world, each) for each in listed},
            Ranking(score),
            barring(world, rows[LISTINGS:]),
            [chance.random((len(world), columns), dtype=np.float32) for columns in sizes],
            chance.random(max(sizes), dtype=np.float32),
        )

    def few(self, _: int) -> object:
        return self._floor(self.matrices[0])

    def floor(self, _: int) -> object:
        return self._floor(self.matrices[1])

    def _floor(self, matrix: Floats) -> object:
        found = matrix @ self.weights[: matrix.shape[1]]
        return np.argpartition(found, len(matrix) - TOP)[-TOP:]

    def unasked(self, call: int) -> object:
        return self.score.top(Seeker(self.homes[call % len(self.homes)]), TOP)

    def asked(self, call: int) -> object:
        return self.score.top(self._seeker(call), TOP)

    def listings(self, call: int) -> object:
        return self.score.top(self._seeker(call), TOP, listed=self.listed, today=TODAY)

    def again(self, call: int) -> object:
        return self.listings(call % WARM)

    def gated(self, call: int) -> list[tuple[int, float]]:
        """As for a case: what meets the wishes first, and what is barred told apart."""
        seeker = self._seeker(call)
        home = self.score.world.place(seeker.home)
        search = Search(home, seeker, TODAY, self.verdicts, listings=self.cities)
        return Found(self.ranking, search).best(None, TOP, FLOOR).free[:TOP]

    def explained_again(self, call: int) -> object:
        return self.explained(call % WARM)

    def explained(self, call: int) -> object:
        score, seeker = self.score, self._seeker(call)
        listed = {each.index: each for each in self.listed}
        return of_seeker(score, seeker), [
            explain(score, seeker, row, listed.get(row), today=TODAY, of_candidate_alone=True)
            for row, _ in self.gated(call)
        ]

    def _seeker(self, call: int) -> Seeker:
        return Seeker(self.homes[call % len(self.homes)], HOPES, SPRINGFIELDS_PROFILE)


def listed_city(world: World, each: Listed) -> ListedCity:
    place = world.place(each.index)
    return ListedCity(
        listing_id=UUID(int=each.index),
        community_id=community_id(place.geoname_id),
        place=place,
        profile=each.profile,
        confirmed_on=each.confirmed_on,
    )


def barring(world: World, rows: Sequence[int]) -> Verdicts:
    """A rule against the three countries with the most places abroad, and one against these places."""
    ban = Finding(
        slug="bench",
        kind=RuleKind.STATE_LAW,
        bars=RuleBars.COUNTRIES,
        effect=RuleEffect.BLOCK,
        title="A ban",
        sentence="No ties.",
        citation="",
        link="",
        since=None,
        checked_on=None,
        is_example=True,
    )
    places = Counter(world.country.tolist())
    del places[world.countries.index("US")]
    countries = [world.countries[each] for each, _ in places.most_common(BARRED_COUNTRIES)]
    return Verdicts(
        by_country={code: [ban] for code in countries},
        by_place={int(world.ids[row]): [ban] for row in rows},
    )


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
        "for a case: wishes first, 3 countries and 10 places barred": bench.gated,
        f"the same, with explanations for the {TOP}": bench.explained,
        "the same, for a city that was asked for before": bench.explained_again,
    }
    turns = times + WARM
    rounds = [
        [
            interleaved(
                [bench.few, bench.floor, call], turns * (len(kinds) * number + kind), times, clock
            )
            for kind, call in enumerate(kinds.values())
        ]
        for number in range(ROUNDS)
    ]
    heads = "".join(f"{f'x of {columns}':>9}" for columns in COLUMNS.values())
    lines = [f"{f'{ROUNDS} rounds of {times} calls each, medians':62}{'ms':>9}{heads}"]
    for floor, (what, columns) in enumerate(COLUMNS.items()):
        taken = median(of_call[floor] for each in rounds for of_call in each) * 1000
        name = f"floor: {len(bench.score.world):,} rows x {columns} columns, {what}"
        lines.append(f"{name:62}{taken:>9.2f}")
    for kind, name in enumerate(kinds):
        taken = median(each[kind][-1] for each in rounds) * 1000
        of_floors = (
            median(each[kind][-1] / each[kind][floor] for each in rounds)
            for floor in range(len(COLUMNS))
        )
        lines.append(f"{name:62}{taken:>9.2f}{''.join(f'{each:>9.2f}' for each in of_floors)}")
    return "\n".join(lines)


def by_size(world: World, times: int, clock: Clock) -> str:
    """A line for each size: nanoseconds for one candidate, all factors."""
    chance = np.random.default_rng(7)
    lines = [f"{'places, all factors, no explanations':62}{'ns each':>9}"]
    order = chance.permutation(len(world))
    for size in SIZES:
        mask = np.zeros(len(world), bool)
        mask[order[:size]] = True
        bench = Bench.of(world.subset(mask))
        (taken,) = interleaved([bench.listings], 0, times, clock)
        lines.append(f"{mask.sum():<62,}{taken / mask.sum() * 1e9:>9.1f}")
    return "\n".join(lines)


def memory() -> str:
    """What a process of its own needs that loads everything and ranks with explanations."""
    command = [sys.executable, "-m", "tests.bench.matching", "--only-memory"]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    return f"{'memory of a process that ranks and explains, MB':62}{int(found.stdout) / 1e6:>9.0f}"


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
    return f"{'answer over HTTP, p50':62}{taken * 1000:>9.2f}"


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
