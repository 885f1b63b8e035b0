"""What intake holds of people, table by table."""

from shared import inbox, meeting_rows
from shared.personal import Holding

HOLDINGS = (
    Holding(
        "people",
        ("person_id",),
        ("person_id",),
        ("sealed",),
        "Name, address, office and language of somebody with a role in a community, a debriefing or a listing",
        digest="email_digest",
        is_own_record=True,
    ),
    Holding(
        "staff",
        ("staff_id",),
        ("staff_id",),
        ("sealed",),
        "Name of a person of staff",
        is_own_record=True,
    ),
    Holding("codes", ("listing_id",), (), ("sealed",), "The code that proves an address"),
    Holding(
        "drafts",
        ("subject_id",),
        (),
        ("sealed",),
        "A profile of a city that staff have not assessed yet",
    ),
    Holding(
        "remarks",
        ("id",),
        ("written_by",),
        ("sealed",),
        "A question, an answer or a reason between a city abroad and staff",
        stays=True,
    ),
    Holding(
        "debriefs",
        ("case_id",),
        (),
        ("demographics_sealed", "notes_sealed", "called_off_sealed"),
        "What staff wrote down in a debriefing, or why it was called off",
    ),
    Holding(
        "local_work",
        ("entry_id",),
        ("written_by",),
        ("sealed",),
        "A note on the member's own research, contacts and meetings",
        stays=True,
    ),
    Holding(
        "messages",
        ("message_id",),
        ("written_by",),
        ("sealed",),
        "A message in the conversation of a case",
        stays=True,
    ),
    Holding(
        "sessions",
        ("session_id",),
        ("person_id",),
        ("sealed",),
        "A session: when, and what the browser said of itself",
    ),
    Holding(
        "passkeys",
        ("passkey_id",),
        ("person_id",),
        ("sealed",),
        "A passkey: when it was registered and used, and the name that its owner gave it",
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
    Holding(
        "saved_forms",
        ("form_id",),
        ("form_id",),
        ("sealed",),
        "A form of a city abroad that was put by, to be gone on with",
        digest="email_digest",
        is_own_record=True,
    ),
    Holding(
        "uploads",
        ("upload_id",),
        ("person_id",),
        ("sealed", "name_sealed"),
        "A letter of authority as it was uploaded, and the name of its file",
    ),
    Holding(
        "proof_steps",
        ("listing_id", "proof"),
        (),
        ("sealed",),
        "What staff wrote down of a proof: whom they called, where the number is from, why",
    ),
    Holding(
        "official_domains",
        ("country", "domain"),
        (),
        ("sealed",),
        "How staff know that a domain is official",
    ),
    *inbox.HOLDINGS,
    *meeting_rows.HOLDINGS,
)
