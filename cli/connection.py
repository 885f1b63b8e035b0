"""Where the programme runs and who asks: finds addresses and keys, makes tokens, calls the services."""

import json
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from nats.aio.client import Client as Nats

from cli.lasting import lasting
from cli.trouble import Refused, Trouble, Unreachable
from shared.context import NOBODY, Caller, Role
from shared.tokens import LIFETIME_SECONDS, Signer

ROOT = Path(__file__).parents[1]
SERVICES = ("intake", "matching", "outreach", "directory")
PASSING_STATUSES = (502, 503, 504)
NOT_REACHABLE = "/problems/not-reachable"
"""What the origin says for a service that does not answer it."""
SEE_STATUS = "See: csc status"
START = (
    "Start the programme with `make run`, or say where it runs: with DATA_DIR, the folder of its data,"
    " or with CSC_URL, NATS_URL and SECRETS_DIR."
)

OPERATOR = Caller("csc", Role.OPERATOR)
STAFF = Caller("csc", Role.STAFF)


@dataclass(frozen=True)
class Connection:
    """The origin's address, NATS's address and the folder of secrets."""

    base_url: str
    nats_url: str
    secrets: Path
    gazetteer: Path
    data_dir: Path | None = None
    """Of the platform that `make run` started on this machine; none elsewhere."""
    postgres: Mapping[str, Any] = field(default_factory=dict)
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))
    _tokens: dict[tuple[Caller, str], tuple[float, str]] = field(default_factory=dict)

    @cached_property
    def signer(self) -> Signer:
        try:
            return Signer(self.secrets / "signing_key.json")
        except OSError as problem:
            raise Trouble(
                f"The signing key {problem.filename} cannot be read.",
                "Run csc as the user who runs the programme, or name the folder with SECRETS_DIR.",
            ) from problem

    def token(self, caller: Caller, audience: str) -> str:
        """A bearer token for one service, made anew a minute before the last one ends."""
        made_at, token = self._tokens.get((caller, audience), (0.0, ""))
        if time.monotonic() - made_at > LIFETIME_SECONDS - 60 or not token:
            token = self.signer.token(caller, audience)
            self._tokens[caller, audience] = (time.monotonic(), token)
        return token

    def get(
        self,
        path: str,
        caller: Caller = NOBODY,
        *,
        patience: float = 5,
        timeout: float = 60,
        **parameters: Any,
    ) -> Any:
        return self._call(
            "GET", path, caller, patience=patience, timeout=timeout, params=parameters
        )

    def post(
        self,
        path: str,
        caller: Caller,
        form: Any = None,
        *,
        key: str | None = None,
        patience: float = 20,
    ) -> Any:
        """A change, repeated under the same key while the service is away: it is done once."""
        return self._call(
            "POST", path, caller, patience=patience, json=form or {}, key=key or str(uuid4())
        )

    def _call(
        self, method: str, path: str, caller: Caller, *, patience: float, key: str = "", **more: Any
    ) -> Any:
        until = time.monotonic() + patience
        while True:
            try:
                answer = self.http.request(
                    method,
                    self.base_url + path,
                    headers=self._headers(path, caller, key),
                    **more,
                )
            except httpx.TransportError as problem:
                if time.monotonic() > until:
                    raise Unreachable(
                        f"Nothing answers at {self.base_url}{path}: {problem}.", START
                    ) from problem
            else:
                if answer.status_code not in PASSING_STATUSES:
                    return _content(answer)
                if time.monotonic() > until:
                    raise _away(answer, path)
            time.sleep(0.3)

    def _headers(self, path: str, caller: Caller, key: str) -> dict[str, str]:
        headers = {"Idempotency-Key": key} if key else {}
        if caller.role is not Role.PUBLIC:
            headers["Authorization"] = f"Bearer {self.token(caller, path.split('/')[2])}"
        return headers

    def nats(self, user: str) -> AbstractAsyncContextManager[Nats]:
        """A connection as `reader` or `operations` that outlives restarts of the server."""
        return lasting(self.nats_url, user, self._password(user), START)

    def _password(self, user: str) -> str:
        file = self.secrets / f"nats_{user}"
        try:
            return file.read_text().strip()
        except OSError as problem:
            raise Trouble(
                f"The password of the NATS user {user} cannot be read from {file}.",
                "Run csc as the user who runs the programme, or name the folder with SECRETS_DIR.",
            ) from problem


def _away(answer: httpx.Response, path: str) -> Trouble:
    """A service that answers for itself says why it does not; else the origin answers that nobody is there."""
    problem = _json(answer)
    kind = str(problem.get("type", ""))
    if kind.startswith("/problems/") and kind != NOT_REACHABLE:
        return Refused(answer.status_code, problem)
    return Unreachable(f"{path.split('/')[2]} does not answer at the moment.", SEE_STATUS)


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except json.JSONDecodeError:
        content = {"detail": answer.text[:200]}
    return content if isinstance(content, dict) else {}


def _content(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    raise Refused(answer.status_code, _json(answer))


def find(environment: Mapping[str, str]) -> Connection:
    """From the environment where it says, else from the platform.json that `make run` keeps in DATA_DIR."""
    data_dir = Path(environment.get("DATA_DIR") or ROOT / ".data")
    facts = _facts(data_dir)
    given = {
        "base_url": environment.get("CSC_URL") or facts.get("base_url"),
        "nats_url": environment.get("NATS_URL") or facts.get("nats_url"),
        "secrets": environment.get("SECRETS_DIR") or facts.get("secrets_dir"),
    }
    if missing := [name for name, value in given.items() if not value]:
        raise Trouble(f"csc does not know where the programme runs ({', '.join(missing)}).", START)
    return Connection(
        base_url=str(given["base_url"]).rstrip("/"),
        nats_url=str(given["nats_url"]),
        secrets=Path(str(given["secrets"])),
        gazetteer=Path(
            environment.get("GAZETTEER")
            or facts.get("gazetteer")
            or ROOT / ".venv/share/gazetteer.sqlite"
        ),
        data_dir=data_dir if facts.get("base_url") == given["base_url"] else None,
        postgres=facts.get("postgres", {}),
    )


def _facts(data_dir: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads((data_dir / "platform.json").read_text())
    except (OSError, json.JSONDecodeError):
        return {}
    return facts
