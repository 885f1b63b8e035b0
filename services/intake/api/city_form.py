"""The page of the foreign city's form, which needs no scripts: errors beside their fields, nothing typed is lost."""

import json
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.intake import form_guard, saved_forms
from services.intake.api import city_fields
from services.intake.api.city_fields import LABELS, Entered, Read
from services.intake.api.forms import Abilities
from services.intake.api.public_form import send
from services.intake.api.sign_in import PAGES, Island, show
from services.intake.application import Intake
from services.intake.domain.form import SAVED_FOR_DAYS
from services.intake.form_guard import Guarded
from shared.context import Caller
from shared.http import Anyone, Door, network_of
from shared.refusals import Refusal, TooLarge

router = APIRouter(prefix="/list-your-city", include_in_schema=False, route_class=Door)
TITLE = "List your city"


@router.get("")
def open_form(intake: Abilities, caller: Anyone) -> HTMLResponse:
    return _form(intake, Entered(), Read())


@router.post("")
def send_form(
    entered: Annotated[Entered, Form()], intake: Abilities, caller: Anyone, request: Request
) -> Response:
    """Sends it, or puts it by; whatever is wrong, the page comes back with all that was typed."""
    given = Guarded(entered.form_token, entered.work, entered.website, network_of(request))
    if entered.is_too_long:
        return _form(intake, Entered(), Read(), TooLarge(most=f"{city_fields.MOST_CHARACTERS:,}"))
    if entered.do == "save":
        return _save(intake, entered, given)
    found = city_fields.read(entered, intake.gazetteer)
    if found.form is None:
        return _form(intake, entered, found)
    return _send(intake, caller, entered, found, given)


def _send(
    intake: Intake, caller: Caller, entered: Entered, found: Read, given: Guarded
) -> Response:
    assert found.form is not None, "read"
    try:
        send(intake, caller, found.form, given)
    except Refusal as refusal:
        return _form(intake, entered, found, refusal)
    return RedirectResponse("/list-your-city/sent", 303)


def _save(intake: Intake, entered: Entered, given: Guarded) -> Response:
    try:
        form_guard.check_saving(intake, intake.form_rules, given)
    except Refusal as refusal:
        return _form(intake, entered, Read(), refusal)
    form = {
        "page": entered.kept(),
        "contact_name": entered.contact_name,
        "contact_email": entered.contact_email.strip(),
        "contact_language": entered.contact_language,
    }
    done = saved_forms.save(intake, form, entered.saved)
    return show(
        "city_form_saved.html",
        "Your form is saved",
        link=saved_forms.page_of(intake.addresses.public_url, done.secret),
        is_mailed=done.is_mailed,
        days=SAVED_FOR_DAYS,
    )


@router.get("/sent")
def sent(caller: Anyone) -> HTMLResponse:
    return show("city_form_sent.html", "Look into your mailbox", island=Island())


@router.get("/saved")
def go_on(intake: Abilities, caller: Anyone, token: str = "") -> HTMLResponse:
    """The link of a saved form; looking at it changes nothing."""
    try:
        told = saved_forms.resume(intake, token[:100])
    except Refusal as refusal:
        facts = {"link": "", "is_mailed": False, "days": SAVED_FOR_DAYS}
        return show("city_form_saved.html", TITLE, refusal.status, refusal, Island(), **facts)
    return _form(intake, Entered.resumed(told, intake.gazetteer, token[:100]), Read())


@router.get("/work.js")
def work(caller: Anyone) -> Response:
    headers = {"Cache-Control": "max-age=3600"}
    return Response(_script(), media_type="text/javascript", headers=headers)


@lru_cache
def _script() -> str:
    return (PAGES / "work.js").read_text()


def _form(
    intake: Intake, entered: Entered, found: Read, problem: Refusal | None = None
) -> HTMLResponse:
    """As it was typed; with the form's own token as long as that is good for sending."""
    token, challenge = form_guard.again(intake, intake.form_rules, entered.form_token)
    is_same = token == entered.form_token
    facts: dict[str, Any] = {
        "entered": entered if is_same else entered.model_copy(update={"work": ""}),
        "errors": found.errors,
        "places": found.places,
        "looked_up": entered.query,
        "labels": LABELS,
        "form_token": token,
        "challenge": json.dumps(challenge),
        "countries": city_fields.countries(intake.gazetteer),
        "languages": city_fields.languages(),
        "themes": city_fields.themes(),
    }
    status = problem.status if problem else 422 if found.errors else 200
    title = f"Please look again: {TITLE.lower()}" if status >= 400 else TITLE
    # Who sent it as it is here has no scripts, or none that run: that page is not drawn anew.
    island = Island() if status == 200 else None
    return show("city_form.html", title, status, problem, island, **facts)
