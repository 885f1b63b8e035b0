"""An event that a service could not apply, planted where such events wait for an operator."""

from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb

from deploy.local.platform import Platform
from shared.messages import Message
from tests.examples import EXAMPLES


def parked(platform: Platform) -> Message:
    """An event that matching has set aside, as if its handler had failed."""
    subject = "intake.ForeignCityListed.v1"
    message = Message(
        source="intake",
        position=900_000,
        previous=899_999,
        lineage=uuid4(),
        subject=subject,
        aggregate_id=uuid4(),
        event_id="intake:parked:1",
        recorded_at="2027-03-03T12:00:00+00:00",
        correlation="a test",
        causation="",
        data=EXAMPLES[subject].model_dump_json().encode(),
    )
    with psycopg.connect(platform.postgres_dsn("matching")) as connection:
        connection.execute(
            "INSERT INTO parked (source, position, aggregate_id, message, error)"
            " VALUES (%s, %s, %s, %s, 'ValueError: planted')",
            ["intake", message.position, message.aggregate_id, Jsonb(message.to_row())],
        )
    return message
