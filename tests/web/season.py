"""A system of its own, in which the demonstration season was played: what `make run` shows."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.binaries import ROOT
from deploy.local.platform import Platform


@contextmanager
def a_season(folder: Path) -> Iterator[Platform]:
    with Platform(folder, environment={"SIGN_IN_PER_NETWORK": "2000"}).start() as running:
        play(folder)
        yield running


def play(folder: Path) -> None:
    """A play that a slow machine ended early is gone on with: what is done already is not done again."""
    csc = Path(sys.prefix) / "bin/csc"
    environment = os.environ | {"DATA_DIR": str(folder)}
    said = ""
    for _ in range(5):
        played = subprocess.run(
            [csc, "season"], env=environment, cwd=ROOT, check=False, capture_output=True, text=True
        )
        if played.returncode == 0:
            return
        said = played.stdout + played.stderr
    raise RuntimeError(f"The season does not come to its end: {said}")
