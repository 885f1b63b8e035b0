"""The pages behind the link of the confirming letter, without scripts: a button that confirms, and an upload."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse

from services.intake import uploads
from services.intake.api.forms import Abilities
from services.intake.api.sign_in import Island, show
from services.intake.domain.form import TooManyFromThere
from services.intake.domain.letter_file import MOST_BYTES
from services.intake.domain.listing import Listing
from services.intake.domain.listing_proofs import VerifiedAlready, WrongCode
from shared.http import Anyone, Door, words
from shared.refusals import NotFound, Refusal

router = APIRouter(prefix="/list-your-city", include_in_schema=False, route_class=Door)
Entered = Annotated[str, Form(max_length=100)]
NOT_DONE = "That did not work"


@router.get("/{listing_id}/confirm")
def look(listing_id: UUID, caller: Anyone, token: str = "") -> HTMLResponse:
    """Shows a button and does nothing: programs that look into mails follow links."""
    return _confirm("Confirm your address", listing_id, token[:100])


@router.post("/{listing_id}/confirm")
def confirm(listing_id: UUID, token: Entered, intake: Abilities, caller: Anyone) -> HTMLResponse:
    """The button: proves the address, and shows where a letter of authority is uploaded."""
    try:
        intake.verify(listing_id, token)
    except VerifiedAlready:
        # Whoever presses twice has done nothing wrong.
        return _confirm("Your address is confirmed", listing_id, is_done=True)
    except TooManyFromThere as refusal:
        return _confirm(NOT_DONE, listing_id, token, refusal)
    except WrongCode as refusal:
        return _confirm(NOT_DONE, listing_id, problem=refusal)
    except Refusal as refusal:
        return _confirm(NOT_DONE, listing_id, problem=refusal, is_over=True)
    link = uploads.link_of(intake, intake.load(Listing, listing_id))
    return _confirmed("Your address is confirmed", listing_id, link)


def _confirm(
    title: str,
    listing_id: UUID,
    token: str = "",
    problem: Refusal | None = None,
    *,
    is_done: bool = False,
    is_over: bool = False,
) -> HTMLResponse:
    facts = {"token": token, "listing_id": listing_id, "is_done": is_done, "is_over": is_over}
    told = {"state": "done" if is_done else "over" if is_over else "ask", "token": token}
    island = Island(told | {"problem": problem_told(problem)})
    status = problem.status if problem else 200
    return show("confirm.html", title, status, problem, island, **facts)


def _confirmed(
    title: str, listing_id: UUID, token: str = "", problem: Refusal | None = None
) -> HTMLResponse:
    """The address is proved; `token` opens the upload of a letter."""
    state = "confirmed" if token else "over" if problem else "letter_there"
    island = Island({"state": state, "token": token, "problem": problem_told(problem)})
    status, facts = problem.status if problem else 200, {"token": token, "listing_id": listing_id}
    return show("confirmed.html", title, status, problem, island, **facts)


def problem_told(problem: Refusal | None) -> dict[str, str] | None:
    if problem is None:
        return None
    rule = words(type(problem).__name__).lower().replace(" ", "-")
    told = {"detail": problem.sentence, "next_step": problem.next_step}
    return told | {"type": f"/problems/{rule}"}


@router.post("/{listing_id}/letters/by-link")
def upload_by_link(
    listing_id: UUID, token: Entered, file: UploadFile, intake: Abilities, caller: Anyone
) -> HTMLResponse:
    """The upload of that page, for whoever has confirmed the address and has not signed in."""
    try:
        content = file.file.read(MOST_BYTES + 1)
        name = file.filename or ""
        if uploads.upload_by_link(intake, listing_id, token, name, content) is None:
            raise NotFound(thing="page", id=listing_id)
    except Refusal as refusal:
        # Another file can be chosen at once.
        is_right = uploads.is_link_of(intake, intake.load(Listing, listing_id), token)
        again = token if is_right else ""
        return _confirmed(NOT_DONE, listing_id, again, refusal)
    return _confirmed("The letter is there", listing_id)
