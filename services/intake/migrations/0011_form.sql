-- The foreign city's form: which forms were sent, what was put by, what proves that city and person are real.

-- A form is sent once; kept as long as it could be sent again.
CREATE TABLE sent_forms (
    form_id uuid PRIMARY KEY,
    issued_at timestamptz NOT NULL
);
CREATE INDEX sent_forms_issued ON sent_forms (issued_at);

-- Forms that somebody goes on with later. The link's secret stands nowhere; link_hash is its SHA-256.
CREATE TABLE saved_forms (
    form_id uuid PRIMARY KEY,
    link_hash bytea NOT NULL UNIQUE,
    email_digest bytea,
    sealed bytea NOT NULL,
    saved_at timestamptz NOT NULL
);
CREATE INDEX saved_forms_email ON saved_forms (email_digest);
CREATE INDEX saved_forms_saved ON saved_forms (saved_at);

-- Letters of authority as they were sent, name and content sealed; given out as downloads alone.
CREATE TABLE uploads (
    upload_id uuid PRIMARY KEY,
    listing_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('pdf', 'png', 'jpeg', 'docx')),
    bytes integer NOT NULL,
    sealed bytea NOT NULL,
    name_sealed bytea NOT NULL,
    person_id uuid NOT NULL, -- who spoke for the city then
    is_from_staff boolean NOT NULL,
    uploaded_at timestamptz NOT NULL
);
CREATE INDEX uploads_listing ON uploads (listing_id);

-- What staff wrote down with each step of the proof: whom they called, where the number is from, why.
CREATE TABLE proof_steps (
    listing_id uuid NOT NULL,
    proof text NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (listing_id, proof)
);

-- Domains of cities and states, by staff: an address on one of them is official.
CREATE TABLE official_domains (
    country text NOT NULL,
    domain text NOT NULL,
    sealed bytea NOT NULL, -- how staff know
    added_by text NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (country, domain)
);

-- What nobody has confirmed yet is not shown to staff.
ALTER TABLE listings ADD COLUMN is_in_sight boolean NOT NULL DEFAULT true;
UPDATE listings SET is_in_sight = state NOT IN ('submitted', 'lapsed');

GRANT SELECT, INSERT, UPDATE, DELETE ON sent_forms, saved_forms, uploads, proof_steps, official_domains TO intake_app;
