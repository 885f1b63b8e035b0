-- A name that is to be forgotten may stand in an answer that is kept for a repeat.
DO $$
DECLARE app text := replace(current_user, '_owner', '_app');
BEGIN
    EXECUTE format('GRANT UPDATE ON idempotency_keys TO %I', app);
END $$;
