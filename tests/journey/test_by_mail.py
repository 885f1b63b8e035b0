"""A new administrator's first week as mail: link, session, Yes, debriefing, and a reply that stops a follow-up."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from icalendar import Calendar

from deploy.local.platform import Platform
from tests.clients import Clients, eventually
from tests.intake.people import INTAKE, Member, a_member, mail_to
from tests.intake.test_mail_in import answer_to
from tests.intake.test_sign_in import Browser
from tests.meetings.test_debriefs import in_days
from tests.outreach.pairs import the_service
from tests.outreach.test_mail_in import Written, post_mail


@pytest.fixture
def browser(clients: Clients) -> Iterator[Browser]:
    opened = Browser(clients)
    yield opened
    opened.http.close()


def does(browser: Browser, path: str, form: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {browser.token()}"}
    answer = browser.http.post(path, json=form, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


def in_the_mailbox(clients: Clients, email: str) -> list[str]:
    """Subjects, as the page of the local mailbox has them."""
    answer = httpx.get(f"{clients.base_url}/mailbox/api/messages", params={"to": email})
    return sorted(mail["subject"] for mail in answer.json())


def test_from_the_mailed_link_to_a_debriefing(clients: Clients, browser: Browser) -> None:
    """The link signs in, Yes brings one follow-up, an answer by mail stands in the case, and the debriefing's entry has
    the town's own time."""
    member = a_member(clients)
    browser.signs_in(member.email)
    case = does(browser, f"{INTAKE}/cases", {"community_id": str(member.place.community_id)})["id"]
    follow_up = mail_to(clients, member.email, "let us find a time")
    post_mail(clients.staff(), answer_to(follow_up, "Tuesday at ten suits us."), "intake")
    shown = browser.reads(f"{INTAKE}/cases/{case}").json()
    assert [message["text"] for message in shown["messages"]] == ["Tuesday at ten suits us."]
    starts_at = in_days(6)
    attendee = {"name": "Ann Lee", "email": member.email}
    form = {"starts_at": starts_at, "attendees": [attendee], "is_agreed": True}
    clients.staff().does(f"{INTAKE}/cases/{case}/debrief/schedule", form)
    entry = the_entry(clients, member)
    local = datetime.fromisoformat(starts_at).astimezone(ZoneInfo(member.place.timezone))
    assert entry["dtstart"].dt == local
    assert entry["dtstart"].dt.replace(tzinfo=None) == local.replace(tzinfo=None)
    subjects = eventually(lambda: len(held := in_the_mailbox(clients, member.email)) == 4 and held)
    assert len(set(subjects)) == 4
    assert [each for each in subjects if "let us find a time" in each] == [
        str(follow_up["Subject"])
    ]


def the_entry(clients: Clients, member: Member) -> Any:
    mail = mail_to(clients, member.email, "Debriefing")
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")[0]


def test_a_reply_by_mail_stops_the_follow_up(clients: Clients, platform: Platform) -> None:
    """An embassy's answer, posted as it came: its silence is over, and every clock of the pair begins anew."""
    written, outreach = Written(clients), the_service(platform)

    def next_silence() -> datetime:
        asked = "SELECT due_at FROM deadlines WHERE subject_id = %(id)s AND kind = %(kind)s"
        kind = f"silence/{written.thread}"
        (found,) = outreach.rows(asked, id=written.pair.id, kind=kind)
        due_at: datetime = found["due_at"]
        return due_at

    assert eventually(lambda: written.waits_for() == "await_reply")
    before = next_silence()
    taken = written.comes(written.answer("We forward it to our city."))
    assert (taken["kind"], taken["waits"]) == ("reply", False)
    assert written.waits_for() == "gauge_interest"
    assert next_silence() >= before
    (thread,) = [
        each for each in written.pair.now()["threads"] if each["thread_id"] == written.thread
    ]
    assert len(thread["replies"]) == 1
