"""The days and hours on which a recipient works: weekends and public holidays of where they sit, in their own time."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from shared.values import Channel, Value

OPENS, CLOSES = 9, 17
"""Hours of an office, in its own time."""
IN_THE_UNITED_STATES = (
    Channel.FOREIGN_EMBASSY,
    Channel.FOREIGN_CONSULATE,
    Channel.FEDERAL_AGENCY,
)


class Seat(Value):
    """Where a recipient sits: the country whose holidays count, and the time of its clocks."""

    country: str
    timezone: str


class Delivery(Value):
    """Where a letter goes, and when, where it waits for the office to open; unknown of what is older than that."""

    seat: Seat | None = None
    goes_out_at: datetime | None = None


def sits_in(channel: Channel, country: str) -> str:
    """The country that a contact of this channel works in, where no registered contact says it."""
    return "US" if channel in IN_THE_UNITED_STATES else country


def first_working_moment(moment: datetime, seat: Seat | None) -> datetime:
    """The moment itself, or the same time of day on the next day on which the recipient works."""
    if seat is None:
        return moment
    local, calendar = moment.astimezone(ZoneInfo(seat.timezone)), _calendar(seat.country)
    while not calendar.is_working_day(local.date()):
        local += timedelta(days=1)
    return local.astimezone(UTC)


def next_office_hour(moment: datetime, seat: Seat) -> datetime:
    """The moment itself where the office is open, else when it opens next."""
    local, calendar = moment.astimezone(ZoneInfo(seat.timezone)), _calendar(seat.country)
    if calendar.is_working_day(local.date()) and OPENS <= local.hour < CLOSES:
        return moment
    opens = local.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    if local >= opens:
        opens += timedelta(days=1)
    while not calendar.is_working_day(opens.date()):
        opens += timedelta(days=1)
    return opens.astimezone(UTC)


@lru_cache
def _calendar(country: str) -> holidays.HolidayBase:
    """Of a country that the calendar does not know, Saturdays and Sundays."""
    try:
        return holidays.country_holidays(country)
    except NotImplementedError:  # how the package says that it does not know a country
        return holidays.HolidayBase()
