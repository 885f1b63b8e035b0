"""Files of the past, through HTTP."""

import csv
import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4, uuid5

from deploy.local.binaries import GAZETTEER
from shared.gazetteer import Gazetteer
from shared.values import community_id
from tests.clients import Client, Clients, eventually
from tests.intake.people import IMPORTED_WHOLE, INTAKE, LETTER, OFFICIAL, a_place, mails_to

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
TODAY = datetime.now(UTC).date()


def day(ago: int) -> str:
    return f"{TODAY - timedelta(days=ago)}"


def import_rows(staff: Client, kind: str, rows: list[dict[str, str]], **commit: bool) -> Any:
    """As `csc import` does: batches of lines, then one commit."""
    path = f"{INTAKE}/imports/{kind}/{uuid4()}"
    for first in range(0, len(rows), 500):
        batch = [
            {"line": first + i + 2, "values": row}
            for i, row in enumerate(rows[first : first + 500])
        ]
        staff.does(f"{path}/rows", {"rows": batch})
    return staff.post(f"{path}/commit", commit).json()


def test_the_samples_are_what_is_read(clients: Clients) -> None:
    """The sample files in docs/samples can be imported; a second time nothing is doubled."""
    elsewhere: dict[bool, defaultdict[str, str]] = {
        True: defaultdict(a_city_abroad),
        False: defaultdict(a_us_city),
    }
    for kind in ("communities", "searches", "listings"):
        with (SAMPLES / f"{kind}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row["geoname_id"] = elsewhere[kind == "listings"][row["geoname_id"]]
        report = import_rows(clients.staff(), kind, rows)
        assert report["imported"] == len(rows), report
        assert import_rows(clients.staff(), kind, rows)["repeated"] == len(rows)


def a_city_abroad() -> str:
    return str(a_place(is_abroad=True).geoname_id)


def a_us_city() -> str:
    return str(a_place().geoname_id)


def test_a_year_of_searching_comes_along(clients: Clients) -> None:
    """B17, B4: a case of over a year comes with its dates, its waiver is due at once, and nobody is invited again."""
    place, email, staff = a_place(), f"{uuid4()}@example.org", clients.staff()
    community = {
        "geoname_id": str(place.geoname_id),
        "membership": "member",
        "sister_cities_at_joining": "0",
        "paid_through": day(20),
        "administrator_name": "Ann Lee",
        "administrator_email": email,
    }
    search = {
        "geoname_id": str(place.geoname_id),
        "requested_on": day(400),
        "debriefed_on": day(380),
        "countries": "JP;PT",
    }
    assert import_rows(staff, "communities", [community])["imported"] == 1
    assert import_rows(staff, "searches", [search, search])["repeated"] == 1
    path = f"{INTAKE}/communities/{place.community_id}"
    eventually(lambda: staff.reads(path)["standing"] == "waived")
    view = staff.reads(path)
    assert view["standing"] == "waived"
    case = staff.reads(f"{INTAKE}/cases/{view['open_case_id']}")
    assert (case["state"], case["requested_on"]) == ("debriefed", day(400))
    assert case["answers"]["preferences"]["countries"] == ["JP", "PT"]
    assert mails_to(clients, email, "let us find a time") == []


def test_a_past_case_comes_with_whose_it_is(clients: Clients) -> None:
    """Its person of staff by number; a number that is nobody's of staff is refused with a sentence."""
    place, staff = a_place(), clients.staff()
    community = {"geoname_id": str(place.geoname_id), "membership": "member"}
    community |= {"administrator_name": "Ann Lee", "administrator_email": f"{uuid4()}@example.org"}
    assert import_rows(staff, "communities", [community])["imported"] == 1
    search = {"geoname_id": str(place.geoname_id), "requested_on": day(40)}
    path = f"{INTAKE}/communities/{place.community_id}"
    for nobody in (str(uuid4()), "staff-1"):
        refusal = import_rows(staff, "searches", [{**search, "staff_id": nobody}])
        assert f"{nobody} is nobody of our staff" in json.dumps(refusal)
    assert staff.reads(path)["open_case_id"] is None
    form = {"name": "Dana Cruz", "email": f"{uuid4()}@example.org"}
    dana = str(staff.does(f"{INTAKE}/staff", form)["person_id"])
    assert import_rows(staff, "searches", [{**search, "staff_id": dana}])["imported"] == 1
    case = staff.reads(f"{INTAKE}/cases/{staff.reads(path)['open_case_id']}")
    assert (case["owner"], case["owner_name"]) == (dana, "Dana Cruz")


def test_a_listing_last_confirmed_170_days_ago_is_asked(clients: Clients) -> None:
    """A listing comes with the day it was confirmed; what the calendar asks of it follows by itself."""
    email, staff = f"{uuid4()}@example.org", clients.staff()
    row = {
        "geoname_id": str(a_place(is_abroad=True).geoname_id),
        "contact_name": "Mari Tamm",
        "contact_email": email,
        "listed_on": day(500),
        "confirmed_on": day(170),
        "themes": "education;trade",
    }
    assert import_rows(staff, "listings", [row])["imported"] == 1
    assert eventually(lambda: mails_to(clients, email, "still look"))
    again = import_rows(staff, "listings", [{**row, "listed_on": day(100)}])
    assert "has a listing already" in again["detail"]


def test_bad_rows_are_told_by_line(clients: Clients) -> None:
    """All or nothing, with the line and the reason of each refused row; --skip-bad takes the good ones."""
    good = {"geoname_id": str(a_place().geoname_id)}
    bad = [
        {"geoname_id": "1"},
        {"gid": "5128581", "section_of_city": "True"},
        {"gid": str(a_place(is_abroad=True).geoname_id), "membership": "member"},
    ]
    staff = clients.staff()
    refusal = import_rows(staff, "communities", [good, *bad])
    assert refusal["status"] == 422
    assert "3 of 4 rows" in refusal["detail"]
    assert "line 3" in refusal["detail"]
    report = import_rows(staff, "communities", [good, *bad], skip_bad=True)
    assert report["imported"] == 1
    assert [row["line"] for row in report["refused"]] == [3, 4, 5]
    assert "section of a city" in report["refused"][1]["reason"]
    search = {"geoname_id": good["geoname_id"], "requested_on": day(9)}
    refusal = import_rows(staff, "searches", [search])
    assert "not recorded as a member" in refusal["detail"]
    refusal = import_rows(staff, "searches", [{**search, "requested_on": day(-9)}])
    assert "still to come" in refusal["detail"]


def test_days_before_the_request_are_refused_by_line(clients: Clients) -> None:
    """A search in which something happened before its request is told to be in disorder."""
    staff = clients.staff()
    member = {"geoname_id": str(a_place().geoname_id), "membership": "member"}
    assert import_rows(staff, "communities", [member])["imported"] == 1
    search = {"geoname_id": member["geoname_id"], "requested_on": day(9), "paused_on": day(12)}
    refusal = import_rows(staff, "searches", [search])
    paused, requested = map(date.fromisoformat, (search["paused_on"], search["requested_on"]))
    said = f"{paused:%-d %B %Y} is before the request of {requested:%-d %B %Y}"
    assert said in refusal["detail"]


def test_rows_that_leave_no_room_for_each_other_are_told_by_line(clients: Clients) -> None:
    """Two open searches of one member, or two listings of one city, are refused by the line of the second."""
    staff = clients.staff()
    member = {"geoname_id": str(a_place().geoname_id), "membership": "member"}
    assert import_rows(staff, "communities", [member])["imported"] == 1
    searches = [
        {"geoname_id": member["geoname_id"], "requested_on": day(days)} for days in (90, 60)
    ]
    city = {
        "geoname_id": str(a_place(is_abroad=True).geoname_id),
        "contact_name": "Mari Tamm",
        "contact_email": "mari@example.org",
    }
    listings = [{**city, "listed_on": day(days)} for days in (50, 40)]
    for kind, rows in (("searches", searches), ("listings", listings)):
        assert "line 3" in import_rows(staff, kind, rows)["detail"]
        report = import_rows(staff, kind, rows, skip_bad=True)
        assert (report["imported"], [row["line"] for row in report["refused"]]) == (1, [3])


def test_an_imported_request_is_assessed_like_any_other(clients: Clients) -> None:
    """B13: a request that an import brings unlisted needs the proofs; its official hears that it is listed."""
    email, staff = f"{uuid4()}@example.org", clients.staff()
    row = {
        "geoname_id": str(a_place(is_abroad=True).geoname_id),
        "contact_name": "Mari Tamm",
        "contact_email": email,
        "submitted_on": day(20),
    }
    assert import_rows(staff, "listings", [row])["imported"] == 1
    place = community_id(int(row["geoname_id"]))
    path = f"{INTAKE}/listings/{uuid5(place, f'listing submitted on {day(20)}')}"
    assert staff.is_refused(f"{path}/list")["type"] == "/problems/proof-missing"
    for proof in (OFFICIAL, LETTER):
        staff.does(f"{path}/proofs", proof)
    staff.does(f"{path}/list")
    assert eventually(lambda: mails_to(clients, email, "is on the map"))


def test_an_imported_name_is_plain_text(clients: Clients) -> None:
    """A name that a mail program would decode into a header is refused by its line."""
    row = {
        "geoname_id": str(a_place().geoname_id),
        "administrator_name": "=?utf-8?q?Ann?=",
        "administrator_email": "ann@example.org",
    }
    assert "without =?" in import_rows(clients.staff(), "communities", [row])["detail"]


def test_thousands_of_communities_in_one_transaction(clients: Clients) -> None:
    """A file of 5,000 places in the manner of a gazetteer's list is imported whole."""
    places = [p for p in Gazetteer(GAZETTEER).all(500) if p.country in IMPORTED_WHOLE]
    rows = [
        {"gid": str(p.geoname_id), "name": p.name, "pop": str(p.population), "tier": "x"}
        for p in places[:5000]
    ]
    report = import_rows(clients.staff(), "communities", rows, skip_bad=True)
    assert report["imported"] + report["repeated"] == len(rows)
