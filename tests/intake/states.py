"""Aggregates of intake in every state that docs/rules/intake.md names, and every command that it names."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from services.intake.domain.ball import Ball, Milestone
from services.intake.domain.calendar import noon_of
from services.intake.domain.community import Community, Membership, on_record
from services.intake.domain.listing import Listing, guard_label
from services.intake.domain.listing_proofs import CODES_A_DAY, guard_codes
from services.intake.domain.person import Departure, Person
from services.intake.domain.places import known, whole
from services.intake.domain.proof import Proof
from services.intake.domain.search import Search, check_on_staff
from services.intake.domain.search_facts import Answers
from shared.aggregates import Aggregate
from shared.context import NOBODY, Caller, Role
from shared.meetings import Action
from shared.values import (
    ClosingReason,
    NextStep,
    Party,
    Place,
    Preferences,
    PublicProfile,
    Theme,
)

A = TypeVar("A", bound=Aggregate)
REQUESTED = datetime(2026, 3, 3, 15, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
DAY = timedelta(days=1)
CODE = "ABCDEFGHJKLMNPQR"
ANN, OLD_ANN, BEN, MARI, PAIR, OTHER_PAIR = (UUID(int=i) for i in range(1, 7))
CASE, LISTING, PARTNERSHIP, OTHER_PARTNERSHIP = (UUID(int=i) for i in range(20, 24))
TO_CHOOSE = Ball(step=NextStep.CHOOSE_SHORTLIST, holder=Party.MEMBER, due_on=date(2026, 4, 9))
TO_WRITE = Ball(step=NextStep.WRITE_TO_CHANNELS, holder=Party.STAFF, due_on=date(2026, 3, 24))
SLOTS = (NOW + 3 * DAY, NOW + 4 * DAY)
PROMISED = Action(action_id=UUID(int=30), holder=Party.MEMBER, due_on=date(2026, 4, 1))
PROFILE = PublicProfile(seeks="A university city", themes=(Theme.EDUCATION,))


def place(name: str, country: str, geoname_id: int, latitude: float = 40) -> Place:
    return Place(
        geoname_id=geoname_id,
        name=name,
        country=country,
        admin1="IL" if country == "US" else "18",
        latitude=latitude,
        longitude=20,
        population=100_000,
        timezone="UTC",
    )


SPRINGFIELD, ROCKFORD = place("Springfield", "US", 4250542), place("Rockford", "US", 4907959)
TARTU = place("Tartu", "EE", 588335)
FAR_AWAY = place("Carbondale", "US", 4235193, latitude=40.5)
HERE, ELSEWHERE = SPRINGFIELD.community_id, ROCKFORD.community_id
PAID = Membership(
    is_member=True,
    joined_on=date(2025, 1, 1),
    sister_cities_at_joining=0,
    paid_through=date(2026, 12, 31),
)
UNPAID = PAID.model_copy(update={"paid_through": date(2025, 12, 31)})
WITH_SISTERS = PAID.model_copy(
    update={"sister_cities_at_joining": 2, "paid_through": date(2099, 1, 1)}
)

CALLERS = {
    "administrator": Caller(str(ANN), Role.ADMINISTRATOR, community_id=HERE),
    "another administrator": Caller("x", Role.ADMINISTRATOR, community_id=ELSEWHERE),
    "former administrator": Caller(str(OLD_ANN), Role.ADMINISTRATOR, community_id=HERE),
    "unrecorded administrator": Caller("somebody", Role.ADMINISTRATOR, community_id=HERE),
    "committee member": Caller(str(BEN), Role.COMMITTEE_MEMBER, community_id=HERE),
    "official": Caller(str(MARI), Role.FOREIGN_OFFICIAL, listing_id=LISTING),
    "another official": Caller("y", Role.FOREIGN_OFFICIAL, listing_id=uuid4()),
    "staff": Caller("staff-1", Role.STAFF),
    "public": NOBODY,
}
STAFF = CALLERS["staff"]
ADMINISTRATOR = CALLERS["administrator"]
OFFICIAL = CALLERS["official"]


def _community(membership: Membership | None = PAID, where: Place = SPRINGFIELD) -> Community:
    community = Community.register(where, REQUESTED, membership=membership)
    if not where.is_abroad:
        community.appoint_administrator(OLD_ANN, REQUESTED)
        community.appoint_administrator(ANN, REQUESTED)
    return community


def _searching(membership: Membership = PAID) -> Community:
    return _after(
        _community(membership),
        lambda c: c.begin_search(ADMINISTRATOR, CASE, "info@sister-cities.org", REQUESTED),
    )


def _search() -> Search:
    return Search.request(CASE, SPRINGFIELD, Answers(), REQUESTED)


def _debriefed() -> Search:
    return _after(
        _search(), lambda s: s.complete_debrief(date(2026, 3, 8), Preferences(), PROFILE, NOW - DAY)
    )


def _proposed() -> Search:
    return _after(
        _debriefed(),
        lambda s: s.note_research(TO_CHOOSE, NOW),
    )


def _reaches(milestone: Milestone, ball: Ball) -> Callable[[Search], object]:
    return lambda search: search.note_pair(PAIR, milestone, ball, NOW)


def _listing() -> Listing:
    return Listing.submit(LISTING, TARTU, MARI, REQUESTED)


def _imported() -> Listing:
    return Listing.submit(LISTING, TARTU, MARI, REQUESTED, is_imported=True)


def _verified() -> Listing:
    return _after(_listing(), lambda x: x.verify("abcd-efgh-jklm-npqr", CODE, REQUESTED))


def _proved() -> Listing:
    return _after(
        _verified(),
        lambda x: x.record_proof(Proof.OFFICIAL_DOMAIN, REQUESTED),
        lambda x: x.record_proof(Proof.AUTHORITY_LETTER, REQUESTED),
    )


def _listed() -> Listing:
    return _after(_proved(), lambda x: x.list_city(TARTU, PROFILE, REQUESTED))


def _after(aggregate: A, *steps: Callable[[A], object]) -> A:
    for step in steps:
        step(aggregate)
    return aggregate


def _passes(days: int) -> Callable[[Any], object]:
    return lambda aggregate: aggregate.time_passes(REQUESTED + days * DAY)


INTRODUCTION = Ball(step=NextStep.HOLD_INTRODUCTION, holder=Party.STAFF, due_on=date(2026, 4, 1))
FIRST_CONTACT = Ball(step=NextStep.AWAIT_REPLIES, holder=Party.CHANNEL, due_on=date(2026, 4, 9))
HAND_OVER = Ball(step=NextStep.WRITE_INVITATION, holder=Party.MEMBER, due_on=date(2026, 5, 9))
ASKED_AGAIN = Ball(step=NextStep.AWAIT_REPLIES, holder=Party.FOREIGN_CITY, due_on=date(2026, 6, 8))
INTERESTED = Ball(step=NextStep.HOLD_INTRODUCTION, holder=Party.STAFF, due_on=date(2026, 3, 24))
HELD = Ball(step=NextStep.WRITE_INVITATION, holder=Party.STAFF, due_on=date(2026, 3, 17))
WRITE_AGAIN = Ball(step=NextStep.WRITE_TO_CHANNELS, holder=Party.STAFF, due_on=date(2026, 3, 17))
LATER = _reaches(Milestone.INTEREST, ASKED_AGAIN)
YES = _reaches(Milestone.INTEREST, INTERESTED)
ARRANGES = _reaches(Milestone.ARRANGED, INTRODUCTION)
WRITES = _reaches(Milestone.LETTERS, FIRST_CONTACT)
HANDS_OVER = _reaches(Milestone.HANDED_OVER, HAND_OVER)

STATES: dict[str, dict[str, Callable[[], Any]]] = {
    "Community": {
        "none": lambda: None,
        "in good standing": _community,
        "lapsed": lambda: _community(UNPAID),
        "not a member": lambda: _community(None),
        "without administrator": lambda: _after(_community(), lambda c: c.forget(ANN, REQUESTED)),
        "searching": _searching,
        "searching with sister cities": lambda: _searching(WITH_SISTERS),
        "searching for over a year": lambda: _after(_searching(), _passes(367)),
        "merged away": lambda: _after(
            _community(), lambda c: c.merge_into(_community(where=ROCKFORD), REQUESTED)
        ),
        "with a proposed profile": lambda: _after(
            _community(), lambda c: c.propose_profile(REQUESTED)
        ),
        "with a committee": lambda: _after(
            _community(), lambda c: c.invite_committee_member(STAFF, BEN, REQUESTED)
        ),
        "with the administrator on the committee": lambda: _after(
            _community(), lambda c: c.invite_committee_member(STAFF, ANN, REQUESTED)
        ),
        "a city abroad": lambda: _community(None, TARTU),
        "a listed city": lambda: _after(
            _community(None, TARTU), lambda c: c.take_listing(LISTING, REQUESTED)
        ),
    },
    "Search": {
        "none": lambda: None,
        "invited": _search,
        "scheduled": lambda: _after(
            _search(), lambda s: s.schedule_debrief(NOW + 8 * DAY, (ANN, BEN), REQUESTED)
        ),
        "with proposed times": lambda: _after(
            _search(), lambda s: s.propose_debrief_slots(SLOTS, 45, REQUESTED)
        ),
        "set for yesterday": lambda: _after(
            _search(), lambda s: s.schedule_debrief(NOW - DAY, (ANN, BEN), REQUESTED)
        ),
        "with an action": lambda: _after(
            _debriefed(), lambda s: s.write_debrief_minutes((PROMISED,), NOW - DAY)
        ),
        "debriefed": _debriefed,
        "proposed": _proposed,
        "proposed, overdue": lambda: _after(_proposed(), _passes(98)),
        "writing before the debrief": lambda: _after(_search(), WRITES),
        "introducing before the debrief": lambda: _after(_search(), ARRANGES),
        "writing": lambda: _after(_debriefed(), WRITES),
        "writing while the member chooses": lambda: _after(_proposed(), WRITES),
        "introducing": lambda: _after(_debriefed(), ARRANGES),
        "handed over": lambda: _after(_debriefed(), HANDS_OVER),
        "paused": lambda: _after(_debriefed(), lambda s: s.pause(date(2026, 4, 10), NOW - DAY)),
        "paused until further notice": lambda: _after(
            _debriefed(), lambda s: s.pause(None, NOW - DAY)
        ),
        "paused, overdue": lambda: _after(_proposed(), lambda s: s.pause(None, NOW), _passes(98)),
        "withdrawn": lambda: _after(_search(), lambda s: s.withdraw(NOW - DAY)),
        "closed": lambda: _after(
            _debriefed(), lambda s: s.close(ClosingReason.NO_MATCH, NOW - DAY)
        ),
        "assigned": lambda: _after(_search(), lambda s: s.assign("staff-1", REQUESTED)),
        "with a message of the member": lambda: _after(
            _search(), lambda s: s.leave_message(uuid4(), False, REQUESTED)
        ),
    },
    "Listing": {
        "none": lambda: None,
        "submitted": _listing,
        "lapsed": lambda: _after(_listing(), _passes(15)),
        "verified": _verified,
        "called back": lambda: _after(
            _listing(), lambda x: x.record_proof(Proof.CALL_BACK, REQUESTED)
        ),
        "proved": _proved,
        "with a claim": lambda: _after(_verified(), lambda x: x.claim(CASE, REQUESTED)),
        "proved with a claim": lambda: _after(_proved(), lambda x: x.claim(CASE, REQUESTED)),
        "claim granted": lambda: _after(
            _proved(), lambda x: x.claim(CASE, REQUESTED), lambda x: x.grant_claim(REQUESTED)
        ),
        "asked": lambda: _after(_proved(), lambda x: x.ask(REQUESTED)),
        "imported": lambda: _after(_imported(), lambda x: x.take_as_verified(REQUESTED)),
        "imported as listed": lambda: _after(
            _imported(),
            lambda x: x.take_as_verified(REQUESTED),
            lambda x: x.adopt_as_listed(TARTU, PROFILE, REQUESTED.date(), REQUESTED),
        ),
        "declined": lambda: _after(_proved(), lambda x: x.decline(REQUESTED)),
        "declined unproved": lambda: _after(
            _listing(),
            lambda x: x.record_proof(Proof.OFFICIAL_DOMAIN, REQUESTED),
            lambda x: x.record_proof(Proof.AUTHORITY_LETTER, REQUESTED),
            lambda x: x.decline(REQUESTED),
        ),
        "listed": _listed,
        "edited": lambda: _after(_listed(), lambda x: x.propose_edit(OFFICIAL, REQUESTED)),
        "reminded": lambda: _after(_listed(), _passes(166)),
        "expired": lambda: _after(_listed(), _passes(181)),
        "in conversation": lambda: _after(
            _listed(), lambda x: x.begin_conversation(PAIR, REQUESTED)
        ),
        "in two conversations": lambda: _after(
            _listed(),
            lambda x: x.begin_conversation(PAIR, REQUESTED),
            lambda x: x.begin_conversation(OTHER_PAIR, REQUESTED),
        ),
        "expired in conversation": lambda: _after(
            _listed(), _passes(181), lambda x: x.begin_conversation(PAIR, REQUESTED + 181 * DAY)
        ),
        "partnered": lambda: _after(_listed(), lambda x: x.partner(PARTNERSHIP, REQUESTED)),
        "partnered in conversation": lambda: _after(
            _listed(),
            lambda x: x.begin_conversation(PAIR, REQUESTED),
            lambda x: x.begin_conversation(OTHER_PAIR, REQUESTED),
            lambda x: x.partner(PARTNERSHIP, REQUESTED, pair_id=PAIR),
        ),
        "partnership over": lambda: _after(
            _listed(),
            lambda x: x.partner(PARTNERSHIP, REQUESTED),
            lambda x: x.end_partnership(PARTNERSHIP, REQUESTED),
        ),
        "withdrawn": lambda: _after(_listed(), lambda x: x.withdraw(OFFICIAL, REQUESTED)),
    },
    "Person": {"none": lambda: None, "forgotten": lambda: Person(ANN, NOW)},
}

Command = Callable[[Any, Caller], Any]


def _request(*named: Place) -> Command:
    return lambda _, __: Search.request(CASE, SPRINGFIELD, Answers(named_cities=named), REQUESTED)


def _labelled(who: Caller) -> Listing:
    guard_label(who, is_demonstration=True)
    return Listing.submit(LISTING, TARTU, MARI, NOW, is_demonstration=True)


def _debrief(held_on: date) -> Command:
    return lambda s, _: s.complete_debrief(held_on, Preferences(), PROFILE, NOW)


def _time(days: int) -> Command:
    return lambda aggregate, _: aggregate.time_passes(REQUESTED + days * DAY)


COMMANDS: dict[str, dict[str, Command]] = {
    "Community": {
        "register": lambda c, _: c.register_again() if c else _community(None),
        "register a section of a city": lambda _, __: whole(SPRINGFIELD, is_section=True),
        "look up an unknown number": lambda _, __: known(None, 17),
        "import what belongs to no community on record": lambda _, __: on_record(None, 17),
        "say yes": lambda c, who: c.begin_search(who, uuid4(), "info@sister-cities.org", NOW),
        "import a search": lambda c, _: c.adopt_search(CASE, date(2025, 6, 1), NOW),
        "end the search": lambda c, _: c.end_search(CASE, REQUESTED + 400 * DAY),
        "propose a profile": lambda c, _: c.propose_profile(NOW),
        "approve the profile": lambda c, _: c.approve_profile(c.place, PROFILE, NOW),
        "update the profile": lambda c, _: c.update_profile(c.place, PROFILE, NOW),
        "record dues": lambda c, _: c.record_membership(PAID, NOW),
        "record that it joined with sister cities": lambda c, _: c.record_membership(
            UNPAID.model_copy(update={"sister_cities_at_joining": 2}), REQUESTED + 368 * DAY
        ),
        "appoint an administrator": lambda c, _: c.appoint_administrator(BEN, NOW),
        "invite a committee member": lambda c, who: c.invite_committee_member(who, uuid4(), NOW),
        "remove the committee member": lambda c, who: c.remove_committee_member(who, BEN, NOW),
        "forget the administrator": lambda c, _: c.forget(ANN, NOW),
        "take a listing": lambda c, _: c.take_listing(uuid4(), NOW),
        "leave the listing": lambda c, _: c.leave_listing(LISTING, NOW),
        "merge into another": lambda c, _: c.merge_into(_community(where=ROCKFORD), NOW),
        "merge into a city abroad": lambda c, _: c.merge_into(_community(None, TARTU), NOW),
        "merge into a place far away": lambda c, _: c.merge_into(_community(where=FAR_AWAY), NOW),
        "merge into itself": lambda c, _: c.merge_into(c, NOW),
        "take in a double": lambda c, _: c.take_in(_community(where=ROCKFORD), NOW),
        "let the last paid day pass": _time(304),
        "let a year pass": _time(367),
    },
    "Search": {
        "request": _request(TARTU),
        "request naming a U.S. city": _request(TARTU, ROCKFORD),
        "request naming a city twice": _request(TARTU, TARTU),
        "import a request to come": lambda _, __: noon_of(date(2026, 3, 11), NOW),
        "import a day before the request": lambda s, _: s.guard_order(None, date(2026, 3, 2)),
        "amend the answers": lambda s, _: s.amend(Answers(is_shown_publicly=True), NOW),
        "schedule the debrief": lambda s, _: s.schedule_debrief(NOW + 3 * DAY, (ANN,), NOW),
        "schedule the debrief for yesterday": lambda s, _: s.schedule_debrief(
            NOW - DAY, (ANN,), NOW
        ),
        "propose times": lambda s, _: s.propose_debrief_slots(SLOTS, 45, NOW),
        "propose a time of yesterday": lambda s, _: s.propose_debrief_slots((NOW - DAY,), 45, NOW),
        "propose the time that is set": lambda s, _: s.propose_debrief_slots(
            (s.debrief_at or SLOTS[0],), 45, NOW
        ),
        "pick a proposed time": lambda s, _: s.pick_debrief_slot(SLOTS[0], (ANN,), NOW),
        "pick another time": lambda s, _: s.pick_debrief_slot(NOW + DAY, (ANN,), NOW),
        "call the debrief off": lambda s, _: s.call_off_debrief(NOW),
        "note that the debrief was missed": lambda s, _: s.miss_debrief(NOW),
        "write minutes": lambda s, _: s.write_debrief_minutes((PROMISED,), NOW),
        "finish an action": lambda s, _: s.finish_action(PROMISED.action_id, NOW),
        "move an action": lambda s, _: s.move_action(PROMISED.action_id, date(2026, 5, 1), NOW),
        "move an action to yesterday": lambda s, _: s.move_action(
            PROMISED.action_id, date(2026, 3, 9), NOW
        ),
        "complete the debrief": _debrief(date(2026, 3, 10)),
        "complete the debrief of tomorrow": _debrief(date(2026, 3, 11)),
        "complete the debrief of last month": _debrief(date(2026, 2, 10)),
        "pause": lambda s, _: s.pause(None, NOW),
        "pause until yesterday": lambda s, _: s.pause(date(2026, 3, 9), NOW),
        "resume": lambda s, _: s.resume(NOW),
        "withdraw": lambda s, _: s.withdraw(NOW),
        "close without a match": lambda s, _: s.close(ClosingReason.NO_MATCH, NOW),
        "close as partnered": lambda s, _: s.close(ClosingReason.PARTNERED, NOW),
        "hear of the partnership": lambda s, _: s.close_partnered(NOW),
        "assign to a person of staff": lambda s, _: s.assign("staff-1", NOW),
        "assign to nobody of staff": lambda s, _: check_on_staff("staff-9", is_on_staff=False),
        "hear that its person of staff left": lambda s, _: s.let_go("staff-1", NOW),
        "set the next step": lambda s, _: s.set_next_step(
            NextStep.REVIEW, Party.STAFF, date(2026, 4, 1), NOW
        ),
        "set the next step for yesterday": lambda s, _: s.set_next_step(
            NextStep.REVIEW, Party.STAFF, date(2026, 3, 9), NOW
        ),
        "set no next step": lambda s, _: s.set_next_step(
            NextStep.NONE, Party.STAFF, date(2026, 4, 1), NOW
        ),
        "hear of the prospects": lambda s, _: s.note_research(TO_CHOOSE, NOW),
        "hear of the shortlist": lambda s, _: s.note_research(TO_WRITE, NOW),
        "hear of an introduction": lambda s, _: ARRANGES(s),
        "hear of the hand-over": lambda s, _: HANDS_OVER(s),
        "hear of a first contact elsewhere": lambda s, _: s.note_pair(
            OTHER_PAIR, Milestone.LETTERS, FIRST_CONTACT, NOW
        ),
        "hear of a later": lambda s, _: LATER(s),
        "hear of a yes": lambda s, _: YES(s),
        "hear that the hand-over was none": lambda s, _: s.take_back_hand_over(PAIR, HELD, NOW),
        "hear that the introduction was called off": lambda s, _: s.lose_introduction(
            PAIR, INTERESTED, NOW
        ),
        "hear that the contact was none": lambda s, _: s.unmake_pair(PAIR, NOW),
        "hear that the pair failed": lambda s, _: s.drop_pair(PAIR, NOW),
        "hear that the pair goes on": lambda s, _: s.regain_pair(PAIR, WRITE_AGAIN, NOW),
        "log local work": lambda s, _: s.log_local_work(uuid4(), NOW.date(), NOW),
        "log local work of next week": lambda s, _: s.log_local_work(
            uuid4(), date(2026, 3, 17), NOW
        ),
        "leave a message": lambda s, _: s.leave_message(uuid4(), False, NOW),
        "answer the message": lambda s, _: s.leave_message(uuid4(), True, NOW),
        "let eight days pass": _time(8),
        "let the pause end": _time(38),
        "let 91 days pass": _time(98),
    },
    "Listing": {
        "submit": lambda _, __: Listing.submit(LISTING, TARTU, MARI, NOW),
        "submit a U.S. city": lambda _, __: Listing.submit(LISTING, SPRINGFIELD, MARI, NOW),
        "submit as a demonstration": lambda _, who: _labelled(who),
        "submit after three unused codes": lambda _, __: guard_codes(CODES_A_DAY),
        "verify with the code": lambda x, _: x.verify(CODE, CODE, NOW),
        "verify with another code": lambda x, _: x.verify("ZZZZ", CODE, NOW),
        "ask for another code": lambda x, _: x.renew_code(NOW),
        "give another contact": lambda x, _: x.replace_contact(BEN, NOW),
        "record a call back": lambda x, _: x.record_proof(Proof.CALL_BACK, NOW),
        "record the authority letter": lambda x, _: x.record_proof(Proof.AUTHORITY_LETTER, NOW),
        "take the call back back": lambda x, _: x.retract_proof(Proof.CALL_BACK, NOW),
        "file a letter": lambda x, _: x.file_letter(OTHER_PAIR, NOW),
        "find another listing of the place": lambda x, _: x.claim(PAIR, NOW),
        "answer the claim": lambda x, _: x.answer_claim(True, NOW),
        "grant the claim": lambda x, _: x.grant_claim(NOW),
        "list": lambda x, _: x.list_city(TARTU, PROFILE, NOW, listed=x.claims),
        "import as listed": lambda x, _: x.adopt_as_listed(TARTU, PROFILE, NOW.date(), NOW),
        "ask for more": lambda x, _: x.ask(NOW),
        "answer": lambda x, who: x.answer(who, NOW),
        "decline": lambda x, _: x.decline(NOW),
        "edit": lambda x, who: x.propose_edit(who, NOW),
        "approve the edit": lambda x, _: x.approve_edit(PROFILE, NOW),
        "refuse the edit": lambda x, _: x.refuse_edit(NOW),
        "reconfirm": lambda x, who: x.reconfirm(who, NOW),
        "withdraw": lambda x, who: x.withdraw(who, NOW),
        "hear of an introduction": lambda x, _: x.begin_conversation(PAIR, NOW),
        "hear that the pair failed": lambda x, _: x.end_conversation(PAIR, NOW),
        "hear of the partnership": lambda x, _: x.partner(PARTNERSHIP, NOW, pair_id=PAIR),
        "hear of another partnership": lambda x, _: x.partner(
            OTHER_PARTNERSHIP, NOW, pair_id=OTHER_PAIR
        ),
        "hear that the partnership ended": lambda x, _: x.end_partnership(PARTNERSHIP, NOW),
        "hear that the partnership was none": lambda x, _: x.undo_partnership(
            PARTNERSHIP, NOW, is_free=True, pair_id=PAIR
        ),
        "hear so where the place has another listing": lambda x, _: x.undo_partnership(
            PARTNERSHIP, NOW, is_free=False, pair_id=PAIR
        ),
        "let 15 days pass": _time(15),
        "let 31 days pass": _time(31),
        "let 167 days pass": _time(167),
        "let 181 days pass": _time(181),
    },
    "Person": {
        "forget": lambda p, _: Person(ANN, NOW, repeats=1 if p else 0),
        "leave the staff": lambda _, __: Departure(ANN, NOW),
    },
}

ADMINISTRATOR_OR_STAFF = ("administrator", "staff")
OFFICIAL_OR_STAFF = ("official", "another official", "staff")
ON_THE_COMMITTEE = (
    "administrator",
    "another administrator",
    "former administrator",
    "committee member",
    "official",
    "staff",
)
WHO: dict[str, dict[str, tuple[str, ...]]] = {
    "Community": {
        "say yes": tuple(who for who in CALLERS if who != "public"),
        "end the search": (*ADMINISTRATOR_OR_STAFF, "outreach"),
        "propose a profile": ("administrator",),
        "invite a committee member": ON_THE_COMMITTEE,
        "remove the committee member": ON_THE_COMMITTEE,
        "forget the administrator": ("staff", "operator"),
        "leave the listing": ("official", "staff", "outreach"),
        "let the last paid day pass": ("time",),
        "let a year pass": ("time",),
    },
    "Search": {
        "hear that its person of staff left": ("staff", "operator"),
        **dict.fromkeys(
            (
                "amend the answers",
                "schedule the debrief",
                "schedule the debrief for yesterday",
                "pick a proposed time",
                "pick another time",
                "call the debrief off",
                "finish an action",
                "move an action",
                "move an action to yesterday",
                "pause",
                "pause until yesterday",
                "resume",
                "withdraw",
                "log local work",
                "log local work of next week",
            ),
            ADMINISTRATOR_OR_STAFF,
        ),
        "request": ("administrator",),
        "request naming a U.S. city": ("administrator",),
        "request naming a city twice": ("administrator",),
        "hear of the prospects": ("matching",),
        "hear of the shortlist": ("matching",),
        "hear of an introduction": ("outreach",),
        "hear of the hand-over": ("outreach",),
        "hear of a first contact elsewhere": ("outreach",),
        "hear of a later": ("outreach",),
        "hear of a yes": ("outreach",),
        "hear that the contact was none": ("outreach",),
        "hear that the introduction was called off": ("outreach",),
        "hear that the hand-over was none": ("outreach",),
        "hear that the pair goes on": ("outreach",),
        "hear that the pair failed": ("outreach",),
        "hear of the partnership": ("outreach",),
        "leave a message": ("administrator",),
        "let eight days pass": ("time",),
        "let the pause end": ("time",),
        "let 91 days pass": ("time",),
    },
    "Listing": {
        "submit": ("public",),
        "submit a U.S. city": ("public",),
        "submit as a demonstration": ("public", "staff"),
        "submit after three unused codes": ("public",),
        "verify with the code": ("public",),
        "verify with another code": ("public",),
        "ask for another code": ("official", "staff"),
        "file a letter": ("official", "staff"),
        "answer the claim": ("official", "staff"),
        "find another listing of the place": ("intake",),
        "answer": OFFICIAL_OR_STAFF,
        "edit": OFFICIAL_OR_STAFF,
        "reconfirm": OFFICIAL_OR_STAFF,
        "withdraw": OFFICIAL_OR_STAFF,
        "hear of an introduction": ("outreach",),
        "hear that the pair failed": ("outreach",),
        "hear of the partnership": ("outreach",),
        "hear of another partnership": ("outreach",),
        "hear that the partnership ended": ("outreach",),
        "hear that the partnership was none": ("outreach",),
        "hear so where the place has another listing": ("outreach",),
        "let 15 days pass": ("time",),
        "let 31 days pass": ("time",),
        "let 167 days pass": ("time",),
        "let 181 days pass": ("time",),
    },
    "Person": {
        "forget": ("staff", "operator"),
        "leave the staff": ("staff", "operator"),
    },
}
"""Who gives each command; where nothing is said, staff alone do. Of time and services the domain knows nothing."""


def _but(name: str, *left_out: str) -> list[str]:
    return [state for state in STATES[name] if state not in ("none", *left_out)]


PAUSED = ("paused", "paused until further notice", "paused, overdue")
GROUPS: dict[str, dict[str, list[str]]] = {
    "Community": {
        "every state": _but("Community"),
        "every state in use": _but("Community", "merged away"),
        "every U.S. state": _but("Community", "a city abroad", "a listed city"),
        "every U.S. state in use": _but(
            "Community", "merged away", "a city abroad", "a listed city"
        ),
    },
    "Search": {
        "every state": _but("Search"),
        "every open state": _but("Search", "withdrawn", "closed"),
        "every running state": _but("Search", "withdrawn", "closed", *PAUSED),
    },
    "Listing": {"every state": _but("Listing")},
    "Person": {"every state": _but("Person")},
}
"""What the rules document calls several states at once."""

BEGINNINGS = {
    "Community": {
        "register",
        "register a section of a city",
        "look up an unknown number",
        "import what belongs to no community on record",
    },
    "Search": {
        "request",
        "request naming a U.S. city",
        "request naming a city twice",
        "import a request to come",
    },
    "Listing": {
        "submit",
        "submit a U.S. city",
        "submit as a demonstration",
        "submit after three unused codes",
    },
    "Person": {"forget", "leave the staff"},
}
"""The commands that can be given where nothing is there yet."""
EVEN_IF_THERE = {"register", "forget", "leave the staff"}


def demanded(name: str) -> list[tuple[str, str, str]]:
    """Every state, command and caller that the rules document has to answer for."""
    return [
        (state, command, who)
        for state in STATES[name]
        for command in COMMANDS[name]
        if (command in BEGINNINGS[name]) is (state == "none") or command in EVEN_IF_THERE
        for who in WHO[name].get(command, ("staff",))
    ]
