"""Reads a mail that came in (RFC 5322): from whom, what it answers, whether it is a reply, a bounce or automatic."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.utils import getaddresses, parsedate_to_datetime
from enum import StrEnum
from html.parser import HTMLParser
from itertools import islice
from typing import Any

from flufl.bounce import scan_message
from mailparser_reply import EmailReplyParser

from shared.refusals import Refusal
from shared.templates import one_line

MOST_ATTACHMENTS = 20
MOST_TEXT = 200_000
LONGEST_LINE = 3_000
"""What looks for quotations takes a time that grows with the square of a line; people's lines are shorter."""
BROKEN = (
    *(ArithmeticError, AssertionError, AttributeError, IndexError, LookupError, MessageError),
    *(RecursionError, TypeError, UnboundLocalError, ValueError),
)
"""What Python's own parsers of mail and HTML raise for what nobody's mail program would write."""
QUOTING = ["en", "es", "fr", "de", "it", "ja", "pl", "nl", "da", "sv", "cs", "ko", "zh"]
"""Languages in which mail programs begin a quotation."""
TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
MOST_HEAD, MOST_HEADS_READ, LONGEST_HEAD, LONGEST_LIST = 65_536, 131_072, 4_096, 8_192
"""Bytes of the head part, of all the heads that are read, inner parts' too, of one head, and of one that lists
addresses or letters. Python's parser takes a time that grows with the square of a head."""
MOST_VALUES, MOST_ANSWERED, MOST_RETURNED = 5, 40, 10
"""Heads of one name that are read, and letters that a mail can answer or bring back."""
LISTS = (*TO, "references")
DELIMITER, MOST_PARTS = re.compile(rb"(?:\A|[\r\n])(--[^\r\n]{1,72})"), 1_000
"""What begins a part, whichever boundary the mail names."""
BOUNDARY = re.compile(rb"boundary[*0-9]*\s*=")
LINE, MOST_LOOKS, MOST_REPORTED = re.compile(rb"\r\n?|\n"), 10_000_000, 10_000
"""How often the parser may ask of a line whether it ends a part that it is in, and blank lines of a delivery report."""
MOST_SCANNED = 65_536
"""Bytes of a bounce that no report describes."""
MESSAGE_ID = re.compile(r"<[^<>\s]{1,300}>")
AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(auto(matic|mated)?[ -]?(reply|response)|out of (the )?office|abwesen|réponse automatique"
    r"|respuesta automática)",
    re.IGNORECASE,
)


READ = re.compile(
    rb"(?:\A|[\r\n])(from|sender|return-path|to|cc|delivered-to|x-original-to|envelope-to|subject|date|message-id"
    rb"|in-reply-to|references|content-[a-z-]+|mime-version|auto-submitted|precedence|x-auto[a-z-]*"
    rb"|x-failed-recipients|action|final-recipient|original-recipient):"
    rb"[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*",
    re.IGNORECASE,
)
"""A head that is looked into, with the lines on which it goes on."""
END_OF_HEAD = re.compile(rb"\r\n\r\n|\n\n|\r\r")


class NotAMail(Refusal):
    """This is no e-mail message: it has no sender, nothing that can be read, or a longer head or more parts than any
    mail has."""

    status = 422
    next_step = "Send it as it came, with its head lines (From, To, Subject), or paste its words and name the sender."


class InboundKind(StrEnum):
    REPLY = "reply"
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    """Out of office, or another answer that nobody wrote."""
    DELAYED = "delayed"
    """The mail server still tries."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail says; `text` is without quotations and signature, `whole` with them."""

    message_id: str
    kind: InboundKind
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    refers_to: tuple[str, ...]
    """Message-IDs that it answers, the nearest first; of a bounce, the message that came back."""
    subject: str
    text: str
    whole: str
    failed: tuple[str, ...] = ()
    """The addresses that a bounce names."""
    attachments: tuple[Attachment, ...] = ()
    written_at: datetime | None = None
    """As its sender's clock had it."""
    is_cut: bool = False
    """It was longer, or had more files, than is kept."""
    is_sure: bool = True
    """False: it only looks as if nobody had written it, or brings what another is said to have written."""

    @property
    def identity(self) -> str:
        """The same for one mail however it travels; another for another mail that bears the same Message-ID."""
        files = [hashlib.sha256(file.content).hexdigest() for file in self.attachments]
        told = json.dumps([self.message_id, self.sender, self.subject, self.whole, files])
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def read(raw: bytes) -> Reading:
    """Raises NotAMail. The same message gives the same `message_id`, also where its sender gave none."""
    _guard_heads(raw)
    _guard_parts(raw)
    try:
        return _read(raw)
    except BROKEN as problem:
        raise NotAMail from problem


def _guard_heads(raw: bytes) -> None:
    """Before anything is parsed, so that no mail keeps the others waiting for minutes. Raises NotAMail."""
    end = END_OF_HEAD.search(raw)
    read = 0
    for head in READ.finditer(raw):
        longest = LONGEST_LIST if head[1].decode().lower() in LISTS else LONGEST_HEAD
        read += len(head[0])
        if len(head[0]) > longest or read > MOST_HEADS_READ:
            raise NotAMail
    if (end.start() if end else len(raw)) > MOST_HEAD:
        raise NotAMail


def _guard_parts(raw: bytes) -> None:
    """A part may have no head at all, and costs the parser 50 microseconds; a part within parts makes each of its lines
    be compared with all their boundaries. Raises NotAMail."""
    told = raw.lower()
    if b"delivery-status" in told and len(END_OF_HEAD.findall(raw)) > MOST_REPORTED:
        raise NotAMail  # each blank line of a report begins what the parser takes for a message
    boundaries = len(BOUNDARY.findall(told))
    if not boundaries:
        return
    # The parser overlooks spaces after a boundary.
    lines = Counter(line.rstrip() for line in DELIMITER.findall(raw))
    parts = sum(times for times in lines.values() if times > 1)
    if parts > MOST_PARTS or boundaries * len(LINE.findall(raw)) > MOST_LOOKS:
        raise NotAMail


def _read(raw: bytes) -> Reading:
    mail = message_from_bytes(raw, policy=policy.default)
    senders = _addresses(mail, ("from", "sender", "return-path"))
    assert isinstance(mail, EmailMessage)
    kind, failed = _kind(mail, raw)
    if not senders and kind is InboundKind.REPLY:
        raise NotAMail
    sent_on = _forwarded(mail) if kind is InboundKind.REPLY else None
    told = sent_on or mail
    name, sender = (_addresses(told, ("from",)) or senders or [("", "")])[0]
    everything, files = _text(told), tuple(_attachments(told))
    whole = everything[:MOST_TEXT]
    return Reading(
        message_id=_message_id(mail, raw),
        kind=kind,
        sender=_sound(sender.lower()),
        sender_name=_sound(name),
        recipients=tuple(address for _, address in _addresses(mail, TO)),
        refers_to=_refers_to(mail),
        subject=_head(told, "subject"),
        text=_unquoted(whole) if kind is InboundKind.REPLY else whole,
        whole=whole,
        failed=failed,
        attachments=files[:MOST_ATTACHMENTS],
        written_at=_written_at(told),
        is_cut=len(everything) > MOST_TEXT or len(files) > MOST_ATTACHMENTS,
        is_sure=sent_on is None
        and (kind is not InboundKind.AUTOMATIC or _says_that_it_is_automatic(mail)),
    )


def written(sender: str, subject: str, text: str) -> bytes:
    """A mail of which only the words are known: staff paste them, and say who wrote them."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = one_line(sender), one_line(subject)
    mail.set_content(text)
    return mail.as_bytes()


def _head(mail: Message, name: str) -> str:
    """A head that cannot be read counts as none."""
    try:
        return _sound(str(mail.get(name, ""))).strip()
    except BROKEN:
        return ""


def _addresses(mail: Message, names: tuple[str, ...]) -> list[tuple[str, str]]:
    found: list[str] = []
    for name in names:
        values = (value for key, value in mail.raw_items() if key.lower() == name)
        for value in islice(values, MOST_VALUES):
            with suppress(*BROKEN):
                found.append(str(mail.policy.header_fetch_parse(name, value)))
    return [(name, address) for name, address in getaddresses(found) if "@" in address]


def _message_id(mail: Message, raw: bytes) -> str:
    found = MESSAGE_ID.search(_head(mail, "message-id"))
    return found[0] if found else f"<{hashlib.sha256(raw).hexdigest()}@unnamed.invalid>"


def _written_at(mail: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(_head(mail, "date"))
    except BROKEN:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _refers_to(mail: EmailMessage) -> tuple[str, ...]:
    answered = _references(mail)[:MOST_ANSWERED]
    return tuple(dict.fromkeys([*answered, *islice(_returned_ids(mail), MOST_RETURNED)]))


def _references(mail: Message) -> list[str]:
    answered = MESSAGE_ID.findall(_head(mail, "in-reply-to"))
    return [*answered, *reversed(MESSAGE_ID.findall(_head(mail, "references")))]


def _returned_ids(mail: EmailMessage) -> Iterator[str]:
    """Of the message that a bounce brings back, whole or its head alone."""
    for part in mail.walk():
        match part.get_content_type():
            case "message/rfc822":
                inner = part.get_payload()
                head = inner[0] if isinstance(inner, list) and inner else None
                if isinstance(head, Message):
                    yield from MESSAGE_ID.findall(_head(head, "message-id"))
            case "text/rfc822-headers":
                lines = str(part.get_content())
                for line in lines.splitlines():
                    if line.lower().startswith("message-id:"):
                        yield from MESSAGE_ID.findall(line)


def _kind(mail: EmailMessage, raw: bytes) -> tuple[InboundKind, tuple[str, ...]]:
    """Delivery reports say themselves what they are (RFC 3464); of the odd ones, flufl.bounce knows how they look."""
    if mail.get_content_type() == "multipart/report":
        return _of_report(mail)
    if _is_from_a_server(mail):
        # What looks for addresses takes a time that grows with the lines, and servers say first what failed.
        top = mail if len(raw) <= MOST_SCANNED else message_from_bytes(raw[:MOST_SCANNED])
        failed = tuple(address.decode("ascii", "replace") for address in scan_message(top))
        return (InboundKind.BOUNCE if failed else InboundKind.AUTOMATIC), failed
    looks_automatic = AUTOMATIC_SUBJECT.match(_head(mail, "subject"))
    if looks_automatic or _says_that_it_is_automatic(mail):
        return InboundKind.AUTOMATIC, ()
    return InboundKind.REPLY, ()


def _of_report(mail: EmailMessage) -> tuple[InboundKind, tuple[str, ...]]:
    failed: list[str] = []
    delayed = False
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        fields: Any = part.get_payload()
        for recipient in fields if isinstance(fields, list) else []:
            action = str(recipient.get("action", "")).strip().lower()
            delayed = delayed or action == "delayed"
            if action == "failed":
                failed += _reported(recipient)
    if failed:
        return InboundKind.BOUNCE, tuple(dict.fromkeys(failed))
    return (InboundKind.DELAYED if delayed else InboundKind.AUTOMATIC), ()


def _reported(recipient: Any) -> list[str]:
    """The address that failed, and the one that we wrote to where it was sent on (RFC 3464, 2.3)."""
    told = (str(recipient.get(f"{which}-recipient", "")) for which in ("final", "original"))
    return [(each.partition(";")[2] or each).strip().lower() for each in told if each]


def _says_that_it_is_automatic(mail: Message) -> bool:
    submitted = _head(mail, "auto-submitted").lower()
    marks = ("x-autoreply", "x-autorespond", "x-auto-reply")
    return (
        bool(submitted and not submitted.startswith("no"))
        or any(_head(mail, mark) for mark in marks)
        or _head(mail, "precedence").lower() == "auto_reply"
        or mail.get_content_type() == "multipart/report"
    )


def _is_from_a_server(mail: Message) -> bool:
    sender = next((address for _, address in _addresses(mail, ("from",))), "").lower()
    is_daemon = sender.startswith(("mailer-daemon@", "postmaster@"))
    return (
        is_daemon or _head(mail, "return-path") == "<>" or bool(_head(mail, "x-failed-recipients"))
    )


def _forwarded(mail: EmailMessage) -> EmailMessage | None:
    """A message that somebody sends on as an attachment is what the mail is about."""
    for part in mail.iter_attachments():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_content()
            return inner if isinstance(inner, EmailMessage) else None
    return None


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    if body is None:
        return ""
    try:
        content = str(body.get_content())
    except (LookupError, ValueError):
        # An alphabet that there is not, or bytes that are none of it.
        payload = body.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if body.get_content_subtype() == "html":
        with suppress(*BROKEN):
            content = _from_html(content)
    return _sound(content).replace("\r\n", "\n").replace("\x00", "").strip()


def _sound(text: str) -> str:
    """Halves of signs, which some alphabets can bring, are no text that can be kept."""
    return text.encode("utf-8", "replace").decode()


def _unquoted(whole: str) -> str:
    if max(map(len, whole.split("\n"))) > LONGEST_LINE:
        return whole
    reply = EmailReplyParser(languages=QUOTING).parse_reply(text=whole)
    return (reply or "").strip() or whole


def _attachments(mail: EmailMessage) -> Iterator[Attachment]:
    for part in mail.iter_attachments():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and part.get_content_type() != "message/rfc822":
            name = _sound(part.get_filename() or "attachment")
            yield Attachment(name, part.get_content_type(), content)


class _Words(HTMLParser):
    """The words of a page, a line for each block."""

    SILENT = ("script", "style", "head", "title")
    BLOCKS = ("p", "div", "br", "tr", "li", "h1", "h2", "h3", "blockquote", "table")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in self.SILENT
        if tag in self.BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in self.SILENT and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def _from_html(page: str) -> str:
    parser = _Words()
    parser.feed(page)
    lines = (" ".join(line.split()) for line in "".join(parser.words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
