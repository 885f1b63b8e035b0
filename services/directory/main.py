"""Makes every part of the directory once and runs them: `python -m services.directory.main`."""

import os
from pathlib import Path

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from services.directory import api, event_doors, generations, operations, privacy
from services.directory.read_models import Pool, ReadModels
from services.directory.rebuild import Rebuilder
from shared import catalogue
from shared.application import utc_now
from shared.events import SOURCES
from shared.gazetteer import Gazetteer
from shared.http import create_app, name_roles
from shared.operations import health_routes
from shared.service import Process
from shared.settings import database_url, nats_settings, origins, required
from shared.tokens import Verifier


def build() -> Process:
    url = database_url("directory")
    pool = _pool(url)
    with pool.connection() as connection:
        generations.ensure(connection)
    read_models = ReadModels(pool)
    rebuilder = Rebuilder(pool, url, lambda: process.js)
    app = create_app("directory", "Directory", api.ABOUT, origins())
    process = Process(
        name="directory",
        app=app,
        database_url=url,
        nats=nats_settings("directory"),
        subscriber=read_models,
        follows=SOURCES,
        parts={"rebuild": rebuilder},
    )
    app.state.gazetteer = Gazetteer(Path(required("GAZETTEER")))
    app.state.verifier = Verifier("directory", required("JWKS_URL"))
    public, protected = (
        _pool(database_url(role)) for role in ("directory_public", "directory_casebook")
    )
    origin = os.environ.get("PUBLIC_URL", "http://localhost:8080").rstrip("/")
    for router in api.routes(public, protected, utc_now, origin):
        app.include_router(router)
    app.include_router(privacy.routes())
    app.include_router(operations.routes(process, read_models, rebuilder))
    app.include_router(event_doors.routes(process, protected, utc_now))
    app.include_router(health_routes(process))
    app.include_router(catalogue.routes("directory"))
    name_roles(app)
    return process


def _pool(url: str) -> Pool:
    return ConnectionPool(
        url,
        kwargs={"row_factory": dict_row},
        check=ConnectionPool.check_connection,
        min_size=1,
        max_size=8,
        timeout=10,
        open=True,
    )


if __name__ == "__main__":
    build().run(os.environ.get("HTTP_HOST", "127.0.0.1"), int(os.environ.get("HTTP_PORT", "8004")))
