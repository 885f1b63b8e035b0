"""Forgetting somebody, before the running services: what goes, what stays readable, and who answers."""

from typing import Any
from uuid import uuid4

import pytest

from shared.context import Role
from shared.erasing import Redaction, _without_names
from tests.clients import Client, Clients, eventually, today
from tests.intake.people import INTAKE, Member, a_member
from tests.outreach.pairs import AGREEMENT, OUTREACH, a_pair, letter

HOLDERS = ("intake", "matching", "outreach")


def found(staff: Client, who: str) -> dict[str, dict[str, Any]]:
    """Service -> what it holds, of one person."""
    answers = {s: staff.post(f"/api/{s}/v1/people/find", {"who": who}).json() for s in HOLDERS}
    return {service: each for service, told in answers.items() for each in told}


def erased(staff: Client, person: str) -> dict[str, dict[str, Any]]:
    """Service -> its answer, once all are done."""

    def answers() -> dict[str, dict[str, Any]] | None:
        told = {s: staff.get(f"/api/{s}/v1/erasures/{person}") for s in HOLDERS}
        done = {s: a.json() for s, a in told.items() if a.is_success and a.json()["finished_at"]}
        return done if len(done) == len(HOLDERS) else None

    all_answers = eventually(answers, 20)
    assert all_answers, "not every service has answered"
    return dict(all_answers)


def a_named_member(clients: Clients, name: str) -> Member:
    email = f"{uuid4()}@example.org"
    return a_member(clients, administrator={"name": name, "email": email, "office": "Mayor"})


def test_the_case_stays_readable_when_its_administrator_is_forgotten(clients: Clients) -> None:
    """Texts of the person go, names in other people's texts are replaced, and everything else stays as it was."""
    name, staff = f"Zuleika Quist-{uuid4().hex[:6]}", clients.staff()
    member = a_named_member(clients, name)
    case, person = member.says_yes(), member.administrator.caller.subject
    email = staff.reads(f"{INTAKE}/communities/{member.id}")["people"][0]["email"]
    member.administrator.does(f"{INTAKE}/cases/{case}/messages", {"text": "My own words."})
    staff.does(f"{INTAKE}/cases/{case}/messages", {"text": f"Dear {name}, ({email}) thank you."})
    work = {"kind": "meeting", "happened_on": today(), "text": "I met the consul."}
    member.administrator.does(f"{INTAKE}/cases/{case}/local-work", work)

    held = found(staff, email)
    assert held["intake"]["person_id"] == person
    assert held["intake"]["names"] == [name, email]
    assert held["intake"]["rows"]["people"] == 1

    staff.does(f"{INTAKE}/people/{person}/erase")
    answers = erased(staff, person)
    assert answers["intake"]["erased"]["people"] == 1
    assert answers["intake"]["redacted"] == {"messages": 1}
    view = staff.reads(f"{INTAKE}/cases/{case}")
    told = [(line["author"], line["text"]) for line in view["messages"]]
    assert told[0] == ("a former administrator", "[removed]")
    assert told[1][1] == "Dear [removed], ([removed]) thank you."
    assert [(w["kind"], w["text"]) for w in view["local_work"]] == [("meeting", "[removed]")]
    assert found(staff, email) == {}


def test_names_are_lent_until_all_have_answered(clients: Clients) -> None:
    """Who forgets must know what to look for: intake tells it to services alone, and to nobody once all have looked."""
    name, staff = f"Zuleika Quist-{uuid4().hex[:6]}", clients.staff()
    person = a_named_member(clients, name).administrator.caller.subject
    staff.does(f"{INTAKE}/people/{person}/erase", {"also_known_as": ["The Zuleika"]})
    service = clients.who(Role.SERVICE, "outreach")
    assert eventually(lambda: service.reads(f"{INTAKE}/erasures/{person}/names") == [])
    answers = staff.reads(f"{INTAKE}/erasures/{person}")["answers"]
    assert set(answers) == {"matching", "outreach"}
    assert clients.staff().get(f"{INTAKE}/erasures/{person}/names").status_code == 403


def test_a_name_is_replaced_where_another_service_has_it(clients: Clients) -> None:
    """Outreach takes the name of an administrator, whom intake alone knows, out of staff's notes and letters."""
    name = f"Zuleika Quist-{uuid4().hex[:6]}"
    administrator = {"name": name, "email": f"{uuid4()}@example.org"}
    pair = a_pair(clients, administrator=administrator)
    thread = pair.writes(channel="foreign_consulate")
    pair.does(f"threads/{thread}/reply", {"summary": f"They know {name.upper()} well."})
    person = pair.member.administrator.caller.subject
    pair.staff.does(f"{INTAKE}/people/{person}/erase")
    assert erased(pair.staff, person)["outreach"]["redacted"] == {"replies": 1}
    assert pair.thread()["replies"][0]["summary"] == "They know [removed] well."


def test_a_contact_abroad_is_forgotten_with_what_was_written_to_them(clients: Clients) -> None:
    """Name, addresses, letters and the signature of a person abroad go; that somebody signed stays."""
    pair, email = a_pair(clients), f"{uuid4()}@example.org"
    pair.becomes_interested()
    pair.does("contact", {"name": "Zenobia Ito", "email": email})
    contact = pair.now()["contact"]["contact_id"]
    pair.writes(channel="city_office", contact_id=contact, letter=letter("For Zenobia alone"))
    assert found(pair.staff, email)["outreach"]["rows"] == {"contacts": 1, "letters": 1}
    pair.staff.does(f"{INTAKE}/people/{contact}/erase")
    assert erased(pair.staff, contact)["outreach"]["erased"].keys() >= {"contacts", "letters"}
    assert pair.now()["contact"] is None


def test_who_signed_can_be_forgotten(clients: Clients) -> None:
    """The office stays on record, the name does not."""
    pair = a_pair(clients)
    pair.is_handed_over()
    for step, form in (
        ("invitation", {"sent_on": today()}),
        ("letter-of-intent", {"signed_on": today()}),
        ("council-resolution", {"adopted_on": today()}),
    ):
        pair.does(step, form)
    formed = pair.does("partnership", {**AGREEMENT, "us_signatory": _mayor("Zenobia Oakes")})
    path = f"{OUTREACH}/partnerships/{formed['id']}"
    (mayor,) = [s for s in pair.staff.reads(path)["signatories"] if s["name"] == "Zenobia Oakes"]
    pair.staff.does(f"{INTAKE}/people/{mayor['person_id']}/erase")
    erased(pair.staff, mayor["person_id"])
    shown = [(s["name"], s["office"]) for s in pair.staff.reads(path)["signatories"]]
    assert ("", "Mayor") in shown


def _mayor(name: str) -> dict[str, Any]:
    return {"name": name, "office": "Mayor", "is_highest_official": True}


def test_what_is_held_can_be_handed_out(clients: Clients) -> None:
    """An export opens every row that is about or from the person, for staff alone."""
    member, staff = a_named_member(clients, "Zuleika Quist"), clients.staff()
    case, person = member.says_yes(), member.administrator.caller.subject
    member.administrator.does(f"{INTAKE}/cases/{case}/messages", {"text": "My own words."})
    told = staff.reads(f"{INTAKE}/people/{person}/export")["holdings"]
    by_table = {each["table"]: each for each in told}
    assert by_table["people"]["sealed"]["name"] == "Zuleika Quist"
    assert by_table["messages"]["sealed"] == "My own words."
    assert clients.operator().get(f"{INTAKE}/people/{person}/export").status_code == 403


def test_nobody_is_found_under_what_is_no_person(clients: Clients) -> None:
    """What is neither an id nor an address is refused with what to write; an unknown address finds nobody."""
    told = clients.staff().is_refused(f"{INTAKE}/people/find", {"who": "Ann"})
    assert "e-mail address" in told["errors"][0]["message"]
    assert found(clients.staff(), "nobody@example.org") == {}


def test_what_is_kept_and_how_long_is_shown_to_staff(clients: Clients) -> None:
    """Each service says what it keeps, for how many days, which setting changes that, and that it was looked at."""
    for service in HOLDERS:
        rules = eventually(lambda s=service: _looked_at(clients, s))  # type: ignore[misc]
        assert all(rule["days"] > 0 and rule["setting"].startswith("RETENTION_") for rule in rules)


def _looked_at(clients: Clients, service: str) -> Any:
    rules = clients.staff().reads(f"/api/{service}/v1/retention")
    return rules if all(rule["last_looked_at"] for rule in rules) else None


def test_names_are_found_as_people_write_them() -> None:
    """Whatever the spaces, capitals and signs between digits, and never inside of another word."""
    pattern = Redaction.of(["Ann Lee", "ann@example.org", "+1 (555) 010-2030"]).pattern
    assert pattern is not None
    for text, expected in (
        ("ANN  LEE wrote", "[removed] wrote"),
        ("from Ann\nLee.", "from [removed]."),
        ("<Ann@Example.org>", "<[removed]>"),
        ("call +1 555.010.2030 now", "call [removed] now"),
        ("Hann Leeds", "Hann Leeds"),
        (
            '{"name": "Ann Lee", "x": ["\\u0041nn Lee"]}',
            '{"name": "[removed]", "x": ["[removed]"]}',
        ),
    ):
        assert _without_names(text, pattern) == expected


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("李明", "李明先生来了", "[removed]先生来了"),
        ("김철수", "김철수는 왔다", "[removed]는 왔다"),
        ("Ng", "Ms Ng sang; NG, no", "Ms [removed] sang; [removed], no"),
        (" Late ", "Late came too late", "[removed] came too late"),
        ("mark", "Mark, mark it", "[removed], mark it"),
        ("José", "Jose\u0301 and José", "[removed] and [removed]"),
        ("Pat O'Brien", "pat O\u2019Brien", "[removed]"),
    ],
)
def test_names_are_found_however_machines_write_them(name: str, text: str, left: str) -> None:
    """Scripts without spaces, short names, accents as signs of their own, and either apostrophe."""
    pattern = Redaction.of([name]).pattern
    assert pattern is not None
    assert _without_names(text, pattern) == left


def test_a_name_of_one_word_takes_no_other_words() -> None:
    """Mr Late is looked for as names are written; whoever was late stays late."""
    pattern = Redaction.of(["Late", "late@example.org"]).pattern
    assert pattern is not None
    text = "Late said it too late, LATE; write to Late@example.org."
    assert _without_names(text, pattern) == (
        "[removed] said it too late, [removed]; write to [removed]."
    )
