"""The registry over HTTP: verifying, correcting, districts, what is learned, routes of a pair, and whose a pair is."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from deploy.local.platform import Platform
from services.outreach import learning
from tests.clients import Client, Clients, eventually, today
from tests.intake.people import a_member, a_place, colleague
from tests.outreach.pairs import OUTREACH, a_contact, a_pair, days_ago, pairs_with, the_service
from tests.outreach.test_imports import imported

YEAR = datetime.now(UTC).year
CHICAGO, DENVER, TOKYO = 4887398, 5419384, 1850147


def registered(staff: Client, contact_id: object) -> dict[str, Any]:
    found: dict[str, Any] = staff.reads(f"{OUTREACH}/contacts/{contact_id}")
    return found


def mission(**cells: str) -> list[dict[str, Any]]:
    told = {
        "sending_country": "JP",
        "receiving_country": "US",
        "kind": "consulate general",
        **cells,
    }
    return [{"line": 2, "values": told}]


def test_a_contact_is_to_be_verified_once_in_twelve_months(clients: Clients) -> None:
    """One that was never seen to be right, or a year ago, needs it; verifying takes it off the list."""
    staff = clients.staff()
    contact = a_contact(clients, country="FO", last_verified=f"{YEAR - 2}-05-20")
    wanted = {"country": "FO", "needs_verification": True}
    listed = staff.reads(f"{OUTREACH}/contacts", **wanted)["items"]
    assert contact["contact_id"] in [each["contact_id"] for each in listed]
    path = f"{OUTREACH}/contacts/{contact['contact_id']}"
    assert registered(staff, contact["contact_id"])["needs_verification"]
    staff.does(f"{path}/verify")
    shown = registered(staff, contact["contact_id"])
    assert (shown["last_verified"], shown["needs_verification"]) == (today(), False)
    listed = staff.reads(f"{OUTREACH}/contacts", **wanted)["items"]
    assert contact["contact_id"] not in [each["contact_id"] for each in listed]
    refused = staff.is_refused(f"{path}/verify", {"verified_on": f"{YEAR - 1}-01-01"})
    assert refused["type"] == "/problems/verified-since"
    refused = staff.is_refused(f"{path}/verify", {"verified_on": f"{YEAR + 1}-12-31"})
    assert refused["type"] == "/problems/not-yet-happened"
    assert staff.is_refused(f"{OUTREACH}/contacts/{uuid4()}/verify")["status"] == 404


def test_a_file_brings_districts_and_turns_back_nothing_that_staff_corrected(
    clients: Clients,
) -> None:
    """States stand in one cell; a later file without them empties nothing; what staff corrected stays."""
    staff = clients.staff()
    told = {"city": "Chicago", "city_gid": str(CHICAGO), "website": f"https://{uuid4()}.example"}
    assert imported(staff, "missions", mission(**told, district="il; IN ;WI", language="ja"))
    assert imported(staff, "missions", mission(**told))["repeated"] == 1
    listed = staff.reads(
        f"{OUTREACH}/contacts", country="JP", channel="foreign_consulate", limit=500
    )
    mine = next(each for each in listed["items"] if each["website"] == told["website"])
    assert (mine["districts"], mine["geoname_id"], mine["language"]) == (
        ["IL", "IN", "WI"],
        CHICAGO,
        "ja",
    )
    right = {"channel": "foreign_consulate", "country": "JP", "seat_country": "US", "name": "Mine"}
    staff.does(f"{OUTREACH}/contacts/{mine['contact_id']}", {**right, "email": "new@example.org"})
    imported(staff, "missions", mission(**told, district="OH"))
    shown = registered(staff, mine["contact_id"])
    assert (shown["email"], shown["districts"]) == ("new@example.org", [])
    assert shown["corrected_on"] == today()
    refused = imported(staff, "missions", mission(**told, district="Illinois"))
    assert "two capital letters" in refused["detail"]
    refused = staff.is_refused(f"{OUTREACH}/contacts", {**right, "geoname_id": 999_999_999})
    assert refused["type"] == "/problems/not-in-the-gazetteer"


def test_routes_tell_whom_to_try_first_and_what_was_tried(clients: Clients) -> None:
    """By district, then distance; with what was tried and when; and the city's own contact once it is found."""
    talks = a_pair(clients)
    country, state = talks.city.country, talks.member.place.admin1
    told = {"country": country, "seat_country": "US"}
    covering = a_contact(
        clients, "foreign_consulate", **told, geoname_id=DENVER, districts=[state], language="en"
    )
    association = a_contact(clients, "municipal_association", country=country)
    elsewhere = a_contact(clients, "foreign_embassy", country=country, seat_country="FR")
    talks.writes(channel="foreign_consulate", contact_id=covering["contact_id"])
    thread = talks.writes(channel="us_embassy")
    talks.does("contact", {"name": "Haruka Sato", "email": f"{uuid4()}@city.example.org"})
    answer = talks.staff.reads(f"{talks.path}/routes")
    by_id = {each["contact_id"]: each for each in answer["routes"]}
    first = answer["routes"][0]
    assert first["holds_state"] is True
    assert first["kind"] == "foreign_mission"
    mine = by_id[covering["contact_id"]]
    assert mine["tried"]["contacted_at"]
    assert mine["tried"]["answered_at"] is None
    assert "not known yet" in mine["learned"]["sentence"]
    assert by_id[association["contact_id"]]["tried"] is None
    assert elsewhere["contact_id"] not in by_id
    own = next(each for each in answer["routes"] if each["contact"]["name"] == "Haruka Sato")
    assert (own["kind"], own["contact"]["geoname_id"]) == ("city_contact", talks.city.geoname_id)
    assert [each["thread_id"] for each in answer["tried_elsewhere"]] == [thread]
    assert answer["playbook"].endswith(f"/playbooks/{country}")


def test_what_threads_teach_is_counted_by_contact_and_by_channel(clients: Clients) -> None:
    """Answered ones and those silent for 28 days count; a fresh letter and a bounce do not."""
    contact = a_contact(clients, "twinning_organisation", country="FO")
    cities = [a_place(is_abroad=True) for _ in range(7)]
    pairs = pairs_with(clients, a_member(clients), *cities)
    who = {"channel": "twinning_organisation", "contact_id": contact["contact_id"]}
    for pair in pairs[:4]:
        thread = pair.writes(**who, contacted_at=days_ago(20))
        pair.does(f"threads/{thread}/reply", {"received_at": days_ago(14)})
    pairs[4].writes(**who, contacted_at=days_ago(40))
    pairs[5].writes(**who)
    bounced = pairs[6].writes(**who, contacted_at=days_ago(40))
    pairs[6].does(f"threads/{bounced}/bounce")
    learned = registered(clients.staff(), contact["contact_id"])["learned"]
    assert (learned["asked"], learned["answered"]) == (5, 4)
    assert learned["reply_rate"] == 0.8
    assert learned["median_days"] is None
    assert "4 of 5" in learned["sentence"]


def test_pairs_of_old_are_listed_anew(clients: Clients, platform: Platform) -> None:
    """What is derived of a pair today is derived of those that were recorded before, once, when the service starts."""
    pair = a_pair(clients)
    thread = pair.writes(channel="foreign_consulate")
    outreach = the_service(platform)
    of_pair = {"id": pair.id}
    outreach.keep(
        lambda curs: curs.execute("DELETE FROM threads WHERE pair_id = %(id)s", of_pair),
        lambda curs: curs.execute("UPDATE pairs SET lists = 0 WHERE pair_id = %(id)s", of_pair),
    )
    assert learning.catch_up(outreach) >= 1
    assert learning.catch_up(outreach) == 0
    found = outreach.rows("SELECT thread_id FROM threads WHERE pair_id = %(id)s", **of_pair)
    assert [row["thread_id"] for row in found] == [UUID(thread)]
    outreach.close()


def test_a_pair_belongs_to_the_owner_of_its_case_until_it_is_given_away(clients: Clients) -> None:
    """Unowned pairs are listed; they follow the case's owner; one that was given to somebody stays with them."""
    staff = clients.staff()
    first, second = pairs_with(
        clients, a_member(clients), a_place(is_abroad=True), a_place(is_abroad=True)
    )
    assert first.now()["owner"] is None
    unowned = staff.reads(f"{OUTREACH}/pairs", is_unowned=True, case_id=first.case)["items"]
    assert {each["pair_id"] for each in unowned} == {str(first.id), str(second.id)}
    ana, ben = (colleague(clients, name).caller.subject for name in ("Ana", "Ben"))
    first.does("assign", {"staff_id": ben})
    refused = staff.is_refused(f"{first.path}/assign", {"staff_id": ben})
    assert refused["type"] == "/problems/assigned-already"
    staff.does(f"/api/intake/v1/cases/{first.case}/assign", {"staff_id": ana})
    assert eventually(lambda: second.now()["owner"] == ana)
    assert first.now()["owner"] == ben
    unowned = staff.reads(f"{OUTREACH}/pairs", is_unowned=True, case_id=first.case)["items"]
    assert unowned == []
    mine = staff.reads(f"{OUTREACH}/pairs", owner=ana, case_id=first.case)["items"]
    assert [each["pair_id"] for each in mine] == [str(second.id)]
