-- The trail is only added to; what is older than a year can be let go of, and nothing younger, whoever asks.
CREATE FUNCTION forget_audit(before timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE
    gone bigint;
BEGIN
    DELETE FROM audit WHERE at < least(before, now() - interval '365 days');
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION forget_audit(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_audit(timestamptz) TO intake_app;
