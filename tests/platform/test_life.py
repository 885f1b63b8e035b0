"""Starting, stopping and losing the whole platform."""

import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from deploy.local.binaries import ROOT
from deploy.local.folder import FolderInUse
from deploy.local.platform import Platform
from deploy.local.secrets import SERVICES
from tests.platform.conftest import is_alive

SCRIPT = """
import sys, time
from pathlib import Path
from deploy.local.platform import Platform
from deploy.local.secrets import SERVICES
from tests.platform.conftest import is_alive
Platform(Path(sys.argv[1])).start(services=())
print("ready", flush=True)
time.sleep(600)
"""


def test_a_second_start_finds_its_data(tmp_path: Path) -> None:
    """The next start keeps the data and the addresses."""
    with Platform(tmp_path).start(services=()) as first:
        with psycopg.connect(first.postgres_dsn("intake", role="owner")) as connection:
            connection.execute("CREATE TABLE kept ()")
        dsn = first.postgres_dsn("intake", role="owner")
        ports = first.folder.facts()["ports"]
    with Platform(tmp_path).start(services=()) as second:
        assert second.folder.facts()["ports"] == ports
        with psycopg.connect(dsn) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_no_process_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    """After kill -9 of the supervisor its processes end, and the next start works on the same folder."""
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with supervisor, Platform(tmp_path) as next_one:
        assert supervisor.stdout
        assert supervisor.stdout.readline() == "ready\n"
        pids = [process["pid"] for process in next_one.folder.facts()["processes"].values()]
        with pytest.raises(FolderInUse):
            next_one.folder.lock(print, patience=0.5)
        supervisor.send_signal(signal.SIGKILL)
        supervisor.wait()
        assert len([pid for pid in pids if is_alive(pid)]) > 1
        next_one.start(services=())
        assert not [pid for pid in pids if is_alive(pid)]


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    """Where the origin's port is taken, the error names the way out."""
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        with (
            Platform(tmp_path, port=port) as platform,
            pytest.raises(RuntimeError, match="make run PORT="),
        ):
            platform.start(services=())


def test_a_missing_python_is_named_with_its_cure(tmp_path: Path) -> None:
    """`make setup` without a fitting Python says what to install, and how."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    for name in ("pyproject.toml", "requirements/local.txt"):
        (tmp_path / name).touch()
    done = subprocess.run(
        ["make", "PYTHON=no-such-python", ".venv/.local"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "no-such-python was not found" in done.stdout
    assert "apt-get install python3 python3-venv" in done.stdout or "brew install" in done.stdout


def test_given_servers_are_used_instead(tmp_path: Path) -> None:
    """With *_DATABASE_URL and NATS_URL set, no PostgreSQL and no NATS is started."""
    with Platform(tmp_path / "given").start(services=()) as given:
        environment = {
            **{f"{name.upper()}_DATABASE_URL": given.postgres_dsn(name) for name in SERVICES},
            **{
                f"VAULT_{name.upper()}_DATABASE_URL": given.postgres_dsn("vault", name)
                for name in ("intake", "matching", "outreach")
            },
            "NATS_URL": given.nats_url(),
            "SECRETS_DIR": str(given.secrets_dir),
        }
        with Platform(tmp_path / "lean", environment=environment).start(services=()) as lean:
            assert set(lean.supervisor.processes) == {"mailbox", "operations", "caddy"}
            assert lean.folder.facts()["nats_url"] == given.nats_url()
