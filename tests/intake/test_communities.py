"""Communities, their people and the services' tokens, through HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from deploy.local.platform import Platform
from shared.context import Role
from tests.clients import Clients
from tests.intake.people import INTAKE, a_member, a_place, two_places, waiting


def test_a_community_is_registered_once(clients: Clients) -> None:
    """One record for each place."""
    member = a_member(clients)
    form = {"geoname_id": member.place.geoname_id}
    refusal = clients.staff().is_refused(f"{INTAKE}/communities", form)
    assert refusal["type"] == "/problems/registered-already"
    abroad = {"geoname_id": a_place(is_abroad=True).geoname_id, "is_member": True}
    refusal = clients.staff().is_refused(f"{INTAKE}/communities", abroad)
    assert refusal["type"] == "/problems/members-are-in-the-us"


def test_the_administrator_invites_a_committee(clients: Clients) -> None:
    """Committee members are invited and removed by the administrator of their own community."""
    member, another = a_member(clients), a_member(clients)
    path = f"{INTAKE}/communities/{member.id}"
    ben = {"name": "Ben Roy", "email": "ben@example.org"}
    refusal = another.administrator.is_refused(f"{path}/committee", ben)
    assert refusal["type"] == "/problems/not-your-community"
    member.administrator.does(f"{path}/committee", ben)
    people = member.administrator.reads(path)["people"]
    number = next(p["person_id"] for p in people if p["role"] == "committee_member")
    committee = clients.who(Role.COMMITTEE_MEMBER, number, community_id=member.id)
    assert committee.get(path).status_code == 200
    assert committee.post(f"{path}/committee", ben).status_code == 403
    member.administrator.does(f"{path}/committee/{number}/remove")
    assert committee.get(path).status_code == 403


def test_who_hands_over_stays_on_the_committee(clients: Clients) -> None:
    """An administrator who is replaced and sits on the committee stays in the list of its people, with that role."""
    member, staff = a_member(clients), clients.staff()
    path = f"{INTAKE}/communities/{member.id}"
    staff.does(f"{path}/committee", {"name": "Ann Lee", "email": member.email})
    staff.does(f"{path}/administrator", {"name": "Ben Roy", "email": f"ben-{member.email}"})
    people = {person["name"]: person for person in staff.reads(path)["people"]}
    assert {name: person["role"] for name, person in people.items()} == {
        "Ann Lee": "committee_member",
        "Ben Roy": "administrator",
    }
    ann = people["Ann Lee"]["person_id"]
    assert clients.who(Role.COMMITTEE_MEMBER, ann, community_id=member.id).get(path).is_success
    assert member.administrator.get(path).status_code == 403


def test_a_profile_is_assessed_before_it_is_published(clients: Clients) -> None:
    """What the administrator writes into the public profile waits for staff."""
    member = a_member(clients)
    path = f"{INTAKE}/communities/{member.id}"
    member.administrator.does(f"{path}/profile", {"profile": {"seeks": "A port city"}})
    view = member.administrator.reads(path)
    assert (view["profile"]["seeks"], view["proposed_profile"]["seeks"]) == ("", "A port city")
    assert waiting(clients.staff(), "communities", "community_id", member.id) is not None
    clients.staff().does(f"{path}/profile/approve")
    assert waiting(clients.staff(), "communities", "community_id", member.id) is None
    assert member.administrator.reads(path)["profile"]["seeks"] == "A port city"
    refusal = clients.staff().is_refused(f"{path}/profile/approve")
    assert refusal["type"] == "/problems/nothing-to-approve"


def test_two_records_of_one_place_are_merged(clients: Clients) -> None:
    """A record that proved to be a double is merged away and no longer used."""
    double, kept = (a_member(clients, at=place) for place in two_places())
    path = f"{INTAKE}/communities/{double.id}"
    clients.staff().does(f"{path}/merge", {"into_geoname_id": kept.place.geoname_id})
    assert clients.staff().reads(path)["merged_into"] == str(kept.id)
    refusal = double.administrator.is_refused(f"{INTAKE}/cases", {"community_id": str(double.id)})
    assert refusal["type"] == "/problems/merged-away"


def test_of_two_mergers_that_cross_one_is_refused(clients: Clients) -> None:
    """One of the two records remains in use, whatever is asked at the same moment."""
    members = [a_member(clients, at=place) for place in two_places()]

    def merge(turn: int) -> Any:
        path = f"{INTAKE}/communities/{members[turn].id}/merge"
        into = {"into_geoname_id": members[1 - turn].place.geoname_id}
        return clients.staff().post(path, into).json()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(merge, (0, 1)))
    refused = [answer["type"] for answer in answers if "type" in answer]
    assert len(refused) == 1
    assert refused[0] in ("/problems/merged-into-itself", "/problems/merged-away")
    staff = clients.staff()
    views = [staff.reads(f"{INTAKE}/communities/{member.id}") for member in members]
    assert [view["merged_into"] for view in views].count(None) == 1


def test_who_leaves_the_committee_still_attends_the_debrief(clients: Clients) -> None:
    """B5: giving a role up takes nobody off the list of a debrief; without one the person is forgotten."""
    member, staff = a_member(clients), clients.staff()
    path = f"{INTAKE}/communities/{member.id}"
    ben = {"name": "Ben Roy", "email": f"ben-{member.email}"}
    ann = {"name": "Ann Lee", "email": member.email}
    cy = {"name": "Cy Lund", "email": f"cy-{member.email}"}
    for person in (ben, cy):
        staff.does(f"{path}/committee", person)
    case = f"{INTAKE}/cases/{member.says_yes()}"
    starts_at = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    form = {"starts_at": starts_at, "attendees": [ann, ben], "is_agreed": True}
    staff.does(f"{case}/debrief/schedule", form)
    for person in staff.reads(path)["people"]:
        if person["role"] == "committee_member":
            staff.does(f"{path}/committee/{person['person_id']}/remove")
    staff.does(f"{path}/administrator", {"name": "Di Moe", "email": f"di-{member.email}"})
    attendees = staff.reads(case)["debrief"]["attendees"]
    assert {person["name"] for person in attendees} == {"Ann Lee", "Ben Roy"}
    people = staff.reads(path)["people"]
    assert {person["name"] for person in people} == {"Ann Lee", "Ben Roy", "Di Moe"}


def test_a_change_of_what_has_changed_is_refused(clients: Clients) -> None:
    """If-Match with an old version changes nothing; the version read is in the ETag."""
    member, staff = a_member(clients), clients.staff()
    path = f"{INTAKE}/communities/{member.id}"
    read = staff.get(path)
    version = int(read.headers["ETag"].strip('"'))
    assert version == read.json()["version"]
    dues = {"paid_through": "2100-12-31"}
    assert staff.post(f"{path}/standing", dues, if_match=version).status_code == 200
    assert staff.post(f"{path}/standing", dues, if_match=version).status_code == 412


def test_services_get_tokens_for_their_secret(clients: Clients, platform: Platform) -> None:
    """A service's secret gives a token of five minutes for one audience; a wrong one gives none."""
    secret = (platform.secrets_dir / "service_outreach").read_text().strip()
    form = {"service": "outreach", "secret": secret, "audience": "intake"}
    address = f"{clients.base_url}{INTAKE}/tokens"
    token = httpx.post(address, json=form).json()
    assert token["expires_in"] == 300
    member = a_member(clients)
    answer = httpx.get(
        f"{clients.base_url}{INTAKE}/people",
        params={"community_id": str(member.id)},
        headers={"Authorization": f"Bearer {token['token']}"},
    )
    assert [person["email"] for person in answer.json()] == [member.email]
    assert httpx.post(address, json={**form, "secret": "guess"}).status_code == 401
    keys = httpx.get(f"{clients.base_url}{INTAKE}/jwks.json").json()["keys"]
    assert all("d" not in key for key in keys)
    assert clients.staff().get(f"{INTAKE}/people/{member.id}").status_code == 403
