-- What it takes to forget: keys to throw away, texts that are still to be sealed, requests to forget, retention.

-- Keys of sealed texts that a transaction gave up. They are thrown away once it has committed: never before it, and
-- never not at all, whoever dies in between.
CREATE TABLE given_up (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_id bytea NOT NULL
);

CREATE FUNCTION give_up_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    sealed_column text;
    was bytea;
    now_is bytea;
BEGIN
    FOREACH sealed_column IN ARRAY TG_ARGV LOOP
        EXECUTE format('SELECT ($1).%I', sealed_column) INTO was USING OLD;
        now_is := NULL;
        IF TG_OP = 'UPDATE' THEN
            EXECUTE format('SELECT ($1).%I', sealed_column) INTO now_is USING NEW;
        END IF;
        IF was IS NOT NULL AND was IS DISTINCT FROM now_is THEN
            INSERT INTO given_up (key_id) VALUES (substr(was, 1, 16));
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- Called after every migration: no sealed column is left out, whoever made it.
CREATE FUNCTION watch_sealed_columns() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT c.table_name, string_agg(quote_literal(c.column_name), ', ' ORDER BY c.ordinal_position) AS columns,
            string_agg(quote_ident(c.column_name), ', ' ORDER BY c.ordinal_position) AS names
        FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
            AND c.data_type = 'bytea' AND c.column_name LIKE '%sealed%'
        GROUP BY c.table_name
    LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS keys_are_given_up ON %I', found.table_name);
        EXECUTE format(
            'CREATE TRIGGER keys_are_given_up AFTER DELETE OR UPDATE OF %s ON %I FOR EACH ROW'
            ' EXECUTE FUNCTION give_up_keys(%s)',
            found.names, found.table_name, found.columns
        );
    END LOOP;
END $$;

-- Texts that stood plain before there was a vault: moved here by the migration that made their columns, and sealed
-- into them when the service starts. Empty from then on.
CREATE TABLE unsealed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    into_table text NOT NULL,
    into_column text NOT NULL,
    key_column text NOT NULL,
    key text NOT NULL,
    plain text NOT NULL
);

-- Requests to forget somebody. `sealed`: the names and addresses that are looked for in other people's texts, until
-- that is done.
CREATE TABLE erasures (
    person_id uuid PRIMARY KEY,
    asked_at timestamptz NOT NULL,
    sealed bytea,
    finished_at timestamptz,
    erased jsonb NOT NULL DEFAULT '{}',
    redacted jsonb NOT NULL DEFAULT '{}',
    unread int NOT NULL DEFAULT 0,
    answers jsonb NOT NULL DEFAULT '{}',
    is_told boolean NOT NULL DEFAULT false
);

CREATE TABLE retention_runs (
    rule text PRIMARY KEY,
    ran_at timestamptz NOT NULL,
    removed bigint NOT NULL
);

-- Staged rows and kept answers may repeat what somebody wrote: they are sealed too. Files that are being imported are
-- staged again; of an answer that was kept plain a repeat gets a new one.
DELETE FROM import_rows;
ALTER TABLE import_rows DROP COLUMN cells, DROP COLUMN fault, ADD COLUMN sealed bytea NOT NULL;
DELETE FROM idempotency_keys WHERE receipt IS NULL;
ALTER TABLE idempotency_keys DROP COLUMN answer, ADD COLUMN sealed bytea;
ALTER TABLE idempotency_keys ADD CHECK (num_nonnulls(receipt, sealed) = 1 AND (sealed IS NULL) = (status IS NULL));

DO $$
DECLARE app text := replace(current_user, '_owner', '_app');
BEGIN
    EXECUTE format('GRANT SELECT, DELETE ON given_up, unsealed TO %I', app);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON erasures, retention_runs TO %I', app);
END $$;
