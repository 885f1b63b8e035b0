"""The one checker: what must hold after any fault, from the stores and the clients' own histories alone.

I9 (read your writes) and I13 (audit) are tested where their doors are; I14 is readiness.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from services.directory import generations
from services.directory.read_models import Pool, ReadModels
from shared.events import SOURCES
from shared.migrations import migrate
from tests.faults.history import commands, lines
from tests.faults.stores import Recorded, Stores

FOLD = "directory_fold"
TOLD_BY_MAIL = {"FirstLetterSent", "FollowUpSent", "MessageBounced", "LetterDropped"}
"""What a thread of outreach notes of a letter whose fate is known."""
CANCELLING = {"CitySeekingPaused", "CitySeekingWithdrawn", "CitySeekingClosed"}
"""After these nobody is written to (the programme's own word): an invitation may have been cancelled."""


@dataclass
class Checker:
    """`planted` is the poison that must be parked; `lost` are event ids that a restored store no longer holds."""

    stores: Stores
    histories: Path
    planted: set[tuple[str, str, int]] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)

    def violations(self, patience: float = 60, *, mail_is_settled: bool = False) -> list[str]:
        """Everything that is wrong, each with the number of its invariant; waits until nothing moves any more.

        A letter that goes out late, or a deadline, may move something while it is looked at: then once more.
        """
        until = time.monotonic() + patience
        while True:
            found = list(self.i11_lag_goes_back_to_zero(patience, with_mail=mail_is_settled))
            before = self._movement()
            found += self._look(mail_is_settled)
            if self._movement() == before or time.monotonic() > until:
                return found

    def _movement(self) -> list[Any]:
        """What is not the same before and after something has happened."""
        stores = self.stores
        recorded = [(stores.last_recorded(s), stores.last_published(s)) for s in stores.sources]
        heard = [stores.places(subscriber) for subscriber in stores.services]
        letters = sorted((row["id"], row["state"]) for row in stores.letters())
        return [recorded, heard, letters, stores.mails()]

    def _look(self, mail_is_settled: bool) -> list[str]:
        self.recorded = {source: self.stores.recorded(source) for source in self.stores.sources}
        self.published = {source: self.stores.published(source) for source in self.stores.sources}
        self.told = commands(self.histories)
        self.letters = self.stores.letters()
        self.written = {(row["subject_id"], row["facts"].get("thread_id")) for row in self.letters}
        found = [*self.i1_no_answer_without_its_event(), *self.i2_no_event_without_a_cause()]
        found += [*self.i3_each_cause_at_most_once(), *self.i4_versions_are_gapless()]
        found += [*self.i5_the_stream_is_the_store(), *self.i6_subscribers_are_at_the_head()]
        found += [*self.i8_each_letter_once(mail_is_settled), *self.i8_threads_hear_of_it_once()]
        found += self.b4_one_invitation_per_yes()
        found += [*self.i10_positions_never_go_back(), *self.i12_parked_is_what_was_planted()]
        if "directory" in self.stores.services:
            found += self.i7_the_directory_is_a_fold_of_the_streams()
        return found

    def i11_lag_goes_back_to_zero(
        self, patience: float, *, with_mail: bool = False
    ) -> Iterator[str]:
        """Everything recorded is published and heard, in a while, without a hand."""
        until = time.monotonic() + patience
        still = 0
        while still < 2:
            behind = list(self._behind(with_mail=with_mail))
            still = 0 if behind else still + 1
            if time.monotonic() > until:
                yield f"I11: after {patience:.0f} s {'; '.join(behind)}"
                return
            time.sleep(0.3)

    def _behind(self, *, with_mail: bool) -> Iterator[str]:
        try:
            heads = {source: self.stores.head(source) for source in self.stores.sources}
            for source, head in heads.items():
                if (last := self.stores.last_published(source)) != head:
                    yield f"{source} has recorded {head} and published {last}"
            for subscriber in self.stores.services:
                for source, place in self.stores.places(subscriber).items():
                    if place < heads[source]:
                        yield f"{subscriber} has heard {source} up to {place} of {heads[source]}"
            if with_mail and (due := [row for row in self.stores.letters() if row["is_due"]]):
                yield f"{len(due)} letters wait"
        except psycopg.OperationalError as problem:
            yield f"PostgreSQL: {problem}"

    def i1_no_answer_without_its_event(self) -> Iterator[str]:
        held, contacts = {event.id for event in self._events()} | self.lost, self.stores.contacts()
        for told in self.told.values():
            if told.was_refused_later or len({(r["id"], r["version"]) for r in told.receipts}) > 1:
                yield f"I1: {told.op} {told.key} was answered differently: {told.receipts}"
            for receipt in told.receipts:
                is_row = receipt["version"] <= contacts.get(receipt["id"], 0)
                if (
                    f"{told.service}:{receipt['id']}:{receipt['version']}" not in held
                    and not is_row
                ):
                    yield f"I1: {told.op} {told.key} was answered {receipt}, but no event is there"

    def i2_no_event_without_a_cause(self) -> Iterator[str]:
        """A command that a client tried and was not refused, an event of another store, a deadline, or a letter."""
        ids = {event.id for event in self._events()} | self.lost
        tried = {(t.service, t.key) for t in self.told.values() if t.outcome != "fail"}
        for event in self._events():
            is_asked = (event.service, event.cause) in tried or event.cause in ids
            if not (
                is_asked or event.cause.startswith("deadline:") or self._is_told_by_mail(event)
            ):
                yield f"I2: nobody asked for {event.name} {event.id}; its cause is {event.cause}"

    def _is_told_by_mail(self, event: Recorded) -> bool:
        """Of a letter that outreach wrote, in the thread that it belongs to."""
        of = (event.aggregate, str(event.data.get("thread_id")))
        return event.service == "outreach" and event.name in TOLD_BY_MAIL and of in self.written

    def i3_each_cause_at_most_once(self) -> Iterator[str]:
        """A command without an answer too: carried out once, or not at all."""
        many = Counter((e.service, e.cause, e.aggregate, e.topic) for e in self._events())
        for (_, cause, aggregate, topic), times in many.items():
            if times > 1 and not cause.startswith("deadline:"):
                yield f"I3: {cause} led to {topic} of {aggregate} {times} times"
        created = defaultdict(set)
        for event in self._events():
            told = self.told.get(event.cause)
            if event.version == 1 and told is not None and told.service == event.service:
                created[event.cause, event.topic].add(event.aggregate)
        for (cause, topic), aggregates in created.items():
            if len(aggregates) > 1:
                yield f"I3: {cause} created {len(aggregates)} aggregates with {topic}"

    def i4_versions_are_gapless(self) -> Iterator[str]:
        for source, events in self.recorded.items():
            versions = defaultdict(list)
            for event in events:
                versions[event.aggregate].append(event.version)
            for aggregate, found in versions.items():
                if found != list(range(1, len(found) + 1)):
                    yield f"I4: {source} {aggregate} has the versions {found}"

    def i5_the_stream_is_the_store(self) -> Iterator[str]:
        """Each public event once, in order, each naming the position before it."""
        for source, events in self.recorded.items():
            stored = [(e.position, e.id) for e in events if e.is_public]
            said = [(m.position, m.event_id) for m in self.published[source]]
            if said != stored:
                missing = [s for s in stored if s not in set(said)]
                strange = [s for s in said if s not in set(stored)]
                yield (
                    f"I5: the stream of {source} has {len(said)} messages for {len(stored)} public events:"
                    f" missing {missing[:5]}, strange {strange[:5]}, or out of order"
                )
            chain = [0, *(position for position, _ in said)][:-1]
            if chain != [m.previous for m in self.published[source]]:
                yield f"I5: the stream of {source} is not chained"

    def i6_subscribers_are_at_the_head(self) -> Iterator[str]:
        for subscriber in self.stores.services:
            for source, place in self.stores.places(subscriber).items():
                head = max((e.position for e in self.recorded[source] if e.is_public), default=0)
                if place != head:
                    yield f"I6: {subscriber} is at {place} of {source}, whose head is {head}"

    def i7_the_directory_is_a_fold_of_the_streams(self) -> Iterator[str]:
        """Row by row, against tables that are filled from nothing by the messages in the streams."""
        with self._scratch_directory() as dsn, pool_of(dsn) as pool:
            with pool.connection() as connection:
                generations.ensure(connection)
            self._fold(ReadModels(pool))
            app = self.stores.platform.postgres_dsn("directory")
            with pool.connection() as fold, psycopg.connect(app, row_factory=dict_row) as shown:
                yield from _differences(rows_of(shown), rows_of(fold))

    def _fold(self, models: ReadModels) -> None:
        aside = {(s, p) for subscriber, s, p in self.stores.parked() if subscriber == "directory"}
        for source in SOURCES:
            messages = self.published.get(source, [])
            kept = [m for m in messages if (source, m.position) not in aside]
            for first in range(0, len(kept), 200):
                run = kept[first : first + 200]
                models.apply(run, models.place(source).position)

    @contextmanager
    def _scratch_directory(self) -> Iterator[str]:
        """An empty database beside the directory's, with the directory's roles."""
        platform = self.stores.platform
        anew = (
            f"DROP DATABASE IF EXISTS {FOLD} WITH (FORCE)",
            f"CREATE DATABASE {FOLD} OWNER directory_owner",
        )
        with psycopg.connect(platform.postgres_dsn("postgres", "postgres"), autocommit=True) as c:
            for statement in anew:
                c.execute(statement)
            migrate("directory", _at(platform.postgres_dsn("directory", "owner")))
            yield _at(platform.postgres_dsn("directory"))
            c.execute(anew[0])

    def i8_each_letter_once(self, is_settled: bool) -> Iterator[str]:
        """One mail for a letter that the ledger calls sent, none for a cancelled one, and an explicit unknown."""
        mails = self.stores.mails()
        allowed = {"sent": {1}, "cancelled": {0}, "refused": {0}}
        for letter in self.letters:
            state, times = letter["state"], mails[letter["id"]]
            if times not in allowed.get(state, {0, 1}):
                yield f"I8: {letter['kind']} {letter['id']} is {state} and lies {times} times in the mailbox"
            if is_settled and (state == "sending" or letter["is_due"]):
                yield f"I8: {letter['kind']} {letter['id']} is still {state}"
        strange = set(mails) - {letter["id"] for letter in self.letters}
        if strange and not self.lost:
            yield f"I8: {len(strange)} mails are in no ledger"

    def i8_threads_hear_of_it_once(self) -> Iterator[str]:
        """A thread of outreach notes that its letter went out as often as the ledger says that it did."""
        noted = Counter(
            (event.aggregate, event.data["thread_id"])
            for event in self._events()
            if (event.service, event.name) == ("outreach", "FirstLetterSent")
        )
        sent = Counter(
            (row["subject_id"], row["facts"]["thread_id"])
            for row in self.letters
            if (row["kind"], row["state"]) == ("contact", "sent")
        )
        for (pair, thread), times in (noted - sent).items():
            yield f"I8: pair {pair} has heard {times} times too often that {thread} was written to"

    def b4_one_invitation_per_yes(self) -> Iterator[str]:
        if "intake" not in self.recorded:
            return
        events = self.recorded["intake"]
        rested = {str(e.aggregate) for e in events if e.name in CANCELLING}
        invitations = defaultdict(list)
        for letter in self.letters:
            if letter["kind"] == "debrief_invitation":
                invitations[str(letter["subject_id"])].append(letter["state"])
        for event in events:
            if event.name != "CitySeekingRequested":
                continue
            case = str(event.aggregate)
            states = invitations[case]
            if len(states) != 1 or (states == ["cancelled"] and case not in rested):
                yield f"I8: B4: the Yes of case {case} led to the invitations {states}"

    def i10_positions_never_go_back(self) -> Iterator[str]:
        """As they were seen while it happened; a note of a reset begins anew."""
        reached: dict[tuple[str, str], int] = {}
        for line in lines(self.histories, "positions-*.jsonl"):
            if line["is"] == "reset":
                reached = {k: v for k, v in reached.items() if k[0] != line["subscriber"]}
                continue
            of = (line["subscriber"], line["source"])
            if line["position"] < reached.get(of, 0):
                yield f"I10: {of[0]} went back in {of[1]} from {reached[of]} to {line['position']}"
            reached[of] = line["position"]

    def i12_parked_is_what_was_planted(self) -> Iterator[str]:
        parked = self.stores.parked()
        if parked != self.planted:
            forgotten, strange = self.planted - parked, parked - self.planted
            yield f"I12: not parked: {sorted(forgotten)}; parked and no poison: {sorted(strange)}"

    def _events(self) -> Iterable[Recorded]:
        return (event for events in self.recorded.values() for event in events)


def _at(dsn: str) -> str:
    return dsn.removesuffix("/directory") + f"/{FOLD}"


def pool_of(dsn: str) -> Pool:
    return ConnectionPool(dsn, kwargs={"row_factory": dict_row}, min_size=1, max_size=2, open=True)


def rows_of(connection: Any) -> dict[str, Counter[str]]:
    """Every row of the generation that is shown, as text, by table."""
    shown = generations.shown(connection)
    assert shown is not None
    return {
        name: Counter(
            row["row"]
            for row in connection.execute(
                psycopg.sql.SQL("SELECT t::text AS row FROM {} t").format(table)
            )
        )
        for name, table in generations.tables(shown["generation"])
    }


def _differences(shown: dict[str, Counter[str]], fold: dict[str, Counter[str]]) -> Iterator[str]:
    for table, rows in fold.items():
        gone, strange = rows - shown[table], shown[table] - rows
        if gone or strange:
            yield (
                f"I7: {table} is not the fold of the streams: {gone.total()} rows are missing, e.g."
                f" {[*gone][:1]}, {strange.total()} are strange, e.g. {[*strange][:1]}"
            )
