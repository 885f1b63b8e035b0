"""Advises on one search: where to begin if it is boundless, what to loosen if it leaves too little, where many look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field

from services.matching import looking
from services.matching.advising.ground import Ground
from services.matching.advising.narrowing import Narrow, narrow
from services.matching.advising.saturation import Saturation, interest_of, of_countries
from services.matching.advising.widening import Widen, widen
from services.matching.domain.research_file import ResearchFile
from services.matching.explaining import wording
from services.matching.ranking import Found, Ranking
from shared.values import Preferences, RuleEffect

if TYPE_CHECKING:
    from services.matching.application import Matching


class Advice(BaseModel):
    """For one case; a part that there is no need for is left empty."""

    barred: Annotated[
        str, Field(description="Which of the named countries a rule bars, and why; may be empty.")
    ]
    narrow: Narrow | None
    widen: Widen | None
    saturation: list[Saturation]


def advise(matching: Matching, ranking: Ranking, file: ResearchFile, *, for_staff: bool) -> Advice:
    """Nothing to narrow or to widen where the search has ended, or where the world does not have its member."""
    about = looking.search(matching, file)
    interest = interest_of(matching, file.id)
    told = of_countries(interest, matching.gazetteer.continents, file)
    if about.seeker is None or not file.is_open:
        return Advice(barred="", narrow=None, widen=None, saturation=told)
    scores, pairs = Found(ranking, about).open, tuple(file.open_pairs.values())
    ground = Ground(ranking, about, scores, interest, for_staff, pairs)
    wished = about.seeker.preferences
    begin = narrow(ground, wished)
    return Advice(
        barred=barred(ground, wished),
        narrow=begin,
        widen=None if begin else widen(ground, wished),
        saturation=told,
    )


def barred(ground: Ground, wished: Preferences) -> str:
    """Said whatever else is left to look at."""
    codes = [code for code in wished.countries if ground.barred(code)]
    if not codes:
        return ""
    rules = dict.fromkeys(
        finding.sentence
        for code in codes
        for finding in ground.about.verdicts.of(0, code)
        if finding.effect is RuleEffect.BLOCK
    )
    named = wording.listing([wording.country(code) for code in codes])
    return (
        f"Of what was named, {named} {'is' if len(codes) == 1 else 'are'} barred: {' '.join(rules)}"
    )
