-- How often something was asked for of late, by whom or from where; the keys are digests that only the vault can make.

CREATE TABLE limits (
    bucket text NOT NULL,
    key bytea NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX limits_key ON limits (bucket, key, at);
CREATE INDEX limits_at ON limits (at);

GRANT SELECT, INSERT, DELETE ON limits TO intake_app;
