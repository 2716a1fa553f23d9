"""`dev.py doctor`: what is here, what is missing, and how to get it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from deploy.dev import embedded
from deploy.dev.brought import find_browser
from deploy.dev.node import node_environment, node_version
from deploy.dev.serving import in_use
from deploy.dev.steps import PYTHON, Trouble, say


def do_doctor(_: list[str]) -> None:
    """Say what is here and what is missing, and how to get it; changes nothing."""

    def program(find: Callable[[], Any], variable: str) -> str:
        if given := os.environ.get(variable):
            return f"{variable} {given}"
        found = find()
        return f"{found.path} ({found.found})"

    def scanner() -> str:
        try:
            return str(embedded.find_clamd().path)
        except embedded.EmbeddedError as trouble:
            return f"none: {trouble}"

    missing = 0
    looks: list[tuple[str, Callable[[], str]]] = [
        ("Python", lambda: f"{sys.version.split()[0]} {sys.executable}"),
        ("virtual environment", lambda: str(PYTHON) if PYTHON.exists() else "not yet: `python3 dev.py setup` makes it"),
        ("Node", lambda: node_version(node_environment()) or "none good enough: setup takes one from PyPI"),
        ("MongoDB", lambda: program(embedded.find_mongod, "MONGO_URL")),
        ("Valkey or Redis", lambda: program(embedded.find_valkey, "REDIS_URL")),
        ("libcurl.so.4", lambda: "the system's" if embedded.has_libcurl() else str(embedded.find_libcurl())),
        (
            "browser for tests",
            lambda: find_browser() or "none: test takes one from npm (or apt-get install chromium-headless-shell)",
        ),
        ("virus scanner for tests", scanner),
        ("port 8000", lambda: need("port 8000 is in use: run with --port N") if in_use(8000) else "free"),
    ]
    for name, look in looks:
        try:
            say(name, look())
        except (Trouble, embedded.EmbeddedError) as trouble:
            missing += 1
            say(name, f"MISSING: {trouble}")
    if missing:
        raise Trouble(f"{missing} missing; the lines above say how to get them")


def need(text: str) -> str:
    raise Trouble(text)
