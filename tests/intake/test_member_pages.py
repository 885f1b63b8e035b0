"""The page of a member's people after signing in: how the search stands, and what they can do."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.intake.application import Intake
from services.intake.can_do import PREPARE, by_stand
from services.intake.domain.ball import Ball, Milestone
from shared.aggregates import DomainEvent
from shared.gazetteer import Gazetteer
from shared.place_names import full_name
from shared.values import NextStep, Party
from tests.clients import Clients, eventually, vault
from tests.intake.people import INTAKE, a_member, mail_to
from tests.intake.states import NOW, PAIR, STATES
from tests.intake.test_sign_in import Browser


@pytest.fixture
def browser(clients: Clients) -> Iterator[Browser]:
    opened = Browser(clients)
    yield opened
    opened.http.close()


def page_of(browser: Browser) -> str:
    return html.unescape(browser.http.get("/sign-in").text)


def says_yes(browser: Browser, **form: str) -> httpx.Response:
    return browser.http.post("/sign-in/yes", data=form)


def test_the_administrator_says_yes_on_the_page(clients: Clients, browser: Browser) -> None:
    """One button; then the page says how the search stands, whose turn it is and by when, and the letter comes."""
    member = a_member(clients)
    browser.signs_in(member.email)
    before = page_of(browser)
    assert f"{full_name(member.place)} has no search open." in before
    assert f"administrator of {full_name(member.place)}." in before
    assert "Yes, we seek a partner city" in before
    assert says_yes(browser, is_shown_publicly="true").status_code == 303
    after = page_of(browser)
    assert "no time is set for the debriefing yet" in after
    assert "<strong>Whose turn it is:</strong> You: book the debriefing." in after
    assert "Propose a time for the debriefing." in after
    assert "Yes, we seek" not in after
    (case,) = member.administrator.reads(f"{INTAKE}/cases")["items"]
    view = member.administrator.reads(f"{INTAKE}/cases/{case['case_id']}")
    assert view["answers"]["is_shown_publicly"] is True
    assert mail_to(clients, member.email, "let us find a time")
    assert after == page_of(browser)
    assert says_yes(browser).status_code == 303
    told = member.administrator.is_refused(f"{INTAKE}/cases", {"community_id": str(member.id)})
    today = datetime.now(UTC).date()
    assert (
        f"{full_name(member.place)} has been searching since {today:%-d %B %Y};" in told["detail"]
    )


def test_what_is_done_on_a_page_is_done_by_somebody(
    clients: Clients, browser: Browser, platform: Platform
) -> None:
    """The cause of the event names the administrator who signed in, as it does where a token names them."""
    member = a_member(clients)
    browser.signs_in(member.email)
    assert says_yes(browser).status_code == 303
    (case,) = member.administrator.reads(f"{INTAKE}/cases")["items"]
    intake = Intake(
        platform.postgres_dsn("intake"), vault(platform, "intake"), Gazetteer(GAZETTEER)
    )
    first = next(iter(intake.events.get(UUID(case["case_id"]))))
    intake.close()
    assert isinstance(first, DomainEvent)
    assert first.cause.actor == f"administrator:{member.administrator.caller.subject}"


def test_what_is_written_from_the_page_stands_in_the_case(
    clients: Clients, browser: Browser
) -> None:
    """The page's link writes to the case: the mail is a word in its conversation, without anybody of staff."""
    member = a_member(clients)
    case, staff = member.says_yes(), clients.staff()
    browser.signs_in(member.email)
    found = re.search(r'href="(mailto:[^"]+)"', page_of(browser))
    assert found
    link = urlsplit(found[1])
    assert member.place.name in parse_qs(link.query)["subject"][0]
    mail = (
        f"From: Ann Lee <{member.email}>\r\nTo: {link.path}\r\nSubject: Our search\r\n"
        f"Message-ID: <{case}@example.org>\r\n\r\nNext Tuesday at ten suits us.\r\n"
    )
    headers = staff._headers(f"{INTAKE}/inbound") | {"Content-Type": "message/rfc822"}
    taken = staff.http.post(f"{clients.base_url}{INTAKE}/inbound", content=mail, headers=headers)
    assert taken.is_success, taken.text
    messages = eventually(lambda: staff.reads(f"{INTAKE}/cases/{case}")["messages"])
    assert "Next Tuesday at ten suits us." in messages[-1]["text"]
    page = page_of(browser)
    assert "Next Tuesday at ten suits us." in page
    assert "Our staff have a message of" in page
    staff.does(f"{INTAKE}/cases/{case}/messages", {"text": "Then let us meet."})
    page = page_of(browser)
    assert "Then let us meet." in page
    assert "Our staff have a message of" not in page


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"paid_through": "2020-12-31"}, "are not paid since 31 December 2020"),
        ({"is_member": False, "paid_through": None, "joined_on": None}, "is not a member of"),
    ],
)
def test_who_cannot_say_yes_reads_why(
    clients: Clients, browser: Browser, form: dict[str, Any], why: str
) -> None:
    """The rule's own sentence and what to do, instead of a button that would refuse."""
    browser.signs_in(a_member(clients, **form).email)
    page = page_of(browser)
    assert why in page
    assert "Yes, we seek" not in page


def test_the_committee_reads_how_it_stands(clients: Clients, browser: Browser) -> None:
    """A member of the committee sees the same search, speaks by mail, and gets no button of the administrator's."""
    member = a_member(clients)
    email = f"committee-{member.id}@example.org"
    contact = {"name": "Ben Ode", "email": email}
    clients.staff().does(f"{INTAKE}/communities/{member.id}/committee", contact)
    browser.signs_in(email)
    assert "Your administrator says Yes" in page_of(browser)
    assert "Only the administrator" in says_yes(browser).text
    member.says_yes()
    page = page_of(browser)
    assert "has been searching since" in page
    assert "As a member of the committee" in page
    assert "Your people" not in page


def test_the_administrator_takes_a_proposed_time_on_the_page(
    clients: Clients, browser: Browser
) -> None:
    """The page that the letter leads to shows the times; a button takes one, and whoever was asked before comes too."""
    member = a_member(clients)
    case, staff = f"{INTAKE}/cases/{member.says_yes()}", clients.staff()
    browser.signs_in(member.email)
    assert "Take this time" not in page_of(browser)
    first, second, third = staff.reads(f"{case}/debrief/slots", count=3)["suggested"]
    guest = {"name": "Ben Ode", "email": f"ben-{member.id}@example.org"}
    form = {"starts_at": first["starts_at"], "attendees": [guest]}
    member.administrator.does(f"{case}/debrief/schedule", form)
    slots = [second["starts_at"], third["starts_at"]]
    staff.does(f"{case}/debrief/slots", {"slots": slots, "minutes": 60})
    page = page_of(browser)
    assert '<a href="#times">Choose one of the times' in page
    assert "the time that is set stands" in page
    assert second["local_times"][0] in page
    (value, _) = re.findall(r'name="starts_at" value="([^"]+)"', page)
    gone = browser.http.post("/sign-in/debrief", data={"starts_at": "noon"})
    assert (gone.status_code, "This time is not proposed" in gone.text) == (409, True)
    assert browser.http.post("/sign-in/debrief", data={"starts_at": value}).status_code == 303
    assert browser.http.post("/sign-in/debrief", data={"starts_at": value}).status_code == 303
    debrief = member.administrator.reads(case)["debrief"]
    assert datetime.fromisoformat(debrief["starts_at"]) == datetime.fromisoformat(slots[0])
    assert {each["email"] for each in debrief["attendees"]} == {member.email, guest["email"]}
    assert "Take this time" not in page_of(browser)


def test_the_committee_takes_no_time(clients: Clients, browser: Browser) -> None:
    """It reads the times and the conversation; what is sent all the same is refused with a sentence."""
    member, staff = a_member(clients), clients.staff()
    case, email = f"{INTAKE}/cases/{member.says_yes()}", f"committee-{member.id}@example.org"
    contact = {"name": "Ben Ode", "email": email}
    staff.does(f"{INTAKE}/communities/{member.id}/committee", contact)
    (slot,) = staff.reads(f"{case}/debrief/slots", count=1)["suggested"]
    staff.does(f"{case}/debrief/slots", {"slots": [slot["starts_at"]], "minutes": 45})
    browser.signs_in(email)
    page = page_of(browser)
    assert slot["local_times"][0] in page
    assert "Take this time" not in page
    value = datetime.fromisoformat(slot["starts_at"]).isoformat()
    answer = browser.http.post("/sign-in/debrief", data={"starts_at": value})
    assert (answer.status_code, 'role="alert"' in answer.text) == (403, True)


def test_a_conversation_is_prepared_once_its_time_is_set() -> None:
    """After the interest alone there is nothing to prepare; then the letter has the time, and no inner word is said."""
    search = STATES["Search"]["debriefed"]()
    ball = Ball(step=NextStep.HOLD_INTRODUCTION, holder=Party.STAFF, due_on=None)
    search.note_pair(PAIR, Milestone.INTEREST, ball, NOW)
    assert PREPARE not in by_stand(search, NOW)
    search.note_pair(PAIR, Milestone.ARRANGED, ball, NOW)
    assert PREPARE in by_stand(search, NOW)
    assert "letter" in PREPARE


def test_members_are_told_that_passkeys_are_not_for_them(
    clients: Clients, browser: Browser
) -> None:
    """On both pages, with how they sign in instead; no form is there that would be refused."""
    browser.signs_in(a_member(clients).email)
    assert "Passkeys are for our staff alone." in page_of(browser)
    page = browser.http.get("/sign-in/passkeys").text
    assert "You sign in with the link" in page
    assert "Add a passkey" not in page


def test_nobody_says_yes_from_elsewhere(clients: Clients, browser: Browser) -> None:
    """Neither another site's page nor a browser in which nobody is signed in."""
    member = a_member(clients)
    led = says_yes(browser)
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in")
    browser.signs_in(member.email)
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert browser.http.post("/sign-in/yes", headers=foreign).status_code == 403
    assert "Yes, we seek a partner city" in page_of(browser)
