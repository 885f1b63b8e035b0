-- Why a debriefing does not take place, as whoever called it off wrote it; the letters about it tell it.

ALTER TABLE debriefs ADD COLUMN called_off_sealed bytea;
