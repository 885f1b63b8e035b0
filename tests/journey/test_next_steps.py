"""Intake and outreach name one next step for a pair: the same holder, the same day, and steps that mean the same."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.intake.domain.ball import Ball
from services.intake.subscribers import LETTERS, MILESTONES, ball_of_interest
from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import ContactProof
from services.outreach.domain.steps import Step
from services.outreach.outbox import MEANS, translate
from shared.events import FollowUpDue, InterestGauged, PublicEvent
from shared.values import Channel, Interest, Lane, Party
from shared.working_days import is_working_day
from tests.examples import ASHIKAGA, SPRINGFIELD
from tests.outreach.states import SIDES, STAFF

DAY = timedelta(days=1)
Act = Callable[[Pair, datetime], object]


def ball_of(event: PublicEvent) -> Ball:
    if isinstance(event, InterestGauged):
        return ball_of_interest(event)
    if type(event) in LETTERS:
        return LETTERS[type(event)](event)
    return MILESTONES[type(event)][1](event)


def contacted(at: datetime) -> Pair:
    pair = Pair(SIDES, SPRINGFIELD, ASHIKAGA, Lane.SHORTLIST, None, at)
    pair.contact(Channel.FOREIGN_EMBASSY, uuid4(), "JP", None, at, at)
    pair.find_contact(uuid4(), ContactProof.CALL_BACK, at)
    return pair


def agree(pair: Pair, events: list[PublicEvent]) -> None:
    ball, waiting = ball_of(events[-1]), pair.waits_for()
    assert (ball.holder, ball.due_on) == (waiting.holder, waiting.due_on), waiting.step
    assert ball.step is MEANS[waiting.step]
    if ball.holder is Party.STAFF and ball.due_on is not None:
        assert is_working_day("US", ball.due_on)


def said(pair: Pair) -> list[PublicEvent]:
    return [word for each in pair.collect_events() if (word := translate(each)) is not None]


REPLY: Act = lambda pair, at: pair.receive_reply(next(iter(pair.threads)), uuid4(), at, at)  # noqa: E731
COURSES: dict[str, list[Act]] = {
    "a bounce": [lambda pair, at: pair.report_bounce(next(iter(pair.threads)), at)],
    "a later": [REPLY, lambda pair, at: pair.gauge_interest(Interest.LATER, at)],
    "from the answer to the invitation": [
        REPLY,
        lambda pair, at: pair.gauge_interest(Interest.YES, at),
        lambda pair, at: pair.arrange_introduction(at + DAY, at),
        lambda pair, at: pair.hold_introduction(at.date(), at),
        lambda pair, at: pair.hand_over(at.date(), at),
        lambda pair, at: pair.send_invitation(STAFF, at.date(), at),
    ],
}


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("weekday", range(7))
def test_one_next_step_whichever_service_is_asked(course: str, weekday: int) -> None:
    """After each fact, begun on any day of the week; what staff have to do never falls on a day off."""
    at = datetime(2026, 6, 29, 15, tzinfo=UTC) + weekday * DAY
    pair = contacted(at)
    said(pair)
    for act in COURSES[course]:
        at += DAY
        act(pair, at)
        events = said(pair)
        if pair.introduction_at is None or pair.introduction_at <= at:
            agree(pair, events)


@pytest.mark.parametrize("weekday", range(7))
def test_a_silence_is_answered_on_the_same_day(weekday: int) -> None:
    """After 7, 14 and 28 days; after the last one another channel is tried, for which there is a day more."""
    began = datetime(2026, 6, 29, 15, tzinfo=UTC) + weekday * DAY
    pair = contacted(began)
    said(pair)
    for days in (7, 14, 28):
        pair.time_passes(began + days * DAY)
        events = said(pair)
        assert isinstance(events[-1], FollowUpDue)
        agree(pair, events)


def test_a_letter_that_comes_back_takes_no_answer_away() -> None:
    """The city has answered, and then our mail to it bounces: the answer is read first."""
    at = datetime(2026, 6, 29, 15, tzinfo=UTC)
    pair = contacted(at)
    REPLY(pair, at + DAY)
    pair.report_bounce(next(iter(pair.threads)), at + 2 * DAY)
    assert pair.waits_for().step is Step.GAUGE_INTEREST
