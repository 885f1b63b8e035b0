"""`csc forget` and `csc export` on the running programme, as an operator types them."""

import json
import mailbox
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from cli.forget import _told
from cli.main import app
from deploy.local.platform import Platform
from tests.clients import Clients
from tests.intake.people import INTAKE, a_member, mail_to, mails_to


@pytest.fixture
def csc(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("DATA_DIR", str(platform.folder.path))
    for name in ("CSC_URL", "NATS_URL", "SECRETS_DIR"):
        monkeypatch.delenv(name, raising=False)
    return CliRunner()


def said(result: Result) -> str:
    return " ".join(result.output.split())


def test_somebody_is_exported_and_forgotten(
    clients: Clients, csc: CliRunner, tmp_path: Path
) -> None:
    """What is held is written into files that only their owner reads; then it is erased, caught mail too."""
    name, email = f"Zelda Quist-{uuid4().hex[:6]}", f"{uuid4()}@example.org"
    member = a_member(clients, administrator={"name": name, "email": email})
    case = member.says_yes()
    mail_to(clients, email, "You may say Yes")
    mail_to(clients, email, "let us find a time")
    clients.staff().does(f"{INTAKE}/cases/{case}/messages", {"text": f"Dear {name}, welcome."})
    mail_to(clients, email, "message")

    exported = csc.invoke(app, ["export", email, "--folder", str(tmp_path)])
    assert exported.exit_code == 0, exported.output
    files = sorted(tmp_path.iterdir())
    assert [file.stat().st_mode & 0o077 for file in files] == [0, 0]
    told = json.loads(files[0].read_text())
    assert told[0]["holdings"][0]["sealed"]["name"] == name
    assert email in files[1].read_text()

    forgotten = csc.invoke(app, ["forget", email, "--yes"])
    assert forgotten.exit_code == 0, forgotten.output
    assert "intake: erased 1 of people" in said(forgotten)
    assert "names replaced in 1 of messages" in said(forgotten)
    assert "3 caught mails deleted" in said(forgotten)
    assert "Nothing is left." in said(forgotten)
    assert mails_to(clients, email) == []
    again = csc.invoke(app, ["forget", email, "--yes"])
    assert f"Nothing is held of {email}" in said(again)
    assert "Nothing is left." in said(again)
    unknown = csc.invoke(app, ["forget", str(uuid4()), "--yes"])
    assert unknown.exit_code == 1


def test_forgetting_asks_first(clients: Clients, csc: CliRunner) -> None:
    """Who says no has nothing erased."""
    member = a_member(clients)
    refused = csc.invoke(app, ["forget", member.email], input="n\n")
    assert refused.exit_code != 0
    people = clients.staff().reads(f"{INTAKE}/communities/{member.id}")["people"]
    assert [person["email"] for person in people] == [member.email]


def test_what_is_left_is_named(clients: Clients, csc: CliRunner, platform: Platform) -> None:
    """Where a value stands in a file after all, csc says in which, and does not say that all is well."""
    email = f"{uuid4()}@example.org"
    a_member(clients, administrator={"name": f"Zelda {uuid4().hex[:6]}", "email": email})
    planted = platform.folder.log / "planted.log"
    planted.write_text(f"somebody wrote {email} here")
    result = csc.invoke(app, ["forget", email, "--yes"])
    planted.unlink()
    assert result.exit_code == 1
    assert "planted.log" in said(result)
    assert "Nothing is left" not in said(result)


@pytest.mark.parametrize("name", ["Late", "Translate"])
def test_a_short_name_is_looked_for_as_a_word(
    clients: Clients, csc: CliRunner, platform: Platform, name: str
) -> None:
    """Who is called by one short word is proved gone: "template" is no trace; other people's caught mail stays, one
    that cannot be read hinders nothing, and one that names the person goes."""
    email = f"{uuid4()}@example.org"
    a_member(clients, administrator={"name": name, "email": email})
    mail_to(clients, email, "You may say Yes")
    others = a_mail(
        platform, "We planned to translate it; the answer came late. Please mark the day."
    )
    broken = a_mail(platform, f"Dear {email}", charset="nope")
    result = csc.invoke(app, ["forget", email, "--yes"])
    assert result.exit_code == 0, result.output
    assert "2 caught mails deleted" in said(result)
    assert f"Names of one word ({name})" in said(result)
    assert "Nothing is left." in said(result)
    box = mailbox.Maildir(platform.mail_dir, create=False)
    assert (others in box, broken in box) == (True, False)
    box.discard(others)


def a_mail(platform: Platform, text: str, charset: str = "utf-8") -> str:
    """The key of a caught mail to somebody else."""
    raw = (
        f"To: {uuid4()}@example.org\r\nSubject: x\r\nContent-Type: text/plain; charset={charset}\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
    )
    return str(mailbox.Maildir(platform.mail_dir, create=False).add(raw.encode()))


def test_a_folder_for_an_export_is_made(clients: Clients, csc: CliRunner, tmp_path: Path) -> None:
    """Where it cannot be made, csc says so and what to do; a number is no yes."""
    member = a_member(clients)
    folder = tmp_path / "not" / "there"
    exported = csc.invoke(app, ["export", member.email, "--folder", str(folder)])
    assert exported.exit_code == 0, exported.output
    assert len(list(folder.iterdir())) == 2
    (tmp_path / "file").write_text("")
    refused = csc.invoke(app, ["export", member.email, "--folder", str(tmp_path / "file")])
    assert refused.exit_code == 1
    assert isinstance(refused.exception, SystemExit)
    assert "Nothing can be written into" in said(refused)
    assert "--folder" in said(refused)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1, "1"), (0, "0"), (1.0, "1.0"), (True, "yes"), (False, "no"), (None, "not known"), ("", "")],
)
def test_an_export_reads_as_it_is(value: object, shown: str) -> None:
    """Yes and no are for what is true or false; numbers are numbers."""
    assert _told(value) == shown
