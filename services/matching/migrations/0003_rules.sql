-- Rules that stand outside the score, and what staff change about the ranking of one case.

-- One row for each rule, derived from it each time it is recorded; `terms` as they bind, retirement counted in.
CREATE TABLE rules (
    slug text PRIMARY KEY,
    rule_id uuid NOT NULL,
    terms jsonb NOT NULL,
    states text[] NOT NULL,
    communities bigint[] NOT NULL,
    in_force_from date NOT NULL,
    in_force_until date NOT NULL,
    retired_on date,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    is_checking boolean NOT NULL
);

-- What the rules have meant for the cities of a case, where they ever touched one: GeoNames ids.
CREATE TABLE screenings (
    case_id uuid PRIMARY KEY,
    community_id uuid,
    blocked bigint[] NOT NULL,
    warned bigint[] NOT NULL,
    held bigint[] NOT NULL,
    rule text NOT NULL,
    rechecked_at timestamptz NOT NULL
);
CREATE INDEX screenings_order ON screenings (rechecked_at, case_id);

-- A council may allow one sister city in each country. NULL: told before this column was made; the first gate looks
-- such places up, and writes JSON's null where the gazetteer has none.
ALTER TABLE partnerships ADD COLUMN foreign_place jsonb;
CREATE INDEX partnerships_unplaced ON partnerships (foreign_community_id) WHERE foreign_place IS NULL;

-- A reason for weights is about no single city.
ALTER TABLE notes ALTER COLUMN geoname_id DROP NOT NULL;
ALTER TABLE notes DROP CONSTRAINT notes_kind_check;
ALTER TABLE notes ADD CONSTRAINT notes_kind_check
    CHECK (kind IN ('note', 'removal', 'comment', 'weights', 'exclusion', 'readmission'));

GRANT SELECT, INSERT, UPDATE ON rules, screenings TO matching_app;
