"""The doors to people: who they are, for the other services; forgetting them; and the services' tokens."""

import hmac
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake import erasure, reading
from services.intake.api.forms import Abilities
from services.intake.domain.account import check_appointment
from shared.answers import leave_no_receipt
from shared.application import Receipt
from shared.context import Caller, Role
from shared.forms import Form
from shared.http import Anyone, Door, PeerService, StaffOrOperator
from shared.privacy import AnswerForm, ErasureView
from shared.refusals import NotFound, NotSignedIn
from shared.tokens import LIFETIME_SECONDS, Signer

router = APIRouter(tags=["people"], route_class=Door)
Name = Annotated[str, Field(pattern=r"^[a-z]{1,30}$")]
KnownAs = Annotated[str, Field(min_length=3, max_length=200, pattern=r"^[^\x00]*$")]


class TokenRequest(Form):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"service": "outreach", "secret": "...", "audience": "intake"}
        }
    )

    service: Name
    secret: Annotated[str, Field(max_length=200)]
    audience: Name


class Token(BaseModel):
    token: str
    expires_in: Annotated[int, Field(description="Seconds.")] = LIFETIME_SECONDS


@router.get("/people/{person_id}")
def read_person(person_id: UUID, intake: Abilities, caller: PeerService) -> reading.PersonView:
    """Name and address, for a service that has to write; 404 once the person is forgotten."""
    found = reading.people(intake, "person_id", person_id)
    if not found:
        raise NotFound(thing="person", id=person_id)
    return found[0]


@router.get("/people")
def find_people(
    intake: Abilities,
    caller: PeerService,
    community_id: UUID | None = None,
    listing_id: UUID | None = None,
) -> list[reading.PersonView]:
    """The administrator and the committee of a community, or the official of a listing."""
    if listing_id is not None:
        return reading.people(intake, "listing_id", listing_id)
    return reading.people(intake, "community_id", community_id) if community_id else []


class ErasureForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"also_known_as": ["Ms Lee"]}})

    also_known_as: Annotated[
        list[KnownAs],
        Field(max_length=50, description="Looked for in texts, beside what is on record."),
    ] = Field(default_factory=list)


@router.post("/people/{person_id}/erase")
def forget_person(
    person_id: UUID, form: ErasureForm, intake: Abilities, caller: StaffOrOperator
) -> Receipt:
    """Erased here at once, and by the other services when they hear of it."""
    for role in intake.roles_of(person_id):
        check_appointment(role, caller.role)
    return intake.forget_person(person_id, form.also_known_as)


@router.get("/erasures/{person_id}/names")
def read_names(person_id: UUID, intake: Abilities, caller: PeerService) -> list[str]:
    """What to look for in texts, until every service has looked; 404 where nobody is to be forgotten."""
    return erasure.names(intake, person_id)


@router.post("/erasures/{person_id}/answers")
def hear_answer(
    person_id: UUID, form: AnswerForm, intake: Abilities, caller: PeerService
) -> ErasureView:
    """A service has forgotten the person; once all have, what they looked for is forgotten too."""
    leave_no_receipt()
    return erasure.hear(intake, caller.subject, person_id, form)


def token_routes(signer: Signer, secrets: Mapping[str, str]) -> APIRouter:
    """`secrets`: service -> the secret by which it gets its tokens."""
    tokens = APIRouter(tags=["tokens"], route_class=Door)

    @tokens.get("/jwks.json")
    def public_keys(caller: Anyone, response: Response) -> dict[str, Any]:
        """The keys that tokens are checked with (RFC 7517)."""
        response.headers["Cache-Control"] = "public, max-age=60"
        return signer.public_keys()

    @tokens.post("/tokens")
    def issue_token(form: TokenRequest, caller: Anyone) -> Token:
        """For the other services: a token of five minutes for one audience."""
        expected = secrets.get(form.service, "")
        if not expected or not hmac.compare_digest(form.secret.encode(), expected.encode()):
            raise NotSignedIn(why="this service and secret do not belong together")
        caller_of_token = Caller(subject=form.service, role=Role.SERVICE)
        return Token(token=signer.token(caller_of_token, form.audience))

    return tokens
