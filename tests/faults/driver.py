"""The load: people who play stories over HTTP, several at once, and note what they were answered."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from deploy.local.binaries import GAZETTEER
from shared.context import Caller
from shared.gazetteer import Gazetteer
from shared.tokens import Signer
from shared.values import Place
from tests.clients import Client
from tests.faults.history import History

Story = Callable[["Clerk"], None]


class Gone(Exception):
    """The command was refused, or never answered: this story ends here."""


@dataclass
class World:
    """Places that nobody has used yet."""

    seed: int
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        places = [p for p in Gazetteer(GAZETTEER).all(2_000) if p.population < 20_000]
        chance.shuffle(places)
        self._at_home = iter([p for p in places if not p.is_abroad])
        self._abroad = iter([p for p in places if p.is_abroad])

    def place(self, *, is_abroad: bool = False) -> Place:
        with self._lock:
            return next(self._abroad if is_abroad else self._at_home)


class Driver:
    """Several clients at once; each repeats what was not answered under the same key, but for one impatient client."""

    def __init__(
        self,
        world: World,
        base_urls: Mapping[str, Sequence[str]],
        stories: Sequence[Story],
        signer: Signer,
        folder: Path,
        *,
        clients: int = 4,
        patience: float = 45,
    ) -> None:
        self.world, self.base_urls, self.stories = world, base_urls, stories
        self.signer, self.patience = signer, patience
        self.stopping = threading.Event()
        self.in_flight: dict[str, str] = {}
        """Idempotency key -> service."""
        self.answered: Counter[str] = Counter()
        """By the name of the command."""
        self.unanswered = 0
        self.answered_by: Counter[str] = Counter()
        """By the address of the instance."""
        self.errors: list[BaseException] = []
        self._clients = [
            Clerk(self, number, History(folder / f"client-{uuid4()}.jsonl"))
            for number in range(clients)
        ]
        self._threads = [threading.Thread(target=self._live, args=[c]) for c in self._clients]

    @contextmanager
    def running(self) -> Iterator["Driver"]:
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            for thread in self._threads:
                thread.join()
        if self.errors:
            raise self.errors[0]

    def wait_for_flight(self, service: str = "") -> int:
        """Returns while commands are being carried out, by that service if it is named: how many."""
        until = time.monotonic() + 90
        while not (flying := self._flying(service)):
            assert time.monotonic() < until, f"nobody asks {service or 'for'} anything"
            time.sleep(0.001)
        return flying

    def _flying(self, service: str) -> int:
        asked = list(self.in_flight.values())
        return asked.count(service) if service else len(asked)

    def wait_for_answers(self, wanted: int) -> None:
        """Returns once so many more commands were carried out, however slow the machine is."""
        until, before = time.monotonic() + 120, self.answered.total()
        while (so_far := self.answered.total() - before) < wanted:
            assert time.monotonic() < until, f"{so_far} of {wanted} were answered"
            time.sleep(0.05)

    def _live(self, clerk: "Clerk") -> None:
        try:
            while not self.stopping.is_set():
                try:
                    clerk.chance.choice(self.stories)(clerk)
                except Gone:
                    continue
        except BaseException as error:  # noqa: BLE001  # a thread's error is the test's error
            self.errors.append(error)
        finally:
            clerk.history.close()


class Clerk:
    """One client: plays stories, command after command."""

    def __init__(self, driver: Driver, number: int, history: History) -> None:
        self.driver, self.number, self.history = driver, number, history
        self.chance = random.Random(f"{driver.world.seed} {number}")
        self.is_impatient = number == 0
        self._http = httpx.Client(timeout=6)

    def does(self, op: str, caller: Caller, path: str, form: Any = None) -> dict[str, Any]:
        """A command, and now and then the same command once more under the same key."""
        key = str(uuid4())
        receipt = self._ask(op, caller, path, form, key)
        if self.chance.random() < 0.15:
            self._ask(op, caller, path, form, key)
        return receipt

    def _ask(self, op: str, caller: Caller, path: str, form: Any, key: str) -> dict[str, Any]:
        facts = {"key": key, "op": op, "service": path.split("/")[2]}
        until = time.monotonic() + self.driver.patience
        while True:
            self.history.note(**facts, **{"is": "asked", "at": time.time()})
            answer = self._send(caller, path, form, key)
            if answer is not None and answer.is_success:
                self.history.note(**facts, **{"is": "ok", "receipt": answer.json()})
                self.driver.answered[op] += 1
                receipt: dict[str, Any] = answer.json()
                return receipt
            if answer is not None and 400 <= answer.status_code < 500 and answer.status_code != 401:
                said = {"is": "fail", "status": answer.status_code, "text": answer.text}
                self.history.note(**facts, **said)
                raise Gone
            self.driver.unanswered += 1
            if self.is_impatient or time.monotonic() > until:
                raise Gone
            time.sleep(0.2)

    def _send(self, caller: Caller, path: str, form: Any, key: str) -> httpx.Response | None:
        client, service = self._client(caller, path), path.split("/")[2]
        self.driver.in_flight[key] = service
        try:
            answer = client.post(path, form, key=key)
        except httpx.HTTPError:
            return None
        finally:
            self.driver.in_flight.pop(key, None)
        if answer.is_success:
            self.driver.answered_by[client.base_url] += 1
        return answer

    def waits_for(self, caller: Caller, path: str, **wanted: Any) -> None:
        """Until a service has heard from another what it has to know, and says so of what it is asked for."""
        until = time.monotonic() + self.driver.patience
        while not self._is_said(caller, path, wanted):
            if self.driver.stopping.is_set() or time.monotonic() > until:
                raise Gone
            time.sleep(0.2)

    def _is_said(self, caller: Caller, path: str, wanted: Mapping[str, Any]) -> bool:
        try:
            answer = self._client(caller, path).get(path)
        except httpx.HTTPError:
            return False
        return answer.is_success and wanted.items() <= answer.json().items()

    def _client(self, caller: Caller, path: str) -> Client:
        url = self.chance.choice(self.driver.base_urls[path.split("/")[2]])
        return Client(url, caller, self.driver.signer, self._http)
