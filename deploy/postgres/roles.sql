-- One database per service, an owner that migrates it and an application role that can do less; and the vault, with the
-- keys of what they keep sealed. Read with psql by the
-- embedded platform at every start and by compose at the first. Passwords are files in $SECRETS_DIR: database_<role>. Grants on
-- tables stand in the services' migrations.

\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
\set passwords `cd "$SECRETS_DIR" && grep -H . database_*`

CREATE TEMPORARY TABLE wanted (role text, database text, timeout text);
INSERT INTO wanted VALUES
    ('intake_owner', 'intake', '0'),
    ('intake_app', 'intake', '60s'),
    ('matching_owner', 'matching', '0'),
    ('matching_app', 'matching', '60s'),
    ('outreach_owner', 'outreach', '0'),
    ('outreach_app', 'outreach', '60s'),
    ('directory_owner', 'directory', '0'),
    ('directory_app', 'directory', '60s'),
    ('directory_public', 'directory', '10s'),
    ('directory_casebook', 'directory', '10s'),
    ('vault_owner', 'vault', '0'),
    ('vault_intake', 'vault', '10s'),
    ('vault_matching', 'vault', '10s'),
    ('vault_outreach', 'vault', '10s');

SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', role)
  FROM wanted WHERE role NOT IN (SELECT rolname FROM pg_roles)
\gexec

SELECT format('ALTER ROLE %I PASSWORD %L', split_part(line, ':', 1), split_part(line, ':', 2))
  FROM string_to_table(:'passwords', E'\n') AS file,
       LATERAL (SELECT replace(file, 'database_', '')) AS named (line)
 WHERE split_part(line, ':', 1) IN (SELECT role FROM wanted)
\gexec

SELECT format('ALTER ROLE %I SET statement_timeout = %L', role, timeout) FROM wanted
UNION ALL
SELECT format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', role, '60s')
  FROM wanted WHERE role NOT LIKE '%owner'
\gexec

SELECT format('CREATE DATABASE %I OWNER %I', database, role)
  FROM wanted WHERE role LIKE '%owner' AND database NOT IN (SELECT datname FROM pg_database)
\gexec

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', database) FROM wanted WHERE role LIKE '%owner'
UNION ALL
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', database, role) FROM wanted
\gexec
