"""What operators ask of the directory: status, parked events, a rebuild; answers as the other services give them."""

import asyncio
import logging
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter

from services.directory import rebuild
from services.directory.read_models import ReadModels
from services.directory.rebuild import Rebuild, Rebuilder
from shared.context import Caller, current_command
from shared.http import Operator
from shared.operations import Acceptance, Status, operations_router, subscriptions
from shared.service import Process

log = logging.getLogger(__name__)


def routes(process: Process, read_models: ReadModels, rebuilder: Rebuilder) -> APIRouter:
    router = operations_router(process, read_models)

    def ask(caller: Caller) -> Rebuild:
        command = current_command.get()
        assert command is not None, "the door made one"
        identity = uuid5(NAMESPACE_URL, f"rebuild/{caller.subject}/{command.key}")
        with read_models.pool.connection() as connection:
            return rebuild.ask(connection, identity, caller.subject)

    @router.get("/status")
    async def status(caller: Operator) -> Status:
        listening = await subscriptions(process, read_models)
        return Status(
            service=process.name,
            store_head=0,
            stream_head=0,
            lag=0,
            parked=sum(subscription.parked for subscription in listening),
            subscriptions=listening,
            letters={},
            troubles=process.troubles(),
            lineage=None,
        )

    @router.post("/rebuild", status_code=202)
    async def begin_rebuild(caller: Operator) -> Rebuild:
        """Build the read models anew beside the shown ones, and show them once they have caught up."""
        asked = await asyncio.to_thread(ask, caller)
        rebuilder.wake.set()
        return asked

    @router.get("/rebuild")
    def latest_rebuild(caller: Operator) -> Rebuild | None:
        """The rebuild that is under way, or the last one; null where none was asked for so far."""
        with read_models.pool.connection() as connection:
            return rebuild.latest(connection)

    @router.post("/subscriptions/{source}/accept", status_code=202)
    async def accept(source: str, form: Acceptance, caller: Operator) -> dict[str, Any]:
        """After a restore of a source: read models are built anew from its new life."""
        log.warning("operator %s accepts lineage %s of %s", caller.subject, form.lineage, source)
        asked = await asyncio.to_thread(ask, caller)
        rebuilder.wake.set()
        return {"source": source, "lost": len(form.lost), "rebuild": str(asked.id)}

    return router
