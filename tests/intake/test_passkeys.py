"""Passkeys: registered while signed in, used to sign in, of our own origin alone; owner and trail are told."""

import copy
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from deploy.local.platform import Platform
from services.intake.domain import passkeys as rules
from tests.clients import Clients
from tests.intake.authenticator import Authenticator, to_text
from tests.intake.people import INTAKE, a_member, mail_to, mails_to
from tests.intake.test_sign_in import Browser

PASSKEYS = f"{INTAKE}/session/passkeys"
NOT_ACCEPTED = "/problems/passkey-not-accepted"


class Person:
    """Of staff, with a browser and a device that makes passkeys."""

    def __init__(self, clients: Clients, role: str = "staff") -> None:
        self.clients, self.email = clients, f"{role}-{uuid4()}@example.org"
        form = {"name": "Maria Gomez", "email": self.email, "role": role}
        self.id = clients.operator().does(f"{INTAKE}/staff", form)["person_id"]
        self.browser, self.device = Browser(clients), Authenticator(clients.base_url)

    def posts(self, path: str, **form: Any) -> httpx.Response:
        return self.browser.http.post(path, json=form)

    def does(self, path: str, **form: Any) -> dict[str, Any]:
        answer = self.posts(path, **form)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def offered(self) -> dict[str, Any]:
        options: dict[str, Any] = self.does(f"{PASSKEYS}/challenge")["public_key"]
        return options

    def registers(self, name: str = "My laptop") -> str:
        told = self.does(PASSKEYS, name=name, credential=self.device.makes(self.offered()))
        return str(told["passkeys"][-1]["passkey_id"])

    def has_passkey(self) -> "Person":
        self.browser.signs_in(self.email)
        self.registers()
        return self

    def leaves(self) -> None:
        """The browser is closed; its cookies are gone."""
        self.browser = Browser(self.clients)

    def asked(self) -> dict[str, Any]:
        options: dict[str, Any] = self.does(f"{INTAKE}/sign-in/passkey/challenge")["public_key"]
        return options

    def says(self, credential: dict[str, Any]) -> httpx.Response:
        return self.posts(f"{INTAKE}/sign-in/passkey", credential=credential)

    def signs_in(self) -> httpx.Response:
        return self.says(self.device.answers(self.asked()))

    def trail(self) -> list[str]:
        found = self.clients.staff().reads(f"{INTAKE}/audit", person_id=self.id)["items"]
        return [line["what"] for line in found]


@pytest.fixture
def person(clients: Clients) -> Iterator[Person]:
    found = Person(clients)
    yield found
    found.browser.http.close()


def test_staff_sign_in_with_a_passkey(clients: Clients, person: Person) -> None:
    """Registered once, it signs in without a mail; the owner is told by mail, and the trail tells which way it was."""
    person.has_passkey()
    mail = mail_to(clients, person.email, "A passkey was added")
    assert "(Eastern Time)" in mail.as_string()
    assert mail["Reply-To"] == "info@sister-cities.org"
    person.leaves()
    before = len(mails_to(clients, person.email))
    answer = person.signs_in()
    assert answer.status_code == 200, answer.text
    assert answer.json()["person"]["email"] == person.email
    assert person.browser.reads(f"{INTAKE}/communities").is_success
    own = person.browser.http.get(PASSKEYS).json()["passkeys"]
    assert [each["name"] for each in own] == ["My laptop"]
    assert own[0]["used_at"] > own[0]["registered_at"]
    assert person.trail()[:3] == ["signed_in_by_passkey", "passkey_added", "signed_in"]
    assert len(mails_to(clients, person.email)) == before


def test_what_is_asked_for_names_nobody(clients: Clients, person: Person) -> None:
    """A stranger who asks to sign in is told no passkey and no person; the question demands that the owner is known."""
    person.has_passkey()
    person.leaves()
    asked = person.asked()
    assert asked["allowCredentials"] == []
    assert asked["userVerification"] == "required"
    assert person.asked()["challenge"] != asked["challenge"]


def wrong_origin(device: Authenticator, asked: dict[str, Any]) -> dict[str, Any]:
    device.origin = "https://cities-seeking-cities.example.org"
    return device.answers(asked)


def wrong_host(device: Authenticator, asked: dict[str, Any]) -> dict[str, Any]:
    return device.answers({**asked, "rpId": "evil.example.org"})


def wrong_challenge(device: Authenticator, asked: dict[str, Any]) -> dict[str, Any]:
    return device.answers({**asked, "challenge": to_text(b"0" * 32)})


def not_verified(device: Authenticator, asked: dict[str, Any]) -> dict[str, Any]:
    device.knows_owner = False
    return device.answers(asked)


def other_key(device: Authenticator, asked: dict[str, Any]) -> dict[str, Any]:
    thief = Authenticator(device.origin, credential_id=device.credential_id, count=9)
    return thief.answers(asked)


def unknown_passkey(device: Authenticator, asked: dict[str, Any]) -> dict[str, Any]:
    return Authenticator(device.origin).answers(asked)


def counted_back(device: Authenticator, asked: dict[str, Any]) -> dict[str, Any]:
    device.count = 0
    return device.answers(asked)


FORGERIES = (
    wrong_origin,
    wrong_host,
    wrong_challenge,
    not_verified,
    other_key,
    unknown_passkey,
    counted_back,
)


def test_forged_answers_sign_nobody_in(person: Person) -> None:
    """Another origin or host, another challenge, an owner whom the device does not know, another key, a passkey that
    nobody registered, a counter that went back (a copied passkey): all refused in the same words."""
    person.has_passkey()
    person.leaves()
    assert person.signs_in().is_success
    person.leaves()
    for forge in FORGERIES:
        device = copy.copy(person.device)
        answer = person.says(forge(device, person.asked()))
        assert (answer.status_code, answer.json()["type"]) == (403, NOT_ACCEPTED), forge.__name__
        assert person.browser.session().status_code == 401, forge.__name__
    assert person.signs_in().is_success


def test_an_answer_counts_once_and_in_the_browser_that_was_asked(person: Person) -> None:
    """A recorded answer signs nobody in again, nor in another browser, be it ever so right."""
    person.has_passkey()
    person.leaves()
    answer = person.device.answers(person.asked())
    asking = person.browser
    person.leaves()
    assert person.says(answer).status_code == 403
    person.browser = asking
    assert person.says(answer).is_success
    assert person.says(answer).status_code == 403


def test_a_passkey_that_does_not_count_works_too(person: Person) -> None:
    """Passkeys that are kept on several devices always say zero."""
    person.device.counts = False
    person.has_passkey()
    for _ in range(2):
        person.leaves()
        assert person.signs_in().is_success


def test_registering_takes_the_session_that_asked(clients: Clients, person: Person) -> None:
    """What was offered to one person registers no passkey for another; none is registered without being signed in,
    from another origin, by a device that does not know its owner, or twice."""
    person.browser.signs_in(person.email)
    other = Person(clients)
    other.browser.signs_in(other.email)
    made = person.device.makes(person.offered())
    assert other.posts(PASSKEYS, name="Mine", credential=made).json()["type"] == NOT_ACCEPTED
    assert other.browser.http.get(PASSKEYS).json()["passkeys"] == []
    stranger = Authenticator("https://evil.example.org").makes(person.offered())
    assert person.posts(PASSKEYS, name="Mine", credential=stranger).status_code == 403
    unknowing = Authenticator(clients.base_url, knows_owner=False).makes(person.offered())
    assert person.posts(PASSKEYS, name="Mine", credential=unknowing).status_code == 403
    person.registers()
    assert person.offered()["excludeCredentials"][0]["id"] == to_text(person.device.credential_id)
    again = person.device.makes(person.offered())
    refused = person.posts(PASSKEYS, name="Again", credential=again)
    assert refused.json()["type"] == "/problems/passkey-known-already"
    person.leaves()
    assert person.posts(f"{PASSKEYS}/challenge").status_code == 401


def test_passkeys_are_for_staff_and_operators(clients: Clients) -> None:
    """An administrator goes on with the link."""
    member, browser = a_member(clients), Browser(clients)
    browser.signs_in(member.email)
    refused = browser.http.post(f"{PASSKEYS}/challenge", json={})
    assert refused.json()["type"] == "/problems/passkeys-are-for-staff"
    assert "Passkeys are for people of staff" in browser.http.get("/sign-in/passkeys").text


def test_passkey_only_refuses_the_link(clients: Clients, person: Person) -> None:
    """Who wants it so signs in with a passkey alone, and is signed out elsewhere; the last passkey then stays, until
    the demand is lifted."""
    person.browser.signs_in(person.email)
    none_yet = person.posts(f"{PASSKEYS}/required", is_required=True)
    assert none_yet.json()["type"] == "/problems/no-passkey-yet"
    elsewhere = Browser(clients)
    elsewhere.signs_in(person.email)
    passkey = person.registers()
    assert person.does(f"{PASSKEYS}/required", is_required=True)["is_required"] is True
    assert elsewhere.session().status_code == 401
    elsewhere.asks(person.email)
    refused = elsewhere.presses(elsewhere.link(person.email))
    assert refused.status_code == 403
    assert "takes a passkey" in refused.text
    assert elsewhere.session().status_code == 401
    last = person.posts(f"{PASSKEYS}/remove", passkey_id=passkey)
    assert last.json()["type"] == "/problems/last-passkey"
    person.leaves()
    assert person.signs_in().is_success
    person.does(f"{PASSKEYS}/required", is_required=False)
    assert person.does(f"{PASSKEYS}/remove", passkey_id=passkey)["passkeys"] == []
    mail_to(clients, person.email, "A passkey was removed")
    person.leaves()
    assert person.signs_in().status_code == 403
    person.browser.signs_in(person.email)


def test_an_operator_lets_in_whoever_lost_the_device(clients: Clients, person: Person) -> None:
    """Every passkey goes, and the link signs in again; staff cannot do that to each other."""
    person.has_passkey()
    person.does(f"{PASSKEYS}/required", is_required=True)
    path = f"{INTAKE}/staff/{person.id}/passkeys/reset"
    assert clients.staff().post(path).status_code == 403
    assert clients.operator().post(path).status_code == 204
    assert person.trail()[0] == "passkeys_reset"
    again = clients.operator().post(path)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/no-passkeys")
    person.leaves()
    assert person.signs_in().status_code == 403
    person.browser.signs_in(person.email)


def dismissed(clients: Clients, person: Person) -> None:
    assert clients.operator().post(f"{INTAKE}/staff/{person.id}/dismiss").status_code == 204


def forgotten(clients: Clients, person: Person) -> None:
    clients.operator().does(f"{INTAKE}/people/{person.id}/erase")


@pytest.mark.parametrize("gone", [dismissed, forgotten])
def test_passkeys_go_with_the_role(
    clients: Clients, person: Person, platform: Platform, gone: Callable[[Clients, Person], None]
) -> None:
    """Whoever is dismissed or forgotten has no passkey any more, and starts with the link if the role comes back."""
    person.has_passkey()
    person.does(f"{PASSKEYS}/required", is_required=True)
    gone(clients, person)
    with psycopg.connect(platform.postgres_dsn("intake", "owner")) as owner:
        known = owner.execute(
            "SELECT count(*) FROM passkeys WHERE credential_id = %s", [person.device.credential_id]
        ).fetchone()
    assert known == (0,)
    person.leaves()
    assert person.signs_in().status_code == 403
    form = {"name": "Maria Gomez", "email": person.email}
    clients.operator().does(f"{INTAKE}/staff", form)
    person.browser.signs_in(person.email)


def test_a_passkey_stays_while_another_role_of_staff_does(clients: Clients, person: Person) -> None:
    """Somebody who is operator too and leaves staff keeps it."""
    form = {"name": "Maria Gomez", "email": person.email, "role": "operator"}
    clients.operator().does(f"{INTAKE}/staff", form)
    person.has_passkey()
    dismissed(clients, person)
    person.leaves()
    assert person.signs_in().json()["person"]["role"] == "operator"


def test_passkeys_have_names_and_a_page(person: Person) -> None:
    """The page lists, renames and removes them without a script; making one takes a script file of our own."""
    person.browser.signs_in(person.email)
    page = person.browser.http.get("/sign-in/passkeys")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert re.findall("<script[^>]*>", page.text) == ['<script src="/sign-in/passkeys.js" defer>']
    script = person.browser.http.get("/sign-in/passkeys.js")
    assert script.headers["content-type"].startswith("text/javascript")
    number = person.registers("<b>Laptop</b>")
    assert "&lt;b&gt;Laptop" in person.browser.http.get("/sign-in/passkeys").text
    renamed = {"passkey_id": number, "name": "The office"}
    assert person.browser.http.post("/sign-in/passkeys/rename", data=renamed).status_code == 303
    assert "The office" in person.browser.http.get("/sign-in/passkeys").text
    form = {"is_required": "true"}
    assert person.browser.http.post("/sign-in/passkeys/required", data=form).status_code == 303
    refused = person.browser.http.post("/sign-in/passkeys/remove", data={"passkey_id": number})
    assert "the only passkey" in refused.text
    elsewhere = {"Origin": "https://evil.example.org"}
    for path in ("rename", "remove", "required"):
        told = person.browser.http.post(
            f"/sign-in/passkeys/{path}", data=renamed | form, headers=elsewhere
        )
        assert told.status_code == 403, told.text


def test_nobody_touches_the_passkeys_of_another(clients: Clients, person: Person) -> None:
    """Another person's passkey is not there."""
    number = person.has_passkey().browser.http.get(PASSKEYS).json()["passkeys"][0]["passkey_id"]
    other = Person(clients)
    other.browser.signs_in(other.email)
    assert other.posts(f"{PASSKEYS}/remove", passkey_id=number).status_code == 404
    assert other.posts(f"{PASSKEYS}/rename", passkey_id=number, name="Mine").status_code == 404


def test_what_is_held_of_a_passkey_is_told_to_its_owner(clients: Clients, person: Person) -> None:
    """The export names it; its name stands sealed."""
    person.browser.signs_in(person.email)
    person.registers("Grandmother's tablet")
    export = clients.staff().reads(f"{INTAKE}/people/{person.id}/export")
    assert "Grandmother's tablet" in str(export)


NOW = datetime(2027, 5, 15, 12, tzinfo=UTC)


def test_passkeys_are_changed_soon_after_signing_in() -> None:
    """Half an hour, so that a browser which was left open gives nobody a passkey."""
    rules.check_fresh(NOW - timedelta(minutes=30), NOW)
    with pytest.raises(rules.SignInAnew):
        rules.check_fresh(NOW - timedelta(minutes=31), NOW)


def test_ten_passkeys_are_enough() -> None:
    """The eleventh is refused."""
    rules.check_number(9)
    with pytest.raises(rules.TooManyPasskeys):
        rules.check_number(10)


def test_an_old_session_changes_no_passkey(
    clients: Clients, person: Person, platform: Platform
) -> None:
    """Renaming is free; adding and removing ask to sign in anew."""
    number = person.has_passkey().browser.http.get(PASSKEYS).json()["passkeys"][0]["passkey_id"]
    with psycopg.connect(platform.postgres_dsn("intake", "owner")) as owner:
        owner.execute(
            "UPDATE sessions SET began_at = began_at - interval '31 minutes' WHERE person_id = %s",
            [person.id],
        )
    for path, form in (
        (f"{PASSKEYS}/challenge", {}),
        (f"{PASSKEYS}/remove", {"passkey_id": number}),
        (f"{PASSKEYS}/required", {"is_required": True}),
    ):
        assert person.posts(path, **form).json()["type"] == "/problems/sign-in-anew"
    assert person.posts(f"{PASSKEYS}/rename", passkey_id=number, name="Old").is_success
