-- Signing in: links that were asked for, sessions, and the trail of who did what to whose rights. Tokens stand here as
-- SHA-256 alone; addresses and networks as digests that only the vault can make.

ALTER TABLE people DROP CONSTRAINT people_role_check;
ALTER TABLE people ADD CONSTRAINT people_role_check
    CHECK (role IN ('administrator', 'committee_member', 'official', 'attendee', 'staff', 'operator'));

CREATE TABLE sign_in_links (
    link_id uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    browser_hash bytea NOT NULL,
    code_hash bytea NOT NULL,
    email_digest bytea NOT NULL,
    asked_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    tries int NOT NULL DEFAULT 0,
    is_over boolean NOT NULL DEFAULT false -- used, or a newer one was asked for
);
CREATE INDEX sign_in_links_email ON sign_in_links (email_digest) WHERE NOT is_over;

CREATE TABLE sessions (
    session_id uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    email_digest bytea NOT NULL,
    person_id uuid NOT NULL,
    network bytea NOT NULL,
    sealed bytea NOT NULL, -- what the browser says of itself, for the list of one's own sessions
    began_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX sessions_email ON sessions (email_digest) WHERE ended_at IS NULL;

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    what text NOT NULL,
    actor text NOT NULL,
    person_id uuid,
    community_id uuid,
    network bytea
);
CREATE INDEX audit_person ON audit (person_id);
CREATE INDEX audit_community ON audit (community_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_links, sessions TO intake_app;
GRANT SELECT, INSERT ON audit TO intake_app; -- what stands in the trail stays
