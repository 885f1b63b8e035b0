"""Makes every part of matching once and runs them: `python -m services.matching.main`."""

import logging
import os
from pathlib import Path

import services.matching.one_thread  # noqa: F401  # first: numpy reads it when it comes in
from services.matching import (
    api,
    api_advice,
    api_due,
    api_rules,
    api_world,
    outbox,
    personal,
    retention,
    subscribers,
)
from services.matching.application import Matching
from services.matching.ranking import Ranking
from shared import catalogue, operations, privacy
from shared.application import utc_now
from shared.deadlines import Timekeeper
from shared.forgetting import Forgetting
from shared.gazetteer import Gazetteer
from shared.http import create_app, name_roles
from shared.peers import Intake
from shared.process_manager import ProcessManager
from shared.relay import Relay
from shared.service import Process
from shared.settings import database_url, nats_settings, origins, required, retention_days, secret
from shared.tokens import Verifier
from shared.vault import Vault


def build() -> Process:
    url = database_url("matching")
    gazetteer = Gazetteer(Path(required("GAZETTEER")))
    ranking = Ranking.load(Path(required("WORLD")))
    matching = Matching(
        url, Vault(database_url("vault_matching"), "matching"), gazetteer, ranking, clock=utc_now
    )
    matching.words = outbox.translate
    manager = ProcessManager(matching, subscribers.handlers(matching))
    app = create_app("matching", "Matching", api.ABOUT, origins())
    forgetting = Forgetting(
        matching,
        personal.HOLDINGS,
        retention.rules(retention_days),
        Intake(required("INTAKE_URL"), "matching", secret("SERVICE_SECRET")),
    )
    process = Process(
        name="matching",
        app=app,
        database_url=url,
        nats=nats_settings("matching"),
        relay_with=lambda js: Relay(matching, js),
        subscriber=manager,
        follows=("intake", "outreach"),
        parts={"deadlines": Timekeeper(matching, matching), "forgetting": forgetting},
        prepare=forgetting.prepare,
    )
    app.state.service, app.state.halted = matching, process.halted
    matching.is_held = process.is_held
    app.state.verifier = Verifier("matching", required("JWKS_URL"))
    app.include_router(api.routes(matching))
    app.include_router(api_advice.routes(matching, ranking))
    app.include_router(api_rules.routes(matching))
    app.include_router(api_world.routes(matching, ranking))
    app.include_router(api_due.routes(matching))
    app.include_router(privacy.routes(matching, forgetting))
    app.include_router(operations.routes(process, matching, manager))
    app.include_router(operations.health_routes(process))
    app.include_router(catalogue.routes("matching"))
    name_roles(app)
    return process


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    build().run(os.environ.get("HTTP_HOST", "127.0.0.1"), int(os.environ.get("HTTP_PORT", "8002")))
