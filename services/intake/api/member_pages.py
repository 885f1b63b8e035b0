"""What the administrator of a member does on the page after signing in: say Yes."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.api.sign_in import Cookies, signed_in
from services.intake.domain import account
from services.intake.sign_in import SignIn
from shared.http import Anyone, Door
from shared.refusals import HappenedAtOnce, Refusal
from shared.values import Preferences

HERE = "/sign-in"


def routes(signing: SignIn, public_url: str) -> APIRouter:
    cookies, router = Cookies(public_url), APIRouter(include_in_schema=False, route_class=Door)

    @router.post(f"{HERE}/yes")
    def say_yes(
        request: Request, caller: Anyone, is_shown_publicly: Annotated[bool, Form()] = False
    ) -> Response:
        """The optional questions are answered later: by mail, in the debriefing, or through the API."""
        cookies.check_origin(request)
        try:
            session = signing.session(cookies.token(request))
        except account.NoSession:
            return RedirectResponse(HERE, 303)
        of = session.person.community_id
        if of is None:
            return RedirectResponse(HERE, 303)
        try:
            signing.intake.request_search(session.caller, of, Preferences(), (), is_shown_publicly)
        except HappenedAtOnce:
            raise
        except Refusal as refusal:
            return signed_in(signing, session, refusal)
        return RedirectResponse(HERE, 303)

    return router
