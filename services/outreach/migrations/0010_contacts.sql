-- The registry: where a contact sits, which states it covers, and whether staff have corrected it, so that no file
-- turns it back.
ALTER TABLE contacts
    ADD COLUMN geoname_id bigint,
    ADD COLUMN districts text[] NOT NULL DEFAULT '{}',
    ADD COLUMN corrected_on date;

-- Whose pair it is, and what was learned of how its city is governed. `lists` counts up when more is derived of a pair:
-- rows below the present number are derived anew when the service starts.
ALTER TABLE pairs
    ADD COLUMN owner text,
    ADD COLUMN decided_by text NOT NULL DEFAULT 'unknown',
    ADD COLUMN needs_national_approval boolean,
    ADD COLUMN lists smallint NOT NULL DEFAULT 0;
CREATE INDEX pairs_owner ON pairs (owner, is_open);
CREATE INDEX pairs_to_list ON pairs (lists) WHERE lists < 1;

-- What became of each way that was tried, to learn from: who answers, and how soon.
CREATE TABLE threads (
    thread_id uuid PRIMARY KEY,
    pair_id uuid NOT NULL,
    channel text NOT NULL,
    country text NOT NULL,
    contact_id uuid,
    contacted_at timestamptz NOT NULL,
    is_reached boolean NOT NULL,
    answered_at timestamptz
);
CREATE INDEX threads_pair ON threads (pair_id);
CREATE INDEX threads_contact ON threads (contact_id);
CREATE INDEX threads_channel ON threads (country, channel);

GRANT SELECT, INSERT, UPDATE, DELETE ON threads TO outreach_app;

-- What is known of a country, in versions; a shipped one stands in a file of the service.
CREATE TABLE playbooks (
    country text NOT NULL,
    version int NOT NULL,
    content jsonb NOT NULL,
    written_by text NOT NULL,
    written_at timestamptz NOT NULL,
    PRIMARY KEY (country, version)
);

GRANT SELECT, INSERT ON playbooks TO outreach_app;
