"""The policy of tests/server/core/test_access.py: who may do what, written by hand and not derived from the code.

Each module here knows some nouns: of each of their commands the row of outcomes and how it is asked, and what hangs on an
account for that. `roles` knows who asks, `targets` what is asked about, `stage` puts both into the world.
"""
