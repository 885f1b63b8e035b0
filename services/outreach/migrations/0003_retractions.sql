-- Why a partnership was taken back is a note as well.
ALTER TABLE notes DROP CONSTRAINT notes_kind_check;
ALTER TABLE notes ADD CONSTRAINT notes_kind_check CHECK (kind IN ('governance', 'end_reason', 'retract_reason'));
