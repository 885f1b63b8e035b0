"""Signing in with an organisation's account: OpenID Connect, with a real provider that runs as a process."""

import hashlib
import hmac
import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from deploy.local.platform import Platform
from services.intake.domain import organisation as rules
from services.intake.organisation import Provider, is_safe, read_id_token
from tests.clients import Clients, eventually
from tests.intake.authenticator import Authenticator, to_text
from tests.intake.people import INTAKE, a_member
from tests.transport.test_mail import free_port

US = "cities-seeking-cities"
PER_NETWORK = 50


@dataclass
class House:
    """Intake whose settings name the provider, in a data folder of its own."""

    clients: Clients
    platform: Platform
    issuer: str

    def person(self, role: str = "staff") -> str:
        """The address of somebody of staff."""
        email = f"{role}-{uuid4()}@example.org"
        form = {"name": "Maria Gomez", "email": email, "role": role}
        self.clients.operator().does(f"{INTAKE}/staff", form)
        return email

    def account(self, **claims: Any) -> str:
        """The name of a new account at the organisation."""
        name = str(uuid4())
        told = httpx.put(f"{self.issuer}/users/{name}", json=claims, timeout=30)
        assert told.status_code == 204, told.text
        return name

    def trail(self) -> list[str]:
        found = self.clients.staff().reads(f"{INTAKE}/audit")["items"]
        return [line["what"] for line in found]


class Visitor:
    """A browser that follows the way to the organisation and back, step by step."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.http = httpx.Client(base_url=house.clients.base_url, timeout=30)
        self.abroad = httpx.Client(timeout=30)

    def leaves(self) -> str:
        """Where the organisation is to be asked."""
        answer = self.http.get("/sign-in/organisation")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def agrees(self, where: str, account: str) -> str:
        """What the organisation sends the browser back to."""
        answer = self.abroad.post(where, data={"sub": account})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def comes_back(self, to: str) -> httpx.Response:
        return self.http.get(to)

    def signs_in(self, account: str) -> httpx.Response:
        return self.comes_back(self.agrees(self.leaves(), account))

    def role(self) -> str | None:
        answer = self.http.get(f"{INTAKE}/session")
        return answer.json()["person"]["role"] if answer.is_success else None


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.intake.provider", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as provider:
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: httpx.get(f"{url}/.well-known/openid-configuration").is_success)
        yield url
        provider.terminate()


@pytest.fixture(scope="module")
def house(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings = {
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": US,
        "OIDC_CLIENT_SECRET": "kept between the two: of us + them",
        "OIDC_NAME": "Sister Cities <International>",
        "SIGN_IN_PER_NETWORK": f"{PER_NETWORK}",
    }
    folder = tmp_path_factory.mktemp("organisation")
    with Platform(folder, environment=settings).start(services=("intake",)) as running:
        yield House(Clients.of(running), running, issuer)


@pytest.fixture
def visitor(house: House) -> Iterator[Visitor]:
    opened = Visitor(house)
    yield opened
    opened.http.close()
    opened.abroad.close()


def test_staff_sign_in_with_their_organisations_account(house: House, visitor: Visitor) -> None:
    """Away, agreed, back, signed in; the page offers it by name, and the trail tells which way it was."""
    email = house.person()
    page = visitor.http.get("/sign-in").text
    assert "Sign in with Sister Cities &lt;International&gt;" in page
    account = house.account(email=email.upper(), email_verified=True)
    answer = visitor.signs_in(account)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert visitor.role() == "staff"
    assert house.trail()[0] == "signed_in_by_organisation"


def test_what_is_asked_for(visitor: Visitor) -> None:
    """The code flow, a hashed verifier, state and nonce that are new each time; the address and nothing more."""
    asked = [parse_qs(urlsplit(visitor.leaves()).query) for _ in range(2)]
    first = {name: values[0] for name, values in asked[0].items()}
    assert first["response_type"] == "code"
    assert first["client_id"] == US
    assert first["scope"] == "openid email"
    assert first["code_challenge_method"] == "S256"
    assert first["redirect_uri"] == f"{visitor.house.clients.base_url}/sign-in/organisation/back"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) == 43
        assert asked[0][name] != asked[1][name]
    cookie = next(each for each in visitor.http.cookies.jar if each.name == "csc-organisation")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert first["state"] not in str(cookie.value)


@pytest.mark.parametrize("verifier", [None, "", "A" * 43])
def test_a_stolen_code_is_worth_nothing_without_its_verifier(
    house: House, visitor: Visitor, verifier: str | None
) -> None:
    """The provider, which checks the verifier itself, gives no token to whoever has the code and the secret alone."""
    account = house.account(email=house.person(), email_verified=True)
    back = visitor.agrees(visitor.leaves(), account)
    form = {
        "grant_type": "authorization_code",
        "code": parse_qs(urlsplit(back).query)["code"][0],
        "redirect_uri": back.partition("?")[0],
        **({} if verifier is None else {"code_verifier": verifier}),
    }
    refused = visitor.abroad.post(f"{house.issuer}/oauth2/token", data=form, auth=(US, "any"))
    assert refused.status_code == 400
    assert refused.json()["error"] in ("invalid_grant", "invalid_request")
    assert visitor.comes_back(back).status_code == 303
    assert visitor.role() == "staff"


def test_the_address_has_to_be_verified_and_known(house: House, visitor: Visitor) -> None:
    """Neither an address that the organisation did not verify, nor one that nobody of staff has, nor a member's."""
    member = a_member(house.clients)
    for claims, sentence in (
        ({"email": house.person(), "email_verified": False}, "is verified"),
        ({"email": house.person()}, "is verified"),
        ({"email": house.person(), "email_verified": "true"}, "is verified"),
        ({}, "is verified"),
        ({"email": f"{uuid4()}@example.org", "email_verified": True}, "Nobody of our staff"),
        ({"email": member.email, "email_verified": True}, "Nobody of our staff"),
    ):
        answer = visitor.signs_in(house.account(**claims))
        assert answer.status_code == 403, claims
        assert sentence in answer.text
        assert visitor.role() is None


def test_the_way_back_counts_once_and_in_one_browser(house: House, visitor: Visitor) -> None:
    """Not in another browser, not twice, not with a state of one's own, not when the organisation says no."""
    account = house.account(email=house.person(), email_verified=True)
    back = visitor.agrees(visitor.leaves(), account)
    other = Visitor(house)
    assert other.comes_back(back).status_code == 403
    other.leaves()
    assert other.comes_back(back).status_code == 403
    forged = re.sub("state=[^&]*", "state=" + "A" * 43, back)
    assert visitor.comes_back(forged).status_code == 403
    elsewhere = f"{back}&{urlencode({'iss': 'https://evil.example.org'})}"
    assert visitor.comes_back(elsewhere).status_code == 403
    assert visitor.role() is None
    assert visitor.comes_back(back).status_code == 303
    assert visitor.comes_back(back).status_code == 403
    no = visitor.abroad.post(visitor.leaves(), data={"action": "deny"}).headers["location"]
    assert "error=access_denied" in no
    refused = visitor.comes_back(no)
    assert refused.status_code == 403
    assert "does not fit what was asked" in html.unescape(refused.text)


def test_a_code_of_another_question_is_refused(house: House, visitor: Visitor) -> None:
    """A thief's code in the victim's own question: the nonce in its token is another one."""
    account = house.account(email=house.person(), email_verified=True)
    thief = Visitor(house)
    stolen = parse_qs(urlsplit(thief.agrees(thief.leaves(), account)).query)["code"][0]
    state = parse_qs(urlsplit(visitor.leaves()).query)["state"][0]
    said = urlencode({"code": stolen, "state": state})
    answer = visitor.comes_back(f"/sign-in/organisation/back?{said}")
    assert answer.status_code == 403
    assert visitor.role() is None


def test_passkey_only_holds_here_too(house: House, visitor: Visitor) -> None:
    """Who wants nothing but a passkey is not let in by the organisation either."""
    email = house.person()
    account = house.account(email=email, email_verified=True)
    assert visitor.signs_in(account).status_code == 303
    own = f"{INTAKE}/session/passkeys"
    options = visitor.http.post(f"{own}/challenge", json={}).json()["public_key"]
    made = Authenticator(house.clients.base_url).makes(options)
    visitor.http.post(own, json={"name": "Mine", "credential": made}).raise_for_status()
    visitor.http.post(f"{own}/required", json={"is_required": True}).raise_for_status()
    other = Visitor(house)
    answer = other.signs_in(account)
    assert answer.status_code == 403
    assert "takes a passkey" in answer.text
    assert other.role() is None


def test_no_code_stands_in_a_log(house: House, visitor: Visitor) -> None:
    """Neither code nor state, in a log of ours."""
    account = house.account(email=house.person(), email_verified=True)
    back = visitor.agrees(visitor.leaves(), account)
    visitor.comes_back(back)
    secrets = [values[0] for values in parse_qs(urlsplit(back).query).values()]
    logs = "".join(
        file.read_text(errors="replace") for file in Path(house.platform.folder.log).glob("*.log")
    )
    assert "/sign-in/organisation/back" in logs
    assert not [secret for secret in secrets if secret in logs]


def test_without_settings_there_is_no_organisation(clients: Clients) -> None:
    """The page does not offer it, and its address says so."""
    assert "/sign-in/organisation" not in httpx.get(f"{clients.base_url}/sign-in").text
    answer = httpx.get(f"{clients.base_url}/sign-in/organisation")
    assert answer.status_code == 404
    assert "not set up here" in answer.text


def test_one_network_asks_so_often_and_no_more(house: House, visitor: Visitor) -> None:
    """For questions to passkeys, and for the way to the organisation; each has a bucket of its own."""
    path = f"{INTAKE}/sign-in/passkey/challenge"
    answers = [visitor.http.post(path, json={}).status_code for _ in range(PER_NETWORK + 1)]
    assert answers == [200] * PER_NETWORK + [429]
    assert visitor.http.get("/sign-in/organisation").status_code == 303
    away = [visitor.http.get("/sign-in/organisation") for _ in range(PER_NETWORK)]
    assert away[-1].status_code == 429
    assert "Too many" in away[-1].text
    links = visitor.http.post(f"{INTAKE}/sign-in/links", json={"email": f"{uuid4()}@example.org"})
    assert links.status_code == 202


NOW = datetime(2027, 5, 15, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
PROVIDER = Provider("https://id.example.org", US, "", "Example")
KEY, OTHER_KEY = (
    RSAKey.generate_key(parameters={"kid": "1"}),
    RSAKey.generate_key(parameters={"kid": "1"}),
)
KEYS: Any = KeySet([KEY]).as_dict(private=False)
RIGHT = {
    "iss": PROVIDER.issuer,
    "aud": US,
    "sub": "17",
    "nonce": "asked",
    "iat": AT,
    "exp": AT + 300,
}


def token(claims: dict[str, Any], key: RSAKey = KEY) -> str:
    return jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)


@pytest.mark.parametrize("aud", [US, [US]])
def test_a_token_for_us_is_believed(aud: Any) -> None:
    """Made by the issuer, for us, for this question, now."""
    claims = read_id_token(token({**RIGHT, "aud": aud}), KEYS, PROVIDER, "asked", NOW)
    assert claims["sub"] == "17"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example.org"},
        {"aud": "another"},
        {"aud": [US, "another"]},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": AT - 61},
        {"iat": AT + 61},
        {"sub": None},
    ],
)
def test_a_token_of_something_else_is_not_believed(wrong: dict[str, Any]) -> None:
    """Another issuer, another reader, another question, another time, nobody."""
    claims = {name: value for name, value in (RIGHT | wrong).items() if value is not None}
    with pytest.raises((JoseError, ValueError)):
        read_id_token(token(claims), KEYS, PROVIDER, "asked", NOW)


def test_a_token_of_another_key_is_not_believed() -> None:
    """Nor one without a signature, nor one that was signed with the public key as if it were a password."""
    none = f"{_part({'alg': 'none'})}.{_part(RIGHT)}."
    said = f"{_part({'alg': 'HS256', 'kid': '1'})}.{_part(RIGHT)}"
    by_password = hmac.digest(KEY.as_pem(private=False), said.encode(), hashlib.sha256)
    confused = f"{said}.{to_text(by_password)}"
    for forged in (token(RIGHT, OTHER_KEY), none, confused):
        with pytest.raises((JoseError, ValueError)):
            read_id_token(forged, KEYS, PROVIDER, "asked", NOW)


def _part(told: dict[str, Any]) -> str:
    return to_text(json.dumps(told).encode())


def test_an_issuer_is_reached_safely_or_not_at_all() -> None:
    """Over TLS; without, on this machine alone."""
    assert is_safe("https://id.example.org")
    assert is_safe("http://127.0.0.1:9400")
    assert not is_safe("http://id.example.org")
    with pytest.raises(SystemExit):
        Provider("http://id.example.org", US, "", "Example")


def test_an_address_counts_where_it_is_verified() -> None:
    """True, and nothing that merely looks like it."""
    assert rules.verified_address({"email": "Ann@Example.org", "email_verified": True}) == (
        "ann@example.org"
    )
    for verified in (None, False, "true", 1):
        with pytest.raises(rules.AddressNotVerified):
            rules.verified_address({"email": "ann@example.org", "email_verified": verified})
