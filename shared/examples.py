"""One good instance of each public event: Springfield's search, as the catalogue shows it and the tests use it."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid5

from shared import events as e
from shared.values import (
    Channel,
    ClosingReason,
    CommunityKind,
    Continent,
    DocumentKind,
    FailureReason,
    Interest,
    Lane,
    NextStep,
    PartnershipKind,
    Party,
    Place,
    Preferences,
    PublicProfile,
    RuleBars,
    RuleEffect,
    RuleKind,
    Standing,
    Theme,
)

SPRINGFIELD = Place(
    geoname_id=4250542,
    name="Springfield",
    country="US",
    admin1="IL",
    latitude=39.80172,
    longitude=-89.64371,
    population=114394,
    timezone="America/Chicago",
)
ASHIKAGA = Place(
    geoname_id=1865005,
    name="Ashikaga",
    country="JP",
    admin1="38",
    latitude=36.33333,
    longitude=139.45,
    population=144746,
    timezone="Asia/Tokyo",
)
COIMBRA = Place(
    geoname_id=2740637,
    name="Coimbra",
    country="PT",
    admin1="07",
    latitude=40.20686,
    longitude=-8.41996,
    population=140796,
    timezone="Europe/Lisbon",
)
TARTU = Place(
    geoname_id=588335,
    name="Tartu",
    country="EE",
    admin1="18",
    latitude=58.38062,
    longitude=26.72509,
    population=91407,
    timezone="Europe/Tallinn",
)

CASE = UUID("8a4f2c1e-6b7d-4e0a-9c55-2d1f0b3a7e10")
LISTING = UUID("c0a1d7b2-3e4f-4a5b-8c6d-7e8f9a0b1c2d")
PERSON = UUID("5d2e9f10-7a3b-4c4d-a5e6-f7081929a3b4")
PAIR = uuid5(CASE, str(ASHIKAGA.community_id))
THREAD = uuid5(PAIR, "foreign_embassy")
CONTACT = uuid5(PAIR, "contact")
PARTNERSHIP = uuid5(SPRINGFIELD.community_id, str(ASHIKAGA.community_id))

HOPES = Preferences(
    countries=("JP", "PT"),
    continents=(Continent.EUROPE,),
    languages=("ja",),
    themes=(Theme.EDUCATION, Theme.CULTURE),
    priority_project=Theme.EDUCATION,
    population_min=50_000,
    population_max=300_000,
)
SPRINGFIELDS_PROFILE = PublicProfile(
    seeks="A partner of similar size for exchanges between our schools and museums.",
    themes=(Theme.EDUCATION, Theme.CULTURE),
    industries=("state government", "health care"),
    universities=("University of Illinois Springfield",),
    languages=("en",),
)
ASHIKAGAS_PROFILE = PublicProfile(
    seeks="A city in the United States for student exchanges and a flower festival.",
    themes=(Theme.EDUCATION, Theme.TOURISM),
    industries=("textiles", "wine"),
    universities=("Ashikaga University",),
    languages=("ja", "en"),
)


def _at(month: int, day: int, year: int = 2027) -> datetime:
    return datetime(year, month, day, 15, 30, tzinfo=UTC)


_US, _ABROAD = SPRINGFIELD.community_id, ASHIKAGA.community_id

_COMMUNITIES: tuple[e.PublicEvent, ...] = (
    e.CommunityRegistered(
        happened_at=_at(1, 15, 2024),
        community_id=_US,
        place=SPRINGFIELD,
        kind=CommunityKind.CITY,
        standing=Standing.GOOD,
        joined_on=date(2024, 1, 15),
        sister_cities_at_joining=0,
    ),
    e.CommunityProfileUpdated(
        happened_at=_at(1, 20, 2024),
        community_id=_US,
        place=SPRINGFIELD,
        profile=SPRINGFIELDS_PROFILE,
    ),
    e.CommunitiesMerged(
        happened_at=_at(2, 1),
        community_id=TARTU.community_id,
        into_community_id=COIMBRA.community_id,
    ),
    e.MembershipStandingChanged(
        happened_at=_at(1, 10),
        community_id=_US,
        standing=Standing.GOOD,
        paid_through=date(2027, 12, 31),
    ),
)

_SEARCHES: tuple[e.PublicEvent, ...] = (
    e.CitySeekingRequested(
        happened_at=_at(3, 3),
        case_id=CASE,
        community_id=_US,
        place=SPRINGFIELD,
        preferences=HOPES,
        named_cities=(COIMBRA,),
        is_shown_publicly=True,
    ),
    e.CitySeekingAmended(
        happened_at=_at(3, 5),
        case_id=CASE,
        community_id=_US,
        preferences=HOPES,
        named_cities=(COIMBRA, TARTU),
        is_shown_publicly=True,
    ),
    e.DebriefInvited(happened_at=_at(3, 3), case_id=CASE, community_id=_US),
    e.DebriefScheduled(
        happened_at=_at(3, 8),
        case_id=CASE,
        community_id=_US,
        starts_at=_at(3, 20),
        attendees=4,
    ),
    e.DebriefCompleted(
        happened_at=_at(3, 20),
        case_id=CASE,
        community_id=_US,
        preferences=HOPES,
        profile=SPRINGFIELDS_PROFILE,
    ),
    e.CitySeekingPaused(
        happened_at=_at(7, 1), case_id=CASE, community_id=_US, until=date(2027, 8, 15)
    ),
    e.CitySeekingResumed(happened_at=_at(8, 15), case_id=CASE, community_id=_US),
    e.CitySeekingWithdrawn(happened_at=_at(9, 1), case_id=CASE, community_id=_US),
    e.CitySeekingClosed(
        happened_at=_at(5, 20, 2028),
        case_id=CASE,
        community_id=_US,
        reason=ClosingReason.PARTNERED,
    ),
    e.CaseAssigned(happened_at=_at(3, 4), case_id=CASE, community_id=_US, staff_id="staff-ana"),
    e.NextStepSet(
        happened_at=_at(3, 4),
        case_id=CASE,
        community_id=_US,
        step=NextStep.BOOK_DEBRIEF,
        holder=Party.MEMBER,
        due_on=date(2027, 3, 10),
    ),
)

_LISTINGS: tuple[e.PublicEvent, ...] = (
    e.ForeignRequestSubmitted(
        happened_at=_at(1, 5), listing_id=LISTING, community_id=_ABROAD, place=ASHIKAGA
    ),
    e.ForeignRequestVerified(happened_at=_at(1, 5), listing_id=LISTING, community_id=_ABROAD),
    e.MoreInformationAsked(happened_at=_at(1, 8), listing_id=LISTING, community_id=_ABROAD),
    e.ForeignCityListed(
        happened_at=_at(1, 15),
        listing_id=LISTING,
        community_id=_ABROAD,
        place=ASHIKAGA,
        profile=ASHIKAGAS_PROFILE,
        confirmed_on=date(2027, 1, 15),
    ),
    e.ForeignCityDeclined(happened_at=_at(1, 15), listing_id=LISTING, community_id=_ABROAD),
    e.ListingUpdated(
        happened_at=_at(2, 15),
        listing_id=LISTING,
        community_id=_ABROAD,
        profile=ASHIKAGAS_PROFILE,
    ),
    e.ListingReconfirmed(
        happened_at=_at(7, 1),
        listing_id=LISTING,
        community_id=_ABROAD,
        confirmed_on=date(2027, 7, 1),
    ),
    e.ListingExpired(happened_at=_at(12, 28), listing_id=LISTING, community_id=_ABROAD),
    e.ListingWithdrawn(happened_at=_at(12, 29), listing_id=LISTING, community_id=_ABROAD),
    e.ListingReleased(happened_at=_at(10, 2), listing_id=LISTING, community_id=_ABROAD),
)

_DUES_AND_PERSONS: tuple[e.PublicEvent, ...] = (
    e.DuesWaiverGranted(
        happened_at=_at(3, 3, 2028),
        community_id=_US,
        case_id=CASE,
        granted_on=date(2028, 3, 3),
    ),
    e.DuesWaiverEnded(
        happened_at=_at(5, 20, 2028),
        community_id=_US,
        case_id=CASE,
        ended_on=date(2028, 5, 20),
    ),
    e.PersonErasureRequested(happened_at=_at(6, 1, 2028), person_id=PERSON),
    e.StaffLeft(happened_at=_at(6, 2, 2028), person_id=PERSON),
)

_MATCHING: tuple[e.PublicEvent, ...] = (
    e.ListedCitiesReviewed(
        happened_at=_at(3, 3), case_id=CASE, community_id=_US, listing_ids=(LISTING,)
    ),
    e.ProspectsProposed(
        happened_at=_at(4, 15),
        case_id=CASE,
        community_id=_US,
        prospects=(ASHIKAGA, COIMBRA, TARTU),
    ),
    e.InterestExpressed(
        happened_at=_at(4, 20),
        case_id=CASE,
        community_id=_US,
        place=SPRINGFIELD,
        listing_id=LISTING,
        foreign_place=ASHIKAGA,
    ),
    e.ShortlistSelected(
        happened_at=_at(5, 10),
        case_id=CASE,
        community_id=_US,
        place=SPRINGFIELD,
        choices=(ASHIKAGA, COIMBRA, TARTU),
        lane=Lane.SHORTLIST,
    ),
    e.ShortlistReopened(happened_at=_at(5, 11), case_id=CASE, community_id=_US),
    e.SearchExhausted(happened_at=_at(12, 1), case_id=CASE, community_id=_US),
    e.RuleChanged(
        happened_at=_at(6, 1),
        rule="illinois-example-law",
        kind=RuleKind.STATE_LAW,
        bars=RuleBars.COUNTRIES,
        effect=RuleEffect.BLOCK,
        states=("IL",),
        countries=("EE",),
        in_force_from=date(2027, 6, 1),
    ),
    e.CaseRechecked(
        happened_at=_at(6, 1),
        case_id=CASE,
        community_id=_US,
        rule="illinois-example-law",
        blocked=(TARTU.geoname_id,),
        more_blocked=1,
        title="Illinois example law",
        citation="Chapter 1",
        cities=(TARTU,),
    ),
)


_OF_PAIR = {
    "pair_id": PAIR,
    "case_id": CASE,
    "community_id": _US,
    "foreign_community_id": _ABROAD,
}
_OF_THREAD = _OF_PAIR | {"thread_id": THREAD}

_THREADS: tuple[e.PublicEvent, ...] = (
    e.EmbassyContacted.model_validate(
        _OF_THREAD
        | {"happened_at": _at(5, 12), "channel": Channel.FOREIGN_EMBASSY, "country": "JP"}
    ),
    e.ChannelContacted.model_validate(
        _OF_THREAD | {"happened_at": _at(5, 13), "channel": Channel.MUNICIPAL_ASSOCIATION}
    ),
    e.FollowUpDue.model_validate(_OF_THREAD | {"happened_at": _at(5, 19), "days_silent": 7}),
    e.FollowUpSent.model_validate(_OF_THREAD | {"happened_at": _at(5, 20)}),
    e.ReplyReceived.model_validate(_OF_THREAD | {"happened_at": _at(6, 2)}),
    e.ReplyRetracted.model_validate(_OF_THREAD | {"happened_at": _at(6, 3)}),
    e.ContactRetracted.model_validate(_OF_THREAD | {"happened_at": _at(5, 13)}),
    e.MessageBounced.model_validate(_OF_THREAD | {"happened_at": _at(5, 12)}),
    e.CityContactFound.model_validate(_OF_PAIR | {"happened_at": _at(6, 5), "contact_id": CONTACT}),
    e.InterestGauged.model_validate(
        _OF_PAIR | {"happened_at": _at(6, 20), "interest": Interest.YES, "listing_id": LISTING}
    ),
    e.GovernanceLearned.model_validate(
        _OF_PAIR
        | {
            "happened_at": _at(6, 20),
            "country": "JP",
            "decided_by": "council",
            "needs_national_approval": False,
        }
    ),
)

_AGREEMENT: tuple[e.PublicEvent, ...] = (
    e.IntroductionArranged.model_validate(
        _OF_PAIR | {"happened_at": _at(8, 20), "starts_at": _at(9, 2), "listing_id": LISTING}
    ),
    e.IntroductionCalledOff.model_validate(
        _OF_PAIR | {"happened_at": _at(8, 25), "starts_at": _at(9, 2), "was_missed": False}
    ),
    e.IntroductionHeld.model_validate(
        _OF_PAIR | {"happened_at": _at(9, 2), "held_on": date(2027, 9, 2)}
    ),
    e.HandedOverToMember.model_validate(
        _OF_PAIR | {"happened_at": _at(9, 9), "handed_over_on": date(2027, 9, 9)}
    ),
    e.HandOverRetracted.model_validate(_OF_PAIR | {"happened_at": _at(9, 10)}),
    e.InvitationSent.model_validate(
        _OF_PAIR | {"happened_at": _at(9, 20), "sent_on": date(2027, 9, 20)}
    ),
    e.LetterOfIntentSigned.model_validate(
        _OF_PAIR | {"happened_at": _at(11, 15), "signed_on": date(2027, 11, 15)}
    ),
    e.CouncilResolutionAdopted.model_validate(
        _OF_PAIR | {"happened_at": _at(2, 10, 2028), "adopted_on": date(2028, 2, 10)}
    ),
    e.DocumentIssued.model_validate(
        _OF_PAIR
        | {
            "happened_at": _at(9, 18),
            "document_id": uuid5(PAIR, "invitation"),
            "kind": DocumentKind.INVITATION,
            "document_version": 1,
        }
    ),
    e.PairFailed.model_validate(
        _OF_PAIR
        | {
            "happened_at": _at(10, 2),
            "reason": FailureReason.DECLINED,
            "listing_id": LISTING,
            "others_open": (uuid5(CASE, str(TARTU.community_id)),),
        }
    ),
    e.PairReopened.model_validate(_OF_PAIR | {"happened_at": _at(10, 3), "listing_id": LISTING}),
)

_PARTNERSHIPS: tuple[e.PublicEvent, ...] = (
    e.PartnershipFormed(
        happened_at=_at(5, 20, 2028),
        partnership_id=PARTNERSHIP,
        community_id=_US,
        foreign_community_id=_ABROAD,
        place=SPRINGFIELD,
        foreign_place=ASHIKAGA,
        kind=PartnershipKind.SISTER,
        year=2028,
        signed_on=date(2028, 5, 20),
        case_id=CASE,
        pair_id=PAIR,
        listing_id=LISTING,
    ),
    e.PartnershipCorrected(
        happened_at=_at(6, 1, 2028),
        partnership_id=PARTNERSHIP,
        kind=PartnershipKind.SISTER,
        year=2028,
        signed_on=date(2028, 5, 20),
    ),
    e.PartnershipEnded(
        happened_at=_at(5, 20, 2038),
        partnership_id=PARTNERSHIP,
        community_id=_US,
        foreign_community_id=_ABROAD,
        ended_on=date(2038, 5, 20),
    ),
    e.PartnershipRetracted(
        happened_at=_at(11, 21),
        partnership_id=PARTNERSHIP,
        community_id=_US,
        foreign_community_id=_ABROAD,
        case_id=CASE,
        pair_id=PAIR,
        listing_id=LISTING,
    ),
    e.CheckInDue(
        happened_at=_at(11, 20, 2028), partnership_id=PARTNERSHIP, community_id=_US, months=6
    ),
)

EXAMPLES: dict[str, e.PublicEvent] = {
    event.subject(): event
    for event in (
        *_COMMUNITIES,
        *_SEARCHES,
        *_LISTINGS,
        *_DUES_AND_PERSONS,
        *_MATCHING,
        *_THREADS,
        *_AGREEMENT,
        *_PARTNERSHIPS,
    )
}
"""By subject, e.g. `intake.CitySeekingRequested.v1`."""
