"""Playbooks over HTTP: what is known of a country with its source, what is not, and versions of what staff wrote."""

from typing import Any

from services.outreach.playbooks import shipped
from tests.clients import Clients, eventually, today
from tests.outreach.pairs import OUTREACH, a_pair
from tests.privacy.test_erasing import a_named_member, erased

FACT = {"text": "The mayor signs.", "source": "A law, article 1", "checked_on": today()}


def path(country: str) -> str:
    return f"{OUTREACH}/playbooks/{country}"


def test_every_shipped_fact_names_its_source_and_day() -> None:
    """Nothing is shipped that nobody can look up."""
    facts = [fact for content in shipped().values() for fact in content.facts.values()]
    assert all(fact.source and fact.link.startswith("https://") for fact in facts)
    assert all(f"{fact.checked_on}" <= today() for fact in facts)


def test_what_is_not_known_is_said(clients: Clients) -> None:
    """A country of which nothing was written down has languages and holidays from programs, and says what lacks."""
    shown = clients.staff().reads(path("LI"))
    assert (shown["version"], shown["is_shipped"], shown["name"]) == (0, True, "Liechtenstein")
    assert "Who signs for a city there is not known yet." in shown["not_known"]
    assert shown["official_languages"] == ["de"]
    assert len(shown["days_off"]) == 8
    assert shown["days_off"][0]["day"] >= today()
    assert "holidays package" in shown["days_off_source"]
    assert clients.staff().get(path("ZZ")).json()["type"] == "/problems/no-such-country"


def test_staff_correct_a_playbook_in_versions(clients: Clients) -> None:
    """Each correction is a version; a wrong one can be seen to have been; If-Match guards against two at once."""
    staff = clients.staff()
    before: int = staff.reads(path("TV"))["version"]
    first = staff.does(f"{path('TV')}/corrected", {"who_signs": FACT})
    assert first["version"] == before + 1
    again = staff.is_refused(f"{path('TV')}/corrected", {"who_signs": FACT})
    assert again["type"] == "/problems/playbook-says-so"
    late = staff.post(f"{path('TV')}/corrected", {"naming": FACT}, if_match=before)
    assert late.status_code == 412
    second: dict[str, Any] = {"who_signs": FACT, "naming": FACT}
    staff.does(f"{path('TV')}/corrected", second)
    shown = staff.reads(path("TV"))
    assert shown["content"]["naming"]["text"] == "The mayor signs."
    assert not shown["is_shipped"]
    versions = staff.reads(f"{path('TV')}/versions")
    assert [each["version"] for each in versions[:2]] == [before + 2, before + 1]
    assert versions[1]["content"]["naming"] is None
    listed = {each["country"]: each["known"] for each in staff.reads(f"{OUTREACH}/playbooks")}
    assert listed["TV"] == ["who_signs", "naming"]


def test_who_is_named_in_a_playbook_can_be_forgotten(clients: Clients) -> None:
    """A playbook names offices; whoever is named in it after all leaves it, and the rest stays readable."""
    member = a_named_member(clients, "Quirina Playbook-Lee")
    fact = FACT | {"text": "The mayor signs, as Quirina Playbook-Lee did."}
    clients.staff().does(f"{path('PW')}/corrected", {"who_signs": fact})
    person = member.administrator.caller.subject
    clients.operator().does(f"/api/intake/v1/people/{person}/erase", {})
    erased(clients.staff(), person)

    def says() -> str:
        return str(clients.staff().reads(path("PW"))["content"]["who_signs"]["text"])

    assert eventually(lambda: "Quirina" not in says())
    assert says().startswith("The mayor signs, as [removed]")


def test_a_fact_needs_a_source_and_a_day_that_has_come(clients: Clients) -> None:
    """What nobody can look up is not written down."""
    staff = clients.staff()
    bare = {"who_signs": {"text": "The mayor signs.", "checked_on": today()}}
    assert "missing" in staff.is_refused(f"{path('NR')}/corrected", bare)["errors"][0]["message"]
    coming = {"who_signs": {**FACT, "checked_on": "2199-01-01"}}
    refused = staff.is_refused(f"{path('NR')}/corrected", coming)
    assert refused["type"] == "/problems/not-yet-happened"


def test_a_pair_leads_to_the_playbook_of_its_country(clients: Clients) -> None:
    """The member reads it too, with what pairs have learned there."""
    talks = a_pair(clients)
    talks.does("governance", {"decided_by": "council", "needs_national_approval": False})
    administrator = talks.member.administrator
    shown = administrator.reads(administrator.reads(talks.path)["playbook"])
    assert shown["country"] == talks.city.country
    assert shown["experience"]["pairs"] >= 1
    assert shown["experience"]["decided_by"]["council"] >= 1
