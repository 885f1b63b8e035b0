"""Roles, proofs, conversations and lapses: what the tables of the rules cannot tell in one row."""

from datetime import date, datetime, timedelta, timezone
from typing import cast
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.intake.api.cases import AssignmentForm, DebriefDate
from services.intake.api.imports import SearchRow
from services.intake.domain.community import Community, NotYourCommunity
from services.intake.domain.debrief import DebriefInThePast
from services.intake.domain.listing import Listing, undo_everywhere
from services.intake.domain.listing_facts import AddressNotProved, ProofMissing
from services.intake.domain.proof import Proof
from services.intake.domain.search import Search
from services.intake.letters import letters_of
from shared.aggregates import Aggregate, DomainEvent
from shared.context import Caller, Role
from shared.distance import distance_km
from shared.values import Standing
from tests.intake.states import (
    ANN,
    BEN,
    CASE,
    DAY,
    HERE,
    NOW,
    OFFICIAL,
    OTHER_PAIR,
    OTHER_PARTNERSHIP,
    PAID,
    PAIR,
    PARTNERSHIP,
    PROFILE,
    REQUESTED,
    STAFF,
    STATES,
    TARTU,
    UNPAID,
    place,
)

THIRD_PAIR = UUID(int=30)


def community_in(state: str) -> Community:
    community: Community = STATES["Community"][state]()
    community.collect_events()
    return community


def listing_in(state: str) -> Listing:
    listing: Listing = STATES["Listing"][state]()
    return listing


def signed_in(person: UUID, role: Role) -> Caller:
    return Caller(str(person), role, community_id=HERE)


def test_an_administrator_who_leaves_the_committee_stays_administrator() -> None:
    """A committee member who was appointed administrator is not locked out when taken off the committee's list."""
    community = community_in("with a committee")
    community.appoint_administrator(BEN, NOW)
    community.remove_committee_member(STAFF, BEN, NOW)
    community.admit(signed_in(BEN, Role.ADMINISTRATOR))


def test_a_replaced_administrator_stays_on_the_committee() -> None:
    """Who sits on the committee too keeps that role when another takes over, and no more than that."""
    community = community_in("with the administrator on the committee")
    community.appoint_administrator(BEN, NOW)
    community.admit(signed_in(ANN, Role.COMMITTEE_MEMBER), committee=True)
    with pytest.raises(NotYourCommunity):
        community.admit(signed_in(ANN, Role.ADMINISTRATOR))
    community.remove_committee_member(STAFF, ANN, NOW)
    with pytest.raises(NotYourCommunity):
        community.admit(signed_in(ANN, Role.COMMITTEE_MEMBER), committee=True)


def test_a_declined_request_needs_its_address_proved() -> None:
    """B13: declining a request is no way around the proof of its address; a call back is one to it."""
    listing = listing_in("declined unproved")
    with pytest.raises(AddressNotProved):
        listing.list_city(TARTU, PROFILE, NOW)
    with pytest.raises(AddressNotProved):
        listing.ask(NOW)
    listing.record_proof(Proof.CALL_BACK, NOW)
    listing.list_city(TARTU, PROFILE, NOW)


def test_an_import_exempts_only_what_it_tells_itself() -> None:
    """B13: a request that was imported and not listed needs the proofs like any other."""
    with pytest.raises(ProofMissing):
        listing_in("imported").list_city(TARTU, PROFILE, NOW)
    assert listing_in("imported as listed").confirmed_on == REQUESTED.date()


def test_a_listing_is_asked_again_after_a_long_conversation() -> None:
    """A city that was asked before its conversation is asked once more when it is released, before it expires."""
    listing = listing_in("reminded")
    listing.begin_conversation(PAIR, REQUESTED + 170 * DAY)
    listing.end_conversation(PAIR, REQUESTED + 300 * DAY)
    assert set(listing.deadlines()) == {"expiry", "reconfirmation"}


def test_an_expired_listing_is_released_and_stays_expired() -> None:
    """Where an expiry and an introduction crossed, the others hear that the conversation is over."""
    listing = listing_in("expired in conversation")
    listing.collect_events()
    listing.end_conversation(PAIR, REQUESTED + 200 * DAY)
    assert names_of(listing) == ["ListingReleased"]
    assert (listing.state, listing.conversations) == ("expired", set())
    listing.reconfirm(OFFICIAL, REQUESTED + 201 * DAY)
    assert listing.state == "listed"


def test_a_record_merged_away_has_no_calendar() -> None:
    """Nobody is told of the lapse of a record that is no longer used."""
    community = community_in("merged away")
    assert community.deadlines() == {}
    community.time_passes(NOW + 5000 * DAY)
    assert community.pending_events == []


def test_a_lapse_is_told_once_and_only_if_it_is_one() -> None:
    """The letter goes out when dues that were paid no longer are, not when the record of a lapsed member changes."""
    community = community_in("in good standing")
    community.record_membership(UNPAID, NOW)
    assert kinds_of(community) == ["standing_lapsed"]
    community.record_membership(UNPAID.model_copy(update={"joined_on": date(2024, 1, 1)}), NOW)
    assert kinds_of(community) == []
    community.record_membership(PAID, NOW)
    community.time_passes(REQUESTED + 304 * DAY)
    assert kinds_of(community) == ["standing_lapsed"]


def test_the_end_of_a_waiver_has_one_letter() -> None:
    """B17: when the search ends, the letter on the waiver tells of it, and none on a lapse beside it."""
    community = community_in("searching for over a year")
    community.end_search(CASE, REQUESTED + 400 * DAY)
    assert community.standing is Standing.LAPSED
    assert kinds_of(community) == ["waiver_ended"]


def test_a_debrief_is_told_in_utc() -> None:
    """B5: three in the afternoon in Ohio is eight in the evening in every refusal."""
    given = "2026-12-10T15:00:00-05:00"
    contact = {"name": "Ann Lee", "email": "ann@example.org"}
    form = DebriefDate.model_validate({"starts_at": given, "attendees": [contact]})
    assert form.starts_at.isoformat() == "2026-12-10T20:00:00+00:00"
    search: Search = STATES["Search"]["invited"]()
    passed = datetime(2026, 3, 9, 20, tzinfo=timezone(timedelta(hours=-5)))
    with pytest.raises(DebriefInThePast, match=r"2026-03-10 01:00 \(UTC\)"):
        search.schedule_debrief(passed, (ANN,), NOW)


def test_a_staff_id_is_no_address() -> None:
    """Who looks after a case is told to the other services, so an e-mail address is refused, also in a file."""
    row = {"geoname_id": 4250542, "requested_on": "2026-03-03"}
    for take in (
        lambda staff_id: AssignmentForm(staff_id=staff_id),
        lambda staff_id: SearchRow.model_validate(row | {"staff_id": staff_id}),
    ):
        take("dana.fox-1")
        with pytest.raises(ValidationError, match="no e-mail address"):
            take("dana.fox@sister-cities.org")


def test_an_imported_wish_has_the_bounds_of_any_other() -> None:
    """No city has more people than a wish may ask for."""
    row = {"geoname_id": 4250542, "requested_on": "2026-03-03"}
    for field in ("population_min", "population_max"):
        with pytest.raises(ValidationError):
            SearchRow.model_validate(row | {field: "100000001"})


def test_a_distance_is_that_of_the_globe() -> None:
    """From Millville in New Jersey to Kalihi-Palama in Hawaii it is half the way to the other side."""
    millville = place("Millville", "US", 4503646, latitude=39.4).model_copy(
        update={"longitude": -75.04}
    )
    kalihi = place("Kalihi-Palama", "US", 7315409, latitude=21.33).model_copy(
        update={"longitude": -157.87}
    )
    assert 7_850 < distance_km(millville, kalihi) < 7_950
    assert distance_km(kalihi, kalihi) == 0


def test_a_city_is_back_on_the_map_when_no_partnership_holds_it() -> None:
    """Of two partnerships that were put down by mistake the last one releases the listing, and one that is over
    holds it no more."""
    listing = listing_in("partnered")
    listing.partner(OTHER_PARTNERSHIP, NOW)
    listing.undo_partnership(PARTNERSHIP, NOW, is_free=True)
    assert listing.state == "partnered"
    listing.undo_partnership(OTHER_PARTNERSHIP, NOW, is_free=True)
    assert (listing.state, set(listing.deadlines())) == ("listed", {"expiry", "reconfirmation"})
    listing.partner(PARTNERSHIP, NOW)
    listing.partner(OTHER_PARTNERSHIP, NOW)
    listing.end_partnership(PARTNERSHIP, NOW)
    listing.undo_partnership(OTHER_PARTNERSHIP, NOW, is_free=True)
    assert listing.state == "listed"


def test_a_city_comes_back_as_it_was_and_only_once() -> None:
    """An expired listing is expired again after a partnership that was none; one whose place is listed anew stays."""
    expired = listing_in("expired")
    expired.partner(PARTNERSHIP, NOW)
    expired.undo_partnership(PARTNERSHIP, NOW, is_free=True)
    assert expired.state == "expired"
    replaced = listing_in("partnered")
    replaced.undo_partnership(PARTNERSHIP, NOW, is_free=False)
    assert replaced.state == "withdrawn"


def test_a_retracted_partnership_leaves_other_conversations_as_they_are() -> None:
    """What began or went on beside the partnership goes on after it, and the last end of it releases the listing."""
    listing = listing_in("in two conversations")
    listing.partner(PARTNERSHIP, NOW, pair_id=PAIR)
    listing.begin_conversation(THIRD_PAIR, NOW)
    listing.end_conversation(OTHER_PAIR, NOW)
    listing.collect_events()
    listing.undo_partnership(PARTNERSHIP, NOW, is_free=True, pair_id=PAIR)
    assert names_of(listing) == ["ConversationsResumed"]
    assert (listing.state, listing.conversations) == ("in_conversation", {THIRD_PAIR})
    listing.end_conversation(THIRD_PAIR, NOW)
    assert (listing.state, set(listing.deadlines())) == ("listed", {"expiry", "reconfirmation"})


def test_a_conversation_that_ends_beside_a_partnership_releases_nothing() -> None:
    """The city stays partnered when its last conversation ends, and is released once there was no partnership."""
    listing = listing_in("partnered in conversation")
    listing.collect_events()
    listing.end_conversation(OTHER_PAIR, NOW)
    assert (listing.state, names_of(listing)) == ("partnered", ["ConversationEnded"])
    listing.undo_partnership(PARTNERSHIP, NOW, is_free=True, pair_id=PAIR)
    assert names_of(listing) == ["ConversationEnded", "ListingReleased"]


def test_an_expired_listing_stays_expired_with_its_conversation() -> None:
    """A partnership that was none brings no listing back to the map that had expired before; its official does."""
    listing = listing_in("expired in conversation")
    listing.partner(PARTNERSHIP, NOW, pair_id=OTHER_PAIR)
    listing.undo_partnership(PARTNERSHIP, NOW, is_free=True, pair_id=OTHER_PAIR)
    assert (listing.state, listing.conversations) == ("expired", {PAIR})
    listing.reconfirm(OFFICIAL, NOW)
    assert listing.state == "in_conversation"


def test_a_pair_noted_with_none_is_told_with_the_retraction() -> None:
    """Of a partnership that was noted without its pair, the pair's conversation is over when it is retracted."""
    listing = listing_in("in two conversations")
    listing.partner(PARTNERSHIP, NOW)
    listing.partner(OTHER_PARTNERSHIP, NOW)
    listing.undo_partnership(PARTNERSHIP, NOW, is_free=True, pair_id=PAIR)
    assert (listing.state, listing.conversations) == ("partnered", {OTHER_PAIR})
    listing.undo_partnership(OTHER_PARTNERSHIP, NOW, is_free=True, pair_id=OTHER_PAIR)
    assert listing.state == "listed"


def test_a_partnership_formed_again_goes_on() -> None:
    """One that had ended and is formed again keeps the city off the map when another one is retracted."""
    listing = listing_in("partnership over")
    listing.partner(PARTNERSHIP, NOW)
    listing.partner(OTHER_PARTNERSHIP, NOW)
    listing.undo_partnership(OTHER_PARTNERSHIP, NOW, is_free=True)
    assert listing.state == "partnered"


@pytest.mark.parametrize(
    ("named", "is_free", "states"),
    [
        ("older", True, ("listed", "withdrawn")),
        ("newer", True, ("withdrawn", "listed")),
        ("none", True, ("withdrawn", "listed")),
        ("older", False, ("withdrawn", "withdrawn")),
    ],
)
def test_one_listing_of_a_place_comes_back(
    named: str, is_free: bool, states: tuple[str, str]
) -> None:
    """Of two listings that one partnership took off, the named one is back, else the newest, and the other withdrawn;
    both are where the city has another listing; one that another partnership holds stays partnered."""
    of = {"older": listing_in("listed"), "newer": another_listing(), "held": another_listing()}
    for each in of.values():
        each.partner(PARTNERSHIP, NOW)
    of["held"].partner(OTHER_PARTNERSHIP, NOW)
    back = undo_everywhere(
        list(of.values()),
        PARTNERSHIP,
        NOW,
        is_free=is_free,
        named=of[named].id if named in of else None,
        pair_id=None,
    )
    assert (of["older"].state, of["newer"].state, of["held"].state) == (*states, "partnered")
    assert ([back] if back else []) == [each for each in of.values() if each.state == "listed"]


def another_listing() -> Listing:
    listing = Listing.submit(uuid4(), TARTU, ANN, NOW, is_imported=True)
    listing.take_as_verified(NOW)
    listing.adopt_as_listed(TARTU, PROFILE, NOW.date(), NOW)
    return listing


def names_of(aggregate: Aggregate) -> list[str]:
    return [type(event).__name__ for event in aggregate.pending_events]


def kinds_of(aggregate: Aggregate) -> list[str]:
    """The letters that the newest events cause."""
    events = cast("list[DomainEvent]", aggregate.collect_events())
    return [letter.kind for event in events for letter in letters_of(event)]
