"""What csc is asked and cannot answer is said in a sentence: wrong words, and nobody there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.trouble import Trouble
from cli.watch import known_type, starting_point
from deploy.local.binaries import ROOT
from deploy.local.secrets import make_secrets


@pytest.mark.parametrize("since", ["999999w", "999999999999d", "9" * 5000, "2h2"])
def test_no_moment_is_out_of_reach(since: str) -> None:
    """A moment before the first year or without a meaning is a question that csc cannot answer."""
    with pytest.raises(Trouble, match="cannot tell what moment"):
        starting_point(since, "intake")


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("DebriefInvite", "Did you mean DebriefInvited"),
        ("citiesseekingrequested", "Did you mean CitySeekingRequested"),
        ("Foo", "/api/intake/events shows all of them"),
    ],
)
def test_the_name_of_no_event_is_refused(given: str, hint: str) -> None:
    """A name that no event has would be waited for in vain: names that are near are told instead."""
    with pytest.raises(Trouble, match=f"no event {given}") as trouble:
        known_type(given)
    assert hint in trouble.value.next_step


@pytest.mark.parametrize(
    "given", ["", "DebriefInvited", "debriefinvited", "intake.DebriefInvited.v1"]
)
def test_an_event_has_a_short_and_a_full_name(given: str) -> None:
    """An event is known by its name and by its subject, in any case; no name means all."""
    known_type(given)


@pytest.mark.parametrize("command", ["watch", "status"])
def test_where_nobody_answers_the_way_to_start_is_said(tmp_path: Path, command: str) -> None:
    """After a stop the addresses are known, and nobody is there: csc says so, and how to start."""
    make_secrets(tmp_path)
    away = {"CSC_URL": "http://127.0.0.1:1", "NATS_URL": "nats://127.0.0.1:1"}
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", command],
        env={**os.environ, **away, "SECRETS_DIR": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert said.count("Start the programme with `make run`") == 1
    assert "Traceback" not in said
