-- What holds no plain text is named, by table and key, so that somebody can look at it. A count of before stays as words.
ALTER TABLE erasures ALTER COLUMN unread DROP DEFAULT;
ALTER TABLE erasures ALTER COLUMN unread TYPE jsonb USING
    CASE WHEN unread = 0 THEN '[]'::jsonb ELSE jsonb_build_array(unread || ' files, which were only counted then') END;
ALTER TABLE erasures ALTER COLUMN unread SET DEFAULT '[]';
