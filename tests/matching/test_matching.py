"""Rules about the listed cities, prospects, votes, the shortlist and interest, through HTTP."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from deploy.local.platform import Platform
from shared.context import Role
from shared.values import Lane
from tests.clients import Client, Clients, eventually
from tests.intake.people import DEBRIEF, INTAKE, Member, a_listed_city, a_member, a_place
from tests.matching.histories import PEORIA, PROPOSED

MATCHING, OUTREACH = "/api/matching/v1", "/api/outreach/v1"
IDS = [city.geoname_id for city in PROPOSED]


@dataclass
class Search:
    """A search of a member, with the people who work on it."""

    member: Member
    id: str
    staff: Client

    @property
    def path(self) -> str:
        return f"{MATCHING}/cases/{self.id}"

    def now(self, reader: Client | None = None) -> dict[str, Any]:
        case: dict[str, Any] = (reader or self.staff).reads(self.path)
        return case

    def becomes(self, state: str) -> dict[str, Any]:
        """The case, once it has come to that state."""
        case = eventually(lambda: self.now() if self.now()["state"] == state else None)
        assert case, f"still {self.now()['state']}"
        return dict(case)

    def debriefed(self) -> "Search":
        held = {**DEBRIEF, "held_on": f"{datetime.now(UTC).date()}"}
        self.staff.does(f"{INTAKE}/cases/{self.id}/debrief/complete", held)
        self.becomes("debriefed")
        return self

    def proposed(self, **form: Any) -> "Search":
        self.debriefed()
        for geoname_id in IDS:
            self.staff.does(f"{self.path}/prospects", {"geoname_id": geoname_id})
        self.staff.does(f"{self.path}/propose", form)
        return self

    def choose(self, ids: list[int]) -> dict[str, Any]:
        return self.member.administrator.does(f"{self.path}/shortlist", {"geoname_ids": ids})


def a_search(clients: Clients, **answers: Any) -> Search:
    member = a_member(clients)
    search = Search(member, member.says_yes(**answers), clients.staff())
    search.becomes("requested")
    return search


@pytest.fixture
def store(platform: Platform) -> Iterator[psycopg.Connection[Any]]:
    """Matching's own store, to see what was recorded together."""
    with psycopg.connect(platform.postgres_dsn("matching", "postgres"), autocommit=True) as store:
        yield store


def listing_ids(case: dict[str, Any]) -> list[str]:
    return [city["listing_id"] for city in case["listed"]]


def test_listed_cities_are_looked_at_when_the_member_says_yes(
    clients: Clients, store: psycopg.Connection[Any]
) -> None:
    """B7: the look at the listed cities is recorded with the request itself, before any debrief."""
    city = a_listed_city(clients)
    eventually(
        lambda: store.execute(
            "SELECT 1 FROM listed_cities WHERE listing_id = %s", [city.id]
        ).fetchone()
    )
    search = a_search(clients, preferences={"countries": [city.place.country]})
    assert city.id in listing_ids(search.now())
    together = store.execute(
        "SELECT topic, xmin FROM events WHERE originator_id = %s ORDER BY originator_version",
        [search.id],
    ).fetchall()
    topics, transactions = zip(*together, strict=True)
    assert [topic.rpartition(".")[2] for topic in topics] == [
        "ResearchFileOpened",
        "ListedCitiesReviewed",
    ]
    assert len(set(transactions)) == 1


def test_a_city_listed_later_is_looked_at_for_the_searches_that_it_fits(clients: Clients) -> None:
    """B7: a new listing is looked at for open searches that seek there, and for no others."""
    elsewhere = a_search(clients, preferences={"countries": ["TV"]})
    anywhere = a_search(clients)
    city = a_listed_city(clients)
    assert eventually(lambda: city.id in listing_ids(anywhere.now()))
    assert city.id not in listing_ids(elsewhere.now())


def test_the_listed_cities_stay_a_tier_of_their_own(clients: Clients) -> None:
    """B7: a listed city stands first and apart, never in the ranking of the others; no U.S. city is in either."""
    search = a_search(clients)
    city = a_listed_city(clients)
    eventually(lambda: city.id in listing_ids(search.now()))
    tiers = search.staff.reads(f"{search.path}/candidates", country=city.place.country, limit=200)
    assert city.id in [found["listing_id"] for found in tiers["listed"]]
    others = [found["place"] for found in tiers["others"]]
    assert city.place.geoname_id not in [place["geoname_id"] for place in others]
    for home in ("US", "PR"):
        refused = search.staff.get(f"{search.path}/candidates", country=home)
        assert refused.json()["type"] == "/problems/unknown-country"
    everywhere = search.staff.reads(f"{search.path}/candidates")["others"]
    assert len(everywhere) == 25
    assert "US" not in {found["place"]["country"] for found in everywhere}
    assert all(found["explanation"]["suits_you"] for found in everywhere)
    (mine,) = [each for each in search.now()["listed"] if each["listing_id"] == city.id]
    assert mine["why"]
    assert 0 <= mine["score"] <= 1


def test_research_waits_for_the_debrief_but_notes_do_not(clients: Clients) -> None:
    """B7: before the debrief the listed cities can be annotated, and nothing can be proposed."""
    search = a_search(clients)
    city = a_listed_city(clients)
    eventually(lambda: city.id in listing_ids(search.now()))
    refusal = search.staff.is_refused(f"{search.path}/prospects", {"geoname_id": IDS[0]})
    assert refusal["type"] == "/problems/not-debriefed"
    assert search.staff.is_refused(f"{search.path}/propose")["type"] == "/problems/not-debriefed"
    note = {"note": "They called us in May."}
    search.staff.does(f"{search.path}/prospects/{city.place.geoname_id}/annotate", note)
    (found,) = [each for each in search.now()["listed"] if each["listing_id"] == city.id]
    assert [remark["text"] for remark in found["remarks"]] == [note["note"]]
    seen = search.now(search.member.administrator)
    (found,) = [each for each in seen["listed"] if each["listing_id"] == city.id]
    assert found["remarks"] == []


def test_named_cities_go_straight_to_outreach(
    clients: Clients, store: psycopg.Connection[Any]
) -> None:
    """B8: cities that the member names, at once or later, are worked on without a shortlist of 3-5."""
    first, second = a_place(is_abroad=True), a_place(is_abroad=True)
    search = a_search(clients, named_cities=[first.geoname_id])
    answers = {"named_cities": [first.geoname_id, second.geoname_id]}
    search.member.administrator.does(f"{INTAKE}/cases/{search.id}/answers", answers)
    assert eventually(lambda: len(search.now()["pairs"]) == 2)
    pairs = {pair["place"]["geoname_id"] for pair in search.now()["pairs"]}
    assert pairs == {first.geoname_id, second.geoname_id}
    assert search.now()["state"] == "requested"
    told = store.execute(
        "SELECT convert_from(state, 'utf8')::json ->> 'lane' FROM events"
        " WHERE originator_id = %s AND topic LIKE '%%.ShortlistSelected'",
        [search.id],
    ).fetchall()
    assert told == [(Lane.NAMED.value,), (Lane.NAMED.value,)]


def test_the_member_narrows_the_list_to_3_to_5_cities_abroad(clients: Clients) -> None:
    """B6: fewer, more, a repeat, a U.S. city and a city that was not proposed are refused; 3-5 are accepted once."""
    search = a_search(clients).proposed()
    administrator, path = search.member.administrator, f"{search.path}/shortlist"
    wrong = {
        "wrong-number-of-cities": [IDS[:2], IDS],
        "city-repeated": [[IDS[0], IDS[1], IDS[0]]],
        "not-abroad": [[IDS[0], IDS[1], PEORIA.geoname_id]],
        "not-proposed": [[IDS[0], IDS[1], a_place(is_abroad=True).geoname_id]],
        "no-such-place": [[IDS[0], IDS[1], 2**31]],
    }
    for problem, choices in wrong.items():
        for ids in choices:
            refusal = administrator.is_refused(path, {"geoname_ids": ids})
            assert refusal["type"] == f"/problems/{problem}"
            assert refusal["next_step"]
    assert administrator.post(path, {"geoname_ids": [10**30, *IDS[:2]]}).status_code == 422
    key, form = str(uuid4()), {"geoname_ids": IDS[:3]}
    first, again = (administrator.post(path, form, key=key) for _ in range(2))
    assert first.json() == again.json()
    case = search.now()
    assert case["state"] == "shortlisted"
    chosen = [each["place"]["geoname_id"] for each in case["prospects"] if each["is_shortlisted"]]
    assert chosen == IDS[:3]
    assert administrator.is_refused(path, form)["type"] == "/problems/shortlist-stands"
    search.staff.does(f"{search.path}/reopen")
    search.choose(IDS[1:5])
    assert search.now()["state"] == "shortlisted"


def test_votes_and_comments_are_counted_and_told_by_role(clients: Clients) -> None:
    """B6: administrator and committee vote and comment; each has one vote, and no name is shown."""
    search = a_search(clients).proposed()
    committee = clients.who(Role.COMMITTEE_MEMBER, community_id=search.member.id)
    for voter, vote in (
        (search.member.administrator, "for"),
        (committee, "for"),
        (committee, "against"),
    ):
        form = {"geoname_id": IDS[0], "vote": vote, "comment": f"I am {vote} it."}
        voter.does(f"{search.path}/votes", form)
    found = search.now(committee)["prospects"][0]
    assert (found["votes_for"], found["votes_against"], found["your_vote"]) == (1, 1, "against")
    said = [(remark["by"], remark["text"]) for remark in found["remarks"]]
    assert said == [
        ("administrator", "I am for it."),
        ("committee_member", "I am for it."),
        ("committee_member", "I am against it."),
    ]
    assert committee.caller.subject not in str(search.now())
    assert committee.post(f"{search.path}/shortlist", {"geoname_ids": IDS[:3]}).status_code == 403


def test_a_member_sees_its_own_case_and_no_other(clients: Clients) -> None:
    """Another city's administrator neither reads nor changes a case; what is not proposed yet is staff's."""
    search, other = a_search(clients).debriefed(), a_search(clients)
    stranger = other.member.administrator
    assert stranger.get(search.path).status_code == 403
    for path, form in (
        ("votes", {"geoname_id": IDS[0], "vote": "for"}),
        ("shortlist", {"geoname_ids": IDS[:3]}),
    ):
        refusal = stranger.is_refused(f"{search.path}/{path}", form)
        assert (refusal["status"], refusal["type"]) == (403, "/problems/not-yours")
    own = [each["case_id"] for each in stranger.reads(f"{MATCHING}/cases")["items"]]
    assert own == [other.id]
    search.staff.does(f"{search.path}/prospects", {"geoname_id": IDS[0], "note": "A maybe."})
    assert search.now(search.member.administrator)["prospects"] == []
    assert search.now()["prospects"][0]["remarks"][0]["text"] == "A maybe."
    assert search.now()["can_do"] == ["add_prospect", "mark_exhausted"]


def test_interest_in_a_listed_city(clients: Clients) -> None:
    """B14: a member with an open search says that it is interested; what is off the map is refused."""
    city, search = a_listed_city(clients), a_search(clients)
    administrator, form = search.member.administrator, {"listing_id": city.id}
    eventually(lambda: city.id in listing_ids(search.now()))
    assert administrator.does(f"{MATCHING}/interests", form)["id"] == search.id
    assert search.now()["pairs"][0]["place"]["geoname_id"] == city.place.geoname_id
    again = administrator.is_refused(f"{MATCHING}/interests", form)
    assert again["type"] == "/problems/already-in-outreach"
    unknown = administrator.is_refused(f"{MATCHING}/interests", {"listing_id": str(uuid4())})
    assert unknown["type"] == "/problems/not-on-the-map"
    without = a_member(clients).administrator.is_refused(f"{MATCHING}/interests", form)
    assert without["type"] == "/problems/no-open-search"


def test_a_lapsed_member_chooses_no_new_city(clients: Clients) -> None:
    """B3: once the dues have lapsed neither a shortlist nor interest is taken, and the refusal says how to renew."""
    city, search = a_listed_city(clients), a_search(clients).proposed()
    standing = f"{INTAKE}/communities/{search.member.id}/standing"
    search.staff.does(standing, {"paid_through": "2020-12-31"})
    administrator = search.member.administrator
    chosen: dict[str, Any] = {"geoname_ids": IDS[:3]}
    eventually(lambda: city.id in listing_ids(search.now()))
    eventually(
        lambda: (
            administrator.is_refused(f"{MATCHING}/interests", {"listing_id": city.id})["type"]
            == "/problems/not-in-good-standing"
        )
    )
    refusal = administrator.is_refused(f"{search.path}/shortlist", chosen)
    assert refusal["type"] == "/problems/not-in-good-standing"
    assert "Renew" in refusal["next_step"]
    search.staff.does(standing, {"paid_through": "2199-12-31"})
    assert eventually(lambda: administrator.post(f"{search.path}/shortlist", chosen).is_success)


def test_pause_resume_and_withdrawal_are_heard(clients: Clients) -> None:
    """A paused search takes no proposal, a resumed one does, a withdrawn one nothing more."""
    search = a_search(clients).proposed()
    case = f"{INTAKE}/cases/{search.id}"
    search.member.administrator.does(f"{case}/pause")
    search.becomes("paused")
    assert search.staff.is_refused(f"{search.path}/propose")["type"] == "/problems/search-paused"
    search.member.administrator.does(f"{case}/resume")
    search.becomes("proposed")
    search.staff.does(f"{search.path}/propose")
    search.member.administrator.does(f"{case}/withdraw")
    search.becomes("ended")
    assert search.staff.is_refused(f"{search.path}/propose")["type"] == "/problems/search-ended"


def _every_pair_fails(search: Search, count: int) -> None:
    """Outreach ends each pair of the case that is open."""

    def open_pairs() -> list[str]:
        page = search.staff.reads(f"{OUTREACH}/pairs", case_id=search.id)
        return [pair["pair_id"] for pair in page["items"] if pair["state"] != "failed"]

    assert eventually(lambda: len(open_pairs()) == count)
    for pair_id in open_pairs():
        search.staff.does(f"{OUTREACH}/pairs/{pair_id}/fail", {"reason": "declined"})


def test_failed_pairs_reopen_the_shortlist_and_then_exhaust_the_search(clients: Clients) -> None:
    """When the last pair fails, the member chooses among the rest; when nothing is left, staff widen the search."""
    search = a_search(clients).proposed()
    search.choose(IDS[:3])
    assert search.now()["waits_for"] is None, "outreach has it"
    _every_pair_fails(search, 3)
    case = search.becomes("reopened")
    assert case["waits_for"]["holder"] == "member"
    assert [pair["failed"] for pair in case["pairs"]] == ["declined"] * 3
    tried = {"geoname_ids": [IDS[0], IDS[3], IDS[4]]}
    refusal = search.member.administrator.is_refused(f"{search.path}/shortlist", tried)
    assert refusal["type"] == "/problems/already-tried"
    search.choose(IDS[3:])
    _every_pair_fails(search, 3)
    case = search.becomes("exhausted")
    assert case["waits_for"]["holder"] == "staff"
    assert _takes_of_the_candidates(search) == 3
    search.staff.does(f"{search.path}/propose")
    assert search.now()["state"] == "proposed"


def _takes_of_the_candidates(search: Search, wanted: int = 3) -> int:
    """Those that are free: a candidate may have found its partner in another search."""
    taken = 0
    for found in search.staff.reads(f"{search.path}/candidates", limit=50)["others"]:
        form = {"geoname_id": found["place"]["geoname_id"]}
        answer = search.staff.post(f"{search.path}/prospects", form)
        assert answer.is_success or answer.json()["type"] == "/problems/has-found-a-partner"
        taken += answer.is_success
        if taken == wanted:
            break
    return taken


def test_unanswered_prospects_are_overdue(clients: Clients) -> None:
    """A member that does not answer by the date is shown as overdue until it does."""
    soon = datetime.now(UTC) + timedelta(seconds=3)
    search = a_search(clients).debriefed()
    for geoname_id in IDS:
        search.staff.does(f"{search.path}/prospects", {"geoname_id": geoname_id})
    soon = datetime.now(UTC) + timedelta(seconds=1)
    search.staff.does(f"{search.path}/propose", {"answer_by": soon.isoformat()})
    assert eventually(lambda: search.now()["waits_for"]["is_overdue"])
    late = search.staff.reads(f"{MATCHING}/cases", overdue=True, limit=200)["items"]
    assert search.id in [each["case_id"] for each in late]
    search.choose(IDS[:3])
    assert search.now()["waits_for"] is None


def test_cases_come_in_pages(clients: Clients) -> None:
    """The list of cases gives each case once, whatever the size of a page."""
    searches = {a_search(clients).id for _ in range(3)}
    found: list[str] = []
    cursor: str | None = None
    while True:
        parameters = {"cursor": cursor} if cursor else {}
        page = clients.staff().reads(f"{MATCHING}/cases", limit=2, **parameters)
        found += [case["case_id"] for case in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(found) == len(set(found))
    assert searches <= set(found)
    exactly = clients.staff().reads(f"{MATCHING}/cases", limit=len(found))
    assert exactly["next_cursor"] is None
    beyond = ["9999-12-31T23:59:59.999999-23:59", str(uuid4())]
    for cursor in (str(uuid4()), urlsafe_b64encode(json.dumps(beyond).encode()).decode()):
        refusal = clients.staff().get(f"{MATCHING}/cases", cursor=cursor)
        assert refusal.json()["type"] == "/problems/cursor-not-ours"


def test_a_note_repeated_with_its_key_is_kept_once(clients: Clients) -> None:
    """A repeated request leaves one note, and one that expects an older version is refused."""
    search = a_search(clients).debriefed()
    form, key = {"geoname_id": IDS[0], "note": "Once."}, str(uuid4())
    first, again = (search.staff.post(f"{search.path}/prospects", form, key=key) for _ in range(2))
    assert first.json() == again.json()
    assert len(search.now()["prospects"][0]["remarks"]) == 1
    version = search.now()["version"]
    more = {"geoname_id": IDS[1]}
    stale = search.staff.post(f"{search.path}/prospects", more, if_match=version - 1)
    assert stale.status_code == 412
    assert search.staff.post(f"{search.path}/prospects", more, if_match=version).is_success
