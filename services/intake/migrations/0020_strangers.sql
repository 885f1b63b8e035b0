-- Mail is kept as long as retention says from the day on which we took it, whatever day its writer's clock told.
ALTER TABLE inbound ADD COLUMN kept_at timestamptz;
UPDATE inbound SET kept_at = received_at;
ALTER TABLE inbound ALTER COLUMN kept_at SET NOT NULL;

-- What its writer is to the case: not everybody whose words stand in its conversation is the administrator.
ALTER TABLE messages ADD COLUMN spoke_as text NOT NULL DEFAULT 'administrator'
    CHECK (spoke_as IN ('staff', 'administrator', 'committee_member', 'guest', 'somebody_else'));
UPDATE messages SET spoke_as = 'staff' WHERE is_from_staff;
ALTER TABLE messages ALTER COLUMN spoke_as DROP DEFAULT, DROP COLUMN is_from_staff;
