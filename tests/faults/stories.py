"""What people do under load: members say Yes, cities are listed, and where all services run, a case is taken on."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from deploy.local.secrets import SERVICES
from shared.context import Caller, Role
from shared.values import Place, community_id
from tests.faults.driver import Clerk, Story
from tests.intake.people import CALL_BACK, LETTER

INTAKE, MATCHING, OUTREACH = (f"/api/{name}/v1" for name in ("intake", "matching", "outreach"))
STAFF = Caller("staff-1", Role.STAFF)
GOOD = {"paid_through": "2199-12-31", "joined_on": "2015-01-01", "sister_cities_at_joining": 1}
CHANNEL = "municipal_association"


def stories_of(services: Sequence[str]) -> list[Story]:
    """Those for which every service that they ask is there."""
    if set(services) >= set(SERVICES):
        return [say_yes, say_yes, list_a_city, take_a_case_on, take_a_case_on]
    return [say_yes, say_yes, say_yes, list_a_city]


def a_member(clerk: Clerk) -> tuple[Caller, dict[str, str]]:
    """A community in good standing, by its administrator, and how that person is written to."""
    place = clerk.driver.world.place()
    community = community_id(place.geoname_id)
    contact = {"name": "Ann Lee", "email": f"{community}@example.org"}
    form = {"geoname_id": place.geoname_id, "administrator": contact, **GOOD}
    clerk.does("register", STAFF, f"{INTAKE}/communities", form)
    caller = Caller(f"administrator-{community}", Role.ADMINISTRATOR, community_id=community)
    return caller, contact


def say_yes(clerk: Clerk) -> None:
    """A member from its registration to the Yes, with cities in mind, and what may follow."""
    administrator, contact = a_member(clerk)
    named = [clerk.driver.world.place(is_abroad=True).geoname_id for _ in range(2)]
    wish = {
        "community_id": str(administrator.community_id),
        "named_cities": named,
        "preferences": {"countries": ["IS"]},
        "is_shown_publicly": True,
    }
    case = clerk.does("yes", administrator, f"{INTAKE}/cases", wish)["id"]
    path = f"{INTAKE}/cases/{case}"
    starts_at = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    if clerk.chance.random() < 0.5:
        debrief = {"starts_at": starts_at, "attendees": [contact], "is_agreed": True}
        clerk.does("schedule", STAFF, f"{path}/debrief/schedule", debrief)
    for _ in range(clerk.chance.randint(0, 2)):
        clerk.does("pause", administrator, f"{path}/pause", {})
        clerk.does("resume", administrator, f"{path}/resume", {})
    if clerk.chance.random() < 0.5:
        clerk.does("withdraw", administrator, f"{path}/withdraw", {})


def list_a_city(clerk: Clerk) -> None:
    """A city abroad from the form to the map, and perhaps off it again."""
    place = clerk.driver.world.place(is_abroad=True)
    form = {
        "geoname_id": place.geoname_id,
        "contact_name": "Mari Tamm",
        "contact_email": f"{place.geoname_id}@example.org",
        "profile": {"seeks": "A university city", "themes": ["education"]},
    }
    listing = clerk.does("submit", STAFF, f"{INTAKE}/listings", form)["id"]
    path = f"{INTAKE}/listings/{listing}"
    for proof in (CALL_BACK, LETTER):
        clerk.does(f"proof_{proof['kind']}", STAFF, f"{path}/proofs", proof)
    clerk.does("list", STAFF, f"{path}/list", {})
    if clerk.chance.random() < 0.3:
        official = Caller(f"official-{listing}", Role.FOREIGN_OFFICIAL, listing_id=UUID(listing))
        clerk.does("withdraw_listing", official, f"{path}/withdraw", {})


def take_a_case_on(clerk: Clerk) -> None:
    """From the Yes to the hand-over: debrief, three cities abroad, a letter to one of them, its answer."""
    administrator, _ = a_member(clerk)
    wish = {"community_id": str(administrator.community_id), "preferences": {"themes": ["sports"]}}
    case = clerk.does("yes", administrator, f"{INTAKE}/cases", wish)["id"]
    today = datetime.now(UTC).date().isoformat()
    debriefed = {"held_on": today, "preferences": {"themes": ["sports"]}}
    clerk.does("debrief", STAFF, f"{INTAKE}/cases/{case}/debrief/complete", debriefed)
    cities = [clerk.driver.world.place(is_abroad=True) for _ in range(3)]
    choose(clerk, administrator, case, cities)
    pair = uuid5(UUID(case), str(community_id(cities[0].geoname_id)))
    write(clerk, f"{OUTREACH}/pairs/{pair}", pair, cities[0])
    hand_over(clerk, f"{OUTREACH}/pairs/{pair}", cities[0], today)


def choose(clerk: Clerk, administrator: Caller, case: str, cities: Sequence[Place]) -> None:
    path = f"{MATCHING}/cases/{case}"
    clerk.waits_for(STAFF, path, state="debriefed")
    for city in cities:
        prospect = {"geoname_id": city.geoname_id, "note": "fits"}
        clerk.does("prospect", STAFF, f"{path}/prospects", prospect)
    clerk.does("propose", STAFF, f"{path}/propose", {})
    chosen = {"geoname_ids": [city.geoname_id for city in cities]}
    clerk.does("shortlist", administrator, f"{path}/shortlist", chosen)


def write(clerk: Clerk, path: str, pair: UUID, city: Place) -> None:
    """A letter through an association, which joins the registry first."""
    association = {
        "channel": CHANNEL,
        "country": city.country,
        "name": f"Association for {city.name}",
        "email": f"association-{city.geoname_id}@example.org",
    }
    contact = clerk.does("contact", STAFF, f"{OUTREACH}/contacts", association)["id"]
    clerk.waits_for(STAFF, path)
    letter = {"subject": "A sister city", "body": "We would like to get to know you."}
    thread = {"channel": CHANNEL, "contact_id": contact, "letter": letter}
    clerk.does("write", STAFF, f"{path}/threads", thread)
    answered = f"{path}/threads/{uuid5(pair, f'{CHANNEL}/{contact}')}/reply"
    clerk.does("reply", STAFF, answered, {"summary": "They will ask."})


def hand_over(clerk: Clerk, path: str, city: Place, today: str) -> None:
    email = f"{city.geoname_id}@example.org"
    found = {"name": "Mari Tamm", "email": email, "proof": "call_back"}
    starts_at = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("find_contact", "contact", found),
        ("interest", "interest", {"interest": "yes"}),
        ("introduce", "introduction", {"starts_at": starts_at, "is_agreed": True}),
        ("meet", "introduction/held", {"held_on": today}),
        ("hand_over", "hand-over", {"handed_over_on": today}),
    )
    for op, step, form in steps:
        clerk.does(op, STAFF, f"{path}/{step}", form)
