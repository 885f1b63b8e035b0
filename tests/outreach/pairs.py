"""Pairs over HTTP: a member that named a city, and what staff do with it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.outreach.application import Outreach
from shared.gazetteer import Gazetteer
from shared.values import Place
from tests.clients import Client, Clients, eventually, today, vault
from tests.intake.people import Member, a_member, a_place

OUTREACH = "/api/outreach/v1"
MAYOR = {"name": "Ann Lee", "office": "Mayor", "is_highest_official": True}
AGREEMENT = {
    "kind": "sister",
    "signed_on": today(),
    "us_signatory": MAYOR,
    "foreign_signatory": MAYOR,
    "endorses_link": True,
}


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


@dataclass
class TalksWith:
    """A pair, with the member and the staff who work on it."""

    member: Member
    case: str
    city: Place
    staff: Client

    @property
    def id(self) -> UUID:
        return uuid5(UUID(self.case), str(self.city.community_id))

    @property
    def path(self) -> str:
        return f"{OUTREACH}/pairs/{self.id}"

    def now(self, reader: Client | None = None) -> dict[str, Any]:
        pair: dict[str, Any] = (reader or self.staff).reads(self.path)
        return pair

    def thread(self, number: int = 0) -> dict[str, Any]:
        thread: dict[str, Any] = self.now()["threads"][number]
        return thread

    def does(self, part: str, form: dict[str, Any] | None = None) -> dict[str, Any]:
        return self.staff.does(f"{self.path}/{part}", form)

    def writes(self, **form: Any) -> str:
        """A first contact; the thread's id."""
        before = {each["thread_id"] for each in self.now()["threads"]}
        self.does("threads", form)
        fresh = [t for t in self.now()["threads"] if t["thread_id"] not in before]
        return str(fresh[0]["thread_id"])

    def becomes_interested(self) -> None:
        thread = self.writes(channel="foreign_consulate")
        self.does(f"threads/{thread}/reply", {"summary": "They will ask the mayor."})
        self.does("contact", {"name": "Haruka Sato", "email": "sato@city.example.org"})
        self.does("interest", {"interest": "yes"})

    def is_handed_over(self) -> None:
        self.becomes_interested()
        self.does("introduction", {"starts_at": days_ago(-14), "is_agreed": True})
        self.does("introduction/held", {"held_on": today()})
        self.does("hand-over", {"handed_over_on": today()})


def a_pair(clients: Clients, **member: Any) -> TalksWith:
    """The member named the city, so that it went straight to outreach (B8)."""
    return pairs_with(clients, a_member(clients, **member), a_place(is_abroad=True))[0]


def pairs_with(clients: Clients, member: Member, *cities: Place) -> list[TalksWith]:
    """One search whose member named all of the cities."""
    case = member.says_yes(named_cities=[city.geoname_id for city in cities])
    pairs = [TalksWith(member, case, city, clients.staff()) for city in cities]
    staff = clients.staff()
    assert eventually(lambda: all(staff.get(pair.path).is_success for pair in pairs))
    return pairs


def a_contact(clients: Clients, channel: str = "foreign_embassy", **form: Any) -> dict[str, Any]:
    """Somebody in the registry, with an address of their own."""
    told = {
        "channel": channel,
        "country": "JP",
        "name": f"Contact {uuid4()}",
        "email": f"{uuid4()}@example.org",
        **form,
    }
    contact_id = clients.staff().does(f"{OUTREACH}/contacts", told)["id"]
    return {"contact_id": contact_id, **told}


def letter(about: str = "Springfield looks for a sister city") -> dict[str, str]:
    return {"subject": about, "body": "Dear Sir or Madam, we would like to meet you."}


def the_service(platform: Platform) -> Outreach:
    """The abilities of outreach on the platform's own store, for what only time or a mail server can do."""
    return Outreach(
        platform.postgres_dsn("outreach"), vault(platform, "outreach"), Gazetteer(GAZETTEER)
    )
