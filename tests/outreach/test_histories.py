"""Random histories of a pair: whatever happens, it never stands still unseen."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.outreach.domain.pair import Pair
from services.outreach.domain.steps import Step, Stop, StopReason
from shared.refusals import Refusal
from shared.values import Channel, FailureReason, Interest, PartnershipKind, Party
from tests.examples import LISTING
from tests.outreach.states import (
    MAYOR,
    NOW,
    PAIR_COMMANDS,
    STAFF,
    agreement,
    at,
    opened,
    thread_of,
)

COMMANDS = [
    *PAIR_COMMANDS.values(),
    lambda pair, who: pair.contact(Channel.CITY_OFFICE, MAYOR, "JP", UUID(int=5), NOW, NOW),
    lambda pair, who: pair.gauge_interest(Interest.NO, NOW),
    lambda pair, who: pair.contact(Channel.US_EMBASSY, None, "JP", None, NOW, NOW),
    lambda pair, who: pair.letter_went_out(thread_of(pair), UUID(int=5), NOW, is_first=True),
    lambda pair, who: pair.letter_went_out(thread_of(pair), UUID(int=7), NOW, is_first=False),
    lambda pair, who: pair.letter_was_refused(thread_of(pair), UUID(int=7), NOW),
    lambda pair, who: pair.letter_was_dropped(thread_of(pair), UUID(int=5), NOW),
    lambda pair, who: pair.find_listing(LISTING, NOW),
    lambda pair, who: pair.lose_listing(NOW),
    lambda pair, who: pair.stop(StopReason.NOT_CHOSEN, NOW),
    lambda pair, who: pair.reopen({StopReason.PAUSED: Stop(since=NOW)}, None, NOW),
    lambda pair, who: pair.stop(StopReason.PAUSED, NOW),
    lambda pair, who: pair.stop(StopReason.LISTING_ENDED, NOW),
    lambda pair, who: pair.release(StopReason.PAUSED, NOW),
    lambda pair, who: pair.release(StopReason.LISTING_ENDED, NOW),
    lambda pair, who: pair.fail(FailureReason.SILENT, (), NOW),
]
moments = st.one_of(st.sampled_from(COMMANDS), st.integers(1, 40))


def play(history: list[object]) -> Pair:
    """A number lets that many days pass; what is refused leaves the pair as it was."""
    pair, day = opened(), 5
    for moment in history:
        if isinstance(moment, int):
            day += moment
            pair.time_passes(at(day))
            overdue = [due for due in pair.deadlines().values() if due <= at(day)]
            assert overdue == [], "time asked, and asks the same again"
        else:
            try:
                moment(pair, STAFF)  # type: ignore[operator]
            except (Refusal, KeyError):
                continue
        check(pair)
    return pair


def check(pair: Pair) -> None:
    waiting = [pair.waits_for(), *map(pair.thread_waits_for, pair.threads.values())]
    for each in waiting:
        if pair.is_open:
            assert each.step is not Step.NONE
            assert each.holder is not Party.NOBODY
            assert each.due_on is not None
        else:
            assert each.step is Step.NONE
    if not pair.is_open or pair.stops:
        assert pair.deadlines() == {}


@settings(max_examples=300)
@given(st.lists(moments, max_size=25))
def test_every_open_pair_and_thread_has_owner_step_and_date(history: list[object]) -> None:
    """Whatever happens to a pair in whatever order, it and its threads have an owner, a next step and a date."""
    play(history)


@settings(max_examples=100)
@given(st.lists(moments, max_size=15))
def test_a_history_read_back_gives_the_same_pair(history: list[object]) -> None:
    """What is recorded is all there is: a pair rebuilt from its events waits for the same."""
    pair = play(history)
    rebuilt: Pair | None = None
    for event in pair.collect_events():
        rebuilt = event.mutate(rebuilt)
    assert rebuilt is not None
    assert rebuilt.waits_for() == pair.waits_for()
    assert rebuilt.deadlines() == pair.deadlines()


def test_silences_of_7_14_and_28_days_are_told_once_each() -> None:
    """B9: silence after 7, 14 and 28 days asks for a follow-up, then for another channel."""
    pair = opened()
    thread = pair.contact(Channel.FOREIGN_EMBASSY, None, "JP", None, at(0), at(0))
    pair.collect_events()
    told = []
    for day in range(40):
        pair.time_passes(at(day))
        told += [(day, event.days_silent) for event in pair.collect_events()]  # type: ignore[attr-defined]
        if told and told[-1][0] == day and day < 28:
            assert pair.waits_for().step is Step.FOLLOW_UP
            pair.note_own_follow_up(thread, at(day), at(day))
            pair.collect_events()
    assert told == [(7, 7), (14, 14), (28, 28)]
    assert pair.waits_for().step is Step.TRY_ANOTHER_CHANNEL


def test_a_reply_in_any_thread_starts_all_clocks_of_the_pair_anew() -> None:
    """Any reply, on whatever channel, resets the clock and makes a follow-up on its way needless."""
    pair = opened()
    embassy = pair.contact(Channel.FOREIGN_EMBASSY, None, "JP", None, at(0), at(0))
    league = pair.contact(Channel.MUNICIPAL_ASSOCIATION, MAYOR, "JP", None, at(0), at(0))
    pair.time_passes(at(8))
    pair.write_follow_up(league, UUID(int=4), at(8))
    pair.receive_reply(embassy, UUID(int=5), at(9), at(9))
    assert pair.threads[league].letter_id is None
    assert set(pair.deadlines().values()) == {at(9) + timedelta(days=7)}
    pair.time_passes(at(15))
    assert pair.deadlines() != {}


def test_a_silent_pair_that_is_found_late_is_told_once() -> None:
    """After a long standstill the longest silence is told, not each of the three."""
    pair = opened()
    pair.contact(Channel.FOREIGN_EMBASSY, None, "JP", None, at(0), at(0))
    pair.collect_events()
    pair.time_passes(at(60))
    assert [event.days_silent for event in pair.collect_events()] == [28]  # type: ignore[attr-defined]


def test_a_pause_takes_the_clocks_away_and_the_end_of_it_brings_them_back() -> None:
    """A paused search has no deadlines; they come back from its state."""
    pair = opened()
    pair.contact(Channel.FOREIGN_EMBASSY, None, "JP", None, at(0), at(0))
    before = pair.deadlines()
    pair.stop(StopReason.PAUSED, at(1))
    assert pair.deadlines() == {}
    pair.release(StopReason.PAUSED, at(3))
    assert pair.deadlines().keys() == before.keys()


def test_a_letter_that_a_stop_caught_is_to_be_written_again() -> None:
    """A first letter that was stopped before it went out leaves the thread to be written in."""
    pair = opened()
    thread = pair.contact(Channel.CITY_OFFICE, MAYOR, "JP", UUID(int=5), at(0), at(0))
    pair.stop(StopReason.LAPSED, at(0))
    pair.release(StopReason.LAPSED, at(30))
    assert pair.waits_for().step is Step.WRITE_TO_CHANNELS
    pair.write_follow_up(thread, UUID(int=6), at(30))
    pair.letter_went_out(thread, UUID(int=6), at(30), is_first=False)
    assert pair.deadlines() == {f"silence/{thread}": at(37)}


def test_a_friendship_is_a_stepping_stone() -> None:
    """A friendship needs no council resolution and leaves the search open for a sister city agreement."""
    pair = opened()
    pair.contact(Channel.FOREIGN_EMBASSY, None, "JP", None, at(0), NOW)
    pair.receive_reply(thread_of(pair), UUID(int=1), at(1), NOW)
    pair.find_contact(MAYOR, None, at(1))
    pair.gauge_interest(Interest.YES, at(1))
    pair.arrange_introduction(at(2), at(1))
    pair.hold_introduction(at(2).date(), at(2))
    pair.hand_over(at(2).date(), at(2))
    friends = agreement(PartnershipKind.FRIENDSHIP)
    pair.sign_agreement(STAFF, friends, ends_search=False, at=NOW)
    assert pair.is_open
    pair.adopt_resolution(STAFF, NOW.date(), NOW)
    pair.sign_agreement(STAFF, agreement(), ends_search=True, at=NOW)
    assert not pair.is_open
