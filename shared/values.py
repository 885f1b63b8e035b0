"""The programme's small values: places, themes, standings, channels, and what a city seeks."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, FailFast, Field

_GEONAMES = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def community_id(geoname_id: int) -> UUID:
    """A community's id for good, the same in every service, derived from its GeoNames id."""
    return uuid5(_GEONAMES, f"https://sws.geonames.org/{geoname_id}/")


def pair_id(case_id: UUID, foreign_community_id: UUID) -> UUID:
    """A pair's id everywhere, by the record of the city as it was chosen."""
    return uuid5(case_id, str(foreign_community_id))


IN_THE_UNITED_STATES = frozenset({"US", "AS", "GU", "MP", "PR", "UM", "VI"})
"""The country and its territories, which have codes of their own."""


class Value(BaseModel):
    model_config = ConfigDict(frozen=True)


CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2 code.")]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", description="ISO 639 code.")]
GeonameId = Annotated[int, Field(gt=0, le=2**31, examples=[588335])]
StateCode = Annotated[
    str, Field(pattern=r"^[A-Z]{2}$", description="A U.S. state or territory, e.g. IL.")
]
ShortText = Annotated[str, Field(min_length=1, max_length=120)]


class Place(Value):
    """A city, county or state as the gazetteer has it (GeoNames, CC BY 4.0)."""

    geoname_id: int
    name: Annotated[str, Field(description="The gazetteer's name.", max_length=200)]
    country: CountryCode
    admin1: Annotated[
        str, Field(description="First-level region code; for the U.S. the state, e.g. IL.")
    ]
    latitude: Annotated[float, Field(ge=-90, le=90, description="Degrees north, WGS 84.")]
    longitude: Annotated[float, Field(ge=-180, le=180, description="Degrees east, WGS 84.")]
    population: Annotated[int, Field(ge=0, description="People, as the gazetteer counts them.")]
    timezone: Annotated[str, Field(description="IANA time zone.")]

    @property
    def community_id(self) -> UUID:
        return community_id(self.geoname_id)

    @property
    def is_abroad(self) -> bool:
        """Neither in a U.S. state nor in a U.S. territory."""
        return self.country not in IN_THE_UNITED_STATES


class Continent(StrEnum):
    AFRICA = "AF"
    ASIA = "AS"
    EUROPE = "EU"
    NORTH_AMERICA = "NA"
    OCEANIA = "OC"
    SOUTH_AMERICA = "SA"


class Theme(StrEnum):
    """Fields of cooperation; the programme's word is "types of programming"."""

    EDUCATION = "education"
    TRADE = "trade"
    CULTURE = "culture"
    YOUTH = "youth"
    CLIMATE = "climate"
    HEALTH = "health"
    TOURISM = "tourism"
    SPORTS = "sports"
    TECHNOLOGY = "technology"
    GOVERNANCE = "governance"
    AGRICULTURE = "agriculture"
    HUMANITARIAN = "humanitarian"


class CommunityKind(StrEnum):
    CITY = "city"
    COUNTY = "county"
    STATE = "state"


class Standing(StrEnum):
    """Where a community stands with its dues; waived counts as good (B17)."""

    GOOD = "good"
    WAIVED = "waived"
    LAPSED = "lapsed"
    NOT_A_MEMBER = "not_a_member"

    @property
    def is_good(self) -> bool:
        return self in (Standing.GOOD, Standing.WAIVED)


MOST_PEOPLE = 100_000_000
"""No city has as many."""
MOST_WEIGHT = 100
"""Of a factor of the score."""


class Preferences(Value):
    """What a member hopes for; every field is optional (B2)."""

    countries: Annotated[tuple[CountryCode, ...], Field(max_length=60)] = ()
    continents: Annotated[tuple[Continent, ...], Field(max_length=6)] = ()
    languages: Annotated[tuple[LanguageCode, ...], Field(max_length=20)] = ()
    themes: Annotated[tuple[Theme, ...], Field(max_length=12)] = ()
    priority_project: Theme | None = None
    population_min: Annotated[int | None, Field(ge=0, le=MOST_PEOPLE)] = None
    population_max: Annotated[int | None, Field(ge=0, le=MOST_PEOPLE)] = None


class PublicProfile(Value):
    """The part of a city's profile that anyone may read; its texts are assessed by staff before they are published."""

    seeks: Annotated[
        str, Field(max_length=1000, description="What the city looks for, in its words.")
    ] = ""
    themes: Annotated[tuple[Theme, ...], Field(max_length=12), FailFast()] = ()
    industries: Annotated[tuple[ShortText, ...], Field(max_length=20), FailFast()] = ()
    universities: Annotated[tuple[ShortText, ...], Field(max_length=20), FailFast()] = ()
    languages: Annotated[tuple[LanguageCode, ...], Field(max_length=20), FailFast()] = ()


class Channel(StrEnum):
    """The ways by which staff reach a city (B9)."""

    FOREIGN_EMBASSY = "foreign_embassy"
    FOREIGN_CONSULATE = "foreign_consulate"
    US_EMBASSY = "us_embassy"
    US_CONSULATE = "us_consulate"
    FEDERAL_AGENCY = "federal_agency"
    MUNICIPAL_ASSOCIATION = "municipal_association"
    TWINNING_ORGANISATION = "twinning_organisation"
    CITY_OFFICE = "city_office"
    OTHER = "other"

    @property
    def is_diplomatic(self) -> bool:
        return self in (
            Channel.FOREIGN_EMBASSY,
            Channel.FOREIGN_CONSULATE,
            Channel.US_EMBASSY,
            Channel.US_CONSULATE,
        )


class Interest(StrEnum):
    YES = "yes"
    NO = "no"
    LATER = "later"


class Party(StrEnum):
    """Who has the ball."""

    MEMBER = "member"
    STAFF = "staff"
    FOREIGN_CITY = "foreign_city"
    CHANNEL = "channel"
    NOBODY = "nobody"


class PartnershipKind(StrEnum):
    CONTACT = "contact"
    PROJECT = "project"
    FRIENDSHIP = "friendship"
    SISTER = "sister"


class Lane(StrEnum):
    """How a pair came to outreach: from a shortlist of 3-5, by a named city (B8), or by interest in a listing (B14)."""

    SHORTLIST = "shortlist"
    NAMED = "named"
    INTEREST = "interest"


class RuleKind(StrEnum):
    """Whose rule it is that stands outside every score."""

    STATE_LAW = "state_law"
    COUNCIL_POLICY = "council_policy"
    OWN_STANDING = "own_standing"
    EXISTING_LINK = "existing_link"


class RuleBars(StrEnum):
    """What a rule is about."""

    COUNTRIES = "countries"
    SECOND_IN_COUNTRY = "second_in_country"
    EXISTING_LINK = "existing_link"
    LAPSED_STANDING = "lapsed_standing"


class RuleEffect(StrEnum):
    BLOCK = "block"
    WARN = "warn"
    PREFER = "prefer"


class FailureReason(StrEnum):
    """Why a pair ended without a partnership."""

    DECLINED = "declined"
    SILENT = "silent"
    ALREADY_PARTNERED = "already_partnered"
    NOT_A_MATCH = "not_a_match"
    BARRED_BY_LAW = "barred_by_law"
    MEMBER_WITHDREW = "member_withdrew"
    LISTING_ENDED = "listing_ended"
    SEARCH_ENDED = "search_ended"


class ClosingReason(StrEnum):
    PARTNERED = "partnered"
    NO_MATCH = "no_match"
    NO_ANSWER = "no_answer"
    DUPLICATE = "duplicate"
    OTHER = "other"


UNASSIGNED = "staff"
"""The owner of a case that no one person of staff has: all of them."""


def person_of(staff_id: str) -> UUID | None:
    """Who signs in here has a number; the word for all of staff, or the name that another system gives, is none."""
    try:
        return UUID(staff_id)
    except ValueError:
        return None


class NextStep(StrEnum):
    """What an open case waits for; the owner and the date stand beside it."""

    BOOK_DEBRIEF = "book_debrief"
    HOLD_DEBRIEF = "hold_debrief"
    RESEARCH = "research"
    CHOOSE_SHORTLIST = "choose_shortlist"
    WRITE_TO_CHANNELS = "write_to_channels"
    AWAIT_REPLIES = "await_replies"
    HOLD_INTRODUCTION = "hold_introduction"
    WRITE_INVITATION = "write_invitation"
    SIGN_AGREEMENT = "sign_agreement"
    REVIEW = "review"
    RESUME = "resume"
    NONE = "none"


class PairWaits(Value):
    """What a pair waits for, who has it to do, and until when, as outreach counts it."""

    step: NextStep
    holder: Party
    due_on: date


class DocumentKind(StrEnum):
    INVITATION = "invitation"
    ACCEPTANCE = "acceptance"
    LETTER_OF_INTENT = "letter_of_intent"
    FRIENDSHIP_AGREEMENT = "friendship_agreement"
    COUNCIL_RESOLUTION = "council_resolution"
    SISTER_CITY_AGREEMENT = "sister_city_agreement"
    PROCLAMATION = "proclamation"
    VISA_SUPPORT_LETTER = "visa_support_letter"
    DELEGATION_LIST = "delegation_list"


def add_months(day: date, months: int) -> date:
    """The same day of the month later on, or the last day of a shorter month."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month0 + 1, last)
        except ValueError:
            continue
    raise ValueError(f"no such month: {year}-{month0 + 1}")
