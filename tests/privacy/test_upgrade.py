"""A database from before there was a vault: what stood plain is sealed when the service starts, and opens as it was."""

from typing import Any
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.intake import reading
from services.intake.application import Intake
from services.intake.personal import HOLDINGS as IN_INTAKE
from services.outreach import reading as outreach_reading
from services.outreach.application import Outreach
from services.outreach.personal import HOLDINGS as IN_OUTREACH
from shared import migrations
from shared.forgetting import Forgetting
from shared.gazetteer import Gazetteer
from tests.clients import vault

BEFORE = ("0001", "0002", "0003_limits", "0003_retractions")
PERSON, COMMUNITY, CASE = uuid4(), uuid4(), uuid4()


def an_old_database(platform: Platform, service: str, *statements: tuple[str, list[Any]]) -> str:
    """As it was before, with these rows, and brought to the present; its name."""
    name = f"{service}_of_old_{uuid4().hex[:8]}"
    with psycopg.connect(platform.postgres_dsn(service, "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} OWNER {service}_owner".encode())
    owner = make_conninfo(platform.postgres_dsn(service, "owner"), dbname=name)
    with psycopg.connect(owner) as connection:
        connection.execute(
            "CREATE TABLE migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        for file in migrations.files(service):
            if file.name.startswith(BEFORE):
                connection.execute(file.read_bytes())
                told = f"{file.parent.parent.name}/{file.name}"
                connection.execute("INSERT INTO migrations VALUES (%s)", [told])
        for statement, values in statements:
            connection.execute(statement.encode(), values)
    assert migrations.migrate(service, owner)
    return name


def test_people_and_texts_of_old_are_sealed(platform: Platform) -> None:
    """Names, messages and notes open as they were, are found by address, and stand plain nowhere any more."""
    name = an_old_database(
        platform,
        "intake",
        (
            "INSERT INTO people VALUES (%s, 'administrator', 'Ann Lee', 'ann@example.org', 'Mayor', 'en', %s)",
            [PERSON, COMMUNITY],
        ),
        ("INSERT INTO staff VALUES ('staff-1', 'Dana Fox')", []),
        (
            "INSERT INTO messages VALUES (%s, %s, true, 'staff-1', 'Good day.', now())",
            [uuid4(), CASE],
        ),
        ("INSERT INTO debriefs VALUES (%s, 'Young people', '')", [CASE]),
        (
            "INSERT INTO remarks (listing_id, kind, text, written_at) VALUES (%s, 'answer', 'Yes.', now())",
            [CASE],
        ),
    )
    dsn = make_conninfo(platform.postgres_dsn("intake"), dbname=name)
    intake = Intake(dsn, vault(platform, "intake"), Gazetteer(GAZETTEER))
    for _ in range(2):
        Forgetting(intake, IN_INTAKE).prepare()
    (person,) = reading.people(intake, "person_id", PERSON)
    assert (person.name, person.email, person.office) == ("Ann Lee", "ann@example.org", "Mayor")
    digest = intake.vault.digest("ann@example.org")
    assert intake.rows("SELECT 1 FROM people WHERE email_digest = %(d)s", d=digest)
    (line,) = reading.messages(intake, CASE)
    assert (line.author, line.text) == ("Dana Fox", "Good day.")
    assert reading.debrief(intake, CASE).demographics == "Young people"
    assert [remark.text for remark in reading.remarks(intake, CASE)] == ["Yes."]
    assert intake.rows("SELECT 1 FROM unsealed") == []
    intake.close()


def test_contacts_and_letters_of_old_are_sealed(platform: Platform) -> None:
    """Persons of the registry and letters open as they were; institutions stay to be found by name."""
    contact, letter = uuid4(), uuid4()
    name = an_old_database(
        platform,
        "outreach",
        *(
            (
                (
                    "INSERT INTO contacts (contact_id, channel, country, seat_country, name, email, is_person)"
                    " VALUES (%s, 'city_office', 'JP', 'JP', %s, %s, %s)"
                ),
                [each, called, "who@example.org", is_person],
            )
            for each, called, is_person in (
                (contact, "Haruka Sato", True),
                (uuid4(), "Council", False),
            )
        ),
        (
            "INSERT INTO letters VALUES (%s, %s, %s, %s, 'Héllo', 'Dear \"you\"', now())",
            [letter, uuid4(), uuid4(), contact],
        ),
    )
    dsn = make_conninfo(platform.postgres_dsn("outreach"), dbname=name)
    outreach = Outreach(dsn, vault(platform, "outreach"), Gazetteer(GAZETTEER))
    Forgetting(outreach, IN_OUTREACH).prepare()
    known = outreach_reading.contact(outreach, contact)
    assert known is not None
    assert (known.name, known.email) == ("Haruka Sato", "who@example.org")
    text = outreach_reading.letter(outreach, letter)
    assert text is not None
    assert (text.subject, text.body) == ("Héllo", 'Dear "you"')
    names = outreach.rows("SELECT name FROM contacts ORDER BY name")
    assert [row["name"] for row in names] == ["", "Council"]
    outreach.close()
