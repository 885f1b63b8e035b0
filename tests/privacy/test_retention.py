"""How long things are kept, on the running store: what is too old goes with its key, what is younger stays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.intake.application import Intake
from services.intake.retention import rules
from shared.forgetting import throw_keys_away
from shared.gazetteer import Gazetteer
from shared.retention import keep_to
from tests.clients import Clients, vault
from tests.intake.people import INTAKE, a_member


@pytest.fixture
def intake(platform: Platform) -> Iterator[Intake]:
    service = Intake(
        platform.postgres_dsn("intake"), vault(platform, "intake"), Gazetteer(GAZETTEER)
    )
    yield service
    service.close()


def test_texts_of_a_search_go_some_time_after_its_end(clients: Clients, intake: Intake) -> None:
    """The conversation of an ended search is kept for the days that are set, and its keys no longer than that."""
    member, running = a_member(clients), a_member(clients)
    ended, open_case = member.says_yes(), running.says_yes()
    for each, case in ((member, ended), (running, open_case)):
        each.administrator.does(f"{INTAKE}/cases/{case}/messages", {"text": "Good day."})
    member.administrator.does(f"{INTAKE}/cases/{ended}/withdraw")
    (row,) = intake.rows("SELECT sealed FROM messages WHERE case_id = %(id)s", id=UUID(ended))
    (rule,) = [each for each in rules(lambda _, default: default) if each.name == "case_texts"]
    late = datetime.now(UTC) + timedelta(days=rule.days)

    def kept(case: str) -> int:
        found = intake.rows("SELECT 1 FROM messages WHERE case_id = %(id)s", id=UUID(case))
        return len(found)

    with intake.transaction() as cursor:
        rule.remove(cursor, late - timedelta(days=rule.days + 1))
    assert kept(ended) == 1
    with intake.transaction() as cursor:
        rule.remove(cursor, late - timedelta(days=rule.days - 1))
    assert (kept(ended), kept(open_case)) == (0, 1)
    throw_keys_away(intake)
    assert intake.vault.open(row["sealed"]) is None


def test_each_rule_is_looked_at_once_a_day(intake: Intake) -> None:
    """However many instances there are, and however often they look."""
    known = [each for each in rules(lambda _, default: 100 * default) if each.name != "audit"]
    far = datetime.now(UTC) + timedelta(days=3)
    assert set(keep_to(intake, known, far)) == {each.name for each in known}
    assert keep_to(intake, known, far + timedelta(hours=23)) == {}


def test_the_trail_is_kept_for_a_year_at_least(intake: Intake) -> None:
    """Whoever asks to let go of all of it keeps what is younger than a year."""
    with intake.transaction() as cursor:
        cursor.execute("INSERT INTO audit (at, what, actor) VALUES (now(), 'kept', 'a test')")
        cursor.execute(
            "INSERT INTO audit (at, what, actor) VALUES (now() - interval '2 years', 'old', 'a test')"
        )
        cursor.execute("SELECT forget_audit(now() + interval '1 day')")
    left = intake.rows("SELECT what FROM audit WHERE actor = 'a test'")
    assert [row["what"] for row in left] == ["kept"]
