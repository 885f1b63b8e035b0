"""The relay: from the store to the stream, whatever happens to the stream."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.clients import eventually
from tests.transport.town import Country


def talk(country: Country, times: int, towns: int = 4) -> None:
    """Commands from several clients at once, public and private ones."""

    def one(_: int) -> None:
        town = country.towns.found().id
        for i in range(times):
            (country.towns.murmur if i % 3 == 2 else country.towns.speak)(town)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(towns)))


def test_two_relays_leave_one_clean_stream(country: Country) -> None:
    """Two relays at once publish each event once, in order, each naming the one before it."""
    country.run(country.relay(), country.relay())
    talk(country, 30)
    assert eventually(country.is_published)
    assert len(country.published()) == 4 * (1 + 20)


def test_a_private_event_stays_at_home(country: Country) -> None:
    """What bears no public name is not published, and the next public event names the last public one."""
    town = country.towns.found().id
    country.towns.murmur(town)
    country.towns.speak(town)
    country.run(country.relay())
    assert eventually(country.is_published)
    assert [(m.previous, m.position) for m in country.published()] == [(0, 1), (1, 3)]


def test_a_relay_killed_between_batches_leaves_no_gap(country: Country) -> None:
    """Relays that end in the middle of their work again and again leave the same clean stream."""
    stop = threading.Event()

    def restart() -> None:
        while not stop.is_set():
            started = country.run(country.relay())
            stop.wait(0.15)
            country.end(started)

    killer = threading.Thread(target=restart)
    killer.start()
    talk(country, 40)
    stop.set()
    killer.join()
    country.run(country.relay())
    assert eventually(country.is_published)


def test_a_stream_deleted_and_declared_anew_is_refilled(country: Country) -> None:
    """After the stream was lost, the relay fills it again from the store, and its follower ends exact."""
    country.run(country.relay(), country.follower())
    talk(country, 10)
    assert eventually(country.is_heard)
    country.do(country.operations.delete_stream("INTAKE"))
    talk(country, 10)
    assert eventually(country.is_published)
    assert eventually(country.is_heard)


def wipe(country: Country) -> None:
    store = country.platform.nats_dir / "jetstream"
    shutil.rmtree(store.rename(store.with_name("gone")), ignore_errors=True)


def test_the_whole_store_of_nats_deleted_under_a_running_server(country: Country) -> None:
    """The operations process notices that nothing can be read back, and relay and followers end exact."""
    country.run(country.relay(), country.follower())
    talk(country, 10)
    assert eventually(country.is_heard)
    log = country.platform.process("operations").log
    said = log.read_text().count("INTAKE lost")
    wipe(country)
    talk(country, 30)
    assert eventually(lambda: log.read_text().count("INTAKE lost") > said, 30)
    assert eventually(country.is_published, 30)
    assert eventually(country.is_heard)


def test_the_whole_store_of_nats_deleted_while_it_is_dead(country: Country) -> None:
    """A killed server that comes back with nothing gets its streams again, filled."""
    country.run(country.relay(), country.follower())
    talk(country, 10)
    assert eventually(country.is_heard)
    nats = country.platform.process("nats")
    nats.restart = False
    gone = nats.kill()
    wipe(country)
    town = country.towns.found().id
    nats.restart = True
    nats.wait_ready()
    assert nats.pid != gone
    country.towns.speak(town)
    assert eventually(country.is_published, 40)
    assert eventually(country.is_heard)


def restore(country: Country, backup: str) -> None:
    """Put the first service's database back to an earlier copy of it, under the running service."""
    country.sql("postgres", "ALTER DATABASE intake ALLOW_CONNECTIONS false", "postgres")
    end_sessions(country)
    country.sql("postgres", "DROP DATABASE intake WITH (FORCE)", "postgres")
    country.sql("postgres", f"ALTER DATABASE {backup} RENAME TO intake", "postgres")


def back_up(country: Country, backup: str) -> None:
    country.sql("postgres", "ALTER DATABASE intake ALLOW_CONNECTIONS false", "postgres")
    end_sessions(country)
    country.sql(
        "postgres", f"CREATE DATABASE {backup} TEMPLATE intake OWNER intake_owner", "postgres"
    )
    country.sql("postgres", "ALTER DATABASE intake ALLOW_CONNECTIONS true", "postgres")


def end_sessions(country: Country) -> None:
    country.sql(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'intake'",
        "postgres",
    )


def test_a_restored_store_halts_its_relay(country: Country) -> None:
    """A relay whose stream holds what its store does not stops, and says which command reconciles them."""
    relay = country.relay()
    country.run(relay)
    talk(country, 3)
    back_up(country, "earlier")
    talk(country, 3)
    assert eventually(country.is_published)
    ahead = country.sequence()
    restore(country, "earlier")
    assert eventually(lambda: relay.halted)
    assert "csc reconcile intake" in str(relay.halted)
    # More than was lost: the positions of the restored store now pass those of the stream.
    talk(country, 6)
    assert relay.halted
    assert country.sequence() == ahead


def test_an_event_of_a_newer_version_is_not_passed_over(country: Country) -> None:
    """Beside a newer instance an old relay stops before a word that it does not know; the newer one publishes it."""
    relay = country.relay()
    country.run(relay)
    town = country.towns.found().id
    assert eventually(country.is_published)
    country.sql(
        "intake",
        "INSERT INTO events (originator_id, originator_version, topic, state)"  # noqa: S608  # our own id
        f" VALUES ('{town}', 2, 'intake.Town.SaidTomorrow', '{{}}')",
    )
    other = country.towns.found().id
    assert eventually(lambda: "SaidTomorrow" in relay.last_error)
    assert [m.aggregate_id for m in country.published()] == [town]
    assert other != town


def test_a_last_event_of_a_newer_version_holds_nobody(country: Country) -> None:
    """Where a newer version published the last event, an older instance that starts finds its place all the same."""
    town = country.towns.found().id
    started = country.run(country.relay())
    assert eventually(country.is_published)
    country.end(started)
    country.sql("intake", "ALTER TABLE events DISABLE TRIGGER events_are_final")
    country.sql("intake", "UPDATE events SET topic = 'intake.Town.SaidTomorrow'")
    relay = country.relay()
    country.run(relay)
    assert eventually(lambda: relay.agrees)
    assert [m.aggregate_id for m in country.published()] == [town]
