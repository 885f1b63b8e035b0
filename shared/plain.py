"""What a field that is not filled in right should look like, in plain words with an example."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.forms import NO_CONTROL, PROSE, SAID

UNREADABLE = "There is a character in it that nobody can read; please write it anew."
PATTERNS = {
    r"^[A-Z]{2}$": "Write it as two capital letters, e.g. JP for a country or TX for a state.",
    r"^[a-z]{2,3}$": "Write the language in two or three small letters, e.g. en.",
    r"^([a-z]{2,3})?$": "Write the language in two or three small letters, e.g. en; or leave it empty.",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "Use small letters, digits and hyphens alone, e.g. texas-gov-code-795.",
    r"^[a-z]+$": "Use small letters alone, e.g. proposed.",
    r"^[a-z]{1,30}$": "Use small letters alone, 30 at most, e.g. intake.",
    r"^[\w.-]{1,80}$": "Use letters, digits, dots and hyphens alone, 80 at most, e.g. season-2027.",
    r"^(https?://[^\s\x00]+)?$": "Write the whole address of the page, e.g. https://example.org/law.",
    NO_CONTROL: "Write it in one line, without tabs or line ends.",
    PROSE: UNREADABLE,
    SAID: "Write at least a word, in characters that can be read.",
    r"^[^\x00]*$": UNREADABLE,
    r"^[^\x00]+$": UNREADABLE,
}
"""Each pattern of a field, and what to write."""
NUMBER = "Write a number in digits, without quotes, e.g. 10."
WHOLE = "Write a whole number in digits, e.g. 10."
NO_ID = "This is no id; take it as it is from the list, e.g. c0a1d7b2-3e4f-4a5b-8c6d-7e8f9a0b1c2d."
MOMENT = "Write day and time with its zone, e.g. 2027-05-15T22:00:00Z."
Facts = Mapping[str, Any]
SENTENCES: dict[str, Callable[[Facts], str]] = {
    "string_pattern_mismatch": lambda x: _as_pattern(x["pattern"]),
    "enum": lambda x: _one_of(x["expected"]),
    "literal_error": lambda x: _one_of(x["expected"]),
    "uuid_parsing": lambda _: NO_ID,
    "uuid_type": lambda _: NO_ID,
    "int_parsing": lambda _: WHOLE,
    "int_type": lambda _: WHOLE,
    "int_from_float": lambda _: WHOLE,
    "float_parsing": lambda _: NUMBER,
    "float_type": lambda _: NUMBER,
    "finite_number": lambda _: NUMBER,
    "bool_parsing": lambda _: "Write true or false.",
    "bool_type": lambda _: "Write true or false.",
    "string_type": lambda _: "Write a text.",
    "list_type": lambda _: "Write a list, in square brackets.",
    "datetime_parsing": lambda _: MOMENT,
    "datetime_from_date_parsing": lambda _: MOMENT,
    "timezone_aware": lambda _: MOMENT,
    "greater_than": lambda x: f"Write more than {x['gt']}.",
    "greater_than_equal": lambda x: f"Write {x['ge']} or more.",
    "less_than": lambda x: f"Write less than {x['lt']}.",
    "less_than_equal": lambda x: f"Write {x['le']} or less.",
    "string_too_long": lambda x: f"Write {x['max_length']} characters at most.",
    "string_too_short": lambda x: (
        "Write something here."
        if x["min_length"] == 1
        else f"Write {x['min_length']} characters at least."
    ),
    "extra_forbidden": lambda _: "There is no such field in this form; leave it out.",
}
"""By what pydantic calls the fault."""


def in_plain_words(error: Facts) -> str:
    """One of pydantic's errors as a person should read it; its own words where nothing better is known."""
    known = SENTENCES.get(error["type"])
    return known(error.get("ctx", {})) if known else error["msg"].removeprefix("Value error, ")


def _one_of(expected: str) -> str:
    """`'for' or 'against'`, as pydantic writes it, without its quotes."""
    return f"Write one of these: {expected.replace(' or ', ', ').replace(chr(39), '')}."


def _as_pattern(pattern: str) -> str:
    if pattern in PATTERNS:
        return PATTERNS[pattern]
    choices = pattern.removeprefix("^(").removesuffix(")$")
    if choices.replace("|", "").replace("_", "").isalpha():
        return f"Write one of these: {choices.replace('|', ', ')}."
    return "This is not written as it should be; look at the examples in the documentation."
