"""Fixtures every test may use; each comes from a module of its own."""

from pathlib import Path

pytest_plugins = ["tests.servers", "tests.world"]

# dev.py builds the web client once its pages exist; until then there is no bundle that could be weighed.
if not (Path(__file__).resolve().parents[1] / "web_client" / "console.html").exists():
    collect_ignore = ["test_bundles.py"]
