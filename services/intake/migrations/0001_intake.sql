-- What intake keeps beside its events: people and texts that can be erased, and tables to look things up by.

CREATE TABLE people (
    person_id uuid PRIMARY KEY,
    role text NOT NULL CHECK (role IN ('administrator', 'committee_member', 'official', 'attendee')),
    name text NOT NULL,
    email text NOT NULL,
    office text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT '',
    community_id uuid,
    listing_id uuid
);
CREATE INDEX people_community ON people (community_id);
CREATE INDEX people_listing ON people (listing_id);
CREATE UNIQUE INDEX one_administrator ON people (community_id) WHERE role = 'administrator';

-- The named person of a case; staff sign in elsewhere.
CREATE TABLE staff (
    staff_id text PRIMARY KEY,
    name text NOT NULL
);

-- The newest code that proves the address of a request.
CREATE TABLE codes (
    listing_id uuid PRIMARY KEY,
    code text NOT NULL
);

-- Profiles that staff have not assessed yet, of listings and of communities.
CREATE TABLE drafts (
    subject_id uuid PRIMARY KEY,
    profile text NOT NULL
);

-- What is between a city abroad and staff alone: questions, answers, reasons.
CREATE TABLE remarks (
    id bigserial PRIMARY KEY,
    listing_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('question', 'answer', 'decline_reason', 'edit_reason')),
    text text NOT NULL,
    written_at timestamptz NOT NULL
);
CREATE INDEX remarks_listing ON remarks (listing_id);

CREATE TABLE debriefs (
    case_id uuid PRIMARY KEY,
    demographics text NOT NULL,
    notes text NOT NULL
);

CREATE TABLE local_work (
    entry_id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    kind text NOT NULL,
    happened_on date NOT NULL,
    text text NOT NULL
);
CREATE INDEX local_work_case ON local_work (case_id);

CREATE TABLE messages (
    message_id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    is_from_staff boolean NOT NULL,
    author text NOT NULL,
    text text NOT NULL,
    written_at timestamptz NOT NULL
);
CREATE INDEX messages_case ON messages (case_id);

-- The lists; each row is derived from its aggregate whenever that is recorded. waits_since: since when staff have
-- something of somebody else's to look at.
CREATE TABLE communities (
    community_id uuid PRIMARY KEY,
    geoname_id bigint NOT NULL,
    name text NOT NULL,
    country text NOT NULL,
    admin1 text NOT NULL,
    kind text NOT NULL,
    standing text NOT NULL,
    paid_through date,
    waits_since date,
    is_merged boolean NOT NULL,
    is_demonstration boolean NOT NULL,
    version bigint NOT NULL
);
CREATE INDEX communities_name ON communities (name, community_id);

CREATE TABLE cases (
    case_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    name text NOT NULL,
    admin1 text NOT NULL,
    state text NOT NULL,
    reason text,
    owner text NOT NULL,
    step text NOT NULL,
    holder text NOT NULL,
    due_on date,
    waits_since date,
    requested_on date NOT NULL,
    ended_on date,
    version bigint NOT NULL
);
CREATE INDEX cases_community ON cases (community_id);
CREATE INDEX cases_due ON cases (due_on, case_id);

CREATE TABLE listings (
    listing_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    name text NOT NULL,
    country text NOT NULL,
    state text NOT NULL,
    due_on date,
    waits_since date,
    submitted_on date NOT NULL,
    confirmed_on date,
    is_demonstration boolean NOT NULL,
    version bigint NOT NULL
);
CREATE INDEX listings_community ON listings (community_id);
CREATE INDEX listings_submitted ON listings (submitted_on, listing_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON people, staff, codes, drafts, remarks, debriefs, local_work, messages,
    communities, cases, listings TO intake_app;
GRANT USAGE ON SEQUENCE remarks_id_seq TO intake_app;
