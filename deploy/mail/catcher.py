"""The mail catcher: takes every mail by SMTP, keeps it in a Maildir, and lets the browser and tests read it.

python -m deploy.mail.catcher --smtp 127.0.0.1:2525 --http 127.0.0.1:8025 FOLDER

Pages under /mailbox/, JSON under /mailbox/api/messages (`?to=` an address, DELETE removes). Nobody is asked who he is:
it listens on loopback, or behind something that lets only its owner in. Needs aiosmtpd alone.
"""

import argparse
import asyncio
import glob
import json
import mailbox
import re
import signal
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP

SHOWN = 200
KEY = re.compile(r"[\w.,:=+-]{1,200}")
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
BROKEN = (
    *(ArithmeticError, AssertionError, AttributeError, IndexError, LookupError, MessageError),
    *(RecursionError, TypeError, UnboundLocalError, ValueError),
)
"""What Python's own parsers of mail raise for what nobody's mail program would write."""
UNREADABLE = "(this part cannot be read; the message as it came is below)"
LETTER_POLICY = (
    "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline';"
    " img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
"""What a stranger wrote is shown, and does nothing."""
POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'"
STYLE = """
body{margin:0;background:#fff;color:#1b2733;font:16px/1.5 'Public Sans','Noto Sans',Arial,sans-serif}
main,header{max-width:60rem;margin:auto;padding:1rem}
header{border-bottom:1px solid #d9d5cb}
h1{font-size:1.4rem;margin:0}
h1,a,.to{overflow-wrap:anywhere}
a{color:#1d4f7c}
:focus-visible{outline:3px solid #ffbf47;outline-offset:2px;box-shadow:0 0 0 5px #1b2733}
li{list-style:none;border-bottom:1px solid #d9d5cb;padding:.75rem 0}
ul{padding:0;margin:0}
.to,time,dt{color:#52606d}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f5f3ee;padding:1rem;font:inherit}
input,button{font:inherit;min-height:44px;padding:0 .75rem;box-sizing:border-box;max-width:100%}
input,button{border:1px solid #52606d;border-radius:6px}
button{background:#1d4f7c;color:#fff}
iframe{width:100%;height:34rem;border:1px solid #d9d5cb;box-sizing:border-box}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem 1rem}
@media (max-width:30rem){dl{grid-template-columns:minmax(0,1fr);gap:0}dd{margin-block-end:.5rem}}
dd{margin:0;overflow-wrap:anywhere}
"""


@dataclass(frozen=True)
class Caught:
    """A mail with its key in the Maildir."""

    key: str
    mail: EmailMessage
    raw: bytes
    at: datetime

    def facts(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "from": self.head("From"),
            "to": self.head("To"),
            "subject": self.head("Subject"),
            "received_at": self.at.isoformat(),
            "text": self.shown_as("plain"),
            "attachments": [name for name, _ in files(self.mail)],
        }

    def head(self, name: str) -> str:
        """A head that cannot be read counts as none."""
        try:
            return str(self.mail[name] or "")
        except BROKEN:
            return ""

    def shown_as(self, kind: str) -> str:
        """Its words as `plain` or `html`; empty where it has none of that kind."""
        try:
            part = self.mail.get_body((kind,))
            return _words(part) if part else ""
        except BROKEN:
            return UNREADABLE


def _words(part: Message) -> str:
    """Also in an alphabet that there is not."""
    try:
        return str(part.get_content()) if isinstance(part, EmailMessage) else UNREADABLE
    except (LookupError, ValueError):
        content = part.get_payload(decode=True)
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else UNREADABLE


class Box:
    """The Maildir; read anew each time, as the SMTP side writes into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self, to: str = "") -> list[Caught]:
        """The newest first; `to`: a part of the address."""
        box = mailbox.Maildir(self.folder, create=True)
        found = [self._caught(box, key) for key in box.keys()]  # noqa: SIM118  # no dictionary
        wanted = [each for each in found if each and to.lower() in each.head("To").lower()]
        return sorted(wanted, key=lambda each: each.at, reverse=True)

    def one(self, key: str) -> Caught | None:
        return self._caught(mailbox.Maildir(self.folder, create=True), key)

    def remove(self, to: str) -> int:
        """Every mail to or from an address, wherever it stands in it; returns how many."""
        box, removed = mailbox.Maildir(self.folder, create=True), 0
        for key in list(box.keys()):
            if to.lower().encode() in box.get_bytes(key).lower() or self._names(box, key, to):
                box.remove(key)
                removed += 1
        return removed

    def _names(self, box: mailbox.Maildir, key: str, to: str) -> bool:
        caught = self._caught(box, key)
        return caught is not None and to.lower() in json.dumps(caught.facts()).lower()

    def _caught(self, box: mailbox.Maildir, key: str) -> Caught | None:
        try:
            raw, at = box.get_bytes(key), _caught_at(self.folder, key)
        except (KeyError, FileNotFoundError):
            return None
        try:
            mail = message_from_bytes(raw, policy=policy.default)
        except BROKEN:
            mail = EmailMessage()
        assert isinstance(mail, EmailMessage)
        return Caught(key, mail, raw, at)


def _caught_at(folder: Path, key: str) -> datetime:
    """Raises FileNotFoundError."""
    file = folder / "new" / key
    if not file.exists():
        file = next(folder.glob(f"cur/{glob.escape(key)}*"), file)
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def files(mail: EmailMessage) -> list[tuple[str, bytes]]:
    """Name and content of each; none of a mail whose parts cannot be told apart."""
    try:
        return list(_files(mail))
    except BROKEN:
        return []


def _files(mail: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for part in mail.iter_attachments():
        content = part.get_payload(decode=True)
        yield part.get_filename() or "file", content if isinstance(content, bytes) else b""


def page(title: str, body: str) -> bytes:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f'<header><a href="/mailbox/">All mail that was caught</a></header><main><h1>{escape(title)}</h1>{body}'
        "</main></body></html>"
    ).encode("utf-8", "replace")


def list_page(found: list[Caught], to: str) -> bytes:
    form = (
        '<form action="/mailbox/"><p><label for="to">To (a part of the address)</label><br>'
        f'<input id="to" name="to" type="search" value="{escape(to)}"> <button>Search</button></p></form>'
    )
    items = "".join(
        f'<li><a href="/mailbox/{quote(each.key)}">{escape(each.head("Subject") or "(no subject)")}</a><br>'
        f'<span class="to">to {escape(each.head("To"))}</span>, '
        f'<time datetime="{each.at.isoformat()}">{each.at:%-d %B %Y, %H:%M:%S} UTC</time></li>'
        for each in found[:SHOWN]
    )
    more = (
        f"<p>Only the newest {SHOWN} are shown; search for an address.</p>" if found[SHOWN:] else ""
    )
    nothing = "<p>No mail yet. Letters that the programme sends appear here within seconds.</p>"
    return page(f"Mailbox ({len(found)})", form + (f"<ul>{items}</ul>{more}" if items else nothing))


def mail_page(caught: Caught) -> bytes:
    key, mail = quote(caught.key), caught.mail
    heads = "".join(
        f"<dt>{name}</dt><dd>{escape(caught.head(name))}</dd>"
        for name in ("From", "To", "Reply-To", "Date", "Message-ID", "In-Reply-To")
        if caught.head(name)
    )
    attached = "".join(
        f'<li><a href="/mailbox/{key}/files/{n}" download>{escape(name)}</a></li>'
        for n, (name, _) in enumerate(files(mail))
    )
    shown = caught.shown_as("html")
    html = (
        f'<h2>As HTML</h2><iframe title="The letter as HTML" src="/mailbox/{key}/html"'
        ' sandbox="allow-popups allow-top-navigation-by-user-activation"></iframe>'
        if shown
        else ""
    )
    body = f"<dl>{heads}</dl><pre>{linked(caught.facts()['text'])}</pre>{html}"
    body += f"<h2>Files</h2><ul>{attached}</ul>" if attached else ""
    body += f'<p><a href="/mailbox/{key}/source" download>The message as it came</a></p>'
    return page(caught.head("Subject") or "(no subject)", body)


def linked(text: str) -> str:
    pieces = re.split(f"({LINK.pattern})", text)
    return "".join(
        f'<a href="{escape(piece)}">{escape(piece)}</a>' if LINK.fullmatch(piece) else escape(piece)
        for piece in pieces
    )


class Reader(BaseHTTPRequestHandler):
    """Answers GET and DELETE."""

    def __init__(self, box: Box, *connection: Any) -> None:
        self.box = box
        super().__init__(*connection)

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        to = parse_qs(address.query).get("to", [""])[0]
        match address.path.removeprefix("/mailbox").strip("/").split("/"):
            case [""]:
                self._html(list_page(self.box.all(to), to))
            case ["api", "messages"]:
                self._json([each.facts() for each in self.box.all(to)])
            case [key, *rest] if KEY.fullmatch(key) and (caught := self.box.one(key)):
                self._mail(caught, rest)
            case _:
                self._html(page("There is no such mail", "<p>It may have been removed.</p>"), 404)

    def do_DELETE(self) -> None:
        address = urlsplit(self.path)
        to = parse_qs(address.query).get("to", [""])[0]
        if address.path != "/mailbox/api/messages" or "@" not in to:
            self._json({"detail": "DELETE /mailbox/api/messages?to=somebody@example.org"}, 422)
            return
        self._json({"removed": self.box.remove(to)})

    def _mail(self, caught: Caught, rest: list[str]) -> None:
        match rest:
            case []:
                self._html(mail_page(caught))
            case ["html"]:
                content = caught.shown_as("html").encode("utf-8", "replace")
                policy_of_it = {"Content-Security-Policy": LETTER_POLICY}
                self._answer(200, "text/html; charset=utf-8", content, policy_of_it)
            case ["source"]:
                self._download(f"{caught.key}.eml", caught.raw)
            case ["files", number] if re.fullmatch("[0-9]{1,3}", number):
                found = files(caught.mail)[int(number) :]
                self._download(*(found[0] if found else ("nothing", b"")))
            case _:
                self._html(page("There is nothing at this address", ""), 404)

    def _html(self, content: bytes, status: int = 200) -> None:
        self._answer(status, "text/html; charset=utf-8", content)

    def _json(self, content: Any, status: int = 200) -> None:
        self._answer(status, "application/json", json.dumps(content).encode())

    def _download(self, name: str, content: bytes) -> None:
        named = f"attachment; filename*=utf-8''{quote(name)}"
        self._answer(200, "application/octet-stream", content, {"Content-Disposition": named})

    def _answer(
        self, status: int, media_type: str, content: bytes, more: dict[str, str] | None = None
    ) -> None:
        self.send_response(HTTPStatus(status))
        heads = {
            "Content-Type": media_type,
            "Content-Length": str(len(content)),
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            **(more or {}),
        }
        for name, value in heads.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Addresses of people stand in the paths: nothing is written down."""


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


def main(arguments: Iterable[str] | None = None) -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--smtp", type=_place, required=True, metavar="HOST:PORT")
    asked.add_argument("--http", type=_place, required=True, metavar="HOST:PORT")
    asked.add_argument("folder", type=Path)
    given = asked.parse_args(None if arguments is None else list(arguments))
    asyncio.run(_serve(given.smtp, given.http, given.folder))


async def _serve(smtp: tuple[str, int], http: tuple[str, int], folder: Path) -> None:
    mailbox.Maildir(folder, create=True)
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    web = ThreadingHTTPServer(http, partial(Reader, Box(folder)))
    async with await loop.create_server(lambda: SMTP(Mailbox(folder)), *smtp):
        threading.Thread(target=web.serve_forever, daemon=True).start()
        await over.wait()
    web.shutdown()


if __name__ == "__main__":
    main()
