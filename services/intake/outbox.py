"""Which of intake's events the other services hear, and in what words."""

from typing import Any

from services.intake.domain.community import Community
from services.intake.domain.listing import Listing
from services.intake.domain.person import Departure, Person
from services.intake.domain.search import Search
from shared import events as public
from shared.events import PublicEvent


def translate(event: Any) -> PublicEvent | None:
    return _of_community(event) or _of_search(event) or _of_listing(event) or _of_person(event)


def _of_community(event: Any) -> PublicEvent | None:  # noqa: PLR0911  # a case for each event
    facts = _facts(event, community_id=event.originator_id)
    match event:
        case Community.CommunityRegistered():
            membership = event.membership.model_dump(
                include={"joined_on", "sister_cities_at_joining"}
            )
            return public.CommunityRegistered(**facts | membership)
        case Community.CommunityProfileUpdated():
            return public.CommunityProfileUpdated(**facts)
        case Community.MembershipStandingChanged():
            return public.MembershipStandingChanged(
                **facts, paid_through=event.membership.paid_through
            )
        case Community.DuesWaiverGranted():
            return public.DuesWaiverGranted(**facts)
        case Community.DuesWaiverEnded():
            return public.DuesWaiverEnded(**facts)
        case Community.CommunitiesMerged():
            return public.CommunitiesMerged(**facts)
    return None


def _of_search(event: Any) -> PublicEvent | None:  # noqa: C901, PLR0911  # a case for each event
    facts = _facts(event, case_id=event.originator_id)
    match event:
        case Search.CitySeekingRequested():
            return public.CitySeekingRequested(**facts | dict(event.answers))
        case Search.CitySeekingAmended():
            return public.CitySeekingAmended(**facts | dict(event.answers))
        case Search.DebriefInvited():
            return public.DebriefInvited(**facts)
        case Search.DebriefScheduled():
            return public.DebriefScheduled(**facts | {"attendees": len(event.attendees)})
        case Search.DebriefCompleted():
            return public.DebriefCompleted(**facts)
        case Search.CitySeekingPaused():
            return public.CitySeekingPaused(**facts)
        case Search.CitySeekingResumed():
            return public.CitySeekingResumed(**facts)
        case Search.CitySeekingWithdrawn():
            return public.CitySeekingWithdrawn(**facts)
        case Search.CitySeekingClosed():
            return public.CitySeekingClosed(**facts)
        case Search.CaseAssigned():
            return public.CaseAssigned(**facts)
        case Search.NextStepSet():
            return public.NextStepSet(**facts | dict(event.ball))
    return None


def _of_listing(event: Any) -> PublicEvent | None:  # noqa: C901, PLR0911  # a case for each event
    facts = _facts(event, listing_id=event.originator_id)
    match event:
        case Listing.ForeignRequestSubmitted():
            return public.ForeignRequestSubmitted(**facts)
        case Listing.ForeignRequestVerified():
            return public.ForeignRequestVerified(**facts)
        case Listing.MoreInformationAsked():
            return public.MoreInformationAsked(**facts)
        case Listing.ForeignCityListed():
            return public.ForeignCityListed(**facts)
        case Listing.ForeignCityDeclined():
            return public.ForeignCityDeclined(**facts)
        case Listing.ListingUpdated():
            return public.ListingUpdated(**facts)
        case Listing.ListingReconfirmed():
            return public.ListingReconfirmed(**facts)
        case Listing.ListingExpired():
            return public.ListingExpired(**facts)
        case Listing.ListingWithdrawn():
            return public.ListingWithdrawn(**facts)
        case Listing.ListingReleased():
            return public.ListingReleased(**facts)
    return None


def _of_person(event: Any) -> PublicEvent | None:
    match event:
        case Person.PersonErasureRequested():
            return public.PersonErasureRequested(**_facts(event))
        case Departure.StaffLeft():
            return public.StaffLeft(**_facts(event))
    return None


def _facts(event: Any, **ids: Any) -> dict[str, Any]:
    """The event's own fields; those that its public namesake does not know are left behind there."""
    return {**dict(event), **ids, "happened_at": event.at}
