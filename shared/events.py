"""The public words: every event that a service says to the others, one class each, versioned, pydantic only.

A service publishes under its own name alone, as `<service>.<EventName>.v<version>`. Events carry ids, codes, dates and
places; of texts only the assessed public profile; never notes, reasons in words, letters or personal data.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.values import (
    Channel,
    ClosingReason,
    CommunityKind,
    CountryCode,
    DocumentKind,
    FailureReason,
    Interest,
    Lane,
    NextStep,
    PairWaits,
    PartnershipKind,
    Party,
    Place,
    Preferences,
    PublicProfile,
    RuleBars,
    RuleEffect,
    RuleKind,
    Standing,
)

CommunityId = Annotated[
    UUID, Field(description="The community; derived from its GeoNames id, the same for good.")
]
ForeignCommunityId = Annotated[UUID, Field(description="The community abroad.")]
CaseId = Annotated[UUID, Field(description="The case: one search of one community.")]
ListingId = Annotated[
    UUID, Field(description="The foreign city's request, and later its listing on the map.")
]
PairId = Annotated[UUID, Field(description="The pair: a case and one foreign city in outreach.")]
ThreadId = Annotated[UUID, Field(description="The thread: a pair and one channel.")]
PartnershipId = Annotated[UUID, Field(description="The partnership.")]
StaffId = Annotated[str, Field(description="Opaque id of a member of staff.")]


class PublicEvent(BaseModel):
    """Something that happened, told to the other services."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    service: ClassVar[str]
    version: ClassVar[int] = 1

    happened_at: Annotated[
        datetime, Field(description="When it happened; an import keeps the dates of the past.")
    ]

    @classmethod
    def subject(cls) -> str:
        return f"{cls.service}.{cls.__name__}.v{cls.version}"


class IntakeEvent(PublicEvent):
    service: ClassVar[str] = "intake"


class MatchingEvent(PublicEvent):
    service: ClassVar[str] = "matching"


class OutreachEvent(PublicEvent):
    service: ClassVar[str] = "outreach"


# intake: communities


class CommunityRegistered(IntakeEvent):
    """A community joined the records, as a member, a U.S. community that is no member, or a city abroad."""

    community_id: CommunityId
    place: Annotated[Place, Field(description="The community, as the gazetteer has it.")]
    kind: Annotated[CommunityKind, Field(description="City, county or state.")]
    standing: Annotated[
        Standing, Field(description="Where it stands with its dues; waived counts as good (B17).")
    ]
    joined_on: Annotated[
        date | None, Field(description="When it joined Sister Cities International.")
    ] = None
    sister_cities_at_joining: Annotated[
        int | None, Field(ge=0, description="Sister cities it had then (B17).")
    ] = None
    is_demonstration: Annotated[
        bool, Field(description="Invented for the demonstration season.")
    ] = False


class CommunityProfileUpdated(IntakeEvent):
    """The public part of a community's profile changed, or the place it stands for was corrected."""

    community_id: CommunityId
    place: Annotated[Place, Field(description="The community, as the gazetteer has it.")]
    profile: Annotated[
        PublicProfile, Field(description="What anyone may read; staff have assessed its texts.")
    ]


class CommunitiesMerged(IntakeEvent):
    """Two records proved to be one city; the first is no longer used."""

    community_id: Annotated[UUID, Field(description="The record that is no longer used.")]
    into_community_id: Annotated[UUID, Field(description="The record that remains.")]


class MembershipStandingChanged(IntakeEvent):
    """Dues were paid, lapsed or waived."""

    community_id: CommunityId
    standing: Annotated[
        Standing, Field(description="Where it stands with its dues; waived counts as good (B17).")
    ]
    paid_through: Annotated[date | None, Field(description="Last day that the dues cover.")] = None


# intake: searches


class CitySeekingRequested(IntakeEvent):
    """The administrator of a member city said Yes: a search begins."""

    case_id: CaseId
    community_id: CommunityId
    place: Annotated[Place, Field(description="The community, as the gazetteer has it.")]
    preferences: Annotated[
        Preferences, Field(description="What the member hopes for; every part is optional (B2).")
    ]
    named_cities: Annotated[
        tuple[Place, ...], Field(description="Cities the member has in mind (B8).")
    ] = ()
    is_shown_publicly: Annotated[
        bool, Field(description="The member agrees to be shown as seeking (B20).")
    ] = False
    is_imported: Annotated[
        bool, Field(description="The case came with an import, with its dates.")
    ] = False


class CitySeekingAmended(IntakeEvent):
    """The answers to the optional questions, the named cities or the consent to be shown were changed."""

    case_id: CaseId
    community_id: CommunityId
    preferences: Annotated[
        Preferences, Field(description="What the member hopes for; every part is optional (B2).")
    ]
    named_cities: Annotated[
        tuple[Place, ...], Field(description="Cities the member has in mind (B8).")
    ] = ()
    is_shown_publicly: Annotated[
        bool, Field(description="The member agrees to be shown as seeking (B20).")
    ] = False


class DebriefInvited(IntakeEvent):
    """The member was asked for a date for the debrief."""

    case_id: CaseId
    community_id: CommunityId


class DebriefScheduled(IntakeEvent):
    """The debrief has a date; a later one replaces it."""

    case_id: CaseId
    community_id: CommunityId
    starts_at: Annotated[datetime, Field(description="When it begins.")]
    attendees: Annotated[
        int,
        Field(ge=0, description="How many people will take part; 0: not known, from an import."),
    ]


class DebriefCompleted(IntakeEvent):
    """The interview took place; research can begin. Said again when its record is corrected."""

    case_id: CaseId
    community_id: CommunityId
    preferences: Annotated[
        Preferences, Field(description="What is wanted in a partner, after the interview.")
    ]
    profile: Annotated[
        PublicProfile, Field(description="Industries, institutions and themes of the member.")
    ]


class CitySeekingPaused(IntakeEvent):
    """The search rests; nobody is written to."""

    case_id: CaseId
    community_id: CommunityId
    until: Annotated[
        date | None,
        Field(
            description="The day on which it goes on by itself; none: until somebody resumes it."
        ),
    ] = None


class CitySeekingResumed(IntakeEvent):
    """The search goes on."""

    case_id: CaseId
    community_id: CommunityId


class CitySeekingWithdrawn(IntakeEvent):
    """The member ended its search."""

    case_id: CaseId
    community_id: CommunityId


class CitySeekingClosed(IntakeEvent):
    """The search ended, with a partnership or without."""

    case_id: CaseId
    community_id: CommunityId
    reason: Annotated[ClosingReason, Field(description="Why it ended, as a code.")]


class CaseAssigned(IntakeEvent):
    """A member of staff owns the case; `staff`: nobody has it, because whoever had it left."""

    case_id: CaseId
    community_id: CommunityId
    staff_id: StaffId


class NextStepSet(IntakeEvent):
    """What the case waits for, who has the ball, and until when."""

    case_id: CaseId
    community_id: CommunityId
    step: Annotated[NextStep, Field(description="What the case waits for.")]
    holder: Annotated[Party, Field(description="Who has the ball.")]
    due_on: Annotated[date | None, Field(description="Until when.")] = None


# intake: foreign cities


class ForeignRequestSubmitted(IntakeEvent):
    """A city abroad asked to be listed; nothing is public yet."""

    listing_id: ListingId
    community_id: ForeignCommunityId
    place: Annotated[Place, Field(description="The community, as the gazetteer has it.")]


class ForeignRequestVerified(IntakeEvent):
    """The address that asked was proved."""

    listing_id: ListingId
    community_id: ForeignCommunityId


class MoreInformationAsked(IntakeEvent):
    """Staff asked the city for more before deciding."""

    listing_id: ListingId
    community_id: ForeignCommunityId


class ForeignCityListed(IntakeEvent):
    """Staff assessed the request and posted the city on the public map."""

    listing_id: ListingId
    community_id: ForeignCommunityId
    place: Annotated[Place, Field(description="The community, as the gazetteer has it.")]
    profile: Annotated[
        PublicProfile, Field(description="What anyone may read; staff have assessed its texts.")
    ]
    confirmed_on: Annotated[date, Field(description="When the city last said that it still looks.")]
    is_demonstration: Annotated[
        bool, Field(description="Invented for the demonstration season.")
    ] = False


class ForeignCityDeclined(IntakeEvent):
    """Staff did not list the city; why is told to the city alone."""

    listing_id: ListingId
    community_id: ForeignCommunityId


class ListingUpdated(IntakeEvent):
    """The assessed profile of a listed city changed."""

    listing_id: ListingId
    community_id: ForeignCommunityId
    profile: Annotated[
        PublicProfile, Field(description="What anyone may read; staff have assessed its texts.")
    ]


class ListingReconfirmed(IntakeEvent):
    """The city said that it still looks for a partner."""

    listing_id: ListingId
    community_id: ForeignCommunityId
    confirmed_on: Annotated[date, Field(description="When the city said so.")]


class ListingExpired(IntakeEvent):
    """Nobody confirmed the listing for 180 days; it is off the map until somebody does."""

    listing_id: ListingId
    community_id: ForeignCommunityId


class ListingWithdrawn(IntakeEvent):
    """The city, or staff for it, took the listing back, or another of its listings has taken its place."""

    listing_id: ListingId
    community_id: ForeignCommunityId


class ListingReleased(IntakeEvent):
    """A conversation ended without a partnership; the city looks again."""

    listing_id: ListingId
    community_id: ForeignCommunityId


# intake: dues and persons


class DuesWaiverGranted(IntakeEvent):
    """A community without sister cities when it joined has searched for over a year: its dues are waived (B17)."""

    community_id: CommunityId
    case_id: CaseId
    granted_on: Annotated[date, Field(description="From this day the dues are waived.")]


class DuesWaiverEnded(IntakeEvent):
    """The waiver ended with a partnership, a withdrawal or a closing."""

    community_id: CommunityId
    case_id: CaseId
    ended_on: Annotated[date, Field(description="From this day dues are due again.")]


class PersonErasureRequested(IntakeEvent):
    """A person is to be forgotten; every service erases what it holds."""

    person_id: Annotated[UUID, Field(description="Opaque id of the person.")]


class StaffLeft(IntakeEvent):
    """Somebody is on staff no more; what belonged to them belongs to nobody."""

    person_id: Annotated[UUID, Field(description="Opaque id of the person.")]


# matching


class ListedCitiesReviewed(MatchingEvent):
    """Staff were shown the listed cities first, at the moment of the request or of a new listing (B7)."""

    case_id: CaseId
    community_id: CommunityId
    listing_ids: Annotated[
        tuple[UUID, ...], Field(description="The listings that fit the request, best first.")
    ]


class ProspectsProposed(MatchingEvent):
    """Staff proposed a list of prospective cities to the member."""

    case_id: CaseId
    community_id: CommunityId
    prospects: Annotated[tuple[Place, ...], Field(description="The cities that staff propose.")]


class InterestExpressed(MatchingEvent):
    """A U.S. member is interested in a listed city; staff contact the city (B14)."""

    case_id: CaseId
    community_id: CommunityId
    place: Annotated[Place, Field(description="The member.")]
    listing_id: ListingId
    foreign_place: Annotated[Place, Field(description="The city abroad, as the gazetteer has it.")]


class ShortlistSelected(MatchingEvent):
    """The member narrowed the list to 3-5 cities abroad, or named cities go straight to outreach (B6, B8)."""

    case_id: CaseId
    community_id: CommunityId
    place: Annotated[Place, Field(description="The member.")]
    choices: Annotated[tuple[Place, ...], Field(description="The cities abroad that were chosen.")]
    lane: Annotated[Lane, Field(description="How they came to outreach.")] = Lane.SHORTLIST


class ShortlistReopened(MatchingEvent):
    """The shortlist is open again: to correct it, or because pairs failed."""

    case_id: CaseId
    community_id: CommunityId


class SearchExhausted(MatchingEvent):
    """No prospect is left; staff and member decide whether to widen the search or to end it."""

    case_id: CaseId
    community_id: CommunityId


RuleSlug = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="The rule, by its name for programs."),
]


class RuleChanged(MatchingEvent):
    """A law or policy that stands outside every score was adopted, changed or retired; its words stay with matching."""

    rule: RuleSlug
    kind: Annotated[RuleKind, Field(description="Whose rule it is.")]
    bars: Annotated[RuleBars, Field(description="What it is about.")]
    effect: Annotated[RuleEffect, Field(description="Block, warn or prefer.")]
    states: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...],
        Field(description="The U.S. states whose communities it binds."),
    ] = ()
    geoname_ids: Annotated[
        tuple[int, ...],
        Field(description="The communities that it binds; with no state either: everyone."),
    ] = ()
    countries: Annotated[
        tuple[CountryCode, ...], Field(description="The countries that it is about.")
    ] = ()
    in_force_from: Annotated[
        date | None, Field(description="Its first day; none: always in force.")
    ] = None
    in_force_until: Annotated[date | None, Field(description="Its last day; none: open.")] = None


class CaseRechecked(MatchingEvent):
    """A rule says something else of the cities of an open search: it, they, or the member and its partners changed."""

    case_id: CaseId
    community_id: CommunityId
    rule: RuleSlug
    blocked: Annotated[
        tuple[int, ...],
        Field(
            description="GeoNames ids of its cities that the rule bars now, as far as the member may read of them."
        ),
    ] = ()
    warned: Annotated[
        tuple[int, ...], Field(description="GeoNames ids of those that it warns of now, likewise.")
    ] = ()
    more_blocked: Annotated[
        int,
        Field(
            ge=0, description="So many cities that the member has not been shown it bars besides."
        ),
    ] = 0
    more_warned: Annotated[int, Field(ge=0, description="So many it warns of besides.")] = 0
    title: Annotated[
        str, Field(description="What the rule is called; none: told before it was.")
    ] = ""
    citation: Annotated[str, Field(description="Where the rule can be looked up.")] = ""
    cities: Annotated[
        tuple[Place, ...], Field(description="The first of these cities, at most five, by name.")
    ] = ()


# outreach: threads


class PairEvent(OutreachEvent):
    pair_id: PairId
    case_id: CaseId
    community_id: CommunityId
    foreign_community_id: ForeignCommunityId


class LetterEvent(PairEvent):
    """What the letters of a pair come to; all its threads are told of at once."""

    waits: Annotated[
        PairWaits | None,
        Field(
            description="What the pair waits for then, by the recipients' own calendars; letters on their way count as"
            " out. null: told before this was, or by something else than its letters."
        ),
    ] = None


class EmbassyContacted(LetterEvent):
    """A first contact through a diplomatic mission."""

    thread_id: ThreadId
    channel: Annotated[Channel, Field(description="The way by which the city is reached (B9).")]
    country: Annotated[CountryCode, Field(description="The country of the mission.")]


class ChannelContacted(LetterEvent):
    """A first contact through any other channel."""

    thread_id: ThreadId
    channel: Annotated[Channel, Field(description="The way by which the city is reached (B9).")]


class FollowUpDue(LetterEvent):
    """A thread has been silent for 7, 14 or 28 days."""

    thread_id: ThreadId
    days_silent: Annotated[
        int, Field(description="Days since the last word on the thread: 7, 14 or 28.")
    ]


class FollowUpSent(LetterEvent):
    """A follow-up went out."""

    thread_id: ThreadId


class ReplyReceived(LetterEvent):
    """Somebody answered, on whatever channel; the clock starts anew."""

    thread_id: ThreadId


class ReplyRetracted(LetterEvent):
    """The last reply of a thread was put down by mistake: in the wrong thread, or it was none."""

    thread_id: ThreadId


class ContactRetracted(PairEvent):
    """A first contact was put down by mistake; the right one, if there is one, is told anew."""

    thread_id: ThreadId
    threads_left: Annotated[
        int,
        Field(ge=0, description="How many threads of the pair remain; 0: nobody was written to."),
    ] = 0


class MessageBounced(LetterEvent):
    """A message could not be delivered; another contact is needed."""

    thread_id: ThreadId


class CityContactFound(LetterEvent):
    """The appropriate contact in the city is known; who it is stays with outreach."""

    contact_id: Annotated[UUID, Field(description="Opaque id of the contact.")]


class InterestGauged(LetterEvent):
    """The city's interest is known."""

    interest: Annotated[Interest, Field(description="Yes, no, or later (B10).")]
    listing_id: Annotated[UUID | None, Field(description="The city's listing, if it has one.")] = (
        None
    )


class GovernanceLearned(PairEvent):
    """How sister cities are managed in that city and country."""

    country: CountryCode
    decided_by: Annotated[
        str,
        Field(
            pattern=r"^(mayor|council|region|national|unknown)$",
            description="Who decides on sister cities there.",
        ),
    ]
    needs_national_approval: Annotated[
        bool | None, Field(description="Whether the country must agree; none: not known.")
    ] = None


# outreach: introduction to partnership


class IntroductionArranged(PairEvent):
    """The direct conversation has a date; a later one replaces it."""

    starts_at: Annotated[datetime, Field(description="When it begins.")]
    listing_id: Annotated[UUID | None, Field(description="The city's listing, if it has one.")] = (
        None
    )


class IntroductionCalledOff(PairEvent):
    """The date is no more: called off beforehand, or passed without those whom it needed; another is to be found."""

    starts_at: Annotated[datetime, Field(description="When it should have begun.")]
    was_missed: Annotated[bool, Field(description="Somebody whom it needed did not come.")] = False


class IntroductionHeld(PairEvent):
    """The member and the city spoke."""

    held_on: Annotated[date, Field(description="The day on which they spoke.")]


class HandedOverToMember(PairEvent):
    """From here on the member writes (B11)."""

    handed_over_on: Annotated[date, Field(description="From this day the member writes (B11).")]


class HandOverRetracted(PairEvent):
    """A hand-over was put down by mistake: staff write on, until the pair is handed over indeed."""


class InvitationSent(PairEvent):
    """The member invited the city."""

    sent_on: Annotated[date, Field(description="The day on which it was sent.")]


class LetterOfIntentSigned(PairEvent):
    """Both sides signed a letter of intent."""

    signed_on: Annotated[date, Field(description="The day on which both sides signed.")]


class CouncilResolutionAdopted(PairEvent):
    """The U.S. council endorsed the link."""

    adopted_on: Annotated[date, Field(description="The day on which the council adopted it.")]


class DocumentIssued(PairEvent):
    """A document of the case was issued in a version."""

    document_id: Annotated[UUID, Field(description="The document.")]
    kind: Annotated[DocumentKind, Field(description="Which document.")]
    document_version: Annotated[int, Field(description="Its version, from 1.")]


class PairFailed(PairEvent):
    """This city will not be the partner; the case goes on."""

    reason: Annotated[FailureReason, Field(description="Why not, as a code.")]
    listing_id: Annotated[UUID | None, Field(description="The city's listing, if it has one.")] = (
        None
    )
    others_open: Annotated[
        tuple[UUID, ...] | None,
        Field(description="The other pairs of this search that stand open; none: not told."),
    ] = None


class PairReopened(PairEvent):
    """A pair was ended by mistake, or the city came round: it goes on where it stood."""

    listing_id: Annotated[
        UUID | None,
        Field(description="The city's listing, if an introduction of the two is arranged or held."),
    ] = None


class PartnershipFormed(OutreachEvent):
    """Two communities are partners: formed by the programme, or known from an import."""

    partnership_id: PartnershipId
    community_id: CommunityId
    foreign_community_id: ForeignCommunityId
    place: Annotated[Place, Field(description="The community, as the gazetteer has it.")]
    foreign_place: Annotated[Place, Field(description="The city abroad, as the gazetteer has it.")]
    kind: Annotated[
        PartnershipKind | None,
        Field(description="Contact, project, friendship or sister; none: not known."),
    ] = None
    year: Annotated[
        int | None, Field(ge=1800, le=2200, description="Year it began; none: not known.")
    ] = None
    signed_on: Annotated[
        date | None, Field(description="The day on which both mayors signed; none: not known.")
    ] = None
    case_id: Annotated[
        UUID | None, Field(description="The search that it came from, if the programme formed it.")
    ] = None
    ends_search: Annotated[
        bool, Field(description="Whether the search ends with it; a stepping stone leaves it open.")
    ] = True
    pair_id: Annotated[
        UUID | None, Field(description="The pair that it came from, if the programme formed it.")
    ] = None
    listing_id: Annotated[UUID | None, Field(description="The city's listing, if it has one.")] = (
        None
    )
    is_imported: Annotated[
        bool,
        Field(
            description="Known from an import: it closes no search, and no recognition rule was applied."
        ),
    ] = False
    is_demonstration: Annotated[
        bool, Field(description="Invented for the demonstration season.")
    ] = False


class PartnershipCorrected(OutreachEvent):
    """What was told of a partnership was wrong; this is what is right, all of it."""

    partnership_id: PartnershipId
    kind: Annotated[
        PartnershipKind | None,
        Field(description="Contact, project, friendship or sister; none: not known."),
    ] = None
    year: Annotated[
        int | None, Field(ge=1800, le=2200, description="Year it began; none: not known.")
    ] = None
    signed_on: Annotated[
        date | None, Field(description="The day on which both mayors signed; none: not known.")
    ] = None
    is_active: Annotated[bool, Field(description="Whether it goes on.")] = True
    ended_on: Annotated[
        date | None, Field(description="The last day, where it has ended; none: not known.")
    ] = None


class PartnershipEnded(OutreachEvent):
    """A partnership is no longer active."""

    partnership_id: PartnershipId
    community_id: CommunityId
    foreign_community_id: ForeignCommunityId
    ended_on: Annotated[date | None, Field(description="The last day; none: not known.")] = None


class PartnershipRetracted(OutreachEvent):
    """A partnership was put down by mistake: there never was one. A search that ended with it stays ended."""

    partnership_id: PartnershipId
    community_id: CommunityId
    foreign_community_id: ForeignCommunityId
    case_id: Annotated[
        UUID | None, Field(description="The search that it was said to come from, if any.")
    ] = None
    pair_id: Annotated[
        UUID | None, Field(description="The pair that it was said to come from, if any.")
    ] = None
    listing_id: Annotated[
        UUID | None, Field(description="The listing that counted as partnered through it, if any.")
    ] = None


class CheckInDue(OutreachEvent):
    """A partnership is 6 or 12 months old; staff ask how it goes."""

    partnership_id: PartnershipId
    community_id: CommunityId
    months: Annotated[int, Field(description="Its age in months: 6 or 12.")]


def _concrete(root: type[PublicEvent]) -> list[type[PublicEvent]]:
    found: list[type[PublicEvent]] = []
    for child in root.__subclasses__():
        found += _concrete(child) or [child]
    return found


REGISTRY: dict[str, type[PublicEvent]] = {
    event.subject(): event for event in _concrete(PublicEvent)
}
"""Every public event by its subject; relay, followers, the catalogue and the AsyncAPI document read it."""

SOURCES = ("intake", "matching", "outreach")
"""The services that publish, each to one stream of its name."""

UPCASTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""An old subject, e.g. `intake.X.v1` -> a function from its data to the data of the next version."""


def public_names(source: str) -> frozenset[str]:
    """The names that a domain event of this service may bear only if it is meant for everybody."""
    return frozenset(event.__name__ for event in REGISTRY.values() if event.service == source)


def next_subject(subject: str) -> str:
    name, _, version = subject.rpartition(".v")
    return f"{name}.v{int(version) + 1}"


def current_subject(subject: str) -> str:
    """The subject that an old one is brought to by the upcasts."""
    while subject in UPCASTS:
        subject = next_subject(subject)
    return subject


def read(subject: str, data: dict[str, Any]) -> PublicEvent | None:
    """The event that a message holds, brought to today's version; None for a word that this reader does not know."""
    while subject in UPCASTS:
        data, subject = UPCASTS[subject](data), next_subject(subject)
    event_class = REGISTRY.get(subject)
    return event_class.model_validate(data) if event_class else None
