"""Whose cases and pairs are: people of staff alone, and nobody's once they leave."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from tests.clients import Client, Clients, eventually
from tests.intake.people import INTAKE, colleague
from tests.outreach.pairs import OUTREACH, a_pair

Leaves = Callable[[Clients, Client], None]
NOT_ON_STAFF = "/problems/not-on-staff"


def an_operator(clients: Clients) -> str:
    form = {"name": "Olu Ade", "email": f"{uuid4()}@example.org", "role": "operator"}
    return str(clients.operator().does(f"{INTAKE}/staff", form)["person_id"])


def dismisses(clients: Clients, person: Client) -> None:
    answer = clients.operator().post(f"{INTAKE}/staff/{person.caller.subject}/dismiss")
    assert answer.is_success, answer.text


def forgets(clients: Clients, person: Client) -> None:
    clients.staff().does(f"{INTAKE}/people/{person.caller.subject}/erase", {})


def test_cases_and_pairs_belong_to_people_of_staff_alone(clients: Clients) -> None:
    """An operator, a number that nobody has, a name from elsewhere and whoever left can have neither."""
    pair, staff, left = a_pair(clients), clients.staff(), colleague(clients)
    dismisses(clients, left)
    for staff_id in (an_operator(clients), str(uuid4()), "staff", "staff-1", left.caller.subject):
        for path in (f"{INTAKE}/cases/{pair.case}", pair.path):
            refusal = staff.is_refused(f"{path}/assign", {"staff_id": staff_id})
            assert refusal["type"] == NOT_ON_STAFF
            assert "GET /api/intake/v1/staff" in refusal["next_step"]
    assert staff.reads(f"{INTAKE}/cases/{pair.case}")["owner"] == "staff"
    assert pair.now()["owner"] is None


@pytest.mark.parametrize("leaves", [dismisses, forgets])
def test_what_belonged_to_somebody_who_left_is_nobodys(clients: Clients, leaves: Leaves) -> None:
    """Dismissed or forgotten: it stands among what nobody has; a pair of a colleague's case goes with that."""
    dana, kim, staff = colleague(clients), colleague(clients, "Kim Roe"), clients.staff()
    own, others = a_pair(clients), a_pair(clients)
    staff.does(f"{INTAKE}/cases/{own.case}/assign", {"staff_id": dana.caller.subject})
    staff.does(f"{INTAKE}/cases/{others.case}/assign", {"staff_id": kim.caller.subject})
    others.does("assign", {"staff_id": dana.caller.subject})
    assert eventually(lambda: own.now()["owner"] == dana.caller.subject)
    leaves(clients, dana)
    assert staff.reads(f"{INTAKE}/cases/{own.case}")["owner"] == "staff"
    assert eventually(lambda: own.now()["owner"] is None)
    assert eventually(lambda: others.now()["owner"] == kim.caller.subject)
    unowned = staff.reads(f"{OUTREACH}/pairs", is_unowned=True, case_id=own.case)["items"]
    assert [UUID(each["pair_id"]) for each in unowned] == [own.id]
    nobodys = eventually(
        lambda: staff.reads(
            "/api/directory/v1/cases", assigned="nobody", community_id=str(own.member.id)
        )["items"]
    )
    assert [each["case_id"] for each in nobodys] == [own.case]
    staff.does(f"{INTAKE}/cases/{own.case}/assign", {"staff_id": kim.caller.subject})
    assert eventually(lambda: own.now()["owner"] == kim.caller.subject)
