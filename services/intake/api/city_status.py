"""The page where an official sees how the city's request stands, and does what a city can do alone (B15)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from services.intake import proving, reading, uploads
from services.intake.api import city_fields
from services.intake.api.city_fields import LABELS, ProfileEntered
from services.intake.api.forms import Abilities, ProfileForm
from services.intake.api.sign_in import WANTED_SECONDS, Cookies, Island, show
from services.intake.application import Intake
from services.intake.domain import account
from services.intake.domain.form import NothingWritten
from services.intake.domain.letter_file import MOST_BYTES
from services.intake.domain.listing import Listing
from services.intake.sign_in import SignIn, caller_of
from services.intake.standing import NEEDS, STEP_STATES, proof_told, standing_of, still_needed
from shared.context import Caller, act_as
from shared.forms import SAID
from shared.http import Anyone, Door
from shared.refusals import NotFound, Refusal

HOME = "/list-your-city/status"
TITLE = "Your city's request"
MOST_OF_AN_ANSWER = 4000


class Done(BaseModel):
    """What the buttons of the page send."""

    what: str = ""
    text: str = ""


@dataclass(frozen=True)
class Officials:
    """Who is signed in in this browser, for which request."""

    signing: SignIn
    cookies: Cookies

    def mine(self, request: Request) -> dict[UUID, Caller]:
        """Raises NoSession."""
        people = self.signing.session(self.cookies.token(request)).people
        return {
            person.listing_id: caller_of(person)
            for person in people
            if person.role == "official" and person.listing_id
        }

    def of(self, request: Request, listing_id: UUID) -> Caller:
        """Raises NoSession, NotFound, NotFromHere."""
        mine = self.mine(request)
        if listing_id not in mine:
            raise NotFound(thing="request of yours", id=listing_id)
        if request.method == "POST":
            self.cookies.check_origin(request)
            act_as(mine[listing_id])
        return mine[listing_id]

    def asked_to_sign_in(self, page: Response, path: str) -> Response:
        """The page, and a note of where to come back to."""
        self.cookies.put(page, self.cookies.wanted, path, WANTED_SECONDS)
        return page


def routes(signing: SignIn, public_url: str) -> APIRouter:
    officials = Officials(signing, Cookies(public_url))
    router = APIRouter(include_in_schema=False, route_class=Door)
    router.include_router(_looking(officials))
    router.include_router(_before_a_change(officials))
    router.include_router(_acting(officials))
    return router


def _looking(officials: Officials) -> APIRouter:
    router = APIRouter(prefix=HOME, route_class=Door)

    @router.get("")
    def which(request: Request, intake: Abilities, caller: Anyone) -> Response:
        try:
            mine = list(officials.mine(request))
        except account.NoSession:
            return officials.asked_to_sign_in(_page(title="Sign in first"), HOME)
        if len(mine) == 1:
            return RedirectResponse(f"{HOME}/{mine[0]}", 303)
        places = [(each, intake.load(Listing, each).place.name) for each in mine]
        return _page(is_signed_in=True, places=places)

    @router.get("/{listing_id}")
    def status(
        listing_id: UUID, request: Request, intake: Abilities, caller: Anyone, done: str = ""
    ) -> Response:
        def shown() -> Response:
            taken_over = proving.merged_into(intake, listing_id)
            if taken_over in officials.mine(request):
                return RedirectResponse(f"{HOME}/{taken_over}", 303)
            return _status(intake, officials.of(request, listing_id), listing_id, done)

        return _answered(shown, officials, listing_id)

    return router


def _before_a_change(officials: Officials) -> APIRouter:
    """The pages that change nothing themselves."""
    router = APIRouter(prefix=HOME, route_class=Door)

    @router.get("/{listing_id}/withdraw")
    def withdrawal(
        listing_id: UUID, request: Request, intake: Abilities, caller: Anyone
    ) -> Response:
        def shown() -> Response:
            officials.of(request, listing_id)
            return _asked_once_more(intake.load(Listing, listing_id), Island())

        return _answered(shown, officials, listing_id)

    @router.get("/{listing_id}/edit")
    def texts(listing_id: UUID, request: Request, intake: Abilities, caller: Anyone) -> Response:
        def shown() -> Response:
            officials.of(request, listing_id)
            listing = intake.load(Listing, listing_id)
            profile = intake.draft(listing_id) or listing.profile
            entered = ProfileEntered.model_validate(ProfileEntered.of(profile))
            return _edit(listing, entered, {})

        return _answered(shown, officials, listing_id)

    return router


def _acting(officials: Officials) -> APIRouter:
    router = APIRouter(prefix=HOME, route_class=Door)

    @router.post("/{listing_id}")
    def act(
        listing_id: UUID,
        done: Annotated[Done, Form()],
        request: Request,
        intake: Abilities,
        caller: Anyone,
    ) -> Response:
        def carry_out() -> Response:
            who = officials.of(request, listing_id)
            if done.what == "withdraw":
                return _asked_once_more(intake.load(Listing, listing_id))
            return _or_again(intake, who, listing_id, lambda: _do(intake, who, listing_id, done))

        return _answered(carry_out, officials, listing_id)

    @router.post("/{listing_id}/letters")
    def file_letter(
        listing_id: UUID, file: UploadFile, request: Request, intake: Abilities, caller: Anyone
    ) -> Response:
        def carry_out() -> Response:
            who, content = officials.of(request, listing_id), file.file.read(MOST_BYTES + 1)
            told = file.filename or "", content
            return _or_again(
                intake, who, listing_id, lambda: uploads.upload(intake, who, listing_id, *told)
            )

        return _answered(carry_out, officials, listing_id)

    @router.post("/{listing_id}/edit")
    def edit(
        listing_id: UUID,
        entered: Annotated[ProfileEntered, Form()],
        request: Request,
        intake: Abilities,
        caller: Anyone,
    ) -> Response:
        def carry_out() -> Response:
            who = officials.of(request, listing_id)
            told, wrong = entered.profile()
            profile, errors = city_fields.checked(ProfileForm, told)
            if profile is None or wrong:
                return _edit(intake.load(Listing, listing_id), entered, errors | wrong)
            return _or_again(intake, who, listing_id, lambda: intake.edit(who, listing_id, profile))

        return _answered(carry_out, officials, listing_id)

    return router


def _do(intake: Intake, who: Caller, listing_id: UUID, done: Done) -> object:
    match done.what:
        case "code":
            return intake.renew_code(listing_id)
        case "answer":
            return intake.answer(who, listing_id, _said(done.text), None)
        case "colleague" | "no_colleague":
            is_colleague = done.what == "colleague"
            return proving.answer_claim(intake, who, listing_id, is_colleague=is_colleague)
        case "reconfirm":
            return intake.reconfirm(who, listing_id)
        case "withdraw_now":
            return intake.withdraw_listing(who, listing_id)
        case _:
            raise NotFound(thing="button", id="of this kind")


def _said(text: str) -> str:
    """Raises NothingWritten."""
    if len(text) > MOST_OF_AN_ANSWER or not re.search(SAID, text.strip()):
        raise NothingWritten
    return text.strip()


def _answered(
    carry_out: Callable[[], Response], officials: Officials, listing_id: UUID
) -> Response:
    """Who is not signed in, or not for this city, is told so on a page."""
    try:
        return carry_out()
    except account.NoSession as refusal:
        page = _page(refusal.status, refusal)
        return officials.asked_to_sign_in(page, f"{HOME}/{listing_id}")
    except (account.NotFromHere, NotFound) as refusal:
        return _page(refusal.status, refusal, is_signed_in=True)


def _or_again(intake: Intake, who: Caller, listing_id: UUID, act: Callable[[], object]) -> Response:
    """Done, and the page anew; or the page with why not."""
    try:
        act()
    except NotFound:
        raise
    except Refusal as refusal:
        return _status(intake, who, listing_id, problem=refusal)
    return RedirectResponse(f"{HOME}/{listing_id}?done=1", 303)


def _page(
    status: int = 200, problem: Refusal | None = None, title: str = TITLE, **facts: Any
) -> HTMLResponse:
    told: dict[str, Any] = {"is_signed_in": False, "places": [], "listing": None, **facts}
    places = [{"listing_id": number, "name": name} for number, name in told["places"]]
    island = Island({"is_signed_in": told["is_signed_in"], "places": places})
    return show("city_status.html", title, status, problem, island, **told)


def _status(
    intake: Intake,
    who: Caller,
    listing_id: UUID,
    done: str = "",
    problem: Refusal | None = None,
) -> HTMLResponse:
    listing = intake.load(Listing, listing_id)
    listing.admit(who)
    remarks, letters = (
        reading.remarks(intake, listing_id),
        uploads.of_listing(intake, listing_id),
    )
    steps = proving.steps_of(intake, listing, for_staff=False)
    draft = intake.draft(listing_id) if listing.has_draft else None
    return _page(
        problem.status if problem else 200,
        problem,
        title=f"{listing.place.name} on the map"
        if listing.is_confirmable
        else f"The request of {listing.place.name}",
        is_signed_in=True,
        listing=listing,
        standing=standing_of(listing, remarks, letters, intake.clock().date()),
        proof=[(STEP_STATES[state], step) for state, step in proof_told(steps, letters)],
        still_needed=[NEEDS[each] for each in still_needed(listing, letters)],
        letters=letters,
        published=ProfileEntered.of(listing.profile),
        draft=ProfileEntered.of(draft) if draft else None,
        labels=LABELS,
        remarks=remarks,
        takes_letters=listing.takes_letters,
        is_claimed=proving.is_claimed(intake, listing),
        claim_told=news.words if (news := proving.claim_news(intake, listing)) else "",
        is_done=bool(done),
    )


def _asked_once_more(listing: Listing, island: Island | None = None) -> HTMLResponse:
    """Withdrawing cannot be undone: it takes a second button."""
    title = f"Withdraw {listing.place.name}?"
    return show("city_withdraw.html", title, island=island, listing=listing)


def _edit(listing: Listing, entered: ProfileEntered, errors: dict[str, str]) -> HTMLResponse:
    return show(
        "city_edit.html",
        f"What the map says of {listing.place.name}",
        422 if errors else 200,
        island=None if errors else Island(),
        listing=listing,
        entered=entered,
        errors=errors,
        labels=LABELS,
        themes=city_fields.themes(),
    )
