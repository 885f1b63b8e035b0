"""Puts the embedded platform together: servers, databases, streams, services and the one origin before them.

with Platform(Path("/tmp/x")).start() as platform:
    platform.process("intake").kill()
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from deploy.local.binaries import GAZETTEER, ROOT, WORLD
from deploy.local.caddy import Caddy
from deploy.local.folder import DataFolder, is_free
from deploy.local.mailbox import Mailbox
from deploy.local.nats import Nats
from deploy.local.postgres import SUPERUSER, Postgres
from deploy.local.secrets import SERVICES, make_secrets
from deploy.local.services import Surroundings, service_program
from deploy.local.supervisor import Process, Program, Supervisor
from deploy.local.warden import began

STREAMS = {"INTAKE", "MATCHING", "OUTREACH", "MAIL_INTAKE", "MAIL_OUTREACH"}
PORT_NAMES = ("postgres", "nats", "nats_monitor", "smtp", "mailbox", *SERVICES)


def _quiet(_: str) -> None:
    pass


class Platform:
    """Everything in one data folder. `port=0` chooses the origin's port; `environment` goes to each service."""

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        environment: Mapping[str, str] | None = None,
        say: Callable[[str], None] = _quiet,
    ) -> None:
        self.folder = DataFolder(data_dir)
        self.say = say
        self._wanted_port, self._host = port, host
        self._environment = dict(environment or {})
        self._supervisor: Supervisor | None = None
        self._is_stopping = False

    def start(self, services: Sequence[str] = SERVICES) -> Self:
        """Start all of it in order; returns when everything is ready."""
        held_file = self.folder.lock(self.say)
        make_secrets(self.secrets_dir)
        self._settle_addresses()
        self._is_stopping = False
        self._supervisor = Supervisor(
            self.folder.log, ROOT, held_file, self._write_facts, say=self.say
        )
        try:
            self._start_servers()
            self._start_services(services)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        if self._supervisor:
            self._is_stopping = True
            with suppress(OSError):  # on a full disk too
                self._write_facts()
            self._supervisor.stop()
            self._supervisor = None
        self.folder.unlock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        return self._supervisor is not None

    @property
    def supervisor(self) -> Supervisor:
        if self._supervisor is None:
            raise RuntimeError("the platform is not running")
        return self._supervisor

    def process(self, name: str) -> Process:
        """postgres, nats, mailbox, operations, caddy, a service, or a second instance such as intake-2."""
        return self.supervisor.processes[name]

    def add_instance(self, service: str) -> Process:
        """One more instance of a service, on a port of its own, outside the origin."""
        running = [name for name in self.supervisor.processes if name.split("-")[0] == service]
        name = f"{service}-{len(running) + 1}" if running else service
        self._ports.update(self.folder.ports([name]))
        return self._add_service(service, name, wait=True)

    def instance_url(self, name: str) -> str:
        """Where one instance answers, past the origin."""
        return f"http://127.0.0.1:{self._ports[name]}"

    def postgres_dsn(self, database: str, role: str = "app") -> str:
        """Connection string for a role of a database: owner, app, public, casebook, or postgres."""
        return self._postgres.dsn(database, role if role == SUPERUSER else f"{database}_{role}")

    def nats_url(self, user: str | None = None) -> str:
        return self._nats.url(user)

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self._ports['origin']}"

    @property
    def mail_dir(self) -> Path:
        return self.folder.mail

    @property
    def nats_dir(self) -> Path:
        return self.folder.path / "nats"

    @property
    def secrets_dir(self) -> Path:
        return Path(self._environment.get("SECRETS_DIR", self.folder.secrets))

    def run(self, name: str, module: str, *arguments: str, environment: Mapping[str, str]) -> None:
        """Run one of our modules to its end; what it says goes to its log, and into the error if it fails."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        with (self.folder.log / f"{name}.log").open("a") as log:
            log.write(done.stdout + done.stderr)
        if done.returncode:
            raise RuntimeError(f"{module} failed:\n{done.stdout}{done.stderr}")

    def _settle_addresses(self) -> None:
        self._ports = self.folder.ports(PORT_NAMES)
        self._ports["origin"] = self._origin_port()
        secrets, ports = self.secrets_dir, self._ports
        self._postgres = Postgres(self.folder.path / "postgres", ports["postgres"], secrets)
        self._nats = Nats(self.nats_dir, ports["nats"], ports["nats_monitor"], secrets)
        self._mailbox = Mailbox(self.mail_dir, ports["smtp"], ports["mailbox"])
        self._surroundings = Surroundings(
            secrets=secrets,
            postgres_port=ports["postgres"],
            nats_url=self._environment.get("NATS_URL", self._nats.url()),
            smtp_url=self._mailbox.url,
            public_url=self.base_url,
            service_urls={name: self.instance_url(name) for name in SERVICES},
            outside=self._environment,
        )

    def _origin_port(self) -> int:
        if not self._wanted_port:
            return self.folder.ports(["origin"])["origin"]
        if not is_free(self._wanted_port, self._host):
            raise RuntimeError(
                f"Port {self._wanted_port} is taken. Choose another: make run PORT={self._wanted_port + 1}"
            )
        return self._wanted_port

    def _start_servers(self) -> None:
        if self._is_embedded("NATS_URL"):
            self._add(self._nats.program(), wait=False)
        if self._needs_postgres():
            if not (self.folder.path / "postgres").exists():
                self.say("Making the PostgreSQL cluster (once)")
            self._add(self._postgres.program())
            self._postgres.make_databases()
        if self._is_embedded("SMTP_URL"):
            self._add(self._mailbox.program(), wait=False)
        for process in self.supervisor.processes.values():
            process.wait_ready()

    def _start_services(self, services: Sequence[str]) -> None:
        self._add(self._operations(), wait=False)
        upstreams = {name: self._ports[name] for name in (*SERVICES, "mailbox")}
        self._add(self._caddy().program(upstreams), wait=False)
        if services:
            self._migrate(services)
        self.process("operations").wait_ready()
        for name in services:
            self._add_service(name, name, wait=False)
        for process in self.supervisor.processes.values():
            process.wait_ready()

    def _migrate(self, services: Sequence[str]) -> None:
        owners = {**self._surroundings.databases("_owner"), **self._environment}
        wanted = (*services, "vault")
        migrated = [name for name in wanted if f"{name.upper()}_OWNER_DATABASE_URL" in owners]
        for name in sorted(set(wanted) - set(migrated)):
            self.say(
                f"{name.upper()}_OWNER_DATABASE_URL is not set: {name}'s database is taken as it is"
            )
        self.run("migrations", "shared.migrations", *migrated, environment=owners)

    def _operations(self) -> Program:
        environment = {**self._surroundings.nats("operations"), **self._environment}
        embedded = self._is_embedded("NATS_URL")
        return Program(
            name="operations",
            command=[sys.executable, "-m", "shared.streams"],
            ready=lambda: not embedded or self._nats.streams() >= STREAMS,
            environment={"PYTHONUNBUFFERED": "1", **environment},
        )

    def _caddy(self) -> Caddy:
        folder = self.folder
        return Caddy(
            self._host, self._ports["origin"], folder.path / "caddy", folder.log / "access.log"
        )

    def _add(self, program: Program, *, wait: bool = True) -> Process:
        return self.supervisor.add(program, wait=wait)

    def _add_service(self, service: str, name: str, *, wait: bool) -> Process:
        port = self._ports[name]
        environment = self._surroundings.service(service, port)
        return self._add(service_program(service, name, port, environment), wait=wait)

    def _is_embedded(self, variable: str) -> bool:
        return variable not in self._environment

    def _needs_postgres(self) -> bool:
        stores = (*SERVICES, "vault_intake", "vault_matching", "vault_outreach")
        return any(self._is_embedded(f"{name.upper()}_DATABASE_URL") for name in stores)

    def _write_facts(self) -> None:
        if self._supervisor:
            self.folder.write_facts(self._facts())

    def _facts(self) -> dict[str, Any]:
        """What csc and other programs beside the platform read to find it."""
        processes = self.supervisor.processes.values()
        return {
            "pid": os.getpid(),
            "began": began(os.getpid()),
            "is_stopping": self._is_stopping,
            "base_url": self.base_url,
            "nats_url": self._surroundings.nats_url,
            "nats_monitor_url": f"http://127.0.0.1:{self._ports['nats_monitor']}",
            "postgres": {"host": "127.0.0.1", "port": self._ports["postgres"]},
            "smtp_url": self._surroundings.smtp_url,
            "mail_dir": str(self.mail_dir),
            "secrets_dir": str(self.secrets_dir),
            "log_dir": str(self.folder.log),
            "gazetteer": str(GAZETTEER),
            "world": str(WORLD),
            "ports": self._ports,
            "processes": {process.name: {"pid": process.pid} for process in processes},
        }
