"""What every event-sourced service can do: load aggregates, and record them with all that shares their transaction."""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, TypeVar, cast
from uuid import UUID, uuid5

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import IntegrityError, Mapper
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import get_topic
from psycopg import Cursor
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb
from pydantic import BaseModel, Field

from shared.aggregates import Aggregate, DomainEvent, PydanticMapper
from shared.context import Cause, Command, current_cause, current_command
from shared.events import PublicEvent, public_names
from shared.mail import Effect, Letter
from shared.recorder import Hearing, Moved, Recorder, Rehearsed, Write
from shared.refusals import ChangedMeanwhile, HappenedAtOnce, KeyUsedForAnother, NotFound
from shared.vault import Vault

A = TypeVar("A", bound=Aggregate)
Clock = Callable[[], datetime]
Translate = Callable[[Any], PublicEvent | None]
current_hearing: ContextVar[Hearing | None] = ContextVar("current_hearing", default=None)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Receipt(BaseModel):
    """The answer to every command."""

    id: Annotated[UUID, Field(description="What was created or changed.")]
    version: Annotated[
        int, Field(description="Its version now; send it as If-Match to change this version only.")
    ]
    position: Annotated[
        str, Field(description="Give it to the directory as ?after= to read your own write.")
    ]


class Service(Application[UUID]):
    """A service's abilities stand in a subclass; `name` is the service's, in small letters."""

    def __init__(
        self, database_url: str, clock: Clock = utc_now, vault: Vault | None = None
    ) -> None:
        self.database_url, self.clock, self._vault = database_url, clock, vault
        self.words: Translate | None = None
        """The service's outbox, given by main: what an event is in public words."""
        self.is_held: Callable[[], bool] = lambda: False
        """Given by main: whether letters, deadlines and what is heard wait, as stream and store may have parted."""
        super().__init__(env=_library_settings(database_url))

    @property
    def vault(self) -> Vault:
        """The keys of what this service keeps sealed."""
        assert self._vault is not None, f"{self.name} was made without a vault"
        return self._vault

    def close(self) -> None:
        super().close()
        if self._vault is not None:
            self._vault.close()

    def construct_mapper(self) -> Mapper[UUID]:
        return PydanticMapper(transcoder=cast(Any, None))

    def construct_recorder(self) -> Recorder:
        factory = cast(PostgresFactory, self.factory)
        return Recorder(
            factory.datastore, events_table_name="events", tracking_table_name="tracking"
        )

    def letters(self, event: DomainEvent) -> Iterable[Letter]:
        """The mail that an event causes; a subclass answers with one match statement."""
        return ()

    def letter_settled(self, effect: Effect, state: str, write: Write) -> None:
        """A letter went out, or never will; a subclass may record that, in the same transaction as the ledger."""
        with self.transaction() as curs:
            write(curs)

    @cached_property
    def public_topics(self) -> list[str]:
        names = public_names(self.name)
        return [topic for topic in _topics(self.name) if topic.rpartition(".")[2] in names]

    def check_topics(self, after: int, last: int) -> None:
        """Beside a newer version, what only that one knows must not be passed over. Raises RuntimeError, naming it."""
        found = self.rows(
            "SELECT DISTINCT topic FROM events WHERE notification_id > %(after)s AND notification_id <= %(last)s",
            after=after,
            last=last,
        )
        if unknown := sorted({row["topic"] for row in found} - set(_topics(self.name))):
            raise RuntimeError(f"a newer version recorded {unknown}; it will publish them")

    def rows_of(self, aggregate: Aggregate) -> Iterable[Write]:
        """Rows that follow from an aggregate's state; written with its events, a subclass names them."""
        return ()

    def load(self, kind: type[A], aggregate_id: UUID) -> A:
        """Raises NotFound where there is none of that kind."""
        try:
            found: object = self.repository.get(aggregate_id)
        except AggregateNotFoundError:
            found = None
        if not isinstance(found, kind):
            raise NotFound(thing=kind.__name__.lower(), id=aggregate_id)
        return found

    def find(self, kind: type[A], aggregate_id: UUID) -> A | None:
        try:
            return self.load(kind, aggregate_id)
        except NotFound:
            return None

    def record(self, *aggregates: Aggregate, also: Sequence[Write] = ()) -> Receipt:
        """Record what happened to the aggregates, the first of which the receipt names, in one transaction.

        In the same transaction: `also` (rows of the service), deadlines, letters due, the place of the message being
        heard, the receipt under the command's idempotency key. Raises ChangedMeanwhile, HappenedAtOnce, Moved.
        """
        command, hearing = current_command.get(), current_hearing.get()
        subject = aggregates[0]
        events = [
            cast(DomainEvent, event)
            for aggregate in aggregates
            for event in aggregate.pending_events
        ]
        _check_expectation(command, subject)
        self._check_words(events)
        receipt: list[Receipt] = []

        def keep_receipt(curs: Cursor[Any], ids: Sequence[int]) -> None:
            position = self._last_public(curs, max(ids, default=None))
            receipt.append(Receipt(id=subject.id, version=subject.version, position=position))
            if command is not None:
                _insert_receipt(curs, command, receipt[-1])
            if hearing is not None and hearing.is_rehearsal:
                raise Rehearsed(
                    [type(e).__name__ for e in events],
                    [x.kind for e in events for x in self.letters(e)],
                )

        # Without an event nothing tells whether the state is the newest: then its rows stay as they are.
        changed = [aggregate for aggregate in aggregates if aggregate.pending_events]
        derived = [row for each in changed for row in (deadline_rows(each), *self.rows_of(each))]
        writes = [*also, *derived, *self._letter_rows(events)]
        try:
            self.save(*aggregates, hearing=hearing, writes=writes, writes_after=[keep_receipt])
        except IntegrityError:
            return self._after_conflict(command, hearing)
        current_hearing.set(None)
        return receipt[-1]

    def keep(self, *writes: Write) -> None:
        """Rows alone, no event: what a subscriber notes of others; moves the place of the message being heard."""
        hearing = current_hearing.get()
        try:
            self._recorder.insert_events([], hearing=hearing, writes=writes)
        except IntegrityError as problem:
            if hearing is None:
                raise
            raise Moved(str(problem)) from problem
        current_hearing.set(None)

    def _check_words(self, events: Sequence[DomainEvent]) -> None:
        """What cannot be said in public words is not recorded: the relay could never get past it."""
        for event in events:
            if self.words is not None and get_topic(type(event)) in self.public_topics:
                assert self.words(event) is not None, f"no words for {get_topic(type(event))}"

    def _letter_rows(self, events: Sequence[Any]) -> list[Write]:
        return [
            letter.row(uuid5(event.originator_id, f"{event.originator_version}:{i}"))
            for event in events
            for i, letter in enumerate(self.letters(event))
        ]

    def _after_conflict(self, command: Command | None, hearing: Hearing | None) -> Receipt:
        """Somebody was first; if it was this very command, whose answer got lost, its receipt is there."""
        if hearing is not None:
            raise Moved("recorded by somebody else, or by an attempt whose answer was lost")
        receipt = self.earlier_receipt(command) if command is not None else None
        if receipt is None:
            raise HappenedAtOnce
        return receipt

    def earlier_receipt(self, command: Command) -> Receipt | None:
        """What this caller was answered under this idempotency key. Raises KeyUsedForAnother."""
        rows = self.rows(
            "SELECT fingerprint, receipt FROM idempotency_keys"
            " WHERE caller = %(caller)s AND key = %(key)s AND receipt IS NOT NULL",
            caller=command.caller.subject,
            key=command.key,
        )
        if not rows:
            return None
        if rows[0]["fingerprint"] != command.fingerprint:
            raise KeyUsedForAnother(key=command.key)
        return Receipt.model_validate(rows[0]["receipt"])

    def _last_public(self, curs: Cursor[Any], position: int | None) -> str:
        found = curs.execute(
            "SELECT max(notification_id) AS last FROM events"
            " WHERE topic = ANY(%(topics)s) AND (%(position)s::bigint IS NULL OR notification_id <= %(position)s)",
            {"topics": self.public_topics, "position": position},
        ).fetchone()
        return f"{self.name}:{(found and found['last']) or 0}"

    def lineage(self) -> UUID:
        """This life of the store."""
        return cast(
            UUID, self.rows("SELECT id FROM lineage ORDER BY began_at DESC LIMIT 1")[0]["id"]
        )

    def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        with self.transaction() as curs:
            return list(curs.execute(cast(Any, sql), parameters).fetchall())

    def rows_after(
        self, writes: Sequence[Write], sql: str, **parameters: Any
    ) -> list[dict[str, Any]]:
        """As `rows` will answer once these are written: tried out, undone, for what is recorded together with them."""
        with self._recorder.datastore.transaction(commit=False) as curs:
            for write in writes:
                write(curs)
            return list(curs.execute(cast(Any, sql), parameters).fetchall())

    @contextmanager
    def transaction(self) -> Any:
        """A cursor over the service's own rows; events are recorded with `record` alone."""
        with self._recorder.datastore.transaction(commit=True) as curs:
            yield curs

    @property
    def _recorder(self) -> Recorder:
        return cast(Recorder, self.recorder)

    @contextmanager
    def hearing(self, hearing: Hearing) -> Any:
        """While a message is heard: the next `record` moves the place, and its events name the message as cause."""
        message = hearing.message
        told = current_hearing.set(hearing)
        # An operator's replay is a command of its own; what is heard again keeps the cause that it had.
        commanded = current_command.set(None)
        cause = current_cause.set(
            Cause(correlation=message.correlation, causation=message.event_id)
        )
        try:
            yield
        finally:
            current_hearing.reset(told)
            current_command.reset(commanded)
            current_cause.reset(cause)


def _library_settings(database_url: str) -> dict[str, str]:
    parts = conninfo_to_dict(database_url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts.get("host", "")),
        "POSTGRES_PORT": str(parts.get("port", 5432)),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts.get("password", "")),
        "POSTGRES_LOCK_TIMEOUT": "5",
        "POSTGRES_POOL_SIZE": "4",
        "POSTGRES_CONNECT_TIMEOUT": "10",
        "CREATE_TABLE": "n",
    }


def _topics(service: str) -> list[str]:
    """The stored topics of all domain events of a service that have been imported."""
    found: list[str] = []
    for aggregate in Aggregate.__subclasses__():
        if get_topic(aggregate).startswith(f"{service}."):
            found += [
                get_topic(event)
                for event in vars(aggregate).values()
                if isinstance(event, type) and issubclass(event, DomainEvent)
            ]
    return found


def _check_expectation(command: Command | None, subject: Aggregate) -> None:
    if command is None or command.expected_version is None:
        return
    if subject.version - len(subject.pending_events) != command.expected_version:
        raise ChangedMeanwhile


def _insert_receipt(curs: Cursor[Any], command: Command, receipt: Receipt) -> None:
    curs.execute(
        "INSERT INTO idempotency_keys (caller, key, fingerprint, receipt)"
        " VALUES (%(caller)s, %(key)s, %(fingerprint)s, %(receipt)s)",
        {
            "caller": command.caller.subject,
            "key": command.key,
            "fingerprint": command.fingerprint,
            "receipt": Jsonb(json.loads(receipt.model_dump_json())),
        },
    )


def deadline_rows(aggregate: Aggregate) -> Write:
    """Replaces the rows of an aggregate by what its state asks for now."""
    wanted = aggregate.deadlines()

    def write(curs: Cursor[Any]) -> None:
        curs.execute(
            "DELETE FROM deadlines WHERE subject_id = %(id)s AND kind <> ALL(%(kinds)s)",
            {"id": aggregate.id, "kinds": list(wanted)},
        )
        for kind, due_at in wanted.items():
            curs.execute(
                "INSERT INTO deadlines VALUES (%(id)s, %(kind)s, %(due_at)s)"
                " ON CONFLICT (subject_id, kind) DO UPDATE SET due_at = excluded.due_at",
                {"id": aggregate.id, "kind": kind, "due_at": due_at},
            )

    return write
