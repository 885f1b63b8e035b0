"""Aggregates of outreach in each of their states, and the commands that can be given to them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.outreach.domain.case_file import CaseFile
from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import ContactProof, Governance, Sides, thread_id
from services.outreach.domain.partnership import Agreement, Origin, Partnership, Signatory
from services.outreach.domain.steps import Stop, StopReason
from shared.context import Caller, Role
from shared.meetings import Action
from shared.values import (
    Channel,
    DocumentKind,
    FailureReason,
    Interest,
    Lane,
    PartnershipKind,
    Party,
)
from tests.examples import ASHIKAGA, CASE, LISTING, SPRINGFIELD, TARTU

BEGIN = datetime(2026, 5, 10, 9, tzinfo=UTC)
NOW = BEGIN + timedelta(days=5)
TODAY = NOW.date()
LONG_AGO = date(2026, 4, 1)
FUTURE = date(2026, 6, 30)
EMBASSY, OTHER_CONTACT, MAYOR = UUID(int=1), UUID(int=2), UUID(int=3)
FIRST_LETTER = UUID(int=11)
SIDES = Sides(
    case_id=CASE,
    community_id=SPRINGFIELD.community_id,
    foreign_community_id=ASHIKAGA.community_id,
)
STAFF = Caller("staff-1", Role.STAFF)
CALLERS = {
    "staff": STAFF,
    "own administrator": Caller("p-1", Role.ADMINISTRATOR, community_id=SPRINGFIELD.community_id),
    "other administrator": Caller("p-2", Role.ADMINISTRATOR, community_id=TARTU.community_id),
}
MAYORS = Signatory(office="Mayor", is_highest_official=True)
DEPUTY = Signatory(office="Deputy Mayor", is_highest_official=False)


def at(days: float) -> datetime:
    return BEGIN + timedelta(days=days)


def after(days: int) -> datetime:
    """When that day is over."""
    return datetime.combine(at(days + 1).date(), time(), UTC)


def agreement(kind: PartnershipKind = PartnershipKind.SISTER, **changes: Any) -> Agreement:
    given: dict[str, Any] = {
        "kind": kind,
        "signed_on": TODAY,
        "us_signatory": MAYORS,
        "foreign_signatory": MAYORS,
        "endorses_link": True,
    }
    return Agreement(**given | changes)


# Pairs: each step brings the pair before to the next state.


def opened() -> Pair:
    return Pair(SIDES, SPRINGFIELD, ASHIKAGA, Lane.SHORTLIST, None, BEGIN)


def write_first(pair: Pair, channel: Channel = Channel.FOREIGN_EMBASSY) -> UUID:
    return pair.contact(channel, EMBASSY, "JP", None, at(1), NOW)


def thread_of(pair: Pair) -> UUID:
    return next(iter(pair.threads), thread_id(pair.id, Channel.FOREIGN_EMBASSY, EMBASSY))


def steps_of(pair: Pair, channel: Channel) -> list[tuple[str, Callable[[], object]]]:
    return [
        ("contacted", lambda: write_first(pair, channel)),
        ("replied", lambda: pair.receive_reply(thread_of(pair), UUID(int=9), at(2), NOW)),
        ("interested", lambda: pair.gauge_interest(Interest.YES, at(2))),
        ("contact found", lambda: pair.find_contact(MAYOR, None, at(2))),
        ("arranged", lambda: pair.arrange_introduction(at(3), at(2))),
        ("introduced", lambda: pair.hold_introduction(at(3).date(), at(3))),
        ("handed over", lambda: pair.hand_over(at(4).date(), at(4))),
        ("invited", lambda: pair.send_invitation(STAFF, at(4).date(), at(4))),
        ("intent", lambda: pair.sign_letter_of_intent(STAFF, at(4).date(), at(4))),
        ("resolution", lambda: pair.adopt_resolution(STAFF, at(4).date(), at(4))),
        (
            "partnered",
            lambda: pair.sign_agreement(STAFF, agreement(), ends_search=True, at=NOW),
        ),
    ]


def reach(state: str, channel: Channel = Channel.FOREIGN_EMBASSY) -> Pair:
    pair = opened()
    if state == "open":
        return pair
    for name, step in steps_of(pair, channel):
        step()
        if name == state:
            return pair
    raise KeyError(state)


PROMISED = Action(action_id=UUID(int=40), holder=Party.MEMBER, due_on=date(2026, 8, 1))
PAIR_STATES = (
    *("open", "contacted", "replied", "interested", "contact found", "arranged", "introduced"),
    *("handed over", "invited", "intent", "resolution", "partnered"),
)


def changed(state: str, change: Callable[[Pair], object]) -> Callable[[], Pair]:
    def build() -> Pair:
        pair = reach(state)
        change(pair)
        return pair

    return build


def stopped(state: str, reason: StopReason) -> Callable[[], Pair]:
    return changed(state, lambda pair: pair.stop(reason, NOW))


def with_letter() -> Pair:
    """The first letter is on its way."""
    pair = opened()
    pair.contact(Channel.FOREIGN_EMBASSY, EMBASSY, "JP", FIRST_LETTER, at(1), NOW)
    return pair


def letter_out() -> Pair:
    pair = with_letter()
    pair.letter_went_out(thread_of(pair), FIRST_LETTER, at(1), is_first=True)
    return pair


def of_listing() -> Pair:
    """The city was listed, and has left the map since."""
    pair = Pair(SIDES, SPRINGFIELD, ASHIKAGA, Lane.INTEREST, LISTING, BEGIN)
    pair.lose_listing(at(1))
    return pair


def unproven() -> Pair:
    pair = opened()
    pair.contact(Channel.CITY_OFFICE, EMBASSY, "JP", None, at(1), NOW)
    pair.gauge_interest(Interest.YES, at(2))
    pair.find_contact(MAYOR, None, at(2))
    return pair


# Partnerships.


ORIGIN = Origin(case_id=CASE, pair_id=UUID(int=12))


def link() -> Partnership:
    return Partnership(SPRINGFIELD, ASHIKAGA, BEGIN)


def formed(kind: PartnershipKind | None = PartnershipKind.SISTER) -> Partnership:
    partnership = link()
    if kind is None:
        partnership.note(None, 1994, Origin(is_imported=True), BEGIN)
    else:
        partnership.form(kind, BEGIN.date(), ORIGIN, BEGIN)
    return partnership


def stepping_stone() -> Partnership:
    partnership = link()
    origin = ORIGIN.model_copy(update={"ends_search": False})
    partnership.form(PartnershipKind.FRIENDSHIP, BEGIN.date(), origin, BEGIN)
    return partnership


def raised() -> Partnership:
    """A friendship of one pair, raised to sister cities by another."""
    partnership = formed(PartnershipKind.FRIENDSHIP)
    origin = Origin(case_id=CASE, pair_id=UUID(int=14))
    partnership.form(PartnershipKind.SISTER, BEGIN.date(), origin, BEGIN)
    return partnership


def taken_back() -> Partnership:
    partnership = formed()
    partnership.retract(BEGIN)
    return partnership


def ended() -> Partnership:
    partnership = formed()
    partnership.end(BEGIN.date(), BEGIN)
    return partnership


# Case files.


def case_file(*stops: StopReason) -> CaseFile:
    case = CaseFile(CASE, SPRINGFIELD.community_id, SPRINGFIELD, BEGIN)
    for reason in stops:
        case.stop(reason, BEGIN)
    return case


def with_pair() -> CaseFile:
    case = case_file()
    case.add_pairs({ASHIKAGA.community_id: ASHIKAGA}, BEGIN)
    return case


STATES: dict[str, dict[str, Callable[[], Any]]] = {
    "CaseFile": {
        "open": case_file,
        "with the city": with_pair,
        "paused": lambda: case_file(StopReason.PAUSED),
        "lapsed": lambda: case_file(StopReason.LAPSED),
        "ended": lambda: case_file(StopReason.SEARCH_ENDED),
    },
    "Pair": {state: (lambda state=state: reach(state)) for state in PAIR_STATES}
    | {
        "letter on its way": with_letter,
        "letter out": letter_out,
        "later": changed("contacted", lambda pair: pair.gauge_interest(Interest.LATER, at(2))),
        "open, not chosen": stopped("open", StopReason.NOT_CHOSEN),
        "open, its listing ended": of_listing,
        "failed": changed("contacted", lambda pair: pair.fail(FailureReason.DECLINED, (), NOW)),
        "bounced": changed("contacted", lambda pair: pair.report_bounce(thread_of(pair), at(2))),
        "without contact": changed(
            "open", lambda pair: pair.contact(Channel.FOREIGN_EMBASSY, None, "JP", None, at(1), NOW)
        ),
        "not interested": changed(
            "contact found", lambda pair: pair.gauge_interest(Interest.NO, at(2))
        ),
        "unproven": unproven,
        "contact known, interest unknown": changed(
            "replied", lambda pair: pair.find_contact(MAYOR, None, at(2))
        ),
        "open, paused": stopped("open", StopReason.PAUSED),
        "open, shortlist reopened": stopped("open", StopReason.SHORTLIST_REOPENED),
        "contacted, paused": stopped("contacted", StopReason.PAUSED),
        "contacted, lapsed": stopped("contacted", StopReason.LAPSED),
        "contacted, search ended": stopped("contacted", StopReason.SEARCH_ENDED),
        "contacted, listing ended": stopped("contacted", StopReason.LISTING_ENDED),
        "contact found, paused": stopped("contact found", StopReason.PAUSED),
        "contact found, times proposed": changed(
            "contact found", lambda pair: pair.propose_introduction((at(20), at(21)), 60, NOW)
        ),
        "arranged for later": changed(
            "contact found", lambda pair: pair.arrange_introduction(at(20), NOW)
        ),
        "introduced, with an action": changed(
            "introduced", lambda pair: pair.write_introduction_minutes((PROMISED,), NOW)
        ),
        "introduced, lapsed": stopped("introduced", StopReason.LAPSED),
        "resolution, paused": stopped("resolution", StopReason.PAUSED),
        "resolution, lapsed": stopped("resolution", StopReason.LAPSED),
        "resolution, search ended": stopped("resolution", StopReason.SEARCH_ENDED),
    },
    "Partnership": {
        "noted": link,
        "stepping stone": stepping_stone,
        "friendship": lambda: formed(PartnershipKind.FRIENDSHIP),
        "sister": formed,
        "raised": raised,
        "imported, kind unknown": lambda: formed(None),
        "taken back": taken_back,
        "ended": ended,
    },
}

Commands = dict[str, Callable[[Any, Caller], object]]

CASE_COMMANDS: Commands = {
    "stop for a pause": lambda case, who: case.stop(StopReason.PAUSED, NOW),
    "stop for an end": lambda case, who: case.stop(StopReason.SEARCH_ENDED, NOW),
    "release from a pause": lambda case, who: case.release(StopReason.PAUSED, NOW),
    "release from a lapse": lambda case, who: case.release(StopReason.LAPSED, NOW),
    "add the city": lambda case, who: case.add_pairs({ASHIKAGA.community_id: ASHIKAGA}, NOW),
    "correct the city": lambda case, who: case.correct_city(
        ASHIKAGA.community_id, TARTU.community_id, NOW
    ),
    "hear the request, older than the file": lambda case, who: case.hear_request(at(-30)),
    "hear the request again": lambda case, who: case.hear_request(BEGIN),
    "check a fact of the day before the request": lambda case, who: case.check_fact(at(-1).date()),
    "check a fact of two days before the request": lambda case, who: case.check_fact(at(-2).date()),
    "check a contact of the year before": lambda case, who: case.check_word(at(-300).date()),
    "check a contact of 1900": lambda case, who: case.check_word(date(1900, 1, 1)),
    "hear its owner": lambda case, who: case.hear_owner("staff-ana", NOW),
    "look at it": lambda case, who: case.check_insight(who),
}

PAIR_COMMANDS: Commands = {
    "look at it": lambda pair, who: pair.check_insight(who),
    "assign it": lambda pair, who: pair.assign("staff-ben", NOW),
    "follow the owner of the case": lambda pair, who: pair.follow_owner("staff-ana", NOW),
    "write to an embassy": lambda pair, who: pair.contact(
        Channel.FOREIGN_EMBASSY, EMBASSY, "JP", None, NOW, NOW
    ),
    "write to an association": lambda pair, who: pair.contact(
        Channel.MUNICIPAL_ASSOCIATION, OTHER_CONTACT, "JP", None, NOW, NOW
    ),
    "note a contact to come": lambda pair, who: pair.contact(
        Channel.OTHER, None, "JP", None, at(30), NOW
    ),
    "write a follow-up": lambda pair, who: pair.write_follow_up(thread_of(pair), UUID(int=7), NOW),
    "note a follow-up": lambda pair, who: pair.note_own_follow_up(thread_of(pair), NOW, NOW),
    "receive a reply": lambda pair, who: pair.receive_reply(thread_of(pair), UUID(int=8), NOW, NOW),
    "take a reply back": lambda pair, who: pair.retract_reply(thread_of(pair), NOW),
    "take the contact back": lambda pair, who: pair.retract_contact(thread_of(pair), NOW),
    "report a bounce": lambda pair, who: pair.report_bounce(thread_of(pair), NOW),
    "give another contact": lambda pair, who: pair.replace_contact(
        thread_of(pair), OTHER_CONTACT, NOW
    ),
    "give the same contact": lambda pair, who: pair.replace_contact(thread_of(pair), EMBASSY, NOW),
    "find the contact": lambda pair, who: pair.find_contact(
        MAYOR, ContactProof.OFFICIAL_DOMAIN, NOW
    ),
    "gauge interest: yes": lambda pair, who: pair.gauge_interest(Interest.YES, NOW),
    "gauge interest: later": lambda pair, who: pair.gauge_interest(Interest.LATER, NOW),
    "learn governance": lambda pair, who: pair.learn_governance(
        Governance(decided_by="council"), NOW
    ),
    "arrange the introduction": lambda pair, who: pair.arrange_introduction(at(20), NOW),
    "arrange it at the same time": lambda pair, who: pair.arrange_introduction(at(3), NOW),
    "propose times": lambda pair, who: pair.propose_introduction((at(20), at(21)), 60, NOW),
    "propose a time that has passed": lambda pair, who: pair.propose_introduction(
        (at(2),), 60, NOW
    ),
    "pick a proposed time": lambda pair, who: pair.pick_introduction(who, at(20), (), NOW),
    "call the introduction off": lambda pair, who: pair.call_off_introduction(NOW),
    "note that it was missed": lambda pair, who: pair.miss_introduction(NOW),
    "write minutes": lambda pair, who: pair.write_introduction_minutes((PROMISED,), NOW),
    "finish an action": lambda pair, who: pair.finish_action(who, PROMISED.action_id, NOW),
    "move an action": lambda pair, who: pair.move_action(
        who, PROMISED.action_id, date(2026, 9, 1), NOW
    ),
    "move an action to yesterday": lambda pair, who: pair.move_action(
        who, PROMISED.action_id, at(4).date(), NOW
    ),
    "record the introduction": lambda pair, who: pair.hold_introduction(TODAY, NOW),
    "record an introduction to come": lambda pair, who: pair.hold_introduction(FUTURE, NOW),
    "hand over": lambda pair, who: pair.hand_over(TODAY, NOW),
    "take the hand-over back": lambda pair, who: pair.retract_hand_over(NOW),
    "take the agreement back": lambda pair, who: pair.retract_agreement({}, NOW),
    "note a call to the member": lambda pair, who: pair.call_member(NOW),
    "record the invitation": lambda pair, who: pair.send_invitation(who, TODAY, NOW),
    "record the letter of intent": lambda pair, who: pair.sign_letter_of_intent(who, TODAY, NOW),
    "record the resolution": lambda pair, who: pair.adopt_resolution(who, TODAY, NOW),
    "issue a document": lambda pair, who: pair.issue_document(who, DocumentKind.INVITATION, NOW),
    "sign as sister cities": lambda pair, who: pair.sign_agreement(
        who, agreement(), ends_search=True, at=NOW
    ),
    "sign as friends": lambda pair, who: pair.sign_agreement(
        who, agreement(PartnershipKind.FRIENDSHIP), ends_search=False, at=NOW
    ),
    "sign as sister cities, search open": lambda pair, who: pair.sign_agreement(
        who, agreement(), ends_search=False, at=NOW
    ),
    "sign without the mayor": lambda pair, who: pair.sign_agreement(
        who, agreement(us_signatory=DEPUTY), ends_search=True, at=NOW
    ),
    "sign without their mayor": lambda pair, who: pair.sign_agreement(
        who, agreement(foreign_signatory=DEPUTY), ends_search=True, at=NOW
    ),
    "sign without endorsement": lambda pair, who: pair.sign_agreement(
        who, agreement(endorses_link=False), ends_search=True, at=NOW
    ),
    "end it: declined": lambda pair, who: pair.fail(FailureReason.DECLINED, (), NOW),
    "reopen it": lambda pair, who: pair.reopen({}, None, NOW),
    "reopen it, search ended": lambda pair, who: pair.reopen(
        {StopReason.SEARCH_ENDED: Stop(since=NOW)}, None, NOW
    ),
    "go on without the listing": lambda pair, who: pair.set_listing_aside(NOW),
}

PARTNERSHIP_COMMANDS: Commands = {
    "form as sister cities": lambda p, who: p.form(PartnershipKind.SISTER, TODAY, ORIGIN, NOW),
    "form as friends": lambda p, who: p.form(
        PartnershipKind.FRIENDSHIP, TODAY, Origin(case_id=CASE, pair_id=UUID(int=13)), NOW
    ),
    "form as friends, search ends": lambda p, who: p.form(
        PartnershipKind.FRIENDSHIP, TODAY, ORIGIN, NOW
    ),
    "correct the kind": lambda p, who: p.correct({"kind": PartnershipKind.PROJECT}, NOW),
    "correct the day": lambda p, who: p.correct({"signed_on": LONG_AGO}, NOW),
    "correct the day to one to come": lambda p, who: p.correct({"signed_on": FUTURE}, NOW),
    "correct year and day, at odds": lambda p, who: p.correct(
        {"signed_on": LONG_AGO, "year": 1999}, NOW
    ),
    "take the end back": lambda p, who: p.correct({"is_active": True}, NOW),
    "tell a last day of what goes on": lambda p, who: p.correct(
        {"is_active": True, "ended_on": TODAY}, NOW
    ),
    "tell an end before the signatures": lambda p, who: p.correct(
        {"signed_on": TODAY, "is_active": False, "ended_on": LONG_AGO}, NOW
    ),
    "tell an end before the year": lambda p, who: p.correct(
        {"signed_on": None, "year": 1990, "is_active": False, "ended_on": date(1980, 1, 1)}, NOW
    ),
    "take it back": lambda p, who: p.retract(NOW),
    "correct nothing": lambda p, who: p.correct({"kind": p.kind}, NOW),
    "end it": lambda p, who: p.end(TODAY, NOW),
    "end it in days to come": lambda p, who: p.end(FUTURE, NOW),
}

COMMANDS: dict[str, Commands] = {
    "CaseFile": CASE_COMMANDS,
    "Pair": PAIR_COMMANDS,
    "Partnership": PARTNERSHIP_COMMANDS,
}
