"""The clock on real PostgreSQL: two timekeepers, the ledger of letters, mail as it comes in, and a time that jumps."""

import random
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.outreach import mail_in, outbox, subscribers
from services.outreach.application import Outreach
from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import pair_id
from services.outreach.domain.steps import Step, StopReason
from services.outreach.rows import Contact, LetterText
from shared import events as heard
from shared.deadlines import Timekeeper
from shared.examples import EXAMPLES
from shared.gazetteer import Gazetteer
from shared.inbox import Inbox
from shared.mail import Ledger
from shared.migrations import migrate
from shared.refusals import Refusal
from shared.return_address import About, Matter, ReturnAddresses
from shared.values import Channel, Party
from tests.clients import vault
from tests.outreach.test_clock import NEW_CLOCKS

RETURNS = ReturnAddresses("a secret of this test")
DESK = "partnerships@sister-cities.org"
WAYS = (
    (Channel.FOREIGN_EMBASSY, "JP", "US", "Washington"),
    (Channel.US_CONSULATE, "JP", "JP", "Osaka"),
    (Channel.MUNICIPAL_ASSOCIATION, "JP", "JP", "Tokyo"),
    (Channel.TWINNING_ORGANISATION, "JP", "DE", "Berlin"),
)
BEGINS = datetime(2025, 4, 21, 15, tzinfo=UTC)
"""Golden Week is near; long ago, so that whatever is to go out at the test's time may go out now."""


@pytest.fixture(scope="module")
def outreach(platform: Platform) -> Iterator[Outreach]:
    """On a database of its own: what is heard here was said by nobody."""
    name = f"outreach_{uuid4().hex[:8]}"

    def database(role: str) -> str:
        return make_conninfo(platform.postgres_dsn("outreach", role), dbname=name)

    with psycopg.connect(platform.postgres_dsn("outreach", "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} OWNER outreach_owner".encode())
    migrate("outreach", database("owner"))
    service = Outreach(database("app"), vault(platform, "outreach"), Gazetteer(GAZETTEER))
    service.words = outbox.translate
    yield service
    service.close()


@dataclass
class Town:
    """One pair, and all that happens to it, by chance that can be repeated."""

    outreach: Outreach
    seed: int
    now: datetime = BEGINS
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.outreach.clock = lambda: self.now
        self.case, told = uuid4(), subscribers.handlers(self.outreach)
        for subject in ("intake.CitySeekingRequested.v1", "matching.ShortlistSelected.v1"):
            facts = {"case_id": self.case, "happened_at": self.now}
            event: Any = EXAMPLES[subject].model_copy(update=facts)
            told[type(event)](event)
        city = EXAMPLES["matching.ShortlistSelected.v1"]
        assert isinstance(city, heard.ShortlistSelected)
        self.id = pair_id(self.case, city.choices[0].community_id)
        self.inbox: Inbox = mail_in.inbox(self.outreach, RETURNS)

    @property
    def pair(self) -> Pair:
        return self.outreach.load(Pair, self.id)

    def events(self) -> list[Any]:
        return list(self.outreach.events.get(self.id))

    def keep_time(self) -> None:
        """Two instances at once, until nothing is due."""
        keepers = [Timekeeper(self.outreach, self.outreach) for _ in range(2)]
        with ThreadPoolExecutor(2) as both:
            for _ in range(3):
                list(both.map(lambda keeper: keeper.run_due(self.now), keepers))
        assert not any(keeper.complaints for keeper in keepers)
        left = self.outreach.rows(
            "SELECT kind FROM deadlines WHERE subject_id = %(id)s AND due_at <= %(now)s",
            id=self.id,
            now=self.now,
        )
        assert left == []

    def post(self) -> None:
        """Each letter of the ledger is sent, or refused; a claim is made once."""
        ledger = Ledger(self.outreach)
        for effect_id in self.due():
            effect = ledger.claim(effect_id)
            assert effect is not None
            assert ledger.claim(effect_id) is None
            state = "refused" if self.chance.random() < 0.1 else "sent"
            ledger.settle(effect, state)
            ledger.settle(effect, state)
            if state == "sent":
                self.sent.append(str(effect.facts.get("letter_id", effect.id)))

    def due(self) -> list[UUID]:
        found = self.outreach.rows(
            "SELECT id FROM effects WHERE subject_id = %(id)s AND state = 'due' AND due_at <= %(now)s",
            id=self.id,
            now=self.now,
        )
        return [row["id"] for row in found]

    # What may happen.

    def write(self) -> None:
        channel, country, seat, city = self.chance.choice(WAYS)
        contact = Contact(
            channel=channel,
            country=country,
            seat_country=seat,
            city=city,
            name=f"Contact {uuid4()}",
            email=f"{uuid4()}@example.org",
        )
        number = self.outreach.add_contact(contact).id
        self.outreach.contact(self.id, channel, number, None, self.text())

    def text(self) -> LetterText | None:
        if self.chance.random() < 0.3:
            return None
        office_hours = self.chance.random() < 0.5
        return LetterText(subject="A sister city", body="Dear all", in_office_hours=office_hours)

    def thread(self) -> UUID:
        return self.chance.choice(list(self.pair.threads) or [uuid4()])

    def follow_up(self) -> None:
        self.outreach.follow_up(self.id, self.thread(), self.text())

    def comes(self, **heads: str) -> None:
        """A mail to the signed address of a thread: brought twice, it counts once."""
        thread, mail = self.thread(), EmailMessage()
        mail["From"], mail["To"] = "x@example.org", RETURNS.of(DESK, Matter(About.THREAD, thread))
        mail["Subject"], mail["Message-ID"] = "Re: A sister city", f"<{uuid4()}@example.org>"
        for name, value in heads.items():
            mail[name.replace("_", "-")] = value
        mail.set_content("Yes, gladly.")
        for _ in range(2):
            self.inbox.receive(mail.as_bytes())

    def answer(self) -> None:
        """Nothing that was due to go out before the answer goes out after it."""
        before = len(self.events())
        self.comes()
        if any(isinstance(each, Pair.ReplyReceived) for each in self.events()[before:]):
            kinds = self.outreach.rows(
                "SELECT kind FROM effects WHERE subject_id = %(id)s AND state = 'due'", id=self.id
            )
            assert {"follow_up", "member_asked"}.isdisjoint(row["kind"] for row in kinds)

    def answer_a_minute_before(self) -> None:
        soon = [
            row["due_at"]
            for row in self.outreach.rows(
                "SELECT due_at FROM deadlines WHERE subject_id = %(id)s AND kind LIKE 'silence/%%'",
                id=self.id,
            )
        ]
        if soon:
            self.now = max(self.now, min(soon) - timedelta(minutes=1))
            before = len(self.events())
            self.answer()
            has_answered = len(self.events()) > before
            self.now += timedelta(minutes=2)
            self.keep_time()
            asked = [x for x in self.events()[before:] if isinstance(x, Pair.FollowUpDue)]
            assert not (has_answered and asked)

    def out_of_office(self) -> None:
        """The clocks go on as if nothing had come."""
        before = self.pair.deadlines(), self.pair.version
        self.comes(Auto_Submitted="auto-replied")
        assert (self.pair.deadlines(), self.pair.version) == before

    def bounce(self) -> None:
        self.outreach.report_bounce(self.id, self.thread())

    def rest(self) -> None:
        reason = self.chance.choice([StopReason.PAUSED, StopReason.LAPSED])
        self.outreach.stop_case(self.case, reason, self.now)
        assert self.due() == []
        self.now += timedelta(days=self.chance.randint(1, 40))
        self.keep_time()
        self.outreach.release_case(self.case, reason, self.now)

    def time_goes_by(self) -> None:
        self.now += timedelta(hours=self.chance.randint(1, 24 * 12))

    def the_clock_jumps(self) -> None:
        self.now += timedelta(days=self.chance.choice([-20, -1, 30, 90]))

    def lives(self, moments: int) -> None:
        ways = [self.write, self.follow_up, self.answer, self.answer_a_minute_before]
        ways += [self.out_of_office, self.bounce, self.rest, self.the_clock_jumps]
        ways += [self.time_goes_by] * 4
        for _ in range(moments):
            try:
                self.chance.choice(ways)()
            except Refusal:
                continue
            self.keep_time()
            self.post()
            self.has_a_step()

    def has_a_step(self) -> None:
        """As the list of pairs shows it."""
        (row,) = self.outreach.rows(
            "SELECT is_open, step, holder, due_on FROM pairs WHERE pair_id = %(id)s", id=self.id
        )
        assert row["is_open"]
        assert row["step"] != Step.NONE
        assert row["holder"] != Party.NOBODY
        assert row["due_on"] is not None


def told_once(events: list[Any]) -> None:
    told: dict[UUID, int] = defaultdict(int)
    for each in events:
        if isinstance(each, NEW_CLOCKS):
            told.clear()
        if isinstance(each, Pair.FollowUpDue):
            assert each.days_silent > told[each.thread_id]
            told[each.thread_id] = each.days_silent


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_nothing_stalls_and_nothing_fires_twice(
    outreach: Outreach, seed: int
) -> None:
    """With mail, silences, stops and jumps: always a step with a date, each silence told and each letter sent once."""
    town = Town(outreach, seed)
    town.lives(40)
    told_once(town.events())
    assert len(town.sent) == len(set(town.sent))
    assert any(isinstance(each, Pair.FollowUpDue) for each in town.events())
