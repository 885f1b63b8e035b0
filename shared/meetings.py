"""When two sides far apart can meet: fair times, and what a moment is called where each of them is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_name
from pydantic import AfterValidator, Field

from shared.refusals import Refusal
from shared.values import Party, Place, Value
from shared.working_days import is_working_day

OPENS, CLOSES = time(8), time(18)
"""Working hours, everywhere."""
WAKES, SLEEPS = time(6), time(22)
"""Outside of these it is night."""
MORNING, AFTERNOON = 10 * 60 + 30, 14 * 60 + 30
"""Minutes since midnight."""
STEP = timedelta(minutes=30)
APART = 120
"""Minutes by which the clock times of suggestions differ, where they can."""
FEW = 3
"""Clock times: with fewer, suggestions leave hardly a choice."""
LENIENCE = 60
"""Minutes more than has to be that a side may be asked for, so that the other one carries its part another time."""
LONGEST_LOOK = 60
"""Days ahead that are looked through."""
MOST_SLOTS = 10
DAY_MINUTES = 24 * 60


def _known_zone(name: str) -> str:
    if name and name not in available_timezones():
        raise ValueError("please write the time zone as area and city, e.g. Europe/Berlin")
    return name


ZoneName = Annotated[
    str,
    Field(max_length=64, examples=["Europe/Berlin"], description="Left out: that of the city."),
    AfterValidator(_known_zone),
]
Minutes = Annotated[int, Field(ge=15, le=480, description="How long it takes.")]
IsAgreed = Annotated[
    bool,
    Field(
        description="Both sides have said that they can, on a day off or in the night though it be."
    ),
]


class Side(Value):
    """Somebody who meets: where, in which time zone, by which holidays."""

    name: str
    timezone: str
    country: str = ""
    subdivision: str = ""


class Slot(Value):
    """A time at which it could be, as each side calls it."""

    starts_at: datetime
    minutes: int
    local_times: Annotated[tuple[str, ...], Field(description="What each side calls the moment.")]
    is_within_working_hours: Annotated[bool, Field(description="Of all sides, 08:00 to 18:00.")]
    remark: Annotated[str, Field(description="Who carries what, where no hour suits all.")] = ""


class Action(Value):
    """What somebody promised in a meeting; its words stand in the service's own table."""

    action_id: UUID
    holder: Party
    due_on: date


class Change(Value):
    """What a date changes for those who knew of another one, or of none."""

    fresh: tuple[UUID, ...] = ()
    """Who was not asked to come before."""
    dropped: tuple[UUID, ...] = ()
    """Who was asked to come before, and need not any more."""
    earlier_at: datetime | None = None
    """When it was to be before: that date stands in their calendars."""
    earlier_minutes: int = 0

    def moves(self, starts_at: datetime) -> bool:
        return self.earlier_at is not None and self.earlier_at != starts_at


def change_of(
    were_asked: Sequence[UUID], are_asked: Sequence[UUID], starts_at: datetime | None, minutes: int
) -> Change:
    """The guests before and now; when it was to be, and for how long."""
    return Change(
        fresh=tuple(each for each in are_asked if each not in were_asked),
        dropped=tuple(each for each in were_asked if each not in are_asked),
        earlier_at=starts_at,
        earlier_minutes=minutes,
    )


def side_of(place: Place) -> Side:
    """U.S. states have holidays of their own; elsewhere the country's count."""
    state = place.admin1 or "" if place.country == "US" else ""
    return Side(name=place.name, timezone=place.timezone, country=place.country, subdivision=state)


def proposals(
    sides: Sequence[Side],
    now: datetime,
    first_day: date,
    days: int,
    minutes: int,
    count: int,
    booked: datetime | None = None,
) -> list[Slot]:
    """Each on another day on which everybody works, at hours as different as is fair, and none beside the time that is
    set; told in the order of time."""
    begins = max(now, datetime.combine(first_day, time(), UTC) - timedelta(hours=12))
    looked_at = [first_day + timedelta(days=day) for day in range(min(days, LONGEST_LOOK))]
    possible = [
        Choice.of(sides, each, day, minutes)
        for day in looked_at
        for each in _possible(sides, begins, day, minutes)
        if booked is None or abs(each - booked) >= timedelta(minutes=minutes)
    ]
    most, chosen = _most_asked(possible), list[Choice]()
    while len(chosen) < count and (left := _on_other_days(possible, chosen)):
        chosen.append(min(left, key=lambda each: each.rank(chosen, most)))
    suited = {each.day for each in possible if not max(each.carried)}
    return [
        _proposal(sides, each.starts_at, minutes, is_suited=each.day in suited)
        for each in sorted(chosen, key=lambda each: each.starts_at)
    ]


def _most_asked(possible: Sequence["Choice"]) -> int:
    """Minutes outside of working hours: what has to be, and a little more where that leaves hardly a choice."""
    least = min((max(each.carried) for each in possible), default=0)
    clocks = {each.clock for each in possible if max(each.carried) <= least}
    return least + LENIENCE if least or len(clocks) < FEW else least


@dataclass(frozen=True, slots=True)
class Choice:
    """A time at which everybody works that day, and what it asks of each side."""

    starts_at: datetime
    day: date
    carried: tuple[int, ...]
    """Minutes outside of working hours, side by side."""
    clock: int
    """Minutes since midnight, where the first side is."""
    off_hours: int

    @classmethod
    def of(cls, sides: Sequence[Side], starts_at: datetime, day: date, minutes: int) -> "Choice":
        local = starts_at.astimezone(ZoneInfo(sides[0].timezone))
        carried = tuple(_outside(side, starts_at, minutes) for side in sides)
        clock = local.hour * 60 + local.minute
        return cls(starts_at, day, carried, clock, _off_hours(sides, starts_at, minutes))

    def rank(self, chosen: Sequence["Choice"], most: int) -> tuple[Any, ...]:
        """Nobody is asked for more; no hour twice; who carried less so far carries more now; then the other half of
        the day."""
        asked = max(self.carried)
        over = asked if asked > most else 0
        so_far = [
            sum(told) for told in zip(self.carried, *(c.carried for c in chosen), strict=True)
        ]
        nearest = min((abs(self.clock - each.clock) for each in chosen), default=APART)
        return (
            over,
            nearest == 0,
            max(so_far),
            -min(nearest, APART),
            sum(self.carried),
            self.off_hours,
            self.starts_at,
        )


def _on_other_days(possible: Sequence[Choice], chosen: Sequence[Choice]) -> list[Choice]:
    taken = {each.day for each in chosen}
    return [each for each in possible if each.day not in taken]


def _proposal(sides: Sequence[Side], starts_at: datetime, minutes: int, *, is_suited: bool) -> Slot:
    """`is_suited`: some other hour of the day is a working hour of everybody."""
    found = slot(sides, starts_at, minutes)
    if is_suited or found.is_within_working_hours:
        return found
    told = f"No hour of that day suits everybody. {found.remark}"
    return found.model_copy(update={"remark": told})


def _possible(
    sides: Sequence[Side], begins: datetime, day: date, minutes: int
) -> Iterable[datetime]:
    """The half hours of a day of the first side at which all of them work that day."""
    zone = ZoneInfo(sides[0].timezone)
    midnight = datetime.combine(day, time(), zone).astimezone(UTC)
    for starts_at in (midnight + n * STEP for n in range(48)):
        is_of_the_day = starts_at.astimezone(zone).date() == day
        if (
            starts_at > begins
            and is_of_the_day
            and all(_works(side, starts_at, minutes) for side in sides)
        ):
            yield starts_at


def check_hours(sides: Sequence[Side], starts_at: datetime, minutes: int) -> None:
    """What is suggested always passes. Raises NobodyWorksThen, NightThere."""
    for side in sides:
        if not _works(side, starts_at, minutes):
            raise NobodyWorksThen(when=local_time(side, starts_at))
    at_night = [side for side in sides if _is_night(side, starts_at, minutes)]
    if at_night and _burden(sides, starts_at, minutes)[0] > _least_on(sides, starts_at, minutes):
        raise NightThere(when=local_time(at_night[0], starts_at))


def is_suggestible(sides: Sequence[Side], starts_at: datetime, minutes: int) -> bool:
    """It is a time such as `proposals` tells."""
    if starts_at.timestamp() % STEP.total_seconds():
        return False
    try:
        check_hours(sides, starts_at, minutes)
    except (NobodyWorksThen, NightThere):
        return False
    return True


def _least_on(sides: Sequence[Side], starts_at: datetime, minutes: int) -> int:
    """What that day asks of somebody in any case, with the lenience that suggestions take."""
    day = starts_at.astimezone(ZoneInfo(sides[0].timezone)).date()
    found = _possible(sides, datetime.min.replace(tzinfo=UTC), day, minutes)
    return LENIENCE + min((_burden(sides, each, minutes)[0] for each in found), default=0)


def _is_night(side: Side, starts_at: datetime, minutes: int) -> bool:
    zone = ZoneInfo(side.timezone)
    begins, ends = (
        each.astimezone(zone) for each in (starts_at, starts_at + timedelta(minutes=minutes))
    )
    return begins.time() < WAKES or ends.time() > SLEEPS or begins.date() != ends.date()


def _burden(sides: Sequence[Side], starts_at: datetime, minutes: int) -> tuple[int, int]:
    """Minutes outside of working hours: of the side that has most of them, and of all together."""
    each = [_outside(side, starts_at, minutes) for side in sides]
    return max(each), sum(each)


def _outside(side: Side, starts_at: datetime, minutes: int) -> int:
    """How far from its working hours a side would have to come; nothing weighs more than the middle of the night."""
    local = starts_at.astimezone(ZoneInfo(side.timezone))
    begins = local.hour * 60 + local.minute
    too_early = OPENS.hour * 60 - begins
    too_late = begins + minutes - CLOSES.hour * 60
    if too_early <= 0 and too_late <= 0:
        return 0
    return min(abs(way) for way in _ways(too_early, too_late))


def _ways(too_early: int, too_late: int) -> Iterable[int]:
    """After closing it is far from the same evening; before opening also from the evening before."""
    if too_early > 0:
        yield too_early
        yield too_late + DAY_MINUTES
    else:
        yield too_late
        yield DAY_MINUTES + too_early


def _off_hours(sides: Sequence[Side], starts_at: datetime, minutes: int) -> int:
    """From the middle of a morning or of an afternoon: nobody's lunch, and nobody's first or last minute."""
    middle = starts_at + timedelta(minutes=minutes / 2)
    locals_ = [middle.astimezone(ZoneInfo(side.timezone)) for side in sides]
    clocks = [local.hour * 60 + local.minute for local in locals_]
    return max(min(abs(clock - best) for best in (MORNING, AFTERNOON)) for clock in clocks)


def _works(side: Side, starts_at: datetime, minutes: int) -> bool:
    zone = ZoneInfo(side.timezone)
    ends_at = starts_at + timedelta(minutes=minutes)
    days = {starts_at.astimezone(zone).date(), ends_at.astimezone(zone).date()}
    return all(is_working_day(side.country, day, side.subdivision) for day in days)


def slot(sides: Sequence[Side], starts_at: datetime, minutes: int) -> Slot:
    return Slot(
        starts_at=starts_at,
        minutes=minutes,
        local_times=tuple(local_time(side, starts_at) for side in sides),
        is_within_working_hours=_burden(sides, starts_at, minutes)[0] == 0,
        remark=_remark(sides, starts_at, minutes),
    )


def _remark(sides: Sequence[Side], starts_at: datetime, minutes: int) -> str:
    outside = [side for side in sides if _outside(side, starts_at, minutes)]
    if not outside:
        return ""
    told = " and ".join(
        f"{starts_at.astimezone(ZoneInfo(side.timezone)):%H:%M} in {side.name}" for side in outside
    )
    return f"Outside of 08:00 to 18:00: {told}."


def local_time(side: Side, moment: datetime) -> str:
    """ "Tuesday 3 March 2026, 16:00 in Springfield (Central Time)"."""
    local = moment.astimezone(ZoneInfo(side.timezone))
    return f"{local:%A %-d %B %Y, %H:%M} in {side.name} ({zone_words(side.timezone)})"


def in_words(sides: Iterable[Side], moment: datetime) -> str:
    """The same for each side that has a clock of its own, parted by semicolons."""
    told: dict[str, str] = {}
    for side in sides:
        local = moment.astimezone(ZoneInfo(side.timezone))
        told.setdefault(f"{local.isoformat()}{side.name}", local_time(side, moment))
    return "; ".join(told.values())


def until_then(sides: Iterable[Side], booked: datetime | None, now: datetime) -> str:
    """Of a time that is set while others are proposed; empty where none is, or it has passed."""
    if booked is None or booked <= now:
        return ""
    return f"Until one of them is picked, the time that is set stands: {in_words(sides, booked)}."


@lru_cache(maxsize=512)
def zone_words(timezone: str) -> str:
    """ "Central Time"; where a zone has no name of its own, its country or city."""
    if timezone in ("UTC", "Etc/UTC", "GMT"):
        return "UTC"
    locale = Locale("en", "US")
    name = get_timezone_name(ZoneInfo(timezone), locale=locale)
    if "(" not in name:
        return name
    # Babel knows some zones by their older names alone, and else says "United States (Indiana/Indianapolis) Time".
    older = [old for old, new in get_global("zone_aliases").items() if new == timezone]
    known = [get_global("meta_zones").get(each) for each in (timezone, *older)]
    names = locale.meta_zones.get(next(filter(None, known), ""), {}).get("long", {})
    if told := names.get("generic") or names.get("standard"):
        return str(told)
    return f"{timezone.rpartition('/')[2].replace('_', ' ')} Time"


class SlotNotProposed(Refusal):
    """{starts_at} (UTC) is none of the times that were proposed."""

    next_step = "Choose one of the proposed times, or ask our staff for others."


class SlotTooSoon(Refusal):
    """{starts_at} (UTC) has passed; only times to come are proposed."""

    next_step = "Leave it out, or propose a later time."


class SlotIsSet(Refusal):
    """{starts_at} (UTC) is the time that is set already; other times are proposed beside it."""

    next_step = "Leave it out: it stands until another one is picked."


class NobodyWorksThen(Refusal):
    """{when}: nobody works there on that day."""

    next_step = "Choose one of the suggested times; where both sides have said that they can, say so with is_agreed."


class NightThere(Refusal):
    """{when}: that is night there, or ends in it; people meet between 06:00 and 22:00."""

    next_step = "Choose one of the suggested times; where both sides have said that they can, say so with is_agreed."


class NoSuchAction(Refusal):
    """There is no such open action; it was done already, or belongs to another meeting."""

    status = 404
    next_step = "Look at the actions of the meeting again."


class ActionDueInThePast(Refusal):
    """{due_on} has passed; what was promised is to be done on a day to come."""

    next_step = "Choose today or a later day, or note that it is done."


class NoMeetingToCallOff(Refusal):
    """No date is set for this conversation, so none can be called off."""

    next_step = "Propose times, or set a date."


class MeetingStillToCome(Refusal):
    """The conversation is set for {starts_at} (UTC); before that nobody can have missed it."""

    next_step = "Move it or call it off if it cannot take place."


class MeetingNotYetHeld(Refusal):
    """The conversation has not begun, so there is nothing to write minutes of yet."""

    next_step = "Put what is to be talked about into its agenda; write the minutes afterwards."


def check_slots(
    slots: Sequence[datetime], now: datetime, booked: datetime | None = None
) -> tuple[datetime, ...]:
    """In the order of time, each once, and not the one that is set. Raises SlotTooSoon, SlotIsSet."""
    for each in slots:
        if each <= now:
            raise SlotTooSoon(starts_at=_utc(each))
        if each == booked:
            raise SlotIsSet(starts_at=_utc(each))
    return tuple(sorted(set(slots)))


def check_moved(actions: Mapping[UUID, Action], action_id: UUID, due_on: date, today: date) -> None:
    """What was promised gets another day. Raises NoSuchAction, ActionDueInThePast."""
    if action_id not in actions:
        raise NoSuchAction
    if due_on < today:
        raise ActionDueInThePast(due_on=due_on)


def check_proposed(starts_at: datetime, slots: Sequence[datetime]) -> None:
    """Raises SlotNotProposed."""
    if starts_at not in slots:
        raise SlotNotProposed(starts_at=_utc(starts_at))


def check_missed(starts_at: datetime | None, now: datetime) -> datetime:
    """When it should have been. Raises NoMeetingToCallOff, MeetingStillToCome."""
    if starts_at is None:
        raise NoMeetingToCallOff
    if starts_at > now:
        raise MeetingStillToCome(starts_at=_utc(starts_at))
    return starts_at


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
