-- Of an introduction what is private: agenda, place, link, interpreter; its minutes; and what somebody promised there.

CREATE TABLE meetings (
    subject_id uuid PRIMARY KEY,
    sealed bytea,
    minutes_sealed bytea
);
CREATE TABLE meeting_actions (
    action_id uuid PRIMARY KEY,
    subject_id uuid NOT NULL,
    holder text NOT NULL,
    due_on date NOT NULL,
    done_on date,
    sealed bytea NOT NULL
);
CREATE INDEX meeting_actions_subject ON meeting_actions (subject_id);
CREATE INDEX meeting_actions_due ON meeting_actions (due_on) WHERE done_on IS NULL;

-- Who takes part beside the member's administrator and the city's contact.
CREATE TABLE meeting_people (
    person_id uuid PRIMARY KEY,
    subject_id uuid NOT NULL,
    sealed bytea NOT NULL,
    email_digest bytea NOT NULL
);
CREATE INDEX meeting_people_subject ON meeting_people (subject_id);
CREATE INDEX meeting_people_email ON meeting_people (email_digest);

GRANT SELECT, INSERT, UPDATE, DELETE ON meetings, meeting_actions, meeting_people TO outreach_app;
