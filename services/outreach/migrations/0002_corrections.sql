-- Records that intake merged, and those that remain; a chain is shortened when it grows.
CREATE TABLE merged_communities (
    community_id uuid PRIMARY KEY,
    into_community_id uuid NOT NULL
);
CREATE INDEX merged_communities_into ON merged_communities (into_community_id);

-- Who signed can be forgotten like everybody else, under an id of no meaning.
ALTER TABLE signatories ADD COLUMN person_id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE INDEX signatories_person ON signatories (person_id);

-- The letters of a thread, to take back those that have not gone out.
CREATE INDEX effects_thread ON effects ((facts ->> 'thread_id'));

GRANT SELECT, INSERT, UPDATE ON merged_communities TO outreach_app;
