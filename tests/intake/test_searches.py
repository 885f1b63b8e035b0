"""Rules about saying Yes and the debrief, through HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import psycopg
from icalendar import Calendar

from deploy.local.platform import Platform
from shared.context import Role
from tests.clients import Clients, eventually, today
from tests.intake.people import (
    DEBRIEF,
    INTAKE,
    a_member,
    a_place,
    colleague,
    desk_of,
    mail_to,
    mails_to,
    text_of,
    waiting,
)


def completed() -> dict[str, Any]:
    return {**DEBRIEF, "held_on": today()}


def test_only_the_administrator_says_yes(clients: Clients) -> None:
    """B1: anyone but the administrator is refused, and told who can and whom to write to."""
    member, another = a_member(clients), a_member(clients)
    committee = clients.who(Role.COMMITTEE_MEMBER, community_id=member.id)
    for client in (clients.staff(), clients.operator(), committee, another.administrator):
        refusal = client.is_refused(f"{INTAKE}/cases", {"community_id": str(member.id)})
        assert refusal["status"] == 403
        assert "Only the administrator" in refusal["detail"]
        assert "info@sister-cities.org" in refusal["detail"]
    assert (
        clients.public().post(f"{INTAKE}/cases", {"community_id": str(member.id)}).status_code
        == 401
    )
    assert member.says_yes()


def test_who_handed_the_role_over_cannot_say_yes(clients: Clients) -> None:
    """B1: from the hand-over on the former administrator's sign-in no longer counts; once told, the row is gone."""
    member = a_member(clients)
    clients.staff().does(
        f"{INTAKE}/communities/{member.id}/administrator",
        {"name": "Ben Roy", "email": "ben.roy@example.org"},
    )
    refusal = member.administrator.is_refused(f"{INTAKE}/cases", {"community_id": str(member.id)})
    assert refusal["type"] == "/problems/only-the-administrator"

    def people() -> list[tuple[str, str]]:
        view = clients.staff().reads(f"{INTAKE}/communities/{member.id}")
        return [(person["name"], person["role"]) for person in view["people"]]

    assert [name for name, role in people() if role == "administrator"] == ["Ben Roy"]
    assert eventually(lambda: people() == [("Ben Roy", "administrator")])


def test_the_questions_are_optional(clients: Clients) -> None:
    """B2: a Yes without an answer is a Yes, and the answers can come later, one by one."""
    member = a_member(clients)
    case = f"{INTAKE}/cases/{member.says_yes()}"
    member.administrator.does(f"{case}/answers", {"preferences": {"continents": ["EU"]}})
    member.administrator.does(f"{case}/answers", {"is_shown_publicly": True})
    answers = member.administrator.reads(case)["answers"]
    assert answers["preferences"]["continents"] == ["EU"]
    assert answers["is_shown_publicly"] is True


def test_a_lapsed_member_is_told_how_to_renew(clients: Clients) -> None:
    """B3: a lapsed member is refused with how to renew, and may say Yes once the dues are recorded."""
    member = a_member(clients, paid_through="2020-12-31")
    form = {"community_id": str(member.id)}
    refusal = member.administrator.is_refused(f"{INTAKE}/cases", form)
    assert "not paid since 31 December 2020" in refusal["detail"]
    assert "Renew" in refusal["next_step"]
    clients.staff().does(f"{INTAKE}/communities/{member.id}/standing", {"paid_through": today()})
    assert member.says_yes()


def test_a_community_that_is_no_member_is_told_about_joining(clients: Clients) -> None:
    """B3: who is no member is refused with basic information on sister cities and on joining."""
    member = a_member(clients, is_member=False)
    refusal = member.administrator.is_refused(f"{INTAKE}/cases", {"community_id": str(member.id)})
    assert refusal["type"] == "/problems/not-a-member"
    assert "how to join" in refusal["detail"]
    assert "highest officials sign" in refusal["detail"]


def test_one_mail_for_each_yes(clients: Clients) -> None:
    """B4, B18: a Yes, however often it is sent, causes one mail, from the partnerships address."""
    member = a_member(clients)
    form = {"community_id": str(member.id)}
    answers = [member.administrator.post(f"{INTAKE}/cases", form, key="yes") for _ in range(3)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    mail = mail_to(clients, member.email, "let us find a time")
    assert "partnerships@sister-cities.org" in mail["From"]
    assert desk_of(mail["Reply-To"]) == "partnerships@sister-cities.org"
    assert answers[0].json()["id"] in text_of(mail)
    assert mail["X-Effect-Id"] in mail["Message-ID"]
    refusal = member.administrator.is_refused(f"{INTAKE}/cases", form)
    assert refusal["type"] == "/problems/search-already-open"
    assert len(mails_to(clients, member.email, "let us find a time")) == 1


def test_a_debrief_has_several_attendees(clients: Clients) -> None:
    """B5: everybody who takes part gets a calendar invitation, and again when the date moves."""
    member = a_member(clients)
    case = f"{INTAKE}/cases/{member.says_yes()}"
    emails = [member.email, f"ben-{member.id}@example.org", f"cy-{member.id}@example.org"]
    attendees = [{"name": "A Person", "email": email} for email in emails]
    starts_at = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    form = {"starts_at": starts_at, "attendees": attendees, "is_agreed": True}
    member.administrator.does(f"{case}/debrief/schedule", form)
    view = clients.staff().reads(case)
    assert view["state"] == "scheduled"
    assert {person["email"] for person in view["debrief"]["attendees"]} == set(emails)
    for email in emails:
        mail = mail_to(clients, email, "Debriefing")
        assert any(part.get_content_type() == "text/calendar" for part in mail.walk())


def test_an_earlier_date_replaces_a_later_one(clients: Clients) -> None:
    """B5: the calendar entry that was set last counts, also where it moves the debrief to an earlier day."""
    member = a_member(clients)
    case = f"{INTAKE}/cases/{member.says_yes()}"
    attendees = [{"name": "Ann Lee", "email": member.email}]
    for sent, days in enumerate((9, 5), start=1):
        starts_at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        form = {"starts_at": starts_at, "attendees": attendees, "is_agreed": True}
        member.administrator.does(f"{case}/debrief/schedule", form)
        eventually(partial(has_entries, clients, member.email, sent))
    first, second = sorted(entries(clients, member.email), key=lambda entry: entry["sequence"])
    assert first["uid"] == second["uid"]
    assert first["sequence"] < second["sequence"]
    assert first["dtstamp"].dt <= second["dtstamp"].dt <= datetime.now(UTC)
    assert second["dtstart"].dt < first["dtstart"].dt


def has_entries(clients: Clients, email: str, count: int) -> bool:
    return len(entries(clients, email)) == count


def entries(clients: Clients, email: str) -> list[Any]:
    """The calendar entries that were sent to somebody."""
    parts = [part for mail in mails_to(clients, email, "ebriefing") for part in mail.walk()]
    return [
        Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")[0]
        for part in parts
        if part.get_content_type() == "text/calendar"
    ]


def test_a_debrief_records_what_is_wanted(clients: Clients) -> None:
    """B5: wishes, industries, institutions and demographics are recorded, and can be corrected."""
    member = a_member(clients)
    case = f"{INTAKE}/cases/{member.says_yes()}"
    clients.staff().does(f"{case}/debrief/complete", completed())
    view = member.administrator.reads(case)
    assert view["state"] == "debriefed"
    assert view["answers"]["preferences"]["countries"] == ["JP"]
    assert view["profile"]["industries"] == ["logistics"]
    assert view["debrief"]["demographics"].startswith("A fifth")
    assert view["next_step"]["step"] == "research"
    clients.staff().does(f"{case}/debrief/complete", {**completed(), "notes": "None."})
    community = clients.staff().reads(f"{INTAKE}/communities/{member.id}")
    assert community["profile"]["universities"] == ["A university"]
    assert clients.staff().reads(case)["debrief"]["notes"] == "None."


def test_a_record_leaves_alone_what_it_leaves_out(clients: Clients) -> None:
    """B5: a record of the debrief with a day alone changes no wish, no profile, no note, and no profile that waits."""
    member, staff = a_member(clients), clients.staff()
    path = f"{INTAKE}/communities/{member.id}"
    staff.does(f"{path}/profile", {"profile": {"seeks": "A port city"}})
    case = f"{INTAKE}/cases/{member.says_yes(preferences={'countries': ['PT']})}"
    member.administrator.does(f"{path}/profile", {"profile": {"seeks": "A university city"}})
    staff.does(f"{case}/debrief/complete", {"held_on": today(), "notes": "All went well."})
    staff.does(f"{case}/debrief/complete", {"held_on": today()})
    view, community = staff.reads(case), staff.reads(path)
    assert view["answers"]["preferences"]["countries"] == ["PT"]
    assert view["profile"]["seeks"] == community["profile"]["seeks"] == "A port city"
    assert view["debrief"]["notes"] == "All went well."
    assert community["proposed_profile"]["seeks"] == "A university city"
    staff.does(f"{path}/profile/approve")
    assert staff.reads(path)["profile"]["seeks"] == "A university city"


def test_named_cities_lie_abroad(clients: Clients) -> None:
    """B8: a member may name cities, all of them abroad."""
    member, abroad, home = a_member(clients), a_place(is_abroad=True), a_place()
    form = {"community_id": str(member.id), "named_cities": [home.geoname_id]}
    refusal = member.administrator.is_refused(f"{INTAKE}/cases", form)
    assert refusal["type"] == "/problems/named-city-not-abroad"
    case = f"{INTAKE}/cases/{member.says_yes(named_cities=[abroad.geoname_id])}"
    assert member.administrator.reads(case)["answers"]["named_cities"][0]["name"] == abroad.name


def test_wishes_are_those_that_a_city_can_have(clients: Clients) -> None:
    """B2: no country that there is not, none at home, no size with the larger number first; at a Yes, an amendment and
    a debrief, each refused in a sentence and nothing changed."""
    member, staff = a_member(clients), clients.staff()
    refused = {
        "country-not-abroad": {"countries": ["PR"]},
        "no-such-country": {"countries": ["PT", "ZZ"]},
        "no-such-size": {"population_min": 50_000, "population_max": 20_000},
    }
    for kind, wished in refused.items():
        form = {"community_id": str(member.id), "preferences": wished}
        refusal = member.administrator.is_refused(f"{INTAKE}/cases", form)
        assert refusal["type"] == f"/problems/{kind}"
    case = f"{INTAKE}/cases/{member.says_yes(preferences={'countries': ['PT']})}"
    for kind, wished in refused.items():
        amended = member.administrator.is_refused(f"{case}/answers", {"preferences": wished})
        told = {"held_on": today(), "preferences": wished}
        debriefed = staff.is_refused(f"{case}/debrief/complete", told)
        assert amended["type"] == debriefed["type"] == f"/problems/{kind}"
        assert amended["next_step"]
    assert staff.reads(case)["answers"]["preferences"]["countries"] == ["PT"]


def test_one_conversation_with_a_named_person(clients: Clients) -> None:
    """B12: member and staff talk in the case, and the member sees the name of its contact."""
    member, staff = a_member(clients), colleague(clients)
    case = f"{INTAKE}/cases/{member.says_yes()}"
    staff.does(f"{case}/assign", {"staff_id": staff.caller.subject})
    member.administrator.does(f"{case}/messages", {"text": "Is there a sample letter?"})
    number = case.rpartition("/")[2]
    assert waiting(staff, "cases", "case_id", number) == today()
    staff.does(f"{case}/messages", {"text": "There is; I attach it to the case."})
    assert waiting(staff, "cases", "case_id", number) is None
    view = member.administrator.reads(case)
    assert view["owner_name"] == "Dana Fox"
    assert [message["author"] for message in view["messages"]] == ["administrator", "Dana Fox"]
    assert "I attach it" in text_of(mail_to(clients, member.email, "A message"))


def test_the_range_is_shown(clients: Clients) -> None:
    """B16: a case says honestly how long a search takes."""
    member = a_member(clients)
    view = member.administrator.reads(f"{INTAKE}/cases/{member.says_yes()}")
    assert "months" in view["how_long"]


def test_the_member_logs_its_own_work(clients: Clients) -> None:
    """B19: the member's own research stands in the case, and the case says what it can do next."""
    member = a_member(clients)
    case = f"{INTAKE}/cases/{member.says_yes()}"
    entry = {"kind": "meeting", "happened_on": "2026-04-02", "text": "Met the honorary consul."}
    member.administrator.does(f"{case}/local-work", entry)
    view = member.administrator.reads(case)
    assert view["local_work"] == [entry]
    assert "Propose a time for the debriefing." in view["can_do_next"]


def test_a_search_rests_and_goes_on(clients: Clients) -> None:
    """A paused search waits for being resumed, and then for what it waited for before."""
    member = a_member(clients)
    case = f"{INTAKE}/cases/{member.says_yes()}"
    clients.staff().does(f"{case}/debrief/complete", completed())
    member.administrator.does(f"{case}/pause", {})
    assert member.administrator.reads(case)["next_step"]["step"] == "resume"
    assert member.administrator.is_refused(f"{case}/pause")["type"] == "/problems/search-rests"
    member.administrator.does(f"{case}/resume")
    assert member.administrator.reads(case)["next_step"]["step"] == "research"


def test_after_a_withdrawal_the_member_may_say_yes_again(clients: Clients) -> None:
    """A withdrawn search takes no changes; another one can be requested."""
    member = a_member(clients)
    case = f"{INTAKE}/cases/{member.says_yes()}"
    member.administrator.does(f"{case}/withdraw")
    refusal = clients.staff().is_refused(f"{case}/close", {"reason": "no_match"})
    assert refusal["type"] == "/problems/search-has-ended"
    assert member.says_yes() not in case


def test_others_see_nothing_of_a_case(clients: Clients) -> None:
    """A case is for staff and its own community; an operator is not staff."""
    member, another = a_member(clients), a_member(clients)
    case = f"{INTAKE}/cases/{member.says_yes()}"
    own_committee = clients.who(Role.COMMITTEE_MEMBER, community_id=member.id)
    assert own_committee.get(case).status_code == 200
    assert another.administrator.get(case).status_code == 403
    assert clients.operator().get(case).status_code == 403
    assert clients.public().get(case).status_code == 401
    mine = member.administrator.reads(f"{INTAKE}/cases")["items"]
    assert {item["community_id"] for item in mine} == {str(member.id)}
    assert own_committee.post(f"{case}/withdraw").status_code == 403


def test_lists_are_read_page_by_page(clients: Clients) -> None:
    """Staff read all cases, the soonest date first, each once."""
    wanted = {a_member(clients).says_yes() for _ in range(3)}
    seen: list[str] = []
    more: dict[str, str] | None = {}
    while more is not None:
        page = clients.staff().reads(f"{INTAKE}/cases", limit=2, **more)
        seen += [item["case_id"] for item in page["items"]]
        more = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert len(seen) == len(set(seen))
    assert wanted <= set(seen)
    assert clients.staff().get(f"{INTAKE}/cases", cursor="nonsense").status_code == 422


def test_a_search_is_shown_publicly_only_if_the_member_agrees(clients: Clients) -> None:
    """B20: without a word of the member its search is not to be shown."""
    member = a_member(clients)
    case = f"{INTAKE}/cases/{member.says_yes()}"
    assert member.administrator.reads(case)["answers"]["is_shown_publicly"] is False


def test_two_yeses_at_once_are_one(clients: Clients) -> None:
    """B4: of several people who say Yes at the same moment one begins the search, and one mail goes out."""
    member = a_member(clients)
    form = {"community_id": str(member.id)}
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda _: member.administrator.post(f"{INTAKE}/cases", form), range(6))
        )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    mail_to(clients, member.email, "let us find a time")


def test_no_event_holds_a_person(clients: Clients, platform: Platform) -> None:
    """Names, addresses and private texts are in tables that can be erased, never in an event."""
    member = a_member(clients)
    case = f"{INTAKE}/cases/{member.says_yes()}"
    secret = f"a private word {member.id}"
    clients.staff().does(f"{case}/debrief/complete", {**completed(), "notes": secret})
    member.administrator.does(f"{case}/messages", {"text": secret})
    with psycopg.connect(platform.postgres_dsn("intake")) as connection:
        for private in (secret, member.email, "Ann Lee"):
            found = connection.execute(
                "SELECT count(*) FROM events WHERE position(%(text)s::bytea IN state) > 0",
                {"text": private.encode()},
            ).fetchone()
            assert found == (0,), private
