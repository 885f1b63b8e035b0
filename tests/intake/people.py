"""Communities and cities abroad that nobody else's test uses, and the people who act for them."""

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from deploy.local.binaries import GAZETTEER
from shared.context import Role
from shared.gazetteer import Gazetteer
from shared.values import Place, community_id
from tests.clients import Client, Clients, eventually

INTAKE = "/api/intake/v1"
DEBRIEF = {
    "held_on": None,
    "preferences": {"countries": ["JP"], "themes": ["education"]},
    "profile": {"industries": ["logistics"], "universities": ["A university"]},
    "demographics": "A fifth of the people are under 18.",
    "notes": "They know a school abroad.",
}

CALL_BACK = {
    "kind": "call_back",
    "spoke_with": "The head of international relations",
    "number_source": "the city's own site",
}
LETTER = {"kind": "authority_letter", "note": "On paper, in the office."}
OFFICIAL = {"kind": "official_domain", "note": "The domain of the city's own site."}

REPEATABLE = random.Random(1)

IMPORTED_WHOLE = {"CA", "GB"}
"""One test puts the places of these countries on record by the thousand; every other test keeps away from them."""


def _is_for_one(place: Place) -> bool:
    return place.population < 4_000 and place.country not in IMPORTED_WHOLE


@cache
def _places(is_abroad: bool) -> Iterator[Place]:
    """Small towns, each once, so that no test meets another's."""
    found = [p for p in Gazetteer(GAZETTEER).all(2_000) if (p.country != "US") is is_abroad]
    sample = REPEATABLE.sample([p for p in found if _is_for_one(p)], k=2_000)
    return (place for place in sample if place.is_abroad is is_abroad)


def a_place(*, is_abroad: bool = False) -> Place:
    return next(_places(is_abroad))


@cache
def _doubles(is_abroad: bool) -> Iterator[tuple[Place, Place]]:
    """Two towns of one country and of one square of a third of a degree, which no other test meets either."""
    squares: dict[tuple[str, int, int], list[Place]] = defaultdict(list)
    for place in Gazetteer(GAZETTEER).all(4_000):
        if place.is_abroad is is_abroad and place.population < 6_000:
            square = (place.country, int(place.latitude * 3), int(place.longitude * 3))
            squares[square].append(place)
    found = [(two[0], two[1]) for (country, *_), two in squares.items() if len(two) > 1]
    return iter(
        REPEATABLE.sample([two for two in found if two[0].country not in IMPORTED_WHOLE], 50)
    )


def two_places(*, is_abroad: bool = False) -> tuple[Place, Place]:
    """So near to each other that they can be taken for one."""
    return next(_doubles(is_abroad))


@dataclass
class Member:
    """A community on record and its administrator."""

    place: Place
    id: UUID
    email: str
    administrator: Client

    def says_yes(self, **answers: Any) -> str:
        receipt = self.administrator.does(
            f"{INTAKE}/cases", {"community_id": str(self.id), **answers}
        )
        return str(receipt["id"])


def a_member(clients: Clients, at: Place | None = None, **form: Any) -> Member:
    """In good standing unless said otherwise."""
    place, email = at or a_place(), f"{uuid4()}@example.org"
    dues = {"paid_through": "2199-12-31", "joined_on": "2015-01-01", "sister_cities_at_joining": 1}
    administrator = {"name": "Ann Lee", "email": email}
    clients.staff().does(
        f"{INTAKE}/communities",
        {"geoname_id": place.geoname_id, "administrator": administrator, **dues, **form},
    )
    number = community_id(place.geoname_id)
    view = clients.staff().reads(f"{INTAKE}/communities/{number}")
    person = next((p["person_id"] for p in view["people"]), "")
    client = clients.who(Role.ADMINISTRATOR, person, community_id=number)
    return Member(place, number, email, client)


@dataclass
class City:
    """A city abroad that has sent the form, and its official."""

    place: Place
    id: str
    email: str
    official: Client
    path: str


def a_request(clients: Clients, at: Place | None = None, **profile: Any) -> City:
    place, email = at or a_place(is_abroad=True), f"{uuid4()}@example.org"
    form = {
        "geoname_id": place.geoname_id,
        "contact_name": "Mari Tamm",
        "contact_email": email,
        "profile": {"seeks": "A university city", "themes": ["education"], **profile},
    }
    number = clients.public().does(f"{INTAKE}/listings", form)["id"]
    official = clients.who(Role.FOREIGN_OFFICIAL, listing_id=UUID(number))
    return City(place, number, email, official, f"{INTAKE}/listings/{number}")


def a_listed_city(clients: Clients, at: Place | None = None) -> City:
    city, staff = a_request(clients, at), clients.staff()
    staff.does(f"{city.path}/proofs", CALL_BACK)
    staff.does(f"{city.path}/proofs", LETTER)
    staff.does(f"{city.path}/list")
    return city


def waiting(staff: Client, kind: str, key: str, number: object) -> Any:
    """Since when it waits for staff, as their list of what waits says; None where it is not in the list."""
    more: dict[str, str] | None = {}
    while more is not None:
        page = staff.reads(f"{INTAKE}/{kind}", waiting=True, limit=500, **more)
        for item in page["items"]:
            if item[key] == str(number):
                return item["waits_since"]
        more = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    return None


def mails_to(clients: Clients, email: str, about: str = "") -> list[Any]:
    return clients.mails(lambda mail: email in str(mail["To"]) and about in str(mail["Subject"]))


def mail_to(clients: Clients, email: str, about: str = "") -> Any:
    """The one mail; waits until it is there."""
    found = eventually(lambda: mails_to(clients, email, about))
    assert len(found) == 1
    return found[0]


def desk_of(address: Any) -> str:
    """The desk behind a return address, without what the letter is about."""
    return re.sub(r"\+[^@]*", "", str(address))


def text_of(mail: Any) -> str:
    part = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    return str(part.get_payload(decode=True).decode())


def code_of(mail: Any) -> str:
    found = re.search(r"Your code: (\w+)", text_of(mail))
    assert found, text_of(mail)
    return found[1]


def colleague(clients: Clients, name: str = "Dana Fox") -> Client:
    """Somebody of staff who is on record."""
    form = {"name": name, "email": f"{uuid4()}@example.org"}
    person = clients.staff().does(f"{INTAKE}/staff", form)["person_id"]
    return clients.who(Role.STAFF, person)
