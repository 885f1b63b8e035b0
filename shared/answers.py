"""Answers under idempotency keys: what a caller was told once is told again to a repeat, and nothing is done twice."""

from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

from shared.application import Service
from shared.context import Command, cause_now, current_cause, current_command
from shared.refusals import KeyUsedForAnother

JSON = "application/json"


def earlier_answer(service: Service, command: Command, status: int) -> Response | None:
    """What this caller was answered under this key; `status` is that of a receipt. Raises KeyUsedForAnother."""
    rows = service.rows(
        "SELECT fingerprint, receipt, sealed, status FROM idempotency_keys"
        " WHERE caller = %(caller)s AND key = %(key)s",
        caller=command.caller.subject,
        key=command.key,
    )
    if not rows:
        return None
    if rows[0]["fingerprint"] != command.fingerprint:
        raise KeyUsedForAnother(key=command.key)
    return _again(service, rows[0], status)


def _again(service: Service, row: dict[str, Any], status: int) -> Response | None:
    headers = {"Idempotent-Replay": "true"}
    if row["receipt"] is not None:
        return JSONResponse(row["receipt"], status_code=status, headers=headers)
    # It may repeat what somebody wrote, so it rests sealed; once it is forgotten, a repeat is a request of its own.
    answer = service.vault.open(row["sealed"])
    return None if answer is None else Response(answer, row["status"], headers, media_type=JSON)


def keep_answer(service: Service, command: Command, answer: Response) -> None:
    """Keeps what was answered, word for word; where `Service.record` left a receipt there is nothing to do."""
    is_json = answer.headers.get("content-type", "").startswith(JSON)
    if not is_json or not 200 <= answer.status_code < 300:
        return
    if _has_receipt(service, command):
        return
    sealed = service.vault.seal(bytes(answer.body))
    with service.transaction() as curs:
        curs.execute(
            "INSERT INTO idempotency_keys (caller, key, fingerprint, sealed, status)"
            " VALUES (%(caller)s, %(key)s, %(fingerprint)s, %(sealed)s, %(status)s)"
            " ON CONFLICT DO NOTHING",
            {
                "caller": command.caller.subject,
                "key": command.key,
                "fingerprint": command.fingerprint,
                "sealed": sealed,
                "status": answer.status_code,
            },
        )


def _has_receipt(service: Service, command: Command) -> bool:
    """Then no key needs to be made for an answer that would not be kept."""
    return bool(
        service.rows(
            "SELECT 1 FROM idempotency_keys WHERE caller = %(caller)s AND key = %(key)s",
            caller=command.caller.subject,
            key=command.key,
        )
    )


def leave_no_receipt() -> None:
    """For a handler whose answer is no receipt: what it records from here on still names who asked for it."""
    current_cause.set(cause_now())
    current_command.set(None)
