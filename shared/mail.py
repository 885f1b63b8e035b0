"""Outgoing mail: a ledger row for each letter that an event causes, a work queue of ids, and one send for each row."""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formataddr, localtime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

import aiosmtplib
from eventsourcing.persistence import PersistenceError
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.security import SASLPlaintext
from nats.errors import Error as NatsError
from psycopg.types.json import Jsonb

from shared.folding import LETTERS
from shared.recorder import Write
from shared.return_address import Matter, ReturnAddresses
from shared.settings import MailServer, NatsSettings

if TYPE_CHECKING:
    from shared.application import Service

log = logging.getLogger(__name__)
SEND_SECONDS = 40
CLAIM_SECONDS = 60
REQUEUE_SECONDS = 20
TRIED_IN_VAIN = 3
"""So often that it is no mishap: an operator is told."""
NO_CONNECTION = "no connection: "
"""Before the words in the ledger where no letter could have gone out: the server was away, or did not let us in."""
SCOUT_SECONDS = 15
"""So often one of the letters that wait for a connection is tried, whatever their own times are; none more often."""
LOCKED_OUT, LOCKED_OUT_SECONDS = f"{NO_CONNECTION}SMTPAuthenticationError", 300
"""Where our name or password was refused, it is tried less often: who goes on trying has the account locked."""


class SettledAlready(Exception):
    """The ledger knows already what became of the letter, or its claim was given up: nothing more is recorded."""


class NotNow(Exception):
    """The letter cannot be written at the moment, e.g. because the owner of the address does not answer."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is due: facts and ids; the recipient's name and address are looked up when it is written."""

    kind: str
    subject_id: UUID
    recipient_id: UUID
    facts: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None

    def row(self, effect_id: UUID) -> Write:
        """The ledger's row; a second one for the same cause changes nothing."""
        return lambda curs: curs.execute(
            "INSERT INTO effects (id, kind, subject_id, recipient_id, facts, due_at)"
            " VALUES (%(id)s, %(kind)s, %(subject_id)s, %(recipient_id)s, %(facts)s, coalesce(%(due_at)s, now()))"
            " ON CONFLICT (id) DO NOTHING",
            {
                "id": effect_id,
                "kind": self.kind,
                "subject_id": self.subject_id,
                "recipient_id": self.recipient_id,
                "facts": Jsonb(self.facts),
                "due_at": self.due_at,
            },
        )


def cancel_letters(subject_id: UUID, *kinds: str) -> Write:
    """Letters about a subject that have not gone out are not sent; one that is just being tried is not tried again."""
    return lambda curs: curs.execute(
        "UPDATE effects SET is_cancelled = true,"
        "  state = CASE state WHEN 'due' THEN 'cancelled' ELSE state END,"
        "  settled_at = CASE state WHEN 'due' THEN now() END"
        " WHERE subject_id = %(subject_id)s AND state IN ('due', 'sending')"
        " AND (%(kinds)s::text[] = '{}' OR kind = ANY(%(kinds)s))",
        {"subject_id": subject_id, "kinds": list(kinds)},
    )


@dataclass(frozen=True, slots=True)
class Effect:
    """A ledger row that was claimed for sending."""

    id: UUID
    kind: str
    subject_id: UUID
    recipient_id: UUID
    facts: dict[str, Any]
    attempts: int
    claimed_at: datetime | None = None
    """By which whoever has the claim is known: a letter may be tried again without an attempt being counted."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a letter comes from (B18), and where answers to it go."""

    name: str
    address: str
    service: str
    """Whose ledger has the letters."""

    def message_id(self, effect_id: UUID) -> str:
        """The number of the letter in its ledger, and which ledger that is."""
        return f"<{effect_id}.{self.service}@{urlsplit(f'//{self.address}').hostname}>"

    def reply_to(self, returns: ReturnAddresses | None, matter: Matter | None) -> str:
        """The desk's address, with what the letter is about signed into it."""
        return returns.of(self.address, matter) if returns and matter else self.address


def put_head(
    mail: EmailMessage,
    effect: Effect,
    desk: Desk,
    *,
    to: tuple[str, str],
    reply_to: str,
    earlier: Sequence[str] = (),
    is_automatic: bool = True,
) -> None:
    """All head lines but the subject; `to` is a name and an address, `earlier` the Message-IDs of the same matter."""
    mail["From"] = formataddr((desk.name, desk.address))
    mail["Reply-To"] = reply_to
    mail["To"] = formataddr(to)
    mail["Date"] = localtime()
    mail["Message-ID"] = desk.message_id(effect.id)
    mail["X-Effect-Id"] = str(effect.id)
    if earlier:
        mail["In-Reply-To"], mail["References"] = earlier[-1], " ".join(earlier)
    if is_automatic:
        mail["Auto-Submitted"] = "auto-generated"


def earlier_letters(service: "Service", effect: Effect) -> list[UUID]:
    """Letters of the same thread, or of the same matter to the same reader, that have gone out; the last ten."""
    found = service.rows(
        "SELECT id FROM effects WHERE state IN ('sent', 'unknown') AND id <> %(id)s"
        " AND subject_id = %(subject_id)s AND recipient_id = %(recipient_id)s"
        " AND facts ->> 'thread_id' IS NOT DISTINCT FROM %(thread_id)s"
        " ORDER BY settled_at DESC LIMIT 10",
        id=effect.id,
        subject_id=effect.subject_id,
        recipient_id=effect.recipient_id,
        thread_id=effect.facts.get("thread_id"),
    )
    return [row["id"] for row in reversed(found)]


class NothingToTell(Exception):
    """What the letter was to tell is not there, or no longer: it does not go out."""


Compose = Callable[[Effect], EmailMessage | None]
"""Writes a letter; None where its recipient is gone, which cancels it as NothingToTell does. Raises NotNow to try
again later."""


class Ledger:
    """The `effects` table of one service."""

    def __init__(self, service: "Service") -> None:
        self.service = service

    def due(self) -> list[UUID]:
        """Letters to put on the queue, the forgotten ones again; marks them as queued."""
        with self.service.transaction() as curs:
            found = curs.execute(
                "UPDATE effects SET queued_at = now() WHERE id IN ("
                " SELECT id FROM effects WHERE state = 'due' AND due_at <= now()"
                " AND (queued_at IS NULL OR queued_at < now() - make_interval(secs => %(again)s))"
                " ORDER BY due_at LIMIT 200 FOR UPDATE SKIP LOCKED) RETURNING id",
                {"again": REQUEUE_SECONDS},
            ).fetchall()
        return [row["id"] for row in found]

    def claim(self, effect_id: UUID) -> Effect | None:
        """The row if it is still to be sent, marked as being sent; None where somebody else has it or it is settled."""
        with self.service.transaction() as curs:
            row = curs.execute(
                CLAIM,
                {"id": effect_id, "no_connection": f"{NO_CONNECTION}%"},
            ).fetchone()
        return Effect(**row) if row else None

    def settle(self, effect: Effect, state: str, error: str = "") -> None:
        def write(curs: Any) -> None:
            curs.execute(
                "UPDATE effects SET state = %(state)s, settled_at = now(), error = %(error)s"
                # The claim may have been given up meanwhile, or this is said for the second time.
                " WHERE id = %(id)s AND state = 'sending' AND claimed_at = %(claimed_at)s",
                {
                    "id": effect.id,
                    "state": state,
                    "error": error,
                    "claimed_at": effect.claimed_at,
                },
            )
            if curs.rowcount == 0:
                raise SettledAlready

        try:
            self.service.letter_settled(effect, state, write)
        except SettledAlready:
            log.warning("letter %s is settled already, not as %s", effect.id, state)

    def try_later(self, effect: Effect, error: str) -> None:
        with self.service.transaction() as curs:
            curs.execute(
                "UPDATE effects SET queued_at = NULL, error = %(error)s, waits_since = coalesce(waits_since, now()),"
                " state = CASE WHEN is_cancelled THEN 'cancelled' ELSE 'due' END,"
                " due_at = now() + make_interval(secs => least(3600, 2 ^ least(attempts, 12)))"
                " WHERE id = %(id)s AND state = 'sending' AND claimed_at = %(claimed_at)s",
                {"id": effect.id, "error": error, "claimed_at": effect.claimed_at},
            )

    def waiting(self) -> list[str]:
        """In a sentence for each cause: letters that were tried in vain, again and again."""
        found = self.service.rows(
            "SELECT split_part(replace(error, %(no_connection)s, ''), ' ', 1) AS cause,"
            " count(*) AS n, min(waits_since) AS since, max(attempts) AS attempts"
            " FROM effects WHERE state = 'due' AND waits_since IS NOT NULL"
            " GROUP BY cause HAVING max(attempts) >= %(often)s ORDER BY n DESC",
            often=TRIED_IN_VAIN,
            no_connection=NO_CONNECTION,
        )
        return [
            f"{_count(row['n'])} since {row['since'].astimezone(UTC):%Y-%m-%d %H:%M} UTC: {row['cause']}."
            " See: csc letters list --state due; once it is mended: csc letters retry"
            for row in found
        ]

    def hurry(self) -> int:
        """Letters that were tried in vain are tried again now, not when their time has come; how many."""
        with self.service.transaction() as curs:
            curs.execute(
                "UPDATE effects SET due_at = now(), queued_at = NULL"
                " WHERE state = 'due' AND attempts > 0 AND error IS NOT NULL AND due_at > now()"
            )
            return int(curs.rowcount)

    def send_scout(self) -> int:
        """The letter that has waited longest for a connection is tried now, unless one was tried just now."""
        return self._try_now(SCOUT)

    def follow_scout(self) -> int:
        """One letter met a server that answers: those that waited for one are tried now, each as often as a scout."""
        return self._try_now(FOLLOWERS)

    def _try_now(self, which: str) -> int:
        told = {
            "no_connection": f"{NO_CONNECTION}%",
            "scout": SCOUT_SECONDS,
            "locked_out": f"{LOCKED_OUT}%",
            "locked_out_scout": LOCKED_OUT_SECONDS,
        }
        with self.service.transaction() as curs:
            curs.execute(which, told)
            return int(curs.rowcount)

    def admit_unknown(self) -> None:
        """A claim that nobody settled: its sender died between the server's yes and ours, so nobody can know."""
        with self.service.transaction() as curs:
            curs.execute(
                "UPDATE effects SET state = 'unknown', settled_at = now(), error = 'the sender died while sending'"
                " WHERE state = 'sending' AND claimed_at < now() - make_interval(secs => %(claim)s)",
                {"claim": CLAIM_SECONDS},
            )


CLAIM = """
    UPDATE effects SET state = 'sending', claimed_at = now(),
        attempts = attempts + CASE
            -- Before its own time (`try_later`) it is tried to see whether the server is back.
            WHEN error LIKE %(no_connection)s
                AND claimed_at + make_interval(secs => least(3600, 2 ^ least(attempts, 12))) > now()
            THEN 0 ELSE 1
        END
    WHERE id = %(id)s AND state = 'due' AND due_at <= now()
    RETURNING id, kind, subject_id, recipient_id, facts, attempts, claimed_at
"""
SCOUT = """
    UPDATE effects SET due_at = now(), queued_at = NULL
    WHERE id = (
        SELECT id FROM effects WHERE state = 'due' AND due_at > now() AND error LIKE %(no_connection)s
        -- Of two mailers one has the scout; the other has none.
        ORDER BY waits_since, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    AND NOT EXISTS (
        SELECT 1 FROM effects WHERE state IN ('due', 'sending') AND error LIKE %(no_connection)s
        AND (state = 'sending' OR due_at <= now() OR claimed_at > now() - make_interval(secs =>
            CASE WHEN error LIKE %(locked_out)s THEN %(locked_out_scout)s ELSE %(scout)s END))
    )
"""
FOLLOWERS = """
    UPDATE effects SET due_at = now(), queued_at = NULL
    WHERE state = 'due' AND due_at > now() AND error LIKE %(no_connection)s
    AND claimed_at < now() - make_interval(secs => %(scout)s)
"""


def _count(letters: int) -> str:
    return "1 letter waits" if letters == 1 else f"{letters:,} letters wait"


class Unsure(Exception):
    """The server may have taken the message: it went silent after all of it was sent."""


class Refused(Exception):
    """The server refused the message for good."""


class NoConnection(Exception):
    """The server was away, or did not let us in: that is no matter of the message."""


async def send(server: MailServer, message: EmailMessage) -> None:
    """Hand one message to the server. Raises NoConnection, Refused, Unsure, or what aiosmtplib raises before any of
    it was sent."""
    client = _client(server)
    is_under_way = False
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await _connect(client, server)
            await client.mail(_returned_to(message))
            for recipient in message["To"].addresses:
                await client.rcpt(recipient.addr_spec)
            is_under_way = True
            await client.data(message.as_bytes(policy=LETTERS))
    except aiosmtplib.SMTPResponseException as problem:
        if 500 <= problem.code < 600:
            raise Refused(_said(problem)) from problem
        # An answer that is none: the message may have been taken.
        if is_under_way and not 400 <= problem.code < 500:
            raise Unsure(_said(problem)) from problem
        raise
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as problem:
        if is_under_way:
            raise Unsure(_said(problem)) from problem
        raise
    finally:
        client.close()


async def _connect(client: aiosmtplib.SMTP, server: MailServer) -> None:
    """Raises NoConnection, also where our own settings are wrong."""
    try:
        await client.connect()
        if server.user:
            await client.login(server.user, server.password)
    except (aiosmtplib.SMTPException, OSError) as problem:
        raise NoConnection(_said(problem)) from problem


def _returned_to(message: EmailMessage) -> str:
    """The signed address: what comes back undelivered shows by it which letter of which matter it was."""
    return str((message["Reply-To"] or message["From"]).addresses[0].addr_spec)


def _client(server: MailServer) -> aiosmtplib.SMTP:
    """Certificates are always checked; where STARTTLS is demanded and not offered, nothing is sent."""
    url = urlsplit(server.url)
    return aiosmtplib.SMTP(
        hostname=url.hostname,
        port=url.port,
        timeout=20,
        use_tls=url.scheme == "smtps",
        start_tls=url.scheme == "smtp+starttls",
        cert_bundle=server.ca_file or None,
    )


def _said(problem: BaseException) -> str:
    """For the ledger, which outlives people: what went wrong, without the addresses that servers repeat."""
    code = getattr(problem, "code", "")
    words = getattr(problem, "message", "") or problem
    return re.sub(
        r"[^\s<>()'\"]+@[^\s<>()'\"]+", "(address)", f"{type(problem).__name__} {code} {words}"
    )[:500]


def mail_broker(nats: NatsSettings) -> NatsBroker:
    """FastStream's broker, which gives up no more than our own connections do."""
    return NatsBroker(
        nats.url.split(","),
        security=SASLPlaintext(nats.user, nats.password),
        inbox_prefix=f"_INBOX_{nats.user}",
        max_reconnect_attempts=-1,
        ping_interval=10,
        logger=None,
        graceful_timeout=1,
    )


class Mailer:
    """Moves letters from the ledger through the work queue `mail.<service>` to the SMTP server."""

    def __init__(
        self, service: "Service", compose: Compose, server: MailServer, nats: NatsSettings
    ) -> None:
        self.ledger, self.compose = Ledger(service), compose
        self.server, self.nats = server, nats
        self.is_held: Callable[[], bool] = lambda: service.is_held()  # noqa: PLW0108  # main gives it later
        self.subject, self.stream = f"mail.{service.name}", f"MAIL_{service.name.upper()}"
        self.sending: set[asyncio.Task[None]] = set()
        self.beat = time.monotonic()
        self.halted: str | None = None
        self.last_error = ""
        self.complaints: list[str] = []

    async def run(self) -> None:
        try:
            await self._run()
        finally:
            await self._hear_answers()

    async def _hear_answers(self) -> None:
        """Who is asked to end, once or again, waits for the answers to what is being sent."""
        until = time.monotonic() + SEND_SECONDS
        while self.sending and (left := until - time.monotonic()) > 0:
            with suppress(asyncio.CancelledError):
                await asyncio.wait(self.sending, timeout=left)

    async def _run(self) -> None:
        while True:
            broker = mail_broker(self.nats)
            self._subscribe(broker)
            try:
                await broker.start()
                while True:
                    await self._fill_queue(broker)
                    self.beat, self.last_error = time.monotonic(), ""
                    await asyncio.sleep(0.5)
            except (NatsError, OSError, TimeoutError, PersistenceError) as problem:
                self.last_error = repr(problem)
                log.info("mail queue %s again: %r", self.subject, problem)
            finally:
                # A server that hangs does not take the goodbye either.
                with suppress(NatsError, OSError, TimeoutError):
                    await broker.stop()
            await asyncio.sleep(0.5)

    def _subscribe(self, broker: NatsBroker) -> None:
        @broker.subscriber(
            self.subject,
            stream=JStream(self.stream, declare=False),
            durable="mailer",
            pull_sub=PullSub(batch_size=4, timeout=2),
            # The ledger decides what is sent; a message on the queue is only a nudge, so it is taken off in any case.
            ack_policy=AckPolicy.MANUAL,
            inbox_prefix=f"_INBOX_{self.nats.user}.".encode(),
            include_in_schema=False,
        )
        async def on_nudge(effect_id: str, message: NatsMessage) -> None:
            await message.ack()
            # The broker may end meanwhile, with the server's answer still to come.
            sending = asyncio.create_task(self.deliver(UUID(effect_id)))
            self.sending.add(sending)
            sending.add_done_callback(self.sending.discard)
            await asyncio.shield(sending)

    async def _fill_queue(self, broker: NatsBroker) -> None:
        # A wiped queue takes its consumer with it: this raises, and everything is set up anew.
        await broker.connection.jetstream().consumer_info(self.stream, "mailer")
        await asyncio.to_thread(self.ledger.admit_unknown)
        self.complaints = await asyncio.to_thread(self.ledger.waiting)
        if self.is_held():
            return
        await asyncio.to_thread(self.ledger.send_scout)
        for effect_id in await asyncio.to_thread(self.ledger.due):
            await broker.publish(str(effect_id), self.subject, stream=self.stream)

    async def deliver(self, effect_id: UUID) -> None:
        """Send one letter if it is still to be sent, and say in the ledger what became of it."""
        effect = None
        if not self.is_held():
            effect = await asyncio.to_thread(self.ledger.claim, effect_id)
        if effect is None:
            return
        state, why = await self._try(effect)
        if state == "due":
            await asyncio.to_thread(self.ledger.try_later, effect, why)
            return
        await asyncio.to_thread(self.ledger.settle, effect, state, why)
        if state in ("sent", "refused"):
            await asyncio.to_thread(self.ledger.follow_scout)

    async def _try(self, effect: Effect) -> tuple[str, str]:  # noqa: PLR0911  # a state for each end
        """The state of the letter from now on, and why."""
        try:
            message = await asyncio.to_thread(self.compose, effect)
            if message is None:
                return "cancelled", "the recipient is gone"
            await send(self.server, message)
        except NothingToTell:
            return "cancelled", "there was nothing to tell"
        except Refused as problem:
            return "refused", str(problem)
        except Unsure as problem:
            return "unknown", str(problem)
        except NoConnection as problem:
            return "due", f"{NO_CONNECTION}{problem}"
        except (NotNow, aiosmtplib.SMTPException, OSError, TimeoutError) as problem:
            return "due", _said(problem)
        except Exception as problem:
            # It could not even be written, so it did not go out: it stays due, and an operator sees why.
            log.exception("letter %s (%s) cannot be written", effect.id, effect.kind)
            return "due", type(problem).__name__
        return "sent", ""
