-- What staff write of a country rests sealed like all that they write: somebody may be named in it after all.
ALTER TABLE playbooks ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(), ADD COLUMN sealed bytea;
CREATE UNIQUE INDEX playbooks_id ON playbooks (id);
INSERT INTO unsealed (into_table, into_column, key_column, key, plain)
SELECT 'playbooks', 'sealed', 'id', id, content::text FROM playbooks;
ALTER TABLE playbooks DROP COLUMN content;
GRANT UPDATE ON playbooks TO outreach_app;
