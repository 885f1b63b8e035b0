"""The doors to signing in: pages without scripts for people, the same for the web's own pages, and the session."""

import json
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi import Form as Typed
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.intake import reading
from services.intake.domain import account
from services.intake.domain.passkeys import PasskeyNeeded
from services.intake.member_now import now_of
from services.intake.sign_in import Session, SignIn
from shared.forms import Email, Form
from shared.http import Anyone, Door, network_of
from shared.refusals import Refusal
from shared.rendered import templates
from shared.tokens import LIFETIME_SECONDS

PAGES = Path(__file__).parent.parent / "pages"
POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SCRIPTED = f"{POLICY}; script-src 'self'; connect-src 'self'"
WITH_SCRIPT = {"sign_in.html", "passkeys.html", "city_form.html"}
"""Pages with a script file of our own, which asks the browser for a passkey or does a form's sum."""
BROWSER = "csc-browser"
OURS = re.compile(
    r"/((city|cities|staff|ops|digest|sign-in|list-your-city|how-it-works)(/[\w/.~%-]{0,200})?)?"
    r"(\?[\w.~%&=+,:-]{0,300})?",
    re.ASCII,
)
"""A page of this origin, with what its address says of its state."""
WANTED_SECONDS = 1800
REMEMBERED = 90 * 24 * 3600
"""Seconds for which a browser in which somebody signed in is known again."""
Token = Annotated[str, Field(min_length=20, max_length=200, pattern=r"^[\w-]+$")]
Code = Annotated[str, Field(max_length=12, pattern=r"^[A-Za-z0-9 -]*$")]
Wanted = Annotated[str, Query(max_length=600)]
Audience = Annotated[str, Field(pattern=r"^(intake|matching|outreach|directory)$")]


@dataclass(frozen=True)
class Island:
    """A page that the face of cities abroad draws anew where there are scripts; `told` is what it cannot ask for."""

    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def told(self) -> str:
        return json.dumps(self.facts, default=str)


class AskForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"email": "ann.lee@example.org"}})

    email: Email


class AskedView(BaseModel):
    """The same for every address."""

    code: Annotated[
        str, Field(description="Shown here; asked for where the link is opened elsewhere.")
    ]
    expires_in: Annotated[int, Field(description="Seconds.")] = account.LINK_MINUTES * 60


class WaysView(BaseModel):
    """How one can sign in here, beside the link by e-mail."""

    passkeys: Annotated[bool, Field(description="For staff and operators who registered one.")]
    organisation: Annotated[
        str | None,
        Field(description="Whose account staff can use, at /sign-in/organisation; null: nobody's."),
    ]


class RedeemForm(Form):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"token": "q1W2e3R4t5Y6u7I8o9P0a1S2d3F4g5H6j7K8l9Z0x1C", "code": ""}
        }
    )

    token: Token
    code: Code = ""


class LinkView(BaseModel):
    needs_code: bool


class SessionView(BaseModel):
    """Who is signed in in this browser."""

    person: reading.PersonView
    people: Annotated[
        list[reading.PersonView], Field(description="Every role that the address holds.")
    ]


class ChooseForm(Form):
    model_config = ConfigDict(
        json_schema_extra={"example": {"person_id": "4b0e8f62-0d5c-5f0f-9a2e-0c2f6f1c9a11"}}
    )

    person_id: UUID


class TokenForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"audience": "outreach"}})

    audience: Audience


class ServiceToken(BaseModel):
    token: str
    expires_in: Annotated[int, Field(description="Seconds.")] = LIFETIME_SECONDS


class DeviceView(BaseModel):
    session_id: UUID
    device: Annotated[str, Field(description="What the browser says of itself.")]
    began_at: datetime
    seen_at: datetime
    is_this_one: bool


class Cookies:
    """Names and attributes: `__Host-` and Secure behind TLS, plain names where the address is http."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        self.is_secure = parts.scheme == "https"
        self.origin = f"{parts.scheme}://{parts.netloc}"
        prefix = "__Host-" if self.is_secure else ""
        self.session, self.browser = f"{prefix}csc-session", f"{prefix}{BROWSER}"
        self.organisation = f"{prefix}csc-organisation"
        self.wanted = f"{prefix}csc-wanted"

    def put(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            secure=self.is_secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response, name: str = "") -> None:
        """The session's, unless another one is named."""
        response.delete_cookie(
            name or self.session, path="/", secure=self.is_secure, httponly=True, samesite="lax"
        )

    def browser_of(self, request: Request) -> str:
        """What tells this browser from others; made now where it has none."""
        return request.cookies.get(self.browser) or secrets.token_urlsafe(32)

    def token(self, request: Request) -> str:
        return request.cookies.get(self.session, "")

    def to_sign_in(self, path: str) -> Response:
        """To the page that signs in, and from there back to this one."""
        answer = RedirectResponse("/sign-in", 303)
        self.want(answer, path)
        return answer

    def want(self, answer: Response, path: str) -> None:
        """Remembers the page that one came for. Others' addresses are not followed."""
        if OURS.fullmatch(path):
            self.put(answer, self.wanted, path, WANTED_SECONDS)

    def to_wanted(self, request: Request) -> Response | None:
        """For who has signed in: to the page that one came for, once."""
        path = request.cookies.get(self.wanted, "")
        if not OURS.fullmatch(path):
            return None
        answer = RedirectResponse(path, 303)
        self.drop(answer, self.wanted)
        return answer

    def check_origin(self, request: Request) -> None:
        """A change that another site's page asks for is refused. Raises NotFromHere."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        # Pages that send no referrer send no origin either: "null", which the browser's word on the site makes good.
        known = (None, self.origin, "null") if site == "same-origin" else (None, self.origin)
        if site not in (None, "same-origin", "none") or origin not in known:
            raise account.NotFromHere


def show(
    name: str,
    title: str,
    status: int = 200,
    problem: Refusal | None = None,
    island: Island | None = None,
    **facts: Any,
) -> HTMLResponse:
    """A page that loads a stylesheet, and runs nothing or our own file alone."""
    facts |= {"title": title, "problem": problem, "island": island}
    page = templates(PAGES).get_template(name).render(facts)
    policy = SCRIPTED if island or name in WITH_SCRIPT else POLICY
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(page, status, headers)


def routes(signing: SignIn, public_url: str) -> APIRouter:
    templates(PAGES)
    cookies = Cookies(public_url)
    router = APIRouter(route_class=Door)
    router.include_router(_pages_for_people(signing, cookies))
    router.include_router(_pages_of_a_link(signing, cookies))
    router.include_router(_links(signing, cookies))
    router.include_router(_session(signing, cookies))
    return router


def _pages_for_people(signing: SignIn, cookies: Cookies) -> APIRouter:
    router = APIRouter(include_in_schema=False, route_class=Door)

    def ask_page(problem: Refusal | None = None, entered: str = "") -> HTMLResponse:
        status, by = problem.status if problem else 200, signing.organisation
        facts: dict[str, Any] = {"organisation": by, "entered": entered}
        return show("sign_in.html", "Sign in", status, problem, **facts)

    @router.get("/sign-in")
    def page(request: Request, caller: Anyone, to: Wanted = "") -> Response:
        """With `to`, the page that one came for: one is led there once one is signed in."""
        try:
            session = signing.session(cookies.token(request))
        except account.NoSession:
            answer = ask_page()
            cookies.want(answer, to)
            return answer
        if OURS.fullmatch(to):
            return RedirectResponse(to, 303)
        return cookies.to_wanted(request) or signed_in(signing, session)

    @router.post("/sign-in")
    def ask(
        request: Request, caller: Anyone, email: Annotated[str, Typed(max_length=254)] = ""
    ) -> Response:
        try:
            cookies.check_origin(request)
            address = _address(email)
            asked = signing.ask(
                address, network_of(request), request.cookies.get(cookies.browser, "")
            )
        except (account.NotFromHere, account.NoAddress, account.TooManyLinks) as refusal:
            return ask_page(refusal, email)
        answer = show("sign_in_asked.html", "Look into your mailbox", code=asked.code)
        cookies.put(answer, cookies.browser, asked.browser, REMEMBERED)
        return answer

    return router


def _address(entered: str) -> str:
    """Raises NoAddress."""
    try:
        return TypeAdapter(Email).validate_python(entered.strip())
    except ValidationError as problem:
        raise account.NoAddress from problem


def _pages_of_a_link(signing: SignIn, cookies: Cookies) -> APIRouter:
    router = APIRouter(include_in_schema=False, route_class=Door)

    @router.get("/sign-in/open")
    def look(request: Request, caller: Anyone, token: str = "") -> Response:
        """Redeems nothing: programs that look into mails follow links."""
        try:
            needs = signing.needs_code(token[:200], request.cookies.get(cookies.browser, ""))
        except account.LinkIsOver as refusal:
            return _over(signing, cookies, request, refusal)
        return show("sign_in_open.html", "Sign in", token=token, needs_code=needs)

    @router.post("/sign-in/open")
    def redeem(
        request: Request,
        caller: Anyone,
        token: Annotated[Token, Typed()],
        code: Annotated[Code, Typed()] = "",
    ) -> Response:
        try:
            cookies.check_origin(request)
            session, browser = _redeem(signing, cookies, request, token, code)
        except account.CodeNeeded as refusal:
            return show("sign_in_open.html", "Sign in", 403, refusal, token=token, needs_code=True)
        except (account.LinkIsOver, account.NotFromHere, PasskeyNeeded) as refusal:
            return _over(signing, cookies, request, refusal)
        answer = RedirectResponse("/sign-in", 303)
        cookies.put(answer, cookies.session, session, int(signing.lifetime.most.total_seconds()))
        cookies.put(answer, cookies.browser, browser, REMEMBERED)
        return answer

    @router.post("/sign-out")
    def sign_out(request: Request, caller: Anyone) -> Response:
        cookies.check_origin(request)
        signing.end(cookies.token(request))
        answer = RedirectResponse("/sign-in", 303)
        cookies.drop(answer)
        return answer

    @router.post("/sign-in/choose")
    def choose(request: Request, caller: Anyone, person_id: Annotated[UUID, Typed()]) -> Response:
        cookies.check_origin(request)
        try:
            signing.choose(cookies.token(request), person_id)
        except account.NotYourRole as refusal:
            return signed_in(signing, signing.session(cookies.token(request)), refusal)
        except account.NoSession:
            pass
        return RedirectResponse("/sign-in", 303)

    return router


def _over(signing: SignIn, cookies: Cookies, request: Request, refusal: Refusal) -> Response:
    """Whoever presses twice, or opens a used link again, is signed in already: that is no failure."""
    if isinstance(refusal, account.LinkIsOver):
        with suppress(account.NoSession):
            signing.session(cookies.token(request))
            return RedirectResponse("/sign-in", 303)
    return show("sign_in_open.html", "Sign in", refusal.status, refusal, token="", needs_code=False)


def signed_in(signing: SignIn, session: Session, problem: Refusal | None = None) -> HTMLResponse:
    """Whoever has several roles chooses here which one to act in."""
    return show(
        "signed_in.html",
        "You are signed in",
        problem.status if problem else 200,
        problem,
        person=session.person,
        people=session.people,
        role=lambda person: role_in_words(person, signing.places(session)),
        member=now_of(signing.intake, session.person, session.caller),
    )


def role_in_words(person: reading.PersonView, places: dict[UUID, str]) -> str:
    place = places.get(person.community_id or person.listing_id or person.person_id)
    return person.role.replace("_", " ") + (f" of {place}" if place else "")


def _redeem(
    signing: SignIn, cookies: Cookies, request: Request, token: str, code: str
) -> tuple[str, str]:
    """The session's token, and what tells this browser from others."""
    browser, device = cookies.browser_of(request), request.headers.get("user-agent", "")
    return signing.redeem(token, browser, code, network_of(request), device), browser


def _links(signing: SignIn, cookies: Cookies) -> APIRouter:
    router = APIRouter(tags=["signing in"], route_class=Door)

    @router.post("/sign-in/links", status_code=202)
    def ask_for_link(
        form: AskForm, request: Request, response: Response, caller: Anyone
    ) -> AskedView:
        """A link goes to the address by e-mail if somebody of ours has it; the answer is the same if not."""
        cookies.check_origin(request)
        asked = signing.ask(
            form.email, network_of(request), request.cookies.get(cookies.browser, "")
        )
        cookies.put(response, cookies.browser, asked.browser, REMEMBERED)
        return AskedView(code=asked.code)

    @router.get("/sign-in/ways")
    def read_ways(caller: Anyone) -> WaysView:
        """What a page that signs in has to offer."""
        return WaysView(passkeys=True, organisation=signing.organisation or None)

    @router.post("/sign-in/look")
    def look_at_link(form: RedeemForm, request: Request, caller: Anyone) -> LinkView:
        """Whether the link works, and whether this browser has to give the code; nothing is redeemed."""
        browser = request.cookies.get(cookies.browser, "")
        return LinkView(needs_code=signing.needs_code(form.token, browser))

    @router.post("/sign-in/redeem")
    def redeem_link(
        form: RedeemForm, request: Request, response: Response, caller: Anyone
    ) -> SessionView:
        """Begins a session; its cookie comes with the answer."""
        cookies.check_origin(request)
        token, browser = _redeem(signing, cookies, request, form.token, form.code)
        cookies.put(response, cookies.session, token, int(signing.lifetime.most.total_seconds()))
        cookies.put(response, cookies.browser, browser, REMEMBERED)
        return view_of(signing.session(token))

    return router


def _session(signing: SignIn, cookies: Cookies) -> APIRouter:
    router = APIRouter(prefix="/session", tags=["signing in"], route_class=Door)

    @router.get("")
    def read_session(request: Request, response: Response, caller: Anyone) -> SessionView:
        """Who is signed in, by the cookie."""
        response.headers["Cache-Control"] = "no-store"
        return view_of(signing.session(cookies.token(request)))

    @router.get("/devices")
    def list_devices(request: Request, response: Response, caller: Anyone) -> list[DeviceView]:
        """Every session of the address that goes on."""
        response.headers["Cache-Control"] = "no-store"
        session = signing.session(cookies.token(request))
        return [DeviceView.model_validate(row) for row in signing.devices(session)]

    @router.post("/token")
    def issue_session_token(form: TokenForm, request: Request, caller: Anyone) -> ServiceToken:
        """A bearer token of five minutes for one service."""
        cookies.check_origin(request)
        return ServiceToken(token=signing.token_for(cookies.token(request), form.audience))

    @router.post("/choose")
    def choose_role(form: ChooseForm, request: Request, caller: Anyone) -> SessionView:
        """Act in another one of one's roles."""
        cookies.check_origin(request)
        return view_of(signing.choose(cookies.token(request), form.person_id))

    @router.post("/end", status_code=204)
    def end_session(request: Request, caller: Anyone) -> Response:
        """Sign out: the session ends in the database."""
        return _end(signing, cookies, request)

    @router.post("/end-everywhere", status_code=204)
    def end_everywhere(request: Request, caller: Anyone) -> Response:
        """Sign out in every browser."""
        return _end(signing, cookies, request, everywhere=True)

    return router


def _end(
    signing: SignIn, cookies: Cookies, request: Request, *, everywhere: bool = False
) -> Response:
    cookies.check_origin(request)
    signing.end(cookies.token(request), everywhere=everywhere)
    answer = Response(status_code=204)
    cookies.drop(answer)
    return answer


def view_of(session: Session) -> SessionView:
    return SessionView(person=session.person, people=list(session.people))
