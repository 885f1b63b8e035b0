"""The pages of the foreign city's form and of its official, without scripts; and the queue of staff."""

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import httpx

from deploy.local.platform import Platform
from services.intake import form_guard
from services.intake.domain.form import FormRules
from services.intake.form_guard import solve
from shared.application import Service
from tests.clients import FORM, Clients, vault
from tests.intake.people import CALL_BACK, LETTER, a_listed_city, a_request, mail_to, text_of
from tests.intake.test_form import PDF, confirmed
from tests.intake.test_sign_in import Browser

PAGE, STATUS = "/list-your-city", "/list-your-city/status"


class Page:
    """The page of the form in a browser without scripts, and what is typed into it."""

    def __init__(self, clients: Clients) -> None:
        self.http = httpx.Client(base_url=clients.base_url, timeout=30)
        self.shown = self.http.get(PAGE)

    def hidden(self) -> dict[str, str]:
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.shown.text)
        return {name: html.unescape(value) for name, value in found}

    def sum(self) -> str:
        challenge = re.search(r'data-challenge="([^"]*)"', self.shown.text)
        assert challenge
        return solve(json.loads(html.unescape(challenge[1])))

    def sends(self, do: str = "send", **typed: Any) -> httpx.Response:
        if self.shown.is_redirect:
            self.shown = self.http.get(PAGE)
        typed = self.hidden() | {"work": self.sum()} | typed | {"do": do}
        self.shown = self.http.post(PAGE, data=typed)
        return self.shown


def typed(**more: Any) -> dict[str, Any]:
    return {
        "country": "EE",
        "city": "Põlva",
        "contact_name": "Mari Tamm",
        "contact_email": f"{uuid4()}@example.org",
        "seeks": "A <b>university</b> city",
        "themes": ["education", "culture"],
        "universities": "A school\nAnother school",
        "languages": "Estonian, en",
        **more,
    }


def test_the_page_of_the_form_works_without_scripts(clients: Clients) -> None:
    """A city is sent from a page that runs nothing; what was typed reaches staff once the address is confirmed."""
    page, told = Page(clients), typed()
    assert page.shown.status_code == 200
    assert "script-src 'self'" in page.shown.headers["content-security-policy"]
    assert page.shown.text.count("<script") == 2
    answer = page.sends(**told)
    assert (answer.status_code, answer.headers["location"]) == (303, "/list-your-city/sent")
    assert "Look into your mailbox" in page.http.get("/list-your-city/sent").text
    letter = text_of(mail_to(clients, told["contact_email"], "Please confirm"))
    link = re.search(r"(http\S+/list-your-city/([\w-]+)/confirm)\?token=(\w+)", letter)
    assert link
    assert "Your address is confirmed" in httpx.post(link[1], data={"token": link[3]}).text
    draft = clients.staff().reads(f"{FORM}/{link[2]}")["draft"]
    assert draft == {
        "seeks": told["seeks"],
        "themes": ["education", "culture"],
        "industries": [],
        "universities": ["A school", "Another school"],
        "languages": ["et", "en"],
    }
    again = page.http.post(PAGE, data=page.hidden() | told)
    assert again.status_code == 422
    assert "This was not sent with a form of ours" in again.text


def test_what_is_wrong_stands_beside_its_field(clients: Clients) -> None:
    """The page comes back with a sentence beside each field, and with everything that was typed."""
    page = Page(clients)
    nothing = page.sends()
    for words in ("Choose the country.", "Write the name of the place.", "Write something here."):
        assert words in nothing.text
    wrong = typed(contact_email="mari@", contact_name="", languages="Estonian, Klingonese")
    answer = page.sends(**wrong)
    assert answer.status_code == 422
    for name in ("contact_name", "contact_email", "languages"):
        assert f'id="{name}-error"' in answer.text
        assert f'href="#{name}"' in answer.text
    assert "A &lt;b&gt;university&lt;/b&gt; city" in answer.text
    assert "<b>university" not in answer.text
    assert 'value="Estonian, Klingonese"' in answer.text
    assert 'value="education" checked' in answer.text
    assert page.sends(**typed()).status_code == 303


def test_a_place_of_several_is_chosen_on_the_page(clients: Clients) -> None:
    """Where a name fits several places they are offered; one is chosen, and another name asks anew."""
    page = Page(clients)
    answer = page.sends(**typed(country="DE", city="Neustadt"))
    assert "choose yours" in answer.text
    numbers = re.findall(r'name="geoname_id" value="(\d+)"', answer.text)
    assert len(numbers) > 1
    nowhere = page.sends(**typed(country="DE", city="Nowhereatall", geoname_id=numbers[0]))
    assert "We know no place of that name" in nowhere.text
    page.sends(**typed(country="DE", city="Neustadt"))
    assert (
        page.sends(**typed(country="DE", city="Neustadt", geoname_id=numbers[-1])).status_code
        == 303
    )


class Earlier:
    """Intake as it was a while ago: what it handed out then is still around."""

    def __init__(self, platform: Platform, ago: timedelta) -> None:
        self.vault = vault(platform, "intake")
        self.clock = lambda: datetime.now(UTC) - ago

    def hands_out(self) -> str:
        return form_guard.hand_out(cast(Service, self), FormRules(work=1))[0]


def test_people_without_scripts_get_through_as_well(clients: Clients, platform: Platform) -> None:
    """Half a minute after it was opened a form needs no sum; of such, three a day are taken from one network."""
    page, earlier = Page(clients), Earlier(platform, timedelta(seconds=30))
    for _ in range(3):
        answer = page.sends(**typed(form_token=earlier.hands_out(), work=""))
        assert answer.status_code == 303
    answer = page.sends(**typed(form_token=earlier.hands_out(), work=""))
    assert answer.status_code == 429
    assert "More forms came from your network today" in answer.text
    at_once = page.sends(**typed(form_token=form_token_of(page), work=""))
    assert "sooner than anybody fills it in" in at_once.text


def form_token_of(page: Page) -> str:
    page.shown = page.http.get(PAGE)
    return page.hidden()["form_token"]


def test_a_form_that_lay_open_too_long_is_renewed(clients: Clients, platform: Platform) -> None:
    """After two hours the page comes back with a fresh form and all that was typed, which then is sent."""
    page, old = Page(clients), Earlier(platform, timedelta(hours=2)).hands_out()
    told = typed()
    answer = page.sends(**told, form_token=old)
    assert answer.status_code == 409
    assert "opened more than 60 minutes ago" in answer.text
    assert told["contact_email"] in answer.text
    assert page.hidden()["form_token"] != old
    assert page.sends(**told).is_redirect


def test_a_form_that_is_put_by_loses_nothing(clients: Clients) -> None:
    """Half a form is saved from the page, its link comes by mail, and the page opens with all that was typed."""
    page = Page(clients)
    half = typed(city="Pol", languages="Estonian and", contact_name="")
    kept = page.sends("save", **half)
    assert "Your form is saved" in kept.text
    letter = text_of(mail_to(clients, half["contact_email"], "Your form"))
    link = re.search(r"http\S+/list-your-city/saved\?token=[\w-]+", letter)
    assert link
    page.shown = page.http.get(link[0])
    for text in ('value="Pol"', 'value="Estonian and"', half["contact_email"], "A &lt;b&gt;"):
        assert text in page.shown.text
    assert page.sends(**half | {"city": "Võru", "languages": "", "contact_name": "M"}).is_redirect
    assert page.http.get(link[0]).status_code == 404


def test_an_official_sees_how_it_stands_and_acts_alone(clients: Clients) -> None:
    """B15: signed in, the official reads the last fact and whose turn it is, answers, uploads and edits."""
    city, staff = confirmed(clients, a_request(clients)), clients.staff()
    browser = Browser(clients)
    assert "Sign in" in browser.http.get(STATUS).text
    assert browser.http.get(f"{STATUS}/{city.id}").status_code == 401
    browser.signs_in(city.email)
    assert browser.http.get(STATUS).headers["location"] == f"{STATUS}/{city.id}"
    here = f"{STATUS}/{city.id}"
    assert "Our staff: they look at the request" in browser.http.get(here).text
    staff.does(f"{city.path}/ask", {"question": "Who decides in <your> city?"})
    assert "Who decides in &lt;your&gt; city?" in browser.http.get(here).text
    empty = browser.http.post(here, data={"what": "answer", "text": " "})
    assert (empty.status_code, "There is no answer in this yet" in empty.text) == (422, True)
    assert browser.http.post(here, data={"what": "answer", "text": "The council."}).is_redirect
    assert "Your answer is here." in browser.http.get(here).text
    assert "Not yet: A letter of authority" in browser.http.get(here).text
    photographed = PDF.replace(b"%%EOF", b"%" + b" " * 1_000_000 + b"\n%%EOF")
    sent = browser.http.post(f"{here}/letters", files={"file": ("letter.pdf", photographed)})
    assert sent.is_redirect
    shown = browser.http.get(here).text
    for words in ("letter.pdf", "Your letter is here.", "Sent, and our staff read it"):
        assert words in shown
    page = browser.http.get(f"{here}/edit").text
    assert "A university city" in page
    browser.http.post(f"{here}/edit", data={"seeks": "A port", "languages": "Latin"})
    view = staff.reads(city.path)
    assert (view["draft"]["seeks"], view["draft"]["languages"]) == ("A port", ["la"])
    waits = browser.http.get(here).text
    assert "A port" in waits[waits.index("wait until our staff have read them") :]
    assert "Latin" in waits
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    refused = browser.http.post(here, data={"what": "withdraw"}, headers=elsewhere)
    assert refused.status_code == 403
    strange = {"Origin": "null"}
    assert browser.http.post(here, data={"what": "withdraw"}, headers=strange).status_code == 403
    ours = strange | {"Sec-Fetch-Site": "same-origin"}
    assert browser.http.post(here, data={"what": "reconfirm"}, headers=ours).status_code == 409
    other = a_request(clients)
    assert browser.http.get(f"{STATUS}/{other.id}").status_code == 404


def test_a_request_is_withdrawn_by_a_second_button(clients: Clients) -> None:
    """One touch on a phone asks what it would do; only the button beside that does it."""
    city, staff, browser = confirmed(clients, a_request(clients)), clients.staff(), Browser(clients)
    browser.signs_in(city.email)
    here = f"{STATUS}/{city.id}"
    asked = browser.http.post(here, data={"what": "withdraw"})
    assert "Yes, withdraw" in asked.text
    assert staff.reads(city.path)["state"] != "withdrawn"
    assert browser.http.post(here, data={"what": "withdraw_now"}).is_redirect
    assert staff.reads(city.path)["state"] == "withdrawn"


def test_the_official_of_a_listing_answers_a_claim_on_the_page(clients: Clients) -> None:
    """Asked whether somebody else is a colleague, the official presses a button; then nothing is asked any more."""
    city, staff = a_listed_city(clients), clients.staff()
    claim = confirmed(clients, a_request(clients, at=city.place))
    browser, here = Browser(clients), f"{STATUS}/{city.id}"
    browser.signs_in(city.email)
    page = browser.http.get(here).text
    assert "Somebody else asks" in page
    assert claim.email not in page
    assert browser.http.post(here, data={"what": "colleague"}).is_redirect
    assert staff.reads(claim.path)["is_colleague"] is True
    answered = browser.http.get(here).text
    assert "Somebody else asks" not in answered
    assert "You said that it is a colleague of yours. Our staff look at it and decide" in answered
    assert browser.http.post(here, data={"what": "reconfirm"}).is_redirect
    assert "Thank you, that is done." in browser.http.get(f"{here}?done=1").text


def test_a_settled_claim_says_what_was_decided(clients: Clients) -> None:
    """On the page of the listing; whoever the listing was handed to is led there from the page of the claim."""
    city, staff = a_listed_city(clients), clients.staff()
    browser, here = Browser(clients), f"{STATUS}/{city.id}"
    browser.signs_in(city.email)
    stranger = confirmed(clients, a_request(clients, at=city.place))
    staff.does(f"{stranger.path}/decline", {"reason": "We could not confirm it."})
    assert "Our staff declined that request on" in browser.http.get(here).text
    late = browser.http.post(here, data={"what": "colleague"})
    assert "Nobody else asks at the moment" in late.text
    colleague = confirmed(clients, a_request(clients, at=city.place))
    for proof in (CALL_BACK, LETTER):
        staff.does(f"{colleague.path}/proofs", proof)
    staff.does(f"{colleague.path}/claim/grant")
    successor = Browser(clients)
    successor.signs_in(colleague.email)
    led = successor.http.get(f"{STATUS}/{colleague.id}")
    assert (led.status_code, led.headers["location"]) == (303, here)
    assert "Our staff handed the listing over on" in successor.http.get(here).text


def test_staff_have_a_queue_of_what_is_to_be_proved(clients: Clients) -> None:
    """Each request that waits says what it lacks and what to do next; once listed it is gone from the queue."""
    city, staff = confirmed(clients, a_request(clients)), clients.staff()

    def line() -> Any:
        found = [each for each in staff.reads(f"{FORM}/queue") if each["listing_id"] == city.id]
        return found[0] if found else None

    assert len(line()["missing_proofs"]) == 2
    assert line()["next_step"].startswith("Prove it: an address on an official domain")
    staff.does(f"{city.path}/proofs", CALL_BACK)
    staff.does(f"{city.path}/proofs", LETTER)
    assert (line()["missing_proofs"], line()["next_step"][:4]) == ([], "Read")
    staff.does(f"{city.path}/list")
    assert line() is None
    assert clients.public().get(f"{FORM}/queue").status_code == 401
