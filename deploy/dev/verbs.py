"""The verbs that only hand on or tidy up, and the table of all of them."""

from __future__ import annotations

import argparse
import functools
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.dev import embedded
from deploy.dev.checking import do_check
from deploy.dev.doctor import do_doctor
from deploy.dev.locks import do_lock
from deploy.dev.python import in_venv
from deploy.dev.serving import do_run
from deploy.dev.setup import setup
from deploy.dev.steps import DIST, FOREIGN, PYTHON, ROOT, VAR, VENV, WEB, Trouble, run, timed
from deploy.dev.testing import do_test


def do_setup(_: list[str]) -> None:
    setup()


def do_bench(rest: list[str]) -> None:
    setup()
    in_venv("-m", "benchmarks", *rest)


def do_disasters(rest: list[str]) -> None:
    setup()
    in_venv("-m", "tests.disasters.storm", *rest)


def do_build(_: list[str]) -> None:
    setup()
    timed("wheel (dist/)", lambda: run([PYTHON, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"]))


def do_demo(rest: list[str]) -> None:
    """Forget the demo world: the next `run` makes it anew."""
    data = Path(rest[0] if rest else os.environ.get("CHATTAR_DATA") or VAR / "data")
    if embedded.is_owned(data / "mongo" / "mongod") or embedded.is_owned(data / "valkey"):
        raise Trouble(f"{data} is being served: end that run first")
    if (data / "mongo").is_dir():  # ours, and not some folder named by mistake
        timed(f"forgotten: {data}", lambda: shutil.rmtree(data))


def do_clean(_: list[str]) -> None:
    """Remove what the tools made; the data under var/ stays (see demo)."""
    caches = [ROOT / f".{name}_cache" for name in ("mypy", "pytest", "ruff")] + [ROOT / ".hypothesis"]
    for folder in (
        VENV,
        WEB / "node_modules",
        WEB / "browser" / "unpacked",
        FOREIGN / "node_modules",
        FOREIGN / ".venv",
        DIST,
        WEB / "build",
        ROOT / "dist",
        *caches,
    ):
        if folder.exists():
            timed(f"removed {folder.relative_to(ROOT)}", functools.partial(shutil.rmtree, folder))


VERBS: dict[str, tuple[Callable[[list[str]], None], str]] = {
    "run": (do_run, "serve with a demo world: [--port N] [--data DIR] [--smtp-port N]"),
    "test": (do_test, "every test; PATH…: those, with what they need; --changed: those that a change touches"),
    "check": (do_check, "ruff, mypy, locks, layers, rules coverage, tsc, biome, bundle budgets"),
    "bench": (do_bench, "the benchmarks; arguments go to them (--against REV: this tree and that one, as ratios)"),
    "disasters": (do_disasters, "random faults under load, judged: [--seed N] [--minutes M]"),
    "build": (do_build, "a wheel with the web client in it, in dist/"),
    "setup": (do_setup, "make .venv, node_modules and the web client's build"),
    "doctor": (do_doctor, "say what is missing and how to get it"),
    "demo": (do_demo, "forget the demo world, so that the next run makes it anew"),
    "lock": (do_lock, "make the lock files anew"),
    "clean": (do_clean, "remove what the tools made, but not the data"),
}


def main() -> int:
    verbs = "\n".join(f"  {name:<9} {text}" for name, (_, text) in VERBS.items())
    parser = argparse.ArgumentParser(
        description="Set up, run, test and build Chattar.",
        epilog=verbs,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("verb", choices=VERBS, metavar="verb")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="…")
    chosen = parser.parse_args()
    try:
        VERBS[chosen.verb][0](chosen.rest)
    except Trouble as trouble:
        print(f"dev.py: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130 if chosen.verb != "run" else 0
    return 0
