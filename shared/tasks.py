"""Tasks that live together, and end when they are asked to."""

import asyncio
from collections.abc import Collection, Coroutine
from contextlib import suppress
from typing import Any

ASK_AGAIN_SECONDS = 2


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks, and again, until all have ended, whatever they end with.

    Before Python 3.12 one cancellation is lost when it comes in the moment in which what a task waits for arrives
    (asyncio.wait_for, in which NATS's client waits); such a task would go on for ever.
    """
    while going_on := [task for task in tasks if not task.done()]:
        for task in going_on:
            task.cancel()
        # Who waits here may be asked to end as well: it does, after them.
        with suppress(asyncio.CancelledError):
            await asyncio.wait(going_on, timeout=ASK_AGAIN_SECONDS)


async def together(*runs: Coroutine[Any, Any, None]) -> None:
    """Run all until one of them ends; then the others are ended too, and what it died of is raised."""
    tasks = [asyncio.create_task(run) for run in runs]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end(tasks)
    for task in ended:
        task.result()
