"""Fixtures every test may use; each comes from a module of its own."""

from hypothesis import settings

pytest_plugins = ["tests.servers", "tests.world"]

# Budgets are a matter of `dev.py check`, which names this file: a page that is too heavy is no broken product.
collect_ignore = ["test_bundles.py"]

# No test is timed: a busy machine would make it fail.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
