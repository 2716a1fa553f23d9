"""Custom fields: defined by the firm, filled in of accounts and contacts, and put into texts by shortcodes (SC-9)."""
