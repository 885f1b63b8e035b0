"""The vault: personal values and private texts rest sealed, each with a key of its own that can be thrown away.

Keys stand in a database apart from what they open. A text is forgotten by throwing its key away: then its row, every
dead copy of it in database files, and every backup of the service's database hold nothing that anybody can read.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection
from psycopg_pool import ConnectionPool

KEY_BYTES = 32
NONCE_BYTES = 12
DIGEST_KEY_ID = UUID(int=0)
"""The key of the digests, which opens nothing."""


class Vault:
    """One service's keys; several instances share them."""

    def __init__(self, database_url: str, service: str) -> None:
        self.table = f"{service}_keys"
        self._pool = ConnectionPool(
            database_url,
            min_size=0,
            max_size=4,
            open=False,
            timeout=10,
            check=ConnectionPool[Connection].check_connection,
            kwargs={"autocommit": True},
        )
        self._digest_key: bytes | None = None

    def seal(self, text: str | bytes) -> bytes:
        """Key id (16 bytes), nonce (12), then AES-256-GCM. The key is kept at once, before the text is."""
        return self.seal_all([text])[0]

    def seal_all(self, texts: Sequence[str | bytes]) -> list[bytes]:
        fresh = [(uuid4(), AESGCM.generate_key(KEY_BYTES * 8)) for _ in texts]
        if fresh:
            with self._connection() as connection, connection.cursor() as curs:
                curs.executemany(
                    f"INSERT INTO {self.table} VALUES (%s, %s)".encode(),  # noqa: S608  # our service's name
                    fresh,
                )
        return [_seal(key_id, key, text) for (key_id, key), text in zip(fresh, texts, strict=True)]

    def open(self, sealed: bytes) -> str | None:
        """None once the key is thrown away."""
        return self.open_all([sealed])[0]

    def open_all(self, sealed: Sequence[bytes]) -> list[str | None]:
        """In the order given, with one query."""
        opened = self.open_all_bytes(sealed)
        return [None if text is None else text.decode() for text in opened]

    def open_all_bytes(self, sealed: Sequence[bytes]) -> list[bytes | None]:
        keys = self._keys([_key_id(each) for each in sealed])
        return [_open(keys.get(_key_id(each)), each) for each in sealed]

    def open_bytes(self, sealed: bytes) -> bytes | None:
        return self.open_all_bytes([sealed])[0]

    def shred(self, *sealed: bytes) -> None:
        """Throws the keys away; what is shredded already stays so."""
        if sealed:
            with self._connection() as connection:
                connection.execute(
                    f"DELETE FROM {self.table} WHERE key_id = ANY(%s) AND key_id <> %s".encode(),  # noqa: S608
                    [[_key_id(each) for each in sealed], DIGEST_KEY_ID],
                )

    def digest(self, value: str) -> bytes:
        """Equal values have equal digests, which tell nothing without the vault; to look a sealed value up by."""
        if self._digest_key is None:
            self._digest_key = self._make_digest_key()
        return hmac.digest(self._digest_key, value.encode(), hashlib.sha256)

    def close(self) -> None:
        self._pool.close()

    def _keys(self, key_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        if not key_ids:
            return {}
        with self._connection() as connection:
            found = connection.execute(
                f"SELECT key_id, key FROM {self.table} WHERE key_id = ANY(%s)".encode(),  # noqa: S608
                [list(key_ids)],
            )
            return dict(found.fetchall())

    def _make_digest_key(self) -> bytes:
        with self._connection() as connection:
            connection.execute(
                # Of two at once the first one's key counts.
                f"INSERT INTO {self.table} VALUES (%s, %s) ON CONFLICT DO NOTHING".encode(),  # noqa: S608
                [DIGEST_KEY_ID, secrets.token_bytes(KEY_BYTES)],
            )
        return self._keys([DIGEST_KEY_ID])[DIGEST_KEY_ID]

    def _connection(self) -> AbstractContextManager[Connection]:
        self._pool.open()
        return self._pool.connection()


def _seal(key_id: UUID, key: bytes, text: str | bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    plain = text.encode() if isinstance(text, str) else text
    # The key's number is part of what is authenticated: a text cannot be moved under another one.
    return key_id.bytes + nonce + AESGCM(key).encrypt(nonce, plain, key_id.bytes)


def _key_id(sealed: bytes) -> UUID:
    return UUID(bytes=bytes(sealed[:16]))


def _open(key: bytes | None, sealed: bytes) -> bytes | None:
    if key is None:
        return None
    nonce, text = bytes(sealed[16:28]), bytes(sealed[28:])
    return AESGCM(key).decrypt(nonce, text, bytes(sealed[:16]))
