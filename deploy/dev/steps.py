"""How every step looks: one line with its seconds, skipped while the hash of what goes into it is unchanged.

Knows where things are and how a program is run. Knows nothing of what the steps do.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WEB = ROOT / "web_client"
DIST = WEB / "dist"
FOREIGN = ROOT / "tests" / "foreign"
VAR = ROOT / "var"


class Trouble(Exception):
    """Something is missing or failed; the text says what, and what to do about it."""


def say(name: str, result: str) -> None:
    print(f"  {name:<34} {result}", flush=True)


def run(command: list[str | Path], *, cwd: Path = ROOT, env: dict[str, str] | None = None, show: bool = False) -> None:
    """Run quietly, or `show` all the same; on failure show everything the command said."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=not show, text=True)
    if done.returncode:
        sys.stderr.write(f"{done.stdout or ''}{done.stderr or ''}")
        words = " ".join(str(part) for part in command[:4])
        raise Trouble(f"`{words}` failed with exit code {done.returncode}")


def digest(inputs: Iterable[Path | str]) -> str:
    """One hash over texts and the names and contents of files and folders."""
    total = hashlib.sha256()
    for item in inputs:
        for path in walk(item) if isinstance(item, Path) else ():
            total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
        total.update(str(item).encode() + b"\0")
    return total.hexdigest()


def walk(path: Path) -> list[Path]:
    return sorted(found for found in [path, *path.rglob("*")] if found.is_file())


def step(name: str, stamp: Path, inputs: Iterable[Path | str], action: Callable[[], None]) -> None:
    """Do `action` unless the stamp, which lives inside what the action makes, holds the hash of the inputs."""
    now = digest(inputs)
    if stamp.is_file() and stamp.read_text() == now:
        say(name, "unchanged")
        return
    started = time.monotonic()
    action()
    stamp.write_text(now)
    say(name, f"{time.monotonic() - started:.1f} s")


def timed(name: str, action: Callable[[], None]) -> None:
    started = time.monotonic()
    action()
    say(name, f"{time.monotonic() - started:.1f} s")


@contextlib.contextmanager
def only_one(name: str) -> Iterator[None]:
    """Two set-ups in one tree at a time would tear each other's folders."""
    VAR.mkdir(exist_ok=True)
    with (VAR / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
