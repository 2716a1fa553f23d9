"""The servers that Chattar is measured against: chat rooms as their own users would write them (`rooms/`).

Each takes a text frame, parses its JSON, publishes it to Redis, gets it back from its subscription and writes it
to all sockets of the room, the sender's included. Knows how to start them and what they say on the wire.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contestants import TEXT_BYTES, Crowd, Stage
from benchmarks.machine import HERE, find_node, other_core, run_quietly, running, running_bus, server_core
from deploy.dev.embedded import free_port

ROOMS = HERE / "rooms"
MESSAGE = '{"type":"message","room":"{room}","from":"user-000042","at":1764000000000,"text":"{text}"}'
READY = ('expect:"ready"',)


@dataclass(frozen=True)
class Peer:
    """A server of somebody else's making."""

    name: str
    command: tuple[str, ...]
    package: str | None = None
    """The npm package it can't do without."""
    path: str = "/ws?room={room}"
    steps: tuple[str, ...] = READY
    message: str = MESSAGE
    options: tuple[str, ...] = ()

    def obstacle(self) -> str | None:
        if self.package is None:
            return None
        node = find_node()
        if node is None:
            return "no Node: install Node 20.19 or newer"
        install_node_packages()
        loading = [node, "-e", f"require('{self.package}')"]
        loads = subprocess.run(loading, cwd=HERE, capture_output=True).returncode == 0
        return None if loads else f"{self.package} does not load here"

    @contextlib.contextmanager
    def stage(self, crowd: Crowd, folder: Path) -> Iterator[Stage]:
        with contextlib.ExitStack() as stack:
            bus = stack.enter_context(running_bus(folder))
            accounts = {"bus": [bus.pid]}

            def node(name: str, core: int) -> str:
                port = free_port()
                env = {"PORT": str(port), "REDIS_URL": bus.url, "NODE_ENV": "production"}
                command = [part.format(port=port, node=find_node()) for part in self.command]
                process = stack.enter_context(running(name, command, folder, core=core, port=port, env=env))
                accounts[name] = [process.pid]
                return f"ws://127.0.0.1:{port}{self.path}"

            options = ["--url", node("server", server_core()), "--message", self.message, *self.options]
            options += [part for step in self.steps for part in ("--step", step)]
            if crowd.senders_elsewhere:
                options += ["--sender-url", node("sender", other_core()), "--senders", str(crowd.rooms)]
                options += [part for step in self.steps for part in ("--sender-step", step)]
            else:
                options += ["--senders", str(crowd.senders)]
            yield Stage(options, accounts)


def install_node_packages() -> None:
    """`npm ci`, unless what is installed is what the lock says."""
    lock, stamp = HERE / "package-lock.json", HERE / "node_modules" / ".installed"
    if stamp.is_file() and stamp.read_text() == lock.read_text():
        return
    npm = Path(find_node() or "node").with_name("npm")
    run_quietly([npm, "ci", "--loglevel=error"], HERE)
    stamp.write_text(lock.read_text())


_UVICORN = (
    sys.executable, "-m", "uvicorn", "--app-dir", str(ROOMS), "starlette_room:app",
    "--host", "127.0.0.1", "--port", "{port}", "--loop", "uvloop", "--http", "httptools",
    "--log-level", "warning", "--no-access-log",
)  # fmt: skip

PEERS: tuple[Peer, ...] = (
    Peer(
        "socketio",
        ("{node}", str(ROOMS / "socketio_room.js")),
        "socket.io",
        path="/socket.io/?EIO=4&transport=websocket&room={room}",
        steps=("expect:0{", "send:40", 'expect:42["ready"'),
        message=f'42["message",{MESSAGE}]',
        options=("--answer", "2=3"),
    ),
    Peer("node-ws", ("{node}", str(ROOMS / "ws_room.js")), "ws"),
    Peer("starlette", _UVICORN),
    Peer("uws", ("{node}", str(ROOMS / "uws_room.js")), "@trufflesuite/uws-js-unofficial"),
)

assert len(MESSAGE.replace("{room}", "room1").replace("{text}", "x" * TEXT_BYTES)) == 200
