"""The whole product as a person would run it: the demo world, a web process and a scheduler, on free ports.

Knows processes and addresses. For the browser's stories, and for whoever wants to look at a page: nothing here is faked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from deploy.dev.embedded import Process, free_port

ROOT = Path(__file__).resolve().parents[1]
READY_S = 120.0
PLENTY = "100000"
"""What a person may spend: all stories' programs and pages live on the same few people's, and a page that is made to wait
waits, but its browser reports the 429 as a fault. The limit itself has its own tests, with its own settings."""
PASSWORD = "chattar-demo"
OWNER = "anna@lindbergfalk.example"


class Product:
    """One web process, one scheduler and the demo world in a database of its own. `relay_url`: the mail server that the
    scheduler hands letters to, in the place of the development's inbox."""

    def __init__(
        self, folder: Path, mongo_url: str, redis_url: str, database: str, *, relay_url: str = "", **more: str
    ) -> None:
        self.folder = folder
        self._relay_url = relay_url
        port, self.widget_port = free_port(), free_port()
        self.url = f"http://localhost:{port}"
        self.widget_url = f"http://localhost:{self.widget_port}/"
        self._env = {
            **os.environ,
            "CHATTAR_MONGO_URL": mongo_url,
            "CHATTAR_MONGO_DATABASE": database,
            "CHATTAR_REDIS_URL": redis_url,
            "CHATTAR_PORT": str(port),
            "CHATTAR_PUBLIC_URL": self.url,
            "CHATTAR_WIDGET_DEMO_PORT": str(self.widget_port),
            "CHATTAR_SMTP_URL": f"smtp://127.0.0.1:{free_port()}",
            "CHATTAR_DEVELOPMENT": "1",
            "CHATTAR_DATA": str(folder / "data"),
            "CHATTAR_WEB_DIST": str(ROOT / "web_client" / "dist"),
            "CHATTAR_LOGINS_PER_ADDRESS": "100000",
            "CHATTAR_LOGINS_PER_EMAIL": "100000",
            "CHATTAR_COMMANDS_PER_S": PLENTY,
            "CHATTAR_COMMANDS_BURST": PLENTY,
            **more,
        }
        self._tokens: dict[str, str] = {}
        self.web: Process | None = None
        self.scheduler: Process | None = None

    def start(self) -> None:
        """Make the demo world and serve it. Raises RuntimeError with a process' last words."""
        self.administer("demo")
        self.scheduler = self._process("scheduler")
        self.start_web()

    def administer(self, *arguments: str) -> str:
        """What `python -m server` prints with these arguments. Raises RuntimeError with its words when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "server", *arguments],
            cwd=ROOT,
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def start_web(self) -> None:
        """Start the web process, and wait until it serves."""
        self.web = self._process("server")
        deadline = time.monotonic() + READY_S
        while not self._ready():
            if not self.web.alive or time.monotonic() > deadline:
                raise RuntimeError(f"the web process is not ready:\n{self.web.last_words()}")
            time.sleep(0.05)  # another process: it tells nobody when it is ready, so it is asked, until the deadline

    def kill_web(self) -> None:
        """SIGKILL: sockets break, nothing is said."""
        assert self.web is not None
        self.web.kill()

    def stop(self) -> None:
        """End both processes."""
        for process in (self.web, self.scheduler):
            if process is not None:
                process.kill()

    def call(self, email: str, name: str, /, **fields: Any) -> dict[str, Any]:
        """One command by somebody of the demo, as a program would give it. Raises AssertionError when it is refused."""
        answer = self._post(name, fields, {"authorization": f"Bearer {self.token_of(email)}"})
        if name == "clock.set":
            self._tokens.clear()  # by a clock that was moved their sessions may be over, and swept away
        return answer

    def token_of(self, email: str) -> str:
        """A session of somebody of the demo, begun when it is first asked for."""
        token = self._tokens.get(email)
        if token is None:
            opened = self._post("session.create", {"email": email, "password": PASSWORD}, {})
            token = self._tokens[email] = str(opened["token"])
        return token

    def _post(self, name: str, fields: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.url}/api/v1/{name}",
            json.dumps(fields).encode(),
            {"content-type": "application/json", **headers},
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                result: dict[str, Any] = json.load(answer)
                return result
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{name} was refused: {error.read().decode()}") from None

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=30) as answer:  # noqa: S310
            content: bytes = answer.read()
        return content

    def _process(self, module: str) -> Process:
        log = self.folder / f"{module}.log"
        env = self._env
        if module == "scheduler" and self._relay_url:
            env = env | {"CHATTAR_SMTP_URL": self._relay_url}
        process = Process(module, [sys.executable, "-m", module], log, env)
        process.start()
        return process

    def _ready(self) -> bool:
        try:
            return bool(self._get("/readyz"))
        except OSError:
            return False


@contextmanager
def serving(
    folder: Path, servers_folder: Path, mongo_url: str, database: str, relay_url: str = "", **more: str
) -> Iterator[Product]:
    """A product while the block runs, with a Valkey of its own (other tests empty theirs), and with further settings."""
    from deploy.dev.embedded import Valkey

    valkey = Valkey(servers_folder / f"{database}-valkey")
    valkey.start()
    running = Product(folder, mongo_url, valkey.url, database, relay_url=relay_url, **more)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        valkey.dispose()


@pytest.fixture(scope="session")
def product(mongo_url: str, servers_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product for all stories of a run."""
    with serving(tmp_path_factory.mktemp("product"), servers_folder, mongo_url, "stories") as running:
        yield running


@pytest.fixture
def clock(product: Product) -> Iterator[Callable[[int], None]]:
    """Lets time pass for the whole product; afterwards it is today again."""

    def move(offset_ms: int) -> None:
        product.call(OWNER, "clock.set", offset_ms=offset_ms)

    yield move
    move(0)
