"""Fixtures every test may use; each comes from a module of its own."""

pytest_plugins = ["tests.servers", "tests.world"]

# Budgets are a matter of `dev.py check`, which names this file: a page that is too heavy is no broken product.
collect_ignore = ["test_bundles.py"]
