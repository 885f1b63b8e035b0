-- Mail that came in, what it is about as far as is known, and the files that came with it.
CREATE TABLE inbound (
    inbound_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('reply', 'bounce', 'automatic', 'delayed')),
    about text CHECK (about IN ('case', 'listing', 'pair', 'thread')),
    subject_id uuid,
    person_id uuid,
    waits boolean NOT NULL,
    why_waiting text NOT NULL,
    received_at timestamptz NOT NULL,
    sealed bytea NOT NULL
);
CREATE INDEX inbound_subject ON inbound (subject_id);
CREATE INDEX inbound_received ON inbound (received_at, inbound_id);
CREATE TABLE attachments (
    inbound_id uuid NOT NULL REFERENCES inbound ON DELETE CASCADE,
    number int NOT NULL,
    person_id uuid,
    sealed_name bytea NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (inbound_id, number)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON inbound, attachments TO outreach_app;
