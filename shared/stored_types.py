"""Restored databases: PostgreSQL then knows the type of stored events by another number than the one we learned."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from eventsourcing.persistence import InternalError
from eventsourcing.postgres import PostgresRecorder


def learning_types_anew(insert: Callable[..., Any]) -> Callable[..., Any]:
    """Where the number is not known any more it is looked up, and what was to be recorded is recorded once."""

    @wraps(insert)
    def again(recorder: PostgresRecorder, *events: Any, **beside: Any) -> Any:
        try:
            return insert(recorder, *events, **beside)
        except InternalError:
            recorder.datastore.psycopg_type_adapters.clear()
            recorder.datastore.register_type_adapters()
            return insert(recorder, *events, **beside)

    return again
