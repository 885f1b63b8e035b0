"""A city of the map in English sentences: for pages without scripts, search engines and shared pictures."""

import json
from collections.abc import Iterator
from datetime import date

from babel import Locale
from markupsafe import Markup

from services.directory.shown import CityPage, CityStatus, Partnership
from shared.values import PartnershipKind

Fact = tuple[str, str]
KINDS = {
    PartnershipKind.CONTACT: "contact",
    PartnershipKind.PROJECT: "project partners",
    PartnershipKind.FRIENDSHIP: "friendship cities",
    PartnershipKind.SISTER: "sister cities",
}


def where(city: CityPage) -> str:
    """ "Illinois, United States"; "Japan"."""
    return ", ".join(part for part in (city.state_name, city.country_name) if part)


def full_name(city: CityPage) -> str:
    return f"{city.name}, {city.state_name or city.country_name}"


def seeking(city: CityPage) -> str:
    """What it looks for in three words; empty where it does not."""
    if CityStatus.LISTED in city.statuses:
        return "Seeking a U.S. partner"
    return "Seeking a partner abroad" if CityStatus.SEEKING in city.statuses else ""


def in_few_words(city: CityPage) -> str:
    """For a picture: that it looks for a partner and in what, else how many it has."""
    if says := seeking(city):
        return ": ".join(part for part in (says, _listed(city.themes[:3])) if part)
    n = city.partnerships
    return f"{n} partnership{'' if n == 1 else 's'}" if n else "Partnerships that have ended"


def described(city: CityPage) -> str:
    """For a search engine: one or two sentences."""
    said = f"{city.name} in {where(city)}. {in_few_words(city)}."
    last = city.confirmed_on or city.seeking_since
    return f"{said} Last confirmed on {_day(last)}." if last else said


def facts(city: CityPage) -> Iterator[Fact]:
    """Only those that are known."""
    if city.population:
        yield "People", f"{city.population:,}"
    for name, values in (
        ("Interested in", city.themes),
        ("Industries", city.industries),
        ("Universities", city.universities),
        ("Languages", [Locale("en").languages.get(code, code) for code in city.languages]),
    ):
        if values:
            yield name, _listed(values)
    for name, day in (
        ("Listed since", city.listed_on),
        ("Last confirmed", city.confirmed_on),
        ("Seeking since", city.seeking_since),
    ):
        if day:
            yield name, _day(day)


def partnerships(city: CityPage) -> list[dict[str, str]]:
    return [_partnership(city, each) for each in city.all_partnerships]


def _partnership(city: CityPage, each: Partnership) -> dict[str, str]:
    """Seen from the city: the other end of it."""
    is_member = each.member.community_id == city.community_id
    other = each.partner if is_member else each.member
    parts = [KINDS[each.kind] if each.kind else "partners"]
    if each.year:
        parts.append(f"since {each.year}" if each.is_active else f"from {each.year}")
    if not each.is_active:
        parts.append("ended")
    return {
        "address": other.address,
        "name": other.name,
        "country_name": other.country_name,
        "said": ", ".join(parts),
    }


def place(city: CityPage, url: str) -> Markup:
    """The city as schema.org has cities (JSON-LD)."""
    within = {"@type": "Country", "name": city.country_name}
    if city.state_name:
        within = {"@type": "State", "name": city.state_name, "containedInPlace": within}  # type: ignore[dict-item]
    return in_page(
        json.dumps(
            {
                "@context": "https://schema.org",
                "@type": "City",
                "@id": url,
                "name": city.name,
                "url": url,
                "image": f"{url}/share.png",
                "description": described(city),
                "sameAs": f"https://sws.geonames.org/{city.geoname_id}/",
                "geo": {
                    "@type": "GeoCoordinates",
                    "latitude": city.latitude,
                    "longitude": city.longitude,
                },
                "containedInPlace": within,
            },
            ensure_ascii=False,
        )
    )


def in_page(text: str) -> Markup:
    """JSON inside a page: no text of a city ends the element that it stands in."""
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  # no sign of HTML is left in it


def _listed(words: list[str]) -> str:
    return ", ".join(words)


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"
