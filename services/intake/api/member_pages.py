"""What members do on pages after signing in: the administrator says Yes, and chooses among the proposed cities."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.api.sign_in import Cookies, show, signed_in
from services.intake.domain import account
from services.intake.domain.choosing import NotChosen, ProposalsAway
from services.intake.member_now import case_of
from services.intake.shortlist import Shortlist
from services.intake.sign_in import Session, SignIn
from shared.context import Role, act_as
from shared.http import Anyone, Door
from shared.refusals import HappenedAtOnce, Refusal
from shared.values import Preferences

HERE = "/sign-in"


def routes(signing: SignIn, shortlist: Shortlist, public_url: str) -> APIRouter:
    cookies, router = Cookies(public_url), APIRouter(include_in_schema=False, route_class=Door)
    router.include_router(_choosing(signing, shortlist, cookies))

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
        act_as(session.caller)
        try:
            signing.intake.request_search(session.caller, of, Preferences(), (), is_shown_publicly)
        except HappenedAtOnce:
            raise
        except Refusal as refusal:
            return signed_in(signing, session, refusal)
        return RedirectResponse(HERE, 303)

    return router


def _choosing(signing: SignIn, shortlist: Shortlist, cookies: Cookies) -> APIRouter:
    router = APIRouter(prefix=f"{HERE}/shortlist", route_class=Door)

    @router.get("")
    def page(request: Request, caller: Anyone) -> Response:
        try:
            session = signing.session(cookies.token(request))
        except account.NoSession:
            return cookies.to_sign_in(f"{HERE}/shortlist")
        return _proposed(signing, shortlist, session)

    @router.post("")
    def choose(
        request: Request, caller: Anyone, geoname_ids: Annotated[list[int] | None, Form()] = None
    ) -> Response:
        cookies.check_origin(request)
        try:
            session = signing.session(cookies.token(request))
        except account.NoSession:
            return cookies.to_sign_in(f"{HERE}/shortlist")
        case_id, ticked = case_of(signing.intake, session.person), geoname_ids or []
        if case_id is None:
            return RedirectResponse(HERE, 303)
        act_as(session.caller)
        try:
            shortlist.choose(session.caller, case_id, ticked)
        except (NotChosen, ProposalsAway) as refusal:
            return _proposed(signing, shortlist, session, refusal, ticked)
        return RedirectResponse(f"{HERE}/shortlist", 303)

    return router


def _proposed(
    signing: SignIn,
    shortlist: Shortlist,
    session: Session,
    problem: Refusal | None = None,
    ticked: Sequence[int] | None = None,
) -> Response:
    """Ticked are those that were sent, else those that are chosen."""
    case_id = case_of(signing.intake, session.person)
    if case_id is None:
        return RedirectResponse(HERE, 303)
    try:
        proposed = shortlist.proposed(session.caller, case_id)
    except ProposalsAway as refusal:
        proposed, problem = [], refusal
    chosen = [each.geoname_id for each in proposed if each.is_chosen]
    return show(
        "shortlist.html",
        "Cities that are proposed to you",
        problem.status if problem else 200,
        problem,
        proposed=proposed,
        ticked=chosen if ticked is None else ticked,
        is_administrator=session.caller.role is Role.ADMINISTRATOR,
    )
