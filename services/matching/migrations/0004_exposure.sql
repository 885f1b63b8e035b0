-- Which cities were proposed for which search, so that a season's exposure can be counted and spread.
CREATE TABLE proposals (
    case_id uuid NOT NULL,
    geoname_id bigint NOT NULL,
    country text NOT NULL,
    proposed_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, geoname_id)
);
CREATE INDEX proposals_city ON proposals (geoname_id, proposed_at);

-- Those proposed before this table was made. Of a city proposed again the later day counts.
INSERT INTO proposals
SELECT originator_id, (prospect ->> 'geoname_id')::bigint, max(prospect ->> 'country'),
    max((told.state ->> 'at')::timestamptz)
FROM (
    SELECT originator_id, convert_from(state, 'utf8')::json AS state
    FROM events WHERE topic = 'matching.ResearchFile.ProspectsProposed'
) told
CROSS JOIN LATERAL json_array_elements(told.state -> 'prospects') prospect
GROUP BY originator_id, (prospect ->> 'geoname_id')::bigint;

GRANT SELECT, INSERT, UPDATE ON proposals TO matching_app;
