"""What the programme learns from its cases: how old, how long in each stage, how far, and whose dues are waived."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any, cast

from services.directory.city_map import Rows

# Views alone: they say nothing that the casebook's tables do not, and a rebuild fills these.
VIEWS = """
CREATE OR REPLACE VIEW casebook.answered AS
SELECT t.thread_id, t.pair_id, t.case_id, min((word->>'at')::timestamptz) AS answered_at
FROM threads t, jsonb_array_elements(t.words) AS word
WHERE word->>'state' = 'answered' GROUP BY t.thread_id, t.pair_id, t.case_id;

CREATE OR REPLACE VIEW casebook.milestones AS
SELECT c.case_id, c.is_demonstration, c.is_imported, c.stage, c.is_open, c.requested_at::date AS requested,
       heard.debriefed::date AS debriefed, heard.proposed::date AS proposed, p.chosen::date AS chosen,
       p.contacted::date AS contacted, a.answered::date AS answered, p.introduced, p.handed_over,
       p.partnered::date AS partnered
FROM casebook.cases c
LEFT JOIN LATERAL (
    SELECT min(happened_at) FILTER (WHERE subject LIKE 'intake.DebriefCompleted.%') AS debriefed,
           min(happened_at) FILTER (WHERE subject LIKE 'matching.ProspectsProposed.%') AS proposed
    FROM timeline WHERE timeline.case_id = c.case_id) heard ON true
LEFT JOIN LATERAL (
    SELECT min(chosen_at) AS chosen, min(contacted_at) AS contacted, min(introduced_on) AS introduced,
           min(handed_over_on) AS handed_over, min(partnered_on) AS partnered
    FROM pairs WHERE pairs.case_id = c.case_id) p ON true
LEFT JOIN LATERAL (
    SELECT min(answered_at) AS answered FROM casebook.answered WHERE answered.case_id = c.case_id) a ON true;

CREATE OR REPLACE VIEW casebook.waivers AS
SELECT c.case_id, c.name, c.admin1, c.is_demonstration, (t.event->>'granted_on')::date AS granted_on,
       (SELECT min((ended.event->>'ended_on')::date) FROM timeline ended
        WHERE ended.case_id = t.case_id AND ended.subject LIKE 'intake.DuesWaiverEnded.%'
        AND ended.position > t.position) AS ended_on
FROM timeline t JOIN casebook.cases c ON c.case_id = t.case_id
WHERE t.subject LIKE 'intake.DuesWaiverGranted.%';
"""

COUNTED = "(%(with_demonstration)s OR NOT is_demonstration)"
MILESTONES = (
    "requested",
    "debriefed",
    "proposed",
    "chosen",
    "contacted",
    "answered",
    "introduced",
    "handed_over",
    "partnered",
)
"""The programme's steps in their order."""
STAGES = (
    "requested",
    "debrief_invited",
    "debrief_scheduled",
    "researching",
    "prospects_proposed",
    "shortlisted",
    "outreach",
    "introduction_arranged",
    "introduced",
    "handed_over",
    "invitation",
    "letter_of_intent",
    "council_resolution",
    "partnered",
    "exhausted",
    "paused",
)


def open_cases(
    connection: Rows, today: date, *, with_demonstration: bool
) -> Sequence[dict[str, Any]]:
    """By stage, in the order of the programme; ages are days since the Yes."""
    sql = f"""
SELECT stage, count(*) AS cases, count(*) FILTER (WHERE due_on < %(today)s) AS overdue,
       count(*) FILTER (WHERE age < 90) AS under_3_months,
       count(*) FILTER (WHERE age >= 90 AND age < 180) AS from_3_to_6_months,
       count(*) FILTER (WHERE age >= 180 AND age < 365) AS from_6_to_12_months,
       count(*) FILTER (WHERE age >= 365) AS over_a_year,
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY age))::int AS median_days, max(age) AS oldest_days
FROM (SELECT *, greatest(%(today)s - requested_at::date, 0) AS age FROM casebook.cases) c
WHERE is_open AND {COUNTED} GROUP BY stage"""  # noqa: S608  # constants
    found = _rows(connection, sql, today, with_demonstration)
    order = {stage: place for place, stage in enumerate(STAGES)}
    return sorted(found, key=lambda row: (order.get(row["stage"], len(order)), row["stage"]))


def time_in_stage(
    connection: Rows, today: date, *, with_demonstration: bool
) -> Sequence[dict[str, Any]]:
    """From each milestone to the next one; of those that wait for it now, since when."""
    return [
        row
        for begins, ends in pairwise(MILESTONES)
        for row in _rows(connection, _between(begins, ends), today, with_demonstration)
    ]


def _between(begins: str, ends: str) -> str:
    """What was recorded out of order, or for the past, says nothing about how long it took."""
    later = MILESTONES[MILESTONES.index(ends) :]
    return f"""
SELECT '{begins}' AS begins, '{ends}' AS ends, count(days) AS cases,
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY days))::int AS median_days,
       round(percentile_cont(0.9) WITHIN GROUP (ORDER BY days))::int AS nine_in_ten_days,
       count(waits) AS waiting, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY waits))::int AS waiting_median_days
FROM (SELECT CASE WHEN {ends} >= {begins} THEN {ends} - {begins} END AS days,
             CASE WHEN is_open AND {begins} IS NOT NULL AND coalesce({", ".join(later)}) IS NULL
                  THEN greatest(%(today)s - {begins}, 0) END AS waits
      FROM casebook.milestones WHERE {COUNTED}) m"""  # noqa: S608  # constants


def conversion(
    connection: Rows, today: date, *, with_demonstration: bool
) -> Sequence[dict[str, Any]]:
    """How many searches reached each step, or a later one; a step that was skipped counts as reached."""
    counts = ", ".join(
        f"count(coalesce({', '.join(MILESTONES[place:])})) AS {name}"
        for place, name in enumerate(MILESTONES)
    )
    sql = f"SELECT {counts} FROM casebook.milestones WHERE {COUNTED}"  # noqa: S608  # constants
    row = _rows(connection, sql, today, with_demonstration)[0]
    return [{"step": name, "cases": row[name]} for name in MILESTONES]


def waivers(connection: Rows, today: date, *, with_demonstration: bool) -> Sequence[dict[str, Any]]:
    """Dues that are waived because the search is long: those that go on first, the longest first."""
    sql = f"""
SELECT case_id, name, admin1, granted_on, ended_on, greatest(coalesce(ended_on, %(today)s) - granted_on, 0) AS days
FROM casebook.waivers WHERE {COUNTED} ORDER BY ended_on IS NOT NULL, granted_on, case_id LIMIT 1000"""  # noqa: S608
    return _rows(connection, sql, today, with_demonstration)


def _rows(
    connection: Rows, sql: str, today: date, with_demonstration: bool
) -> list[dict[str, Any]]:
    parameters = {"today": today, "with_demonstration": with_demonstration}
    return connection.execute(cast(Any, sql), parameters).fetchall()
