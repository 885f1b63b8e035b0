"""A mailbox that is emptied (IMAP): each service takes the mail that it answers for, and deletes what it has kept."""

import asyncio
import logging
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from imaplib import IMAP4
from urllib.parse import unquote, urlsplit

from eventsourcing.persistence import PersistenceError
from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted

from shared import inbound
from shared.inbound import NotAMail
from shared.inbox import Inbox
from shared.settings import MailServer

log = logging.getLogger(__name__)
UNREADABLE, TOO_LONG = "Unreadable", "Too long"
"""Folders for people to look into: mail that is none, and mail of which we keep a part alone."""
OUT_OF_REACH = (ImapToolsError, IMAP4.error, OSError, PersistenceError)
"""The mailbox, or our own database: all of it is tried again later."""
POLL_SECONDS = 60
ANSWER_SECONDS = 30
LONGEST_POLL_SECONDS = 300
"""One look into the mailbox that lasts longer is told."""


class Poller:
    """Looks into the mailbox each minute. A mail is deleted there once it is kept here, so a repeat changes nothing."""

    def __init__(self, inbox: Inbox, server: MailServer, seconds: float = POLL_SECONDS) -> None:
        self.inbox, self.server, self.seconds = inbox, server, seconds
        self.beat = time.monotonic()
        self.halted: str | None = None
        self.last_error = ""
        self.stuck: list[str] = []
        self.polls_since: float | None = None

    @property
    def complaints(self) -> list[str]:
        """The service goes on without its mailbox; an operator has to know."""
        stuck = [f"mailbox: mail {uid} cannot be taken, see the log" for uid in self.stuck]
        return [
            *stuck,
            *self._slow(),
            *([f"mailbox: {self.last_error}"] if self.last_error else []),
        ]

    def _slow(self) -> list[str]:
        """The thread that looks into it is alive, and gets nowhere."""
        lasts = time.monotonic() - (self.polls_since or time.monotonic())
        if lasts <= LONGEST_POLL_SECONDS:
            return []
        return [f"mailbox: one look into it has lasted for {lasts / 60:.0f} minutes, see the log"]

    async def run(self) -> None:
        while True:
            until = time.monotonic() + self.seconds
            poll = asyncio.create_task(asyncio.to_thread(self._poll_safely))
            while not poll.done() or time.monotonic() < until:
                self.beat = time.monotonic()
                await asyncio.sleep(1)

    def _poll_safely(self) -> None:
        if self.inbox.service.is_held():
            return
        self.polls_since = time.monotonic()
        try:
            self.poll()
        except OUT_OF_REACH as problem:
            self.last_error = f"{type(problem).__name__}: {problem}"[:300]
            log.warning("the mailbox is looked into again later: %s", self.last_error)
        else:
            self.last_error = ""
        finally:
            self.polls_since = None

    def poll(self) -> int:
        """Takes what is there; returns how many mails. Raises what imap-tools, the network and the database raise."""
        taken, stuck = 0, []
        with _opened(self.server) as mailbox:
            for uid in mailbox.uids():
                try:
                    raw = _raw(mailbox, uid)
                    taken += raw is not None and self._take(mailbox, uid, raw)
                except OUT_OF_REACH:
                    raise
                except Exception:
                    # One mail does not keep the others waiting.
                    log.exception("mail %s in the mailbox", uid)
                    stuck.append(uid)
        self.stuck = stuck
        return taken

    def _take(self, mailbox: BaseMailBox, uid: str, raw: bytes) -> bool:
        try:
            reading = inbound.read(raw)
        except NotAMail:
            if self.inbox.keeps_the_rest:
                _move(mailbox, uid, UNREADABLE)
            return False
        if not self.inbox.answers_for(reading):
            return False
        self.inbox.receive(raw)
        if reading.is_cut:
            _move(mailbox, uid, TOO_LONG)
        else:
            mailbox.delete(uid)
        return True


def polling(inbox: Inbox, server: MailServer | None) -> dict[str, Poller]:
    """The part of a process that empties the mailbox; none where no mailbox is set."""
    return {"mailbox": Poller(inbox, server)} if server else {}


@contextmanager
def _opened(server: MailServer) -> Iterator[BaseMailBox]:
    """Certificates are always checked."""
    url = urlsplit(server.url)
    host, trust = url.hostname or "", ssl.create_default_context(cafile=server.ca_file or None)
    mailbox: BaseMailBox
    match url.scheme:
        case "imaps":
            mailbox = MailBox(host, url.port or 993, timeout=ANSWER_SECONDS, ssl_context=trust)
        case "imap+starttls":
            port = url.port or 143
            mailbox = MailBoxStartTls(host, port, timeout=ANSWER_SECONDS, ssl_context=trust)
        case _:
            mailbox = MailBoxUnencrypted(host, url.port or 143, timeout=ANSWER_SECONDS)
    folder = unquote(url.path.strip("/")) or "INBOX"
    try:
        mailbox.login(server.user, server.password, folder)
        yield mailbox
    finally:
        mailbox.client.shutdown()


def _raw(mailbox: BaseMailBox, uid: str) -> bytes | None:
    """As it came; None where the other service has just taken it."""
    _, found = mailbox.client.uid("fetch", uid, "(BODY.PEEK[])")
    whole = [part[1] for part in found if isinstance(part, tuple)]
    return bytes(whole[0]) if whole else None


def _move(mailbox: BaseMailBox, uid: str, folder: str) -> None:
    if not mailbox.folder.exists(folder):
        mailbox.folder.create(folder)
    mailbox.move(uid, folder)
