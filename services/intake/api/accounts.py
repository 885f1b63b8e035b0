"""The doors to roles: people of staff, the administrator's role, and the trail of rights."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake import accounts, audit, reading
from services.intake.accounts import StaffRole
from services.intake.api.forms import Abilities, Cursor, Limit
from services.intake.rows import Attendee, Contact
from shared.application import Receipt
from shared.http import Door, StaffOrAdministrator, StaffOrOperator
from shared.pages import Page

router = APIRouter(tags=["roles"], route_class=Door)


class StaffForm(Attendee):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Maria Gomez",
                "email": "maria@example.org",
                "role": "staff",
                "language": "en",
                "timezone": "America/Chicago",
            }
        }
    )

    role: StaffRole = "staff"


class Appointed(BaseModel):
    person_id: Annotated[UUID, Field(description="Also the staff id that a case is assigned to.")]


@router.get("/staff")
def list_staff(intake: Abilities, caller: StaffOrOperator) -> list[reading.PersonView]:
    """People of staff and operators, by name."""
    return reading.staff(intake)


@router.post("/staff", status_code=201)
def appoint_staff(form: StaffForm, intake: Abilities, caller: StaffOrOperator) -> Appointed:
    """Somebody of staff, or an operator (by operators alone), who signs in with this address from now on."""
    contact = Attendee(**form.model_dump(exclude={"role"}))
    return Appointed(person_id=accounts.appoint_staff(intake, caller, contact, form.role))


@router.post("/staff/{person_id}/dismiss", status_code=204)
def dismiss_staff(person_id: UUID, intake: Abilities, caller: StaffOrOperator) -> Response:
    """The role ends with every session; what the person did stays on record."""
    accounts.dismiss_staff(intake, caller, person_id)
    return Response(status_code=204)


@router.post("/communities/{community_id}/administrator/offer")
def offer_administration(
    community_id: UUID, form: Contact, intake: Abilities, caller: StaffOrAdministrator
) -> Receipt:
    """Hand the role over: the other one is asked by mail and accepts by signing in."""
    return accounts.offer_administration(intake, caller, community_id, form)


@router.get("/audit")
def read_audit(
    intake: Abilities,
    caller: StaffOrOperator,
    person_id: UUID | None = None,
    community_id: UUID | None = None,
    what: Annotated[str | None, Query(pattern=r"^[a-z_]{1,60}$")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[audit.AuditEntry]:
    """Who signed in, who was given or lost a role, by whom; the newest first."""
    return audit.entries(
        intake,
        person_id=person_id,
        community_id=community_id,
        what=what,
        limit=limit,
        cursor=cursor,
    )
