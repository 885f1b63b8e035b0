-- Notes, reasons and comments rest sealed from here on. What stood plain is sealed when the service starts.

ALTER TABLE notes ADD COLUMN sealed bytea;
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'notes', 'sealed', 'id', id, text FROM notes;
ALTER TABLE notes DROP COLUMN text;
