"""What letters about an introduction say of its time, and the calendar entry that goes with them."""

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from services.outreach import meeting_people, reading
from services.outreach.administrators import Administrators
from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import INTRODUCTION_MINUTES
from services.outreach.domain.steps import StopReason
from services.outreach.owners import Owners
from shared import meeting_rows
from shared.application import Service
from shared.invitations import CANCEL, REQUEST, Guest, Invitation, attach
from shared.mail import Desk, Effect
from shared.meetings import Side, in_words, local_time, side_of, until_then
from shared.place_names import full_name

SET = ("introduction_arranged", "introduction_moved")
INVITING = {
    **dict.fromkeys(SET, REQUEST),
    **dict.fromkeys(("introduction_cancelled", "introduction_without_you"), CANCEL),
}
ABOUT_MEETINGS = (*INVITING, "introduction_slots")
ASKED = "If the time does not suit you, answer this mail."
THANKS = "Thank you for the time that you were ready to give."


def reader_of(
    service: Owners, administrators: Administrators, pair: Pair, recipient_id: UUID, office: str
) -> dict[str, Any] | None:
    """The member's administrator, the city's contact, a guest or somebody of staff, each with the clock that they live
    by. Raises NotNow."""
    if recipient_id == pair.sides.community_id:
        found = administrators.of(recipient_id)
        return found and {**found, "timezone": pair.place.timezone}
    if (guest := meeting_people.find(service, recipient_id)) is not None:
        return {**guest, "timezone": guest["timezone"] or pair.place.timezone}
    contact = reading.contact(service, recipient_id)
    if contact is not None:
        told = {**contact.model_dump(), "timezone": pair.foreign_place.timezone}
        return told if contact.email else None
    staff = of_staff(service, recipient_id)
    return staff and {**staff, "timezone": staff.get("timezone") or office}


def of_staff(service: Owners, person_id: UUID | None) -> dict[str, Any] | None:
    """As intake knows them. Raises NotNow."""
    found = service.find_person(str(person_id)) if person_id else None
    return found if found and found["role"] == "staff" else None


def words(service: Owners, effect: Effect, pair: Pair, reader: dict[str, Any]) -> dict[str, Any]:
    """The time in both cities, and where the reader is; what there is to know beside it."""
    sides = _sides(pair, reader)
    facts: dict[str, Any] = {
        "minutes": INTRODUCTION_MINUTES,
        **effect.facts,
        "when": "",
        "own": "",
        "earlier": "",
        "slots": "",
        "details": "",
        "stands": "",
        "if_not": ASKED,
        **parties(service, effect, pair, reader),
    }
    for fact, name in (("starts_at", "when"), ("earlier_at", "earlier")):
        if fact in effect.facts:
            facts[name] = in_words(sides, _in_utc(effect.facts[fact]))
    if "starts_at" in effect.facts:
        readers = next(side for side in sides if side.timezone == reader["timezone"])
        facts["own"] = local_time(readers, _in_utc(effect.facts["starts_at"]))
    if "slots" in effect.facts:
        moments = map(_in_utc, effect.facts["slots"])
        facts["slots"] = "\n".join(f"- {in_words(sides, each)}" for each in moments)
        facts["stands"] = until_then(sides, pair.introduction_at, service.clock())
    if INVITING.get(effect.kind) != CANCEL:
        facts["details"] = meeting_rows.in_words(meeting_rows.details_of(service, pair.id))
    return facts


def parties(service: Owners, effect: Effect, pair: Pair, reader: dict[str, Any]) -> dict[str, str]:
    """Who of our staff takes part, and what the reader can do, or has done."""
    told = {"staff": "", "if_not": ASKED, "by": "", "next": _next(pair, reader)}
    if reader.get("role") == "staff":
        is_owner = reader["person_id"] == str(pair.staff)
        told["staff"] = "You take part for our staff." if is_owner else ""
        told["if_not"] = "If the time does not suit you, set another for the pair."
        is_reader = effect.facts.get("by") == reader["person_id"]
        told["by"] = "You called it off." if is_reader else ""
    elif effect.kind in SET and (owner := of_staff(service, pair.staff)):
        told["staff"] = f"{owner['name']} of our staff takes part."
    return told


def _next(pair: Pair, reader: dict[str, Any]) -> str:
    """What becomes of a conversation that does not take place."""
    if StopReason.SEARCH_ENDED in pair.stops:
        city = full_name(pair.place)
        return f"The search of {city} for a sister city has ended, so no other date is needed. {THANKS}"
    if not pair.is_open:
        return f"No other date is planned. {THANKS}"
    if pair.introduction_at is not None:
        return "Another date is set by now; whoever takes part has got it in a letter of its own."
    if reader.get("role") == "staff":
        return "Other times are yours to propose."
    return "Our staff look for another date; if you know times that suit you, answer this mail."


def _sides(pair: Pair, reader: dict[str, Any]) -> list[Side]:
    sides, own = [side_of(pair.place), side_of(pair.foreign_place)], reader["timezone"]
    if own not in {side.timezone for side in sides}:
        elsewhere = own.rpartition("/")[2].replace("_", " ")
        name = "our office" if reader.get("role") == "staff" else elsewhere
        sides.append(Side(name=name, timezone=own))
    return sides


def _in_utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(UTC)


def put_invitation(
    mail: EmailMessage,
    service: Service,
    effect: Effect,
    pair: Pair,
    reader: dict[str, Any],
    desk: Desk,
) -> None:
    """Each gets an entry of their own, which shows nobody the address of another."""
    facts, about = effect.facts, meeting_rows.details_of(service, pair.id)
    entry = Invitation(
        uid=f"introduction-{pair.id}",
        sequence=facts["sequence"],
        said_at=_in_utc(facts["set_at"]),
        starts_at=_in_utc(facts["starts_at"]),
        minutes=facts["minutes"],
        timezone=reader["timezone"],
        summary=f"Introduction of {full_name(pair.place)} and {full_name(pair.foreign_place)}",
        organizer=Guest(desk.name, desk.address),
        guests=[Guest(reader["name"], reader["email"])],
        description=meeting_rows.in_words(about),
        location=about.place or about.link,
        link=about.link,
        method=INVITING[effect.kind],
    )
    attach(mail, entry)
