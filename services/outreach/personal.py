"""What outreach holds of people, table by table."""

from shared import inbox, meeting_rows
from shared.personal import EARLIER_ADDRESSES, Holding

HOLDINGS = (
    Holding(
        "contacts",
        ("contact_id",),
        ("contact_id",),
        ("sealed",),
        "Name, office, addresses and telephone of a person who speaks for a city or an institution",
        digest="email_digest",
        is_own_record=True,
    ),
    Holding("letters", ("letter_id",), ("contact_id",), ("sealed",), "A letter that staff wrote"),
    Holding(
        "replies",
        ("reply_id",),
        ("person_id",),
        ("sealed",),
        "An answer that came by mail, or what staff wrote down of one",
        stays=True,
    ),
    Holding(
        "notes",
        ("id",),
        (),
        ("sealed",),
        "What staff wrote down of a city, or of the end of a partnership",
    ),
    Holding(
        "signatories",
        ("partnership_id", "side", "signed_on"),
        ("person_id",),
        ("sealed",),
        "The name of somebody who signed an agreement",
        stays=True,
        is_own_record=True,
    ),
    Holding(
        "documents",
        ("document_id",),
        (),
        ("sealed",),
        "The text of a letter or an agreement, with those who sign or travel",
    ),
    Holding(
        "document_originals",
        ("document_id", "side"),
        (),
        ("sealed", "scan"),
        "Who holds a signed original, and its scan",
        files=("scan",),
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
    Holding("playbooks", ("id",), (), ("sealed",), "What staff wrote of a country"),
    *inbox.HOLDINGS,
    *meeting_rows.HOLDINGS,
    Holding(
        "meeting_people",
        ("person_id",),
        ("person_id",),
        ("sealed",),
        "Name, address and language of somebody who takes part in an introduction",
        digest="email_digest",
        is_own_record=True,
    ),
    EARLIER_ADDRESSES,
)
