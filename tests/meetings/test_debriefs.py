"""A debriefing from proposed times to minutes, over HTTP, with the mail that calendars read."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import vobject  # type: ignore[import-untyped]  # it has no types
from icalendar import Calendar

from shared.context import Role
from shared.meetings import Side, local_time, side_of
from shared.place_names import full_name
from shared.working_days import is_working_day
from tests.clients import Client, Clients, eventually
from tests.intake.people import INTAKE, Member, a_member, mail_to, mails_to


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0).isoformat()


def invitations(clients: Clients, email: str) -> list[tuple[str, Any]]:
    """Method and entry of every calendar part that somebody got, in the order of their sequence."""
    parts = [part for mail in mails_to(clients, email, "ebriefing") for part in mail.walk()]
    found = [
        (part.get_param("method"), Calendar.from_ical(part.get_payload(decode=True)))
        for part in parts
        if part.get_content_type() == "text/calendar"
    ]
    told = [(str(method), each.walk("VEVENT")[0]) for method, each in found]
    return sorted(told, key=lambda each: int(each[1]["sequence"]))


def gets(clients: Clients, email: str, *methods: str) -> bool:
    return bool(eventually(lambda: [m for m, _ in invitations(clients, email)] == list(methods)))


def a_case(clients: Clients) -> tuple[Member, str]:
    member = a_member(clients)
    return member, f"{INTAKE}/cases/{member.says_yes()}"


def guests(member: Member, *names: str) -> list[dict[str, str]]:
    others = [{"name": name, "email": f"{name.lower()}-{member.id}@example.org"} for name in names]
    return [{"name": "Ann Lee", "email": member.email}, *others]


def test_staff_propose_and_the_member_picks(clients: Clients) -> None:
    """Times are suggested fairly, proposed in a letter with local times, and one that was not proposed is refused."""
    member, case = a_case(clients)
    staff = clients.staff()
    suggested = staff.reads(f"{case}/debrief/slots", count=3, minutes=60)["suggested"]
    assert len(suggested) == 3
    assert all(len(each["local_times"]) == 2 for each in suggested)
    slots = [each["starts_at"] for each in suggested]
    about = {"agenda": "Industries, universities", "link": "https://meet.example.org/csc"}
    staff.does(f"{case}/debrief/slots", {"slots": slots, "minutes": 60, "about": about})
    letter = mail_to(clients, member.email, "Times for the debriefing")
    words = letter.get_body(("plain",)).get_content()
    assert suggested[0]["local_times"][0] in " ".join(words.split())
    view = member.administrator.reads(case)
    assert view["next_step"]["holder"] == "member"
    assert [each["starts_at"] for each in view["debrief"]["proposed"]] == slots
    form = {"starts_at": f"{in_days(3)[:14]}07:07+00:00", "attendees": guests(member)}
    told = member.administrator.is_refused(f"{case}/debrief/slots/pick", form)
    assert told["type"] == "/problems/slot-not-proposed"
    member.administrator.does(
        f"{case}/debrief/slots/pick", {"starts_at": slots[1], "attendees": guests(member, "Ben")}
    )
    assert member.administrator.reads(case)["state"] == "scheduled"
    assert gets(clients, member.email, "REQUEST")
    ((_, entry),) = invitations(clients, member.email)
    assert entry["dtend"].dt - entry["dtstart"].dt == timedelta(minutes=60)
    assert str(entry["url"]) == "https://meet.example.org/csc"
    assert "Industries" in str(entry["description"])


def test_moving_and_calling_off_reach_every_calendar(clients: Clients) -> None:
    """The same entry with a greater sequence; who need not come any more, and in the end everybody, gets a CANCEL."""
    member, case = a_case(clients)
    ann, ben, cy = guests(member, "Ben", "Cy")
    cy["timezone"] = "Asia/Tokyo"
    schedule = f"{case}/debrief/schedule"
    member.administrator.does(
        schedule, {"starts_at": in_days(9), "attendees": [ann, ben], "is_agreed": True}
    )
    assert gets(clients, ann["email"], "REQUEST")
    assert gets(clients, ben["email"], "REQUEST")
    member.administrator.does(
        schedule, {"starts_at": in_days(5), "attendees": [ann, cy], "is_agreed": True}
    )
    assert gets(clients, ann["email"], "REQUEST", "REQUEST")
    assert gets(clients, ben["email"], "REQUEST", "CANCEL")
    assert gets(clients, cy["email"], "REQUEST")
    member.administrator.does(f"{case}/debrief/call-off", {})
    assert gets(clients, ann["email"], "REQUEST", "REQUEST", "CANCEL")
    assert gets(clients, cy["email"], "REQUEST", "CANCEL")
    told = [entry for _, entry in invitations(clients, ann["email"])]
    assert len({str(entry["uid"]) for entry in told}) == 1
    assert len({int(entry["sequence"]) for entry in told}) == 3
    assert {str(each) for each in told[1]["attendee"]} == {
        f"mailto:{ann['email']}",
        f"mailto:{cy['email']}",
    }
    view = member.administrator.reads(case)
    assert (view["state"], view["next_step"]["step"]) == ("invited", "book_debrief")
    refusal = member.administrator.is_refused(f"{case}/debrief/call-off", {})
    assert refusal["type"] == "/problems/no-meeting-to-call-off"


def told_in(mail: Any) -> str:
    return " ".join(mail.get_body(("plain",)).get_content().split())


def test_who_need_not_come_is_told_the_time_that_they_know(clients: Clients) -> None:
    """Moved without Ben: his cancellation names, in words and in the entry, the time that stands in his calendar; Ann
    reads both times."""
    member, case = a_case(clients)
    ann, ben = guests(member, "Ben")
    before, after = in_days(9), in_days(12)
    for moment, attendees in ((before, [ann, ben]), (after, [ann])):
        form = {"starts_at": moment, "attendees": attendees, "is_agreed": True, "minutes": 60}
        member.administrator.does(f"{case}/debrief/schedule", form)
        assert gets(clients, ann["email"], *(["REQUEST"] * (1 + (moment == after))))
    assert gets(clients, ben["email"], "REQUEST", "CANCEL")
    here = side_of(member.place)
    was, now_at = (local_time(here, datetime.fromisoformat(each)) for each in (before, after))
    mail = mail_to(clients, ben["email"], "You need not come")
    assert was in str(mail["Subject"])
    assert now_at not in told_in(mail)
    _, entry = invitations(clients, ben["email"])[-1]
    assert entry["dtstart"].dt == datetime.fromisoformat(before)
    moved = mail_to(clients, ann["email"], "Moved to")
    assert f"It was to be: {was}" in told_in(moved)
    assert f"It is now: {now_at}" in told_in(moved)


def test_whoever_has_the_case_is_invited(clients: Clients) -> None:
    """The person of staff gets the entry and is named in the letters; whoever takes the case over comes instead."""
    member, case = a_case(clients)
    staff, people = clients.staff(), []
    for name in ("Maria Gomez", "Noor Haddad"):
        contact = {"name": name, "email": f"{name.split()[0].lower()}-{member.id}@example.org"}
        person = clients.operator().does(f"{INTAKE}/staff", {**contact, "role": "staff"})
        people.append((contact["email"], person["person_id"]))
    (first, first_id), (second, second_id) = people
    staff.does(f"{case}/assign", {"staff_id": first_id})
    form = {"starts_at": in_days(9), "attendees": guests(member), "is_agreed": True}
    member.administrator.does(f"{case}/debrief/schedule", form)
    assert gets(clients, first, "REQUEST")
    assert "+s." in mail_to(clients, first, "Debriefing for")["Reply-To"]
    letter = mail_to(clients, member.email, "Debriefing for")
    assert "+c." in letter["Reply-To"]
    assert "with Maria Gomez, is set for" in told_in(letter)
    ((_, entry),) = invitations(clients, member.email)
    assert f"mailto:{first}" in {str(each) for each in entry["attendee"]}
    staff.does(f"{case}/assign", {"staff_id": second_id})
    assert gets(clients, second, "REQUEST")
    assert gets(clients, first, "REQUEST", "CANCEL")
    member.administrator.does(f"{case}/debrief/call-off", {})
    assert gets(clients, second, "REQUEST", "CANCEL")


def test_a_suggested_time_can_be_picked_and_the_night_is_refused(clients: Clients) -> None:
    """Nobody has proposed anything yet; a Sunday needs the word that both sides agree."""
    member, case = a_case(clients)
    view = member.administrator.reads(f"{case}/debrief/slots")
    days = {each["starts_at"][:10] for each in view["suggested"]}
    assert len(days) == len(view["suggested"]) == 5
    form = {"starts_at": view["suggested"][-1]["starts_at"], "attendees": guests(member)}
    member.administrator.does(f"{case}/debrief/slots/pick", form)
    today = datetime.now(UTC).date()
    sunday = today + timedelta(days=13 - today.weekday())
    form |= {"starts_at": f"{sunday}T17:00:00Z"}
    for path, told in (("schedule", form), ("slots", {"slots": [form["starts_at"]]})):
        refusal = clients.staff().is_refused(f"{case}/debrief/{path}", told)
        assert refusal["type"] == "/problems/nobody-works-then"
        assert "is_agreed" in refusal["next_step"]
    member.administrator.does(f"{case}/debrief/schedule", form | {"is_agreed": True})
    assert member.administrator.reads(case)["debrief"]["starts_at"].startswith(str(sunday))


def test_each_guest_reads_the_time_of_their_own_clock(clients: Clients) -> None:
    """A guest in Tokyo finds Tokyo's time beside the city's, in the letter and in an entry of that zone."""
    member, case = a_case(clients)
    guest = {"name": "Haru", "email": f"haru-{member.id}@example.org", "timezone": "Asia/Tokyo"}
    starts_at = in_days(9)
    form = {"starts_at": starts_at, "attendees": [guest], "is_agreed": True}
    member.administrator.does(f"{case}/debrief/schedule", form)
    assert gets(clients, guest["email"], "REQUEST")
    (mail,) = mails_to(clients, guest["email"], "Debriefing")
    there = datetime.fromisoformat(starts_at).astimezone(ZoneInfo("Asia/Tokyo"))
    words = " ".join(mail.get_body(("plain",)).get_content().split())
    assert f"{there:%A %-d %B %Y, %H:%M} in Tokyo (Japan Time)" in words
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    entry = vobject.readOne(part.get_payload(decode=True).decode())
    assert entry.vevent.dtstart.value == there
    assert entry.vtimezone.tzid.value == "Asia/Tokyo"


def test_a_search_that_ends_takes_its_debrief_out_of_the_calendars(clients: Clients) -> None:
    member, case = a_case(clients)
    form = {"starts_at": in_days(9), "attendees": guests(member), "is_agreed": True}
    member.administrator.does(f"{case}/debrief/schedule", form)
    assert gets(clients, member.email, "REQUEST")
    member.administrator.does(f"{case}/withdraw", {})
    assert gets(clients, member.email, "REQUEST", "CANCEL")


def test_what_was_promised_stands_among_the_next_steps(clients: Clients) -> None:
    """Minutes with actions: the member's come first in what it can do, staff list them all, done ones leave."""
    member, case = a_case(clients)
    staff = clients.staff()
    promised = {
        "who": "Ann Lee",
        "what": "Asks the two high schools",
        "holder": "member",
        "due_on": in_days(20)[:10],
    }
    form = {"minutes": "A school exchange comes first.", "actions": [promised]}
    refusal = staff.is_refused(f"{case}/debrief/minutes", form)
    assert refusal["type"] == "/problems/meeting-not-yet-held"
    staff.does(f"{case}/debrief/complete", {"held_on": in_days(0)[:10]})
    staff.does(f"{case}/debrief/minutes", form)
    view = member.administrator.reads(case)
    assert view["can_do_next"][0].startswith("Ann Lee: Asks the two high schools, by ")
    assert view["debrief"]["minutes"] == "A school exchange comes first."
    (action,) = view["debrief"]["actions"]
    listed = staff.reads(f"{INTAKE}/actions", limit=500)
    assert action["action_id"] in {each["action_id"] for each in listed}
    done = f"{case}/actions/{action['action_id']}/done"
    member.administrator.does(done, {})
    assert member.administrator.is_refused(done, {})["status"] == 404
    after = member.administrator.reads(case)
    assert not after["can_do_next"][0].startswith("Ann Lee")
    assert after["debrief"]["actions"][0]["done_on"]


def test_the_casebook_forgets_a_date_that_came_to_nothing(clients: Clients) -> None:
    member, case = a_case(clients)
    form = {"starts_at": in_days(9), "attendees": guests(member), "is_agreed": True}
    shown = case.replace(INTAKE, "/api/directory/v1")
    for path, told, is_set in (("schedule", form, True), ("call-off", {}, False)):
        receipt = member.administrator.does(f"{case}/debrief/{path}", told)
        found = clients.staff().reads(shown, after=receipt["position"])
        assert (found["debrief_at"] is not None) is is_set


def test_a_promise_is_moved_and_everything_that_goes_by_its_date(clients: Clients) -> None:
    """Case, list and what can be done next tell the new day; one that has passed is refused."""
    member, case = a_case(clients)
    staff = clients.staff()
    staff.does(f"{case}/debrief/complete", {"held_on": in_days(0)[:10]})
    promised = {"who": "Ann", "what": "Asks", "holder": "member", "due_on": in_days(20)[:10]}
    staff.does(f"{case}/debrief/minutes", {"actions": [promised]})
    (action,) = staff.reads(case)["debrief"]["actions"]
    move = f"{case}/actions/{action['action_id']}/move"
    refusal = member.administrator.is_refused(move, {"due_on": in_days(-2)[:10]})
    assert refusal["type"] == "/problems/action-due-in-the-past"
    later = datetime.fromisoformat(in_days(40)).date()
    member.administrator.does(move, {"due_on": str(later)})
    view = staff.reads(case)
    assert view["debrief"]["actions"][0]["due_on"] == str(later)
    assert view["can_do_next"][0] == f"Ann: Asks, by {later:%-d %B %Y}."
    listed = {each["action_id"]: each for each in staff.reads(f"{INTAKE}/actions", limit=500)}
    assert listed[action["action_id"]]["due_on"] == str(later)


def test_a_pause_ends_on_the_day_that_was_said_last(clients: Clients) -> None:
    """Said again with another day, the case waits for that one; said again with the same, it rests already."""
    member, case = a_case(clients)
    days = [in_days(30)[:10], in_days(60)[:10]]
    for until in days:
        member.administrator.does(f"{case}/pause", {"until": until})
        view = member.administrator.reads(case)
        assert (view["paused_until"], view["next_step"]["due_on"]) == (until, until)
    refusal = member.administrator.is_refused(f"{case}/pause", {"until": days[-1]})
    assert refusal["type"] == "/problems/search-rests"


def an_owner(clients: Clients, case: str, name: str, timezone: str = "") -> tuple[Client, str]:
    """A person of staff, whose the case is now; their client and their address."""
    email = f"{name.split(maxsplit=1)[0].lower()}-{uuid4()}@example.org"
    form = {"name": name, "email": email, "role": "staff"} | (
        {"timezone": timezone} if timezone else {}
    )
    number = clients.operator().does(f"{INTAKE}/staff", form)["person_id"]
    clients.staff().does(f"{case}/assign", {"staff_id": number})
    return clients.who(Role.STAFF, number), email


def is_set(clients: Clients, member: Member, case: str) -> None:
    form = {"starts_at": in_days(9), "attendees": guests(member, "Ben"), "is_agreed": True}
    clients.staff().does(f"{case}/debrief/schedule", form)
    assert gets(clients, member.email, "REQUEST")


def test_whoever_owes_other_times_is_asked_for_them_and_told_why(clients: Clients) -> None:
    """Called off by the person of staff: the administrator reads the reason and what is wanted until when, the guest
    whom we ask; who called it off gets the entry that takes it out of their own calendar."""
    member, case = a_case(clients)
    petra, email = an_owner(clients, case, "Petra Ben")
    is_set(clients, member, case)
    assert gets(clients, email, "REQUEST")
    refusal = petra.is_refused(f"{case}/debrief/call-off", {"because": "no"})
    assert refusal["status"] == 422
    petra.does(f"{case}/debrief/call-off", {"reason": "Petra is ill."})
    told = told_in(mail_to(clients, member.email, "Not taking place"))
    due_on = date.fromisoformat(member.administrator.reads(case)["next_step"]["due_on"])
    assert is_working_day("US", due_on)
    assert "Petra is ill." in told
    wanted = f"two or three times that suit you, by {due_on:%A %-d %B %Y}."
    assert f"Please answer this mail with {wanted}" in told
    ben = told_in(mail_to(clients, f"ben-{member.id}@example.org", "Not taking place"))
    assert f"The administrator of {full_name(member.place)}" in ben
    assert "You called it off." in told_in(mail_to(clients, email, "Not taking place"))
    assert "You called it off." not in told + ben
    assert gets(clients, email, "REQUEST", "CANCEL")


def test_a_search_that_ended_asks_for_no_other_date(clients: Clients) -> None:
    """The debriefing of a search that was withdrawn says so, and repeats no reason of an earlier one."""
    member, case = a_case(clients)
    is_set(clients, member, case)
    member.administrator.does(f"{case}/withdraw", {})
    told = told_in(mail_to(clients, member.email, "Not taking place"))
    assert f"The search of {full_name(member.place)}" in told
    assert "was withdrawn" in told
    assert "times that suit you" not in told


def test_both_sides_read_both_clocks(clients: Clients) -> None:
    """The member's own time first and our office's beside it; whoever of staff has the case reads their own first, in
    an entry of their own zone, and nothing that is written for members."""
    member, case = a_case(clients)
    _, email = an_owner(clients, case, "Petra Ben", "Asia/Tokyo")
    is_set(clients, member, case)
    starts_at = datetime.fromisoformat(member.administrator.reads(case)["debrief"]["starts_at"])
    office = Side(name="our office", timezone="Asia/Tokyo")
    there, here = local_time(office, starts_at), local_time(side_of(member.place), starts_at)
    assert f"{here}; {there}" in told_in(mail_to(clients, member.email, "Debriefing for"))
    mail = mail_to(clients, email, "Debriefing for")
    assert f"with you, is set for {there}; {here}" in told_in(mail)
    assert there in mail["Subject"]
    assert "Your case" not in told_in(mail)
    assert "answer this mail." not in told_in(mail)
    ((_, entry),) = invitations(clients, email)
    assert str(entry["dtstart"].params["TZID"]) == "Asia/Tokyo"
