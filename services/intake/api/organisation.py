"""The doors to an organisation's sign-in: away to it, and back."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.api.sign_in import Cookies, show
from services.intake.domain import organisation as rules
from services.intake.organisation import Organisation
from services.intake.sign_in import SignIn
from shared.http import Anyone, Door, network_of
from shared.refusals import Refusal


def routes(organisation: Organisation | None, signing: SignIn, public_url: str) -> APIRouter:
    cookies = Cookies(public_url)
    router = APIRouter(include_in_schema=False, route_class=Door)

    def refused(refusal: Refusal) -> Response:
        return show("organisation.html", "Sign in", refusal.status, refusal)

    @router.get("/sign-in/organisation")
    def away(request: Request, caller: Anyone) -> Response:
        """Changes nothing here."""
        if organisation is None:
            return refused(rules.NoOrganisation())
        try:
            cookie, where = organisation.begin(network_of(request))
        except Refusal as refusal:
            return refused(refusal)
        answer = RedirectResponse(where, 303)
        answer.headers["Cache-Control"] = "no-store"
        seconds = int(rules.WITHIN.total_seconds())
        cookies.put(answer, cookies.organisation, cookie, seconds)
        return answer

    @router.get("/sign-in/organisation/back")
    def back(request: Request, caller: Anyone) -> Response:
        """A GET that signs in, as the protocol has it: it works once, in the browser that was sent away."""
        if organisation is None:
            return refused(rules.NoOrganisation())
        try:
            session = organisation.sign_in(
                request.cookies.get(cookies.organisation, ""),
                dict(request.query_params),
                network_of(request),
                request.headers.get("user-agent", ""),
            )
        except Refusal as refusal:
            return refused(refusal)
        answer = RedirectResponse("/sign-in", 303)
        answer.headers["Cache-Control"] = "no-store"
        cookies.drop(answer, cookies.organisation)
        cookies.put(answer, cookies.session, session, int(signing.lifetime.most.total_seconds()))
        return answer

    return router
