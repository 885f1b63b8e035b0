-- Whoever asks for links in somebody else's name takes nothing from the browsers in which that person signed in before:
-- a session remembers its browser as a hash, a link where it was asked for.

ALTER TABLE sessions ADD COLUMN browser_hash bytea;
CREATE INDEX sessions_browser ON sessions (browser_hash);
ALTER TABLE sign_in_links ADD COLUMN network bytea;
ALTER TABLE sign_in_links ADD COLUMN is_known boolean NOT NULL DEFAULT false; -- by a browser of that address
