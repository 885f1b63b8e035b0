"""The embedded servers: what they guard, and what they survive."""

import smtplib
import socket
import sys
import time
from email.message import EmailMessage
from mailbox import Maildir

import httpx
import psycopg
import pytest

from deploy.local.platform import Platform
from deploy.local.supervisor import NotReady


def test_a_committed_row_survives_kill_9_of_postgres(servers: Platform) -> None:
    """PostgreSQL comes back by itself after kill -9, with every committed row."""
    dsn = servers.postgres_dsn("intake", role="owner")
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('yes')")
    process = servers.process("postgres")
    gone = process.kill()
    process.wait_ready()
    assert process.pid not in {gone, None}
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("yes",)]


def test_streams_are_there_after_kill_9_of_nats(servers: Platform) -> None:
    """NATS comes back by itself after kill -9, with its streams."""
    process = servers.process("nats")
    gone = process.kill()
    process.wait_ready()
    assert process.pid not in {gone, None}
    servers.process("operations").wait_ready()


def test_a_process_stays_dead_when_it_should(servers: Platform) -> None:
    """`restart = False` stops the supervisor from bringing a process back."""
    process = servers.process("mailbox")
    process.restart = False
    process.kill()
    time.sleep(1)
    assert process.pid is None
    process.restart = True
    process.wait_ready()


def test_data_checksums_and_durability_are_on(servers: Platform) -> None:
    """PostgreSQL checks its pages and loses no acknowledged commit."""
    wanted = {"data_checksums", "fsync", "synchronous_commit", "full_page_writes"}
    with psycopg.connect(servers.postgres_dsn("postgres", role="postgres")) as connection:
        rows = connection.execute(
            "SELECT name FROM pg_settings WHERE setting = 'on' AND name = ANY(%(names)s)",
            {"names": list(wanted)},
        )
        assert {name for (name,) in rows} == wanted


@pytest.mark.parametrize("role", ["intake_app", "intake_owner", "directory_public"])
def test_a_role_enters_its_own_database_alone(servers: Platform, role: str) -> None:
    """A service's roles cannot even connect to another service's database."""
    service, _, kind = role.partition("_")
    own = servers.postgres_dsn(service, role=kind)
    psycopg.connect(own).close()
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(own, dbname="matching")


def test_postgres_asks_for_the_password(servers: Platform) -> None:
    """Nobody connects to PostgreSQL without the role's password."""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(servers.postgres_dsn("intake"), password="guess")


def test_a_mail_is_caught(servers: Platform) -> None:
    """A mail that is sent lands in the Maildir."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "Welcome"
    mail.set_content("Hello")
    host, port = servers.folder.facts()["smtp_url"].removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port)) as smtp:
        smtp.send_message(mail)
    assert "Welcome" in {str(caught["Subject"]) for caught in Maildir(servers.mail_dir)}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has more than one loopback address")
def test_everything_listens_on_one_loopback_address(servers: Platform) -> None:
    """No server of the platform can be reached from another machine."""
    ports = servers.folder.facts()["ports"]
    for name in ("postgres", "nats", "nats_monitor", "smtp", "origin"):
        socket.create_connection(("127.0.0.1", ports[name]), timeout=2).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", ports[name]), timeout=2)


def test_secrets_are_for_the_owner_alone(servers: Platform) -> None:
    """No other user of the machine can read a password or a key."""
    assert servers.secrets_dir.stat().st_mode & 0o077 == 0
    files = [path for path in servers.secrets_dir.iterdir() if path.is_file()]
    assert files
    assert not [path.name for path in files if path.stat().st_mode & 0o077]


def test_a_program_that_cannot_start_says_why(servers: Platform) -> None:
    """What a process said last stands in the error when it does not become ready."""
    servers.process("mailbox").stop()
    broken = servers.process("mailbox")
    with socket.socket() as squatter:
        # The mailbox's last connections may still linger on its port.
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", servers.folder.facts()["ports"]["smtp"]))
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        broken.start(wait=False)
        with pytest.raises(NotReady, match=r"(?i)address already in use"):
            broken.wait_ready(patience=4)
    broken.wait_ready()


def test_a_mail_that_was_caught_can_be_read_in_the_browser(servers: Platform) -> None:
    """The list, the letter as text and as HTML, its files; nothing in it runs, and it can be removed by its address."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "a@example.org",
        "Ann <ann@example.org>",
        "<b>Yes</b>",
    )
    mail.set_content("Open http://localhost/sign-in?token=x now <script>")
    mail.add_alternative("<p>Open <script>alert(1)</script></p>", subtype="html")
    mail.add_attachment(b"BEGIN", maintype="text", subtype="calendar", filename="a.ics")
    host, port = servers.folder.facts()["smtp_url"].removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port)) as smtp:
        smtp.send_message(mail)
    box = f"{servers.base_url}/mailbox/"
    with httpx.Client() as browser:
        caught = browser.get(f"{box}api/messages", params={"to": "ann@example.org"}).json()
        assert [(each["subject"], each["attachments"]) for each in caught] == [
            ("<b>Yes</b>", ["a.ics"])
        ]
        page = browser.get(box, params={"to": "ANN@"})
        assert "&lt;b&gt;Yes&lt;/b&gt;" in page.text
        shown = browser.get(box + caught[0]["key"])
        assert '<a href="http://localhost/sign-in?token=x">' in shown.text
        assert "&lt;script&gt;" in shown.text
        assert "script" not in shown.headers["content-security-policy"]
        assert "<script>" in browser.get(f"{box}{caught[0]['key']}/html").text
        assert browser.get(f"{box}{caught[0]['key']}/files/0").content == b"BEGIN"
        assert browser.get(f"{box}no-such-mail").status_code == 404
        assert browser.delete(f"{box}api/messages", params={"to": "all"}).status_code == 422
        removed = browser.delete(f"{box}api/messages", params={"to": "ann@example.org"})
        assert removed.json() == {"removed": 1}
        assert browser.get(f"{box}api/messages", params={"to": "ann@example.org"}).json() == []
