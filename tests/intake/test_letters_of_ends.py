"""Letters to whoever is concerned when a search is withdrawn, and when the administrator's role changes hands."""

from typing import Any
from uuid import uuid4

from shared.place_names import full_name
from tests.clients import Clients, eventually
from tests.intake.people import INTAKE, a_member, colleague, mail_to, mails_to
from tests.intake.test_sign_in import Browser


def told_in(mail: Any) -> str:
    return " ".join(mail.get_body(("plain",)).get_content().split())


def is_gone(clients: Clients, community: object, email: str) -> bool:
    people = clients.staff().reads(f"{INTAKE}/communities/{community}")["people"]
    return email not in {each["email"] for each in people}


def test_a_withdrawn_search_is_told_to_both_sides(clients: Clients) -> None:
    """The administrator reads how to say Yes anew, the person of staff what is left to look into; plain and HTML."""
    member = a_member(clients)
    case, owner = member.says_yes(), f"owner-{uuid4()}@example.org"
    form = {"name": "Maria Gomez", "email": owner, "role": "staff"}
    number = clients.operator().does(f"{INTAKE}/staff", form)["person_id"]
    clients.staff().does(f"{INTAKE}/cases/{case}/assign", {"staff_id": number})
    member.administrator.does(f"{INTAKE}/cases/{case}/withdraw")
    mail = mail_to(clients, member.email, "is withdrawn")
    assert f"You withdrew the search of {full_name(member.place)}" in told_in(mail)
    assert "say Yes anew" in told_in(mail)
    assert "+c." in mail["Reply-To"]
    assert "is withdrawn" in mail.get_body(("html",)).get_content()
    mail = mail_to(clients, owner, "is withdrawn")
    assert f"The administrator withdrew the search of {full_name(member.place)}" in told_in(mail)
    assert "Look into its pairs" in told_in(mail)
    assert "+s." in mail["Reply-To"]


def test_whoever_of_staff_withdraws_a_search_of_theirs_needs_no_letter(clients: Clients) -> None:
    """The administrator reads that it was staff."""
    member, dana = a_member(clients), colleague(clients)
    case = member.says_yes()
    clients.staff().does(f"{INTAKE}/cases/{case}/assign", {"staff_id": dana.caller.subject})
    dana.does(f"{INTAKE}/cases/{case}/withdraw")
    assert "Our staff withdrew the search" in told_in(
        mail_to(clients, member.email, "is withdrawn")
    )
    people = clients.staff().reads(f"{INTAKE}/staff")
    (address,) = [each["email"] for each in people if each["person_id"] == dana.caller.subject]
    assert not mails_to(clients, address, "is withdrawn")


def test_a_closed_search_is_told_to_the_administrator(clients: Clients) -> None:
    """Why, what becomes of what was set, and how to search again; an import of old cases writes to nobody."""
    member = a_member(clients)
    case = member.says_yes()
    clients.staff().does(f"{INTAKE}/cases/{case}/close", {"reason": "no_match"})
    told = told_in(mail_to(clients, member.email, "is closed"))
    assert "no city was found that suits both sides" in told
    assert "say Yes anew" in told


def test_an_administrator_of_before_hears_who_it_is_now(clients: Clients) -> None:
    """Staff put somebody else on record: the new one is asked in, the one before is told, and kept no longer."""
    member, email = a_member(clients), f"{uuid4()}@example.org"
    form = {"name": "Dana Fox", "email": email}
    clients.staff().does(f"{INTAKE}/communities/{member.id}/administrator", form)
    mail_to(clients, email, "You may say Yes")
    mail = mail_to(clients, member.email, "Dana Fox is now the administrator")
    assert full_name(member.place) in str(mail["Subject"])
    assert "You can no longer sign in" in told_in(mail)
    assert eventually(lambda: is_gone(clients, member.id, member.email))
    clients.staff().does(f"{INTAKE}/communities/{member.id}/administrator", form)
    assert not mails_to(clients, email, "is now the administrator")


def test_both_hear_of_a_role_that_was_accepted(clients: Clients) -> None:
    """The one before reads that they stay on the committee, and does; the new one what the role is."""
    member, heir = a_member(clients), f"heir-{uuid4()}@example.org"
    offer = {"name": "Bea Stone", "email": heir}
    member.administrator.does(f"{INTAKE}/communities/{member.id}/administrator/offer", offer)
    mail_to(clients, heir, "asked to be the administrator")
    Browser(clients).signs_in(heir)
    subject = "Bea Stone is now the administrator"
    assert "You stay on the committee" in told_in(mail_to(clients, member.email, subject))
    assert "You took the role over" in told_in(mail_to(clients, heir, subject))
    assert not is_gone(clients, member.id, member.email)
