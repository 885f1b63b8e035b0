"""The doors to the digest: what waits for whoever asks, as data and as a page without scripts."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.intake.api.sign_in import Cookies, show
from services.intake.digest import Digests, anchor, not_answering, sentence
from services.intake.domain import account
from services.intake.domain.digest import Digest, Work
from services.intake.sign_in import SignIn
from shared.due import Due
from shared.http import Anyone, Door, Staff


class DueView(Due):
    is_overdue: bool
    sentence: Annotated[str, Field(description="As it stands in the letter.")]


class DigestView(BaseModel):
    """What the letter of the day tells, as it is now."""

    day: Annotated[date, Field(description="By the reader's own clock.")]
    overdue: int
    due: int
    yours: list[DueView]
    nobodys: Annotated[
        list[DueView], Field(description="Of cases that nobody on staff has, and of no case.")
    ]
    not_answering: Annotated[
        list[str], Field(description="Services that could not be asked: there may be more.")
    ]
    left_out: Annotated[int, Field(description="So many lines did not fit.")]


class WorkLine(Due):
    is_overdue: bool
    is_yours: bool
    owner_name: Annotated[str, Field(description="Empty where nobody on staff has it.")]


class WorkView(BaseModel):
    """What waits for all of staff, and what comes to wait."""

    day: Annotated[date, Field(description="By the reader's own clock.")]
    lines: Annotated[list[WorkLine], Field(description="The longest due first.")]
    not_answering: Annotated[
        list[str], Field(description="Services that could not be asked: there may be more.")
    ]
    left_out: Annotated[int, Field(description="So many lines did not fit.")]


def routes(digests: Digests, signing: SignIn, public_url: str) -> APIRouter:
    router = APIRouter(prefix="/api/intake/v1", tags=["what is due"], route_class=Door)
    router.include_router(_page(digests, signing, Cookies(public_url)))

    @router.get("/digest")
    def read_digest(caller: Staff, response: Response) -> DigestView:
        """What is overdue or due in intake, outreach and matching: the caller's, and nobody's."""
        response.headers["Cache-Control"] = "no-store"
        return _view(digests.of(caller.subject, digests.today(caller.subject)))

    @router.get("/work")
    def read_work(caller: Staff, response: Response) -> WorkView:
        """Whatever has a day in intake, outreach and matching: overdue, due, and what others have to do first."""
        response.headers["Cache-Control"] = "no-store"
        return _work(digests.work(digests.today(caller.subject)), caller.subject)

    return router


def _page(digests: Digests, signing: SignIn, cookies: Cookies) -> APIRouter:
    router = APIRouter(include_in_schema=False, route_class=Door)

    @router.get("/pages/digest")
    def page(request: Request, caller: Anyone) -> Response:
        try:
            person = signing.session(cookies.token(request)).person
        except account.NoSession:
            return cookies.to_sign_in("/digest")
        if person.role != "staff":
            return show(
                "digest.html", "What waits", 403, account.ForStaff(), digest=None, missing=""
            )
        me = str(person.person_id)
        digest = digests.of(me, digests.today(me))
        missing = not_answering(digest)
        return show(
            "digest.html",
            "What waits",
            digest=digest,
            missing=missing,
            sentence=sentence,
            anchor=anchor,
        )

    return router


def _view(digest: Digest) -> DigestView:
    def shown(found: tuple[Due, ...]) -> list[DueView]:
        return [
            DueView(
                **each.model_dump(),
                is_overdue=each.due_on < digest.day,
                sentence=sentence(each, digest.day),
            )
            for each in found
        ]

    return DigestView(
        day=digest.day,
        overdue=digest.overdue,
        due=digest.due,
        yours=shown(digest.yours),
        nobodys=shown(digest.nobodys),
        not_answering=list(digest.not_answering),
        left_out=digest.left_out,
    )


def _work(work: Work, me: str) -> WorkView:
    return WorkView(
        day=work.day,
        lines=[
            WorkLine(
                **each.model_dump(),
                is_overdue=each.due_on < work.day,
                is_yours=each.owner == me,
                owner_name=name,
            )
            for each, name in work.lines
        ],
        not_answering=list(work.not_answering),
        left_out=work.left_out,
    )
