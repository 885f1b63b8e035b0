-- Whatever a sealed column is called, its keys are given up: every column of bytes is watched but the events' own.
-- What is no sealed text names no key, so that nothing comes of noting it.
CREATE OR REPLACE FUNCTION watch_sealed_columns() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT c.table_name, string_agg(quote_literal(c.column_name), ', ' ORDER BY c.ordinal_position) AS columns,
            string_agg(quote_ident(c.column_name), ', ' ORDER BY c.ordinal_position) AS names
        FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type = 'bytea'
            AND c.table_name NOT IN ('events', 'given_up') AND c.column_name !~ '(digest|hash)'
            AND (c.table_name, c.column_name) <> ('limits', 'key')
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

-- A key's number, a nonce and the mark of what was sealed: anything shorter is no sealed text.
CREATE OR REPLACE FUNCTION give_up_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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
        IF octet_length(was) >= 44 AND was IS DISTINCT FROM now_is THEN
            INSERT INTO given_up (key_id) VALUES (substr(was, 1, 16));
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
