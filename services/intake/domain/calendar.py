"""The programme's calendar: from days to moments, and the one rule about a year's waiting (B17)."""

from datetime import UTC, date, datetime, time, timedelta

from shared.refusals import Refusal
from shared.values import Party, add_months
from shared.working_days import on_working_day


def midnight(day: date) -> datetime:
    """The first moment of a day; the programme's days are counted in UTC."""
    return datetime.combine(day, time(), UTC)


def in_days(day: date, days: int) -> date:
    return day + timedelta(days=days)


def due_in(day: date, days: int, holder: Party) -> date:
    """When somebody's step is due; one of staff or of the member, on a day on which they work."""
    due_on = in_days(day, days)
    return on_working_day(due_on) if holder in (Party.STAFF, Party.MEMBER) else due_on


def noon_of(day: date, now: datetime) -> datetime:
    """When something of the past happened of which only the day is known. Raises StillToCome."""
    if day > now.date():
        raise StillToCome(day=day)
    return min(datetime.combine(day, time(12), UTC), now)


def waiver_due_on(requested_on: date) -> date:
    """The first day on which a search has lasted longer than a year."""
    return in_days(add_months(requested_on, 12), 1)


def waiver_due(joined_with_sister_cities: int | None, requested_on: date, today: date) -> bool:
    """B17: joined without any sister city, and the search has lasted longer than a year."""
    return joined_with_sister_cities == 0 and today >= waiver_due_on(requested_on)


class StillToCome(Refusal):
    """{day} is still to come; what is imported has happened already."""

    next_step = "Check the day, or leave it out until it has come."
