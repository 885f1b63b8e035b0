-- Since when a letter has been tried in vain, so that operators are told; empty where it never was.
ALTER TABLE effects ADD COLUMN waits_since timestamptz;
