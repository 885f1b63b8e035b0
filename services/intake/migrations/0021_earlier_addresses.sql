-- Whoever is no longer on record, or has another address by now, is found by the one they had: what they wrote is theirs.
-- Not so officials: anybody can write any address into the form, and what an official wrote goes with the record.
CREATE TABLE earlier_addresses (
    person_id uuid NOT NULL,
    email_digest bytea NOT NULL,
    left_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, email_digest)
);
CREATE INDEX earlier_addresses_email ON earlier_addresses (email_digest);
CREATE FUNCTION keep_earlier_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO earlier_addresses VALUES (OLD.person_id, OLD.email_digest) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER person_left AFTER DELETE ON people
    FOR EACH ROW WHEN (OLD.email_digest IS NOT NULL AND OLD.role <> 'official') EXECUTE FUNCTION keep_earlier_address();
CREATE TRIGGER person_moved AFTER UPDATE OF email_digest ON people
    FOR EACH ROW WHEN (OLD.email_digest IS DISTINCT FROM NEW.email_digest AND OLD.email_digest IS NOT NULL
                       AND OLD.role <> 'official')
    EXECUTE FUNCTION keep_earlier_address();
GRANT SELECT, INSERT, DELETE ON earlier_addresses TO intake_app;

-- Of messages from before, what is still known.
UPDATE messages SET spoke_as = CASE people.role WHEN 'attendee' THEN 'guest' ELSE people.role END
FROM people WHERE messages.written_by = people.person_id::text AND messages.spoke_as = 'administrator'
  AND people.role IN ('committee_member', 'attendee');
