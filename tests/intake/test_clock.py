"""The clock that cannot stall: random histories of a search and of a listing, with jumps of time."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from services.intake.domain.ball import Ball, Milestone
from services.intake.domain.listing import Listing
from services.intake.domain.listing_facts import ENDED
from services.intake.domain.proof import Proof
from services.intake.domain.search import Search
from services.intake.domain.search_facts import Answers
from services.intake.letters import letters_of
from services.intake.subscribers import LETTERS, MILESTONES, ball_of_interest
from shared import events as public
from shared.values import UNASSIGNED, ClosingReason, Interest, NextStep, Party, Preferences
from tests.clockwork import BEGINNINGS, Clock
from tests.intake.states import (
    CASE,
    CODE,
    LISTING,
    MARI,
    OFFICIAL,
    PAIR,
    PROFILE,
    SPRINGFIELD,
    TARTU,
)

PAIRS = (PAIR, UUID(int=70), UUID(int=71))
some_pair = st.sampled_from(PAIRS)
HELD_BY = st.sampled_from([Party.STAFF, Party.MEMBER, Party.CHANNEL, Party.FOREIGN_CITY])


class IntakesClock(Clock):
    rounds = 3
    """An expiry may follow at once from a reminder that was late."""

    def letters_of(self, event: Any) -> Iterable[Any]:
        return letters_of(event)

    def check_done(self, done: list[Any]) -> None:
        kinds = [
            (type(each), getattr(each, "pair_id", None))
            for each in done
            if not isinstance(each, Search.NextStepSet)
        ]
        assert len(kinds) == len(set(kinds)), "fired twice at once"


class SearchsClock(IntakesClock):
    subject: Search

    @initialize(begins=BEGINNINGS, is_debriefed=st.booleans())
    def say_yes(self, begins: datetime, is_debriefed: bool) -> None:
        self.now = begins
        self.keep(Search.request(CASE, SPRINGFIELD, Answers(), begins))
        if is_debriefed:
            self.complete()

    # The debrief.

    @rule(days=st.integers(1, 40))
    def propose(self, days: int) -> None:
        slots = (self.now + timedelta(days=days), self.now + timedelta(days=days + 1))
        self.does(lambda: self.subject.propose_debrief_slots(slots, 45, self.now))
        self.keep_time()

    @rule(days=st.integers(1, 40))
    def schedule(self, days: int) -> None:
        """A later date replaces an earlier one, and the case waits for it."""
        at, search = self.now + timedelta(days=days), self.subject
        events = self.does(lambda: search.schedule_debrief(at, (uuid4(),), self.now))
        if any(isinstance(each, Search.DebriefScheduled) for each in events):
            assert search.ball_of_research.due_on == at.date()
            if search.ball.step is NextStep.HOLD_DEBRIEF and not search.pairs:
                assert search.ball.due_on == at.date()

    @rule(was_missed=st.booleans())
    def lose_the_date(self, was_missed: bool) -> None:
        search = self.subject
        lose = search.miss_debrief if was_missed else search.call_off_debrief
        self.does(lambda: lose(self.now))
        self.keep_time()

    @rule()
    def complete(self) -> None:
        day = self.now.date()
        self.does(lambda: self.subject.complete_debrief(day, Preferences(), PROFILE, self.now))

    # Rest and end; staff's word.

    @rule(days=st.one_of(st.none(), st.integers(1, 200)))
    def pause(self, days: int | None) -> None:
        until = None if days is None else (self.now + timedelta(days=days)).date()
        events = self.does(lambda: self.subject.pause(until, self.now))
        if events and until is not None:
            assert self.subject.ball.due_on == until
            assert self.deadlines["pause_ends"].date() == until

    @rule()
    def resume(self) -> None:
        self.does(lambda: self.subject.resume(self.now))
        self.keep_time()

    @rule(ends=st.sampled_from(["withdraw", "close", "partner", None, None, None, None, None]))
    def end(self, ends: str | None) -> None:
        search, now = self.subject, self.now
        ways: dict[str, Callable[[], object]] = {
            "withdraw": lambda: search.withdraw(now),
            "close": lambda: search.close(ClosingReason.NO_MATCH, now),
            "partner": lambda: search.close_partnered(now),
        }
        if ends is not None:
            self.does(ways[ends])

    @rule(step=st.sampled_from(NextStep), holder=HELD_BY, days=st.integers(-3, 60))
    def set_step(self, step: NextStep, holder: Party, days: int) -> None:
        """Staff change the date: the timer moves with it."""
        day, search = (self.now + timedelta(days=days)).date(), self.subject
        events = self.does(lambda: search.set_next_step(step, holder, day, self.now))
        if events and holder is not Party.STAFF:
            assert all(due_at.date() >= day for due_at in self.deadlines.values())
        self.keep_time()

    @rule(who=st.sampled_from(["staff-1", "staff-2"]))
    def assign(self, who: str) -> None:
        self.does(lambda: self.subject.assign(who, self.now))

    @rule(is_from_staff=st.booleans())
    def say(self, is_from_staff: bool) -> None:
        self.does(lambda: self.subject.leave_message(uuid4(), is_from_staff, self.now))
        assert (self.subject.waits_since is None) or not is_from_staff

    # What is heard.

    @rule(
        step=st.sampled_from(
            [NextStep.CHOOSE_SHORTLIST, NextStep.WRITE_TO_CHANNELS, NextStep.REVIEW]
        ),
        holder=st.sampled_from([Party.STAFF, Party.MEMBER]),
        days_ago=st.integers(0, 60),
    )
    def hear_of_research(self, step: NextStep, holder: Party, days_ago: int) -> None:
        at = self.now - timedelta(days=days_ago)
        due_on = (at + timedelta(days=30)).date()
        ball = Ball(step=step, holder=holder, due_on=due_on)
        self.does(lambda: self.subject.note_research(ball, at))
        self.keep_time()

    @rule(
        pair=some_pair, event=st.sampled_from([*LETTERS, *MILESTONES]), days_ago=st.integers(0, 60)
    )
    def hear_of_a_pair(self, pair: UUID, event: type[public.PublicEvent], days_ago: int) -> None:
        """Also late: after a restart, or a month after it happened."""
        at = self.now - timedelta(days=days_ago)
        facts: dict[str, Any] = {"happened_at": at, "days_silent": 7}
        told = event.model_construct(**facts)
        milestone, ball_of = MILESTONES.get(event) or (Milestone.LETTERS, LETTERS[event])
        self.does(lambda: self.subject.note_pair(pair, milestone, ball_of(told), at))
        self.does(lambda: self.subject.note_pair(pair, milestone, ball_of(told), at))
        self.keep_time()

    @rule(pair=some_pair, is_yes=st.booleans())
    def hear_of_interest(self, pair: UUID, is_yes: bool) -> None:
        interest = Interest.YES if is_yes else Interest.LATER
        gauged: Any = public.InterestGauged
        told = gauged.model_construct(happened_at=self.now, interest=interest)
        ball = ball_of_interest(told)
        self.does(lambda: self.subject.note_pair(pair, Milestone.INTEREST, ball, self.now))
        self.keep_time()

    @rule(pair=some_pair, days=st.integers(1, 40), is_called_off=st.booleans())
    def hear_of_an_introduction(self, pair: UUID, days: int, is_called_off: bool) -> None:
        """Its date is the case's, also where it is moved; called off, the case waits for another."""
        day = (self.now + timedelta(days=days)).date()
        ball = Ball(step=NextStep.HOLD_INTRODUCTION, holder=Party.STAFF, due_on=day)
        search, now = self.subject, self.now
        self.does(lambda: search.note_pair(pair, Milestone.ARRANGED, ball, now))
        told = search.pairs.get(pair) if search.is_open else None
        if told is not None and told.milestone is Milestone.ARRANGED and told.put_off is None:
            assert told.ball.due_on == day
        if is_called_off:
            fresh = ball.model_copy(update={"due_on": (now + timedelta(days=14)).date()})
            self.does(lambda: search.lose_introduction(pair, fresh, now))
            told = search.pairs.get(pair) if search.is_open else None
            assert told is None or told.milestone is not Milestone.ARRANGED
        self.keep_time()

    @rule(pair=some_pair, how=st.sampled_from(["drop", "unmake", "regain", "take_back"]))
    def hear_of_an_end(self, pair: UUID, how: str) -> None:
        search, now = self.subject, self.now
        ball = Ball(step=NextStep.WRITE_TO_CHANNELS, holder=Party.STAFF, due_on=now.date())
        ways: dict[str, Callable[[], object]] = {
            "drop": lambda: search.drop_pair(pair, now),
            "unmake": lambda: search.unmake_pair(pair, now),
            "regain": lambda: search.regain_pair(pair, ball, now),
            "take_back": lambda: search.take_back_hand_over(pair, ball, now),
        }
        self.does(ways[how])
        self.keep_time()

    # What holds at all times.

    @invariant()
    def an_open_case_waits_for_somebody(self) -> None:
        """An owner, or nobody yet; a step, whoever has it, and a date."""
        ball = self.subject.ball
        assert self.subject.owner in (UNASSIGNED, "staff-1", "staff-2")
        if self.subject.is_open:
            assert ball.step is not NextStep.NONE
            assert ball.holder is not Party.NOBODY
            assert ball.due_on is not None
        else:
            assert (ball.step, ball.due_on, self.deadlines) == (NextStep.NONE, None, {})

    @invariant()
    def nothing_waits_for_others_without_a_timer(self) -> None:
        ball = self.subject.ball
        if self.subject.is_open and ball.holder is not Party.STAFF:
            assert self.deadlines


class ListingsClock(IntakesClock):
    subject: Listing

    @initialize(begins=BEGINNINGS, then=st.sampled_from(["", "prove", "ask", "list", "list"]))
    def ask_to_be_listed(self, begins: datetime, then: str) -> None:
        """Somewhere on its way: the later states are met as often as the first one."""
        self.now = begins
        self.keep(Listing.submit(LISTING, TARTU, MARI, begins))
        if then:
            self.prove()
        if then in ("ask", "list"):
            self.assess(then)

    @rule()
    def prove(self) -> None:
        self.does(lambda: self.subject.verify(CODE, CODE, self.now))
        for proof in (Proof.CALL_BACK, Proof.AUTHORITY_LETTER):
            self.does_proof(proof)

    def does_proof(self, proof: Proof) -> None:
        self.does(lambda: self.subject.record_proof(proof, self.now))

    @rule(how=st.sampled_from(["list", "ask", "answer", "decline", "list", "renew"]))
    def assess(self, how: str) -> None:
        listing, now = self.subject, self.now
        ways: dict[str, Callable[[], object]] = {
            "list": lambda: listing.list_city(TARTU, PROFILE, now),
            "ask": lambda: listing.ask(now),
            "answer": lambda: listing.answer(OFFICIAL, now),
            "decline": lambda: listing.decline(now),
            "renew": lambda: listing.renew_code(now),
        }
        self.does(ways[how])
        self.keep_time()

    @rule(how=st.sampled_from(["reconfirm", "edit", "approve", "refuse", "reconfirm"]))
    def keep_up(self, how: str) -> None:
        listing, now = self.subject, self.now
        ways: dict[str, Callable[[], object]] = {
            "reconfirm": lambda: listing.reconfirm(OFFICIAL, now),
            "edit": lambda: listing.propose_edit(OFFICIAL, now),
            "approve": lambda: listing.approve_edit(PROFILE, now),
            "refuse": lambda: listing.refuse_edit(now),
        }
        self.does(ways[how])
        self.keep_time()

    @rule(pair=some_pair, is_over=st.booleans())
    def talk(self, pair: UUID, is_over: bool) -> None:
        listing, now = self.subject, self.now
        self.does(
            lambda: (
                listing.end_conversation(pair, now)
                if is_over
                else listing.begin_conversation(pair, now)
            )
        )
        self.keep_time()

    @invariant()
    def a_request_always_has_a_way_on(self) -> None:
        """A date, or it is in outreach's hands, or can be confirmed; what nobody has to do by then has a timer."""
        listing = self.subject
        assert listing.due_on or listing.is_confirmable or listing.state in ENDED
        is_with_staff = listing.waits_since is not None
        assert self.deadlines or is_with_staff or listing.is_confirmable or listing.state in ENDED


SearchsClock.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
ListingsClock.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestTheSearchsClock = SearchsClock.TestCase
TestTheListingsClock = ListingsClock.TestCase
