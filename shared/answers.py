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
        "SELECT fingerprint, receipt, answer::text AS answer, status FROM idempotency_keys"
        " WHERE caller = %(caller)s AND key = %(key)s",
        caller=command.caller.subject,
        key=command.key,
    )
    if not rows:
        return None
    if rows[0]["fingerprint"] != command.fingerprint:
        raise KeyUsedForAnother(key=command.key)
    return _again(rows[0], status)


def _again(row: dict[str, Any], status: int) -> Response:
    headers = {"Idempotent-Replay": "true"}
    if row["receipt"] is not None:
        return JSONResponse(row["receipt"], status_code=status, headers=headers)
    return Response(row["answer"], row["status"], headers, media_type=JSON)


def keep_answer(service: Service, command: Command, answer: Response) -> None:
    """Keeps what was answered, word for word; where `Service.record` left a receipt there is nothing to do."""
    is_json = answer.headers.get("content-type", "").startswith(JSON)
    if not is_json or not 200 <= answer.status_code < 300:
        return
    with service.transaction() as curs:
        curs.execute(
            "INSERT INTO idempotency_keys (caller, key, fingerprint, answer, status)"
            " VALUES (%(caller)s, %(key)s, %(fingerprint)s, %(answer)s::json, %(status)s)"
            " ON CONFLICT DO NOTHING",
            {
                "caller": command.caller.subject,
                "key": command.key,
                "fingerprint": command.fingerprint,
                "answer": bytes(answer.body).decode(),
                "status": answer.status_code,
            },
        )


def leave_no_receipt() -> None:
    """For a handler whose answer is no receipt: what it records from here on still names who asked for it."""
    current_cause.set(cause_now())
    current_command.set(None)
