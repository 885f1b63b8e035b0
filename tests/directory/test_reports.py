"""The reports: what the casebook teaches of all its cases."""

from datetime import date, timedelta

from services.directory import reports
from services.directory.city_map import Rows
from services.directory.read_models import ReadModels
from shared import events as e
from tests.directory.heard import Hearing
from tests.directory.test_casebook import STEPS
from tests.directory.test_city_map import example

SAID_YES = example(e.CitySeekingRequested).happened_at.date()


def test_a_case_counts_by_its_stage_and_age(read_models: ReadModels, staff_door: Rows) -> None:
    """An open case stands once in the report, by the days since the Yes; one that ended stands nowhere."""
    hearing = Hearing(read_models)
    hearing.hears(example(e.CommunityRegistered), *(example(event) for event, _ in STEPS[:4]))
    today = SAID_YES + timedelta(days=200)
    (row,) = reports.open_cases(staff_door, today, with_demonstration=True)
    assert (row["stage"], row["cases"], row["from_6_to_12_months"]) == ("researching", 1, 1)
    assert row["oldest_days"] == 200
    hearing.hears(example(e.CitySeekingClosed))
    assert reports.open_cases(staff_door, today, with_demonstration=True) == []


def test_a_search_counts_for_each_step_that_it_came_to(
    read_models: ReadModels, staff_door: Rows
) -> None:
    """How far it came, and how long it took from the Yes to the debriefing; what was not reached counts nowhere."""
    hearing = Hearing(read_models)
    hearing.hears(example(e.CommunityRegistered), *(example(event) for event, _ in STEPS[:7]))
    today = date(2040, 1, 1)
    found = {
        row["step"]: row["cases"]
        for row in reports.conversion(staff_door, today, with_demonstration=True)
    }
    assert (found["requested"], found["contacted"], found["answered"]) == (1, 1, 0)
    first = reports.time_in_stage(staff_door, today, with_demonstration=True)[0]
    assert (first["begins"], first["ends"], first["waiting"]) == ("requested", "debriefed", 0)


def test_waived_dues_are_told_until_they_end(read_models: ReadModels, staff_door: Rows) -> None:
    """A waiver stands in the report from its first day, and says when it ended."""
    hearing = Hearing(read_models)
    hearing.hears(
        example(e.CommunityRegistered),
        example(e.CitySeekingRequested),
        example(e.DuesWaiverGranted),
    )
    today = date(2040, 1, 1)
    (row,) = reports.waivers(staff_door, today, with_demonstration=True)
    granted = example(e.DuesWaiverGranted).model_dump()
    assert (row["granted_on"], row["ended_on"]) == (granted["granted_on"], None)
    hearing.hears(example(e.DuesWaiverEnded))
    (row,) = reports.waivers(staff_door, today, with_demonstration=True)
    assert row["ended_on"] == example(e.DuesWaiverEnded).model_dump()["ended_on"]
