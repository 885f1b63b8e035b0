"""Where the page of a city stands: words to read, and the number by which it is found however it is called."""

import re
from typing import Any

from services.directory import geography

NO_WORD = re.compile(r"[^a-z0-9]+")
NUMBER = re.compile(r"(?:^|-)(\d{1,9})$")
# Letters that are no others with an accent.
PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
    | dict.fromkeys("'’‘ʻʼ`", "")
)


def path_of(city: dict[str, Any]) -> str:
    """`city`: with its number, the code of its country, its folded name and, in the U.S., the code of its state."""
    state = geography.states().get(city["admin1"], "") if city["country"] == "US" else ""
    said = words(f"{city['folded']} {state}")
    number = city["geoname_id"]
    return f"/cities/{city['country'].lower()}/{f'{said}-' if said else ''}{number}"


def words(text: str) -> str:
    """As they stand in an address: small Latin letters, with hyphens between the words."""
    return NO_WORD.sub("-", geography.folded(text).translate(PLAIN)).strip("-")


def parts_of(said: str) -> tuple[str, int | None]:
    """The words and the number of the last part of an address."""
    found = NUMBER.search(said)
    if found is None:
        return words(said), None
    return words(said[: found.start()]), int(found[1])
