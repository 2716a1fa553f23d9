"""Accounts: added, listed, assigned, followed."""
