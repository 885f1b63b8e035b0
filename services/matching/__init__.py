"""Matching: from a request to a shortlist of 3-5 cities abroad.

Hears from intake: CitySeekingRequested, CitySeekingAmended, CitySeekingPaused, CitySeekingResumed,
CitySeekingWithdrawn, CitySeekingClosed, DebriefCompleted, CommunityRegistered, MembershipStandingChanged,
CommunityProfileUpdated, CommunitiesMerged, ForeignCityListed, ListingUpdated, ListingReconfirmed, ListingExpired,
ListingWithdrawn, ListingReleased, PersonErasureRequested.
Hears from outreach: EmbassyContacted, ChannelContacted, IntroductionArranged, PairFailed, PairReopened,
PartnershipFormed, PartnershipCorrected, PartnershipEnded, PartnershipRetracted.
Says: ListedCitiesReviewed, ProspectsProposed, InterestExpressed, ShortlistSelected, ShortlistReopened, SearchExhausted,
RuleChanged, CaseRechecked.
HTTP: /api/matching/v1: cases with their tiers, candidates with reasons, comparison, council brief, advice, weights,
rules and what they find, adjustments, prospects, votes, shortlist, interests, saturation, exposure,
the world as vector tiles.
Owns: notes, reasons and comments; the timers of research, of the member's answer and of an exhausted search.
"""
