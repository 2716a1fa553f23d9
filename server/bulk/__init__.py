"""Bulk runs: one message to many accounts."""
