"""What a mail that came in does in outreach: a reply resets the clocks, a bounce asks for another contact."""

from collections.abc import Sequence
from uuid import UUID

from services.outreach import reading, rows
from services.outreach.application import Outreach
from services.outreach.domain.pair import Pair
from services.outreach.domain.refusals import BelongsToAThread
from services.outreach.letters import matter_of
from shared.inbound import InboundKind
from shared.inbox import BY_ITS_WORD, Arrival, Inbox
from shared.mail import Effect, cancel_letters
from shared.mail_domains import is_of_the_house
from shared.recorder import Write
from shared.refusals import NotFound
from shared.return_address import About, Matter, ReturnAddresses

LONGEST = 20_000
OF_BEFORE = (
    "UPDATE replies SET person_id = %(person_id)s WHERE reply_id = %(id)s AND person_id IS NULL",
)
"""Answers of strangers from when they had no ids."""


def inbox(outreach: Outreach, addresses: ReturnAddresses) -> Inbox:
    def take(arrival: Arrival, matter: Matter, writes: Sequence[Write]) -> str:
        return _take(outreach, arrival, matter, writes)

    def who(email: str, _: Matter | None) -> UUID | None:
        return outreach.contact_with(email)

    def find(effect_id: UUID) -> Matter | None:
        return _matter(outreach, effect_id)

    return Inbox(outreach, addresses, take, who, find, own_besides=OF_BEFORE)


def _take(outreach: Outreach, arrival: Arrival, matter: Matter, writes: Sequence[Write]) -> str:
    if matter.about is not About.THREAD:
        raise BelongsToAThread
    pair = outreach.load(Pair, _pair_of(outreach, matter.id))
    wrote_to = _wrote_to(outreach, pair, matter.id)
    match arrival.reading.kind:
        case InboundKind.REPLY | InboundKind.BOUNCE if not _counts(arrival, wrote_to):
            return BY_ITS_WORD
        case InboundKind.REPLY:
            _reply(outreach, pair, matter.id, arrival, writes)
        case InboundKind.BOUNCE if pair.threads[matter.id].undeliverable_since is None:
            return _bounce(outreach, pair, matter.id, wrote_to, arrival, writes)
        case _:
            # Nobody has answered: the clocks go on.
            outreach.keep(*writes)
    return ""


def _wrote_to(outreach: Outreach, pair: Pair, thread_id: UUID) -> str:
    """The address to which the letters of a thread go; empty where nobody knows it."""
    contact_id = pair.threads[thread_id].contact_id
    contact = reading.contact(outreach, contact_id) if contact_id else None
    return contact.email.lower() if contact else ""


def _counts(arrival: Arrival, wrote_to: str) -> bool:
    """It came to the address that our letter gave, from the house that we wrote to, or staff have judged it."""
    is_theirs = is_of_the_house(arrival.reading.sender, wrote_to)
    return arrival.is_signed or arrival.is_judged or is_theirs


def _bounce(
    outreach: Outreach,
    pair: Pair,
    thread_id: UUID,
    wrote_to: str,
    arrival: Arrival,
    writes: Sequence[Write],
) -> str:
    """What came back from another address than the contact's says nothing about the contact."""
    if not arrival.is_judged and wrote_to not in arrival.reading.failed:
        return "It came back from an address to which the letters of this thread do not go."
    pair.report_bounce(thread_id, outreach.clock())
    outreach.record(pair, also=writes)
    return ""


def _reply(
    outreach: Outreach, pair: Pair, thread_id: UUID, arrival: Arrival, writes: Sequence[Write]
) -> None:
    at = pair.heard_at(thread_id, arrival.at, outreach.clock())
    pair.receive_reply(thread_id, arrival.inbound_id, at, outreach.clock())
    text = arrival.reading.text[:LONGEST]
    number, who = arrival.inbound_id, arrival.person_id
    reply = rows.reply(outreach.vault, number, pair.id, thread_id, text, at, who)
    needless = cancel_letters(pair.id, "follow_up", "member_asked")
    outreach.record(pair, also=[*writes, reply, needless, rows.cancel_first_letter(thread_id)])


def _pair_of(outreach: Outreach, thread_id: UUID) -> UUID:
    """Raises NotFound."""
    found = outreach.rows("SELECT pair_id FROM threads WHERE thread_id = %(id)s", id=thread_id)
    if not found:
        raise NotFound(thing="thread", id=thread_id)
    pair_id: UUID = found[0]["pair_id"]
    return pair_id


def _matter(outreach: Outreach, effect_id: UUID) -> Matter | None:
    found = outreach.rows(
        "SELECT id, kind, subject_id, recipient_id, facts, attempts FROM effects WHERE id = %(id)s",
        id=effect_id,
    )
    return matter_of(Effect(**found[0])) if found else None
