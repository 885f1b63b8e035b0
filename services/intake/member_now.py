"""What a member's people are told when they are signed in: how their search stands, and what they can do now."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote
from uuid import UUID

from services.intake import reading
from services.intake.application import Intake
from services.intake.can_do import (
    CHOOSE_A_TIME,
    CHOOSE_CITIES,
    can_do_next,
    times_to_choose,
)
from services.intake.domain.community import Community
from services.intake.domain.search import Search
from services.intake.domain.search_facts import SearchState
from services.intake.due import words_of
from services.intake.letters import PARTNERSHIPS
from shared.context import Caller, Role
from shared.meetings import in_words, until_then
from shared.place_names import full_name
from shared.refusals import Refusal
from shared.return_address import About, Matter
from shared.values import NextStep, Party

WHOSE_TURN = {
    Party.MEMBER: "You",
    Party.STAFF: "Our staff",
    Party.FOREIGN_CITY: "The city abroad",
    Party.CHANNEL: "The office that was written to",
}
OF_OTHERS = {NextStep.AWAIT_REPLIES: "answer the letter"}
"""What a step means where neither the member nor staff have it to do."""


ON_PAGES = {CHOOSE_A_TIME: "#times", CHOOSE_CITIES: "/sign-in/shortlist"}
"""What is done on a page, and where; all else is done by mail."""
MOST_SAID = 30


@dataclass(frozen=True, slots=True)
class Act:
    told: str
    link: str


@dataclass(frozen=True, slots=True)
class Time:
    value: str
    told: str


@dataclass(frozen=True, slots=True)
class MemberNow:
    """One community, as its administrator or somebody of its committee is told of it."""

    place: str
    is_administrator: bool
    fact: str
    turn: str
    """Whose turn it is, and for what; empty where nothing is waited for."""
    by: date | None
    message: str
    """That something of the member's waits for an answer of staff; empty where nothing does."""
    here: tuple[Act, ...]
    by_mail: tuple[str, ...]
    times: tuple[Time, ...]
    """Proposed for the debriefing."""
    stands: str
    """Which time stands until one of them is taken, where one is set."""
    said: tuple[reading.Message, ...]
    """The conversation of the case, its newest message first."""
    address: str
    """Where what the reader writes stands in the conversation of the case, or reaches staff where there is none."""
    link: str
    """A mail to that address, begun."""
    staff: str
    """Who of our staff has the case."""
    is_searching: bool
    cities: str
    """What the page of proposed cities is good for now; empty before the debriefing."""
    may_say_yes: bool
    why_not: str
    """Why the administrator cannot say Yes now."""


def now_of(intake: Intake, person: reading.PersonView, caller: Caller) -> MemberNow | None:
    """None for whoever acts for no community."""
    if person.community_id is None or caller.role not in (
        Role.ADMINISTRATOR,
        Role.COMMITTEE_MEMBER,
    ):
        return None
    community = intake.load(Community, person.community_id)
    if community.search is not None:
        return _searching(intake, community, intake.load(Search, community.search.case_id), caller)
    place, why_not = full_name(community.place), _why_not(intake, community, caller)
    return MemberNow(
        place=place,
        is_administrator=caller.role is Role.ADMINISTRATOR,
        fact=f"{place} has no search open.",
        turn="",
        by=None,
        message="",
        here=(),
        by_mail=(),
        times=(),
        stands="",
        said=(),
        address=intake.addresses.info,
        link=_mail(intake.addresses.info, place),
        staff="",
        is_searching=False,
        cities="",
        may_say_yes=caller.role is Role.ADMINISTRATOR and not why_not,
        why_not=why_not if caller.role is Role.ADMINISTRATOR else "",
    )


def case_of(intake: Intake, person: reading.PersonView) -> UUID | None:
    """The open case of the community that somebody acts for."""
    community = intake.load(Community, person.community_id) if person.community_id else None
    return community.search.case_id if community and community.search else None


def _searching(intake: Intake, community: Community, search: Search, caller: Caller) -> MemberNow:
    is_administrator, address = caller.role is Role.ADMINISTRATOR, address_of(intake, search)
    place, now, sides = full_name(community.place), intake.clock(), intake.debrief_sides(search)
    can_do = can_do_next(intake, search) if is_administrator else []
    times = times_to_choose(search, now)
    return MemberNow(
        place=place,
        is_administrator=is_administrator,
        fact=_fact(intake, place, search),
        turn=_turn(search),
        by=search.ball.due_on,
        message=_message(search),
        here=tuple(Act(each, ON_PAGES[each]) for each in can_do if each in ON_PAGES),
        by_mail=tuple(each for each in can_do if each not in ON_PAGES),
        times=tuple(Time(each.isoformat(), in_words(sides, each)) for each in times),
        stands=until_then(sides, search.debrief_at, now) if times else "",
        said=tuple(reversed(reading.messages(intake, search.id)[-MOST_SAID:])),
        address=address,
        link=_mail(address, place),
        staff=reading.staff_name(intake, search.owner),
        is_searching=True,
        cities=_cities(search, is_administrator=is_administrator),
        may_say_yes=False,
        why_not="",
    )


def _message(search: Search) -> str:
    since = search.waits_since
    if since is None:
        return ""
    return (
        f"Our staff have a message of {since:%-d %B %Y} from your side to answer. If it says what you are asked for,"
        " there is nothing more for you to do until they do."
    )


def _cities(search: Search, *, is_administrator: bool) -> str:
    if search.debriefed_on is None:
        return ""
    if search.ball_of_research.step is NextStep.RESEARCH:
        return "our staff look for them; once they have proposed some, they stand there"
    if search.ball_of_research.step is NextStep.CHOOSE_SHORTLIST and is_administrator:
        return "read why, and choose three to five"
    return "which, why, and what is chosen"


def _fact(intake: Intake, name: str, search: Search) -> str:
    since = f"{search.requested_at:%-d %B %Y}"
    if search.state is SearchState.PAUSED:
        until = f" until {search.paused_until:%-d %B %Y}" if search.paused_until else ""
        return f"{name} has been searching since {since}; the search is paused{until}."
    if search.state is SearchState.SCHEDULED and search.debrief_at is not None:
        when = in_words(intake.debrief_sides(search), search.debrief_at)
        return f"{name} has been searching since {since}. The debriefing is on {when}."
    if search.debriefed_on is not None:
        return f"{name} has been searching since {since}; the debriefing was held on {search.debriefed_on:%-d %B %Y}."
    return f"{name} has been searching since {since}; no time is set for the debriefing yet."


def _turn(search: Search) -> str:
    holder, step = search.ball.holder, search.ball.step
    if holder not in WHOSE_TURN:
        return ""
    is_others = holder in (Party.FOREIGN_CITY, Party.CHANNEL)
    what = (OF_OTHERS.get(step) if is_others else None) or words_of(step, holder)
    return f"{WHOSE_TURN[holder]}: {what}."


def address_of(intake: Intake, search: Search) -> str:
    """Where what the member's people write stands in the conversation of the case."""
    desk = intake.addresses.desk(PARTNERSHIPS)
    return desk.reply_to(intake.addresses.returns, Matter(About.CASE, search.id))


def _mail(address: str, place: str) -> str:
    return f"mailto:{address}?subject={quote(place)}"


def _why_not(intake: Intake, community: Community, caller: Caller) -> str:
    try:
        community.guard_yes(caller, intake.addresses.info)
    except Refusal as refusal:
        return f"{refusal.sentence} {refusal.next_step}"
    return ""
