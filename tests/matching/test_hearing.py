"""What matching hears of listed cities, partners, persons and merged records, from two services in any order."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.matching import subscribers
from services.matching.application import Matching
from services.matching.domain.refusals import (
    AlreadyAProspect,
    AlreadyPartners,
    AlreadyTried,
    CityRepeated,
    NotYours,
)
from services.matching.domain.research_file import pair_id_of
from services.matching.looking import look
from shared import events as e
from shared.context import Caller, Role
from shared.examples import ASHIKAGA, COIMBRA, EXAMPLES, TARTU
from shared.gazetteer import Gazetteer
from shared.migrations import migrate
from shared.values import PartnershipKind, Place
from tests.clients import vault
from tests.matching.alone import the_ranking
from tests.matching.histories import FULDA, GDANSK, LYNGBY, MORELIA, PIRAN, place

ALONE = "matching_alone"


@pytest.fixture(scope="module")
def matching(platform: Platform) -> Iterator[Matching]:
    """Matching on a database of its own: what is heard here was said by nobody, and is told to nobody."""

    def database(role: str) -> str:
        return make_conninfo(platform.postgres_dsn("matching", role), dbname=ALONE)

    with psycopg.connect(platform.postgres_dsn("matching", "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {ALONE} OWNER matching_owner")
    migrate("matching", database("owner"))
    service = Matching(
        database("app"), vault(platform, "matching"), Gazetteer(GAZETTEER), the_ranking()
    )
    yield service
    service.close()


def hear(matching: Matching, event: e.PublicEvent) -> None:
    subscribers.handlers(matching)[type(event)](event)


def told(subject: str, **facts: Any) -> e.PublicEvent:
    return EXAMPLES[subject].model_copy(update=facts)


def orders(
    intake: list[e.PublicEvent], outreach: list[e.PublicEvent]
) -> Iterator[list[e.PublicEvent]]:
    """Each way in which two streams, each in its own order, can be heard."""
    both = len(intake) + len(outreach)
    for places in combinations(range(both), len(intake)):
        first, second = iter(intake), iter(outreach)
        yield [next(first) if i in places else next(second) for i in range(both)]


def partnership(**facts: Any) -> e.PublicEvent:
    known = {"partnership_id": uuid4(), "listing_id": None}
    return told("outreach.PartnershipFormed.v1", **known | facts)


def merged(gone: UUID, remains: UUID) -> e.PublicEvent:
    facts = {"community_id": gone, "into_community_id": remains}
    return told("intake.CommunitiesMerged.v1", **facts)


def _conversation(listing_id: UUID) -> tuple[list[e.PublicEvent], list[e.PublicEvent]]:
    known = {"listing_id": listing_id, "case_id": uuid4()}
    intake = [
        told("intake.ForeignCityListed.v1", **known),
        told("intake.ListingReleased.v1", **known),
    ]
    outreach = [
        told("outreach.IntroductionArranged.v1", **known),
        told("outreach.PairFailed.v1", **known),
        told("outreach.PartnershipFormed.v1", **known, partnership_id=uuid4()),
    ]
    return intake, outreach


def test_two_streams_in_any_order_tell_the_same_of_a_listing(matching: Matching) -> None:
    """Listed, introduced, released, failed, partnered: whatever is heard first, the city ends as partnered."""
    for places in range(10):
        listing_id = uuid4()
        order = list(orders(*_conversation(listing_id)))[places]
        for event in order:
            hear(matching, event)
        listing = matching.listing(listing_id)
        assert listing is not None
        assert (listing.is_on_map, listing.availability) == (True, "partnered"), order


def test_a_conversation_that_failed_frees_the_city(matching: Matching) -> None:
    """Until the partnership, the last word counts: released after introduced is free."""
    listing_id = uuid4()
    intake, outreach = _conversation(listing_id)
    for order in orders(intake, outreach[:2]):
        for event in order:
            hear(matching, event)
        listing = matching.listing(listing_id)
        assert listing is not None
        assert listing.looks


def test_only_sister_cities_are_left_out(matching: Matching) -> None:
    """A friendship may still become a sister city; a partnership that has ended may be found again."""
    community_id, foreign = uuid4(), ASHIKAGA.community_id
    facts = {"community_id": community_id, "partnership_id": uuid4(), "listing_id": None}
    hear(matching, told("outreach.PartnershipFormed.v1", **facts))
    assert matching.partners(community_id) == {foreign}
    corrected = told("outreach.PartnershipCorrected.v1", **facts)
    hear(matching, corrected.model_copy(update={"kind": PartnershipKind.FRIENDSHIP}))
    assert matching.partners(community_id) == set()
    hear(matching, corrected)
    assert matching.partners(community_id) == {foreign}
    for gone in ("PartnershipEnded", "PartnershipRetracted"):
        hear(matching, told(f"outreach.{gone}.v1", **facts))
        assert matching.partners(community_id) == set()
        hear(matching, corrected)
        assert matching.partners(community_id) == {foreign}
    hear(matching, told("outreach.PartnershipEnded.v1", **facts))
    assert matching.partners(community_id) == set()
    hear(matching, corrected)
    assert matching.partners(community_id) == {foreign}
    hear(matching, corrected.model_copy(update={"is_active": False}))
    assert matching.partners(community_id) == set()


@pytest.mark.parametrize("is_merged_first", [True, False])
def test_partners_of_merged_records_stay_partners(
    matching: Matching, is_merged_first: bool
) -> None:
    """Two records of the member, or of its sister city: the link exists under each, whatever is heard first."""
    gone, remains, member, sister, older = (uuid4() for _ in range(5))
    formed = [
        partnership(community_id=gone, foreign_community_id=older),
        partnership(community_id=uuid4(), foreign_community_id=sister),
    ]
    merges = [merged(older, sister), merged(gone, remains), merged(remains, member)]
    for event in [*merges, *formed] if is_merged_first else [*formed, *merges]:
        hear(matching, event)
    assert matching.partners(member) == matching.partners(gone) == {older, sister}


def test_a_city_listed_later_is_not_shown_to_its_sister_city(matching: Matching) -> None:
    """B7: a listing under the other record of a sister city is no news for the member's search."""
    member, sister, older = uuid4(), PIRAN.community_id, uuid4()
    case_id = _case(matching, community_id=member)
    hear(matching, partnership(community_id=member, foreign_community_id=older))
    hear(matching, merged(older, sister))
    listing_id = uuid4()
    facts = {"listing_id": listing_id, "community_id": sister, "place": PIRAN}
    hear(matching, told("intake.ForeignCityListed.v1", **facts))
    assert listing_id not in matching.case(case_id).listings


def test_a_sister_city_is_not_looked_for(matching: Matching) -> None:
    """A member can neither name, nor choose, nor be interested in the sister city that it has."""
    member, sister, listing_id = uuid4(), LYNGBY.community_id, uuid4()
    case_id = _case(matching, community_id=member)
    facts = {"listing_id": listing_id, "community_id": sister, "place": LYNGBY}
    hear(matching, told("intake.ForeignCityListed.v1", **facts))
    _propose(matching, case_id, LYNGBY, TARTU, PIRAN)
    hear(matching, partnership(community_id=member, foreign_community_id=sister))
    administrator = Caller("ann", Role.ADMINISTRATOR, community_id=member)
    with pytest.raises(AlreadyPartners):
        matching.express_interest(listing_id, administrator)
    ids = [city.geoname_id for city in (LYNGBY, TARTU, PIRAN)]
    with pytest.raises(AlreadyPartners):
        matching.select_shortlist(case_id, ids, administrator)
    named = {"case_id": case_id, "community_id": member, "named_cities": (LYNGBY, FULDA)}
    hear(matching, told("intake.CitySeekingAmended.v1", **named))
    assert FULDA.community_id in matching.case(case_id).open_pairs
    assert sister not in matching.case(case_id).open_pairs


def _propose(matching: Matching, case_id: UUID, *cities: Place) -> None:
    for city in cities:
        matching.add_prospect(case_id, city.geoname_id, "", Caller("ana", Role.STAFF))
    matching.propose(case_id, None)


def test_the_pairs_of_a_merged_record_follow_it(matching: Matching) -> None:
    """Two records of a city abroad: its pair stands under the one that remains, in each case that has it."""
    case_id, remains = _case(matching), uuid4()
    member = matching.case(case_id).community_id
    named = {"case_id": case_id, "community_id": member, "named_cities": (MORELIA,)}
    hear(matching, told("intake.CitySeekingAmended.v1", **named))
    other = _case(matching)
    hear(matching, merged(MORELIA.community_id, remains))
    assert matching.case(case_id).city_of(MORELIA.community_id) == remains
    assert matching.case(other).merged == {}
    failed = {"case_id": case_id, "foreign_community_id": remains}
    hear(matching, told("outreach.PairFailed.v1", **failed))
    assert list(matching.case(case_id).lost_pairs) == [MORELIA.community_id]


def test_a_merge_is_known_to_the_searches_that_begin_after_it(matching: Matching) -> None:
    """B6: two records of a city are one prospect, one choice and one city that was tried, also in a later search."""
    member, gone, remains = uuid4(), GDANSK, place(2759794, "Amsterdam", "NL")
    hear(matching, merged(gone.community_id, remains.community_id))
    case_id, staff = _case(matching, community_id=member), Caller("ana", Role.STAFF)
    _propose(matching, case_id, gone, PIRAN, LYNGBY)
    with pytest.raises(AlreadyAProspect):
        matching.add_prospect(case_id, remains.geoname_id, "", staff)
    administrator = Caller("ann", Role.ADMINISTRATOR, community_id=member)
    with pytest.raises(CityRepeated):
        matching.select_shortlist(
            case_id, [city.geoname_id for city in (gone, remains, PIRAN)], administrator
        )
    chosen = [city.geoname_id for city in (remains, PIRAN, LYNGBY)]
    matching.select_shortlist(case_id, chosen, administrator)
    pair = {"case_id": case_id, "foreign_community_id": remains.community_id}
    pair |= {"pair_id": pair_id_of(case_id, remains.community_id)}
    hear(matching, told("outreach.PairFailed.v1", **pair))
    for city in (gone, remains):
        named = {"case_id": case_id, "community_id": member, "named_cities": (city,)}
        hear(matching, told("intake.CitySeekingAmended.v1", **named))
    file = matching.case(case_id)
    assert not {gone.community_id, remains.community_id} & set(file.open_pairs)
    matching.remove_prospect(case_id, gone.geoname_id, "Tried.", staff)
    with pytest.raises(AlreadyTried):
        matching.add_prospect(case_id, gone.geoname_id, "", staff)
    left = {each.place.geoname_id for each in look(matching, file, limit=200).others}
    assert left.isdisjoint({gone.geoname_id, remains.geoname_id})


@pytest.mark.parametrize("chosen", [MORELIA, FULDA])
def test_a_pair_is_found_under_the_record_that_was_chosen(
    matching: Matching, chosen: Place
) -> None:
    """A city that is named by either of its records loses and regains its pair, told of the one that remains."""
    hear(matching, merged(MORELIA.community_id, FULDA.community_id))
    case_id = _case(matching)
    hear(
        matching,
        told("intake.CitySeekingAmended.v1", case_id=case_id, named_cities=(chosen,)),
    )
    pair = {"case_id": case_id, "foreign_community_id": FULDA.community_id}
    hear(matching, told("outreach.PairFailed.v1", **pair))
    assert list(matching.case(case_id).lost_pairs) == [chosen.community_id]
    assert chosen.community_id not in matching.case(case_id).open_pairs
    hear(matching, told("outreach.PairReopened.v1", **pair, listing_id=None))
    assert chosen.community_id in matching.case(case_id).open_pairs


@pytest.mark.parametrize("subject", ["EmbassyContacted", "ChannelContacted"])
def test_a_city_that_was_written_to_keeps_the_search_open(matching: Matching, subject: str) -> None:
    """A city that was taken off the shortlist after its first letter is in outreach still, another one rests."""
    member = uuid4()
    case_id = _case(matching, community_id=member)
    cities, gone, remains = (LYNGBY, TARTU, PIRAN, FULDA, COIMBRA), TARTU.community_id, uuid4()
    hear(matching, merged(gone, remains))
    _propose(matching, case_id, *cities)
    administrator = Caller("ann", Role.ADMINISTRATOR, community_id=member)
    numbers = [city.geoname_id for city in cities]
    matching.select_shortlist(case_id, numbers[:3], administrator)
    pair = {"case_id": case_id, "foreign_community_id": remains}
    hear(matching, told(f"outreach.{subject}.v1", **pair))
    matching.reopen(case_id)
    matching.select_shortlist(case_id, numbers[2:], administrator)
    live = matching.case(case_id).live_pairs
    assert gone in live
    assert LYNGBY.community_id not in live


def test_a_pair_that_goes_on_keeps_the_search_open(matching: Matching) -> None:
    """A city whose pair was reopened is in outreach, also where it has left the shortlist meanwhile."""
    member = uuid4()
    case_id = _case(matching, community_id=member)
    _propose(matching, case_id, PIRAN, FULDA, LYNGBY, COIMBRA)
    administrator = Caller("ann", Role.ADMINISTRATOR, community_id=member)
    numbers = [city.geoname_id for city in (PIRAN, FULDA, LYNGBY, COIMBRA)]
    matching.select_shortlist(case_id, numbers[:3], administrator)
    pair = {"case_id": case_id, "foreign_community_id": PIRAN.community_id}
    hear(matching, told("outreach.PairFailed.v1", **pair))
    matching.reopen(case_id)
    matching.select_shortlist(case_id, numbers[1:], administrator)
    assert PIRAN.community_id not in matching.case(case_id).live_pairs
    hear(matching, told("outreach.PairReopened.v1", **pair, listing_id=None))
    assert PIRAN.community_id in matching.case(case_id).live_pairs


def test_a_failed_pair_that_goes_on_is_heard(matching: Matching) -> None:
    """The city is in outreach again, and in conversation where an introduction is arranged or held."""
    case_id, listing_id = _case(matching), uuid4()
    named = {"case_id": case_id, "named_cities": (FULDA,)}
    hear(matching, told("intake.CitySeekingAmended.v1", **named))
    hear(matching, told("intake.ForeignCityListed.v1", listing_id=listing_id, place=FULDA))
    pair = {"case_id": case_id, "foreign_community_id": FULDA.community_id}
    hear(matching, told("outreach.PairFailed.v1", **pair))
    hear(matching, told("outreach.PairReopened.v1", **pair, listing_id=None))
    assert FULDA.community_id in matching.case(case_id).open_pairs
    listing = matching.listing(listing_id)
    assert listing is not None
    assert listing.looks
    hear(matching, told("outreach.PairReopened.v1", **pair, listing_id=listing_id))
    listing = matching.listing(listing_id)
    assert listing is not None
    assert listing.availability == "in_conversation"


@pytest.mark.parametrize(
    ("ends_search", "availability"), [(True, "partnered"), (False, "in_conversation")]
)
def test_a_stepping_stone_does_not_end_the_conversation(
    matching: Matching, ends_search: bool, availability: str
) -> None:
    """Only the partnership that ends the search takes the city off the list of those that look."""
    listing_id = uuid4()
    hear(matching, told("intake.ForeignCityListed.v1", listing_id=listing_id))
    hear(matching, told("outreach.IntroductionArranged.v1", listing_id=listing_id))
    hear(matching, partnership(listing_id=listing_id, ends_search=ends_search))
    listing = matching.listing(listing_id)
    assert listing is not None
    assert listing.availability == availability


def test_everything_that_matching_hears_can_be_heard_twice(matching: Matching) -> None:
    """Each event that matching subscribes to is taken, and its repeat records nothing new."""
    case = {"case_id": uuid4()}
    heard = subscribers.handlers(matching)
    events = [event for event in EXAMPLES.values() if type(event) in heard]
    assert len(events) == len(heard)
    for event in events:
        facts = case if "case_id" in type(event).model_fields else {}
        again = event.model_copy(update=facts)
        hear(matching, again)
        count = len(matching.rows("SELECT 1 FROM events"))
        # Said again, a debrief is a correction of its record, so it alone counts twice.
        hear(matching, again)
        more = len(matching.rows("SELECT 1 FROM events")) - count
        assert more == (1 if isinstance(event, e.DebriefCompleted) else 0), type(event).__name__


def _case(matching: Matching, **facts: Any) -> UUID:
    case_id = uuid4()
    for subject in ("intake.CitySeekingRequested.v1", "intake.DebriefCompleted.v1"):
        hear(matching, told(subject, case_id=case_id, **facts))
    return case_id


def test_a_person_who_is_forgotten_leaves_no_text_behind(matching: Matching) -> None:
    """Notes and comments of a person go with PersonErasureRequested; those of others stay."""
    case_id, person_id = _case(matching), uuid4()
    for author in (str(person_id), "somebody-else"):
        staff = Caller(author, Role.STAFF)
        matching.annotate(case_id, _a_prospect(matching, case_id), "A note.", staff, is_shown=False)
    hear(matching, told("intake.PersonErasureRequested.v1", person_id=person_id))
    notes = matching.rows("SELECT author_id FROM notes WHERE case_id = %(id)s", id=case_id)
    assert [note["author_id"] for note in notes] == ["somebody-else"]


def _a_prospect(matching: Matching, case_id: UUID) -> int:
    if TARTU.geoname_id not in matching.case(case_id).prospects:
        matching.add_prospect(case_id, TARTU.geoname_id, "", Caller("ana", Role.STAFF))
    return TARTU.geoname_id


def test_the_searches_of_a_merged_record_follow_it(matching: Matching) -> None:
    """Two records of one member: the search belongs to the one that remains, and its people may work on it."""
    case_id, remains = _case(matching), uuid4()
    was = matching.case(case_id).community_id
    facts = {"community_id": was, "into_community_id": remains}
    hear(matching, told("intake.CommunitiesMerged.v1", **facts))
    file = matching.case(case_id)
    assert file.community_id == remains
    file.check_insight(Caller("ann", Role.ADMINISTRATOR, community_id=remains))
    with pytest.raises(NotYours):
        file.check_insight(Caller("ben", Role.ADMINISTRATOR, community_id=was))
