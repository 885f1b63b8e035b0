"""The clock that cannot stall: random histories of a pair, with letters, answers, stops, holidays and jumps of time."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import ContactProof
from services.outreach.domain.steps import WAITING_WHILE_STOPPED, Step, Stop, StopReason
from services.outreach.letters import letters_of
from shared.mail import Letter
from shared.values import Channel, FailureReason, Interest, Lane, Party
from shared.working_days import Seat, is_working_day
from tests.clockwork import BEGINNINGS, Clock
from tests.examples import ASHIKAGA, LISTING, SPRINGFIELD
from tests.outreach.states import SIDES, STAFF

SEATS = [
    None,
    *(
        Seat(country=country, timezone=timezone)
        for country, timezone in (
            ("JP", "Asia/Tokyo"),
            ("US", "America/New_York"),
            ("SA", "Asia/Riyadh"),
            ("CN", "Asia/Shanghai"),
            ("DE", "Europe/Berlin"),
            ("NP", "Asia/Kathmandu"),
            ("XX", "UTC"),
        )
    ),
]
MINUTE = timedelta(minutes=1)
NEW_CLOCKS = (
    Pair.ReplyReceived,
    Pair.FirstLetterSent,
    Pair.FollowUpSent,
    Pair.ThreadContactReplaced,
    Pair.ContactRetracted,
    Pair.InterestGauged,
    Pair.WritingReleased,
    Pair.ListingSetAside,
    Pair.PairReopened,
)
"""What begins a silence, or lets it begin anew: after it the same number of days may be told again."""
COURSE: list[Callable[[Pair, datetime, Seat | None], object]] = [
    lambda pair, at, seat: pair.contact(
        Channel.FOREIGN_EMBASSY, uuid4(), "JP", None, at, at, seat=seat
    ),
    lambda pair, at, seat: pair.contact(
        Channel.CITY_OFFICE, uuid4(), "JP", uuid4(), at, at, seat=seat
    ),
    lambda pair, at, seat: pair.receive_reply(next(iter(pair.threads)), uuid4(), at, at),
    lambda pair, at, seat: pair.gauge_interest(Interest.YES, at),
    lambda pair, at, seat: pair.find_contact(uuid4(), ContactProof.CALL_BACK, at),
    lambda pair, at, seat: pair.arrange_introduction(at + timedelta(days=9), at),
    lambda pair, at, seat: pair.hold_introduction(at.date(), at),
    lambda pair, at, seat: pair.hand_over(at.date(), at),
    lambda pair, at, seat: pair.send_invitation(STAFF, at.date(), at),
]
"""From the first letter to the invitation, a day each."""
WHILE_STOPPED = {step for step, _, _ in WAITING_WHILE_STOPPED.values()}
REASONS = st.sampled_from([StopReason.PAUSED, StopReason.LAPSED, StopReason.NOT_CHOSEN])
some_number = st.integers(0, 5)


class PairsClock(Clock):
    """A pair as the service keeps it: after each change deadlines are written down anew, and what is due is done."""

    @initialize(
        begins=BEGINNINGS,
        begins_with=st.integers(0, len(COURSE)),
        seat=st.sampled_from(SEATS),
    )
    def open(self, begins: datetime, begins_with: int, seat: Seat | None) -> None:
        """Somewhere on its way: the later states are met as often as the first ones."""
        self.now = begins
        self.told: dict[UUID, int] = defaultdict(int)
        self.keep(Pair(SIDES, SPRINGFIELD, ASHIKAGA, Lane.SHORTLIST, None, begins))
        for step in COURSE[:begins_with]:
            self.now += timedelta(days=1)
            step(self.pair, self.now, seat)
            self.record()

    @property
    def pair(self) -> Pair:
        pair: Pair = self.subject
        return pair

    def letters_of(self, event: Any) -> Iterable[Letter]:
        return letters_of(event)

    def check_event(self, event: Any, letters: list[Letter]) -> None:
        if isinstance(event, NEW_CLOCKS):
            self.told.clear()
        if isinstance(event, Pair.FollowUpDue):
            assert event.days_silent > self.told[event.thread_id], "told twice"
            self.told[event.thread_id] = event.days_silent
        if isinstance(event, Pair.MemberAsked):
            assert letters

    def thread(self, number: int) -> UUID:
        threads = list(self.pair.threads)
        return threads[number % len(threads)] if threads else uuid4()

    # What people do.

    @rule(
        channel=st.sampled_from(Channel),
        seat=st.sampled_from(SEATS),
        has_letter=st.booleans(),
        in_office_hours=st.booleans(),
        days_ago=st.integers(0, 40),
    )
    def write(
        self,
        channel: Channel,
        seat: Seat | None,
        has_letter: bool,
        in_office_hours: bool,
        days_ago: int,
    ) -> None:
        letter = uuid4() if has_letter else None
        at = self.now if has_letter else self.now - timedelta(days=days_ago)
        contact = uuid4() if has_letter else None
        self.does(
            lambda: self.pair.contact(
                channel,
                contact,
                "JP",
                letter,
                at,
                self.now,
                seat=seat,
                in_office_hours=in_office_hours,
            )
        )
        self.keep_time()

    @rule(number=some_number, in_office_hours=st.booleans())
    def follow_up(self, number: int, in_office_hours: bool) -> None:
        thread = self.thread(number)
        self.does(
            lambda: self.pair.write_follow_up(
                thread, uuid4(), self.now, in_office_hours=in_office_hours
            )
        )

    @rule(number=some_number)
    def follow_up_by_telephone(self, number: int) -> None:
        thread = self.thread(number)
        self.does(lambda: self.pair.note_own_follow_up(thread, self.now, self.now))
        self.keep_time()

    @rule(number=some_number, fate=st.sampled_from(["sent", "refused", "dropped", "bounced"]))
    def the_letter(self, number: int, fate: str) -> None:
        """What the ledger says of a letter that is on its way; an out-of-office answer to it says nothing."""
        thread = self.pair.threads.get(self.thread(number))
        if thread is None:
            return
        letter = thread.letter_id or thread.taken_back_id or uuid4()
        fates: dict[str, Callable[[], object]] = {
            "sent": lambda: self.pair.letter_went_out(
                thread.thread_id, letter, self.now, is_first=thread.is_first_letter
            ),
            "refused": lambda: self.pair.letter_was_refused(thread.thread_id, letter, self.now),
            "dropped": lambda: self.pair.letter_was_dropped(thread.thread_id, letter, self.now),
            "bounced": lambda: self.pair.report_bounce(thread.thread_id, self.now),
        }
        self.does(fates[fate])
        self.does(fates[fate])
        self.keep_time()

    @rule(number=some_number, days_ago=st.integers(0, 12))
    def reply(self, number: int, days_ago: int) -> None:
        """While the city is being asked, all clocks begin anew."""
        thread, at = self.thread(number), self.now - timedelta(days=days_ago)
        if self.does(lambda: self.pair.receive_reply(thread, uuid4(), at, self.now)):
            self.all_clocks_begin_after(at)
        self.keep_time()

    def all_clocks_begin_after(self, at: datetime) -> None:
        for each in self.pair.threads.values():
            is_still = each.is_unsent or each.undeliverable_since or each.is_first_letter_pending
            if self.pair.is_asking and self.pair.interest is None and not is_still:
                assert self.deadlines[f"silence/{each.thread_id}"] >= at + timedelta(days=7)
                assert each.days_asked == 0

    @rule(number=some_number, how=st.sampled_from(["reply", "contact"]))
    def take_back(self, number: int, how: str) -> None:
        thread, pair = self.thread(number), self.pair
        take_back = pair.retract_reply if how == "reply" else pair.retract_contact
        self.does(lambda: take_back(thread, self.now))
        self.keep_time()

    @rule(number=some_number, seat=st.sampled_from(SEATS))
    def give_another_contact(self, number: int, seat: Seat | None) -> None:
        thread = self.thread(number)
        self.does(lambda: self.pair.replace_contact(thread, uuid4(), self.now, seat))

    @rule(interest=st.sampled_from(Interest))
    def gauge(self, interest: Interest) -> None:
        self.does(lambda: self.pair.gauge_interest(interest, self.now))
        self.keep_time()

    @rule(in_days=st.integers(1, 40))
    def arrange(self, in_days: int) -> None:
        """A later date replaces an earlier one, and the pair waits for it."""
        at, pair = self.now + timedelta(days=in_days), self.pair
        self.does(lambda: pair.find_contact(uuid4(), ContactProof.CALL_BACK, self.now))
        events = self.does(lambda: pair.arrange_introduction(at, self.now))
        if any(isinstance(each, Pair.IntroductionArranged) for each in events):
            assert pair.waits_for().due_on == at.date()

    @rule(
        what=st.sampled_from(
            ["call_off", "miss", "hold", "hand_over", "take_back", "call", "invite", "intent"]
        )
    )
    def go_on(self, what: str) -> None:
        pair, now = self.pair, self.now
        day = now.date()
        ways: dict[str, Callable[[], object]] = {
            "call_off": lambda: pair.call_off_introduction(now),
            "miss": lambda: pair.miss_introduction(now),
            "hold": lambda: pair.hold_introduction(day, now),
            "hand_over": lambda: pair.hand_over(day, now),
            "take_back": lambda: pair.retract_hand_over(now),
            "call": lambda: pair.call_member(now),
            "invite": lambda: pair.send_invitation(STAFF, day, now),
            "intent": lambda: pair.sign_letter_of_intent(STAFF, day, now),
        }
        events = self.does(ways[what])
        if any(isinstance(each, Pair.IntroductionCalledOff) for each in events):
            assert self.pair.introduction_at is None
            assert self.pair.waits_for().step is not Step.HOLD_INTRODUCTION
        self.keep_time()

    @rule(reason=REASONS, days=st.one_of(st.none(), st.integers(1, 90)))
    def stop(self, reason: StopReason, days: int | None) -> None:
        until = None if days is None else (self.now + timedelta(days=days)).date()
        self.does(lambda: self.pair.stop(reason, self.now, until))

    @precondition(lambda self: self.pair.stops)
    @rule()
    def release(self) -> None:
        for reason in list(self.pair.stops):
            self.does(partial(self.pair.release, reason, self.now))
        self.keep_time()

    @rule(is_found=st.booleans())
    def listing(self, is_found: bool) -> None:
        pair, now = self.pair, self.now
        self.does(lambda: pair.find_listing(LISTING, now) if is_found else pair.lose_listing(now))
        self.keep_time()

    @rule(is_paused=st.booleans(), days=st.integers(0, 60))
    def fail_and_go_on(self, is_paused: bool, days: int) -> None:
        self.does(lambda: self.pair.fail(FailureReason.SILENT, (), self.now))
        self.everything_has_a_step_somebody_and_a_date()
        self.now += timedelta(days=days)
        assert self.keep_time() == []
        stops = {StopReason.PAUSED: Stop(since=self.now)} if is_paused else {}
        self.does(lambda: self.pair.reopen(stops, None, self.now))
        self.keep_time()

    # Time.

    @precondition(lambda self: any(k.startswith("silence/") for k in self.deadlines))
    @rule(number=some_number)
    def somebody_answers_a_minute_before(self, number: int) -> None:
        """What was due is not due any more, in no thread of the pair, and letters on their way are taken back."""
        self.now = max(self.now, min(self.deadlines.values()) - MINUTE)
        thread, other = self.thread(number), self.thread(number + 1)
        self.does(lambda: self.pair.write_follow_up(other, uuid4(), self.now))
        events = self.does(lambda: self.pair.receive_reply(thread, uuid4(), self.now, self.now))
        if events:
            written = [x for x in self.pair.threads.values() if not x.is_first_letter_pending]
            assert all(each.letter_id is None for each in written)
            self.now += 2 * MINUTE
            assert not [x for x in self.keep_time() if isinstance(x, Pair.FollowUpDue)]

    # What holds at all times.

    @invariant()
    def everything_has_a_step_somebody_and_a_date(self) -> None:
        waiting = [self.pair.waits_for()]
        waiting += [self.pair.thread_waits_for(each) for each in self.pair.threads.values()]
        for each in waiting:
            if self.pair.is_open:
                assert each.step in WHILE_STOPPED or not self.pair.stops
                assert each.step is not Step.NONE
                assert each.holder is not Party.NOBODY
                assert each.due_on is not None
            else:
                assert (each.step, each.due_on) == (Step.NONE, None)

    @invariant()
    def nothing_waits_for_others_without_a_timer(self) -> None:
        """Whatever a city, a channel or the member has to do comes back to staff by itself."""
        pair = self.pair
        if not pair.is_open or pair.stops:
            assert self.deadlines == {}
            return
        for thread in pair.threads.values():
            waiting = pair.thread_waits_for(thread)
            if waiting.holder in (Party.CHANNEL, Party.FOREIGN_CITY):
                dates = {due_at.date() for due_at in self.deadlines.values()}
                assert waiting.due_on in dates
        if pair.waits_for().holder is Party.MEMBER:
            assert "member_silent" in self.deadlines

    @invariant()
    def nothing_is_due_on_a_day_off(self) -> None:
        for kind, due_at in self.deadlines.items():
            if kind.startswith("silence/"):
                seat = self.pair.threads[UUID(kind.removeprefix("silence/"))].seat
                if seat is not None:
                    there = due_at.astimezone(ZoneInfo(seat.timezone)).date()
                    assert is_working_day(seat.country, there)


PairsClock.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestThePairsClock = PairsClock.TestCase
