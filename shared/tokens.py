"""Bearer tokens: signed by intake's Ed25519 key, one audience, five minutes, public keys at the JWKS address."""

import json
import time
import warnings
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from shared.context import Caller, Role
from shared.refusals import NotSignedIn

ISSUER = "intake"
LIFETIME_SECONDS = 300
# The newer name of the algorithm (RFC 9864) is not what the libraries of other languages know yet.
warnings.filterwarnings("ignore", message="EdDSA is deprecated")
ALGORITHMS = ["EdDSA", "Ed25519"]
NO_TOKEN_OF_OURS = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""A stranger may write anything into header and claims."""


class Signer:
    """Holds the private key; lives in intake, and in `csc token` on the operator's machine."""

    def __init__(self, key_file: Path) -> None:
        self.key = OKPKey.import_key(json.loads(key_file.read_text()))
        self.key.ensure_kid()

    def public_keys(self) -> dict[str, Any]:
        """The JWKS document (RFC 7517), public parts alone."""
        return {"keys": [self.key.as_dict(private=False) | {"use": "sig", "alg": "EdDSA"}]}

    def token(self, caller: Caller, audience: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": audience,
            "sub": caller.subject,
            "role": caller.role.value,
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME_SECONDS,
        }
        if caller.community_id is not None:
            claims["community"] = str(caller.community_id)
        if caller.listing_id is not None:
            claims["listing"] = str(caller.listing_id)
        return jwt.encode(
            {"alg": "EdDSA", "kid": self.key.kid}, claims, self.key, algorithms=ALGORITHMS
        )


def _key_set(document: dict[str, Any]) -> KeySet:
    return KeySet.import_key_set(cast(Any, document))


class Verifier:
    """Turns a bearer token into its caller; `keys` is a JWKS document, or the address where one is served."""

    def __init__(self, audience: str, keys: str | dict[str, Any]) -> None:
        self.audience, self.source = audience, keys
        self._keys: KeySet | None = None if isinstance(keys, str) else _key_set(keys)
        self._fetched_at = 0.0
        self._claims = jwt.JWTClaimsRegistry(
            leeway=5,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
            role={"essential": True, "values": [role.value for role in Role]},
        )

    async def caller(self, token: str) -> Caller:
        """Raises NotSignedIn where the token is not ours, not for us, or too old."""
        try:
            return self._read(token, await self._key_set())
        except NO_TOKEN_OF_OURS:
            # A key that we do not know yet may be a new one; asked for at most every ten seconds.
            if not isinstance(self.source, str) or time.monotonic() - self._fetched_at < 10:
                raise NotSignedIn(why="the token is not valid or has expired") from None
        try:
            return self._read(token, await self._key_set(fresh=True))
        except NO_TOKEN_OF_OURS:
            raise NotSignedIn(why="the token is not valid or has expired") from None

    def _read(self, token: str, keys: KeySet) -> Caller:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        self._claims.validate(claims)
        return Caller(
            subject=claims["sub"],
            role=Role(claims["role"]),
            community_id=UUID(claims["community"]) if "community" in claims else None,
            listing_id=UUID(claims["listing"]) if "listing" in claims else None,
        )

    async def _key_set(self, *, fresh: bool = False) -> KeySet:
        if self._keys is None or fresh:
            try:
                async with httpx.AsyncClient(timeout=3) as client:
                    answer = await client.get(str(self.source))
                    self._keys = _key_set(answer.raise_for_status().json())
            except httpx.HTTPError as problem:
                raise NotSignedIn(
                    why="sign-in cannot be checked at the moment, please try again"
                ) from problem
            self._fetched_at = time.monotonic()
        return self._keys
