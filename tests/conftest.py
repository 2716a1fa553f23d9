"""Fixtures every test may use; each comes from a module of its own."""

import os

from hypothesis import settings

from deploy.dev.embedded import SHARE

pytest_plugins = ["tests.servers", "tests.world"]

# Budgets are a matter of `dev.py check`, which names this file: a page that is too heavy is no broken product.
collect_ignore = ["test_bundles.py"]

# No test is timed: a busy machine would make it fail.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Workers run at the same time, and each kills servers that it starts again at the same port.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ[SHARE] = f"{int(worker.removeprefix('gw')) + 1}/{os.environ['PYTEST_XDIST_WORKER_COUNT']}"
