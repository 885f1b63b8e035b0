"""What letters about a debriefing say of its time, and the calendar entry that goes with them."""

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from services.intake import reading
from services.intake.domain.search import Search
from services.intake.domain.search_facts import DEBRIEF_MINUTES, SearchState
from shared import meeting_rows
from shared.application import Service
from shared.invitations import CANCEL, REQUEST, Guest, Invitation, attach
from shared.mail import Desk, Effect
from shared.meeting_letters import everybody
from shared.meetings import Side, in_words, local_time, side_of, until_then
from shared.place_names import full_name

SET = ("debrief_scheduled", "debrief_moved")
INVITING = {
    **dict.fromkeys(SET, REQUEST),
    **dict.fromkeys(("debrief_cancelled", "debrief_without_you"), CANCEL),
}
"""Letters that come with a calendar entry."""
ASKED = "If the time does not suit you, answer this mail."
ABOUT_MEETINGS = (*INVITING, "debrief_slots", "debrief_missed")


def words(service: Service, effect: Effect, reader: dict[str, Any], office: str) -> dict[str, str]:
    """The time where the reader is, where the city is and in our office; what there is to know beside it."""
    search = service.load(Search, effect.subject_id)
    sides = sides_of(search, reader, office_of(service, search, office))
    told = {"when": "", "own": "", "earlier": "", "slots": "", "details": "", "stands": ""}
    told |= parties(service, search, effect, reader)
    for fact, name in (("starts_at", "when"), ("earlier_at", "earlier")):
        if fact in effect.facts:
            told[name] = in_words(sides, in_utc(effect.facts[fact]))
    if "starts_at" in effect.facts:
        told["own"] = local_time(sides[0], in_utc(effect.facts["starts_at"]))
    if "slots" in effect.facts:
        moments = map(in_utc, effect.facts["slots"])
        told["slots"] = "\n".join(f"- {in_words(sides, each)}" for each in moments)
        told["stands"] = until_then(sides, search.debrief_at, service.clock())
    if effect.kind in (*SET, "debrief_slots"):
        about = meeting_rows.details_of(service, effect.subject_id)
        told["details"] = meeting_rows.in_words(about)
    return told


def parties(
    service: Service, search: Search, effect: Effect, reader: dict[str, Any]
) -> dict[str, str]:
    """Who meets, and what the reader can do: the person of staff reads of the case, the others are asked."""
    is_staff = reader["role"] == "staff"
    is_owner = is_staff and reader["person_id"] == search.staff
    name = reading.staff_name(service, search.owner) or "our staff"
    told = {"staff": "you" if is_owner else name, "if_not": ASKED}
    told |= {"by": "", "reason": "", "next": ""}
    if is_staff:
        told["if_not"] = "If the time does not suit you, set another in the case."
    if effect.kind == "debrief_cancelled":
        is_reader = effect.facts.get("by") == str(reader["person_id"])
        told["by"] = "You called it off." if is_reader else ""
        told["reason"] = reading.called_off_because(service, search.id)
        told["next"] = _next(search, reader)
    return told


def _next(search: Search, reader: dict[str, Any]) -> str:
    """What becomes of the debriefing that does not take place."""
    city = full_name(search.place)
    if not search.is_open:
        how = "withdrawn" if search.stage is SearchState.WITHDRAWN else "closed"
        return f"The search of {city} was {how}, so no other date is needed."
    if search.is_paused:
        return f"The search of {city} is paused; another date is found when it goes on."
    if search.debrief_at is not None:
        return "Another date is set by now; whoever takes part has got it in a letter of its own."
    due_on = search.ball_of_research.due_on
    by = f", by {due_on:%A %-d %B %Y}" if due_on else ""
    if reader["role"] == "administrator":
        return f"Please answer this mail with two or three times that suit you{by}."
    return f"The administrator of {city} is asked for two or three other times{by}."


def office_of(service: Service, search: Search, office: str) -> Side:
    """Where the person of staff sits whose case it is, else the programme's office."""
    found = service.rows(
        f"SELECT {reading.PERSON} FROM people WHERE person_id = %(id)s",  # noqa: S608  # a constant
        id=search.staff,
    )
    people = reading.people_of(service, found)
    return Side(name="our office", timezone=(people and people[0].timezone) or office)


def sides_of(search: Search, reader: dict[str, Any], office: Side) -> list[Side]:
    """The reader's own clock first; then that of the city and that of our office, each once."""
    city = side_of(search.place)
    sides = [office, city] if reader["role"] == "staff" else [city, office]
    own = reader.get("timezone") or sides[0].timezone
    here = [each for each in sides if each.timezone == own]
    elsewhere = [each for each in sides if each.timezone != own]
    return [*(here[:1] or [_elsewhere(own)]), *elsewhere]


def _elsewhere(zone: str) -> Side:
    return Side(name=zone.rpartition("/")[2].replace("_", " "), timezone=zone)


def in_utc(moment: str) -> datetime:
    """Older letters tell the time as it was given, with the offset of its place."""
    return datetime.fromisoformat(moment).astimezone(UTC)


def put_invitation(
    mail: EmailMessage,
    service: Service,
    effect: Effect,
    reader: dict[str, Any],
    desk: Desk,
    office: str,
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
        timezone=sides_of(search, reader, office_of(service, search, office))[0].timezone,
        summary=f"Cities Seeking Cities: debriefing for {full_name(search.place)}",
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
