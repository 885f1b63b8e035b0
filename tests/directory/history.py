"""A history of the whole programme as the three streams tell it: seeded, with every public event in it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

from shared import events as e
from shared.events import SOURCES, PublicEvent
from shared.messages import Message
from shared.values import (
    Channel,
    ClosingReason,
    CommunityKind,
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

SEED = UUID("3b1d5a52-2b0a-4c5e-9a55-6f1d1f0c9e11")
LINEAGE = {source: uuid5(SEED, source) for source in SOURCES}
NAMES = ("Århus", "Ōtsu", "São Borja", "Gulu", "Hobart", "Trier", "Łódź", "Pune", "Cusco", "Turku")
ABROAD = ("DK", "JP", "BR", "UG", "AU", "DE", "PL", "IN", "PE", "FI")
STATES = ("IL", "OH", "TX", "MA", "WA")


def town(number: int) -> Place:
    """A member city."""
    state = STATES[number % len(STATES)]
    return _place(1000 + number, f"Springfield {number}", "US", state)


def city(number: int) -> Place:
    """A city abroad."""
    name = f"{NAMES[number % len(NAMES)]} {number}"
    return _place(5000 + number, name, ABROAD[number % len(ABROAD)], "07")


def _place(geoname_id: int, name: str, country: str, admin1: str) -> Place:
    return Place(
        geoname_id=geoname_id,
        name=name,
        country=country,
        admin1=admin1,
        latitude=(geoname_id * 7) % 160 - 80,
        longitude=(geoname_id * 13) % 340 - 170,
        population=geoname_id * 10,
        timezone="UTC",
    )


@dataclass
class History:
    """What each stream holds, in its order; `said` keeps who said it: (aggregate, event)."""

    chance: random.Random
    now: datetime = datetime(2025, 1, 6, 9, tzinfo=UTC)
    said: dict[str, list[tuple[UUID, PublicEvent]]] = field(
        default_factory=lambda: {source: [] for source in SOURCES}
    )

    def say(self, event_class: type[PublicEvent], aggregate: UUID, **facts: Any) -> None:
        self.now += timedelta(hours=self.chance.randint(1, 60))
        event = event_class.model_validate({"happened_at": self.now, **facts})
        self.said[event.service].append((aggregate, event))

    @property
    def today(self) -> date:
        return self.now.date()

    def messages(self, source: str) -> list[Message]:
        """With positions that have gaps, as a store's have."""
        positions = [0]
        for _ in self.said[source]:
            positions.append(positions[-1] + self.chance.randint(1, 3))
        return [
            message(source, aggregate, event, previous, position)
            for (aggregate, event), (previous, position) in zip(
                self.said[source], pairwise(positions), strict=True
            )
        ]


def message(
    source: str, aggregate: UUID, event: PublicEvent, previous: int, position: int
) -> Message:
    return Message(
        source=source,
        position=position,
        previous=previous,
        lineage=LINEAGE[source],
        subject=event.subject(),
        aggregate_id=aggregate,
        event_id=f"{source}:{aggregate}:{position}",
        recorded_at=event.happened_at.isoformat(),
        correlation="history",
        causation="",
        data=event.model_dump_json().encode(),
    )


def whole_programme(seed: int = 1, first: int = 0, members: int = 4, pairs: int = 4) -> History:
    """Members that seek, listings of every fate, pairs that fail and that become partnerships."""
    history = History(random.Random(seed))
    for number in range(first, first + members):
        _member(history, town(number))
        _foreign_city(history, city(number), number)
        _case(history, town(number), [city(number + i) for i in range(4)], number, pairs)
    _imports(history, first)
    _corrections(history, first, members)
    return history


def _member(history: History, place: Place) -> None:
    us = place.community_id
    history.say(
        e.CommunityRegistered,
        us,
        community_id=us,
        place=place,
        kind=CommunityKind.CITY,
        standing=Standing.GOOD,
        is_demonstration=history.chance.random() < 0.3,
    )
    renamed = place.model_copy(update={"name": place.name + " (renamed)"})
    profile = PublicProfile(seeks="Schools that write letters.", themes=(Theme.YOUTH,))
    if history.chance.random() < 0.5:
        history.say(e.CommunityProfileUpdated, us, community_id=us, place=renamed, profile=profile)
    for standing in (Standing.LAPSED, Standing.GOOD):
        history.say(
            e.MembershipStandingChanged,
            us,
            community_id=us,
            standing=standing,
            paid_through=history.today,
        )


def _foreign_city(history: History, place: Place, number: int) -> None:
    listing = listing_of(place)
    ids = {"listing_id": listing, "community_id": place.community_id}
    history.say(e.ForeignRequestSubmitted, listing, **ids, place=place)
    history.say(e.ForeignRequestVerified, listing, **ids)
    history.say(e.MoreInformationAsked, listing, **ids)
    if number % 4 == 3:
        history.say(e.ForeignCityDeclined, listing, **ids)
        return
    profile = PublicProfile(seeks="A city by the sea.", themes=(Theme.TOURISM, Theme.CULTURE))
    history.say(
        e.ForeignCityListed,
        listing,
        **ids,
        place=place,
        profile=profile,
        confirmed_on=history.today,
        is_demonstration=number % 2 == 0,
    )
    history.say(
        e.ListingUpdated, listing, **ids, profile=profile.model_copy(update={"seeks": "A lake."})
    )
    history.say(e.ListingExpired, listing, **ids)
    history.say(e.ListingReconfirmed, listing, **ids, confirmed_on=history.today)
    if number % 4 == 2:
        history.say(e.ListingWithdrawn, listing, **ids)


def listing_of(place: Place) -> UUID:
    return uuid5(place.community_id, "listing")


def case_of(place: Place) -> UUID:
    return uuid5(place.community_id, "case")


def _case(history: History, place: Place, cities: Sequence[Place], number: int, pairs: int) -> None:
    us, case = place.community_id, case_of(place)
    ids = {"case_id": case, "community_id": us}
    hopes = Preferences(themes=(Theme.EDUCATION,), countries=("JP",))
    history.say(
        e.CitySeekingRequested,
        case,
        **ids,
        place=place,
        preferences=hopes,
        named_cities=(cities[0],),
        is_shown_publicly=number % 2 == 0,
    )
    history.say(e.CaseAssigned, case, **ids, staff_id="staff-ana")
    history.say(e.DebriefInvited, case, **ids)
    history.say(
        e.NextStepSet, case, **ids, step=NextStep.BOOK_DEBRIEF, holder=Party.MEMBER, due_on=None
    )
    history.say(
        e.ListedCitiesReviewed, case, **ids, listing_ids=[listing_of(c) for c in cities[:2]]
    )
    history.say(
        e.ListedCitiesReviewed, case, **ids, listing_ids=[listing_of(c) for c in cities[1:3]]
    )
    history.say(e.ShortlistSelected, case, **ids, place=place, choices=cities[:1], lane=Lane.NAMED)
    history.say(
        e.CitySeekingAmended, case, **ids, preferences=hopes, is_shown_publicly=number % 3 != 1
    )
    history.say(e.DebriefScheduled, case, **ids, starts_at=history.now, attendees=4)
    profile = PublicProfile(seeks="Museums.", industries=("state government",))
    history.say(e.DebriefCompleted, case, **ids, preferences=hopes, profile=profile)
    _shortlist(history, ids, place, cities)
    for i, foreign in enumerate(cities[:pairs]):
        _pair(history, ids, place, foreign, (number + i) % 4)
    _end_of_case(history, ids, number)


def _shortlist(
    history: History, ids: dict[str, UUID], place: Place, cities: Sequence[Place]
) -> None:
    case = ids["case_id"]
    history.say(e.ProspectsProposed, case, **ids, prospects=cities)
    rule = f"for-{place.geoname_id}"
    law = {"kind": RuleKind.STATE_LAW, "bars": RuleBars.COUNTRIES, "effect": RuleEffect.WARN}
    history.say(e.RuleChanged, uuid5(case, rule), rule=rule, **law, countries=("QQ",))
    warned = (cities[0].geoname_id,)
    history.say(e.CaseRechecked, uuid5(case, "screening"), **ids, rule=rule, warned=warned)
    listed = {"listing_id": listing_of(cities[1]), "foreign_place": cities[1]}
    history.say(e.InterestExpressed, case, **ids, place=place, **listed)
    history.say(e.ShortlistSelected, case, **ids, place=place, choices=cities[:3])
    history.say(e.ShortlistReopened, case, **ids)
    history.say(e.ShortlistSelected, case, **ids, place=place, choices=cities[1:])
    history.say(
        e.NextStepSet,
        case,
        **ids,
        step=NextStep.AWAIT_REPLIES,
        holder=Party.CHANNEL,
        due_on=history.today,
    )


def _pair(history: History, ids: dict[str, UUID], place: Place, foreign: Place, fate: int) -> None:
    pair = uuid5(ids["case_id"], str(foreign.community_id))
    pair_ids = {**ids, "pair_id": pair, "foreign_community_id": foreign.community_id}
    _threads(history, pair_ids)
    history.say(e.CityContactFound, pair, **pair_ids, contact_id=uuid5(pair, "contact"))
    interest = (Interest.NO, Interest.YES, Interest.YES, Interest.LATER)[fate]
    history.say(
        e.InterestGauged, pair, **pair_ids, interest=interest, listing_id=listing_of(foreign)
    )
    country = foreign.country
    history.say(e.GovernanceLearned, pair, **pair_ids, country=country, decided_by="council")
    if fate == 0:
        history.say(e.PairFailed, pair, **pair_ids, reason=FailureReason.DECLINED)
    elif fate < 3:
        _agreement(history, pair_ids, place, foreign, is_formed=fate == 1)


def _threads(history: History, pair_ids: dict[str, UUID]) -> None:
    pair = pair_ids["pair_id"]
    embassy, office = ({**pair_ids, "thread_id": uuid5(pair, kind)} for kind in ("a", "b"))
    history.say(e.EmbassyContacted, pair, **embassy, channel=Channel.FOREIGN_EMBASSY, country="JP")
    history.say(e.ChannelContacted, pair, **office, channel=Channel.CITY_OFFICE)
    history.say(e.FollowUpDue, pair, **embassy, days_silent=7)
    history.say(e.FollowUpSent, pair, **embassy)
    history.say(e.MessageBounced, pair, **office)
    if history.chance.random() < 0.7:
        history.say(e.ReplyReceived, pair, **embassy)
        history.say(e.ReplyReceived, pair, **embassy)
    _put_down_by_mistake(history, pair_ids, embassy)


def _put_down_by_mistake(
    history: History, pair_ids: dict[str, UUID], embassy: dict[str, UUID]
) -> None:
    """A reply, a first contact and an end that were none."""
    pair = pair_ids["pair_id"]
    if history.chance.random() < 0.5:
        history.say(e.ReplyReceived, pair, **embassy)
        history.say(e.ReplyRetracted, pair, **embassy)
    wrong, again = ({**pair_ids, "thread_id": uuid5(pair, kind)} for kind in ("c", "d"))
    for thread in (wrong, again):
        history.say(e.ChannelContacted, pair, **thread, channel=Channel.MUNICIPAL_ASSOCIATION)
        history.say(e.ContactRetracted, pair, **thread)
    history.say(e.ChannelContacted, pair, **again, channel=Channel.OTHER)
    history.say(e.PairFailed, pair, **pair_ids, reason=FailureReason.SILENT)
    history.say(e.PairReopened, pair, **pair_ids)


def _agreement(
    history: History, pair_ids: dict[str, UUID], place: Place, foreign: Place, *, is_formed: bool
) -> None:
    pair, listing = pair_ids["pair_id"], listing_of(foreign)
    history.say(e.IntroductionArranged, pair, **pair_ids, starts_at=history.now, listing_id=listing)
    if history.chance.random() < 0.3:
        date_ = {"starts_at": history.now, "was_missed": history.chance.random() < 0.5}
        history.say(e.IntroductionCalledOff, pair, **pair_ids, **date_)
        history.say(
            e.IntroductionArranged, pair, **pair_ids, starts_at=history.now, listing_id=listing
        )
    history.say(e.IntroductionHeld, pair, **pair_ids, held_on=history.today)
    history.say(e.HandedOverToMember, pair, **pair_ids, handed_over_on=history.today)
    if history.chance.random() < 0.5:
        history.say(e.HandOverRetracted, pair, **pair_ids)
        if history.chance.random() < 0.5:
            history.say(e.HandedOverToMember, pair, **pair_ids, handed_over_on=history.today)
    history.say(e.InvitationSent, pair, **pair_ids, sent_on=history.today)
    document = {"document_id": uuid5(pair, "letter"), "kind": DocumentKind.LETTER_OF_INTENT}
    history.say(e.DocumentIssued, pair, **pair_ids, **document, document_version=1)
    history.say(e.LetterOfIntentSigned, pair, **pair_ids, signed_on=history.today)
    history.say(e.CouncilResolutionAdopted, pair, **pair_ids, adopted_on=history.today)
    _partnership(history, place, foreign, pair_ids, ends_search=is_formed)
    if is_formed or history.chance.random() < 0.5:
        _retraction(history, place, foreign, pair_ids)
        if history.chance.random() < 0.5:
            _partnership(history, place, foreign, pair_ids, ends_search=is_formed)


def _retraction(history: History, place: Place, foreign: Place, pair_ids: dict[str, UUID]) -> None:
    partnership = uuid5(place.community_id, str(foreign.community_id))
    history.say(
        e.PartnershipRetracted,
        partnership,
        partnership_id=partnership,
        community_id=place.community_id,
        foreign_community_id=foreign.community_id,
        case_id=pair_ids["case_id"],
        pair_id=pair_ids["pair_id"],
        listing_id=listing_of(foreign),
    )


def _partnership(
    history: History,
    place: Place,
    foreign: Place,
    pair_ids: dict[str, UUID],
    *,
    ends_search: bool,
) -> None:
    us, abroad = place.community_id, foreign.community_id
    partnership = uuid5(us, str(abroad))
    ids = {"partnership_id": partnership, "community_id": us}
    history.say(
        e.PartnershipFormed,
        partnership,
        **ids,
        foreign_community_id=abroad,
        place=place,
        foreign_place=foreign,
        kind=PartnershipKind.SISTER if ends_search else PartnershipKind.FRIENDSHIP,
        ends_search=ends_search,
        year=history.today.year,
        signed_on=history.today,
        case_id=pair_ids["case_id"],
        pair_id=pair_ids["pair_id"],
        listing_id=listing_of(foreign),
    )
    history.say(
        e.PartnershipCorrected,
        partnership,
        partnership_id=partnership,
        kind="friendship",
        year=2000,
    )
    history.say(e.CheckInDue, partnership, **ids, months=6)
    if history.chance.random() < 0.5:
        history.say(e.PartnershipEnded, partnership, **ids, foreign_community_id=abroad)
        right = {"kind": "sister", "year": 2001, "signed_on": history.today}
        is_active = history.chance.random() < 0.5
        history.say(
            e.PartnershipCorrected,
            partnership,
            partnership_id=partnership,
            **right,
            is_active=is_active,
            ended_on=None if is_active else history.today,
        )


def _end_of_case(history: History, ids: dict[str, UUID], number: int) -> None:
    case = ids["case_id"]
    history.say(e.DuesWaiverGranted, case, **ids, granted_on=history.today)
    history.say(e.CitySeekingPaused, case, **ids, until=history.today)
    if number % 4 == 0:
        history.say(e.CitySeekingResumed, case, **ids)
    elif number % 4 == 1:
        history.say(e.CitySeekingWithdrawn, case, **ids)
        history.say(e.DuesWaiverEnded, case, **ids, ended_on=history.today)
    elif number % 4 == 2:
        history.say(e.CitySeekingResumed, case, **ids)
        history.say(e.CitySeekingClosed, case, **ids, reason=ClosingReason.PARTNERED)
    else:
        history.say(e.SearchExhausted, case, **ids)


def _imports(history: History, first: int) -> None:
    """Partnerships of places that no other source has told of, or tells of differently."""
    for number in (first, first + 7):
        us, abroad = town(number), city(number + 20)
        older = us.model_copy(update={"name": us.name + " (of old)"})
        partnership = uuid5(us.community_id, str(abroad.community_id))
        history.say(
            e.PartnershipFormed,
            partnership,
            partnership_id=partnership,
            community_id=us.community_id,
            foreign_community_id=abroad.community_id,
            place=older,
            foreign_place=abroad,
            is_imported=True,
        )
        ids = {"community_id": us.community_id, "foreign_community_id": abroad.community_id}
        if number == first:
            history.say(e.PartnershipEnded, partnership, partnership_id=partnership, **ids)


def _corrections(history: History, first: int, members: int) -> None:
    """Two records of one city, twice over: the last, and the partner of an import."""
    history.say(
        e.ListingReleased,
        listing_of(city(1)),
        listing_id=listing_of(city(1)),
        community_id=city(1).community_id,
    )
    for gone, remains in (
        (city(first + members + 1), city(first + members)),
        (city(first + members), city(first)),
        (city(first + 27), city(first + 1)),
    ):
        history.say(
            e.CommunitiesMerged,
            gone.community_id,
            community_id=gone.community_id,
            into_community_id=remains.community_id,
        )
    person = uuid5(SEED, "person")
    history.say(e.PersonErasureRequested, person, person_id=person)
    history.say(e.StaffLeft, person, person_id=person)


def interleaved(streams: dict[str, list[Message]], chance: random.Random) -> Iterator[Message]:
    """The messages of all streams, each stream in its own order, at random between each other."""
    deck = [source for source, messages in streams.items() for _ in messages]
    chance.shuffle(deck)
    # Sometimes one stream is far behind the others, as in a rebuild.
    if chance.random() < 0.3:
        deck.sort(key=chance.sample(SOURCES, len(SOURCES)).index)
    readers = {source: iter(messages) for source, messages in streams.items()}
    return (next(readers[source]) for source in deck)
