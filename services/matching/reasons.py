"""Why a candidate suits a seeker, why the seeker suits it, and what is not known: sentences with facts and sources."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from services.matching.explaining import ground, history, wishes
from services.matching.explaining.pair import Explanation, Pair, Reason, pair_of
from services.matching.explaining.unknowns import not_known, of_candidate
from services.matching.score.factors import Listed, Measure, Seeker
from services.matching.score.score import Score
from services.matching.score.weights import Factor, Side

__all__ = ["Explanation", "Reason", "explain"]

Writer = Callable[[Pair, float], list[Reason]]

WRITERS: Mapping[Side, Mapping[Factor, Writer]] = MappingProxyType(
    {
        Side.YOU: {
            Factor.THEMES: wishes.themes_for_you,
            Factor.PROJECT: wishes.project_for_you,
            Factor.INDUSTRIES: wishes.industries_for_you,
            Factor.UNIVERSITIES: wishes.universities_for_you,
            Factor.REGION: wishes.region,
            Factor.SIZE: wishes.size,
            Factor.ROLE: ground.role_for_you,
            Factor.GEOGRAPHY: ground.geography_for_you,
            Factor.LANGUAGE: wishes.language_for_you,
            Factor.TRAVEL: ground.travel_for_you,
            Factor.AFFINITY: history.affinity_for_you,
            Factor.RECEPTIVENESS: wishes.receptiveness,
        },
        Side.THEM: {
            Factor.THEMES: wishes.themes_for_them,
            Factor.PROJECT: wishes.project_for_them,
            Factor.INDUSTRIES: wishes.industries_for_them,
            Factor.UNIVERSITIES: wishes.universities_for_them,
            Factor.ROLE: ground.role_for_them,
            Factor.GEOGRAPHY: ground.geography_for_them,
            Factor.LANGUAGE: wishes.language_for_them,
            Factor.TRAVEL: ground.travel_for_them,
            Factor.AFFINITY: history.affinity_for_them,
        },
    }
)


def explain(
    score: Score,
    seeker: Seeker,
    index: int,
    listed: Listed | None = None,
    measures: Sequence[Measure] | None = None,
    today: date | None = None,
    *,
    of_candidate_alone: bool = False,
) -> Explanation:
    """Sentences about the place in row `index`; `measures` are those of `score.measures`, if they are at hand.

    `of_candidate_alone`: without what `unknowns.of_seeker` says, once for all candidates, where it is told elsewhere.
    """
    if measures is None:
        measures = score.measures(seeker, index, listed, today)
    pair = pair_of(score, seeker, index, listed)
    sides: dict[Side, list[Reason]] = {Side.YOU: [], Side.THEM: []}
    unknown: list[tuple[Factor, Side]] = []
    for measure in measures:
        if measure.value is None:
            unknown.append((measure.factor, measure.side))
        else:
            written = WRITERS[measure.side][measure.factor](pair, measure.value)
            sides[measure.side].extend(written)
    left_open = (of_candidate if of_candidate_alone else not_known)(pair, unknown)
    return Explanation(sides[Side.YOU], sides[Side.THEM], left_open)


def in_short(
    score: Score, seeker: Seeker, index: int, listed: Listed | None, measures: Sequence[Measure]
) -> str:
    """The two sentences that speak most for a place, from the side of those who look; else what is not known first."""
    pair, said = pair_of(score, seeker, index, listed), list[str]()
    known = [each for each in measures if each.side is Side.YOU and each.value is not None]
    for measure in sorted(known, key=lambda each: -each.weight * (each.value or 0)):
        written = WRITERS[Side.YOU][measure.factor](pair, measure.value or 0)
        said += [reason.text for reason in written if reason.speaks == "for"][:1]
        if len(said) == 2:
            break
    unknown = [(each.factor, each.side) for each in measures if each.value is None]
    return " ".join(said or [reason.text for reason in not_known(pair, unknown)[:1]])
