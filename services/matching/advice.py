"""Advises on one search: where to begin if it is boundless, what to loosen if it leaves too little, where many look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from services.matching import looking
from services.matching.advising.ground import Ground
from services.matching.advising.narrowing import Narrow, narrow
from services.matching.advising.saturation import Saturation, interest_of, of_countries
from services.matching.advising.widening import Widen, widen
from services.matching.domain.research_file import ResearchFile
from services.matching.ranking import Found, Ranking

if TYPE_CHECKING:
    from services.matching.application import Matching


class Advice(BaseModel):
    """For one case; a part that there is no need for is left empty."""

    narrow: Narrow | None
    widen: Widen | None
    saturation: list[Saturation]


def advise(matching: Matching, ranking: Ranking, file: ResearchFile, *, for_staff: bool) -> Advice:
    """Nothing to narrow or to widen where the search has ended, or where the world does not have its member."""
    about = looking.search(matching, file)
    interest = interest_of(matching, file.id)
    told = of_countries(interest, matching.gazetteer.continents, file)
    if about.seeker is None or not file.is_open:
        return Advice(narrow=None, widen=None, saturation=told)
    scores, pairs = Found(ranking, about).open, tuple(file.open_pairs.values())
    ground = Ground(ranking, about, scores, interest, for_staff, pairs)
    wished = about.seeker.preferences
    begin = narrow(ground, wished)
    return Advice(narrow=begin, widen=None if begin else widen(ground, wished), saturation=told)
