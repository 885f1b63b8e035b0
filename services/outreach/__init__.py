"""Outreach: from a shortlist to a partnership, through embassies, associations and whoever else knows the city.

Hears from intake: CommunityRegistered, MembershipStandingChanged, CommunitiesMerged, CitySeekingRequested,
CaseAssigned, CitySeekingAmended, DebriefCompleted, CitySeekingPaused, CitySeekingResumed, CitySeekingWithdrawn,
CitySeekingClosed, ForeignCityListed, ListingReconfirmed, ListingExpired, ListingWithdrawn, PersonErasureRequested,
StaffLeft.
Hears from matching: ShortlistSelected, ShortlistReopened, InterestExpressed.
Says: EmbassyContacted, ChannelContacted, FollowUpDue, FollowUpSent, ReplyReceived, ReplyRetracted, ContactRetracted,
MessageBounced, CityContactFound, InterestGauged, GovernanceLearned, IntroductionArranged, IntroductionCalledOff,
IntroductionHeld, HandedOverToMember, HandOverRetracted, InvitationSent, LetterOfIntentSigned, CouncilResolutionAdopted,
DocumentIssued, PairFailed, PairReopened, PartnershipFormed, PartnershipCorrected, PartnershipEnded,
PartnershipRetracted, CheckInDue.
HTTP: /api/outreach/v1: cases, pairs with their threads and documents, partnerships, the registry of contacts; imports
of partnerships, missions and associations.
Owns: letters, replies, contacts and the names of who signed as rows that can be erased; the clocks of silence, of the
hand-over, of check-ins; which records of communities it has heard are one.
"""
