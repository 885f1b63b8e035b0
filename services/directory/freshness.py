"""Lets a reader wait until the directory has heard what the reader itself has written."""

import asyncio
import time
from collections.abc import Mapping

from services.directory.read_models import Pool
from shared.refusals import Refusal

PATIENCE_SECONDS = 5
LOOK_EVERY_SECONDS = 0.01


class NotHeardYet(Refusal):
    """The directory has not heard of {position} yet."""

    status = 503
    next_step = "Ask again in a second; the change itself is safe."


class Freshness:
    """However many readers wait, one look at the database serves them all."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._look: asyncio.Task[dict[str, int]] | None = None

    async def wait(self, wanted: Mapping[str, int]) -> None:
        """Returns when every source's position is reached; raises NotHeardYet after five seconds."""
        until = time.monotonic() + PATIENCE_SECONDS
        while late := await self._late(wanted):
            if time.monotonic() > until:
                raise NotHeardYet(position=late)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _late(self, wanted: Mapping[str, int]) -> str:
        reached = await self._reached() if wanted else {}
        late = [f"{s}:{position}" for s, position in wanted.items() if reached.get(s, 0) < position]
        return ", ".join(late)

    async def _reached(self) -> dict[str, int]:
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(asyncio.to_thread(self._read))
        # A reader who goes away must not take the look away from the others.
        return await asyncio.shield(self._look)

    def _read(self) -> dict[str, int]:
        with self.pool.connection() as connection:
            found = connection.execute("SELECT source, position FROM reached")
            return {row["source"]: row["position"] for row in found}
