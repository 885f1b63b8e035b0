-- Documents of a pair: what stands in them is sealed, as are scans of what was signed.
CREATE TABLE documents (
    document_id uuid PRIMARY KEY,
    pair_id uuid NOT NULL,
    kind text NOT NULL,
    drawn_up_at timestamptz NOT NULL,
    sealed bytea
);
CREATE INDEX documents_pair ON documents (pair_id, drawn_up_at);

-- Which side holds a signed original, where, and its scan.
CREATE TABLE document_originals (
    document_id uuid NOT NULL,
    side text NOT NULL CHECK (side IN ('us', 'foreign')),
    sealed bytea,
    scan bytea,
    media_type text NOT NULL DEFAULT '',
    PRIMARY KEY (document_id, side)
);

-- The fields of cooperation that a member hopes for, to begin a document with.
CREATE TABLE case_fields (
    case_id uuid PRIMARY KEY,
    fields text[] NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON documents, document_originals, case_fields TO outreach_app;
