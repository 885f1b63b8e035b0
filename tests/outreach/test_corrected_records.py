"""Corrections through the doors: contacts, pairs, and records that prove to be one community."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.local.platform import Platform
from services.outreach import rows
from services.outreach.administrators import Administrators
from services.outreach.application import Outreach
from services.outreach.domain.pair import Pair
from services.outreach.domain.steps import StopReason
from services.outreach.letters import Addresses, composer
from services.outreach.outbox import translate
from shared import events as heard
from shared.mail import Effect, SettledAlready
from shared.values import FailureReason, Lane, Place, Standing
from tests.clients import Clients, eventually
from tests.intake.people import INTAKE, a_member, a_place
from tests.outreach.pairs import (
    AGREEMENT,
    OUTREACH,
    TalksWith,
    a_contact,
    a_pair,
    days_ago,
    letter,
    pairs_with,
    the_service,
)
from tests.outreach.states import NOW, reach
from tests.outreach.test_imports import imported, partnership
from tests.outreach.test_threads import state_of, waiting_follow_up

FRIENDS = AGREEMENT | {"kind": "friendship"}


# Contacts and letters.


def test_a_contact_is_corrected_in_the_version_that_was_read(clients: Clients) -> None:
    """If-Match refuses to overwrite what somebody else has corrected meanwhile, and what is not there."""
    staff, contact = clients.staff(), a_contact(clients)
    path, told = f"{OUTREACH}/contacts/{contact['contact_id']}", dict(contact)
    del told["contact_id"]
    assert staff.post(path, told | {"phone": "1"}, if_match=1).json()["version"] == 2
    assert staff.post(path, told | {"phone": "2"}, if_match=1).status_code == 412
    assert staff.post(f"{OUTREACH}/contacts", told, if_match=1).status_code == 412
    unknown = told | {"name": f"{uuid4()}"}
    assert staff.post(f"{OUTREACH}/contacts", unknown, if_match=1).status_code == 412
    assert staff.post(f"{OUTREACH}/contacts", unknown).is_success


def test_a_name_that_is_no_name_is_refused_with_a_reason(clients: Clients) -> None:
    """An encoded word in a name or a subject would be read as something else in the head of a letter."""
    pair, word = a_pair(clients), "=?utf-8?q?Bcc=3A_x?="
    told = pair.staff.is_refused(f"{pair.path}/contact", {"name": word})
    assert "please write it in one line, without =?" in told["errors"][0]["message"]
    contact = a_contact(clients)["contact_id"]
    form = {"channel": "foreign_embassy", "contact_id": contact, "letter": letter(word)}
    assert pair.staff.is_refused(f"{pair.path}/threads", form)["status"] == 422


def test_a_letter_to_somebody_with_a_strange_name_can_be_written(
    clients: Clients, platform: Platform
) -> None:
    """A name that was recorded before it was refused does not keep the letter from being written."""
    contact, outreach = a_contact(clients), the_service(platform)
    pair = a_pair(clients)
    strange = "Ann\u2028Lee =?utf-8?q?x?="
    outreach.keep(
        lambda curs: curs.execute(
            "UPDATE contacts SET name = %(name)s WHERE contact_id = %(id)s",
            {"name": strange, "id": contact["contact_id"]},
        )
    )
    facts = {"thread_id": str(uuid4()), "letter_id": str(uuid4())}
    text = rows.LetterText.model_validate(letter())
    to, at = UUID(contact["contact_id"]), datetime.now(UTC)
    ids = UUID(facts["letter_id"]), pair.id, UUID(facts["thread_id"]), to
    outreach.keep(rows.letter(outreach.vault, *ids, text, at))
    compose = composer(outreach, Administrators("http://127.0.0.1:9", ""), Addresses())
    mail = compose(Effect(uuid4(), "contact", pair.id, to, facts, 1))
    assert mail is not None
    shown = bytes(mail)
    assert b"Ann Lee = ?utf-8?q?x?=" in shown


def test_a_contact_put_down_by_mistake_goes_with_its_letter(
    clients: Clients, platform: Platform
) -> None:
    """The letter that waits does not go out, and the right contact can be recorded in the same thread."""
    pair, outreach, embassy = a_pair(clients), the_service(platform), a_contact(clients)
    form = {"channel": "foreign_embassy", "contact_id": embassy["contact_id"]}
    thread = pair.writes(**form)
    effect = waiting_follow_up(outreach, pair.id, thread, embassy["contact_id"], "contact")
    pair.does(f"threads/{thread}/retract")
    assert state_of(outreach, effect) == "cancelled"
    assert pair.now()["threads"] == []
    assert pair.writes(**form) == thread


def test_a_contact_whose_letter_went_out_stays(clients: Clients, platform: Platform) -> None:
    """Once its letter went out, may have gone out, or was answered, a first contact is not taken back."""
    pair, outreach, embassy = a_pair(clients), the_service(platform), a_contact(clients)
    thread = pair.writes(
        channel="foreign_embassy", contact_id=embassy["contact_id"], letter=letter()
    )
    assert eventually(lambda: pair.thread()["letters"][0]["state"] == "sent")
    path = f"{pair.path}/threads/{thread}/retract"
    assert pair.staff.is_refused(path)["type"] == "/problems/letter-was-sent"
    other = pair.writes(channel="city_office")
    effect = waiting_follow_up(outreach, pair.id, other, embassy["contact_id"])
    outreach.keep(
        lambda curs: curs.execute(
            "UPDATE effects SET state = 'unknown' WHERE id = %(id)s", {"id": effect}
        )
    )
    path = f"{pair.path}/threads/{other}/retract"
    assert pair.staff.is_refused(path)["type"] == "/problems/letter-was-sent"
    pair.does(f"threads/{other}/reply")
    assert pair.staff.is_refused(path)["type"] == "/problems/thread-is-answered"


def test_a_letter_that_is_settled_already_records_nothing(
    clients: Clients, platform: Platform
) -> None:
    """Where the ledger's row was settled by somebody else, nothing is told of the letter again."""
    pair, outreach, embassy = a_pair(clients), the_service(platform), a_contact(clients)
    outreach.letters = lambda event: ()  # type: ignore[method-assign]  # no mailer is to be quicker
    thread = UUID(pair.writes(channel="foreign_embassy", contact_id=embassy["contact_id"]))
    before, letter_id = outreach.load(Pair, pair.id), uuid4()
    before.write_follow_up(thread, letter_id, datetime.now(UTC))
    outreach.record(before)
    facts = {"thread_id": str(thread), "letter_id": str(letter_id)}
    effect = Effect(uuid4(), "follow_up", pair.id, UUID(embassy["contact_id"]), facts, 1)

    def settled(_: Any) -> None:
        raise SettledAlready

    with pytest.raises(SettledAlready):
        outreach.letter_settled(effect, "sent", settled)
    assert outreach.load(Pair, pair.id).version == before.version
    for _ in range(2):
        outreach.letter_settled(effect, "sent", lambda _: None)
    assert outreach.load(Pair, pair.id).version == before.version + 1


# Pairs.


def test_a_pair_that_failed_goes_on(clients: Clients, platform: Platform) -> None:
    """A pair that was ended by mistake goes on, stops with its case again, and not once the search has ended."""
    pair = a_pair(clients)
    assert pair.staff.is_refused(f"{pair.path}/reopen")["type"] == "/problems/pair-is-open"
    pair.writes(channel="foreign_embassy")
    pair.does("fail", {"reason": "silent"})
    pair.does("reopen")
    assert pair.now()["state"] == "contacted"
    deadlines = "SELECT kind FROM deadlines WHERE subject_id = %(id)s"
    assert the_service(platform).rows(deadlines, id=pair.id)
    case = f"{INTAKE}/cases/{pair.case}"
    pair.member.administrator.does(f"{case}/pause")
    assert eventually(lambda: pair.now()["stopped_by"] == ["paused"])
    pair.does("fail", {"reason": "silent"})
    pair.does("reopen")
    assert pair.now()["stopped_by"] == ["paused"]
    pair.does("fail", {"reason": "silent"})
    pair.member.administrator.does(f"{case}/withdraw")
    reads = f"{OUTREACH}/cases/{pair.case}"
    assert eventually(lambda: "search_ended" in pair.staff.reads(reads)["stopped_by"])
    assert pair.staff.is_refused(f"{pair.path}/reopen")["type"] == "/problems/search-ended"


def test_a_pair_that_goes_on_names_the_listing_that_is_on_the_map_now(
    clients: Clients, platform: Platform
) -> None:
    """The city came back under another listing meanwhile: everybody hears of that one."""
    pair, outreach = a_pair(clients), the_service(platform)
    pair.becomes_interested()
    pair.does("introduction", {"starts_at": days_ago(-14), "is_agreed": True})
    pair.does("fail", {"reason": "declined"})
    listing_id = uuid4()
    outreach.keep(rows.listing(listing_id, pair.city.community_id, is_on_map=True))
    pair.does("reopen")
    told = [event for event in history(outreach, pair.id) if isinstance(event, Pair.PairReopened)]
    assert [event.listing_id for event in told] == [listing_id]


def test_an_answer_takes_back_the_first_letter_of_its_thread(
    clients: Clients, platform: Platform
) -> None:
    """Whoever has answered gets no first letter any more; one that waits for somebody else goes out."""
    pair, outreach, embassy = a_pair(clients), the_service(platform), a_contact(clients)
    answered = pair.writes(channel="foreign_embassy", contact_id=embassy["contact_id"])
    other = pair.writes(channel="us_embassy")
    waiting = [
        waiting_follow_up(outreach, pair.id, thread, embassy["contact_id"], "contact")
        for thread in (answered, other)
    ]
    pair.does(f"threads/{answered}/reply")
    assert [state_of(outreach, effect) for effect in waiting] == ["cancelled", "due"]


def choose(outreach: Outreach, pair: TalksWith, lane: Lane, *cities: Place) -> None:
    outreach.open_pairs(
        heard.ShortlistSelected(
            happened_at=datetime.now(UTC),
            case_id=UUID(pair.case),
            community_id=pair.member.id,
            place=pair.member.place,
            choices=cities,
            lane=lane,
        )
    )


@pytest.mark.parametrize("lane", [Lane.NAMED, Lane.INTEREST])
def test_a_city_of_the_shortlist_that_is_named_does_not_rest(
    clients: Clients, platform: Platform, lane: Lane
) -> None:
    """B8, B14: named or of interest, it is in outreach whatever the next shortlist says, and shows its lane."""
    first, outreach = a_pair(clients), the_service(platform)
    city, resting, next_one = (a_place(is_abroad=True) for _ in range(3))
    choose(outreach, first, Lane.SHORTLIST, city, resting)
    choose(outreach, first, Lane.SHORTLIST, next_one)
    pair = TalksWith(first.member, first.case, city, first.staff)
    assert pair.now()["stopped_by"] == ["not_chosen"]
    if lane is Lane.NAMED:
        choose(outreach, first, lane, city)
    else:
        outreach.open_pair_of_interest(expressed(first, city, uuid4()))
    outreach.hold_shortlist(UUID(first.case), datetime.now(UTC))
    assert pair.now()["stopped_by"] == []
    choose(outreach, first, Lane.SHORTLIST, next_one)
    assert pair.now()["stopped_by"] == []
    items = pair.staff.reads(f"{OUTREACH}/pairs", case_id=first.case)["items"]
    lanes = {item["pair_id"]: item["lane"] for item in items}
    assert lanes[str(pair.id)] == lane


def history(outreach: Outreach, pair_id: UUID) -> list[Any]:
    return list(outreach.events.get(pair_id))


def expressed(pair: TalksWith, city: Any, listing_id: UUID) -> heard.InterestExpressed:
    return heard.InterestExpressed(
        happened_at=datetime.now(UTC),
        case_id=UUID(pair.case),
        community_id=pair.member.id,
        place=pair.member.place,
        listing_id=listing_id,
        foreign_place=city,
    )


def test_interest_in_a_listing_that_has_ended_opens_a_stopped_pair(
    clients: Clients, platform: Platform
) -> None:
    """A listing that is on record as off the map stops the pair from the beginning."""
    pair, outreach = a_pair(clients), the_service(platform)
    city, listing_id = a_place(is_abroad=True), uuid4()
    outreach.keep(rows.listing(listing_id, city.community_id, is_on_map=False))
    outreach.open_pair_of_interest(expressed(pair, city, listing_id))
    fresh = TalksWith(pair.member, pair.case, city, pair.staff)
    assert fresh.now()["stopped_by"] == ["listing_ended"]


# Records that prove to be one.


def merge(outreach: Outreach, of: UUID, into: UUID) -> None:
    outreach.merge_communities(
        heard.CommunitiesMerged(
            happened_at=datetime.now(UTC), community_id=of, into_community_id=into
        )
    )


def test_searches_of_a_merged_member_belong_to_the_one_that_remains(
    clients: Clients, platform: Platform
) -> None:
    """Its administrator reads them, also those that have ended, and the partnership is not formed a second time."""
    remains, merged, city = a_member(clients), a_member(clients), a_place(is_abroad=True)
    outreach, (first,) = the_service(platform), pairs_with(clients, merged, city)
    first.is_handed_over()
    first.does("partnership", FRIENDS)
    first.does("fail", {"reason": "declined"})
    merge(outreach, merged.id, remains.id)
    assert first.now(remains.administrator)["state"] == "failed"
    (second,) = pairs_with(clients, remains, city)
    second.is_handed_over()
    told = second.staff.is_refused(f"{second.path}/partnership", FRIENDS)
    assert told["type"] == "/problems/already-partners"


def test_a_merged_search_goes_with_the_dues_of_the_member_that_remains(
    clients: Clients, platform: Platform
) -> None:
    """A search stops where the record that remains is not in good standing."""
    outreach, pair, lapsed = the_service(platform), a_pair(clients), uuid4()
    outreach.keep(rows.community(lapsed, Standing.LAPSED, False))
    merge(outreach, pair.member.id, lapsed)
    assert pair.now()["stopped_by"] == ["lapsed"]


def test_pairs_and_listings_of_a_merged_city_belong_to_the_one_that_remains(
    clients: Clients, platform: Platform
) -> None:
    """A city abroad under two records is one: one partnership, one place on the map, and no second pair."""
    member, outreach = a_member(clients), the_service(platform)
    old, new = a_place(is_abroad=True), a_place(is_abroad=True)
    listing_id = uuid4()
    outreach.keep(rows.listing(listing_id, old.community_id, is_on_map=True))
    first, second = pairs_with(clients, member, old, new)
    for pair in (first, second):
        pair.is_handed_over()
    first.does("partnership", FRIENDS)
    merge(outreach, old.community_id, new.community_id)
    items = first.staff.reads(f"{OUTREACH}/pairs", case_id=first.case)["items"]
    assert {item["foreign_community_id"] for item in items} == {str(new.community_id)}
    told = second.staff.is_refused(f"{second.path}/partnership", FRIENDS)
    assert told["type"] == "/problems/already-partners"
    assert first.now()["partnership_id"]
    row = partnership(2, member.place.geoname_id, new.geoname_id)
    report = imported(first.staff, "partnerships", [row])
    assert (report["imported"], report["repeated"]) == (0, 1)
    listed = outreach.rows(
        "SELECT foreign_community_id AS city FROM listings WHERE listing_id = %(id)s", id=listing_id
    )
    assert listed == [{"city": new.community_id}]


def test_an_open_pair_has_the_listing_of_its_city_under_either_record(
    clients: Clients, platform: Platform
) -> None:
    """The city was named under one record and is listed under the other: its partnership takes it off the map."""
    outreach, member = the_service(platform), a_member(clients)
    named, remains, listed, gone = (a_place(is_abroad=True) for _ in range(4))
    first, second = pairs_with(clients, member, named, remains)
    for pair, city, of, into in (
        (first, listed, named, listed),
        (second, gone, gone, remains),
    ):
        listing_id = uuid4()
        outreach.keep(rows.listing(listing_id, city.community_id, is_on_map=True))
        merge(outreach, of.community_id, into.community_id)
        assert pair.now()["listing_id"] == str(listing_id)


def test_a_pair_of_a_merged_city_fails_under_its_own_number() -> None:
    """Of two pairs whose cities proved to be one, everybody hears which one has ended."""
    pair = reach("contacted")
    pair.correct_community(pair.sides.foreign_community_id, UUID(int=44), NOW)
    pair.fail(FailureReason.DECLINED, (), NOW)
    told = translate(pair.collect_events()[-1])
    assert isinstance(told, heard.PairFailed)
    assert (told.pair_id, told.foreign_community_id) == (pair.id, UUID(int=44))


def test_a_city_that_is_named_by_a_record_no_longer_used_has_the_pair_that_all_expect(
    clients: Clients, platform: Platform
) -> None:
    """The pair bears the number of the record as it was named, and belongs to the one that remains."""
    outreach, first = the_service(platform), a_pair(clients)
    gone, remains = a_place(is_abroad=True), a_place(is_abroad=True)
    merge(outreach, gone.community_id, remains.community_id)
    choose(outreach, first, Lane.NAMED, gone)
    pair = TalksWith(first.member, first.case, gone, first.staff)
    assert outreach.load(Pair, pair.id).sides.foreign_community_id == remains.community_id
    choose(outreach, first, Lane.NAMED, remains)
    items = pair.staff.reads(f"{OUTREACH}/pairs", case_id=first.case)["items"]
    assert {item["pair_id"] for item in items} == {str(first.id), str(pair.id)}
    pair.writes(channel="foreign_embassy")
    outreach.stop_case(UUID(first.case), StopReason.PAUSED, datetime.now(UTC))
    assert pair.now()["stopped_by"] == ["paused"]


def test_a_merged_city_that_is_named_again_has_its_pair(
    clients: Clients, platform: Platform
) -> None:
    """Whichever record a choice names, the case has one pair for the city; chains of records are followed."""
    outreach, pair = the_service(platform), a_pair(clients)
    between, last = a_place(is_abroad=True), a_place(is_abroad=True)
    merge(outreach, pair.city.community_id, between.community_id)
    merge(outreach, between.community_id, last.community_id)
    for city in (pair.city, between, last):
        choose(outreach, pair, Lane.NAMED, city)
    items = pair.staff.reads(f"{OUTREACH}/pairs", case_id=pair.case)["items"]
    assert [item["foreign_community_id"] for item in items] == [str(last.community_id)]
