"""What members do on pages after signing in: the administrator says Yes, and takes a time for the debriefing."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.intake import reading
from services.intake.api import shortlist_pages
from services.intake.api.sign_in import Cookies, signed_in
from services.intake.domain import account
from services.intake.domain.choosing import TimeIsGone
from services.intake.domain.community import SearchAlreadyOpen
from services.intake.domain.search import Search
from services.intake.member_now import case_of
from services.intake.rows import Attendee
from services.intake.shortlist import Shortlist
from services.intake.sign_in import Session, SignIn
from shared.context import act_as
from shared.http import Anyone, Door
from shared.refusals import HappenedAtOnce, Refusal
from shared.values import Preferences

HERE = "/sign-in"
Sent = Annotated[str, Form(max_length=60)]


def routes(signing: SignIn, shortlist: Shortlist, public_url: str) -> APIRouter:
    cookies, router = Cookies(public_url), APIRouter(include_in_schema=False, route_class=Door)
    router.include_router(shortlist_pages.routes(signing, shortlist, cookies))

    @router.post(f"{HERE}/yes")
    def say_yes(request: Request, caller: Anyone, is_shown_publicly: Sent = "") -> Response:
        """The optional questions are answered later: by mail, in the debriefing, or through the API."""
        session = _who_presses(signing, cookies, request)
        of = session.person.community_id if session else None
        if session is None or of is None:
            return RedirectResponse(HERE, 303)
        try:
            is_shown = is_shown_publicly == "true"
            signing.intake.request_search(session.caller, of, Preferences(), (), is_shown)
        except (HappenedAtOnce, SearchAlreadyOpen):
            # Whoever presses twice has done nothing wrong; the page tells of the search that is open.
            return RedirectResponse(HERE, 303)
        except Refusal as refusal:
            return signed_in(signing, session, refusal)
        return RedirectResponse(HERE, 303)

    @router.post(f"{HERE}/debrief")
    def take_time(request: Request, caller: Anyone, starts_at: Sent = "") -> Response:
        """One of the times that staff have proposed for the debriefing."""
        session = _who_presses(signing, cookies, request)
        if session is None:
            return RedirectResponse(HERE, 303)
        try:
            _take(signing, session, starts_at)
        except HappenedAtOnce:
            raise
        except Refusal as refusal:
            return signed_in(signing, session, refusal)
        return RedirectResponse(HERE, 303)

    return router


def _who_presses(signing: SignIn, cookies: Cookies, request: Request) -> Session | None:
    """Whoever is signed in and pressed a button of ours: what follows is done by them. Raises NotFromHere."""
    cookies.check_origin(request)
    try:
        session = signing.session(cookies.token(request))
    except account.NoSession:
        return None
    act_as(session.caller)
    return session


def _take(signing: SignIn, session: Session, starts_at: str) -> None:
    """Whoever was asked to come to another time is asked to this one; a second press changes nothing. Raises
    TimeIsGone."""
    intake, case_id = signing.intake, case_of(signing.intake, session.person)
    search = intake.load(Search, case_id) if case_id else None
    if search and search.debrief_at and search.debrief_at.isoformat() == starts_at:
        return
    slots = {each.isoformat(): each for each in search.debrief_slots} if search else {}
    if search is None or starts_at not in slots:
        raise TimeIsGone
    asked = reading.people_with_ids(intake, search.attendees)
    people = [
        Attendee.model_validate(each.model_dump(include=set(Attendee.model_fields)))
        for each in (session.person, *asked)
        if each.role not in ("staff", "operator")
    ]
    intake.pick_debrief_slot(session.caller, search.id, slots[starts_at], people)
