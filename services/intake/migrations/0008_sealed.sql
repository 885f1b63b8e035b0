-- Personal values and private texts rest sealed from here on. What stood plain is sealed when the service starts.

ALTER TABLE people ADD COLUMN sealed bytea, ADD COLUMN email_digest bytea;
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'people', 'sealed', 'person_id', person_id,
    json_build_object('name', name, 'email', email, 'office', office, 'language', language)::text
FROM people;
ALTER TABLE people DROP COLUMN name, DROP COLUMN email, DROP COLUMN office, DROP COLUMN language;
CREATE INDEX people_email ON people (email_digest);

ALTER TABLE staff ADD COLUMN sealed bytea;
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'staff', 'sealed', 'staff_id', staff_id, name FROM staff;
ALTER TABLE staff DROP COLUMN name;

ALTER TABLE codes ADD COLUMN sealed bytea;
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'codes', 'sealed', 'listing_id', listing_id, code FROM codes;
ALTER TABLE codes DROP COLUMN code;

ALTER TABLE drafts ADD COLUMN sealed bytea, ADD COLUMN written_at timestamptz NOT NULL DEFAULT now();
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'drafts', 'sealed', 'subject_id', subject_id, profile FROM drafts;
ALTER TABLE drafts DROP COLUMN profile;

-- Who wrote a text: a person's own texts go when the person is forgotten. '' where nobody noted it.
ALTER TABLE remarks ADD COLUMN sealed bytea, ADD COLUMN written_by text NOT NULL DEFAULT '';
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'remarks', 'sealed', 'id', id, text FROM remarks;
ALTER TABLE remarks DROP COLUMN text;

ALTER TABLE debriefs ADD COLUMN demographics_sealed bytea, ADD COLUMN notes_sealed bytea;
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'debriefs', 'demographics_sealed', 'case_id', case_id, demographics FROM debriefs WHERE demographics <> ''
UNION ALL SELECT 'debriefs', 'notes_sealed', 'case_id', case_id, notes FROM debriefs WHERE notes <> '';
ALTER TABLE debriefs DROP COLUMN demographics, DROP COLUMN notes;

ALTER TABLE local_work ADD COLUMN sealed bytea, ADD COLUMN written_by text NOT NULL DEFAULT '';
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'local_work', 'sealed', 'entry_id', entry_id, text FROM local_work;
ALTER TABLE local_work DROP COLUMN text;

ALTER TABLE messages ADD COLUMN sealed bytea, ADD COLUMN written_by text NOT NULL DEFAULT '';
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'messages', 'sealed', 'message_id', message_id, text FROM messages;
UPDATE messages SET written_by = author;
ALTER TABLE messages DROP COLUMN text, DROP COLUMN author;
