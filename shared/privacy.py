"""What each service that holds something of people answers: what it is, what was erased, how long it is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared import erasing
from shared.answers import leave_no_receipt
from shared.application import Service
from shared.erasing import MOST_NAMED
from shared.forgetting import Forgetting
from shared.forms import Form
from shared.http import Door, Staff, StaffOrOperator
from shared.personal import Holding
from shared.refusals import NotFound
from shared.retention import RetentionView, shown

AN_EXAMPLE = "ann.lee@example.org"
PERSON: Any = "0c4f6a52-8d0b-4a57-9f3e-5b1d2c3e4f50"


def _id_or_address(who: str) -> str:
    if "@" in who:
        return who.strip().lower()
    try:
        return str(UUID(who.strip()))
    except ValueError:
        raise ValueError("please give the person's id or a whole e-mail address") from None


class FindForm(Form):
    """By POST, so that no address stands in the path of a request, which is logged."""

    model_config = ConfigDict(json_schema_extra={"example": {"who": AN_EXAMPLE}})

    who: Annotated[
        str,
        AfterValidator(_id_or_address),
        Field(max_length=254, description="A person's id, or an e-mail address."),
    ]


class Held(BaseModel):
    person_id: UUID
    names: Annotated[list[str], Field(description="Name, address and telephone on record.")]
    addresses: Annotated[list[str], Field(description="The e-mail addresses among the names.")]
    is_on_record: Annotated[
        bool,
        Field(description="False: somebody who only ever wrote to us, or is on record elsewhere."),
    ]
    rows: Annotated[dict[str, int], Field(description="Table -> rows about or from the person.")]


class Export(BaseModel):
    """Everything that is about or from one person, opened."""

    person_id: UUID
    service: str
    holdings: Annotated[
        list[dict[str, Any]],
        Field(description="Each row with its table, what it is, and what was sealed in it."),
    ]


class Answer(BaseModel):
    """What one service has erased of a person."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "asked_at": "2027-03-03T12:00:00Z",
                "finished_at": "2027-03-03T12:00:02Z",
                "erased": {"letters": 2},
                "redacted": {"replies": 1},
                "unread": ["uploads 4b0e8f62-0d5c-5f0f-9a2e-0c2f6f1c9a11"],
            }
        }
    )

    asked_at: datetime
    finished_at: Annotated[
        datetime | None, Field(description="Until then other people's texts are looked through.")
    ]
    erased: Annotated[dict[str, int], Field(description="Table -> rows.")]
    redacted: Annotated[
        dict[str, int],
        Field(description="Table -> other people's texts in which a name was replaced."),
    ]
    unread: Annotated[
        list[str],
        Field(
            description="Table and key of files in which names cannot be replaced; a person has to look.",
            max_length=MOST_NAMED,
        ),
    ]


class AnswerForm(Answer, Form):
    """As another service says it."""


class ErasureView(Answer):
    person_id: UUID
    service: str
    answers: dict[str, Answer] = Field(
        default_factory=dict, description="In intake: what the others have answered so far."
    )


def routes(service: Service, forgetting: Forgetting) -> APIRouter:
    router = APIRouter(prefix=f"/api/{service.name}/v1", tags=["privacy"], route_class=Door)
    holdings = forgetting.holdings

    @router.post("/people/find")
    def find_person(form: FindForm, caller: StaffOrOperator) -> list[Held]:
        """Who it is, by every id under which something is held here, and what."""
        leave_no_receipt()
        found = _ids(service, forgetting, form.who)
        all_held = [_held(service, holdings, each) for each in found]
        return [each for each in all_held if each.rows]

    @router.get("/people/{person_id}/export")
    def export_person(person_id: UUID, caller: Staff) -> Export:
        """For the person who asks what is held on them."""
        told = erasing.export(service, holdings, person_id)
        return Export(person_id=person_id, service=service.name, holdings=told)

    @router.get("/erasures/{person_id}")
    def read_erasure(person_id: UUID, caller: StaffOrOperator) -> ErasureView:
        """Whether this service has forgotten the person, and what it erased."""
        return erasure(service, person_id)

    @router.get("/retention")
    def retention(caller: Staff) -> list[RetentionView]:
        """How long what is kept, and what was removed when it was last looked at."""
        return shown(service, forgetting.rules)

    return router


def _held(service: Service, holdings: Sequence[Holding], person_id: UUID) -> Held:
    rows = erasing.held(service, holdings, person_id)
    return Held(
        person_id=person_id,
        names=erasing.names_of(service, holdings, person_id),
        addresses=erasing.addresses_of(service, holdings, person_id),
        is_on_record=any(each.is_own_record and each.table in rows for each in holdings),
        rows=rows,
    )


def _ids(service: Service, forgetting: Forgetting, who: str) -> list[UUID]:
    if "@" in who:
        return erasing.people_with(service, forgetting.holdings, who)
    return [UUID(who)]


def erasure(service: Service, person_id: UUID) -> ErasureView:
    """Raises NotFound where nobody asked to forget the person, or it was not heard yet."""
    found = service.rows("SELECT * FROM erasures WHERE person_id = %(id)s", id=person_id)
    if not found:
        raise NotFound(thing="request to forget a person", id=person_id)
    return ErasureView.model_validate(found[0] | {"service": service.name})
