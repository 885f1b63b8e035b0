"""How long outreach keeps what; the defaults are the programme's to change."""

from shared.retention import Days, Rule, deleting, earlier_addresses_rule, inbox_rule

ENDED = "SELECT pair_id FROM pairs WHERE NOT is_open"


def rules(days: Days) -> tuple[Rule, ...]:
    return (
        inbox_rule(days),
        earlier_addresses_rule(days),
        Rule(
            "correspondence",
            "Letters and answers of a pair that has ended",
            days("CORRESPONDENCE", 3 * 365),
            deleting(
                f"DELETE FROM letters WHERE written_at < %(before)s AND pair_id IN ({ENDED})",  # noqa: S608
                f"DELETE FROM replies WHERE received_at < %(before)s AND pair_id IN ({ENDED})",  # noqa: S608
            ),
        ),
        Rule(
            "notes",
            "Notes on a pair that has ended",
            days("NOTES", 3 * 365),
            deleting(
                f"DELETE FROM notes WHERE written_at < %(before)s AND subject_id IN ({ENDED})"  # noqa: S608
            ),
        ),
        Rule(
            "documents",
            "Documents of a pair that failed, but for those of which a signed original is on record",
            days("DOCUMENTS", 3 * 365),
            deleting(
                "DELETE FROM documents WHERE drawn_up_at < %(before)s"
                " AND pair_id IN (SELECT pair_id FROM pairs WHERE state = 'failed')"
                " AND NOT EXISTS (SELECT FROM document_originals held WHERE held.document_id = documents.document_id)"
            ),
        ),
    )
