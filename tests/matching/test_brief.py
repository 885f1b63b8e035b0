"""The council brief: one PDF of a shortlist that council members can read on paper."""

import io

from pypdf import PdfReader

from shared.examples import COIMBRA, TARTU
from tests.clients import Clients
from tests.matching.test_matching import a_search


def test_a_brief_shows_cities_side_by_side_with_both_sides_reasons(clients: Clients) -> None:
    """Each city, its reasons on both sides, what is not known, and every source by its number; a repeat is the same."""
    found = a_search(clients, named_cities=[TARTU.geoname_id, COIMBRA.geoname_id])
    asked = {"geoname_ids": [TARTU.geoname_id, COIMBRA.geoname_id]}
    made = found.member.administrator.get(f"{found.path}/brief", **asked)
    assert made.status_code == 200, made.text
    assert made.headers["content-type"] == "application/pdf"
    assert made.headers["content-disposition"].startswith("attachment")
    assert made.content == found.staff.get(f"{found.path}/brief", **asked).content
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made.content)).pages)
    for told in ("Tartu", "Coimbra", "Why it suits", "What is not known", "Sources", "GeoNames"):
        assert told in text


def test_a_brief_is_of_the_shortlist_unless_cities_are_named(clients: Clients) -> None:
    """Before there is a shortlist, and without cities, the refusal says what to do."""
    found = a_search(clients)
    refused = found.staff.get(f"{found.path}/brief")
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/wrong-number-to-compare"
