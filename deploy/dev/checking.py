"""`dev.py check`: what must hold before a change is looked at; every check runs, also behind one that failed."""

from __future__ import annotations

from pathlib import Path

from deploy.dev.locks import check_locks
from deploy.dev.node import npm
from deploy.dev.setup import setup
from deploy.dev.steps import PYTHON, ROOT, Trouble, run, say, timed

TYPED = ("protocol", "storage", "server", "scheduler", "benchmarks", "tests", "deploy", "dev.py")


def do_check(_: list[str]) -> None:
    setup()
    python: list[str | Path] = [PYTHON, "-m"]
    exist = [name for name in TYPED if (ROOT / name).exists()]
    failed = 0
    for name, action in (
        ("ruff", lambda: run([*python, "ruff", "check", "-q"])),
        ("ruff format", lambda: run([*python, "ruff", "format", "--check", "-q"])),
        ("mypy --strict", lambda: run([*python, "mypy", *exist])),
        ("tsc", lambda: npm("exec", "--", "tsc", "--noEmit")),
        ("biome", lambda: npm("exec", "--", "biome", "check")),
        ("locks", check_locks),
        ("layers", lambda: run([*python, "pytest", "-q", "tests/test_layers.py"])),
        ("rules coverage", lambda: run([*python, "tests.rules.coverage", "--check"])),
        ("bundle sizes", lambda: run([*python, "pytest", "-q", "tests/test_bundles.py"])),
    ):
        try:
            timed(name, action)
        except Trouble as trouble:
            failed += 1
            say(name, f"FAILED: {trouble}")
    if failed:
        raise Trouble(f"{failed} of the checks failed")
