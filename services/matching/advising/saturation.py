"""How many searches look where, and who waits there ("12 searches look at Ireland, and 1 city is listed there.")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.matching import rows
from services.matching.domain.research_file import ResearchFile
from services.matching.explaining import wording
from shared.values import Preferences

if TYPE_CHECKING:
    from services.matching.application import Matching

MOST_COUNTRIES = 12
OPEN_WISHES = (
    "SELECT preferences -> 'countries' AS countries, preferences -> 'continents' AS continents, count(*) AS searches"
    " FROM research_files WHERE is_open AND (%(case_id)s::uuid IS NULL OR case_id <> %(case_id)s) GROUP BY 1, 2"
)
LISTED_THERE = (
    "SELECT place ->> 'country' AS country, count(*) AS count FROM listed_cities"
    " WHERE place IS NOT NULL AND is_on_map AND availability = 'free' GROUP BY 1"
)
PARTNERSHIPS_THERE = (
    "SELECT foreign_place ->> 'country' AS country, count(*) AS count FROM partnerships"  # noqa: S608  # constants
    f" WHERE {rows.IS_SISTER} AND jsonb_typeof(foreign_place) = 'object' GROUP BY 1"
)


class Saturation(BaseModel):
    """How many look at a country, and who waits there."""

    country: str
    name: str
    searches: Annotated[int, Field(description="Open searches that name the country.")]
    on_its_continent: Annotated[
        int, Field(description="Further open searches that name its continent.")
    ]
    listed: Annotated[int, Field(description="Cities listed there that are free.")]
    partnerships: Annotated[int, Field(description="Active sister cities of members there.")]
    sentence: Annotated[
        str, Field(examples=["12 searches look at Ireland, and 1 city is listed there."])
    ]


@dataclass(frozen=True, slots=True)
class Interest:
    """Who looks where, and who is there."""

    wishes: Sequence[tuple[frozenset[str], frozenset[str], int]]
    """Countries, continents, and how many open searches name just these."""
    listed: Mapping[str, int]
    partnerships: Mapping[str, int]

    def searches(self, code: str) -> int:
        return sum(count for countries, _, count in self.wishes if code in countries)

    def on_continent(self, code: str, continent: str) -> int:
        """Those that name the continent and not the country itself."""
        return sum(
            count
            for countries, continents, count in self.wishes
            if continent in continents and code not in countries
        )

    @property
    def countries(self) -> set[str]:
        return {*self.listed}.union(*(countries for countries, _, _ in self.wishes))


def interest_of(matching: Matching, case_id: UUID | None = None) -> Interest:
    """Of all open searches but this one; three reads."""
    found = matching.rows(OPEN_WISHES, case_id=case_id)
    return Interest(
        [
            (frozenset(row["countries"] or ()), frozenset(row["continents"] or ()), row["searches"])
            for row in found
        ],
        *(
            {row["country"]: row["count"] for row in matching.rows(sql)}
            for sql in (LISTED_THERE, PARTNERSHIPS_THERE)
        ),
    )


def saturation(matching: Matching, file: ResearchFile | None = None) -> list[Saturation]:
    """The countries that a case looks at, the most sought first; without a case, all that are sought or listed.

    Partnerships whose place is not known yet are not counted; the first gate of any case looks those up.
    """
    interest = interest_of(matching, file.id if file else None)
    return of_countries(interest, matching.gazetteer.continents, file)


def of_countries(
    interest: Interest, continents: Mapping[str, str], file: ResearchFile | None
) -> list[Saturation]:
    asked = file.preferences if file else Preferences()
    codes = set(asked.countries) or interest.countries
    if asked.continents:
        there = {code for code in interest.countries if continents.get(code) in asked.continents}
        codes = {*asked.countries, *there}
    told = [_saturation(interest, code, continents.get(code, ""), file) for code in codes]
    told.sort(key=lambda each: (-each.searches, each.listed, each.country))
    return told[: max(MOST_COUNTRIES, len(asked.countries))] if file else told


def _saturation(
    interest: Interest, code: str, continent: str, file: ResearchFile | None
) -> Saturation:
    searches, around = interest.searches(code), interest.on_continent(code, continent)
    other = "other " if file else ""
    said = f"{wording.count_of(searches, f'{other}search looks', f'{other}searches look')} at"
    told = Saturation(
        country=code,
        name=wording.country(code),
        searches=searches,
        on_its_continent=around,
        listed=interest.listed.get(code, 0),
        partnerships=interest.partnerships.get(code, 0),
        sentence="",
    )
    return told.model_copy(update={"sentence": _spread(told, said, continent)})


def _spread(told: Saturation, looks: str, continent: str) -> str:
    there = wording.count_of(told.listed, "city is", "cities are")
    said = [wording.sentence(f"{looks} {told.name}, and {there} listed there.")]
    if told.on_its_continent:
        one, many = ("more looks", "more look") if told.searches else ("looks", "look")
        more = wording.count_of(told.on_its_continent, one, many)
        said.append(f"{wording.sentence(more)} at all of {wording.CONTINENTS[continent]}.")
    if told.partnerships:
        links = wording.count_of(told.partnerships, "sister city", "sister cities")
        said.append(f"Members have {links} there.")
    return " ".join(said)
