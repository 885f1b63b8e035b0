"""Reads settings and secrets from the environment; called by main modules alone."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from psycopg.conninfo import make_conninfo


def required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SystemExit(
            f"{name} is not set. docs/operating.md lists every setting with an example."
        )
    return value


def secret(name: str) -> str:
    """The content of the file that NAME_FILE points to, else NAME itself, else nothing."""
    file = os.environ.get(f"{name}_FILE")
    return Path(file).read_text().strip() if file else os.environ.get(name, "")


def database_url(who: str) -> str:
    """Connection string from e.g. INTAKE_OWNER_DATABASE_URL and INTAKE_OWNER_DATABASE_PASSWORD[_FILE]."""
    url = required(f"{who.upper()}_DATABASE_URL")
    password = secret(f"{who.upper()}_DATABASE_PASSWORD")
    return make_conninfo(url, password=password) if password else url


def retention_days(name: str, default: int) -> int:
    """RETENTION_<name>_DAYS: how long that is kept."""
    return int(os.environ.get(f"RETENTION_{name}_DAYS") or default)


def origins() -> list[str]:
    """Foreign frontends that are let in, from CORS_ORIGINS, with commas; none by default."""
    return [
        origin.strip() for origin in os.environ.get("CORS_ORIGINS", "").split(",") if origin.strip()
    ]


@dataclass(frozen=True, slots=True)
class NatsSettings:
    url: str
    user: str
    password: str
    replicas: int


@dataclass(frozen=True, slots=True)
class MailServer:
    """`url`: smtp:// (no encryption), smtp+starttls:// (demanded) or smtps://, with host and port; of a mailbox imap://,
    imap+starttls:// or imaps://, with the folder as its path."""

    url: str
    user: str = ""
    password: str = ""
    ca_file: str = ""
    """Certificates to trust; empty: those of the system."""


def mail_server() -> MailServer:
    """From SMTP_URL, SMTP_USER, SMTP_PASSWORD[_FILE] and SMTP_CA_FILE."""
    url = required("SMTP_URL")
    scheme = url.partition("://")[0]
    if scheme not in ("smtp", "smtp+starttls", "smtps"):
        raise SystemExit(
            f"SMTP_URL begins with smtp://, smtp+starttls:// or smtps://, not {scheme}://"
        )
    user, password = os.environ.get("SMTP_USER", ""), secret("SMTP_PASSWORD")
    if user and scheme == "smtp":
        raise SystemExit(
            "A password is not sent unencrypted: SMTP_URL has to begin with smtp+starttls:// or smtps://"
        )
    return MailServer(url, user, password, os.environ.get("SMTP_CA_FILE", ""))


def mailbox() -> MailServer | None:
    """From IMAP_URL, IMAP_USER, IMAP_PASSWORD[_FILE] and IMAP_CA_FILE; None: no mailbox is looked into."""
    url = os.environ.get("IMAP_URL", "")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("imap", "imap+starttls", "imaps"):
        raise SystemExit(
            f"IMAP_URL begins with imaps:// or imap+starttls://, not {parts.scheme}://"
        )
    if parts.scheme == "imap" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise SystemExit(
            "A password is not sent unencrypted: IMAP_URL has to begin with imap+starttls:// or imaps://"
        )
    return MailServer(
        url, required("IMAP_USER"), secret("IMAP_PASSWORD"), os.environ.get("IMAP_CA_FILE", "")
    )


def nats_settings(user: str) -> NatsSettings:
    return NatsSettings(
        url=required("NATS_URL"),
        user=os.environ.get("NATS_USER", user),
        password=secret("NATS_PASSWORD"),
        replicas=int(os.environ.get("NATS_REPLICAS", "1")),
    )
