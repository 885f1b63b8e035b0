-- Passkeys of those who sign in: public keys, bound to the address as its digest. Challenges are answered once.

CREATE TABLE passkeys (
    passkey_id uuid PRIMARY KEY,
    credential_id bytea NOT NULL UNIQUE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    email_digest bytea NOT NULL,
    person_id uuid NOT NULL, -- the role in which it was registered; it signs in to every role of the address
    sealed bytea NOT NULL, -- the name that its owner gave it
    registered_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX passkeys_email ON passkeys (email_digest);

CREATE TABLE passkey_challenges (
    challenge_hash bytea PRIMARY KEY,
    asked_by bytea NOT NULL, -- a hash of the session that registers, or of the browser that signs in
    ends_at timestamptz NOT NULL
);

CREATE TABLE passkey_only (
    email_digest bytea PRIMARY KEY,
    since timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON passkeys, passkey_challenges, passkey_only TO intake_app;

-- Passkeys are for staff and operators: they go with the last such role of an address, whichever way it is lost
-- (dismissed, forgotten, moved to another address).
CREATE FUNCTION passkeys_follow_roles() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM people WHERE email_digest = OLD.email_digest AND role IN ('staff', 'operator')
    ) THEN
        DELETE FROM passkeys WHERE email_digest = OLD.email_digest;
        DELETE FROM passkey_only WHERE email_digest = OLD.email_digest;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER passkeys_follow_roles AFTER DELETE OR UPDATE OF role, email_digest ON people
    FOR EACH ROW WHEN (OLD.role IN ('staff', 'operator')) EXECUTE FUNCTION passkeys_follow_roles();
