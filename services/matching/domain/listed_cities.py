"""The tier of its own: foreign cities on the public map, and which of them fit a search (B7)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from services.matching.domain.refusals import NotOnTheMap, TalksWithAnother
from shared.values import Place, Preferences, PublicProfile, Value


class Availability(StrEnum):
    FREE = "free"
    IN_CONVERSATION = "in_conversation"
    PARTNERED = "partnered"


class ListedCity(Value):
    """A foreign city that asked for a U.S. partner, as matching knows it from what intake and outreach say."""

    listing_id: UUID
    community_id: UUID
    place: Place
    profile: PublicProfile
    confirmed_on: date | None = None
    is_on_map: bool = True
    availability: Availability = Availability.FREE

    @property
    def looks(self) -> bool:
        """Whether it can be offered to a member now."""
        return self.is_on_map and self.availability is Availability.FREE


def fits(preferences: Preferences, place: Place, continent: str) -> bool:
    """Whether a listed city lies where the member looks; a member that names no region looks everywhere (B2).

    Themes and size order the listed cities, but hide none: staff first look at all of them.
    """
    return is_looked_at(preferences, place.country, continent)


def is_looked_at(preferences: Preferences, country: str, continent: str) -> bool:
    """Whether the member looks in a country, by its ISO code, or on its whole continent."""
    if not preferences.countries and not preferences.continents:
        return True
    return country in preferences.countries or continent in preferences.continents


def free_on_the_map(listing: ListedCity | None) -> ListedCity:
    """Raises NotOnTheMap or TalksWithAnother."""
    if listing is None or not listing.is_on_map or listing.availability is Availability.PARTNERED:
        raise NotOnTheMap
    if listing.availability is Availability.IN_CONVERSATION:
        raise TalksWithAnother(name=listing.place.name)
    return listing
