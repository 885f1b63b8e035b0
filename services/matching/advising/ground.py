"""What advice on one case stands on, and the words that its parts share."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.matching.advising.saturation import Interest
from services.matching.domain.listed_cities import ListedCity, fits
from services.matching.explaining import wording
from services.matching.ranking import Ranking, Search
from services.matching.wished import Wish
from services.matching.world.columns import Flags, Floats, World
from shared.values import Place, Preferences

NAMES = 3
STARTS = 5
"""So many countries are advised."""
BEST = 5
"""A country is as good for a member as the mean of so many of its best candidates."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What advice on one case stands on."""

    ranking: Ranking
    about: Search
    scores: Floats
    """Of all N places that could still be chosen; below 0 where a rule, staff or the case itself leaves none."""
    interest: Interest
    for_staff: bool
    worked_on: Sequence[Place] = ()
    """Cities in outreach."""

    @property
    def world(self) -> World:
        return self.ranking.world

    @property
    def free(self) -> Flags:
        return np.asarray(self.scores >= 0)

    def barred(self, code: str) -> bool:
        return self.about.verdicts.is_blocked(0, code)


def those(ground: Ground, met: Mapping[Wish, Flags], without: Wish | None = None) -> Flags:
    meets = ground.free
    for wish, mask in met.items():
        if wish is not without:
            meets = meets & mask
    return meets


def meeting(ground: Ground, met: Mapping[Wish, Flags], without: Wish | None = None) -> int:
    """Free candidates that meet all wishes but one."""
    return int(np.count_nonzero(those(ground, met, without)))


def listed_cities(ground: Ground, wished: Preferences) -> list[tuple[ListedCity, bool]]:
    """Free listed cities, and whether each lies where the member looks; none that is barred or left out."""
    about, facts, found = ground.about, ground.world.facts, []
    for number, city in about.listings.items():
        code = city.place.country
        is_gone = number in about.excluded or city.community_id in about.partners
        if city.looks and not is_gone and not about.verdicts.is_blocked(number, code):
            continent = facts[code].continent if code in facts else ""
            found.append((city, fits(wished, city.place, continent)))
    return found


def waiting_elsewhere(listed: Sequence[tuple[ListedCity, bool]]) -> str:
    """Where listed cities wait, if none of them lies where the member looks; else empty."""
    elsewhere = Counter(city.place.country for city, is_there in listed if not is_there)
    if elsewhere.total() < len(listed) or not listed:
        return ""
    others = wording.count_of(elsewhere.total(), "waits", "wait")
    return f"No listed city lies where the member looks; {others} elsewhere, {most(elsewhere)}."


def most(found: Counter[str]) -> str:
    """In which countries; of many, in three that have no fewer than any other."""
    first = sorted(found, key=lambda code: (-found[code], code))[:NAMES]
    some = "" if len(first) == len(found) else "among others "
    return f"{some}in {wording.listing([wording.country(code) for code in first])}"


def range_of(least: int | None, most: int | None) -> str:
    if least and most is not None:
        return f"{least:,} to {most:,} people"
    return f"at least {least:,} people" if least else f"at most {most or 0:,} people"


def languages(wished: Preferences) -> str:
    return wording.listing([wording.language(each) for each in wished.languages], "or")
