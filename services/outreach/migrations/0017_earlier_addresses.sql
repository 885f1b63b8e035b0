-- A contact that has another address by now is found by the one it had: what was written to it, and by it, is its own.
CREATE TABLE earlier_addresses (
    person_id uuid NOT NULL,
    email_digest bytea NOT NULL,
    left_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, email_digest)
);
CREATE INDEX earlier_addresses_email ON earlier_addresses (email_digest);
CREATE FUNCTION keep_earlier_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO earlier_addresses VALUES (OLD.contact_id, OLD.email_digest) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER contact_left AFTER DELETE ON contacts
    FOR EACH ROW WHEN (OLD.email_digest IS NOT NULL) EXECUTE FUNCTION keep_earlier_address();
CREATE TRIGGER contact_moved AFTER UPDATE OF email_digest ON contacts
    FOR EACH ROW WHEN (OLD.email_digest IS DISTINCT FROM NEW.email_digest AND OLD.email_digest IS NOT NULL)
    EXECUTE FUNCTION keep_earlier_address();
GRANT SELECT, INSERT, DELETE ON earlier_addresses TO outreach_app;
