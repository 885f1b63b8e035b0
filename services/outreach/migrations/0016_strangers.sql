-- Mail is kept as long as retention says from the day on which we took it, whatever day its writer's clock told.
ALTER TABLE inbound ADD COLUMN kept_at timestamptz;
UPDATE inbound SET kept_at = received_at;
ALTER TABLE inbound ALTER COLUMN kept_at SET NOT NULL;
