"""csc on the running programme: status, imports, parked events, rebuild, the season, and a restored database."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from cli.connection import SERVICES
from cli.rules import EXAMPLES as RULES
from deploy.local.binaries import ROOT
from deploy.local.platform import Platform
from tests.clients import Client, Clients, eventually
from tests.parking import parked

CASE = "/api/directory/v1/cases/"
STAGES = {
    *("debrief_invited", "debrief_scheduled", "researching", "prospects_proposed", "exhausted"),
    *("shortlisted", "outreach", "introduction_arranged", "introduced", "handed_over"),
    *("invitation", "letter_of_intent", "council_resolution", "paused", "withdrawn", "closed"),
}
"""A search that was just requested has its debrief invited at once, one with a partner is closed at once."""
LISTING_STATES = {
    *("submitted", "verified", "more_information_asked", "declined", "listed", "expired"),
    *("in_conversation", "partnered", "withdrawn"),
}
"""A request lapses by the clock alone, two weeks later."""
PARTNERSHIPS = {("sister", True), ("sister", False), ("friendship", True), (None, True)}
SPOKEN = (
    *("matching.SearchExhausted", "matching.ShortlistReopened", "matching.InterestExpressed"),
    *("outreach.PairFailed", "outreach.MessageBounced", "outreach.PartnershipEnded"),
    *("intake.DuesWaiverGranted", "intake.CitySeekingPaused", "intake.CitySeekingResumed"),
)
# Small cities abroad that take no part in the season.
USED_AGAIN = (587440, 587450, 587577, 587629, 587876)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A programme of its own: these tests break it."""
    with Platform(tmp_path_factory.mktemp("operated")).start() as platform:
        yield platform


class Csc:
    def __init__(self, platform: Platform) -> None:
        self.environment = {"DATA_DIR": str(platform.folder.path), "COLUMNS": "200"}

    def __call__(self, *arguments: str, fails: bool | None = False) -> str:
        """What it says; it must end as it is expected to (None: either way), and never with a traceback."""
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            env={"PATH": "/usr/bin:/bin", **self.environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        if fails is not None:
            assert (done.returncode != 0) is fails, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + (done.stderr if fails else "")

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self("status", "--json", fails=None))
        return found


@pytest.fixture(scope="module")
def csc(running: Platform) -> Csc:
    return Csc(running)


def is_quiet(csc: Csc) -> bool:
    status = csc.status()
    return bool(status["is_well"]) and status["lag"] == 0


def settled(csc: Csc) -> list[int]:
    """Where each store ends once nobody has anything to react to, nor any letter to send."""
    seen: list[list[int]] = []

    def is_settled() -> bool:
        status = csc.status()
        seen.append([service["store_head"] for service in status["services"][:3]])
        due = sum((service["letters"] or {}).get("due", 0) for service in status["services"])
        return bool(status["is_well"]) and status["lag"] == due == 0 and seen[-1:] == seen[-2:-1]

    assert eventually(is_settled, 60)
    return seen[-1]


def test_status_gives_numbers(csc: Csc) -> None:
    """`lag` and `parked` are numbers for every service and every subscription, and for the whole."""
    status = csc.status()
    assert {service["service"] for service in status["services"]} == set(SERVICES)
    subscriptions = [s for service in status["services"] for s in service["subscriptions"]]
    assert len(subscriptions) == 9
    for counted in (status, *status["services"], *subscriptions):
        assert isinstance(counted["lag"], int)
        assert isinstance(counted["parked"], int)
    shown = csc("status")
    assert all(service in shown for service in SERVICES)


def test_a_file_is_refused_by_line(csc: Csc, tmp_path: Path) -> None:
    """One bad line refuses the file, by its number, with exit code 1; --skip-bad takes the others, once."""
    file = tmp_path / "members.csv"
    file.write_text(
        "geoname_id,membership,joined_on,paid_through\n"
        "4853608,member,2020-01-01,2099-12-31\n"
        "999999999,member,2020-01-01,2099-12-31\n"
    )
    said = csc("import", "communities", str(file), fails=True)
    assert "line 3: There is no place with the GeoNames number 999999999" in said
    assert "nothing was imported" in said
    assert "1 of 2 rows imported" in csc("import", "communities", str(file), "--skip-bad")
    assert "0 of 2 rows imported, 1 were here already" in csc(
        "import", "communities", str(file), "--skip-bad"
    )


def test_a_file_that_contradicts_itself_is_told_by_line(csc: Csc, tmp_path: Path) -> None:
    """Of two listings of one city the second is named with its line, and left out where the good ones are taken."""
    file = tmp_path / "listings.csv"
    file.write_text(
        "geoname_id,contact_name,contact_email,listed_on,is_demonstration\n"
        "3041563,Maria Puig,maria@andorra.example,2026-05-04,true\n"
        "3041563,Joan Roca,joan@andorra.example,2026-05-05,true\n"
    )
    said = csc("import", "listings", str(file), "--skip-bad")
    assert "line 3: Andorra la Vella, Andorra has" in said
    assert "1 of 2 rows imported, 0 were here already, 1 refused" in said


def test_a_header_that_lacks_a_column_is_told_once(csc: Csc, tmp_path: Path) -> None:
    """What the service needs and the header does not name is said in one sentence, not for each line."""
    file = tmp_path / "links.csv"
    file.write_text("a_city,b_city\n1,2\n3,4\n")
    said = csc("import", "partnerships", str(file), fails=True)
    assert "The header lacks a_gid, b_gid; it has: a_city, b_city." in said
    assert "line 2" not in said


def test_rules_are_imported_as_json(csc: Csc, tmp_path: Path) -> None:
    """`csc import rules` takes a JSON file, once and again; a rule that makes no sense is refused in a sentence."""
    rule = json.loads(RULES.read_text())["rules"][0]
    rule |= {"slug": "for-one-place", "states": [], "communities": [4951788]}
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps([rule]))
    bad.write_text(json.dumps([rule | {"countries": ["UK"]}]))
    assert "1 adopted, 0 changed, 0 were here already" in csc("import", "rules", str(good))
    again = csc("import", "rules", str(good))
    assert "Nothing is new: 1 rule of the file is here already, in the same words." in again
    assert "UK is no country abroad" in csc("import", "rules", str(bad), fails=True)


def test_the_season_is_played_once(csc: Csc, running: Platform) -> None:
    """The season is played within a minute; a second play doubles nothing."""
    csc("season")
    heads = settled(csc)
    mails = len(Clients.of(running).mails())
    assert mails > 30
    csc("season")
    assert settled(csc) == heads
    assert csc.status()["parked"] == 0
    public = Clients.of(running).public()
    listings = public.reads("/api/directory/v1/listings", limit=200)["items"]
    assert all(listing["is_demonstration"] for listing in listings)
    partnerships = public.reads("/api/directory/v1/partnerships", limit=200)["items"]
    assert partnerships
    assert all(partnership["is_demonstration"] for partnership in partnerships)
    statuses = {status for listing in listings for status in listing["statuses"]}
    assert statuses == {"listed", "seeking", "partnered"}
    assert len(Clients.of(running).mails()) == mails


def all_of(client: Client, path: str, **wanted: Any) -> list[dict[str, Any]]:
    """Every page of a list."""
    page = client.reads(path, limit=200, **wanted)
    found: list[dict[str, Any]] = page["items"]
    while cursor := page.get("next_cursor"):
        page = client.reads(path, limit=200, cursor=cursor, **wanted)
        found += page["items"]
    return found


def test_the_season_fills_every_state(csc: Csc, running: Platform) -> None:
    """Every state that a search, a listing, an interest or a partnership can rest in has somebody in the season."""
    staff = Clients.of(running).staff()
    cases = all_of(staff, "/api/directory/v1/cases", include_ended=True)
    assert {case["stage"] for case in cases} == STAGES
    listings = all_of(staff, "/api/intake/v1/listings")
    assert {listing["state"] for listing in listings} >= LISTING_STATES
    pairs = [pair for case in cases for pair in staff.reads(CASE + case["case_id"])["pairs"]]
    assert {pair["interest"] for pair in pairs} == {"yes", "no", "later", None}
    partnerships = all_of(staff, "/api/directory/v1/partnerships")
    assert {(p["kind"], p["is_active"]) for p in partnerships} == PARTNERSHIPS
    searching = {case["community_id"] for case in cases if case["is_open"]}
    befriended = [p for p in partnerships if p["kind"] == "friendship" and not p["is_imported"]]
    assert befriended
    assert {p["member"]["community_id"] for p in befriended} <= searching


def test_the_season_speaks_in_sentences(csc: Csc) -> None:
    """Each public event of the season is told in a sentence."""
    lines = [
        json.loads(line)
        for line in csc("watch", "--since", "0", "--until-now", "--json").splitlines()
    ]
    spoken = {line["type"] for line in lines}
    assert spoken >= {f"{word}.v1" for word in SPOKEN}
    assert all(line["sentence"] for line in lines)


def test_the_directory_is_rebuilt_without_a_failed_read(csc: Csc, running: Platform) -> None:
    """`csc rebuild directory` makes the read models anew beside the old ones and swaps them."""
    public = Clients.of(running).public()
    before = public.reads("/api/directory/v1/counts")
    said = csc("rebuild", "directory")
    assert "rebuilt" in said
    assert public.reads("/api/directory/v1/counts") == before


def test_a_parked_event_is_seen_and_replayed(csc: Csc, running: Platform) -> None:
    """A parked event is counted, listed, shown, rehearsed and replayed; then nothing is parked any more."""
    message = parked(running)
    event = f"{message.source}:{message.position}"
    assert csc.status()["parked"] == 1
    assert event in csc("parked", "list")
    shown = csc("parked", "show", "matching", event)
    assert "ValueError: planted" in shown
    assert json.loads(shown.splitlines()[-1])["place"]
    said = csc("parked", "replay", "matching", event, "--yes")
    assert "This is what would happen" in said
    assert "Replayed 1 of 1" in said
    assert "Nothing is parked" in csc("parked", "list")
    assert csc.status()["parked"] == 0
    assert "has not parked" in csc("parked", "show", "matching", event, fails=True)


def test_an_unknown_letter_is_settled(csc: Csc, running: Platform) -> None:
    """A letter of which nobody knows whether it went out is listed, and settled by whoever found out; once."""
    letter = uuid4()
    with psycopg.connect(running.postgres_dsn("intake")) as connection:
        connection.execute(
            "INSERT INTO effects (id, kind, subject_id, recipient_id, facts, state)"
            " VALUES (%s, 'planted', %s, %s, '{}', 'unknown')",
            [letter, uuid4(), uuid4()],
        )
    assert "1 letter is unknown" in csc("status")
    assert str(letter) in csc("letters", "list")
    assert "counts as sent" in csc("letters", "settle", "intake", str(letter), "--arrived")
    assert "No letter is unknown" in csc("letters", "list")
    assert "There is no letter" in csc(
        "letters", "settle", "intake", str(letter), "--send-again", fails=True
    )


def test_letters_that_wait_are_told_and_tried_again(csc: Csc, running: Platform) -> None:
    """Letters that no mail server takes are a trouble with exit code 1; each is listed on one line, with its kind and
    what happened, also in a narrow terminal; `csc letters retry` has them tried at once."""
    letter, kind, error = (
        uuid4(),
        "a_kind_with_a_rather_long_name",
        "SMTPConnectError  [Errno 111] no",
    )
    with psycopg.connect(running.postgres_dsn("intake"), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO effects (id, kind, subject_id, recipient_id, facts, attempts, error, waits_since, due_at)"
            " VALUES (%s, %s, %s, %s, '{}', 12, %s, '2026-03-03 07:01Z', now() + interval '1 hour')",
            [letter, kind, uuid4(), uuid4(), error],
        )
        assert eventually(
            lambda: (
                "1 letter waits since 2026-03-03 07:01 UTC: SMTPConnectError"
                in csc("status", fails=None)
            )
        )
        csc("status", fails=True)
        narrow = Csc(running)
        narrow.environment["COLUMNS"] = "40"
        (line,) = [
            line
            for line in narrow("letters", "list", "--state", "due").splitlines()
            if str(letter) in line
        ]
        assert kind in line
        assert "SMTPConnectError [Errno 111] no" in line
        assert "intake: 1 letter is tried again now." in csc("letters", "retry")
        connection.execute("UPDATE effects SET state = 'cancelled' WHERE id = %s", [letter])
        assert "outreach: 0 letters are tried again now." in csc("letters", "retry")


def test_a_token_opens_one_service(csc: Csc, running: Platform) -> None:
    """`csc token` prints a token that its audience takes for its role, and no other service does."""
    token = csc("token", "--role", "staff", "--audience", "intake").strip()
    headers = {"Authorization": f"Bearer {token}"}
    answers = [
        httpx.get(f"{running.base_url}/api/{service}/v1/{what}", headers=headers).status_code
        for service, what in (("intake", "communities"), ("outreach", "pairs"))
    ]
    assert answers == [200, 401]
    said = csc("token", "--role", "administrator", fails=True)
    assert "Add --community with its id" in said


def test_the_client_of_the_page_runs_as_printed(
    csc: Csc, running: Platform, tmp_path: Path
) -> None:
    """The Python client of docs/api.md does what it says, and tells a refusal in its sentence."""
    file = tmp_path / "reno.csv"
    file.write_text(
        "geoname_id,joined_on,paid_through,administrator_name,administrator_email\n"
        "5511077,2020-01-01,2099-12-31,Ann Lee,ann.lee@example.org\n"
    )
    csc("import", "communities", str(file))
    found = Clients.of(running).staff().reads("/api/intake/v1/communities", q="Reno")["items"]
    community = found[0]["community_id"]
    environment = {
        "COMMUNITY": community,
        "TOKEN": csc("token", "--role", "administrator", "--community", community).strip(),
    }
    page = (ROOT / "docs/api.md").read_text().split("```python\n")[1].split("```")[0]
    assert "http://localhost:8080/api" in page
    program = page.replace("http://localhost:8080", running.base_url)
    command = [sys.executable, "-c", program]
    first, second = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        for _ in range(2)
    )
    assert first.stdout.startswith("intake:"), first.stderr
    assert "'Reno'" in first.stdout
    assert second.stderr.startswith("Reno, Nevada has been searching")
    assert "Traceback" not in second.stderr


def restore_to_an_earlier_point(platform: Platform, positions: int, service: str = "intake") -> int:
    """What a restore from a backup leaves: the last events are gone. Returns how many went."""
    with psycopg.connect(platform.postgres_dsn(service, role="postgres")) as connection:
        connection.execute("ALTER TABLE events DISABLE TRIGGER events_are_final")
        gone = connection.execute(
            "DELETE FROM events WHERE notification_id > (SELECT max(notification_id) - %s FROM events)",
            [positions],
        ).rowcount
        connection.execute("ALTER TABLE events ENABLE TRIGGER events_are_final")
    return gone


def test_a_restored_database_is_reconciled_by_one_command(csc: Csc, running: Platform) -> None:
    """After a restore intake stops and says so; `csc reconcile intake` says what was lost and everybody follows."""
    assert eventually(lambda: is_quiet(csc))
    assert restore_to_an_earlier_point(running, 25) > 0
    assert eventually(lambda: "csc reconcile intake" in csc("status", fails=True))
    said = csc("reconcile", "intake", "--yes")
    assert "are not in its store any more" in said
    assert "tell the same story" in said
    assert csc.status()["is_well"]
    settled(csc)
    again = csc("reconcile", "intake", "--yes")
    assert "holds nothing that the store of intake does not hold" in again


def lose_nats_and_restore(platform: Platform, positions: int, *services: str) -> None:
    """All that a restore of everything leaves: the stores of the backups, and a NATS that remembers nothing."""
    nats = platform.process("nats")
    for service in services:
        platform.process(service).stop()
    nats.stop()
    shutil.rmtree(platform.nats_dir / "jetstream")
    for service in services:
        assert restore_to_an_earlier_point(platform, positions, service) > 0
    nats.start()
    for service in services:
        platform.process(service).start(wait=False)


def heads(csc: Csc) -> dict[str, Any]:
    """Where intake's store ends, and how far the others have heard it; nothing while it cannot be said."""
    services = csc.status()["services"]
    if not all(service["is_reachable"] for service in services):
        return {}
    places = {
        service["service"]: heard["position"]
        for service in services
        for heard in service["subscriptions"]
        if heard["source"] == "intake"
    }
    return places | {"store": services[0]["store_head"], "stream": services[0]["stream_head"]}


def test_subscribers_beyond_a_restored_store_are_brought_back(csc: Csc, running: Platform) -> None:
    """Where the streams were lost too, `csc reconcile` sees who has heard more than a store holds, store by store."""
    settled(csc)
    before = csc.status()["services"][0]["lineage"]
    lose_nats_and_restore(running, 25, "intake", "matching")
    ends = eventually(lambda: (now := heads(csc)) and now["stream"] == now["store"] and now, 60)
    assert ends["matching"] > ends["store"]
    said = csc("reconcile", "intake", "--yes")
    for subscriber in ("matching", "outreach", "directory"):
        assert f"{subscriber} has heard up to position {ends[subscriber]}" in said
    assert "Next: csc reconcile matching" in said
    assert "tell the same story" in csc("reconcile", "matching", "--yes")
    status = csc.status()
    assert status["is_well"]
    assert status["services"][0]["lineage"] != before
    submit(running, 587923)
    settled(csc)
    now = heads(csc)
    assert {now[name] for name in ("matching", "outreach", "directory", "store")} == {now["store"]}


def submit(platform: Platform, geoname_id: int) -> None:
    form = {
        "geoname_id": geoname_id,
        "contact_name": "Mari Tamm",
        "contact_email": f"{geoname_id}@example.org",
        "profile": {"seeks": "A university city", "themes": ["education"]},
    }
    Clients.of(platform).public().does("/api/intake/v1/listings", form)


def test_positions_used_again_need_a_word_of_the_operator(csc: Csc, running: Platform) -> None:
    """Where the restored store went on past what others had heard, reconcile asks for the backup's last position."""
    end = settled(csc)[0]
    lose_nats_and_restore(running, 2, "intake")
    ends = eventually(lambda: (now := heads(csc)) and now["stream"] == now["store"] and now, 60)
    assert ends["store"] < end
    cities = iter(USED_AGAIN)
    while heads(csc)["store"] < end:
        submit(running, next(cities))
    assert eventually(lambda: "another life" in csc("status", fails=None), 60)
    assert "--from POSITION" in csc("reconcile", "intake", "--yes", fails=True)
    said = csc("reconcile", "intake", "--yes", "--from", str(ends["store"]))
    assert "matching has heard another story" in said
    assert "tell the same story" in said
    settled(csc)


def test_an_absent_service_is_said(csc: Csc, running: Platform) -> None:
    """Where a service is away, status says so and ends with exit code 1."""
    running.process("matching").stop()
    try:
        assert "matching does not answer" in csc("status", fails=True)
    finally:
        running.process("matching").start()
    assert eventually(lambda: is_quiet(csc))


def test_passkeys_are_reset_on_the_machine_of_the_programme(csc: Csc) -> None:
    """It asks the door that lets in who lost a device; who has no passkey, or is not on staff, has nothing to reset."""
    said = csc("people", "add", f"{uuid4()}@example.org", "--name", "Maria Gomez")
    found = re.search(r"[0-9a-f-]{36}\)", said)
    assert found, said
    none = csc("people", "reset-passkeys", found[0].rstrip(")"), fails=True)
    assert "no passkey on record" in none
    assert "person of staff" in csc("people", "reset-passkeys", str(uuid4()), fails=True)
