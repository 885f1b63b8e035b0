"""How long matching keeps what; the defaults are the programme's to change."""

from shared.retention import Days, Rule, deleting


def rules(days: Days) -> tuple[Rule, ...]:
    return (
        Rule(
            "notes",
            "Notes, reasons and comments of a search that has ended",
            days("NOTES", 3 * 365),
            deleting(
                "DELETE FROM notes WHERE written_at < %(before)s"
                " AND case_id IN (SELECT case_id FROM research_files WHERE NOT is_open)"
            ),
        ),
    )
