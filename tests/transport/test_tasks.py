"""Tasks that live together, and end when they are asked to."""

import asyncio

import pytest

from shared.tasks import end, together


async def deaf(times: int) -> None:
    """Loses cancellations, as a task does that was answered in the same moment."""
    while True:
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            if times == 0:
                raise
            times -= 1


async def dies() -> None:
    await asyncio.sleep(0.1)
    raise RuntimeError("of this")


def test_a_cancellation_that_is_lost_is_said_again() -> None:
    """A task that missed the first one ends with the next."""

    async def scenario() -> bool:
        task = asyncio.create_task(deaf(1))
        await asyncio.sleep(0)
        await end([task])
        return task.cancelled()

    assert asyncio.run(scenario())


def test_one_that_dies_ends_all() -> None:
    """The others end, one within another and hard of hearing as it may be; what it died of is raised."""

    async def scenario() -> set[asyncio.Task[None]]:
        with pytest.raises(RuntimeError, match="of this"):
            await together(together(deaf(1), deaf(0)), dies())
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(scenario()) == set()
