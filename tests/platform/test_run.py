"""`make run`, as somebody at a terminal meets it."""

import mailbox
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from deploy.local.binaries import ROOT
from deploy.local.folder import DataFolder
from deploy.local.secrets import SERVICES
from services.intake.form_guard import solve
from tests.clients import eventually
from tests.platform.conftest import is_alive

SETTINGS = {
    "INFO_ADDRESS": "questions@programme.example",
    "PARTNERSHIPS_ADDRESS": "partners@programme.example",
    "CORS_ORIGINS": "https://frontend.example",
}


@contextmanager
def running(folder: Path, port: int, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """The programme at a terminal, up to the line that says that it is ready; Ctrl-C ends it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.local"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(folder), "PORT": str(port), "DEMO": "0", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("Ready after"):
            break
    else:
        raise AssertionError("".join(said))
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def test_it_starts_stops_and_starts_again(tmp_path: Path) -> None:
    """Ctrl-C stops every process; the second start is ready at the same address."""
    folder = DataFolder(tmp_path / "our data")
    port = folder.ports(["origin"])["origin"]
    with running(folder.path, port) as first:
        pids = [process["pid"] for process in folder.facts()["processes"].values()]
        assert len(pids) == 9
        assert first.stdout
        said = next(line for line in first.stdout if "csc watch" in line)
        assert shlex.split(said)[0] == f"DATA_DIR={folder.path}"
    assert first.returncode == 0
    assert not [pid for pid in pids if is_alive(pid)]
    with running(folder.path, port, **SETTINGS):
        heard_by_the_services(f"http://localhost:{port}", folder.mail)


def heard_by_the_services(url: str, mails: Path) -> None:
    """The programme's own addresses stand in its letters (B18), and the frontend named is let in."""
    origin = SETTINGS["CORS_ORIGINS"]
    answer = httpx.get(f"{url}/api/directory/v1/listings", headers={"Origin": origin})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin
    form = {
        "geoname_id": 588335,
        "contact_name": "Mari Tamm",
        "contact_email": "mari.tamm@tartu.example.org",
        "profile": {"seeks": "A university city", "themes": ["education"]},
    }
    form_url = f"{url}/api/intake/v1/listings"
    fresh = httpx.get(f"{form_url}/form").json()
    form |= {"form_token": fresh["form_token"], "work": solve(fresh["challenge"])}
    time.sleep(fresh["min_seconds"])
    assert httpx.post(form_url, json=form).is_success
    letter = eventually(lambda: next(iter(mailbox.Maildir(mails, create=True)), None))
    assert SETTINGS["PARTNERSHIPS_ADDRESS"] in letter["From"]
    assert "sister-cities.org" not in letter.as_string()


def test_containers_pass_on_what_an_operator_sets() -> None:
    """compose.yaml hands the programme's addresses and the frontends that are let in to every service."""
    composed = (ROOT / "compose.yaml").read_text()
    shared = composed.split("x-addresses: &addresses\n")[1].split("\n\n")[0]
    assert composed.count("<<: *addresses\n") == len(SERVICES)
    assert not [name for name in SETTINGS if f"{name}: ${{{name}:-" not in shared]
