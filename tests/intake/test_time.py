"""What the calendar and the other services bring: waivers, lapses, overdue steps, conversations; on real PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from operator import add
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.intake import rows
from services.intake.application import Intake
from services.intake.rows import Contact
from services.intake.subscribers import handlers
from shared import events as public
from shared.gazetteer import Gazetteer
from shared.values import Channel, ClosingReason, FailureReason, Interest, Lane
from shared.working_days import on_working_day
from tests.clients import Clients, today, vault
from tests.intake.people import (
    DEBRIEF,
    INTAKE,
    City,
    Member,
    a_listed_city,
    a_member,
    a_place,
    mail_to,
    mails_to,
    text_of,
    two_places,
)

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture
def intake(platform: Platform) -> Iterator[Intake]:
    """The service's abilities beside the running one, so that a test can say what day it is."""
    intake = Intake(
        platform.postgres_dsn("intake"), vault(platform, "intake"), Gazetteer(GAZETTEER)
    )
    yield intake
    intake.close()


def deadlines(intake: Intake, subject: object) -> dict[str, datetime]:
    found = intake.rows("SELECT kind, due_at FROM deadlines WHERE subject_id = %(id)s", id=subject)
    return {row["kind"]: row["due_at"] for row in found}


def test_a_waiver_begins_and_ends_by_the_calendar(clients: Clients, intake: Intake) -> None:
    """B17: after a year's search the dues are waived, which counts as good standing; the end of the search ends it."""
    member = a_member(clients, sister_cities_at_joining=0, paid_through=str(NOW.date() + 30 * DAY))
    case = member.says_yes()
    due_at = deadlines(intake, member.id)["dues_waiver"]
    assert due_at > NOW + 365 * DAY
    intake.on_deadline("standing_lapses", member.id, NOW + 31 * DAY)
    path = f"{INTAKE}/communities/{member.id}"
    assert clients.staff().reads(path)["standing"] == "lapsed"
    intake.on_deadline("dues_waiver", member.id, due_at)
    view = clients.staff().reads(path)
    assert view["standing"] == "waived"
    assert "had no sister city when it joined" in view["waivers"][0]["why"]
    assert "waived" in text_of(mail_to(clients, member.email, "are waived"))
    intake.clock = lambda: due_at + DAY
    intake.withdraw_search(clients.staff().caller, UUID(case))
    view = clients.staff().reads(path)
    assert view["standing"] == "lapsed"
    assert "It ended on" in view["waivers"][0]["why"]
    assert mail_to(clients, member.email, "has ended")["Reply-To"].startswith("info@")


def test_a_waiver_ends_with_the_partnership_or_the_closing(
    clients: Clients, intake: Intake
) -> None:
    """B17: a partnership that ends the search, and a closing without a match, end the waiver; one letter says so."""
    for ends in (a_partnership, a_closing):
        member = a_member(
            clients, sister_cities_at_joining=0, paid_through=str(NOW.date() + 30 * DAY)
        )
        case, path = member.says_yes(), f"{INTAKE}/communities/{member.id}"
        due_at = deadlines(intake, member.id)["dues_waiver"]
        intake.on_deadline("dues_waiver", member.id, due_at)
        assert clients.staff().reads(path)["standing"] == "waived"
        intake.clock = partial(add, due_at, DAY)
        ends(intake, member, UUID(case), due_at + DAY)
        view = clients.staff().reads(path)
        assert (view["standing"], view["open_case_id"]) == ("lapsed", None)
        assert view["waivers"][0]["waiver"]["ended_on"] == f"{(due_at + DAY).date()}"
        assert deadlines(intake, member.id) == {}
        mail_to(clients, member.email, "has ended")
        assert mails_to(clients, member.email, "has lapsed") == []


def a_partnership(intake: Intake, member: Member, case: UUID, at: datetime) -> None:
    abroad = a_place(is_abroad=True)
    formed = public.PartnershipFormed(
        happened_at=at,
        partnership_id=uuid4(),
        community_id=member.id,
        foreign_community_id=abroad.community_id,
        place=member.place,
        foreign_place=abroad,
        case_id=case,
    )
    handlers(intake)[public.PartnershipFormed](formed)


def a_closing(intake: Intake, _: Member, case: UUID, __: datetime) -> None:
    intake.close_case(case, ClosingReason.NO_MATCH)


def test_a_community_with_sister_cities_gets_no_waiver(clients: Clients, intake: Intake) -> None:
    """B17: who had a sister city when it joined keeps paying."""
    member = a_member(clients, sister_cities_at_joining=2)
    member.says_yes()
    assert "dues_waiver" not in deadlines(intake, member.id)


def test_an_unbooked_debrief_comes_back_to_staff(clients: Clients, intake: Intake) -> None:
    """After seven days or more, on a working day, the ball is with staff, and no second mail goes out (B4)."""
    member = a_member(clients)
    case = member.says_yes()
    due_at = deadlines(intake, UUID(case))["unbooked_debrief"]
    assert on_working_day((NOW + 7 * DAY).date()) <= due_at.date() <= (NOW + 12 * DAY).date()
    intake.on_deadline("unbooked_debrief", UUID(case), due_at)
    ball = clients.staff().reads(f"{INTAKE}/cases/{case}")["next_step"]
    assert (ball["step"], ball["holder"]) == ("book_debrief", "staff")
    assert deadlines(intake, UUID(case)) == {}


def test_a_pause_ends_on_its_day(clients: Clients, intake: Intake) -> None:
    """A search that is paused until a day goes on by itself."""
    member = a_member(clients)
    case = member.says_yes()
    until = NOW.date() + 40 * DAY
    member.administrator.does(f"{INTAKE}/cases/{case}/pause", {"until": f"{until}"})
    intake.on_deadline("pause_ends", UUID(case), NOW + 41 * DAY)
    assert clients.staff().reads(f"{INTAKE}/cases/{case}")["state"] == "invited"


def test_a_listing_is_reconfirmed_or_expires(clients: Clients, intake: Intake) -> None:
    """B13: two weeks before 180 days have passed the city is asked; unconfirmed, the listing expires until it is."""
    city = a_listed_city(clients)
    number = UUID(city.id)
    intake.on_deadline("reconfirmation", number, NOW + 167 * DAY)
    mail_to(clients, city.email, "still look")
    assert set(deadlines(intake, number)) == {"expiry"}
    intake.on_deadline("expiry", number, NOW + 181 * DAY)
    assert clients.staff().reads(city.path)["state"] == "expired"
    city.official.does(f"{city.path}/reconfirm")
    assert clients.staff().reads(city.path)["state"] == "listed"
    assert set(deadlines(intake, number)) == {"expiry", "reconfirmation"}


def test_a_request_that_nobody_confirms_is_forgotten(clients: Clients, intake: Intake) -> None:
    """After 14 days without the code the request lapses, and its contact is erased."""
    form = {
        "geoname_id": a_place(is_abroad=True).geoname_id,
        "contact_name": "Nobody",
        "contact_email": f"{uuid4()}@example.org",
    }
    number = UUID(clients.public().does(f"{INTAKE}/listings", form)["id"])
    intake.on_deadline("unverified", number, NOW + 15 * DAY)
    view = clients.staff().reads(f"{INTAKE}/listings/{number}")
    assert (view["state"], view["contacts"]) == ("lapsed", [])


def test_a_person_whose_data_came_back_is_forgotten_again(clients: Clients, intake: Intake) -> None:
    """Forgetting can be asked for as often as data may be there again, and the other services hear of each request."""
    member = a_member(clients)
    person = UUID(member.administrator.caller.subject)
    contact = Contact(name="Ann Lee", email=member.email)
    for _ in range(3):
        clients.staff().does(f"{INTAKE}/people/{person}/erase")
        back = rows.person(intake.vault, person, "attendee", contact, community_id=member.id)
        assert intake.rows("SELECT 1 FROM people WHERE person_id = %(id)s", id=person) == []
        with intake.transaction() as cursor:
            back(cursor)
    requests = intake.rows(
        "SELECT 1 FROM events WHERE topic = 'intake.Person.PersonErasureRequested'"
        " AND position(%(id)s::bytea IN state) > 0",
        id=str(person).encode(),
    )
    assert len(requests) == 3


def a_pair(member: Member, case: str, city: City) -> dict[str, Any]:
    return {
        "happened_at": NOW,
        "pair_id": uuid4(),
        "case_id": UUID(case),
        "community_id": member.id,
        "foreign_community_id": city.place.community_id,
    }


@pytest.fixture
def searching(clients: Clients) -> tuple[Member, str]:
    member = a_member(clients)
    case = member.says_yes()
    debrief = {**DEBRIEF, "held_on": today()}
    clients.staff().does(f"{INTAKE}/cases/{case}/debrief/complete", debrief)
    return member, case


def test_the_case_says_who_has_the_ball(
    clients: Clients, intake: Intake, searching: tuple[Member, str]
) -> None:
    """What matching and outreach say moves the case's next step; the most advanced pair speaks for it."""
    member, case = searching
    hear = handlers(intake)
    a, b = (a_pair(member, case, a_listed_city(clients)) for _ in range(2))
    of_case: dict[str, Any] = {"happened_at": NOW, "case_id": UUID(case), "community_id": member.id}
    told: list[tuple[public.PublicEvent, str, str]] = [
        (public.ProspectsProposed(**of_case, prospects=()), "choose_shortlist", "member"),
        (
            public.ShortlistSelected(
                **of_case, place=member.place, choices=(), lane=Lane.SHORTLIST
            ),
            "write_to_channels",
            "staff",
        ),
        (
            public.ChannelContacted(**a, thread_id=uuid4(), channel=Channel.CITY_OFFICE),
            "await_replies",
            "channel",
        ),
        (
            public.FollowUpDue(**a, thread_id=uuid4(), days_silent=7),
            "write_to_channels",
            "staff",
        ),
        (public.FollowUpSent(**a, thread_id=uuid4()), "await_replies", "channel"),
        (public.MessageBounced(**a, thread_id=uuid4()), "write_to_channels", "staff"),
        (public.ReplyRetracted(**a, thread_id=uuid4()), "await_replies", "channel"),
        (
            public.ContactRetracted(**a, thread_id=uuid4(), threads_left=1),
            "await_replies",
            "channel",
        ),
        (public.ContactRetracted(**a, thread_id=uuid4()), "write_to_channels", "staff"),
        (public.InterestGauged(**a, interest=Interest.YES), "hold_introduction", "staff"),
        (
            public.ChannelContacted(**b, thread_id=uuid4(), channel=Channel.CITY_OFFICE),
            "hold_introduction",
            "staff",
        ),
        (public.IntroductionArranged(**a, starts_at=NOW + DAY), "hold_introduction", "staff"),
        (public.IntroductionCalledOff(**a, starts_at=NOW + DAY), "hold_introduction", "staff"),
        (
            public.HandedOverToMember(**a, handed_over_on=NOW.date()),
            "write_invitation",
            "member",
        ),
        (public.HandOverRetracted(**a), "write_invitation", "staff"),
        (
            public.HandedOverToMember(**a, handed_over_on=NOW.date()),
            "write_invitation",
            "member",
        ),
        (public.ReplyReceived(**a, thread_id=uuid4()), "write_invitation", "member"),
        (public.InterestGauged(**a, interest=Interest.LATER), "await_replies", "channel"),
        (public.InterestGauged(**a, interest=Interest.YES), "write_invitation", "member"),
        (public.PairFailed(**a, reason=FailureReason.DECLINED), "await_replies", "channel"),
        (public.MessageBounced(**a, thread_id=uuid4()), "await_replies", "channel"),
        (public.PairReopened(**a), "write_invitation", "member"),
        (public.PairFailed(**a, reason=FailureReason.DECLINED), "await_replies", "channel"),
        (public.PairFailed(**b, reason=FailureReason.SILENT), "review", "staff"),
        (public.FollowUpSent(**b, thread_id=uuid4()), "review", "staff"),
        (public.SearchExhausted(**of_case), "review", "staff"),
    ]
    for event, step, holder in told:
        hear[type(event)](event)
        ball = clients.staff().reads(f"{INTAKE}/cases/{case}")["next_step"]
        assert (ball["step"], ball["holder"]) == (step, holder), type(event).__name__


def test_a_listing_in_conversation_is_released(
    clients: Clients, intake: Intake, searching: tuple[Member, str]
) -> None:
    """An introduction takes a listing into conversation; when the pair fails the city looks again."""
    member, case = searching
    city = a_listed_city(clients)
    pair = a_pair(member, case, city) | {"listing_id": UUID(city.id)}
    hear = handlers(intake)
    hear[public.IntroductionArranged](public.IntroductionArranged(**pair, starts_at=NOW + 9 * DAY))
    assert clients.staff().reads(city.path)["state"] == "in_conversation"
    assert deadlines(intake, city.id) == {}
    hear[public.PairFailed](public.PairFailed(**pair, reason=FailureReason.NOT_A_MATCH))
    assert clients.staff().reads(city.path)["state"] == "listed"
    hear[public.PairReopened](public.PairReopened(**pair))
    assert clients.staff().reads(city.path)["state"] == "in_conversation"
    ball = clients.staff().reads(f"{INTAKE}/cases/{case}")["next_step"]
    assert (ball["step"], ball["holder"]) == ("hold_introduction", "staff")


def test_a_partnership_closes_the_search(
    clients: Clients, intake: Intake, searching: tuple[Member, str]
) -> None:
    """A partnership closes its search, and its listed city is partnered; an import or a stepping stone closes none."""
    member, case = searching
    city = a_listed_city(clients)
    facts: dict[str, Any] = {
        "happened_at": NOW,
        "partnership_id": uuid4(),
        "community_id": member.id,
        "foreign_community_id": city.place.community_id,
        "place": member.place,
        "foreign_place": city.place,
        "signed_on": date(2027, 5, 1),
    }
    hear = handlers(intake)[public.PartnershipFormed]
    hear(public.PartnershipFormed(**facts, is_imported=True))
    hear(public.PartnershipFormed(**facts, case_id=UUID(case), ends_search=False))
    assert clients.staff().reads(city.path)["state"] == "listed"
    assert clients.staff().reads(f"{INTAKE}/cases/{case}")["state"] == "debriefed"
    for _ in range(2):
        hear(public.PartnershipFormed(**facts, case_id=UUID(case)))
    view = clients.staff().reads(f"{INTAKE}/cases/{case}")
    assert (view["state"], view["reason"]) == ("closed", "partnered")
    assert clients.staff().reads(city.path)["state"] == "partnered"
    assert member.says_yes() != case


def test_a_merged_record_takes_the_listed_city_off_the_map(
    clients: Clients, intake: Intake, searching: tuple[Member, str]
) -> None:
    """A partnership with a record that was merged into the listed city's counts for that city; when there was none
    after all, the city looks again and the search stays closed."""
    member, case = searching
    kept, double = two_places(is_abroad=True)
    city, staff, hear = a_listed_city(clients, at=kept), clients.staff(), handlers(intake)
    staff.does(f"{INTAKE}/communities", {"geoname_id": double.geoname_id})
    merge = {"into_geoname_id": kept.geoname_id}
    staff.does(f"{INTAKE}/communities/{double.community_id}/merge", merge)
    of: dict[str, Any] = {
        "happened_at": NOW,
        "partnership_id": uuid4(),
        "community_id": member.id,
        "foreign_community_id": double.community_id,
        "case_id": UUID(case),
    }
    formed = public.PartnershipFormed(**of, place=member.place, foreign_place=double)
    hear[public.PartnershipFormed](formed)
    assert staff.reads(city.path)["state"] == "partnered"
    stepping_stone = of | {"partnership_id": uuid4()}
    hear[public.PartnershipRetracted](public.PartnershipRetracted(**stepping_stone))
    assert staff.reads(city.path)["state"] == "partnered"
    hear[public.PartnershipRetracted](public.PartnershipRetracted(**of))
    assert staff.reads(city.path)["state"] == "listed"
    view = staff.reads(f"{INTAKE}/communities/{kept.community_id}")
    assert view["listing_id"] == city.id
    assert staff.reads(f"{INTAKE}/cases/{case}")["state"] == "closed"
