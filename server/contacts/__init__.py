"""Contacts: added to accounts, their addresses corrected, Login and Notify switched."""
