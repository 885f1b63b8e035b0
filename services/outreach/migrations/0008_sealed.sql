-- Persons and private texts rest sealed from here on. What stood plain is sealed when the service starts.

-- Of a contact that is a person, name, office and addresses stand sealed alone; institutions are found by name.
ALTER TABLE contacts ADD COLUMN sealed bytea, ADD COLUMN email_digest bytea;
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'contacts', 'sealed', 'contact_id', contact_id, json_build_object(
    'name', name, 'office', office, 'email', email, 'phone', phone, 'website', website)::text
FROM contacts WHERE is_person;
UPDATE contacts SET name = '', office = '', email = '', phone = '', website = '' WHERE is_person;
CREATE INDEX contacts_email ON contacts (email_digest);

ALTER TABLE letters ADD COLUMN sealed bytea;
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'letters', 'sealed', 'letter_id', letter_id, json_build_object('subject', subject, 'body', body)::text
FROM letters;
ALTER TABLE letters DROP COLUMN subject, DROP COLUMN body;

ALTER TABLE replies ADD COLUMN sealed bytea;
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'replies', 'sealed', 'reply_id', reply_id, summary FROM replies WHERE summary <> '';
ALTER TABLE replies DROP COLUMN summary;

ALTER TABLE notes ADD COLUMN sealed bytea;
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'notes', 'sealed', 'id', id, text FROM notes;
ALTER TABLE notes DROP COLUMN text;

ALTER TABLE signatories ADD COLUMN sealed bytea;
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'signatories', 'sealed', 'person_id', person_id, name FROM signatories WHERE name <> '';
ALTER TABLE signatories DROP COLUMN name;
