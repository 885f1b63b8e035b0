"""Searches as old files have them: long names, years of silence, and hardly a fact."""

import random
from datetime import UTC, date, datetime, timedelta

from deploy.local.binaries import GAZETTEER
from shared.gazetteer import Gazetteer
from shared.values import Place
from tests.clients import Client
from tests.intake.test_imports import import_rows

Row = dict[str, str]
LONG_WISH = (
    "A town by the water where our seniors' choir, the volunteer fire brigade and the two high"
    " schools can stay with families, and which answers letters. "
) * 4


def places(count: int) -> list[Place]:
    """The U.S. towns with the longest names; other tests take smaller ones, the season larger ones."""
    found = [p for p in Gazetteer(GAZETTEER).all(6_000) if p.country == "US"]
    small = [p for p in found if p.population < 20_000]
    return sorted(small, key=lambda place: (-len(place.name), place.geoname_id))[:count]


def member(number: int, place: Place) -> Row:
    """Every third one has nobody who acts for it, every fourth has lapsed, every fifth is told with a long wish."""
    row = {"geoname_id": f"{place.geoname_id}", "membership": "member"}
    if number % 3:
        row |= {
            "administrator_name": f"The Office of the City Manager and Town Clerk of {place.name}",
            "administrator_email": f"office.{place.geoname_id}@example.org",
        }
    if number % 4:
        row |= {"joined_on": "1998-01-01", "paid_through": "2199-12-31"}
    if not number % 5:
        row["seeks"] = LONG_WISH
    return row


def search(number: int, place: Place) -> Row:
    """Asked for within the last twelve years, and then left where it was."""
    chance = random.Random(number)  # the same rows each time
    today = datetime.now(UTC).date()
    requested = today - timedelta(days=chance.randint(200, 12 * 365))
    row = {"geoname_id": f"{place.geoname_id}", "requested_on": f"{requested}"}
    if number % 2:
        row["debriefed_on"] = f"{_later(requested, chance, today)}"
    if not number % 7:
        row["paused_on"] = f"{_later(requested, chance, today)}"
    if not number % 6:
        row |= {"countries": "JP;PT;DE;FR;IT;ES;PL;CZ;SK;HU;RO;BG;GR;TR", "themes": "youth;health"}
    if not number % 9:
        row["named_cities"] = "1865005;2740637;588335"
    return row


def _later(day: date, chance: random.Random, today: date) -> date:
    return min(today, day + timedelta(days=chance.randint(10, 150)))


def take_over(staff: Client, count: int) -> list[Place]:
    """Puts so many on record, in two files as `csc import` sends them."""
    found = places(count)
    for kind, row in (("communities", member), ("searches", search)):
        rows = [row(number, place) for number, place in enumerate(found)]
        answer = import_rows(staff, kind, rows)
        assert answer["imported"] + answer["repeated"] == count, answer
    return found
