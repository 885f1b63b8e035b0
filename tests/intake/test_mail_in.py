"""Mail that comes in for a case or a request: the member's word, the city's answer, or something for staff."""

from email.message import EmailMessage
from typing import Any
from uuid import uuid4

from shared.place_names import full_name
from tests.clients import FORM, Clients
from tests.intake.people import CALL_BACK, INTAKE, a_member, a_request, mail_to, text_of
from tests.meetings.test_debriefs import in_days
from tests.outreach.test_mail_in import bounce_of, post_mail


def answer_to(mail: Any, text: str, sender: str = "") -> bytes:
    reply = EmailMessage()
    reply["From"] = sender or mail["To"].addresses[0].addr_spec
    reply["To"], reply["Subject"] = str(mail["Reply-To"]), f"Re: {mail['Subject']}"
    reply["Message-ID"] = f"<{uuid4()}@example.org>"
    reply.set_content(text)
    return reply.as_bytes()


def test_b12_a_members_mail_is_a_word_in_the_one_conversation(clients: Clients) -> None:
    """The administrator answers the follow-up by mail; staff find it in the case, where it waits for them."""
    member = a_member(clients)
    case = member.says_yes()
    mail = mail_to(clients, member.email, "let us find a time")
    taken = post_mail(clients.staff(), answer_to(mail, "Tuesday at ten suits us."))
    assert taken["kind"] == "reply"
    taken = post_mail(clients.staff(), answer_to(mail, "Tuesday at ten suits us."), "intake")
    assert (taken["about"], taken["waits"]) == ("case", False)
    shown = clients.staff().reads(f"{INTAKE}/cases/{case}")
    assert [message["text"] for message in shown["messages"]] == ["Tuesday at ten suits us."]
    assert not shown["messages"][0]["is_from_staff"]


def test_a_strangers_mail_to_a_case_waits_for_staff(clients: Clients) -> None:
    """Whoever knows the address speaks for nobody: staff look at it first."""
    member = a_member(clients)
    case = member.says_yes()
    mail = mail_to(clients, member.email, "let us find a time")
    raw = answer_to(mail, "Buy our things", "stranger@example.org")
    taken = post_mail(clients.staff(), raw, "intake")
    assert (taken["about"], taken["subject_id"], taken["waits"]) == ("case", case, True)
    assert clients.staff().reads(f"{INTAKE}/cases/{case}")["messages"] == []


def a_case_of(clients: Clients) -> tuple[Any, str, str]:
    """A member, its case, and the address of the person of staff who has it."""
    member, email = a_member(clients), f"{uuid4()}@example.org"
    case, staff = member.says_yes(), clients.staff()
    person = staff.does(f"{INTAKE}/staff", {"name": "Dana Fox", "email": email})["person_id"]
    form = {"staff_id": person}
    staff.does(f"{INTAKE}/cases/{case}/assign", form)
    return member, case, email


def test_b12_member_and_a_named_person_of_staff_talk_by_page_and_by_mail(clients: Clients) -> None:
    """What the member writes reaches the person by mail; an answer by mail stands in the case and goes on by name."""
    member, case, email = a_case_of(clients)
    member.administrator.does(f"{INTAKE}/cases/{case}/messages", {"text": "May we begin in May?"})
    mail = mail_to(clients, email, "wrote in its case")
    assert "May we begin in May?" in text_of(mail)
    taken = post_mail(clients.staff(), answer_to(mail, "Gladly, in May."), "intake")
    assert (taken["about"], taken["subject_id"], taken["waits"]) == ("case", case, False)
    told = member.administrator.reads(f"{INTAKE}/cases/{case}")["messages"]
    assert [(each["author"], each["text"]) for each in told] == [
        ("administrator", "May we begin in May?"),
        ("Dana Fox", "Gladly, in May."),
    ]
    letter = text_of(mail_to(clients, member.email, "A message about"))
    assert "Dana Fox, of our staff, wrote in the case of" in " ".join(letter.split())
    assert "Gladly, in May." in letter


def test_nobody_speaks_for_staff_from_the_members_address_of_the_case(clients: Clients) -> None:
    """Not with a sender's name that is forged, and not by the number of a letter; it waits for staff."""
    member, case, email = a_case_of(clients)
    mine = mail_to(clients, member.email, "let us find a time")
    member.administrator.does(f"{INTAKE}/cases/{case}/messages", {"text": "When?"})
    theirs = mail_to(clients, email, "wrote in its case")
    forged = answer_to(mine, "Pay me.", email)
    guessed = EmailMessage()
    guessed["From"], guessed["To"] = email, "partnerships@sister-cities.org"
    guessed["In-Reply-To"], guessed["Message-ID"] = str(theirs["Message-ID"]), f"<{uuid4()}@x.org>"
    guessed.set_content("Pay me.")
    for raw in (forged, guessed.as_bytes()):
        taken = post_mail(clients.staff(), raw, "intake")
        assert (taken["subject_id"], taken["waits"]) == (case, True)
    shown = clients.staff().reads(f"{INTAKE}/cases/{case}")
    assert [each["text"] for each in shown["messages"]] == ["When?"]


def test_what_comes_back_from_made_up_addresses_reaches_nobody(clients: Clients) -> None:
    """B13: anybody can put any address into the form; staff see nothing of it before it is confirmed, nor of bounces.
    A member's letter that comes back is theirs to see."""
    city, public = a_request(clients), clients.public()
    letters = [mail_to(clients, city.email, "Please confirm")]
    address = f"{uuid4()}@example.org"
    public.does(f"{FORM}/saved", {"contact_email": address} | public.fresh_form())
    letters.append(mail_to(clients, address, "Your form"))
    for letter in letters:
        taken = post_mail(clients.staff(), bounce_of(letter), "intake")
        assert (taken["kind"], taken["waits"]) == ("bounce", False)
    member = a_member(clients)
    case = member.says_yes()
    mail = mail_to(clients, member.email, "let us find a time")
    taken = post_mail(clients.staff(), bounce_of(mail), "intake")
    assert (taken["kind"], taken["subject_id"], taken["waits"]) == ("bounce", case, True)


def test_a_mail_of_staff_to_the_members_address_says_where_it_belongs(clients: Clients) -> None:
    """It is not put into the case, and is not called a stranger's either."""
    member, case, email = a_case_of(clients)
    form = {"text": "We have news."}
    clients.staff().does(f"{INTAKE}/cases/{case}/messages", form)
    mail = mail_to(clients, member.email, "A message about")
    taken = post_mail(clients.staff(), answer_to(mail, "Me too", email), "intake")
    assert taken["waits"]
    kept = clients.staff().reads(f"{INTAKE}/inbound/{taken['inbound_id']}")
    assert "It is from our staff" in str(kept)


def test_whoever_leads_three_communities_answers_in_each_case(clients: Clients) -> None:
    """One address, three roles: the case decides who speaks."""
    email = f"{uuid4()}@example.org"
    members = [a_member(clients, administrator={"name": "Two", "email": email}) for _ in range(3)]
    staff = clients.staff()
    for member in members:
        case, words = member.says_yes(), f"Fine in {member.place.name}"
        staff.does(f"{INTAKE}/cases/{case}/messages", {"text": f"Dear {case}"})
        mail = mail_to(clients, email, f"A message about the search of {full_name(member.place)}")
        taken = post_mail(staff, answer_to(mail, words), "intake")
        assert (taken["subject_id"], taken["waits"]) == (case, False)
        told = staff.reads(f"{INTAKE}/cases/{case}")["messages"]
        assert [each["text"] for each in told] == [f"Dear {case}", words]


def test_an_official_of_two_listings_answers_for_each(clients: Clients) -> None:
    """What was asked about one is answered for it, not for the other."""
    cities, staff, email = (
        [a_request(clients), a_request(clients)],
        clients.staff(),
        f"{uuid4()}@example.org",
    )
    for city in cities:
        staff.does(f"{city.path}/contact", {"name": "Jaan Kask", "email": email})
        staff.does(f"{city.path}/proofs", CALL_BACK)
    for city in cities:
        staff.does(f"{city.path}/ask", {"question": f"Who signs in {city.place.name}?"})
        mail = mail_to(clients, email, city.place.name)
        taken = post_mail(staff, answer_to(mail, "The mayor."), "intake")
        assert (taken["subject_id"], taken["waits"]) == (city.id, False)


def test_what_staff_put_into_a_case_stands_there(clients: Clients) -> None:
    """A stranger's words, with who wrote them; and it is the mail of nobody who waits any more."""
    member, staff = a_member(clients), clients.staff()
    case = member.says_yes()
    mail = mail_to(clients, member.email, "let us find a time")
    raw = answer_to(mail, "Thursday suits her.", "assistant@example.org")
    taken = post_mail(staff, raw, "intake")
    assert taken["waits"]
    form = {"about": "case", "subject_id": case}
    assigned = staff.does(f"{INTAKE}/inbound/{taken['inbound_id']}/assign", form)
    assert not assigned["waits"]
    (told,) = staff.reads(f"{INTAKE}/cases/{case}")["messages"]
    assert "Thursday suits her." in told["text"]
    assert told["text"].startswith("By mail from assistant@example.org, put here by our staff:")


def test_what_has_no_effect_where_staff_put_it_goes_on_waiting(clients: Clients) -> None:
    """They are told why, and what to do."""
    member, case, email = a_case_of(clients)
    clients.staff().does(f"{INTAKE}/cases/{case}/messages", {"text": "We have news."})
    mail = mail_to(clients, member.email, "A message about")
    taken = post_mail(clients.staff(), answer_to(mail, "Me too", email), "intake")
    path = f"{INTAKE}/inbound/{taken['inbound_id']}"
    refused = clients.staff().post(f"{path}/assign", {"about": "case", "subject_id": case})
    assert refused.status_code == 409
    assert "It is from our staff" in refused.json()["detail"]
    assert refused.json()["next_step"]
    assert clients.staff().reads(path)["waits"]


def test_a_guest_of_the_debriefing_answers_the_invitation(clients: Clients) -> None:
    """Their word stands in the case whose letter they answer, says whose it is, and goes to the person of staff;
    whoever is no guest waits."""
    member, case, owner = a_case_of(clients)
    email = f"ben-{uuid4()}@example.org"
    guest = {"name": "Ben Poe", "email": email}
    form = {"starts_at": in_days(9), "attendees": [guest], "is_agreed": True}
    for who, of in ((other := a_member(clients), other.says_yes()), (member, case)):
        who.administrator.does(f"{INTAKE}/cases/{of}/debrief/schedule", form)
    full = full_name(member.place)
    mail = mail_to(clients, email, f"Debriefing for {full}")
    taken = post_mail(clients.staff(), answer_to(mail, "I come half an hour later."), "intake")
    assert (taken["about"], taken["subject_id"], taken["waits"]) == ("case", case, False)
    (message,) = clients.staff().reads(f"{INTAKE}/cases/{case}")["messages"]
    assert message["text"].startswith(f"By mail from {email}, a guest of the debriefing:")
    assert "I come half an hour later." in text_of(mail_to(clients, owner, f"{full} wrote"))
    letter = mail_to(clients, member.email, "let us find a time")
    raw = answer_to(letter, "Hello", f"cy-{uuid4()}@example.org")
    assert post_mail(clients.staff(), raw, "intake")["waits"]
