"""Stands before the public form without a captcha: a form of ours, old enough, worked for, sent once, not too often."""

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import altcha
from psycopg import Cursor
from psycopg.errors import UniqueViolation

from services.intake.domain.form import (
    FormRules,
    FormUsed,
    HiddenFieldFilled,
    NotOurForm,
    TooManyFromHere,
    WorkNotDone,
    guard_age,
)
from services.intake.limits import take
from shared.application import Service
from shared.recorder import Write

DAY = timedelta(days=1)
MAC_BYTES = 16
SAVED_FOR_ONE_SENT = 5
ALGORITHM = "PBKDF2/SHA-256"


@dataclass(frozen=True, slots=True)
class Guarded:
    """What comes with a form beside what the city wrote."""

    token: str
    work: str
    hidden: str
    network: str

    @property
    def has_work(self) -> bool:
        return bool(self.work)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A form that was handed out."""

    id: UUID
    issued_at: datetime


def hand_out(service: Service, rules: FormRules) -> tuple[str, dict[str, Any]]:
    """A fresh form's token, and the sum that a browser does before it sends it (ALTCHA)."""
    ticket = Ticket(uuid4(), service.clock())
    return _write(service, ticket), _challenge(service, ticket, rules)


def again(service: Service, rules: FormRules, token: str) -> tuple[str, dict[str, Any]]:
    """For a page that comes back with what was typed: the same form as long as it is good, else a fresh one."""
    try:
        ticket = _unsent(service, token)
    except (NotOurForm, FormUsed):
        return hand_out(service, rules)
    if service.clock() - ticket.issued_at > timedelta(seconds=rules.max_seconds):
        return hand_out(service, rules)
    return token, _challenge(service, ticket, rules)


def check(service: Service, rules: FormRules, given: Guarded) -> Write:
    """Raises what domain/form.py refuses; the write that it gives marks the form as sent."""
    ticket = examine(service, rules, given)
    _count(service, given, "form by network", rules.per_network)
    if not given.has_work:
        _count(service, given, "form without work by network", rules.per_network_without_work)
    return _spend(ticket)


def check_saving(service: Service, rules: FormRules, given: Guarded) -> None:
    """A form that is put by is not sent yet, so that it needs no sum; where it comes from is counted all the same."""
    _guard_hidden(given)
    ticket = _unsent(service, given.token)
    guard_age(ticket.issued_at, service.clock(), rules, has_work=True)
    _count(service, given, "forms saved by network", rules.per_network * SAVED_FOR_ONE_SENT)


def examine(service: Service, rules: FormRules, given: Guarded) -> Ticket:
    """All that costs nobody a place in a bucket."""
    _guard_hidden(given)
    ticket = _unsent(service, given.token)
    guard_age(ticket.issued_at, service.clock(), rules, has_work=given.has_work)
    if given.has_work and not _is_done(service, ticket, given.work):
        raise WorkNotDone
    return ticket


def _guard_hidden(given: Guarded) -> None:
    if given.hidden:
        raise HiddenFieldFilled


def _unsent(service: Service, token: str) -> Ticket:
    ticket = _read(service, token)
    if service.rows("SELECT 1 FROM sent_forms WHERE form_id = %(id)s", id=ticket.id):
        raise FormUsed
    return ticket


def _count(service: Service, given: Guarded, bucket: str, most: int) -> None:
    if not take(service, bucket, given.network, most, DAY, service.clock()):
        raise TooManyFromHere


def _spend(ticket: Ticket) -> Write:
    def write(curs: Cursor[Any]) -> None:
        try:
            curs.execute(
                "INSERT INTO sent_forms VALUES (%(id)s, %(issued_at)s)",
                {"id": ticket.id, "issued_at": ticket.issued_at},
            )
        except UniqueViolation:
            raise FormUsed from None

    return write


def _write(service: Service, ticket: Ticket) -> str:
    text = ticket.id.bytes + int(ticket.issued_at.timestamp() * 1000).to_bytes(8, "big")
    return base64.urlsafe_b64encode(text + _mac(service, text)).decode()


def _read(service: Service, token: str) -> Ticket:
    try:
        told = base64.urlsafe_b64decode(token.encode())
    except ValueError:
        raise NotOurForm from None
    text, mac = told[:24], told[24:]
    if len(told) != 24 + MAC_BYTES or not hmac.compare_digest(mac, _mac(service, text)):
        raise NotOurForm
    at = datetime.fromtimestamp(int.from_bytes(text[16:], "big") / 1000, UTC)
    return Ticket(UUID(bytes=text[:16]), at)


def _mac(service: Service, text: bytes) -> bytes:
    """By a key that all instances share and no database of ours holds."""
    return service.vault.digest(f"form {text.hex()}")[:MAC_BYTES]


def _challenge(service: Service, ticket: Ticket, rules: FormRules) -> dict[str, Any]:
    made = altcha.create_challenge(
        ALGORITHM,
        rules.work,
        data={"form": str(ticket.id)},
        hmac_secret=_key_of_sums(service),
    )
    return made.to_dict()


def _is_done(service: Service, ticket: Ticket, work: str) -> bool:
    """The sum of this very form, done right."""
    try:
        payload = altcha.Payload.from_base64(work)
        if (payload.challenge.parameters.data or {}).get("form") != str(ticket.id):
            return False
        return bool(altcha.verify_solution(payload, _key_of_sums(service)).verified)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False


def _key_of_sums(service: Service) -> bytes:
    return service.vault.digest("the key of the sums")


def solve(challenge: dict[str, Any]) -> str:
    """What a browser does; for programs that fill in the form on somebody's behalf, and for tests."""
    asked = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(asked)
    assert solution is not None
    return altcha.Payload(asked, solution).to_base64()
