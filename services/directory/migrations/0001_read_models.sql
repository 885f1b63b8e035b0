-- What the directory keeps beside its read models: which generation of them is shown, how far each has come, what is parked.
-- The read models' own tables are made by the directory (generations.py), in the schemas city_map_g<n> and casebook_g<n>,
-- which only directory_app may enter; readers see the views in city_map and casebook.

CREATE TABLE generations (
    generation int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('current', 'building', 'old')),
    shape text NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX one_current_one_building ON generations (state) WHERE state <> 'old';

CREATE TABLE following (
    generation int NOT NULL REFERENCES generations ON DELETE CASCADE,
    source text NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    lineage uuid,
    identity text NOT NULL DEFAULT '', -- of the message at the place
    PRIMARY KEY (generation, source)
);

-- Events heard that could not be applied, and the later ones of the same aggregate that wait behind them.
CREATE TABLE parked (
    generation int NOT NULL REFERENCES generations ON DELETE CASCADE,
    source text NOT NULL,
    position bigint NOT NULL,
    aggregate_id uuid NOT NULL,
    message jsonb NOT NULL,
    error text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (generation, source, position)
);
CREATE INDEX parked_aggregate ON parked (generation, source, aggregate_id);

CREATE TABLE rebuilds (
    id uuid PRIMARY KEY,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    asked_by text NOT NULL,
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'building', 'comparing', 'swapped', 'failed')),
    generation int,
    was_compared boolean,
    differences jsonb NOT NULL DEFAULT '[]',
    error text NOT NULL DEFAULT '',
    finished_at timestamptz
);
CREATE UNIQUE INDEX one_rebuild_at_a_time ON rebuilds ((true)) WHERE finished_at IS NULL;

-- How far what is shown has come.
CREATE VIEW reached AS
    SELECT source, position, lineage FROM following JOIN generations USING (generation) WHERE state = 'current';

CREATE SCHEMA city_map;
CREATE SCHEMA casebook;

DO $$
DECLARE app text := replace(current_user, '_owner', '_app');
DECLARE door text := replace(current_user, '_owner', '_public');
DECLARE staff_door text := replace(current_user, '_owner', '_casebook');
BEGIN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO %I', current_database(), app);
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I, %I, %I', app, door, staff_door);
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA city_map, casebook TO %I', app);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON generations, following, parked, rebuilds TO %I', app);
    EXECUTE format('GRANT SELECT ON reached TO %I, %I, %I', app, door, staff_door);
    EXECUTE format('GRANT USAGE ON SCHEMA city_map TO %I', door);
    EXECUTE format('GRANT USAGE ON SCHEMA casebook TO %I', staff_door);
    -- What the directory makes there, its readers may read: each the views of its own schema, and nothing else.
    EXECUTE format('COMMENT ON SCHEMA city_map IS %L', door);
    EXECUTE format('COMMENT ON SCHEMA casebook IS %L', staff_door);
END $$;
