"""What a field that is not filled in right should look like, in plain words with an example."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from shared.forms import NO_CONTROL, PROSE, SAID

NOT_EMPTY = r"^[^\x00]+$"
SOMETHING = "Write something here."
UNREADABLE = "There is a character in it that nobody can read; please write it anew."
PATTERNS = {
    r"^[A-Z]{2}$": "Write it as two capital letters, e.g. JP for a country or TX for a state.",
    r"^[a-z]{2,3}$": "Write the language in two or three small letters, e.g. en.",
    r"^([a-z]{2,3})?$": "Write the language in two or three small letters, e.g. en; or leave it empty.",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "Use small letters, digits and hyphens alone, e.g. texas-gov-code-795.",
    r"^[A-Za-z0-9 -]*$": "Write the code as it is shown, e.g. K7M-2QX.",
    r"^[\w-]+$": "Use the whole link from the newest mail.",
    r"^[A-Za-z0-9_=-]+$": "Use what the browser gives, in base64url.",
    r"^[a-z_]{1,60}$": "Use small letters and _ alone, e.g. signed_in.",
    r"^(intake|matching|outreach|directory)$": "Use the name of a service: intake, matching, outreach or directory.",
    r"^(case|listing|pair|thread)$": "Write case, listing, pair or thread.",
    r"^[a-z_]{2,40}$": "Use small letters and _ alone, e.g. debrief_invitation.",
    r"^[a-z]+$": "Use small letters alone, e.g. proposed.",
    r"^[a-z]{1,30}$": "Use small letters alone, 30 at most, e.g. intake.",
    r"^[\w.-]{1,80}$": "Use letters, digits, dots and hyphens alone, 80 at most, e.g. season-2027.",
    r"^(https?://[^\s\x00]+)?$": "Write the whole address of the page, e.g. https://example.org/law.",
    r"^[a-z0-9-]+(\.[a-z0-9-]+)+$": "Write the domain in small letters, e.g. tartu.ee.",
    NO_CONTROL: "Write it in one line, without tabs or line ends.",
    PROSE: UNREADABLE,
    SAID: "Write at least a word, in characters that can be read.",
    r"^[^\x00]*$": UNREADABLE,
    NOT_EMPTY: UNREADABLE,
}
"""Each pattern of a field, and what to write."""
NUMBER = "Write a number in digits, without quotes, e.g. 10."
WHOLE = "Write a whole number in digits, e.g. 10."
NO_ID = "This is no id; take it as it is from the list, e.g. c0a1d7b2-3e4f-4a5b-8c6d-7e8f9a0b1c2d."
NO_MAIL = "value is not a valid email address"
MAIL = "Write a whole e-mail address, e.g. ann.lee@example.org."
LIST = "Write a list, in square brackets."
OBJECT = "Write names with their values, in curly brackets."
DAY = "Write the day as year, month and day, e.g. 2027-05-15."
MOMENT = "Write day and time with its zone, e.g. 2027-05-15T22:00:00Z."
Facts = Mapping[str, Any]
SENTENCES: dict[str, Callable[[Facts], str]] = {
    "missing": lambda _: "This is missing; fill it in.",
    "json_invalid": lambda _: "This is not written as JSON; check its commas, quotes and brackets.",
    "string_pattern_mismatch": lambda x: _as_pattern(x["pattern"], x["input"]),
    "enum": lambda x: _one_of(x["expected"]),
    "literal_error": lambda x: _one_of(x["expected"]),
    "uuid_parsing": lambda _: NO_ID,
    "uuid_type": lambda _: NO_ID,
    "uuid_version": lambda _: NO_ID,
    "int_parsing": lambda _: WHOLE,
    "int_type": lambda _: WHOLE,
    "int_from_float": lambda _: WHOLE,
    "int_parsing_size": lambda _: "This number is too large; write a smaller one.",
    "float_parsing": lambda _: NUMBER,
    "float_type": lambda _: NUMBER,
    "finite_number": lambda _: NUMBER,
    "bool_parsing": lambda _: "Write true or false.",
    "bool_type": lambda _: "Write true or false.",
    "string_type": lambda _: "Write a text.",
    "list_type": lambda _: LIST,
    "tuple_type": lambda _: LIST,
    "set_type": lambda _: LIST,
    "frozen_set_type": lambda _: LIST,
    "dict_type": lambda _: OBJECT,
    "model_type": lambda _: OBJECT,
    "model_attributes_type": lambda _: OBJECT,
    "none_required": lambda _: "Leave this empty.",
    "date_type": lambda _: DAY,
    "date_parsing": lambda _: DAY,
    "date_from_datetime_parsing": lambda _: DAY,
    "date_from_datetime_inexact": lambda _: DAY,
    "datetime_type": lambda _: MOMENT,
    "datetime_parsing": lambda _: MOMENT,
    "datetime_from_date_parsing": lambda _: MOMENT,
    "timezone_aware": lambda _: MOMENT,
    "greater_than": lambda x: _within(x["gt"], "more than {}", "a day after {}"),
    "greater_than_equal": lambda x: _within(x["ge"], "{} or more", "{} or a later day"),
    "less_than": lambda x: _within(x["lt"], "less than {}", "a day before {}"),
    "less_than_equal": lambda x: _within(x["le"], "{} or less", "{} or an earlier day"),
    "string_too_long": lambda x: f"Write {x['max_length']} characters at most.",
    "string_too_short": lambda x: (
        SOMETHING if x["min_length"] == 1 else f"Write {x['min_length']} characters at least."
    ),
    "too_long": lambda x: f"Give {x['max_length']} at most.",
    "too_short": lambda x: (
        SOMETHING if isinstance(x["input"], str) else f"Give {x['min_length']} at least."
    ),
    "extra_forbidden": lambda _: (
        "There is no such field in this form; leave it out, or mend its name."
    ),
}
"""By what pydantic calls the fault."""


def in_plain_words(error: Facts) -> str:
    """One of pydantic's errors as a person should read it; its own words where nothing better is known."""
    known = SENTENCES.get(error["type"])
    if known is None:
        own = str(error["msg"]).removeprefix("Value error, ")
        return MAIL if own.startswith(NO_MAIL) else own
    return known({**error.get("ctx", {}), "input": error.get("input")})


def _within(bound: Any, number: str, day: str) -> str:
    """A bound of days comes as Python writes it: `datetime.date(1900, 1, 1)`."""
    if not isinstance(bound, str):
        return f"Write {number.format(bound)}."
    year, month, of_month = map(int, re.findall(r"\d+", bound)[:3])
    return f"Write {day.format(date(year, month, of_month))}."


def _one_of(expected: str) -> str:
    """`'for' or 'against'`, as pydantic writes it, without its quotes."""
    return f"Write one of these: {expected.replace(' or ', ', ').replace(chr(39), '')}."


def _as_pattern(pattern: str, given: Any) -> str:
    if pattern == NOT_EMPTY and not given:
        return SOMETHING
    if pattern in PATTERNS:
        return PATTERNS[pattern]
    choices = pattern.removeprefix("^(").removesuffix(")$")
    if choices.replace("|", "").replace("_", "").isalpha():
        return f"Write one of these: {choices.replace('|', ', ')}."
    return "This is not written as it should be; look at the examples in the documentation."
