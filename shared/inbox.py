"""Mail that came in, in each service that answers for it: kept sealed, matched to its matter, or left for staff."""

import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, LiteralString
from uuid import UUID, uuid5

from pydantic import BaseModel, Field

from shared import inbound
from shared.application import Service
from shared.due import MOST, Due, DueKind
from shared.erasing import id_of_address
from shared.forgetting import AWAY
from shared.inbound import InboundKind, Reading
from shared.pages import Page, keys_of, page
from shared.personal import Holding, opened
from shared.recorder import Write
from shared.refusals import HappenedAtOnce, NotFound, Refusal
from shared.return_address import Matter, ReturnAddresses

log = logging.getLogger(__name__)
MESSAGES = UUID("7c0f1d52-6a1e-5b0f-9d35-4f0a2f0c8b11")
ATTEMPTS = 5
BATCH = 100
LONGEST_AGO = timedelta(days=365)
"""Whoever pastes a mail with an older date has its writer's broken clock before them."""
UNMATCHED = "Nothing shows what it is about."
BY_ITS_WORD = "It came neither to the address that our letter gave nor from where we wrote to: see who wrote it."
"""The numbers of letters can be guessed; the signed address cannot."""
LOOKS_AUTOMATIC = (
    "It looks like an automatic answer and does not say so: see whether somebody wrote it."
)
SENT_ON = "Somebody sent on what another is said to have written: see whether it is so."
HOLDINGS = (
    Holding(
        "inbound",
        ("inbound_id",),
        ("person_id",),
        ("sealed",),
        "A mail that came in",
        says=("sender",),
    ),
    Holding(
        "attachments",
        ("inbound_id", "number"),
        ("person_id",),
        ("sealed_name", "sealed"),
        "A file that came with a mail",
        files=("sealed",),
    ),
)


class MailIsGone(Refusal):
    """This mail was removed: its writer asked to be forgotten, or the time for which it is kept is over."""

    next_step = "Set it aside; whoever wrote it can write again."


class NothingComesOfIt(Refusal):
    """There it would change nothing. {why}"""

    next_step = "Do there yourself what the mail asks for, then set it aside."


class KeptElsewhere(Refusal):
    """Mail about a {about} is kept by {keeper}."""

    next_step = "Paste it there (POST /inbound/pasted of that service), and set it aside here."


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail to act upon: which, from whom where the sender is known, and when it came."""

    inbound_id: UUID
    reading: Reading
    person_id: UUID | None
    """Of somebody who is on no record the id that their address has; none where the mail names no sender."""
    at: datetime
    is_judged: bool = False
    """Staff have said what it is about."""
    is_signed: bool = False
    """It came to an address that we signed, so that it has seen our letter."""


Take = Callable[[Arrival, Matter, Sequence[Write]], str]
"""Lets a mail have its effect, in one transaction with the writes; else says why staff have to look at it.
Raises what the domain refuses."""


class InboundView(BaseModel):
    """A mail that came in."""

    inbound_id: UUID
    kind: InboundKind
    about: Annotated[
        str | None, Field(description="case, listing, pair or thread; null: not matched yet.")
    ]
    subject_id: UUID | None
    waits: Annotated[bool, Field(description="Staff have to look at it.")]
    received_at: datetime
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    text: Annotated[str, Field(description="Without quotations; empty once it was removed.")] = ""
    whole: str = ""
    failed: list[str] = []
    attachments: list[str] = []
    why_waiting: str = ""


class Taken(BaseModel):
    """What became of a mail."""

    inbound_id: UUID
    kind: InboundKind
    about: str | None
    subject_id: UUID | None
    waits: bool


class Inbox:
    """One service's mail. `who`: the person whose address it is, of several the one whom the matter concerns;
    `find`: the matter that a letter of ours was about."""

    def __init__(
        self,
        service: Service,
        addresses: ReturnAddresses,
        take: Take,
        who: Callable[[str, Matter | None], UUID | None],
        find: Callable[[UUID], Matter | None],
        lets_lie: Callable[[UUID], bool] = lambda _: False,
        own_besides: Sequence[LiteralString] = (),
    ) -> None:
        """`lets_lie`: of a letter that anybody can have sent to anybody, so that what comes back of it needs nobody;
        `own_besides`: what a mail left beside it gets its writer too, by its `id` and `person_id`."""
        self.own_besides = own_besides
        self.service, self.addresses = service, addresses
        self.take, self.who, self.find, self.lets_lie = take, who, find, lets_lie

    def match(self, reading: Reading) -> tuple[Matter | None, bool]:
        """By the address that it was sent to, else by the letter of ours that it answers or brings back; and whether
        the address was signed by us."""
        signed = self.addresses.read(reading.recipients)
        found = (self.find(each) for each in self._letters(reading))
        return signed or next(filter(None, found), None), signed is not None

    def _letters(self, reading: Reading) -> list[UUID]:
        """Those of this service that it answers or brings back."""
        told = filter(None, map(_letter_of, reading.refers_to))
        return [effect_id for effect_id, keeper in told if keeper == self.service.name]

    @property
    def keeps_the_rest(self) -> bool:
        """Mail that nothing matches lies with outreach, whose staff write to everybody."""
        return self.service.name == "outreach"

    def answers_for(self, reading: Reading) -> bool:
        """Of a mailbox that services share: by the address, else by the letter that is answered, else the rest."""
        claimed = self.addresses.claimed(reading.recipients)
        if claimed is not None:
            return claimed.keeper == self.service.name
        answered = next(filter(None, map(_letter_of, reading.refers_to)), None)
        return answered[1] == self.service.name if answered else self.keeps_the_rest

    def paste(self, raw: bytes, given: Matter | None) -> Taken:
        """One that reached somebody else came when it was written, if that was before now. Raises NotAMail."""
        now = self.service.clock()
        written_at = inbound.read(raw).written_at or now
        is_likely = now - LONGEST_AGO <= written_at <= now
        return self.receive(raw, given, written_at if is_likely else now)

    def receive(
        self, raw: bytes, given: Matter | None = None, came_at: datetime | None = None
    ) -> Taken:
        """A mail is taken once, however often it is brought. Raises NotAMail."""
        reading = inbound.read(raw)
        inbound_id = uuid5(MESSAGES, reading.identity)
        known = self._known(inbound_id)
        if known is not None:
            return self.assign(inbound_id, given) if given and known.waits else known
        found, is_signed = self.match(reading)
        matter, is_judged = given or found, given is not None
        person_id, at = self._sender(reading, matter), came_at or self.service.clock()
        arrival = Arrival(inbound_id, reading, person_id, at, is_judged, is_signed)
        return self._settle(arrival, matter, fresh=True)

    def _sender(
        self, reading: Reading, matter: Matter | None, before: UUID | None = None
    ) -> UUID | None:
        """`before`: whose it was so far; an address that was removed from it is nobody's."""
        known = self.who(reading.sender, matter) or before
        is_stranger = known is None and "@" in reading.sender
        return id_of_address(self.service.vault, reading.sender) if is_stranger else known

    def prepare(self) -> None:
        """Before a door opens; where the database or the vault is away, the next start does it."""
        try:
            self._own_what_strangers_wrote()
        except AWAY as problem:
            log.warning("mails of strangers get their ids at the next start: %r", problem)

    def _own_what_strangers_wrote(self) -> None:
        """What was kept before addresses had ids; saying it twice is harmless."""
        last = UUID(int=0)
        while found := self.service.rows(
            "SELECT inbound_id, sealed FROM inbound WHERE person_id IS NULL AND inbound_id > %(last)s"
            " ORDER BY inbound_id LIMIT %(batch)s",
            last=last,
            batch=BATCH,
        ):
            last = found[-1]["inbound_id"]
            for row, text in opened(self.service, found):
                if "@" in (sender := json.loads(text)["sender"] if text else ""):
                    person_id = id_of_address(self.service.vault, sender)
                    self.service.keep(*self._owned(row["inbound_id"], person_id))

    def _owned(self, inbound_id: UUID, person_id: UUID) -> list[Write]:
        row = {"id": inbound_id, "person_id": person_id}
        return [_running(query, row) for query in (WROTE, OWNED, *self.own_besides)]

    def assign(self, inbound_id: UUID, matter: Matter, kind: InboundKind | None = None) -> Taken:
        """Staff say what a mail is about; it has its effect now. Raises MailIsGone, NothingComesOfIt."""
        row = self._row(inbound_id)
        told = self._told(row)
        if told is NOTHING:
            raise MailIsGone
        reading = Reading(
            message_id=told["message_id"],
            kind=kind or InboundKind(row["kind"]),
            sender=told["sender"],
            sender_name=told["sender_name"],
            recipients=(),
            refers_to=(),
            subject=told["subject"],
            text=told["text"],
            whole=told["whole"],
            failed=tuple(told["failed"]),
        )
        person_id = self._sender(reading, matter, row["person_id"])
        arrival = Arrival(inbound_id, reading, person_id, row["received_at"], is_judged=True)
        return self._settle(arrival, matter, fresh=False)

    def set_aside(self, inbound_id: UUID) -> Taken:
        """Nothing has to be done about it any more."""
        self._row(inbound_id)
        self.service.keep(
            lambda curs: curs.execute(
                "UPDATE inbound SET waits = false WHERE inbound_id = %(id)s", {"id": inbound_id}
            )
        )
        known = self._known(inbound_id)
        assert known is not None
        return known

    def _settle(self, arrival: Arrival, matter: Matter | None, *, fresh: bool) -> Taken:
        """Raises KeptElsewhere."""
        if matter is not None and matter.about.keeper != self.service.name:
            raise KeptElsewhere(about=matter.kind, keeper=matter.about.keeper)
        if matter is None:
            why = "" if self._needs_nobody(arrival.reading) else UNMATCHED
        elif not arrival.is_judged and not arrival.reading.is_sure:
            is_automatic = arrival.reading.kind is InboundKind.AUTOMATIC
            why = LOOKS_AUTOMATIC if is_automatic else SENT_ON
        else:
            why = self._try(arrival, matter, fresh=fresh)
        if why or matter is None:
            self.service.keep(*self._writes(arrival, matter, why, fresh=fresh))
        known = self._known(arrival.inbound_id)
        assert known is not None
        return known

    def _needs_nobody(self, reading: Reading) -> bool:
        is_written = reading.kind is InboundKind.REPLY or not reading.is_sure
        return not is_written and any(map(self.lets_lie, self._letters(reading)))

    def _try(self, arrival: Arrival, matter: Matter, *, fresh: bool) -> str:
        """Why staff have to look, or nothing where it had its effect."""
        for attempt in range(ATTEMPTS):
            try:
                return self._let(arrival, matter, self._writes(arrival, matter, "", fresh=fresh))
            except HappenedAtOnce:
                # It may have been brought twice at once.
                if fresh and self._known(arrival.inbound_id) is not None:
                    return ""
                if attempt == ATTEMPTS - 1:
                    raise
            except Refusal as refusal:
                if not fresh:
                    raise
                return refusal.sentence
        raise AssertionError("unreachable")

    def _let(self, arrival: Arrival, matter: Matter, writes: list[Write]) -> str:
        """What nobody wrote and staff have seen is kept with its matter, also where it has no effect there."""
        why = self.take(arrival, matter, writes)
        if why and arrival.is_judged and arrival.reading.kind is InboundKind.REPLY:
            raise NothingComesOfIt(why=why)
        if why and arrival.is_judged:
            self.service.keep(*writes)
        return "" if arrival.is_judged else why

    def _writes(
        self, arrival: Arrival, matter: Matter | None, why: str, *, fresh: bool
    ) -> list[Write]:
        row: dict[str, Any] = {
            "id": arrival.inbound_id,
            "kind": arrival.reading.kind.value,
            "about": matter.kind if matter else None,
            "subject_id": matter.id if matter else None,
            "person_id": arrival.person_id,
            "waits": bool(why),
            "why": why,
            "at": arrival.at,
            "now": self.service.clock(),
        }
        if not fresh:
            return [lambda curs: curs.execute(MATCHED, row), lambda curs: curs.execute(OWNED, row)]
        texts = self.service.vault.seal_all(_texts(arrival.reading))
        row["sealed"] = texts[0]
        files = [
            row | {"number": n, "sealed_name": texts[1 + 2 * n], "sealed": texts[2 + 2 * n]}
            for n in range(len(arrival.reading.attachments))
        ]
        return [
            lambda curs: curs.execute(KEPT, row),
            *((lambda curs: curs.executemany(FILE, files)) for _ in files[:1]),
        ]

    def _known(self, inbound_id: UUID) -> Taken | None:
        found = self.service.rows(
            "SELECT inbound_id, kind, about, subject_id, waits FROM inbound WHERE inbound_id = %(id)s",
            id=inbound_id,
        )
        return Taken(**found[0]) if found else None

    def _row(self, inbound_id: UUID) -> dict[str, Any]:
        """Raises NotFound."""
        found = self.service.rows("SELECT * FROM inbound WHERE inbound_id = %(id)s", id=inbound_id)
        if not found:
            raise NotFound(thing="mail", id=inbound_id)
        return found[0]

    def _told(self, row: dict[str, Any]) -> dict[str, Any]:
        text = self.service.vault.open(row["sealed"])
        return NOTHING | json.loads(text) if text else NOTHING

    def one(self, inbound_id: UUID) -> InboundView:
        return self.view(self._row(inbound_id))

    def view(self, row: dict[str, Any]) -> InboundView:
        names = self.service.rows(
            "SELECT sealed_name FROM attachments WHERE inbound_id = %(id)s ORDER BY number",
            id=row["inbound_id"],
        )
        opened = self.service.vault.open_all([each["sealed_name"] for each in names])
        told = self._told(row) | {"attachments": [name or "" for name in opened]}
        return InboundView.model_validate(row | told)

    def about(self, matter: Matter) -> list[InboundView]:
        """The mails of a matter, the oldest first."""
        found = self.service.rows(
            "SELECT * FROM inbound WHERE about = %(about)s AND subject_id = %(id)s"
            " ORDER BY received_at, inbound_id",
            about=matter.kind,
            id=matter.id,
        )
        return [self.view(row) for row in found]

    def page(self, *, waiting: bool, limit: int, cursor: str | None) -> Page[InboundView]:
        keys = ("received_at", "inbound_id")
        at, last_id = keys_of(cursor, keys) or (None, None)
        found = self.service.rows(
            "SELECT * FROM inbound WHERE (NOT %(waiting)s OR waits)"
            " AND (%(at)s::timestamptz IS NULL OR (received_at, inbound_id) > (%(at)s, %(last_id)s::uuid))"
            " ORDER BY received_at, inbound_id LIMIT %(limit)s",
            waiting=waiting,
            at=at,
            last_id=last_id,
            limit=limit + 1,
        )
        whole = [row | self.view(row).model_dump() for row in found]
        return page(InboundView, whole, limit, keys)

    def attachment(self, inbound_id: UUID, number: int) -> tuple[str, bytes]:
        """Its name and its bytes. Raises NotFound."""
        found = self.service.rows(
            "SELECT sealed_name, sealed FROM attachments"
            " WHERE inbound_id = %(id)s AND number = %(number)s",
            id=inbound_id,
            number=number,
        )
        content = self.service.vault.open_bytes(found[0]["sealed"]) if found else None
        if content is None:
            raise NotFound(thing="file", id=f"{inbound_id}/{number}")
        return self.service.vault.open(found[0]["sealed_name"]) or "", content


NOTHING: dict[str, Any] = dict.fromkeys(
    ("message_id", "sender", "sender_name", "subject", "text", "whole"), ""
) | {"failed": []}
"""Of a mail that was removed."""

KEPT = (
    "INSERT INTO inbound (inbound_id, kind, about, subject_id, person_id, waits, why_waiting, received_at, kept_at,"
    " sealed) VALUES (%(id)s, %(kind)s, %(about)s, %(subject_id)s, %(person_id)s, %(waits)s, %(why)s, %(at)s,"
    " %(now)s, %(sealed)s)"
)
MATCHED = (
    "UPDATE inbound SET kind = %(kind)s, about = %(about)s, subject_id = %(subject_id)s, waits = %(waits)s,"
    " why_waiting = %(why)s, person_id = %(person_id)s"
    " WHERE inbound_id = %(id)s"
)
WROTE = "UPDATE inbound SET person_id = %(person_id)s WHERE inbound_id = %(id)s"
OWNED = "UPDATE attachments SET person_id = %(person_id)s WHERE inbound_id = %(id)s"
FILE = (
    "INSERT INTO attachments (inbound_id, number, person_id, sealed_name, sealed)"
    " VALUES (%(id)s, %(number)s, %(person_id)s, %(sealed_name)s, %(sealed)s)"
)


def _texts(reading: Reading) -> list[str | bytes]:
    told = {
        "message_id": reading.message_id,
        "sender": reading.sender,
        "sender_name": reading.sender_name,
        "subject": reading.subject,
        "text": reading.text,
        "whole": reading.whole,
        "failed": reading.failed,
    }
    files: list[str | bytes] = []
    for file in reading.attachments:
        files += [file.name, file.content]
    return [json.dumps(told, ensure_ascii=False), *files]


def _running(query: LiteralString, row: dict[str, Any]) -> Write:
    return lambda curs: curs.execute(query, row)


OUR_LETTER = re.compile(r"<([0-9a-f-]{36})\.(intake|outreach)@")


def _letter_of(message_id: str) -> tuple[UUID, str] | None:
    """Our letters bear the number of their row and the name of the service whose ledger has it."""
    found = OUR_LETTER.match(message_id)
    try:
        return (UUID(found[1]), found[2]) if found else None
    except ValueError:
        return None


def due_mail(service: Service, name: str, until: date) -> list[Due]:
    """Mail that waits for staff, since the day on which it came."""
    found = service.rows(
        "SELECT inbound_id, about, subject_id, why_waiting, received_at, sealed FROM inbound"
        " WHERE waits ORDER BY received_at, inbound_id LIMIT %(most)s",
        most=MOST,
    )
    return [
        Due(
            kind=DueKind.MAIL,
            id=row["inbound_id"],
            case_id=row["subject_id"] if row["about"] == "case" else None,
            about=_from_whom(text),
            what=row["why_waiting"].rstrip(".") or "somebody has to look at it",
            due_on=min(row["received_at"].date(), until),
            opens=f"/api/{name}/v1/inbound/{row['inbound_id']}",
        )
        for row, text in opened(service, found)
    ]


def _from_whom(text: str | None) -> str:
    """For a line of the digest, which is looked up anew each time it is shown."""
    if text is None:
        return "A mail that came in"
    told = json.loads(text)
    sender = told["sender_name"] or told["sender"] or "somebody who left no address"
    return f"A mail from {sender}, “{told['subject'][:80] or 'without a subject'}”"
