-- What every event-sourced service keeps: its events, its place in what it hears, and what must share their transaction.
-- The tables' shapes are the eventsourcing library's (9.5); the names are ours, the same in each service's database.

CREATE TYPE stored_event_uuid AS (originator_id uuid, originator_version bigint, topic text, state bytea);

CREATE TABLE events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigserial,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX events_notification_id_idx ON events (notification_id ASC);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are never changed: record a correcting event instead';
END $$;
CREATE TRIGGER events_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The place of this service in each stream that it hears.
CREATE TABLE tracking (
    application_name text PRIMARY KEY,
    notification_id bigint NOT NULL,
    lineage uuid,
    identity text NOT NULL DEFAULT '' -- of the message at the place: after a restore another may bear its number
);

-- Events heard that could not be applied, and the later ones of the same aggregate that wait behind them.
CREATE TABLE parked (
    source text NOT NULL,
    position bigint NOT NULL,
    aggregate_id uuid NOT NULL,
    message jsonb NOT NULL,
    error text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, position)
);
CREATE INDEX parked_aggregate ON parked (source, aggregate_id);

-- One row for each life of this store; a restore from a backup begins a new one.
CREATE TABLE lineage (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lost jsonb NOT NULL DEFAULT '[]'
);
INSERT INTO lineage DEFAULT VALUES;

-- What was answered under a key: the receipt of what was recorded, in its transaction, or else any answer, word for word.
CREATE TABLE idempotency_keys (
    caller text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    receipt jsonb,
    answer json,
    status int,
    answered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key),
    CHECK (num_nonnulls(receipt, answer) = 1 AND (answer IS NULL) = (status IS NULL))
);

-- What time will ask of an aggregate; rows are derived from its state each time it is recorded.
CREATE TABLE deadlines (
    subject_id uuid NOT NULL,
    kind text NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (subject_id, kind)
);
CREATE INDEX deadlines_due ON deadlines (due_at);

-- The effect ledger: each mail that an event causes, once, however often anything is retried.
CREATE TABLE effects (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    facts jsonb NOT NULL,
    state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sending', 'sent', 'unknown', 'refused', 'cancelled')),
    due_at timestamptz NOT NULL DEFAULT now(),
    attempts int NOT NULL DEFAULT 0,
    queued_at timestamptz,
    claimed_at timestamptz,
    is_cancelled boolean NOT NULL DEFAULT false, -- also while it is being sent: then it is not tried again
    settled_at timestamptz,
    error text
);
CREATE INDEX effects_open ON effects (due_at) WHERE state IN ('due', 'sending');
CREATE INDEX effects_subject ON effects (subject_id);

-- Rows of files being imported, checked by line before any is recorded.
CREATE TABLE import_rows (
    import_id uuid NOT NULL,
    kind text NOT NULL,
    line int NOT NULL,
    cells jsonb NOT NULL,
    fault text NOT NULL,
    staged_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (import_id, line)
);

DO $$
DECLARE app text := replace(current_user, '_owner', '_app');
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', app);
    EXECUTE format('GRANT SELECT, INSERT, MAINTAIN ON events TO %I', app);
    EXECUTE format('GRANT USAGE ON SEQUENCE events_notification_id_seq TO %I', app);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON tracking TO %I', app);
    EXECUTE format('GRANT SELECT, INSERT ON lineage TO %I', app);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON idempotency_keys TO %I', app);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON parked TO %I', app);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON deadlines, import_rows TO %I', app);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON effects TO %I', app);
END $$;
