"""Mail over TLS, with a name and a password: what is demanded is demanded, and a wrong server gets nothing."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from shared.mail import NoConnection, send
from shared.settings import MailServer, mail_server
from tests.transport.certificates import a_certificate
from tests.transport.test_mail import Postman, free_port
from tests.transport.town import Country

RIGHT = ("csc", "a long password")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_certificate(tmp_path_factory.mktemp("tls"))


def authenticator(
    server: Any, session: Any, envelope: Any, mechanism: str, told: Any
) -> AuthResult:
    is_right = (
        isinstance(told, LoginPassword) and (told.login.decode(), told.password.decode()) == RIGHT
    )
    # Not handled here: the server says itself that it was wrong.
    return AuthResult(success=is_right, handled=False)


@contextmanager
def server(postman: Postman, certificate: Path, scheme: str) -> Iterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    asks: dict[str, Any] = {"authenticator": authenticator, "auth_required": True}
    how: dict[str, dict[str, Any]] = {
        "smtps": {"ssl_context": context, "auth_require_tls": False, **asks},
        "smtp+starttls": {"tls_context": context, "require_starttls": True, **asks},
        "smtp": {},
    }
    controller = Controller(postman, hostname="127.0.0.1", port=free_port(), **how[scheme])
    controller.start()
    try:
        yield f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def a_mail() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "Welcome"
    mail["X-Effect-Id"] = "1"
    mail.set_content("Welcome.")
    return mail


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_letter_goes_out_encrypted_with_name_and_password(
    country: Country, certificate: Path, scheme: str
) -> None:
    """To the server whose certificate is trusted."""
    postman = Postman()
    with server(postman, certificate, scheme) as place:
        to = MailServer(f"{scheme}://{place}", *RIGHT, str(certificate))
        country.do(send(to, a_mail()))
    assert postman.taken == ["1"]


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_server_that_is_not_trusted_gets_nothing(
    country: Country, certificate: Path, scheme: str
) -> None:
    """Neither letter nor password; the letter stays due."""
    postman = Postman()
    with server(postman, certificate, scheme) as place:
        to = MailServer(f"{scheme}://{place}", *RIGHT)
        with pytest.raises(NoConnection):
            country.do(send(to, a_mail()))
    assert postman.taken == []


def test_encryption_that_is_not_offered_is_not_done_without(
    country: Country, certificate: Path
) -> None:
    """Where STARTTLS is demanded, a server without it gets nothing."""
    postman = Postman()
    with server(postman, certificate, "smtp") as place:
        to = MailServer(f"smtp+starttls://{place}", ca_file=str(certificate))
        with pytest.raises(NoConnection):
            country.do(send(to, a_mail()))
    assert postman.taken == []


def test_a_wrong_password_is_no_refusal_of_the_letter(country: Country, certificate: Path) -> None:
    """It is our setting that is wrong, so the letter is tried again."""
    postman = Postman()
    with server(postman, certificate, "smtps") as place:
        to = MailServer(f"smtps://{place}", "csc", "wrong", str(certificate))
        with pytest.raises(NoConnection, match="SMTPAuthenticationError"):
            country.do(send(to, a_mail()))
    assert postman.taken == []


def test_settings_that_would_send_a_password_in_the_open_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The process does not start, and says what to write."""
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example.org:25")
    monkeypatch.setenv("SMTP_USER", "csc")
    with pytest.raises(SystemExit, match=r"smtp\+starttls"):
        mail_server()
    monkeypatch.setenv("SMTP_URL", "http://mail.example.org")
    with pytest.raises(SystemExit, match="smtp://"):
        mail_server()
