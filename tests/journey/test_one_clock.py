"""Random histories of a pair, as outreach keeps it and as intake hears of it: one step, one holder, one day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from hypothesis import settings

from services.intake.application import Intake
from services.intake.domain.ball import Ball, Milestone
from services.intake.domain.search import Search
from services.intake.domain.search_facts import Answers
from services.intake.subscribers import LETTERS, handlers
from services.matching.domain.research_file import ResearchFile
from services.matching.outbox import translate as word_of_matching
from services.outreach.domain.pair import Pair
from services.outreach.domain.steps import Step, StopReason
from services.outreach.outbox import MEANS, translate
from shared.events import CityContactFound
from shared.examples import COIMBRA
from shared.values import (
    Channel,
    Interest,
    Lane,
    NextStep,
    Party,
    Place,
    Preferences,
    Standing,
    pair_id,
)
from shared.working_days import Seat, on_working_day
from tests.examples import ASHIKAGA, TARTU
from tests.intake.states import CASE, PROFILE, SPRINGFIELD
from tests.matching.histories import ADMINISTRATOR, proposed
from tests.outreach.states import SIDES
from tests.outreach.test_clock import COURSE, PairsClock

DAY = timedelta(days=1)

TELLING = (*LETTERS, CityContactFound)


class CaseThatHears:
    """Intake, as far as it hears of one pair."""

    def __init__(self, at: datetime) -> None:
        self.search = Search.request(CASE, SPRINGFIELD, Answers(), at)
        self.search.complete_debrief(at.date(), Preferences(), PROFILE, at)
        self.on = handlers(cast("Intake", self))

    def hear(self, word: Any) -> None:
        if (told := self.on.get(type(word))) is not None:
            told(word)

    def note_research(self, _: UUID, ball: Ball, at: datetime, news: Any) -> None:
        self.search.note_research(ball, at, news)

    def note_pair(
        self, _: UUID, pair: UUID, milestone: Milestone, ball: Ball, at: datetime
    ) -> None:
        self.search.note_pair(pair, milestone, ball, at)

    def note_introduction(
        self, _: UUID, pair: UUID, milestone: Milestone, ball: Ball, listing: Any, at: datetime
    ) -> None:
        self.search.note_pair(pair, milestone, ball, at)

    def note_retraction(self, _: UUID, pair: UUID, at: datetime) -> None:
        self.search.unmake_pair(pair, at)

    def note_hand_over_retraction(self, _: UUID, pair: UUID, ball: Ball, at: datetime) -> None:
        self.search.take_back_hand_over(pair, ball, at)

    def note_lost_introduction(self, _: UUID, pair: UUID, ball: Ball, at: datetime) -> None:
        self.search.lose_introduction(pair, ball, at)

    def note_failure(self, _: UUID, pair: UUID, listing: Any, at: datetime) -> None:
        self.search.drop_pair(pair, at)

    def note_reopening(self, _: UUID, pair: UUID, ball: Ball, listing: Any, at: datetime) -> None:
        self.search.regain_pair(pair, ball, at)


def the_day_of(pair: Pair, case: CaseThatHears) -> tuple[Party, date | None]:
    """Of the pair's next step, which is the case's."""
    waiting, ball = pair.waits_for(), case.search.ball
    assert (ball.holder, ball.due_on) == (waiting.holder, waiting.due_on)
    return waiting.holder, waiting.due_on


@pytest.mark.parametrize("weekday", range(7))
def test_an_answer_is_awaited_until_one_day(weekday: int) -> None:
    """That on which the recipient has been silent for long enough, by its own calendar; and again after a follow-up,
    in whichever thread it is."""
    at = datetime(2026, 4, 20, 15, tzinfo=UTC) + weekday * DAY
    case, pair = CaseThatHears(at), a_pair(at)
    tokyo = Seat(country="JP", timezone="Asia/Tokyo")
    first = pair.contact(Channel.FOREIGN_EMBASSY, uuid4(), "JP", None, at, at, seat=tokyo)
    told(pair, case)
    holder, day = the_day_of(pair, case)
    assert (holder, day) == (Party.CHANNEL, pair.deadlines()[f"silence/{first}"].date())
    pair.contact(Channel.CITY_OFFICE, uuid4(), "JP", uuid4(), at + DAY, at + DAY, seat=tokyo)
    told(pair, case)
    assert the_day_of_what_is_told(case) == day
    at = pair.deadlines()[f"silence/{first}"]
    pair.time_passes(at)
    told(pair, case)
    pair.note_own_follow_up(first, at, at)
    told(pair, case)
    assert the_day_of_what_is_told(case) >= at.date()


def the_day_of_what_is_told(case: CaseThatHears) -> date:
    """While a letter is on its way out, which intake counts as out."""
    assert case.search.ball.step is NextStep.AWAIT_REPLIES
    assert case.search.ball.due_on is not None
    return case.search.ball.due_on


@pytest.mark.parametrize("weekday", range(7))
def test_a_silent_member_is_called_by_one_day(weekday: int) -> None:
    """A month after the hand-over, or after the last word; both services ask on the day after, and name one day."""
    at = datetime(2026, 6, 29, 15, tzinfo=UTC) + weekday * DAY
    case, pair = CaseThatHears(at), a_pair(at)
    for step in COURSE[:8]:
        at += DAY
        step(pair, at, None)
    told(pair, case)
    assert the_day_of(pair, case) == (Party.MEMBER, on_working_day((at + 30 * DAY).date()))
    at += 12 * DAY
    pair.receive_reply(next(iter(pair.threads)), uuid4(), at, at)
    told(pair, case)
    assert the_day_of(pair, case) == (Party.MEMBER, on_working_day((at + 30 * DAY).date()))
    (asked_at,) = pair.deadlines().values()
    assert case.search.deadlines() == {"overdue_step": asked_at}
    pair.time_passes(asked_at)
    case.search.time_passes(asked_at)
    holder, day = the_day_of(pair, case)
    assert (holder, pair.waits_for().step) == (Party.STAFF, Step.CALL_MEMBER)
    assert case.search.ball.step is NextStep.REVIEW
    assert day is not None
    assert day >= (asked_at + 14 * DAY).date()


@pytest.mark.parametrize("weekday", range(7))
def test_a_no_leaves_the_pair_to_staff(weekday: int) -> None:
    """Both services have staff close the pair, until one day; what is heard of it then changes nothing but a yes."""
    at = datetime(2026, 4, 20, 15, tzinfo=UTC) + weekday * DAY
    case, pair = CaseThatHears(at), a_pair(at)
    for step in COURSE[:3]:
        step(pair, at, None)
    pair.gauge_interest(Interest.NO, at)
    told(pair, case)
    assert the_day_of(pair, case) == (Party.STAFF, on_working_day((at + 7 * DAY).date()))
    assert (pair.waits_for().step, case.search.ball.step) == (Step.CLOSE_PAIR, NextStep.REVIEW)
    pair.receive_reply(next(iter(pair.threads)), uuid4(), at, at)
    told(pair, case)
    assert the_day_of(pair, case)[0] is Party.STAFF
    pair.gauge_interest(Interest.YES, at)
    told(pair, case)
    assert the_day_of(pair, case)[0] is Party.STAFF
    assert case.search.ball.step is NextStep.HOLD_INTRODUCTION


def test_a_no_leads_no_case() -> None:
    """A pair that is to be closed takes the word from none that is further on."""
    at = datetime(2026, 4, 20, 15, tzinfo=UTC)
    case, pair = CaseThatHears(at), a_pair(at)
    for step in COURSE[:8]:
        step(pair, at, None)
    told(pair, case)
    sides = SIDES.model_copy(update={"foreign_community_id": TARTU.community_id})
    further = case.search.ball
    other = Pair(sides, SPRINGFIELD, TARTU, Lane.SHORTLIST, None, at)
    COURSE[0](other, at, None)
    other.gauge_interest(Interest.NO, at)
    told(other, case)
    assert case.search.ball == further


@pytest.mark.parametrize("weekday", range(7))
def test_a_choice_that_is_open_again_is_due_on_one_day(weekday: int) -> None:
    """In the pairs that wait for it, in the case, and in matching: a month later, on a day on which members work."""
    at = datetime(2026, 4, 20, 15, tzinfo=UTC) + weekday * DAY
    case, pair, file = CaseThatHears(at), a_pair(at), a_file_with_a_shortlist(at)
    file.reopen(at)
    pair.stop(StopReason.SHORTLIST_REOPENED, at)
    case.hear(last_word_of(file))
    holder, day = the_day_of(pair, case)
    assert (holder, day) == (Party.MEMBER, on_working_day((at + 30 * DAY).date()))
    assert file.due_at is not None
    assert file.due_at.date() == day


@pytest.mark.parametrize("weekday", range(7))
def test_a_city_that_is_chosen_is_written_to_by_one_day(weekday: int) -> None:
    """Within a week of the choice, by both services."""
    at = datetime(2026, 4, 20, 15, tzinfo=UTC) + weekday * DAY
    case, pair, file = CaseThatHears(at), a_pair(at), a_file_with_a_shortlist(at)
    case.hear(last_word_of(file))
    assert the_day_of(pair, case) == (Party.STAFF, on_working_day((at + 7 * DAY).date()))


def test_a_city_that_is_not_written_to_yet_is_not_forgotten() -> None:
    """One says later, and the case waits for the letters to the other cities that were chosen, which are due first."""
    at = datetime(2026, 4, 20, 15, tzinfo=UTC)
    case, file = CaseThatHears(at), a_file_with_a_shortlist(at)
    pair, other = (a_pair_of(file.id, city, at) for city in (ASHIKAGA, TARTU))
    case.hear(last_word_of(file))
    COURSE[0](pair, at + DAY, None)
    pair.gauge_interest(Interest.LATER, at + DAY)
    told(pair, case)
    assert the_day_of(other, case) == (Party.STAFF, on_working_day((at + 7 * DAY).date()))
    assert case.search.ball.step is NextStep.WRITE_TO_CHANNELS
    for city in (TARTU, COIMBRA):
        case.search.drop_pair(pair_id(file.id, city.community_id), at + 2 * DAY)
    assert the_day_of(pair, case)[0] is Party.STAFF, "failed before anybody wrote"


def a_pair_of(case_id: UUID, city: Place, at: datetime) -> Pair:
    whose = {"case_id": case_id, "foreign_community_id": city.community_id}
    return Pair(SIDES.model_copy(update=whose), SPRINGFIELD, city, Lane.SHORTLIST, None, at)


RESTS: dict[str, int] = {"no letter": 0, "a letter": 1, "a yes": 4, "the contact": 5}
RESTS |= {"a date": 6, "a meeting": 7, "the hand-over": 8, "the invitation": 9}


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("reached", RESTS)
def test_a_search_that_goes_on_is_due_on_one_day(reached: str, weekday: int) -> None:
    """Paused and resumed, wherever it stood: intake names the day that outreach names."""
    at = datetime(2026, 4, 20, 15, tzinfo=UTC) + weekday * DAY
    file = a_file_with_a_shortlist(at)
    case, pair = CaseThatHears(at), a_pair_of(file.id, ASHIKAGA, at)
    case.hear(last_word_of(file))
    for city in (TARTU, COIMBRA):
        case.search.drop_pair(pair_id(file.id, city.community_id), at)
    home = Seat(country="US", timezone="UTC")
    for step in COURSE[: RESTS[reached]]:
        step(pair, at, home)
    told(pair, case)
    if reached == "a date":
        case.search.note_pair(pair.id, Milestone.ARRANGED, ball_of_meeting(pair), at)
    case.search.pause(None, at + DAY)
    pair.stop(StopReason.PAUSED, at + DAY)
    case.search.resume(at + 5 * DAY)
    pair.release(StopReason.PAUSED, at + 5 * DAY)
    the_day_of(pair, case)


def ball_of_meeting(pair: Pair) -> Ball:
    assert pair.introduction_at is not None
    day = pair.introduction_at.date()
    return Ball(step=NextStep.HOLD_INTRODUCTION, holder=Party.STAFF, due_on=day)


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("rest", [1, 12, 80])
def test_a_choice_that_rested_is_due_on_one_day(weekday: int, rest: int) -> None:
    """The date moves on by the rest, in matching and in intake, with a week left at least."""
    at = datetime(2026, 4, 20, 15, tzinfo=UTC) + weekday * DAY
    case, file = CaseThatHears(at), a_file_with_a_shortlist(at)
    file.reopen(at)
    case.hear(last_word_of(file))
    paused, resumed = at + 28 * DAY, at + (28 + rest) * DAY + timedelta(hours=7)
    case.search.pause(None, paused)
    file.pause(paused)
    case.search.resume(resumed)
    file.resume(resumed)
    assert file.due_at is not None
    assert case.search.ball.due_on == file.due_at.date()
    assert case.search.ball.due_on >= (resumed + 7 * DAY).date()


def a_file_with_a_shortlist(at: datetime) -> ResearchFile:
    file = proposed()
    choices = [ASHIKAGA, COIMBRA, TARTU]
    file.select_shortlist(ADMINISTRATOR, choices, Standing.GOOD, partners=(), at=at)
    return file


def last_word_of(file: ResearchFile) -> Any:
    return word_of_matching(file.collect_events()[-1])


def a_pair(at: datetime) -> Pair:
    return Pair(SIDES, SPRINGFIELD, ASHIKAGA, Lane.SHORTLIST, None, at)


def told(pair: Pair, case: CaseThatHears) -> None:
    for each in pair.collect_events():
        if (word := translate(each)) is not None:
            case.hear(word)


class BothClocks(PairsClock):
    case: CaseThatHears | None = None

    def record(self) -> list[Any]:
        events = super().record()
        self.case = self.case or CaseThatHears(self.now)
        words = [word for each in events if (word := translate(each)) is not None]
        for word in words:
            self.case.hear(word)
        if words and words[-1].happened_at == events[-1].at and type(words[-1]) in TELLING:
            self.agree(self.case.search, type(words[-1]).__name__)
        return events

    def agree(self, search: Search, after: str) -> None:
        """Where everything that moved the pair was told; what is on its way out counts as out for intake."""
        pair = self.pair
        is_on_its_way = any(each.letter_id for each in pair.threads.values())
        waiting = pair.waits_for()
        is_told = waiting.step in MEANS and pair.is_open and not pair.stops
        # A later, or a no once they met, is put off apart (`Progress.put_off`), with tests of its own.
        is_met = pair.introduction_at is not None
        is_told &= pair.interest is not Interest.LATER
        is_told &= pair.interest is not Interest.NO or not is_met
        if is_on_its_way or not is_told:
            return
        ball = search.pairs[pair.id].ball
        told = (MEANS[waiting.step], waiting.holder, waiting.due_on)
        assert (ball.step, ball.holder, ball.due_on) == told, after


BothClocks.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestBothClocks = BothClocks.TestCase
