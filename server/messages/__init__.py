"""Messages: sent, internal or not."""
