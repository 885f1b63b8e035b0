-- Records that intake merged, and those that remain: partnerships are told under either, before or after the merge.
CREATE TABLE merged_records (
    community_id uuid PRIMARY KEY,
    into_community_id uuid NOT NULL
);
CREATE INDEX merged_records_into ON merged_records (into_community_id);

-- Which cities abroad a case has had to do with; NULL: it was recorded before this column was made.
ALTER TABLE research_files ADD COLUMN foreign_community_ids uuid[];
CREATE INDEX research_files_foreign ON research_files USING gin (foreign_community_ids);

DROP INDEX partnerships_community;
CREATE INDEX partnerships_community ON partnerships (community_id) WHERE is_active;
CREATE INDEX partnerships_foreign_community ON partnerships (foreign_community_id) WHERE is_active;

GRANT SELECT, INSERT, UPDATE ON merged_records TO matching_app;
