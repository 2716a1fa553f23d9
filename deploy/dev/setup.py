"""Everything that the other verbs stand on: packages of both kinds, and the built web client."""

from __future__ import annotations

from deploy.dev.node import build_web, node_packages
from deploy.dev.python import python_packages
from deploy.dev.steps import WEB, only_one


def setup() -> None:
    with only_one("setup"):
        python_packages()
        node_packages()
        if (WEB / "console.html").exists():
            build_web()
