"""Random histories of a research file: what holds whatever people do, in whatever order."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain import refusals as no
from services.matching.domain.research_file import ResearchFile, Stage, Vote, pair_id_of
from services.matching.domain.ways import Way, ways_on
from shared.context import Role
from shared.examples import ASHIKAGA, COIMBRA, HOPES, LISTING, SPRINGFIELDS_PROFILE, TARTU
from shared.refusals import Refusal
from shared.values import FailureReason, NextStep, Party, Place, Standing
from tests.matching.histories import (
    ADMINISTRATOR,
    AT,
    FULDA,
    GDANSK,
    LISTED,
    LYNGBY,
    NO_PARTNERS,
    PEORIA,
    PIRAN,
    PROPOSED,
    exhausted,
    listed,
    proposed,
    reopened,
    requested,
    shortlisted,
)

POOL = [ASHIKAGA, COIMBRA, TARTU, FULDA, LYNGBY, GDANSK, PEORIA]
Act = Callable[[ResearchFile, datetime], object]


@given(
    st.lists(st.sampled_from(PROPOSED), unique_by=lambda city: city.geoname_id)
    | st.lists(st.sampled_from([*PROPOSED, GDANSK, PEORIA]), max_size=7)
)
def test_a_shortlist_has_3_to_5_proposed_cities_abroad_each_once(cities: list[Place]) -> None:
    """B6: accepted is exactly what has 3, 4 or 5 cities, all abroad, none twice, all proposed."""
    is_good = (
        3 <= len(cities) <= 5
        and len({city.geoname_id for city in cities}) == len(cities)
        and all(city.country != "US" and city in PROPOSED for city in cities)
    )
    file = proposed()
    try:
        file.select_shortlist(ADMINISTRATOR, cities, Standing.GOOD, partners=NO_PARTNERS, at=AT)
    except Refusal:
        assert not is_good
    else:
        assert is_good
        assert file.shortlist == tuple(city.geoname_id for city in cities)


def _fail_each(file: ResearchFile, at: datetime) -> None:
    for foreign in list(file.open_pairs):
        file.lose_pair(foreign, FailureReason.SILENT, at)


def _wait(file: ResearchFile, at: datetime) -> None:
    for kind, due_at in file.deadlines().items():
        file.meet_deadline(kind, max(at, due_at))


def _choose(cities: list[Place]) -> Act:
    return lambda f, at: f.select_shortlist(
        ADMINISTRATOR, cities, Standing.GOOD, partners=NO_PARTNERS, at=at
    )


def _choose_what_is_left(file: ResearchFile, at: datetime) -> None:
    cities = [file.prospects[each] for each in file.choosable][:5]
    file.select_shortlist(ADMINISTRATOR, cities, Standing.GOOD, partners=NO_PARTNERS, at=at)


PLAIN: list[Act] = [
    lambda f, at: f.begin_research(HOPES, SPRINGFIELDS_PROFILE, at),
    lambda f, at: f.review_listed([LISTED.listing_id], at),
    lambda f, at: f.propose(None, at),
    lambda f, at: f.reopen(at),
    lambda f, at: f.exhaust(at),
    lambda f, at: f.pause(at),
    lambda f, at: f.resume(at),
    _choose_what_is_left,
    _fail_each,
    _wait,
]
city = st.sampled_from(POOL)
acts = st.sampled_from(PLAIN) | st.one_of(
    city.map(lambda c: lambda f, at: f.add_prospect(c, is_partner=False, at=at)),
    city.map(lambda c: lambda f, at: f.remove_prospect(c.geoname_id, at)),
    city.map(lambda c: lambda f, at: f.name_cities([c], partners=NO_PARTNERS, at=at)),
    city.map(lambda c: lambda f, at: f.cast_vote(ADMINISTRATOR, c.geoname_id, Vote.FOR, at)),
    city.map(lambda c: lambda f, at: f.regain_pair(c.community_id, at)),
    st.tuples(city, city).map(
        lambda pair: lambda f, at: f.merge_foreign(pair[0].community_id, pair[1].community_id, at)
    ),
    city.map(lambda c: lambda f, at: f.lose_pair(c.community_id, FailureReason.DECLINED, at)),
    city.map(
        lambda c: (
            lambda f, at: f.express_interest(
                ADMINISTRATOR, listed(c), Standing.GOOD, partners=NO_PARTNERS, at=at
            )
        )
    ),
    st.lists(city, min_size=2, max_size=6).map(_choose),
)
openings = st.sampled_from([requested, proposed, shortlisted, reopened, exhausted])


@settings(max_examples=100)
@given(openings, st.lists(acts, min_size=20, max_size=30))
def test_every_state_can_be_left(opening: Callable[[], ResearchFile], history: list[Act]) -> None:
    """After each step somebody can do something, what is offered works, and time asks for it where it is ours."""
    file = opening()
    for day, act in enumerate(history):
        try:
            act(file, AT + timedelta(days=day))
        except Refusal:
            continue
        _somebody_has_the_ball(file)
        _what_is_offered_is_what_works(file)
    assert _read_again(file) == _facts(file)


def _somebody_has_the_ball(file: ResearchFile) -> None:
    assert file.holder is not Party.NOBODY
    if file.step in (NextStep.BOOK_DEBRIEF, NextStep.RESUME):
        return  # intake's: its timers remind, its doors lead on
    if file.step is NextStep.WRITE_TO_CHANNELS:
        assert file.live_pairs  # outreach's: each pair ends in a partnership or fails
        return
    assert file.deadlines() or file.is_overdue
    assert ways_on(file, Role.STAFF)
    if file.step is NextStep.CHOOSE_SHORTLIST:
        assert Way.SELECT_SHORTLIST in ways_on(file, Role.ADMINISTRATOR)


def _what_is_offered_is_what_works(file: ResearchFile) -> None:
    tries: dict[Way, Act] = {
        Way.ADD_PROSPECT: lambda f, at: f.add_prospect(PROPOSED[4], is_partner=False, at=at),
        Way.PROPOSE: lambda f, at: f.propose(at + timedelta(days=1), at),
        Way.REOPEN: lambda f, at: f.reopen(at),
        Way.MARK_EXHAUSTED: lambda f, at: f.exhaust(at),
        Way.VOTE: lambda f, at: f.cast_vote(ADMINISTRATOR, f.proposed[0], Vote.FOR, at),
        Way.SELECT_SHORTLIST: _choose_what_is_left,
    }
    offered = {*ways_on(file, Role.STAFF), *ways_on(file, Role.ADMINISTRATOR)}
    for way, act in tries.items():
        if way is Way.ADD_PROSPECT and PROPOSED[4].geoname_id in file.prospects:
            continue
        assert _works(file, act) == (way in offered), way


def _works(file: ResearchFile, act: Act) -> bool:
    try:
        act(deepcopy(file), AT + timedelta(days=100))
    except (Refusal, IndexError):
        return False
    return True


def _read_again(file: ResearchFile) -> dict[str, Any]:
    again: Any = None
    for event in file.pending_events:
        again = event.mutate(again)
    return _facts(again)


def _facts(file: ResearchFile) -> dict[str, Any]:
    return {name: fact for name, fact in vars(file).items() if not name.startswith("_")}


def test_a_pause_adds_its_length_to_the_time_to_answer() -> None:
    """A member that paused for ten days has ten days more to answer."""
    file = proposed()
    file.pause(AT + timedelta(days=5))
    assert file.deadlines() == {}
    file.resume(AT + timedelta(days=15))
    assert file.deadlines() == {"unanswered_prospects": AT + timedelta(days=40)}


def test_an_ended_search_hears_nothing_more() -> None:
    """After the end no late event from outreach or intake changes the file."""
    file = proposed()
    file.end(AT)
    before = len(file.pending_events)
    file.lose_pair(ASHIKAGA.community_id, FailureReason.DECLINED, AT)
    file.pause(AT)
    file.name_cities([GDANSK], partners=NO_PARTNERS, at=AT)
    file.begin_research(HOPES, SPRINGFIELDS_PROFILE, AT)
    file.end(AT)
    assert len(file.pending_events) == before
    assert file.stage is Stage.ENDED


def _choose_again(file: ResearchFile, *cities: Place) -> None:
    file.reopen(AT)
    file.select_shortlist(ADMINISTRATOR, cities, Standing.GOOD, partners=NO_PARTNERS, at=AT)


def test_a_shortlist_can_be_corrected_back_and_forth() -> None:
    """B6: a city that was taken off the shortlist before anybody wrote to it can be put on it again."""
    file = shortlisted()
    _choose_again(file, TARTU, COIMBRA, PIRAN)
    _choose_again(file, ASHIKAGA, COIMBRA, PIRAN)
    assert file.shortlist == tuple(each.geoname_id for each in (ASHIKAGA, COIMBRA, PIRAN))
    assert {each.name for each in file.live_pairs.values()} == {"Ashikaga", "Coimbra", "Piran"}


def test_a_pair_that_rests_holds_nothing_up() -> None:
    """A city that is not on the shortlist any more keeps no search from being exhausted, and can be named."""
    file = shortlisted()
    _choose_again(file, TARTU, COIMBRA, PIRAN)
    for lost in (TARTU, COIMBRA, PIRAN):
        file.lose_pair(lost.community_id, FailureReason.DECLINED, AT)
    assert (file.stage, list(file.open_pairs)) == (Stage.REOPENED, [ASHIKAGA.community_id])
    after = deepcopy(file)
    after.exhaust(AT)
    assert after.stage is Stage.EXHAUSTED
    file.name_cities([ASHIKAGA], partners=NO_PARTNERS, at=AT)
    with pytest.raises(no.PairsStillOpen, match="1 outreach"):
        file.exhaust(AT)


def test_a_named_city_of_the_shortlist_outlasts_it() -> None:
    """B8: a city that the member names while it is on the shortlist stays in outreach when another list is chosen."""
    file = shortlisted()
    file.name_cities([ASHIKAGA], partners=NO_PARTNERS, at=AT)
    _choose_again(file, TARTU, COIMBRA, PIRAN)
    assert ASHIKAGA.community_id in file.live_pairs


def test_a_regained_pair_is_open_as_before() -> None:
    """A pair that failed by mistake is in outreach again, and fails again as any other."""
    file = exhausted()
    file.regain_pair(ASHIKAGA.community_id, AT)
    assert (file.lost_pairs, file.tried) == ({}, {})
    with pytest.raises(no.AlreadyInOutreach):
        file.express_interest(
            ADMINISTRATOR, listed(ASHIKAGA), Standing.GOOD, partners=NO_PARTNERS, at=AT
        )
    file.lose_pair(ASHIKAGA.community_id, FailureReason.DECLINED, AT)
    assert list(file.lost_pairs) == [ASHIKAGA.community_id]


def test_what_was_tried_under_one_record_was_tried_under_the_other() -> None:
    """Two records of a city abroad: pairs stand under the one that remains, whichever outreach speaks of."""
    file = reopened()
    file.merge_foreign(TARTU.community_id, LYNGBY.community_id, AT)
    file.merge_foreign(PIRAN.community_id, GDANSK.community_id, AT)
    assert set(file.open_pairs) == {each.community_id for each in (ASHIKAGA, COIMBRA, PIRAN)}
    for city in (TARTU, LYNGBY):
        with pytest.raises(no.AlreadyTried):
            file.select_shortlist(
                ADMINISTRATOR,
                [ASHIKAGA, COIMBRA, city],
                Standing.GOOD,
                partners=NO_PARTNERS,
                at=AT,
            )
    file.lose_pair(GDANSK.community_id, FailureReason.DECLINED, AT)
    assert PIRAN.community_id in file.lost_pairs
    file.regain_pair(GDANSK.community_id, AT)
    assert PIRAN.community_id in file.open_pairs


def _hear_pair(file: ResearchFile, city: Place, *, is_lost: bool) -> None:
    """As outreach tells it: by the pair's own id, and by the record that remains."""
    pair, remains = pair_id_of(file.id, city.community_id), file.city_of(city.community_id)
    if is_lost:
        file.lose_pair(remains, FailureReason.DECLINED, AT, pair)
    else:
        file.regain_pair(remains, AT, pair)


def test_a_city_with_one_pair_for_both_records_is_lost_with_it() -> None:
    """Outreach heard of the merge before the choice and opened one pair: with it goes the city, no ghost is left."""
    file = requested()
    file.begin_research(HOPES, SPRINGFIELDS_PROFILE, AT)
    file.name_cities([ASHIKAGA, COIMBRA, TARTU], partners=NO_PARTNERS, at=AT)
    file.merge_foreign(ASHIKAGA.community_id, COIMBRA.community_id, AT)
    tartu, coimbra = (pair_id_of(file.id, each.community_id) for each in (TARTU, COIMBRA))
    file.lose_pair(TARTU.community_id, FailureReason.DECLINED, AT, tartu, [coimbra])
    assert set(file.open_pairs) == {ASHIKAGA.community_id, COIMBRA.community_id}
    file.lose_pair(COIMBRA.community_id, FailureReason.DECLINED, AT, coimbra, [])
    assert file.open_pairs == {}
    file.exhaust(AT)


@pytest.mark.parametrize("merged_after", [0, 1, 2])
def test_a_city_with_two_pairs_is_lost_with_the_last_of_them(merged_after: int) -> None:
    """Both records of a city were chosen: its second pair keeps the search going, whenever the merge is heard."""
    file = requested()
    file.begin_research(HOPES, SPRINGFIELDS_PROFILE, AT)
    file.name_cities([ASHIKAGA, COIMBRA, TARTU], partners=NO_PARTNERS, at=AT)
    for turn, lost in enumerate((ASHIKAGA, TARTU, COIMBRA)):
        if turn == merged_after:
            file.merge_foreign(ASHIKAGA.community_id, COIMBRA.community_id, AT)
        if turn == 2:
            with pytest.raises(no.PairsStillOpen, match="1 outreach"):
                file.exhaust(AT)
        _hear_pair(file, lost, is_lost=True)
    file.exhaust(AT)
    _hear_pair(file, ASHIKAGA, is_lost=False)
    assert list(file.open_pairs) == [ASHIKAGA.community_id]
    assert list(file.lost_pairs) == [TARTU.community_id, COIMBRA.community_id]


def test_a_city_that_is_chosen_again_is_told_by_the_record_of_its_pair() -> None:
    """Outreach finds the pair that it has, also where it hears of the merge last."""
    file = shortlisted()
    file.follow_merge(ASHIKAGA.community_id, FULDA.community_id, AT)
    _choose_again(file, FULDA, COIMBRA, PIRAN)
    assert file.shortlist == tuple(each.geoname_id for each in (ASHIKAGA, COIMBRA, PIRAN))
    assert all(map(file.is_shortlisted, (ASHIKAGA, FULDA)))
    file.name_cities([FULDA], partners=NO_PARTNERS, at=AT)
    event = file.pending_events[-1]
    assert isinstance(event, ResearchFile.ShortlistSelected)
    assert event.choices == (ASHIKAGA,)
    assert ASHIKAGA.community_id in file.beside_shortlist


def test_two_records_that_are_named_at_once_are_one_city() -> None:
    """B8: records that were merged before they were named get one pair."""
    file = requested()
    file.follow_merge(ASHIKAGA.community_id, TARTU.community_id, AT)
    file.name_cities([ASHIKAGA, TARTU], partners=NO_PARTNERS, at=AT)
    assert list(file.open_pairs) == [ASHIKAGA.community_id]


def test_one_look_carries_a_thousand_listings_at_most() -> None:
    """B7: the best thousand are told at once, so that the message stays within what the transport takes."""
    file = requested()
    file.review_listed([uuid5(LISTING, str(number)) for number in range(1200)], AT)
    event = file.pending_events[-1]
    assert isinstance(event, ResearchFile.ListedCitiesReviewed)
    assert event.listing_ids == tuple(uuid5(LISTING, str(number)) for number in range(1000))
    assert len(event.model_dump_json()) < 50_000
