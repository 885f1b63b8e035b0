"""Signing in: a link by e-mail, used once, in the browser that asked; a session that ends when it is told to."""

import html
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from shared.context import Role
from tests.clients import Clients, eventually
from tests.intake.people import INTAKE, Member, a_member, mail_to, mails_to, text_of


class Browser:
    """Keeps its cookies, as one does."""

    def __init__(self, clients: Clients, base_url: str = "") -> None:
        self.http = httpx.Client(base_url=base_url or clients.base_url, timeout=30)
        self.clients = clients
        self.before: list[str] = []
        """The mails that were there when it asked."""

    def asks(self, email: str) -> str:
        """The code that the page shows."""
        self.before = [mail["Message-ID"] for mail in links_to(self.clients, email)]
        page = self.http.post("/sign-in", data={"email": email})
        assert page.status_code == 200, page.text
        found = re.search(r"<strong>(\w{3}-\w{3})</strong>", page.text)
        assert found, page.text
        return found[1]

    def opens(self, token: str) -> httpx.Response:
        return self.http.get("/sign-in/open", params={"token": token})

    def presses(self, token: str, code: str = "") -> httpx.Response:
        return self.http.post("/sign-in/open", data={"token": token, "code": code})

    def link(self, email: str) -> str:
        """The secret of the link that this browser asked for last; others' links may come at the same time."""
        mine = eventually(lambda: [token for token in self.arrived(email) if self.is_mine(token)])
        token: str = mine[0]
        return token

    def arrived(self, email: str) -> list[str]:
        """The secrets of the links that came since this browser asked."""
        mails = links_to(self.clients, email)
        texts = [text_of(mail) for mail in mails if mail["Message-ID"] not in self.before]
        return re.findall(r"token=([\w-]{40,})", "\n".join(texts))

    def is_mine(self, token: str) -> bool:
        """Whether it is good, and asks this browser for no code."""
        page = self.opens(token)
        return page.status_code == 200 and 'name="code"' not in page.text

    def signs_in(self, email: str) -> None:
        self.asks(email)
        answer = self.presses(self.link(email))
        assert answer.status_code == 303, answer.text

    def session(self) -> httpx.Response:
        return self.http.get(f"{INTAKE}/session")

    def token(self, audience: str = "intake") -> str:
        answer = self.http.post(f"{INTAKE}/session/token", json={"audience": audience})
        assert answer.is_success, answer.text
        return str(answer.json()["token"])

    def reads(self, path: str) -> httpx.Response:
        service = path.split("/")[2]
        return self.http.get(path, headers={"Authorization": f"Bearer {self.token(service)}"})


def links_to(clients: Clients, email: str) -> list[Any]:
    return mails_to(clients, email, "Sign in to")


@pytest.fixture
def member(clients: Clients) -> Member:
    return a_member(clients)


@pytest.fixture
def browser(clients: Clients) -> Iterator[Browser]:
    opened = Browser(clients)
    yield opened
    opened.http.close()


def test_the_administrator_signs_in_and_says_yes(
    clients: Clients, member: Member, browser: Browser
) -> None:
    """Address, mail, button, session; the token of the session lets the administrator do what the role may."""
    browser.signs_in(member.email)
    shown = browser.session().json()
    assert shown["person"]["role"] == "administrator"
    assert shown["person"]["community_id"] == str(member.place.community_id)
    headers = {"Authorization": f"Bearer {browser.token()}"}
    form = {"community_id": str(member.place.community_id)}
    said = browser.http.post(f"{INTAKE}/cases", json=form, headers=headers)
    assert said.status_code == 201, said.text


@pytest.mark.parametrize("email", ["", "ann@cityhall", "ann", "ann@example.org, ben@example.org"])
def test_what_is_no_address_is_told_on_the_page(browser: Browser, email: str) -> None:
    """With what to write, in the same page and nothing but a page."""
    page = browser.http.post("/sign-in", data={"email": email})
    assert page.status_code == 422
    assert "This is not a whole e-mail address" in page.text
    assert 'name="email"' in page.text


def test_a_link_is_opened_by_machines_without_harm(
    clients: Clients, member: Member, browser: Browser
) -> None:
    """Programs that look into mails follow links: only the button redeems one."""
    browser.asks(member.email)
    token = browser.link(member.email)
    scanner = Browser(clients)
    for _ in range(3):
        assert scanner.opens(token).status_code == 200
        scanner.http.head("/sign-in/open", params={"token": token})
    page = browser.opens(token)
    assert "<button>Sign in</button>" in page.text
    assert "script" not in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert browser.presses(token).status_code == 303


def test_a_link_works_once(clients: Clients, member: Member, browser: Browser) -> None:
    """Whoever comes later asks for a new one; whoever only presses twice is signed in, and sees that."""
    code = browser.asks(member.email)
    token = browser.link(member.email)
    assert browser.presses(token).status_code == 303
    again = Browser(clients).presses(token, code)
    assert again.status_code == 410
    assert "This link no longer works" in again.text
    for twice in (browser.presses(token), browser.opens(token)):
        assert (twice.status_code, twice.headers["location"]) == (303, "/sign-in")
    assert len(browser.http.get(f"{INTAKE}/session/devices").json()) == 1


def test_a_newer_link_ends_the_older(clients: Clients, member: Member, browser: Browser) -> None:
    """Only the newest mail counts."""
    browser.asks(member.email)
    older = browser.link(member.email)
    browser.asks(member.email)
    newer = browser.link(member.email)
    assert browser.presses(older).status_code == 410
    assert browser.presses(newer).status_code == 303


def test_another_device_needs_the_code(clients: Clients, member: Member, browser: Browser) -> None:
    """A link alone is worth nothing in another browser: it asks for what the first one shows, five times at most."""
    code = browser.asks(member.email)
    token = browser.link(member.email)
    phone = Browser(clients)
    assert 'name="code"' in phone.opens(token).text
    assert phone.presses(token, "AAA-AAA").status_code == 403
    assert phone.session().status_code == 401
    assert phone.presses(token, code.lower()).status_code == 303
    assert phone.session().json()["person"]["role"] == "administrator"


def test_guessing_the_code_ends_the_link(
    clients: Clients, member: Member, browser: Browser
) -> None:
    """After five wrong codes the right one is refused too."""
    code = browser.asks(member.email)
    token = browser.link(member.email)
    thief = Browser(clients)
    for _ in range(5):
        assert thief.presses(token, "AAAAAA").status_code == 403
    assert thief.presses(token, code).status_code == 410


def test_nobody_learns_whether_an_address_is_known(clients: Clients, member: Member) -> None:
    """The same page, status and cookies; no mail goes to an address that nobody has."""
    stranger = f"{uuid4()}@example.org"
    known, unknown = Browser(clients), Browser(clients)
    asking = ((known, member.email), (unknown, stranger))
    answers = [one.http.post("/sign-in", data={"email": email}) for one, email in asking]
    pages = [re.sub(r"<strong>\w{3}-\w{3}</strong>", "", answer.text) for answer in answers]
    assert pages[0] == pages[1]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [sorted(answer.cookies) for answer in answers] == [["csc-browser"], ["csc-browser"]]
    mail_to(clients, member.email, "Sign in to")
    assert links_to(clients, stranger) == []


def test_too_many_links_for_one_address_are_refused(clients: Clients, member: Member) -> None:
    """Five in ten minutes from one network; the answer is the same for an address that nobody has."""
    for email in (member.email, f"{uuid4()}@example.org"):
        answers = [
            Browser(clients).http.post("/sign-in", data={"email": email}).status_code
            for _ in range(6)
        ]
        assert answers == [200] * 5 + [429]


class Elsewhere(Browser):
    """Asks past the origin, which would tell one network for all."""

    def __init__(self, clients: Clients, intake: str, network: str) -> None:
        super().__init__(clients, intake)
        self.http.headers["X-Forwarded-For"] = network

    def floods(self, email: str, times: int) -> list[int]:
        form = {"email": email}
        asked = (self.http.post("/api/intake/v1/sign-in", data=form) for _ in range(times))
        return [answer.status_code for answer in asked]


def test_nobody_keeps_another_out_by_asking_in_their_name(
    clients: Clients, member: Member, browser: Browser, platform: Any
) -> None:
    """From one network or many: the browser in which somebody signed in before still asks, and its link stays good."""
    intake = platform.instance_url("intake")
    browser.signs_in(member.email)
    browser.http.post("/sign-out")
    browser.asks(member.email)
    mine = browser.link(member.email)
    crowd = [Elsewhere(clients, intake, f"203.0.{n}.7").floods(member.email, 6) for n in range(3)]
    # The first time this browser was not known either, so that nine of ten are left.
    assert crowd == [[200] * 5 + [429], [200] * 4 + [429] * 2, [429] * 6]
    assert browser.presses(mine).status_code == 303
    browser.http.post("/sign-out")
    browser.signs_in(member.email)


def test_a_link_that_was_asked_for_elsewhere_stays_good(
    clients: Clients, member: Member, browser: Browser, platform: Any
) -> None:
    """Also for somebody who has never signed in: a stranger's asking ends no link of another network."""
    browser.asks(member.email)
    mine = browser.link(member.email)
    stranger = Elsewhere(clients, platform.instance_url("intake"), "203.0.113.9")
    assert stranger.floods(member.email, 1) == [200]
    assert browser.presses(mine).status_code == 303


def test_signing_out_ends_the_session(clients: Clients, member: Member, browser: Browser) -> None:
    """A copy of the cookie is worth nothing afterwards; signing out everywhere ends the other browsers' too."""
    browser.signs_in(member.email)
    copy = Browser(clients)
    copy.http.cookies.update(dict(browser.http.cookies))
    assert copy.session().is_success
    assert browser.http.post("/sign-out").status_code == 303
    assert copy.session().status_code == 401
    one, other = Browser(clients), Browser(clients)
    for each in (one, other):
        each.signs_in(member.email)
    devices = one.http.get(f"{INTAKE}/session/devices").json()
    assert [device["is_this_one"] for device in devices].count(True) == 1
    assert len(devices) == 2
    assert one.http.post(f"{INTAKE}/session/end-everywhere").status_code == 204
    assert other.session().status_code == 401


def test_another_site_gets_nothing(clients: Clients, member: Member, browser: Browser) -> None:
    """A page of another origin can ask for no token, and cannot press the button."""
    browser.signs_in(member.email)
    for headers in ({"Origin": "https://evil.example.org"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = browser.http.post(
            f"{INTAKE}/session/token", json={"audience": "intake"}, headers=headers
        )
        assert answer.status_code == 403, answer.text
    cookie = next(each for each in browser.http.cookies.jar if each.name == "csc-session")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"


def test_staff_are_added_and_let_go(clients: Clients, browser: Browser) -> None:
    """Staff sign in by the same link; who is let go is out at once. Operators are appointed by operators alone."""
    email = f"maria-{uuid4()}@example.org"
    form = {"name": "Maria Gomez", "email": email, "role": "staff"}
    person = clients.staff().does(f"{INTAKE}/staff", form)["person_id"]
    browser.signs_in(email)
    assert browser.session().json()["person"]["role"] == "staff"
    assert browser.reads(f"{INTAKE}/communities").is_success
    assert browser.reads("/api/outreach/v1/pairs").is_success
    refused = clients.staff().is_refused(f"{INTAKE}/staff", form | {"role": "operator"})
    assert refused["status"] == 403
    assert clients.operator().does(f"{INTAKE}/staff", form | {"role": "operator"})
    answer = clients.staff().post(f"{INTAKE}/staff/{person}/dismiss")
    assert answer.status_code == 204
    assert browser.session().status_code in (200, 401)
    assert browser.session().is_error or browser.session().json()["person"]["role"] == "operator"


def test_a_role_is_handed_over_by_signing_in(clients: Clients, member: Member) -> None:
    """The administrator offers the role; the other one has it from the first sign-in on, and the one before keeps
    reading. Staff find all of it in the trail."""
    heir = f"heir-{uuid4()}@example.org"
    of = str(member.place.community_id)
    member.administrator.does(
        f"{INTAKE}/communities/{of}/administrator/offer", {"name": "Bea Stone", "email": heir}
    )
    mail_to(clients, heir, "asked to be the administrator")
    assert role_of(clients, of, heir) == "committee_member"
    browser = Browser(clients)
    browser.signs_in(heir)
    assert role_of(clients, of, heir) == "administrator"
    assert role_of(clients, of, member.email) == "committee_member"
    assert browser.session().json()["person"]["role"] == "administrator"
    trail = clients.staff().reads(f"{INTAKE}/audit", community_id=of)["items"]
    assert [line["what"] for line in trail] == [
        "committee_member_invited",
        "administrator_appointed",
        "administrator_left",
        "committee_member_invited",
        "administration_offered",
        "administrator_appointed",
    ]
    roles = [line["actor"].partition(":")[0] for line in trail]
    assert roles == ["committee_member"] * 3 + ["administrator"] * 2 + ["staff"]
    assert heir not in str(trail)


def role_of(clients: Clients, community: str, email: str) -> str:
    people = clients.staff().reads(f"{INTAKE}/communities/{community}")["people"]
    return next(str(person["role"]) for person in people if person["email"] == email)


def test_a_committee_member_is_invited_by_mail(clients: Clients, member: Member) -> None:
    """The letter leads to signing in; whoever is removed is signed out at once. The trail has both."""
    email = f"vera-{uuid4()}@example.org"
    path = f"{INTAKE}/communities/{member.place.community_id}/committee"
    member.administrator.does(path, {"name": "Vera Klein", "email": email})
    mail_to(clients, email, "You are on the committee")
    browser = Browser(clients)
    browser.signs_in(email)
    person = browser.session().json()["person"]
    assert person["role"] == "committee_member"
    member.administrator.does(f"{path}/{person['person_id']}/remove")
    assert browser.session().status_code == 401
    trail = clients.staff().reads(f"{INTAKE}/audit", person_id=person["person_id"])["items"]
    assert [line["what"] for line in trail] == [
        "committee_member_removed",
        "signed_in",
        "committee_member_invited",
    ]


def test_whoever_has_several_roles_chooses_one(
    clients: Clients, member: Member, browser: Browser
) -> None:
    """The page names each with its city; no role that is somebody else's can be chosen."""
    form = {"name": "Ann Lee", "email": member.email}
    clients.staff().does(f"{INTAKE}/staff", form)
    browser.signs_in(member.email)
    page = browser.http.get("/sign-in").text
    assert "You are signed in as Ann Lee, staff." in page
    assert f"Go on as administrator of {member.place.name}" in html.unescape(page)
    people = browser.session().json()["people"]
    administrator = next(each for each in people if each["role"] == "administrator")
    chosen = browser.http.post("/sign-in/choose", data={"person_id": administrator["person_id"]})
    assert chosen.status_code == 303
    assert browser.session().json()["person"]["role"] == "administrator"
    refused = browser.http.post("/sign-in/choose", data={"person_id": str(uuid4())})
    assert refused.status_code == 403
    assert "not one of yours" in refused.text
    assert browser.session().json()["person"]["role"] == "administrator"


def test_the_trail_stays(clients: Clients, platform: Any) -> None:
    """The service can add to the trail, and neither change nor remove a line."""
    with psycopg.connect(platform.postgres_dsn("intake"), autocommit=True) as app:
        for statement in ("UPDATE audit SET what = ''", "DELETE FROM audit", "TRUNCATE audit"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement.encode())


def test_no_secret_of_signing_in_is_kept(
    clients: Clients, member: Member, platform: Any, browser: Browser
) -> None:
    """Neither link nor session nor code stands in the database or in a log."""
    code = browser.asks(member.email).replace("-", "")
    token = browser.link(member.email)
    browser.opens(token)
    browser.presses(token)
    session = next(each.value for each in browser.http.cookies.jar if each.name == "csc-session")
    with psycopg.connect(platform.postgres_dsn("intake", "owner")) as owner:
        for table in ("sign_in_links", "sessions", "effects", "idempotency_keys"):
            kept = str(owner.execute(SQL("SELECT * FROM {}").format(Identifier(table))).fetchall())
            assert not [secret for secret in (token, session, code) if secret and secret in kept]
    logs = "".join(file.read_text(errors="replace") for file in platform.folder.log.glob("*.log"))
    assert not [secret for secret in (token, session) if secret and secret in logs]


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.ADMINISTRATOR])
def test_the_trail_is_for_staff(clients: Clients, role: Role) -> None:
    """Nobody else reads who signed in."""
    caller = clients.public() if role is Role.PUBLIC else clients.who(role, community_id=uuid4())
    assert caller.get(f"{INTAKE}/audit").status_code in (401, 403)


def test_one_comes_back_to_the_page_one_came_for(
    clients: Clients, member: Member, browser: Browser
) -> None:
    """Who opens a page and has to sign in stands there again afterwards: once, and only on pages of ours."""
    assert browser.http.get("/digest").headers["location"] == "/sign-in"
    browser.signs_in(member.email)
    assert browser.http.get("/sign-in").headers["location"] == "/digest"
    page = browser.http.get("/digest")
    assert page.status_code == 403
    assert "This page is for our staff" in page.text
    assert browser.http.get("/sign-in").status_code == 200
    browser.http.cookies.set("csc-wanted", "//elsewhere.example.org/")
    assert browser.http.get("/sign-in").status_code == 200


def test_the_address_may_name_the_page_one_came_for(
    clients: Clients, member: Member, browser: Browser
) -> None:
    """With the state that stands in its address; nobody is sent to another site, or to what is no page."""
    wanted = "/city/prospects?compare=1,2&lang=en"
    browser.http.get("/sign-in", params={"to": wanted})
    browser.signs_in(member.email)
    assert browser.http.get("/sign-in").headers["location"] == wanted
    assert browser.http.get("/sign-in", params={"to": "/"}).headers["location"] == "/"
    for other in (
        "//elsewhere.example.org/",
        "https://elsewhere.example.org",
        "/\\elsewhere",
        "/api/x",
    ):
        stranger = Browser(clients)
        stranger.http.get("/sign-in", params={"to": other})
        assert "csc-wanted" not in stranger.http.cookies
        assert browser.http.get("/sign-in", params={"to": other}).status_code == 200
