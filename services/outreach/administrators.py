"""Asks intake, over HTTP, who the administrator of a community is: people stand in intake alone."""

import time
from typing import Any
from uuid import UUID

import httpx

from shared.mail import NotNow

RENEW_AFTER_SECONDS = 240


class Administrators:
    """Holds a service token, and renews it before it ends."""

    def __init__(self, base_url: str, secret: str) -> None:
        self.http = httpx.Client(base_url=f"{base_url}/api/intake/v1", timeout=5)
        self.secret = secret
        self._token, self._issued_at = "", float("-inf")

    def of(self, community_id: UUID) -> dict[str, Any] | None:
        """Name and e-mail address, or None where nobody holds the role. Raises NotNow while intake does not answer."""
        try:
            answer = self.http.get(
                "/people",
                params={"community_id": str(community_id)},
                headers={"Authorization": f"Bearer {self._fresh_token()}"},
            )
            people: list[dict[str, Any]] = answer.raise_for_status().json()
        except httpx.HTTPError as problem:
            raise NotNow(f"intake does not answer: {problem!r}") from problem
        return next((each for each in people if each["role"] == "administrator"), None)

    def _fresh_token(self) -> str:
        if time.monotonic() - self._issued_at > RENEW_AFTER_SECONDS:
            form = {"service": "outreach", "secret": self.secret, "audience": "intake"}
            answer = self.http.post("/tokens", json=form).raise_for_status()
            self._token, self._issued_at = answer.json()["token"], time.monotonic()
        return self._token
