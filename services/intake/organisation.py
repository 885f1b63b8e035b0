"""OpenID Connect for staff: the code flow with PKCE, with one issuer that the settings name."""

import base64
import hashlib
import hmac
import logging
import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.intake.domain import organisation as rules
from services.intake.sign_in import SignIn

log = logging.getLogger(__name__)
ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
"""Signatures by a key that only the organisation has; `none` and shared secrets are not among them."""
HERE = ("localhost", "127.0.0.1", "::1")
NOT_UNDERSTOOD = (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
LOOKED_UP_FOR_SECONDS = 3600
SECONDS_TO_ANSWER = 5
MOST_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Provider:
    """As the settings name it; without a secret we are a public client, which PKCE alone protects."""

    issuer: str
    client_id: str
    client_secret: str
    name: str

    def __post_init__(self) -> None:
        if not is_safe(self.issuer):
            raise SystemExit("OIDC_ISSUER begins with https:// (http:// on this machine alone).")


def is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)


@dataclass
class Organisation:
    """`secret`: what is sent along is made from it and the browser's cookie, so nothing has to be kept."""

    provider: Provider
    signing: SignIn
    secret: str
    public_url: str
    found: dict[str, Any] = field(default_factory=dict)
    found_at: float = 0.0

    @property
    def comes_back_to(self) -> str:
        return f"{self.public_url.rstrip('/')}/sign-in/organisation/back"

    def begin(self, network: str) -> tuple[str, str]:
        """A cookie for the browser, and where it is sent. Raises TooManyLinks, OrganisationAway."""
        self.signing.take_network("organisation network", network)
        ends_at = self.signing.intake.clock() + rules.WITHIN
        cookie = f"{secrets.token_urlsafe(32)}.{int(ends_at.timestamp())}"
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self.comes_back_to,
            "scope": "openid email",
            "state": self._made("state", cookie),
            "nonce": self._made("nonce", cookie),
            "code_challenge": _text(hashlib.sha256(self._verifier(cookie).encode()).digest()),
            "code_challenge_method": "S256",
        }
        where = self._address("authorization_endpoint")
        return cookie, f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"

    def sign_in(self, cookie: str, said: dict[str, str], network: str, device: str) -> str:
        """The session's token; `said` is the query that the browser came back with.

        Raises OrganisationNotBelieved, OrganisationAway, AddressNotVerified, NotStaffHere, PasskeyNeeded, TooManyLinks.
        """
        self._check(cookie, said)
        self.signing.take_network("organisation answer network", network)
        told = self._token(said["code"], self._verifier(cookie))
        claims = self._claims(told, self._made("nonce", cookie))
        address = rules.verified_address(claims)
        digest = self.signing.intake.vault.digest(address)
        rules.check_staff({person.role for person in self.signing.people(digest)})
        return self.signing.begin(digest, network, device, by="organisation")

    def _check(self, cookie: str, said: dict[str, str]) -> None:
        """Comes back in the browser that was sent, in time, from the issuer. Raises OrganisationNotBelieved."""
        ends_at = cookie.rpartition(".")[2]
        now = self.signing.intake.clock()
        in_time = ends_at.isascii() and ends_at.isdigit() and now.timestamp() < int(ends_at[:12])
        state = self._made("state", cookie)
        is_ours = hmac.compare_digest(said.get("state", "").encode(), state.encode())
        # RFC 9207: an answer of another issuer is not taken for ours.
        from_issuer = said.get("iss", self.provider.issuer) == self.provider.issuer
        if not (cookie and in_time and is_ours and from_issuer and said.get("code")):
            raise rules.OrganisationNotBelieved

    def _token(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.comes_back_to,
            "code_verifier": verifier,
        }
        methods = self._found().get("token_endpoint_auth_methods_supported")
        who, password = self.provider.client_id, self.provider.client_secret
        basic = None
        if password and (methods is None or "client_secret_basic" in methods):
            basic = httpx.BasicAuth(quote(who, safe=""), quote(password, safe=""))
        elif password:
            form |= {"client_id": who, "client_secret": password}
        else:
            form["client_id"] = who
        return self._asked("POST", self._address("token_endpoint"), data=form, auth=basic)

    def _claims(self, told: dict[str, Any], nonce: str) -> dict[str, Any]:
        """Raises OrganisationNotBelieved, OrganisationAway."""
        keys = self._asked("GET", self._address("jwks_uri"))
        try:
            claims = read_id_token(
                str(told["id_token"]), keys, self.provider, nonce, self.signing.intake.clock()
            )
            if "email" in claims or "userinfo_endpoint" not in self._found():
                return claims
            return claims | self._more(str(told["access_token"]), claims["sub"])
        except NOT_UNDERSTOOD as problem:
            log.warning("what the organisation said is not believed: %s", type(problem).__name__)
            raise rules.OrganisationNotBelieved from problem

    def _more(self, access_token: str, subject: str) -> dict[str, Any]:
        """What is not in the token itself; of the same person alone."""
        headers = {"Authorization": f"Bearer {access_token}"}
        told = self._asked("GET", self._address("userinfo_endpoint"), headers=headers)
        if told.get("sub") != subject:
            raise rules.OrganisationNotBelieved
        return {name: told.get(name) for name in ("email", "email_verified")}

    def _found(self) -> dict[str, Any]:
        """The issuer's own description of itself, looked up once an hour. Raises OrganisationAway."""
        if time.monotonic() - self.found_at > LOOKED_UP_FOR_SECONDS or not self.found:
            issuer = self.provider.issuer
            told = self._asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != issuer:
                log.warning("OIDC_ISSUER is %s, and calls itself %s", issuer, told.get("issuer"))
                raise rules.OrganisationAway
            self.found, self.found_at = told, time.monotonic()
        return self.found

    def _address(self, name: str) -> str:
        """Raises OrganisationAway."""
        url = self._found().get(name)
        if not isinstance(url, str) or not is_safe(url):
            raise rules.OrganisationAway
        return url

    def _asked(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        """Raises OrganisationAway where nobody answers, OrganisationNotBelieved where the answer is a no."""
        try:
            with httpx.Client(timeout=SECONDS_TO_ANSWER) as http:
                answer = http.request(method, url, **more)
        except httpx.HTTPError as problem:
            log.warning("the organisation does not answer: %s", type(problem).__name__)
            raise rules.OrganisationAway from problem
        if answer.is_server_error:
            raise rules.OrganisationAway
        try:
            told = answer.raise_for_status().json() if len(answer.content) <= MOST_BYTES else None
        except (httpx.HTTPError, ValueError) as problem:
            log.warning("the organisation says no: %s %s", answer.status_code, _code_of(answer))
            raise rules.OrganisationNotBelieved from problem
        if not isinstance(told, dict):
            raise rules.OrganisationNotBelieved
        return told

    def _made(self, what: str, cookie: str) -> str:
        return _text(hmac.digest(self.secret.encode(), f"{what} {cookie}".encode(), hashlib.sha256))

    def _verifier(self, cookie: str) -> str:
        return self._made("verifier", cookie)


def read_id_token(
    token: str, keys: dict[str, Any], provider: Provider, nonce: str, now: datetime
) -> dict[str, Any]:
    """The claims of a token that the issuer made for us and this question. Raises JoseError or ValueError."""
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=60,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
    registry.validate(claims)
    is_for_others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (is_for_others or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise ValueError("the token was made for somebody else")
    return dict(claims)


def _code_of(answer: httpx.Response) -> str:
    """The protocol's word for what is wrong, such as invalid_client where our settings are."""
    found = re.search(rb'"error"\s*:\s*"([a-z_]{1,40})"', answer.content[:1000])
    return found[1].decode() if found else ""


def _text(made: bytes) -> str:
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
