"""Real PostgreSQL and NATS without the services, and a database of the directory that is emptied for each test."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from deploy.local.platform import Platform
from services.directory import generations
from services.directory.city_map import Rows
from services.directory.read_models import Pool, ReadModels
from shared.migrations import migrate
from shared.tokens import Signer
from tests.clients import Clients
from tests.directory.heard import Streams


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("directory")).start(services=()) as platform:
        migrate("directory", platform.postgres_dsn("directory", "owner"))
        yield platform


@contextmanager
def pool_of(dsn: str) -> Iterator[Pool]:
    kwargs = {"row_factory": dict_row}
    pool: Pool = ConnectionPool(dsn, kwargs=kwargs, min_size=1, max_size=4, open=True)
    with pool:
        yield pool


@pytest.fixture
def pool(servers: Platform) -> Iterator[Pool]:
    """Of the application's role; the directory is as on its first day."""
    with pool_of(servers.postgres_dsn("directory")) as made:
        with made.connection() as connection:
            empty(connection)
        yield made


def empty(connection: Rows) -> None:
    found = connection.execute("SELECT generation FROM generations").fetchall()
    connection.execute("DELETE FROM rebuilds")
    for row in found:
        for schema in ("city_map", "casebook"):
            connection.execute(f"DROP SCHEMA IF EXISTS {schema}_g{row['generation']} CASCADE")
    connection.execute("DELETE FROM generations")
    generations.ensure(connection)


@pytest.fixture
def read_models(pool: Pool) -> ReadModels:
    return ReadModels(pool)


@pytest.fixture
def connection(pool: Pool) -> Iterator[Rows]:
    with pool.connection() as made:
        yield made


@pytest.fixture
def public(servers: Platform) -> Iterator[Rows]:
    """What the public door may see."""
    dsn = servers.postgres_dsn("directory", "public")
    with psycopg.connect(dsn, row_factory=dict_row, autocommit=True) as made:
        yield made


@pytest.fixture
def staff_door(servers: Platform) -> Iterator[Rows]:
    """What the protected door may see."""
    dsn = servers.postgres_dsn("directory", "casebook")
    with psycopg.connect(dsn, row_factory=dict_row, autocommit=True) as made:
        yield made


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The directory alone, as it runs, with somebody who tells it the public keys of intake."""
    folder = tmp_path_factory.mktemp("running")
    with (
        keys_of(folder / "secrets" / "signing_key.json") as address,
        Platform(folder, environment={"JWKS_URL": address}).start(services=["directory"]) as it,
    ):
        yield it


@contextmanager
def keys_of(key_file: Path) -> Iterator[str]:
    """Serves the JWKS document of a key that the platform has yet to make."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(Signer(key_file).public_keys()).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/jwks.json"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def people(running: Platform) -> Clients:
    return Clients.of(running)


@pytest.fixture(scope="session")
def streams(running: Platform) -> Streams:
    return Streams(running)
