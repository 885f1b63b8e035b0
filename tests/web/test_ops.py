"""The pages of operators in a browser, before the season and what happens after it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Page, expect

from deploy.local.binaries import ROOT
from deploy.local.platform import Platform
from tests.clients import Client, Clients
from tests.intake.people import INTAKE, a_place
from tests.intake.test_imports import import_rows
from tests.intake.test_sign_in import Browser as SigningIn
from tests.parking import parked
from tests.web.visitor import PATIENCE, Visitor

Comes = Callable[..., Visitor]
OPERATIONS = "/api/directory/v1/operations"
LIVE = "**/operations/events/live*"
BURST = 500
expect.set_options(timeout=PATIENCE)
REFUSED = ("the server responded with a status of 5", "ERR_INTERNET_DISCONNECTED", "ERR_FAILED")


def a_person(season: Platform, role: str) -> str:
    """Whoever may come in with that role."""
    email = f"{role}-{uuid4()}@example.org"
    csc = [str(Path(sys.prefix) / "bin/csc"), "people", "add", email, "--name", "Olga Operator"]
    environment = os.environ | {"DATA_DIR": str(season.folder.path)}
    subprocess.run(
        [*csc, "--role", role], env=environment, cwd=ROOT, check=True, capture_output=True
    )
    return email


@pytest.fixture(scope="module")
def cookies(season: Platform, clients: Clients) -> list[Any]:
    """Of an operator who signed in once: a mailbox gets a few links an hour only."""
    by_mail = SigningIn(clients)
    by_mail.signs_in(a_person(season, "operator"))
    return [
        {"name": each.name, "value": each.value or "", "url": clients.base_url}
        for each in by_mail.http.cookies.jar
    ]


@pytest.fixture
def operator(comes: Comes, cookies: list[Any]) -> Visitor:
    visitor = comes(expected=REFUSED)
    visitor.context.add_cookies(cookies)
    return visitor


def watches(visitor: Visitor, path: str = "/ops") -> Page:
    """The page of events, once it hears what comes."""
    page = visitor.opens(path)
    expect(page.locator(".line")).to_contain_text("Live")
    return page


def something_happens(staff: Client) -> str:
    """A community joins the records; its id."""
    joined: str = staff.does(f"{INTAKE}/communities", {"geoname_id": a_place().geoname_id})["id"]
    return joined


def test_the_page_of_events_is_sound(operator: Visitor, clients: Clients) -> None:
    """The newest events of all services, as the service tells them, each with its sentence."""
    page = watches(operator)
    page.locator(".events li").first.wait_for()
    told = clients.operator().reads(f"{OPERATIONS}/events", limit=5)["items"]
    shown = page.locator(".sentence").all_inner_texts()[:5]
    assert shown == [event["sentence"] for event in told]
    assert not any("@" in sentence for sentence in page.locator(".sentence").all_inner_texts())
    operator.sound()
    names = [stop["name"] for stop in operator.tabs_through(400)]
    assert names.index("Pause") < names.index(shown[0][:60])


def test_one_event_is_seen_whole_and_stands_in_the_address(operator: Visitor) -> None:
    """A press shows what led to an event and its data; filters are taken away by Back; a link shows the same."""
    page = watches(operator, "/ops?type=CitySeekingRequested")
    page.locator(".sentence").first.click()
    detail = page.locator(".detail")
    expect(detail.locator("h2")).to_be_focused()
    expect(detail.locator("pre")).to_contain_text('"case_id"')
    operator.sound()
    detail.get_by_role("button", name="All events of this case").click()
    expect(page.locator(".chip", has_text="About")).to_be_visible()
    expect(page.locator(".events li", has_text="said Yes to seeking")).to_have_count(1)
    expect(page.locator(".events li").nth(1)).to_be_visible()
    same = operator.another_page()
    same.goto(page.url)
    expect(same.locator(".detail pre")).to_contain_text('"case_id"')
    expect(same.locator(".events li")).to_have_count(page.locator(".events li").count())
    same.close()
    page.go_back()
    expect(page.locator(".chip", has_text="Type")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close").click()
    expect(detail).to_have_count(0)


def test_what_happens_shows_by_itself_and_waits_while_one_reads(
    operator: Visitor, clients: Clients
) -> None:
    """A new event comes to the page without a press; paused, the page counts what came and shows it on Go on."""
    page, staff = watches(operator), clients.staff()
    first = something_happens(staff)
    expect(page.locator(".events li").first).to_contain_text("is in the records")
    page.get_by_role("button", name="Pause", exact=True).click()
    before = page.locator(".sentence").first.inner_text()
    something_happens(staff)
    go_on = page.get_by_role("button", name="Go on")
    expect(go_on).to_contain_text("new)")
    assert page.locator(".sentence").first.inner_text() == before
    operator.sound()
    go_on.click()
    expect(page.locator(".sentence").first).not_to_have_text(before)
    watches(operator, f"/ops?about={first}")
    expect(page.locator(".events li")).not_to_have_count(0)


def test_six_tabs_hear_a_burst_over_one_connection(operator: Visitor, clients: Clients) -> None:
    """Five hundred events at once, six tabs, paused so that they count: none is lost, and the tabs share one stream,
    so that other questions still get through."""
    opened: list[str] = []
    tabs = [operator.page, *(operator.another_page() for _ in range(5))]
    for tab in tabs:
        tab.on("request", lambda asked: opened.append(asked.url) if "/live" in asked.url else None)
        tab.goto("/ops?type=CommunityRegistered")
        expect(tab.locator(".line")).to_contain_text("Live")
        tab.get_by_role("button", name="Pause", exact=True).click()
    rows = [{"geoname_id": str(a_place().geoname_id)} for _ in range(BURST)]
    report = import_rows(clients.staff(), "communities", rows)
    assert report["imported"] == BURST, report
    for tab in tabs:
        expect(tab.get_by_role("button", name="Go on")).to_have_text(f"Go on ({BURST} new)")
    assert len(opened) == 1
    tabs[0].close()
    # The one that listened is gone: another goes on, without a gap.
    joined = something_happens(clients.staff())
    expect(tabs[1].get_by_role("button", name="Go on")).to_have_text(f"Go on ({BURST + 1} new)")
    tabs[1].get_by_role("button", name="Go on").click()
    expect(tabs[1].locator(".events li")).to_have_count(500)
    assert joined
    for tab in tabs[1:]:
        tab.close()


def test_a_break_leaves_no_gap(operator: Visitor, clients: Clients, season: Platform) -> None:
    """When the directory dies the page says up to when it shows what happened, and then shows the rest."""
    page, staff = watches(operator), clients.staff()
    os.kill(season.process("directory").pid or 0, signal.SIGKILL)
    joined = something_happens(staff)
    expect(page.locator(".line")).to_contain_text("showing up to")
    expect(page.locator(".line")).to_contain_text("Live")
    sentence = clients.operator().reads(f"{OPERATIONS}/events", about=joined)["items"][-1][
        "sentence"
    ]
    expect(page.locator(".sentence", has_text=sentence)).to_have_count(1)


def test_the_pages_wait_fail_and_try_again(operator: Visitor) -> None:
    """While events are fetched that is said; where they do not come one can ask again; offline is told."""
    page = operator.page
    page.route("**/operations/events?*", lambda route: route.fulfill(status=500, body="{}"))
    operator.opens("/ops")
    operator_says(page, "One moment: the newest events are fetched.")
    page.locator(".happened .trouble").wait_for()
    operator.sound()
    page.unroute("**/operations/events?*")
    page.locator(".happened").get_by_role("button", name="Try again").click()
    page.locator(".events li").first.wait_for()
    operator.context.set_offline(True)
    expect(page.locator(".line")).to_contain_text("You are offline")
    operator.context.set_offline(False)
    expect(page.locator(".line")).to_contain_text("Live")
    watches(operator, f"/ops?about={uuid4()}")
    expect(page.locator(".happened .box")).to_contain_text("No event meets these filters")
    operator.sound()
    page.get_by_role("button", name="Show all events").click()
    page.locator(".events li").first.wait_for()


def operator_says(page: Page, words: str) -> None:
    expect(page.locator(".happened [role=status]", has_text=words)).to_be_visible()


def test_services_are_told_and_read_models_built_anew(operator: Visitor, clients: Clients) -> None:
    """How each service is, as it says; the read models are built anew after a look at what that means."""
    page = operator.opens("/ops/services")
    for name in ("Intake", "Matching", "Outreach", "Directory"):
        expect(page.locator(".service h2", has_text=name)).to_be_visible()
    status = clients.operator().reads("/api/matching/v1/operations/status")
    row = page.locator("#matching tbody tr").first
    expect(row).to_contain_text(f"{status['subscriptions'][0]['position']:,}")
    operator.sound()
    page.get_by_role("button", name="Build the read models anew").click()
    page.get_by_role("button", name="Build them anew").click()
    expect(page.locator(".rebuild")).to_contain_text("Built anew on", timeout=60_000)
    operator.sound()


def test_a_service_that_is_away_is_named(operator: Visitor) -> None:
    """One service that does not answer is told as that, beside the others that do."""
    page = operator.page
    page.route("**/api/outreach/v1/operations/status", lambda route: route.abort())
    operator.opens("/ops/services")
    expect(page.locator(".health li", has_text="Outreach")).to_contain_text("does not answer")
    expect(page.locator(".health li", has_text="Intake")).to_contain_text("well")
    operator.sound()
    page.unroute("**/api/outreach/v1/operations/status")
    page.locator("#outreach").get_by_role("button", name="Try again").click()
    expect(page.locator("#outreach h2")).to_contain_text("well")


def test_a_parked_event_is_replayed_after_a_look(
    operator: Visitor, clients: Clients, season: Platform
) -> None:
    """Why an event was set aside, what a replay would do, and the replay; then nothing is parked any more."""
    parked(season)
    page = operator.opens("/ops/parked")
    group = page.locator(".box", has_text="ValueError: planted")
    expect(page.locator(".health li", has_text="Matching")).to_contain_text("1 event parked")
    operator.sound()
    group.get_by_role("button", name="See what a replay would do").click()
    expect(group).to_contain_text("This is what would happen")
    assert clients.operator().reads("/api/matching/v1/operations/parked")
    operator.sound()
    group.get_by_role("button", name="Replay it").click()
    expect(page.locator("#matching")).to_contain_text("Nothing is parked.")
    assert not clients.operator().reads("/api/matching/v1/operations/parked")


def test_a_letter_that_nobody_knows_about_is_settled(
    operator: Visitor, clients: Clients, season: Platform
) -> None:
    """A letter that may have gone out is shown without its recipient, and settled by whoever found out."""
    letter = uuid4()
    with psycopg.connect(season.postgres_dsn("intake")) as connection:
        connection.execute(
            "INSERT INTO effects (id, kind, subject_id, recipient_id, facts, state)"
            " VALUES (%s, 'planted', %s, %s, '{}', 'unknown')",
            [letter, uuid4(), uuid4()],
        )
    page = operator.opens("/ops/letters")
    row = page.get_by_role("row", name="planted")
    expect(page.locator(".health li", has_text="Intake")).to_contain_text("1 letter to settle")
    operator.sound()
    row.get_by_role("button", name="It arrived").click()
    expect(row).to_have_count(0)
    unknown: list[dict[str, Any]] = clients.operator().reads(f"{INTAKE}/operations/letters")
    assert str(letter) not in [each["id"] for each in unknown]


def test_others_see_nothing(comes: Comes, season: Platform) -> None:
    """Who has not signed in, or is of the staff alone, is told so and reads no event."""
    visitor = comes(expected=("401",))
    visitor.opens("/ops")
    expect(visitor.page.locator("main")).to_contain_text("Please sign in")
    visitor.sound()
    visitor.signs_in(a_person(season, "staff"))
    for path in ("/ops", "/ops/parked"):
        visitor.opens(path)
        expect(visitor.page.locator("main")).to_contain_text("another role")
        assert visitor.page.locator(".events").count() == 0
