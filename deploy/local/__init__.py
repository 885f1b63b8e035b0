"""The embedded platform: PostgreSQL, NATS, Caddy and a mail catcher from wheels, under one supervisor."""
