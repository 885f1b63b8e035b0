"""The page of one's own passkeys; making and using one takes the browser's help, and so a script, all else none."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from services.intake.api.passkeys import PasskeyName
from services.intake.api.sign_in import PAGES, Cookies, show
from services.intake.domain import account
from services.intake.passkeys import Passkeys
from services.intake.sign_in import Session
from shared.http import Anyone, Door
from shared.refusals import Refusal

Change = Callable[[Session], None]
HERE = "/sign-in/passkeys"


def routes(passkeys: Passkeys) -> APIRouter:
    signing, cookies = passkeys.signing, Cookies(passkeys.public_url)
    router = APIRouter(include_in_schema=False, route_class=Door)

    @router.get("/sign-in/passkeys.js")
    def script(caller: Anyone) -> FileResponse:
        headers = {"Cache-Control": "no-cache"}
        return FileResponse(PAGES / "passkeys.js", 200, headers, media_type="text/javascript")

    @router.get(HERE)
    def page(request: Request, caller: Anyone) -> Response:
        try:
            return _page(passkeys, signing.session(cookies.token(request)))
        except account.NoSession:
            return cookies.to_sign_in(HERE)

    @router.post(f"{HERE}/rename")
    def rename(
        request: Request,
        caller: Anyone,
        passkey_id: Annotated[UUID, Form()],
        name: Annotated[PasskeyName, Form()],
    ) -> Response:
        return changed(request, lambda session: passkeys.rename(session, passkey_id, name))

    @router.post(f"{HERE}/remove")
    def remove(request: Request, caller: Anyone, passkey_id: Annotated[UUID, Form()]) -> Response:
        return changed(request, lambda session: passkeys.remove(session, passkey_id))

    @router.post(f"{HERE}/required")
    def require(request: Request, caller: Anyone, is_required: Annotated[bool, Form()]) -> Response:
        return changed(request, lambda session: passkeys.require(session, is_required=is_required))

    def changed(request: Request, change: Change) -> Response:
        """The page again, with what was refused above it."""
        cookies.check_origin(request)
        try:
            session = signing.session(cookies.token(request))
        except account.NoSession:
            return cookies.to_sign_in(HERE)
        try:
            change(session)
        except Refusal as refusal:
            return _page(passkeys, session, refusal)
        return RedirectResponse(HERE, 303)

    return router


def _page(passkeys: Passkeys, session: Session, problem: Refusal | None = None) -> Response:
    clock = ZoneInfo(session.person.timezone or passkeys.timezone)
    return show(
        "passkeys.html",
        "Your passkeys",
        problem.status if problem else 200,
        problem,
        may_have=passkeys.may_have(session),
        own=passkeys.of(session),
        day=lambda moment: f"{moment.astimezone(clock):%-d %B %Y}",
        is_required=passkeys.is_required(session),
    )
