"""The days and hours on which somebody works: weekends and public holidays of where they are, in their own time."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from shared.values import Value

OPENS, CLOSES = 9, 17
"""Hours of an office, in its own time."""


class Seat(Value):
    """Where somebody sits: the country whose holidays count, and the time of its clocks."""

    country: str
    timezone: str


def is_working_day(country: str, day: date, subdivision: str = "") -> bool:
    """No weekend and no public holiday there, or a day that is worked in exchange for one; where nothing is known,
    Monday to Friday. Of the U.S. without a state, the federal holidays."""
    return _calendar(country, subdivision).is_working_day(day)


def on_working_day(day: date) -> date:
    """The day itself where our staff and members work on it, or the next on which they do, by U.S. federal holidays."""
    while not is_working_day("US", day):
        day += timedelta(days=1)
    return day


def knows_holidays(country: str) -> bool:
    return _known(country, "") is not None


def first_working_moment(moment: datetime, seat: Seat | None) -> datetime:
    """The moment itself, or the same time of day on the next day on which they work."""
    if seat is None:
        return moment
    local = moment.astimezone(ZoneInfo(seat.timezone))
    while not is_working_day(seat.country, local.date()):
        local += timedelta(days=1)
    return local.astimezone(UTC)


def next_office_hour(moment: datetime, seat: Seat) -> datetime:
    """The moment itself where the office is open, else when it opens next."""
    local = moment.astimezone(ZoneInfo(seat.timezone))
    if is_working_day(seat.country, local.date()) and OPENS <= local.hour < CLOSES:
        return moment
    opens = local.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    if local >= opens:
        opens += timedelta(days=1)
    while not is_working_day(seat.country, opens.date()):
        opens += timedelta(days=1)
    return opens.astimezone(UTC)


def _calendar(country: str, subdivision: str) -> holidays.HolidayBase:
    found = _known(country, subdivision)
    # Of a country that the calendar does not know, Saturdays and Sundays.
    return _nowhere() if found is None else found


@lru_cache
def _nowhere() -> holidays.HolidayBase:
    return holidays.HolidayBase()


@lru_cache(maxsize=512)
def _known(country: str, subdivision: str) -> holidays.HolidayBase | None:
    try:
        return holidays.country_holidays(country, subdiv=subdivision or None)
    except (
        NotImplementedError
    ):  # how the package says that it does not know a country, or its region
        return _known(country, "") if subdivision else None
