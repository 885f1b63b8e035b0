-- Who wrote an answer that came by mail: forgetting a person takes its text.
ALTER TABLE replies ADD COLUMN person_id uuid;
UPDATE replies SET person_id = inbound.person_id FROM inbound WHERE inbound.inbound_id = replies.reply_id;
CREATE INDEX replies_person ON replies (person_id);
