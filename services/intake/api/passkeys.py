"""The doors to passkeys: signing in with one, and the passkeys of whoever is signed in."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake.api.sign_in import Cookies, SessionView, view_of
from services.intake.passkeys import Passkeys
from services.intake.sign_in import Session, SignIn
from shared.forms import NO_CONTROL, Form
from shared.http import Anyone, Door, Operator, network_of

Base64Url = Annotated[str, Field(min_length=1, max_length=20_000, pattern=r"^[A-Za-z0-9_=-]+$")]
"""Bytes as WebAuthn writes them in JSON."""
PasskeyName = Annotated[str, Field(min_length=1, max_length=60, pattern=NO_CONTROL)]
BROWSER_SECONDS = 3600


class Attested(BaseModel):
    """What the browser says of a new passkey."""

    client_data: Annotated[Base64Url, Field(alias="clientDataJSON")]
    attestation: Annotated[Base64Url, Field(alias="attestationObject")]


class Asserted(BaseModel):
    """What the passkey says to the question."""

    client_data: Annotated[Base64Url, Field(alias="clientDataJSON")]
    authenticator_data: Annotated[Base64Url, Field(alias="authenticatorData")]
    signature: Base64Url
    user_handle: Annotated[Base64Url | None, Field(alias="userHandle")] = None


class NewCredential(BaseModel):
    """`PublicKeyCredential.toJSON()` of `navigator.credentials.create`."""

    id: Base64Url
    raw_id: Annotated[Base64Url, Field(alias="rawId")]
    response: Attested
    type: Literal["public-key"]


class UsedCredential(BaseModel):
    """`PublicKeyCredential.toJSON()` of `navigator.credentials.get`."""

    id: Base64Url
    raw_id: Annotated[Base64Url, Field(alias="rawId")]
    response: Asserted
    type: Literal["public-key"]


class PasskeyForm(Form):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "The laptop of the office",
                "credential": {
                    "id": "q1W2e3R4t5Y6u7I8o9P0aQ",
                    "rawId": "q1W2e3R4t5Y6u7I8o9P0aQ",
                    "response": {
                        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0",
                        "attestationObject": "o2NmbXRkbm9uZQ",
                    },
                    "type": "public-key",
                },
            }
        }
    )

    name: PasskeyName
    credential: NewCredential


class SignInForm(Form):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "credential": {
                    "id": "q1W2e3R4t5Y6u7I8o9P0aQ",
                    "rawId": "q1W2e3R4t5Y6u7I8o9P0aQ",
                    "response": {
                        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
                        "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4",
                        "signature": "MEUCIQDf",
                    },
                    "type": "public-key",
                }
            }
        }
    )

    credential: UsedCredential


class RenameForm(Form):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"passkey_id": "4b0e8f62-0d5c-5f0f-9a2e-0c2f6f1c9a11", "name": "My phone"}
        }
    )

    passkey_id: UUID
    name: PasskeyName


class RemoveForm(Form):
    model_config = ConfigDict(
        json_schema_extra={"example": {"passkey_id": "4b0e8f62-0d5c-5f0f-9a2e-0c2f6f1c9a11"}}
    )

    passkey_id: UUID


class RequiredForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"is_required": True}})

    is_required: bool


class ChallengeView(BaseModel):
    public_key: Annotated[
        dict[str, Any],
        Field(description="`publicKey` of `navigator.credentials`, its bytes as base64url."),
    ]


class PasskeyView(BaseModel):
    passkey_id: UUID
    name: str
    registered_at: datetime
    used_at: datetime | None


class PasskeysView(BaseModel):
    passkeys: list[PasskeyView]
    is_required: Annotated[bool, Field(description="Nothing but a passkey signs in.")]


def routes(passkeys: Passkeys) -> APIRouter:
    signing, cookies = passkeys.signing, Cookies(passkeys.public_url)
    router = APIRouter(route_class=Door)
    router.include_router(_signing_in(passkeys, signing, cookies))
    router.include_router(_own(passkeys, signing, cookies))
    router.include_router(_lost(passkeys))
    return router


def _signing_in(passkeys: Passkeys, signing: SignIn, cookies: Cookies) -> APIRouter:
    router = APIRouter(prefix="/sign-in/passkey", tags=["signing in"], route_class=Door)

    @router.post("/challenge")
    def ask_for_passkey(request: Request, response: Response, caller: Anyone) -> ChallengeView:
        """What a passkey has to answer within five minutes, in this browser."""
        cookies.check_origin(request)
        browser = cookies.browser_of(request)
        asked = passkeys.ask(network_of(request), browser)
        cookies.put(response, cookies.browser, browser, BROWSER_SECONDS)
        return ChallengeView(public_key=asked)

    @router.post("")
    def sign_in_with_passkey(
        form: SignInForm, request: Request, response: Response, caller: Anyone
    ) -> SessionView:
        """Begins a session; its cookie comes with the answer."""
        cookies.check_origin(request)
        token = passkeys.sign_in(
            form.credential.model_dump(by_alias=True, exclude_none=True),
            request.cookies.get(cookies.browser, ""),
            network_of(request),
            request.headers.get("user-agent", ""),
        )
        cookies.put(response, cookies.session, token, int(signing.lifetime.most.total_seconds()))
        return view_of(signing.session(token))

    return router


def _own(passkeys: Passkeys, signing: SignIn, cookies: Cookies) -> APIRouter:
    router = APIRouter(prefix="/session/passkeys", tags=["signing in"], route_class=Door)

    def session_of(request: Request) -> Session:
        if request.method == "POST":
            cookies.check_origin(request)
        return signing.session(cookies.token(request))

    @router.get("")
    def list_passkeys(request: Request, response: Response, caller: Anyone) -> PasskeysView:
        """One's own passkeys, the oldest first."""
        response.headers["Cache-Control"] = "no-store"
        return _view(passkeys, session_of(request))

    @router.post("/challenge")
    def offer_passkey(request: Request, caller: Anyone) -> ChallengeView:
        """What the browser makes a new passkey from, within five minutes; for staff and operators."""
        return ChallengeView(public_key=passkeys.offer(session_of(request)))

    @router.post("", status_code=201)
    def register_passkey(form: PasskeyForm, request: Request, caller: Anyone) -> PasskeysView:
        """From now on it signs in; its owner is told by mail."""
        session = session_of(request)
        credential = form.credential.model_dump(by_alias=True, exclude_none=True)
        passkeys.register(session, credential, form.name)
        return _view(passkeys, session)

    @router.post("/rename")
    def rename_passkey(form: RenameForm, request: Request, caller: Anyone) -> PasskeysView:
        """A name by which its owner knows it."""
        session = session_of(request)
        passkeys.rename(session, form.passkey_id, form.name)
        return _view(passkeys, session)

    @router.post("/remove")
    def remove_passkey(form: RemoveForm, request: Request, caller: Anyone) -> PasskeysView:
        """It signs in no more; its owner is told by mail."""
        session = session_of(request)
        passkeys.remove(session, form.passkey_id)
        return _view(passkeys, session)

    @router.post("/required")
    def require_passkey(form: RequiredForm, request: Request, caller: Anyone) -> PasskeysView:
        """Nothing but a passkey signs in to this account from now on, or the link does again."""
        session = session_of(request)
        passkeys.require(session, is_required=form.is_required)
        return _view(passkeys, session)

    return router


def _lost(passkeys: Passkeys) -> APIRouter:
    router = APIRouter(tags=["roles"], route_class=Door)

    @router.post("/staff/{person_id}/passkeys/reset", status_code=204)
    def reset_passkeys(person_id: UUID, caller: Operator) -> Response:
        """The device is lost: every passkey of the person goes, and the link by e-mail signs in again."""
        passkeys.reset(person_id)
        return Response(status_code=204)

    return router


def _view(passkeys: Passkeys, session: Session) -> PasskeysView:
    own = [PasskeyView.model_validate(each, from_attributes=True) for each in passkeys.of(session)]
    return PasskeysView(passkeys=own, is_required=passkeys.is_required(session))
