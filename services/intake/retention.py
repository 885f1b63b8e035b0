"""How long intake keeps what; the defaults are the programme's to change."""

from datetime import datetime
from typing import Any

from psycopg import Cursor

from services.intake.domain.form import SAVED_FOR_DAYS
from shared.retention import Days, Rule, deleting, earlier_addresses_rule, inbox_rule

ENDED_CASES = "SELECT case_id FROM cases WHERE ended_on < %(before)s::date"
ENDED_LISTINGS = (
    "SELECT listing_id FROM listings WHERE state IN ('declined', 'withdrawn', 'lapsed', 'merged')"
    " AND coalesce(confirmed_on, submitted_on) < %(before)s::date"
)
UNPROVED = (
    "SELECT listing_id FROM listings WHERE state IN ('submitted', 'lapsed')"
    " AND submitted_on < %(before)s::date"
)


def rules(days: Days) -> tuple[Rule, ...]:
    return (*_of_requests(days), *_of_searches(days), *_of_sign_in(days), *_of_others(days))


def _of_requests(days: Days) -> tuple[Rule, ...]:
    return (
        Rule(
            "unproved_requests",
            "Requests of cities abroad whose address was never proved: person, code and text",
            days("UNPROVED_REQUESTS", 30),
            deleting(
                f"DELETE FROM people WHERE listing_id IN ({UNPROVED})",  # noqa: S608  # constants
                f"DELETE FROM codes WHERE listing_id IN ({UNPROVED})",  # noqa: S608
                f"DELETE FROM drafts WHERE subject_id IN ({UNPROVED})",  # noqa: S608
            ),
        ),
        Rule(
            "ended_listings",
            "Official, questions and answers of a listing that was declined or withdrawn",
            days("ENDED_LISTINGS", 3 * 365),
            deleting(
                f"DELETE FROM remarks WHERE listing_id IN ({ENDED_LISTINGS})",  # noqa: S608
                f"DELETE FROM people WHERE listing_id IN ({ENDED_LISTINGS})",  # noqa: S608
                f"DELETE FROM uploads WHERE listing_id IN ({ENDED_LISTINGS})",  # noqa: S608
                f"DELETE FROM proof_steps WHERE listing_id IN ({ENDED_LISTINGS})",  # noqa: S608
            ),
        ),
    )


def _of_searches(days: Days) -> tuple[Rule, ...]:
    return (
        Rule(
            "case_texts",
            "Conversation, research log and debriefing notes of a search, after its end",
            days("CASE_TEXTS", 3 * 365),
            deleting(
                f"DELETE FROM messages WHERE case_id IN ({ENDED_CASES})",  # noqa: S608
                f"DELETE FROM local_work WHERE case_id IN ({ENDED_CASES})",  # noqa: S608
                f"DELETE FROM debriefs WHERE case_id IN ({ENDED_CASES})",  # noqa: S608
            ),
        ),
        Rule(
            "guests",
            "Guests of debriefings, once no search of their community is open or ended later than that",
            days("GUESTS", 365),
            deleting(
                "DELETE FROM people WHERE role = 'attendee' AND community_id IS NOT NULL AND NOT EXISTS ("
                " SELECT 1 FROM cases WHERE cases.community_id = people.community_id"
                " AND (ended_on IS NULL OR ended_on >= %(before)s::date))"
            ),
        ),
    )


def _of_sign_in(days: Days) -> tuple[Rule, ...]:
    return (
        Rule(
            "sign_in_links",
            "Links to sign in that were asked for, used or not",
            days("SIGN_IN_LINKS", 2),
            deleting("DELETE FROM sign_in_links WHERE ends_at < %(before)s"),
        ),
        Rule(
            "passkey_challenges",
            "Questions to a passkey that nobody answered",
            days("PASSKEY_CHALLENGES", 2),
            deleting("DELETE FROM passkey_challenges WHERE ends_at < %(before)s"),
        ),
        Rule(
            "sessions",
            "Sessions that were ended, or not used for so long",
            days("SESSIONS", 90),
            deleting("DELETE FROM sessions WHERE coalesce(ended_at, seen_at) < %(before)s"),
        ),
        Rule(
            "audit",
            "The trail of who did what to whose rights, in ids; never less than a year",
            days("AUDIT", 3 * 365),
            _forget_audit,
        ),
    )


def _forget_audit(curs: Cursor[Any], before: datetime) -> int:
    """The application itself may only add to the trail."""
    found = curs.execute("SELECT forget_audit(%(before)s) AS gone", {"before": before}).fetchone()
    return int(found["gone"]) if found else 0


def _of_others(days: Days) -> tuple[Rule, ...]:
    return (
        Rule(
            "drafts",
            "Profiles that nobody assessed",
            days("DRAFTS", 365),
            deleting("DELETE FROM drafts WHERE written_at < %(before)s"),
        ),
        inbox_rule(days),
        earlier_addresses_rule(days),
        Rule(
            "saved_forms",
            "Forms of cities abroad that were put by and not gone on with",
            days("SAVED_FORMS", SAVED_FOR_DAYS),
            deleting("DELETE FROM saved_forms WHERE saved_at < %(before)s"),
        ),
        Rule(
            "sent_forms",
            "Which forms were sent, so that none is sent twice",
            days("SENT_FORMS", 2),
            deleting("DELETE FROM sent_forms WHERE issued_at < %(before)s"),
        ),
        Rule(
            "limits",
            "How often an address or a network asked for something",
            days("LIMITS", 2),
            deleting("DELETE FROM limits WHERE at < %(before)s"),
        ),
    )
