"""Mail that comes in for a case or a request: the member's word, the city's answer, or something for staff."""

from email.message import EmailMessage
from typing import Any
from uuid import uuid4

from tests.clients import Clients
from tests.intake.people import INTAKE, a_member, mail_to
from tests.outreach.test_mail_in import post_mail


def answer_to(mail: Any, text: str, sender: str = "") -> bytes:
    reply = EmailMessage()
    reply["From"] = sender or mail["To"].addresses[0].addr_spec
    reply["To"], reply["Subject"] = str(mail["Reply-To"]), f"Re: {mail['Subject']}"
    reply["Message-ID"] = f"<{uuid4()}@example.org>"
    reply.set_content(text)
    return reply.as_bytes()


def test_b12_a_members_mail_is_a_word_in_the_one_conversation(clients: Clients) -> None:
    """The administrator answers the follow-up by mail; staff find it in the case, where it waits for them."""
    member = a_member(clients)
    case = member.says_yes()
    mail = mail_to(clients, member.email, "let us find a time")
    taken = post_mail(clients.staff(), answer_to(mail, "Tuesday at ten suits us."))
    assert taken["kind"] == "reply"
    taken = post_mail(clients.staff(), answer_to(mail, "Tuesday at ten suits us."), "intake")
    assert (taken["about"], taken["waits"]) == ("case", False)
    shown = clients.staff().reads(f"{INTAKE}/cases/{case}")
    assert [message["text"] for message in shown["messages"]] == ["Tuesday at ten suits us."]
    assert not shown["messages"][0]["is_from_staff"]


def test_a_strangers_mail_to_a_case_waits_for_staff(clients: Clients) -> None:
    """Whoever knows the address speaks for nobody: staff look at it first."""
    member = a_member(clients)
    case = member.says_yes()
    mail = mail_to(clients, member.email, "let us find a time")
    raw = answer_to(mail, "Buy our things", "stranger@example.org")
    taken = post_mail(clients.staff(), raw, "intake")
    assert (taken["about"], taken["subject_id"], taken["waits"]) == ("case", case, True)
    assert clients.staff().reads(f"{INTAKE}/cases/{case}")["messages"] == []
