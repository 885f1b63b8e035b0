"""Silence ends, and letters go out, on days on which the recipient works."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.outreach.domain.seats import sits_in
from services.outreach.domain.thread import SILENCES, Thread
from shared.values import Channel
from shared.working_days import Seat, first_working_moment, next_office_hour

JAPAN = Seat(country="JP", timezone="Asia/Tokyo")
SAUDI_ARABIA = Seat(country="SA", timezone="Asia/Riyadh")
WASHINGTON = Seat(country="US", timezone="America/New_York")
NOWHERE = Seat(country="XX", timezone="UTC")
THREAD = UUID(int=1)
EARLIEST = datetime(2024, 1, 1)  # noqa: DTZ001  # the zone is given apart


def local(moment: datetime, seat: Seat) -> datetime:
    return moment.astimezone(ZoneInfo(seat.timezone))


@pytest.mark.parametrize(
    ("seat", "falls_on", "moves_to"),
    [
        (JAPAN, "2026-05-03", "2026-05-07"),  # Golden Week
        (JAPAN, "2026-03-07", "2026-03-09"),  # a Saturday
        (SAUDI_ARABIA, "2026-03-06", "2026-03-08"),  # a Friday: Sunday is a working day there
        (WASHINGTON, "2026-11-26", "2026-11-27"),  # Thanksgiving
        (WASHINGTON, "2026-11-25", "2026-11-25"),
        (NOWHERE, "2026-03-07", "2026-03-09"),
    ],
)
def test_weekends_and_holidays_of_the_recipient_count(
    seat: Seat, falls_on: str, moves_to: str
) -> None:
    """The same time of day, on the next day on which they work."""
    noon = datetime.fromisoformat(f"{falls_on}T12:00").replace(tzinfo=ZoneInfo(seat.timezone))
    moved = local(first_working_moment(noon.astimezone(UTC), seat), seat)
    assert (moved.date(), moved.hour) == (date.fromisoformat(moves_to), 12)


def test_the_day_is_that_of_the_recipient() -> None:
    """Sunday evening in Washington is Monday in Tokyo."""
    sunday = datetime(2026, 3, 8, 22, tzinfo=UTC)
    assert first_working_moment(sunday, JAPAN) == sunday
    assert first_working_moment(sunday, WASHINGTON) == sunday + timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-10T10:30", "2026-03-10T10:30"),
        ("2026-03-10T06:00", "2026-03-10T09:00"),
        ("2026-03-10T17:00", "2026-03-11T09:00"),
        ("2026-03-13T18:00", "2026-03-16T09:00"),
        ("2026-05-01T17:30", "2026-05-07T09:00"),
    ],
)
def test_a_letter_may_wait_for_office_hours(now: str, opens: str) -> None:
    """At once where the office is open, else when it opens next, in its own time."""
    tokyo = ZoneInfo(JAPAN.timezone)
    asked = datetime.fromisoformat(now).replace(tzinfo=tokyo)
    assert next_office_hour(asked, JAPAN).astimezone(tokyo) == datetime.fromisoformat(
        opens
    ).replace(tzinfo=tokyo)


@given(
    contacted=some.datetimes(EARLIEST, EARLIEST.replace(year=2030), timezones=some.just(UTC)),
    seat=some.sampled_from(
        [JAPAN, SAUDI_ARABIA, WASHINGTON, NOWHERE, Seat(country="CN", timezone="Asia/Shanghai")]
    ),
)
def test_no_silence_ends_on_a_day_off(contacted: datetime, seat: Seat) -> None:
    """Whatever the day: never earlier than 7, 14 and 28 days, in that order, and never on a weekend or holiday."""
    thread = Thread(
        thread_id=THREAD,
        channel=Channel.CITY_OFFICE,
        contact_id=None,
        contacted_at=contacted,
        seat=seat,
    )
    ends = [thread.silence_ends(days, None) for days in SILENCES]
    assert ends == sorted(ends)
    for days, end in zip(SILENCES, ends, strict=True):
        assert timedelta(days=days) <= end - contacted <= timedelta(days=days + 14)
        assert is_working_day(local(end, seat).date(), seat.country)
        assert thread.silence_reached(None, end - timedelta(seconds=1)) < days
        assert thread.silence_reached(None, end) >= days


def is_working_day(day: date, country: str) -> bool:
    if country == "XX":
        return day.weekday() < 5
    return bool(holidays.country_holidays(country).is_working_day(day))


def test_missions_work_where_they_sit() -> None:
    """Japan's embassy in Washington keeps American hours, the U.S. embassy in Tokyo those of Japan."""
    assert sits_in(Channel.FOREIGN_EMBASSY, "JP") == "US"
    assert sits_in(Channel.US_EMBASSY, "JP") == "JP"
    assert sits_in(Channel.MUNICIPAL_ASSOCIATION, "JP") == "JP"
