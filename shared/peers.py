"""One service asks another over HTTP, with a token of its own that it renews before it ends."""

import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
from pydantic import ValidationError

from shared.due import DueList
from shared.mail import NotNow

RENEW_AFTER_SECONDS = 240


class Intake:
    """Intake, as the service named asks it: people stand there, and what is looked for of those who are forgotten."""

    def __init__(self, base_url: str, service: str, secret: str) -> None:
        self.http = httpx.Client(base_url=f"{base_url}/api/intake/v1", timeout=5)
        self.service, self.secret = service, secret
        self._token, self._issued_at = "", float("-inf")
        self._renewing = threading.Lock()

    def get(self, path: str, **parameters: Any) -> Any:
        """None where intake has no such thing. Raises NotNow while it does not answer."""
        return self._ask("GET", path, params=parameters)

    def post(self, path: str, form: Any) -> Any:
        return self._ask("POST", path, json=form)

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        try:
            headers = {"Authorization": f"Bearer {self._fresh_token()}"}
            answer = self.http.request(method, path, headers=headers, **more)
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            return answer.raise_for_status().json()
        except httpx.HTTPError as problem:
            raise NotNow(f"intake does not answer: {type(problem).__name__}") from problem

    def _fresh_token(self) -> str:
        with self._renewing:
            if time.monotonic() - self._issued_at > RENEW_AFTER_SECONDS:
                form = {"service": self.service, "secret": self.secret, "audience": "intake"}
                answer = self.http.post("/tokens", json=form).raise_for_status()
                self._token, self._issued_at = answer.json()["token"], time.monotonic()
            return self._token


class Peer:
    """A service, as intake asks it: `token` makes one for it at each call."""

    def __init__(self, name: str, base_url: str, token: Callable[[], str]) -> None:
        self.name, self.token = name, token
        self.http = httpx.Client(base_url=f"{base_url}/api/{name}/v1", timeout=5)

    def due(self, until: date) -> DueList:
        """What is due there by that day. Raises NotNow while it does not answer."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        try:
            answer = self.http.get("/due", params={"until": f"{until}"}, headers=headers)
            return DueList.model_validate(answer.raise_for_status().json())
        except (httpx.HTTPError, ValidationError, ValueError) as problem:
            raise NotNow(f"{self.name} does not answer: {type(problem).__name__}") from problem
