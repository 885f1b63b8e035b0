"""What matching does about the events of intake and outreach."""

from collections.abc import Mapping

from services.matching import rows
from services.matching.application import Matching
from services.matching.domain.listed_cities import Availability
from services.matching.personal import HOLDINGS
from shared import erasing
from shared import events as e
from shared.process_manager import Handler


def handlers(matching: Matching) -> Mapping[type[e.PublicEvent], Handler]:
    """By the class of the event; each calls one ability, or keeps a row."""
    return {**_searches(matching), **_listings(matching), **_others(matching)}


def _searches(matching: Matching) -> dict[type[e.PublicEvent], Handler]:
    return {
        e.CitySeekingRequested: matching.open_file,
        e.CitySeekingAmended: matching.amend,
        e.DebriefCompleted: matching.begin_research,
        e.CitySeekingPaused: lambda x: matching.pause(x.case_id, x.happened_at),
        e.CitySeekingResumed: lambda x: matching.resume(x.case_id, x.happened_at),
        e.CitySeekingWithdrawn: lambda x: matching.end(x.case_id, x.happened_at),
        e.CitySeekingClosed: lambda x: matching.end(x.case_id, x.happened_at),
        e.EmbassyContacted: matching.note_outreach,
        e.ChannelContacted: matching.note_outreach,
        e.PairFailed: matching.lose_pair,
        e.PairReopened: matching.regain_pair,
    }


def _listings(matching: Matching) -> dict[type[e.PublicEvent], Handler]:
    keep = matching.keep
    return {
        e.ForeignCityListed: matching.post_listing,
        e.ListingReconfirmed: matching.confirm_listing,
        e.ListingReleased: matching.release_listing,
        e.ListingUpdated: lambda x: keep(rows.listing_changed(x.listing_id, x.profile)),
        e.ListingExpired: lambda x: keep(rows.listing_shown(x.listing_id, is_on_map=False)),
        e.ListingWithdrawn: lambda x: keep(rows.listing_shown(x.listing_id, is_on_map=False)),
        e.IntroductionArranged: lambda x: keep(
            rows.listing_available(x.listing_id, Availability.IN_CONVERSATION, x.happened_at)
        ),
    }


def _others(matching: Matching) -> dict[type[e.PublicEvent], Handler]:
    keep = matching.keep
    return {
        # A running search may be imported for a member whose dues had lapsed before.
        e.CommunityRegistered: lambda x: matching.note_standing(x.community_id, x.standing),
        e.MembershipStandingChanged: lambda x: matching.note_standing(x.community_id, x.standing),
        e.CommunityProfileUpdated: lambda x: keep(
            rows.member_profile(x.community_id, x.place, x.profile)
        ),
        e.CommunitiesMerged: matching.merge_communities,
        e.PersonErasureRequested: lambda x: keep(
            erasing.asked(HOLDINGS, x.person_id, x.happened_at, None)
        ),
        e.PartnershipFormed: matching.form_partnership,
        e.PartnershipCorrected: matching.correct_partnership,
        e.PartnershipEnded: lambda x: matching.end_partnership(x.partnership_id),
        e.PartnershipRetracted: lambda x: matching.end_partnership(x.partnership_id),
    }
