"""Who may call what: the whole matrix of operations and roles, on the running services."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx

from shared.context import Role
from shared.values import community_id
from tests.clients import Client, Clients, eventually

MATRIX = Path(__file__).parent / "roles.txt"
SERVICES = ("intake", "matching", "outreach", "directory")
OWNERS = {"administrator", "committee_member", "foreign_official"}
# Northampton in Massachusetts says Yes and has Caen in mind; Bergen asks to be listed.
YES, NAMED, ASKS = 4945819, 3029241, 3161732
BEGINS_ANOTHER_LIFE = "/operations/lineage"
GOES_ON_FOR_MINUTES = "/events/live"
DOOR_SAYS_NO = {"/problems/not-signed-in", "/problems/not-allowed"}


def operations(clients: Clients) -> Iterator[tuple[str, str, list[str]]]:
    for service in SERVICES:
        document: dict[str, Any] = clients.public().reads(f"/api/{service}/openapi.json")
        for path, methods in sorted(document["paths"].items()):
            for method, operation in sorted(methods.items()):
                yield method.upper(), path, sorted(operation["x-roles"])


def test_who_may_call_each_operation_is_written_down(clients: Clients) -> None:
    """A change of who may call an operation is a deliberate one: it changes roles.txt too."""
    found = "".join(
        f"{method} {path}: {', '.join(roles)}\n" for method, path, roles in operations(clients)
    )
    assert found == MATRIX.read_text()


def test_the_door_lets_in_those_roles_and_no_others(clients: Clients) -> None:
    """Every operation, called by every role: refused at the door exactly where the operation does not name the role."""
    callers: dict[Role, Client] = {role: clients.who(role, str(uuid4())) for role in Role}
    callers[Role.PUBLIC] = clients.public()
    wrong = []
    for method, path, roles in operations(clients):
        filled = re.sub(
            r"\{[^}]*(source|kind)[^}]*\}", "intake", re.sub(r"\{[^}]*_id\}", str(uuid4()), path)
        )
        filled = re.sub(r"\{[^}]*\}", "1", filled)
        for role, caller in callers.items():
            if path.endswith((BEGINS_ANOTHER_LIFE, GOES_ON_FOR_MINUTES)) and role.value in roles:
                # The one would be done, and the service take no more changes; the other is read by tests/web/test_ops.
                continue
            answer = caller.get(filled) if method == "GET" else caller.post(filled)
            is_problem = answer.headers.get("content-type", "").startswith(
                "application/problem+json"
            )
            refused = is_problem and answer.json()["type"] in DOOR_SAYS_NO
            may = role.value in roles or Role.PUBLIC.value in roles
            if refused is may:
                wrong.append(
                    f"{method} {path} as {role.value}: {answer.status_code} {answer.text[:80]}"
                )
    assert wrong == []


def test_a_strange_token_is_none(clients: Clients) -> None:
    """Whatever a token says in whatever shape, one that is not ours signs nobody in."""
    headers: list[Any] = [{"alg": "EdDSA", "crit": 1}, {"alg": "none"}, {"alg": [1]}, [], 1, None]
    reads = (
        "intake/v1/listings",
        "matching/v1/cases",
        "outreach/v1/pairs",
        "directory/v1/listings",
    )
    for read in reads:
        for header in headers:
            told = urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
            token = f"{told}.e30.AA"
            url = f"{clients.base_url}/api/{read}"
            assert httpx.get(url, headers={"Authorization": f"Bearer {token}"}).status_code == 401


class Owned:
    """A member with a case that named a city, so that a pair is open, and a city abroad that asked to be listed."""

    def __init__(self, clients: Clients) -> None:
        staff = clients.staff()
        community = {"geoname_id": YES, "paid_through": "2030-12-31"}
        self.community_id = UUID(staff.does("/api/intake/v1/communities", community)["id"])
        administrator = {"name": "Ada Example", "email": "ada@example.org"}
        staff.does(f"/api/intake/v1/communities/{self.community_id}/administrator", administrator)
        member = clients.who(Role.ADMINISTRATOR, community_id=self.community_id)
        yes = {"community_id": str(self.community_id), "named_cities": [NAMED]}
        case = member.does("/api/intake/v1/cases", yes)
        request = example(clients, "intake", "/api/intake/v1/listings") | {"geoname_id": ASKS}
        self.listing_id = UUID(clients.public().does("/api/intake/v1/listings", request)["id"])
        self.ids = {
            "community_id": str(self.community_id),
            "case_id": case["id"],
            "listing_id": str(self.listing_id),
            "pair_id": str(uuid5(UUID(case["id"]), str(community_id(NAMED)))),
            "person_id": str(uuid4()),
        }
        assert eventually(lambda: staff.reads(f"/api/outreach/v1/pairs/{self.ids['pair_id']}"))


def example(clients: Clients, service: str, path: str) -> dict[str, Any]:
    """A filled-in form, as the OpenAPI document shows one."""
    document = clients.public().reads(f"/api/{service}/openapi.json")
    body = document["paths"][path]["post"].get("requestBody")
    if body is None or "application/json" not in body["content"]:
        return {}
    schema = body["content"]["application/json"]["schema"]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    parts = {
        name: part["examples"][0]
        for name, part in schema["properties"].items()
        if "examples" in part
    }
    filled: dict[str, Any] = schema.get("example") or (schema.get("examples") or [parts])[0]
    return filled


def test_nobody_acts_for_others(clients: Clients) -> None:
    """An administrator, a committee member or a foreign official is refused wherever the city is not their own, and
    let in where it is."""
    owned = Owned(clients)
    wrong = []
    for method, path, roles in operations(clients):
        named = re.findall(r"\{(\w+)\}", path)
        if not named or not set(named) <= set(owned.ids):
            continue
        service, filled = path.split("/")[2], path.format(**owned.ids)
        form = example(clients, service, path) if method == "POST" else {}
        for role in OWNERS & set(roles):
            for is_own, caller in callers(clients, Role(role), owned):
                answer = caller.get(filled) if method == "GET" else caller.post(filled, form)
                if (answer.status_code == 403) is is_own and not (is_own and answer.is_success):
                    wrong.append(
                        f"{role} own={is_own} {method} {path}: {answer.status_code} {answer.text[:90]}"
                    )
    assert wrong == []


def callers(clients: Clients, role: Role, owned: Owned) -> list[tuple[bool, Client]]:
    if role is Role.FOREIGN_OFFICIAL:
        return [
            (False, clients.who(role, listing_id=uuid4())),
            (True, clients.who(role, listing_id=owned.listing_id)),
        ]
    return [
        (False, clients.who(role, community_id=uuid4())),
        (True, clients.who(role, community_id=owned.community_id)),
    ]
