"""The mail of intake's own states: which letter an event causes, and its words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import formataddr
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from icalendar import Calendar, Event

from services.intake import reading
from services.intake.domain.community import Community
from services.intake.domain.listing import Listing
from services.intake.domain.search import Search
from shared.aggregates import DomainEvent
from shared.application import Service
from shared.mail import Compose, Effect, Letter


@dataclass(frozen=True)
class Addresses:
    """Where answers go (B18), and where people find the programme."""

    info: str = "info@sister-cities.org"
    partnerships: str = "partnerships@sister-cities.org"
    public_url: str = "http://localhost:8080"


def letters_of(event: DomainEvent) -> Iterable[Letter]:
    """Letters to a community's administrator name the community, so that they reach who holds the role then."""
    about: Any = event.originator_id
    match event:
        case Search.CitySeekingRequested(is_imported=False):
            yield Letter("debrief_invitation", event.case_id, event.community_id)
        case Search.DebriefScheduled():
            facts = {
                "starts_at": event.starts_at.isoformat(),
                "set_at": event.at.isoformat(),
                "sequence": event.originator_version,
            }
            for attendee in event.attendees:
                yield Letter("debrief_scheduled", about, attendee, facts)
        case Search.MessageLeft(is_from_staff=True):
            facts = {"message_id": str(event.message_id)}
            yield Letter("message", about, event.community_id, facts)
        case Community.MembershipStandingChanged(is_lapse=True):
            yield Letter("standing_lapsed", about, about)
        case Community.DuesWaiverGranted():
            facts = {"requested_on": f"{event.requested_on:%-d %B %Y}"}
            yield Letter("waiver_granted", about, about, facts)
        case Community.DuesWaiverEnded():
            kind = "waiver_corrected" if event.is_correction else "waiver_ended"
            yield Letter(kind, about, about)
        case _:
            yield from _of_listings(event)


def _of_listings(event: Any) -> Iterable[Letter]:
    about = event.originator_id
    match event:
        case Listing.ForeignRequestSubmitted(is_imported=False) | Listing.CodeRenewed():
            yield Letter("verification", about, about)
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

TEMPLATES: dict[str, tuple[str, str, str]] = {
    "debrief_invitation": (
        PARTNERSHIPS,
        "Cities Seeking Cities: let us find a time to talk about {place}",
        """Thank you for saying Yes to Cities Seeking Cities for {place}.

The next step is a debriefing: a member of our staff speaks with you and your fellow members about what you look
for in a partner, and about your city: its industries, its educational institutions, its people. It takes about 45
minutes, and as many of you as you like can take part.

Please answer with two or three times that suit you, or choose one in your case:
{public_url}

How long a search takes: from a few months to over a year. The more research and outreach you do locally, the
better it tends to go; you can keep notes of yours in the case.

Your case: {subject_id}""",
    ),
    "debrief_scheduled": (
        PARTNERSHIPS,
        "Debriefing for {place}: {when}",
        """The debriefing about {place}'s search for a sister city is set for {when}.

The attached invitation puts it into your calendar. If the time does not suit you, answer this mail.

Your case: {subject_id}""",
    ),
    "message": (
        PARTNERSHIPS,
        "A message about {place}'s search",
        """Our staff wrote in the case of {place}:

{text}

Please answer in the case, where you find the whole conversation, or answer this mail:
{public_url}

Your case: {subject_id}""",
    ),
    "standing_lapsed": (
        INFO,
        "{place}'s membership has lapsed",
        """The dues of {place}'s membership in Sister Cities International are no longer paid.

While that is so, we write to nobody on your behalf; nothing of your search is lost. To renew, answer this mail.""",
    ),
    "waiver_granted": (
        INFO,
        "{place}'s dues are waived",
        """{place} had no sister city when it joined, and its search, requested on {requested_on}, has lasted
longer than a year. So the renewal of your membership dues is waived until you find a partner. You need not do anything.

The waiver ends with a partnership, or when the search is withdrawn or closed.""",
    ),
    "waiver_ended": (
        INFO,
        "{place}'s dues waiver has ended",
        """{place}'s search has ended, and with it the waiver of its membership dues. The next renewal is due as usual.

If you have a question, answer this mail.""",
    ),
    "waiver_corrected": (
        INFO,
        "{place}'s dues waiver has ended",
        """We corrected our record of {place}'s membership: a waiver is for a member that had no sister city when it
joined. So the waiver of its membership dues has ended, and the next renewal is due as usual.

If you think that this is wrong, answer this mail.""",
    ),
    "verification": (
        PARTNERSHIPS,
        "Please confirm the request of {place}",
        """Thank you for your interest in a partner in the United States for {place}.

To confirm that this address is yours, enter this code within 14 days:

Your code: {code}
Your request: {subject_id}
{public_url}

Then our staff look at your request and write to you. If you did not send it, do nothing: it will be forgotten.""",
    ),
    "question": (
        PARTNERSHIPS,
        "A question about the request of {place}",
        """Before we can list {place} we would like to know:

{text}

Please answer within 30 days, in your request or by answering this mail.

Your request: {subject_id}
{public_url}""",
    ),
    "listed": (
        PARTNERSHIPS,
        "{place} is on the map of Cities Seeking Cities",
        """{place} is now listed as a city that looks for a partner in the United States:
{public_url}

If a U.S. city is interested, our staff write to you and guide you both. You can change or withdraw the listing at any
time. Every 180 days we ask whether you still look.

Your listing: {subject_id}""",
    ),
    "declined": (
        PARTNERSHIPS,
        "The request of {place}",
        """Thank you for your interest. We cannot list {place}:

{text}

Only you are told this. If something has changed, answer this mail or send the form again.

Your request: {subject_id}""",
    ),
    "edit_refused": (
        PARTNERSHIPS,
        "Your change to {place}'s listing",
        """We have not published your change to {place}'s listing; what is on the map stays as it is:

{text}

You can change your text and send it again.

Your listing: {subject_id}""",
    ),
    "reconfirmation": (
        PARTNERSHIPS,
        "Does {place} still look for a partner?",
        """{place} is listed as a city that looks for a partner in the United States. Please confirm by
{expires_on} that this is still so; otherwise the listing goes off the map until you do.

Your listing: {subject_id}
{public_url}""",
    ),
    "expired": (
        PARTNERSHIPS,
        "{place}'s listing has expired",
        """Nobody has confirmed {place}'s listing for 180 days, so it is off the map. Confirm it and it is back at once.

Your listing: {subject_id}
{public_url}""",
    ),
}
"""Kind -> return address (B18: general questions to info, partnership questions to partnerships), subject, text."""

TO_THE_UNPROVED = {"verification", "declined"}
"""Letters that may go to an address which somebody else put into the public form: they repeat no word of the form."""

SIGNATURES = {
    INFO: "Sister Cities International",
    PARTNERSHIPS: "The Cities Seeking Cities team, Sister Cities International",
}


def composer(service: Service, addresses: Addresses) -> Compose:
    """Writes a letter from its ledger row; names and addresses are looked up now, so a forgotten person gets none."""

    def compose(effect: Effect) -> EmailMessage | None:
        reader = _reader(service, effect.recipient_id)
        facts = _facts(service, effect)
        if reader is None or facts is None:
            return None
        return _write(effect, reader, facts, addresses)

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


def _facts(service: Service, effect: Effect) -> dict[str, Any] | None:
    """What a template needs; None where it is no longer there."""
    names = service.rows(
        "SELECT name FROM cases WHERE case_id = %(id)s UNION ALL SELECT name FROM communities"
        " WHERE community_id = %(id)s UNION ALL SELECT name FROM listings WHERE listing_id = %(id)s",
        id=effect.subject_id,
    )
    if not names:
        return None
    facts = {"place": names[0]["name"], "subject_id": effect.subject_id, **effect.facts}
    if look_up := LOOKED_UP.get(effect.kind):
        found = look_up(service, effect)
        return facts | found if all(text is not None for text in found.values()) else None
    return facts


def _remark(kind: str) -> Callable[[Service, Effect], dict[str, str | None]]:
    return lambda service, effect: {"text": reading.last_remark(service, effect.subject_id, kind)}


LOOKED_UP: dict[str, Callable[[Service, Effect], dict[str, str | None]]] = {
    "verification": lambda service, effect: {"code": reading.code(service, effect.subject_id)},
    "message": lambda service, effect: {
        "text": reading.message(service, effect.facts["message_id"])
    },
    "question": _remark("question"),
    "declined": _remark("decline_reason"),
    "edit_refused": _remark("edit_reason"),
}
"""Private texts stand in no event and in no ledger row."""


def _write(
    effect: Effect, reader: dict[str, Any], facts: dict[str, Any], addresses: Addresses
) -> EmailMessage:
    desk, subject, text = TEMPLATES[effect.kind]
    sender = addresses.info if desk == INFO else addresses.partnerships
    facts = {**facts, "public_url": addresses.public_url, "when": when(facts)}
    mail = EmailMessage()
    mail["From"] = formataddr((SIGNATURES[desk], sender))
    mail["Reply-To"] = sender
    name = "" if effect.kind in TO_THE_UNPROVED else reader["name"]
    mail["To"] = formataddr((name, reader["email"]))
    mail["Subject"] = subject.format_map(facts)
    mail["Message-ID"] = f"<{effect.id}@{urlsplit(f'//{sender}').hostname}>"
    mail["X-Effect-Id"] = str(effect.id)
    body = f"{f'Dear {name}' if name else 'Good day'},\n\n{text.format_map(facts)}\n\n{SIGNATURES[desk]}\n{sender}\n"
    mail.set_content(body)
    if effect.kind == "debrief_scheduled":
        attach_invitation(mail, effect.subject_id, facts)
    return mail


def when(facts: dict[str, Any]) -> str:
    if "starts_at" not in facts:
        return ""
    return f"{_in_utc(facts['starts_at']):%A, %-d %B %Y, %H:%M} UTC"


def _in_utc(moment: str) -> datetime:
    """Older letters tell the time as it was given, with the offset of its place."""
    return datetime.fromisoformat(moment).astimezone(UTC)


def attach_invitation(mail: EmailMessage, case_id: UUID, facts: dict[str, Any]) -> None:
    """A calendar entry; its uid is the case and its sequence grows, so that what is set later replaces it."""
    starts_at = _in_utc(facts["starts_at"])
    entry = Event()
    entry.add("uid", f"debrief-{case_id}")
    entry.add("sequence", facts.get("sequence", 0))
    entry.add("dtstamp", _in_utc(facts.get("set_at", facts["starts_at"])))
    entry.add("dtstart", starts_at)
    entry.add("dtend", starts_at + timedelta(minutes=45))
    entry.add("summary", f"Cities Seeking Cities: debriefing for {facts['place']}")
    calendar = Calendar()
    calendar.add("prodid", "-//Cities Seeking Cities//intake//EN")
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    mail.add_attachment(
        calendar.to_ical(), maintype="text", subtype="calendar", filename="debriefing.ics"
    )
