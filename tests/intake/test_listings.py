"""Rules for cities abroad, through HTTP."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from shared.context import Role
from tests.clients import Clients, today
from tests.intake.people import (
    CALL_BACK,
    INTAKE,
    LETTER,
    OFFICIAL,
    a_listed_city,
    a_place,
    a_request,
    code_of,
    desk_of,
    mail_to,
    mails_to,
    text_of,
    two_places,
    waiting,
)

SAN_JUAN = 4568127
"""In Puerto Rico."""


def test_a_request_is_followed_up_and_assessed_before_it_is_listed(clients: Clients) -> None:
    """B13: form, mail with a code, proofs, assessment by staff; only then is the city listed."""
    city, staff = a_request(clients), clients.staff()
    refusal = staff.is_refused(f"{city.path}/list")
    assert refusal["type"] == "/problems/address-not-proved"
    letter = mail_to(clients, city.email, "Please confirm")
    assert "Mari Tamm" not in letter.as_string()
    code = code_of(letter)
    wrong = clients.public().is_refused(f"{city.path}/verify", {"code": "AAAA"})
    assert wrong["type"] == "/problems/wrong-code"
    clients.public().does(f"{city.path}/verify", {"code": f" {code[:8].lower()}-{code[8:]} "})
    refusal = staff.is_refused(f"{city.path}/list")
    assert "a letter of authority" in refusal["detail"]
    staff.does(f"{city.path}/proofs", OFFICIAL)
    staff.does(f"{city.path}/proofs", LETTER)
    staff.does(f"{city.path}/list")
    view = city.official.reads(city.path)
    assert view["state"] == "listed"
    assert view["profile"]["seeks"] == "A university city"
    assert "Dear Mari Tamm" in text_of(mail_to(clients, city.email, "is on the map"))


def test_a_new_code_makes_the_old_one_useless(clients: Clients) -> None:
    """B13: only the newest code proves the address."""
    city = a_request(clients)
    old = code_of(mail_to(clients, city.email, "Please confirm"))
    city.official.does(f"{city.path}/code")
    refusal = clients.public().is_refused(f"{city.path}/verify", {"code": old})
    assert refusal["type"] == "/problems/wrong-code"


def test_an_unproved_address_gets_three_codes_a_day(clients: Clients) -> None:
    """Anybody may put any address into the form: it gets three letters, also when they are asked for at once."""
    contact = {"contact_name": "Mari Tamm", "contact_email": f"{uuid4()}@example.org"}
    forms = [contact | {"geoname_id": a_place(is_abroad=True).geoname_id} for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        answers = list(
            pool.map(lambda form: clients.public().post(f"{INTAKE}/listings", form), forms)
        )
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 429, 429]
    number = next(answer.json()["id"] for answer in answers if answer.is_success)
    refusal = clients.staff().is_refused(f"{INTAKE}/listings/{number}/code")
    assert (refusal["type"], refusal["status"]) == ("/problems/too-many-codes", 429)
    clients.staff().does(f"{INTAKE}/listings/{number}/proofs", CALL_BACK)
    assert clients.public().does(
        f"{INTAKE}/listings", forms[0] | {"geoname_id": a_place(is_abroad=True).geoname_id}
    )


def test_only_staff_label_a_demonstration(clients: Clients) -> None:
    """What is invented is labelled by staff; an anonymous form with the label is refused."""
    form = {
        "geoname_id": a_place(is_abroad=True).geoname_id,
        "contact_name": "Mari Tamm",
        "contact_email": f"{uuid4()}@example.org",
        "is_demonstration": True,
    }
    refusal = clients.public().is_refused(f"{INTAKE}/listings", form)
    assert (refusal["type"], refusal["status"]) == ("/problems/only-staff-label", 403)
    number = clients.staff().does(f"{INTAKE}/listings", form)["id"]
    assert clients.staff().reads(f"{INTAKE}/listings/{number}")["is_demonstration"] is True


def test_staff_ask_for_more(clients: Clients) -> None:
    """B13, B15: staff ask, the official answers alone and may mend the text; nobody else reads it."""
    city, staff = a_request(clients), clients.staff()
    staff.does(f"{city.path}/proofs", CALL_BACK)
    staff.does(f"{city.path}/ask", {"question": "Who decides on partnerships?"})
    assert "Who decides" in text_of(mail_to(clients, city.email, "A question"))
    answer = {"text": "The council does.", "profile": {"seeks": "A port city"}}
    city.official.does(f"{city.path}/answer", answer)
    view = staff.reads(city.path)
    assert [remark["kind"] for remark in view["remarks"]] == ["question", "answer"]
    assert view["draft"]["seeks"] == "A port city"
    other = clients.who(Role.FOREIGN_OFFICIAL, listing_id=a_place().community_id)
    assert other.get(city.path).status_code == 403
    assert other.is_refused(f"{city.path}/withdraw")["type"] == "/problems/not-your-listing"


def test_a_declined_city_alone_is_told_why(clients: Clients) -> None:
    """B13: the reason of a refusal goes to the city by mail."""
    city = a_request(clients)
    clients.staff().does(f"{city.path}/decline", {"reason": "We could not reach the office."})
    mail = mail_to(clients, city.email, "The request of")
    assert "could not reach the office" in text_of(mail)
    assert desk_of(mail["Reply-To"]) == "partnerships@sister-cities.org"


def test_a_place_is_listed_once(clients: Clients) -> None:
    """B13: of a place that is on the map staff make no second request; once its listing has ended they do."""
    city, staff = a_listed_city(clients), clients.staff()
    form = {
        "geoname_id": city.place.geoname_id,
        "contact_name": "Somebody Else",
        "contact_email": f"{uuid4()}@example.org",
    }
    refusal = staff.is_refused(f"{INTAKE}/listings", form)
    assert refusal["type"] == "/problems/already-listed"
    assert refusal["next_step"]
    city.official.does(f"{city.path}/withdraw")
    assert clients.public().does(f"{INTAKE}/listings", form)["id"] != city.id


def test_a_city_may_get_another_contact(clients: Clients) -> None:
    """B13: where the address was wrong or the official has left, staff correct it, and mail goes to the new one."""
    city, staff = a_request(clients), clients.staff()
    old = code_of(mail_to(clients, city.email))
    email = f"{uuid4()}@example.org"
    staff.does(f"{city.path}/contact", {"name": "Jaan Kask", "email": email})
    assert [each["email"] for each in staff.reads(city.path)["contacts"]] == [email]
    public = clients.public()
    refusal = public.is_refused(f"{city.path}/verify", {"code": old})
    assert refusal["type"] == "/problems/wrong-code"
    public.does(f"{city.path}/verify", {"code": code_of(mail_to(clients, email))})


def test_a_us_place_cannot_be_listed(clients: Clients) -> None:
    """B13: the form is for cities abroad; a place in a state or a territory and a made-up one are refused."""
    form = {"contact_name": "A", "contact_email": "a@example.org"}
    public = clients.public()
    for here in (a_place().geoname_id, SAN_JUAN):
        us = public.is_refused(f"{INTAKE}/listings", {**form, "geoname_id": here})
        assert us["type"] == "/problems/city-in-the-us"
    page = public.get("/list-your-city").text
    assert [f'value="{code}"' in page for code in ("EE", "US", "PR", "GU", "AQ")] == [True] + [
        False
    ] * 4
    nowhere = public.is_refused(f"{INTAKE}/listings", {**form, "geoname_id": 1})
    assert nowhere["type"] == "/problems/unknown-place"
    address = {**form, "geoname_id": 588335, "contact_email": "a\r\nBcc: b@example.org"}
    assert public.post(f"{INTAKE}/listings", address).status_code == 422


def test_an_edit_waits_for_staff(clients: Clients) -> None:
    """B13, B15: what the official changes is on the map only after staff have assessed it."""
    city, staff = a_listed_city(clients), clients.staff()
    city.official.does(f"{city.path}/edit", {"profile": {"seeks": "A port city"}})
    view = staff.reads(city.path)
    assert (view["profile"]["seeks"], view["draft"]["seeks"]) == (
        "A university city",
        "A port city",
    )
    staff.does(f"{city.path}/approve")
    view = staff.reads(city.path)
    assert (view["profile"]["seeks"], view["draft"]) == ("A port city", None)
    city.official.does(f"{city.path}/edit", {"profile": {"seeks": "Write to me at home"}})
    staff.does(f"{city.path}/refuse-edit", {"reason": "Please name the city's interest."})
    assert staff.reads(city.path)["profile"]["seeks"] == "A port city"
    assert "name the city's interest" in text_of(mail_to(clients, city.email, "Your change"))


def test_the_official_does_alone_what_can_be_done_alone(clients: Clients) -> None:
    """B15: reading the status, reconfirming and withdrawing need nobody of staff."""
    city = a_listed_city(clients)
    city.official.does(f"{city.path}/reconfirm")
    assert city.official.reads(city.path)["state"] == "listed"
    city.official.does(f"{city.path}/withdraw")
    assert city.official.reads(city.path)["state"] == "withdrawn"
    refusal = city.official.is_refused(f"{city.path}/reconfirm")
    assert "withdrawn" in refusal["detail"]


def test_a_forgotten_official_gets_no_mail(clients: Clients) -> None:
    """Forgetting a person erases name and address at once, and what follows is not written."""
    city, staff = a_listed_city(clients), clients.staff()
    mail_to(clients, city.email, "is on the map")
    before = len(mails_to(clients, city.email))
    person = staff.reads(city.path)["contacts"][0]["person_id"]
    service = clients.who(Role.SERVICE, "outreach")
    assert service.reads(f"{INTAKE}/people/{person}")["email"] == city.email
    staff.does(f"{INTAKE}/people/{person}/erase")
    assert service.get(f"{INTAKE}/people/{person}").status_code == 404
    assert staff.reads(city.path)["contacts"] == []
    city.official.does(f"{city.path}/edit", {"profile": {}})
    staff.does(f"{city.path}/refuse-edit", {"reason": "It is empty."})
    assert len(mails_to(clients, city.email)) == before


def test_a_change_that_waits_is_in_the_list_of_staff(clients: Clients) -> None:
    """A request to assess, and later a change of what is on the map, show since when they wait for staff."""
    city, staff = a_request(clients), clients.staff()

    def waits() -> Any:
        return waiting(staff, "listings", "listing_id", city.id)

    assert waits() is None
    staff.does(f"{city.path}/proofs", CALL_BACK)
    assert waits() == today()
    staff.does(f"{city.path}/proofs", LETTER)
    staff.does(f"{city.path}/list")
    assert waits() is None
    city.official.does(f"{city.path}/edit", {"profile": {"seeks": "A port city"}})
    assert waits() == today()
    staff.does(f"{city.path}/approve")
    assert waits() is None


def test_a_merged_place_gets_no_second_listing(clients: Clients) -> None:
    """One listing for each place: a form for a record that was merged away is refused."""
    kept, double = two_places(is_abroad=True)
    city, staff = a_listed_city(clients, at=kept), clients.staff()
    staff.does(f"{INTAKE}/communities", {"geoname_id": double.geoname_id})
    merge = {"into_geoname_id": city.place.geoname_id}
    staff.does(f"{INTAKE}/communities/{double.community_id}/merge", merge)
    form = {
        "geoname_id": double.geoname_id,
        "contact_name": "Somebody Else",
        "contact_email": "else@example.org",
    }
    refusal = clients.public().is_refused(f"{INTAKE}/listings", form)
    assert refusal["type"] == "/problems/merged-away"


@pytest.mark.parametrize("name", ["=?utf-8?q?Mari?=", "Mari\r\nBcc: b@example.org", "Mari\u2028x"])
def test_a_name_is_one_line_of_plain_text(clients: Clients, name: str) -> None:
    """A name that a mail program would decode into a header is refused, and the answer says why."""
    form = {
        "geoname_id": a_place(is_abroad=True).geoname_id,
        "contact_name": name,
        "contact_email": f"{uuid4()}@example.org",
    }
    refusal = clients.public().is_refused(f"{INTAKE}/listings", form)
    assert refusal["status"] == 422
    assert "in one line, without =?" in refusal["errors"][0]["message"]
    honest = {**form, "contact_name": "Mari = Tamm?"}
    assert clients.public().does(f"{INTAKE}/listings", honest)["id"]
