"""The lock files: made anew from the ranges, with hashes and without any registry's address."""

from __future__ import annotations

import functools
import json
import shutil
from pathlib import Path

from deploy.dev.node import node_environment
from deploy.dev.steps import FOREIGN, ROOT, VENV, WEB, Trouble, run, timed

LOCKED = {
    "requirements.txt": "pyproject.toml",
    "requirements-dev.txt": "requirements-dev.in",
    "requirements-node.txt": "requirements-node.in",
    "tests/foreign/requirements.txt": "tests/foreign/requirements.in",
}


def do_lock(_: list[str]) -> None:
    """Make the locks anew from the ranges; no address of any registry goes into them."""
    flags = "--universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -q -U"
    for lock, source in LOCKED.items():
        command: list[str | Path] = [VENV / "bin" / "uv", "pip", "compile", *flags.split(), source, "-o", lock]
        timed(lock, functools.partial(run, command))
    for folder in (WEB, WEB / "browser", FOREIGN):
        lock_node_packages(folder)
    check_locks()


def check_locks() -> None:
    """No lock holds an address, however it was made: neither a registry's nor that of somebody who asks for money."""
    folders = (WEB, WEB / "browser", FOREIGN, ROOT / "benchmarks")
    for path in (*(ROOT / lock for lock in LOCKED), *(folder / "package-lock.json" for folder in folders)):
        if "://" in path.read_text():
            raise Trouble(f"{path.relative_to(ROOT)} holds an address: make it with `python3 dev.py lock`")


def lock_node_packages(folder: Path) -> None:
    package_lock = folder / "package-lock.json"
    # From nothing: npm, updating a lock without addresses, loses the other platforms' optional packages.
    package_lock.unlink(missing_ok=True)
    shutil.rmtree(folder / "node_modules", ignore_errors=True)
    command = ["npm", "install", "--package-lock-only", "--loglevel=error"]
    timed(str(package_lock.relative_to(ROOT)), lambda: run([*command], cwd=folder, env=node_environment()))
    content = json.loads(package_lock.read_text())
    for package in content["packages"].values():
        package.pop("funding", None)
    package_lock.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
