"""People who call the services over HTTP, each with the tokens of their role."""

import mailbox
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from deploy.local.platform import Platform
from services.intake.form_guard import solve
from shared.context import NOBODY, Caller, Role
from shared.tokens import Signer
from shared.vault import Vault

FORM = "/api/intake/v1/listings"


@dataclass
class Client:
    """One person; a token is made for each call, for the service that the path names."""

    base_url: str
    caller: Caller
    signer: Signer
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        return self.http.get(self.base_url + path, params=parameters, headers=self._headers(path))

    def post(
        self, path: str, form: Any = None, *, key: str | None = None, if_match: int | None = None
    ) -> httpx.Response:
        headers = self._headers(path) | {"Idempotency-Key": key or str(uuid4())}
        if path == FORM and self.caller.role is Role.PUBLIC:
            form = self.fresh_form() | (form or {})
        if if_match is not None:
            headers["If-Match"] = f'"{if_match}"'
        return self.http.post(self.base_url + path, json=form or {}, headers=headers)

    def fresh_form(self) -> dict[str, str]:
        """What the page of the public form gets when it is opened, and does before it is sent."""
        fresh = self.reads(f"{FORM}/form")
        return {"form_token": fresh["form_token"], "work": solve(fresh["challenge"])}

    def does(self, path: str, form: Any = None) -> dict[str, Any]:
        """A POST that must succeed; its receipt."""
        answer = self.post(path, form)
        assert answer.is_success, (
            f"POST {path} as {self.caller.role}: {answer.status_code} {answer.text}"
        )
        receipt: dict[str, Any] = answer.json()
        return receipt

    def reads(self, path: str, **parameters: Any) -> Any:
        answer = self.get(path, **parameters)
        assert answer.is_success, (
            f"GET {path} as {self.caller.role}: {answer.status_code} {answer.text}"
        )
        return answer.json()

    def is_refused(self, path: str, form: Any = None) -> dict[str, Any]:
        """A POST that must be refused; the problem document."""
        answer = self.post(path, form)
        assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
        refusal: dict[str, Any] = answer.json()
        return refusal

    def _headers(self, path: str) -> dict[str, str]:
        if self.caller.role is Role.PUBLIC:
            return {}
        audience = path.split("/")[2]
        return {"Authorization": f"Bearer {self.signer.token(self.caller, audience)}"}


@dataclass
class Clients:
    """Makes clients; everybody who is not said otherwise is somebody new."""

    base_url: str
    signer: Signer
    mail_dir: Path

    @classmethod
    def of(cls, platform: Platform) -> "Clients":
        signer = Signer(platform.secrets_dir / "signing_key.json")
        return cls(platform.base_url, signer, platform.mail_dir)

    def who(self, role: Role, subject: str = "", **acts_for: UUID) -> Client:
        return Client(
            self.base_url,
            Caller(subject or f"{role.value}-{uuid4()}", role, **acts_for),
            self.signer,
        )

    def public(self) -> Client:
        return Client(self.base_url, NOBODY, self.signer)

    def staff(self) -> Client:
        return self.who(Role.STAFF)

    def operator(self) -> Client:
        return self.who(Role.OPERATOR)

    def mails(self, wanted: Callable[[EmailMessage], bool] = lambda _: True) -> list[EmailMessage]:
        """What the local mail catcher holds; a subject that was folded or encoded reads as its sender wrote it."""
        box = mailbox.Maildir(self.mail_dir, create=True)
        held = (
            message_from_bytes(box.get_bytes(key), policy=policy.default) for key in box.iterkeys()
        )
        return [mail for mail in held if wanted(mail)]


def vault(platform: Platform, service: str) -> Vault:
    """The keys of a service, for one that a test runs itself."""
    return Vault(platform.postgres_dsn("vault", service), service)


def today() -> str:
    """Asked for when it is needed: a run may go on past midnight."""
    return f"{datetime.now(UTC).date()}"


def eventually(claim: Callable[[], Any], seconds: float = 60) -> Any:
    """The first truthy answer of `claim`; the last one, or its error, once the time is up."""
    end = time.monotonic() + seconds
    while True:
        try:
            answer = claim()
        except (AssertionError, httpx.HTTPError, KeyError, IndexError):
            if time.monotonic() > end:
                raise
            answer = None
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.1)
