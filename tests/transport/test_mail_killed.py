"""A thousand letters while the process that sends them is killed again and again."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from functools import partial

from deploy.local.binaries import ROOT
from deploy.local.secrets import read_secret
from tests.clients import eventually
from tests.transport.test_mail import Postman, ledger, smtp
from tests.transport.town import Country

LETTERS, KILLS = 1000, 12


def mailer(country: Country, smtp_url: str) -> subprocess.Popen[bytes]:
    told = {
        "database_url": country.platform.postgres_dsn("intake"),
        "nats_url": country.platform.nats_url(),
        "nats_password": read_secret(country.platform.secrets_dir, "nats_intake"),
        "smtp_url": smtp_url,
    }
    command = [sys.executable, "-m", "tests.transport.mailing"]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "MAILING": json.dumps(told)})


def test_a_thousand_letters_go_out_once_however_often_the_mailer_is_killed(
    country: Country,
) -> None:
    """Each letter is sent once, or said to be unknown where its sender died between the server's yes and its own note;
    none is lost, and none goes out twice."""
    for _ in range(LETTERS):
        country.towns.found()
    chance, postman = random.Random(7), Postman()
    with smtp(postman) as url:
        for _ in range(KILLS):
            doomed, before = mailer(country, url), len(postman.taken)
            # It dies somewhere in its work, not while it starts.
            assert eventually(partial(has_sent_more, country, postman, before))
            time.sleep(chance.uniform(0, 0.4))
            doomed.kill()
            doomed.wait()
        died_while_sending = [
            effect for effect, state in ledger(country).items() if state == "sending"
        ]
        country.sql(
            "intake",
            "UPDATE effects SET claimed_at = now() - interval '61 seconds' WHERE state = 'sending'",
        )
        last = mailer(country, url)
        try:
            assert eventually(lambda: is_over(country), 240)
        finally:
            last.terminate()
            last.wait()
    states, taken = ledger(country), Counter(postman.taken)
    assert len(states) == LETTERS
    assert {effect for effect, state in states.items() if state == "unknown"} == set(
        died_while_sending
    )
    assert set(states.values()) <= {"sent", "unknown"}
    assert [effect for effect, times in taken.items() if times > 1] == []
    assert [
        effect for effect, state in states.items() if state == "sent" and not taken[effect]
    ] == []


def has_sent_more(country: Country, postman: Postman, before: int) -> bool:
    return len(postman.taken) > before or is_over(country)


def is_over(country: Country) -> bool:
    return not set(ledger(country).values()) - {"sent", "unknown"}
