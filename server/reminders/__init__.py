"""Reminders: set, due, sent, and what became of them."""
