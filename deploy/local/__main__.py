"""`make run`: starts everything, says where to look, plays the demonstration season once, and stops on Ctrl-C."""

import importlib.util
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.local.binaries import ROOT
from deploy.local.folder import FolderUnusable
from deploy.local.platform import Platform

# Servers and secrets that are given instead of the embedded ones, and what the services say of themselves.
OUTSIDE = ("_DATABASE_URL", "_DATABASE_PASSWORD", "_DATABASE_PASSWORD_FILE", "_ADDRESS")
OUTSIDE_NAMES = (
    *("NATS_URL", "SMTP_URL", "SECRETS_DIR", "PUBLIC_URL", "CORS_ORIGINS"),
    *("PROGRAMME_TIMEZONE", "DIGEST_HOUR"),
    *(
        "OIDC_ISSUER",
        "OIDC_CLIENT_ID",
        "OIDC_CLIENT_SECRET",
        "OIDC_CLIENT_SECRET_FILE",
        "OIDC_NAME",
    ),
)


def main() -> None:
    # Ctrl-C and a polite kill end the run the same way.
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    platform = _platform()
    try:
        _run(platform)
    except KeyboardInterrupt:
        _say("Stopping")
    except RuntimeError as error:
        sys.exit(f"\n{error}")
    finally:
        _finish(platform)


def _platform() -> Platform:
    try:
        return Platform(
            Path(os.environ.get("DATA_DIR") or ROOT / ".data"),
            port=_port(),
            host=os.environ.get("HOST") or "127.0.0.1",
            environment=_outside(),
            say=_say,
        )
    except FolderUnusable as error:
        sys.exit(str(error))


def _port() -> int:
    given = os.environ.get("PORT") or "8080"
    if not re.fullmatch("[0-9]{1,5}", given) or not 0 < int(given) < 65536:
        sys.exit(f"PORT={given} is no port. Give a number, e.g. make run PORT=8081")
    return int(given)


def _run(platform: Platform) -> None:
    began = time.monotonic()
    _say("Starting PostgreSQL, NATS, Caddy, the mail catcher and the four services")
    platform.start()
    _say(f"Ready after {time.monotonic() - began:.0f} seconds\n")
    _say(_where_to_look(platform))
    _play_season(platform)
    while True:
        time.sleep(3600)


def _where_to_look(platform: Platform) -> str:
    url = platform.base_url
    is_default = platform.folder.path == ROOT / ".data"
    data_dir = shlex.quote(str(platform.folder.path))
    csc = ".venv/bin/csc" if is_default else f"DATA_DIR={data_dir} .venv/bin/csc"
    return f"""  {url}                               the start
  {url}/api/directory/v1/listings     cities that are listed, seek or have partners
  {url}/api/intake/docs               the interface (also matching, outreach, directory)

  {csc} watch                 the events as they come
  {csc} status                who is where in which stream
  {platform.mail_dir}   the mails that were sent
  {platform.folder.log}    what each process says

  Ctrl-C stops all of it; the data stays in {platform.folder.path}.
"""


def _play_season(platform: Platform) -> None:
    """Once for each data folder; DEMO=0 leaves it out."""
    marker = platform.folder.path / "season-played"
    if os.environ.get("DEMO") == "0" or marker.exists():
        return
    if importlib.util.find_spec("cli.main") is None:
        _say("The demonstration season is not part of this build.")
        return
    _say("Playing the demonstration season (once; DEMO=0 leaves it out)")
    environment = {**os.environ, "DATA_DIR": str(platform.folder.path)}
    command = [str(Path(sys.prefix) / "bin" / "csc"), "season"]
    # In this process group, so that Ctrl-C reaches it too.
    done = subprocess.run(command, env=environment, cwd=ROOT, check=False)
    if done.returncode == 0:
        marker.touch()
    else:
        _say("The season ended early; the programme runs on without the rest of it.")


def _outside() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if value and (name.endswith(OUTSIDE) or name in OUTSIDE_NAMES)
    }


def _finish(platform: Platform) -> None:
    # A second Ctrl-C must not leave half of it running.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    was_running = platform.is_running
    platform.stop()
    if was_running:
        _say("Stopped")


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
