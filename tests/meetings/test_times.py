"""Fair times for two sides, and calendar entries that other programs than ours read."""

import itertools
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
import vobject  # type: ignore[import-untyped]  # it has no types
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from shared.invitations import CANCEL, Guest, Invitation, attach, written
from shared.meetings import (
    NightThere,
    NobodyWorksThen,
    Side,
    SlotTooSoon,
    _outside,
    check_hours,
    check_slots,
    in_words,
    is_suggestible,
    local_time,
    proposals,
    zone_words,
)
from shared.working_days import is_working_day, knows_holidays

SPRINGFIELD = Side(name="Springfield", timezone="America/Chicago", country="US", subdivision="IL")
ASHIKAGA = Side(name="Ashikaga", timezone="Asia/Tokyo", country="JP")
FULDA = Side(name="Fulda", timezone="Europe/Berlin", country="DE")
HAIFA = Side(name="Haifa", timezone="Asia/Jerusalem", country="IL")
POKHARA = Side(name="Pokhara", timezone="Asia/Kathmandu", country="NP")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_moment_is_told_in_the_words_of_each_side() -> None:
    """Afternoon in Springfield is the next morning in Ashikaga, each with its weekday and its clock's name."""
    moment = datetime(2026, 3, 3, 22, tzinfo=UTC)
    assert local_time(SPRINGFIELD, moment) == (
        "Tuesday 3 March 2026, 16:00 in Springfield (Central Time)"
    )
    assert local_time(ASHIKAGA, moment) == (
        "Wednesday 4 March 2026, 07:00 in Ashikaga (Japan Time)"
    )
    assert in_words([SPRINGFIELD, SPRINGFIELD], moment) == local_time(SPRINGFIELD, moment)


def test_clocks_have_the_names_that_people_use() -> None:
    """Indianapolis goes by Eastern Time; no zone is named by its path in brackets."""
    assert zone_words("America/Indiana/Indianapolis") == "Eastern Time"
    assert zone_words("America/Detroit") == "Eastern Time"
    assert zone_words("Europe/Kyiv") == "Eastern European Time"
    assert not [name for name in sorted(ONCE_NAMED_BY_A_PATH) if "(" in zone_words(name)]


ONCE_NAMED_BY_A_PATH = {
    *("America/Indiana/Knox", "America/Kentucky/Louisville", "America/North_Dakota/Center"),
    *("America/Argentina/Cordoba", "Asia/Novosibirsk", "America/Sao_Paulo", "Australia/Perth"),
}


def test_the_weeks_in_which_one_clock_alone_has_changed_are_told_right() -> None:
    """The U.S. changes its clocks three weeks before Germany does: six hours apart instead of seven."""
    for day, there in ((3, "16:00"), (17, "15:00"), (31, "16:00")):
        moment = datetime(2026, 3, day, 9, tzinfo=ZoneInfo("America/Chicago"))
        assert f"{there} in Fulda" in local_time(FULDA, moment)


def test_times_are_within_working_hours_of_both_where_there_are_any() -> None:
    found = proposals([SPRINGFIELD, FULDA], NOW, date(2026, 3, 2), 21, 60, 8)
    assert len(found) == 8
    assert len({each.starts_at.date() for each in found}) == 8
    for each in found:
        assert each.is_within_working_hours
        assert not each.remark
        for side in (SPRINGFIELD, FULDA):
            local = each.starts_at.astimezone(ZoneInfo(side.timezone))
            assert 8 <= local.hour < 18
            assert local.weekday() < 5


def test_where_no_hour_suits_both_the_least_unfair_says_so() -> None:
    """An hour of Pokhara's evening or of Springfield's dawn: the side that comes furthest comes as near as it can."""
    for each in proposals([SPRINGFIELD, POKHARA], NOW, date(2026, 3, 9), 5, 60, 3):
        assert not each.is_within_working_hours
        assert "No hour of that day suits everybody" in each.remark
        assert all(6 <= _hour(side, each.starts_at) < 21 for side in (SPRINGFIELD, POKHARA))


def _hour(side: Side, moment: datetime) -> int:
    return moment.astimezone(ZoneInfo(side.timezone)).hour


def test_suggestions_differ_in_day_and_hour() -> None:
    """Whoever cannot on Tuesdays, or never before ten, finds another one; two hours lie between them where they can."""
    near = proposals([SPRINGFIELD, SPRINGFIELD], NOW, date(2026, 3, 2), 21, 60, 5)
    clocks = sorted(_hour(SPRINGFIELD, each.starts_at) for each in near)
    assert len({each.starts_at.date() for each in near}) == 5
    assert all(later - before >= 2 for before, later in itertools.pairwise(clocks))
    far = proposals([SPRINGFIELD, FULDA], NOW, date(2026, 3, 2), 21, 60, 5)
    assert len({each.starts_at.astimezone(ZoneInfo("America/Chicago")).time() for each in far}) > 2


def test_where_one_hour_alone_suits_both_its_neighbours_are_suggested_too() -> None:
    """In winter the end of Springfield's day is the beginning of Ashikaga's: five days at five hours, each side half
    an hour or an hour out of its own."""
    begin = datetime(2026, 1, 12, tzinfo=UTC)
    found = proposals([SPRINGFIELD, ASHIKAGA], begin, begin.date(), 14, 60, 5)
    assert len({_hour_and_minute(each.starts_at) for each in found}) == 5
    assert sum(each.is_within_working_hours for each in found) == 1
    assert all(not each.remark.startswith("No hour") for each in found)
    assert all(
        _outside(side, each.starts_at, 60) <= 60
        for each in found
        for side in (SPRINGFIELD, ASHIKAGA)
    )


def _hour_and_minute(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo('America/Chicago')):%H:%M}"


def test_the_hours_that_suit_nobody_are_shared() -> None:
    """Of five suggestions for two cities on opposite sides of the earth, neither bears much more than the other."""
    found = proposals([SPRINGFIELD, POKHARA], NOW, date(2026, 3, 9), 30, 60, 5)
    carried = [
        sum(_outside(side, each.starts_at, 60) for each in found) for side in (SPRINGFIELD, POKHARA)
    ]
    assert max(carried) - min(carried) <= 120


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)),  # noqa: DTZ001  # made aware below
    st.sampled_from([ASHIKAGA, FULDA, HAIFA, POKHARA, SPRINGFIELD]),
    st.integers(15, 480),
)
def test_what_is_suggested_is_never_refused(naive: datetime, side: Side, minutes: int) -> None:
    """Whatever the sides and the length: the rule that suggests a time lets it be set."""
    now, sides = naive.replace(tzinfo=UTC), [SPRINGFIELD, side]
    for each in proposals(sides, now, now.date(), 14, minutes, 5):
        check_hours(sides, each.starts_at, minutes)
        assert is_suggestible(sides, each.starts_at, minutes)


def test_a_day_off_and_the_night_are_refused_with_the_moment_there() -> None:
    sunday = datetime(2026, 3, 8, 16, tzinfo=UTC)
    with pytest.raises(NobodyWorksThen, match=r"Sunday 8 March 2026, 11:00 in Springfield"):
        check_hours([SPRINGFIELD], sunday, 45)
    night = datetime(2026, 3, 10, 8, tzinfo=UTC)
    with pytest.raises(NightThere, match=r"Tuesday 10 March 2026, 03:00 in Springfield"):
        check_hours([SPRINGFIELD, FULDA], night, 45)
    assert not is_suggestible([SPRINGFIELD], datetime(2026, 3, 10, 16, 7, tzinfo=UTC), 45)


def test_weekends_and_public_holidays_of_both_sides_are_left_out() -> None:
    """Friday is Haifa's weekend, Presidents' Day Springfield's holiday, the Emperor's birthday Ashikaga's."""
    begin = datetime(2026, 2, 13, tzinfo=UTC)
    for side in (HAIFA, ASHIKAGA, FULDA):
        for each in proposals([SPRINGFIELD, side], begin, begin.date(), 30, 60, 10):
            for one in (SPRINGFIELD, side):
                day = each.starts_at.astimezone(ZoneInfo(one.timezone)).date()
                assert is_working_day(one.country, day, one.subdivision)
    assert not is_working_day("IL", date(2026, 3, 6))
    assert not is_working_day("US", date(2026, 2, 16), "IL")
    assert not is_working_day("US", date(2026, 2, 12), "IL")  # Lincoln's birthday, in Illinois
    assert is_working_day("US", date(2026, 2, 12), "OH")
    assert not is_working_day("JP", date(2026, 2, 23))


def test_where_no_holidays_are_known_monday_to_friday_count() -> None:
    assert not knows_holidays("XX")
    assert is_working_day("XX", date(2026, 3, 2))
    assert not is_working_day("XX", date(2026, 3, 1))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)),  # noqa: DTZ001  # made aware below
    st.sampled_from([ASHIKAGA, FULDA, HAIFA, POKHARA]),
    st.integers(15, 240),
)
def test_what_is_proposed_is_always_to_come_and_in_order(
    naive: datetime, side: Side, minutes: int
) -> None:
    now = naive.replace(tzinfo=UTC)
    found = proposals([SPRINGFIELD, side], now, now.date(), 14, minutes, 5)
    starts = [each.starts_at for each in found]
    assert starts == sorted(starts)
    assert all(now < each < now + timedelta(days=16) for each in starts)
    assert found


def test_only_times_to_come_can_be_proposed() -> None:
    later = NOW + timedelta(days=1)
    assert check_slots([later, later], NOW) == (later,)
    with pytest.raises(SlotTooSoon, match="2026-03-01 12:00"):
        check_slots([later, NOW], NOW)


def invitation(timezone: str, **other: Any) -> Invitation:
    given: dict[str, Any] = {
        "uid": "debrief-1",
        "sequence": 3,
        "said_at": NOW,
        "starts_at": datetime(2026, 3, 20, 15, tzinfo=UTC),
        "minutes": 45,
        "timezone": timezone,
        "summary": "Debriefing; Springfield, Illinois",
        "organizer": Guest("The team", "partnerships@example.org"),
        "guests": [Guest('Ann "Annie" Lee;', "ann@example.org"), Guest("足利", "b@example.org")],
        "description": "First line\nsecond; with, signs",
        "link": "https://example.org/meet?a=1&b=2",
    }
    return Invitation(**given | other)


ZONES = (
    *("America/Chicago", "America/Phoenix", "Europe/Berlin", "Europe/Dublin", "Asia/Tokyo"),
    *("Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"),
)


@pytest.mark.parametrize("timezone", ZONES)
@pytest.mark.parametrize("month", [1, 3, 7, 11])
def test_two_calendar_programs_read_the_same_moment(timezone: str, month: int) -> None:
    """Whatever the zone and its changes of the clock, the moment is the one that was meant."""
    starts_at = datetime(2026, month, 20, 15, tzinfo=UTC)
    text = written(invitation(timezone, starts_at=starts_at)).decode()
    entry: Any = Calendar.from_ical(text).walk("VEVENT")[0]
    other = vobject.readOne(text)
    for begins, ends in (
        (entry["dtstart"].dt, entry["dtend"].dt),
        (other.vevent.dtstart.value, other.vevent.dtend.value),
    ):
        assert begins.astimezone(UTC) == starts_at
        assert ends - begins == timedelta(minutes=45)


def test_the_zone_of_an_entry_tells_its_changes_by_the_old_clock() -> None:
    """RFC 5545: Chicago's clocks go forward at 02:00 on 8 March 2026, and back at 02:00 on 1 November."""
    calendar = Calendar.from_ical(written(invitation("America/Chicago")))
    (zone,) = calendar.walk("VTIMEZONE")
    changes = {
        (change.name, moment.dt.replace(tzinfo=None))
        for change in zone.subcomponents
        if "RDATE" in change
        for moment in cast("Any", change["RDATE"]).dts
    }
    assert ("DAYLIGHT", datetime(2026, 3, 8, 2)) in changes  # noqa: DTZ001  # by its own clock
    assert ("STANDARD", datetime(2026, 11, 1, 2)) in changes  # noqa: DTZ001


def test_an_entry_asks_everybody_and_can_be_taken_back() -> None:
    asked = vobject.readOne(written(invitation("Asia/Tokyo")).decode())
    assert asked.method.value == "REQUEST"
    assert asked.vevent.organizer.value == "mailto:partnerships@example.org"
    guests = {each.value: each.params for each in asked.vevent.attendee_list}
    assert set(guests) == {"mailto:ann@example.org", "mailto:b@example.org"}
    assert guests["mailto:b@example.org"]["CN"] == ["足利"]
    assert {each["PARTSTAT"][0] for each in guests.values()} == {"NEEDS-ACTION"}
    assert asked.vevent.description.value == "First line\nsecond; with, signs"
    back = vobject.readOne(written(invitation("Asia/Tokyo", method=CANCEL, sequence=4)).decode())
    mail = EmailMessage()
    mail.set_content("It does not take place.")
    attach(mail, invitation("Asia/Tokyo", method=CANCEL))
    assert [part.get_filename() for part in mail.iter_attachments()] == ["cancellation.ics"]
    assert (back.method.value, back.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert (back.vevent.uid.value, back.vevent.sequence.value) == (asked.vevent.uid.value, "4")
