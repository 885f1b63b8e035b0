"""What matching holds of people, table by table."""

from shared.personal import Holding

HOLDINGS = (
    Holding(
        "notes",
        ("id",),
        ("author_id",),
        ("sealed",),
        "A note, a reason or a comment on a city, in a case",
    ),
    Holding(
        "import_rows", ("import_id", "line"), (), ("sealed",), "A row of a file that is imported"
    ),
    Holding(
        "idempotency_keys",
        ("caller", "key"),
        ("caller",),
        ("sealed",),
        "An answer that is kept for 30 days in case the question is repeated",
    ),
)
