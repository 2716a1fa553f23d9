"""Saved replies: texts that staff have at hand while they write."""
