"""Passwords and keys, each a file, made once: `python -m deploy.local.secrets FOLDER`."""

import json
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

from joserfc.jwk import OKPKey

SERVICES = ("intake", "matching", "outreach", "directory")
DATABASE_ROLES = (
    *(f"{service}_{role}" for service in SERVICES for role in ("owner", "app")),
    "directory_public",
    "directory_casebook",
    "vault_owner",
    "vault_intake",
    "vault_matching",
    "vault_outreach",
)
NATS_USERS = (*SERVICES, "operations", "reader")


def make_secrets(folder: Path, *, mode: int = 0o600) -> None:
    """Make what is missing; what exists stays. Only the folder's owner can enter it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in _password_files():
        _keep(folder / name, _password, mode)
    _keep(folder / "signing_key.json", _signing_key, mode)
    _keep(folder / "service_secrets.json", lambda: _service_secrets(folder), mode)
    _keep(folder / "nats_passwords.conf", lambda: _nats_passwords(folder), mode)


def read_secret(folder: Path, name: str) -> str:
    return (folder / name).read_text().strip()


def _password_files() -> list[str]:
    return [
        "postgres_superuser",
        *(f"database_{role}" for role in DATABASE_ROLES),
        *(f"nats_{user}" for user in NATS_USERS),
        *(f"service_{service}" for service in SERVICES),
    ]


def _password() -> str:
    # The letter in front keeps NATS from reading a number such as 1e5.
    return f"s{secrets.token_hex(24)}"


def _signing_key() -> str:
    key = OKPKey.generate_key("Ed25519", private=True, auto_kid=True)
    return json.dumps(key.as_dict(private=True), indent=2)


def _service_secrets(folder: Path) -> str:
    return json.dumps({name: read_secret(folder, f"service_{name}") for name in SERVICES}, indent=2)


def _nats_passwords(folder: Path) -> str:
    lines = (
        f"{name.upper()}_PASSWORD: {read_secret(folder, f'nats_{name}')}" for name in NATS_USERS
    )
    return "\n".join(lines)


def _keep(file: Path, make: Callable[[], str], mode: int) -> None:
    if file.exists():
        return
    draft = file.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as out:
        out.write(make() + "\n")
    draft.rename(file)


if __name__ == "__main__":
    # Containers see each file alone, under users of their own: the files are readable, the folder guards them.
    make_secrets(Path(sys.argv[1]), mode=0o444)
    print(f"{sys.argv[1]}: ready")
