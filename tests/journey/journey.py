"""The whole journey over HTTP: Yes, debrief, prospects, shortlist, outreach, introduction, hand-over, agreement, map.

`run_journey(base_url, token_for)` needs nothing but an address and tokens, so the same journey drives the embedded
platform and the containers.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

import httpx

from services.intake.form_guard import solve
from shared.context import NOBODY, Caller, Role
from shared.values import community_id

# Decorah in Iowa; Bad Tölz, which asks to be listed; Sibiu and Évora, which staff find.
MEMBER, LISTED, FOUND = 4853608, 2953324, (667268, 2268406)
INTAKE, MATCHING, OUTREACH, DIRECTORY = (
    f"/api/{name}/v1" for name in ("intake", "matching", "outreach", "directory")
)
PATIENCE = 30


class TokenFor(Protocol):
    """Makes a bearer token for a caller, for the one service that is to take it."""

    def __call__(self, caller: Caller, audience: str) -> str: ...


@dataclass
class Person:
    """Somebody with a role who calls the services."""

    base_url: str
    caller: Caller
    token_for: TokenFor
    http: httpx.Client

    def does(self, path: str, form: dict[str, Any] | None = None) -> dict[str, Any]:
        """A command that must succeed; its receipt."""
        headers = self._headers(path) | {"Idempotency-Key": str(uuid4())}
        answer = self.http.post(self.base_url + path, json=form or {}, headers=headers)
        assert answer.is_success, f"{self.caller.role} POST {path}: {answer.text}"
        receipt: dict[str, Any] = answer.json()
        return receipt

    def does_soon(self, path: str, form: dict[str, Any] | None = None) -> dict[str, Any]:
        """The same, tried again while the service has not heard yet of what others told it."""
        receipt: dict[str, Any] = soon(lambda: self.does(path, form))
        return receipt

    def reads(self, path: str, **parameters: Any) -> Any:
        answer = self.http.get(self.base_url + path, params=parameters, headers=self._headers(path))
        assert answer.is_success, f"{self.caller.role} GET {path}: {answer.text}"
        return answer.json()

    def _headers(self, path: str) -> dict[str, str]:
        if self.caller.role is Role.PUBLIC:
            return {}
        return {"Authorization": f"Bearer {self.token_for(self.caller, path.split('/')[2])}"}


PROOFS: tuple[dict[str, Any], ...] = (
    {
        "kind": "call_back",
        "spoke_with": "The head of international relations",
        "number_source": "the city's own site",
    },
    {"kind": "authority_letter", "note": "On paper, in the office."},
)


def soon(claim: Callable[[], Any]) -> Any:
    """The first answer that is not refused and not empty."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if found := claim():
                return found
        except AssertionError:
            if time.monotonic() > until:
                raise
        assert time.monotonic() < until, "nothing came within the time"
        time.sleep(0.2)


@dataclass(frozen=True, slots=True)
class JourneyResult:
    """What came of it, for whoever wants to look closer."""

    community_id: str
    case_id: str
    listing_id: str
    pair_id: str
    partnership_id: str
    positions: tuple[str, ...]


@dataclass
class Journey:
    base_url: str
    token_for: TokenFor
    http: httpx.Client
    positions: list[str] = field(default_factory=list)

    def who(self, role: Role, **acts_for: Any) -> Person:
        caller = (
            Caller(f"journey-{role.value}", role, **acts_for) if role is not Role.PUBLIC else NOBODY
        )
        return Person(self.base_url, caller, self.token_for, self.http)

    def done(self, receipt: dict[str, Any]) -> str:
        """Notes the position, so that the directory is asked for this write; the id of what was changed."""
        self.positions.append(receipt["position"])
        return str(receipt["id"])

    def case(self, case_id: str) -> dict[str, Any]:
        """The case as staff read it in the directory, with everything that was done so far."""
        read: dict[str, Any] = self.who(Role.STAFF).reads(
            f"{DIRECTORY}/cases/{case_id}", after=self.positions[-8:]
        )
        return read

    def has_happened(self, case_id: str, *events: str) -> None:
        """The timeline in the directory tells each of these once."""
        told = soon(lambda: self._told(case_id, events))
        assert sorted(told) == sorted(events)

    def _told(self, case_id: str, events: tuple[str, ...]) -> list[str] | None:
        told = [entry["type"] for entry in self.case(case_id)["timeline"]]
        return [e for e in told if e in events] if set(events) <= set(told) else None

    def listing_is_on_the_map(self) -> str:
        """A city abroad asks, staff check and list it; the map shows it (B13, B20)."""
        public, staff = self.who(Role.PUBLIC), self.who(Role.STAFF)
        fresh = public.reads(f"{INTAKE}/listings/form")
        work = solve(fresh["challenge"])
        time.sleep(fresh["min_seconds"])
        guard = {"form_token": fresh["form_token"], "work": work}
        listing = self.done(public.does(f"{INTAKE}/listings", LISTING_FORM | guard))
        for proof in PROOFS:
            self.done(staff.does(f"{INTAKE}/listings/{listing}/proofs", proof))
        self.done(staff.does(f"{INTAKE}/listings/{listing}/list"))
        shown = self.city(community_id(LISTED))
        assert shown["statuses"] == ["listed"]
        return listing

    def city(self, city: Any) -> dict[str, Any]:
        """A city's page, as anybody reads it."""
        page: dict[str, Any] = self.who(Role.PUBLIC).reads(
            f"{DIRECTORY}/cities/{city}", after=self.positions[-8:]
        )
        return page

    def member_says_yes(self) -> tuple[Person, str]:
        """A member in good standing says Yes and agrees to be shown."""
        staff = self.who(Role.STAFF)
        member = self.done(staff.does(f"{INTAKE}/communities", MEMBER_FORM))
        staff.does(f"{INTAKE}/communities/{member}/administrator", ADMINISTRATOR_FORM)
        administrator = self.who(Role.ADMINISTRATOR, community_id=community_id(MEMBER))
        form = {
            "community_id": member,
            "preferences": {"continents": ["EU"], "themes": ["education"]},
            "is_shown_publicly": True,
        }
        case = self.done(administrator.does(f"{INTAKE}/cases", form))
        self.has_happened(case, "CitySeekingRequested", "DebriefInvited")
        assert self.city(member)["statuses"] == ["seeking"]
        return administrator, case

    def debrief(self, administrator: Person, case: str) -> None:
        staff = self.who(Role.STAFF)
        self.done(
            administrator.does(f"{INTAKE}/cases/{case}/debrief/schedule", debrief_appointment())
        )
        self.has_happened(case, "DebriefScheduled")
        self.done(staff.does(f"{INTAKE}/cases/{case}/debrief/complete", debrief_record()))
        self.has_happened(case, "DebriefScheduled", "DebriefCompleted")

    def shortlist(self, administrator: Person, case: str) -> list[dict[str, Any]]:
        """Staff propose, the member votes and chooses three; three pairs open in outreach (B6)."""
        staff = self.who(Role.STAFF)
        choices = (LISTED, *FOUND)
        for geoname_id in choices:
            staff.does_soon(
                f"{MATCHING}/cases/{case}/prospects", {"geoname_id": geoname_id, "note": "fits"}
            )
        self.done(staff.does(f"{MATCHING}/cases/{case}/propose"))
        for geoname_id in choices:
            vote = {"geoname_id": geoname_id, "vote": "for", "comment": "We like it."}
            administrator.does(f"{MATCHING}/cases/{case}/votes", vote)
        chosen = {"geoname_ids": list(choices)}
        self.done(administrator.does(f"{MATCHING}/cases/{case}/shortlist", chosen))
        self.has_happened(case, "ProspectsProposed", "ShortlistSelected")
        return list(soon(lambda: self.pairs(case, len(choices))))

    def pairs(self, case: str, count: int) -> list[dict[str, Any]] | None:
        page = self.who(Role.STAFF).reads(f"{OUTREACH}/pairs", case_id=case)
        found: list[dict[str, Any]] = page["items"]
        return found if len(found) == count else None

    def outreach(self, case: str, pair: str) -> None:
        """Two channels at once; a reply; contact, interest and how it is decided there (B9, B10)."""
        staff = self.who(Role.STAFF)
        for channel in ("foreign_consulate", "municipal_association"):
            self.done(staff.does(f"{OUTREACH}/pairs/{pair}/threads", {"channel": channel}))
        thread = staff.reads(f"{OUTREACH}/pairs/{pair}")["threads"][0]["thread_id"]
        today = datetime.now(UTC).isoformat()
        for path, form in (
            (
                f"threads/{thread}/reply",
                {"received_at": today, "summary": "They will ask the mayor."},
            ),
            ("contact", CONTACT_FORM),
            ("interest", {"interest": "yes"}),
            ("governance", {"decided_by": "council", "needs_national_approval": False, "note": ""}),
        ):
            self.done(staff.does(f"{OUTREACH}/pairs/{pair}/{path}", form))
        self.has_happened(
            case,
            "EmbassyContacted",
            "ChannelContacted",
            "ReplyReceived",
            "CityContactFound",
            "InterestGauged",
            "GovernanceLearned",
        )

    def introduction(self, case: str, pair: str) -> None:
        """Staff set up the direct conversation; from then on the member writes (B11)."""
        staff = self.who(Role.STAFF)
        now = today()
        for path, form in (
            ("introduction", {"starts_at": in_days(14), "is_agreed": True}),
            ("introduction/held", {"held_on": now}),
            ("hand-over", {"handed_over_on": now}),
        ):
            self.done(staff.does(f"{OUTREACH}/pairs/{pair}/{path}", form))
        self.has_happened(case, "IntroductionArranged", "IntroductionHeld", "HandedOverToMember")

    def agreement(self, administrator: Person, case: str, pair: str) -> str:
        """Invitation, letter of intent, council resolution, both signatures: partners on the map (B20)."""
        staff, now = self.who(Role.STAFF), today()
        for path, form in (
            ("invitation", {"sent_on": now}),
            ("letter-of-intent", {"signed_on": now}),
            ("council-resolution", {"adopted_on": now}),
        ):
            self.done(staff.does(f"{OUTREACH}/pairs/{pair}/{path}", form))
        formed = staff.does(
            f"{OUTREACH}/pairs/{pair}/partnership", PARTNERSHIP_FORM | {"signed_on": now}
        )
        self.done(formed)
        self.has_happened(
            case,
            "InvitationSent",
            "LetterOfIntentSigned",
            "CouncilResolutionAdopted",
            "PartnershipFormed",
        )
        self.has_happened(case, "CitySeekingClosed")
        return str(formed["id"])

    def partners_are_on_the_map(self, case: str) -> None:
        member, abroad = community_id(MEMBER), community_id(LISTED)
        for city in (member, abroad):
            assert self.city(city)["statuses"] == ["partnered"]
        assert not self.case(case)["is_open"]


MEMBER_FORM = {
    "geoname_id": MEMBER,
    "kind": "city",
    "joined_on": "2024-01-15",
    "sister_cities_at_joining": 0,
    "paid_through": "2099-12-31",
}
ADMINISTRATOR_FORM = {"name": "Ann Lee", "email": "ann.lee@example.org"}
PROFILE = {
    "seeks": "Exchanges between our schools.",
    "themes": ["education"],
    "industries": ["wood"],
    "universities": [],
    "languages": ["en"],
}
LISTING_FORM = {
    "geoname_id": LISTED,
    "contact_name": "Maria Huber",
    "contact_email": "huber@bad-toelz.example.org",
    "contact_office": "Mayor's office",
    "profile": PROFILE,
}
CONTACT_FORM = {
    "name": "Maria Huber",
    "office": "Mayor's office",
    "email": "huber@bad-toelz.example.org",
    "language": "de",
    "proof": "call_back",
}
PARTNERSHIP_FORM = {
    "kind": "sister",
    "us_signatory": {"name": "Ann Lee", "office": "Mayor", "is_highest_official": True},
    "foreign_signatory": {"name": "Maria Huber", "office": "Mayor", "is_highest_official": True},
    "endorses_link": True,
}


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def debrief_appointment() -> dict[str, Any]:
    attendees = [ADMINISTRATOR_FORM, {"name": "Bo Dahl", "email": "bo.dahl@example.org"}]
    return {"starts_at": in_days(10), "attendees": attendees, "is_agreed": True}


def debrief_record() -> dict[str, Any]:
    return {
        "held_on": today(),
        "preferences": {"continents": ["EU"], "themes": ["education"]},
        "profile": PROFILE,
        "demographics": "A college town of 8,000.",
        "notes": "They would like to begin with schools.",
    }


def run_journey(base_url: str, token_for: TokenFor) -> JourneyResult:
    """Drive one search from Yes to the map; every state on the way is asserted in the directory."""
    with httpx.Client(timeout=30) as http:
        journey = Journey(base_url.rstrip("/"), token_for, http)
        listing = journey.listing_is_on_the_map()
        administrator, case = journey.member_says_yes()
        journey.debrief(administrator, case)
        pairs = journey.shortlist(administrator, case)
        pair = next(
            p["pair_id"] for p in pairs if p["foreign_community_id"] == str(community_id(LISTED))
        )
        journey.outreach(case, pair)
        journey.introduction(case, pair)
        partnership = journey.agreement(administrator, case, pair)
        journey.partners_are_on_the_map(case)
        return JourneyResult(
            str(community_id(MEMBER)), case, listing, pair, partnership, tuple(journey.positions)
        )
