"""What was put down wrongly is put right, and what stopped goes on where it stood."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.outreach.domain import refusals as no
from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import PairState, pair_id
from services.outreach.domain.partnership import Origin, Partnership
from services.outreach.domain.steps import Step, Stop, StopReason
from services.outreach.imports import AssociationRow
from services.outreach.letters import letters_of
from services.outreach.outbox import translate
from services.outreach.rows import Contact, LetterText
from shared import events as said
from shared.values import Channel, FailureReason, Interest, Lane, PartnershipKind, Party
from shared.working_days import on_working_day
from tests.examples import ASHIKAGA, CASE, LISTING, SPRINGFIELD, TARTU
from tests.outreach.states import (
    BEGIN,
    EMBASSY,
    FIRST_LETTER,
    MAYOR,
    NOW,
    ORIGIN,
    SIDES,
    STAFF,
    after,
    agreement,
    at,
    case_file,
    letter_out,
    link,
    of_listing,
    opened,
    reach,
    stepping_stone,
    thread_of,
    with_letter,
    with_pair,
)


def names(pair: Any) -> list[str]:
    return [type(event).__name__ for event in pair.collect_events()]


# Letters, and the clocks of silence.


def test_no_silence_is_counted_while_the_first_letter_is_on_its_way() -> None:
    """The clock of a thread begins when its first letter goes out, and no follow-up is written before."""
    pair = with_letter()
    thread = thread_of(pair)
    assert pair.deadlines() == {}
    with pytest.raises(no.FirstLetterPending):
        pair.write_follow_up(thread, UUID(int=7), at(3))
    pair.letter_went_out(thread, FIRST_LETTER, at(4), is_first=True)
    assert pair.deadlines() == {f"silence/{thread}": at(4 + 7)}


def test_what_became_of_a_letter_is_recorded_once() -> None:
    """A letter that is said to have gone out a second time, or that the thread does not know, records nothing."""
    pair, thread = letter_out(), thread_of(letter_out())
    pair.collect_events()
    pair.letter_went_out(thread, FIRST_LETTER, at(2), is_first=True)
    pair.letter_was_refused(thread, FIRST_LETTER, at(2))
    pair.letter_was_dropped(UUID(int=99), FIRST_LETTER, at(2))
    assert names(pair) == []


def test_a_letter_that_a_stop_came_too_late_for_is_known_to_have_gone_out() -> None:
    """A first letter that was just being sent when the search stopped is not to be written again."""
    pair = with_letter()
    pair.stop(StopReason.PAUSED, at(1))
    pair.letter_went_out(thread_of(pair), FIRST_LETTER, at(1), is_first=True)
    pair.release(StopReason.PAUSED, at(2))
    assert pair.waits_for().step is Step.AWAIT_REPLY


def test_a_reply_ends_the_waiting_for_a_letter_in_its_own_thread() -> None:
    """Whoever answers has the letter, whatever became of it; one to somebody else is still waited for."""
    pair = with_letter()
    other = pair.contact(Channel.CITY_OFFICE, MAYOR, "JP", UUID(int=5), at(1), NOW)
    pair.receive_reply(thread_of(pair), UUID(int=9), at(2), NOW)
    assert pair.threads[thread_of(pair)].waits_for(None).step is Step.GAUGE_INTEREST
    assert pair.threads[other].waits_for(None).step is Step.SEE_LETTER_OUT


def test_a_letter_that_goes_out_after_the_answer_hides_no_answer() -> None:
    """A first letter that was just being sent when somebody answered leaves the interest to be gauged."""
    pair = with_letter()
    thread = thread_of(pair)
    pair.receive_reply(thread, UUID(int=9), at(2), NOW)
    pair.letter_went_out(thread, FIRST_LETTER, at(3), is_first=True)
    assert pair.waits_for().step is Step.GAUGE_INTEREST


def test_a_letter_that_an_answer_took_back_is_written_if_the_answer_was_none() -> None:
    """Reply, pause, and the reply taken back: the thread knows that its letter never went out."""
    pair = with_letter()
    thread = thread_of(pair)
    pair.receive_reply(thread, UUID(int=9), at(2), NOW)
    pair.stop(StopReason.PAUSED, at(2))
    pair.release(StopReason.PAUSED, at(3))
    assert pair.waits_for().step is Step.GAUGE_INTEREST
    pair.retract_reply(thread, at(3))
    assert pair.threads[thread].is_unsent
    assert pair.waits_for().step is Step.WRITE_TO_CHANNELS
    pair.receive_reply(thread, UUID(int=8), at(4), NOW)
    assert pair.waits_for().step is Step.GAUGE_INTEREST


def test_a_contact_that_was_reached_before_the_answer_was_taken_back_is_not_unsent() -> None:
    """Once staff followed up themselves, a reply that was none leaves a thread that waits for words."""
    pair = with_letter()
    thread = thread_of(pair)
    pair.receive_reply(thread, UUID(int=9), at(2), NOW)
    pair.note_own_follow_up(thread, at(3), NOW)
    pair.retract_reply(thread, at(4))
    assert pair.waits_for().step is Step.AWAIT_REPLY
    assert pair.deadlines() == {f"silence/{thread}": at(3 + 7)}


def test_after_the_end_of_a_pair_its_letters_are_no_news() -> None:
    """A letter that was just being sent when the pair failed is neither a follow-up nor a bounce to anybody."""
    first, follow_up = with_letter(), reach("contacted")
    follow_up.write_follow_up(thread_of(follow_up), UUID(int=7), at(2))
    for pair, letter in ((first, FIRST_LETTER), (follow_up, UUID(int=7))):
        pair.fail(FailureReason.DECLINED, (), at(3))
        pair.collect_events()
        pair.letter_went_out(thread_of(pair), letter, at(4), is_first=pair is first)
        pair.letter_was_refused(thread_of(pair), letter, at(4))
        pair.letter_was_dropped(thread_of(pair), letter, at(4))
        assert names(pair) == []


def test_after_a_pause_the_silence_is_counted_anew() -> None:
    """The first thing after a pause of sixty days is no follow-up for 28 days of silence."""
    pair = reach("contacted")
    pair.stop(StopReason.PAUSED, at(2))
    pair.release(StopReason.PAUSED, at(62))
    pair.collect_events()
    pair.time_passes(at(63))
    assert names(pair) == []
    pair.time_passes(at(62 + 7))
    assert names(pair) == ["FollowUpDue"]


def test_a_city_that_said_later_may_say_it_again() -> None:
    """Asked again and told later again, the date of the next question moves."""
    pair = reach("contacted")
    for day in (2, 92):
        pair.gauge_interest(Interest.LATER, at(day))
        waiting = pair.waits_for()
        assert (waiting.step, waiting.due_on) == (
            Step.ASK_AGAIN,
            on_working_day(at(day + 90).date()),
        )


def test_a_city_that_is_asked_again_has_a_clock() -> None:
    """Where the city said later, a follow-up starts the silence anew, and a reply asks for its interest."""
    pair = reach("contacted")
    thread = thread_of(pair)
    pair.gauge_interest(Interest.LATER, at(2))
    assert pair.deadlines() == {}
    pair.note_own_follow_up(thread, at(92), at(92))
    assert pair.deadlines() == {f"silence/{thread}": at(92 + 7)}
    assert pair.waits_for().step is Step.AWAIT_REPLY
    pair.receive_reply(thread, UUID(int=9), at(95), at(95))
    assert pair.waits_for().step is Step.GAUGE_INTEREST
    pair.gauge_interest(Interest.LATER, at(96))
    assert pair.waits_for().step is Step.ASK_AGAIN


# After the hand-over.


def test_a_reply_after_the_hand_over_is_news() -> None:
    """An answer that reaches staff after the hand-over starts the thirty days anew."""
    pair = reach("handed over")
    pair.receive_reply(thread_of(pair), UUID(int=8), at(20), at(20))
    assert pair.deadlines() == {"member_silent": after(20 + 30)}


def test_a_call_to_the_member_can_be_noted() -> None:
    """The step to call the member can be done, and the clock starts anew."""
    pair = reach("handed over")
    pair.time_passes(at(40))
    assert pair.waits_for().step is Step.CALL_MEMBER
    pair.call_member(at(41))
    assert pair.waits_for().step is Step.WRITE_INVITATION
    assert pair.deadlines() == {"member_silent": after(41 + 30)}


def test_a_corrected_day_of_the_hand_over_is_no_news_to_the_member() -> None:
    """Only the first hand-over causes the letter to the member."""
    pair = reach("introduced")
    pair.collect_events()
    pair.hand_over(at(4).date(), at(4))
    pair.hand_over(at(5).date(), at(5))
    letters = [[letter.kind for letter in letters_of(event)] for event in pair.collect_events()]  # type: ignore[arg-type]
    assert letters == [["handed_over"], []]


# Listings.


def test_a_conversation_goes_on_without_the_listing() -> None:
    """Once an introduction is arranged, the end of the listing stops nobody; it only vouches for nothing any more."""
    pair = reach("arranged")
    pair.find_listing(LISTING, at(2))
    pair.lose_listing(at(3))
    assert pair.stops == {}
    pair.hold_introduction(at(3).date(), at(3))
    pair.hand_over(at(4).date(), at(4))


def test_a_pair_that_never_hung_on_the_listing_goes_on() -> None:
    """A city of the shortlist that was listed meanwhile is written to after the listing's end, unproven as before."""
    pair = opened()
    pair.find_listing(LISTING, at(1))
    assert pair.has_proof
    pair.lose_listing(at(2))
    assert pair.stops == {}
    assert not pair.has_proof


def test_staff_go_on_without_a_listing_that_has_ended() -> None:
    """A pair that its listing's end stopped goes on, its proof must not rest on that; a new listing is one again."""
    pair = of_listing()
    assert pair.waits_for().step is Step.REVIEW_LISTING
    pair.set_listing_aside(at(2))
    assert pair.stops == {}
    assert not pair.has_proof
    pair.lose_listing(at(3))
    assert pair.stops == {}
    pair.find_listing(LISTING, at(4))
    assert pair.has_proof


# What is taken back.


def test_a_reply_that_is_taken_back_brings_the_bounce_back() -> None:
    """A bounced thread with a reply that was none needs another contact still."""
    pair = reach("contacted")
    thread = thread_of(pair)
    pair.report_bounce(thread, at(2))
    for number in (1, 2):
        pair.receive_reply(thread, UUID(int=number), at(2 + number), NOW)
    pair.retract_reply(thread, NOW)
    assert pair.threads[thread].undeliverable_since is None
    pair.retract_reply(thread, NOW)
    assert pair.threads[thread].undeliverable_since == at(2)
    assert isinstance(translate(pair.collect_events()[-1]), said.ReplyRetracted)


def test_a_contact_that_was_put_down_by_mistake_is_taken_back() -> None:
    """The thread is gone, everybody hears of it, and the right contact can be recorded in its place."""
    pair = reach("contacted")
    thread = thread_of(pair)
    pair.retract_contact(thread, at(2))
    told = translate(pair.collect_events()[-1])
    assert isinstance(told, said.ContactRetracted)
    assert told.threads_left == 0
    assert pair.state is PairState.OPEN
    again = pair.contact(Channel.FOREIGN_EMBASSY, EMBASSY, "JP", None, at(0), NOW)
    assert again == thread


def test_a_contact_that_is_taken_back_says_how_many_remain() -> None:
    """Whether anybody was written to at all is told with the contact that was none."""
    pair = reach("contacted")
    other = pair.contact(Channel.CITY_OFFICE, MAYOR, "JP", None, at(1), NOW)
    pair.retract_contact(other, at(2))
    told = translate(pair.collect_events()[-1])
    assert isinstance(told, said.ContactRetracted)
    assert told.threads_left == 1


def test_a_failed_pair_goes_on_where_it_stood() -> None:
    """Its clocks run again, and only an introduction makes it name the listing, as it is on the map now."""
    pair = reach("contacted")
    pair.find_listing(LISTING, at(1))
    pair.fail(FailureReason.DECLINED, (), at(2))
    pair.reopen({}, LISTING, at(40))
    assert pair.state is PairState.CONTACTED
    assert pair.deadlines() == {f"silence/{thread_of(pair)}": at(40 + 7)}
    told = translate(pair.collect_events()[-1])
    assert isinstance(told, said.PairReopened)
    assert told.listing_id is None
    met = reach("arranged")
    met.find_listing(LISTING, at(2))
    met.fail(FailureReason.DECLINED, (), at(3))
    listed_anew = UUID(int=77)
    met.reopen({}, listed_anew, at(4))
    told = translate(met.collect_events()[-1])
    assert isinstance(told, said.PairReopened)
    assert told.listing_id == listed_anew


def test_a_letter_that_the_end_took_back_is_to_be_written_again() -> None:
    """A pair that goes on does not wait for a letter that was cancelled when it failed."""
    pair = with_letter()
    pair.fail(FailureReason.DECLINED, (), at(2))
    pair.reopen({}, None, at(3))
    assert pair.waits_for().step is Step.WRITE_TO_CHANNELS
    pair.write_follow_up(thread_of(pair), UUID(int=7), at(4))
    assert pair.waits_for().step is Step.SEE_LETTER_OUT


def test_a_reopened_pair_is_stopped_by_what_stops_its_case_now() -> None:
    """A pause that ended meanwhile is over for it, one that began holds it too, and nobody waits for a shortlist."""
    pair = reach("open")
    for reason in (StopReason.LAPSED, StopReason.SHORTLIST_REOPENED):
        pair.stop(reason, at(1))
    pair.fail(FailureReason.NOT_A_MATCH, (), at(2))
    pair.reopen({StopReason.PAUSED: Stop(since=at(3), until=at(50).date())}, None, at(4))
    assert list(pair.stops) == [StopReason.PAUSED]
    assert pair.waits_for().due_on == at(50).date()


def test_a_city_that_is_not_chosen_again_rests_with_staff() -> None:
    """Nobody waits for the member to confirm a city that it left out: staff close it, or it is chosen later."""
    pair = opened()
    pair.stop(StopReason.NOT_CHOSEN, at(1))
    waiting = pair.waits_for()
    assert (waiting.step, waiting.holder) == (Step.CLOSE_PAIR, Party.STAFF)
    pair.release(StopReason.NOT_CHOSEN, at(2))
    assert pair.waits_for().step is Step.WRITE_TO_CHANNELS


# Lanes, and the records of a city.


def test_a_city_of_the_shortlist_that_is_named_stays_named() -> None:
    """Only the shortlist's own cities change their lane, which is told to nobody."""
    pair = opened()
    pair.collect_events()
    for lane in (Lane.SHORTLIST, Lane.NAMED, Lane.INTEREST, Lane.SHORTLIST):
        pair.change_lane(lane, at(1))
    assert pair.lane is Lane.NAMED
    (changed,) = pair.collect_events()
    assert isinstance(changed, Pair.LaneChanged)
    assert translate(changed) is None


def test_a_pair_has_the_number_of_the_record_as_it_was_chosen() -> None:
    """Its sides name the record that remains, its number the one that everybody heard, and none is opened twice."""
    remains = UUID(int=44)
    sides = SIDES.model_copy(update={"foreign_community_id": remains})
    pair = Pair(sides, SPRINGFIELD, ASHIKAGA, Lane.NAMED, None, BEGIN)
    assert pair.id == pair_id(CASE, ASHIKAGA.community_id)
    assert pair.sides.foreign_community_id == remains
    case = case_file()
    case.add_pairs({remains: ASHIKAGA}, BEGIN)
    assert case.foreign_community_ids == [ASHIKAGA.community_id]
    for known in (remains, ASHIKAGA.community_id):
        assert case.add_pairs({known: ASHIKAGA}, NOW) == {}
    assert case.add_pairs({remains: TARTU}, NOW) == {}
    assert case.add_pairs({UUID(int=45): ASHIKAGA}, NOW) == {}


# Partnerships.


def test_a_stepping_stone_says_whose_it_is_and_that_the_search_goes_on() -> None:
    """A friendship names its case and its pair, and that it leaves the search open."""
    told = translate(stepping_stone().collect_events()[-1])
    assert isinstance(told, said.PartnershipFormed)
    assert (told.case_id, told.pair_id) == (ORIGIN.case_id, ORIGIN.pair_id)
    assert not told.ends_search


def test_a_friendship_may_end_the_search_after_all() -> None:
    """The very pair of a stepping stone signs the same kind once more to end its search; nobody else, and not twice."""
    partnership, friends = stepping_stone(), PartnershipKind.FRIENDSHIP
    another = ORIGIN.model_copy(update={"pair_id": UUID(int=99)})
    with pytest.raises(no.AlreadyPartners):
        partnership.form(friends, NOW.date(), another, NOW)
    partnership.form(friends, NOW.date(), ORIGIN, NOW)
    with pytest.raises(no.AlreadyPartners):
        partnership.form(friends, NOW.date(), ORIGIN, NOW)


def test_the_first_stepping_stones_may_end_the_search_too() -> None:
    """Those that were recorded without their case are known as stepping stones by that."""
    partnership, friends = link(), PartnershipKind.FRIENDSHIP
    partnership.form(friends, BEGIN.date(), Origin(pair_id=ORIGIN.pair_id), BEGIN)
    partnership.form(friends, NOW.date(), ORIGIN, NOW)


def test_a_sister_city_agreement_ends_the_search() -> None:
    """It is refused in a sentence that it should leave the search open."""
    with pytest.raises(no.SisterCityEndsSearch, match="ends the search of Springfield"):
        reach("resolution").sign_agreement(STAFF, agreement(), ends_search=False, at=NOW)


def sister(signed_on: date) -> Partnership:
    partnership = link()
    partnership.form(PartnershipKind.SISTER, signed_on, ORIGIN, NOW)
    return partnership


def test_check_ins_follow_the_corrected_day() -> None:
    """A wrong day of the signatures, once corrected, no longer decides when staff ask; the year goes with the day."""
    partnership = sister(date(2024, 1, 10))
    assert partnership.deadlines() == {}
    partnership.correct({"signed_on": date(2026, 5, 12)}, NOW)
    assert f"{partnership.deadlines()['check_in']:%Y-%m-%d}" == "2026-11-12"
    told = translate(partnership.collect_events()[-1])
    assert isinstance(told, said.PartnershipCorrected)
    right = (told.kind, told.year, told.signed_on, told.is_active, told.ended_on)
    assert right == (PartnershipKind.SISTER, 2026, date(2026, 5, 12), True, None)


def test_an_end_that_was_recorded_by_mistake_is_taken_back() -> None:
    """The partnership is active again, has no last day, and its check-ins come back."""
    partnership = sister(date(2026, 5, 12))
    before = partnership.deadlines()
    partnership.end(NOW.date(), NOW)
    assert partnership.deadlines() == {}
    partnership.correct({"is_active": True}, NOW)
    assert partnership.particulars.ended_on is None
    assert partnership.deadlines() == before


def test_year_and_day_of_a_partnership_agree() -> None:
    """A year that the day of the signatures does not lie in is refused, also where the day was known before."""
    partnership = sister(date(2026, 5, 12))
    with pytest.raises(no.YearAndDayDisagree):
        partnership.correct({"year": 1999}, NOW)
    partnership.correct({"year": 1999, "signed_on": None}, NOW)
    assert partnership.year == 1999


# What was recorded before.


def replayed(aggregate: Any, **without: tuple[str, ...]) -> Any:
    """An aggregate read from events that lack what they did not have at first."""
    rebuilt = None
    for event in aggregate.collect_events():
        lacking = set(without.get(type(event).__name__, ()))
        old = type(event).model_validate(event.model_dump(exclude=lacking))
        rebuilt = old.mutate(rebuilt)
    return rebuilt


def test_what_was_recorded_at_first_still_applies() -> None:
    """Events without the later fields keep their meaning: a correction of old left day and activity as they were."""
    partnership = sister(date(2026, 5, 12))
    partnership.correct({"kind": PartnershipKind.PROJECT}, NOW)
    lacking = ("signed_on", "is_active", "ended_on")
    shown = replayed(partnership, PartnershipCorrected=lacking).particulars
    assert (shown.kind, shown.signed_on) == (PartnershipKind.PROJECT, date(2026, 5, 12))
    assert shown.is_active
    pair = reach("contacted")
    pair.write_follow_up(thread_of(pair), UUID(int=7), at(2))
    pair.letter_went_out(thread_of(pair), UUID(int=7), at(3), is_first=False)
    old: Pair = replayed(pair, FollowUpSent=("letter_id",), HandedOverToMember=("is_first",))
    assert old.waits_for() == pair.waits_for()
    corrected = reach("contacted")
    corrected.retract_contact(thread_of(corrected), at(2))
    assert replayed(corrected, ContactRetracted=("threads_left",)).threads == {}
    case = replayed(with_pair(), PairsAdded=("remaining_ids",))
    assert case.known_cities == {ASHIKAGA.community_id}


# Names in the heads of letters.


@pytest.mark.parametrize("name", ["=?utf-8?q?Bcc=3A_x?=", "Ann\x85Lee", "Ann\u2028Lee", "Ann\x07"])
def test_a_name_that_would_break_the_head_of_a_letter_is_refused(name: str) -> None:
    """Encoded words, ends of lines and control characters are neither names nor subjects."""
    with pytest.raises(ValidationError, match="please write it"):
        Contact(channel=Channel.OTHER, country="JP", seat_country="JP", name=name)
    with pytest.raises(ValidationError, match="please write it"):
        AssociationRow(country_iso2="JP", name=name, kind="national")
    with pytest.raises(ValidationError, match="please write it"):
        LetterText(subject=name, body="Dear Sir or Madam")


def test_a_pair_of_interest_in_a_lost_listing_opens_without_its_word() -> None:
    """A listing that has left the map before the pair was opened stops it, and is no proof."""
    pair = Pair(SIDES, SPRINGFIELD, ASHIKAGA, Lane.INTEREST, LISTING, BEGIN)
    pair.lose_listing(BEGIN)
    assert list(pair.stops) == [StopReason.LISTING_ENDED]
    assert not pair.has_proof
    assert pair.sides.case_id == CASE
    assert pair.waits_for().due_on == on_working_day((BEGIN + timedelta(days=14)).date())
