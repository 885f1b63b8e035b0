-- Letters in the words that staff gave them; each change is a version, NULL goes back to the words that are shipped.
CREATE TABLE letter_words (
    kind text NOT NULL,
    language text NOT NULL,
    version int NOT NULL CHECK (version > 0),
    words text,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (kind, language, version)
);

GRANT SELECT, INSERT ON letter_words TO intake_app;
