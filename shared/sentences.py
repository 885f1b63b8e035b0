"""A human sentence for each public event, as `csc watch` and the casebook say it."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from shared import events as e
from shared.values import (
    UNASSIGNED,
    Channel,
    Interest,
    Lane,
    NextStep,
    Party,
    Place,
    RuleBars,
    RuleEffect,
    Standing,
)

NameOf = Callable[[UUID], str]
MOST_NAMED = 5

STEPS = {
    NextStep.BOOK_DEBRIEF: "book the debrief",
    NextStep.HOLD_DEBRIEF: "hold the debrief",
    NextStep.RESEARCH: "research cities",
    NextStep.CHOOSE_SHORTLIST: "choose 3-5 cities",
    NextStep.WRITE_TO_CHANNELS: "write to embassies and associations",
    NextStep.AWAIT_REPLIES: "wait for replies",
    NextStep.HOLD_INTRODUCTION: "introduce the two cities",
    NextStep.WRITE_INVITATION: "write the invitation",
    NextStep.SIGN_AGREEMENT: "sign the agreement",
    NextStep.REVIEW: "review the case",
    NextStep.RESUME: "resume the search",
}
STEPS_OF_STAFF = {
    NextStep.AWAIT_REPLIES: "read the reply",
    NextStep.WRITE_INVITATION: "hand over to the member",
}
STANDINGS = {
    Standing.GOOD: "is in good standing",
    Standing.WAIVED: "is in good standing, its dues waived",
    Standing.LAPSED: "has lapsed",
    Standing.NOT_A_MEMBER: "is no member",
}
INTERESTS = {
    Interest.YES: "is interested in",
    Interest.NO: "is not interested in",
    Interest.LATER: "may be interested later in",
}
EFFECTS = {
    RuleEffect.BLOCK: "bars",
    RuleEffect.WARN: "warns of",
    RuleEffect.PREFER: "favours",
}
BARRED = {
    RuleBars.COUNTRIES: "no country",
    RuleBars.SECOND_IN_COUNTRY: "a second partner in one country",
    RuleBars.EXISTING_LINK: "a partner that one has already",
    RuleBars.LAPSED_STANDING: "new contacts while dues have lapsed",
}


def sentence(event: e.PublicEvent, name_of: NameOf) -> str:
    """The sentence of an event; `name_of` gives the name of a community."""
    for tell in (_community, _search, _listing, _research, _thread, _meeting, _partnership):
        if told := tell(event, name_of):
            return told
    return f"{type(event).__name__} happened."


def _cities(places: Iterable[Place]) -> str:
    return ", ".join(place.name for place in places) or "no city"


def _channel(channel: Channel) -> str:
    name = channel.value.replace("_", " ").replace("us ", "U.S. ")
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"


def _community(event: e.PublicEvent, name_of: NameOf) -> str:
    match event:
        case e.CommunityRegistered():
            return f"{event.place.name} ({event.place.country}) is in the records; it {STANDINGS[event.standing]}."
        case e.CommunityProfileUpdated():
            return f"{event.place.name} updated its profile."
        case e.CommunitiesMerged():
            return f"The record of {name_of(event.community_id)} is now that of {name_of(event.into_community_id)}."
        case e.MembershipStandingChanged():
            until = f", paid through {event.paid_through}" if event.paid_through else ""
            return f"{name_of(event.community_id)} {STANDINGS[event.standing]}{until}."
        case e.DuesWaiverGranted():
            return (
                f"{name_of(event.community_id)} has searched for over a year: its dues are waived."
            )
        case e.DuesWaiverEnded():
            return f"The dues waiver of {name_of(event.community_id)} has ended."
        case e.PersonErasureRequested():
            return "A person is to be forgotten; every service erases what it holds."
        case e.StaffLeft():
            return "Somebody left the staff; what belonged to them belongs to nobody."
    return ""


def _step(event: e.NextStepSet) -> str:
    is_staffs = event.holder is Party.STAFF
    return (STEPS_OF_STAFF.get(event.step) if is_staffs else None) or STEPS[event.step]


def _search(event: e.PublicEvent, name_of: NameOf) -> str:
    match event:
        case e.CitySeekingRequested():
            named = f" and names {_cities(event.named_cities)}" if event.named_cities else ""
            return f"{event.place.name}, {event.place.admin1}, said Yes to seeking a sister city{named}."
        case e.CitySeekingAmended():
            return f"{name_of(event.community_id)} changed its answers to the optional questions."
        case e.DebriefInvited():
            return f"{name_of(event.community_id)} was asked for a date for the debrief."
        case e.DebriefScheduled():
            return (
                f"The debrief of {name_of(event.community_id)} is on {event.starts_at:%-d %B %Y}"
                f" with {event.attendees} people."
            )
        case e.DebriefCompleted():
            return f"The debrief of {name_of(event.community_id)} took place; research can begin."
        case e.CitySeekingPaused():
            until = f" until {event.until}" if event.until else ""
            return f"The search of {name_of(event.community_id)} rests{until}."
        case e.CitySeekingResumed():
            return f"The search of {name_of(event.community_id)} goes on."
        case e.CitySeekingWithdrawn():
            return f"{name_of(event.community_id)} ended its search."
        case e.CitySeekingClosed():
            reason = event.reason.value.replace("_", " ")
            return f"The search of {name_of(event.community_id)} is closed: {reason}."
        case e.CaseAssigned():
            whose = "nobody" if event.staff_id == UNASSIGNED else event.staff_id
            return f"The search of {name_of(event.community_id)} is looked after by {whose}."
        case e.NextStepSet(step=NextStep.NONE):
            return f"{name_of(event.community_id)}: nothing is left to do."
        case e.NextStepSet():
            who = event.holder.value.replace("_", " ")
            due = f" by {event.due_on}" if event.due_on else ""
            return f"{name_of(event.community_id)}: next step is to {_step(event)}{due}; {who} has the ball."
    return ""


def _listing(event: e.PublicEvent, name_of: NameOf) -> str:
    match event:
        case e.ForeignRequestSubmitted():
            return f"{event.place.name} ({event.place.country}) asks to be listed."
        case e.ForeignRequestVerified():
            return f"{name_of(event.community_id)} proved its address."
        case e.MoreInformationAsked():
            return f"Staff asked {name_of(event.community_id)} for more information."
        case e.ForeignCityListed():
            return f"{event.place.name} ({event.place.country}) is on the map: it looks for a U.S. partner."
        case e.ForeignCityDeclined():
            return f"The request of {name_of(event.community_id)} was declined."
        case e.ListingUpdated():
            return f"The listing of {name_of(event.community_id)} was updated."
        case e.ListingReconfirmed():
            return f"{name_of(event.community_id)} confirmed that it still looks."
        case e.ListingExpired():
            return f"The listing of {name_of(event.community_id)} expired; nobody confirmed it."
        case e.ListingWithdrawn():
            return f"{name_of(event.community_id)} is no longer listed."
        case e.ListingReleased():
            return f"{name_of(event.community_id)} looks again; its conversation ended."
    return ""


def _research(event: e.PublicEvent, name_of: NameOf) -> str:
    match event:
        case e.ListedCitiesReviewed():
            count = len(event.listing_ids)
            fit = "1 listed city fits" if count == 1 else f"{count} listed cities fit"
            return f"For {name_of(event.community_id)}, {fit} what it hopes for."
        case e.ProspectsProposed():
            return f"Staff proposed to {name_of(event.community_id)}: {_cities(event.prospects)}."
        case e.InterestExpressed():
            return f"{event.place.name} is interested in {event.foreign_place.name}."
        case e.ShortlistSelected():
            how = "named" if event.lane is Lane.NAMED else "chose"
            return f"{event.place.name} {how} {_cities(event.choices)}."
        case e.ShortlistReopened():
            return f"The shortlist of {name_of(event.community_id)} is open again."
        case e.SearchExhausted():
            return f"No prospect is left for {name_of(event.community_id)}."
        case e.RuleChanged():
            return f"The rule {event.rule} {_does(event)}."
        case e.CaseRechecked():
            search = f"In the search of {name_of(event.community_id)}"
            return f"{search}, {_cited(event)} {_found(event)}."
    return ""


def _cited(event: e.CaseRechecked) -> str:
    """By its title and citation; what was told before these were kept, by its name for programs."""
    if not event.title:
        return f"the rule {event.rule}"
    is_cited = event.citation not in ("", event.title)
    return f"{event.title} ({event.citation})" if is_cited else event.title


def _found(event: e.CaseRechecked) -> str:
    told = (
        ("bars", event.blocked, event.more_blocked),
        ("warns of", event.warned, event.more_warned),
    )
    said = [f"{verb} {_counted(event, ids, more)}" for verb, ids, more in told if ids or more]
    return " and ".join(said) or "touches no city any more"


def _counted(event: e.CaseRechecked, ids: Sequence[int], hidden: int) -> str:
    """The first of these cities by name, as far as names came with them, and how many more."""
    named = [city.name for city in event.cities if city.geoname_id in ids][:MOST_NAMED]
    more = len(ids) - len(named) + hidden
    rest = f"{more} {'more ' if named else ''}{'city' if more == 1 else 'cities'}"
    said = [*named, rest] if more else named
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def _does(event: e.RuleChanged) -> str:
    first, last = event.in_force_from, event.in_force_until
    does = f"{EFFECTS[event.effect]} {', '.join(event.countries) or BARRED[event.bars]}"
    if first and last and last < first:
        return f"never comes into force: it was to begin on {first}, and is retired"
    if last and last < max(event.happened_at.date(), first or last):
        return f"no longer {does}"
    return does + (f" from {first}" if first else "") + (f" until {last}" if last else "")


def _thread(event: e.PublicEvent, name_of: NameOf) -> str:
    if not isinstance(event, e.PairEvent):
        return ""
    pair = f"{name_of(event.community_id)} and {name_of(event.foreign_community_id)}"
    match event:
        case e.EmbassyContacted():
            return f"{_channel(event.channel).capitalize()} ({event.country}) was written to about {pair}."
        case e.ChannelContacted():
            return f"{_channel(event.channel).capitalize()} was written to about {pair}."
        case e.FollowUpDue():
            return f"Nobody has answered about {pair} for {event.days_silent} days: follow up."
        case e.FollowUpSent():
            return f"A follow-up went out about {pair}."
        case e.ReplyReceived():
            return f"An answer came about {pair}."
        case e.ReplyRetracted():
            return f"The last answer about {pair} was put down by mistake."
        case e.ContactRetracted():
            return f"A first contact about {pair} was put down by mistake."
        case e.MessageBounced():
            return f"A message about {pair} came back; another contact is needed."
        case e.CityContactFound():
            return f"The right contact in {name_of(event.foreign_community_id)} is known."
        case e.InterestGauged():
            us, abroad = name_of(event.community_id), name_of(event.foreign_community_id)
            return f"{abroad} {INTERESTS[event.interest]} {us}."
        case e.GovernanceLearned():
            where = name_of(event.foreign_community_id)
            return f"In {where} sister cities are decided by: {event.decided_by}."
    return ""


def _meeting(event: e.PublicEvent, name_of: NameOf) -> str:
    if not isinstance(event, e.PairEvent):
        return ""
    us, abroad = name_of(event.community_id), name_of(event.foreign_community_id)
    match event:
        case e.IntroductionArranged():
            return f"{us} and {abroad} will speak on {event.starts_at:%-d %B %Y}."
        case e.IntroductionCalledOff():
            how = "was missed" if event.was_missed else "was called off"
            return f"The conversation of {us} and {abroad} {how}: another date is to be found."
        case e.IntroductionHeld():
            return f"{us} and {abroad} spoke."
        case e.HandedOverToMember():
            return f"From here on {us} writes to {abroad} itself."
        case e.HandOverRetracted():
            return f"The hand-over to {us} was put down by mistake: staff still write to {abroad}."
        case e.InvitationSent():
            return f"{us} invited {abroad}."
        case e.LetterOfIntentSigned():
            return f"{us} and {abroad} signed a letter of intent."
        case e.CouncilResolutionAdopted():
            return f"The council of {us} endorsed the link with {abroad}."
        case e.DocumentIssued():
            kind = event.kind.value.replace("_", " ")
            return f"A document for {us} and {abroad} was issued: {kind}, version {event.document_version}."
        case e.PairFailed():
            return (
                f"{abroad} will not be the partner of {us}: {event.reason.value.replace('_', ' ')}."
            )
        case e.PairReopened():
            return f"Outreach to {abroad} for {us} goes on."
    return ""


def _partnership(event: e.PublicEvent, name_of: NameOf) -> str:
    match event:
        case e.PartnershipFormed():
            known = "are known as" if event.is_imported else "are now"
            kind = {"sister": "sister cities", "friendship": "friendship cities"}.get(
                event.kind or "", "partners"
            )
            since = f" since {event.year}" if event.is_imported and event.year else ""
            return f"{event.place.name} and {event.foreign_place.name} {known} {kind}{since}."
        case e.PartnershipCorrected():
            return "What was told of a partnership was corrected."
        case e.PartnershipEnded():
            us, abroad = name_of(event.community_id), name_of(event.foreign_community_id)
            return f"The partnership of {us} and {abroad} has ended."
        case e.PartnershipRetracted():
            us, abroad = name_of(event.community_id), name_of(event.foreign_community_id)
            return f"The partnership of {us} and {abroad} was put down by mistake."
        case e.CheckInDue():
            return f"{name_of(event.community_id)} has had its partner for {event.months} months: ask how it goes."
    return ""
