"""What letters about an introduction say of its time, and the calendar entry that goes with them."""

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from services.outreach import meeting_people, reading
from services.outreach.administrators import Administrators
from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import INTRODUCTION_MINUTES
from shared import meeting_rows
from shared.application import Service
from shared.invitations import CANCEL, REQUEST, Guest, Invitation, attach
from shared.mail import Desk, Effect
from shared.meetings import Side, in_words, local_time, side_of
from shared.place_names import full_name

SET = ("introduction_arranged", "introduction_moved")
INVITING = {
    **dict.fromkeys(SET, REQUEST),
    **dict.fromkeys(("introduction_cancelled", "introduction_without_you"), CANCEL),
}
ABOUT_MEETINGS = (*INVITING, "introduction_slots")


def reader_of(
    service: Service, administrators: Administrators, pair: Pair, recipient_id: UUID
) -> dict[str, Any] | None:
    """The member's administrator, the city's contact or a guest, each with the clock that they live by."""
    if recipient_id == pair.sides.community_id:
        found = administrators.of(recipient_id)
        return found and {**found, "timezone": pair.place.timezone}
    if (guest := meeting_people.find(service, recipient_id)) is not None:
        return {**guest, "timezone": guest["timezone"] or pair.place.timezone}
    contact = reading.contact(service, recipient_id)
    if contact is None or not contact.email:
        return None
    return {**contact.model_dump(), "timezone": pair.foreign_place.timezone}


def words(service: Service, effect: Effect, pair: Pair, reader: dict[str, Any]) -> dict[str, Any]:
    """The time in both cities, and where the reader is; what there is to know beside it."""
    sides = _sides(pair, reader["timezone"])
    facts: dict[str, Any] = {
        "minutes": INTRODUCTION_MINUTES,
        **effect.facts,
        "when": "",
        "own": "",
        "earlier": "",
        "slots": "",
        "details": "",
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
    if INVITING.get(effect.kind) != CANCEL:
        facts["details"] = meeting_rows.in_words(meeting_rows.details_of(service, pair.id))
    return facts


def _sides(pair: Pair, own: str) -> list[Side]:
    sides = [side_of(pair.place), side_of(pair.foreign_place)]
    if own not in {side.timezone for side in sides}:
        sides.append(Side(name=own.rpartition("/")[2].replace("_", " "), timezone=own))
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
