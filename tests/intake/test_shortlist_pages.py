"""The pages of the proposed cities: why each of them, a choice that is looked at once more, and what is chosen."""

import html
from collections.abc import Iterator

import pytest

from shared.place_names import full_name
from tests.clients import Clients
from tests.intake.people import INTAKE
from tests.intake.test_sign_in import Browser
from tests.matching.test_matching import IDS, a_search

HERE = "/sign-in/shortlist"


@pytest.fixture
def browser(clients: Clients) -> Iterator[Browser]:
    opened = Browser(clients)
    yield opened
    opened.http.close()


def ticked(*ids: int, what: str = "") -> dict[str, object]:
    return {"geoname_ids": [str(each) for each in ids], "what": what}


def page_of(browser: Browser, path: str = HERE) -> str:
    return html.unescape(browser.http.get(path).text)


def test_a_shortlist_is_looked_at_before_it_is_settled(clients: Clients, browser: Browser) -> None:
    """The first button settles nothing and shows the cities once more; the second settles, and the page says so."""
    search = a_search(clients).proposed()
    browser.signs_in(search.member.email)
    assert "read why, and choose three to five" in page_of(browser, "/sign-in")
    assert page_of(browser).count('name="geoname_ids"') == len(IDS)
    few = browser.http.post(HERE, data=ticked(*IDS[:1]))
    assert (few.status_code, few.text.count(" checked")) == (422, 1)
    assert "A shortlist has 3, 4 or 5 cities" in few.text
    review = browser.http.post(HERE, data=ticked(*IDS[:3]))
    assert (review.status_code, review.text.count('type="hidden"')) == (200, 3)
    assert "Settle the shortlist" in review.text
    assert search.now()["state"] == "proposed"
    back = browser.http.get(HERE, params={"geoname_ids": IDS[:3]}).text
    assert back.count(" checked") == 3
    assert browser.http.post(HERE, data=ticked(*IDS[:3], what="settle")).status_code == 303
    search.becomes("shortlisted")
    assert browser.http.post(HERE, data=ticked(*IDS[:3], what="settle")).status_code == 303
    page = page_of(browser)
    assert "Chosen. The shortlist is settled" in page
    assert 'name="geoname_ids"' not in page
    assert "<button" not in page


def test_what_is_settled_is_not_chosen_again(clients: Clients, browser: Browser) -> None:
    """A second press reads matching's own sentence and next step, and no call to choose."""
    search = a_search(clients).proposed()
    browser.signs_in(search.member.email)
    search.choose(IDS[:3])
    again = browser.http.post(HERE, data=ticked(*IDS[1:4], what="settle"))
    assert again.status_code == 422
    told = html.unescape(again.text)
    assert f"The shortlist of {full_name(search.member.place)} is settled" in told
    assert "Ask staff to reopen the shortlist." in told
    assert "Choose three" not in told
    assert "checkbox" not in told
    assert "choose three to five" not in page_of(browser, "/sign-in")
    search.staff.does(f"{search.path}/reopen")
    page = page_of(browser)
    assert (page.count("checkbox"), page.count(" checked")) == (len(IDS), 3)
    search.member.administrator.does(f"{INTAKE}/cases/{search.id}/pause")
    search.becomes("paused")
    page = page_of(browser)
    assert "The search rests" in page
    assert "checkbox" not in page


def test_the_page_says_why(clients: Clients, browser: Browser) -> None:
    """What speaks most for each city stands beside it, everything on its own page; the council gets a PDF."""
    search = a_search(clients).proposed()
    browser.signs_in(search.member.email)
    page, administrator = page_of(browser), search.member.administrator
    whys = [each["why"] for each in search.now(administrator)["prospects"]]
    assert all(whys)
    assert all(why in page for why in whys)
    explained = administrator.reads(f"{search.path}/candidates/{IDS[0]}")["explanation"]
    city = page_of(browser, f"{HERE}/{IDS[0]}")
    said = [each["text"] for side in explained.values() for each in side]
    assert said
    assert all(text in city for text in said)
    brief = browser.http.get(f"{HERE}/brief", params={"geoname_ids": IDS[:2]})
    assert (brief.headers["content-type"], brief.content[:5]) == ("application/pdf", b"%PDF-")
    one = browser.http.get(f"{HERE}/brief", params={"geoname_ids": IDS[:1]})
    assert (one.status_code, "two to five" in one.text) == (422, True)
    assert browser.http.get(f"{HERE}/1").status_code == 422


def test_what_is_no_city_is_refused_on_the_page(clients: Clients, browser: Browser) -> None:
    """A page with a sentence, whatever program sends it, and nothing is chosen."""
    search = a_search(clients).proposed()
    browser.signs_in(search.member.email)
    for answer in (
        browser.http.post(HERE, data={"geoname_ids": "x"}),
        browser.http.get(HERE, params={"geoname_ids": "x"}),
        browser.http.get(f"{HERE}/x"),
    ):
        assert (answer.status_code, "none of the cities below" in answer.text) == (422, True)
        assert answer.headers["content-type"].startswith("text/html")
    assert search.now()["state"] == "proposed"


def test_before_any_is_proposed_nobody_is_asked_to_choose(
    clients: Clients, browser: Browser
) -> None:
    """After the debriefing the page says that staff look for cities."""
    search = a_search(clients).debriefed()
    browser.signs_in(search.member.email)
    page = page_of(browser, "/sign-in")
    assert "our staff look for them" in page
    assert "choose three to five" not in page
    assert "Our staff have proposed no city yet" in page_of(browser)


def test_the_committee_only_reads_what_is_proposed(clients: Clients, browser: Browser) -> None:
    """The same cities without a button; what is sent all the same, matching refuses."""
    search = a_search(clients).proposed()
    email = f"committee-{search.member.id}@example.org"
    contact = {"name": "Ben Ode", "email": email}
    clients.staff().does(f"{INTAKE}/communities/{search.member.id}/committee", contact)
    browser.signs_in(email)
    page = page_of(browser)
    assert "Your administrator chooses" in page
    assert "<button" not in page
    for what in ("", "settle"):
        assert browser.http.post(HERE, data=ticked(*IDS[:3], what=what)).status_code == 422
    assert search.now()["state"] == "proposed"
