"""What lies before the season: members, listings, searches and partnerships, as files for the imports."""

import csv
import hashlib
import io
from collections.abc import Iterable
from typing import Any

from cli.imports import Kind, Sheet, sheet_of
from cli.season_places import ABROAD, MEMBERS, City
from cli.season_stage import Stage, address, profile
from cli.season_story import STORIES, find_imported

LISTED = ABROAD[:62]
ASKING = ABROAD[62:]
SEARCHING = MEMBERS[: len(STORIES)]
OTHERS = MEMBERS[len(STORIES) :]
"""Members that do not search: partners of old, two whose dues have lapsed, and one community that is no member."""


def sheets(stage: Stage) -> list[tuple[Kind, Sheet]]:
    """In the order in which they have to be imported."""
    return [
        (Kind.COMMUNITIES, sheet(Kind.COMMUNITIES, communities(stage))),
        (Kind.LISTINGS, sheet(Kind.LISTINGS, listings(stage))),
        (Kind.SEARCHES, sheet(Kind.SEARCHES, searches(stage))),
        (Kind.PARTNERSHIPS, sheet(Kind.PARTNERSHIPS, partnerships())),
    ]


def sheet(kind: Kind, rows: Iterable[dict[str, Any]]) -> Sheet:
    """The same path as a file from a disk: written as CSV, read as CSV."""
    found = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, found[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    content = text.getvalue()
    return sheet_of(kind, content, hashlib.sha256(content.encode()).hexdigest())


def communities(stage: Stage) -> Iterable[dict[str, Any]]:
    for number, city in enumerate(MEMBERS):
        is_member = city != OTHERS[-1]
        has_lapsed = city in OTHERS[-3:-1]
        yield {
            "geoname_id": city.geoname_id,
            "kind": "city",
            "membership": "member" if is_member else "not_a_member",
            # The first one's date tells a later play from which day this season counts.
            "joined_on": stage.day(-ANCHOR_DAYS - 31 * number) if is_member else "",
            "sister_cities_at_joining": (0 if number % 2 else 1) if is_member else "",
            "paid_through": "" if not is_member else stage.day(-40 if has_lapsed else 200 + number),
            "administrator_name": f"Administrator of {city.name} (demo)",
            "administrator_email": address("administrator", city),
            **texts(profile(number, city)),
            "is_demonstration": "true",
        }


ANCHOR_DAYS = 900


def listings(stage: Stage) -> Iterable[dict[str, Any]]:
    for number, city in enumerate(LISTED):
        # The last ones are long on the map: three are to be confirmed again soon, two have expired.
        age = 260 if number >= 57 else 20 + 37 * number % 330
        yield {
            "geoname_id": city.geoname_id,
            "contact_name": f"International office of {city.name} (demo)",
            "contact_email": address("office", city),
            "contact_office": "International office",
            "contact_language": city.language,
            **texts(profile(number + 3, city)),
            "submitted_on": stage.day(-age - 12),
            "listed_on": stage.day(-age),
            "confirmed_on": stage.day(-confirmed_before(number, age)),
            "withdrawn_on": "",
            "is_demonstration": "true",
        }


def confirmed_before(number: int, age: int) -> int:
    """Days since the city last said that it still looks."""
    if number >= 57:
        return 200 if number % 2 == 0 else 170
    return min(age, 15 + 11 * number % 130)


def searches(stage: Stage) -> Iterable[dict[str, Any]]:
    for number, (city, story) in enumerate(zip(SEARCHING, STORIES, strict=True)):
        if story[0] is not find_imported:
            continue
        age = 60 + 53 * number % 380
        said = profile(number, city)
        yield {
            "geoname_id": city.geoname_id,
            "requested_on": stage.day(-age),
            "is_shown_publicly": "true" if number % 3 != 2 else "false",
            "themes": ";".join(said["themes"]),
            "debriefed_on": stage.day(-age + 21),
            "industries": ";".join(said["industries"]),
        }


def partnerships() -> Iterable[dict[str, Any]]:
    """Partners of old: some without a year, as such records are."""
    kinds = ("sister", "sister", "friendship", "")
    for number, city in enumerate((*OTHERS[:-3], *OTHERS[:-3])):
        partner: City = ABROAD[(7 * number + 11) % len(ABROAD)]
        yield {
            "a_gid": city.geoname_id,
            "b_gid": partner.geoname_id,
            "year": "" if number % 4 == 3 else 1962 + 4 * number,
            "kind": kinds[number % 4],
            "is_demonstration": "true",
        }


def texts(said: dict[str, Any]) -> dict[str, str]:
    """A profile as cells: lists are parted by semicolons."""
    return {
        name: value if isinstance(value, str) else ";".join(value) for name, value in said.items()
    }
