"""What outreach hears: who is chosen, and everything that stops the writing or lets it go on."""

from collections.abc import Mapping

from services.outreach.application import Outreach
from services.outreach.domain.steps import StopReason
from shared import events as heard
from shared.process_manager import Handler


def handlers(outreach: Outreach) -> Mapping[type[heard.PublicEvent], Handler]:
    return {
        **_searches(outreach),
        **_communities(outreach),
        **_listings(outreach),
        heard.ShortlistSelected: outreach.open_pairs,
        heard.ShortlistReopened: lambda x: outreach.hold_shortlist(x.case_id, x.happened_at),
        heard.InterestExpressed: outreach.open_pair_of_interest,
    }


def _searches(outreach: Outreach) -> dict[type[heard.PublicEvent], Handler]:
    def ends(event: heard.CitySeekingWithdrawn | heard.CitySeekingClosed) -> None:
        outreach.stop_case(event.case_id, StopReason.SEARCH_ENDED, event.happened_at)

    return {
        heard.CitySeekingRequested: outreach.open_case,
        heard.CaseAssigned: outreach.hear_owner,
        heard.CitySeekingAmended: outreach.note_fields,
        heard.DebriefCompleted: outreach.note_fields,
        heard.CitySeekingPaused: lambda x: outreach.stop_case(
            x.case_id, StopReason.PAUSED, x.happened_at, x.until
        ),
        heard.CitySeekingResumed: lambda x: outreach.release_case(
            x.case_id, StopReason.PAUSED, x.happened_at
        ),
        heard.CitySeekingWithdrawn: ends,
        heard.CitySeekingClosed: ends,
    }


def _communities(outreach: Outreach) -> dict[type[heard.PublicEvent], Handler]:
    return {
        heard.CommunityRegistered: lambda x: outreach.note_standing(
            x.community_id, x.standing, x.happened_at, x.is_demonstration
        ),
        heard.MembershipStandingChanged: lambda x: outreach.note_standing(
            x.community_id, x.standing, x.happened_at
        ),
        heard.CommunitiesMerged: outreach.merge_communities,
        heard.StaffLeft: outreach.hear_departure,
        heard.PersonErasureRequested: lambda x: outreach.forget_person(x.person_id, x.happened_at),
    }


def _listings(outreach: Outreach) -> dict[type[heard.PublicEvent], Handler]:
    return {
        heard.ForeignCityListed: outreach.find_listing,
        heard.ListingReconfirmed: outreach.find_listing,
        heard.ListingExpired: outreach.lose_listing,
        heard.ListingWithdrawn: outreach.lose_listing,
    }
