"""A running programme that may be broken: its load, its checker, and somebody who watches the positions."""

import asyncio
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from deploy.local.platform import Platform
from deploy.local.secrets import SERVICES, read_secret
from deploy.local.services import service_program
from deploy.local.supervisor import Process
from shared.context import Role
from shared.migrations import migrate
from shared.streams import connect, declare_anew, streams
from shared.tokens import Signer
from tests.clients import Client, Clients
from tests.faults.checker import Checker
from tests.faults.driver import Driver, World
from tests.faults.history import History
from tests.faults.stores import Stores
from tests.faults.stories import stories_of


class House:
    """Services that run on a platform, from their first event on."""

    def __init__(
        self, platform: Platform, folder: Path, services: Sequence[str] = SERVICES, seed: int = 1
    ) -> None:
        self.platform, self.histories, self.services = platform, folder, tuple(services)
        folder.mkdir(parents=True, exist_ok=True)
        self.stores = Stores(platform, self.services)
        self.world = World(seed)
        self.signer = Signer(platform.secrets_dir / "signing_key.json")
        self._watching = History(folder / "positions-1.jsonl")
        self._seen: dict[tuple[str, str], int] = {}
        self._stopping = threading.Event()
        self._sweep = threading.Lock()
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()

    def close(self) -> None:
        self._stopping.set()
        self._watcher.join()
        self._watching.close()

    def load(self, *instances: str, **how: Any) -> Any:
        """A context: while it lasts commands are given, to these instances or else to one of each service."""
        urls: dict[str, list[str]] = {}
        for name in instances or self.services:
            urls.setdefault(name.split("-")[0], []).append(self.platform.instance_url(name))
        stories = stories_of(self.services)
        return Driver(self.world, urls, stories, self.signer, self.histories, **how).running()

    def operator(self, instance: str) -> Client:
        caller = Clients("", self.signer, self.platform.mail_dir).who(Role.OPERATOR).caller
        return Client(self.platform.instance_url(instance), caller, self.signer)

    def violations(self, patience: float = 60, **known: Any) -> list[str]:
        is_settled = bool(known.pop("mail_is_settled", False))
        checker = Checker(self.stores, self.histories, **known)
        return checker.violations(patience, mail_is_settled=is_settled)

    def comes_to_rest(self, patience: float = 20) -> None:
        assert not [*Checker(self.stores, self.histories).i11_lag_goes_back_to_zero(patience)]

    def wipe_nats(self) -> None:
        """The whole store at once, whether its server runs or not."""
        store = self.platform.nats_dir / "jetstream"
        gone = store.rename(store.with_name("gone"))
        shutil.rmtree(gone, ignore_errors=True)

    @contextmanager
    def begins_anew(self, subscriber: str) -> Iterator[None]:
        """Nobody looks while its positions are put back, and from then on they may begin anew."""
        with self._sweep:
            yield
            self.reset(subscriber)

    def reset(self, subscriber: str) -> None:
        """From here on its positions may begin anew."""
        self._watching.note(**{"is": "reset", "subscriber": subscriber})

    def _watch(self) -> None:
        sessions: dict[str, Any] = {}
        while not self._stopping.wait(0.1):
            with self._sweep:
                self._look(sessions)
        for session in sessions.values():
            session.close()

    def _look(self, sessions: dict[str, Any]) -> None:
        for subscriber in self.services:
            try:
                session = sessions.get(subscriber) or self.stores.connect(subscriber)
                sessions[subscriber] = session
                places = self.stores.places_seen_by(session, subscriber)
            except psycopg.Error:
                sessions.pop(subscriber, None)
                continue
            self._note_moves(subscriber, places)

    def _note_moves(self, subscriber: str, places: dict[str, int]) -> None:
        for source, position in places.items():
            if self._seen.get((subscriber, source)) != position:
                self._seen[subscriber, source] = position
                facts = {"subscriber": subscriber, "source": source, "position": position}
                self._watching.note(**{"is": "seen"}, **facts)


class RiggedPlatform(Platform):
    """Some of its processes are started with a fault in them: tests/faults/rigged.py."""

    rigs: Mapping[str, str] = {}
    extra: Mapping[str, str] = {}

    def _add_service(self, service: str, name: str, *, wait: bool) -> Process:
        if name not in self.rigs and not self.extra:
            return super()._add_service(service, name, wait=wait)
        port = self._ports[name]
        environment = {**self._surroundings.service(service, port), **self.extra}
        program = service_program(service, name, port, environment)
        if name in self.rigs:
            command = [sys.executable, "-m", "tests.faults.rigged", service]
            rig = {"RIG": self.rigs[name]}
            program = replace(program, command=command, environment={**program.environment, **rig})
        return self._add(program, wait=wait)

    def empty(self, services: Sequence[str]) -> None:
        """Databases, streams and mailbox as on the first day."""
        with psycopg.connect(self.postgres_dsn("postgres", "postgres"), autocommit=True) as c:
            for name in services:
                c.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._postgres.make_databases()
        for name in (*services, "vault"):
            migrate(name, self.postgres_dsn(name, "owner"))
        asyncio.run(self._empty_streams())
        for mail in self.mail_dir.glob("*/*"):
            mail.unlink()

    async def _empty_streams(self) -> None:
        password = read_secret(self.secrets_dir, "nats_operations")
        client = await connect(self.nats_url(), "operations", password)
        for config in streams():
            await declare_anew(client.jetstream(timeout=5), str(config.name))
        await client.close()


class Laboratory:
    """The servers, on which one experiment after the other begins with nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0
        self.platform = RiggedPlatform(folder / "platform").start(services=())

    @contextmanager
    def experiment(
        self,
        services: Sequence[str],
        rigs: Mapping[str, str] | None = None,
        *,
        second: Sequence[str] = (),
        extra: Mapping[str, str] | None = None,
    ) -> Iterator[House]:
        """`rigs` names the fault in a process; of the services in `second` two instances run."""
        self.count += 1
        platform = self.platform
        platform.empty(services)
        platform.rigs, platform.extra = rigs or {}, extra or {}
        servers = list(platform.supervisor.processes)
        house = House(platform, self.folder / f"history-{self.count}", services, self.count)
        try:
            for name in services:
                platform._add_service(name, name, wait=False)
            for name in services:
                platform.process(name).wait_ready()
            for name in second:
                platform.add_instance(name)
            yield house
        finally:
            house.close()
            for name in [n for n in platform.supervisor.processes if n not in servers]:
                platform.supervisor.processes.pop(name).stop(patience=3)

    def close(self) -> None:
        self.platform.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
