"""The manners of every HTTP door: who calls, repeats are harmless, and a refusal is one sentence (RFC 9457)."""

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5
from weakref import WeakValueDictionary

import psycopg
from eventsourcing.persistence import InterfaceError, OperationalError
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.answers import earlier_answer, keep_answer
from shared.api_docs import add_documentation
from shared.context import NOBODY, Caller, Cause, Command, Role, current_command
from shared.openapi import KEY_LENGTH, PROBLEM, finish
from shared.plain import in_plain_words
from shared.problem_page import problem_page, wants_page
from shared.refusals import (
    ChangedMeanwhile,
    Halted,
    HappenedAtOnce,
    KeyTooLong,
    NoFormTaken,
    NotAllowed,
    NotAVersion,
    NotSignedIn,
    Refusal,
    TooLarge,
)

log = logging.getLogger(__name__)
ATTEMPTS = 5
MOST_FIELDS_TOLD = 20
NO_REPEAT = "The answer is a secret, and asking for another one changes nothing."
BY_COOKIE = "The answer depends on the cookie that comes with the question."
NEVER_KEPT = {
    "/api/intake/v1/tokens": NO_REPEAT,
    "/api/intake/v1/session/token": NO_REPEAT,
    "/api/intake/v1/sign-in/links": NO_REPEAT,
    "/api/intake/v1/sign-in/look": BY_COOKIE,
    "/api/intake/v1/sign-in/redeem": NO_REPEAT,
    "/api/intake/v1/sign-in/passkey/challenge": NO_REPEAT,
    "/api/intake/v1/sign-in/passkey": NO_REPEAT,
    "/api/intake/v1/session/passkeys": BY_COOKIE,
    "/api/intake/v1/session/passkeys/challenge": NO_REPEAT,
    "/api/intake/v1/session/passkeys/rename": BY_COOKIE,
    "/api/intake/v1/session/passkeys/remove": BY_COOKIE,
    "/api/intake/v1/session/passkeys/required": BY_COOKIE,
    "/api/intake/v1/session/choose": BY_COOKIE,
    "/api/intake/v1/session/end": BY_COOKIE,
    "/api/intake/v1/session/end-everywhere": BY_COOKIE,
    **dict.fromkeys(
        (f"/api/{service}/v1/people/find" for service in ("intake", "matching", "outreach")),
        "The answer names a person, and asking again changes nothing.",
    ),
    "/api/intake/v1/listings/saved": "The answer is a secret; a repeat puts the form by anew.",
    "/api/intake/v1/listings/saved/open": "Reading changes nothing.",
}
"""Operations whose answer is not kept for a repeat, and why."""
NO_STORE = "Read models keep none: under one key a rebuild is begun once, and a replay finds nothing left to replay."
DATABASE_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)

NUMBER = re.compile("[0-9A-Fa-f-]{1,64}")
"""A UUID, or the trace id of another system."""
LONG_BODIES = re.compile("/api/[a-z]+/v1/(imports/|inbound|.+/(scan|compare)$)")
LETTERS = re.compile("/api/[a-z]+/v1/list(ings|-your-city)/(status/)?[^/]+/letters")
"""Also from people who have not signed in."""

Handler = Callable[[Request], Awaitable[Response]]


class FieldProblem(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """Why not, in words for a person, and what to do next (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "/problems/changed-meanwhile",
                "title": "Changed meanwhile",
                "status": 412,
                "detail": ChangedMeanwhile().sentence,
                "next_step": ChangedMeanwhile.next_step,
                "errors": [],
            }
        }
    )

    type: Annotated[str, Field(description="`/problems/` and the name of the rule.")]
    title: str
    status: int
    detail: Annotated[str, Field(description="The rule's sentence.")]
    next_step: Annotated[str, Field(description="What the reader can do now.")] = ""
    errors: list[FieldProblem] = []


class May:
    """Who may call an operation; a dependency that answers with the caller, and the source of `x-roles`."""

    def __init__(self, *roles: Role) -> None:
        self.roles = roles

    async def __call__(self, request: Request) -> Caller:
        caller: Caller = request.state.caller
        if Role.PUBLIC in self.roles or caller.role in self.roles:
            return caller
        if caller.role is Role.PUBLIC:
            raise NotSignedIn(why="this is not for the public")
        who = ", ".join(sorted(role.value.replace("_", " ") for role in self.roles))
        raise NotAllowed(who=who, role=caller.role.value.replace("_", " "))


Anyone = Annotated[Caller, Depends(May(Role.PUBLIC))]
SignedIn = Annotated[Caller, Depends(May(*(role for role in Role if role is not Role.PUBLIC)))]
Administrator = Annotated[Caller, Depends(May(Role.ADMINISTRATOR))]
Staff = Annotated[Caller, Depends(May(Role.STAFF))]
StaffOrAdministrator = Annotated[Caller, Depends(May(Role.STAFF, Role.ADMINISTRATOR))]
Committee = Annotated[Caller, Depends(May(Role.STAFF, Role.ADMINISTRATOR, Role.COMMITTEE_MEMBER))]
ForeignOfficial = Annotated[Caller, Depends(May(Role.FOREIGN_OFFICIAL))]
StaffOrForeignOfficial = Annotated[Caller, Depends(May(Role.STAFF, Role.FOREIGN_OFFICIAL))]
Operator = Annotated[Caller, Depends(May(Role.OPERATOR))]
StaffOrOperator = Annotated[Caller, Depends(May(Role.STAFF, Role.OPERATOR))]
PeerService = Annotated[Caller, Depends(May(Role.SERVICE))]


class Door(APIRoute):
    """A route that knows its caller; a change is carried out once for each idempotency key, a repeat is answered the
    same again."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()
        asked = (each.call for each in self.dependant.dependencies)
        may = next((each for each in asked if isinstance(each, May)), None)

        async def handle(request: Request) -> Response:
            if request.method not in ("GET", "HEAD"):
                _check_heads(request)
            request.state.caller = await _caller(request)
            if may is not None:
                # Before the body is read: it may be long, and is not for everybody to send.
                await may(request)
            if request.method in ("GET", "HEAD"):
                return _with_etag(await handler(request))
            return _with_etag(await self._change(request, handler))

        return handle

    async def _change(self, request: Request, handler: Handler) -> Response:
        if request.app.state.halted() and "/operations/" not in request.url.path:
            raise Halted(reason=request.app.state.halted())
        command = await _command(request, takes_form=self._takes_form)
        # Impatient repeats wait for the first one's answer.
        turns = request.app.state.turns
        async with turns.setdefault((command.caller.subject, command.key), asyncio.Lock()):
            try:
                return await self._carry_out(request, handler, command)
            except HappenedAtOnce:
                if command.expected_version is not None:
                    raise
            # Nobody said which version to change: what happened at once is done one after the other.
            async with turns.setdefault(request.url.path, asyncio.Lock()):
                return await self._try_again(request, handler, command)

    @property
    def _takes_form(self) -> bool:
        """Also where it reads the body by itself, and says so in the OpenAPI document."""
        return self.body_field is not None or "requestBody" in (self.openapi_extra or {})

    async def _try_again(self, request: Request, handler: Handler, command: Command) -> Response:
        for attempt in range(ATTEMPTS):
            try:
                return await self._carry_out(request, handler, command)
            except HappenedAtOnce:
                if attempt == ATTEMPTS - 1:
                    raise
                await asyncio.sleep(0.02 * 2**attempt)
        raise AssertionError("unreachable")

    async def _carry_out(self, request: Request, handler: Handler, command: Command) -> Response:
        service = request.app.state.service
        is_repeatable = bool(request.headers.get("idempotency-key"))
        if service is None or not is_repeatable or request.url.path in NEVER_KEPT:
            current_command.set(command)
            return await handler(request)
        told = await asyncio.to_thread(earlier_answer, service, command, self.status_code or 200)
        if told is not None:
            return told
        current_command.set(command)
        answer = await handler(request)
        try:
            await asyncio.to_thread(keep_answer, service, command, answer)
        except DATABASE_AWAY as problem:
            # It is done: to say that it failed would be worse than to carry out a repeat.
            log.warning("the answer to %s is not kept: %r", request.url.path, problem)
        return answer


async def _caller(request: Request) -> Caller:
    header = request.headers.get("authorization", "")
    if not header:
        return NOBODY
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        return NOBODY
    caller: Caller = await request.app.state.verifier.caller(token)
    return caller


def network_of(request: Request) -> str:
    """Where a request comes from, as a network: the /24 of an IPv4 address, the /64 of an IPv6 one.

    An ingress beside us tells the caller's address (X-Forwarded-For, its last entry); nobody else is believed.
    """
    peer = request.client.host if request.client else "127.0.0.1"
    said = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    address = _address(said) if said and _address(peer).is_private else None
    found = address or _address(peer)
    return str(ip_network(f"{found}/{24 if found.version == 4 else 64}", strict=False))


def _address(text: str) -> IPv4Address | IPv6Address:
    try:
        found = ip_address(text)
    except ValueError:
        return IPv4Address("0.0.0.0")  # noqa: S104  # no address of anybody
    return (found.version == 6 and found.ipv4_mapped) or found


async def _command(request: Request, *, takes_form: bool) -> Command:
    """Raises NoFormTaken."""
    body = await request.body()
    if not takes_form:
        _check_nothing_lost(body)
    caller: Caller = request.state.caller
    seed = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body
    key = request.headers.get("idempotency-key")
    given: dict[str, Any] = {"key": key} if key else {}
    command = Command(
        caller=caller,
        fingerprint=hashlib.sha256(seed).hexdigest(),
        expected_version=_version(request.headers.get("if-match")),
        **given,
    )
    return Command(
        caller=caller,
        key=command.key,
        fingerprint=command.fingerprint,
        expected_version=command.expected_version,
        cause=Cause(
            correlation=_correlation(request.headers.get("x-correlation-id") or command.key),
            actor=caller.actor,
        ),
    )


def _check_nothing_lost(body: bytes) -> None:
    """What comes to an operation without a form would be dropped. Raises NoFormTaken."""
    try:
        told = from_json(body) if body.strip() else None
    except ValueError:
        raise NoFormTaken(told="a text") from None
    if isinstance(told, dict) and told:
        raise NoFormTaken(told=", ".join(str(name)[:40] for name in list(told)[:5]))
    if told not in (None, {}, [], ""):
        raise NoFormTaken(told="a value")


def _check_heads(request: Request) -> None:
    """Raises KeyTooLong, NotAVersion."""
    if len(request.headers.get("idempotency-key", "")) > KEY_LENGTH:
        raise KeyTooLong(most=KEY_LENGTH)
    _version(request.headers.get("if-match"))


def _correlation(given: str) -> str:
    """It is told with every public event, so whatever is more than a number gives way to one that is made from it."""
    return given if NUMBER.fullmatch(given) else str(uuid5(NAMESPACE_URL, given))


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    digits = if_match.strip().removeprefix("W/").strip('"')
    if not re.fullmatch("[0-9]{1,18}", digits):
        raise NotAVersion
    return int(digits)


def _with_etag(response: Response) -> Response:
    """A JSON answer that names its version carries it as ETag too."""
    if (
        response.headers.get("content-type", "").startswith("application/json")
        and "etag" not in response.headers
    ):
        # A list has a version for each of its items, and none of its own.
        body = bytes(response.body)
        content = from_json(body) if not body.startswith((b"[", b'{"items":')) else None
        if isinstance(content, dict) and "version" in content:
            response.headers["ETag"] = f'"{content["version"]}"'
    return response


def create_app(service: str, title: str, description: str, origins: Sequence[str] = ()) -> FastAPI:
    """A FastAPI application with the house's manners; `state.service`, `.verifier` and `.halted` are set by main.

    `origins`: foreign frontends that browsers may let in (CORS); none where everything has one origin.
    """
    prefix = f"/api/{service}"
    app = FastAPI(
        title=title,
        description=description,
        version="1",
        openapi_url=f"{prefix}/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses={"4XX": {"model": Problem, "description": "A refusal."}},
    )
    app.router.route_class = Door
    add_documentation(app, prefix)
    app.add_middleware(LimitBody)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                "If-Match",
                "If-None-Match",
            ],
            expose_headers=["ETag", "Idempotent-Replay", "Link", "Retry-After"],
        )
    app.state.service, app.state.halted = None, lambda: None
    app.state.turns = WeakValueDictionary[tuple[str, str], asyncio.Lock]()
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for away in DATABASE_AWAY:
        app.add_exception_handler(away, _database_away)
    app.add_exception_handler(Exception, _unexpected)
    return app


def name_roles(app: FastAPI) -> None:
    """Finishes the OpenAPI document: who may call each operation (`x-roles`; each must say so), and what `finish` adds.

    Called when all routes and the service are there.
    """
    for route in _api_routes(app.routes):
        given = [d.call for d in route.dependant.dependencies if isinstance(d.call, May)]
        assert given, f"{route.path} does not say who may call it"
        route.openapi_extra = (route.openapi_extra or {}) | {
            "x-roles": [role.value for role in given[0].roles]
        }
    document = app.openapi()
    not_kept = NEVER_KEPT
    if app.state.service is None:
        not_kept = dict.fromkeys(document["paths"], NO_STORE)
    app.openapi_schema = finish(document, not_kept)


def _api_routes(routes: Iterable[Any]) -> Iterator[APIRoute]:
    """Also those of included routers, which FastAPI keeps as they are instead of copying their routes."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif included := getattr(route, "original_router", None):
            yield from _api_routes(included.routes)


def problem(
    request: Request, status: int, slug: str, title: str, detail: str, **more: Any
) -> Response:
    """The problem document, or a page where a browser is to show it."""
    body = Problem(type=f"/problems/{slug}", title=title, status=status, detail=detail, **more)
    if wants_page(request):
        return problem_page(status, title, detail, body.next_step)
    return JSONResponse(body.model_dump(mode="json"), status_code=status, media_type=PROBLEM)


def words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).capitalize()


async def _refusal(request: Request, refusal: Any) -> Response:
    title = words(type(refusal).__name__)
    caller: Caller = getattr(request.state, "caller", NOBODY)
    is_staff = caller.role is Role.STAFF
    answer = problem(
        request,
        refusal.status,
        title.lower().replace(" ", "-"),
        title,
        refusal.sentence,
        next_step=(is_staff and refusal.for_staff) or refusal.next_step,
    )
    if refusal.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if refusal.status == 503:
        answer.headers["Retry-After"] = "1"
    return answer


async def _invalid(request: Request, invalid: Any) -> Response:
    found = invalid.errors()[:MOST_FIELDS_TOLD]
    if wants_page(request) and any(error["loc"][0] == "path" for error in found):
        return await _http(request, HTTPException(404))
    errors = [
        FieldProblem(
            field=".".join(str(part) for part in error["loc"][1:]) or str(error["loc"][0]),
            message=in_plain_words(error),
        )
        for error in found
    ]
    detail = "Please check " + ", ".join(error.field for error in errors) + "."
    if any(error["type"] == "json_invalid" for error in found):
        detail = "The body is not valid JSON."
    return problem(
        request,
        422,
        "not-filled-in-right",
        "Not filled in right",
        detail,
        errors=errors,
        next_step="Mend these fields and send again.",
    )


async def _http(request: Request, error: Any) -> Response:
    sentences = {
        404: "There is nothing at this address.",
        405: "This address does not take that method.",
    }
    detail = sentences.get(error.status_code, str(error.detail))
    return problem(
        request, error.status_code, f"http-{error.status_code}", str(error.detail), detail
    )


async def _database_away(request: Request, error: Exception) -> Response:
    answer = problem(
        request,
        503,
        "database-away",
        "Database away",
        "The records cannot be reached at the moment.",
        next_step=_again(request, "Repeat it in a moment"),
    )
    answer.headers["Retry-After"] = "2"
    return answer


def _again(request: Request, repeat: str) -> str:
    if wants_page(request):
        return "Go back and try again in a moment; what you had typed is still there."
    return f"{repeat} with the same Idempotency-Key: it will be done once."


async def _unexpected(request: Request, error: Exception) -> Response:
    return problem(
        request,
        500,
        "our-fault",
        "Our fault",
        "Something went wrong on our side; the request may not have been carried out.",
        next_step=_again(request, "Repeat it"),
    )


class LimitBody:
    """Refuses bodies beyond a size: before they are read where they say it, else as soon as they are beyond it."""

    def __init__(
        self,
        app: ASGIApp,
        limit_bytes: int = 300_000,
        import_bytes: int = 20_000_000,
        letter_bytes: int = 8_000_000,
    ) -> None:
        self.app = app
        self.limit_bytes, self.import_bytes = limit_bytes, import_bytes
        self.letter_bytes = letter_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self._most(scope["path"])
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > most:
            answer = await _refusal(Request(scope), TooLarge(most=f"{most:,}"))
            await answer(scope, receive, send)
            return
        await self.app(scope, _counted(receive, most), send)

    def _most(self, path: str) -> int:
        if LONG_BODIES.match(path):
            return self.import_bytes
        return self.letter_bytes if LETTERS.match(path) else self.limit_bytes


def _counted(receive: Receive, most: int) -> Receive:
    """Raises TooLarge where more comes than that."""
    so_far = 0

    async def counted() -> Any:
        nonlocal so_far
        message = await receive()
        so_far += len(message.get("body", b""))
        if so_far > most:
            raise TooLarge(most=f"{most:,}")
        return message

    return counted


def to_json(value: BaseModel) -> Any:
    return json.loads(value.model_dump_json())
