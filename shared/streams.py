"""The operations process: declares the streams and keeps watching that what they acknowledge can be read back."""

import asyncio
import logging
import random
import sys
from contextlib import suppress

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError, ServerError

from shared.events import SOURCES
from shared.settings import nats_settings

log = logging.getLogger(__name__)
MAILERS = ("intake", "outreach")


def event_stream(source: str, replicas: int) -> StreamConfig:
    """Keeps everything, takes nothing back."""
    return StreamConfig(
        name=source.upper(),
        subjects=[f"{source}.>"],
        storage=StorageType.FILE,
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        num_replicas=replicas,
        deny_delete=True,
        allow_direct=True,
        duplicate_window=120,
    )


def mail_queue(service: str, replicas: int) -> StreamConfig:
    return StreamConfig(
        name=f"MAIL_{service.upper()}",
        subjects=[f"mail.{service}"],
        storage=StorageType.FILE,
        retention=RetentionPolicy.WORK_QUEUE,
        num_replicas=replicas,
        # A nudge that nobody took is old by then: the ledger puts the letter on the queue again.
        max_age=60,
    )


def streams(replicas: int = 1) -> list[StreamConfig]:
    return [event_stream(source, replicas) for source in SOURCES] + [
        mail_queue(service, replicas) for service in MAILERS
    ]


async def connect(url: str, user: str, password: str) -> Client:
    """A connection that never gives up, with an inbox of its own; what is denied is logged, it looks like a timeout."""

    async def on_error(error: Exception) -> None:
        log.warning("NATS (%s): %r", user, error)

    return await nats.connect(
        url.split(","),
        user=user,
        password=password,
        name=user,
        inbox_prefix=f"_INBOX_{user}".encode(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.5,
        ping_interval=10,
        max_outstanding_pings=2,
        error_cb=on_error,
    )


async def declare(js: JetStreamContext, config: StreamConfig) -> None:
    try:
        await js.add_stream(config)
    except APIError:
        await js.update_stream(config)


async def declare_anew(js: JetStreamContext, name: str) -> None:
    """Delete a stream and declare it: its service's relay fills it again from the store."""
    replicas = 1
    with suppress(NotFoundError):
        replicas = (await js.stream_info(name)).config.num_replicas or 1
        await js.delete_stream(name)
    await declare(js, next(config for config in streams(replicas) if config.name == name))


async def is_whole(js: JetStreamContext, config: StreamConfig) -> bool:
    """Whether the stream's folder is there and its messages can be read back.

    A server whose store was deleted under it goes on acknowledging, from memory, until it cannot any more.
    """
    try:
        # Changes nothing, but has to write to the stream's folder.
        await js.update_stream(config)
    except ServerError as problem:
        if "no such file" in str(problem.description):
            return False
        raise
    state = (await js.stream_info(str(config.name))).state
    if state.messages == 0:
        return True
    probed = [state.first_seq]
    if (
        config.retention is not RetentionPolicy.WORK_QUEUE
    ):  # whose middle has gaps, and may have lost its last
        probed = [state.last_seq, random.randint(state.first_seq, state.last_seq)]  # noqa: S311
    return all([await _is_readable(js, str(config.name), sequence) for sequence in probed])


async def _is_readable(js: JetStreamContext, name: str, sequence: int) -> bool:
    try:
        await js.get_msg(name, seq=sequence)
    except NotFoundError:
        # It may have been taken off a work queue in between: only a standing loss counts.
        state = (await js.stream_info(name)).state
        return not state.first_seq <= sequence <= state.last_seq
    return True


async def watch(js: JetStreamContext, replicas: int) -> None:
    while True:
        for config in streams(replicas):
            name = str(config.name)
            try:
                if not await is_whole(js, config):
                    log.error("%s lost what it acknowledged: deleting and declaring it anew", name)
                    await declare_anew(js, name)
            except NotFoundError:
                log.warning("%s is missing: declaring it", name)
                with suppress(NatsError, TimeoutError):
                    await declare(js, config)
            except (NatsError, OSError, TimeoutError) as problem:
                log.warning("%s cannot be looked at: %r", name, problem)
        await asyncio.sleep(1)


async def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = nats_settings("operations")
    client = await connect(settings.url, settings.user, settings.password)
    await watch(client.jetstream(timeout=3), settings.replicas)


async def check() -> None:
    """Fails unless every stream is there: the health check of this process's container."""
    settings = nats_settings("operations")
    client = await connect(settings.url, settings.user, settings.password)
    for config in streams():
        await client.jetstream(timeout=3).stream_info(str(config.name))


if __name__ == "__main__":
    asyncio.run(check() if sys.argv[1:] == ["check"] else main())
