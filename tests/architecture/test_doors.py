"""The doors that all services have in common, before a small service: repeats, files, and what operators do."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from pydantic import BaseModel

from deploy.local.platform import Platform
from shared import imports, operations
from shared.context import Caller, Role
from shared.http import create_app, name_roles
from shared.imports import Kind, Recorded, told_in_order
from shared.mail import Effect
from shared.migrations import migrate
from shared.process_manager import ProcessManager
from shared.recorder import Write
from shared.refusals import Refusal
from shared.service import Process
from shared.settings import NatsSettings
from tests.clients import eventually, vault
from tests.transport.test_mail import free_port
from tests.transport.town import Country, Town, Towns

OPERATIONS, FILES = "/api/intake/v1/operations", "/api/intake/v1/imports"
BEYOND_BIGINT, BEYOND_INT4 = 2**63, 2**31


class NameTaken(Refusal):
    """The file has a town {name} already."""

    next_step = "Take another name."


class TownRow(BaseModel):
    name: str


class TellingTowns(Towns):
    """Records an event for a letter that was settled, as a service does that follows its letters."""

    name = "intake"

    def letter_settled(self, effect: Effect, state: str, write: Write) -> None:
        town = self.load(Town, effect.subject_id)
        town.murmur()
        self.record(town, also=[write])

    def import_towns(self, rows: Sequence[TownRow]) -> Recorded:
        names: set[str] = set()

        def tell(row: TownRow) -> Town:
            if row.name in names:
                raise NameTaken(name=row.name)
            names.add(row.name)
            return Town(town_id=uuid4())

        receipt = self.record(*told_in_order(rows, tell))
        return Recorded(len(rows), 0, receipt.position)


class Everybody:
    """Takes every token: its text is the role."""

    async def caller(self, token: str) -> Caller:
        return Caller(f"{token}-1", Role(token))


@pytest.fixture(scope="module")
def lasting_country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with Platform(tmp_path_factory.mktemp("doors")).start(services=()) as platform:
        country = Country(platform)
        yield country
        country.close()


@pytest.fixture
def towns(lasting_country: Country) -> Iterator[TellingTowns]:
    lasting_country.begin()
    platform = lasting_country.platform
    migrate("vault", platform.postgres_dsn("vault", "owner"))
    towns = TellingTowns(platform.postgres_dsn("intake"), vault(platform, "intake"))
    yield towns
    towns.close()
    lasting_country.rest()


@pytest.fixture
def process(towns: TellingTowns) -> Process:
    app = create_app("intake", "Towns", "For a test.")
    app.state.service, app.state.verifier = towns, Everybody()
    process = Process("intake", app, towns.database_url, NatsSettings("", "", "", 1))
    kinds = {
        kind: Kind(TownRow, lambda row: row, towns.import_towns) for kind in ("towns", "villages")
    }
    app.include_router(imports.routes(towns, kinds))
    app.include_router(operations.routes(process, towns, ProcessManager(towns, {})))
    app.include_router(operations.health_routes(process))
    name_roles(app)
    return process


@pytest.fixture
def door(process: Process, lasting_country: Country) -> Iterator[httpx.Client]:
    server = uvicorn.Server(uvicorn.Config(process.app, port=free_port(), lifespan="off"))
    serving = asyncio.run_coroutine_threadsafe(server.serve(), lasting_country.loop)
    assert eventually(lambda: server.started)
    with httpx.Client(base_url=f"http://127.0.0.1:{server.config.port}") as client:
        yield client
    server.should_exit = True
    serving.result(10)


def post(
    door: httpx.Client, path: str, form: Any = None, key: str = "", role: str = "staff"
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {role}", "Idempotency-Key": key or str(uuid4())}
    return door.post(path, json=form or {}, headers=headers)


def operate(door: httpx.Client, path: str, form: Any = None, key: str = "") -> httpx.Response:
    return post(door, OPERATIONS + path, form, key, "operator")


def staged(door: httpx.Client, *names: str, kind: str = "towns") -> str:
    path = f"{FILES}/{kind}/{uuid4()}"
    rows = [{"line": line, "values": {"name": name}} for line, name in enumerate(names, 2)]
    assert post(door, f"{path}/rows", {"rows": rows}).is_success
    return path


def events(towns: Towns) -> int:
    return int(towns.rows("SELECT count(*) AS n FROM events")[0]["n"])


def a_letter(towns: Towns, state: str) -> UUID:
    letter = uuid4()
    with towns.transaction() as curs:
        curs.execute(
            "INSERT INTO effects (id, kind, subject_id, recipient_id, facts, state)"
            " VALUES (%(id)s, 'planted', %(town)s, %(town)s, '{}', %(state)s)",
            {"id": letter, "town": towns.found().id, "state": state},
        )
    return letter


def state_of(towns: Towns, letter: UUID) -> tuple[str, str | None]:
    row = towns.rows("SELECT state, error FROM effects WHERE id = %(id)s", id=letter)[0]
    return row["state"], row["error"]


# Repeats.


def test_a_repeated_commit_answers_the_same_report(door: httpx.Client, towns: TellingTowns) -> None:
    """A commit whose answer got lost is repeated under its key: the same report, and nothing is recorded twice."""
    path = staged(door, "Alba", "Brno")
    first, again = (post(door, f"{path}/commit", key="c1") for _ in range(2))
    assert first.json() == again.json()
    assert (first.json()["imported"], events(towns)) == (2, 2)
    assert again.headers["idempotent-replay"] == "true"


def test_any_answer_is_kept_for_its_key_alone(door: httpx.Client, towns: TellingTowns) -> None:
    """What answers without a receipt is carried out once for each key; another request under the key is refused."""
    letter = a_letter(towns, "unknown")
    first, again = (
        operate(door, f"/letters/{letter}/settle", {"state": "sent"}, "s1") for _ in range(2)
    )
    assert (first.json(), again.json()) == ({"state": "sent"}, {"state": "sent"})
    other = operate(door, f"/letters/{letter}/settle", {"state": "due"}, "s1")
    assert other.json()["type"] == "/problems/key-used-for-another"
    lives = {operate(door, "/lineage", {}, "l1").json()["lineage"] for _ in range(2)}
    assert len(lives) == 1


def test_nothing_that_is_sent_without_a_form_is_dropped(
    door: httpx.Client, towns: TellingTowns
) -> None:
    """Where an operation takes no form, a body that says something is refused; an empty one says nothing."""
    path, headers = f"{OPERATIONS}/letters/retry", {"Authorization": "Bearer operator"}
    for body, told in (
        (b'{"reason": "Both are ill."}', "(reason)"),
        (b'["ill"]', "(a value)"),
        (b"reason=ill", "(a text)"),
    ):
        refused = door.post(path, content=body, headers=headers)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/no-form-taken")
        assert told in refused.json()["detail"]
    for body in (b"", b" ", b"{}", b"null"):
        assert door.post(path, content=body, headers=headers).is_success


def test_a_refusal_is_not_kept(door: httpx.Client, towns: TellingTowns) -> None:
    """What was refused may be repeated under the same key once the reason is gone."""
    path = f"{FILES}/towns/{uuid4()}"
    assert post(door, f"{path}/rows", {"rows": [{"line": 0, "values": {}}]}, "r1").is_error
    letter = a_letter(towns, "due")
    settle = f"/letters/{letter}/settle"
    assert operate(door, settle, {"state": "sent"}, "r2").status_code == 409
    with towns.transaction() as curs:
        curs.execute("UPDATE effects SET state = 'unknown'")
    assert operate(door, settle, {"state": "sent"}, "r2").is_success


def test_what_is_recorded_for_another_answer_names_its_caller(
    door: httpx.Client, towns: TellingTowns
) -> None:
    """Events of a file name who imported it, although no receipt stands for them."""
    post(door, f"{staged(door, 'Alba')}/commit")
    stored = next(iter(towns.recorder.select_notifications(1, 1)))
    recorded: Any = towns.mapper.to_domain_event(stored)
    assert recorded.cause.actor == "staff:staff-1"


def test_odd_headers_are_refused(door: httpx.Client) -> None:
    """A version or a key that cannot be one is refused in a sentence."""
    for header, value, said in (
        ("If-Match", '"' + "9" * 5000 + '"', "a number in quotes"),
        ("If-Match", "\u00b2", "a number in quotes"),
        ("Idempotency-Key", "k" * 201, "at most 200 characters"),
    ):
        headers = {header.encode(): value.encode("latin-1")}
        answer = door.post(f"{FILES}/towns/{uuid4()}/commit", headers=headers)
        assert answer.status_code == 400
        assert said in answer.json()["detail"]


def test_a_body_has_a_size(door: httpx.Client) -> None:
    """A command is short, a file's rows may be long; what is longer is refused, whether it says its length or not."""
    text = b'{"state": "' + b"x" * 400_000 + b'"}'
    headers = {"Authorization": "Bearer operator"}
    path = f"{OPERATIONS}/letters/{uuid4()}/settle"
    told = door.post(path, content=text, headers=headers)
    untold = door.post(path, content=iter([text]), headers=headers)
    assert (told.status_code, untold.status_code) == (413, 413)
    assert told.json()["detail"] == untold.json()["detail"]
    rows = [{"line": line, "values": {"name": "x" * 300}} for line in range(2, 2000)]
    assert post(door, f"{FILES}/towns/{uuid4()}/rows", {"rows": rows}).is_success


def test_of_many_mistakes_the_first_are_told(door: httpx.Client) -> None:
    """A form that is wrong a thousand times over is answered shortly."""
    answer = post(door, f"{FILES}/towns/{uuid4()}/rows", {"rows": [1] * 1000})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 20


def test_what_goes_out_with_an_event_is_a_number(door: httpx.Client, towns: TellingTowns) -> None:
    """Correlation is public: a key in words stays here, a number in its place goes out."""
    told: list[str] = []
    for key in ("ann@example.org 1", str(uuid4())):
        post(door, f"{staged(door, 'Alba')}/commit", key=key)
        last = towns.recorder.max_notification_id()
        recorded: Any = towns.mapper.to_domain_event(
            next(iter(towns.recorder.select_notifications(last or 1, 1)))
        )
        told.append(recorded.cause.correlation)
        assert str(UUID(told[-1])) == told[-1]
        assert (key == told[-1]) is ("ann" not in key)


# Files.


def test_rows_that_contradict_each_other_have_their_line(
    door: httpx.Client, towns: TellingTowns
) -> None:
    """A row that an earlier one of its file leaves no room for is refused by its line; the others can go in alone."""
    path = staged(door, "Alba", "Brno", "Alba", "Alba")
    refusal = post(door, f"{path}/commit").json()
    assert "2 of 4 rows cannot be imported" in refusal["detail"]
    assert "line 4: The file has a town Alba already." in refusal["detail"]
    assert events(towns) == 0
    report = post(door, f"{path}/commit", {"skip_bad": True}).json()
    assert (report["imported"], events(towns)) == (2, 2)
    assert [row["line"] for row in report["refused"]] == [4, 5]


def test_a_file_is_committed_as_what_it_was_staged(door: httpx.Client, towns: TellingTowns) -> None:
    """Rows that were checked as one kind are not recorded as another."""
    path = staged(door, "Alba").replace("/towns/", "/villages/")
    refusal = post(door, f"{path}/commit")
    assert refusal.status_code == 409
    assert "staged as towns, not as villages" in refusal.json()["detail"]
    assert post(door, f"{path.replace('/villages/', '/towns/')}/commit").json()["imported"] == 1


def test_what_no_database_holds_is_refused(door: httpx.Client) -> None:
    """A line beyond all files and a cell with a character that is none are refused in a sentence."""
    path = f"{FILES}/towns/{uuid4()}/rows"
    beyond = {"line": BEYOND_INT4, "values": {"name": "Alba"}}
    assert post(door, path, {"rows": [beyond]}).status_code == 422
    odd = {"line": 2, "values": {"name": "Al\0ba"}}
    report = post(door, path, {"rows": [odd]}).json()
    assert report["refused"] == [{"line": 2, "reason": "a cell holds a character that is none"}]
    assert post(door, path.replace("/rows", "/commit")).status_code == 422


# What operators do.


def test_of_two_operators_one_settles_a_letter(door: httpx.Client, towns: TellingTowns) -> None:
    """Who comes second is told so, and no second event is recorded."""
    letter = a_letter(towns, "unknown")
    settled = towns.letter_settled

    def second(effect: Effect, state: str, write: Write) -> None:
        with towns.transaction() as curs:
            curs.execute("UPDATE effects SET state = 'due' WHERE id = %(id)s", {"id": letter})
        settled(effect, state, write)

    towns.letter_settled = second  # type: ignore[method-assign]  # the other operator comes first
    before = events(towns)
    answer = operate(door, f"/letters/{letter}/settle", {"state": "sent"})
    assert answer.json()["type"] == "/problems/no-letter-to-settle"
    assert (events(towns), state_of(towns, letter)[0]) == (before, "due")


def test_after_a_restore_no_letter_goes_out_by_itself(
    door: httpx.Client, towns: TellingTowns
) -> None:
    """What had not gone out when the backup was made may have gone out since; an operator says what becomes of it."""
    due, sending, sent = (a_letter(towns, state) for state in ("due", "sending", "sent"))
    assert operate(door, "/lineage").is_success
    unknown = ("unknown", "the store was restored; it may have gone out")
    assert state_of(towns, due) == state_of(towns, sending) == unknown
    assert state_of(towns, sent) == ("sent", None)
    assert operate(door, f"/letters/{due}/settle", {"state": "due"}).is_success
    assert state_of(towns, due)[0] == "due"


def test_positions_beyond_all_numbers_are_refused(door: httpx.Client) -> None:
    """A position that no store can hold, and a state that no letter has, are refused."""
    headers = {"Authorization": "Bearer operator"}
    for question in (f"recorded?first={BEYOND_BIGINT}&last=1", "letters?state=a%00"):
        assert door.get(f"{OPERATIONS}/{question}", headers=headers).status_code == 422
    source = operate(door, f"/parked/a%00/{uuid4()}/replay")
    lineage = {"lineage": str(uuid4()), "position": BEYOND_BIGINT}
    accepted = operate(door, "/subscriptions/intake/accept", lineage)
    assert source.status_code == accepted.status_code == 422


class Stalled:
    """A part that has stood still, and knows more than everybody may read."""

    halted: str | None = None
    last_error = "connection to 10.0.0.7:5432 failed for role intake_app"

    def __init__(self) -> None:
        self.beat = time.monotonic() - 30

    async def run(self) -> None: ...


def test_the_public_reads_which_part_stands_still_and_no_more(
    door: httpx.Client, process: Process
) -> None:
    """Readiness names the part and since when; what a server said of its address or of a role is for operators."""
    process.parts["mail"] = Stalled()
    answer = door.get("/api/intake/health/ready")
    assert (answer.status_code, answer.json()["is_ready"]) == (503, False)
    assert answer.json()["troubles"] == ["the mail shows no sign of life for 30 s"]
    assert "10.0.0.7" in " ".join(process.troubles())
    process.parts["mail"].halted = "Run: csc reconcile intake"
    assert "csc reconcile intake" in door.get("/api/intake/health/ready").text


@pytest.mark.parametrize("path", ["/inbound", "/inbound/pasted"])
def test_long_bodies_are_not_read_from_whoever_may_not_send_them(
    platform: Platform, path: str
) -> None:
    """The refusal comes before a byte of the body: nobody keeps the service busy with what it will not take."""
    host, _, port = platform.instance_url("intake").removeprefix("http://").partition(":")
    line = HTTPConnection(host, int(port), timeout=20)
    line.putrequest("POST", f"/api/intake/v1{path}")
    line.putheader("Content-Type", "message/rfc822" if path == "/inbound" else "application/json")
    line.putheader("Content-Length", "15000000")
    line.endheaders()
    answer = line.getresponse()
    line.close()
    assert answer.status == 401
