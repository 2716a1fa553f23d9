"""`dev.py test`: everything; or some paths, or what a change touches, with what those tests need and nothing else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from pathlib import Path

from deploy.dev import touched
from deploy.dev.brought import bring_browser, foreign_programs
from deploy.dev.node import node_environment, npm
from deploy.dev.python import in_venv, python_packages
from deploy.dev.setup import setup
from deploy.dev.steps import ROOT, WEB, only_one, say, timed


def do_test(rest: list[str]) -> None:
    """Everything; with pytest arguments, only what they choose."""
    if "--changed" in rest:
        test_changed([argument for argument in rest if argument != "--changed"])
        return
    paths = [path for argument in rest if (path := path_of(argument)) is not None]
    bring(touched.needs(touched.tests_under(paths)) if paths else touched.NEEDS.keys())
    if not rest:
        timed("web client's unit tests", lambda: npm("run", "test"))
    in_venv("-m", "pytest", *(rest or on_all_cores()))


def on_all_cores() -> list[str]:
    """How pytest is told to run all tests on what cores there are, a file each at a time: each process has servers of its
    own. Beyond four, memory is what would run out."""
    cores = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4)
    return ["-n", str(cores), "--dist", "loadfile"] if cores > 1 else []


def test_changed(rest: list[str]) -> None:
    """The tests of what has changed. Says which; it promises no more than that these are the change's own."""
    changes = touched.changed()
    tests = sorted(touched.touched_by(changes))
    say("changed", f"{len(changes)} files")
    for test in tests:
        say("", str(test.relative_to(ROOT)))
    web = any(path.is_relative_to(WEB) for path in changes)
    bring({*touched.needs(tests), *({"web"} if web else ())})
    if web:
        timed("web client's unit tests", lambda: npm("run", "test"))
    if tests:
        in_venv("-m", "pytest", *rest, *tests)
    say("tests of what has changed", "of the web client only" if web else "none: `python3 dev.py test` runs all")


def path_of(argument: str) -> Path | None:
    """A file or folder that pytest is pointed to, without the test behind `::`; None for its other arguments."""
    path = (ROOT / argument.partition("::")[0]).resolve()
    return path if not argument.startswith("-") and path.is_relative_to(touched.TESTS) and path.exists() else None


def bring(needed: Collection[str]) -> None:
    """Make what tests need: Python's packages always, the rest as `touched.NEEDS` names it."""
    if not needed:
        with only_one("setup"):
            python_packages()
        return
    setup()
    if "browser" in needed:
        os.environ["CHROMIUM"] = bring_browser()
        # Playwright brings a Node that needs more of the system than ours does.
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", shutil.which("node", path=node_environment()["PATH"]) or "")
    if "foreign" in needed:
        foreign_programs()
