"""What each service's process is told through its environment, and how to know that it is ready."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.binaries import GAZETTEER, WORLD
from deploy.local.secrets import DATABASE_ROLES
from deploy.local.supervisor import Program, answers


@dataclass(frozen=True)
class Surroundings:
    """Addresses that every service needs. `outside` wins: servers that were given instead of the embedded ones."""

    secrets: Path
    postgres_port: int
    nats_url: str
    smtp_url: str
    public_url: str
    service_urls: Mapping[str, str]
    outside: Mapping[str, str]

    def databases(self, suffix: str) -> dict[str, str]:
        """Variables of the roles whose name ends so: "_owner" for migrations, else what a service needs."""
        found: dict[str, str] = {}
        for role in DATABASE_ROLES:
            if role.endswith("_owner") != (suffix == "_owner"):
                continue
            prefix = f"{role.removesuffix('_app').upper()}_DATABASE"
            if f"{prefix}_URL" in self.outside:
                continue
            database = role.split("_")[0]
            found[f"{prefix}_URL"] = (
                f"postgresql://{role}@127.0.0.1:{self.postgres_port}/{database}"
            )
            found[f"{prefix}_PASSWORD_FILE"] = str(self.secrets / f"database_{role}")
        return found

    def nats(self, user: str) -> dict[str, str]:
        return {
            "NATS_URL": self.nats_url,
            "NATS_USER": user,
            "NATS_PASSWORD_FILE": str(self.secrets / f"nats_{user}"),
        }

    def service(self, name: str, port: int) -> dict[str, str]:
        own = self.databases("_app")
        prefixes = (name.upper(), f"VAULT_{name.upper()}")
        return {
            **{key: value for key, value in own.items() if key.startswith(prefixes)},
            **self.nats(name),
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(port),
            **{f"{peer.upper()}_URL": url for peer, url in self.service_urls.items()},
            "JWKS_URL": f"{self.service_urls['intake']}/api/intake/v1/jwks.json",
            "PUBLIC_URL": self.public_url,
            "SMTP_URL": self.smtp_url,
            "GAZETTEER": str(GAZETTEER),
            "WORLD": str(WORLD),
            **self._keys(name),
            **self.outside,
        }

    def _keys(self, name: str) -> dict[str, str]:
        if name != "intake":
            return {"SERVICE_SECRET_FILE": str(self.secrets / f"service_{name}")}
        return {
            "SIGNING_KEY_FILE": str(self.secrets / "signing_key.json"),
            "SERVICE_SECRETS_FILE": str(self.secrets / "service_secrets.json"),
        }


def service_program(service: str, name: str, port: int, environment: Mapping[str, str]) -> Program:
    """A service, or with another name and port a second instance of it."""
    return Program(
        name=name,
        command=[sys.executable, "-m", f"services.{service}.main"],
        ready=lambda: answers(port, f"/api/{service}/health/ready") is not None,
        environment={"PYTHONUNBUFFERED": "1", **environment},
    )
