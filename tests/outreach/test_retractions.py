"""Facts that never happened are taken back: hand-overs, partnerships, and what came of them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from deploy.local.platform import Platform
from services.outreach.domain import refusals as no
from services.outreach.domain.case_file import CaseFile
from services.outreach.domain.pair_facts import PairState
from services.outreach.domain.partnership import Origin, partnership_id
from services.outreach.domain.steps import Step, Stop, StopReason
from services.outreach.letters import letters_of
from services.outreach.outbox import translate
from shared import events as heard
from shared import events as said
from shared.values import Channel, FailureReason, PartnershipKind, Preferences
from tests.clients import Clients, eventually, today
from tests.intake.people import a_member, a_place
from tests.outreach.pairs import AGREEMENT, OUTREACH, a_contact, a_pair, the_service
from tests.outreach.states import (
    FIRST_LETTER,
    MAYOR,
    NOW,
    STAFF,
    after,
    agreement,
    at,
    link,
    raised,
    reach,
    stepping_stone,
)
from tests.outreach.test_imports import imported, partnership
from tests.outreach.test_threads import state_of, waiting_follow_up

# Hand-overs.


def test_a_hand_over_that_was_none_leaves_the_pair_introduced() -> None:
    """Staff write again and hand over within seven days, the member is not asked, and everybody hears of it."""
    pair = reach("handed over")
    pair.retract_hand_over(at(30))
    assert isinstance(translate(pair.collect_events()[-1]), said.HandOverRetracted)
    assert pair.state is PairState.INTRODUCED
    waiting = pair.waits_for()
    assert (waiting.step, waiting.due_on) == (Step.HAND_OVER, at(37).date())
    assert pair.deadlines() == {}
    pair.contact(Channel.CITY_OFFICE, MAYOR, "JP", None, NOW, at(30))


def test_the_hand_over_that_follows_is_news_to_the_member() -> None:
    """After a hand-over that was taken back the next one causes the letter to the member, and its clock begins."""
    pair = reach("handed over")
    pair.time_passes(at(40))
    pair.retract_hand_over(at(41))
    pair.hand_over(at(50).date(), at(50))
    assert [letter.kind for letter in letters_of(pair.pending_events[-1])] == ["handed_over"]  # type: ignore[arg-type]
    assert pair.deadlines() == {"member_silent": after(50 + 30)}


def test_a_letter_that_the_hand_over_took_back_can_be_written_again() -> None:
    """A thread whose first letter was cancelled does not wait for it after the hand-over was taken back."""
    pair = reach("introduced")
    thread = pair.contact(Channel.CITY_OFFICE, MAYOR, "JP", FIRST_LETTER, at(3), NOW)
    pair.hand_over(at(4).date(), at(4))
    pair.retract_hand_over(at(5))
    pair.write_follow_up(thread, UUID(int=7), at(5))


def test_an_agreement_stands_in_the_way_until_it_is_taken_back() -> None:
    """A stepping stone shows that there was a hand-over; without it the hand-over may be taken back."""
    pair = reach("handed over")
    friends = agreement(PartnershipKind.FRIENDSHIP)
    pair.sign_agreement(STAFF, friends, ends_search=False, at=NOW)
    with pytest.raises(no.AgreementStands):
        pair.retract_hand_over(NOW)
    pair.retract_agreement({}, NOW)
    pair.retract_hand_over(NOW)


def test_a_hand_over_is_taken_back_with_its_letters(clients: Clients, platform: Platform) -> None:
    """What has not gone out to the member does not go out, and the member no longer sees the contact."""
    pair, outreach = a_pair(clients), the_service(platform)
    path = f"{pair.path}/hand-over/retract"
    assert pair.staff.is_refused(path)["type"] == "/problems/no-hand-over"
    pair.is_handed_over()
    thread, contact = pair.thread()["thread_id"], a_contact(clients)["contact_id"]
    waiting = [
        waiting_follow_up(outreach, pair.id, thread, contact, kind)
        for kind in ("handed_over", "member_asked")
    ]
    pair.does("hand-over/retract")
    assert [state_of(outreach, effect) for effect in waiting] == ["cancelled", "cancelled"]
    shown = pair.now(pair.member.administrator)
    assert (shown["state"], shown["contact"]) == ("introduced", None)


# Partnerships.


def test_a_partnership_that_never_was_is_as_before_it_was_formed() -> None:
    """It says where it was said to come from, asks after nobody, and may be formed again."""
    origin = Origin(case_id=UUID(int=1), pair_id=UUID(int=2), listing_id=UUID(int=3))
    found = link()
    found.form(PartnershipKind.SISTER, NOW.date(), origin, NOW)
    found.retract(NOW)
    told = translate(found.collect_events()[-1])
    assert isinstance(told, said.PartnershipRetracted)
    whose = (told.community_id, told.foreign_community_id)
    assert whose == (found.place.community_id, found.foreign_place.community_id)
    assert (told.case_id, told.pair_id, told.listing_id) == tuple(
        UUID(int=each) for each in (1, 2, 3)
    )
    assert found.particulars == link().particulars
    assert found.deadlines() == {}
    found.form(PartnershipKind.FRIENDSHIP, NOW.date(), Origin(pair_id=UUID(int=9)), NOW)
    found.retract(NOW)


def test_an_earlier_partnership_is_not_forgotten_with_the_last_one() -> None:
    """Raised to a closer kind, or formed again after an end, it is corrected; the same one once more is no other."""
    again = raised()
    with pytest.raises(no.PartnersBefore):
        again.retract(NOW)
    after_all = stepping_stone()
    ends = after_all.origin.model_copy(update={"ends_search": True})
    after_all.form(PartnershipKind.FRIENDSHIP, NOW.date(), ends, NOW)
    after_all.retract(NOW)
    ended = link()
    for day in (1, 2):
        ended.form(PartnershipKind.SISTER, at(day).date(), ends, at(day))
        ended.end(at(day).date(), at(day))
    with pytest.raises(no.PartnersBefore):
        ended.retract(NOW)


def test_the_pair_of_a_partnership_that_never_was_stands_where_it_stood() -> None:
    """It has no agreement; the search has ended with it, so nobody is written to and staff end the pair."""
    pair = reach("partnered")
    pair.stop(StopReason.SEARCH_ENDED, NOW)
    assert pair.stops == {}
    pair.retract_agreement({StopReason.SEARCH_ENDED: Stop(since=NOW)}, NOW)
    assert (pair.state, pair.agreement) == (PairState.RESOLUTION, None)
    assert pair.waits_for().step is Step.CLOSE_PAIR
    with pytest.raises(no.SearchEnded):
        pair.sign_agreement(STAFF, agreement(), ends_search=True, at=NOW)
    pair.fail(FailureReason.NOT_A_MATCH, (), NOW)


def test_a_partnership_is_taken_back_with_its_agreement(clients: Clients) -> None:
    """The pair goes with it, the names of who signed are gone, and staff alone read why; it is no partnership now."""
    pair = a_pair(clients)
    pair.is_handed_over()
    pair.does("council-resolution", {"adopted_on": today()})
    path = f"{OUTREACH}/partnerships/{pair.does('partnership', AGREEMENT)['id']}"
    case = f"{OUTREACH}/cases/{pair.case}"
    assert eventually(lambda: "search_ended" in pair.staff.reads(case)["stopped_by"])
    assert pair.staff.is_refused(f"{path}/retract")["status"] == 422
    pair.staff.does(f"{path}/retract", {"reason": "Another city had signed."})
    shown = pair.staff.reads(path)
    assert (shown["is_active"], shown["kind"], shown["is_retracted"]) == (False, None, True)
    assert (shown["signatories"], shown["retract_reasons"]) == ([], ["Another city had signed."])
    assert pair.member.administrator.reads(path)["retract_reasons"] == []
    for part in ("retract", "end", "correct"):
        form = {} if part == "correct" else {"reason": "Twice."}
        told = pair.staff.is_refused(f"{path}/{part}", form)
        assert told["type"] == "/problems/no-partnership"
    stands = pair.now()
    assert (stands["state"], stands["agreement"]) == ("resolution", None)
    assert (stands["stopped_by"], stands["partnership_id"]) == (["search_ended"], None)
    pair.does("fail", {"reason": "not_a_match"})


def test_a_row_of_a_partnership_that_was_taken_back_is_imported_again(clients: Clients) -> None:
    """Until it is taken back a row is a repeat; then it is a partnership anew, and a repeat again."""
    staff, member, city = clients.staff(), a_member(clients), a_place(is_abroad=True)
    rows = [partnership(2, member.place.geoname_id, city.geoname_id, year="1994")]
    counts = [imported(staff, "partnerships", rows)["imported"] for _ in range(2)]
    path = f"{OUTREACH}/partnerships/{partnership_id(member.id, city.community_id)}"
    staff.does(f"{path}/retract", {"reason": "The file named another city."})
    counts += [imported(staff, "partnerships", rows)["imported"] for _ in range(2)]
    assert counts == [1, 0, 1, 0]
    shown = staff.reads(path)
    assert (shown["is_active"], shown["is_retracted"], shown["year"]) == (True, False, 1994)


# Days.


def test_nothing_of_a_search_happened_before_its_request(
    clients: Clients, platform: Platform
) -> None:
    """Each fact that lies before the request is refused; the request, heard later than the choice, is what counts."""
    pair, outreach = a_pair(clients), the_service(platform)
    long_ago = {"channel": "city_office", "contacted_at": "1900-01-01T09:00:00Z"}
    told = pair.staff.is_refused(f"{pair.path}/threads", long_ago)
    assert told["type"] == "/problems/contact-too-old"
    pair.is_handed_over()
    for part, day in (
        ("introduction/held", "held_on"),
        ("hand-over", "handed_over_on"),
        ("invitation", "sent_on"),
        ("letter-of-intent", "signed_on"),
        ("council-resolution", "adopted_on"),
    ):
        told = pair.staff.is_refused(f"{pair.path}/{part}", {day: "1900-01-01"})
        assert told["type"] == "/problems/before-the-search", part
    then = datetime.now(UTC) - timedelta(days=60)
    outreach.open_case(
        heard.CitySeekingRequested(
            happened_at=then,
            case_id=UUID(pair.case),
            community_id=pair.member.id,
            place=pair.member.place,
            preferences=Preferences(),
        )
    )
    assert outreach.load(CaseFile, UUID(pair.case)).opened_at == then
    pair.does("introduction/held", {"held_on": f"{then.date()}"})
