"""Shortcodes: what stands for them in a message, when it is created (SC)."""
