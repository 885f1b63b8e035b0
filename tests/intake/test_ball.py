"""Who has the ball, in whatever order matching and outreach are heard."""

from datetime import date

from services.intake.domain.ball import Ball, Milestone
from services.intake.domain.search import Search
from shared.values import NextStep, Party
from tests.intake.states import (
    ARRANGES,
    ASKED_AGAIN,
    DAY,
    FIRST_CONTACT,
    HAND_OVER,
    HANDS_OVER,
    HELD,
    INTERESTED,
    INTRODUCTION,
    LATER,
    NOW,
    OTHER_PAIR,
    PAIR,
    REQUESTED,
    STATES,
    WRITE_AGAIN,
    WRITES,
    YES,
)


def search_in(state: str) -> Search:
    search: Search = STATES["Search"][state]()
    return search


def matching_says(search: Search, step: NextStep, holder: Party) -> None:
    search.note_research(Ball(step=step, holder=holder, due_on=date(2026, 4, 24)), NOW)


def ball(step: NextStep, holder: Party, due_on: date = date(2026, 4, 20)) -> Ball:
    return Ball(step=step, holder=holder, due_on=due_on)


def test_a_reopened_shortlist_outlives_the_pair_that_failed() -> None:
    """The member chooses again, whether the reopening or the failure of the last pair is heard first."""
    found = []
    for is_told_first in (True, False):
        search = search_in("writing")
        matching_says(search, NextStep.WRITE_TO_CHANNELS, Party.STAFF)
        if is_told_first:
            matching_says(search, NextStep.CHOOSE_SHORTLIST, Party.MEMBER)
        search.drop_pair(PAIR, NOW)
        if not is_told_first:
            matching_says(search, NextStep.CHOOSE_SHORTLIST, Party.MEMBER)
        found.append((search.ball.step, search.ball.holder))
    assert found == [(NextStep.CHOOSE_SHORTLIST, Party.MEMBER)] * 2


def test_a_named_city_that_fails_leaves_the_choice_to_the_member() -> None:
    """B8: a named city is worked on beside the case: when it fails the member has to choose as before."""
    search = search_in("writing while the member chooses")
    assert search.ball.step is NextStep.CHOOSE_SHORTLIST
    ARRANGES(search)
    assert search.ball == INTRODUCTION
    search.drop_pair(PAIR, NOW)
    assert search.ball == ball(NextStep.CHOOSE_SHORTLIST, Party.MEMBER, date(2026, 4, 9))


def test_a_date_that_passed_behind_a_pair_is_set_anew() -> None:
    """Whoever gets the ball back gets two weeks to play it."""
    search = search_in("writing while the member chooses")
    ARRANGES(search)
    late = NOW + 90 * DAY
    search.drop_pair(PAIR, late)
    assert search.ball.due_on == (late + 14 * DAY).date()


def test_after_an_endless_pause_the_case_waits_for_what_it_waited_for() -> None:
    """The look that staff take after 90 days of rest does not take the member's turn away."""
    resumed = search_in("paused, overdue")
    assert resumed.ball.step is NextStep.REVIEW
    resumed.resume(NOW + 100 * DAY)
    assert (resumed.ball.step, resumed.ball.holder) == (NextStep.CHOOSE_SHORTLIST, Party.MEMBER)
    unbooked = search_in("invited")
    unbooked.pause(None, REQUESTED)
    unbooked.time_passes(REQUESTED + 98 * DAY)
    unbooked.resume(REQUESTED + 99 * DAY)
    assert (unbooked.ball.step, unbooked.ball.holder) == (NextStep.BOOK_DEBRIEF, Party.MEMBER)


def test_a_fact_told_again_turns_nothing_back() -> None:
    """Correcting the day of an introduction or of an interest leaves a pair at its furthest step."""
    search = search_in("handed over")
    search.note_pair(PAIR, Milestone.INTRODUCED, ball(NextStep.WRITE_INVITATION, Party.STAFF), NOW)
    search.note_pair(PAIR, Milestone.INTEREST, ball(NextStep.HOLD_INTRODUCTION, Party.STAFF), NOW)
    WRITES(search)
    assert search.ball == HAND_OVER
    arranged = search_in("introducing")
    arranged.note_pair(PAIR, Milestone.INTEREST, ball(NextStep.HOLD_INTRODUCTION, Party.STAFF), NOW)
    assert arranged.ball == INTRODUCTION
    arranged.note_pair(PAIR, Milestone.ARRANGED, ball(NextStep.HOLD_INTRODUCTION, Party.STAFF), NOW)
    assert arranged.ball.due_on == date(2026, 4, 20)


def test_a_yes_may_become_a_later_and_letters_go_on() -> None:
    """Before an introduction is arranged the city's interest may change, and what is written then counts again."""
    search = search_in("writing")
    search.note_pair(PAIR, Milestone.INTEREST, ball(NextStep.HOLD_INTRODUCTION, Party.STAFF), NOW)
    search.note_pair(
        PAIR, Milestone.INTEREST, ball(NextStep.AWAIT_REPLIES, Party.FOREIGN_CITY), NOW
    )
    assert search.ball.holder is Party.FOREIGN_CITY
    WRITES(search)
    assert search.ball == FIRST_CONTACT


def test_letters_under_way_outrank_letters_to_write() -> None:
    """A first contact heard before the shortlist it belongs to is waited for all the same."""
    search = search_in("writing while the member chooses")
    matching_says(search, NextStep.WRITE_TO_CHANNELS, Party.STAFF)
    assert search.ball == FIRST_CONTACT


def test_what_staff_set_stands_until_the_case_moves() -> None:
    """A letter of a pair that does not lead leaves the step that staff set; the pair that leads does not."""
    search = search_in("introducing")
    search.set_next_step(NextStep.REVIEW, Party.STAFF, date(2026, 4, 1), NOW)
    search.note_pair(OTHER_PAIR, Milestone.LETTERS, FIRST_CONTACT, NOW)
    assert search.ball.step is NextStep.REVIEW
    HANDS_OVER(search)
    assert search.ball == HAND_OVER


def test_staff_who_book_the_debrief_keep_at_it() -> None:
    """Once staff telephone, a letter for a named city or a pause does not send the member's turn back overdue."""
    search = search_in("invited")
    search.time_passes(REQUESTED + 8 * DAY)
    WRITES(search)
    assert (search.ball.step, search.ball.holder) == (NextStep.BOOK_DEBRIEF, Party.STAFF)


def test_a_pair_that_goes_on_is_back_where_it_stood() -> None:
    """A pair that was ended by mistake waits for what it waited for, with a week at least to do it."""
    search = search_in("handed over")
    search.drop_pair(PAIR, NOW)
    assert search.ball.step is not NextStep.WRITE_INVITATION
    search.regain_pair(PAIR, WRITE_AGAIN, NOW + DAY)
    assert search.ball == HAND_OVER
    late = NOW + 90 * DAY
    search.drop_pair(PAIR, late)
    search.regain_pair(PAIR, WRITE_AGAIN, late)
    assert search.ball == HAND_OVER.not_before((late + 7 * DAY).date())


def test_a_pair_that_was_at_its_letters_is_written_to_again() -> None:
    """A reopened pair to which only letters had gone, or of which nothing is known, waits for a letter of staff."""
    search = search_in("writing")
    search.drop_pair(PAIR, NOW)
    search.regain_pair(PAIR, WRITE_AGAIN, NOW)
    assert search.ball == WRITE_AGAIN
    unknown = search_in("debriefed")
    unknown.regain_pair(PAIR, WRITE_AGAIN, NOW)
    assert unknown.ball == WRITE_AGAIN


def test_a_letter_that_settles_late_revives_no_failed_pair() -> None:
    """What is heard of a failed pair's letters changes nothing, until the pair is reopened."""
    search = search_in("writing")
    search.drop_pair(PAIR, NOW)
    waited_for = search.ball
    WRITES(search)
    assert (search.ball, search.pairs) == (waited_for, {})
    search.regain_pair(PAIR, WRITE_AGAIN, NOW)
    WRITES(search)
    assert search.ball == FIRST_CONTACT


def test_a_later_counts_at_every_step_until_the_yes() -> None:
    """A city that asks to be asked again is waited for, however far the pair is; a yes brings its step back."""
    search = search_in("introducing")
    LATER(search)
    assert search.ball == ASKED_AGAIN
    LATER(search)
    YES(search)
    assert search.ball == INTRODUCTION
    handed = search_in("handed over")
    LATER(handed)
    WRITES(handed)
    assert handed.ball == FIRST_CONTACT
    handed.note_pair(PAIR, Milestone.INTEREST, INTERESTED, NOW + 90 * DAY)
    assert handed.ball == HAND_OVER.not_before((NOW + 97 * DAY).date())


def test_a_later_stands_when_an_earlier_day_is_corrected() -> None:
    """A new day of the introduction is kept for the yes; a step further on ends the waiting."""
    search = search_in("introducing")
    LATER(search)
    again = INTRODUCTION.model_copy(update={"due_on": date(2026, 4, 20)})
    search.note_pair(PAIR, Milestone.ARRANGED, again, NOW)
    assert search.ball == ASKED_AGAIN
    YES(search)
    assert search.ball == again
    LATER(search)
    HANDS_OVER(search)
    assert search.ball == HAND_OVER


def test_a_later_outlives_the_end_of_the_pair() -> None:
    """A pair that is reopened while its city is to be asked again still knows its step."""
    search = search_in("introducing")
    LATER(search)
    search.drop_pair(PAIR, NOW)
    search.regain_pair(PAIR, WRITE_AGAIN, NOW)
    assert search.ball == ASKED_AGAIN
    YES(search)
    assert search.ball == INTRODUCTION


def test_a_contact_that_was_none_leaves_the_pair_to_begin() -> None:
    """Where nobody had been written to the case waits as before, and the right first contact is heard."""
    search = search_in("writing")
    matching_says(search, NextStep.WRITE_TO_CHANNELS, Party.STAFF)
    search.unmake_pair(PAIR, NOW)
    assert search.ball == ball(NextStep.WRITE_TO_CHANNELS, Party.STAFF, date(2026, 4, 24))
    WRITES(search)
    assert search.ball == FIRST_CONTACT


def test_a_contact_that_was_none_undoes_no_answer() -> None:
    """A pair that is beyond its letters goes on when a first contact is taken back."""
    search = search_in("introducing")
    search.unmake_pair(PAIR, NOW)
    assert search.ball == INTRODUCTION


def test_a_hand_over_that_was_none_leaves_the_letter_to_staff() -> None:
    """The pair is where its introduction had left it, also behind a "later"; what came after the hand-over stays."""
    search = search_in("handed over")
    search.take_back_hand_over(PAIR, HELD, NOW)
    assert search.ball == HELD
    HANDS_OVER(search)
    LATER(search)
    search.take_back_hand_over(PAIR, HELD, NOW)
    assert search.ball == ASKED_AGAIN
    YES(search)
    assert search.ball == HELD
    invited = ball(NextStep.SIGN_AGREEMENT, Party.FOREIGN_CITY)
    search.note_pair(PAIR, Milestone.INVITED, invited, NOW)
    search.take_back_hand_over(PAIR, HELD, NOW)
    assert search.ball == invited
