"""The event log: drafts, streams, how they get in, and who has moved."""
