-- The keys of what services keep sealed. This database is backed up apart from theirs, and briefly: a key that is gone
-- here must not come back from an old copy.

CREATE TABLE intake_keys (
    key_id uuid PRIMARY KEY,
    key bytea NOT NULL
);
CREATE TABLE matching_keys (LIKE intake_keys INCLUDING ALL);
CREATE TABLE outreach_keys (LIKE intake_keys INCLUDING ALL);

GRANT SELECT, INSERT, DELETE ON intake_keys TO vault_intake;
GRANT SELECT, INSERT, DELETE ON matching_keys TO vault_matching;
GRANT SELECT, INSERT, DELETE ON outreach_keys TO vault_outreach;
