"""A day of the public form: 10,000 that programs send, and 200 that people send, over HTTP from many networks."""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import cycle, islice
from time import monotonic, sleep
from typing import Any

import pytest

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.intake.form_guard import solve
from shared.gazetteer import Gazetteer
from tests.clients import FORM, Clients, eventually
from tests.intake.people import text_of

PER_NETWORK = 20
NOBODY, REPLAYED, EARLY, BEYOND, HONEY = 500, 2_500, 2_500, 2_000, 2_500
PEOPLE = 200
SETTINGS = {
    "FORM_WORK": "10",
    "FORM_MIN_SECONDS": "2",
    "FORM_PER_NETWORK": str(PER_NETWORK),
    "FORM_PER_COUNTRY": "200",
    # So that a form which comes at once comes too early on a slow machine as well.
    "FORM_MIN_SECONDS_WITHOUT_WORK": "3000",
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Intake alone, with the form's rules as they are meant but for a lighter sum."""
    at = tmp_path_factory.mktemp("crowd")
    with Platform(at, environment=SETTINGS).start(services=("intake",)) as running:
        yield running


@dataclass
class Crowd:
    """Calls the service itself, past the origin, which would tell it one network for all."""

    host: str
    port: int
    here: threading.local = field(default_factory=threading.local)

    def call(self, method: str, path: str, network: str, form: Any = None) -> tuple[int, Any]:
        if not hasattr(self.here, "line"):
            self.here.line = HTTPConnection(self.host, self.port, timeout=60)
        body = json.dumps(form) if form is not None else None
        headers = {"Content-Type": "application/json", "X-Forwarded-For": network}
        self.here.line.request(method, path, body, headers)
        answer = self.here.line.getresponse()
        return answer.status, json.loads(answer.read())

    def opens(self, network: str) -> dict[str, str]:
        _, fresh = self.call("GET", f"{FORM}/form", network)
        return {"form_token": fresh["form_token"], "work": solve(fresh["challenge"])}

    def sends(self, network: str, form: dict[str, Any]) -> str:
        """What became of it: `taken`, or the refusal's name."""
        status, told = self.call("POST", FORM, network, form)
        return "taken" if status == 201 else str(told["type"]).removeprefix("/problems/")


def networks(first: int) -> Iterator[str]:
    """Each of them another /24."""
    return (f"{first}.{n // 250}.{n % 250}.7" for n in range(60_000))


def places(count: int) -> list[int]:
    """From as many countries as there are, so that none is over its own quota."""
    by_country: dict[str, list[int]] = {}
    for place in Gazetteer(GAZETTEER).all(20_000):
        if place.is_abroad:
            by_country.setdefault(place.country, []).append(place.geoname_id)
    lists = [iter(found) for found in by_country.values() if len(found) >= 5]
    return [next(each) for each in islice(cycle(lists), count)]


def filled(number: int, place: int, kind: str) -> dict[str, Any]:
    return {
        "geoname_id": place,
        "contact_name": f"Mari {kind.title()}",
        "contact_email": f"{kind}-{number}@example.org",
        "profile": {"seeks": f"A partner, says {kind}"},
    }


def all_at_once(act: Callable[[int], str], count: int) -> Counter[str]:
    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(act, range(count)))


def opened(crowd: Crowd, count: int, of: Sequence[str]) -> list[dict[str, str]]:
    """Forms that were opened and worked for, and are old enough by now."""
    with ThreadPoolExecutor(8) as pool:
        forms = list(pool.map(lambda n: crowd.opens(of[n % len(of)]), range(count)))
    # What is waited for is the form's own least age.
    sleep(float(SETTINGS["FORM_MIN_SECONDS"]) + 0.2)
    return forms


def of_programs(crowd: Crowd) -> dict[str, Counter[str]]:
    where = list(islice(networks(11), NOBODY // PER_NETWORK))
    elsewhere = list(islice(networks(12), REPLAYED))
    towns = places(NOBODY)
    sent = opened(crowd, NOBODY, where)
    more = opened(crowd, 50, where)

    def nobody(n: int) -> str:
        return crowd.sends(where[n % len(where)], filled(n, towns[n], "nobody") | sent[n])

    def replayed(n: int) -> str:
        form = filled(n, towns[n % NOBODY], "replayed") | sent[n % NOBODY]
        return crowd.sends(elsewhere[n], form)

    def early(n: int) -> str:
        form = filled(n, towns[n % NOBODY], "early") | more[n % 50] | {"work": ""}
        return crowd.sends(elsewhere[n], form)

    def beyond(n: int) -> str:
        form = filled(n, towns[n % NOBODY], "beyond") | more[n % 50]
        return crowd.sends(where[n % len(where)], form)

    def honey(n: int) -> str:
        form = (
            filled(n, towns[n % NOBODY], "honey") | more[n % 50] | {"website": "https://x.example"}
        )
        return crowd.sends(elsewhere[n], form)

    return {
        "nobody": all_at_once(nobody, NOBODY),
        "replayed": all_at_once(replayed, REPLAYED),
        "early": all_at_once(early, EARLY),
        "beyond": all_at_once(beyond, BEYOND),
        "honey": all_at_once(honey, HONEY),
    }


def test_nothing_that_programs_send_reaches_staff_and_all_that_people_send_does(
    guarded: Platform,
) -> None:
    """B13: of 10,000 forms without a mailbox, sent again, too early, too often or with the trap filled in, staff see
    none, and of 200 that people send they see all."""
    began = monotonic()
    clients = Clients.of(guarded)
    host, _, port = guarded.instance_url("intake").removeprefix("http://").partition(":")
    crowd = Crowd(host, int(port))
    assert of_programs(crowd) == {
        "nobody": Counter(taken=NOBODY),
        "replayed": Counter({"form-used": REPLAYED}),
        "early": Counter({"sent-too-soon": EARLY}),
        "beyond": Counter({"too-many-from-here": BEYOND}),
        "honey": Counter({"hidden-field-filled": HONEY}),
    }
    print(f"{NOBODY + REPLAYED + EARLY + BEYOND + HONEY} by programs: {monotonic() - began:.0f} s")

    homes, towns = list(islice(networks(13), PEOPLE)), places(NOBODY + PEOPLE)[NOBODY:]
    forms = opened(crowd, PEOPLE, homes)
    people = all_at_once(
        lambda n: crowd.sends(homes[n], filled(n, towns[n], "person") | forms[n]), PEOPLE
    )
    assert people == Counter(taken=PEOPLE)
    confirm_all(clients, crowd)
    seen = waiting(clients)
    assert len(seen) == PEOPLE
    staff = clients.staff()
    words = {staff.reads(f"{FORM}/{number}")["draft"]["seeks"] for number in seen}
    assert words == {"A partner, says person"}
    assert {line["listing_id"] for line in staff.reads(f"{FORM}/queue")} < seen
    print(f"with people: {monotonic() - began:.0f} s")


def confirm_all(clients: Clients, crowd: Crowd) -> None:
    """Each of the people opens the letter; to the others' addresses letters go as well, and nobody is there."""
    assert eventually(lambda: len(list(clients.mail_dir.glob("new/*"))) >= NOBODY + PEOPLE)
    letters = clients.mails(lambda mail: str(mail["To"]).startswith("person-"))
    assert len(letters) == PEOPLE
    for letter in letters:
        found = re.search(r"/list-your-city/([\w-]+)/confirm\?token=(\w+)", text_of(letter))
        assert found
        status, _ = crowd.call("POST", f"{FORM}/{found[1]}/verify", "14.0.0.1", {"code": found[2]})
        assert status == 200


def waiting(clients: Clients) -> set[str]:
    """All that staff's lists hold, whatever its state."""
    staff, seen = clients.staff(), set[str]()
    cursor: dict[str, str] = {}
    while True:
        page = staff.reads(FORM, limit=500, **cursor)
        seen |= {item["listing_id"] for item in page["items"]}
        if not page["next_cursor"]:
            return seen
        cursor = {"cursor": page["next_cursor"]}
