"""A mailbox that two services share and empty: on a real IMAP server, with TLS and without."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from imap_tools import BaseMailBox, MailBoxUnencrypted

from deploy.local.binaries import GAZETTEER, ROOT
from deploy.local.platform import Platform
from deploy.local.secrets import read_secret
from services.intake import mail_in as intake_mail
from services.intake.application import Intake
from services.outreach import mail_in as outreach_mail
from shared.gazetteer import Gazetteer
from shared.mailbox import Poller
from shared.return_address import ReturnAddresses
from shared.settings import MailServer, mailbox
from tests.clients import Clients, eventually, vault
from tests.intake.people import INTAKE, a_member, mail_to
from tests.intake.test_mail_in import answer_to
from tests.outreach.pairs import OUTREACH, the_service
from tests.outreach.test_mail_in import Written
from tests.transport.certificates import a_certificate
from tests.transport.test_mail import free_port

USER, PASSWORD = "programme", "a long password"


@dataclass
class Server:
    port: int
    certificate: Path

    def settings(self, scheme: str = "imap", password: str = PASSWORD) -> MailServer:
        url = f"{scheme}://127.0.0.1:{self.port}"
        return MailServer(url, USER, password, str(self.certificate))

    @contextmanager
    def opened(self) -> Iterator[BaseMailBox]:
        with MailBoxUnencrypted("127.0.0.1", self.port, timeout=10).login(USER, PASSWORD) as box:
            yield box

    def brings(self, raw: bytes) -> None:
        with self.opened() as box:
            box.append(raw)

    def holds(self, folder: str = "INBOX") -> list[str]:
        """The subjects of what lies there."""
        with self.opened() as box:
            if not box.folder.exists(folder):
                return []
            box.folder.set(folder)
            return [mail.subject for mail in box.fetch(mark_seen=False)]

    def answers(self) -> bool:
        try:
            self.holds()
        except OSError:
            return False
        return True


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    certificate, port = a_certificate(tmp_path), free_port()
    command = [
        *(str(Path(sys.executable).parent / "pymap"), "--host", "127.0.0.1", "--port", str(port)),
        *("--cert", str(certificate), "--key", str(certificate)),
        *("dict", "--demo-user", USER, "--demo-password", PASSWORD),
    ]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        found = Server(port, certificate)
        assert eventually(found.answers)
        yield found
    finally:
        process.terminate()
        process.wait()


def pollers(platform: Platform, settings: MailServer) -> tuple[Poller, Poller]:
    """Intake's and outreach's, each with its own signatures."""
    secrets = json.loads(read_secret(platform.secrets_dir, "service_secrets.json"))
    intake = Intake(
        platform.postgres_dsn("intake"), vault(platform, "intake"), Gazetteer(GAZETTEER)
    )
    outreach = the_service(platform)
    of_intake = intake_mail.inbox(intake, ReturnAddresses(secrets["intake"]))
    secret = read_secret(platform.secrets_dir, "service_outreach")
    of_outreach = outreach_mail.inbox(outreach, ReturnAddresses(secret))
    return Poller(of_intake, settings), Poller(of_outreach, settings)


def test_each_service_takes_what_it_answers_for(
    clients: Clients, platform: Platform, server: Server
) -> None:
    """A member's word goes to its case, an embassy's reply to its thread, the rest to outreach's staff; the mailbox is
    empty afterwards, but for what is no mail."""
    member, written = a_member(clients), Written(clients)
    case = member.says_yes()
    invitation = mail_to(clients, member.email, "let us find a time")
    server.brings(answer_to(invitation, "Tuesday at ten suits us."))
    server.brings(written.answer("Yes, gladly."))
    plain = {"To": "partnerships@sister-cities.org", "Subject": f"A question {uuid4()}"}
    server.brings(written.answer("Who are you?", **plain))
    server.brings(b"no mail at all")
    intake, outreach = pollers(platform, server.settings())
    assert intake.poll() == 1
    assert outreach.poll() == 2
    assert (intake.poll(), outreach.poll()) == (0, 0)
    messages = clients.staff().reads(f"{INTAKE}/cases/{case}")["messages"]
    assert [message["text"] for message in messages] == ["Tuesday at ten suits us."]
    assert "Yes, gladly." in str(written.pair.thread()["replies"])
    waiting = clients.staff().reads(f"{OUTREACH}/inbound?waiting=true&limit=200")["items"]
    assert plain["Subject"] in {mail["subject"] for mail in waiting}
    assert server.holds() == []
    assert len(server.holds("Unreadable")) == 1


def test_an_answer_to_the_plain_address_finds_the_service_that_wrote(
    clients: Clients, platform: Platform, server: Server
) -> None:
    """The letter that it answers says whose ledger has it."""
    member = a_member(clients)
    case = member.says_yes()
    invitation = mail_to(clients, member.email, "let us find a time")
    raw = answer_to(invitation, "Wednesday.").replace(
        str(invitation["Reply-To"]).encode(), b"partnerships@sister-cities.org"
    )
    server.brings(b"In-Reply-To: " + str(invitation["Message-ID"]).encode() + b"\n" + raw)
    intake, outreach = pollers(platform, server.settings("imap+starttls"))
    assert outreach.poll() == 0
    assert intake.poll() == 1
    messages = clients.staff().reads(f"{INTAKE}/cases/{case}")["messages"]
    assert [message["text"] for message in messages] == ["Wednesday."]


def test_what_was_kept_and_not_deleted_counts_once(
    clients: Clients, platform: Platform, server: Server
) -> None:
    """Who dies between keeping and deleting takes it again, and nothing happens twice."""
    written = Written(clients)
    raw = written.answer("Yes, gladly.")
    _, outreach = pollers(platform, server.settings())
    server.brings(raw)
    assert outreach.poll() == 1
    server.brings(b"Received: from mx.example.org by mx2.example.org\r\n" + raw)
    assert outreach.poll() == 1
    assert server.holds() == []
    assert len(written.pair.thread()["replies"]) == 1


def test_a_mail_too_long_to_be_kept_whole_stays_in_a_folder(
    clients: Clients, platform: Platform, server: Server
) -> None:
    """Its beginning counts; nothing of it is lost."""
    written = Written(clients)
    server.brings(written.answer("Yes, gladly. " + "word " * 50_000, Subject="Very long"))
    _, outreach = pollers(platform, server.settings())
    assert outreach.poll() == 1
    assert len(written.pair.thread()["replies"]) == 1
    assert server.holds("Too long") == ["Very long"]


def test_a_mailbox_out_of_reach_is_told_and_tried_again(
    clients: Clients, platform: Platform, server: Server
) -> None:
    """The service goes on; operators read why, and that no certificate is taken on trust."""
    for settings in (
        server.settings(password="wrong"),
        MailServer(f"imap://127.0.0.1:{free_port()}", USER, PASSWORD),
        MailServer(f"imap+starttls://127.0.0.1:{server.port}", USER, PASSWORD),
    ):
        _, poller = pollers(platform, settings)
        poller._poll_safely()
        assert poller.complaints
        assert PASSWORD not in poller.complaints[0]
        poller.server = server.settings()
        poller._poll_safely()
        assert poller.complaints == []


def test_a_look_that_does_not_end_is_told(platform: Platform, server: Server) -> None:
    """A part that is alive and gets nowhere is an operator's to see; one that takes its time is not."""
    _, poller = pollers(platform, server.settings())
    for minutes, is_told in ((None, False), (2, False), (6, True)):
        poller.polls_since = None if minutes is None else time.monotonic() - 60 * minutes
        assert bool(poller.complaints) is is_told
    assert "lasted for 6 minutes" in poller.complaints[0]
    poller._poll_safely()
    assert poller.complaints == []


def test_a_mailbox_without_encryption_is_for_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A password does not travel in the open."""
    monkeypatch.setenv("IMAP_URL", "imap://mail.example.org")
    monkeypatch.setenv("IMAP_USER", USER)
    with pytest.raises(SystemExit, match="unencrypted"):
        mailbox()
    monkeypatch.setenv("IMAP_URL", "imaps://mail.example.org/Programme")
    found = mailbox()
    assert found is not None
    assert found.url.endswith("/Programme")
