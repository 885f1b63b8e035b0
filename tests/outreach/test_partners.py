"""From what is learned of a city to the signatures: introduction, hand-over, recognition, what comes after."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from deploy.local.platform import Platform
from shared.context import Role
from tests.clients import Clients, eventually, today
from tests.intake.people import INTAKE, desk_of, mail_to
from tests.outreach.pairs import (
    AGREEMENT,
    MAYOR,
    OUTREACH,
    TalksWith,
    a_pair,
    days_ago,
    the_service,
)


def test_b10_three_results_are_recorded_each_of_its_own(clients: Clients) -> None:
    """B10: the appropriate contact, the interest, and how sister cities are managed there; each can be corrected."""
    pair = a_pair(clients)
    pair.does("interest", {"interest": "later"})
    assert pair.now()["waits_for"]["step"] == "ask_again"
    pair.does("contact", {"name": "H. Sato", "email": "sato@city.example.org", "office": "Desk"})
    pair.does("contact", {"name": "Haruka Sato", "email": "sato@city.example.org"})
    pair.does("governance", {"decided_by": "council", "note": "The council meets twice a year."})
    pair.does("interest", {"interest": "yes"})
    shown = pair.now()
    assert shown["contact"]["name"] == "Haruka Sato"
    assert shown["interest"] == "yes"
    assert shown["governance"]["decided_by"] == "council"
    assert shown["governance_notes"] == ["The council meets twice a year."]


def test_an_introduction_needs_proof_that_the_other_side_is_real(clients: Clients) -> None:
    """A contact that nobody has answered for is not introduced; a proof lifts that."""
    pair = a_pair(clients)
    pair.writes(channel="city_office")
    contact = {"name": "Haruka Sato", "email": "sato@example.org"}
    pair.does("contact", contact)
    pair.does("interest", {"interest": "yes"})
    form = {"starts_at": days_ago(-7), "is_agreed": True}
    told = pair.staff.is_refused(f"{pair.path}/introduction", form)
    assert told["type"] == "/problems/contact-not-proven"
    pair.does("contact", contact | {"proof": "call_back"})
    pair.does("introduction", form)


def test_b11_after_the_hand_over_the_member_writes(clients: Clients) -> None:
    """B11: staff set up the conversation; after the hand-over, which has a date, only the member writes."""
    pair = a_pair(clients)
    assert pair.staff.is_refused(f"{pair.path}/hand-over", {"handed_over_on": today()})["detail"]
    pair.is_handed_over()
    shown = pair.now(pair.member.administrator)
    assert shown["days"]["handed_over"] == today()
    assert shown["waits_for"] == {
        "step": "write_invitation",
        "holder": "member",
        "due_on": shown["waits_for"]["due_on"],
    }
    assert shown["contact"]["name"] == "Haruka Sato"
    told = pair.staff.is_refused(f"{pair.path}/threads", {"channel": "us_embassy"})
    assert told["type"] == "/problems/member-writes-now"
    mail = mail_to(clients, pair.member.email, "waits for your letter")
    assert desk_of(mail["Reply-To"]) == "partnerships@sister-cities.org"


def test_b14_the_contact_is_shown_to_nobody_but_staff_before_the_hand_over(
    clients: Clients,
) -> None:
    """B14: the foreign contact is staff's until the hand-over, and never another member's or the public's."""
    pair = a_pair(clients)
    pair.becomes_interested()
    shown = pair.now(pair.member.administrator)
    assert shown["contact"] is None
    assert shown["threads"][0]["replies"][0]["summary"] == ""
    assert pair.now()["threads"][0]["replies"][0]["summary"]
    another = clients.who(Role.ADMINISTRATOR, community_id=UUID(int=7))
    assert another.get(pair.path).json()["type"] == "/problems/not-yours"
    assert clients.public().get(pair.path).status_code == 401


def test_silence_after_the_hand_over_asks_the_member(clients: Clients, platform: Platform) -> None:
    """Thirty days without news after the hand-over: the administrator is asked by mail, once, then staff call."""
    pair, outreach = a_pair(clients), the_service(platform)
    pair.is_handed_over()
    in_a_month = datetime.now(UTC) + timedelta(days=36)
    for _ in range(2):
        outreach.on_deadline("member_silent", pair.id, in_a_month)
    mail_to(clients, pair.member.email, "How is it going")
    assert pair.now()["waits_for"]["step"] == "call_member"
    pair.does("member-call")
    pair.does("invitation", {"sent_on": today()})
    # The member's news, recorded now, are older than the question in this test's time to come.
    assert pair.now()["state"] == "invited"


def sign(pair: TalksWith, **changes: Any) -> dict[str, Any]:
    return pair.member.administrator.is_refused(f"{pair.path}/partnership", AGREEMENT | changes)


def test_a_partnership_is_recognised_under_the_rules(clients: Clients) -> None:
    """Highest officials, an endorsed link, a council resolution: what is not met is said in a sentence."""
    pair, deputy = a_pair(clients), MAYOR | {"office": "Deputy", "is_highest_official": False}
    pair.is_handed_over()
    assert sign(pair)["type"] == "/problems/no-council-resolution"
    admin = pair.member.administrator
    admin.does(f"{pair.path}/invitation", {"sent_on": today()})
    admin.does(f"{pair.path}/letter-of-intent", {"signed_on": today()})
    admin.does(f"{pair.path}/council-resolution", {"adopted_on": today()})
    assert sign(pair, us_signatory=deputy)["type"] == "/problems/us-signature-not-highest"
    assert sign(pair, foreign_signatory=deputy)["type"] == "/problems/foreign-signature-not-highest"
    assert sign(pair, endorses_link=False)["type"] == "/problems/link-not-endorsed"
    read = pair.now()["version"]
    assert pair.staff.get(pair.path).headers["etag"] == f'"{read}"'
    stale = admin.post(f"{pair.path}/partnership", AGREEMENT, if_match=read - 1)
    assert stale.status_code == 412
    formed = admin.post(f"{pair.path}/partnership", AGREEMENT, if_match=read).json()
    both = pair.member.place.community_id, str(pair.city.community_id)
    assert formed["id"] == str(uuid5(*both)) == pair.now()["partnership_id"]
    assert pair.now()["state"] == "partnered"
    case = f"{INTAKE}/cases/{pair.case}"
    assert eventually(lambda: pair.staff.reads(case)["state"] == "closed")


def test_a_friendship_leaves_the_search_open(clients: Clients) -> None:
    """A friendship is a stepping stone: no resolution, and the search goes on until a sister city agreement."""
    pair = a_pair(clients)
    pair.is_handed_over()
    formed = pair.does("partnership", AGREEMENT | {"kind": "friendship"})
    path = f"{OUTREACH}/partnerships/{formed['id']}"
    assert pair.staff.reads(path)["kind"] == "friendship"
    assert pair.now()["waits_for"]["step"] != "none"
    told = pair.staff.is_refused(f"{pair.path}/partnership", AGREEMENT | {"ends_search": False})
    assert told["type"] == "/problems/sister-city-ends-search"
    pair.does("council-resolution", {"adopted_on": today()})
    pair.does("partnership", AGREEMENT)
    assert pair.staff.reads(path)["kind"] == "sister"


def test_a_partnership_is_corrected_checked_on_and_ended(
    clients: Clients, platform: Platform
) -> None:
    """All that is told of it can be corrected; after 6 and 12 months staff ask how it goes, until it has ended."""
    pair, outreach = a_pair(clients), the_service(platform)
    pair.is_handed_over()
    pair.does("council-resolution", {"adopted_on": today()})
    formed = UUID(pair.does("partnership", AGREEMENT)["id"])
    for months, days in ((6, 190), (12, 380)):
        then = datetime.now(UTC) + timedelta(days=days)
        outreach.on_deadline("check_in", formed, then)
        mail_to(clients, pair.member.email, f"{months} months with")
    path = f"{OUTREACH}/partnerships/{formed}"
    staff = pair.staff
    right = {"kind": "project", "signed_on": "2025-05-14"}
    staff.does(f"{path}/correct", right)
    assert staff.is_refused(f"{path}/correct", right)["type"] == "/problems/recorded-already"
    told = staff.is_refused(f"{path}/correct", {"year": 2024})
    assert told["type"] == "/problems/year-and-day-disagree"
    staff.does(f"{path}/end", {"ended_on": today(), "reason": "Both agreed."})
    shown = staff.reads(path)
    assert (shown["kind"], shown["year"], shown["is_active"]) == ("project", 2025, False)
    assert staff.is_refused(f"{path}/end")["type"] == "/problems/partnership-has-ended"
    kinds = outreach.rows("SELECT kind FROM deadlines WHERE subject_id = %(id)s", id=formed)
    assert kinds == []
    staff.does(f"{path}/correct", {"is_active": True})
    shown = staff.reads(path)
    assert (shown["is_active"], shown["ended_on"]) == (True, None)


def test_who_signed_is_shown_to_staff_and_can_be_forgotten(
    clients: Clients, platform: Platform
) -> None:
    """Names of signatories and the reason of an end are staff's to read; a name is erased under its own id."""
    pair = a_pair(clients)
    pair.is_handed_over()
    formed = pair.does("partnership", AGREEMENT | {"kind": "friendship"})
    path = f"{OUTREACH}/partnerships/{formed['id']}"
    pair.staff.does(f"{path}/end", {"reason": "Both agreed."})
    shown = pair.staff.reads(path)
    assert shown["end_reasons"] == ["Both agreed."]
    assert [(each["side"], each["name"]) for each in shown["signatories"]] == [
        ("us", "Ann Lee"),
        ("foreign", "Ann Lee"),
    ]
    others = pair.member.administrator.reads(path)
    assert others["signatories"] == others["end_reasons"] == []
    for _ in range(2):
        person_id = UUID(shown["signatories"][0]["person_id"])
        the_service(platform).forget_person(person_id, datetime.now(UTC))
    names = [each["name"] for each in pair.staff.reads(path)["signatories"]]
    assert names == ["", "Ann Lee"]


def test_b12_documents_are_issued_in_versions(clients: Clients) -> None:
    """B12: which document went to the member, and in which version, is on record."""
    pair = a_pair(clients)
    for _ in range(2):
        pair.member.administrator.does(f"{pair.path}/documents", {"kind": "invitation"})
    assert pair.now()["documents"] == {"invitation": 2}


def test_the_list_of_pairs_is_read_page_by_page(clients: Clients) -> None:
    """What is due first comes first; every pair is shown once over the pages."""
    opened = {str(a_pair(clients).id) for _ in range(3)}
    staff, seen, cursor = clients.staff(), [], None
    while True:
        page = staff.reads(f"{OUTREACH}/pairs", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["pair_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert opened <= set(seen)
