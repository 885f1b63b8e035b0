"""The page of a member's people after signing in: how the search stands, and what they can do."""

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.intake.application import Intake
from shared.aggregates import DomainEvent
from shared.gazetteer import Gazetteer
from tests.clients import Clients, eventually, vault
from tests.intake.people import INTAKE, a_member, mail_to
from tests.intake.test_sign_in import Browser
from tests.matching.test_matching import IDS, a_search


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
    assert f"{member.place.name} has no search open." in before
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
    again = says_yes(browser)
    assert (again.status_code, "a community has one search at a time" in again.text) == (409, True)


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


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"paid_through": "2020-12-31"}, "dues are not paid since"),
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


def test_the_administrator_chooses_among_the_proposed_cities(
    clients: Clients, browser: Browser
) -> None:
    """Ticks and a button; matching's own sentence where it says no; the committee reads and chooses nothing."""
    search = a_search(clients).proposed()
    browser.signs_in(search.member.email)
    assert "/sign-in/shortlist" in page_of(browser)
    here = "/sign-in/shortlist"
    asked = html.unescape(browser.http.get(here).text)
    assert asked.count('name="geoname_ids"') == len(IDS)
    few = browser.http.post(here, data={"geoname_ids": [str(each) for each in IDS[:1]]})
    assert (few.status_code, few.text.count(" checked")) == (422, 1)
    told = browser.http.post(here, data={"geoname_ids": [str(each) for each in IDS[:3]]})
    assert told.status_code == 303
    assert search.becomes("shortlisted")
    assert browser.http.get(here).text.count(", chosen") == 3


def test_the_committee_only_reads_what_is_proposed(clients: Clients, browser: Browser) -> None:
    """The same cities without a button; what is sent all the same, matching refuses."""
    search = a_search(clients).proposed()
    email = f"committee-{search.member.id}@example.org"
    contact = {"name": "Ben Ode", "email": email}
    clients.staff().does(f"{INTAKE}/communities/{search.member.id}/committee", contact)
    browser.signs_in(email)
    page = browser.http.get("/sign-in/shortlist").text
    assert "Your administrator chooses" in page
    assert "Choose these cities" not in page
    form = {"geoname_ids": [str(each) for each in IDS[:3]]}
    assert browser.http.post("/sign-in/shortlist", data=form).status_code == 422
    assert search.now()["state"] == "proposed"


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
