"""What a service keeps of its meetings in tables of its own, sealed: what they are about, and what was said."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.application import Service
from shared.due import MOST, is_asked
from shared.forms import NO_CONTROL, PROSE, Day, Form
from shared.meetings import Action
from shared.personal import Holding, opened
from shared.recorder import Write
from shared.values import Party
from shared.vault import Vault

HOLDINGS = (
    Holding(
        "meetings",
        ("subject_id",),
        (),
        ("sealed", "minutes_sealed"),
        "Agenda, place, interpreter and minutes of a meeting",
    ),
    Holding(
        "meeting_actions",
        ("action_id",),
        (),
        ("sealed",),
        "What somebody promised in a meeting",
    ),
)
Line = Annotated[str, Field(max_length=300, pattern=NO_CONTROL)]
Prose = Annotated[str, Field(max_length=10_000, pattern=PROSE)]


class Interpreter(Form):
    """Whether somebody has to interpret, into which language, and who does."""

    is_needed: bool = True
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3})?$", examples=["ja"])] = ""
    who: Line = ""


class MeetingDetails(Form):
    """What stands in the invitation beside the time."""

    agenda: Prose = ""
    place: Annotated[Line, Field(description="A room, a town hall, a telephone number.")] = ""
    link: Annotated[
        str,
        Field(
            max_length=500,
            pattern=r"^(https?://[^\s\x00]+)?$",
            description="Where a video call opens.",
        ),
    ] = ""
    interpreter: Interpreter | None = None


class ActionText(BaseModel):
    """Who promised what: the words of it."""

    who: Annotated[str, Field(min_length=1, max_length=120, pattern=NO_CONTROL)]
    what: Annotated[str, Field(min_length=1, max_length=500, pattern=NO_CONTROL)]


class ActionForm(ActionText, Form):
    holder: Annotated[Party, Field(description="Whose turn it is.")] = Party.STAFF
    due_on: Day


class MoveForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"due_on": "2027-05-10"}})

    due_on: Day


class ActionView(BaseModel):
    action_id: UUID
    subject_id: Annotated[UUID, Field(description="The case or the pair.")]
    who: str
    what: str
    holder: Party
    due_on: date
    done_on: date | None
    is_overdue: bool


def _run(sql: str, **values: Any) -> Write:
    return lambda curs: curs.execute(sql.encode(), values)


def details(vault: Vault, subject_id: UUID, told: MeetingDetails | None) -> list[Write]:
    """None leaves what was written before."""
    if told is None:
        return []
    return [_keep(subject_id, "sealed", vault.seal(told.model_dump_json()))]


def minutes(vault: Vault, subject_id: UUID, text: str | None) -> list[Write]:
    return [] if text is None else [_keep(subject_id, "minutes_sealed", vault.seal(text))]


def _keep(subject_id: UUID, column: str, sealed: bytes) -> Write:
    return _run(
        f"INSERT INTO meetings (subject_id, {column}) VALUES (%(id)s, %(sealed)s)"  # noqa: S608  # our columns
        f" ON CONFLICT (subject_id) DO UPDATE SET {column} = excluded.{column}",
        id=subject_id,
        sealed=sealed,
    )


def agreed(
    vault: Vault, subject_id: UUID, actions: Sequence[Action], texts: Sequence[ActionText]
) -> list[Write]:
    sealed = vault.seal_all([text.model_dump_json(include={"who", "what"}) for text in texts])
    return [
        _run(
            "INSERT INTO meeting_actions (action_id, subject_id, holder, due_on, sealed)"
            " VALUES (%(id)s, %(subject)s, %(holder)s, %(due_on)s, %(sealed)s)",
            id=action.action_id,
            subject=subject_id,
            holder=action.holder,
            due_on=action.due_on,
            sealed=text,
        )
        for action, text in zip(actions, sealed, strict=True)
    ]


def done(action_id: UUID, on: date) -> Write:
    return _run(
        "UPDATE meeting_actions SET done_on = %(on)s WHERE action_id = %(id)s", id=action_id, on=on
    )


def moved(action_id: UUID, due_on: date) -> Write:
    return _run(
        "UPDATE meeting_actions SET due_on = %(due_on)s WHERE action_id = %(id)s",
        id=action_id,
        due_on=due_on,
    )


def details_of(service: Service, subject_id: UUID) -> MeetingDetails:
    text = _text(service, subject_id, "sealed")
    return MeetingDetails.model_validate_json(text) if text else MeetingDetails()


def minutes_of(service: Service, subject_id: UUID) -> str:
    return _text(service, subject_id, "minutes_sealed") or ""


def _text(service: Service, subject_id: UUID, column: str) -> str | None:
    found = service.rows(
        f"SELECT {column} AS sealed FROM meetings WHERE subject_id = %(id)s",  # noqa: S608  # our columns
        id=subject_id,
    )
    return next((text for _, text in opened(service, found)), None)


def actions_of(service: Service, subject_id: UUID, today: date) -> list[ActionView]:
    """The open ones first, the soonest of them first."""
    found = service.rows(
        "SELECT * FROM meeting_actions WHERE subject_id = %(id)s"
        " ORDER BY done_on NULLS FIRST, due_on, action_id",
        id=subject_id,
    )
    return _shown(service, found, today)


def open_actions(service: Service, today: date, limit: int) -> list[ActionView]:
    """Of every case or pair, the soonest first."""
    found = service.rows(
        "SELECT * FROM meeting_actions WHERE done_on IS NULL ORDER BY due_on, action_id LIMIT %(limit)s",
        limit=limit,
    )
    return _shown(service, found, today)


def _shown(service: Service, found: Sequence[dict[str, Any]], today: date) -> list[ActionView]:
    return [
        ActionView(
            **row,
            **json.loads(text),
            is_overdue=row["done_on"] is None and row["due_on"] < today,
        )
        for row, text in opened(service, found)
        if text is not None
    ]


def in_words(told: MeetingDetails) -> str:
    """What an invitation says of a meeting, in paragraphs; the language as its code's name."""
    parts = [
        f"Where: {told.place}" if told.place else "",
        f"Video call: {told.link}" if told.link else "",
        _interpreter(told.interpreter),
        f"Agenda:\n{told.agenda.strip()}" if told.agenda.strip() else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _interpreter(told: Interpreter | None) -> str:
    if told is None or not told.is_needed:
        return ""
    into = f" ({language_name(told.language)})" if told.language else ""
    by = told.who or "to be found"
    return f"Interpreter{into}: {by}"


def language_name(code: str) -> str:
    from babel import Locale  # noqa: PLC0415  # heavy, and letters alone need it

    return str(Locale("en").languages.get(code, code))


def due_actions(service: Service, until: date) -> list[ActionView]:
    """What was promised for that day or an earlier one and is not done, the longest due first."""
    found = service.rows(
        "SELECT * FROM meeting_actions WHERE done_on IS NULL AND due_on <= %(until)s"
        " ORDER BY due_on, action_id LIMIT %(most)s",
        until=until,
        most=MOST,
    )
    return [
        each for each in _shown(service, found, until) if is_asked(each.holder, each.due_on, until)
    ]
