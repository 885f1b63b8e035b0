"""What staff change about the ranking of one case; each change with its reason, which stays in the notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from services.matching import rows
from services.matching.domain import refusals as no
from services.matching.domain.adjustments import Adjustments
from services.matching.domain.research_file import ResearchFile
from services.matching.score.score import ALWAYS_KNOWN
from services.matching.score.weights import Factor, Side, published
from shared.application import Receipt
from shared.context import Caller, Role
from shared.recorder import Write
from shared.values import Place, community_id

if TYPE_CHECKING:
    from services.matching.application import Matching

KINDS = ("weights", "exclusion", "readmission")
"""Of the notes that hold the reasons."""
NAMED, OF_INTEREST = "The member names this city itself.", "The member is interested in it."


def change_weights(
    matching: Matching, case_id: UUID, weights: Mapping[str, float], reason: str, caller: Caller
) -> Receipt:
    """Beside those changed before, but for those set back to the published; none at all: the published ones again."""
    adjustments = _of(matching, case_id)
    if weights:
        adjustments.change_weights(weights, matching.clock(), _standard())
        _check_sides(adjustments)
    else:
        adjustments.reset_weights(matching.clock())
    return _record(matching, adjustments, None, "weights", reason, caller)


def changed(adjustments: Adjustments) -> dict[str, float]:
    """The weights that differ from those published today; a factor of two sides has one weight for both."""
    standard = _standard()
    return {name: w for name, w in adjustments.weights.items() if w != standard[name]}


def _standard() -> dict[str, float]:
    return {factor.value: weight for factor, weight in published().of(Side.YOU).items()}


def _check_sides(adjustments: Adjustments) -> None:
    """What is known of every city must count: else nothing is left to rank by where the rest is not known."""
    try:
        weights = published().changed({Factor(n): w for n, w in adjustments.weights.items()})
    except ValueError as problem:
        raise no.NoWeightLeft from problem
    if not all(any(weights.of(side)[factor] for factor in ALWAYS_KNOWN) for side in Side):
        raise no.NoWeightLeft


def exclude(
    matching: Matching, case_id: UUID, geoname_id: int, reason: str, caller: Caller
) -> Receipt:
    """Raises NotAbroad, AlreadyExcluded, StillAProspect or OutreachUnderWay."""
    adjustments, place = _of(matching, case_id), matching.place(geoname_id)
    matching.case(case_id).check_exclusion(place)
    adjustments.exclude(place, matching.clock())
    return _record(matching, adjustments, geoname_id, "exclusion", reason, caller)


def readmit(
    matching: Matching, case_id: UUID, geoname_id: int, reason: str, caller: Caller
) -> Receipt:
    adjustments = _of(matching, case_id)
    adjustments.readmit(geoname_id, matching.clock())
    return _record(matching, adjustments, geoname_id, "readmission", reason, caller)


def readmit_for_member(
    matching: Matching, file: ResearchFile, cities: Iterable[Place], why: str, by: Caller | None
) -> tuple[list[Adjustments], list[Write]]:
    """What is to be recorded: the member's word on a city goes before staff's exclusion of it (B8).

    `by`, None: the member as a whole, by what it asked for.
    """
    known, notes, now = matching.adjustments(file.id), list[Write](), matching.clock()
    wanted = [city.community_id for city in cities]
    if known is None or not known.excluded or not wanted:
        return [], notes
    caller = by or Caller(str(file.community_id), Role.ADMINISTRATOR)
    records = {row["id"] for row in matching.rows(rows.RECORDS, ids=wanted)}
    for number in [each for each in known.excluded if community_id(each) in records]:
        known.readmit(number, now)
        notes += rows.note(matching.vault, file.id, number, "readmission", why, caller, now)
    return ([known] if notes else []), notes


def _of(matching: Matching, case_id: UUID) -> Adjustments:
    """Raises NotFound or SearchEnded."""
    matching.case(case_id).check_open()
    known = matching.adjustments(case_id)
    return known if known is not None else Adjustments(case_id=case_id, at=matching.clock())


def _record(
    matching: Matching,
    adjustments: Adjustments,
    geoname_id: int | None,
    kind: str,
    reason: str,
    caller: Caller,
) -> Receipt:
    note = rows.note(
        matching.vault, adjustments.case_id, geoname_id, kind, reason, caller, matching.clock()
    )
    return matching.record(adjustments, also=note)
