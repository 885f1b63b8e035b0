"""An introduction of two cities: times in both clocks, invitations that are kept up to date, minutes."""

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import vobject  # type: ignore[import-untyped]  # it has no types

from services.outreach.meeting_people import Guest
from shared.context import Role
from shared.meetings import local_time, side_of
from shared.place_names import full_name
from shared.values import Interest
from shared.working_days import on_working_day
from tests.clients import Client, Clients, eventually
from tests.intake.people import INTAKE, mail_to, mails_to
from tests.meetings.test_debriefs import in_days
from tests.outreach.pairs import OUTREACH, TalksWith, a_pair


def a_ready_pair(clients: Clients) -> tuple[TalksWith, str]:
    """The city is interested, and its contact has an address of its own."""
    pair = a_pair(clients)
    thread = pair.writes(channel="foreign_consulate")
    pair.does(f"threads/{thread}/reply", {"summary": "They will ask the mayor."})
    email = f"contact-{pair.id}@city.example.org"
    pair.does("contact", {"name": "Haruka Sato", "email": email})
    pair.does("interest", {"interest": Interest.YES})
    return pair, email


def entries(clients: Clients, email: str) -> list[Any]:
    """What somebody's calendar got, in the order of its sequence."""
    parts = [part for mail in mails_to(clients, email, "") for part in mail.walk()]
    found = [
        vobject.readOne(part.get_payload(decode=True).decode())
        for part in parts
        if part.get_content_type() == "text/calendar"
    ]
    return sorted(found, key=lambda each: int(each.vevent.sequence.value))


def gets(clients: Clients, email: str, *methods: str) -> bool:
    def told() -> bool:
        return [each.method.value for each in entries(clients, email)] == list(methods)

    return bool(eventually(told))


def test_both_cities_are_asked_at_a_time_that_suits_both(clients: Clients) -> None:
    """Times in both clocks go to member and contact; the picked one is in both calendars, each in its own zone."""
    pair, contact = a_ready_pair(clients)
    view = pair.staff.reads(f"{pair.path}/introduction/slots", count=3)
    slots = [each["starts_at"] for each in view["suggested"]]
    assert len(slots) == 3
    assert all(len(each["local_times"]) == 2 for each in view["suggested"])
    pair.does("introduction/slots", {"slots": slots, "minutes": 60})
    for email in (contact, pair.member.email):
        assert eventually(partial(mails_to, clients, email, "Times for a conversation"))
    pair.member.administrator.does(f"{pair.path}/introduction/slots/pick", {"starts_at": slots[0]})
    assert gets(clients, contact, "REQUEST")
    assert gets(clients, pair.member.email, "REQUEST")
    (there,), (here,) = entries(clients, contact), entries(clients, pair.member.email)
    moment = datetime.fromisoformat(slots[0])
    assert there.vevent.dtstart.value == here.vevent.dtstart.value == moment
    assert there.vevent.uid.value == here.vevent.uid.value
    assert there.vtimezone.tzid.value == pair.city.timezone
    assert [each.value for each in there.vevent.attendee_list] == [f"mailto:{contact}"]


def test_a_moved_introduction_is_moved_in_every_calendar(clients: Clients) -> None:
    """Contact, member and a third with a clock of their own; whoever is left out, and in the end all, get a CANCEL."""
    pair, contact = a_ready_pair(clients)
    email = f"consul-{pair.id}@example.org"
    guest = Guest(name="The consul", email=email, timezone="America/Denver").model_dump()
    about = {"interpreter": {"language": "ja", "who": "The consulate"}, "agenda": "Schools"}
    form = {"starts_at": in_days(12), "guests": [guest], "about": about, "is_agreed": True}
    pair.does("introduction", form)
    assert gets(clients, email, "REQUEST")
    (entry,) = entries(clients, email)
    assert entry.vtimezone.tzid.value == "America/Denver"
    assert "Interpreter (Japanese): The consulate" in entry.vevent.description.value
    assert gets(clients, contact, "REQUEST")
    pair.does("introduction", {"starts_at": in_days(13), "is_agreed": True})
    assert gets(clients, email, "REQUEST", "CANCEL")
    assert gets(clients, contact, "REQUEST", "REQUEST")
    pair.does("introduction/call-off", {})
    assert gets(clients, contact, "REQUEST", "REQUEST", "CANCEL")
    assert gets(clients, pair.member.email, "REQUEST", "REQUEST", "CANCEL")
    assert pair.now()["waits_for"]["step"] == "arrange_introduction"


def test_a_moved_introduction_tells_both_times(clients: Clients) -> None:
    """Whoever comes still reads both; whoever need not come, the one that stands in their calendar."""
    pair, contact = a_ready_pair(clients)
    guest = {"name": "The consul", "email": f"consul-{pair.id}@example.org"}
    before, after = in_days(12), in_days(13)
    pair.does("introduction", {"starts_at": before, "guests": [guest], "is_agreed": True})
    assert gets(clients, guest["email"], "REQUEST")
    assert gets(clients, contact, "REQUEST")
    pair.does("introduction", {"starts_at": after, "is_agreed": True})
    assert gets(clients, guest["email"], "REQUEST", "CANCEL")
    assert gets(clients, contact, "REQUEST", "REQUEST")
    was, now_at = (
        local_time(side_of(pair.city), datetime.fromisoformat(each)) for each in (before, after)
    )
    assert entries(clients, guest["email"])[-1].vevent.dtstart.value == datetime.fromisoformat(
        before
    )
    (off,) = mails_to(clients, guest["email"], "You need not come")
    told = " ".join(off.get_body(("plain",)).get_content().split())
    assert was in told
    assert now_at not in told
    (moved,) = mails_to(clients, contact, "Moved")
    told = " ".join(moved.get_body(("plain",)).get_content().split())
    assert told.index(was) < told.index("It is now:") < told.index(now_at)


def test_a_pair_that_fails_leaves_no_entry_behind(clients: Clients) -> None:
    pair, contact = a_ready_pair(clients)
    pair.does("introduction", {"starts_at": in_days(12), "is_agreed": True})
    assert gets(clients, contact, "REQUEST")
    pair.does("fail", {"reason": "declined"})
    assert gets(clients, contact, "REQUEST", "CANCEL")


def test_what_was_promised_in_an_introduction_is_kept(clients: Clients) -> None:
    """Minutes wait for the conversation; what was promised is listed until it is done."""
    pair, _ = a_ready_pair(clients)
    promised = {"who": "Haruka Sato", "what": "Asks the schools", "due_on": in_days(20)[:10]}
    minutes = {"minutes": "Schools first.", "actions": [promised]}
    pair.does("introduction", {"starts_at": in_days(12), "is_agreed": True})
    refusal = pair.staff.is_refused(f"{pair.path}/introduction/minutes", minutes)
    assert refusal["type"] == "/problems/meeting-not-yet-held"
    pair.does("introduction/held", {"held_on": in_days(0)[:10]})
    pair.does("introduction/minutes", minutes)
    view = pair.staff.reads(f"{pair.path}/introduction/slots")
    assert view["minutes"] == "Schools first."
    (action,) = view["actions"]
    listed = pair.staff.reads(f"{OUTREACH}/actions", limit=500)
    assert action["action_id"] in {each["action_id"] for each in listed}
    pair.does(f"actions/{action['action_id']}/done", {})
    assert pair.staff.reads(f"{pair.path}/introduction/slots")["actions"][0]["done_on"]
    assert not any("Asks the schools" in told for told in pair.now()["can_do_next"])


def test_what_can_be_done_next_names_promises_and_the_conversation(clients: Clients) -> None:
    """To staff everybody's promises, to the member its own; the conversation in both clocks; then the step's date."""
    pair, _ = a_ready_pair(clients)
    member, city = pair.member.administrator, full_name(pair.city)
    (step,) = pair.now()["can_do_next"]
    assert step.startswith(f"Set a date for the conversation with {city}, by ")
    pair.does("introduction/slots", {"slots": [in_days(9), in_days(10)], "is_agreed": True})
    choose = f"Choose one of the times that are proposed for the conversation with {city}."
    assert pair.now(member)["can_do_next"] == [choose]
    pair.does("introduction", {"starts_at": in_days(12), "is_agreed": True})
    (prepare,) = pair.now(member)["can_do_next"]
    assert prepare.startswith(f"Prepare the conversation with {city}: ")
    assert f"in {pair.city.name}" in prepare
    case = f"{OUTREACH}/cases/{pair.case}"
    assert member.reads(case)["can_do_next"] == [prepare]
    pair.does("introduction/held", {"held_on": in_days(0)[:10]})
    actions = [
        {"who": who, "what": "Asks", "holder": holder, "due_on": in_days(20)[:10]}
        for who, holder in (("Ann Lee", "member"), ("Haruka Sato", "foreign_city"))
    ]
    pair.does("introduction/minutes", {"actions": actions})
    told = pair.now()["can_do_next"]
    assert {line.partition(":")[0] for line in told[:2]} == {"Ann Lee", "Haruka Sato"}
    assert told[2].startswith(f"Hand {city} over to the member, by ")
    assert [line.partition(":")[0] for line in pair.now(member)["can_do_next"]] == ["Ann Lee"]


def test_everybody_hears_that_an_introduction_is_called_off(clients: Clients) -> None:
    """The case waits for another date in two weeks, the casebook has no date, and another one is heard of as well."""
    pair, _ = a_ready_pair(clients)
    staff = pair.staff

    def waits(step: str, day: str) -> bool:
        told = staff.reads(f"/api/intake/v1/cases/{pair.case}")["next_step"]
        return (told["step"], told["due_on"]) == (step, day[:10])

    def arranged() -> str | None:
        found = staff.reads(f"/api/directory/v1/cases/{pair.case}")["pairs"]
        at: str | None = found[0]["introduction_at"]
        return at

    for day in (30, 40):
        pair.does("introduction", {"starts_at": in_days(day), "is_agreed": True})
        assert eventually(partial(waits, "hold_introduction", in_days(day)))
        assert eventually(arranged)
    pair.does("introduction/call-off")
    in_two_weeks = on_working_day(date.fromisoformat(in_days(14)[:10]))
    assert eventually(partial(waits, "hold_introduction", f"{in_two_weeks}"))
    assert eventually(lambda: arranged() is None)


def an_owner(clients: Clients, pair: TalksWith, name: str, **told: str) -> tuple[Client, str]:
    """Somebody of staff to whom the pair belongs from now on; their client and their address."""
    email = f"{name.split(maxsplit=1)[0].lower()}-{uuid4()}@example.org"
    form = {"name": name, "email": email, "role": "staff", **told}
    number = clients.operator().does(f"{INTAKE}/staff", form)["person_id"]
    pair.does("assign", {"staff_id": number})
    return clients.who(Role.STAFF, number), email


def words_in(mail: Any) -> str:
    return " ".join(mail.get_body(("plain",)).get_content().split())


def test_whoever_has_the_pair_comes_too(clients: Clients) -> None:
    """The person of staff gets an entry of their own, by their own clock, and is named to the others; whoever takes
    the pair over comes instead, and whoever calls it off reads that they did."""
    pair, contact = a_ready_pair(clients)
    _, first = an_owner(clients, pair, "Maria Gomez", timezone="Asia/Tokyo")
    pair.does("introduction", {"starts_at": in_days(12), "is_agreed": True})
    for email in (first, contact, pair.member.email):
        assert gets(clients, email, "REQUEST")
    (entry,) = entries(clients, first)
    assert entry.vtimezone.tzid.value == "Asia/Tokyo"
    assert [each.value for each in entry.vevent.attendee_list] == [f"mailto:{first}"]
    (mail,) = mails_to(clients, first, " meet: ")
    assert "You take part for our staff." in words_in(mail)
    assert "in our office (Japan Time)" in words_in(mail)
    assert "answer this mail" not in words_in(mail)
    (mail,) = mails_to(clients, contact, " meet: ")
    assert "Maria Gomez of our staff takes part." in words_in(mail)
    petra, second = an_owner(clients, pair, "Petra Ben")
    assert gets(clients, first, "REQUEST", "CANCEL")
    assert gets(clients, second, "REQUEST")
    petra.does(f"{pair.path}/introduction/call-off")
    assert gets(clients, second, "REQUEST", "CANCEL")
    assert gets(clients, contact, "REQUEST", "CANCEL")
    (mail,) = mails_to(clients, second, "Not taking place")
    assert "You called it off." in words_in(mail)
    (mail,) = mails_to(clients, contact, "Not taking place")
    assert "You called it off." not in words_in(mail)
    assert "Our staff look for another date" in words_in(mail)


def test_who_is_put_off_reads_why(clients: Clients) -> None:
    """A city abroad whose conversation falls away because the search has ended is told that, and thanked."""
    pair, contact = a_ready_pair(clients)
    pair.does("introduction", {"starts_at": in_days(12), "is_agreed": True})
    assert gets(clients, contact, "REQUEST")
    pair.member.administrator.does(f"{INTAKE}/cases/{pair.now()['case_id']}/withdraw")
    mail = mail_to(clients, contact, "Not taking place")
    assert "for a sister city has ended, so no other date is needed." in words_in(mail)


def test_other_times_are_proposed_beside_the_one_that_is_set(clients: Clients) -> None:
    """It is not suggested again, is refused among the proposals, and the letter says that it stands until then."""
    pair, contact = a_ready_pair(clients)
    suggested = pair.staff.reads(f"{pair.path}/introduction/slots", count=3)["suggested"]
    booked = suggested[0]["starts_at"]
    pair.does("introduction", {"starts_at": booked})
    others = pair.staff.reads(f"{pair.path}/introduction/slots", count=10)["suggested"]
    assert booked not in {each["starts_at"] for each in others}
    path, slots = f"{pair.path}/introduction/slots", [each["starts_at"] for each in others]
    refusal = pair.staff.is_refused(path, {"slots": [booked, slots[0]]})
    assert refusal["type"] == "/problems/slot-is-set"
    pair.does("introduction/slots", {"slots": slots[:2]})
    (mail,) = eventually(partial(mails_to, clients, contact, "Times for a conversation"))
    told = local_time(side_of(pair.city), datetime.fromisoformat(booked))
    stands = words_in(mail).partition("Until one of them is picked, the time that is set stands: ")
    assert told in stands[2]
    assert told not in stands[0]
