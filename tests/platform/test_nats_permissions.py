"""What each NATS user may do, and what it may not."""

import asyncio
import json
from typing import Any

import nats
import pytest
from nats.errors import Error as NatsError

from deploy.local.platform import Platform

SERVICES = ("intake", "matching", "outreach", "directory")
ALLOWED = [
    *((name, f"{name}.Tried.v1") for name in ("intake", "matching", "outreach")),
    ("intake", "mail.intake"),
    ("outreach", "mail.outreach"),
    *(
        ("directory", f"$JS.API.STREAM.INFO.{stream}")
        for stream in ("INTAKE", "MATCHING", "OUTREACH")
    ),
    ("matching", "$JS.API.STREAM.INFO.INTAKE"),
    ("outreach", "$JS.API.STREAM.INFO.MATCHING"),
    ("intake", "$JS.API.STREAM.INFO.OUTREACH"),
    ("reader", "$JS.API.STREAM.NAMES"),
    ("operations", "$JS.API.STREAM.NAMES"),
    ("operations", "$JS.API.STREAM.INFO.MAIL_OUTREACH"),
]
DENIED = [
    *((name, "intake.Tried.v1") for name in ("matching", "outreach", "directory", "reader")),
    ("intake", "outreach.Tried.v1"),
    ("intake", "mail.outreach"),
    ("directory", "mail.intake"),
    *((name, "$JS.API.STREAM.PURGE.INTAKE") for name in (*SERVICES, "reader")),
    *((name, "$JS.API.STREAM.DELETE.INTAKE") for name in (*SERVICES, "reader")),
    *((name, "$JS.API.STREAM.UPDATE.INTAKE") for name in (*SERVICES, "reader")),
    *((name, "$JS.API.STREAM.CREATE.OTHER") for name in (*SERVICES, "reader")),
    ("matching", "$JS.API.CONSUMER.CREATE.INTAKE.directory"),
    ("matching", "$JS.API.CONSUMER.DELETE.INTAKE.directory"),
    ("directory", "$JS.API.CONSUMER.CREATE.INTAKE.anything"),
    ("reader", "$JS.API.CONSUMER.CREATE.MAIL_INTAKE.spy"),
    ("reader", "$JS.API.CONSUMER.CREATE.INTAKE"),
    ("reader", "$JS.API.CONSUMER.DURABLE.CREATE.INTAKE.watch-1"),
    ("reader", "$JS.API.CONSUMER.DELETE.INTAKE.watch-1"),
    ("reader", "$JS.API.STREAM.MSG.GET.MAIL_INTAKE"),
    *(
        ("reader", f"$JS.API.CONSUMER.{what}.{consumer}")
        for what in ("CREATE.INTAKE", "CREATE.MATCHING", "MSG.NEXT.INTAKE", "DELETE.OUTREACH")
        for consumer in (*SERVICES, "directory-rebuild")
    ),
    ("reader", "$JS.API.CONSUMER.CREATE.INTAKE.directory.intake.>"),
    ("operations", "intake.Tried.v1"),
    ("operations", "mail.outreach"),
    ("operations", "_INBOX_reader.1"),
    ("operations", "$JS.API.STREAM.PURGE.INTAKE"),
    ("operations", "$JS.API.STREAM.MSG.DELETE.INTAKE"),
    ("operations", "$JS.API.CONSUMER.DELETE.INTAKE.directory"),
    ("operations", "$JS.API.CONSUMER.MSG.NEXT.MAIL_INTAKE.mailer"),
]


async def ask(platform: Platform, user: str, subject: str) -> dict[str, Any] | None:
    """The server's answer to one request, or nothing where the subject was denied."""
    denied = asyncio.Event()

    async def note(error: Exception) -> None:
        if "permissions violation for publish" in str(error).lower():
            denied.set()

    url = platform.nats_url(user)
    client = await nats.connect(url, inbox_prefix=f"_INBOX_{user}".encode(), error_cb=note)
    request = asyncio.ensure_future(client.request(subject, b"", timeout=5))
    refusal = asyncio.ensure_future(denied.wait())
    try:
        # A denied call only looks like a timeout to its caller; the reason comes by the side.
        await asyncio.wait((request, refusal), return_when=asyncio.FIRST_COMPLETED)
        found: dict[str, Any] | None = None if denied.is_set() else json.loads((await request).data)
        return found
    finally:
        request.cancel()
        refusal.cancel()
        await client.close()


@pytest.mark.parametrize(("user", "subject"), ALLOWED)
def test_a_user_may(servers: Platform, user: str, subject: str) -> None:
    """Each user can do what its service needs."""
    answer = asyncio.run(ask(servers, user, subject))
    assert answer is not None
    assert "error" not in answer


@pytest.mark.parametrize(("user", "subject"), DENIED)
def test_a_user_may_not(servers: Platform, user: str, subject: str) -> None:
    """No user speaks for another service, takes from a stream or touches another's consumer."""
    assert asyncio.run(ask(servers, user, subject)) is None


@pytest.mark.parametrize("user", [*SERVICES, "reader", "operations"])
def test_nobody_listens_past_the_streams(servers: Platform, user: str) -> None:
    """Nobody can listen to plain subjects, no service even to its own."""

    async def listen() -> list[str]:
        errors: list[str] = []

        async def note(error: Exception) -> None:
            errors.append(str(error).lower())

        client = await nats.connect(servers.nats_url(user), error_cb=note)
        await client.subscribe("intake.>")
        await client.flush()
        await asyncio.sleep(0.1)
        await client.close()
        return errors

    assert any("permissions violation for subscription" in error for error in asyncio.run(listen()))


def test_nobody_enters_without_a_name(servers: Platform) -> None:
    """NATS refuses who does not say who is calling."""

    async def enter() -> None:
        async def note(error: Exception) -> None:
            pass

        await nats.connect(servers.nats_url(), allow_reconnect=False, error_cb=note)

    with pytest.raises(NatsError, match=r"(?i)authorization"):
        asyncio.run(enter())
