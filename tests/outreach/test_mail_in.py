"""Mail that comes in for a thread: by its signed address, by the letter that it answers, or by staff's hand."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from deploy.local.platform import Platform
from tests.clients import Client, Clients, eventually, vault
from tests.intake.people import mail_to, mails_to
from tests.outreach.pairs import OUTREACH, a_contact, a_pair, letter

INBOUND = f"{OUTREACH}/inbound"


class Written:
    """A pair with one thread, whose letter has gone out and is in the contact's mailbox."""

    def __init__(self, clients: Clients, **contact: str) -> None:
        self.clients, self.pair = clients, a_pair(clients)
        self.contact = a_contact(clients, **contact)
        self.thread = self.pair.writes(
            channel="foreign_embassy", contact_id=self.contact["contact_id"], letter=letter()
        )
        self.mail = mail_to(clients, self.contact["email"])

    def answer(self, text: str = "Yes, gladly.", **heads: str) -> bytes:
        mail = EmailMessage()
        given = {
            "From": f"Embassy <{self.contact['email']}>",
            "To": str(self.mail["Reply-To"]),
            "Subject": f"Re: {self.mail['Subject']}",
            "Message-ID": f"<{uuid4()}@example.org>",
        } | {name.replace("_", "-"): value for name, value in heads.items()}
        for name, value in given.items():
            mail[name] = value
        mail.set_content(text)
        return mail.as_bytes()

    def comes(self, raw: bytes) -> dict[str, Any]:
        return post_mail(self.pair.staff, raw)

    def waits_for(self) -> str:
        return str(self.pair.now()["waits_for"]["step"])


def post_mail(client: Client, raw: bytes, service: str = "outreach") -> dict[str, Any]:
    path = f"/api/{service}/v1/inbound"
    headers = client._headers(path) | {"Content-Type": "message/rfc822"}
    answer = client.http.post(client.base_url + path, content=raw, headers=headers)
    assert answer.is_success, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


def test_a_reply_to_the_signed_address_is_a_reply_in_its_thread(clients: Clients) -> None:
    """It resets the clock, its text is in the thread without what it quotes, and brought twice it counts once."""
    written = Written(clients)
    raw = written.answer(
        "Yes, gladly.\n\nOn Tue, 3 Mar 2026 at 10:00, We <a@b.org> wrote:\n> Dear Sir"
    )
    first, again = written.comes(raw), written.comes(raw)
    assert first == again
    assert (first["kind"], first["about"], first["waits"]) == ("reply", "thread", False)
    thread = written.pair.thread()
    assert len(thread["replies"]) == 1
    assert "gauge_interest" in str(written.pair.now())
    assert "Yes, gladly." in str(thread)
    assert "Dear Sir" not in str(thread["replies"])


def test_a_reply_is_known_by_the_letter_that_it_answers(clients: Clients) -> None:
    """Also where it went to the plain address: In-Reply-To names our letter."""
    written = Written(clients)
    taken = written.comes(
        written.answer(
            To="partnerships@sister-cities.org", In_Reply_To=str(written.mail["Message-ID"])
        )
    )
    assert (taken["about"], taken["subject_id"], taken["waits"]) == (
        "thread",
        written.thread,
        False,
    )


def test_who_only_names_a_letter_of_ours_waits_for_staff(clients: Clients) -> None:
    """Letters' numbers can be guessed: without the signed address a stranger's reply or bounce changes nothing."""
    written = Written(clients)
    plain = {"To": "partnerships@sister-cities.org", "From": "Somebody <x@elsewhere.example.com>"}
    number = str(written.mail["Message-ID"])
    forged = written.comes(written.answer("Stop writing.", In_Reply_To=number, **plain))
    bounced = written.comes(bounce_of(written.mail, plain["To"], "mailer-daemon@x.example.com"))
    for taken in (forged, bounced):
        assert (taken["about"], taken["subject_id"]) == ("thread", written.thread)
        assert taken["waits"]
        shown = written.pair.staff.reads(f"{INBOUND}/{taken['inbound_id']}")
        assert "see who wrote it" in shown["why_waiting"]
    assert written.pair.thread()["replies"] == []
    assert "find_another_contact" not in str(written.pair.now())
    path = f"{INBOUND}/{forged['inbound_id']}/assign"
    written.pair.staff.does(path, {"about": "thread", "subject_id": written.thread})
    assert len(written.pair.thread()["replies"]) == 1


def test_the_house_that_we_wrote_to_may_answer_as_it_likes(clients: Clients) -> None:
    """A colleague's answer to the plain address counts; at a free provider nobody is a colleague."""
    for domain, waits in ((f"{uuid4().hex}.example.org", False), ("gmail.com", True)):
        written = Written(clients, email=f"{uuid4().hex}@{domain}")
        taken = written.comes(
            written.answer(
                To="partnerships@sister-cities.org",
                From=f"Colleague <colleague@{domain}>",
                In_Reply_To=str(written.mail["Message-ID"]),
            )
        )
        assert (taken["subject_id"], taken["waits"]) == (written.thread, waits)


def test_a_letter_that_cannot_be_delivered_comes_back_to_its_thread(clients: Clients) -> None:
    """The sender on its envelope is the signed address, so that no bounce has to be guessed at."""
    written = Written(clients)
    assert written.mail["X-MailFrom"] == written.mail["Reply-To"]
    assert "+t." in str(written.mail["Reply-To"])


def test_a_bounce_asks_for_another_contact(clients: Clients) -> None:
    """A delivery report that brings our letter back, from whatever server."""
    written = Written(clients)
    taken = written.comes(bounce_of(written.mail))
    assert (taken["kind"], taken["waits"]) == ("bounce", False)
    assert "find_another_contact" in str(written.pair.now())


def bounce_of(mail: Any, to: str = "", sender: str = "MAILER-DAEMON@relay.example.net") -> bytes:
    return (
        f"From: {sender}\nTo: {to or mail['X-MailFrom']}\nSubject: Undelivered\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; {mail['To'].addresses[0].addr_spec}\nAction: failed\nStatus: 5.1.1\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {mail['Message-ID']}\n\n--b--\n"
    ).encode()


def test_out_of_office_changes_nothing(clients: Clients) -> None:
    """It is kept with the thread, and the clock goes on."""
    written = Written(clients)
    before = written.pair.now()
    taken = written.comes(written.answer("Away until Monday", Auto_Submitted="auto-replied"))
    assert (taken["kind"], taken["about"], taken["waits"]) == ("automatic", "thread", False)
    after = written.pair.now()
    assert after["version"] == before["version"]


def test_mail_that_nothing_matches_waits_for_staff(clients: Clients) -> None:
    """It is in their list until they say what it is about; then it counts as if it had been matched at once."""
    written = Written(clients)
    taken = written.comes(written.answer(To="partnerships@sister-cities.org"))
    assert (taken["about"], taken["waits"]) == (None, True)
    staff = written.pair.staff
    assert taken["inbound_id"] in {each["inbound_id"] for each in waiting(staff)}
    assigned = staff.does(
        f"{INBOUND}/{taken['inbound_id']}/assign", {"about": "thread", "subject_id": written.thread}
    )
    assert (assigned["about"], assigned["waits"]) == ("thread", False)
    assert len(written.pair.thread()["replies"]) == 1
    assert taken["inbound_id"] not in {each["inbound_id"] for each in waiting(staff)}


def waiting(staff: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = staff.reads(INBOUND, waiting=True, limit=200)["items"]
    return found


def test_mail_for_a_pair_that_is_closed_is_not_lost(clients: Clients) -> None:
    """What cannot have its effect waits for staff, with the reason."""
    written = Written(clients)
    written.pair.does("fail", {"reason": "declined"})
    taken = written.comes(written.answer())
    assert (taken["about"], taken["waits"]) == ("thread", True)
    shown = written.pair.staff.reads(f"{INBOUND}/{taken['inbound_id']}")
    assert shown["why_waiting"]
    assert shown["text"] == "Yes, gladly."
    written.pair.staff.does(f"{INBOUND}/{taken['inbound_id']}/set-aside")
    assert not written.pair.staff.reads(f"{INBOUND}/{taken['inbound_id']}")["waits"]


def test_staff_paste_a_mail_that_reached_somebody_else(clients: Clients) -> None:
    """They say which thread it belongs to; its files stay with it and are downloads alone."""
    written = Written(clients)
    mail = message_from_bytes(
        written.answer(To="ann@springfield.example.org"), policy=policy.default
    )
    assert isinstance(mail, EmailMessage)
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="letter.pdf")
    form = {"message": mail.as_string(), "about": "thread", "subject_id": written.thread}
    taken = written.pair.staff.does(f"{INBOUND}/pasted", form)
    assert (taken["about"], taken["waits"]) == ("thread", False)
    shown = written.pair.staff.reads(f"{INBOUND}/{taken['inbound_id']}")
    assert shown["attachments"] == ["letter.pdf"]
    file = written.pair.staff.get(f"{INBOUND}/{taken['inbound_id']}/attachments/0")
    assert file.content == b"%PDF-1.7"
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["x-content-type-options"] == "nosniff"


def test_what_only_looks_automatic_waits_for_staff(clients: Clients) -> None:
    """Staff see it with its thread; where somebody wrote it they say so, and it counts as the reply that it is."""
    written = Written(clients)
    taken = written.comes(written.answer("We are interested.", Return_Path="<>"))
    assert (taken["kind"], taken["about"], taken["waits"]) == ("automatic", "thread", True)
    shown = written.pair.staff.reads(f"{INBOUND}/{taken['inbound_id']}")
    assert "see whether somebody wrote it" in shown["why_waiting"]
    assert written.pair.thread()["replies"] == []
    judged = written.pair.staff.does(
        f"{INBOUND}/{taken['inbound_id']}/assign",
        {"about": "thread", "subject_id": written.thread, "kind": "reply"},
    )
    assert (judged["kind"], judged["waits"]) == ("reply", False)
    assert len(written.pair.thread()["replies"]) == 1


def test_pasting_a_mail_that_waits_assigns_it(clients: Clients) -> None:
    """Staff who paste what is there already and say what it is about have said what it is about."""
    written = Written(clients)
    raw = written.answer(To="partnerships@sister-cities.org")
    waits = written.comes(raw)
    form = {"message": raw.decode(), "about": "thread", "subject_id": written.thread}
    taken = written.pair.staff.does(f"{INBOUND}/pasted", form)
    assert taken["inbound_id"] == waits["inbound_id"]
    assert not taken["waits"]
    assert len(written.pair.thread()["replies"]) == 1


def test_staff_paste_words_alone(clients: Clients) -> None:
    """What came by another way has no head lines: they say who wrote it."""
    written = Written(clients)
    form = {"message": "We would be glad.", "about": "thread", "subject_id": written.thread}
    refused = written.pair.staff.post(f"{INBOUND}/pasted", form)
    assert refused.status_code == 422
    assert "name the sender" in refused.json()["next_step"]
    told = form | {"sender": "mayor@ashikaga.example.org", "subject": "Springfield"}
    assert not written.pair.staff.does(f"{INBOUND}/pasted", told)["waits"]
    assert "We would be glad." in str(written.pair.thread()["replies"])


def test_a_bounce_of_another_address_waits_for_staff(clients: Clients) -> None:
    """It says nothing about the contact of the thread, unless staff say so."""
    written = Written(clients)
    raw = bounce_of(written.mail).replace(
        str(written.contact["email"]).encode(), b"somebody@else.example.org"
    )
    taken = written.comes(raw)
    assert (taken["kind"], taken["about"], taken["waits"]) == ("bounce", "thread", True)
    assert "find_another_contact" not in str(written.pair.now())
    written.pair.staff.does(
        f"{INBOUND}/{taken['inbound_id']}/assign",
        {"about": "thread", "subject_id": written.thread},
    )
    assert "find_another_contact" in str(written.pair.now())


def test_a_mail_that_was_removed_is_not_assigned(clients: Clients, platform: Platform) -> None:
    """Once its writer is forgotten nothing of it is left that could be a reply."""
    written = Written(clients)
    taken = written.comes(written.answer(To="partnerships@sister-cities.org"))
    with psycopg.connect(platform.postgres_dsn("outreach")) as connection:
        found = connection.execute(
            "SELECT sealed FROM inbound WHERE inbound_id = %s", (taken["inbound_id"],)
        ).fetchone()
    assert found is not None
    vault(platform, "outreach").shred(found[0])
    refused = written.pair.staff.post(
        f"{INBOUND}/{taken['inbound_id']}/assign",
        {"about": "thread", "subject_id": written.thread},
    )
    assert refused.status_code == 409
    assert "asked to be forgotten" in refused.json()["detail"]
    assert written.pair.thread()["replies"] == []


@pytest.mark.parametrize("raw", [b"", b"hello", b"\x00" * 100])
def test_what_is_no_mail_is_refused(clients: Clients, raw: bytes) -> None:
    """With a sentence that says what to send."""
    staff = clients.staff()
    headers = staff._headers(INBOUND) | {"Content-Type": "message/rfc822"}
    answer = staff.http.post(staff.base_url + INBOUND, content=raw, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["next_step"]


def test_letters_of_a_thread_hang_together(clients: Clients) -> None:
    """A follow-up names the letter before it, so that mail programs show one conversation; staff's letters are no
    automatic mail."""
    written = Written(clients)
    path = f"threads/{written.thread}/follow-up"
    written.pair.does(path, {"letter": letter("Did you receive our letter?")})
    found = eventually(lambda: mails_to(clients, written.contact["email"], "Did you receive"))
    assert found[0]["In-Reply-To"] == written.mail["Message-ID"]
    assert str(written.mail["Message-ID"]) in str(found[0]["References"])
    assert found[0]["Reply-To"] == written.mail["Reply-To"]
    assert found[0]["Auto-Submitted"] is None


def test_a_pair_of_another_service_is_not_ours(clients: Clients) -> None:
    """An address that outreach signed is none for intake: it waits there as unmatched."""
    written = Written(clients)
    taken = post_mail(clients.staff(), written.answer(), "intake")
    assert (taken["about"], taken["waits"]) == (None, True)


@pytest.mark.parametrize("date", ["Mon, 1 Jan 1990 10:00:00 +0000", "yesterday"])
def test_a_pasted_reply_dated_before_our_letter_stops_the_clock(
    clients: Clients, date: str
) -> None:
    """Its writer's clock is wrong, or the mails crossed: the thread has been answered all the same."""
    written = Written(clients)
    assert eventually(lambda: written.waits_for() == "await_reply")
    if date == "yesterday":
        date = format_datetime(datetime.now(UTC) - timedelta(days=1))
    raw = written.answer(To="ann@springfield.example.org", Date=date)
    form = {"message": raw.decode(), "about": "thread", "subject_id": written.thread}
    taken = written.pair.staff.does(f"{INBOUND}/pasted", form)
    assert not taken["waits"]
    assert written.waits_for() == "gauge_interest"
    kept = written.pair.staff.reads(f"{INBOUND}/{taken['inbound_id']}")
    assert kept["received_at"] > "2000"
