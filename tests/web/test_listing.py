"""Listing a city: the form in six steps, and the pages of its official, in a browser."""

import gzip
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import FilePayload, Route, expect

from tests.clients import Clients
from tests.intake.people import (
    CALL_BACK,
    LETTER,
    City,
    a_listed_city,
    a_place,
    a_request,
    code_of,
    mail_to,
    text_of,
)
from tests.web.visitor import PATIENCE, PHONE, Visitor

Comes = Callable[..., Visitor]
FORM, STATUS = "/list-your-city", "/list-your-city/status"
API = "**/api/intake/v1/listings"
expect.set_options(timeout=PATIENCE)


def confirmed(clients: Clients, city: City) -> City:
    code = code_of(mail_to(clients, city.email, "Please confirm"))
    clients.public().does(f"{city.path}/verify", {"code": code})
    return city


def fills_in(visitor: Visitor, name: str, email: str) -> None:
    """All steps in English, from the first page to the review."""
    page = visitor.opens(FORM)
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("City, town, county").fill(name)
    page.locator(".places input").first.check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("What do you look for").fill("A port with a university")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Education").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Industries").fill("Ships\nSoftware")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Your name").fill("Mari Tamm")
    page.get_by_label("Your e-mail").fill(email)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Check and send").wait_for()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_step_is_sound(comes: Comes, language: str) -> None:
    """The first page and every step meet what all pages must, with the summary of what is missing too."""
    visitor = comes()
    visitor.opens(f"{FORM}?lang={language}")
    visitor.sound()
    for step in ("city", "together", "offers", "you", "review"):
        page = visitor.opens(f"{FORM}?lang={language}&step={step}")
        if step in ("you", "review"):
            page.locator("button.primary").click()
            expect(page.locator(".problem")).to_be_focused()
        visitor.sound()


def test_a_city_is_listed_in_arabic_on_a_phone(comes: Comes, clients: Clients) -> None:
    """From the first page to the map: looked up by its Arabic name, sent, confirmed by the letter, and listed."""
    visitor, email = comes(PHONE, locale="ar"), f"{uuid4()}@example.org"
    page = visitor.opens(FORM)
    assert page.evaluate("() => document.documentElement.dir") == "rtl"
    page.get_by_role("button", name="ابدأ").click()
    page.locator("#field-place").fill("مكناس")
    page.locator(".places input").first.check()
    for _ in range(4):
        page.get_by_role("button", name="متابعة").click()
    page.get_by_label("اسمك").fill("ليلى بناني")
    page.get_by_label("بريدك الإلكتروني").fill(email)
    page.get_by_role("button", name="متابعة").click()
    expect(page.locator("main")).to_contain_text("ليلى بناني")
    visitor.sound()
    page.get_by_role("button", name="أرسل إلى").click()
    page.wait_for_url("**/sent?request=*")
    expect(page.locator("main")).to_contain_text(email)
    assert email not in page.url
    visitor.sound()
    number = page.url.rsplit("=", 1)[1]
    letter = re.search(r"http\S+/confirm\?token=\w+", text_of(mail_to(clients, email)))
    assert letter
    page.goto(letter[0])
    visitor.sound()
    page.get_by_role("button", name="أكّد العنوان").click()
    page.get_by_role("heading", name="تم تأكيد عنوانك").wait_for()
    visitor.sound()
    path, staff = f"/api/intake/v1/listings/{number}", clients.staff()
    for proof in (CALL_BACK, LETTER):
        staff.does(f"{path}/proofs", proof)
    staff.does(f"{path}/list")
    visitor.signs_in(email)
    visitor.opens(f"{STATUS}/{number}")
    expect(page.locator("main")).to_contain_text("مدينتك على الخريطة العامة")
    visitor.sound()


def test_a_saved_form_is_gone_on_with_elsewhere(comes: Comes) -> None:
    """Saved in Japanese on one device, the link brings everything to another one; another language is a choice away."""
    visitor = comes(locale="ja")
    page = visitor.opens(FORM)
    page.get_by_role("button", name="はじめる").click()
    page.locator("#field-place").fill("長崎市")
    page.locator(".places input").first.check()
    page.get_by_role("button", name="次へ").click()
    page.get_by_label("どのような相手").fill("港と平和")
    page.get_by_role("button", name="保存して").click()
    page.get_by_role("heading", name="フォームを保存しました").wait_for()
    visitor.sound()
    link = page.locator(".address a").get_attribute("href")
    assert link
    other = comes(locale="ja")
    other.page.goto(link)
    other.page.wait_for_url("**step=review")
    expect(other.page.locator("main")).to_contain_text("港と平和")
    expect(other.page.locator("main")).to_contain_text("Nagasaki")
    other.page.get_by_label("言語").select_option("fr")
    expect(other.page.locator("h1")).to_have_text("Vérifier et envoyer")
    expect(other.page.locator("main")).to_contain_text("港と平和")


def test_what_is_missing_is_said_and_nothing_is_lost(comes: Comes) -> None:
    """The summary gets the focus and leads to the field; Back, forward and a reload keep what was entered."""
    visitor = comes()
    page = visitor.opens(f"{FORM}?step=you")
    page.get_by_label("Your name").fill("Mari Tamm")
    page.get_by_label("Your e-mail").fill("mari")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".problem")).to_be_focused()
    page.locator(".problem a").click()
    expect(page.get_by_label("Your e-mail")).to_be_focused()
    assert "whole e-mail address" in (page.locator("#field-email-wrong").text_content() or "")
    page.get_by_label("Your e-mail").fill("mari@example.org")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Check and send").wait_for()
    assert page.url.endswith("step=review")
    page.go_back()
    expect(page.get_by_label("Your e-mail")).to_have_value("mari@example.org")
    page.reload()
    expect(page.get_by_label("Your name")).to_have_value("Mari Tamm")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send to").click()
    page.get_by_role("link", name="Write the name of your city").click()
    expect(page.locator("#field-place")).to_be_focused()
    visitor.is_quiet()


def test_a_broken_connection_loses_nothing(comes: Comes, clients: Clients) -> None:
    """Where the answer does not come one is told so, and a second press sends it: one request, one letter."""
    visitor, email = comes(expected=("Failed to load",)), f"{uuid4()}@example.org"
    page = visitor.page
    fills_in(visitor, a_place(is_abroad=True).name, email)
    page.route(API, lambda route: route.abort())
    page.get_by_role("button", name="Send to").click()
    expect(page.locator(".problem")).to_contain_text("It may not have arrived")
    visitor.sound()
    page.unroute(API)
    page.get_by_role("button", name="Send to").click()
    page.wait_for_url("**/sent?request=*")
    expect(page.locator("main")).to_contain_text(email)
    mail_to(clients, email, "Please confirm")
    page.goto(FORM)
    page.get_by_role("button", name="Begin").wait_for()


def test_the_look_up_tells_how_it_goes(comes: Comes, clients: Clients) -> None:
    """Slow it says so, failed it offers to try again, empty it says what to do; what is found is what the API has."""
    visitor = comes(expected=("Failed to load",))
    page = visitor.opens(f"{FORM}?step=city")
    waiting: list[Route] = []
    page.route("**/listings/places?*", lambda route: waiting.append(route))  # noqa: PLW0108  # Playwright reads its signature
    page.locator("#field-place").fill("Põlv")
    expect(page.locator("[aria-busy=true]")).to_contain_text("We look for it")
    visitor.sound()
    # The first one is broken while it waits; those that come after it fail at once.
    page.route("**/listings/places?*", lambda route: route.fulfill(status=500))
    for each in waiting:
        each.fulfill(status=500)
    page.get_by_role("button", name="Try again").wait_for()
    visitor.sound()
    page.unroute("**/listings/places?*")
    page.get_by_role("button", name="Try again").click()
    page.locator(".places input").first.wait_for()
    found = clients.public().reads("/api/intake/v1/listings/places", q="Põlv")
    assert page.locator(".places strong").all_inner_texts() == [each["name"] for each in found]
    page.locator("#field-place").fill("Xqzzk")
    expect(page.locator("main")).to_contain_text("We know no place abroad")
    visitor.sound()


def test_a_city_on_the_map_is_claimed(comes: Comes, clients: Clients) -> None:
    """Who chooses a city that everybody sees on the map is told that the request is a claim."""
    city, visitor = a_listed_city(clients), comes()
    page = visitor.opens(f"{FORM}?step=city")
    page.get_by_label("Country").select_option(city.place.country)
    page.locator("#field-place").fill(city.place.name)
    page.locator(f"#place-{city.place.geoname_id}").check()
    expect(page.locator(".box")).to_contain_text("on the map already")
    assert city.email not in page.content()
    visitor.sound()


def test_the_keyboard_reaches_every_step(comes: Comes) -> None:
    """Tab goes from the way past the head over all fields to the last button, and out again."""
    visitor = comes()
    visitor.opens(f"{FORM}?step=you")
    stops = [stop["name"] for stop in visitor.tabs_through()]
    order = ["Skip to", "Back", "Your name", "Your e-mail", "Your office", "Continue", "Save and"]
    at = [next(i for i, name in enumerate(stops) if name.startswith(each)) for each in order]
    assert at == sorted(at)


def test_the_form_needs_no_scripts(comes: Comes, clients: Clients) -> None:
    """Without scripts the same address is one page with all fields, in plain sight."""
    visitor = comes(java_script_enabled=False)
    page = visitor.opens(FORM)
    expect(page.locator("form[data-challenge]")).to_be_visible()
    expect(page.get_by_label("Your e-mail address")).to_be_visible()


def test_an_official_acts_alone(comes: Comes, clients: Clients) -> None:
    """Signed in, an official answers a question, sends a letter, and reads what the API says of the request."""
    city, staff = confirmed(clients, a_request(clients)), clients.staff()
    staff.does(f"{city.path}/ask", {"question": "Who decides in your city?"})
    visitor = comes()
    visitor.signs_in(city.email)
    page = visitor.opens(STATUS)
    page.wait_for_url(f"**{STATUS}/{city.id}")
    expect(page.locator("main")).to_contain_text("You: answer here, or answer our mail.")
    expect(page.locator("blockquote")).to_have_text("Who decides in your city?")
    visitor.sound()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_label("Your answer")).to_be_focused()
    page.get_by_label("Your answer").fill("The council.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.locator(".lead")).to_have_text("Your answer is here.")
    letter: FilePayload = {
        "name": "letter.pdf",
        "mimeType": "application/pdf",
        "buffer": b"%PDF-1.7\n%%EOF\n",
    }
    page.get_by_label("The file").set_input_files(letter)
    page.get_by_role("button", name="Send the letter").click()
    expect(page.locator("main")).to_contain_text("letter.pdf")
    standing = city.official.reads(f"{city.path}/standing")
    assert (standing["fact"], len(standing["letters"])) == ("letter_here", 1)
    visitor.sound()


def test_a_listing_is_confirmed_changed_and_withdrawn(comes: Comes, clients: Clients) -> None:
    """One press says that the city still looks; a change waits for staff; withdrawing takes a page of its own."""
    city, visitor = a_listed_city(clients), comes()
    visitor.signs_in(city.email)
    page = visitor.opens(f"{STATUS}/{city.id}")
    page.get_by_role("button", name="Yes, we still look").click()
    expect(page.locator(".told")).to_have_text("Thank you, that is done.")
    visitor.sound()
    page.get_by_role("link", name="Change it").click()
    page.get_by_label("What do you look for").fill("A port")
    visitor.sound()
    page.get_by_role("button", name="Send the change").click()
    expect(page.locator("main")).to_contain_text("wait until our staff have read them")
    expect(page.locator("main")).to_contain_text("A port")
    page.get_by_role("link", name="Withdraw the listing").click()
    expect(page.locator("h1")).to_contain_text("Withdraw")
    visitor.sound()
    page.get_by_role("button", name="Yes, withdraw").click()
    expect(page.locator(".lead")).to_have_text("The request was withdrawn.")
    assert clients.staff().reads(city.path)["state"] == "withdrawn"


def test_a_request_is_its_officials_alone(comes: Comes, clients: Clients) -> None:
    """Who is not signed in is led to sign in; another city's official reads nothing."""
    mine, other = a_request(clients), a_request(clients)
    visitor = comes(expected=("401", "404"))
    page = visitor.opens(f"{STATUS}/{mine.id}")
    expect(page.get_by_role("alert")).to_contain_text("Please sign in")
    visitor.sound()
    visitor.signs_in(other.email)
    visitor.opens(f"{STATUS}/{mine.id}")
    expect(page.get_by_role("alert")).to_contain_text("This request is not yours")
    assert mine.place.name not in page.content()


def test_the_scripts_are_few(comes: Comes) -> None:
    """The form's scripts take less than 150 kB on their way."""
    visitor, sizes = comes(), [0]
    visitor.page.on(
        "response",
        lambda answer: (
            sizes.append(len(gzip.compress(answer.body()))) if ".js" in answer.url else None
        ),
    )
    visitor.opens(f"{FORM}?step=city")
    visitor.page.wait_for_load_state("networkidle")
    assert 20_000 < sum(sizes) < 150_000
