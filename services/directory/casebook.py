"""The casebook, for staff and the member's own people: where each case stands, who has the ball, and what happened."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid5

from psycopg.types.json import Jsonb

from services.directory import reports
from services.directory.city_map import Rows, Statement
from services.directory.geography import folded
from shared import events as e
from shared.messages import Message
from shared.values import Place

# As on the map, each column belongs to one source or its writes commute. How far a case has come is derived at reading.
TABLES = """
CREATE TABLE communities (
    community_id uuid PRIMARY KEY,
    merged_into uuid,                                 -- intake
    place_from smallint NOT NULL DEFAULT 9,           -- 1 intake, 2 matching, 3 outreach: the best one's newest
    name text, folded text, country text, admin1 text,
    standing text,                                    -- intake
    paid_through date,                                -- intake
    is_demonstration boolean NOT NULL DEFAULT false   -- intake
);

CREATE TABLE merges (                                 -- intake: also of records that were merged before
    community_id uuid,
    remaining_id uuid,
    merged_at timestamptz NOT NULL,
    PRIMARY KEY (community_id, remaining_id)
);

CREATE TABLE cases (                                  -- intake
    case_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    state text NOT NULL,
    is_resting boolean NOT NULL DEFAULT false,
    resting_until date,
    is_shown_publicly boolean NOT NULL,
    is_imported boolean NOT NULL,
    is_waived boolean NOT NULL DEFAULT false,
    debrief_at timestamptz,
    closing_reason text,
    staff_id text,
    step text, holder text, due_on date
);
CREATE INDEX cases_in_order ON cases (requested_at, case_id);
CREATE INDEX cases_of_community ON cases (community_id);

CREATE TABLE research (                               -- matching
    case_id uuid PRIMARY KEY,
    state text,
    reviewed_listings uuid[] NOT NULL DEFAULT '{}',
    prospects uuid[] NOT NULL DEFAULT '{}',
    proposed_at timestamptz
);

CREATE TABLE pairs (
    pair_id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    foreign_community_id uuid NOT NULL,               -- as matching says; after a merge outreach says another
    lane text, is_chosen boolean,                     -- matching
    chosen_at timestamptz, chosen_place smallint,     -- matching: when first, and which of those chosen then
    is_told boolean NOT NULL DEFAULT false,           -- outreach spoke of it; as all that follow
    contacted_at timestamptz,
    contact_id uuid,
    interest text,
    decided_by text, needs_national_approval boolean,
    introduction_at timestamptz,
    introduced_on date, handed_over_on date, invited_on date, letter_of_intent_on date, resolution_on date,
    partnered_on timestamptz,
    failure text
);
CREATE INDEX pairs_of_case ON pairs (case_id);

CREATE TABLE threads (                                -- outreach
    thread_id uuid PRIMARY KEY,
    pair_id uuid NOT NULL,
    case_id uuid NOT NULL,
    channel text, country text,
    contacted_at timestamptz,
    words jsonb NOT NULL                              -- in their order: what was said there, when, after which silence
);
CREATE INDEX threads_of_case ON threads (case_id);

CREATE TABLE agreements (                             -- outreach
    partnership_id uuid PRIMARY KEY,
    case_id uuid NOT NULL
);

CREATE TABLE timeline (
    source text NOT NULL,
    position bigint NOT NULL,
    case_id uuid,                                     -- none: it is about the community, and so about each of its cases
    community_id uuid,
    happened_at timestamptz NOT NULL,
    subject text NOT NULL,
    event jsonb NOT NULL,
    PRIMARY KEY (source, position)
);
CREATE INDEX timeline_of_case ON timeline (case_id, happened_at, source, position);
CREATE INDEX timeline_of_community ON timeline (community_id) WHERE case_id IS NULL;
"""

VIEWS = """
CREATE OR REPLACE VIEW casebook.names AS
SELECT c.community_id, coalesce(into_.community_id, c.community_id) AS canonical_id,
       coalesce(into_.name, c.name) AS name, coalesce(into_.folded, c.folded) AS folded,
       coalesce(into_.country, c.country) AS country, coalesce(into_.admin1, c.admin1) AS admin1,
       coalesce(into_.standing, c.standing) AS standing, c.is_demonstration
FROM communities c LEFT JOIN communities into_ ON into_.community_id = c.merged_into;

CREATE OR REPLACE VIEW casebook.records AS
SELECT community_id, remaining_id, merged_at AS since FROM merges
UNION ALL SELECT community_id, community_id, '-infinity' FROM communities;

-- A city that was chosen under two records after they had become one: outreach has one pair, that of the first choice,
-- or of the last one within a choice. Of what outreach spoke, there is a pair.
CREATE OR REPLACE VIEW casebook.same_pairs AS
SELECT later.pair_id, earlier.pair_id AS as_pair_id, later.is_chosen, later.lane
FROM pairs later
JOIN pairs earlier ON earlier.case_id = later.case_id AND earlier.pair_id <> later.pair_id
     AND (earlier.chosen_at IS NULL
          OR (earlier.chosen_at, -earlier.chosen_place) < (later.chosen_at, -later.chosen_place))
JOIN casebook.records a ON a.community_id = later.foreign_community_id AND a.since <= later.chosen_at
JOIN casebook.records b ON b.community_id = earlier.foreign_community_id AND b.since <= later.chosen_at
     AND b.remaining_id = a.remaining_id
WHERE NOT later.is_told;

CREATE OR REPLACE VIEW casebook.pairs AS
SELECT p.pair_id, p.case_id, p.foreign_community_id,
       coalesce(nullif(p.lane, 'shortlist'), s.lane, p.lane) AS lane, s.is_chosen, p.contacted_at, p.contact_id,
       p.interest, p.decided_by, p.needs_national_approval, p.introduction_at, p.introduced_on, p.handed_over_on,
       p.invited_on, p.letter_of_intent_on, p.resolution_on, p.partnered_on, p.failure, n.name, n.country,
       CASE WHEN partnered_on IS NOT NULL THEN 9 WHEN failure IS NOT NULL THEN 0 WHEN resolution_on IS NOT NULL THEN 8
            WHEN letter_of_intent_on IS NOT NULL THEN 7 WHEN invited_on IS NOT NULL THEN 6
            WHEN handed_over_on IS NOT NULL THEN 5 WHEN introduced_on IS NOT NULL THEN 4
            WHEN introduction_at IS NOT NULL THEN 3 WHEN contacted_at IS NOT NULL THEN 2
            WHEN s.is_chosen IS FALSE THEN 0 ELSE 1 END AS progress
FROM pairs p LEFT JOIN casebook.names n ON n.community_id = p.foreign_community_id
CROSS JOIN LATERAL (
    SELECT p.is_chosen OR coalesce(bool_or(is_chosen), false) AS is_chosen,
           max(lane) FILTER (WHERE lane <> 'shortlist') AS lane
    FROM casebook.same_pairs WHERE as_pair_id = p.pair_id) s
WHERE NOT EXISTS (SELECT FROM casebook.same_pairs WHERE same_pairs.pair_id = p.pair_id);

CREATE OR REPLACE VIEW casebook.threads AS
SELECT thread_id, pair_id, case_id, channel, country, words->-1->>'state' AS state,
       (words->-1->>'days_silent')::int AS days_silent, contacted_at, (words->-1->>'at')::timestamptz AS last_at
FROM threads WHERE words <> '[]';

CREATE OR REPLACE VIEW casebook.cases AS
SELECT c.case_id, n.canonical_id AS community_id, n.name, n.folded, n.country, n.admin1, n.standing, n.is_demonstration,
       c.requested_at, c.is_resting, c.resting_until, c.is_shown_publicly, c.is_imported, c.is_waived,
       c.debrief_at, c.closing_reason, c.staff_id,
       n.community_id AS registered_id,
       t.happened_at AS last_at, t.subject AS last_subject, t.event AS last_event, t.foreign_name AS last_foreign_name,
       c.state NOT IN ('withdrawn', 'closed') AS is_open,
       CASE WHEN c.state IN ('withdrawn', 'closed') THEN 'none' ELSE c.step END AS step,
       CASE WHEN c.state IN ('withdrawn', 'closed') THEN 'nobody' ELSE c.holder END AS holder,
       CASE WHEN c.state IN ('withdrawn', 'closed') THEN NULL ELSE c.due_on END AS due_on,
       CASE WHEN c.state IN ('withdrawn', 'closed') THEN c.state
            WHEN c.is_resting THEN 'paused'
            WHEN p.progress >= 1 THEN (ARRAY['shortlisted', 'outreach', 'introduction_arranged', 'introduced',
                 'handed_over', 'invitation', 'letter_of_intent', 'council_resolution', 'partnered'])[p.progress]
            WHEN r.state = 'exhausted' THEN 'exhausted'
            WHEN r.state = 'proposed' THEN 'prospects_proposed'
            WHEN c.state = 'debriefed' THEN 'researching'
            ELSE c.state END AS stage,
       coalesce(cardinality(r.reviewed_listings), 0) AS reviewed_listings, r.proposed_at,
       coalesce(p.open_pairs, 0) AS open_pairs, coalesce(p.failed_pairs, 0) AS failed_pairs
FROM cases c
JOIN casebook.names n USING (community_id)
LEFT JOIN research r USING (case_id)
LEFT JOIN LATERAL (
    SELECT max(progress) AS progress, count(*) FILTER (WHERE progress > 0) AS open_pairs,
           count(*) FILTER (WHERE failure IS NOT NULL) AS failed_pairs
    FROM casebook.pairs WHERE pairs.case_id = c.case_id) p ON true
LEFT JOIN LATERAL (
    SELECT happened_at, subject, event, (
        SELECT name FROM casebook.names WHERE community_id = (event->>'foreign_community_id')::uuid) AS foreign_name
    FROM timeline
    WHERE timeline.case_id = c.case_id ORDER BY happened_at DESC, source DESC, position DESC LIMIT 1) t ON true;

CREATE OR REPLACE VIEW casebook.prospects AS
SELECT r.case_id, p.place, n.community_id, n.name, n.country
FROM research r, unnest(r.prospects) WITH ORDINALITY AS p (community_id, place)
JOIN casebook.names n USING (community_id);

CREATE OR REPLACE VIEW casebook.timeline AS
SELECT t.case_id, t.source, t.position, t.happened_at, t.subject, t.event, n.name AS foreign_name
FROM (SELECT c.case_id, t.source, t.position, t.happened_at, t.subject, t.event
      FROM cases c JOIN timeline t ON t.case_id = c.case_id
      UNION ALL
      SELECT c.case_id, t.source, t.position, t.happened_at, t.subject, t.event
      FROM cases c JOIN timeline t ON t.community_id = c.community_id AND t.case_id IS NULL
           AND t.happened_at >= c.requested_at) t
LEFT JOIN casebook.names n ON n.community_id = (t.event->>'foreign_community_id')::uuid;
"""

VIEWS += reports.VIEWS

TABLE_NAMES = (
    "communities",
    "merges",
    "cases",
    "research",
    "pairs",
    "threads",
    "agreements",
    "timeline",
)

PLACE = """
INSERT INTO communities (community_id, place_from, name, folded, country, admin1)
VALUES (%(id)s, %(place_from)s, %(name)s, %(folded)s, %(country)s, %(admin1)s)
ON CONFLICT (community_id) DO UPDATE SET
    place_from = excluded.place_from, name = excluded.name, folded = excluded.folded, country = excluded.country,
    admin1 = excluded.admin1
WHERE excluded.place_from <= communities.place_from
"""
COMMUNITY = "INSERT INTO communities (community_id) VALUES (%(id)s) ON CONFLICT DO NOTHING"
STANDING = "UPDATE communities SET standing = %(standing)s, paid_through = %(paid_through)s WHERE community_id = %(id)s"
DEMONSTRATION = "UPDATE communities SET is_demonstration = true WHERE community_id = %(id)s"
MERGED = "UPDATE communities SET merged_into = %(into)s WHERE community_id = %(id)s OR merged_into = %(id)s"
MERGE = """
INSERT INTO merges (community_id, remaining_id, merged_at)
SELECT community_id, %(into)s, %(at)s FROM communities WHERE community_id = %(id)s OR merged_into = %(id)s
ON CONFLICT DO NOTHING
"""
REQUESTED = """
INSERT INTO cases (case_id, community_id, requested_at, state, is_shown_publicly, is_imported)
VALUES (%(case_id)s, %(id)s, %(at)s, 'requested', %(is_shown)s, %(is_imported)s) ON CONFLICT DO NOTHING
"""
STATE = "UPDATE cases SET state = %(state)s WHERE case_id = %(case_id)s"
SCHEDULED = (
    "UPDATE cases SET state = 'debrief_scheduled', debrief_at = %(at)s WHERE case_id = %(case_id)s"
)
INVITED_TO_DEBRIEF = (
    "UPDATE cases SET state = 'debrief_invited', debrief_at = NULL WHERE case_id = %(case_id)s"
)
RESTING = "UPDATE cases SET is_resting = %(is_resting)s, resting_until = %(until)s WHERE case_id = %(case_id)s"
CLOSED = (
    "UPDATE cases SET state = 'closed', closing_reason = %(reason)s WHERE case_id = %(case_id)s"
)
SHOWN = "UPDATE cases SET is_shown_publicly = %(is_shown)s WHERE case_id = %(case_id)s"
ASSIGNED = "UPDATE cases SET staff_id = NULLIF(%(staff_id)s, 'staff') WHERE case_id = %(case_id)s"
WAIVED = "UPDATE cases SET is_waived = %(is_waived)s WHERE case_id = %(case_id)s"
NEXT_STEP = "UPDATE cases SET step = %(step)s, holder = %(holder)s, due_on = %(due_on)s WHERE case_id = %(case_id)s"
RESEARCH = "INSERT INTO research (case_id) VALUES (%(case_id)s) ON CONFLICT DO NOTHING"
REVIEWED = """
UPDATE research SET reviewed_listings = ARRAY(
    SELECT unnest(reviewed_listings) UNION SELECT unnest(%(listing_ids)s::uuid[]) ORDER BY 1)
WHERE case_id = %(case_id)s
"""
PROPOSED = """
UPDATE research SET state = 'proposed', prospects = %(prospects)s, proposed_at = %(at)s WHERE case_id = %(case_id)s
"""
RESEARCH_STATE = "UPDATE research SET state = %(state)s WHERE case_id = %(case_id)s"
NOT_CHOSEN = "UPDATE pairs SET is_chosen = false WHERE case_id = %(case_id)s AND lane = 'shortlist'"
# What was named, or is of interest, stays so when it is on the shortlist as well.
CHOSEN = """
INSERT INTO pairs (pair_id, case_id, foreign_community_id, lane, is_chosen, chosen_at, chosen_place)
VALUES (%(pair_id)s, %(case_id)s, %(foreign_id)s, %(lane)s, true, %(at)s, %(place)s)
ON CONFLICT (pair_id) DO UPDATE SET foreign_community_id = excluded.foreign_community_id,
    lane = coalesce(nullif(pairs.lane, 'shortlist'), excluded.lane), is_chosen = true,
    chosen_at = coalesce(pairs.chosen_at, excluded.chosen_at),
    chosen_place = coalesce(pairs.chosen_place, excluded.chosen_place)
"""
PAIR = """
INSERT INTO pairs (pair_id, case_id, foreign_community_id, is_told)
VALUES (%(pair_id)s, %(case_id)s, %(foreign_id)s, true)
ON CONFLICT (pair_id) DO UPDATE SET is_told = true
"""
CONTACTED = """
UPDATE pairs SET contacted_at = (SELECT min(contacted_at) FROM threads WHERE threads.pair_id = %(pair_id)s)
WHERE pair_id = %(pair_id)s
"""
CONTACT = "UPDATE pairs SET contact_id = %(contact_id)s WHERE pair_id = %(pair_id)s"
INTEREST = "UPDATE pairs SET interest = %(interest)s WHERE pair_id = %(pair_id)s"
GOVERNANCE = """
UPDATE pairs SET decided_by = %(decided_by)s, needs_national_approval = %(needs_national_approval)s
WHERE pair_id = %(pair_id)s
"""
ARRANGED = "UPDATE pairs SET introduction_at = %(starts_at)s WHERE pair_id = %(pair_id)s"
NOT_ARRANGED = "UPDATE pairs SET introduction_at = NULL WHERE pair_id = %(pair_id)s"
INTRODUCED = "UPDATE pairs SET introduced_on = %(held_on)s WHERE pair_id = %(pair_id)s"
HANDED_OVER = "UPDATE pairs SET handed_over_on = %(handed_over_on)s WHERE pair_id = %(pair_id)s"
NOT_HANDED_OVER = "UPDATE pairs SET handed_over_on = NULL WHERE pair_id = %(pair_id)s"
INVITED = "UPDATE pairs SET invited_on = %(sent_on)s WHERE pair_id = %(pair_id)s"
INTENDED = "UPDATE pairs SET letter_of_intent_on = %(signed_on)s WHERE pair_id = %(pair_id)s"
RESOLVED = "UPDATE pairs SET resolution_on = %(adopted_on)s WHERE pair_id = %(pair_id)s"
FAILED = "UPDATE pairs SET failure = %(reason)s WHERE pair_id = %(pair_id)s"
PAIR_REOPENED = "UPDATE pairs SET failure = NULL WHERE pair_id = %(pair_id)s"
PARTNERED = "UPDATE pairs SET partnered_on = %(at)s, failure = NULL WHERE pair_id = %(pair_id)s"
NOT_PARTNERED = "UPDATE pairs SET partnered_on = NULL WHERE pair_id = %(pair_id)s"
WRITTEN = """
INSERT INTO threads (thread_id, pair_id, case_id, channel, country, contacted_at, words)
VALUES (%(thread_id)s, %(pair_id)s, %(case_id)s, %(channel)s, %(country)s, %(at)s, %(words)s)
ON CONFLICT (thread_id) DO UPDATE SET channel = excluded.channel, country = excluded.country,
    contacted_at = excluded.contacted_at, words = excluded.words
"""
THREAD = """
INSERT INTO threads (thread_id, pair_id, case_id, words)
VALUES (%(thread_id)s, %(pair_id)s, %(case_id)s, %(words)s)
ON CONFLICT (thread_id) DO UPDATE SET words = threads.words || excluded.words
"""
# The last reply goes; where there is none, the number of words is no place among them.
UNANSWERED = """
UPDATE threads SET words = words - coalesce((
    SELECT max(place) - 1 FROM jsonb_array_elements(words) WITH ORDINALITY AS w (word, place)
    WHERE word->>'state' = 'answered'), jsonb_array_length(words))::int
WHERE thread_id = %(thread_id)s
"""
UNWRITTEN = "DELETE FROM threads WHERE thread_id = %(thread_id)s"
AGREED = """
INSERT INTO agreements (partnership_id, case_id) VALUES (%(partnership_id)s, %(case_id)s)
ON CONFLICT (partnership_id) DO UPDATE SET case_id = excluded.case_id
"""
NOT_AGREED = "DELETE FROM agreements WHERE partnership_id = %(partnership_id)s"
NOTED = """
INSERT INTO timeline (source, position, case_id, community_id, happened_at, subject, event)
VALUES (%(source)s, %(position)s, %(case_id)s, %(id)s, %(at)s, %(subject)s, %(event)s) ON CONFLICT DO NOTHING
"""
NOTED_LATER = """
INSERT INTO timeline (source, position, case_id, happened_at, subject, event)
SELECT %(source)s, %(position)s, case_id, %(at)s, %(subject)s, %(event)s FROM agreements
WHERE partnership_id = %(partnership_id)s ON CONFLICT DO NOTHING
"""

STAGES: dict[type[e.PublicEvent], str] = {
    e.IntroductionArranged: ARRANGED,
    e.IntroductionCalledOff: NOT_ARRANGED,
    e.IntroductionHeld: INTRODUCED,
    e.HandedOverToMember: HANDED_OVER,
    e.HandOverRetracted: NOT_HANDED_OVER,
    e.InvitationSent: INVITED,
    e.LetterOfIntentSigned: INTENDED,
    e.CouncilResolutionAdopted: RESOLVED,
    e.CityContactFound: CONTACT,
    e.InterestGauged: INTEREST,
    e.GovernanceLearned: GOVERNANCE,
    e.PairFailed: FAILED,
    e.PairReopened: PAIR_REOPENED,
    e.ReplyRetracted: UNANSWERED,
}
"""What an event of a pair says of the pair, or of a thread of it; its fields are the statement's parameters."""

CASE_STATES: dict[type[e.PublicEvent], str] = {
    e.DebriefInvited: "debrief_invited",
    e.DebriefCompleted: "debriefed",
    e.CitySeekingWithdrawn: "withdrawn",
}
THREAD_STATES: dict[type[e.PublicEvent], str] = {
    e.FollowUpDue: "follow_up_due",
    e.FollowUpSent: "followed_up",
    e.ReplyReceived: "answered",
    e.MessageBounced: "bounced",
}
RESEARCH_STATES: dict[type[e.PublicEvent], str] = {
    e.ShortlistReopened: "reopened",
    e.SearchExhausted: "exhausted",
}


def writes(event: e.PublicEvent, message: Message) -> Iterator[Statement]:
    """What an event changes in the casebook, as statements in order."""
    yield from _communities(event)
    yield from _cases(event)
    yield from _research(event)
    yield from _pairs(event)
    yield from _partnerships(event)
    yield from _timeline(event, message)


def _communities(event: e.PublicEvent) -> Iterator[Statement]:
    match event:
        case e.CommunityRegistered():
            yield _place(event.place, 1, event.community_id)
            yield STANDING, _standing(event, None)
            if event.is_demonstration:
                yield DEMONSTRATION, {"id": event.community_id}
        case e.MembershipStandingChanged():
            yield COMMUNITY, {"id": event.community_id}
            yield STANDING, _standing(event, event.paid_through)
        case e.CommunitiesMerged():
            yield COMMUNITY, {"id": event.community_id}
            yield COMMUNITY, {"id": event.into_community_id}
            merge = {"id": event.community_id, "into": event.into_community_id}
            yield MERGE, merge | {"at": event.happened_at}
            yield MERGED, merge
        case (
            e.CommunityProfileUpdated()
            | e.CitySeekingRequested()
            | e.ForeignRequestSubmitted()
            | e.ForeignCityListed()
        ):
            yield _place(event.place, 1, event.community_id)


def _cases(event: e.PublicEvent) -> Iterator[Statement]:  # noqa: C901  # a line per event
    case = {"case_id": getattr(event, "case_id", None)}
    match event:
        case e.CitySeekingRequested():
            yield REQUESTED, case | _request(event)
        case e.CitySeekingAmended():
            yield SHOWN, case | {"is_shown": event.is_shown_publicly}
        case e.DebriefScheduled():
            yield SCHEDULED, case | {"at": event.starts_at}
        case e.CitySeekingPaused():
            yield RESTING, case | {"is_resting": True, "until": event.until}
        case e.CitySeekingResumed():
            yield RESTING, case | {"is_resting": False, "until": None}
        case e.CitySeekingClosed():
            yield CLOSED, case | {"reason": event.reason}
        case e.CaseAssigned():
            yield ASSIGNED, case | {"staff_id": event.staff_id}
        case e.NextStepSet():
            yield NEXT_STEP, case | event.model_dump(include={"step", "holder", "due_on"})
        case e.DuesWaiverGranted() | e.DuesWaiverEnded():
            yield WAIVED, case | {"is_waived": isinstance(event, e.DuesWaiverGranted)}
        case e.DebriefInvited():
            yield INVITED_TO_DEBRIEF, case
        case e.DebriefCompleted() | e.CitySeekingWithdrawn():
            yield STATE, case | {"state": CASE_STATES[type(event)]}


def _research(event: e.PublicEvent) -> Iterator[Statement]:
    if not isinstance(event, e.MatchingEvent) or not hasattr(event, "case_id"):
        return
    case = {"case_id": event.case_id}
    yield RESEARCH, case
    match event:
        case e.ListedCitiesReviewed():
            yield REVIEWED, case | {"listing_ids": list(event.listing_ids)}
        case e.ProspectsProposed():
            yield from (_place(place, 2) for place in event.prospects)
            ids = [place.community_id for place in event.prospects]
            yield PROPOSED, case | {"prospects": ids, "at": event.happened_at}
        case e.InterestExpressed():
            yield from _chosen(event, (event.foreign_place,), "interest")
        case e.ShortlistSelected():
            if event.lane == "shortlist":
                yield RESEARCH_STATE, case | {"state": "shortlisted"}
                yield NOT_CHOSEN, case
            yield from _chosen(event, event.choices, event.lane)
        case e.ShortlistReopened() | e.SearchExhausted():
            yield RESEARCH_STATE, case | {"state": RESEARCH_STATES[type(event)]}


def _chosen(
    event: e.ShortlistSelected | e.InterestExpressed, choices: Sequence[Place], lane: str
) -> Iterator[Statement]:
    """Outreach names a pair by the record as it was chosen."""
    case = {"case_id": event.case_id, "lane": lane, "at": event.happened_at}
    for number, place in enumerate(choices):
        foreign_id = place.community_id
        pair_id = uuid5(event.case_id, str(foreign_id))
        yield _place(place, 2)
        yield CHOSEN, case | {"pair_id": pair_id, "foreign_id": foreign_id, "place": number}


def _pairs(event: e.PublicEvent) -> Iterator[Statement]:
    if not isinstance(event, e.PairEvent):
        return
    facts = {**event.model_dump(), "foreign_id": event.foreign_community_id}
    facts |= {"at": event.happened_at}
    yield PAIR, facts
    if type(event) in STAGES:
        yield STAGES[type(event)], facts
    elif type(event) in THREAD_STATES:
        yield THREAD, facts | {"words": _word(event, THREAD_STATES[type(event)])}
    elif isinstance(event, (e.EmbassyContacted, e.ChannelContacted)):
        written = {"country": getattr(event, "country", None), "words": _word(event, "written")}
        yield WRITTEN, facts | written
        yield CONTACTED, facts
    elif isinstance(event, e.ContactRetracted):
        yield UNWRITTEN, facts
        yield CONTACTED, facts


def _word(event: e.PairEvent, state: str) -> Jsonb:
    silence = getattr(event, "days_silent", None)
    at = event.happened_at.isoformat()
    return Jsonb([{"state": state, "days_silent": silence, "at": at}])


def _partnerships(event: e.PublicEvent) -> Iterator[Statement]:
    if isinstance(event, e.PartnershipFormed):
        yield _place(event.place, 3)
        yield _place(event.foreign_place, 3)
        if event.case_id:
            yield AGREED, {"partnership_id": event.partnership_id, "case_id": event.case_id}
        if event.case_id and event.pair_id and event.ends_search:
            facts = {"pair_id": event.pair_id, "case_id": event.case_id, "at": event.happened_at}
            yield PAIR, facts | {"foreign_id": event.foreign_community_id}
            yield PARTNERED, facts
    elif isinstance(event, e.PartnershipRetracted):
        yield NOT_AGREED, {"partnership_id": event.partnership_id}
        yield NOT_PARTNERED, {"pair_id": event.pair_id}


def _timeline(event: e.PublicEvent, message: Message) -> Iterator[Statement]:
    facts = {
        "source": message.source,
        "position": message.position,
        "case_id": getattr(event, "case_id", None),
        "id": getattr(event, "community_id", None),
        "at": event.happened_at,
        "subject": event.subject(),
        "event": Jsonb(event.model_dump(mode="json")),
    }
    if facts["case_id"] or isinstance(event, e.MembershipStandingChanged):
        yield NOTED, facts
    elif isinstance(event, (e.PartnershipCorrected, e.PartnershipEnded, e.CheckInDue)):
        yield NOTED_LATER, facts | {"partnership_id": event.partnership_id}


def _place(place: Place, place_from: int, community_id: UUID | None = None) -> Statement:
    return PLACE, {
        "id": community_id or place.community_id,
        "place_from": place_from,
        "name": place.name,
        "folded": folded(place.name),
        "country": place.country,
        "admin1": place.admin1,
    }


def _standing(
    event: e.CommunityRegistered | e.MembershipStandingChanged, paid_through: Any
) -> dict[str, Any]:
    return {"id": event.community_id, "standing": event.standing, "paid_through": paid_through}


def _request(event: e.CitySeekingRequested) -> dict[str, Any]:
    return {
        "id": event.community_id,
        "at": event.happened_at,
        "is_shown": event.is_shown_publicly,
        "is_imported": event.is_imported,
    }


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases are asked for."""

    holder: str | None = None
    staff_id: str | None = None
    unassigned: bool = False
    overdue: bool = False
    stage: str | None = None
    community_id: UUID | None = None
    include_ended: bool = False


CLAUSES = {
    "holder": "holder = %(holder)s",
    "staff_id": "staff_id = %(staff_id)s",
    "unassigned": "staff_id IS NULL",
    "overdue": "due_on < %(today)s",
    "stage": "stage = %(stage)s",
    "community_id": "community_id = coalesce("
    "(SELECT canonical_id FROM casebook.names WHERE community_id = %(community_id)s), %(community_id)s)",
}
KEYS = ("requested_at", "case_id")


def cases(
    connection: Rows, wanted: Wanted, today: date, after: list[Any] | None, limit: int
) -> list[dict[str, Any]]:
    """Cases, the longest waiting first; `after` is the last one's key."""
    clauses = ["true" if wanted.include_ended else "is_open"]
    clauses += [clause for name, clause in CLAUSES.items() if getattr(wanted, name)]
    parameters: dict[str, Any] = asdict(wanted) | {"today": today, "limit": limit}
    if after:
        clauses.append("(requested_at, case_id) > (%(at)s::timestamptz, %(id)s::uuid)")
        parameters |= {"at": after[0], "id": after[1]}
    sql = (
        f"SELECT * FROM casebook.cases WHERE {' AND '.join(clauses)}"  # noqa: S608  # constants
        " ORDER BY requested_at, case_id LIMIT %(limit)s"
    )
    return connection.execute(cast(Any, sql), parameters).fetchall()


def case(connection: Rows, case_id: UUID) -> dict[str, Any] | None:
    """A case with its prospects, its pairs and their threads, and all that happened, the newest last."""
    parameters = {"id": case_id}
    row = connection.execute(
        "SELECT * FROM casebook.cases WHERE case_id = %(id)s", parameters
    ).fetchone()
    if row is None:
        return None
    row["prospects"] = connection.execute(
        "SELECT * FROM casebook.prospects WHERE case_id = %(id)s ORDER BY place", parameters
    ).fetchall()
    row["pairs"] = connection.execute(
        "SELECT p.*, coalesce((SELECT jsonb_agg(t ORDER BY t.contacted_at, t.thread_id) FROM casebook.threads t"
        " WHERE t.pair_id = p.pair_id), '[]') AS threads"
        " FROM casebook.pairs p WHERE case_id = %(id)s ORDER BY progress DESC, name, pair_id",
        parameters,
    ).fetchall()
    row["timeline"] = connection.execute(
        "SELECT * FROM casebook.timeline WHERE case_id = %(id)s ORDER BY happened_at, source, position",
        parameters,
    ).fetchall()
    return row
