"""The searches of the season: each is taken through the same steps, and stops where its story says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from cli.season_places import City
from cli.season_stage import (
    INTAKE,
    MATCHING,
    OUTREACH,
    STAFF,
    Stage,
    address,
    administrator,
    committee,
    profile,
    soon,
)
from shared.values import community_id

DEBRIEF_MINUTES, INTRODUCTION_MINUTES = 45, 60


@dataclass
class Search:
    """One member's search; `abroad` are the cities that staff will propose, the first of them the most hopeful."""

    stage: Stage
    number: int
    member: City
    abroad: tuple[City, ...]
    case_id: str = ""
    pair: str = ""
    partnership: str = ""

    @property
    def administrator(self) -> Any:
        return administrator(self.member)

    def staff_do(self, path: str, form: dict[str, Any] | None = None) -> str:
        return self.stage.does(STAFF, path, form)

    def on_pair(self, path: str, form: dict[str, Any]) -> str:
        return self.staff_do(f"{OUTREACH}/pairs/{self.pair}/{path}", form)

    def wants(self) -> dict[str, Any]:
        """The answers to the optional questions: now and then none."""
        if self.number % 5 == 4:
            return {}
        return {
            "countries": sorted({city.region for city in self.abroad[:3]}),
            "themes": profile(self.number, self.member)["themes"],
        }


def say_yes(search: Search) -> None:
    form = {
        "community_id": str(community_id(search.member.geoname_id)),
        "preferences": search.wants(),
        "is_shown_publicly": search.number % 3 != 2,
    }
    search.case_id = search.stage.does(search.administrator, f"{INTAKE}/cases", form)


def name_cities(search: Search) -> None:
    """Says Yes with cities in mind, which go straight to outreach (B8)."""
    form = {
        "community_id": str(community_id(search.member.geoname_id)),
        "named_cities": [city.geoname_id for city in search.abroad[:2]],
        "is_shown_publicly": True,
    }
    search.case_id = search.stage.does(search.administrator, f"{INTAKE}/cases", form)


def find_imported(search: Search) -> None:
    """The search came with the import of the past; intake knows its number."""
    search.case_id = search.stage.cases[str(community_id(search.member.geoname_id))]


def assign(search: Search) -> None:
    staff_id = search.stage.appoint(("Ana", "Ben", "Cleo")[search.number % 3])
    search.staff_do(f"{INTAKE}/cases/{search.case_id}/assign", {"staff_id": staff_id})


def schedule(search: Search) -> None:
    names = ("administrator", "mayor", "librarian")[: 2 + search.number % 2]
    attendees = [
        {
            "name": f"{name.capitalize()} of {search.member.name}",
            "email": address(name, search.member),
        }
        for name in names
    ]
    starts_at = search.stage.at_work(6 + search.number % 12, search.member, None, DEBRIEF_MINUTES)
    search.stage.does(
        search.administrator,
        f"{INTAKE}/cases/{search.case_id}/debrief/schedule",
        {"starts_at": starts_at, "attendees": attendees},
    )


def complete(search: Search) -> None:
    search.staff_do(
        f"{INTAKE}/cases/{search.case_id}/debrief/complete",
        {
            "held_on": search.stage.day(0),
            "preferences": search.wants(),
            "profile": profile(search.number, search.member),
            "demographics": "Invented for the demonstration season.",
            "notes": "Invented for the demonstration season.",
        },
    )


def research(search: Search) -> None:
    for city in search.abroad:
        note = f"{city.name} fits: {profile(city.geoname_id, city)['seeks']}"
        search.stage.does_soon(
            STAFF,
            f"{MATCHING}/cases/{search.case_id}/prospects",
            {"geoname_id": city.geoname_id, "note": note, "is_shown_to_member": True},
        )


def propose(search: Search) -> None:
    search.staff_do(f"{MATCHING}/cases/{search.case_id}/propose")


def vote(search: Search) -> None:
    for rank, city in enumerate(search.abroad):
        for voter in (search.administrator, committee(search.member)):
            is_for = rank < 3 or (rank + len(voter.subject)) % 2 == 0
            form = {
                "geoname_id": city.geoname_id,
                "vote": "for" if is_for else "against",
                "comment": f"Our schools would like {city.name}." if rank == 0 else "",
            }
            search.stage.does(voter, f"{MATCHING}/cases/{search.case_id}/votes", form)


def choose(search: Search) -> None:
    count = 3 + search.number % 3
    chosen = [city.geoname_id for city in search.abroad[:count]]
    search.stage.does(
        search.administrator,
        f"{MATCHING}/cases/{search.case_id}/shortlist",
        {"geoname_ids": chosen},
    )


def find_pair(search: Search) -> None:
    """The pair of the most hopeful city; its id follows from case and city, and outreach opens it by itself."""
    of = community_id(search.abroad[0].geoname_id)
    search.pair = str(uuid5(UUID(search.case_id), str(of)))
    soon(lambda: search.stage.reads(STAFF, f"{OUTREACH}/pairs/{search.pair}"))


CHANNELS = ("foreign_consulate", "us_embassy", "municipal_association", "city_office")


def write(search: Search) -> None:
    """Two channels at once; the older letters have been silent for a while."""
    find_pair(search)
    for offset in range(2):
        channel = CHANNELS[(search.number + offset) % len(CHANNELS)]
        contacted_at = search.stage.moment(-(5 + 9 * (search.number % 4) + offset))
        search.on_pair("threads", {"channel": channel, "contacted_at": contacted_at})


def hear_back(search: Search) -> None:
    thread = search.stage.reads(STAFF, f"{OUTREACH}/pairs/{search.pair}")["threads"][0]
    received_at = search.stage.moment(-3)
    search.on_pair(
        f"threads/{thread['thread_id']}/reply",
        {"received_at": received_at, "summary": "Invented for the demonstration season."},
    )
    city = search.abroad[0]
    search.on_pair(
        "contact",
        {
            "name": f"International office of {city.name}",
            "office": "International office",
            "email": address("office", city),
            "language": city.language,
            "proof": "call_back",
        },
    )


def gauge(search: Search) -> None:
    search.on_pair("interest", {"interest": "yes"})
    search.on_pair(
        "governance", {"decided_by": "council", "needs_national_approval": False, "note": ""}
    )


def hear_later(search: Search) -> None:
    """The city has an election before it."""
    search.on_pair("interest", {"interest": "later"})


def hear_no(search: Search) -> None:
    search.on_pair("interest", {"interest": "no"})


def decline(search: Search) -> None:
    """The second city says no; the case goes on with the others."""
    of = community_id(search.abroad[1].geoname_id)
    pair = str(uuid5(UUID(search.case_id), str(of)))
    search.staff_do(f"{OUTREACH}/pairs/{pair}/fail", {"reason": "declined"})


def introduce(search: Search) -> None:
    first_day = 4 + search.number % 9
    starts_at = search.stage.at_work(
        first_day, search.member, search.abroad[0], INTRODUCTION_MINUTES
    )
    search.on_pair("introduction", {"starts_at": starts_at})


def meet(search: Search) -> None:
    """They spoke already: nobody is asked to come any more."""
    search.on_pair("introduction", {"starts_at": f"{search.stage.day(0)}T00:00:00Z"})
    search.on_pair("introduction/held", {"held_on": search.stage.day(0)})


def hand_over(search: Search) -> None:
    search.on_pair("hand-over", {"handed_over_on": search.stage.day(0)})


def invite(search: Search) -> None:
    search.on_pair("invitation", {"sent_on": search.stage.day(0)})


def intend(search: Search) -> None:
    search.on_pair("letter-of-intent", {"signed_on": search.stage.day(0)})


def resolve(search: Search) -> None:
    search.on_pair("council-resolution", {"adopted_on": search.stage.day(0)})


def sign(search: Search) -> None:
    search.partnership = search.on_pair("partnership", agreement(search) | {"kind": "sister"})


def befriend(search: Search) -> None:
    """A friendship agreement is a stepping stone: the search goes on."""
    search.on_pair("partnership", agreement(search) | {"kind": "friendship", "ends_search": False})


def agreement(search: Search) -> dict[str, Any]:
    return {
        "signed_on": search.stage.day(0),
        "us_signatory": signatory(search.member),
        "foreign_signatory": signatory(search.abroad[0]),
        "endorses_link": True,
    }


def part(search: Search) -> None:
    """A partnership may end, too."""
    search.staff_do(
        f"{OUTREACH}/partnerships/{search.partnership}/end",
        {"ended_on": search.stage.day(0), "reason": "Invented for the demonstration season."},
    )


def signatory(city: City) -> dict[str, Any]:
    return {"name": f"Mayor of {city.name} (demo)", "office": "Mayor", "is_highest_official": True}


def pause(search: Search) -> None:
    search.stage.does(
        search.administrator,
        f"{INTAKE}/cases/{search.case_id}/pause",
        {"until": search.stage.day(60)},
    )


def withdraw(search: Search) -> None:
    search.stage.does(search.administrator, f"{INTAKE}/cases/{search.case_id}/withdraw")


def close(search: Search) -> None:
    search.staff_do(f"{INTAKE}/cases/{search.case_id}/close", {"reason": "no_match"})


def exhaust(search: Search) -> None:
    """Nobody is left to propose: staff and member decide whether to widen the search."""
    search.staff_do(f"{MATCHING}/cases/{search.case_id}/exhausted")


def resume(search: Search) -> None:
    search.stage.does(search.administrator, f"{INTAKE}/cases/{search.case_id}/resume")


def amend(search: Search) -> None:
    """The member's wishes grew with the debrief in sight."""
    search.stage.does(
        search.administrator,
        f"{INTAKE}/cases/{search.case_id}/answers",
        {"preferences": search.wants() | {"continents": ["EU", "AS"]}},
    )


def log_work(search: Search) -> None:
    """What is done locally is what works best (B19)."""
    search.stage.does(
        search.administrator,
        f"{INTAKE}/cases/{search.case_id}/local-work",
        {
            "kind": "meeting",
            "happened_on": search.stage.day(-2),
            "text": "Met the honorary consul.",
        },
    )


def bounce(search: Search) -> None:
    threads = search.stage.reads(STAFF, f"{OUTREACH}/pairs/{search.pair}")["threads"]
    search.on_pair(f"threads/{threads[-1]['thread_id']}/bounce", {})


def issue(search: Search) -> None:
    search.on_pair("documents", {"kind": "invitation"})


def reopen(search: Search) -> None:
    """The member wishes to choose again."""
    search.staff_do(f"{MATCHING}/cases/{search.case_id}/reopen")


def show_interest(search: Search) -> None:
    """The member saw a listed city on the map (B14)."""
    listing = search.stage.listings[str(community_id(search.abroad[0].geoname_id))]
    path, form = f"{MATCHING}/interests", {"listing_id": listing}
    search.stage.does_soon(search.administrator, path, form)
    find_pair(search)


Step = Callable[[Search], None]
ASKED: tuple[Step, ...] = (say_yes, assign)
PLANNED: tuple[Step, ...] = (*ASKED, amend, schedule)
DEBRIEFED: tuple[Step, ...] = (*ASKED, complete)
IMPORTED: tuple[Step, ...] = (find_imported, assign)
PROPOSED: tuple[Step, ...] = (*IMPORTED, research, propose, vote)
CHOSEN: tuple[Step, ...] = (*PROPOSED, choose, find_pair)
WRITTEN: tuple[Step, ...] = (*CHOSEN, write)
ANSWERED: tuple[Step, ...] = (*WRITTEN, hear_back, gauge, decline)
INTRODUCED: tuple[Step, ...] = (*ANSWERED, introduce)
MET: tuple[Step, ...] = (*ANSWERED, meet)
HANDED_OVER: tuple[Step, ...] = (*MET, hand_over)
INVITED: tuple[Step, ...] = (*HANDED_OVER, log_work, issue, invite)
INTENDED: tuple[Step, ...] = (*INVITED, intend)
RESOLVED: tuple[Step, ...] = (*INTENDED, resolve)
SIGNED: tuple[Step, ...] = (*RESOLVED, sign)

STORIES: tuple[tuple[Step, ...], ...] = (
    *[ASKED] * 3,
    *[PLANNED] * 3,
    *[DEBRIEFED] * 2,
    (name_cities, assign),
    (name_cities, assign, find_pair, write),
    (*ASKED, show_interest),
    (*ASKED, show_interest, write, hear_back, gauge),
    (*ASKED, withdraw),
    (*IMPORTED, research),
    *[PROPOSED] * 4,
    CHOSEN,
    (*CHOSEN, reopen),
    *[WRITTEN] * 2,
    (*WRITTEN, bounce),
    (*WRITTEN, pause, resume),
    *[ANSWERED] * 2,
    *[INTRODUCED] * 2,
    MET,
    HANDED_OVER,
    INVITED,
    INTENDED,
    RESOLVED,
    *[SIGNED] * 3,
    (*WRITTEN, pause),
    (*PROPOSED, close),
    (*PROPOSED, exhaust),
    (*WRITTEN, hear_back, hear_later),
    (*WRITTEN, hear_back, hear_no),
    (*INTENDED, befriend),
    (*SIGNED, part),
)
"""One for each member that searches, in the order of MEMBERS."""
