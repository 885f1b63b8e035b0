"""The pages behind the link of the confirming letter, without scripts: a button that confirms, and an upload."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse

from services.intake import uploads
from services.intake.api.forms import Abilities
from services.intake.api.sign_in import show
from services.intake.domain.form import TooManyFromThere
from services.intake.domain.letter_file import MOST_BYTES
from services.intake.domain.listing import Listing
from services.intake.domain.listing_proofs import VerifiedAlready, WrongCode
from shared.http import Anyone, Door
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
    return show("confirmed.html", "Your address is confirmed", token=link, listing_id=listing_id)


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
    return show("confirm.html", title, problem.status if problem else 200, problem, **facts)


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
        return show(
            "confirmed.html", NOT_DONE, refusal.status, refusal, token=again, listing_id=listing_id
        )
    return show("confirmed.html", "The letter is there", token="", listing_id=listing_id)
