-- What outreach keeps beside its events: texts and persons that can be erased, and tables to look things up by.

CREATE TABLE cases (
    case_id uuid PRIMARY KEY,
    community_id uuid NOT NULL
);
CREATE INDEX cases_community ON cases (community_id);

-- The list; each row is derived from its pair whenever that is recorded.
CREATE TABLE pairs (
    pair_id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    community_id uuid NOT NULL,
    foreign_community_id uuid NOT NULL,
    listing_id uuid,
    name text NOT NULL,
    city text NOT NULL,
    country text NOT NULL,
    lane text NOT NULL,
    state text NOT NULL,
    is_open boolean NOT NULL,
    step text NOT NULL,
    holder text NOT NULL,
    due_on date,
    opened_at timestamptz NOT NULL,
    version bigint NOT NULL
);
CREATE INDEX pairs_case ON pairs (case_id);
CREATE INDEX pairs_community ON pairs (community_id);
CREATE INDEX pairs_foreign_community ON pairs (foreign_community_id);
CREATE INDEX pairs_listing ON pairs (listing_id) WHERE listing_id IS NOT NULL;
CREATE INDEX pairs_due ON pairs ((coalesce(due_on, 'infinity')), pair_id);

-- What outreach has heard of communities and listings; where nothing was heard, standing is good.
CREATE TABLE communities (
    community_id uuid PRIMARY KEY,
    standing text NOT NULL,
    is_demonstration boolean NOT NULL DEFAULT false
);
CREATE TABLE listings (
    listing_id uuid PRIMARY KEY,
    foreign_community_id uuid NOT NULL,
    is_on_map boolean NOT NULL
);
CREATE INDEX listings_community ON listings (foreign_community_id) WHERE is_on_map;

-- The registry: missions, associations, and the persons who speak for a city. `country` is the one that a contact
-- reaches, `seat_country` the one that it sits in.
CREATE TABLE contacts (
    contact_id uuid PRIMARY KEY,
    channel text NOT NULL,
    country text NOT NULL,
    seat_country text NOT NULL,
    city text NOT NULL DEFAULT '',
    name text NOT NULL,
    office text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    website text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT '',
    is_person boolean NOT NULL DEFAULT false,
    last_verified date,
    source text NOT NULL DEFAULT '',
    licence text NOT NULL DEFAULT '',
    version bigint NOT NULL DEFAULT 1
);
CREATE INDEX contacts_reach ON contacts (country, channel, name, contact_id);

-- Private texts.
CREATE TABLE letters (
    letter_id uuid PRIMARY KEY,
    pair_id uuid NOT NULL,
    thread_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    written_at timestamptz NOT NULL
);
CREATE INDEX letters_pair ON letters (pair_id);
CREATE TABLE replies (
    reply_id uuid PRIMARY KEY,
    pair_id uuid NOT NULL,
    thread_id uuid NOT NULL,
    summary text NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX replies_pair ON replies (pair_id);
CREATE TABLE notes (
    id bigserial PRIMARY KEY,
    subject_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('governance', 'end_reason')),
    text text NOT NULL,
    written_at timestamptz NOT NULL
);
CREATE INDEX notes_subject ON notes (subject_id);
CREATE TABLE signatories (
    partnership_id uuid NOT NULL,
    side text NOT NULL CHECK (side IN ('us', 'foreign')),
    name text NOT NULL,
    office text NOT NULL,
    signed_on date NOT NULL,
    PRIMARY KEY (partnership_id, side, signed_on)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON cases, pairs, communities, listings, contacts, letters, replies, notes,
    signatories TO outreach_app;
GRANT USAGE ON SEQUENCE notes_id_seq TO outreach_app;
