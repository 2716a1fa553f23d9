"""The tree's own Python: its virtual environment, what is installed there, and becoming it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from deploy.dev.steps import PYTHON, ROOT, VENV, Trouble, run, step


def python_packages() -> None:
    stamp = VENV / ".installed"
    if not PYTHON.exists():  # never made, or the Python it was made with is gone
        stamp.unlink(missing_ok=True)
    # The tree's place counts: a virtual environment holds absolute paths.
    inputs: list[Path | str] = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt", str(ROOT)]
    step("Python packages (.venv)", stamp, inputs, install_python_packages)


def install_python_packages() -> None:
    if Path(sys.prefix).resolve() == VENV:
        raise Trouble("the locks changed: run this once with the system's python3, not the one in .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Trouble("python3 cannot make virtual environments; on Debian: apt-get install python3-venv")
    install_uv()
    pip_install("requirements.txt", "requirements-dev.txt")


def install_uv() -> None:
    """uv is several times faster than pip, but only a convenience: where it can't be had, pip does everything."""
    block = re.search(r"^uv==(?:.*\\\n)*.*\n", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    if block is None:
        raise Trouble("requirements-dev.txt names no uv: run `python3 dev.py lock`")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lock:
        lock.write(block.group())
        lock.flush()
        subprocess.run([PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock.name], capture_output=True)


def pip_install(*locks: str, python: Path = PYTHON) -> None:
    uv = VENV / "bin" / "uv"
    tool: list[str | Path] = [python, "-m", "pip", "install"]
    if uv.exists():
        tool = [uv, "pip", "install", "--python", python]
    for lock in locks:
        tool += ["-r", ROOT / lock]
    run([*tool, "-q", "--require-hashes"])


def in_venv(*command: str | Path) -> NoReturn:
    """Become the tree's Python: signals then reach it directly, with no process in between."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *map(str, command)])
