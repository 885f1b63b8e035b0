"""The rules of outreach: whether we may write for a case, a pair from its first letter on, and partnerships."""
