"""Somebody who wrote to us and is on no record: what they wrote is found, handed out and forgotten like anybody's."""

import json
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from cli.main import app
from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.intake import mail_in
from services.intake.application import Intake
from shared.gazetteer import Gazetteer
from shared.retention import inbox_rule
from shared.return_address import ReturnAddresses
from tests.clients import Clients, eventually, vault
from tests.intake.people import INTAKE, a_member, mail_to
from tests.outreach.test_mail_in import post_mail
from tests.privacy.test_commands import csc, said
from tests.privacy.test_erasing import erased, found

__all__ = ["csc"]


def a_mail(sender: str, text: str, date: str = "", file: bytes = b"A file of theirs") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = f"Nora Quist <{sender}>", "Hello"
    mail["Message-ID"] = f"<{uuid4()}@example.org>"
    if date:
        mail["Date"] = date
    mail.set_content(text)
    mail.add_attachment(file, maintype="text", subtype="plain", filename="file.txt")
    return mail.as_bytes()


@pytest.fixture
def stranger() -> str:
    return f"{uuid4()}@elsewhere.example"


def test_what_a_stranger_wrote_is_exported_and_forgotten(
    clients: Clients, csc: CliRunner, tmp_path: Path, stranger: str
) -> None:
    """Mails in both services, their files, and the words that staff put into a case; the case tells whose they were."""
    staff, case = clients.staff(), a_member(clients).says_yes()
    post_mail(staff, a_mail(stranger, "I know a city."), "outreach")
    waiting = post_mail(staff, a_mail(stranger, "I was there."), "intake")
    about = {"about": "case", "subject_id": case}
    staff.does(f"{INTAKE}/inbound/{waiting['inbound_id']}/assign", about)
    staff.does(f"{INTAKE}/cases/{case}/messages", {"text": f"We wrote to {stranger.upper()}."})
    before = staff.reads(f"{INTAKE}/cases/{case}")["messages"]
    assert before[0]["author"] == "somebody else, by mail"

    exported = csc.invoke(app, ["export", stranger, "--folder", str(tmp_path)])
    assert exported.exit_code == 0, exported.output
    told = json.loads(min(tmp_path.iterdir()).read_text())
    tables = {(each["service"], row["table"]) for each in told for row in each["holdings"]}
    mails = {
        (service, table)
        for service in ("intake", "outreach")
        for table in ("inbound", "attachments")
    }
    assert tables == mails | {("intake", "messages")}

    forgotten = csc.invoke(app, ["forget", stranger, "--yes"])
    assert forgotten.exit_code == 0, forgotten.output
    assert "Nothing is left." in said(forgotten)
    after = staff.reads(f"{INTAKE}/cases/{case}")["messages"]
    assert (after[0]["author"], after[0]["text"]) == ("somebody else, by mail", "[removed]")
    assert after[1]["text"] == "We wrote to [removed]."
    assert "Nothing is held" in said(csc.invoke(app, ["forget", stranger, "--yes"]))


def test_who_came_on_record_later_is_forgotten_with_earlier_mails(
    clients: Clients, csc: CliRunner, stranger: str
) -> None:
    """Also where somebody names the person by id and not by address."""
    post_mail(clients.staff(), a_mail(stranger, "I know a city."), "outreach")
    member = a_member(clients, administrator={"name": "Nora Quist-Ng", "email": stranger})
    forgotten = csc.invoke(app, ["forget", member.administrator.caller.subject, "--yes"])
    assert forgotten.exit_code == 0, forgotten.output
    assert "1 of inbound" in said(forgotten)


def test_who_shares_an_address_is_not_forgotten_with_another(
    clients: Clients, csc: CliRunner, stranger: str
) -> None:
    """An id means one person: not whoever else uses the address, nor whose address was given as a name."""
    victim = a_member(clients)
    one = a_member(clients, administrator={"name": victim.email, "email": stranger})
    other = a_member(clients, administrator={"name": "Olaf Quist-Ng", "email": stranger})
    forgotten = csc.invoke(app, ["forget", one.administrator.caller.subject, "--yes", "--no-proof"])
    assert forgotten.exit_code == 0, forgotten.output
    for member, email in ((victim, victim.email), (other, stranger)):
        people = clients.staff().reads(f"{INTAKE}/communities/{member.id}")["people"]
        assert [person["email"] for person in people] == [email]


def test_who_writes_again_is_forgotten_again(
    clients: Clients, csc: CliRunner, stranger: str
) -> None:
    """csc waits for the answers to what it asked now, not to what was asked before."""
    for times in (1, 2, 3):
        for n in range(times):
            post_mail(clients.staff(), a_mail(stranger, f"I know city {n}."), "outreach")
        forgotten = csc.invoke(app, ["forget", stranger, "--yes", "--no-proof"])
        assert f"outreach: erased {times} of inbound" in said(forgotten)
        assert found(clients.staff(), stranger) == {}


def test_a_mail_without_its_address_stays_its_writers(clients: Clients, stranger: str) -> None:
    """The address may have been removed from it as another person's; what staff do with it then changes no owner."""
    staff, case = clients.staff(), a_member(clients).says_yes()
    kept = post_mail(staff, a_mail(stranger, "I know a city."), "intake")["inbound_id"]
    owner = found(staff, stranger)["intake"]["person_id"]
    nobody = str(uuid4())
    staff.does(f"{INTAKE}/people/{nobody}/erase", {"also_known_as": [stranger]})
    erased(staff, nobody)
    assert staff.reads(f"{INTAKE}/inbound/{kept}")["sender"] == "[removed]"
    staff.does(f"{INTAKE}/inbound/{kept}/assign", {"about": "case", "subject_id": case})
    assert found(staff, stranger)["intake"]["rows"] == {
        "inbound": 1,
        "attachments": 1,
        "messages": 1,
    }
    assert found(staff, owner)["intake"]["person_id"] == owner


def test_who_is_on_record_no_more_is_found_by_the_address_they_had(
    clients: Clients, csc: CliRunner, stranger: str
) -> None:
    """An administrator who handed over, with all that they wrote; once forgotten, nothing is held."""
    member = a_member(clients, administrator={"name": "Nora Quist-Ng", "email": stranger})
    case, staff = member.says_yes(), clients.staff()
    member.administrator.does(f"{INTAKE}/cases/{case}/messages", {"text": "My own words."})
    heir = {"name": "Dana Fox", "email": f"{uuid4()}@example.org"}
    staff.does(f"{INTAKE}/communities/{member.id}/administrator", heir)
    assert eventually(lambda: "people" not in found(staff, stranger)["intake"]["rows"])
    assert found(staff, stranger)["intake"]["rows"]["messages"] == 1
    staff.does(f"{INTAKE}/cases/{case}/messages", {"text": f"Nora left; she is at {stranger}."})
    mail_to(clients, stranger, "You may say Yes")
    forgotten = csc.invoke(app, ["forget", stranger, "--also", "Nora", "--yes"])
    assert forgotten.exit_code == 0, forgotten.output
    assert "Nothing is left." in said(forgotten)
    assert found(staff, stranger) == {}
    told = [line["text"] for line in staff.reads(f"{INTAKE}/cases/{case}")["messages"]]
    assert told == ["[removed]", "[removed] left; she is at [removed]."]


def test_who_is_only_mentioned_is_forgotten_too(
    clients: Clients, csc: CliRunner, stranger: str
) -> None:
    """Nothing is held of them; what others wrote of them is looked through, and the search proves it."""
    staff, case = clients.staff(), a_member(clients).says_yes()
    text = f"Ask Mona Mentioned, {stranger}, or +1 (202) 555\u20110123."
    staff.does(f"{INTAKE}/cases/{case}/messages", {"text": text})
    also = ["--also", "Mona Mentioned", "--also", "+12025550123"]
    forgotten = csc.invoke(app, ["forget", stranger, *also, "--yes"])
    assert forgotten.exit_code == 0, forgotten.output
    assert "Nothing is held of" in said(forgotten)
    (told,) = staff.reads(f"{INTAKE}/cases/{case}")["messages"]
    assert told["text"] == "Ask [removed], [removed], or [removed]."


def test_what_would_break_the_search_does_not(
    clients: Clients, csc: CliRunner, stranger: str
) -> None:
    """Thousands of brackets, and numbers longer than any, are looked through as the texts they are."""
    staff, case = clients.staff(), a_member(clients).says_yes()
    for text in ("[" * 3900, f"[{'9' * 3900}]", f'{{"{stranger}": [2025550123]}}'):
        staff.does(f"{INTAKE}/cases/{case}/messages", {"text": text})
    post_mail(staff, a_mail(f"{uuid4()}@example.org", "x", file=b"[" * 3000), "intake")
    forgotten = csc.invoke(app, ["forget", stranger, "--also", "2025550123", "--yes"])
    assert forgotten.exit_code == 0, forgotten.output
    told = [line["text"] for line in staff.reads(f"{INTAKE}/cases/{case}")["messages"]]
    assert told[2] == '{"[removed]": ["[removed]"]}'


def test_a_file_in_signs_of_its_own_is_named(
    clients: Clients, csc: CliRunner, stranger: str
) -> None:
    """A page can write a name so that no search finds it: somebody has to look, and is told where."""
    staff, other = clients.staff(), f"{uuid4()}@example.org"
    page = b"<p>Quentin&nbsp;Quux</p>"
    kept = post_mail(staff, a_mail(other, "A page.", file=page), "outreach")["inbound_id"]
    plain = post_mail(staff, a_mail(other, "A text.", file=b"Plain."), "outreach")["inbound_id"]
    forgotten = csc.invoke(app, ["forget", stranger, "--also", "Quentin Quux", "--yes"])
    assert f"attachments {kept} 0" in said(forgotten)
    assert plain not in said(forgotten)


@pytest.mark.parametrize("service", ["intake", "outreach"])
def test_mail_is_kept_from_the_day_it_was_taken(
    clients: Clients, platform: Platform, stranger: str, service: str
) -> None:
    """Whoever's clock told a day long past has not lost what they wrote."""
    staff = clients.staff()
    long_ago = (datetime.now(UTC) - timedelta(days=300)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    raw = a_mail(stranger, "From an old clock.", long_ago).decode()
    path = f"/api/{service}/v1/inbound"
    kept = staff.does(f"{path}/pasted", {"message": raw})["inbound_id"]
    staff.does(f"{path}/{kept}/set-aside")
    came = datetime.fromisoformat(staff.reads(f"{path}/{kept}")["received_at"])
    assert came < datetime.now(UTC) - timedelta(days=299)
    assert [_is_left(platform, service, kept, days) for days in (200, 0)] == [True, False]


def _is_left(platform: Platform, service: str, inbound_id: str, days: int) -> bool:
    """Whether the mail outlasts a rule of so many days, looked at now; what goes is put back."""
    rule = inbox_rule(lambda _name, _default: days)
    with psycopg.connect(platform.postgres_dsn(service)) as connection:
        rule.remove(connection.cursor(), datetime.now(UTC) - timedelta(days=rule.days))
        found = connection.execute("SELECT 1 FROM inbound WHERE inbound_id = %s", (inbound_id,))
        is_left = found.fetchone() is not None
        connection.rollback()
    return is_left


def test_mails_from_before_get_their_writers(
    clients: Clients, platform: Platform, stranger: str
) -> None:
    """What was kept when strangers had no ids is found too, once the service starts anew."""
    staff, case = clients.staff(), a_member(clients).says_yes()
    kept = post_mail(staff, a_mail(stranger, "I know a city."), "intake")["inbound_id"]
    staff.does(f"{INTAKE}/inbound/{kept}/assign", {"about": "case", "subject_id": case})
    with psycopg.connect(platform.postgres_dsn("intake"), autocommit=True) as connection:
        connection.execute("UPDATE inbound SET person_id = NULL WHERE inbound_id = %s", (kept,))
        connection.execute("UPDATE attachments SET person_id = NULL WHERE inbound_id = %s", (kept,))
        connection.execute(
            "UPDATE messages SET written_by = '', spoke_as = 'administrator' WHERE message_id = %s",
            (kept,),
        )
    assert found(clients.staff(), stranger) == {}
    intake = Intake(
        platform.postgres_dsn("intake"), vault(platform, "intake"), Gazetteer(GAZETTEER)
    )
    mail_in.inbox(intake, ReturnAddresses("a secret")).prepare()
    intake.close()
    held = found(clients.staff(), stranger)["intake"]
    rows = {"inbound": 1, "attachments": 1, "messages": 1}
    assert (held["names"], held["rows"]) == ([stranger], rows)
    assert staff.reads(f"{INTAKE}/cases/{case}")["messages"][0]["author"].startswith(
        "somebody else"
    )
