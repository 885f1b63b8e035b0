"""The vault on real PostgreSQL: sealed texts open while their keys are there, and never again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from starlette.requests import Request

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.intake import limits
from services.intake.application import Intake
from shared.gazetteer import Gazetteer
from shared.http import network_of
from shared.migrations import migrate
from shared.vault import Vault
from tests.clients import vault as vault_of

MARK = "Haruka Sato <haruka@ashikaga.example.org>"
PLACES = Gazetteer(GAZETTEER)


@pytest.fixture(scope="module")
def vault(servers: Platform) -> Iterator[Vault]:
    migrate("vault", servers.postgres_dsn("vault", "owner"))
    opened = vault_of(servers, "intake")
    yield opened
    opened.close()


def test_what_is_sealed_opens_again(vault: Vault) -> None:
    """Texts in every script and bytes come back as they went in, in the order asked for."""
    texts = [MARK, "", "足利市", "أبو ظبي"]
    sealed = vault.seal_all(texts)
    assert vault.open_all(sealed) == texts
    assert vault.open_all(list(reversed(sealed))) == list(reversed(texts))
    assert vault.open_bytes(vault.seal(b"\x00\xff")) == b"\x00\xff"


def test_a_sealed_text_shows_nothing(vault: Vault) -> None:
    """Neither the sealed text nor the keys hold a word of it, and the same text never looks the same."""
    one, other = vault.seal(MARK), vault.seal(MARK)
    assert b"Haruka" not in one
    assert one[28:] != other[28:]


def test_a_text_whose_key_is_thrown_away_is_gone(vault: Vault) -> None:
    """Every copy of it stays shut, while its neighbours open; saying it twice is harmless."""
    gone, kept = vault.seal_all([MARK, "kept"])
    copy_in_a_backup = bytes(gone)
    vault.shred(gone)
    vault.shred(gone)
    assert vault.open_all([copy_in_a_backup, kept]) == [None, "kept"]


def test_a_changed_text_is_refused(vault: Vault) -> None:
    """Nobody can alter a sealed text, or put it under another key's number."""
    one, other = vault.seal_all(["one", "other"])
    for forged in (one[:-1] + bytes([one[-1] ^ 1]), other[:16] + one[16:]):
        with pytest.raises(InvalidTag):
            vault.open(forged)


def test_a_digest_finds_a_value_and_tells_nothing(vault: Vault, servers: Platform) -> None:
    """Instances of one service agree on digests, those of another service do not; shredding spares them."""
    digest = vault.digest("ann@example.org")
    second, foreign = vault_of(servers, "intake"), vault_of(servers, "outreach")
    assert second.digest("ann@example.org") == digest != vault.digest("bob@example.org")
    assert foreign.digest("ann@example.org") != digest
    vault.shred(bytes(16))
    third = vault_of(servers, "intake")
    assert third.digest("ann@example.org") == digest
    for opened in (second, foreign, third):
        opened.close()


def test_a_service_sees_its_own_keys_alone(servers: Platform, vault: Vault) -> None:
    """The role of one service can read no key of another, and change none of its own."""
    vault.seal("something")
    with psycopg.connect(servers.postgres_dsn("vault", "matching"), autocommit=True) as matching:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            matching.execute("SELECT * FROM intake_keys")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            matching.execute("UPDATE matching_keys SET key = ''")


def test_the_vault_outlives_a_restart_of_its_server(servers: Platform, vault: Vault) -> None:
    """After kill -9 of PostgreSQL a text that was sealed before opens again."""
    sealed = vault.seal("before")
    servers.process("postgres").kill()
    servers.process("postgres").wait_ready()
    assert vault.open(sealed) == "before"


def test_a_bucket_is_full_for_its_key_alone(servers: Platform, vault: Vault) -> None:
    """The third of two is refused, for that address and that bucket; with time it empties."""
    migrate("intake", servers.postgres_dsn("intake", "owner"))
    intake = Intake(servers.postgres_dsn("intake"), vault_of(servers, "intake"), PLACES)
    now, hour = datetime(2026, 3, 1, tzinfo=UTC), timedelta(hours=1)

    def asks(bucket: str, key: str, at: datetime) -> bool:
        return limits.take(intake, bucket, key, 2, hour, at)

    assert [asks("sign-in address", "ann", now) for _ in range(3)] == [True, True, False]
    assert asks("sign-in address", "bob", now)
    assert asks("sign-in network", "ann", now)
    assert asks("sign-in address", "ann", now + hour)
    limits.forget_before(intake, now + 2 * hour)
    assert intake.rows("SELECT count(*) AS n FROM limits")[0]["n"] == 0
    intake.close()


@pytest.mark.parametrize(
    ("peer", "said", "network"),
    [
        ("127.0.0.1", "203.0.113.77", "203.0.113.0/24"),
        ("10.0.0.4", "198.51.100.1, 203.0.113.77", "203.0.113.0/24"),
        ("::1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("8.8.8.8", "192.0.2.1", "8.8.8.0/24"),
        ("127.0.0.1", "", "127.0.0.0/24"),
        ("127.0.0.1", "nonsense", "0.0.0.0/24"),
        ("::ffff:8.8.8.8", "192.0.2.1", "8.8.8.0/24"),
    ],
)
def test_a_network_is_told_by_our_ingress_alone(peer: str, said: str, network: str) -> None:
    """The last hop's word counts where it stands beside us; what a caller says of itself never does."""
    headers = [(b"x-forwarded-for", said.encode())] if said else []
    request = Request({"type": "http", "client": (peer, 1), "headers": headers})
    assert network_of(request) == network
