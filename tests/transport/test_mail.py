"""Outgoing mail: each letter once, or an explicit word that nobody can know."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any
from uuid import uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from shared.mail import Ledger, Letter, Mailer, cancel_letters
from tests.clients import eventually
from tests.transport.town import Country

DAY = timedelta(days=1)


class Postman:
    """A real SMTP server that answers as it is told to."""

    def __init__(self, answer: str = "250 OK", *, seconds: float = 0) -> None:
        self.answer, self.seconds = answer, seconds
        self.taken: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(message_from_bytes(envelope.content)["X-Effect-Id"])
        await asyncio.sleep(self.seconds)
        if self.answer == "silence":
            server.transport.abort()
        return self.answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Closed(SMTP):
    """Greets with a refusal."""

    async def _handle_client(self) -> None:
        await self.push("554 no service for you")
        assert self.transport is not None
        self.transport.close()


class ClosedController(Controller):
    def factory(self) -> SMTP:
        return Closed(self.handler)


@contextmanager
def smtp(postman: Postman, port: int = 0, kind: type[Controller] = Controller) -> Iterator[str]:
    controller = kind(postman, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def ledger(country: Country) -> dict[str, str]:
    rows = country.towns.rows("SELECT id, state FROM effects")
    return {str(row["id"]): row["state"] for row in rows}


def is_all(country: Country, state: str) -> bool:
    return set(ledger(country).values()) == {state}


def test_each_letter_goes_out_once(country: Country) -> None:
    """Two mailers at once send each letter one time, and the ledger says so."""
    for _ in range(20):
        country.towns.found()
    postman = Postman()
    with smtp(postman) as url:
        country.run(country.mailer(url), country.mailer(url))
        assert eventually(lambda: is_all(country, "sent"))
        assert sorted(postman.taken) == sorted(ledger(country))


def test_a_letter_waits_while_no_mail_server_answers(country: Country) -> None:
    """Where the mail server is down a letter is tried later, and goes out once it is back."""
    country.towns.found()
    with smtp(Postman()) as url:
        gone = url
    country.run(country.mailer(gone))
    assert eventually(
        lambda: country.towns.rows("SELECT 1 FROM effects WHERE attempts > 0 AND state = 'due'")
    )
    postman = Postman()
    with smtp(postman, int(gone.rpartition(":")[2])):
        assert eventually(lambda: is_all(country, "sent"))
        assert len(postman.taken) == 1


def test_letters_that_wait_are_told_and_hurried(country: Country) -> None:
    """While no mail server answers, operators hear how many letters wait since when and why; once it is back, they
    have these tried at once, and no letter that has its time still before it."""
    for _ in range(3):
        country.towns.found()
    later = uuid4()
    country.towns.keep(Letter("reminder", later, later, due_at=datetime.now(UTC) + DAY).row(later))
    with smtp(Postman()) as url:
        gone = url
    mailer = country.mailer(gone)
    country.run(mailer)
    assert eventually(lambda: mailer.complaints and "3 letters wait" in mailer.complaints[0], 40)
    assert f"since {datetime.now(UTC):%Y-%m-%d}" in mailer.complaints[0]
    assert "UTC: SMTPConnectError." in mailer.complaints[0]
    country.sql(
        "intake", "UPDATE effects SET due_at = now() + interval '1 hour' WHERE attempts > 0"
    )
    postman = Postman()
    with smtp(postman, int(gone.rpartition(":")[2])):
        # One may be on its way just now.
        assert eventually(lambda: mailer.ledger.hurry() + len(postman.taken) >= 3)
        assert eventually(lambda: len(postman.taken) == 3)
        assert eventually(lambda: mailer.complaints == [])
    assert ledger(country)[str(later)] == "due"


AN_HOUR_LATER = (
    "UPDATE effects SET due_at = now() + interval '1 hour', claimed_at = now() - interval '1 minute'"
    " WHERE attempts > 0"
)


def wait_for(country: Country, letters: int, why: str) -> None:
    """Tried in vain, and each to be tried an hour later: as after a long night."""
    for _ in range(letters):
        country.towns.found()
    mailer = country.mailer("smtp://127.0.0.1:1")
    for effect_id in mailer.ledger.due():
        effect = mailer.ledger.claim(effect_id)
        assert effect is not None
        mailer.ledger.try_later(effect, why)
    country.sql("intake", AN_HOUR_LATER)


def test_letters_that_waited_for_a_connection_go_out_once_the_server_is_back(
    country: Country,
) -> None:
    """One is tried whenever nobody has tried for a while; where it finds the server back, the others follow, once each.
    What waits for another reason keeps its time."""
    wait_for(country, 1, "SMTPSenderRefused 451 not so fast")
    (other,) = ledger(country)
    with smtp(Postman()) as url:
        gone = url
    for _ in range(6):
        country.towns.found()
    mailers = [country.mailer(gone) for _ in range(2)]
    country.run(*mailers)
    assert eventually(
        lambda: len(country.towns.rows("SELECT 1 FROM effects WHERE waits_since IS NOT NULL")) == 7
    )
    postman = Postman()
    with smtp(postman, int(gone.rpartition(":")[2])):
        country.sql("intake", AN_HOUR_LATER)
        assert eventually(lambda: len(postman.taken) >= 6, 90)
        assert eventually(lambda: sorted(ledger(country).values()) == ["due"] + 6 * ["sent"])
    assert sorted([*postman.taken, other]) == sorted(ledger(country))


def test_one_letter_at_a_time_looks_whether_the_server_is_back(country: Country) -> None:
    """While it is away the letter that has waited longest is tried now and then; the others keep their times."""
    wait_for(country, 4, "no connection: SMTPConnectError  nobody there")
    looks: Ledger = country.mailer("smtp://127.0.0.1:1").ledger
    assert (looks.send_scout(), looks.send_scout()) == (1, 0)
    (scout,) = looks.due()
    effect = looks.claim(scout)
    assert effect is not None
    assert looks.send_scout() == 0
    looks.try_later(effect, "no connection: SMTPConnectError  nobody there")
    assert looks.send_scout() == 0, "not again at once"
    country.sql("intake", AN_HOUR_LATER)
    assert looks.send_scout() == 1
    assert looks.due() == [scout]


def test_a_refused_password_is_tried_less_often(country: Country) -> None:
    """A server that is away is looked for each quarter of a minute; one that does not let us in would lock us out."""
    wait_for(country, 1, "no connection: SMTPAuthenticationError 535 no")
    looks: Ledger = country.mailer("smtp://127.0.0.1:1").ledger
    tried = "UPDATE effects SET claimed_at = now() - interval '{} minutes'"
    country.sql("intake", tried.format(4))
    assert looks.send_scout() == 0
    country.sql("intake", tried.format(6))
    assert looks.send_scout() == 1


def test_looking_whether_the_server_is_back_counts_as_no_try(country: Country) -> None:
    """However often a letter that waits for a connection is tried before its time, it waits no longer for that."""
    wait_for(country, 1, "no connection: SMTPConnectError  nobody there")
    looks: Ledger = country.mailer("smtp://127.0.0.1:1").ledger
    country.sql("intake", "UPDATE effects SET attempts = 6")
    for _ in range(9):
        country.sql(
            "intake",
            "UPDATE effects SET due_at = now() + interval '40 seconds',"
            " claimed_at = now() - interval '20 seconds'",
        )
        assert looks.send_scout() == 1
        effect = looks.claim(looks.due()[0])
        assert effect is not None
        looks.try_later(effect, "no connection: SMTPConnectError  nobody there")
    found = country.towns.rows("SELECT attempts, due_at - now() AS wait FROM effects")[0]
    assert (found["attempts"], found["wait"] < timedelta(seconds=65)) == (6, True)
    country.sql("intake", AN_HOUR_LATER)
    country.sql(
        "intake", "UPDATE effects SET claimed_at = now() - interval '2 hours', due_at = now()"
    )
    effect = looks.claim(looks.due()[0])
    assert effect is not None
    assert effect.attempts == 7, "in its own time it counts"


def test_a_letter_that_gets_through_has_the_others_tried(country: Country) -> None:
    """A new letter that goes out shows that the server is back, also one that it refuses; no letter follows so soon
    after its own last try that a server which lets in few at a time would be stormed."""
    wait_for(country, 2, "no connection: SMTPConnectError  nobody there")
    (fresh, _) = ledger(country)
    country.towns.keep(
        lambda curs: curs.execute(
            "UPDATE effects SET claimed_at = now() WHERE id = %(id)s", {"id": fresh}
        )
    )
    country.towns.found()
    postman = Postman("550 no such mailbox")
    with smtp(postman) as url:
        mailer = country.mailer(url)
        (effect_id,) = mailer.ledger.due()
        country.do(mailer.deliver(effect_id))
        assert len(mailer.ledger.due()) == 1
    assert len(postman.taken) == 1


def test_a_server_that_does_not_let_us_in_refuses_no_letter(country: Country) -> None:
    """Where it greets with a no, as one does that blocks our address, the letter stays due, for it is not at fault."""
    country.towns.found()
    with smtp(Postman(), kind=ClosedController) as url:
        country.run(country.mailer(url))
        assert eventually(
            lambda: country.towns.rows(
                "SELECT 1 FROM effects WHERE error LIKE %(why)s", why="no connection: %554%"
            )
        )
    assert is_all(country, "due")


def test_a_refused_letter_is_not_tried_again(country: Country) -> None:
    """What the server refuses for good is settled as refused, with its words but for the address."""
    country.towns.found()
    postman = Postman("550 no such mailbox: mayor@example.org")
    with smtp(postman) as url:
        country.run(country.mailer(url))
        assert eventually(lambda: is_all(country, "refused"))
    said = country.towns.rows("SELECT error FROM effects")[0]["error"]
    assert "550 no such mailbox: (address)" in said
    assert len(postman.taken) == 1


def test_a_server_that_falls_silent_leaves_an_unknown(country: Country) -> None:
    """When the connection ends after all of the letter was sent, nobody can know, and the ledger says that."""
    country.towns.found()
    postman = Postman("silence")
    with smtp(postman) as url:
        country.run(country.mailer(url))
        assert eventually(lambda: is_all(country, "unknown"))
    assert len(postman.taken) == 1


def test_a_sender_killed_while_sending_leaves_an_unknown(country: Country) -> None:
    """A letter that was claimed and never settled becomes unknown, and is not sent again."""
    country.towns.found()
    mailer: Mailer = country.mailer("smtp://127.0.0.1:1")
    (effect_id,) = mailer.ledger.due()
    assert mailer.ledger.claim(effect_id) is not None
    assert mailer.ledger.claim(effect_id) is None
    country.sql("intake", "UPDATE effects SET claimed_at = now() - interval '61 seconds'")
    postman = Postman()
    with smtp(postman) as url:
        country.run(country.mailer(url))
        assert eventually(lambda: is_all(country, "unknown"))
    assert postman.taken == []


def test_a_wiped_queue_loses_no_letter(country: Country) -> None:
    """Letters whose nudge was wiped with the queue are put on it again from the ledger, and go out once."""
    mailer = country.mailer()
    for _ in range(5):
        country.towns.found()
    queued = mailer.ledger.due()
    assert len(queued) == 5
    country.do(country.operations.delete_stream("MAIL_INTAKE"))
    country.towns.found()
    country.sql("intake", "UPDATE effects SET queued_at = queued_at - interval '20 seconds'")
    postman = Postman()
    with smtp(postman) as url:
        country.run(country.mailer(url))
        assert eventually(lambda: is_all(country, "sent"), 30)
        assert sorted(postman.taken) == sorted(ledger(country))


def test_a_letter_for_the_same_cause_is_written_once(country: Country) -> None:
    """A second ledger row of one cause changes nothing."""
    town = country.towns.found().id
    (effect,) = country.towns.rows("SELECT id FROM effects")
    country.towns.keep(Letter("welcome", town, town).row(effect["id"]))
    assert len(ledger(country)) == 1


def test_repeated_nudges_send_one_letter(country: Country) -> None:
    """The queue may say an id any number of times, at once too; the ledger decides."""
    country.towns.found()
    postman = Postman()
    with smtp(postman) as url:
        mailer = country.mailer(url)
        (effect_id,) = mailer.ledger.due()

        async def deliver() -> None:
            await asyncio.gather(*(mailer.deliver(effect_id) for _ in range(3)))

        country.do(deliver())
        assert is_all(country, "sent")
        assert len(postman.taken) == 1


def test_a_letter_cancelled_while_it_is_tried_is_not_tried_again(country: Country) -> None:
    """What stops a letter while the server keeps it waiting stops it for good."""
    town = country.towns.found().id
    mailer = country.mailer("smtp://127.0.0.1:1")
    (effect_id,) = mailer.ledger.due()
    effect = mailer.ledger.claim(effect_id)
    assert effect is not None
    country.towns.keep(cancel_letters(town, "welcome"))
    assert ledger(country) == {str(effect_id): "sending"}
    mailer.ledger.try_later(effect, "no answer")
    assert ledger(country) == {str(effect_id): "cancelled"}


def test_who_is_asked_to_end_waits_for_the_answer(country: Country) -> None:
    """A mailer that is ended while the server takes its time still learns that the letter went out."""
    country.towns.found()
    postman = Postman(seconds=2)
    with smtp(postman) as url:
        started = country.run(country.mailer(url))
        assert eventually(lambda: postman.taken)
        country.end(started)
        assert is_all(country, "sent")


def test_an_answer_that_is_none_leaves_an_unknown(country: Country) -> None:
    """A server that answers nonsense may have taken the letter: it is not sent a second time."""
    country.towns.found()
    postman = Postman("certainly!")
    with smtp(postman) as url:
        country.run(country.mailer(url))
        assert eventually(lambda: is_all(country, "unknown"))
    assert len(postman.taken) == 1


def test_a_verdict_that_comes_too_late_changes_nothing(country: Country) -> None:
    """Once a claim was given up as unknown, its sender can no longer settle the letter, nor one of a later claim."""
    country.towns.found()
    mailer = country.mailer("smtp://127.0.0.1:1")
    (effect_id,) = mailer.ledger.due()
    effect = mailer.ledger.claim(effect_id)
    assert effect is not None
    country.sql("intake", "UPDATE effects SET claimed_at = now() - interval '61 seconds'")
    mailer.ledger.admit_unknown()
    mailer.ledger.settle(effect, "sent")
    assert is_all(country, "unknown")
    country.sql("intake", "UPDATE effects SET state = 'due'")
    assert mailer.ledger.claim(effect_id) is not None
    mailer.ledger.settle(effect, "sent")
    assert is_all(country, "sending")


def test_no_letter_leaves_while_the_service_is_held(country: Country) -> None:
    """While stream and store may tell two stories nothing is sent: in the store's other life it may have gone out."""
    country.towns.is_held = lambda: True
    country.towns.found()
    postman = Postman()
    with smtp(postman) as url:
        mailer = country.mailer(url)
        started = mailer.beat
        country.run(mailer)
        assert eventually(lambda: mailer.beat > started + 1)
        assert is_all(country, "due")
        country.towns.is_held = lambda: False
        assert eventually(lambda: is_all(country, "sent"))
