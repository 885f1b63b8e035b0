"""What an open pair or thread waits for, who has it to do, and until when."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.values import Party, Value
from shared.working_days import on_working_day


class Step(StrEnum):
    WRITE_TO_CHANNELS = "write_to_channels"
    SEE_LETTER_OUT = "see_letter_out"
    AWAIT_REPLY = "await_reply"
    FOLLOW_UP = "follow_up"
    TRY_ANOTHER_CHANNEL = "try_another_channel"
    FIND_ANOTHER_CONTACT = "find_another_contact"
    GAUGE_INTEREST = "gauge_interest"
    ASK_AGAIN = "ask_again"
    FIND_CITY_CONTACT = "find_city_contact"
    ARRANGE_INTRODUCTION = "arrange_introduction"
    HOLD_INTRODUCTION = "hold_introduction"
    HAND_OVER = "hand_over"
    WRITE_INVITATION = "write_invitation"
    SIGN_LETTER_OF_INTENT = "sign_letter_of_intent"
    ADOPT_RESOLUTION = "adopt_resolution"
    SIGN_AGREEMENT = "sign_agreement"
    CALL_MEMBER = "call_member"
    RESUME_SEARCH = "resume_search"
    RENEW_MEMBERSHIP = "renew_membership"
    CONFIRM_SHORTLIST = "confirm_shortlist"
    REVIEW_LISTING = "review_listing"
    CLOSE_PAIR = "close_pair"
    NONE = "none"


class Waiting(Value):
    """The next step, its holder and its date; a closed pair waits for nothing."""

    step: Step = Step.NONE
    holder: Party = Party.NOBODY
    due_on: date | None = None


class StopReason(StrEnum):
    """Why nobody is written to, the weightiest first."""

    SEARCH_ENDED = "search_ended"
    LAPSED = "lapsed"
    PAUSED = "paused"
    LISTING_ENDED = "listing_ended"
    SHORTLIST_REOPENED = "shortlist_reopened"
    NOT_CHOSEN = "not_chosen"


class Stop(Value):
    """Nobody is written to, since when, and until which day if that is known."""

    since: datetime
    until: date | None = None


WAITING_WHILE_STOPPED = {
    StopReason.SEARCH_ENDED: (Step.CLOSE_PAIR, Party.STAFF, 14),
    StopReason.LAPSED: (Step.RENEW_MEMBERSHIP, Party.MEMBER, 30),
    StopReason.PAUSED: (Step.RESUME_SEARCH, Party.MEMBER, 90),
    StopReason.LISTING_ENDED: (Step.REVIEW_LISTING, Party.STAFF, 14),
    StopReason.SHORTLIST_REOPENED: (Step.CONFIRM_SHORTLIST, Party.MEMBER, 30),
    StopReason.NOT_CHOSEN: (Step.CLOSE_PAIR, Party.STAFF, 90),
}
"""Reason -> step, holder, days."""


def weightiest(stops: dict[StopReason, Stop]) -> StopReason:
    return min(stops, key=list(StopReason).index)


def while_stopped(stops: dict[StopReason, Stop]) -> Waiting:
    reason = weightiest(stops)
    step, holder, days = WAITING_WHILE_STOPPED[reason]
    stop = stops[reason]
    due_on = on_working_day(in_days(stop.since, days))
    return Waiting(step=step, holder=holder, due_on=stop.until or due_on)


def by_staff(step: Step, since: datetime, days: int) -> Waiting:
    """On a day on which they work."""
    return Waiting(step=step, holder=Party.STAFF, due_on=on_working_day(in_days(since, days)))


def by_member(step: Step, since: datetime, days: int) -> Waiting:
    """As of staff: what is known of where they sit is the country."""
    return Waiting(step=step, holder=Party.MEMBER, due_on=on_working_day(in_days(since, days)))


def in_days(moment: datetime, days: int) -> date:
    return (moment + timedelta(days=days)).date()
