"""Rules that need several of the running services at once: each is tried from outside, over HTTP alone."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from deploy.local.platform import Platform
from deploy.local.secrets import read_secret
from shared.context import Role
from tests.clients import Client, Clients, eventually, today
from tests.intake.people import (
    INTAKE,
    City,
    Member,
    a_listed_city,
    a_member,
    a_place,
    a_request,
    mail_to,
    mails_to,
    text_of,
)
from tests.intake.test_imports import day, import_rows
from tests.outreach.pairs import AGREEMENT, TalksWith, days_ago

MATCHING, DIRECTORY = "/api/matching/v1", "/api/directory/v1"


def is_on_the_map(clients: Clients, name: str, status: str, **receipt: Any) -> bool:
    """Whether the public finds the city; a receipt's position is waited for."""
    after = {"after": receipt["position"]} if receipt else {}
    page = clients.public().reads(f"{DIRECTORY}/listings", q=name, status=status, **after)
    return name in [item["name"] for item in page["items"]]


def interest(member: Member, city: City, refusal: str = "") -> dict[str, Any]:
    """Asked until the answer is the wanted one: matching may not have heard of everything yet."""
    answers: list[dict[str, Any]] = []

    def is_answered() -> bool:
        form = {"listing_id": city.id}
        answers.append(member.administrator.post(f"{MATCHING}/interests", form).json())
        return str(answers[-1].get("type", "")) == refusal

    assert eventually(is_answered), answers[-1]
    return answers[-1]


def a_conversation(clients: Clients, member: Member, case: str, city: City) -> TalksWith:
    pair = TalksWith(member, case, city.place, clients.staff())
    assert eventually(lambda: clients.staff().get(pair.path).is_success)
    pair.becomes_interested()
    pair.does("introduction", {"starts_at": days_ago(-14), "is_agreed": True})
    assert eventually(lambda: state_of(clients, city) == "in_conversation")
    return pair


def state_of(clients: Clients, city: City) -> str:
    return str(clients.staff().reads(city.path)["state"])


def researched(clients: Clients, member: Member) -> str:
    """The case's path in matching; three prospects wait to be proposed."""
    case, staff = member.says_yes(), clients.staff()
    path = f"{MATCHING}/cases/{case}"
    staff.does(f"{INTAKE}/cases/{case}/debrief/complete", {"held_on": today()})
    eventually(lambda: staff.reads(path)["state"] == "debriefed")
    for _ in range(3):
        staff.does(f"{path}/prospects", {"geoname_id": a_place(is_abroad=True).geoname_id})
    return path


def test_the_public_sees_a_search_only_with_consent(clients: Clients) -> None:
    """B20: a member that seeks is on the map while it agrees, and no longer once it takes that back."""
    member = a_member(clients)
    name, administrator = member.place.name, member.administrator
    case = member.says_yes()
    receipt = administrator.does(f"{INTAKE}/cases/{case}/answers", {})
    assert not is_on_the_map(clients, name, "seeking", **receipt)
    for agrees in (True, False):
        answers = {"is_shown_publicly": agrees}
        receipt = administrator.does(f"{INTAKE}/cases/{case}/answers", answers)
        assert is_on_the_map(clients, name, "seeking", **receipt) is agrees


def test_the_public_never_hears_of_a_refusal(clients: Clients) -> None:
    """B13, B20: a declined city is on no public page, and may send the form again."""
    city, staff = a_request(clients), clients.staff()
    receipt = staff.does(f"{city.path}/decline", {"reason": "Nobody answered the telephone."})
    assert not is_on_the_map(clients, city.place.name, "listed", **receipt)
    page = clients.public().get(f"{DIRECTORY}/cities/{city.place.community_id}")
    assert page.status_code == 404
    form = {
        "geoname_id": city.place.geoname_id,
        "contact_name": "Mari Tamm",
        "contact_email": city.email,
    }
    assert clients.public().does(f"{INTAKE}/listings", form)["id"] != city.id


def test_a_city_that_talks_or_is_partnered_is_not_offered_again(clients: Clients) -> None:
    """B14: another member's failed pair frees no city that talks with somebody, nor one that is partnered."""
    city, talking, other, third = a_listed_city(clients), *(a_member(clients) for _ in range(3))
    case, other_case = talking.says_yes(), other.says_yes()
    third.says_yes()
    interest(talking, city)
    interest(other, city)
    pair = a_conversation(clients, talking, case, city)
    before = TalksWith(other, other_case, city.place, clients.staff())
    receipt = before.does("fail", {"reason": "not_a_match"})
    eventually(lambda: heard(clients, receipt))
    interest(third, city, refusal="/problems/talks-with-another")
    pair.does("introduction/held", {"held_on": today()})
    pair.does("hand-over", {"handed_over_on": today()})
    pair.does("council-resolution", {"adopted_on": today()})
    pair.does("partnership", AGREEMENT)
    assert eventually(lambda: state_of(clients, city) == "partnered")
    interest(third, city, refusal="/problems/not-on-the-map")


def heard(clients: Clients, receipt: dict[str, Any]) -> bool:
    """Whether matching has heard of outreach up to this receipt."""
    status = clients.operator().reads("/api/matching/v1/operations/status")
    places = [each for each in status["subscriptions"] if each["source"] == "outreach"]
    return bool(places) and places[0]["position"] >= int(receipt["position"].partition(":")[2])


def test_an_imported_search_of_a_lapsed_member_rests(clients: Clients) -> None:
    """B3: a search that comes along with an import is bound by the dues like any other."""
    place, city, staff = a_place(), a_listed_city(clients), clients.staff()
    number = str(place.geoname_id)
    lapsed = {"geoname_id": number, "membership": "member", "paid_through": day(100)}
    assert import_rows(staff, "communities", [lapsed])["imported"] == 1
    search = {"geoname_id": number, "requested_on": day(50)}
    assert import_rows(staff, "searches", [search])["imported"] == 1
    administrator = clients.who(Role.ADMINISTRATOR, community_id=place.community_id)
    member = Member(place, place.community_id, "", administrator)
    refusal = interest(member, city, refusal="/problems/not-in-good-standing")
    assert "Renew" in refusal["next_step"]


def test_a_waiver_ends_when_the_record_was_wrong(clients: Clients) -> None:
    """B17: who had sister cities when it joined loses a waiver that a wrong record brought, and reads why."""
    member = a_member(clients, sister_cities_at_joining=0, paid_through=day(-20))
    staff, path = clients.staff(), f"{INTAKE}/communities/{member.id}"
    search = {"geoname_id": str(member.place.geoname_id), "requested_on": day(400)}
    assert import_rows(staff, "searches", [search])["imported"] == 1
    assert eventually(lambda: staff.reads(path)["standing"] == "waived")
    right = {"paid_through": day(-20), "sister_cities_at_joining": 3}
    staff.does(f"{path}/standing", right)
    view = staff.reads(path)
    assert view["standing"] == "good"
    assert "when the record of the membership was corrected" in view["waivers"][0]["why"]
    assert "corrected our record" in text_of(mail_to(clients, member.email, "has ended"))


def test_an_odd_date_to_answer_by_is_refused(clients: Clients) -> None:
    """B6: a date without a time zone or beyond all calendars is sent back, and the list of cases stays readable."""
    path, staff = researched(clients, a_member(clients)), clients.staff()
    for odd in ("9999-12-31T23:59:59-14:00", "2027-01-01T00:00:00", "0001-01-01T00:00:00+14:00"):
        refusal = staff.is_refused(f"{path}/propose", {"answer_by": odd})
        assert refusal["status"] in (409, 422), refusal
    staff.does(f"{path}/propose", {"answer_by": f"{datetime.now(UTC) + timedelta(days=9)}"})
    assert staff.get(f"{MATCHING}/cases").is_success


def test_a_person_is_invited_to_a_debrief_once(clients: Clients) -> None:
    """B5: an address that is given twice gets one calendar invitation, beside that of the administrator."""
    member = a_member(clients)
    case = member.says_yes()
    guest = {"name": "Ben Fox", "email": f"ben-{case}@example.org"}
    attendees = [guest, {**guest, "name": "B. Fox"}]
    form = {"starts_at": days_ago(-5), "attendees": attendees, "is_agreed": True}
    member.administrator.does(f"{INTAKE}/cases/{case}/debrief/schedule", form)
    assert eventually(lambda: mails_to(clients, guest["email"]))
    attendees = member.administrator.reads(f"{INTAKE}/cases/{case}")["debrief"]["attendees"]
    assert sorted(each["email"] for each in attendees) == sorted([guest["email"], member.email])


def refusals_of_import(staff: Client, kind: str, *rows: dict[str, str]) -> str:
    return str(import_rows(staff, kind, list(rows))["detail"])


def test_files_of_the_past_keep_the_order_of_time(clients: Clients) -> None:
    """B13, B17: no confirmation lies ahead, no end before its beginning; a debrief that is agreed on may lie ahead."""
    member, staff = a_member(clients), clients.staff()
    number = str(member.place.geoname_id)
    ended = {"geoname_id": number, "requested_on": day(40), "closed_on": day(90)}
    assert "before the request" in refusals_of_import(staff, "searches", ended)
    agreed = {"geoname_id": number, "requested_on": day(40), "debrief_on": day(-10)}
    assert import_rows(staff, "searches", [agreed])["imported"] == 1
    city = {
        "geoname_id": str(a_place(is_abroad=True).geoname_id),
        "contact_name": "Mari Tamm",
        "contact_email": "mari.tamm@example.org",
        "listed_on": day(50),
    }
    ahead = {**city, "confirmed_on": day(-300)}
    assert "still to come" in refusals_of_import(staff, "listings", ahead)
    twice = refusals_of_import(staff, "listings", city, {**city, "listed_on": day(30)})
    assert "has a listing already" in twice


def a_contact() -> dict[str, str]:
    name = f"Association {uuid4()}"
    return {"channel": "municipal_association", "country": "JP", "name": name}


def test_a_contact_is_kept_once_for_each_key(clients: Clients) -> None:
    """A repeat of what records no event gets the first answer too, and another request under its key is refused."""
    staff, path, form = clients.staff(), "/api/outreach/v1/contacts", a_contact()
    first = staff.post(path, form, key="c1")
    corrected = staff.post(f"{path}/{first.json()['id']}", {**form, "website": "https://a.example"})
    again = staff.post(path, form, key="c1")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["idempotent-replay"] == "true"
    assert corrected.json()["version"] > first.json()["version"]
    refusal = staff.post(path, a_contact(), key="c1").json()
    assert refusal["type"] == "/problems/key-used-for-another"


def test_a_secret_is_never_kept(clients: Clients, platform: Platform) -> None:
    """Under one key a token is made each time anew: no answer with a secret lies in a database."""
    secret = read_secret(platform.secrets_dir, "service_outreach")
    form = {"service": "outreach", "secret": secret, "audience": "intake"}
    answers = [clients.public().post(f"{INTAKE}/tokens", form, key="t1") for _ in range(2)]
    assert all(answer.json()["token"] for answer in answers)
    assert not any("idempotent-replay" in answer.headers for answer in answers)


def test_a_cursor_of_another_making_is_refused(clients: Clients) -> None:
    """Whatever is sent as a cursor, the answer is a page or a sentence."""
    staff = clients.staff()
    for keys in ("[5, 5]", '["2026-W01-1", 7]', '["2026-W01-1", "x"]', "5", "[]"):
        cursor = urlsafe_b64encode(keys.encode()).decode()
        for path in (f"{INTAKE}/cases", "/api/outreach/v1/pairs", f"{DIRECTORY}/listings"):
            answer = staff.get(path, cursor=cursor)
            assert (answer.status_code, answer.json()["type"]) == (422, "/problems/cursor-not-ours")


def test_two_open_searches_in_one_file_are_told_by_line(clients: Clients) -> None:
    """A member's second open search in one file is refused by its line, and left out where the good rows are wanted."""
    member, staff = a_member(clients), clients.staff()
    number = str(member.place.geoname_id)
    rows = [{"geoname_id": number, "requested_on": day(ago)} for ago in (40, 30)]
    refusal = refusals_of_import(staff, "searches", *rows)
    assert "1 of 2 rows cannot be imported" in refusal
    assert "line 3" in refusal
    report = import_rows(staff, "searches", rows, skip_bad=True)
    assert report["imported"] == 1
    assert [row["line"] for row in report["refused"]] == [3]
