"""Research files in every state, and the people and places that their tests need."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from services.matching.domain.listed_cities import Availability, ListedCity
from services.matching.domain.research_file import ResearchFile
from services.matching.domain.rules import Terms, verdicts
from shared.context import Caller, Role
from shared.examples import (
    ASHIKAGA,
    ASHIKAGAS_PROFILE,
    CASE,
    COIMBRA,
    HOPES,
    LISTING,
    SPRINGFIELD,
    SPRINGFIELDS_PROFILE,
    TARTU,
)
from shared.values import (
    FailureReason,
    Place,
    PublicProfile,
    RuleBars,
    RuleEffect,
    RuleKind,
    Standing,
)

AT = datetime(2027, 3, 3, 15, 30, tzinfo=UTC)


def place(geoname_id: int, name: str, country: str) -> Place:
    return Place(
        geoname_id=geoname_id,
        name=name,
        country=country,
        admin1="01",
        latitude=50.0,
        longitude=10.0,
        population=100_000,
        timezone="Europe/Berlin",
    )


PEORIA = place(4905687, "Peoria", "US")
GDANSK = place(3099434, "Gdansk", "PL")
FULDA = place(2926271, "Fulda", "DE")
PIRAN = place(3194351, "Piran", "SI")
LYNGBY = place(2617832, "Lyngby", "DK")
MORELIA = place(3995402, "Morelia", "MX")
PROPOSED = (ASHIKAGA, COIMBRA, TARTU, FULDA, PIRAN, LYNGBY)
SPARE = (GDANSK, MORELIA, FULDA)

NO_PARTNERS: frozenset[UUID] = frozenset()

ADMINISTRATOR = Caller("ana", Role.ADMINISTRATOR, community_id=SPRINGFIELD.community_id)
STRANGER = Caller("zoe", Role.ADMINISTRATOR, community_id=PEORIA.community_id)


def listed(city: Place = GDANSK, **more: object) -> ListedCity:
    known = {
        "listing_id": uuid5(LISTING, city.name),
        "community_id": city.community_id,
        "place": city,
        "profile": PublicProfile(),
    }
    return ListedCity.model_validate(known | more)


LISTED = listed()
OFF_THE_MAP = listed(is_on_map=False)
TALKING = listed(availability=Availability.IN_CONVERSATION)
LISTED_ASHIKAGA = listed(ASHIKAGA, profile=ASHIKAGAS_PROFILE)


def law(slug: str = "a-law", **terms: Any) -> Terms:
    """A law of Illinois against partners in Estonia."""
    known = {
        "slug": slug,
        "title": "A law",
        "kind": RuleKind.STATE_LAW,
        "states": ("IL",),
        "bars": RuleBars.COUNTRIES,
        "countries": ("EE",),
        "effect": RuleEffect.BLOCK,
        "citation": "Chapter 1",
        "sentence": "Illinois forbids it.",
    }
    if terms.get("bars", RuleBars.COUNTRIES) is not RuleBars.COUNTRIES:
        known["countries"] = ()
    return Terms.model_validate(known | terms)


LAW = verdicts([law()], SPRINGFIELD, Standing.GOOD, (), AT.date())
"""What it finds for Springfield."""


def requested(case_id: UUID = CASE) -> ResearchFile:
    file = ResearchFile(
        case_id=case_id,
        community_id=SPRINGFIELD.community_id,
        place=SPRINGFIELD,
        preferences=HOPES,
        at=AT,
    )
    file.review_listed([LISTED.listing_id], AT)
    return file


def debriefed() -> ResearchFile:
    file = requested()
    file.begin_research(HOPES, SPRINGFIELDS_PROFILE, AT)
    return file


def proposed() -> ResearchFile:
    file = debriefed()
    for prospect in PROPOSED:
        file.add_prospect(prospect, is_partner=False, at=AT)
    file.propose(None, AT)
    return file


def shortlisted() -> ResearchFile:
    file = proposed()
    file.select_shortlist(
        ADMINISTRATOR, [ASHIKAGA, COIMBRA, PIRAN], Standing.GOOD, partners=NO_PARTNERS, at=AT
    )
    return file


def reopened() -> ResearchFile:
    """Four were chosen, Tartu declined, staff opened the choice again."""
    file = proposed()
    file.select_shortlist(
        ADMINISTRATOR, [ASHIKAGA, COIMBRA, PIRAN, TARTU], Standing.GOOD, partners=NO_PARTNERS, at=AT
    )
    file.lose_pair(TARTU.community_id, FailureReason.DECLINED, AT)
    file.reopen(AT)
    return file


def exhausted() -> ResearchFile:
    """Ashikaga was tried and declined, no prospect is left."""
    file = debriefed()
    file.name_cities([ASHIKAGA], partners=NO_PARTNERS, at=AT)
    file.lose_pair(ASHIKAGA.community_id, FailureReason.DECLINED, AT)
    file.exhaust(AT)
    return file


def paused() -> ResearchFile:
    file = proposed()
    file.pause(AT)
    return file


def ended() -> ResearchFile:
    file = proposed()
    file.end(AT)
    return file


STATES: dict[str, Callable[[], ResearchFile]] = {
    build.__name__: build
    for build in (requested, debriefed, proposed, shortlisted, reopened, exhausted, paused, ended)
}
LATER = AT + timedelta(days=1)
