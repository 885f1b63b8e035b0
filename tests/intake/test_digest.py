"""The digest of staff: one letter for each person and working day, with what is due in every service."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.intake.application import Intake
from services.intake.digest import Digests, letter, not_answering, sentence
from services.intake.domain.digest import Digest, day_of_digest, sort_out
from shared.context import Caller, Role
from shared.due import Due, DueKind
from shared.gazetteer import Gazetteer
from shared.mail import NothingToTell
from shared.migrations import migrate
from shared.peers import Peer
from shared.place_names import full_name
from shared.values import Party
from tests.clients import Client, Clients, eventually, vault
from tests.intake.people import DEBRIEF, INTAKE, a_listed_city, a_member, mail_to, mails_to, text_of
from tests.intake.test_sign_in import Browser
from tests.outreach.pairs import a_pair
from tests.outreach.test_mail_in import post_mail

NEW_YORK, TOKYO, HONOLULU = "America/New_York", "Asia/Tokyo", "Pacific/Honolulu"
TODAY = datetime.now(UTC).date()
NOBODY_ANSWERS = Peer("outreach", "http://127.0.0.1:9", lambda: "").due


# The rules.


@pytest.mark.parametrize(
    ("local", "timezone", "has_one"),
    [
        ("2026-03-02T07:00", NEW_YORK, True),
        ("2026-03-02T06:59", NEW_YORK, False),
        ("2026-03-02T15:00", NEW_YORK, True),
        ("2026-03-02T18:00", NEW_YORK, False),
        ("2026-03-02T07:00", TOKYO, True),
        ("2026-03-07T08:00", NEW_YORK, False),  # a Saturday
        ("2026-11-26T08:00", NEW_YORK, False),  # Thanksgiving
        ("2026-07-03T08:00", NEW_YORK, False),  # Independence Day, observed on Friday
        ("2026-07-03T08:00", TOKYO, False),  # staff keep U.S. holidays wherever they sit
        ("2026-03-08T08:00", NEW_YORK, False),  # the night on which clocks change
    ],
)
def test_the_day_of_a_digest_is_a_working_day_of_the_reader(
    local: str, timezone: str, has_one: bool
) -> None:
    """From seven to six by the reader's own clock; none at weekends and on U.S. federal holidays."""
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(timezone))
    expected = date.fromisoformat(local[:10]) if has_one else None
    assert day_of_digest(moment.astimezone(UTC), timezone) == expected


def line(kind: DueKind = DueKind.CASE, owner: str = "", days: int = 0, **more: Any) -> Due:
    told = {"about": "Springfield", "what": "research", "opens": "/", "id": uuid4(), **more}
    return Due(kind=kind, owner=owner, due_on=TODAY + timedelta(days=days), **told)


def test_mine_and_nobodys_are_told_and_colleagues_things_are_not() -> None:
    """What somebody has who is on staff no more is nobody's; the longest due comes first."""
    mine, older = line(owner="me"), line(owner="me", days=-3)
    colleagues, left, free = line(owner="colleague"), line(owner="gone"), line(days=-9)
    found = sort_out([mine, older, colleagues, left, free], "me", {"me", "colleague"})
    assert found == ((older, mine), (free, left))


def test_one_thing_is_told_once() -> None:
    """A case's line gives way to those of its pairs, and research to the line of the case that says the same."""
    case = uuid4()
    waits = line(case_id=case, step="write_to_channels", what="write to channels")
    thread = line(DueKind.THREAD, case_id=case, step="follow_up", what="follow up")
    assert sort_out([waits, thread], "", ())[0] == (thread,)
    assert sort_out([waits], "", ())[0] == (waits,)
    of_case = line(case_id=case, step="research")
    of_matching = line(DueKind.RESEARCH, case_id=case, step="research")
    assert sort_out([of_matching, of_case], "", ())[0] == (of_case,)
    assert set(map(id, sort_out([of_matching, thread], "", ())[0])) == {id(of_matching), id(thread)}


def test_a_line_says_since_when_and_who_has_it_to_do() -> None:
    due = line(days=-1, holder=Party.MEMBER, what="choose shortlist")
    assert sentence(due, TODAY).endswith(": Springfield: choose shortlist (waits for: member)")
    assert sentence(due, TODAY).startswith("Since ")
    assert sentence(line(), TODAY) == "Today: Springfield: research"


# One letter a day: intake on a database of its own, with a clock that the test sets.


@pytest.fixture
def alone(platform: Platform) -> Iterator[Intake]:
    name = f"intake_{uuid4().hex[:8]}"

    def database(role: str) -> str:
        return make_conninfo(platform.postgres_dsn("intake", role), dbname=name)

    with psycopg.connect(platform.postgres_dsn("intake", "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} OWNER intake_owner".encode())
    migrate("intake", database("owner"))
    intake = Intake(database("app"), vault(platform, "intake"), Gazetteer(GAZETTEER))
    yield intake
    intake.close()


def staff_of(intake: Intake, timezone: str = "", role: Any = "staff") -> UUID:
    from services.intake.accounts import appoint_staff  # noqa: PLC0415
    from services.intake.rows import Attendee  # noqa: PLC0415

    person = Attendee(name="Dana Fox", email=f"{uuid4()}@example.org", timezone=timezone)
    return appoint_staff(intake, Caller("csc", Role.OPERATOR), person, role)


def digests(intake: Intake, **others: Any) -> Digests:
    return Digests(intake, others, NEW_YORK, "http://localhost")


def asked_for(intake: Intake) -> list[tuple[UUID, str]]:
    found = intake.rows(
        "SELECT recipient_id, facts ->> 'day' AS day FROM effects WHERE kind = 'digest'"
    )
    return sorted((row["recipient_id"], row["day"]) for row in found)


def test_one_letter_for_each_person_and_working_day_however_often_it_starts(alone: Intake) -> None:
    """Three weeks in steps of 40 minutes, two instances, a new start at each step: one a working day, none else."""
    people = {staff_of(alone): NEW_YORK, staff_of(alone, TOKYO): TOKYO}
    staff_of(alone, role="operator")
    now = datetime(2026, 11, 16, 0, 10, tzinfo=UTC)
    expected: set[tuple[UUID, str]] = set()
    for step in range(21 * 36):
        moment = now + step * timedelta(minutes=40)
        for person, zone in people.items():
            if day := day_of_digest(moment, zone):
                expected.add((person, str(day)))
        with ThreadPoolExecutor(2) as both:
            list(both.map(digests(alone).ask_for_letters, [moment, moment]))
    assert asked_for(alone) == sorted(expected)
    days = [day for person, day in asked_for(alone) if people[person] == NEW_YORK]
    assert "2026-11-26" not in days
    assert len(days) == 14


def test_a_clock_that_jumps_back_makes_no_second_letter(alone: Intake) -> None:
    """Nor does somebody who moves to another time zone get the same day twice."""
    person = staff_of(alone, TOKYO)
    monday = datetime(2026, 3, 2, 8, tzinfo=ZoneInfo(TOKYO))
    for hours in (0, 2, -1, 26, 1, 25):
        digests(alone).ask_for_letters(monday + timedelta(hours=hours))
    assert asked_for(alone) == [(person, "2026-03-02"), (person, "2026-03-03")]


def test_there_is_none_when_there_is_nothing(alone: Intake) -> None:
    """An empty list, and a day that is over, are not written about; a service that is silent is."""
    alone.clock = lambda: datetime(2026, 3, 2, 13, tzinfo=UTC)
    me = str(staff_of(alone))
    with pytest.raises(NothingToTell):
        digests(alone).facts(me, "", "2026-03-02")
    told = digests(alone, outreach=NOBODY_ANSWERS).facts(me, "", "2026-03-02")
    assert told["not_answering"].startswith("We could not ask outreach:")
    with pytest.raises(NothingToTell):
        digests(alone, outreach=NOBODY_ANSWERS).facts(me, "", "2026-02-27")


def test_what_did_not_fit_is_said() -> None:
    digest = Digest(TODAY, (), (), ("outreach", "matching"), 12)
    told = not_answering(digest)
    assert "outreach and matching" in told
    assert "12 lines did not fit." in told


# What is due, in the running services.


def colleague(clients: Clients, timezone: str = "") -> tuple[Client, str]:
    """Somebody of staff, and the address."""
    email = f"{uuid4()}@example.org"
    form = {"name": "Dana Fox", "email": email, "timezone": timezone}
    person = clients.staff().does(f"{INTAKE}/staff", form)["person_id"]
    return clients.who(Role.STAFF, person), email


def unmatched(clients: Clients) -> set[str]:
    """Mail that nothing tells what it is about, to both services that take mail in."""
    taken = set()
    for service in ("intake", "outreach"):
        mail = EmailMessage()
        mail["From"], mail["To"] = "x@example.org", "partnerships@sister-cities.org"
        mail["Message-ID"] = f"<{uuid4()}@example.org>"
        mail.set_content("Hello?")
        taken.add(post_mail(clients.staff(), mail.as_bytes(), service)["inbound_id"])
    return taken


@pytest.fixture
def beside(platform: Platform, clients: Clients) -> Iterator[Callable[[str, int], list[Due]]]:
    """What somebody's digest says, as the running services answer, of a day to come: theirs, then nobody's."""
    intake = Intake(
        platform.postgres_dsn("intake"), vault(platform, "intake"), Gazetteer(GAZETTEER)
    )
    caller = Caller("intake", Role.SERVICE)

    def peer(name: str) -> Any:
        return Peer(name, clients.base_url, lambda: clients.signer.token(caller, name)).due

    made = digests(intake, outreach=peer("outreach"), matching=peer("matching"))

    def of(me: str, days: int) -> list[Due]:
        digest = made.of(me, TODAY + timedelta(days=days))
        assert not digest.not_answering
        return [*digest.yours, *digest.nobodys]

    yield of
    intake.close()


def of_case(found: list[Due], case: str) -> list[tuple[str, str, str]]:
    return [(each.kind.value, each.what, each.owner) for each in found if str(each.case_id) == case]


def test_the_owner_is_told_of_the_case_and_others_are_not(clients: Clients) -> None:
    """A message that waits is everybody's until somebody takes the case, then that person's; a dismissal frees it."""
    (dana, _), (kim, _) = colleague(clients), colleague(clients)
    member = a_member(clients)
    case = member.says_yes()
    member.administrator.does(f"{INTAKE}/cases/{case}/messages", {"text": "May we begin in May?"})

    def halves(reader: Client) -> tuple[bool, bool]:
        digest = reader.reads(f"{INTAKE}/digest")
        yours, nobodys = ({each["case_id"] for each in digest[half]} for half in HALVES)
        return case in yours, case in nobodys

    assert halves(dana) == halves(kim) == (False, True)
    form = {"staff_id": dana.caller.subject}
    clients.staff().does(f"{INTAKE}/cases/{case}/assign", form)
    assert (halves(dana), halves(kim)) == ((True, False), (False, False))
    (told,) = [each for each in dana.reads(f"{INTAKE}/digest")["yours"] if each["case_id"] == case]
    assert told["sentence"] == f"New: {full_name(member.place)}: answer the member's message"
    answer = clients.operator().post(f"{INTAKE}/staff/{dana.caller.subject}/dismiss")
    assert answer.is_success, answer.text
    assert halves(kim) == (False, True)
    kim.does(f"{INTAKE}/cases/{case}/messages", {"text": "Gladly."})
    assert halves(kim) == (False, False)


HALVES = ("yours", "nobodys")


def test_what_is_due_in_all_three_services_is_in_it(
    clients: Clients, beside: Callable[[str, int], list[Due]]
) -> None:
    """A promise, research, a letter that came back, an introduction, mail that nobody can match, a request."""
    pair, city = a_pair(clients), a_listed_city(clients)
    city.official.does(f"{city.path}/edit", {"profile": {"seeks": "A port"}})
    in_ten_days = str(TODAY + timedelta(days=10))
    promised = {"who": "Ann", "what": "Asks the schools", "due_on": in_ten_days}
    staff = clients.staff()
    debrief = f"{INTAKE}/cases/{pair.case}/debrief"
    staff.does(f"{debrief}/complete", DEBRIEF | {"held_on": str(TODAY)})
    staff.does(f"{debrief}/minutes", {"actions": [promised]})
    pair.writes(channel="us_consulate")
    pair.does(f"threads/{pair.thread()['thread_id']}/bounce")
    letters, other = unmatched(clients), a_pair(clients)
    other.becomes_interested()
    in_nine_days = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    other.does("introduction", {"starts_at": in_nine_days, "is_agreed": True})
    found = beside("me", 31)
    assert letters <= {str(each.id) for each in found if each.kind is DueKind.MAIL}
    from_whom = [each.about for each in found if str(each.id) in letters]
    assert all(about.startswith("A mail from ") and "“" in about for about in from_whom)
    (meeting,) = [each for each in found if each.id == other.id]
    assert meeting.kind is DueKind.INTRODUCTION
    assert meeting.what.startswith(f"hold the conversation with {other.city.name}")
    told = {kind: what for kind, what, _ in of_case(found, pair.case)}
    assert told["thread"] == "find another contact: a message came back (us consulate)"
    assert told["action"] == "Ann promised: Asks the schools"
    assert told.get("case", "").startswith("research") or "research" in told
    assert any(str(each.id) == city.id for each in found if each.kind is DueKind.LISTING)
    soon = of_case(beside("me", 1), pair.case)
    assert [kind for kind, _, _ in soon if kind in ("thread", "action", "research")] == []


def test_the_letter_of_the_day_goes_out_once(
    platform: Platform, clients: Clients, beside: Callable[[str, int], list[Due]]
) -> None:
    """Asked for by as many instances as one likes: one letter, in both parts, with a link to the page for each line."""
    dana, email = colleague(clients)
    member = a_member(clients)
    case = member.says_yes()
    member.administrator.does(f"{INTAKE}/cases/{case}/messages", {"text": "When?"})
    intake = Intake(
        platform.postgres_dsn("intake"), vault(platform, "intake"), Gazetteer(GAZETTEER)
    )
    person, today = UUID(dana.caller.subject), datetime.now(ZoneInfo(NEW_YORK)).date()
    for _ in range(5):
        intake.keep(letter(person, today), letter(person, today - timedelta(days=1)))
    mail = mail_to(clients, email, "overdue")
    assert mail["Subject"].startswith(f"{today:%A %-d %B}: ")
    words = text_of(mail)
    assert f"{clients.base_url}/digest#message-{case}" in words
    assert "Nobody's yet:" in words
    (over,) = eventually(
        lambda: intake.rows(
            "SELECT error FROM effects WHERE kind = 'digest' AND recipient_id = %(id)s"
            " AND state = 'cancelled'",
            id=person,
        )
    )
    assert over["error"] == "there was nothing to tell"
    assert len(mails_to(clients, email, "overdue")) == 1
    intake.close()


def test_the_page_shows_the_same_without_scripts(clients: Clients) -> None:
    """Who is not signed in is led there; staff read their lines; others are told that it is not theirs."""
    _, email = colleague(clients)
    member, browser = a_member(clients), Browser(clients)
    case = member.says_yes()
    member.administrator.does(f"{INTAKE}/cases/{case}/messages", {"text": "When?"})
    assert browser.http.get("/digest").headers["location"] == "/sign-in"
    browser.signs_in(email)
    page = browser.http.get("/digest")
    assert page.status_code == 200
    assert f'id="message-{case}"' in page.text
    assert "script" not in page.text
    browser.signs_in(member.email)
    assert browser.http.get("/digest").status_code == 403


def test_the_whole_work_of_staff_says_whose_it_is_and_what_waits_for_others(
    clients: Clients,
) -> None:
    """What a member has to do by a day to come stands there too; a digest tells it once that day has passed."""
    (dana, _), member = colleague(clients), a_member(clients)
    case = member.says_yes()

    def line() -> dict[str, Any]:
        work = dana.reads(f"{INTAKE}/work")
        (found,) = [each for each in work["lines"] if each["case_id"] == f"{case}"]
        return dict(found)

    assert (line()["is_yours"], line()["owner_name"], line()["is_overdue"]) == (False, "", False)
    assert line()["holder"] == "member"
    assert date.fromisoformat(line()["due_on"]) > TODAY
    form = {"staff_id": dana.caller.subject}
    clients.staff().does(f"{INTAKE}/cases/{case}/assign", form)
    (name,) = [
        each["name"]
        for each in clients.staff().reads(f"{INTAKE}/staff")
        if each["person_id"] == dana.caller.subject
    ]
    assert (line()["is_yours"], line()["owner_name"]) == (True, name)
