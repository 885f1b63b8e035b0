"""Invitations that calendars understand (RFC 5545, RFC 5546): to come, to come at another time, not to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

REQUEST, CANCEL = "REQUEST", "CANCEL"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is asked to come."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A meeting as one calendar has it; what is sent later, with a greater sequence, replaces it."""

    uid: str
    sequence: int
    said_at: datetime
    starts_at: datetime
    minutes: int
    timezone: str
    summary: str
    organizer: Guest
    guests: Sequence[Guest]
    description: str = ""
    location: str = ""
    link: str = ""
    method: str = REQUEST


def attach(mail: EmailMessage, invitation: Invitation) -> None:
    """As the part that calendars answer to, and once more as a file for those that want to open one."""
    entry = written(invitation)
    mail.add_alternative(entry.decode(), subtype="calendar", params={"method": invitation.method})
    name = "cancellation.ics" if invitation.method == CANCEL else "invitation.ics"
    mail.add_attachment(entry, maintype="application", subtype="ics", filename=name)


def written(invitation: Invitation) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Cities Seeking Cities//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", invitation.method)
    if invitation.timezone != "UTC":
        calendar.add_component(_zone(invitation.timezone, invitation.starts_at.year))
    calendar.add_component(_entry(invitation))
    return bytes(calendar.to_ical())


def _entry(invitation: Invitation) -> Event:
    starts_at = invitation.starts_at.astimezone(ZoneInfo(invitation.timezone))
    ends_at = invitation.starts_at + timedelta(minutes=invitation.minutes)
    entry = Event()
    entry.add("uid", invitation.uid)
    entry.add("sequence", invitation.sequence)
    entry.add("dtstamp", invitation.said_at)
    entry.add("dtstart", starts_at)
    entry.add("dtend", ends_at.astimezone(ZoneInfo(invitation.timezone)))
    entry.add("summary", invitation.summary)
    entry.add("status", "CANCELLED" if invitation.method == CANCEL else "CONFIRMED")
    entry.add("organizer", _address(invitation.organizer), encode=False)
    for guest in invitation.guests:
        entry.add("attendee", _asked(guest, invitation.method), encode=False)
    for name, value in (("description", invitation.description), ("location", invitation.location)):
        if value:
            entry.add(name, value)
    if invitation.link:
        entry.add("url", invitation.link)
    return entry


def _address(guest: Guest) -> vCalAddress:
    address = vCalAddress(f"mailto:{guest.email}")
    if guest.name:
        address.params["CN"] = vText(guest.name.replace('"', "'"))
    return address


def _asked(guest: Guest, method: str) -> vCalAddress:
    address = _address(guest)
    address.params["CUTYPE"] = vText("INDIVIDUAL")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText("NEEDS-ACTION")
    if method == REQUEST:
        address.params["RSVP"] = vText("TRUE")
    return address


@lru_cache(maxsize=256)
def _zone(timezone: str, year: int) -> Timezone:
    """With the changes of the clock from the year before to the year after."""
    zone = Timezone.from_tzid(
        timezone, first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1)
    )
    zone.pop("COMMENT", None)
    for change in zone.subcomponents:
        _told_by_the_old_clock(change)
    return zone


def _told_by_the_old_clock(change: Any) -> None:
    """RFC 5545 tells a change by the clock that it ends; the library tells one forward by the clock that it begins."""
    forward = change["TZOFFSETTO"].td - change["TZOFFSETFROM"].td
    if forward <= timedelta(0):
        return
    change.DTSTART -= forward
    if "RDATE" in change:
        later = [each.dt - forward for each in change.pop("RDATE").dts]
        change.add("RDATE", later)
