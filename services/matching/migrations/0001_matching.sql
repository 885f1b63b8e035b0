-- What matching keeps beside its events.

-- One row for each research file, derived from it each time it is recorded: lists and look-ups read it.
CREATE TABLE research_files (
    case_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    place jsonb NOT NULL,
    preferences jsonb NOT NULL,
    state text NOT NULL,
    is_open boolean NOT NULL,
    step text NOT NULL,
    holder text NOT NULL,
    due_at timestamptz,
    is_overdue boolean NOT NULL,
    requested_at timestamptz NOT NULL
);
CREATE INDEX research_files_order ON research_files (requested_at, case_id);
CREATE INDEX research_files_community ON research_files (community_id) WHERE is_open;

-- Private texts: staff's notes, reasons, and the comments of administrators and committee members.
CREATE TABLE notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    case_id uuid NOT NULL,
    geoname_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('note', 'removal', 'comment')),
    is_shown_to_member boolean NOT NULL,
    author_id text NOT NULL,
    author_role text NOT NULL,
    text text NOT NULL,
    written_at timestamptz NOT NULL
);
CREATE INDEX notes_case ON notes (case_id, written_at);
CREATE INDEX notes_author ON notes (author_id);

-- Foreign cities on the map, as intake and outreach tell of them. Outreach may be heard before intake: then place is
-- not known yet. Whether a city is free is said by both, so the later word (availability_at) counts.
CREATE TABLE listed_cities (
    listing_id uuid PRIMARY KEY,
    community_id uuid,
    place jsonb,
    profile jsonb NOT NULL DEFAULT '{}',
    is_on_map boolean NOT NULL DEFAULT false,
    confirmed_on date,
    availability text NOT NULL DEFAULT 'free' CHECK (availability IN ('free', 'in_conversation', 'partnered')),
    availability_at timestamptz NOT NULL DEFAULT '-infinity'
);

-- What matching knows of members; who was never heard of is in good standing.
CREATE TABLE members (
    community_id uuid PRIMARY KEY,
    standing text NOT NULL DEFAULT 'good',
    place jsonb,
    profile jsonb NOT NULL DEFAULT '{}'
);

-- A contact, a project or a friendship may still become a sister city; where the kind is not known it counts as one.
CREATE TABLE partnerships (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    foreign_community_id uuid NOT NULL,
    kind text,
    is_active boolean NOT NULL
);
CREATE INDEX partnerships_community ON partnerships (community_id, foreign_community_id) WHERE is_active;

GRANT SELECT, INSERT, UPDATE ON research_files, listed_cities, members, partnerships TO matching_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO matching_app;
