"""The public form, its proof, its claims and its letters, as a city abroad and staff meet them."""

import io
import re
import zipfile
from typing import Any
from urllib.parse import urljoin
from uuid import UUID, uuid4

import httpx
import pytest

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.intake.application import Intake
from services.intake.domain.form import FormRules, TooManyFromThere
from shared.context import Role
from shared.gazetteer import Gazetteer
from tests.clients import FORM, Client, Clients, eventually, vault
from tests.intake.people import (
    CALL_BACK,
    INTAKE,
    LETTER,
    City,
    a_listed_city,
    a_place,
    a_request,
    code_of,
    mail_to,
    mails_to,
    text_of,
    waiting,
)

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(30)


def a_form(**more: Any) -> dict[str, Any]:
    return {
        "geoname_id": a_place(is_abroad=True).geoname_id,
        "contact_name": "Mari Tamm",
        "contact_email": f"{uuid4()}@example.org",
        "profile": {"seeks": "A university city"},
        **more,
    }


def confirmed(clients: Clients, city: City) -> City:
    code = code_of(mail_to(clients, city.email, "Please confirm"))
    clients.public().does(f"{city.path}/verify", {"code": code})
    return city


def test_the_code_can_be_typed_in_and_a_second_press_is_no_failure(clients: Clients) -> None:
    """Without the link the page asks for the code, after a wrong one again; a second press says that it is done."""
    city = a_request(clients)
    code = code_of(mail_to(clients, city.email, "Please confirm"))
    address = f"{clients.base_url}/list-your-city/{city.id}/confirm"
    assert '<input id="token" name="token"' in httpx.get(address).text
    wrong = httpx.post(address, data={"token": "AAAA-AAAA"})
    assert (wrong.status_code, '<input id="token" name="token"' in wrong.text) == (409, True)
    assert "Your address is confirmed" in httpx.post(address, data={"token": code.lower()}).text
    again = httpx.post(address, data={"token": code})
    assert again.status_code == 200
    assert 'class="problem"' not in again.text
    assert "/list-your-city/status" in again.text


def test_a_countrys_share_of_a_day_is_taken_by_those_who_confirm(
    clients: Clients, platform: Platform
) -> None:
    """Forms without a mailbox use up nothing; who is over it keeps the request, and confirms it the next day."""
    city = a_request(clients)
    code = code_of(mail_to(clients, city.email, "Please confirm"))
    dsn, keys = platform.postgres_dsn("intake"), vault(platform, "intake")
    full = Intake(dsn, keys, Gazetteer(GAZETTEER), form_rules=FormRules(per_country=0))
    try:
        with pytest.raises(TooManyFromThere, match="yours is kept"):
            full.verify(UUID(city.id), code)
    finally:
        full.close()
    assert clients.staff().reads(city.path)["state"] == "submitted"
    confirmed(clients, city)
    assert clients.staff().reads(city.path)["state"] == "verified"


def uploads(who: Client, path: str, content: bytes, name: str = "letter.pdf") -> httpx.Response:
    headers = who._headers(path)
    return who.http.post(who.base_url + path, files={"file": (name, content)}, headers=headers)


def test_staff_see_nothing_before_the_address_is_confirmed(clients: Clients) -> None:
    """B13: neither a line in staff's lists nor a word or a name, until somebody uses the code of the letter."""
    city, staff = a_request(clients), clients.staff()
    view = staff.reads(city.path)
    assert (view["draft"], view["contacts"]) == (None, [])
    page = staff.reads(FORM, state="submitted", limit=500)
    assert city.id not in [item["listing_id"] for item in page["items"]]
    confirmed(clients, city)
    view = staff.reads(city.path)
    assert view["draft"]["seeks"] == "A university city"
    assert waiting(staff, "listings", "listing_id", city.id)


def where_it_goes(page: httpx.Response) -> str:
    """The address of the page's form, as a browser makes it."""
    action = re.search(r'action="([^"]+)"', page.text)
    assert action, page.text
    return str(urljoin(str(page.url), action[1]))


def test_a_link_is_followed_by_programs_and_pressed_by_people(clients: Clients) -> None:
    """The letter's link shows a button and changes nothing; the button confirms, without scripts."""
    city, staff = a_request(clients), clients.staff()
    link = re.search(r"http\S+/confirm\?token=\w+", text_of(mail_to(clients, city.email)))
    assert link
    assert httpx.head(link[0]).status_code in (200, 405)
    page = httpx.get(link[0])
    assert page.status_code == 200
    assert "<button>" in page.text
    assert re.findall(r"<script[^>]*>", page.text) == [
        '<script type="module" src="/assets/list.js">'
    ]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert staff.reads(city.path)["state"] == "submitted"
    address, token = link[0].split("?token=")
    wrong = httpx.post(address, data={"token": "<b>AAAA"})
    assert wrong.status_code == 409
    assert "This code does not fit" in wrong.text
    assert "<b>AAAA" not in wrong.text
    done = httpx.post(address, data={"token": token})
    assert "Your address is confirmed" in done.text
    assert staff.reads(city.path)["state"] == "verified"
    secret = re.search(r'name="token" value="([^"]+)"', done.text)
    assert secret
    by_link = where_it_goes(done)
    refused = httpx.post(by_link, data={"token": secret[1]}, files={"file": ("brief.txt", b"x")})
    assert refused.status_code == 415
    again = where_it_goes(refused)
    sent = httpx.post(again, data={"token": secret[1]}, files={"file": ("brief.pdf", PDF)})
    assert "The letter is there" in sent.text
    assert [letter["name"] for letter in staff.reads(city.path)["letters"]] == ["brief.pdf"]
    stranger = httpx.post(by_link, data={"token": "AAAA"}, files={"file": ("b.pdf", PDF)})
    assert stranger.status_code == 404


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"website": "https://example.org"}, "hidden-field-filled"),
        ({"form_token": ""}, "not-our-form"),
        ({"form_token": "A" * 54}, "not-our-form"),
        ({"work": "e30="}, "work-not-done"),
        ({"work": ""}, "sent-too-soon"),
    ],
)
def test_what_no_person_sends_is_refused(
    clients: Clients, changed: dict[str, str], problem: str
) -> None:
    """A filled hidden field, a strange token, a sum that is not done: refused in a sentence, nothing repeated."""
    form = a_form()
    refusal = clients.public().is_refused(FORM, form | changed)
    assert refusal["type"] == f"/problems/{problem}"
    assert form["contact_email"] not in str(refusal)
    assert refusal["next_step"]


def test_a_sum_belongs_to_its_form(clients: Clients) -> None:
    """The sum that was done for one form does not open another, and a form is sent once."""
    public = clients.public()
    one, other = public.fresh_form(), public.fresh_form()
    mixed = a_form() | one | {"work": other["work"]}
    assert public.is_refused(FORM, mixed)["type"] == "/problems/work-not-done"
    public.does(FORM, a_form() | one)
    assert public.is_refused(FORM, a_form() | one)["type"] == "/problems/form-used"
    public.does(FORM, a_form() | other)


def test_a_saved_form_is_gone_on_with(clients: Clients) -> None:
    """Half a form is put by under a link, changed from there, which ends the older link, and gone once it is sent."""
    public = clients.public()
    fresh = public.fresh_form()
    half = {"contact_name": "Mari Tamm", "contact_email": f"{uuid4()}@example.org"}
    kept = public.does(f"{FORM}/saved", half | fresh)
    first = kept["saved"]
    letter = text_of(mail_to(clients, half["contact_email"], "Your form"))
    assert kept["is_mailed"]
    assert kept["link"] in letter
    assert "Mari" not in letter
    opened = public.does(f"{FORM}/saved/open", {"saved": first})
    assert opened["contact_email"] == half["contact_email"]
    more = a_form(**half)
    second = public.does(f"{FORM}/saved", more | fresh | {"saved": first})["saved"]
    gone = public.is_refused(f"{FORM}/saved/open", {"saved": first})
    assert gone["type"] == "/problems/nothing-saved"
    assert public.does(f"{FORM}/saved/open", {"saved": second})["profile"] == {
        "themes": [],
        "industries": [],
        "universities": [],
        "languages": [],
        "seeks": "A university city",
    }
    public.does(FORM, more | fresh | {"saved": second})
    assert public.is_refused(f"{FORM}/saved/open", {"saved": second})["status"] == 404


def test_a_form_for_a_listed_place_is_a_claim(clients: Clients) -> None:
    """Who asks is told nothing of the listing; its official and staff are asked, and staff hand it over with proof."""
    city, staff = a_listed_city(clients), clients.staff()
    claim = confirmed(clients, a_request(clients, at=city.place))
    letter = text_of(mail_to(clients, city.email, "Somebody else"))
    assert claim.email not in letter
    assert staff.reads(claim.path)["claims"] == city.id
    assert claim.official.reads(claim.path)["claims"] is None
    for action, why in (("claim/grant", "proof-missing"), ("list", "not-the-only-one")):
        assert staff.is_refused(f"{claim.path}/{action}")["type"] == f"/problems/{why}"
    city.official.does(f"{city.path}/claim/answer", {"is_colleague": True})
    assert staff.reads(claim.path)["is_colleague"] is True
    for proof in (CALL_BACK, LETTER):
        staff.does(f"{claim.path}/proofs", proof)
    refused = staff.is_refused(f"{claim.path}/list")
    assert refused["type"] == "/problems/not-the-only-one"
    assert "this request claims it" in refused["detail"]
    staff.does(f"{claim.path}/claim/grant")
    assert staff.reads(claim.path)["state"] == "merged"
    assert [each["email"] for each in staff.reads(city.path)["contacts"]] == [claim.email]
    assert staff.reads(city.path)["state"] == "listed"


def test_a_declined_claim_changes_nothing(clients: Clients) -> None:
    """Who is no colleague is declined; the listing and its official stay as they are."""
    city, staff = a_listed_city(clients), clients.staff()
    claim = confirmed(clients, a_request(clients, at=city.place))
    city.official.does(f"{city.path}/claim/answer", {"is_colleague": False})
    staff.does(f"{claim.path}/decline", {"reason": "We could not confirm it."})
    assert [each["email"] for each in staff.reads(city.path)["contacts"]] == [city.email]
    again = city.official.is_refused(f"{city.path}/claim/answer", {"is_colleague": True})
    assert (again["status"], again["type"]) == (409, "/problems/nobody-asks")


def test_a_claim_lasts_for_as_long_as_the_listing(clients: Clients) -> None:
    """Once the place has no other listing, what was a claim is listed as any request is, and nothing is handed over."""
    city, staff = a_listed_city(clients), clients.staff()
    claim = confirmed(clients, a_request(clients, at=city.place))
    for proof in (CALL_BACK, LETTER):
        staff.does(f"{claim.path}/proofs", proof)
    city.official.does(f"{city.path}/withdraw")
    steps = {step["step"]: step["is_done"] for step in staff.reads(claim.path)["proof_steps"]}
    assert steps["only_record"]
    assert staff.is_refused(f"{claim.path}/claim/grant")["type"] == "/problems/no-claim"
    staff.does(f"{claim.path}/list")
    assert staff.reads(claim.path)["state"] == "listed"


def test_of_two_requests_that_wait_the_other_is_a_claim(clients: Clients) -> None:
    """When one of two requests for a place is listed, the one that waits still claims it, and can be handed it."""
    one, staff = confirmed(clients, a_request(clients)), clients.staff()
    other = confirmed(clients, a_request(clients, at=one.place))
    for proof in (CALL_BACK, LETTER):
        staff.does(f"{one.path}/proofs", proof)
        staff.does(f"{other.path}/proofs", proof)
    staff.does(f"{one.path}/list")
    assert staff.reads(other.path)["claims"] == one.id
    staff.does(f"{other.path}/claim/grant")
    assert [each["email"] for each in staff.reads(one.path)["contacts"]] == [other.email]


def test_each_step_of_the_proof_says_who_and_from_where(clients: Clients) -> None:
    """A call back without a name, a waiver without a reason and a letter that is nowhere prove nothing."""
    city, staff = confirmed(clients, a_request(clients)), clients.staff()
    refusal = staff.is_refused(f"{city.path}/proofs", {"kind": "call_back"})
    assert "whom you spoke with and where the number is from" in refusal["detail"]
    staff.does(f"{city.path}/proofs", CALL_BACK)
    nowhere = staff.is_refused(f"{city.path}/proofs", {"kind": "authority_letter"})
    assert nowhere["type"] == "/problems/letter-not-there"
    assert staff.is_refused(f"{city.path}/list")["type"] == "/problems/proof-missing"
    waived = {"kind": "letter_waived"}
    assert staff.is_refused(f"{city.path}/proofs", waived)["type"] == "/problems/not-told"
    staff.does(f"{city.path}/proofs", waived | {"note": "The ministry vouches for the city."})
    steps = {step["step"]: step for step in staff.reads(city.path)["proof_steps"]}
    assert {name for name, step in steps.items() if step["is_done"]} == {
        *("gazetteer", "only_record", "address", "call_back", "letter_waived"),
    }
    told = steps["call_back"]["told"]
    assert (told["spoke_with"], told["number_source"]) == (
        CALL_BACK["spoke_with"],
        CALL_BACK["number_source"],
    )
    official = {step["step"]: step for step in city.official.reads(city.path)["proof_steps"]}
    assert official["call_back"]["told"] is None
    staff.does(f"{city.path}/proofs/retract", {"kind": "letter_waived"})
    assert staff.is_refused(f"{city.path}/list")["type"] == "/problems/proof-missing"
    known = staff.post(f"{city.path}/proofs", {"kind": "known_before"})
    assert known.status_code == 422


def test_an_address_on_an_official_domain_proves_itself(clients: Clients) -> None:
    """Staff list a city's domain; whoever confirms an address on it, or below it, needs no call back."""
    place, staff = a_place(is_abroad=True), clients.staff()
    domain = f"{uuid4().hex[:12]}.example.org"
    listed = {"country": place.country, "domain": domain, "note": "The city's own site."}
    assert domain in [
        each["domain"] for each in staff.post(f"{INTAKE}/official-domains", listed).json()
    ]
    everybody = staff.is_refused(f"{INTAKE}/official-domains", listed | {"domain": "gmail.com"})
    assert everybody["type"] == "/problems/domain-of-everybody"
    form = a_form(geoname_id=place.geoname_id, contact_email=f"mari@mail.{domain}")
    number = clients.public().does(FORM, form)["id"]
    code = code_of(mail_to(clients, f"mari@mail.{domain}"))
    clients.public().does(f"{FORM}/{number}/verify", {"code": code})
    assert staff.reads(f"{FORM}/{number}")["proofs"] == ["official_domain"]
    gone = {"country": place.country, "domain": domain}
    assert staff.post(f"{INTAKE}/official-domains/remove", gone).json() == [
        each
        for each in staff.reads(f"{INTAKE}/official-domains", country=place.country)
        if each["domain"] != domain
    ]


def test_a_letter_is_judged_by_what_is_in_it(clients: Clients) -> None:
    """PDF, PNG, JPEG and Word are taken by content; a page or a program under such a name is refused, and says why."""
    city, staff = confirmed(clients, a_request(clients)), clients.staff()
    path = f"{city.path}/letters"
    for content in (PDF, PNG, b"\xff\xd8\xff\xe0JFIF" + bytes(9) + b"\xff\xd9", a_docx()):
        assert uploads(city.official, path, content).is_success
    for content in (b"<html>", b"MZ" + bytes(99), a_docx("word/vbaProject.bin"), b"%PDF-1.7"):
        refusal = uploads(city.official, path, content).json()
        assert refusal["type"] == "/problems/kind-not-taken"
        assert "PDF, PNG, JPEG" in refusal["detail"]
    assert uploads(city.official, path, b"").json()["type"] == "/problems/empty-file"
    large = uploads(city.official, path, PNG + bytes(5_000_000))
    assert large.json()["type"] == "/problems/file-too-large"
    assert uploads(clients.public(), path, PDF).status_code == 401
    other = clients.who(Role.FOREIGN_OFFICIAL, listing_id=a_place().community_id)
    assert uploads(other, path, PDF).status_code == 403
    letters = staff.reads(city.path)["letters"]
    assert [letter["kind"] for letter in letters] == ["pdf", "png", "jpeg", "docx"]
    got = staff.get(f"{path}/{letters[0]['upload_id']}")
    assert got.content == PDF
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert city.official.get(f"{path}/{letters[0]['upload_id']}").status_code == 403
    staff.does(f"{city.path}/proofs", {"kind": "authority_letter"})


def a_docx(*more: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            file.writestr(name, "<x/>")
    return packed.getvalue()


def test_a_stranger_uploads_nothing(clients: Clients) -> None:
    """Before the address is confirmed no letter is taken."""
    city = a_request(clients)
    refusal = uploads(city.official, f"{city.path}/letters", PDF).json()
    assert refusal["type"] == "/problems/address-not-proved"
    assert eventually(lambda: mails_to(clients, city.email))
