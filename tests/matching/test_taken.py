"""A city that has found a partner is no prospect and no choice; one that talks with a member may be, and says so."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.local.platform import Platform
from services.matching import views
from services.matching.application import Matching
from services.matching.domain import refusals as no
from services.matching.domain.listed_cities import Availability
from shared.context import Caller, Role
from shared.examples import ASHIKAGA, COIMBRA, SPRINGFIELD, TARTU
from shared.values import NextStep, Party, Place
from tests.intake.people import a_place
from tests.matching.alone import Clock, hear, matching_alone
from tests.matching.histories import FULDA, GDANSK, LYNGBY, MORELIA, PIRAN

STAFF = Caller("ana", Role.STAFF)
IDS = [city.geoname_id for city in (LYNGBY, COIMBRA, TARTU)]


@pytest.fixture(scope="module")
def matching(platform: Platform) -> Iterator[Matching]:
    with matching_alone(platform, "matching_taken", Clock()) as service:
        yield service


def a_listing(matching: Matching, city: Place) -> UUID:
    listing_id = uuid4()
    facts = {"listing_id": listing_id, "community_id": city.community_id, "place": city}
    hear(matching, "intake.ForeignCityListed.v1", **facts)
    return listing_id


def finds_a_partner(matching: Matching, listing_id: UUID, city: Place, **facts: Any) -> None:
    """With another member, unless said otherwise."""
    facts = {"community_id": uuid4(), "case_id": None, "pair_id": None} | facts
    facts |= {"foreign_community_id": city.community_id, "foreign_place": city}
    told = {"partnership_id": uuid4(), "listing_id": listing_id} | facts
    hear(matching, "outreach.PartnershipFormed.v1", **told)


def is_released(matching: Matching, listing_id: UUID, city: Place) -> None:
    facts = {"listing_id": listing_id, "community_id": city.community_id}
    later = matching.clock().replace(year=2029)
    hear(matching, "intake.ListingReleased.v1", **facts, happened_at=later)


def a_case(matching: Matching, *cities: Place) -> UUID:
    case_id = uuid4()
    town = SPRINGFIELD.model_copy(update={"geoname_id": a_place().geoname_id})
    facts = {"case_id": case_id, "community_id": town.community_id, "place": town}
    hear(matching, "intake.CitySeekingRequested.v1", **facts, named_cities=())
    hear(matching, "intake.DebriefCompleted.v1", case_id=case_id, community_id=town.community_id)
    for city in cities:
        matching.add_prospect(case_id, city.geoname_id, "", STAFF)
    return case_id


def member_of(matching: Matching, case_id: UUID) -> Caller:
    return Caller("bo", Role.ADMINISTRATOR, community_id=matching.case(case_id).community_id)


def prospect(matching: Matching, case_id: UUID, city: Place) -> views.ProspectView:
    shown = views.case(matching, matching.case(case_id), STAFF).prospects
    return next(each for each in shown if each.place.geoname_id == city.geoname_id)


def test_a_city_that_found_a_partner_is_no_prospect(matching: Matching) -> None:
    """Also when its listing has left the map since; listed again it is free, under whichever listing."""
    case_id, listing_id = a_case(matching), a_listing(matching, ASHIKAGA)
    finds_a_partner(matching, listing_id, ASHIKAGA)
    for _ in range(2):
        with pytest.raises(no.HasFoundAPartner, match="Ashikaga has found"):
            matching.add_prospect(case_id, ASHIKAGA.geoname_id, "", STAFF)
        hear(matching, "intake.ListingWithdrawn.v1", listing_id=listing_id)
    a_listing(matching, ASHIKAGA)
    matching.add_prospect(case_id, ASHIKAGA.geoname_id, "", STAFF)
    assert prospect(matching, case_id, ASHIKAGA).availability is Availability.FREE


def test_a_city_that_talks_with_another_member_may_be_proposed_and_says_so(
    matching: Matching,
) -> None:
    """Both read of it beside the prospect; a city without a listing has no availability."""
    hear(matching, "outreach.IntroductionArranged.v1", listing_id=a_listing(matching, FULDA))
    case_id = a_case(matching, FULDA, COIMBRA, TARTU)
    matching.propose(case_id, None)
    shown = prospect(matching, case_id, FULDA)
    assert (shown.availability, shown.can_be_chosen) == (Availability.IN_CONVERSATION, True)
    assert prospect(matching, case_id, COIMBRA).availability is None
    ids = [city.geoname_id for city in (FULDA, COIMBRA, TARTU)]
    matching.select_shortlist(case_id, ids, member_of(matching, case_id))


def test_a_prospect_that_finds_a_partner_is_barred_until_it_is_free_again(
    matching: Matching,
) -> None:
    """Neither proposed nor chosen, and two are no shortlist: the case waits for staff; released, it is the member's
    turn again."""
    listing_id = a_listing(matching, LYNGBY)
    case_id, other = a_case(matching, LYNGBY, COIMBRA, TARTU), a_case(matching, COIMBRA)
    matching.propose(case_id, None)
    member, before = member_of(matching, case_id), matching.case(other).version
    finds_a_partner(matching, listing_id, LYNGBY)
    file = matching.case(case_id)
    assert file.barred == {LYNGBY.geoname_id}
    assert (file.step, file.holder) == (NextStep.RESEARCH, Party.STAFF)
    shown = prospect(matching, case_id, LYNGBY)
    assert (shown.availability, shown.can_be_chosen) == (Availability.PARTNERED, False)
    with pytest.raises(no.HasFoundAPartner):
        matching.select_shortlist(case_id, IDS, member)
    with pytest.raises(no.HasFoundAPartner):
        matching.propose(case_id, None)
    is_released(matching, listing_id, LYNGBY)
    assert matching.case(case_id).step is NextStep.CHOOSE_SHORTLIST
    assert matching.case(other).version == before
    matching.select_shortlist(case_id, IDS, member)


@pytest.mark.parametrize("is_listed_first", [True, False])
def test_a_city_is_taken_under_each_of_its_records(
    matching: Matching, is_listed_first: bool
) -> None:
    """Listed under the record that remains or under the one that is gone, it is no prospect under the other."""
    listed, other = (MORELIA, PIRAN) if is_listed_first else (GDANSK, FULDA)
    finds_a_partner(matching, a_listing(matching, listed), listed)
    gone, remains = (other, listed) if is_listed_first else (listed, other)
    merge = {"community_id": gone.community_id, "into_community_id": remains.community_id}
    hear(matching, "intake.CommunitiesMerged.v1", **merge)
    for city in (gone, remains):
        with pytest.raises(no.HasFoundAPartner):
            matching.add_prospect(a_case(matching), city.geoname_id, "", STAFF)


def test_the_pair_that_made_the_partnership_goes_on(matching: Matching) -> None:
    """A shortlist that is chosen again keeps the city whose partner the member itself has become on its way."""
    listing_id = a_listing(matching, LYNGBY)
    case_id = a_case(matching, LYNGBY, COIMBRA, TARTU)
    matching.propose(case_id, None)
    member = member_of(matching, case_id)
    matching.select_shortlist(case_id, IDS, member)
    matching.reopen(case_id)
    own = {"community_id": member.community_id, "case_id": case_id}
    finds_a_partner(matching, listing_id, LYNGBY, **own)
    assert matching.case(case_id).barred == frozenset()
    assert prospect(matching, case_id, LYNGBY).can_be_chosen
    matching.select_shortlist(case_id, IDS, member)
