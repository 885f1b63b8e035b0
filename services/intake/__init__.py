"""Intake: who takes part. Communities and their standing, a member's Yes and its debrief, cities abroad that seek.

Says (stream INTAKE): CommunityRegistered, CommunityProfileUpdated, CommunitiesMerged, MembershipStandingChanged,
DuesWaiverGranted, DuesWaiverEnded; CitySeekingRequested, CitySeekingAmended, DebriefInvited, DebriefScheduled,
DebriefCompleted, CitySeekingPaused, CitySeekingResumed, CitySeekingWithdrawn, CitySeekingClosed, CaseAssigned,
NextStepSet; ForeignRequestSubmitted, ForeignRequestVerified, MoreInformationAsked, ForeignCityListed,
ForeignCityDeclined, ListingUpdated, ListingReconfirmed, ListingExpired, ListingWithdrawn, ListingReleased;
PersonErasureRequested, StaffLeft.

Hears: of matching ProspectsProposed, ShortlistSelected, ShortlistReopened, SearchExhausted; of outreach
EmbassyContacted, ChannelContacted, ContactRetracted, FollowUpDue, FollowUpSent, MessageBounced, ReplyReceived,
ReplyRetracted, InterestGauged, IntroductionArranged, IntroductionCalledOff, IntroductionHeld, HandedOverToMember,
HandOverRetracted, InvitationSent, LetterOfIntentSigned, CouncilResolutionAdopted, PairFailed, PairReopened,
PartnershipFormed, PartnershipEnded, PartnershipRetracted.

HTTP: /api/intake/v1 (communities, cases, listings, people, tokens, imports, operations), /api/intake/openapi.json.
Keeps names, addresses and private texts in its own tables, never in events; sends its own mail.
Rules: docs/rules/intake.md.
"""
