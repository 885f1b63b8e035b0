"""Where a place comes from: the gazetteer alone, so that no city is made up."""

from shared.refusals import Refusal
from shared.values import Place


def known(place: Place | None, geoname_id: int) -> Place:
    """What the gazetteer found. Raises UnknownPlace."""
    if place is None:
        raise UnknownPlace(geoname_id=geoname_id)
    return place


def whole(place: Place, *, is_section: bool) -> Place:
    """What can be a community. Raises SectionOfACity."""
    if is_section:
        raise SectionOfACity(place=place.name)
    return place


class SectionOfACity(Refusal):
    """{place} is a section of a city, not a community of its own."""

    status = 422
    next_step = "Import the city that it belongs to instead."


class UnknownPlace(Refusal):
    """There is no place with the GeoNames number {geoname_id} in our gazetteer."""

    status = 422
    next_step = "Look the place up by its name, or check the number at geonames.org."
