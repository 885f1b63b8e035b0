"""What letters about a debriefing say of its time, and the calendar entry that goes with them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from services.intake import reading
from services.intake.domain.search import DEBRIEF_MINUTES, Search
from shared import meeting_rows
from shared.application import Service
from shared.invitations import CANCEL, REQUEST, Guest, Invitation, attach
from shared.mail import Desk, Effect
from shared.meetings import Side, in_words, local_time, side_of

SET = ("debrief_scheduled", "debrief_moved")
INVITING = {
    **dict.fromkeys(SET, REQUEST),
    **dict.fromkeys(("debrief_cancelled", "debrief_without_you"), CANCEL),
}
"""Letters that come with a calendar entry."""
ABOUT_MEETINGS = (*INVITING, "debrief_slots", "debrief_missed")


def meeting_facts(
    starts_at: datetime, minutes: int, set_at: datetime, sequence: int
) -> dict[str, Any]:
    return {
        "starts_at": starts_at.isoformat(),
        "minutes": minutes,
        "set_at": set_at.isoformat(),
        "sequence": sequence,
    }


def everybody(attendees: Iterable[UUID], owner: UUID | None) -> list[UUID]:
    """The guests, and the person of staff whose case it is."""
    return list(dict.fromkeys((*attendees, *((owner,) if owner else ()))))


def words(service: Service, effect: Effect, reader: dict[str, Any]) -> dict[str, str]:
    """The time where the city is, and where the reader is; what there is to know beside it."""
    search = service.load(Search, effect.subject_id)
    sides = sides_of(search, reader)
    told = {"when": "", "own": "", "earlier": "", "slots": "", "details": ""}
    told["staff"] = reading.staff_name(service, search.owner) or "our staff"
    for fact, name in (("starts_at", "when"), ("earlier_at", "earlier")):
        if fact in effect.facts:
            told[name] = in_words(sides, in_utc(effect.facts[fact]))
    if "starts_at" in effect.facts:
        told["own"] = local_time(sides[-1], in_utc(effect.facts["starts_at"]))
    if "slots" in effect.facts:
        moments = map(in_utc, effect.facts["slots"])
        told["slots"] = "\n".join(f"- {in_words(sides, each)}" for each in moments)
    if effect.kind in (*SET, "debrief_slots"):
        about = meeting_rows.details_of(service, effect.subject_id)
        told["details"] = meeting_rows.in_words(about)
    return told


def sides_of(search: Search, reader: dict[str, Any]) -> list[Side]:
    """The city's clock, and the reader's own where it is another."""
    city = side_of(search.place)
    own = reader.get("timezone") or city.timezone
    if own == city.timezone:
        return [city]
    return [city, Side(name=own.rpartition("/")[2].replace("_", " "), timezone=own)]


def in_utc(moment: str) -> datetime:
    """Older letters tell the time as it was given, with the offset of its place."""
    return datetime.fromisoformat(moment).astimezone(UTC)


def put_invitation(
    mail: EmailMessage, service: Service, effect: Effect, reader: dict[str, Any], desk: Desk
) -> None:
    """Its uid is the case and its sequence grows, so that what is said later replaces it."""
    search = service.load(Search, effect.subject_id)
    facts, about = effect.facts, meeting_rows.details_of(service, search.id)
    method = INVITING[effect.kind]
    own = Guest(reader["name"], reader["email"])
    invited = [own] if method == CANCEL else _guests(service, search) or [own]
    entry = Invitation(
        uid=f"debrief-{search.id}",
        sequence=facts.get("sequence", 0),
        said_at=in_utc(facts.get("set_at", facts["starts_at"])),
        starts_at=in_utc(facts["starts_at"]),
        minutes=facts.get("minutes", DEBRIEF_MINUTES),
        timezone=sides_of(search, reader)[-1].timezone,
        summary=f"Cities Seeking Cities: debriefing for {search.place.name}",
        organizer=Guest(desk.name, desk.address),
        guests=invited,
        description=meeting_rows.in_words(about),
        location=about.place or about.link,
        link=about.link,
        method=method,
    )
    attach(mail, entry)


def _guests(service: Service, search: Search) -> list[Guest]:
    found = service.rows(
        f"SELECT {reading.PERSON} FROM people WHERE person_id = ANY(%(ids)s)",  # noqa: S608  # a constant
        ids=everybody(search.attendees, search.staff),
    )
    return [Guest(each.name, each.email) for each in reading.people_of(service, found)]
