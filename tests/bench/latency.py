"""`make bench-latency`: from a command's answer to the directory showing it, and what share each hop has.

Each round updates the profile of a community and asks the directory for its own write. The command is the time until
intake answers; the relay's hop ends where NATS stamps the message; the follower's ends where the directory, asked with
`?after=` since the answer, can be read; the read is the same question asked again.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from nats.aio.client import Client as Nats

from deploy.local.platform import Platform
from shared.streams import connect
from tests.clients import Client, Clients
from tests.examples import SPRINGFIELD

LEAST = 20


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds. `visible` counts from the answer."""

    command: float
    publish: float
    apply: float
    read: float
    visible: float


class Bench:
    def __init__(self, clients: Clients, community: str, js: Any) -> None:
        self.staff, self.public = clients.staff(), clients.public()
        self.community, self.js = community, js

    async def run(self, rounds: int) -> list[Round]:
        return [await self._round(number) for number in range(rounds)]

    async def _round(self, number: int) -> Round:
        began = time.time()
        position = await asyncio.to_thread(self._command, number)
        answered = time.time()
        await asyncio.to_thread(self._read, position)
        visible = time.time()
        await asyncio.to_thread(self._read, position)
        read = time.time() - visible
        # The relay may be quicker than the answer's way back to us.
        published = max(await self._published_at(position), answered)
        applied = max(visible - read, published)
        return Round(
            command=answered - began,
            publish=published - answered,
            apply=applied - published,
            read=visible - applied,
            visible=visible - answered,
        )

    def _command(self, number: int) -> str:
        form = {"profile": {"seeks": f"A partner, asked for the {number}th time."}}
        position: str = self.staff.does(
            f"/api/intake/v1/communities/{self.community}/profile", form
        )["position"]
        return position

    def _read(self, position: str) -> None:
        self.public.reads("/api/directory/v1/counts", after=position)

    async def _published_at(self, position: str) -> float:
        """When NATS took the message; found from the stream's end, where it was just put."""
        sequence = (await self.js.stream_info("INTAKE")).state.last_seq
        while True:
            message = await self.js.get_msg("INTAKE", seq=sequence)
            if message.headers["position"] == position.partition(":")[2]:
                return float(message.time.timestamp())
            sequence -= 1


def report(rounds: Sequence[Round]) -> str:
    """p50 and p99 in milliseconds, and each hop's share of the time from the command to the view."""
    hops: list[tuple[str, Callable[[Round], float]]] = [
        ("command, until it is answered", lambda r: r.command),
        ("relay publishes", lambda r: r.publish),
        ("follower applies", lambda r: r.apply),
        ("read", lambda r: r.read),
    ]
    total = sum(r.command + r.visible for r in rounds)
    lines = [f"{len(rounds)} rounds, milliseconds", f"{'':32}{'p50':>9}{'p99':>9}{'share':>8}"]
    lines += [
        f"{name:32}{_columns([hop(r) for r in rounds])}{sum(map(hop, rounds)) / total:>8.0%}"
        for name, hop in hops
    ]
    lines.append(f"{'answered -> visible':32}{_columns([r.visible for r in rounds])}")
    return "\n".join(lines)


def _columns(seconds: Sequence[float]) -> str:
    cuts = quantiles(seconds, n=100, method="inclusive")
    return f"{cuts[49] * 1000:>9.1f}{cuts[98] * 1000:>9.1f}"


def registered(clients: Clients) -> str:
    staff: Client = clients.staff()
    form = {"geoname_id": SPRINGFIELD.geoname_id, "kind": "city"}
    return str(staff.does("/api/intake/v1/communities", form)["id"])


async def measure(platform: Platform, rounds: int) -> list[Round]:
    clients = Clients.of(platform)
    password = (platform.secrets_dir / "nats_reader").read_text().strip()
    nats: Nats = await connect(platform.nats_url(), "reader", password)
    try:
        bench = Bench(clients, registered(clients), nats.jetstream())
        await bench.run(LEAST)  # until pools are filled and code is warm
        return await bench.run(rounds)
    finally:
        await nats.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    rounds = max(parser.parse_args().rounds, LEAST)
    with tempfile.TemporaryDirectory() as folder:
        print("Starting the programme in an empty folder", file=sys.stderr, flush=True)
        with Platform(Path(folder)).start() as platform:
            print(report(asyncio.run(measure(platform, rounds))))


if __name__ == "__main__":
    main()
