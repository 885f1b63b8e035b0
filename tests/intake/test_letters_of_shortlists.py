"""Letters about the shortlist: nobody has to look whether it is their turn."""

from uuid import uuid4

from shared.place_names import full_name
from tests.clients import Clients
from tests.intake.people import INTAKE, mail_to, mails_to
from tests.intake.test_letters_of_ends import told_in
from tests.matching.test_matching import IDS, a_search


def test_proposed_cities_are_told_to_those_who_choose(clients: Clients) -> None:
    """The administrator is asked to choose by a day, the committee to say what it thinks; both read which cities."""
    search, staff = a_search(clients), clients.staff()
    home, place = f"{INTAKE}/communities/{search.member.id}", full_name(search.member.place)
    email = f"committee-{uuid4()}@example.org"
    staff.does(f"{home}/committee", {"name": "Ben Ode", "email": email})
    search.proposed()
    mail = mail_to(clients, search.member.email, f"Cities are proposed for {place}")
    told = told_in(mail)
    due_on = search.member.administrator.reads(f"{INTAKE}/cases/{search.id}")["next_step"]
    assert "Please choose three, four or five of them, by" in told
    assert due_on["step"] == "choose_shortlist"
    assert told.count(" - ") >= len(IDS)
    assert "/sign-in/shortlist" in told
    assert "Please tell your administrator" in told_in(
        mail_to(clients, email, "Cities are proposed")
    )


def test_a_chosen_shortlist_is_told_to_both_sides(clients: Clients) -> None:
    """The person of staff whose case it is reads which cities to write about, the administrator what happens now."""
    search, staff = a_search(clients), clients.staff()
    owner = f"owner-{uuid4()}@example.org"
    form = {"name": "Maria Gomez", "email": owner, "role": "staff"}
    number = clients.operator().does(f"{INTAKE}/staff", form)["person_id"]
    staff.does(f"{INTAKE}/cases/{search.id}/assign", {"staff_id": number})
    search.proposed()
    search.choose(IDS[:3])
    told = told_in(mail_to(clients, owner, "The shortlist of"))
    assert told.count(" - ") >= 3
    assert "/digest" in told
    member = told_in(mail_to(clients, search.member.email, "The shortlist of"))
    assert "Our staff write to embassies" in member
    assert len(mails_to(clients, search.member.email, "The shortlist of")) == 1
