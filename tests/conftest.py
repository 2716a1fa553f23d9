"""Fixtures every test may use; each comes from a module of its own."""

pytest_plugins = ["tests.servers", "tests.world"]
