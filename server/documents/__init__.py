"""Folders of accounts and the documents in them: made, moved, deleted, found, and who hears of it."""
