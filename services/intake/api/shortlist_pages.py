"""The pages of the proposed cities: which and why, a choice that is shown once more, and what is chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.api.sign_in import Cookies, show
from services.intake.domain import account
from services.intake.domain.choosing import NoneOfThem, NotChosen, ProposalsAway, numbers_of
from services.intake.member_now import case_of
from services.intake.shortlist import Choice, Shortlist
from services.intake.sign_in import SignIn
from shared.context import Caller, Role, act_as
from shared.http import Anyone, Door
from shared.refusals import Refusal

HOME = "/sign-in"
HERE = f"{HOME}/shortlist"
Answer = Callable[[Caller, UUID], Response]
PDF = {
    "Content-Disposition": 'attachment; filename="council-brief.pdf"',
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
Ticked = Annotated[list[str] | None, Form(max_length=200)]
Wanted = Annotated[list[str] | None, Query(max_length=200)]


@dataclass(frozen=True)
class Choosers:
    """Who is signed in in this browser, in the open case of their community."""

    signing: SignIn
    shortlist: Shortlist
    cookies: Cookies

    def answered(self, request: Request, answer: Answer) -> Response:
        """With why not, on the page of the cities."""
        try:
            session = self.signing.session(self.cookies.token(request))
        except account.NoSession:
            return self.cookies.to_sign_in(HERE)
        case_id = case_of(self.signing.intake, session.person)
        if case_id is None:
            return RedirectResponse(HOME, 303)
        act_as(session.caller)
        try:
            return answer(session.caller, case_id)
        except (NotChosen, ProposalsAway, NoneOfThem) as refusal:
            return _proposed(self.shortlist, session.caller, case_id, refusal)


def routes(signing: SignIn, shortlist: Shortlist, cookies: Cookies) -> APIRouter:
    choosers, router = (
        Choosers(signing, shortlist, cookies),
        APIRouter(prefix=HERE, route_class=Door),
    )
    _choosing(router, choosers)
    _reading(router, choosers)
    return router


def _choosing(router: APIRouter, choosers: Choosers) -> None:
    shortlist = choosers.shortlist

    @router.get("")
    def page(request: Request, caller: Anyone, geoname_ids: Wanted = None) -> Response:
        def told(who: Caller, case: UUID) -> Response:
            return _proposed(shortlist, who, case, ticked=numbers_of(geoname_ids or []))

        return choosers.answered(request, told)

    @router.post("")
    def choose(
        request: Request,
        caller: Anyone,
        geoname_ids: Ticked = None,
        what: Annotated[str, Form(max_length=60)] = "",
    ) -> Response:
        """Settles what was shown once more; shows it once more before."""
        choosers.cookies.check_origin(request)

        def carry_out(who: Caller, case: UUID) -> Response:
            ticked = numbers_of(geoname_ids or [])
            try:
                if what != "settle":
                    return _review(shortlist, who, case, ticked)
                shortlist.choose(who, case, ticked)
            except (NotChosen, ProposalsAway) as refusal:
                if not shortlist.is_settled_so(who, case, ticked):
                    return _proposed(shortlist, who, case, refusal, ticked)
            return RedirectResponse(HERE, 303)

        return choosers.answered(request, carry_out)


def _reading(router: APIRouter, choosers: Choosers) -> None:
    shortlist = choosers.shortlist

    @router.get("/brief")
    def brief(request: Request, caller: Anyone, geoname_ids: Wanted = None) -> Response:
        def made(who: Caller, case: UUID) -> Response:
            ticked = numbers_of(geoname_ids or [])
            try:
                content = shortlist.brief(who, case, ticked)
            except NotChosen as refusal:
                return _proposed(shortlist, who, case, refusal, ticked)
            return Response(content, media_type="application/pdf", headers=PDF)

        return choosers.answered(request, made)

    @router.get("/{geoname_id}")
    def city(request: Request, geoname_id: str, caller: Anyone) -> Response:
        def told(who: Caller, case: UUID) -> Response:
            (number,) = numbers_of([geoname_id])
            found = shortlist.why(who, case, number)
            return show("shortlist_city.html", f"Why {found.name}", city=found)

        return choosers.answered(request, told)


def _review(shortlist: Shortlist, caller: Caller, case_id: UUID, ticked: Sequence[int]) -> Response:
    """What would be refused is refused here."""
    shortlist.check(caller, case_id, ticked)
    found = shortlist.choice(caller, case_id).proposed
    cities = [each for each in found if each.geoname_id in ticked]
    return show("shortlist_review.html", "Your shortlist", cities=cities)


def _proposed(
    shortlist: Shortlist,
    caller: Caller,
    case_id: UUID,
    problem: Refusal | None = None,
    ticked: Sequence[int] = (),
) -> Response:
    """Ticked are those that were sent, else those that are chosen."""
    try:
        choice = shortlist.choice(caller, case_id)
    except ProposalsAway as refusal:
        choice, problem = Choice(), refusal
    return show(
        "shortlist.html",
        "Cities that are proposed to you",
        problem.status if problem else 200,
        problem,
        choice=choice,
        ticked=ticked or [each.geoname_id for each in choice.chosen],
        is_administrator=caller.role is Role.ADMINISTRATOR,
    )
