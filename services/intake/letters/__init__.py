"""The mail of intake's own states: which letter an event causes, and its words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.intake import reading, saved_forms
from services.intake.domain.account import LINK_MINUTES
from services.intake.domain.community import Community
from services.intake.domain.form import SAVED_FOR_DAYS
from services.intake.domain.listing import Listing
from services.intake.domain.search import Search
from services.intake.domain.search_facts import DEBRIEF_MINUTES
from services.intake.letters.meetings import (
    ABOUT_MEETINGS,
    INVITING,
    put_invitation,
    words,
)
from services.intake.letters.readers import FOR_READERS
from services.intake.letters.shortlists import of_research
from shared.aggregates import DomainEvent
from shared.application import Service
from shared.letter_words import LetterWords
from shared.mail import Compose, Desk, Effect, Letter, earlier_letters, put_head
from shared.meeting_letters import everybody, letters_of_date, letters_of_owners, meeting_facts
from shared.meetings import zone_words
from shared.return_address import About, Matter, ReturnAddresses
from shared.templates import Kind, Templates, one_line, put_words


@dataclass(frozen=True)
class Addresses:
    """Where answers go (B18), and where people find the programme."""

    info: str = "info@sister-cities.org"
    partnerships: str = "partnerships@sister-cities.org"
    public_url: str = "http://localhost:8080"
    timezone: str = "America/New_York"
    """Where staff work: times of debriefings are proposed by it."""
    link_token: Callable[[UUID], str] = lambda _: ""
    """Makes the secret of a link that signs in; given by main."""
    returns: ReturnAddresses | None = None
    """Signs into the return address what a letter is about."""

    def desk(self, name: str) -> Desk:
        address = self.info if name == INFO else self.partnerships
        return Desk(SIGNATURES[name], address, "intake")


def letters_of(event: DomainEvent) -> Iterable[Letter]:
    """Letters to a community's administrator name the community, so that they reach who holds the role then."""
    about: Any = event.originator_id
    match event:
        case Community.CommitteeMemberInvited(by_hand_over=False):
            yield Letter("invited", about, event.person_id)
        case Community.AdministratorAppointed():
            yield from _of_appointment(event)
        case Community.AdministrationOffered():
            yield Letter("role_offered", about, event.person_id)
        case Community.MembershipStandingChanged(is_lapse=True):
            yield Letter("standing_lapsed", about, about)
        case Community.DuesWaiverGranted():
            facts = {"requested_on": f"{event.requested_on:%-d %B %Y}"}
            yield Letter("waiver_granted", about, about, facts)
        case Community.DuesWaiverEnded():
            kind = "waiver_corrected" if event.is_correction else "waiver_ended"
            yield Letter(kind, about, about)
        case _:
            yield from _of_cases(event)
            yield from _of_debriefs(event)
            yield from _of_listings(event)


def _of_cases(event: Any) -> Iterable[Letter]:
    about = event.originator_id
    match event:
        case Search.CitySeekingRequested(is_imported=False):
            yield Letter("debrief_invitation", event.case_id, event.community_id)
        case Search.MessageLeft(is_from_staff=True):
            facts = {"message_id": str(event.message_id)}
            yield Letter("message", about, event.community_id, facts)
        case Search.MessageLeft():
            # Whose the case is by then is looked up when the letter is written.
            yield Letter("member_wrote", about, about, {"message_id": str(event.message_id)})
        case Search.ResearchAdvanced():
            yield from of_research(event)


def _of_appointment(event: Any) -> Iterable[Letter]:
    """Whoever staff put on record is asked in; where the role changed hands, both hear of it once."""
    if event.is_invited:
        yield Letter("appointed", event.originator_id, event.person_id)
    if event.before is not None:
        told = (event.before,) if event.is_invited else (event.before, event.person_id)
        for each in told:
            yield Letter("handed_over", event.originator_id, each)


def _of_debriefs(event: Any) -> Iterable[Letter]:
    about = event.originator_id
    match event:
        case Search.DebriefScheduled():
            yield from letters_of_date(
                event,
                everybody(event.attendees, event.owner),
                new="debrief_scheduled",
                moved="debrief_moved",
                without="debrief_without_you",
            )
        case Search.CaseAssigned() if event.debrief_at is not None:
            yield from letters_of_owners(event, event.debrief_at, event.debrief_minutes, "debrief")
        case Search.DebriefSlotsProposed():
            facts = {"slots": [each.isoformat() for each in event.slots], "minutes": event.minutes}
            yield Letter("debrief_slots", about, event.community_id, facts)
        case Search.DebriefCalledOff(was_missed=True):
            yield Letter("debrief_missed", about, event.community_id, _facts_of(event))
        case Search.DebriefCalledOff():
            for each in everybody(event.attendees, event.owner):
                yield Letter("debrief_cancelled", about, each, _facts_of(event))


def _facts_of(event: Any) -> dict[str, Any]:
    return meeting_facts(
        event.starts_at, event.minutes, event.at, event.originator_version, event.by
    )


def _of_listings(event: Any) -> Iterable[Letter]:
    about = event.originator_id
    match event:
        case Listing.ForeignRequestSubmitted(is_imported=False) | Listing.CodeRenewed():
            yield Letter("verification", about, about)
        case Listing.ListingClaimed():
            yield Letter("claimed", event.claims, event.claims)
        case Listing.MoreInformationAsked():
            yield Letter("question", about, about)
        case Listing.ForeignCityListed(is_imported=False):
            yield Letter("listed", about, about)
        case Listing.ForeignCityDeclined():
            yield Letter("declined", about, about)
        case Listing.EditRefused():
            yield Letter("edit_refused", about, about)
        case Listing.ReconfirmationAsked():
            facts = {"expires_on": f"{event.expires_on:%-d %B %Y}"}
            yield Letter("reconfirmation", about, about, facts)
        case Listing.ListingExpired():
            yield Letter("expired", about, about)


INFO, PARTNERSHIPS = "info", "partnerships"

ALWAYS = {
    "place": "the city, with its state or country",
    "subject_id": "the number of the case, the membership or the request",
    "public_url": "where people find the programme",
}


def _kind(**must_tell: str) -> Kind:
    return Kind({**ALWAYS, **must_tell}, frozenset(must_tell))


BUTTON = {"button": "the button's words", "page": "the page to which it leads the reader"}

OF_MEETINGS = {
    "when": "day and time of the debriefing, where the reader is, where the city is and in our office",
    "own": "the same where the reader is, alone",
    "slots": "the times that are proposed, a line each",
    "stands": "which time stands until one of them is picked, where one is set",
    "minutes": "how long it takes",
    "details": "agenda, place, link and interpreter, where they are known",
    "staff": "who of our staff takes part",
    "earlier": "day and time at which it was to be before",
    "if_not": "what the reader can do where the time does not suit",
    "by": "that the reader called it off, where they did",
    "reason": "why it does not take place, where whoever called it off said so",
    "next": "what is to happen in place of a debriefing that does not take place",
}


def _meeting(*must_tell: str) -> Kind:
    return Kind({**ALWAYS, **OF_MEETINGS}, frozenset(must_tell))


OF_PASSKEYS = Kind(
    {"when": "when it was done, by the reader's clock", "public_url": ALWAYS["public_url"]},
    frozenset({"when"}),
)

KINDS = {
    "sign_in": Kind(
        {"link": "the link that signs in", "minutes": "how long it works"}, frozenset({"link"})
    ),
    "passkey_added": OF_PASSKEYS,
    "passkey_removed": OF_PASSKEYS,
    "invited": _kind(),
    "appointed": _kind(),
    "role_offered": _kind(),
    "handed_over": Kind(
        {
            **ALWAYS,
            "administrator": "who is the administrator now",
            "yours": "what the reader may do from now on",
            **BUTTON,
        },
        frozenset({"administrator", "yours"}),
    ),
    "search_withdrawn": Kind(
        {
            **ALWAYS,
            "who": "who withdrew the search: you, the administrator, our staff",
            "next": "what the reader can do now",
            **BUTTON,
        },
        frozenset({"next"}),
    ),
    "cities_proposed": _kind(
        news="that cities are proposed, or to be chosen anew",
        what="the same as a sentence",
        cities="the cities, a line each",
        next="what the reader is asked for, and by when",
    ),
    "shortlist_chosen": Kind(
        {
            **ALWAYS,
            "cities": "the cities that were chosen, a line each",
            "next": "what happens now",
            **BUTTON,
        },
        frozenset({"cities", "next"}),
    ),
    "search_closed": _kind(why="why it was closed", next="what the reader can do now"),
    "debrief_invitation": _kind(),
    "debrief_scheduled": _meeting("when"),
    "debrief_slots": _meeting("slots", "minutes"),
    "debrief_moved": _meeting("when", "earlier"),
    "debrief_cancelled": _meeting("when"),
    "debrief_without_you": _meeting("when"),
    "debrief_missed": _meeting("when"),
    "member_wrote": Kind(
        {**ALWAYS, "text": "what the member wrote", "author": "who wrote it"}, frozenset({"text"})
    ),
    "message": Kind(
        {**ALWAYS, "text": "what our staff wrote", "author": "who of our staff wrote it"},
        frozenset({"text"}),
    ),
    "standing_lapsed": _kind(),
    "waiver_granted": _kind(requested_on="the day on which the search was requested"),
    "waiver_ended": _kind(),
    "waiver_corrected": _kind(),
    "saved_form": Kind(
        {"link": "the page that goes on with the form", "days": "how long it is kept"},
        frozenset({"link", "days"}),
    ),
    "verification": _kind(code="the code that proves the address"),
    "claimed": _kind(),
    "question": _kind(text="what our staff ask"),
    "listed": _kind(),
    "declined": _kind(text="the reason that our staff gave"),
    "edit_refused": _kind(text="the reason that our staff gave"),
    "reconfirmation": _kind(expires_on="the last day of the listing"),
    "expired": _kind(),
    "digest": Kind(
        {
            "day": "the working day that it is for",
            "count": "how much is overdue, and how much due",
            "yours": "what waits in the reader's own cases, a paragraph each",
            "nobodys": "what waits and nobody has, a paragraph each",
            "not_answering": "which services could not be asked; empty where all could",
            "public_url": "where people find the programme",
        },
        frozenset({"yours", "nobodys", "not_answering"}),
    ),
}
"""Every letter of intake, and the facts that its words can tell."""

FOR_OPERATORS = ("sign_in", "passkey_added", "passkey_removed", "role_offered", "handed_over")
"""Letters that let people in, or tell them who came in: staff do not change their words."""
TEMPLATES = Templates(Path(__file__).parent, KINDS)

OF_LISTINGS = (
    "verification",
    "claimed",
    "question",
    "listed",
    "declined",
    "edit_refused",
    "reconfirmation",
    "expired",
)
WRITTEN_BY_STAFF = ("message", "question", "declined", "edit_refused")
"""Their text is a person's; the others send themselves."""

TO_THE_UNPROVED = {"verification", "declined", "saved_form"}
"""Letters that may go to an address which somebody else put into the public form: they repeat no word of the form."""

SIGNATURES = {
    INFO: "Sister Cities International",
    PARTNERSHIPS: "The Cities Seeking Cities team, Sister Cities International",
}


TellDigest = Callable[[str, str, str], dict[str, Any]]
"""What a digest tells: of whom, in which time zone, of which day. Raises NothingToTell."""


def composer(service: Service, addresses: Addresses, digest: TellDigest) -> Compose:
    """Writes a letter from its ledger row; names and addresses are looked up now, so a forgotten person gets none."""

    def compose(effect: Effect) -> EmailMessage | None:
        if effect.kind == "sign_in":
            return _sign_in(service, effect, addresses)
        if effect.kind == "saved_form":
            return _saved_form(service, effect, addresses)
        if effect.kind == "member_wrote":
            reader = _owner(service, effect.subject_id)
        else:
            reader = _reader(service, effect.recipient_id)
        if effect.kind.startswith("passkey_") and reader is not None:
            return _write(service, effect, reader, _moment(effect, reader, addresses), addresses)
        if effect.kind == "digest" and reader is not None:
            told = digest(str(reader["person_id"]), reader["timezone"], effect.facts["day"])
            return _write(service, effect, reader, told, addresses)
        facts = _facts(service, effect)
        if reader is None or facts is None:
            return None
        return _write(service, effect, reader, facts, addresses)

    return compose


def _reader(service: Service, recipient_id: UUID) -> dict[str, Any] | None:
    """The person, the administrator of the community, or the official of the listing."""
    found = service.rows(
        f"SELECT {reading.PERSON} FROM people WHERE person_id = %(id)s"  # noqa: S608  # a constant
        " OR (community_id = %(id)s AND role = 'administrator') OR (listing_id = %(id)s AND role = 'official')",
        id=recipient_id,
    )
    people = reading.people_of(service, found)
    return people[0].model_dump() if people else None


def _owner(service: Service, case_id: UUID) -> dict[str, Any] | None:
    """The person of staff who has the case; None where nobody does, and the digest tells everybody."""
    found = service.rows(
        f"SELECT {reading.PERSON} FROM people WHERE role = 'staff' AND person_id::text ="  # noqa: S608  # a constant
        " (SELECT owner FROM cases WHERE case_id = %(id)s)",
        id=case_id,
    )
    people = reading.people_of(service, found)
    return people[0].model_dump() if people else None


def _sign_in(service: Service, effect: Effect, addresses: Addresses) -> EmailMessage | None:
    """To whoever has the address; None where nobody has it, or the link is over."""
    found = service.rows(
        f"SELECT {reading.PERSON} FROM people WHERE role <> 'attendee' AND email_digest ="  # noqa: S608  # a constant
        " (SELECT email_digest FROM sign_in_links WHERE link_id = %(id)s AND NOT is_over)",
        id=effect.subject_id,
    )
    people = reading.people_of(service, found)
    if not people:
        return None
    token = addresses.link_token(effect.subject_id)
    facts = {
        "link": f"{addresses.public_url}/sign-in/open?token={token}",
        "minutes": LINK_MINUTES,
    }
    return _write(service, effect, people[0].model_dump(), facts, addresses)


def _saved_form(service: Service, effect: Effect, addresses: Addresses) -> EmailMessage | None:
    """To the address in the form; None once it was sent, saved anew or forgotten."""
    form = saved_forms.writer_of(service, effect.subject_id)
    if form is None:
        return None
    secret = saved_forms.secret_of(service, effect.subject_id)
    facts = {
        "link": saved_forms.page_of(addresses.public_url, secret),
        "days": SAVED_FOR_DAYS,
    }
    reader = {"name": "", "email": form["email"], "language": form.get("contact_language") or "en"}
    return _write(service, effect, reader, facts, addresses)


def _moment(effect: Effect, reader: dict[str, Any], addresses: Addresses) -> dict[str, Any]:
    clock = reader["timezone"] or addresses.timezone
    at = datetime.fromisoformat(effect.facts["at"]).astimezone(ZoneInfo(clock))
    return {"when": f"{at:%-d %B %Y, %H:%M} ({zone_words(clock)})"}


def _facts(service: Service, effect: Effect) -> dict[str, Any] | None:
    """What a template needs; None where it is no longer there."""
    place = reading.place_of(service, effect.subject_id)
    if not place:
        return None
    facts = {"place": place, "subject_id": effect.subject_id, **effect.facts}
    if look_up := LOOKED_UP.get(effect.kind):
        found = look_up(service, effect)
        return facts | found if all(text is not None for text in found.values()) else None
    return facts


def _remark(kind: str) -> Callable[[Service, Effect], dict[str, str | None]]:
    return lambda service, effect: {"text": reading.last_remark(service, effect.subject_id, kind)}


LOOKED_UP: dict[str, Callable[[Service, Effect], dict[str, str | None]]] = {
    "verification": lambda service, effect: {"code": reading.code(service, effect.subject_id)},
    "message": lambda service, effect: {
        "text": reading.message(service, effect.facts["message_id"]),
        "author": reading.author(service, effect.facts["message_id"]),
    },
    "member_wrote": lambda service, effect: {
        "text": reading.message(service, effect.facts["message_id"]),
        "author": reading.writer(service, effect.facts["message_id"]),
    },
    "question": _remark("question"),
    "declined": _remark("decline_reason"),
    "edit_refused": _remark("edit_reason"),
}
"""Private texts stand in no event and in no ledger row."""


def _write(
    service: Service,
    effect: Effect,
    reader: dict[str, Any],
    facts: dict[str, Any],
    addresses: Addresses,
) -> EmailMessage:
    template, around = LetterWords(service, TEMPLATES, FOR_OPERATORS).of(
        effect.kind, reader["language"]
    )
    desk, mail = addresses.desk(template.desk), EmailMessage()
    facts = {**facts, "public_url": addresses.public_url}
    if effect.kind in ABOUT_MEETINGS:
        facts |= (
            {"minutes": DEBRIEF_MINUTES}
            | facts
            | words(service, effect, reader, addresses.timezone)
        )
    if look_up := FOR_READERS.get(effect.kind):
        facts |= look_up(service, effect, reader)
    name = "" if effect.kind in TO_THE_UNPROVED else one_line(reader["name"])
    put_head(
        mail,
        effect,
        desk,
        to=(name, reader["email"]),
        reply_to=desk.reply_to(addresses.returns, matter_of(service, effect)),
        earlier=[desk.message_id(each) for each in earlier_letters(service, effect)],
        is_automatic=effect.kind not in WRITTEN_BY_STAFF,
    )
    put_words(mail, template, around, facts, name, (desk.name, desk.address))
    if effect.kind in INVITING:
        put_invitation(mail, service, effect, reader, desk, addresses.timezone)
    return mail


def matter_of(service: Service, effect: Effect) -> Matter | None:
    """What an answer to the letter is about; of memberships, whatever staff read out of it."""
    if effect.kind in OF_LISTINGS:
        return Matter(About.LISTING, effect.subject_id)
    is_of_case = effect.kind in (*ABOUT_MEETINGS, "search_withdrawn", "shortlist_chosen")
    if effect.kind == "member_wrote" or (is_of_case and _is_staff(service, effect.recipient_id)):
        return Matter(About.CASE_OF_STAFF, effect.subject_id)
    is_case = service.rows("SELECT 1 FROM cases WHERE case_id = %(id)s", id=effect.subject_id)
    return Matter(About.CASE, effect.subject_id) if is_case else None


def _is_staff(service: Service, recipient_id: UUID) -> bool:
    """Whoever of staff takes part in a meeting answers in the name of staff."""
    found = service.rows(
        "SELECT 1 FROM people WHERE person_id = %(id)s AND role = 'staff'", id=recipient_id
    )
    return bool(found)
