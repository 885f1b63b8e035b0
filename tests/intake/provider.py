"""`python -m tests.intake.provider PORT`: an OpenID Connect provider that checks PKCE.

Accounts and pages are those of `oidc-provider-mock`, which asks for no verifier; the check is Authlib's own.
"""

import sys
from typing import Any

import oidc_provider_mock
import uvicorn
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge
from oidc_provider_mock import _app

challenges: dict[str, tuple[str, str]] = {}
"""Code -> challenge and method."""


class OfThisCode(CodeChallenge):  # type: ignore[misc]  # Authlib tells no types
    def get_authorization_code_challenge(self, authorization_code: Any) -> str:
        return challenges[authorization_code.code][0]

    def get_authorization_code_challenge_method(self, authorization_code: Any) -> str:
        return challenges[authorization_code.code][1]


class WithChallenge(_app.AuthorizationCodeGrant):  # type: ignore[misc]  # nor does the other
    def __init__(self, request: Any, server: Any) -> None:
        super().__init__(request, server)
        OfThisCode(required=True)(self)

    def save_authorization_code(self, code: str, request: Any) -> Any:
        asked = request.payload.data
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            raise InvalidRequestError("a hashed verifier is asked for")
        challenges[code] = (asked["code_challenge"], asked["code_challenge_method"])
        return super().save_authorization_code(code, request)


if __name__ == "__main__":
    _app.AuthorizationCodeGrant = WithChallenge
    asked_for: Any = oidc_provider_mock.app(require_nonce=True)
    uvicorn.run(asked_for, interface="wsgi", port=int(sys.argv[1]), log_level="warning")
