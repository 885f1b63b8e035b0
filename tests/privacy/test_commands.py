"""`csc forget` and `csc export` on the running programme, as an operator types them."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

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
    assert again.exit_code == 1


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
