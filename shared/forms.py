"""Days, moments and texts as people give them, at a door or in a file."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
)

NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
"""One line."""
PROSE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""Paragraphs: tabs and line ends are fine, other control characters are not."""
SAID = PROSE[:-1] + r"[^\s\x00-\x1f\x7f]" + PROSE[1:]
"""The same, with something to read in it."""


class Form(BaseModel):
    """What somebody fills in: a field that we do not know is told, not dropped; an example stands in the OpenAPI
    document."""

    model_config = ConfigDict(extra="forbid")

    def __init_subclass__(cls, example: dict[str, Any] | None = None, **kwargs: Any) -> None:
        if example is not None:
            cls.model_config = cls.model_config | ConfigDict(json_schema_extra={"example": example})
        super().__init_subclass__(**kwargs)


def known_only(value: type[BaseModel]) -> BeforeValidator:
    """For a value in a form that events keep too, and that must be read with fields of another day: at a door what
    it does not know is told."""

    def check(given: Any) -> Any:
        unknown = sorted(set(given) - value.model_fields.keys()) if isinstance(given, dict) else []
        if unknown:
            raise ValueError(
                f"There is no field {unknown[0]} here; leave it out, or mend its name."
            )
        return given

    return BeforeValidator(check)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as problem:
        raise ValueError("this moment lies outside the calendar") from problem


def _is_a_day(given: Any) -> Any:
    """Numbers, which a spreadsheet may make of its dates, and other ways to write a day are told how to."""
    if not isinstance(given, (str, int, float)):
        return given
    try:
        return date.fromisoformat(str(given).strip())
    except ValueError:
        raise ValueError(f"'{str(given)[:20]}' is no day; write it as 2026-03-20") from None


def _opaque(staff_id: str) -> str:
    if not re.fullmatch(r"[\w.-]{1,80}", staff_id):
        raise ValueError(
            "please give a short name such as staff-1, no e-mail address: the other services are told it too"
        )
    return staff_id


StaffId = Annotated[
    str,
    AfterValidator(_opaque),
    # Told in the OpenAPI document alone: its own message would be the expression.
    Field(json_schema_extra={"pattern": r"^[\w.-]{1,80}$"}, examples=["staff-1"]),
]

AnyDay = Annotated[date, BeforeValidator(_is_a_day)]
Day = Annotated[AnyDay, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]
Moment = Annotated[
    AwareDatetime,
    AfterValidator(_in_utc),
    Field(ge=datetime(1900, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC)),
]
"""In UTC, whatever the offset that it is given with."""


def _plain(address: str) -> str:
    if not address.isascii():
        raise ValueError("please give the address in letters without accents")
    return address.lower()


def _one_line(text: str) -> str:
    """Names and subjects stand in the heads of letters: a line break would begin another, and `=?` a word in code."""
    if "=?" in text or any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in text):
        raise ValueError("please write it in one line, without =? and without control characters")
    return text


ONE_LINE = r"^([^=\x00-\x1f\x7f-\x9f\u2028\u2029]|=+[^=?\x00-\x1f\x7f-\x9f\u2028\u2029])*=*$"
OneLine = Annotated[
    str,
    AfterValidator(_one_line),
    # Told in the OpenAPI document alone: its own message would be the expression.
    Field(json_schema_extra={"pattern": ONE_LINE}),
]
Email = Annotated[EmailStr, AfterValidator(_plain), Field(examples=["ann.lee@example.org"])]
