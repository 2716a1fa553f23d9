"""Firms: made, read, and their settings."""
