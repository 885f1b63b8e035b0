"""What can be done next about a pair: what was promised, then the conversation, then the step of the programme."""

from collections.abc import Iterator
from datetime import date, datetime

from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import PairState
from services.outreach.domain.steps import Step
from shared import meeting_rows
from shared.application import Service
from shared.context import Caller, Role
from shared.meetings import in_words, side_of
from shared.place_names import full_name
from shared.values import Party

WORDS = {
    Step.WRITE_TO_CHANNELS: "write to an embassy, a consulate or an association that leads to {city}",
    Step.SEE_LETTER_OUT: "see that the letter goes out",
    Step.AWAIT_REPLY: "wait for the answer",
    Step.FOLLOW_UP: "write a follow-up",
    Step.TRY_ANOTHER_CHANNEL: "try another channel",
    Step.FIND_ANOTHER_CONTACT: "find another contact: a message came back",
    Step.GAUGE_INTEREST: "read the answer, and note whether {city} is interested",
    Step.ASK_AGAIN: "ask {city} again, which said later",
    Step.FIND_CITY_CONTACT: "find the appropriate contact in {city}",
    Step.ARRANGE_INTRODUCTION: "set a date for the conversation with {city}",
    Step.HOLD_INTRODUCTION: "hold the conversation with {city}, and note that it took place",
    Step.HAND_OVER: "hand {city} over to the member",
    Step.WRITE_INVITATION: "write the letter of invitation to {city}",
    Step.SIGN_LETTER_OF_INTENT: "sign a letter of intent with {city}",
    Step.ADOPT_RESOLUTION: "have the council adopt a resolution on {city}",
    Step.SIGN_AGREEMENT: "prepare the agreement with {city} and its signatures",
    Step.CALL_MEMBER: "call the member: nothing was heard since the hand-over",
    Step.RESUME_SEARCH: "resume the search, which is paused",
    Step.RENEW_MEMBERSHIP: "renew the membership",
    Step.CONFIRM_SHORTLIST: "confirm the shortlist",
    Step.REVIEW_LISTING: "decide how to go on: {city} is not listed any more",
    Step.CLOSE_PAIR: "close this pair",
    Step.NONE: "",
}


def words_of(step: Step, pair: Pair) -> str:
    return WORDS[step].format(city=full_name(pair.foreign_place))


def can_do_next(service: Service, pair: Pair, caller: Caller) -> list[str]:
    """Staff read everybody's promises, a member its own."""
    if not pair.is_open:
        return []
    now, is_staff = service.clock(), caller.role is Role.STAFF
    return [
        *_promised(service, pair, now.date(), is_staff=is_staff),
        *_conversation(pair, now),
        *_step(pair, Party.STAFF if is_staff else Party.MEMBER),
    ]


def _promised(service: Service, pair: Pair, today: date, *, is_staff: bool) -> Iterator[str]:
    if not pair.actions:
        return
    for each in meeting_rows.actions_of(service, pair.id, today):
        if each.done_on is None and (is_staff or each.holder is Party.MEMBER):
            yield f"{each.who}: {each.what}, by {_day(each.due_on)}."


def _conversation(pair: Pair, now: datetime) -> Iterator[str]:
    city, is_held = full_name(pair.foreign_place), PairState.INTRODUCED in pair.days
    if pair.introduction_slots and not is_held:
        yield f"Choose one of the times that are proposed for the conversation with {city}."
    if pair.introduction_at is not None and pair.meets_after(now):
        when = in_words([side_of(pair.place), side_of(pair.foreign_place)], pair.introduction_at)
        yield f"Prepare the conversation with {city}: {when}."


def _step(pair: Pair, mine: Party) -> Iterator[str]:
    waiting = pair.waits_for()
    if waiting.holder is mine and waiting.due_on is not None:
        told = words_of(waiting.step, pair)
        yield f"{told[0].upper()}{told[1:]}, by {_day(waiting.due_on)}."


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"
