"""The mail of outreach: which letter an event causes, and its words; all of it from the partnerships address (B18)."""

from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

from services.outreach import reading
from services.outreach.administrators import Administrators
from services.outreach.domain.pair import Pair
from services.outreach.domain.partnership import Partnership
from services.outreach.letters.meetings import (
    ABOUT_MEETINGS,
    INVITING,
    put_invitation,
    reader_of,
    words,
)
from services.outreach.owners import Owners
from shared.aggregates import DomainEvent
from shared.application import Service
from shared.letter_words import LetterWords
from shared.mail import Compose, Desk, Effect, Letter, earlier_letters, put_head
from shared.meeting_letters import everybody, letters_of_date, letters_of_owners, meeting_facts
from shared.place_names import full_name
from shared.return_address import About, Matter, ReturnAddresses
from shared.templates import Kind, Templates, one_line, put_parts, put_words

CORRESPONDENCE = ("contact", "follow_up")
"""Letters that staff wrote, to a contact; the others are ours, to a member's administrator."""
WHILE_WRITING = (*CORRESPONDENCE, "member_asked")
"""What a stop takes back."""
AFTER_HAND_OVER = ("handed_over", "member_asked")
"""What goes out to the member because of a hand-over."""
SENDER = "Cities Seeking Cities, Sister Cities International"


@dataclass(frozen=True)
class Addresses:
    """Where answers go, and where people find the programme."""

    partnerships: str = "partnerships@sister-cities.org"
    public_url: str = "http://localhost:8080"
    timezone: str = "America/New_York"
    """Where staff work who have told no clock of their own."""
    returns: ReturnAddresses | None = None
    """Signs into the return address what a letter is about."""

    @property
    def desk(self) -> Desk:
        return Desk(SENDER, self.partnerships, "outreach")


def letters_of(event: DomainEvent) -> Iterable[Letter]:
    """Letters to a member name the community, so that they reach whoever is its administrator then."""
    about: Any = event.originator_id
    match event:
        case Pair.EmbassyContacted() | Pair.ChannelContacted():
            if event.letter_id is not None and event.contact_id is not None:
                due_at = event.delivery.goes_out_at
                yield Letter("contact", about, event.contact_id, _facts(event), due_at)
        case Pair.FollowUpWritten():
            yield Letter("follow_up", about, event.contact_id, _facts(event), event.goes_out_at)
        case Pair.HandedOverToMember(is_first=True):
            yield Letter("handed_over", about, event.sides.community_id)
        case Pair.MemberAsked():
            yield Letter("member_asked", about, event.sides.community_id)
        case Partnership.CheckInDue():
            yield Letter("check_in", about, event.community_id, {"months": event.months})
        case _:
            yield from _of_introductions(event)


def _of_introductions(event: Any) -> Iterable[Letter]:
    """A date that was put down when it had passed asks nobody to come."""
    about = event.originator_id
    match event:
        case Pair.IntroductionSlotsProposed():
            facts = {"slots": [each.isoformat() for each in event.slots], "minutes": event.minutes}
            yield Letter("introduction_slots", about, event.sides.community_id, facts)
            if event.contact_id is not None:
                yield Letter("introduction_slots", about, event.contact_id, facts)
        case Pair.IntroductionArranged() if event.starts_at > event.at:
            contact = (event.contact_id,) if event.contact_id else ()
            guests = (event.sides.community_id, *contact, *event.guests)
            yield from letters_of_date(
                event,
                everybody(guests, event.owner),
                new="introduction_arranged",
                moved="introduction_moved",
                without="introduction_without_you",
            )
        case Pair.IntroductionCalledOff(was_missed=False):
            facts = meeting_facts(
                event.starts_at, event.minutes, event.at, event.originator_version, event.by
            )
            for each in everybody(event.invited, event.owner):
                yield Letter("introduction_cancelled", about, each, facts)
        case Pair.PairAssigned() if event.introduction_at is not None:
            yield from letters_of_owners(
                event, event.introduction_at, event.introduction_minutes, "introduction"
            )


def _facts(event: Any) -> dict[str, str]:
    return {"thread_id": str(event.thread_id), "letter_id": str(event.letter_id)}


ALWAYS = {
    "place": "the member's city, with its state",
    "city": "the city abroad, with its country",
    "public_url": "where people find the programme",
}
OF_CASES = {"subject_id": "the number of the case"}
OF_MEETINGS = {
    "when": "day and time of the conversation, in both cities and where the reader is",
    "own": "the same where the reader is, alone",
    "slots": "the times that are proposed, a line each",
    "minutes": "how long it takes",
    "details": "agenda, place, link and interpreter, where they are known",
    "stands": "which time stands until one of them is picked, where one is set",
    "earlier": "day and time at which it was to be before",
    "staff": "who of our staff takes part, where somebody has the pair",
    "if_not": "what the reader can do where the time does not suit",
    "by": "that the reader called it off, where they did",
    "next": "what is to happen in place of a conversation that does not take place",
}
KINDS = {
    "handed_over": Kind(
        ALWAYS | OF_CASES | {"contact": "the contact abroad: name, office, address"}
    ),
    "member_asked": Kind(ALWAYS | OF_CASES),
    "introduction_arranged": Kind(ALWAYS | OF_MEETINGS, frozenset({"when"})),
    "introduction_slots": Kind(ALWAYS | OF_MEETINGS, frozenset({"slots", "minutes"})),
    "introduction_moved": Kind(ALWAYS | OF_MEETINGS, frozenset({"when", "earlier"})),
    "introduction_cancelled": Kind(ALWAYS | OF_MEETINGS, frozenset({"when"})),
    "introduction_without_you": Kind(ALWAYS | OF_MEETINGS, frozenset({"when"})),
    "check_in": Kind(ALWAYS | {"months": "since the signatures"}, frozenset({"months"})),
}
"""Every letter of ours, to the administrator of the member, and the facts that its words can tell."""

TEMPLATES = Templates(Path(__file__).parent, KINDS)


def composer(service: Owners, administrators: Administrators, addresses: Addresses) -> Compose:
    """Writes a letter from its ledger row; names and addresses are looked up now, so a forgotten person gets none."""

    def compose(effect: Effect) -> EmailMessage | None:
        if effect.kind in CORRESPONDENCE:
            return _correspondence(service, effect, addresses)
        if effect.kind in ABOUT_MEETINGS:
            return _of_meeting(service, administrators, effect, addresses)
        administrator = administrators.of(effect.recipient_id)
        if administrator is None:
            return None
        facts = _known(service, effect) | effect.facts | {"public_url": addresses.public_url}
        template, around = LetterWords(service, TEMPLATES).of(
            effect.kind, administrator["language"]
        )
        mail = _mail(service, effect, administrator, addresses)
        put_words(mail, template, around, facts, administrator["name"], _signature(addresses))
        return mail

    return compose


def _correspondence(service: Service, effect: Effect, addresses: Addresses) -> EmailMessage | None:
    contact = reading.contact(service, effect.recipient_id)
    letter = reading.letter(service, effect.facts["letter_id"])
    if contact is None or letter is None or not contact.email:
        return None
    mail = _mail(service, effect, contact.model_dump(), addresses)
    mail["Subject"] = one_line(letter.subject)
    put_parts(
        mail,
        language="",
        paragraphs=letter.body.strip().split("\n\n"),
        button=None,
        signature=_signature(addresses),
    )
    return mail


def _of_meeting(
    service: Owners, administrators: Administrators, effect: Effect, addresses: Addresses
) -> EmailMessage | None:
    pair = service.load(Pair, effect.subject_id)
    reader = reader_of(service, administrators, pair, effect.recipient_id, addresses.timezone)
    if reader is None:
        return None
    facts = {
        **_places(pair),
        "public_url": addresses.public_url,
        **words(service, effect, pair, reader),
    }
    mail = _mail(service, effect, reader, addresses)
    template, around = LetterWords(service, TEMPLATES).of(effect.kind, reader["language"])
    put_words(mail, template, around, facts, reader["name"], _signature(addresses))
    if effect.kind in INVITING:
        put_invitation(mail, service, effect, pair, reader, addresses.desk)
    return mail


def _known(service: Service, effect: Effect) -> dict[str, Any]:
    """The two places, and the contact where there is one."""
    if effect.kind == "check_in":
        partnership = service.load(Partnership, effect.subject_id)
        return _places(partnership)
    pair = service.load(Pair, effect.subject_id)
    known = reading.contact(service, pair.contact_id) if pair.contact_id else None
    told = (known.name, known.office, known.email) if known else ("please ask us",)
    contact = ", ".join(part for part in told if part)
    return {**_places(pair), "subject_id": pair.sides.case_id, "contact": contact}


def _places(of: Pair | Partnership) -> dict[str, str]:
    return {"place": full_name(of.place), "city": full_name(of.foreign_place)}


def _mail(
    service: Service, effect: Effect, reader: dict[str, Any], addresses: Addresses
) -> EmailMessage:
    desk, mail = addresses.desk, EmailMessage()
    put_head(
        mail,
        effect,
        desk,
        to=(one_line(reader["name"]), reader["email"]),
        reply_to=desk.reply_to(addresses.returns, matter_of(effect)),
        earlier=[desk.message_id(each) for each in earlier_letters(service, effect)],
        is_automatic=effect.kind not in CORRESPONDENCE,
    )
    return mail


def matter_of(effect: Effect) -> Matter | None:
    """What an answer to the letter is about."""
    if effect.kind in CORRESPONDENCE:
        return Matter(About.THREAD, UUID(effect.facts["thread_id"]))
    return (
        Matter(About.PAIR, effect.subject_id)
        if effect.kind in (*AFTER_HAND_OVER, *ABOUT_MEETINGS)
        else None
    )


def _signature(addresses: Addresses) -> tuple[str, str]:
    return SENDER, addresses.partnerships
