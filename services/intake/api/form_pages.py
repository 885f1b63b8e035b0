"""The pages behind the link of the confirming letter: plain HTML without scripts, a button that confirms, an upload."""

from collections.abc import Callable
from html import escape
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, UploadFile
from fastapi.responses import HTMLResponse

from services.intake import uploads
from services.intake.api.forms import Abilities
from services.intake.domain.letter_file import MOST_BYTES
from shared.http import Anyone, Door
from shared.refusals import NotFound, Refusal

router = APIRouter(prefix="/listings", tags=["form"], route_class=Door)
Token = Annotated[str, Query(max_length=100, description="From the link of the letter.")]
Entered = Annotated[str, Form(max_length=100)]
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title} - Cities Seeking Cities</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}}
button,input{{font:inherit;min-height:44px}}button{{padding:.5rem 1.2rem;background:#005ea2;color:#fff;border:0}}
:focus{{outline:3px solid #ffbe2e;outline-offset:2px}}</style></head>
<body><main><h1>{title}</h1>{body}</main></body></html>"""
CONFIRM = """<p>Press the button to confirm that this address is yours. Then our staff look at your request.</p>
<form method="post" action="confirm"><input type="hidden" name="token" value="{token}">
<button>Confirm the address</button></form>
<p>If you did not send a request, close this page: it will be forgotten.</p>"""
UPLOAD = """<p>Our staff look at your request and write to you.</p>
<h2>A letter of authority</h2>
<p>A short letter on the city's paper that says that you may speak for the city. PDF, PNG, JPEG or DOCX, at most
5 MB. You can also send it later, by answering our mail.</p>
<form method="post" action="letters/by-link" enctype="multipart/form-data">
<input type="hidden" name="token" value="{token}">
<p><label for="file">The file</label><br><input id="file" type="file" name="file" required></p>
<button>Send the letter</button></form>"""


@router.get("/{listing_id}/confirm", response_class=HTMLResponse)
def confirm_page(listing_id: UUID, token: Token, caller: Anyone) -> HTMLResponse:
    """Shows a button and does nothing: programs that look through mail follow links."""
    return _page("Confirm your address", CONFIRM.format(token=escape(token)))


@router.post("/{listing_id}/confirm", response_class=HTMLResponse)
def confirm(listing_id: UUID, token: Entered, intake: Abilities, caller: Anyone) -> HTMLResponse:
    """The button: proves the address, and shows where a letter of authority is uploaded."""

    def act() -> HTMLResponse:
        intake.verify(listing_id, token)
        link = uploads.link_of(intake, listing_id)
        return _page("Your address is confirmed", UPLOAD.format(token=escape(link)))

    return _in_words(act)


@router.post("/{listing_id}/letters/by-link", response_class=HTMLResponse)
def upload_by_link(
    listing_id: UUID, token: Entered, file: UploadFile, intake: Abilities, caller: Anyone
) -> HTMLResponse:
    """The upload of that page, for whoever has confirmed the address and has no account."""

    def act() -> HTMLResponse:
        content = file.file.read(MOST_BYTES + 1)
        name = file.filename or ""
        if uploads.upload_by_link(intake, listing_id, token, name, content) is None:
            raise NotFound(thing="page", id=listing_id)
        return _page("The letter is there", "<p>Thank you. Our staff read it and write to you.</p>")

    return _in_words(act)


def _in_words(act: Callable[[], HTMLResponse]) -> HTMLResponse:
    """A refusal is a page too; nothing that was entered is shown again."""
    try:
        return act()
    except Refusal as refusal:
        words = f"<p>{escape(refusal.sentence)}</p><p>{escape(refusal.next_step)}</p>"
        return _page("That did not work", words, refusal.status)


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(PAGE.format(title=title, body=body), status, HEADERS)
