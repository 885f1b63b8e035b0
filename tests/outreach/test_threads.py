"""Writing to a city: channels, letters that really go out, silence, replies, and everything that stops it."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from aiosmtpd.controller import Controller

from deploy.local.platform import Platform
from services.outreach import rows
from services.outreach.administrators import Administrators
from services.outreach.application import Outreach
from services.outreach.domain.pair import Pair
from services.outreach.letters import Addresses, composer
from services.outreach.rows import LetterText
from shared.mail import Letter, Mailer
from shared.settings import MailServer, NatsSettings
from tests.clients import Client, Clients, eventually
from tests.intake.people import (
    DEBRIEF,
    INTAKE,
    a_listed_city,
    a_member,
    a_place,
    desk_of,
    mail_to,
    mails_to,
)
from tests.outreach.pairs import (
    OUTREACH,
    a_contact,
    a_pair,
    days_ago,
    letter,
    the_service,
)


def test_b9_a_city_is_reached_through_several_channels_at_once(clients: Clients) -> None:
    """B9: the channel is part of the record, and one prospect has several threads at once."""
    pair = a_pair(clients)
    for channel in ("foreign_embassy", "us_consulate", "municipal_association", "city_office"):
        pair.writes(channel=channel)
    shown = pair.now()
    assert [t["channel"] for t in shown["threads"]] == [
        "foreign_embassy",
        "us_consulate",
        "municipal_association",
        "city_office",
    ]
    assert shown["state"] == "contacted"
    assert all(t["waits_for"]["due_on"] for t in shown["threads"])


def test_b9_silence_asks_for_a_follow_up_and_then_for_another_channel(clients: Clients) -> None:
    """B9: silence after 7, 14 and 28 days; after the last another channel is asked for; a new thread answers that."""
    pair = a_pair(clients)
    pair.writes(channel="foreign_embassy", contacted_at=days_ago(24))
    eventually(lambda: pair.thread()["days_silent_told"] in (7, 14))
    assert pair.now()["waits_for"]["step"] == "follow_up"
    pair.does(f"threads/{pair.thread()['thread_id']}/follow-up")
    assert pair.now()["waits_for"]["step"] == "await_reply"
    other = a_pair(clients)
    other.writes(channel="foreign_embassy", contacted_at=days_ago(60))
    eventually(lambda: other.thread()["days_silent_told"] == 28)
    assert other.now()["waits_for"]["step"] == "try_another_channel"
    other.writes(channel="municipal_association")
    assert other.now()["waits_for"]["step"] == "await_reply"


def test_b18_letters_go_out_once_from_the_partnerships_address(clients: Clients) -> None:
    """B18: a contact letter and its follow-up really go out, each once, with the partnerships address to answer to."""
    pair, embassy = a_pair(clients), a_contact(clients)
    thread = pair.writes(
        channel="foreign_embassy", contact_id=embassy["contact_id"], letter=letter("First")
    )
    mail = mail_to(clients, embassy["email"], "First")
    assert desk_of(mail["Reply-To"]) == "partnerships@sister-cities.org"
    assert "partnerships@sister-cities.org" in mail["From"]
    eventually(lambda: pair.thread()["letters"][0]["state"] == "sent")
    key, path = str(uuid4()), f"{pair.path}/threads/{thread}/follow-up"
    for _ in range(3):
        assert pair.staff.post(path, {"letter": letter("Second")}, key=key).is_success
    mail_to(clients, embassy["email"], "Second")
    assert eventually(lambda: pair.thread()["followed_up_at"])
    assert len(mails_to(clients, embassy["email"])) == 2


def test_a_letter_needs_somebody_to_write_to(clients: Clients) -> None:
    """A letter without a contact, to one without an address, or to one of another channel is refused in a sentence."""
    pair = a_pair(clients)
    deaf = a_contact(clients, email=None)
    form: dict[str, Any] = {"channel": "foreign_embassy", "letter": letter()}
    told = pair.staff.is_refused(f"{pair.path}/threads", form)
    assert told["detail"] == "A letter needs a contact, and this thread has none."
    told = pair.staff.is_refused(f"{pair.path}/threads", form | {"contact_id": deaf["contact_id"]})
    assert told["type"] == "/problems/no-address"
    another = form | {"channel": "city_office", "contact_id": deaf["contact_id"]}
    assert (
        pair.staff.is_refused(f"{pair.path}/threads", another)["type"] == "/problems/wrong-channel"
    )
    unknown = form | {"contact_id": str(uuid4())}
    assert pair.staff.is_refused(f"{pair.path}/threads", unknown)["status"] == 404
    told_again = {key: deaf[key] for key in ("channel", "country", "name")}
    clients.staff().does(
        f"{OUTREACH}/contacts/{deaf['contact_id']}", told_again | {"email": "e@example.org"}
    )
    pair.does("threads", form | {"contact_id": deaf["contact_id"]})


def waiting_follow_up(
    outreach: Outreach, pair_id: UUID, thread: str, contact_id: str, kind: str = "follow_up"
) -> UUID:
    """A letter in the ledger that is not to go out within the hour."""
    effect_id, facts = uuid4(), {"thread_id": thread, "letter_id": str(uuid4())}
    later = datetime.now(UTC) + timedelta(hours=1)
    outreach.keep(Letter(kind, pair_id, UUID(contact_id), facts, later).row(effect_id))
    return effect_id


def being_sent(outreach: Outreach, kind: str, pair_id: UUID, to: UUID, **facts: str) -> UUID:
    """A letter that is due now, and that the system's own mailer leaves alone for a while."""
    effect_id = uuid4()
    queued = "UPDATE effects SET queued_at = now() WHERE id = %(id)s"
    outreach.keep(
        Letter(kind, pair_id, to, facts).row(effect_id),
        lambda curs: curs.execute(queued, {"id": effect_id}),
    )
    return effect_id


def state_of(outreach: Outreach, effect_id: UUID) -> str:
    return str(
        outreach.rows("SELECT state FROM effects WHERE id = %(id)s", id=effect_id)[0]["state"]
    )


def test_any_reply_takes_back_follow_ups_that_have_not_gone_out(
    clients: Clients, platform: Platform
) -> None:
    """A reply in one thread takes back the follow-up that waits in another, and starts all clocks anew."""
    pair, league = a_pair(clients), a_contact(clients, "municipal_association")
    embassy = pair.writes(channel="foreign_embassy", contacted_at=days_ago(24))
    asked = pair.writes(channel="municipal_association", contact_id=league["contact_id"])
    eventually(lambda: pair.thread()["days_silent_told"] in (7, 14))
    outreach = the_service(platform)
    effect = waiting_follow_up(outreach, pair.id, asked, league["contact_id"])
    pair.does(f"threads/{embassy}/reply", {"summary": "Please wait."})
    assert state_of(outreach, effect) == "cancelled"
    shown = pair.now()
    assert shown["threads"][0]["days_silent_told"] == 0
    assert shown["state"] == "replied"
    pair.does(f"threads/{embassy}/reply/retract")
    assert pair.now()["state"] == "contacted"


@pytest.fixture
def refusing_server() -> Iterator[str]:
    """A mail server that knows nobody."""

    class Refuse:
        async def handle_RCPT(self, *_: Any) -> str:  # noqa: N802  # aiosmtpd's name
            return "550 5.1.1 no such person"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Refuse(), hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()


def test_a_refused_letter_is_a_bounce_in_its_thread(
    clients: Clients, platform: Platform, refusing_server: str
) -> None:
    """A letter that the mail server refuses asks for another contact; the thread goes on with that one."""
    pair, embassy = a_pair(clients), a_contact(clients)
    thread = pair.writes(
        channel="foreign_embassy", contact_id=embassy["contact_id"], letter=letter()
    )
    mail_to(clients, embassy["email"])
    assert eventually(lambda: pair.now()["waits_for"]["step"] == "await_reply")
    outreach, contact, letter_id = the_service(platform), UUID(embassy["contact_id"]), uuid4()
    outreach.letters = lambda event: ()  # type: ignore[method-assign]  # the letter is put into the ledger below
    written = outreach.load(Pair, pair.id)
    written.write_follow_up(UUID(thread), letter_id, datetime.now(UTC))
    text = LetterText.model_validate(letter("Second"))
    at = datetime.now(UTC)
    outreach.record(
        written,
        also=[rows.letter(outreach.vault, letter_id, pair.id, UUID(thread), contact, text, at)],
    )
    facts = {"thread_id": thread, "letter_id": str(letter_id)}
    effect = being_sent(outreach, "follow_up", pair.id, contact, **facts)
    compose = composer(outreach, Administrators("http://127.0.0.1:9", ""), Addresses())
    mailer = Mailer(outreach, compose, MailServer(refusing_server), NatsSettings("", "", "", 1))
    asyncio.run(mailer.deliver(effect))
    assert state_of(outreach, effect) == "refused"
    assert pair.now()["waits_for"]["step"] == "find_another_contact"
    path = f"{pair.path}/threads/{thread}"
    assert pair.staff.is_refused(f"{path}/follow-up")["type"] == "/problems/another-contact-needed"
    other = a_contact(clients)
    pair.does(f"threads/{thread}/contact", {"contact_id": other["contact_id"]})
    pair.does(f"threads/{thread}/follow-up", {"letter": letter("Again")})
    mail_to(clients, other["email"], "Again")
    assert eventually(lambda: pair.now()["waits_for"]["step"] == "await_reply")


def test_a_letter_to_a_member_waits_while_intake_is_down(
    clients: Clients, platform: Platform, refusing_server: str
) -> None:
    """The administrator's address is intake's: while intake does not answer, the letter stays due."""
    pair, outreach = a_pair(clients), the_service(platform)
    effect = being_sent(outreach, "member_asked", pair.id, pair.member.id)
    compose = composer(outreach, Administrators("http://127.0.0.1:9", ""), Addresses())
    mailer = Mailer(outreach, compose, MailServer(refusing_server), NatsSettings("", "", "", 1))
    asyncio.run(mailer.deliver(effect))
    assert state_of(outreach, effect) == "due"
    mail_to(clients, pair.member.email, "How is it going")


def test_a_reported_bounce_asks_for_another_contact(clients: Clients) -> None:
    """A bounce that staff report asks for another contact."""
    pair = a_pair(clients)
    thread = pair.writes(channel="city_office")
    pair.does(f"threads/{thread}/bounce")
    assert pair.thread()["waits_for"]["step"] == "find_another_contact"


def test_a_paused_search_stops_the_writing_at_once(clients: Clients, platform: Platform) -> None:
    """A pause takes back letters that are due and the clocks with them; going on brings the clocks back."""
    pair, embassy = a_pair(clients), a_contact(clients)
    thread = pair.writes(channel="foreign_embassy", contact_id=embassy["contact_id"])
    outreach = the_service(platform)
    effect = waiting_follow_up(outreach, pair.id, thread, embassy["contact_id"])
    deadlines = "SELECT kind FROM deadlines WHERE subject_id = %(id)s"
    assert outreach.rows(deadlines, id=pair.id)
    pair.member.administrator.does(f"{INTAKE}/cases/{pair.case}/pause")
    assert eventually(lambda: pair.now()["stopped_by"] == ["paused"])
    assert state_of(outreach, effect) == "cancelled"
    assert outreach.rows(deadlines, id=pair.id) == []
    told = pair.staff.is_refused(f"{pair.path}/threads/{thread}/follow-up", {"letter": letter()})
    assert told["type"] == "/problems/search-paused"
    pair.member.administrator.does(f"{INTAKE}/cases/{pair.case}/resume")
    assert eventually(lambda: pair.now()["stopped_by"] == [])
    assert outreach.rows(deadlines, id=pair.id)


@pytest.mark.parametrize("way", ["withdraw", "close"])
def test_an_ended_search_stops_the_writing_for_good(clients: Clients, way: str) -> None:
    """A search that is withdrawn or closed is not written for any more; staff close what is open."""
    pair = a_pair(clients)
    path = f"{INTAKE}/cases/{pair.case}/{way}"
    if way == "withdraw":
        pair.member.administrator.does(path)
    else:
        pair.staff.does(path, {"reason": "no_match"})
    assert eventually(lambda: pair.now()["stopped_by"] == ["search_ended"])
    told = pair.staff.is_refused(f"{pair.path}/threads", {"channel": "foreign_embassy"})
    assert told["type"] == "/problems/search-ended"
    assert pair.now()["waits_for"]["step"] == "close_pair"
    pair.does("fail", {"reason": "search_ended"})
    assert pair.now()["waits_for"]["step"] == "none"


def test_a_lapsed_standing_stops_the_writing_until_it_is_good_again(clients: Clients) -> None:
    """Nobody is written to for a member whose dues have lapsed."""
    pair = a_pair(clients)
    path = f"{INTAKE}/communities/{pair.member.id}/standing"
    pair.staff.does(path, {"paid_through": "2020-01-01"})
    assert eventually(lambda: pair.now()["stopped_by"] == ["lapsed"])
    told = pair.staff.is_refused(f"{pair.path}/threads", {"channel": "foreign_embassy"})
    assert "dues have lapsed" in told["detail"]
    pair.staff.does(path, {"paid_through": "2199-12-31"})
    assert eventually(lambda: pair.now()["stopped_by"] == [])
    pair.writes(channel="foreign_embassy")


def test_b14_interest_in_a_listed_city_opens_a_pair_and_its_withdrawal_stops_it(
    clients: Clients,
) -> None:
    """B14: staff contact the listed city that a member is interested in; a withdrawn listing stops the writing."""
    member, city = a_member(clients), a_listed_city(clients)
    case = member.says_yes()
    form = {"listing_id": city.id}
    eventually(lambda: member.administrator.post("/api/matching/v1/interests", form).is_success)
    pairs = f"{OUTREACH}/pairs"
    staff = clients.staff()
    found = eventually(lambda: staff.reads(pairs, case_id=case)["items"])
    assert [pair["lane"] for pair in found] == ["interest"]
    pair = f"{pairs}/{found[0]['pair_id']}"
    assert staff.reads(pair)["listing_id"] == city.id
    city.official.does(f"{city.path}/withdraw")
    assert eventually(lambda: staff.reads(pair)["stopped_by"] == ["listing_ended"])
    told = staff.is_refused(f"{pair}/threads", {"channel": "city_office"})
    assert told["type"] == "/problems/listing-has-ended"
    staff.does(f"{pair}/listing/set-aside")
    staff.does(f"{pair}/threads", {"channel": "city_office"})
    told = staff.is_refused(f"{pair}/listing/set-aside")
    assert told["type"] == "/problems/not-stopped-by-listing"


def test_a_person_who_is_forgotten_is_erased_here_too(clients: Clients, platform: Platform) -> None:
    """PersonErasureRequested takes name, address and letters of a contact away."""
    pair = a_pair(clients)
    pair.becomes_interested()
    contact_id = pair.now()["contact"]["contact_id"]
    the_service(platform).forget_person(UUID(contact_id), datetime.now(UTC))
    assert pair.now()["contact"] is None


def chosen(clients: Clients, cities: list[int]) -> tuple[str, Client]:
    """A search whose member has five prospects to choose from, and its administrator."""
    member, staff = a_member(clients), clients.staff()
    case = member.says_yes()
    held = DEBRIEF | {"held_on": f"{datetime.now(UTC).date()}"}
    staff.does(f"{INTAKE}/cases/{case}/debrief/complete", held)
    path = f"/api/matching/v1/cases/{case}"
    assert eventually(lambda: staff.post(f"{path}/prospects", {"geoname_id": cities[0]}).is_success)
    for city in cities[1:]:
        staff.does(f"{path}/prospects", {"geoname_id": city})
    staff.does(f"{path}/propose")
    return case, member.administrator


def test_a_shortlist_that_is_chosen_again_lets_cities_rest_that_nobody_wrote_to(
    clients: Clients,
) -> None:
    """While a shortlist is chosen again its untouched cities wait; those that drop off it rest, until chosen again."""
    cities = [a_place(is_abroad=True) for _ in range(5)]
    numbers = [city.geoname_id for city in cities]
    case, administrator = chosen(clients, numbers)
    staff, shortlist = clients.staff(), f"/api/matching/v1/cases/{case}"
    administrator.does(f"{shortlist}/shortlist", {"geoname_ids": numbers[:3]})

    def states() -> dict[str, str]:
        items = staff.reads(f"{OUTREACH}/pairs", case_id=case)["items"]
        return {item["foreign_community_id"]: f"{item['state']} {item['step']}" for item in items}

    def state(number: int) -> str | None:
        return states().get(str(cities[number].community_id))

    assert eventually(lambda: len(states()) == 3)
    pair = uuid5(UUID(case), str(cities[0].community_id))
    staff.does(f"{OUTREACH}/pairs/{pair}/threads", {"channel": "us_embassy"})
    staff.does(f"{shortlist}/reopen")
    assert eventually(lambda: state(1) == "open confirm_shortlist")
    assert state(0) == "contacted await_reply"
    administrator.does(f"{shortlist}/shortlist", {"geoname_ids": numbers[2:]})
    assert eventually(lambda: len(states()) == 5)
    assert [state(number) for number in range(5)] == [
        "contacted await_reply",
        "open close_pair",
        "open write_to_channels",
        "open write_to_channels",
        "open write_to_channels",
    ]
    staff.does(f"{shortlist}/reopen")
    assert eventually(lambda: state(2) == "open confirm_shortlist")
    assert state(1) == "open close_pair"
    administrator.does(f"{shortlist}/shortlist", {"geoname_ids": numbers[1:4]})
    assert eventually(lambda: state(1) == "open write_to_channels")
    assert state(4) == "open close_pair"


def test_a_letter_may_wait_until_the_office_opens(clients: Clients, platform: Platform) -> None:
    """It is in the ledger for the recipient's next office hour, and a reply before that takes it back."""
    pair = a_pair(clients)
    # Tonga's offices and those of Washington are never open at the same time.
    asleep = {"US": "TO", "TO": "US"}
    for seat in asleep:
        contact = a_contact(clients, "city_office", country=pair.city.country, seat_country=seat)
        waits = {**letter("In your hours"), "in_office_hours": True}
        pair.writes(channel="city_office", contact_id=contact["contact_id"], letter=waits)
    rows = the_service(platform).rows(
        "SELECT state, due_at FROM effects WHERE subject_id = %(id)s ORDER BY due_at", id=pair.id
    )
    assert len(rows) == 2
    assert rows[-1]["due_at"] > datetime.now(UTC)
    assert rows[-1]["state"] == "due"
    pair.does(f"threads/{pair.thread(1)['thread_id']}/reply", {"summary": "We know already."})
    pair.does(f"threads/{pair.thread(0)['thread_id']}/reply", {"summary": "So do we."})
    left = the_service(platform).rows(
        "SELECT state FROM effects WHERE subject_id = %(id)s AND due_at > now()", id=pair.id
    )
    assert {row["state"] for row in left} <= {"cancelled"}
