"""Real server processes on the world's database, each on a free port, for tests that speak over real sockets."""

from __future__ import annotations

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.dev.embedded import Process, free_port
from server.core.settings import Settings

READY_S = 30.0


def start_node(
    name: str, settings: Settings, redis_url: str, folder: Path, *, module: str = "server", **more: str
) -> tuple[Process, str]:
    """A server process that is ready, and its address. Raises RuntimeError with its last words if it isn't in time."""
    process, url = node_process(name, settings, redis_url, folder, [sys.executable, "-m", module], **more)
    start_again(process, url)
    return process, url


def node_process(
    name: str, settings: Settings, redis_url: str, folder: Path, command: list[str], **more: str
) -> tuple[Process, str]:
    """A process with a node's settings, not started yet, and the address that it would have."""
    port = free_port()
    env = {
        **os.environ,
        "CHATTAR_MONGO_URL": settings.mongo_url,
        "CHATTAR_MONGO_DATABASE": settings.mongo_database,
        "CHATTAR_REDIS_URL": redis_url,
        "CHATTAR_PORT": str(port),
        "CHATTAR_SMTP_URL": f"smtp://127.0.0.1:{free_port()}",
        "CHATTAR_DATA": str(folder / name),
        "CHATTAR_COMMANDS_PER_S": "10000",
        "CHATTAR_COMMANDS_BURST": "100000",
        **more,
    }
    return Process(name, command, folder / f"{name}.log", env), f"http://127.0.0.1:{port}"


def start_again(process: Process, url: str) -> None:
    """Start a node, also one that was killed, and wait until it is ready. Raises RuntimeError with its last words."""
    process.start()
    deadline = time.monotonic() + READY_S
    while not _ready(url):
        if not process.alive or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"{process.name} is not ready:\n{process.last_words()}")
        time.sleep(0.02)  # another process: it tells nobody when it is ready, so it is asked, until the deadline


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=10) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def two_nodes(world_settings: Settings, redis_url: str, tmp_path: Path) -> Iterator[list[str]]:
    """The addresses of two nodes on the world's database."""
    nodes = []
    try:
        nodes.append(start_node("north", world_settings, redis_url, tmp_path))
        nodes.append(start_node("south", world_settings, redis_url, tmp_path))
        yield [url for _, url in nodes]
    finally:
        for process, _ in nodes:
            process.kill()
